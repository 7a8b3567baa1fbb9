"""Twilio's own SDK against the simulator: what it sends is understood, what it reads makes sense."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.simulator import Family, Fault, Plan, Simulator, Trouble
from tests.simulator.conftest import FAMILY, OURS, OurServer, until

SERVICE = "MG" + "7" * 32


async def create(twilio: Client, **fields: Any) -> Any:
    fields = {"to": FAMILY, "from_": OURS, "body": "School is closed today."} | fields
    return await asyncio.to_thread(twilio.messages.create, **fields)


async def refused(twilio: Client, **fields: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        await create(twilio, **fields)
    return caught.value


async def test_a_text_is_accepted_and_can_be_fetched(simulator: Simulator, twilio: Client) -> None:
    created = await create(twilio, body="Iskuulka waa xiran yahay.", validity_period=600, smart_encoded=False)
    assert (created.status, created.direction, created.num_segments) == ("queued", "outbound-api", "1")
    assert created.from_ == OURS
    await simulator.quiet()
    fetched = await asyncio.to_thread(twilio.messages(created.sid).fetch)
    assert (fetched.status, fetched.body) == ("delivered", "Iskuulka waa xiran yahay.")
    assert abs(datetime.now(UTC) - fetched.date_sent) < timedelta(seconds=5)
    (entry,) = simulator.ledger.accepted
    assert (entry.provider_id, entry.address, entry.text) == (created.sid, FAMILY, fetched.body)
    assert [step.status for step in entry.statuses] == ["queued", "sent", "delivered"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"to": "0715"}, 400, 21211),
        ({"from_": "?"}, 400, 21212),
        ({"body": ""}, 400, 21602),
        ({"body": "a" * 1601}, 400, 21617),
        ({"validity_period": 36_001}, 400, 21624),
        ({"status_callback": "ftp://example.org/x"}, 400, 21609),
        ({"messaging_service_sid": "MGnothing"}, 400, 21701),
    ],
)
async def test_a_wrong_request_gets_the_documented_error(
    simulator: Simulator, twilio: Client, fields: dict[str, Any], status: int, code: int
) -> None:
    error = await refused(twilio, **fields)
    assert (error.status, error.code) == (status, code)
    assert [entry.code for entry in simulator.ledger.refused] == [str(code)]
    assert simulator.ledger.accepted == []


async def test_a_wrong_token_is_told_to_authenticate(simulator: Simulator) -> None:
    client = Client(simulator.account.account_sid, "not-the-token")
    client.api.base_url = simulator.base_url
    error = await refused(client)
    client.http_client.session.close()
    assert (error.status, error.code) == (401, 20003)


async def test_a_sender_of_somebody_else_is_refused(simulator: Simulator, twilio: Client) -> None:
    simulator.set(replace(simulator.account, senders=(OURS,)))
    assert (await refused(twilio, from_="+17155550199")).code == 21606


async def test_an_unknown_text_is_not_found(twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as caught:
        await asyncio.to_thread(twilio.messages("SM" + "0" * 32).fetch)
    assert (caught.value.status, caught.value.code) == (404, 20404)


async def test_the_account_can_be_asked_for(simulator: Simulator, twilio: Client) -> None:
    account = await asyncio.to_thread(twilio.api.accounts(simulator.account.account_sid).fetch)
    assert account.status == "active"


async def test_the_list_is_paged_newest_first_without_gap_or_repeat(
    simulator: Simulator, twilio: Client
) -> None:
    made = [(await create(twilio, body=f"text {n}")).sid for n in range(7)]
    await create(twilio, to="+17155550143")
    await simulator.quiet()
    listed = await asyncio.to_thread(twilio.messages.list, to=FAMILY, page_size=3)
    assert [message.sid for message in listed] == made[::-1]


async def test_a_text_that_comes_between_two_pages_shifts_nothing(
    simulator: Simulator, twilio: Client
) -> None:
    made = [(await create(twilio, body=f"text {n}")).sid for n in range(4)]
    first = await asyncio.to_thread(twilio.messages.page, to=FAMILY, page_size=2)
    await create(twilio, body="one more")
    second = await asyncio.to_thread(first.next_page)
    assert second is not None
    assert [message.sid for message in [*first, *second]] == made[::-1]
    assert second.next_page_url is None


async def test_the_list_filters_by_sender_and_by_when_it_was_sent(
    simulator: Simulator, twilio: Client
) -> None:
    created = await create(twilio)
    await create(twilio, from_="+17155550101")
    await simulator.quiet()
    now = datetime.now(UTC)

    async def listed(**wanted: Any) -> list[str]:
        found = await asyncio.to_thread(twilio.messages.list, **wanted)
        return [message.sid for message in found]

    assert await listed(from_=OURS) == [created.sid]
    assert len(await listed(date_sent_after=now - timedelta(minutes=1))) == 2
    assert await listed(date_sent_after=now + timedelta(minutes=1)) == []
    assert await listed(date_sent_before=now - timedelta(minutes=1)) == []
    assert len(await listed(date_sent=now.date())) == 2


async def test_the_list_of_a_number_holds_what_went_to_it_and_nothing_else(
    simulator: Simulator, twilio: Client
) -> None:
    await create(twilio, to=FAMILY, body="one")
    await simulator.phones.say(FAMILY, "hello", sender=OURS)
    listed = {
        end: [one.body for one in await asyncio.to_thread(twilio.messages.list, to=end)]
        for end in (FAMILY, OURS, "+17155550143")
    }
    assert listed == {FAMILY: ["one"], OURS: ["hello"], "+17155550143": []}


async def test_a_text_still_queued_is_left_out_by_date_filters(simulator: Simulator, twilio: Client) -> None:
    simulator.set(replace(simulator.account, queued_for=30.0))
    created = await create(twilio)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    dated = await asyncio.to_thread(twilio.messages.list, to=FAMILY, date_sent_after=an_hour_ago)
    undated = await asyncio.to_thread(twilio.messages.list, to=FAMILY)
    assert dated == []
    assert [message.sid for message in undated] == [created.sid]


async def test_lost_bodies_are_shown_empty(simulator: Simulator, twilio: Client) -> None:
    simulator.set(replace(simulator.account, bodies_kept=False))
    await create(twilio)
    (listed,) = await asyncio.to_thread(twilio.messages.list, to=FAMILY)
    assert listed.body == ""
    assert simulator.ledger.accepted[0].text == "School is closed today."


async def test_status_callbacks_are_signed_and_tell_every_status(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    created = await create(twilio, status_callback=f"{ours.url}/sms/status?attempt=a-17")
    await simulator.quiet()
    reports = ours.at("/sms/status")
    assert [report.form["MessageStatus"] for report in reports] == ["sent", "delivered"]
    validator = RequestValidator(simulator.account.auth_token)
    for report in reports:
        signature = report.headers["X-Twilio-Signature"]
        assert validator.validate(report.url, report.form, signature)
        assert not validator.validate(report.url, report.form | {"To": OURS}, signature)
        assert (report.form["MessageSid"], report.form["To"]) == (created.sid, FAMILY)
    assert simulator.ledger.accepted[0].attempt == "a-17"
    assert [report.answer for report in simulator.ledger.reports] == [200, 200]


async def test_a_number_out_of_reach_is_undelivered(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    simulator.misbehave(Plan((Fault(Trouble.UNDELIVERED, addresses=(FAMILY,), code="30003"),)))
    created = await create(twilio, status_callback=f"{ours.url}/sms/status")
    await simulator.quiet()
    last = ours.at("/sms/status")[-1].form
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30003")
    fetched = await asyncio.to_thread(twilio.messages(created.sid).fetch)
    assert (fetched.status, fetched.error_code) == ("undelivered", 30003)


async def test_a_messaging_service_chooses_the_number(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    simulator.set(replace(simulator.account, services={SERVICE: OURS}))
    created = await create(
        twilio, from_=None, messaging_service_sid=SERVICE, status_callback=f"{ours.url}/sms/status"
    )
    assert (created.status, created.from_) == ("accepted", None)
    await simulator.quiet()
    assert {report.form["MessagingServiceSid"] for report in ours.at("/sms/status")} == {SERVICE}
    (entry,) = simulator.ledger.accepted
    assert (entry.sender, entry.service, entry.status.status) == (OURS, SERVICE, "delivered")


async def test_a_family_writes_to_us_signed(simulator: Simulator, twilio: Client, ours: OurServer) -> None:
    await simulator.phones.say(FAMILY, "Goorma ayuu baska imanayaa? 🚌", sender=OURS)
    await simulator.quiet()
    (posted,) = ours.at("/sms/inbound")
    assert RequestValidator(simulator.account.auth_token).validate(
        posted.url, posted.form, posted.headers["X-Twilio-Signature"]
    )
    assert (posted.form["From"], posted.form["To"]) == (FAMILY, OURS)
    assert posted.form["Body"] == "Goorma ayuu baska imanayaa? 🚌"
    (listed,) = await asyncio.to_thread(twilio.messages.list, from_=FAMILY)
    assert (listed.sid, listed.direction) == (posted.form["MessageSid"], "inbound")


async def test_a_picture_comes_as_media(simulator: Simulator, ours: OurServer) -> None:
    await simulator.phones.say(FAMILY, "", sender=OURS, pictures=1)
    await simulator.quiet()
    (posted,) = ours.at("/sms/inbound")
    assert posted.form["NumMedia"] == "1"
    assert posted.form["MessageSid"].startswith("MM")


@pytest.mark.parametrize(
    "word", ["STOP", "stopall", " Unsubscribe ", "end", "QUIT", "cancel", "revoke", "OptOut"]
)
async def test_a_stop_word_blocks_the_pair_until_start(
    simulator: Simulator, twilio: Client, word: str
) -> None:
    await simulator.phones.say(FAMILY, word, sender=OURS)
    error = await refused(twilio)
    assert (error.status, error.code) == (400, 21610)
    await create(twilio, from_="+17155550101")  # an opt-out is per sender
    await simulator.phones.say(FAMILY, "UNSTOP", sender=OURS)
    await create(twilio)
    assert [(entry.word, entry.stopped) for entry in simulator.ledger.opt_outs] == [
        (word.strip(), True),
        ("UNSTOP", False),
    ]


@pytest.mark.parametrize("text", ["STOP PLEASE", "opt out", "JOOJI", "stop!", "no"])
async def test_anything_else_blocks_nothing(simulator: Simulator, twilio: Client, text: str) -> None:
    await simulator.phones.say(FAMILY, text, sender=OURS)
    await create(twilio)
    assert simulator.ledger.opt_outs == []


async def test_the_providers_own_reply_is_not_ours(simulator: Simulator, ours: OurServer) -> None:
    simulator.know([Family(FAMILY)])
    await simulator.phones.say(FAMILY, "STOP", sender=OURS)
    await simulator.quiet()
    assert simulator.ledger.accepted == []
    assert [text.address for text in simulator.ledger.provider_texts] == [FAMILY]
    (posted,) = ours.at("/sms/inbound")
    assert posted.form["Body"] == "STOP"
    assert "OptOutType" not in posted.form


async def test_advanced_opt_out_names_the_kind_and_knows_more_words(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    simulator.set(replace(simulator.account, advanced_opt_out=True, stop_words=("JOOJI",)))
    for text in ("jooji", "START", "HELP", "haa"):
        await simulator.phones.say(FAMILY, text, sender=OURS)
    await simulator.quiet()
    kinds = {posted.form["Body"]: posted.form.get("OptOutType") for posted in ours.at("/sms/inbound")}
    assert kinds == {"jooji": "STOP", "START": "START", "HELP": "HELP", "haa": None}


async def test_a_stop_to_one_number_of_a_service_stops_the_service(
    simulator: Simulator, twilio: Client
) -> None:
    simulator.set(replace(simulator.account, services={SERVICE: OURS}))
    await simulator.phones.say(FAMILY, "STOP", sender=OURS)
    assert (await refused(twilio, from_=None, messaging_service_sid=SERVICE)).code == 21610


async def test_a_plain_text_answer_to_the_webhook_reaches_the_family(
    simulator: Simulator, ours: OurServer
) -> None:
    ours.text = "ok"
    await simulator.phones.say(FAMILY, "hello", sender=OURS)
    entry = await until(lambda: simulator.ledger.accepted)
    assert (entry[0].text, entry[0].webhook_answer) == ("ok", True)


async def test_an_unknown_parameter_is_noted_as_odd(simulator: Simulator, twilio: Client) -> None:
    await create(twilio, traffic_type="free")
    assert simulator.ledger.oddities == ["Messages.create with unknown TrafficType"]
    simulator.ledger.oddities.clear()
