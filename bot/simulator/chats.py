"""Telegram chats: who has pressed Start, who has blocked us, and what each phone shows."""

from __future__ import annotations

import secrets
import time
from typing import Any

from bot.messages import ChannelName
from bot.simulator.desk import Denied, World
from bot.simulator.families import Family
from bot.simulator.ledger import Accepted, Heard, OptOut, Status, now
from bot.simulator.updates import Updates

Keyboard = tuple[tuple[str, str | None], ...]


class Chats:
    """Every chat of the bot; the families' `Line` on Telegram."""

    def __init__(self, world: World, updates: Updates) -> None:
        self._world = world
        self._updates = updates
        self._started: set[str] = set()
        self._blocked: set[str] = set()
        self._next = 1
        self.messages: dict[int, Accepted] = {}
        self.markups: dict[int, dict[str, Any]] = {}  #: inline keyboards, as they are now
        self.presses: dict[str, Heard] = {}  #: callback query id -> the press

    def forget_all(self) -> None:
        """Start with no chats."""
        self._started.clear()
        self._blocked.clear()
        self.messages.clear()
        self.markups.clear()
        self.presses.clear()

    def open_chat(self, chat_id: object) -> Family:
        """Return who is behind a chat we may write to. Raises `Denied` with Telegram's reason."""
        address = str(chat_id)
        if not address:
            raise Denied("chat_empty")
        family = self._world.phones.family(ChannelName.TELEGRAM, address)
        if family is None:
            raise Denied("chat_not_found", says=f"there is no chat {address}")
        if address in self._blocked:
            raise Denied("blocked", says=f"{address} has blocked the bot")
        if not (family.started or address in self._started or address.startswith("-")):
            raise Denied("never_started", says=f"{address} has never pressed Start")
        return family

    def accept(self, family: Family, text: str, keyboard: Keyboard, markup: dict[str, Any]) -> Accepted:
        """Take a text and show it on the phone at once."""
        message = Accepted(
            provider_id=str(self._new_id()),
            channel=ChannelName.TELEGRAM,
            sender=f"bot:{self._world.account.bot_id}",
            address=family.address,
            text=text,
            accepted_at=now(),
            number=next(self._world.numbers),
            buttons=keyboard,
        )
        message.statuses.append(Status("sent", message.accepted_at))
        self._world.ledger.accepted.append(message)
        self.messages[int(message.provider_id)] = message
        if "inline_keyboard" in markup:
            self.markups[int(message.provider_id)] = markup
        self._world.phones.arrive(message)
        return message

    async def hear(self, family: Family, sender: str | None, text: str, pictures: int = 0) -> None:
        """Bring a family's text or picture to the bot; writing unblocks it and starts the chat."""
        if family.address in self._blocked:
            await self.block(family, blocked=False)
        self._started.add(family.address)
        kind = "picture" if pictures else "start" if text.split(" ")[0] == "/start" else "text"
        number = self._new_id()
        heard = self._heard(family, kind, str(number), text)
        content: dict[str, Any] = {
            "message_id": number,
            "from": _user(family),
            "chat": chat_of(family),
            "date": int(time.time()),
        }
        if pictures:
            content["photo"] = [
                {"file_id": f"photo-{number}", "file_unique_id": f"p{number}", "width": 800, "height": 600}
            ]
        else:
            content["text"] = text
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(" ")[0])}]
        self._updates.add("message", content, heard)

    async def press(self, family: Family, message: Accepted, data: str) -> None:
        """Bring a pressed inline button to the bot."""
        query = str(secrets.randbelow(2**62) + 1)
        heard = self._heard(family, "press", query, "")
        heard.data, heard.message_id = data, message.provider_id
        self.presses[query] = heard
        content = {
            "id": query,
            "from": _user(family),
            "message": self.payload(message),
            "chat_instance": f"-{family.address}",
            "data": data,
        }
        self._updates.add("callback_query", content, heard)

    async def block(self, family: Family, *, blocked: bool) -> None:
        """Block the bot or unblock it, and tell it so."""
        (self._blocked.add if blocked else self._blocked.discard)(family.address)
        word = "block" if blocked else "unblock"
        heard = self._heard(family, word, str(self._new_id()), "")
        scope = heard.sender
        self._world.ledger.opt_outs.append(
            OptOut(ChannelName.TELEGRAM, scope, family.address, word, blocked, heard.at)
        )
        content = {
            "chat": chat_of(family),
            "from": _user(family),
            "date": int(time.time()),
            "old_chat_member": self._membership(kicked=not blocked),
            "new_chat_member": self._membership(kicked=blocked),
        }
        self._updates.add("my_chat_member", content, heard)

    def bot(self) -> dict[str, Any]:
        """Return the bot as a User."""
        account = self._world.account
        return {
            "id": account.bot_id,
            "is_bot": True,
            "first_name": "Homeloop",
            "username": account.bot_name,
        }

    def payload(self, message: Accepted) -> dict[str, Any]:
        """Return a text of ours as a Message."""
        family = self._world.phones.family(ChannelName.TELEGRAM, message.address)
        number = int(message.provider_id)
        payload: dict[str, Any] = {
            "message_id": number,
            "from": self.bot(),
            "chat": chat_of(family or Family(message.address, ChannelName.TELEGRAM)),
            "date": int(message.accepted_at.timestamp()),
            "text": message.text,
        }
        if number in self.markups:
            payload["reply_markup"] = self.markups[number]
        return payload

    def _heard(self, family: Family, kind: str, provider_id: str, text: str) -> Heard:
        sender = f"bot:{self._world.account.bot_id}"
        heard = Heard(provider_id, ChannelName.TELEGRAM, kind, sender, family.address, now(), text)
        self._world.ledger.heard.append(heard)
        return heard

    def _membership(self, *, kicked: bool) -> dict[str, Any]:
        if kicked:
            return {"user": self.bot(), "status": "kicked", "until_date": 0}
        return {"user": self.bot(), "status": "member"}

    def _new_id(self) -> int:
        number = self._next
        self._next += 1
        return number


def chat_of(family: Family) -> dict[str, Any]:
    """Return a family's Chat."""
    if family.address.startswith("-"):
        return {"id": int(family.address), "type": "group", "title": family.name}
    return {"id": int(family.address), "type": "private", "first_name": family.name}


def _user(family: Family) -> dict[str, Any]:
    user: dict[str, Any] = {
        "id": abs(int(family.address)),
        "is_bot": False,
        "first_name": family.name,
    }
    if family.language_code is not None:
        user["language_code"] = family.language_code
    return user
