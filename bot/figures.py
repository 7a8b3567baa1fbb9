"""What reports say, as frozen values: each class and field says exactly what it counts.

Every number is exact. *Accepted* is the one that the provider's own ledger must agree with: texts that the
provider has given an id, whatever became of them afterwards. These are numbers for the school's staff: a
count under ten can point at a family, and has no place in anything that leaves the school.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any


class Figure:
    """Anything reported."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values; moments as ISO 8601 with their zone."""
        values: dict[str, Any] = _plain(self)
        return values


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Moved(Figure):
    """Texts to the phones of one language on one channel. The eight states add up to `total`."""

    language: str  #: of the phone; the text may be another's, see `fallback`
    channel: str
    waiting: int = 0
    queued: int = 0
    sending: int = 0
    uncertain: int = 0
    held: int = 0
    sent: int = 0  #: accepted, nothing further heard (Telegram never says more)
    delivered: int = 0  #: the handset has it
    failed: int = 0  #: ended for good: refused, undeliverable, given up, stopped or dropped
    total: int = 0
    accepted: int = 0  #: the provider gave an id: sent + delivered + those that failed on its side
    fallback: int = 0  #: of `total`: whose text is a labelled one in another language

    @property
    def told(self) -> int:
        """Texts that left for the phone and are not known to have failed."""
        return self.sent + self.delivered

    @property
    def to_go(self) -> int:
        """Texts that are still on our side, or being handed over at this moment."""
        return self.waiting + self.queued + self.sending

    @property
    def not_known(self) -> int:
        """Texts of which nobody knows whether the provider has them."""
        return self.uncertain + self.held


@dataclass(frozen=True, slots=True)
class Progress(Figure):
    """Texts, counted one by one: a phone that was written to twice counts twice."""

    broadcast_id: int | None  #: None: everything
    title: str | None
    broadcasts: tuple[Moved, ...]  #: texts of the broadcast, or of all broadcasts
    answers: tuple[Moved, ...]  #: what we said back to families; empty for a single broadcast


@dataclass(frozen=True, slots=True)
class Failure(Figure):
    """Texts that ended in the same way."""

    reason: str  #: one sentence for a coordinator
    code: str | None  #: the provider's own
    channel: str
    count: int  #: texts


@dataclass(frozen=True, slots=True)
class Said(Figure):
    """One reply: a family's own words beside what we made of them."""

    id: int
    broadcast_id: int | None  #: None: a question of their own
    contact_point_id: int
    address: str  #: only its last two digits
    channel: str
    language: str
    kind: str
    state: str
    words: str | None  #: their newest; None when restricted
    understood_home: str | None
    understood_staff: str | None
    value: str | None
    by: str
    late: bool
    restricted: bool  #: rule 19: for those on call only
    made_at: datetime
    changed_at: datetime
    question: int = 1  #: of the inquiry's questions


@dataclass(frozen=True, slots=True)
class HowFar(Figure):
    """One question of an inquiry of several: phones that were asked it, and those that answered in time."""

    number: int
    text: str  #: in the staff's language
    put: int
    answered: int


@dataclass(frozen=True, slots=True)
class Answer(Figure):
    """Phones of one language whose newest answer is this one.

    Late answers, and readings that the family has rejected and a person now deals with, are not in it.
    """

    value: str
    label: str  #: in the staff's words
    language: str
    count: int
    sure: int  #: of `count`: the family says that it is right (CONFIRMED or CORRECTED)
    question: int = 1  #: of the inquiry's questions


@dataclass(frozen=True, slots=True)
class Heard(Figure):
    """Phones of one language that an inquiry was for."""

    language: str
    asked: int  #: phones that the inquiry has a text for, in whatever state
    reached: int  #: of `asked`: a text is sent or delivered
    heard: int  #: of `asked`: a reply to this inquiry came from it, in whatever state
    silent: int  #: reached and not heard


@dataclass(frozen=True, slots=True)
class Results(Figure):
    """What an inquiry has brought in. Phones, not people: a shared phone answers once."""

    broadcast_id: int
    title: str
    kind: str | None  #: of the question; None: nothing was asked
    asked: int
    reached: int
    heard: int
    silent: int
    share: float | None  #: heard / (heard + silent): of the phones that could answer; None without any
    by_language: tuple[Heard, ...]
    answers: tuple[Answer, ...]
    states: Mapping[str, int]  #: replies by state, late ones included; every reply in exactly one
    late: int  #: of those replies: came after closing
    own_words: tuple[Said, ...]  #: replies that are no choice, newest first
    own_words_left_out: int  #: more of them than were asked for
    without_text: Mapping[str, int]  #: reason -> people of the audience whom no text can reach today
    reminded: int = 0  #: phones that a reminder has gone to
    answered_after: int = 0  #: of those: answered after it
    steps: tuple[HowFar, ...] = ()  #: every question, where there are several


@dataclass(frozen=True, slots=True)
class Waiting(Figure):
    """Something that a person owes a family."""

    id: int
    why: str
    promised_at: datetime | None  #: what the family was told; None: nothing
    made_at: datetime
    contact_point_id: int | None
    address: str | None
    channel: str | None
    language: str | None
    reply_id: int | None
    words: str | None  #: the family's; None when restricted, or when there were none
    restricted: bool

    def overdue(self, now: datetime) -> bool:
        """Say whether the promise is broken."""
        return self.promised_at is not None and self.promised_at < now


@dataclass(frozen=True, slots=True)
class Unknown(Figure):
    """A text of which nobody knows whether it arrived."""

    id: int
    state: str  #: "uncertain": still being looked for; "held": staff decide
    broadcast_id: int | None
    title: str | None
    contact_point_id: int
    address: str
    channel: str
    language: str
    text: str
    started_at: datetime | None
    looks: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Families(Figure):
    """People and phones of one language."""

    language: str
    people: int  #: of the newest roster, who read it
    without_phone: int  #: of `people`: no phone at all, or none that is neither stopped nor bad
    phones: int  #: contact points that are written to in it and belong to somebody
    stopped: int  #: of `phones`: asked us to stop
    closings_only: int  #: of `stopped`: still want closings and danger
    bad: int  #: of `phones`: there is no such phone or chat


@dataclass(frozen=True, slots=True)
class LaneSeen(Figure):
    """One sender."""

    name: str
    channel: str
    state: str
    why: str | None
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class Overview(Figure):
    """Where everything stands."""

    people: int  #: of the newest roster
    households: int
    phones: int  #: that belong to somebody
    languages: int  #: that those phones are written to in
    stopped: int  #: phones
    bad: int  #: phones
    broadcasts: Mapping[str, int]  #: by state
    deliveries: Mapping[str, int]  #: texts by state, answers of ours included
    accepted: int  #: texts with a provider's id, answers of ours included
    inbound: int  #: texts and presses from families, each once
    unread: int  #: of `inbound`: not yet thought about
    replies: Mapping[str, int]  #: by state; every reply in exactly one
    handovers: int  #: things a person owes a family
    lanes: tuple[LaneSeen, ...]
