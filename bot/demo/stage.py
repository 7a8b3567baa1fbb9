"""What the demo's own pages look at: the phones, the provider behind them, and how far the day has come."""

from __future__ import annotations

from enum import StrEnum

import phonenumbers

from bot.demo.handsets import Handset, Handsets
from bot.simulator import Say, Simulator
from bot.simulator.account import SENDER


class Step(StrEnum):
    """How far the day has come."""

    STARTING = "starting"  #: nobody is there yet
    PEOPLE = "people"  #: the roster is being imported, Telegram is being linked
    NEWS = "news"  #: the late start goes out
    QUESTIONS = "questions"  #: two questions go out and families answer
    YOURS = "yours"  #: the script is over; the rest is up to whoever looks at it


class Stage:
    """One demo as its pages see it. (No dataclass: Litestar would look into every part of one.)"""

    def __init__(self, simulator: Simulator, *, training: bool = False) -> None:
        self.simulator = simulator
        self.handsets = Handsets(simulator.ledger)
        self.training = training
        self.step = Step.STARTING
        self.trouble: str | None = None  #: why the day did not go on
        self.offered: set[str] = set()  #: keys of what was once there to be done

    @property
    def sender(self) -> str:
        """The school's number as a phone writes it."""
        number = phonenumbers.parse(SENDER)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)

    async def say(self, phone: Handset, text: str) -> None:
        """Let the family of a phone send a text."""
        await self.simulator.say(Say(phone.owner.address, text, channel=phone.channel))

    async def press(self, phone: Handset, number: int) -> None:
        """Let it press the button with that number, from 1, of the newest text that has buttons.

        Raises `PhoneError` if there is no such button.
        """
        await self.simulator.say(Say(phone.owner.address, channel=phone.channel, press=number))
