"""The Telegram adapter: what it posts, how it listens, which posts it believes."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels.telegram import (
    REFUSALS,
    TelegramChannel,
    TelegramPoller,
    TelegramWebhook,
    bot_id,
    lane,
    parse_update,
)
from bot.errors import (
    BadRequest,
    Forged,
    Malformed,
    NotAccepted,
    SendError,
    Setup,
    Temporary,
    Throttled,
    Uncertain,
)
from bot.messages import Button, ChannelName, Inbound, Outbound, Request
from bot.settings import Telegram
from tests.fakes import FakeTransport, Step, answer

TOKEN = "7155:" + "t" * 35
SECRET = "s" * 40
SETTINGS = Telegram(token=SecretStr(TOKEN), mode="webhook", secret_token=SecretStr(SECRET))
CHAT = {"id": 715550142, "type": "private"}
SENT = {"ok": True, "result": {"message_id": 77, "chat": CHAT, "date": 1794931200, "text": "x"}}
DONE = {"ok": True, "result": True}
PRESS = Inbound(
    ChannelName.TELEGRAM,
    "7155:105",
    "bot:7155",
    "715550142",
    pressed="r:12:1",
    press_id="4382",
    message_id="715550142:55",
)


def fields(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode()))


def method(request: Request) -> str:
    return request.url.removeprefix(f"https://api.telegram.org/bot{TOKEN}/")


def test_a_lane_is_named_for_the_bot_and_never_shows_the_token() -> None:
    assert lane(bot_id(SETTINGS)) == "bot:7155"


async def test_a_text_goes_out_plain_with_one_button_a_row() -> None:
    transport = FakeTransport.playing(answer(200, SENT))
    buttons = (Button("haa", "r:12:1"), Button("maya", "r:12:2"))
    receipt = await TelegramChannel(SETTINGS, transport).send(
        Outbound("a1", "715550142", "Ma saxbaa? _x_ <b>", buttons)
    )
    assert receipt.provider_id == "715550142:77"
    [request] = transport.requests
    assert method(request) == "sendMessage"
    sent = fields(request)
    assert json.loads(sent.pop("reply_markup")) == {
        "inline_keyboard": [
            [{"text": "haa", "callback_data": "r:12:1"}],
            [{"text": "maya", "callback_data": "r:12:2"}],
        ]
    }
    assert sent == {"chat_id": "715550142", "text": "Ma saxbaa? _x_ <b>"}


async def test_a_group_is_addressed_by_its_negative_id() -> None:
    transport = FakeTransport.playing(answer(200, SENT))
    await TelegramChannel(SETTINGS, transport).send(Outbound("a1", "-1002215550142", "N42"))
    assert fields(transport.requests[0]) == {"chat_id": "-1002215550142", "text": "N42"}


@pytest.mark.parametrize("error", [Temporary("no way there"), Uncertain("it broke")])
async def test_what_the_transport_says_of_a_failure_stands(error: SendError) -> None:
    with pytest.raises(type(error)) as caught:
        await TelegramChannel(SETTINGS, FakeTransport.playing(error)).send(Outbound("a1", "1", "x"))
    assert str(caught.value) == str(error)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, "no JSON", Uncertain),
        (200, {"ok": False, "result": 1}, Uncertain),
        (200, {"ok": True, "result": True}, Uncertain),
        (200, {"ok": True, "result": {"message_id": 7}}, Uncertain),
        (302, "", Uncertain),
        (400, "no JSON", NotAccepted),
        (403, "", NotAccepted),
        (418, "", Temporary),
        (500, "", Uncertain),
        (502, "<html>", Uncertain),
        (504, "", Uncertain),
    ],
)
async def test_answers_that_telegram_does_not_document(
    status: int, body: object, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        await TelegramChannel(SETTINGS, FakeTransport.playing(answer(status, body))).send(
            Outbound("a1", "1", "x")
        )


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({"ok": False, "parameters": {"retry_after": 35}}, {}, 35.0),
        ({"ok": False}, {"retry-after": "12"}, 12.0),
        ("<html>", {}, 5.0),
        ({"ok": False, "parameters": {"retry_after": -1}}, {"retry-after": "soon"}, 5.0),
    ],
)
async def test_a_flood_wait_is_obeyed(body: object, headers: dict[str, str], wait: float) -> None:
    channel = TelegramChannel(SETTINGS, FakeTransport.playing(answer(429, body, headers)))
    with pytest.raises(Throttled) as caught:
        await channel.send(Outbound("a1", "1", "x"))
    assert caught.value.wait == wait


def test_each_status_of_the_table_ends_in_a_row_that_matches_all_or_stands_alone() -> None:
    for row in REFUSALS:
        assert row.sentence.endswith(".")
    assert {row.status for row in REFUSALS if not row.description} == {400, 401, 403, 404, 409, 413}


@given(status=st.integers(100, 599), body=st.binary(max_size=120))
async def test_nothing_but_a_4xx_lets_a_text_be_sent_again(status: int, body: bytes) -> None:
    channel = TelegramChannel(SETTINGS, FakeTransport.playing(answer(status, body)))
    with pytest.raises((NotAccepted, Uncertain)) as caught:
        await channel.send(Outbound("a1", "1", "x"))
    assert isinstance(caught.value, NotAccepted) == (400 <= status < 500)


async def test_telegram_has_no_list_to_look_in() -> None:
    transport = FakeTransport()
    channel = TelegramChannel(SETTINGS, transport)
    assert await channel.find("1", datetime.now(UTC)) is None
    assert transport.requests == []


async def test_a_press_is_acknowledged_and_its_keyboard_taken_away() -> None:
    transport = FakeTransport.playing(answer(200, DONE), answer(200, DONE))
    await TelegramChannel(SETTINGS, transport).acknowledge(PRESS)
    assert [(method(request), fields(request)) for request in transport.requests] == [
        ("answerCallbackQuery", {"callback_query_id": "4382"}),
        ("editMessageReplyMarkup", {"chat_id": "715550142", "message_id": "55"}),
    ]


OLD = answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: query is too old"})


@pytest.mark.parametrize("step", [Temporary("no way there"), Uncertain("it broke"), OLD, answer(502)])
async def test_an_acknowledgement_that_fails_changes_nothing(step: Step) -> None:
    transport = FakeTransport.playing(step, step)
    await TelegramChannel(SETTINGS, transport).acknowledge(PRESS)
    assert len(transport.requests) == 2


async def test_words_need_no_acknowledgement() -> None:
    transport = FakeTransport()
    words = Inbound(ChannelName.TELEGRAM, "7155:1", "bot:7155", "1", text="haa")
    await TelegramChannel(SETTINGS, transport).acknowledge(words)
    assert transport.requests == []


async def test_polling_waits_as_long_as_the_settings_say_and_a_little_more() -> None:
    update = {"update_id": 9, "message": {}}
    transport = FakeTransport.playing(
        answer(200, {"ok": True, "result": []}), answer(200, {"ok": True, "result": [update]})
    )
    poller = TelegramPoller(SETTINGS, transport)
    assert await poller.updates(None) == []
    assert await poller.updates(9) == [update]
    kinds = '["message", "edited_message", "callback_query", "my_chat_member"]'
    assert [fields(request) for request in transport.requests] == [
        {"timeout": "25", "allowed_updates": kinds},
        {"timeout": "25", "allowed_updates": kinds, "offset": "9"},
    ]
    assert transport.timeouts == [35.0, 35.0]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (409, {"ok": False, "description": "Conflict: terminated by other getUpdates request"}, Setup),
        (401, {"ok": False}, Setup),
        (429, {"ok": False, "parameters": {"retry_after": 3}}, Throttled),
        (502, "", Uncertain),
        (200, {"ok": True, "result": {}}, Uncertain),
        (200, {"ok": True, "result": [{"no": "id"}]}, Uncertain),
    ],
)
async def test_polling_that_fails_says_why(status: int, body: object, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        await TelegramPoller(SETTINGS, FakeTransport.playing(answer(status, body))).updates(1)


async def test_polling_begins_by_taking_the_webhook_away_but_keeps_what_waits() -> None:
    transport = FakeTransport.playing(answer(200, DONE))
    await TelegramPoller(SETTINGS, transport).prepare("polling")
    assert [method(request) for request in transport.requests] == ["deleteWebhook"]
    assert fields(transport.requests[0]) == {"drop_pending_updates": "false"}


async def test_a_webhook_is_given_our_address_and_our_secret() -> None:
    transport = FakeTransport.playing(answer(200, DONE))
    await TelegramPoller(SETTINGS, transport).prepare("webhook", "https://homeloop.example")
    assert method(transport.requests[0]) == "setWebhook"
    told = fields(transport.requests[0])
    assert told["url"] == "https://homeloop.example/telegram/webhook"
    assert told["secret_token"] == SECRET
    assert "my_chat_member" in told["allowed_updates"]


async def test_a_token_that_is_refused_is_a_matter_of_setup() -> None:
    transport = FakeTransport.playing(answer(401, {"ok": False, "description": "Unauthorized"}))
    with pytest.raises(Setup, match=r"telegram\.token"):
        await TelegramPoller(SETTINGS, transport).prepare("polling")


UPDATE = json.dumps(
    {
        "update_id": 5,
        "message": {
            "message_id": 1,
            "chat": {"id": 3, "type": "private"},
            "from": {"id": 3, "is_bot": False, "first_name": "A"},
            "text": "haa",
        },
    }
).encode()


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "ü" * 40])
def test_a_post_without_our_secret_is_forged(secret: str) -> None:
    with pytest.raises(Forged):
        TelegramWebhook(SETTINGS).parse(
            Request("POST", "", {"x-telegram-bot-api-secret-token": secret} if secret else {}, UPDATE)
        )


def test_a_post_with_our_secret_is_believed() -> None:
    request = Request("POST", "", {"x-telegram-bot-api-secret-token": SECRET}, UPDATE)
    [inbound] = TelegramWebhook(SETTINGS).parse(request)
    assert (inbound.text, inbound.address, inbound.provider_id) == ("haa", "3", "7155:5")


def test_without_a_secret_no_post_is_believed() -> None:
    settings = SETTINGS.model_copy(update={"mode": "polling", "secret_token": None})
    with pytest.raises(Forged):
        TelegramWebhook(settings).parse(Request("POST", "", {"x-telegram-bot-api-secret-token": ""}, UPDATE))


@pytest.mark.parametrize("step", [answer(401, {"ok": False}), answer(200, "no JSON"), Uncertain("it broke")])
async def test_the_token_reaches_neither_log_nor_traceback(
    step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SendError) as caught:
        await TelegramChannel(SETTINGS, FakeTransport.playing(step)).send(Outbound("a1", "1", "x"))
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN not in caplog.text


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_update(body, "7155")


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
JSON = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["message_id", "chat", "id", "type", "from", "text", "caption", "photo", "data", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), JSON, max_size=2
    ),
    st.integers(0, 2**31),
)
def test_an_update_of_any_shape_is_read_or_passed_over(content: dict[str, object], number: int) -> None:
    assert len(parse_update({**content, "update_id": number}, "7155")) <= 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"update_id": "x"}', b"[" * 100_000, b'{"update_id": NaN}']
)
def test_what_is_no_update_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_update(body, "7155")


def test_an_update_that_cannot_be_read_does_not_stand_in_the_way_of_later_ones() -> None:
    assert parse_update(b'{"update_id": 5, "message": {"chat": "gone"}}', "7155") == []
