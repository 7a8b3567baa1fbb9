"""Telegram through a bot: build, post, parse, raise; and for what comes in: verify, parse.

One table, `REFUSALS`, maps Telegram's answers to our error tree. It looks at the HTTP status and the
description and not at python-telegram-bot's exceptions, where BadRequest is a NetworkError and a 5xx
cannot be told from a time-out. Telegram's page: core.telegram.org/bots/api.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import urlencode

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.transport import json_object
from bot.errors import (
    BadAddress,
    Content,
    Forged,
    Malformed,
    Moved,
    OptedOut,
    SendError,
    Setup,
    Temporary,
    Throttled,
    Uncertain,
)
from bot.messages import ChannelName, Inbound, Outbound, Receipt, Request, Response, Sighting
from bot.ports import Transport
from bot.settings import Telegram

#: seconds to wait after a 429 that states none
DEFAULT_WAIT: Final = 5.0
#: seconds beyond its own wait that a long poll may take to answer
POLL_MARGIN: Final = 10.0
#: the kinds of update that we read; Telegram keeps the rest to itself
KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")
#: payload of a t.me link that links an account to a person
_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<code>[A-Za-z0-9_-]{1,64}))?\s*", re.ASCII)
_NUMBER = "-?[0-9]{1,19}"
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: an answer with this status whose description matches means this."""

    status: int
    description: str  #: a regular expression, searched without regard to case; "" matches all
    error: type[SendError]
    sentence: str  #: for a coordinator


#: What the Bot API answers, by status and words. The first row that matches holds; 429 and what is no
#: 4xx never reach it.
REFUSALS: Final = (
    Refusal(
        403,
        "blocked by the user|user is deactivated",
        OptedOut,
        "The family blocked the bot or left Telegram; reach them another way.",
    ),
    Refusal(
        403,
        "can't initiate|can't send messages to bots",
        BadAddress,
        "This person has never started the bot; send them its link by SMS or on paper.",
    ),
    Refusal(
        403,
        "kicked|not a member|not enough rights|have no rights",
        BadAddress,
        "The bot may no longer write in this group; ask the partner to let it in again.",
    ),
    Refusal(403, "", BadAddress, "Telegram forbids the bot to write to this chat; reach them another way."),
    Refusal(
        400,
        "upgraded to a supergroup",
        BadAddress,
        "This group has become a supergroup with a new id; link it again.",
    ),
    Refusal(
        400,
        "chat not found|peer_id_invalid|user not found|chat_id is empty",
        BadAddress,
        "Telegram knows no such chat; link the account again.",
    ),
    Refusal(
        400,
        "can't parse",
        Content,
        "Telegram cannot read this text as it is marked up; send it as plain words.",
    ),
    Refusal(400, "too long", Content, "This text is over 4,096 characters; shorten it."),
    Refusal(400, "text is empty|text must be non-empty", Content, "This text is empty; write one."),
    Refusal(
        400,
        "button|reply markup|keyboard",
        Content,
        "Telegram refuses the buttons of this text; change them.",
    ),
    Refusal(400, "", Content, "Telegram refuses this text; look at its wording and buttons."),
    Refusal(401, "", Setup, "Telegram refuses the bot's token; check telegram.token in config.toml."),
    Refusal(404, "", Setup, "Telegram knows no such bot; check telegram.token and base_url in config.toml."),
    Refusal(
        409,
        "",
        Setup,
        "Another program reads this bot's messages; stop it, or let it have a bot of its own.",
    ),
    Refusal(413, "", Content, "Telegram refuses this text as too large; shorten it."),
)


class TelegramChannel:
    """One bot as a `bot.ports.Channel`."""

    def __init__(self, settings: Telegram, transport: Transport) -> None:
        self._bot = sdk(settings, transport)

    async def send(self, message: Outbound) -> Receipt:
        """Send one plain text, one button a row. Never retries.

        The receipt's id is `<chat>:<message>`, because Telegram numbers messages per chat.
        """
        chat = _chat(message.address)
        try:
            sent = await self._bot.send_message(chat, message.text, reply_markup=_keyboard(message))
            return Receipt(f"{message.address}:{sent.message_id}")
        except (TelegramError, *UNREADABLE) as error:
            refused = failure(error)
        # Raised out here so that no traceback carries the SDK's own errors.
        raise refused

    async def find(self, address: str, since: datetime) -> list[Sighting] | None:
        """Return None: Telegram keeps no list of what a bot sent."""
        return None

    async def acknowledge(self, inbound: Inbound) -> None:
        """Stop the pressed button's spinner and take its keyboard away; a failure changes nothing."""
        if inbound.press_id is not None:
            with contextlib.suppress(TelegramError, *UNREADABLE):
                await self._bot.answer_callback_query(inbound.press_id)
        if inbound.message_id is not None:
            number = int(inbound.message_id.rpartition(":")[2])
            with contextlib.suppress(TelegramError, *UNREADABLE):
                await self._bot.edit_message_reply_markup(_chat(inbound.address), number, reply_markup=None)


class TelegramPoller:
    """Asks for updates by long polling, on a transport of its own, and says how they shall come."""

    def __init__(self, settings: Telegram, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._bot = sdk(settings, transport)

    async def updates(self, offset: int | None) -> list[dict[str, Any]]:
        """Wait up to `poll_seconds` for updates from `offset` on, each with its `update_id`, in order.

        Asking with an offset tells Telegram that everything before it is stored. Raises a `SendError`.
        """
        fields = {"timeout": str(self._settings.poll_seconds), "allowed_updates": json.dumps(KINDS)}
        if offset is not None:
            fields["offset"] = str(offset)
        url = f"{_base(self._settings)}{self._settings.token.get_secret_value()}/getUpdates"
        timeout = self._settings.poll_seconds + POLL_MARGIN
        result = _result(await _ask(self._transport, url, fields, timeout))
        if not isinstance(result, list) or not all(
            isinstance(update, dict) and isinstance(update.get("update_id"), int) for update in result
        ):
            raise Uncertain("Telegram's list of updates could not be read.")
        return result

    async def me(self) -> str:
        """Return the bot's user name, as in t.me/NAME. Raises a `SendError`."""
        try:
            found = await self._bot.get_me()
        except (TelegramError, *UNREADABLE) as error:
            refused = failure(error)
        else:
            return found.username or str(found.id)
        raise refused

    async def prepare(self, mode: Literal["polling", "webhook"], public_url: str | None = None) -> None:
        """Tell Telegram where updates go. Raises a `SendError`."""
        try:
            await self._direct(mode, public_url)
        except (TelegramError, *UNREADABLE) as error:
            refused = failure(error)
        else:
            return
        raise refused

    async def _direct(self, mode: str, public_url: str | None) -> None:
        if mode == "polling":
            await self._bot.delete_webhook(drop_pending_updates=False)
            return
        secret = self._settings.secret_token
        await self._bot.set_webhook(
            f"{public_url}/telegram/webhook",
            secret_token=secret.get_secret_value() if secret else None,
            allowed_updates=KINDS,
        )


class TelegramWebhook:
    """Verifies and reads what Telegram posts to us."""

    def __init__(self, settings: Telegram) -> None:
        secret = settings.secret_token
        self._secret = secret.get_secret_value().encode() if secret else b""
        self._bot_id = bot_id(settings)

    def parse(self, request: Request) -> list[Inbound]:
        """Check the secret in constant time, then read; raises `Forged` or `Malformed`."""
        given = request.headers.get("x-telegram-bot-api-secret-token", "").encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, self._secret):
            raise Forged("The request does not carry the secret that we gave Telegram.")
        return parse_update(request.body, self._bot_id)


def bot_id(settings: Telegram) -> str:
    """Return the bot's own id, the number its token begins with."""
    return settings.token.get_secret_value().partition(":")[0]


def lane(bot: str) -> str:
    """Name the lane of a bot by its id."""
    return f"bot:{bot}"


def parse_update(update: Mapping[str, Any] | bytes, bot: str) -> list[Inbound]:
    """Read one update of the bot with that id; what we have no use for gives an empty list.

    So does an update whose content we cannot read: it is Telegram's all the same, and refusing it would
    make Telegram send it again before everything that came later. An edited message counts as a new
    text: editing is how a family corrects itself, and the update has an id of its own. Ids restart
    after a quiet week, so they are for recognising repeats only. Raises `Malformed` for what is no
    update at all.
    """
    try:
        fields = json.loads(update) if isinstance(update, bytes) else update
        number = _Envelope.model_validate(fields).update_id
    except (ValueError, RecursionError):
        raise Malformed("The body is no update that Telegram documents.") from None
    try:
        read = _Update.model_validate(fields)
    except (ValidationError, RecursionError):
        log.warning("telegram.unreadable", update=number)
        return []
    common: dict[str, Any] = {
        "channel": ChannelName.TELEGRAM,
        "provider_id": f"{bot}:{read.update_id}",
        "lane": lane(bot),
    }
    match read:
        case _Update(message=_Message() as message):
            said = _said(message)
        case _Update(edited_message=_Message() as message):
            said = _said(message, edited=True)
        case _Update(callback_query=_Press() as press):
            said = _pressed(press)
        case _Update(my_chat_member=_Change() as change):
            said = _changed(change)
        case _:
            said = None
    return [] if said is None else [Inbound(**common, **said)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Chat(_Part):
    id: int
    type: str


class _User(_Part):
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    language_code: str | None = None


class _Message(_Part):
    message_id: int
    chat: _Chat
    sender: _User | None = Field(None, alias="from")
    text: str | None = None
    caption: str | None = None
    #: what a person has to look at or listen to; only its presence counts
    photo: Any = None
    voice: Any = None
    audio: Any = None
    video: Any = None
    video_note: Any = None
    animation: Any = None
    document: Any = None
    sticker: Any = None
    contact: Any = None
    location: Any = None


_MEDIA: Final = (
    "photo",
    "voice",
    "audio",
    "video",
    "video_note",
    "animation",
    "document",
    "sticker",
    "contact",
    "location",
)


class _Press(_Part):
    id: str
    sender: _User = Field(alias="from")
    message: _Message | None = None
    data: str | None = None


class _Membership(_Part):
    status: str


class _Change(_Part):
    chat: _Chat
    sender: _User = Field(alias="from")
    new_chat_member: _Membership


class _Envelope(_Part):
    update_id: int


class _Update(_Envelope):
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Change | None = None


def _said(message: _Message, *, edited: bool = False) -> dict[str, Any] | None:
    if message.sender is None or message.sender.is_bot:
        return None
    text = (message.text or message.caption or "").replace("\x00", "")
    media = int(any(getattr(message, kind) is not None for kind in _MEDIA))
    # Neither is a notice of the chat itself (joined, pinned); a live location is edited every minute.
    if not text and (edited or not media):
        return None
    if message.chat.type != "private":
        return _group(message.chat)
    start = None if edited else _START.fullmatch(text)
    return {
        **_who(message.chat, message.sender),
        "text": text,
        "media": media,
        "start_code": start["code"] if start else None,
    }


def _group(chat: _Chat) -> dict[str, Any]:
    """A group is declined; of what is said there, and of who says it, nothing is kept."""
    return {"address": str(chat.id), "private": False}


def _pressed(press: _Press) -> dict[str, Any] | None:
    if press.message is None or press.data is None:
        return None
    chat = press.message.chat
    if chat.type != "private":
        return _group(chat)
    return {
        **_who(chat, press.sender),
        "pressed": press.data,
        "press_id": press.id,
        "message_id": f"{chat.id}:{press.message.message_id}",
    }


def _changed(change: _Change) -> dict[str, Any] | None:
    blocked = {"kicked": True, "member": False}.get(change.new_chat_member.status)
    if change.chat.type != "private" or blocked is None:
        return None
    return {**_who(change.chat, change.sender), "blocked": blocked}


def _who(chat: _Chat, sender: _User) -> dict[str, Any]:
    return {
        "address": str(chat.id),
        "private": chat.type == "private",
        "name": f"{sender.first_name} {sender.last_name}".replace("\x00", "").strip() or None,
        "language_hint": sender.language_code,
    }


class TransportRequest(BaseRequest):
    """Lets python-telegram-bot speak through our transport instead of httpx.

    A refusal leaves `do_request` as a `SendError`, which the SDK wraps in its NetworkError; `failure`
    takes it out again.
    """

    def __init__(self, transport: Transport, *, timeout: float = 30.0) -> None:
        self._transport = transport
        self._timeout = timeout

    @property
    def read_timeout(self) -> float:
        """Seconds for one whole exchange."""
        return self._timeout

    async def initialize(self) -> None:
        """Do nothing: the transport's owner opens it."""

    async def shutdown(self) -> None:
        """Do nothing: the transport's owner closes it."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; the phases have one time-out together."""
        fields = request_data.json_parameters if request_data else {}
        return 200, await _ask(self._transport, url, fields, self._timeout)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer without logging it, as the SDK's own does when it cannot."""
        return {"result": _result(payload)}


#: what the SDK raises over a result of the wrong shape
UNREADABLE: Final = (SendError, AttributeError, KeyError, TypeError, ValueError)


def sdk(settings: Telegram, transport: Transport) -> Bot:
    """Return python-telegram-bot's client over our transport."""
    # At DEBUG the SDK logs its base URL, which ends in the token, and every text with its address.
    logging.getLogger("telegram.Bot").setLevel(logging.INFO)
    request = TransportRequest(transport)
    return Bot(
        settings.token.get_secret_value(),
        base_url=_base(settings),
        request=request,
        get_updates_request=request,
    )


def _base(settings: Telegram) -> str:
    return f"{settings.base_url}/bot"


async def _ask(transport: Transport, url: str, fields: Mapping[str, str], timeout: float) -> bytes:
    """Post a form and return the body of a 2xx answer; raises a `SendError`."""
    request = Request("POST", url, _FORM, urlencode(fields).encode("ascii"))
    response = await transport.send(request, timeout=timeout)
    if 200 <= response.status < 300:
        return response.body
    raise _refused(response)


def _result(body: bytes) -> Any:
    envelope = json_object(body)
    if envelope.get("ok") is not True or "result" not in envelope:
        raise Uncertain("Telegram's answer could not be read, so the text may or may not have been accepted.")
    return envelope["result"]


def _refused(response: Response) -> SendError:
    status, envelope = response.status, json_object(response.body)
    if status == 429:
        sentence = "Telegram asks for fewer texts at a time; the queue goes on more slowly."
        return Throttled(sentence, wait=_wait(envelope, response), code="429")
    if not 400 <= status < 500:
        return Uncertain(
            f"Telegram answered with HTTP status {status}; it may have accepted the text all the same.",
            code=str(status),
        )
    if (moved := _moved(envelope)) is not None:
        return moved
    description = str(envelope.get("description", ""))
    for row in REFUSALS:
        if row.status == status and re.search(row.description, description, re.IGNORECASE):
            return row.error(row.sentence, code=str(status))
    return Temporary(f"Telegram could not take the text (HTTP status {status}); it is tried again later.")


def _moved(envelope: Mapping[str, Any]) -> Moved | None:
    """Read `parameters.migrate_to_chat_id`: a group became a supergroup, with a 64-bit id of its own."""
    parameters = envelope.get("parameters")
    chat = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    if not isinstance(chat, int) or not re.fullmatch(_NUMBER, str(chat)):
        return None
    return Moved(
        "This group has a new id, which is kept; the text goes there.", address=str(chat), code="400"
    )


def _wait(envelope: Mapping[str, Any], response: Response) -> float:
    """Seconds from `parameters.retry_after`, else from the header that a proxy may set."""
    parameters = envelope.get("parameters")
    stated = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(stated, int | float) and stated > 0:
        return float(stated)
    header = response.headers.get("retry-after", "")
    return float(header) if re.fullmatch(r"[1-9]\d{0,5}", header, re.ASCII) else DEFAULT_WAIT


def failure(error: BaseException) -> SendError:
    """Take our own error out of the SDK's wrapping; anything else is an answer it could not read."""
    if isinstance(error, SendError):
        return error
    if isinstance(error.__cause__, SendError):
        return error.__cause__
    return Uncertain("Telegram's answer could not be read, so the text may or may not have been accepted.")


def _chat(address: str) -> int | str:
    return int(address) if re.fullmatch(_NUMBER, address) else address


def _keyboard(message: Outbound) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    rows: Sequence[Sequence[InlineKeyboardButton]] = [
        [InlineKeyboardButton(button.label, callback_data=button.data)] for button in message.buttons
    ]
    return InlineKeyboardMarkup(rows)
