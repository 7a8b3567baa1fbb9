"""What staff see of one conversation, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from bot import languages

SOON: Final = timedelta(minutes=30)  #: before a promise is missed, it says so (docs/dialogue.md, rule 15)


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person who uses the phone."""

    id: int
    name: str
    kind: str
    children: tuple[str, ...]  #: "grade 3, Lincoln"


@dataclass(frozen=True, slots=True)
class Version:
    """A reply as it stood once."""

    at: datetime
    state: str
    words: str
    home: str | None
    staff: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What we made of a family's words, and how sure we are."""

    reply: int
    broadcast: str | None  #: title of what they answer; None: of their own accord
    kind: str
    state: str
    value: str | None
    words: str  #: newest, where several texts belong to it
    home: str | None  #: in their language: what they were told, the translation back
    staff: str | None
    by: str
    late: bool
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Theirs:
    """One text of the family's."""

    id: int
    at: datetime
    text: str
    language: str
    media: int  #: pictures and voice notes
    pressed: str | None  #: label of the button
    act: str  #: "" | "blocked" | "unblocked" | "linked"
    understood: Understood | None
    side: str = "theirs"


@dataclass(frozen=True, slots=True)
class Ours:
    """One text of ours."""

    id: int
    at: datetime | None  #: None: not yet begun
    text: str
    language: str
    meaning: str | None
    broadcast_id: int | None
    broadcast: str | None
    author: str | None  #: of an answer that a person wrote
    way: str | None
    state: str
    goes_at: datetime | None
    reason: str | None
    parts: int
    buttons: tuple[str, ...]
    side: str = "ours"


@dataclass(frozen=True, slots=True)
class Aside:
    """What staff told each other, or did for the family."""

    id: int
    at: datetime
    what: str  #: "note" | "done"
    text: str  #: the note; of what was done, why it was handed over
    who: str | None
    how: str | None
    promised_at: datetime | None
    side: str = "aside"


Item: TypeAlias = Theirs | Ours | Aside


@dataclass(frozen=True, slots=True)
class ReadBackOwed:
    """Words that wait for somebody to write what we understood."""

    reply: int
    said_at: datetime
    round: int
    phrase: str  #: the sentence it becomes part of; "\0" stands for what is written
    language: str  #: of that sentence
    topic: str
    unsaid: bool  #: it will be kept and not said: a shared phone, too late (rule 8, vii)
    written: bool  #: somebody wrote it, and it waits until nothing else is open


@dataclass(frozen=True, slots=True)
class CheckOwed:
    """An understanding that the family called right, for somebody who reads both languages."""

    home: str
    staff: str


@dataclass(frozen=True, slots=True)
class Thing:
    """Something owed to this family now."""

    id: int
    why: str
    kind: str
    promised_at: datetime | None
    made_at: datetime
    assigned_to: int | None
    assigned_name: str | None
    reply_id: int | None
    words: str  #: that it is about; empty where there are none to show
    read_back: ReadBackOwed | None
    check: CheckOwed | None = None

    def overdue(self, now: datetime) -> bool:
        """Say whether the promise is broken."""
        return self.promised_at is not None and self.promised_at < now

    def soon(self, now: datetime) -> bool:
        """Say whether it is about to be."""
        return not self.overdue(now) and self.promised_at is not None and self.promised_at - now <= SOON


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that waits for somebody who reads the language."""

    note: int
    by: str
    at: datetime
    home: str
    staff: str
    engine: str


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation as staff look at it."""

    phone: int
    address: str
    channel: str
    language: str
    language_by: str
    people: tuple[Somebody, ...]
    stopped_at: datetime | None
    stopped_why: str | None
    closings_only: bool
    bad_why: str | None
    with_person: str | None  #: who writes with them while the machine keeps silent; "" if it is not known
    items: tuple[Item, ...]
    more: bool  #: there is more before it
    owed: tuple[Thing, ...]
    draft: Draft | None
    wrote_at: datetime | None  #: their newest text that everybody may know of
    seen: str  #: where the conversation stood; an answer to it is refused once it has moved on

    @property
    def adults(self) -> int:
        """How many people besides pupils use the phone."""
        return sum(one.kind != "student" for one in self.people)

    @property
    def shared(self) -> bool:
        """Whether what we write may be read by more than one of them."""
        return len(self.people) > 1

    @property
    def tier(self) -> languages.Tier:
        """What a machine may do in their language."""
        return languages.language(self.language).tier

    @property
    def assigned(self) -> tuple[str, ...]:
        """Who has taken something in it."""
        return tuple(dict.fromkeys(one.assigned_name for one in self.owed if one.assigned_name))

    @property
    def promised_at(self) -> datetime | None:
        """The soonest hour we promised."""
        return min((one.promised_at for one in self.owed if one.promised_at), default=None)
