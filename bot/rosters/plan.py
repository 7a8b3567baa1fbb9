"""What a roster would change, as one frozen value: to be shown, to be printed as JSON, to be carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.rosters.file import Refusal
from bot.rosters.people import GroupName, StoredPerson

SCHOOL, GRADE = "school", "grade"  #: `GroupKind`s that a roster decides
FIRST_RANK = 10  #: of the roster's phones; lower ranks are the family's own choice


class StoredPhone(NamedTuple):
    """One phone or chat as the store has it."""

    id: int
    is_phone: bool
    language: str
    by_family: bool  #: the language is the family's choice
    stopped: str | None  #: why nothing may be sent there
    bad: str | None  #: why the provider cannot reach it


class Pupil(NamedTuple):
    """Where a child is."""

    school: str | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything of the store that a roster may touch."""

    people: tuple[StoredPerson, ...] = ()
    #: by address, chats too: a chat's number never has the “+” of a phone's
    phones: Mapping[str, StoredPhone] = field(default_factory=dict)
    children: Mapping[str, Pupil] = field(default_factory=dict)  #: by reference
    groups: frozenset[GroupName] = frozenset()
    households: frozenset[str] = frozenset()
    #: phones of the file that are erased and had stopped: address -> (why, closings only)
    silenced: Mapping[str, tuple[str, bool]] = field(default_factory=dict)


class Named(NamedTuple):
    """Somebody, as staff know them."""

    name: str
    line: int | None  #: of the file; None for people whom it leaves out
    reference: str


class Difference(NamedTuple):
    """One thing about a person, child or phone that becomes something else."""

    who: str
    line: int | None
    what: str
    before: str
    after: str


class Conflict(NamedTuple):
    """Two rows that cannot both be right; the first is kept."""

    line: int  #: of the row that is not followed
    who: str
    what: str
    kept: str
    refused: str


class Kept(NamedTuple):
    """A family's own choice that the file would have undone."""

    line: int | None
    who: str
    phone: str
    what: str  #: "language", "phone" or "stopped"
    ours: str
    file: str


class BadNumber(NamedTuple):
    """A phone that the provider cannot reach and the file still lists."""

    line: int
    who: str
    phone: str
    why: str


class Missing(NamedTuple):
    """Somebody of a school in this file whom the file leaves out."""

    name: str
    reference: str
    newly: bool  #: they were in the roster before this one


class PersonRow(NamedTuple):
    """A person as they shall be stored."""

    reference: str
    name: str
    household: str
    reads: str
    hears: str
    approached_by: str | None
    approached_on: str | None


class PhoneRow(NamedTuple):
    """A phone to be stored, with the evidence of its consent."""

    address: str
    language: str
    evidence: str
    #: why it had stopped us before its records were erased, and whether it wanted closings all the same
    stopped: str | None = None
    closings_only: bool = False


class Link(NamedTuple):
    """A person, by the reference they shall have, and what belongs to them."""

    person: str
    to: Any  #: an address, a child's reference, a `GroupName`
    rank: int = 0  #: of a phone


@dataclass(slots=True)
class Writes:
    """The rows to write, kind by kind; references stand for rows that have no id yet."""

    households: list[str] = field(default_factory=list)
    groups: list[GroupName] = field(default_factory=list)
    new_people: list[PersonRow] = field(default_factory=list)
    people: list[tuple[int, PersonRow]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    new_children: list[tuple[str, Pupil]] = field(default_factory=list)
    children: list[tuple[str, Pupil]] = field(default_factory=list)
    new_phones: list[PhoneRow] = field(default_factory=list)
    languages: list[tuple[int, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    ranks: list[Link] = field(default_factory=list)
    unlinks: list[Link] = field(default_factory=list)
    cares: list[Link] = field(default_factory=list)
    uncares: list[Link] = field(default_factory=list)
    joins: list[Link] = field(default_factory=list)
    leaves: list[Link] = field(default_factory=list)

    def count(self) -> int:
        """Count the rows of the database that would be written."""
        return sum(len(getattr(self, name)) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. Equal plans do the same."""

    rows: int  #: rows that were understood
    repeated: int  #: of these, word for word the same as an earlier one
    new: tuple[Named, ...]
    changed: tuple[Difference, ...]
    unchanged: int  #: people
    missing: tuple[Missing, ...]
    new_children: int
    changed_children: tuple[Difference, ...]
    missing_children: tuple[str, ...]
    new_phones: tuple[str, ...]
    changed_phones: tuple[Difference, ...]
    new_groups: tuple[GroupName, ...]
    refused: tuple[Refusal, ...]
    conflicts: tuple[Conflict, ...]
    kept: tuple[Kept, ...]
    bad_numbers: tuple[BadNumber, ...]
    writes: Writes

    @property
    def touched(self) -> int:
        """How many rows of the database would be written; 0 when nothing would change."""
        return self.writes.count()

    def to_json(self) -> dict[str, Any]:
        """Return the plan for machines: everything in it except the rows themselves.

        {"rows", "repeated", "touched": numbers,
         "people": {"new": [{name, line, reference}], "changed": [difference], "unchanged": number,
                    "missing": [{name, reference, newly}]},
         "children": {"new": number, "changed": [difference], "missing": [reference]},
         "phones": {"new": [address], "changed": [difference],
                    "bad": [{line, who, phone, why}]},
         "groups": {"new": [{kind, name, school}]},
         "refused": [{line, column, value, reason}],
         "conflicts": [{line, who, what, kept, refused}],
         "kept": [{line, who, phone, what, ours, file}]}
        where a difference is {who, line, what, before, after}.
        """
        return {
            "rows": self.rows,
            "repeated": self.repeated,
            "touched": self.touched,
            "people": {
                "new": _dicts(self.new),
                "changed": _dicts(self.changed),
                "unchanged": self.unchanged,
                "missing": _dicts(self.missing),
            },
            "children": {
                "new": self.new_children,
                "changed": _dicts(self.changed_children),
                "missing": list(self.missing_children),
            },
            "phones": {
                "new": list(self.new_phones),
                "changed": _dicts(self.changed_phones),
                "bad": _dicts(self.bad_numbers),
            },
            "groups": {"new": _dicts(self.new_groups)},
            "refused": [
                {"line": one.line, "column": one.column, "value": one.value, "reason": one.reason}
                for one in self.refused
            ],
            "conflicts": _dicts(self.conflicts),
            "kept": _dicts(self.kept),
        }


def _dicts(values: Iterable[NamedTuple]) -> list[dict[str, Any]]:
    return [value._asdict() for value in values]
