"""The Twilio adapter: what it posts, how it looks for a lost text, which posts it believes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from twilio.rest import Client

from bot.channels.sms import SmsChannel
from bot.channels.sms_webhook import SmsWebhook
from bot.channels.twilio_codes import CODES
from bot.channels.twilio_sdk import TransportClient
from bot.errors import BadRequest, Forged, Malformed, NotAccepted, Setup, Temporary, Throttled, Uncertain
from bot.messages import Outbound, Request
from bot.settings import Sms
from tests.channels.twilio_signature import FORM, signature, signed
from tests.fakes import FakeTransport, answer

PUBLIC = "https://homeloop.example"
TOKEN = "test-token-0123456789"
SID = "SM" + "4" * 32
NUMBER = Sms(account_sid="AC" + "0" * 32, auth_token=SecretStr(TOKEN), sender="+17155550100")
SERVICE = NUMBER.model_copy(update={"sender": "MG" + "a" * 32})

MESSAGES = [
    Outbound("a1", "+17155550142", "Lincoln School is CLOSED today."),
    Outbound("a2", "+17155550142", "¿Puede? 1 sí & 2 no + 3 «?» = 100%", valid_for=3600),
    Outbound("a3", "+25261555014", "مدرسة لينكولن\n1 نعم\n2 لا 😀"),
    Outbound("0190e5a0-7c3d:2", "+17155550142", " "),
]


@pytest.mark.parametrize("settings", [NUMBER, SERVICE], ids=["number", "service"])
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.attempt)
async def test_a_text_is_posted_exactly_as_the_sdk_would_post_it(settings: Sms, message: Outbound) -> None:
    ours, theirs = (FakeTransport.playing(answer(201, {"sid": SID})) for _ in range(2))
    await SmsChannel(settings, ours, public_url=PUBLIC).send(message)

    client = Client(settings.account_sid, TOKEN, http_client=TransportClient(theirs))
    sender = {"messaging_service_sid": settings.sender} if settings is SERVICE else {"from_": settings.sender}
    limit = {} if message.valid_for is None else {"validity_period": message.valid_for}
    await client.messages.create_async(
        to=message.address,
        body=message.text,
        status_callback=f"{PUBLIC}/sms/status?{urlencode({'attempt': message.attempt})}",
        smart_encoded=False,
        **sender,
        **limit,
    )

    [mine], [sdks] = ours.requests, theirs.requests
    assert (mine.method, mine.url, mine.headers) == (sdks.method, sdks.url, sdks.headers)
    assert sorted(parse_qsl(mine.body.decode(), keep_blank_values=True)) == sorted(
        parse_qsl(sdks.body.decode(), keep_blank_values=True)
    )


async def test_a_text_carries_its_attempt_its_limit_and_its_very_words() -> None:
    transport = FakeTransport.playing(answer(201, {"sid": SID}))
    await SmsChannel(NUMBER, transport, public_url=PUBLIC).send(MESSAGES[1])
    request = transport.requests[0]
    assert dict(parse_qsl(request.body.decode())) == {
        "To": "+17155550142",
        "From": "+17155550100",
        "Body": "¿Puede? 1 sí & 2 no + 3 «?» = 100%",
        "StatusCallback": "https://homeloop.example/sms/status?attempt=a2",
        "ValidityPeriod": "3600",
        "SmartEncoded": "false",
    }
    account = base64.b64encode(f"{NUMBER.account_sid}:{TOKEN}".encode()).decode()
    assert request.headers["Authorization"] == f"Basic {account}"


async def test_requests_go_to_the_configured_address() -> None:
    transport = FakeTransport.playing(
        answer(201, {"sid": SID}), answer(200, {"messages": [], "next_page_uri": None})
    )
    settings = NUMBER.model_copy(update={"base_url": "http://127.0.0.1:4010"})
    channel = SmsChannel(settings, transport, public_url=PUBLIC)
    await channel.send(MESSAGES[0])
    await channel.find("+17155550142", datetime(2026, 11, 17, tzinfo=UTC))
    assert [urlsplit(request.url).netloc for request in transport.requests] == ["127.0.0.1:4010"] * 2


@pytest.mark.parametrize("error", [Temporary("no way there"), Uncertain("it broke")])
async def test_what_the_transport_says_of_a_failure_stands(error: Exception) -> None:
    channel = SmsChannel(NUMBER, FakeTransport.playing(error), public_url=PUBLIC)
    with pytest.raises(type(error)):
        await channel.send(MESSAGES[0])


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, "", Uncertain),
        (201, {"sid": "SM1"}, Uncertain),
        (201, {"sid": None}, Uncertain),
        (201, [], Uncertain),
        (307, "", Uncertain),
        (400, "no JSON", NotAccepted),
        (401, "", Setup),
        (408, "", Temporary),
        (429, "", Throttled),
        (500, "", Uncertain),
        # A gateway's 503 says nothing about the machine behind it; Twilio's own 20503 does.
        (503, "<html>", Uncertain),
        (503, {"code": 21610}, Uncertain),
        (503, {"code": 20503}, Temporary),
        (504, {"code": 20503}, Uncertain),
    ],
)
async def test_answers_that_twilio_documents_badly(
    status: int, body: object, expected: type[Exception]
) -> None:
    channel = SmsChannel(NUMBER, FakeTransport.playing(answer(status, body)), public_url=PUBLIC)
    with pytest.raises(expected):
        await channel.send(MESSAGES[0])


@given(status=st.integers(100, 599), body=st.binary(max_size=200))
async def test_only_a_4xx_or_twilios_own_503_lets_a_text_be_sent_again(status: int, body: bytes) -> None:
    channel = SmsChannel(NUMBER, FakeTransport.playing(answer(status, body)), public_url=PUBLIC)
    with pytest.raises((NotAccepted, Uncertain)) as caught:
        await channel.send(MESSAGES[0])
    assert isinstance(caught.value, NotAccepted) == (400 <= status < 500)


def test_every_code_of_the_field_facts_has_its_row() -> None:
    listed = (
        "30036 21610 21211 21614 30005 30006 21612 21408 21606 30004 30003 30008 30500 30017 30047 30410 "
        "20429 20503 21611 30001 30022 14107 63018 30023 30027 30025 30026 30007 30019 21617 21602 21620 "
        "21623 20003 30002 21608 21703 21704 21705 30018 30024 30032 30034 30125 11200 12300"
    )
    assert set(CODES) == {int(code) for code in listed.split()}


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_a_sentence_for_a_coordinator(code: int) -> None:
    error = CODES[code].raised(code)
    assert error.code == str(code)
    assert str(error)[0].isupper()
    assert str(error).endswith(".")
    if isinstance(error, Throttled):
        assert error.wait > 0


def record(number: int, created: str, body: str | None = "Hola", **more: object) -> dict[str, object]:
    return {
        "sid": f"SM{number:032x}",
        "body": body,
        "date_created": created,
        "date_sent": None,
        "status": "queued",
        "messaging_service_sid": None,
        **more,
    }


async def test_a_lost_text_is_looked_for_on_every_page() -> None:
    transport = FakeTransport.playing(
        answer(
            200,
            {
                "messages": [record(1, "Tue, 17 Nov 2026 16:00:05 +0000")],
                "next_page_uri": "/2010-04-01/Accounts/x/Messages.json?Page=1&PageToken=x",
            },
        ),
        answer(
            200,
            {
                "messages": [
                    record(2, "Tue, 17 Nov 2026 16:00:00 +0000", status="undelivered"),
                    record(3, "Tue, 17 Nov 2026 15:59:59 +0000"),
                    record(4, "Tue, 17 Nov 2026 16:00:09 +0000", body="", status="delivered"),
                ],
                "next_page_uri": None,
            },
        ),
    )
    channel = SmsChannel(NUMBER, transport, public_url=PUBLIC)
    # Twilio states whole seconds, so the second in which the attempt began counts as after it.
    seen = await channel.find("+17155550142", datetime(2026, 11, 17, 16, 0, 0, 900_000, tzinfo=UTC))

    assert [(one.provider_id[-1], one.text, one.status) for one in seen] == [
        ("1", "Hola", "queued"),
        ("2", "Hola", "failed"),
        ("4", None, "delivered"),
    ]
    assert seen[0].created_at == datetime(2026, 11, 17, 16, 0, 5, tzinfo=UTC)
    first, second = transport.requests
    assert dict(parse_qsl(urlsplit(first.url).query)) == {
        "To": "+17155550142",
        "From": "+17155550100",
        "PageSize": "1000",
    }
    assert second.url.endswith("?Page=1&PageToken=x")
    assert first.headers["Authorization"] == second.headers["Authorization"]


async def test_a_messaging_service_sees_its_own_texts_whatever_number_sent_them() -> None:
    others = "MG" + "b" * 32
    now = "Tue, 17 Nov 2026 16:00:05 +0000"
    found = [
        record(1, now, messaging_service_sid=SERVICE.sender),
        record(2, now, messaging_service_sid=others),
        record(3, now),
    ]
    transport = FakeTransport.playing(answer(200, {"messages": found, "next_page_uri": None}))
    channel = SmsChannel(SERVICE, transport, public_url=PUBLIC)
    seen = await channel.find("+17155550142", datetime(2026, 11, 17, 16, tzinfo=UTC))
    assert [one.provider_id[-1] for one in seen] == ["1", "3"]
    assert "From" not in dict(parse_qsl(urlsplit(transport.requests[0].url).query))


async def test_the_prefix_of_a_trial_account_is_not_taken_for_our_words() -> None:
    found = [record(1, "Tue, 17 Nov 2026 16:00:05 +0000", body="Sent from your Twilio trial account - Hola")]
    transport = FakeTransport.playing(answer(200, {"messages": found, "next_page_uri": None}))
    channel = SmsChannel(NUMBER, transport, public_url=PUBLIC)
    [seen] = await channel.find("+17155550142", datetime(2026, 11, 17, 16, tzinfo=UTC))
    assert seen.text == "Hola"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"code": 20003}, Setup),
        (429, {"code": 20429}, Throttled),
        (500, "", Uncertain),
        (200, "no JSON", Uncertain),
        (200, [], Uncertain),
        (200, {"messages": [{"sid": SID}], "next_page_uri": None}, Uncertain),
    ],
)
async def test_a_list_that_cannot_be_read_is_never_taken_for_absence(
    status: int, body: object, expected: type[Exception]
) -> None:
    channel = SmsChannel(NUMBER, FakeTransport.playing(answer(status, body)), public_url=PUBLIC)
    with pytest.raises(expected):
        await channel.find("+17155550142", datetime.now(UTC) - timedelta(hours=1))


FIELDS = {
    "MessageSid": SID,
    "AccountSid": NUMBER.account_sid,
    "From": "+17155550142",
    "To": "+17155550100",
    "Body": "haa",
    "NumMedia": "0",
}
INBOUND = f"{PUBLIC}/sms/inbound"
STATUS = f"{PUBLIC}/sms/status?attempt=a1"


def test_a_post_with_the_right_signature_is_believed() -> None:
    assert SmsWebhook(NUMBER).parse_inbound(signed(TOKEN, INBOUND, FIELDS)).text == "haa"


def test_the_port_may_be_written_in_the_signed_url_or_left_out() -> None:
    with_port = signature(TOKEN, INBOUND.replace(".example", ".example:443"), FIELDS)
    request = Request(
        "POST", INBOUND, {"content-type": FORM, "x-twilio-signature": with_port}, urlencode(FIELDS).encode()
    )
    assert SmsWebhook(NUMBER).parse_inbound(request).text == "haa"


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(signed("another-token-000000", INBOUND, FIELDS), id="another token"),
        pytest.param(signed(TOKEN, INBOUND.replace("homeloop", "evil"), FIELDS), id="another host"),
        pytest.param(
            signed(TOKEN, INBOUND, FIELDS, body=urlencode({**FIELDS, "Body": "maya"}).encode()),
            id="another body",
        ),
        pytest.param(
            Request("POST", INBOUND, {"content-type": FORM}, urlencode(FIELDS).encode()), id="no signature"
        ),
        pytest.param(
            Request("POST", INBOUND, {"content-type": FORM, "x-twilio-signature": "ü"}, b""),
            id="odd signature",
        ),
    ],
)
def test_a_post_that_is_not_twilios_is_forged(request_: Request) -> None:
    # What is signed for another URL arrives at ours.
    arrived = Request("POST", INBOUND, request_.headers, request_.body)
    with pytest.raises(Forged):
        SmsWebhook(NUMBER).parse_inbound(arrived)


def test_an_attempt_cannot_be_put_into_a_signed_status_url() -> None:
    honest = signed(TOKEN, STATUS, {**FIELDS, "MessageStatus": "delivered"})
    assert SmsWebhook(NUMBER).parse_status(honest).attempt == "a1"
    changed = Request("POST", STATUS.replace("a1", "a2"), honest.headers, honest.body)
    with pytest.raises(Forged):
        SmsWebhook(NUMBER).parse_status(changed)


def test_text_moved_between_names_and_values_keeps_its_signature_and_is_refused_all_the_same() -> None:
    # Twilio signs names and values run together: "From" + "+1…" is also "Fro" + "m+1…".
    moved = {("Fro" if name == "From" else name): value for name, value in FIELDS.items()}
    moved["Fro"] = "m" + FIELDS["From"]
    assert signature(TOKEN, INBOUND, moved) == signature(TOKEN, INBOUND, FIELDS)
    with pytest.raises(Malformed):
        SmsWebhook(NUMBER).parse_inbound(signed(TOKEN, INBOUND, moved))


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", ""])
def test_a_body_that_is_no_form_is_refused(kind: str) -> None:
    honest = signed(TOKEN, INBOUND, FIELDS)
    with pytest.raises(Malformed):
        SmsWebhook(NUMBER).parse_inbound(
            Request("POST", INBOUND, {**honest.headers, "content-type": kind}, honest.body)
        )


@pytest.mark.parametrize("own_answers", [True, False])
def test_whether_twilio_answers_stop_itself_is_a_setting(own_answers: bool) -> None:
    settings = NUMBER.model_copy(update={"provider_answers_stop": own_answers})
    inbound = SmsWebhook(settings).parse_inbound(signed(TOKEN, INBOUND, {**FIELDS, "Body": "STOP"}))
    assert inbound.provider_replied is own_answers


@given(body=st.binary(max_size=300), mark=st.text(max_size=40), url=st.text(max_size=60))
def test_no_bytes_do_more_than_be_refused(body: bytes, mark: str, url: str) -> None:
    request = Request("POST", PUBLIC + "/" + url, {"content-type": FORM, "x-twilio-signature": mark}, body)
    for parse in (SmsWebhook(NUMBER).parse_inbound, SmsWebhook(NUMBER).parse_status):
        with pytest.raises(BadRequest):
            parse(request)


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "MessageStatus", "ErrorCode", "OptOutType"]), st.text(max_size=40)
    )
)
def test_no_signed_values_do_more_than_be_refused(changes: dict[str, str]) -> None:
    form = {**FIELDS, "MessageStatus": "sent", **changes}
    try:
        encoded = urlencode(form).encode()
    except UnicodeEncodeError:
        return
    for url, parse in (
        (INBOUND, SmsWebhook(NUMBER).parse_inbound),
        (STATUS, SmsWebhook(NUMBER).parse_status),
    ):
        try:
            parse(signed(TOKEN, url, form, body=encoded))
        except Malformed:
            continue
        assert form["MessageSid"].startswith(("SM", "MM"))
        assert form["AccountSid"] == NUMBER.account_sid
