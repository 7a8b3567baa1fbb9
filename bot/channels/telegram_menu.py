"""The commands that Telegram shows beside the bot, in each language that it takes.

Telegram takes two-letter codes only (core.telegram.org/bots/api#setmycommands): families who read Hmong,
Karen or Dari see the menu for everybody else, which is English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from telegram import Bot
from telegram.error import TelegramError

from bot import languages
from bot.channels.telegram import UNREADABLE, failure, sdk
from bot.errors import SendError
from bot.ports import Transport
from bot.settings import Telegram

#: what the bot understands behind a stroke, in the order of the menu; each has a phrase `command_…`
COMMANDS: Final = ("help", "stop", "start")
#: Telegram has one Chinese where families have two ways of writing it
_CODES: Final[Mapping[str, str]] = {"zh-Hans": "zh"}
_EVERYBODY: Final = ""

#: Telegram's code, "" for everybody else -> command -> what it does
Menus = Mapping[str, Mapping[str, str]]


def menus(unreviewed: Mapping[str, bool]) -> Menus:
    """Return every menu that may be shown; an empty one where no native reader has seen our sentences.

    `unreviewed` is the setting of that name.
    """
    found = {_EVERYBODY: _menu(languages.SOURCE)}
    for tag in languages.catalog_languages():
        code = _CODES.get(tag, tag)
        if len(code) == 2:
            found[code] = _menu(tag) if languages.speakable(tag, unreviewed) else {}
    return found


def _menu(tag: str) -> Mapping[str, str]:
    return {command: languages.phrase(f"command_{command}", tag) for command in COMMANDS}


class TelegramMenu:
    """Gives Telegram the menus of one bot."""

    def __init__(self, settings: Telegram, transport: Transport) -> None:
        self._bot: Bot = sdk(settings, transport)

    async def show(self, wanted: Menus) -> tuple[str, ...]:
        """Change what differs from what Telegram has, and return those codes. Raises a `SendError`."""
        try:
            return tuple([code for code, menu in wanted.items() if await self._changed(code, menu)])
        except (TelegramError, *UNREADABLE) as error:
            refused: SendError = failure(error)
        # Raised out here so that no traceback carries the SDK's own errors.
        raise refused

    async def _changed(self, code: str, menu: Mapping[str, str]) -> bool:
        language = code or None
        shown = await self._bot.get_my_commands(language_code=language)
        if [(one.command, one.description) for one in shown] == list(menu.items()):
            return False
        if menu:
            await self._bot.set_my_commands(list(menu.items()), language_code=language)
        else:
            await self._bot.delete_my_commands(language_code=language)
        return True
