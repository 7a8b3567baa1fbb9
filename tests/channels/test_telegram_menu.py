"""The bot's commands in every language that Telegram takes, through the SDK, held by the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr
from telegram import Bot

from bot import languages
from bot.channels.telegram import sdk
from bot.channels.telegram_menu import COMMANDS, TelegramMenu, menus
from bot.channels.transport import PyreqwestTransport
from bot.errors import SendError
from bot.settings import Telegram
from bot.simulator import Account, Fault, Plan, Simulator, Trouble

ALL = dict.fromkeys(languages.catalog_languages(), True)


@dataclass
class World:
    """A simulated Telegram, our menu, and somebody who looks at it."""

    simulator: Simulator
    menu: TelegramMenu
    looker: Bot

    async def shown(self, code: str) -> dict[str, str]:
        """Return what Telegram would show to somebody whose Telegram is in this language."""
        commands = await self.looker.get_my_commands(language_code=code or None)
        return {one.command: one.description for one in commands}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    account = Account()
    simulator = Simulator(account)
    settings = Telegram(token=SecretStr(account.bot_token), base_url=await simulator.start())
    transport = PyreqwestTransport()
    yield World(simulator, TelegramMenu(settings, transport), sdk(settings, transport))
    await transport.close()
    await simulator.stop()


async def test_every_language_of_two_letters_gets_its_own_menu(world: World) -> None:
    await world.menu.show(menus(ALL))
    assert await world.shown("so") == {name: languages.phrase(f"command_{name}", "so") for name in COMMANDS}
    assert await world.shown("") == {
        "help": "A person, or another language",
        "stop": "Stop all messages",
        "start": "Write to me again",
    }
    assert (await world.shown("zh"))["stop"] == languages.phrase("command_stop", "zh-Hans")


def test_languages_that_telegram_has_no_code_for_see_the_menu_for_everybody() -> None:
    codes = set(menus(ALL))
    assert {len(code) for code in codes} == {0, 2}
    assert codes.isdisjoint({"hmn", "ksw", "prs", "zh-Hans", "zh-Hant"})
    assert codes - {"", "zh"} == {tag for tag in languages.catalog_languages() if len(tag) == 2}


def test_every_menu_is_short_enough_for_telegram() -> None:
    for menu in menus(ALL).values():
        assert all(1 <= len(what) <= 256 for what in menu.values())


async def test_only_what_has_changed_is_sent(world: World) -> None:
    assert set(await world.menu.show(menus(ALL))) == set(menus(ALL))
    assert await world.menu.show(menus(ALL)) == ()
    await world.looker.set_my_commands([("stop", "Jooji")], language_code="so")
    assert await world.menu.show(menus(ALL)) == ("so",)


async def test_sentences_that_no_native_reader_has_seen_are_not_shown_and_are_taken_back(
    world: World,
) -> None:
    """A school's consent to a draft is a setting; where it ends, families see English again."""
    await world.menu.show(menus({"so": True}))
    assert (await world.shown("so"))["stop"]
    assert await world.shown("am") == {}
    assert await world.menu.show(menus({})) == ("so",)
    assert await world.shown("so") == {}


@pytest.mark.parametrize("trouble", [Trouble.TOO_MANY, Trouble.BROKEN])
async def test_a_refusal_is_one_error_of_ours(world: World, trouble: Trouble) -> None:
    world.simulator.misbehave(Plan((Fault(trouble, call="setMyCommands"),)))
    with pytest.raises(SendError):
        await world.menu.show(menus(ALL))
