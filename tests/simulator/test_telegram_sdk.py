"""python-telegram-bot against the simulator: every method Homeloop calls, and every refusal it meets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken

from bot.messages import ChannelName
from bot.simulator import Family, Rule, Say, Simulator
from tests.simulator.conftest import CHAT, OurServer, until

TELEGRAM = ChannelName.TELEGRAM
SECRET = "s" * 32


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=label.lower())] for label in labels]
    )


@pytest.fixture
def family(simulator: Simulator) -> Family:
    made = Family(CHAT, TELEGRAM, name="Hodan", language_code="so", started=True)
    simulator.know([made])
    return made


async def test_who_am_i(simulator: Simulator, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (7155500, True, simulator.account.bot_name)


async def test_a_text_is_accepted_and_shown(simulator: Simulator, bot: Bot, family: Family) -> None:
    sent = await bot.send_message(CHAT, "Dugsigu waa xiran yahay.", reply_markup=keyboard("Haa", "Maya"))
    (entry,) = simulator.ledger.accepted
    assert (entry.provider_id, entry.address, entry.text) == (str(sent.message_id), CHAT, sent.text)
    assert entry.buttons == (("Haa", "haa"), ("Maya", "maya"))
    assert sent.chat.id == int(CHAT)
    assert sent.reply_markup == keyboard("Haa", "Maya")


async def test_reply_keyboards_are_taken_and_removed(simulator: Simulator, bot: Bot, family: Family) -> None:
    await bot.send_message(CHAT, "Which?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))
    await bot.send_message(CHAT, "Thanks.", reply_markup=ReplyKeyboardRemove())
    assert simulator.ledger.accepted[0].buttons == (("Yes", None), ("No", None))
    assert simulator.ledger.accepted[1].buttons == ()


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"chat_id": "999"}, BadRequest, "Chat not found"),
        ({"text": " \n"}, BadRequest, "Message text is empty"),
        ({"text": "a" * 4097}, BadRequest, "Message is too long"),
        (
            {"reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="ü" * 33)]])},
            BadRequest,
            "Button_data_invalid",
        ),
    ],
)
async def test_a_wrong_text_gets_the_documented_error(
    simulator: Simulator, bot: Bot, family: Family, fields: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=f"(?i){words}"):
        await bot.send_message(**({"chat_id": CHAT, "text": "Hello"} | fields))
    assert simulator.ledger.accepted == []
    assert len(simulator.ledger.refused) == 1


async def test_the_longest_text_and_data_are_taken(simulator: Simulator, bot: Bot, family: Family) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="ü" * 32)]])
    await bot.send_message(CHAT, "ج" * 4096, reply_markup=markup)
    assert len(simulator.ledger.accepted) == 1


async def test_we_cannot_write_before_start(simulator: Simulator, bot: Bot) -> None:
    simulator.know([Family(CHAT, TELEGRAM)])
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(CHAT, "Hello")
    await simulator.say(Say(CHAT, start="c0de-_42"))
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "/start c0de-_42"
    assert update.message.entities[0].type == "bot_command"
    await bot.send_message(CHAT, "Hello")


async def test_a_family_that_blocks_us_is_told_and_refuses(
    simulator: Simulator, bot: Bot, family: Family
) -> None:
    await simulator.phones.block(CHAT)
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(CHAT, "Hello")
    await simulator.phones.block(CHAT, blocked=False)
    await bot.send_message(CHAT, "Hello")
    assert [(entry.word, entry.stopped) for entry in simulator.ledger.opt_outs] == [
        ("block", True),
        ("unblock", False),
    ]


async def test_a_pressed_button_comes_as_a_query_and_is_answered(
    simulator: Simulator, bot: Bot, family: Family
) -> None:
    sent = await bot.send_message(CHAT, "Is it right?", reply_markup=keyboard("Haa", "Maya"))
    await simulator.phones.press(CHAT, 2)
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert (query.data, query.message and query.message.message_id) == ("maya", sent.message_id)
    assert query.from_user.language_code == "so"
    await bot.answer_callback_query(query.id, "✓")
    edited = await bot.edit_message_reply_markup(CHAT, sent.message_id, reply_markup=None)
    assert not isinstance(edited, bool)
    assert edited.reply_markup is None
    (press,) = simulator.ledger.heard
    assert press.acknowledged_at is not None
    assert simulator.ledger.accepted[0].buttons == ()
    with pytest.raises(BadRequest, match=r"(?i)not modified"):
        await bot.edit_message_reply_markup(CHAT, sent.message_id, reply_markup=None)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_reply_markup(CHAT, 4711)
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query("4711")


async def test_updates_come_again_until_the_offset_passes_them(
    simulator: Simulator, bot: Bot, family: Family
) -> None:
    for text in ("one", "two", "three"):
        await simulator.phones.say(CHAT, text, channel=TELEGRAM)
    first = await bot.get_updates(limit=2)
    again = await bot.get_updates(limit=2)
    assert [update.update_id for update in first] == [update.update_id for update in again]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message and update.message.text for update in rest] == ["three"]
    newest = await bot.get_updates(offset=-1)
    assert [update.message and update.message.text for update in newest] == ["three"]


async def test_a_long_poll_returns_when_something_comes(
    simulator: Simulator, bot: Bot, family: Family
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: simulator._updates._poller)
    await simulator.phones.say(CHAT, "haa", channel=TELEGRAM)
    (update,) = await asyncio.wait_for(poll, 2)
    assert update.message is not None
    assert update.message.text == "haa"


async def test_a_second_poller_ends_the_first(simulator: Simulator, bot: Bot, family: Family) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: simulator._updates._poller)
    async with Bot(bot.token, base_url=f"{simulator.base_url}/bot") as other:
        assert await other.get_updates() == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await first


async def test_a_poller_that_was_killed_is_forgotten(simulator: Simulator, bot: Bot, family: Family) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: simulator._updates._poller)
    poll.cancel()
    await until(lambda: simulator._updates._poller is None)


async def test_only_the_kinds_that_are_wanted_come(simulator: Simulator, bot: Bot, family: Family) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await simulator.phones.say(CHAT, "haa", channel=TELEGRAM)
    assert await bot.get_updates() == ()


async def test_a_webhook_gets_updates_with_its_secret_until_it_says_yes(
    simulator: Simulator, bot: Bot, family: Family, ours: OurServer
) -> None:
    ours.status = 503
    await bot.set_webhook(f"{ours.url}/telegram", secret_token=SECRET, max_connections=4)
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await simulator.phones.say(CHAT, "haa", channel=TELEGRAM)
    await until(lambda: len(ours.at("/telegram")) >= 2)
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.max_connections) == (1, 4)
    assert "503" in (info.last_error_message or "")
    ours.status = 200
    await simulator.quiet()
    posted = ours.at("/telegram")
    assert {post.json["update_id"] for post in posted} == {posted[0].json["update_id"]}
    assert {post.headers["X-Telegram-Bot-Api-Secret-Token"] for post in posted} == {SECRET}
    assert simulator.ledger.heard[0].told[-1] == 200
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_deleting_the_webhook_goes_back_to_polling(
    simulator: Simulator, bot: Bot, family: Family, ours: OurServer
) -> None:
    ours.status = 500
    await bot.set_webhook(f"{ours.url}/telegram", secret_token=SECRET)
    await simulator.phones.say(CHAT, "haa", channel=TELEGRAM)
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1
    await bot.set_webhook(f"{ours.url}/telegram", drop_pending_updates=True)
    assert (await bot.get_webhook_info()).url == f"{ours.url}/telegram"
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [("http://homeloop.example/t", None, "HTTPS"), ("https://homeloop.example/t", "no spaces", "unallowed")],
)
async def test_a_webhook_that_cannot_be_is_refused(
    bot: Bot, url: str, secret: str | None, words: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){words}"):
        await bot.set_webhook(url, secret_token=secret)


async def test_menus_are_kept_per_language(bot: Bot) -> None:
    scope = BotCommandScopeAllPrivateChats()
    commands = [BotCommand("stop", "Nothing more"), BotCommand("language", "Another language")]
    assert await bot.set_my_commands(commands, scope=scope, language_code="so")
    assert list(await bot.get_my_commands(scope=scope, language_code="so")) == commands
    assert await bot.get_my_commands() == ()
    assert await bot.delete_my_commands(scope=scope, language_code="so")
    assert await bot.get_my_commands(scope=scope, language_code="so") == ()
    with pytest.raises(BadRequest, match=r"(?i)language code"):
        await bot.set_my_commands(commands, language_code="hmn")
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Big", "letters")])


@pytest.mark.parametrize(
    ("token", "status"), [("7155500:" + "x" * 35, 401), ("nonsense", 404), ("7155500:short", 404)]
)
async def test_a_wrong_token_is_unauthorized_or_not_found(
    http: ClientSession, token: str, status: int
) -> None:
    async with http.post(f"/bot{token}/getMe") as response:
        body = await response.json()
    assert response.status == status
    assert (body["ok"], body["error_code"]) == (False, status)


async def test_the_sdk_takes_a_wrong_token_for_one(simulator: Simulator) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("7155500:" + "x" * 35, base_url=f"{simulator.base_url}/bot"):
            pass


async def test_an_unknown_method_is_not_found(simulator: Simulator, http: ClientSession) -> None:
    async with http.get(f"/bot{simulator.account.bot_token}/getMoney") as response:
        assert response.status == 404


@pytest.mark.parametrize("manner", ["query", "form", "multipart", "json", "JSON in JSON"])
async def test_parameters_may_come_in_every_form(
    simulator: Simulator, http: ClientSession, family: Family, manner: str
) -> None:
    path = f"/bot{simulator.account.bot_token}/SENDmessage"
    markup = '{"inline_keyboard": [[{"text": "Haa", "callback_data": "1"}]]}'
    fields = {"chat_id": CHAT, "text": "1 + 1 = 2 & so on", "reply_markup": markup}
    sent: dict[str, Any]
    match manner:
        case "query":
            sent = {"params": fields}
        case "form":
            sent = {"data": fields}
        case "multipart":
            form = FormData(default_to_multipart=True)
            form.add_fields(*fields.items())
            sent = {"data": form}
        case "json":
            keys = {"inline_keyboard": [[{"text": "Haa", "callback_data": "1"}]]}
            sent = {"json": fields | {"chat_id": int(CHAT), "reply_markup": keys}}
        case _:
            sent = {"json": fields}
    async with http.post(path, **sent) as response:
        assert response.status == 200, await response.text()
    (entry,) = simulator.ledger.accepted
    assert (entry.text, entry.buttons) == ("1 + 1 = 2 & so on", (("Haa", "1"),))


async def test_a_group_is_no_private_chat(simulator: Simulator, bot: Bot) -> None:
    simulator.know([Family("-100715", TELEGRAM, name="Bus parents")])
    await simulator.phones.say("-100715", "hello", channel=TELEGRAM)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.chat.type == "group"


async def test_a_picture_has_no_text(simulator: Simulator, bot: Bot, family: Family) -> None:
    await simulator.phones.say(CHAT, "", channel=TELEGRAM, pictures=1)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert (len(update.message.photo), update.message.text) == (1, None)


async def test_a_family_presses_by_rule(simulator: Simulator, bot: Bot) -> None:
    rules = (Rule(press="maya", when="right"), Rule(say="jooji", block=True))
    simulator.know([Family(CHAT, TELEGRAM, rules, started=True)])
    await bot.send_message(CHAT, "Is it right?", reply_markup=keyboard("Haa", "Maya"))
    await simulator.quiet()
    await bot.send_message(CHAT, "Thanks.")
    await simulator.quiet()
    kinds = [(heard.kind, heard.data or heard.text) for heard in simulator.ledger.heard]
    assert kinds == [("press", "maya"), ("text", "jooji"), ("block", "")]
