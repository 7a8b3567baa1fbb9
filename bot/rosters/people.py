"""Who is who: which rows are one person, and which of these the store already knows.

The rule. A guardian with a reference is that reference, whatever becomes of name, phone or address.
Without one, two rows are the same person if they have the same name (case, accents, punctuation and the
order of its parts apart) and share a child, a household or a phone; nobody is recognised by a phone
alone, because phones are shared, nor by a name alone, because names are. So a guardian without a
reference who changes phone is still known by the child, one who changes the child by the phone; one
whose name is spelt with other words is a new person, shown as new beside the old one as missing.
A row without a reference joins the person with one if name and child, household or phone agree, and a
file that gives references for the first time gives them to the people already known. Two different
references are never made one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.rosters.file import Row
from bot.rosters.values import name_key

MADE = "~"  #: begins a reference of ours, for people and households that have none of the school's


class GroupName(NamedTuple):
    """A school, or a grade of one."""

    kind: str
    name: str
    school: str | None = None  #: of a grade


class Anchor(NamedTuple):
    """What, together with a name, tells one person from another. In the order of their weight."""

    name: str
    kind: str  #: "child", "household", "phone"; "school" for somebody who has none of them
    value: str


@dataclass(frozen=True, slots=True)
class FilePerson:
    """One guardian, put together from all their rows."""

    line: int  #: of the first row
    name: str
    reference: str | None
    household: str | None
    reads: str
    hears: str
    phones: tuple[str, ...]
    children: tuple[str, ...]
    groups: tuple[GroupName, ...]
    approached_by: str | None
    approached_on: str | None

    def anchors(self) -> list[Anchor]:
        """Return everything this person may be recognised by, weightiest first."""
        return anchors(self.name, self.children, self.household, self.phones)

    def made_reference(self) -> str:
        """Return the reference we give to somebody who has none."""
        return made(*next(iter(self.anchors()), Anchor(name_key(self.name), "school", self.groups[0].name)))


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """One person as the store has them."""

    id: int
    reference: str
    kind: str
    name: str
    household: str | None  #: its reference
    reads: str
    hears: str
    approached_by: str | None
    approached_on: str | None
    in_roster: bool
    phones: Mapping[str, tuple[int, str]]  #: address -> (rank, by)
    chats: tuple[str, ...]  #: addresses on channels that no roster lists
    children: frozenset[str]
    groups: frozenset[GroupName]  #: schools and grades
    language_by: str = "roster"  #: of `reads` and `hears`: "roster" or "family"


def made(*parts: str) -> str:
    """Make a reference out of what it stands for."""
    return MADE + hashlib.blake2s("\0".join(parts).encode(), digest_size=10).hexdigest()


def anchors(name: str, children: Iterable[str], household: str | None, phones: Iterable[str]) -> list[Anchor]:
    """Return what a person of that name may be recognised by, weightiest first."""
    key = name_key(name)
    of_home = [household] if household and not household.startswith(MADE) else []
    ways = (("child", children), ("household", of_home), ("phone", phones))
    return [Anchor(key, kind, value) for kind, values in ways for value in values]


def same_people(rows: Sequence[Row]) -> list[list[Row]]:
    """Sort rows into people, in the order in which the file first names them."""
    sets = _Sets(len(rows))
    reference = [row.reference.casefold() if row.reference else None for row in rows]
    first: dict[str | Anchor, int] = {}
    named = [index for index, row in enumerate(rows) if row.reference]
    for index in named:
        sets.join(first.setdefault(reference[index] or "", index), index)
    for index in named + [index for index, row in enumerate(rows) if not row.reference]:
        for anchor in _row_anchors(rows[index]):
            owner, own = sets.leader(first.setdefault(anchor, index)), sets.leader(index)
            either = reference[owner] or reference[own]
            if not (reference[owner] and reference[own]):
                reference[sets.join(owner, own)] = either
    return [[rows[index] for index in group] for group in sets.groups()]


def _row_anchors(row: Row) -> list[Anchor]:
    found = anchors(row.guardian, [row.child] if row.child else [], row.household, row.phones)
    return found or [Anchor(name_key(row.guardian), "school", row.school)]


class _Sets:
    """Disjoint sets of 0 … count - 1; each is led by its lowest number."""

    def __init__(self, count: int) -> None:
        self._leader = list(range(count))

    def leader(self, index: int) -> int:
        while self._leader[index] != index:
            self._leader[index] = index = self._leader[self._leader[index]]
        return index

    def join(self, one: int, other: int) -> int:
        first, second = sorted((self.leader(one), self.leader(other)))
        self._leader[second] = first
        return first

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for index in range(len(self._leader)):
            found.setdefault(self.leader(index), []).append(index)
        return list(found.values())


def recognise(people: Sequence[FilePerson], stored: Iterable[StoredPerson]) -> list[StoredPerson | None]:
    """Find for each person of the file the one in the store, or None; nobody is found twice."""
    known = list(stored)
    by_reference = {person.reference.casefold(): person for person in known}
    found: list[StoredPerson | None] = [
        by_reference.get((person.reference or person.made_reference()).casefold()) for person in people
    ]
    taken = {person.id for person in found if person}
    by_anchor: dict[Anchor, list[StoredPerson]] = {}
    for person in known:
        if person.id not in taken:
            for anchor in anchors(person.name, person.children, person.household, person.phones):
                by_anchor.setdefault(anchor, []).append(person)
    for index, one in enumerate(people):
        if found[index] is None:
            found[index] = _recognise_one(one, by_anchor, taken)
    return found


def _recognise_one(
    person: FilePerson, by_anchor: Mapping[Anchor, Sequence[StoredPerson]], taken: set[int]
) -> StoredPerson | None:
    for anchor in person.anchors():
        for stored in by_anchor.get(anchor, ()):
            may_be = person.reference is None or stored.reference.startswith(MADE)
            if may_be and stored.id not in taken:
                taken.add(stored.id)
                return stored
    return None


def households(people: Sequence[FilePerson], known: Sequence[StoredPerson | None]) -> list[str]:
    """Give each person a household: the file's own, else the one that guardians of a child share.

    A household that the school once named is never replaced by one that we put together.
    """
    shared: list[str] = [""] * len(people)
    for group in _guardians_together(people):
        ours = _shared_household(group, people, known)
        for index in group:
            shared[index] = people[index].household or _named_home(known[index]) or ours
    return shared


def _named_home(person: StoredPerson | None) -> str | None:
    home = person.household if person else None
    return home if home and not home.startswith(MADE) else None


def _shared_household(
    group: Sequence[int], people: Sequence[FilePerson], known: Sequence[StoredPerson | None]
) -> str:
    stored = [person for index in group if (person := known[index]) and person.household]
    before = [person.household or "" for person in sorted(stored, key=lambda person: person.id)]
    by_school = [household for household in before if not household.startswith(MADE)]
    by_file = [household for index in group if (household := people[index].household)]
    first = people[group[0]]
    return (by_file + by_school + before + [made("home", first.reference or first.made_reference())])[0]


def _guardians_together(people: Sequence[FilePerson]) -> list[list[int]]:
    """Return who is linked by children, directly or through another guardian."""
    sets = _Sets(len(people))
    first: dict[str, int] = {}
    for index, person in enumerate(people):
        for child in person.children:
            sets.join(first.setdefault(child, index), index)
    return sets.groups()
