"""What a roster would change: the rows of a file compared with what is stored, as one frozen value.

The file decides who the people are, their names, children, schools and phones. A family decides the
language of its phone, phones it gave us itself, and silence: these stay, and where the file says
otherwise the difference is shown. A file speaks for the schools that it names: people and children of
those schools whom it leaves out are missing from it; they are marked and shown, and nothing of theirs is
taken away. Whoever stands in a refused row is neither missing nor loses anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.rosters.file import Refusal, Row
from bot.rosters.people import FilePerson, GroupName, StoredPerson, households, recognise, same_people
from bot.rosters.plan import (
    FIRST_RANK,
    GRADE,
    SCHOOL,
    BadNumber,
    Conflict,
    Difference,
    ImportPlan,
    Kept,
    Link,
    Missing,
    Named,
    PersonRow,
    PhoneRow,
    Pupil,
    Stored,
    StoredPhone,
    Writes,
)
from bot.rosters.values import fold, name_key


def compare(rows: Sequence[Row], stored: Stored, refused: Sequence[Refusal] = ()) -> ImportPlan:
    """Plan the import of `rows`; `refused` are the rows of the same file that cannot be taken."""
    planner = _Planner(stored, refused)
    planner.read(rows)
    planner.plan_places()
    for index in range(len(planner.people)):
        planner.plan_person(index)
    planner.plan_missing()
    planner.plan_phones()
    return planner.plan(rows)


V = TypeVar("V")


class _Planner:
    """Fills an `ImportPlan` step by step."""

    def __init__(self, stored: Stored, refused: Sequence[Refusal]) -> None:
        self.stored = stored
        self.refused = tuple(refused)
        self.doubtful = {one.reference.casefold() for one in refused if one.reference}
        self.doubtful_names = {name_key(one.guardian) for one in refused if one.guardian}
        self.doubtful_children = {
            one.child for one in refused if one.child and not (one.guardian or one.reference)
        }
        self.writes = Writes()
        self.new: list[Named] = []
        self.changed: list[Difference] = []
        self.conflicts: list[Conflict] = []
        self.kept: list[Kept] = []
        self.bad: list[BadNumber] = []
        self.phone_changes: list[Difference] = []
        self.child_changes: list[Difference] = []
        self.children: dict[str, Pupil] = {}
        self.schools = {fold(group.name): group.name for group in stored.groups if group.kind == SCHOOL}
        self.named_schools: set[str] = set()

    def read(self, rows: Sequence[Row]) -> None:
        """Put the rows together into people and children, and recognise them."""
        for row in rows:
            self._read_place(row)
        self.people = [self._person(group) for group in same_people(rows)]
        self.known = recognise(self.people, self.stored.people)
        self.people = [self._as_they_chose(*pair) for pair in zip(self.people, self.known, strict=True)]
        self.homes = households(self.people, self.known)

    def _as_they_chose(self, person: FilePerson, known: StoredPerson | None) -> FilePerson:
        """Leave somebody who chose their languages themselves with that choice, and show the difference."""
        if known is None or known.language_by != "family":
            return person
        self.kept += [
            Kept(person.line, person.name, "", what, ours, theirs)
            for what, ours, theirs in (
                ("language read", known.reads, person.reads),
                ("language heard", known.hears, person.hears),
            )
            if ours != theirs
        ]
        return replace(person, reads=known.reads, hears=known.hears)

    def _school(self, row: Row) -> str:
        return self.schools.setdefault(fold(row.school), row.school)

    def _read_place(self, row: Row) -> None:
        self.named_schools.add(self._school(row))
        if row.child is None:
            return
        here = Pupil(self._school(row), row.grade)
        first = self.children.setdefault(row.child, here)
        if first.school == here.school and first.grade is None:
            self.children[row.child] = here
        elif here != first and here != Pupil(first.school, None):
            self.conflicts.append(
                Conflict(row.line, f"child {row.child}", "school and grade", _place(first), _place(here))
            )

    def _groups(self, row: Row) -> list[GroupName]:
        place = self.children[row.child] if row.child else Pupil(self._school(row), row.grade)
        assert place.school is not None
        school = GroupName(SCHOOL, place.school)
        return [school, GroupName(GRADE, place.grade, place.school)] if place.grade else [school]

    def _person(self, rows: Sequence[Row]) -> FilePerson:
        first = rows[0]
        for row in rows[1:]:
            self._disagreements(first, row)
        return FilePerson(
            line=first.line,
            name=first.guardian,
            reference=_first(row.reference for row in rows),
            household=_first(row.household for row in rows),
            reads=first.reads,
            hears=first.hears,
            phones=_each(phone for row in rows for phone in row.phones),
            children=_each(row.child for row in rows if row.child),
            groups=_each(group for row in rows for group in self._groups(row)),
            approached_by=_first(row.approached_by for row in rows),
            approached_on=_first(row.approached_on for row in rows),
        )

    def _disagreements(self, first: Row, row: Row) -> None:
        pairs = {
            "language read": (first.reads, row.reads),
            "language heard": (first.hears, row.hears),
            "household": (first.household or "", row.household or first.household or ""),
        }
        if name_key(first.guardian) != name_key(row.guardian):
            pairs["name"] = (first.guardian, row.guardian)
        self.conflicts += [
            Conflict(row.line, first.guardian, what, kept, other)
            for what, (kept, other) in pairs.items()
            if kept != other
        ]

    def plan_places(self) -> None:
        """Plan schools, grades, households and children."""
        wanted = _each(group for person in self.people for group in person.groups)
        self.writes.groups = [group for group in wanted if group not in self.stored.groups]
        self.writes.households = [home for home in _each(self.homes) if home not in self.stored.households]
        for child, place in self.children.items():
            before = self.stored.children.get(child)
            after = place if place.grade or before is None else Pupil(place.school, before.grade)
            if before is None:
                self.writes.new_children.append((child, place))
            elif before != after:
                self.writes.children.append((child, after))
                self.child_changes.append(
                    Difference(f"child {child}", None, "school and grade", _place(before), _place(after))
                )

    def plan_person(self, index: int) -> None:
        """Plan one person and everything that hangs on them."""
        person, before = self.people[index], self.known[index]
        after = _after(person, before, self.homes[index])
        if before is None:
            self.new.append(Named(person.name, person.line, after.reference))
            self.writes.new_people.append(after)
        elif differences := _differences(before, after):
            self.writes.people.append((before.id, after))
            self._note(person, differences)
        self._phones_of(person, before, after.reference)
        self._children_of(person, before, after.reference)
        self._groups_of(person, before, after.reference)

    def _note(self, person: FilePerson, differences: Mapping[str, tuple[str, str]]) -> None:
        self.changed += [
            Difference(person.name, person.line, what, *values) for what, values in differences.items()
        ]

    def _is_doubtful(self, person: StoredPerson) -> bool:
        """Say whether a refused row may have been about them."""
        named = person.reference.casefold() in self.doubtful or name_key(person.name) in self.doubtful_names
        return named or not self.doubtful_children.isdisjoint(person.children)

    def _phones_of(self, person: FilePerson, before: StoredPerson | None, reference: str) -> None:
        had = before.phones if before else {}
        for rank, address in enumerate(person.phones, start=FIRST_RANK):
            link = Link(reference, address, rank)
            if address not in had:
                self.writes.links.append(link)
            elif had[address][1] != "family" and had[address][0] != rank:
                self.writes.ranks.append(link)
        extra = [address for address in had if address not in person.phones]
        own = [address for address in extra if had[address][1] == "family"]
        self.kept += [Kept(person.line, person.name, address, "phone", address, "") for address in own]
        if before is None or self._is_doubtful(before):
            return
        dropped = [address for address in extra if address not in own]
        self.writes.unlinks += [Link(reference, address) for address in dropped]
        after = [*person.phones, *own]
        if set(after) != set(had) or self._reordered(reference):
            self._note(person, {"phones": (_list(sorted(had, key=had.__getitem__)), _list(after))})

    def _reordered(self, reference: str) -> bool:
        return bool(self.writes.ranks) and self.writes.ranks[-1].person == reference

    def _children_of(self, person: FilePerson, before: StoredPerson | None, reference: str) -> None:
        had = before.children if before else frozenset()
        self.writes.cares += [Link(reference, child) for child in person.children if child not in had]
        left: list[str] = []
        if before is not None and not self._is_doubtful(before):
            left = sorted(child for child in had - set(person.children) if child in self.children)
            self.writes.uncares += [Link(reference, child) for child in left]
        if before is not None and (left or set(person.children) - had):
            after = sorted((had | set(person.children)) - set(left))
            self._note(person, {"children": (_list(sorted(had)), _list(after))})

    def _groups_of(self, person: FilePerson, before: StoredPerson | None, reference: str) -> None:
        had = before.groups if before else frozenset()
        added = [group for group in person.groups if group not in had]
        self.writes.joins += [Link(reference, group) for group in added]
        if before is None:
            return
        left: list[GroupName] = []
        if not self._is_doubtful(before):
            left = sorted(group for group in had - set(person.groups) if self._has_left(before, group))
            self.writes.leaves += [Link(reference, group) for group in left]
        if added or left:
            after = (had | set(added)) - set(left)
            self._note(person, {"school and grade": (_groups(had), _groups(after))})

    def _has_left(self, before: StoredPerson, group: GroupName) -> bool:
        """Say whether the file speaks for it: names the school, or has all their children from there."""
        school = group.school or group.name
        theirs = [
            child
            for child in before.children
            if (place := self.stored.children.get(child)) and place.school == school
        ]
        moved = bool(theirs) and all(child in self.children for child in theirs)
        return moved or school in self.named_schools

    def plan_phones(self) -> None:
        """Plan the language of each phone and chat, once for all who share it."""
        sharing: dict[str, list[FilePerson]] = {}
        for person, known in zip(self.people, self.known, strict=True):
            for address in (*person.phones, *(known.chats if known else ())):
                sharing.setdefault(address, []).append(person)
        for address, people in sharing.items():
            before = self.stored.phones.get(address)
            if before is None:
                self._new_phone(address, people)
            else:
                self._known_phone(address, people, before)

    def _new_phone(self, address: str, people: Sequence[FilePerson]) -> None:
        first = people[0]
        why, closings_only = self.stored.silenced.get(address, (None, False))
        if why is not None:
            self.kept.append(Kept(first.line, first.name, address, "stopped", why, address))
        self.writes.new_phones.append(PhoneRow(address, first.reads, _evidence(first), why, closings_only))
        self._language_conflicts(address, people, first.reads)

    def _known_phone(self, address: str, people: Sequence[FilePerson], before: StoredPhone) -> None:
        first = people[0]
        if before.is_phone and before.stopped is not None:
            self.kept.append(Kept(first.line, first.name, address, "stopped", before.stopped, address))
        if before.is_phone and before.bad is not None:
            self.bad.append(BadNumber(first.line, first.name, address, before.bad))
        if before.by_family:
            self.kept += [
                Kept(person.line, person.name, address, "language", before.language, person.reads)
                for person in people
                if person.reads != before.language
            ]
            return
        # while one who shares the phone still reads its language, no order of rows or files changes it
        readers = {person.reads for person in people} | self.read_elsewhere.get(address, set())
        stays = before.language in readers
        language = before.language if stays else first.reads
        self._language_conflicts(address, people, language)
        if language != before.language:
            self.writes.languages.append((before.id, language))
            self.phone_changes.append(Difference(address, first.line, "language", before.language, language))

    def _language_conflicts(self, address: str, people: Sequence[FilePerson], kept: str) -> None:
        self.conflicts += [
            Conflict(person.line, person.name, f"language of the shared phone {address}", kept, person.reads)
            for person in people
            if person.reads != kept
        ]

    def plan_missing(self) -> None:
        """Find whom the file leaves out of the schools that it names, and what all others read."""
        found = {person.id for person in self.known if person}
        self.missing = [
            Missing(person.name, person.reference, person.in_roster)
            for person in self.stored.people
            if person.id not in found and self._should_be_here(person)
        ]
        newly = {person.reference for person in self.missing if person.newly}
        self.writes.gone = [person.id for person in self.stored.people if person.reference in newly]
        doubtful = {one.child for one in self.refused}
        self.missing_children = sorted(
            child
            for child, place in self.stored.children.items()
            if place.school in self.named_schools and child not in self.children and child not in doubtful
        )

        self.read_elsewhere: dict[str, set[str]] = {}
        for person in self.stored.people:
            if person.in_roster and person.id not in found and person.reference not in newly:
                for address in (*person.phones, *person.chats):
                    self.read_elsewhere.setdefault(address, set()).add(person.reads)

    def _should_be_here(self, person: StoredPerson) -> bool:
        schools = {group.name for group in person.groups if group.kind == SCHOOL}
        if person.kind != "guardian" or schools.isdisjoint(self.named_schools):
            return False
        return not self._is_doubtful(person)

    def plan(self, rows: Sequence[Row]) -> ImportPlan:
        """Close the plan."""
        alike = Counter(_without_line(row) for row in rows)
        changed = {difference.line for difference in self.changed}
        return ImportPlan(
            rows=len(rows),
            repeated=sum(count - 1 for count in alike.values()),
            new=tuple(self.new),
            changed=tuple(self.changed),
            unchanged=len(self.people) - len(self.new) - len(changed),
            missing=tuple(self.missing),
            new_children=len(self.writes.new_children),
            changed_children=tuple(self.child_changes),
            missing_children=tuple(self.missing_children),
            new_phones=tuple(phone.address for phone in self.writes.new_phones),
            changed_phones=tuple(self.phone_changes),
            new_groups=tuple(self.writes.groups),
            refused=self.refused,
            conflicts=tuple(sorted(self.conflicts)),
            kept=tuple(self.kept),
            bad_numbers=tuple(self.bad),
            writes=self.writes,
        )


def _after(person: FilePerson, before: StoredPerson | None, household: str) -> PersonRow:
    """Return the person as they shall be; an empty cell never erases how they were approached."""
    reference = person.reference or (before.reference if before else person.made_reference())
    return PersonRow(
        before.reference if before and before.reference.casefold() == reference.casefold() else reference,
        person.name,
        household,
        person.reads,
        person.hears,
        person.approached_by or (before.approached_by if before else None),
        person.approached_on or (before.approached_on if before else None),
    )


def _differences(before: StoredPerson, after: PersonRow) -> dict[str, tuple[str, str]]:
    """Name every column that changes, with both values in words."""
    found = {
        name.replace("_", " "): (str(old or ""), str(new or ""))
        for name, new in after._asdict().items()
        if (old := getattr(before, name)) != new
    }
    return found if before.in_roster else {**found, "in roster": ("no", "yes")}


def _evidence(person: FilePerson) -> str:
    how = [part for part in (person.approached_by, person.approached_on) if part]
    return " ".join(how) or "school roster"


def _place(place: Pupil) -> str:
    return f"{place.school or 'no school'}, grade {place.grade or 'unknown'}"


def _groups(groups: Iterable[GroupName]) -> str:
    return _list(
        f"{group.school} {group.name}" if group.school else group.name for group in sorted(groups, key=str)
    )


def _list(values: Iterable[str]) -> str:
    return ", ".join(values)


def _without_line(row: Row) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in Row.__slots__ if name != "line")


def _first(values: Iterable[V | None]) -> V | None:
    return next((value for value in values if value is not None), None)


def _each(values: Iterable[V]) -> tuple[V, ...]:
    return tuple(dict.fromkeys(values))
