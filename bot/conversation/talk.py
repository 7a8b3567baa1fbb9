"""Where the conversation with one contact point stands: a frozen value, stored between messages.

At most one thing is open at a time (`Talk.now`); what came just before it and may still be meant is
`Talk.earlier` (docs/dialogue.md, rule 3). Moments are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter

#: a phone with an open question or read-back gets no other text with digits for so long (rule 3)
HELD_FOR = timedelta(hours=24)
#: an unanswered read-back becomes UNCONFIRMED after this, without a reminder (rule 11)
PATIENCE = timedelta(hours=48)
#: where a skip leads when the inquiry is over with that answer
END = 0
#: inquiries of several questions whose answers a talk remembers; what is older is only in the store
REMEMBERED = 4


class Kind(StrEnum):
    """What a question asks for."""

    YES_NO = "yes_no"
    ONE_OF = "one_of"
    NUMBER = "number"
    OWN_WORDS = "own_words"
    SEVERAL_OF = "several_of"
    SCALE = "scale"  #: a mark, from 1 to 5 (rule 2)
    DATE = "date"
    TIME = "time"  #: a time of day


class State(StrEnum):
    """The states of the transition table; `Talk.state` derives them."""

    QUIET = "quiet"  #: nothing is open
    ASKED = "asked"  #: a question waits for its answer
    ANSWERED = "answered"  #: answered, and a newer answer still replaces it (rule 10)
    FOR_WHOM = "for_whom"  #: answered; we asked which child it is for (rule 17)
    WHICH = "which"  #: we asked which of two texts the answer belongs to (rule 3)
    WAITING = "waiting"  #: own words came; somebody writes what we understood (rule 9)
    READ_BACK = "read_back"  #: we said what we understood; they judge it (rule 7)
    READ_BACK_AGAIN = "read_back_again"  #: we said the corrected understanding; the one repair
    TELLING = "telling"  #: a bare no; we wait for their own words again
    WITH_STAFF = "with_staff"  #: a person is writing with them; the machine keeps silent
    OFFERED = "offered"  #: stopped; for 24 h, 1 means closings only (rule 16)
    STOPPED = "stopped"  #: stopped, with or without closings


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was put to this family.

    `topic`, `choices`, `asked` and `grades` are in the family's language, `staff_…` in the staff's.
    """

    broadcast_id: int
    kind: Kind
    topic: str
    choices: tuple[str, ...] = ()
    staff_choices: tuple[str, ...] = ()
    asked: str | None = None  #: the verb of a yes/no question (rule 5)
    low: int | None = None  #: of a number, a scale; of a time in minutes since midnight
    high: int | None = None
    #: "grade 3", "grade 6", "both": asked after the answer when there are two or more (rule 17)
    grades: tuple[str, ...] = ()
    staff_grades: tuple[str, ...] = ()
    decided_on: date | None = None  #: the day of "we tell you what is decided"; None: nothing happens next
    closes_at: datetime | None = None  #: answers after this are recorded as late
    number: int = 1  #: its place in its inquiry
    put: str = ""  #: the question with its menu, as it is said when it follows another answer
    skips: tuple[tuple[str, int], ...] = ()  #: after this value that question is next, or `END`
    #: every question of the inquiry, this one too, each without its own series; empty where it stands alone
    series: tuple[Question, ...] = ()

    @property
    def key(self) -> tuple[int, int]:
        """Tell it apart from every other question."""
        return self.broadcast_id, self.number

    @property
    def closed(self) -> bool:
        """Say whether one of its choices is the answer."""
        return self.kind in {Kind.YES_NO, Kind.ONE_OF}

    @property
    def marks(self) -> tuple[int, int]:
        """Return the lowest and the highest mark of a scale: 1 to 5 where nothing else is said (rule 2)."""
        return self.low or 1, self.high or 5

    @property
    def menu(self) -> bool:
        """Say whether its answers are choices, so that 0 and 9 keep their meaning (rules 1 and 2)."""
        return self.closed or self.kind is Kind.SEVERAL_OF


@dataclass(frozen=True, slots=True)
class Open:
    """A question that may be answered, or whose answer may be replaced."""

    question: Question
    asked_at: datetime
    certain: bool = True  #: False: we do not know whether it was delivered
    reply: str | None = None  #: key of the reply it has, once anything was recorded
    words: str = ""
    value: str | None = None
    home: str | None = None  #: the answer in the family's language
    staff: str | None = None
    child: int | None = None  #: number of the grade that was chosen, from 1; 0: a person finds out
    answered_at: datetime | None = None
    replaced: bool = False  #: the answer stands in for an earlier one
    misread: int = 0  #: texts we could not read as an answer
    misread_at: datetime | None = None
    texts: int = 0  #: that we wrote about it after asking; at most 4 (rule 13)
    what: Literal["question"] = "question"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What somebody told us, until it is understood or a person has it."""

    reply: str
    question: Question
    words: str
    said_at: datetime
    round: int = 1
    about: Open | None = None  #: the question as answered, when a closed answer with a slip is read back
    home: str | None = None  #: what we understood, in the family's language
    staff: str | None = None
    by: str = "family"
    texts: int = 0


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What we said we understood; awaits the family's judgement."""

    own: OwnWords
    sent_at: datetime
    asked_again: bool = False
    what: Literal["read_back"] = "read_back"


@dataclass(frozen=True, slots=True)
class Telling:
    """They said "no"; we wait for their own words again."""

    own: OwnWords
    since: datetime
    what: Literal["telling"] = "telling"


@dataclass(frozen=True, slots=True)
class ForWhom:
    """An answer that still lacks its child."""

    open: Open
    since: datetime
    what: Literal["for_whom"] = "for_whom"


@dataclass(frozen=True, slots=True)
class Which:
    """Words that could answer two texts of ours."""

    words: str
    key: str
    at: datetime
    first: Open | ReadBack
    second: Open | ReadBack
    what: Literal["which"] = "which"


@dataclass(frozen=True, slots=True)
class Survey:
    """What a family has answered of an inquiry of several questions."""

    broadcast_id: int
    #: values by the question's number; own words have "", because nothing is skipped after them
    given: tuple[tuple[int, str], ...] = ()
    texts: tuple[tuple[int, int], ...] = ()  #: that we wrote about each, by number (rule 13)
    child: int | None = None  #: as `Open.child`: asked once for the whole inquiry


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast texts come, so that another machine is not answered for ever."""

    since: datetime | None = None  #: of the first text of this stretch
    texts: int = 0
    same: int = 0  #: texts in a row that are the same
    mark: int = 0  #: of the newest text; says only whether the next is the same


Offer: TypeAlias = Open | ReadBack
Now: TypeAlias = Open | ReadBack | Telling | ForWhom | Which


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing may be written to them."""

    why: str  #: "family" | "wrong number" | "provider" | "blocked"
    offer_until: datetime | None = None
    closings: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the conversation with one contact point stands."""

    language: str
    #: languages they wrote in before they chose this one; danger and STOP are heard in those too
    spoke: tuple[str, ...] = ()
    now: Now | None = None
    earlier: Offer | None = None
    #: a newer text, put aside until the one before it is dealt with; then it is open again
    aside: Offer | None = None
    #: own words whose understanding is not written yet, or may not be said yet
    waiting: tuple[OwnWords, ...] = ()
    stopped: Stopped | None = None
    with_staff: bool = False
    handed_over_at: datetime | None = None  #: of the newest hand-over text
    told_who: bool = False  #: we said who we are, once (rule 18)
    pace: Pace = Pace()
    unanswered: int = 0  #: questions in a row (rule 13)
    surveys: tuple[Survey, ...] = ()  #: the newest `REMEMBERED`, the newest last

    @property
    def state(self) -> State:
        """Return where it stands; what stops it outranks what is open."""
        if self.stopped is not None:
            return State.STOPPED if self.stopped.offer_until is None else State.OFFERED
        if self.with_staff:
            return State.WITH_STAFF
        match self.now:
            case Open(value=value):
                return State.ASKED if value is None else State.ANSWERED
            case ReadBack(own=own):
                return State.READ_BACK if own.round == 1 else State.READ_BACK_AGAIN
            case Telling():
                return State.TELLING
            case ForWhom():
                return State.FOR_WHOM
            case Which():
                return State.WHICH
        return State.WAITING if self.waiting else State.QUIET


def open_until(talk: Talk) -> datetime | None:
    """Return until when no other text with digits may be started to this phone (rule 3)."""
    if talk.stopped is not None:
        return None
    match talk.now:
        case Open(value=None, asked_at=since) | ReadBack(sent_at=since) | Telling(since=since):
            return since + HELD_FOR
        case ForWhom(since=since) | Which(at=since):
            return since + HELD_FOR
    return None


def digits_wait_until(talk: Talk) -> datetime | None:
    """`open_until`, and also while somebody writes a read-back for them: it goes before a new question."""
    if talk.stopped is not None:
        return None
    moments = [open_until(talk), *(own.said_at + HELD_FOR for own in talk.waiting)]
    return max((moment for moment in moments if moment is not None), default=None)


def wakes_at(talk: Talk) -> datetime | None:
    """Return when `Woke` is due next, if ever."""
    return min((moment for moment in _deadlines(talk) if moment is not None), default=None)


def _deadlines(talk: Talk) -> list[datetime | None]:
    if talk.stopped is not None:
        return [talk.stopped.offer_until]
    due: list[datetime | None] = [patience_ends(each) for each in (talk.now, talk.earlier, talk.aside)]
    if any(own.home is not None for own in talk.waiting):
        due.append(open_until(talk))
    return due


def patience_ends(thing: Now | None) -> datetime | None:
    """Return when we have waited 48 h for this, if we wait for it at all (rule 11)."""
    match thing:
        case Open(value=None, misread_at=datetime() as since):
            return since + PATIENCE
        case ReadBack(sent_at=since) | Telling(since=since) | ForWhom(since=since) | Which(at=since):
            return since + PATIENCE
    return None


@cache
def _adapter() -> TypeAdapter[Talk]:
    return TypeAdapter(Talk)


def to_json(talk: Talk) -> dict[str, Any]:
    """Return the talk as plain JSON values; `from_json` gives the same talk back."""
    values: dict[str, Any] = _adapter().dump_python(talk, mode="json")
    return values


def from_json(values: Mapping[str, Any]) -> Talk:
    """Rebuild a stored talk; keys it does not know are left out, missing ones have their defaults."""
    return _adapter().validate_python(dict(values))
