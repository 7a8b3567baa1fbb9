"""The webhook application, called as a server calls it: verified, stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from bot.channels.sms_webhook import SmsWebhook
from bot.channels.telegram import TelegramWebhook
from bot.errors import StoreError
from bot.messages import Inbound, Request, StatusReport
from bot.settings import Sms, Telegram
from bot.web.webhooks import BODY_LIMIT, Webhooks
from tests.channels.twilio_signature import signed

PUBLIC = "https://homeloop.example"
TOKEN = "test-token-0123456789"
SECRET = "s" * 40
SMS = Sms(account_sid="AC" + "0" * 32, auth_token=SecretStr(TOKEN), sender="+17155550100")
BOT = Telegram(token=SecretStr("7155:" + "t" * 35), mode="webhook", secret_token=SecretStr(SECRET))
FORM = {"MessageSid": "SM" + "1" * 32, "AccountSid": SMS.account_sid, "From": "+17155550142", "Body": "haa"}
UPDATE = json.dumps(
    {
        "update_id": 5,
        "message": {
            "message_id": 1,
            "chat": {"id": 3, "type": "private"},
            "from": {"id": 3, "first_name": "A"},
            "text": "haa",
        },
    }
).encode()


@dataclass
class Inbox:
    """Stands for the store; fails when told to."""

    messages: list[Inbound] = field(default_factory=list)
    reports: list[StatusReport] = field(default_factory=list)
    failure: Exception | None = None

    async def accept(self, messages: list[Inbound]) -> None:
        if self.failure:
            raise self.failure
        self.messages += messages

    async def accept_status(self, report: StatusReport) -> None:
        if self.failure:
            raise self.failure
        self.reports.append(report)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def webhooks(inbox: Inbox) -> Webhooks:
    return Webhooks(
        accept_inbound=inbox.accept,
        accept_status=inbox.accept_status,
        public_url=PUBLIC,
        sms=SmsWebhook(SMS),
        telegram=TelegramWebhook(BOT),
    )


@dataclass(frozen=True)
class Got:
    status: int
    headers: Mapping[str, str]
    body: str


async def call(
    application: Webhooks,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    chunks: tuple[bytes, ...] = (b"",),
    query: str = "",
) -> Got | None:
    """Call the application as an ASGI server would; None if it answers nothing."""
    incoming = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ] + [{"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
    }
    await application(scope, receive, send)
    if not sent:
        return None
    start, body = sent
    return Got(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        body["body"].decode(),
    )


async def post(application: Webhooks, request: Request) -> Got:
    path, _, query = request.url.removeprefix(PUBLIC).partition("?")
    got = await call(application, "POST", path, headers=request.headers, chunks=(request.body,), query=query)
    assert got is not None
    return got


def update(secret: str = SECRET, body: bytes = UPDATE) -> Request:
    return Request("POST", f"{PUBLIC}/telegram/webhook", {"x-telegram-bot-api-secret-token": secret}, body)


async def test_a_familys_sms_is_stored_and_answered_with_empty_twiml(
    webhooks: Webhooks, inbox: Inbox
) -> None:
    got = await post(webhooks, signed(TOKEN, f"{PUBLIC}/sms/inbound", FORM))
    assert (got.status, got.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert got.body == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert [message.text for message in inbox.messages] == ["haa"]


async def test_a_status_report_is_stored_with_the_attempt_of_its_query(
    webhooks: Webhooks, inbox: Inbox
) -> None:
    url = f"{PUBLIC}/sms/status?attempt=a1"
    got = await post(webhooks, signed(TOKEN, url, {**FORM, "MessageStatus": "delivered"}))
    assert (got.status, got.body) == (204, "")
    assert [(report.attempt, report.status) for report in inbox.reports] == [("a1", "delivered")]


async def test_a_telegram_update_is_stored(webhooks: Webhooks, inbox: Inbox) -> None:
    got = await post(webhooks, update())
    assert (got.status, got.body) == (200, "")
    assert [message.text for message in inbox.messages] == ["haa"]


async def test_an_update_of_no_use_is_acknowledged_so_that_it_is_not_sent_again(
    webhooks: Webhooks, inbox: Inbox
) -> None:
    assert (await post(webhooks, update(body=b'{"update_id": 6, "poll": {}}'))).status == 200
    assert inbox.messages == []


async def test_nothing_is_acknowledged_before_it_is_stored(webhooks: Webhooks) -> None:
    stored = asyncio.Event()

    async def slowly(messages: list[Inbound]) -> None:
        await stored.wait()

    slow = Webhooks(accept_inbound=slowly, accept_status=webhooks.accept_status, telegram=webhooks.telegram)
    answering = asyncio.create_task(post(slow, update()))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not answering.done()
    stored.set()
    assert (await answering).status == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(signed("another-token-000000", f"{PUBLIC}/sms/inbound", FORM), 403, id="forged sms"),
        pytest.param(update("wrong"), 403, id="forged update"),
        pytest.param(update(body=b"no JSON"), 400, id="malformed update"),
        pytest.param(signed(TOKEN, f"{PUBLIC}/sms/inbound", {**FORM, "From": "x"}), 400, id="malformed sms"),
        pytest.param(
            signed(TOKEN, f"{PUBLIC}/sms/status", {**FORM, "MessageStatus": "x"}), 400, id="malformed status"
        ),
    ],
)
async def test_what_is_refused_gets_one_sentence_and_is_not_stored(
    webhooks: Webhooks, inbox: Inbox, request_: Request, status: int
) -> None:
    got = await post(webhooks, request_)
    assert got.status == status
    assert got.body.endswith(".")
    assert "\n" not in got.body
    assert (inbox.messages, inbox.reports) == ([], [])


async def test_the_signature_is_checked_against_the_public_url_and_never_the_host(webhooks: Webhooks) -> None:
    request = signed(TOKEN, "https://evil.example/sms/inbound", FORM)
    headers = {**request.headers, "host": "evil.example", "x-forwarded-host": "evil.example"}
    got = await call(webhooks, "POST", "/sms/inbound", headers=headers, chunks=(request.body,))
    assert got is not None
    assert got.status == 403


@pytest.mark.parametrize(
    "failure", [StoreError("The disk is full; free some space."), ValueError("+17155550142")]
)
async def test_a_failure_to_store_asks_the_provider_to_try_again(
    webhooks: Webhooks, inbox: Inbox, failure: Exception
) -> None:
    inbox.failure = failure
    with structlog.testing.capture_logs() as logs:
        answers = [
            await post(webhooks, update()),
            await post(webhooks, signed(TOKEN, f"{PUBLIC}/sms/inbound", FORM)),
            await post(webhooks, signed(TOKEN, f"{PUBLIC}/sms/status", {**FORM, "MessageStatus": "sent"})),
        ]
    assert {(got.status, got.body) for got in answers} == {
        (500, "Homeloop could not store this just now; send it again.")
    }
    assert len(logs) == 3
    assert "+17155550142" not in str(logs)
    assert "haa" not in str(logs)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/sms/inbound", 405, "POST"),
        ("PUT", "/telegram/webhook", 405, "POST"),
        ("POST", "/health", 405, "GET, HEAD"),
        ("POST", "/", 404, None),
        ("GET", "/sms/inbound/", 404, None),
        ("POST", "/sms/inbound/../status", 404, None),
    ],
)
async def test_other_addresses_and_methods(
    webhooks: Webhooks, method: str, path: str, status: int, allow: str | None
) -> None:
    got = await call(webhooks, method, path)
    assert got is not None
    assert (got.status, got.headers.get("allow")) == (status, allow)
    assert got.body.endswith(".")


async def test_the_paths_of_a_channel_that_is_not_configured_are_unknown(inbox: Inbox) -> None:
    bare = Webhooks(accept_inbound=inbox.accept, accept_status=inbox.accept_status)
    for path in ("/sms/inbound", "/sms/status", "/telegram/webhook"):
        got = await call(bare, "POST", path)
        assert got is not None
        assert got.status == 404


@pytest.mark.parametrize(
    ("headers", "chunks"),
    [
        ({"content-length": str(BODY_LIMIT + 1)}, (b"",)),
        ({}, (b"x" * BODY_LIMIT, b"x")),
        ({"content-length": "2"}, (b"x" * (BODY_LIMIT + 1),)),
    ],
)
async def test_a_body_that_is_too_long_is_refused(
    webhooks: Webhooks, headers: dict[str, str], chunks: tuple[bytes, ...]
) -> None:
    got = await call(webhooks, "POST", "/telegram/webhook", headers=headers, chunks=chunks)
    assert got is not None
    assert got.status == 413


async def test_a_body_may_come_in_pieces(webhooks: Webhooks, inbox: Inbox) -> None:
    got = await call(
        webhooks,
        "POST",
        "/telegram/webhook",
        headers=update().headers,
        chunks=(UPDATE[:10], UPDATE[10:40], UPDATE[40:]),
    )
    assert got is not None
    assert got.status == 200
    assert len(inbox.messages) == 1


async def test_a_provider_that_hangs_up_midway_gets_no_answer_and_nothing_is_stored(
    webhooks: Webhooks, inbox: Inbox
) -> None:
    assert await call(webhooks, "POST", "/telegram/webhook", headers=update().headers, chunks=()) is None
    assert inbox.messages == []


async def test_health_says_how_we_are(inbox: Inbox) -> None:
    state: dict[str, Any] = {"sending": True, "queued": 3}
    webhooks = Webhooks(accept_inbound=inbox.accept, accept_status=inbox.accept_status, healthy=lambda: state)
    got = await call(webhooks, "GET", "/health")
    assert got is not None
    assert (got.status, json.loads(got.body)) == (200, {"ok": True, "sending": True, "queued": 3})

    state["sending"] = False
    head = await call(webhooks, "HEAD", "/health")
    assert head is not None
    assert (head.status, head.body) == (503, "")
