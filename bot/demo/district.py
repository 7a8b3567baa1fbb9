"""A fictional district: who lives there, which phone they have, what they speak. The same every time.

Nothing here is random: names, schools and habits follow from a family's number, so that two runs of the
demo show the same families and its counts can be compared.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SCHOOLS = ("Lincoln", "Roosevelt", "Washington")

#: language as an office would write it, tag, of a thousand families
LANGUAGES = (
    ("English", "en", 400),
    ("Español", "es", 200),
    ("Soomaali", "so", 100),
    ("Hmoob", "hmn", 100),
    ("Arabic", "ar", 55),
    ("Vietnamese", "vi", 40),
    ("Chinese (Simplified)", "zh-Hans", 30),
    ("French", "fr", 25),
    ("Swahili", "sw", 15),
    ("Russian", "ru", 15),
    ("Karen", "ksw", 12),
    ("Nepali", "ne", 8),
)

_GIVEN = [
    "Ana",
    "Luis",
    "Marta",
    "Jorge",
    "Amina",
    "Hodan",
    "Yusuf",
    "Abdi",
    "Mai",
    "Pao",
    "Xee",
    "Tou",
    "Layla",
    "Omar",
    "Linh",
    "Minh",
    "Wei",
    "Fang",
    "Claire",
    "Jean",
    "Grace",
    "Peter",
    "Olga",
    "Ivan",
    "Paw",
    "Htoo",
    "Sita",
    "Ram",
    "Emma",
    "Noah",
    "Ruth",
    "Carl",
    "June",
    "Walter",
]
_FAMILY = [
    "Garcia",
    "Lopez",
    "Warsame",
    "Farah",
    "Vang",
    "Xiong",
    "Yang",
    "Hassan",
    "Nguyen",
    "Tran",
    "Chen",
    "Liu",
    "Moreau",
    "Baker",
    "Miller",
    "Olson",
    "Juma",
    "Petrov",
    "Wah",
    "Gurung",
    "Schmidt",
    "Larson",
]


@dataclass(frozen=True, slots=True)
class Resident:
    """One guardian of the fictional district."""

    number: int
    name: str
    phone: str
    language: str  #: as the office writes it
    tag: str
    school: str
    grade: str
    child: str
    telegram: int | None  #: chat id, if they use the bot instead of texts
    shares_phone: bool  #: with the guardian before them

    @property
    def address(self) -> str:
        """Where they are written to."""
        return self.phone if self.telegram is None else str(self.telegram)


def residents(people: int = 1200) -> tuple[Resident, ...]:
    """Return the district's guardians."""
    return tuple(islice(_everybody(people), people))


def _everybody(people: int) -> Iterator[Resident]:
    tags = _spread(people)
    before: Resident | None = None
    for number in range(people):
        label, tag = tags[number]
        shares = number % 40 == 1 and before is not None and before.telegram is None and before.tag == tag
        telegram = 715_000_000 + number if number % 5 == 3 and not shares else None
        before = Resident(
            number=number,
            name=f"{_GIVEN[number % len(_GIVEN)]} {_FAMILY[number * 7 % len(_FAMILY)]}",
            phone=before.phone
            if shares and before
            else f"+1715{200 + number // 10_000:03}{number % 10_000:04}",
            language=label,
            tag=tag,
            school=before.school if shares and before else SCHOOLS[number % 3],
            grade=str(1 + number * 5 % 8),
            child=f"C{10_000 + number}",
            telegram=telegram,
            shares_phone=shares,
        )
        yield before


def _spread(people: int) -> list[tuple[str, str]]:
    """Give each of `people` a language, in the district's shares, families of one language together."""
    counts = [max(1, round(people * share / 1000)) for _, _, share in LANGUAGES]
    counts[0] += people - sum(counts)
    return [
        (label, tag) for (label, tag, _), count in zip(LANGUAGES, counts, strict=True) for _ in range(count)
    ]


def write_roster(place: Path, everybody: tuple[Resident, ...]) -> None:
    """Write the roster as the district's office would hand it over."""
    with place.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                "Student ID",
                "Guardian",
                "Guardian ID",
                "Phone",
                "Home language",
                "School",
                "Grade",
                "Approached by",
                "Date",
            ]
        )
        for one in everybody:
            rows.writerow(
                [
                    one.child,
                    one.name,
                    f"G{one.number}",
                    one.phone,
                    one.language,
                    one.school,
                    one.grade,
                    "paper",
                    "2026-09-02",
                ]
            )
