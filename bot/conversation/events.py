"""What can happen in a conversation, the facts of that moment, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias

from bot.conversation.intent import Lexicon
from bot.conversation.talk import Question
from bot.messages import ReplyState


@dataclass(frozen=True, slots=True)
class Facts:
    """The world as it is at one event; the engine asks nobody."""

    school: str
    phone: str
    reader: str  #: who reads and answers, as families know them
    promised: datetime  #: by when a person answers: the soonest true time, in the school's zone
    lexicon: Lexicon  #: the words of the family's language and of English
    night: bool = False  #: nobody is on duty now
    adults: int = 1  #: people who use this contact point
    speakable: frozenset[str] = frozenset({"en"})  #: catalogs that may be sent to this family
    yes: str = "yes"  #: in the family's language
    no: str = "no"
    #: the language that this text is written in, where it is English or one they wrote in before (rule 18)
    wrote: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was sent to this contact point."""

    question: Question
    at: datetime
    certain: bool = True  #: False while its delivery is unknown
    again: bool = False  #: it was a reminder: the same question once more


@dataclass(frozen=True, slots=True)
class Said:
    """They wrote, or sent pictures or voice notes. `key` is the inbound's; it names a new reply."""

    text: str
    at: datetime
    key: str
    media: int = 0
    answered: bool = False  #: the provider already answered this START or HELP itself
    meant: str | None = None  #: as what it answered, "START" or "HELP", if it says so


@dataclass(frozen=True, slots=True)
class Pressed:
    """They pressed a button (`parse_button`).

    `question` is that of an older broadcast, from the store, when the talk no longer holds it.
    """

    press: Press
    at: datetime
    key: str
    question: Question | None = None
    reply: str | None = None  #: key of the reply that this family already gave to it


@dataclass(frozen=True, slots=True)
class ReadBackWritten:
    """A liaison or an engine wrote what we understood, in both languages (rule 9)."""

    reply: str
    home: str
    staff: str
    by: str  #: "liaison:Faadumo", "engine:LibreTranslate"
    at: datetime


@dataclass(frozen=True, slots=True)
class NoReadBack:
    """A person deals with these words: a liaison decided so, or an engine found what is never read back."""

    reply: str
    at: datetime
    danger: bool = False  #: what an engine understood touches the danger list


@dataclass(frozen=True, slots=True)
class LeftToPerson:
    """No engine could say what these words mean; somebody who speaks the language will (rule 8, vi)."""

    reply: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Woke:
    """Time passed."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StaffTookOver:
    """A person began to write with this family."""

    at: datetime


@dataclass(frozen=True, slots=True)
class HandedBack:
    """That person is done."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """They opened the bot with their one-time code."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Blocked:
    """They blocked the bot."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Unblocked:
    """They unblocked the bot."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ProviderStopped:
    """The provider took a STOP and answered it itself; we say nothing."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Press:
    """What a button means: `choice` counts from 1; `about` is "q" (question) or "r1", "r2" (read-back)."""

    broadcast_id: int
    choice: int
    about: str = "q"
    number: int = 1  #: of the question in its inquiry

    @property
    def key(self) -> tuple[int, int]:
        """Name the question as `Question.key` does."""
        return self.broadcast_id, self.number


Event: TypeAlias = (
    Asked
    | Said
    | Pressed
    | ReadBackWritten
    | NoReadBack
    | LeftToPerson
    | Woke
    | StaffTookOver
    | HandedBack
    | Linked
    | Blocked
    | Unblocked
    | ProviderStopped
)


def button_data(broadcast_id: int, choice: int, about: str = "q", number: int = 1) -> str:
    """Return what travels in a button: far below Telegram's 64 bytes."""
    return f"{about}:{broadcast_id}{f'.{number}' if number > 1 else ''}:{choice}"


def parse_button(data: str) -> Press | None:
    """Read a button's data back; None if it is none of ours."""
    about, _, rest = data.partition(":")
    question, _, choice = rest.partition(":")
    broadcast, dot, number = question.partition(".")
    numbers = (broadcast, number if dot else "1", choice)
    if about not in {"q", "r1", "r2"} or not all(map(_is_number, numbers)):
        return None
    return Press(int(broadcast), int(choice), about, int(number or 1))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


@dataclass(frozen=True, slots=True)
class Key:
    """One button under a text."""

    label: str
    data: str


#: the key of a text that is no phrase: the next question of an inquiry, said as it is worded
NEXT_QUESTION = "next"


@dataclass(frozen=True, slots=True)
class Say:
    """Write a phrase of the catalog to them, or the value `question` alone (`NEXT_QUESTION`).

    "noted_then" may be said as two texts, "noted" and the question, where one would be too long.
    Values that are dates are named by weekday and day in `language`, times of day by its own way with
    them, moments by the catalog's when_today or when_day. `also_english`: the same once more in English,
    after " / " (rule 18).
    """

    key: str
    language: str
    values: Mapping[str, str | date | datetime | time] = field(default_factory=dict)
    digits: bool = False  #: offers digits, so rule 3 holds for it
    passes_stop: bool = False
    also_english: bool = False
    buttons: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Keep what they told us; the newest version of the reply named by `reply`."""

    reply: str  #: key of the inbound that began it
    broadcast_id: int | None  #: None: a question of their own
    kind: str  #: the question's kind, or "own_question"
    words: str
    state: ReplyState
    value: str | None = None
    home: str | None = None  #: what we understood, in their language
    staff: str | None = None  #: the same in the staff's
    by: str = "family"
    late: bool = False
    question: int = 1  #: its number in the inquiry


@dataclass(frozen=True, slots=True)
class CallStaff:
    """Give it to a person. `promise`: they were told `Facts.promised`; restricted: the danger list."""

    why: str
    promise: bool
    restricted: bool = False
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class WriteReadBack:
    """Ask an engine, where it may, or a liaison to write what we understood."""

    reply: str
    person: bool = False  #: only a liaison: an engine has tried


@dataclass(frozen=True, slots=True)
class StopWriting:
    """Nothing more goes to this contact point: "family", "wrong number", "provider", "blocked"."""

    why: str


@dataclass(frozen=True, slots=True)
class ClosingsOnly:
    """After a STOP they want closings and danger, nothing else."""


@dataclass(frozen=True, slots=True)
class StartWriting:
    """They asked, by an explicit word or act, to be written to again."""

    why: str


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Write to this contact point in another language from now on."""

    tag: str


@dataclass(frozen=True, slots=True)
class CloseKeyboard:
    """Take the buttons of this question away; it is answered, or will not be."""

    broadcast_id: int
    question: int = 1


Effect: TypeAlias = (
    Say
    | Record
    | CallStaff
    | WriteReadBack
    | StopWriting
    | ClosingsOnly
    | StartWriting
    | ChangeLanguage
    | CloseKeyboard
)
