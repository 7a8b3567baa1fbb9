"""Families who read what arrives and answer by their own rules.

The vocabulary, the same in Python and as JSON:

    {"address": "+17155550142", "channel": "sms", "language_code": "so", "rules": [
        {"when": "bus", "say": "haa"},                  a text in which this pattern is found
        {"when": "right\\?", "say": ["1", "mahadsanid"], "after": 0.2},   two texts, one after the other
        {"buttons": true, "press": 1},                  any text with a keyboard: press the first button
        {"press": "Haa|Yes"},                           press the first button whose label fits
        {"when": "", "say": "STOP", "times": 3}         whatever comes, up to three times
    ]}

The first rule that fits and is not used up answers; one text is answered by at most one rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from bot.messages import ChannelName

#: (label, data): data is None on a reply keyboard, whose buttons are typed words
Keyboard = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a family does when a text of ours arrives that fits."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    say: str | tuple[str, ...] = ()
    press: int | str | None = None  #: the n-th button, from 1, or a pattern of its label
    when: str = ""  #: regular expression, searched in the text without regard to case
    fits: Callable[[str], bool] | None = None  #: in Python only; asked besides `when`
    buttons: bool = False  #: only texts that carry a keyboard
    after: Annotated[float, Field(ge=0)] = 0.05  #: seconds until the family answers, and between its texts
    times: Annotated[int, Field(ge=1)] = 1  #: how often this rule may answer
    block: bool = False  #: Telegram: block the bot (after saying and pressing)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said, one text after the other."""
        return (self.say,) if isinstance(self.say, str) else self.say

    def answers(self, text: str, keyboard: Keyboard) -> bool:
        """Say whether this rule fits an arriving text."""
        if (self.buttons or self.press is not None) and chosen(keyboard, self.press or 1) is None:
            return False
        if self.fits is not None and not self.fits(text):
            return False
        return re.search(self.when, text, re.IGNORECASE | re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class Family:
    """One phone and the people behind it, as the provider sees them: an address that answers."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    address: str  #: E.164, or a Telegram chat id; a negative one is a group
    channel: ChannelName = ChannelName.SMS
    rules: tuple[Rule, ...] = ()
    name: str = "Family"
    language_code: str | None = None  #: of the Telegram app
    started: bool = False  #: Telegram: has pressed Start before now, so we may write first


def chosen(keyboard: Keyboard, press: int | str) -> tuple[str, str | None] | None:
    """Return the button that `press` means, or None if the keyboard has no such button."""
    if isinstance(press, int):
        return keyboard[press - 1] if 0 < press <= len(keyboard) else None
    return next((button for button in keyboard if re.search(press, button[0], re.IGNORECASE)), None)
