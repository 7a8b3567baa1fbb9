"""A bad day, seen from the wire: what is cut, refused, slow or late, and what was accepted all the same."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth

from bot.messages import ChannelName
from bot.simulator import Account, Family, Fault, Plan, Simulator, Trouble
from bot.simulator.misbehaviour import Bucket, Call, Day
from tests.simulator.conftest import CHAT, FAMILY, OURS, OurServer, until

SMS, TELEGRAM = ChannelName.SMS, ChannelName.TELEGRAM


async def text(
    http: ClientSession, account: Account, *, seconds: float = 5, **fields: str
) -> tuple[int, Any, dict[str, str]]:
    """Post one text as raw HTTP; return (status, JSON, headers)."""
    fields = {"To": FAMILY, "From": OURS, "Body": "Hello"} | fields
    async with http.post(
        f"/2010-04-01/Accounts/{account.account_sid}/Messages.json",
        data=fields,
        headers={"Authorization": encode_basic_auth(account.account_sid, account.auth_token)},
        timeout=ClientTimeout(total=seconds),
    ) as response:
        return response.status, await response.json(), dict(response.headers)


async def telegram(http: ClientSession, account: Account) -> tuple[int, Any]:
    async with http.post(
        f"/bot{account.bot_token}/sendMessage", data={"chat_id": CHAT, "text": "Hi"}
    ) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("trouble", "accepted"),
    [(Trouble.CUT_BEFORE, 0), (Trouble.CUT_AFTER, 1), (Trouble.HALF_ANSWER, 1)],
)
async def test_a_cut_connection_leaves_the_sender_in_the_dark(
    simulator: Simulator, http: ClientSession, trouble: Trouble, accepted: int
) -> None:
    simulator.misbehave(Plan((Fault(trouble, times=1),)))
    with pytest.raises(ClientError):
        await text(http, simulator.account)
    assert len(simulator.ledger.accepted) == accepted
    assert [entry.answered for entry in simulator.ledger.accepted] == [False] * accepted
    assert [entry.code for entry in simulator.ledger.refused] == ["cut"] * (1 - accepted)
    status, _, _ = await text(http, simulator.account)
    assert status == 201


async def test_a_cut_is_a_reset_on_the_wire(simulator: Simulator) -> None:
    simulator.misbehave(Plan((Fault(Trouble.CUT_BEFORE, call="*"),)))
    host, port = simulator.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /bot1:x/getMe HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_twilio_asks_to_wait_and_notes_who_does_not(simulator: Simulator, http: ClientSession) -> None:
    simulator.misbehave(Plan((Fault(Trouble.TOO_MANY, channel=SMS, times=1, seconds=0.4),)))
    status, body, headers = await text(http, simulator.account)
    assert (status, body["code"], headers["Retry-After"]) == (429, 20429, "1")
    status, _, _ = await text(http, simulator.account)
    assert status == 429
    planned, early = simulator.ledger.refused
    assert planned.inside_wait is None
    assert early.inside_wait is not None
    assert early.inside_wait < 0.4
    await until(lambda: simulator._world.day.waiting(SMS) is None)
    status, _, _ = await text(http, simulator.account)
    assert status == 201


async def test_telegram_asks_to_wait_in_its_own_words(simulator: Simulator, http: ClientSession) -> None:
    simulator.know([Family(CHAT, TELEGRAM, started=True)])
    simulator.misbehave(Plan((Fault(Trouble.TOO_MANY, channel=TELEGRAM, times=1, seconds=7),)))
    status, body = await telegram(http, simulator.account)
    assert status == 429
    assert body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    status, _, _ = await text(http, simulator.account)
    assert status == 201, "Telegram's wait is not Twilio's"


async def test_five_hundred_may_mean_either(simulator: Simulator, http: ClientSession) -> None:
    faults = (Fault(Trouble.BROKEN, times=1, status=503), Fault(Trouble.BROKEN_AFTER, times=1))
    simulator.misbehave(Plan(faults))
    first = await text(http, simulator.account, Body="first")
    second = await text(http, simulator.account, Body="second")
    assert [(status, body["code"]) for status, body, _ in (first, second)] == [(503, 20503), (500, 20500)]
    assert [entry.text for entry in simulator.ledger.accepted] == ["second"]
    assert simulator.ledger.accepted[0].answered is False


async def test_a_slow_answer_was_accepted_all_the_same(simulator: Simulator, http: ClientSession) -> None:
    simulator.misbehave(Plan((Fault(Trouble.SLOW, times=1, seconds=20),)))
    with pytest.raises(TimeoutError):
        await text(http, simulator.account, seconds=0.2)
    (entry,) = simulator.ledger.accepted
    assert entry.answered is False


async def test_chosen_numbers_get_chosen_errors(simulator: Simulator, http: ClientSession) -> None:
    simulator.know([Family(CHAT, TELEGRAM, started=True)])
    faults = (
        Fault(Trouble.REFUSE, addresses=("+17155550198",), code="21614"),
        Fault(Trouble.REFUSE, addresses=(CHAT,), code="deactivated"),
    )
    simulator.misbehave(Plan(faults))
    status, body, _ = await text(http, simulator.account, To="+17155550198")
    assert (status, body["code"]) == (400, 21614)
    assert (await telegram(http, simulator.account))[1]["description"] == "Forbidden: user is deactivated"
    assert (await text(http, simulator.account))[0] == 201


async def statuses(simulator: Simulator, http: ClientSession, ours: OurServer, *faults: Fault) -> list[str]:
    """Send one text under `faults` and return the statuses that our webhook was told, in order."""
    simulator.misbehave(Plan(faults))
    await text(http, simulator.account, StatusCallback=f"{ours.url}/status")
    await simulator.quiet()
    return [posted.form["MessageStatus"] for posted in ours.at("/status")]


async def test_status_callbacks_doubled(simulator: Simulator, http: ClientSession, ours: OurServer) -> None:
    told = await statuses(simulator, http, ours, Fault(Trouble.REPORT_TWICE))
    assert sorted(told) == ["delivered", "delivered", "sent", "sent"]


async def test_status_callbacks_out_of_order(
    simulator: Simulator, http: ClientSession, ours: OurServer
) -> None:
    assert await statuses(simulator, http, ours, Fault(Trouble.REPORT_DISORDER)) == ["delivered", "sent"]


async def test_status_callbacks_lost(simulator: Simulator, http: ClientSession, ours: OurServer) -> None:
    assert await statuses(simulator, http, ours, Fault(Trouble.REPORT_LOST)) == []
    assert [report.answer for report in simulator.ledger.reports] == [-1, -1]


async def test_status_callbacks_late(simulator: Simulator, http: ClientSession, ours: OurServer) -> None:
    started = time.monotonic()
    assert await statuses(simulator, http, ours, Fault(Trouble.REPORT_LATE, seconds=0.3)) == [
        "sent",
        "delivered",
    ]
    assert time.monotonic() - started >= 0.3


async def test_a_text_that_fails_is_never_sent(
    simulator: Simulator, http: ClientSession, ours: OurServer
) -> None:
    assert await statuses(simulator, http, ours, Fault(Trouble.FAILED, code="30001")) == ["failed"]


async def test_a_webhook_nobody_answers_is_tried_again_once(simulator: Simulator) -> None:
    simulator.set(replace(simulator.account, inbound_url="http://127.0.0.1:1/nobody", webhook_pause=0.01))
    await simulator.phones.say(FAMILY, "haa", sender=OURS)
    await simulator.quiet()
    assert simulator.ledger.heard[0].told == [0, 0]


async def test_parts_per_second_are_enforced(simulator: Simulator, http: ClientSession) -> None:
    simulator.set(replace(simulator.account, sms_parts_per_second=3))
    answers = [(await text(http, simulator.account, Body="ج" * 70))[0] for _ in range(4)]
    assert answers == [201, 201, 201, 429]
    assert simulator.ledger.refused[0].reason == "over 3 parts per second"


async def test_messages_per_second_are_enforced(simulator: Simulator, http: ClientSession) -> None:
    simulator.know([Family(CHAT, TELEGRAM, started=True)])
    simulator.set(replace(simulator.account, telegram_messages_per_second=2))
    answers = [(await telegram(http, simulator.account))[0] for _ in range(3)]
    assert answers == [200, 200, 429]


def test_a_rate_refills_with_time() -> None:
    bucket = Bucket(per_second=2)
    assert [bucket.take(1, 100.0) for _ in range(3)] == [0, 0, 0.5]
    assert bucket.take(1, 100.5) == 0
    assert bucket.take(5, 200.0) == 0, "a text longer than the rate still goes when nothing else has"
    assert bucket.take(1, 200.0) == 2.0


def test_the_same_seed_is_the_same_day() -> None:
    plan = Plan((Fault(Trouble.BROKEN, chance=0.3), Fault(Trouble.REPORT_LOST, chance=0.5)), seed=7)
    calls = [Call(SMS, "send", address=f"+1715555{n:04}") for n in range(200)]
    first, second = Day(plan, time.monotonic), Day(plan, time.monotonic)
    days = [[day.draw(call) for call in calls] for day in (first, second)]
    assert days[0] == days[1]
    struck = sum(any(fault.trouble is Trouble.BROKEN for fault in drawn) for drawn in days[0])
    assert 40 <= struck <= 80


def test_skip_and_times_choose_which_requests() -> None:
    day = Day(Plan((Fault(Trouble.BROKEN, skip=2, times=1),)), time.monotonic)
    drawn = [bool(day.draw(Call(SMS, "send"))) for _ in range(5)]
    assert drawn == [False, False, True, False, False]


def test_a_fault_of_sending_leaves_other_calls_alone() -> None:
    day = Day(Plan((Fault(Trouble.BROKEN),)), time.monotonic)
    assert day.draw(Call(SMS, "list")) == ()
