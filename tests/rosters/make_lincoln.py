"""Writes a roster of 600 rows as a district's offices keep one: `python -m tests.rosters.make_lincoln FILE`.

Every name, number and phone is made up; phones are 555-0100 to 555-0199 of several area codes. The same
file comes out every time. What is wrong with it on purpose is listed in BAD, so that tests know.
"""

from __future__ import annotations

import csv
import io
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROWS = 600
SCHOOLS = ("Lincoln Elementary", "Washington Elementary", "Riverside Middle School")
GRADES = (
    ("PK", "K", "1", "2", "3", "4", "5"),
    ("4K", "Kinder", "1st", "2nd", "3rd", "4th", "5th"),
    ("Grade 6", "7", "8th", "06"),
)
AREAS = ("715", "608", "414", "920", "262", "534", "651", "612", "763", "952", "218", "507")

#: how each language is written in the file, and the first and last names that go with it
LANGUAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "es": (
        ("Spanish", "spanish ", "Español", "espanol", "SPANISH", "es"),
        ("María", "José", "Guadalupe", "Luis", "Ana", "Jesús"),
        ("García", "Hernández", "López", "Peña", "Ruiz"),
    ),
    "so": (
        ("Somali", "Soomaali", "af soomaali", "somali"),
        ("Faadumo", "Cabdi", "Hodan", "Maxamed", "Asha"),
        ("Xasan", "Cali", "Warsame", "Nuur"),
    ),
    "hmn": (
        ("Hmong", "Hmoob", "hmong "),
        ("Nkauj Hli", "Tou", "Mai", "Pao", "Kia"),
        ("Vang", "Xiong", "Yang", "Lor"),
    ),
    "ar": (("Arabic", "العربية", "árabe"), ("Layla", "Omar", "Huda", "سميرة"), ("Haddad", "Nasser", "Saleh")),
    "vi": (("Vietnamese", "Tiếng Việt", "vietnamita"), ("Lan", "Minh", "Hoa"), ("Nguyễn", "Trần", "Lê")),
    "en": (
        ("English", "english", "Inglés", "ENGLISH "),
        ("Karen", "Tom", "Dawn"),
        ("O'Brien", "Smith-Lund", "Olson"),
    ),
}

HEADER = (
    "Parent/Guardian Name",
    "Cell Phone",
    "Phone 2",
    "Home Language",
    "School",
    "Grade Level",
    "Student ID",
    "Household ID",
    "First Approached (how)",
    "First Contact Date",
    "Notes",
)

#: a phone that two households of different languages share: the line that gets it, the line that has it
SHARED = (301, 12)

#: line of the file -> (column, value, a piece of the reason)
BAD = {
    41: ("Cell Phone", "555-0142", "area code"),
    97: ("Home Language", "Klingon?", "no language we know"),
    180: ("Grade Level", "Blue", "no grade"),
    263: ("Cell Phone", "7.15555E+09", "shortened"),
    342: ("Parent/Guardian Name", "", "who is the guardian"),
    455: ("First Contact Date", "13/32/2026", "no date"),
    530: ("School", "", "which school"),
    578: ("Home Language", "", "which language"),
}


@dataclass
class _Family:
    language: str
    household: str
    guardians: list[tuple[str, list[str]]]
    school: int


def rows() -> list[list[str]]:
    """Return the header and 600 rows."""
    chance = random.Random(1865)
    made: list[list[str]] = []
    for number, family in enumerate(_families(chance)):
        made += _family_rows(chance, number, family)
        if number % 29 == 7:
            made.append(list(made[-1]))  # somebody pasted a line twice
        if len(made) >= ROWS:
            break
    made = made[:ROWS]
    phone = HEADER.index("Cell Phone")
    made[SHARED[0] - 2][phone] = made[SHARED[1] - 2][phone]
    for line, (column, value, _) in BAD.items():
        made[line - 2][HEADER.index(column)] = value
    return [list(HEADER), *made]


def _families(chance: random.Random) -> Iterator[_Family]:
    phones = [f"{area}555{last:04}" for area in AREAS for last in range(100, 200)]
    chance.shuffle(phones)
    for number in range(400):
        tag = chance.choices(list(LANGUAGES), weights=(30, 18, 18, 8, 8, 18))[0]
        _, first, last = LANGUAGES[tag]
        surname = chance.choice(last)
        shared = number % 6 == 0
        names = chance.sample(first, 1 + (number % 3 == 0))
        common = [phones.pop()]
        guardians = [
            (f"{name} {surname}", common if shared else [phones.pop() for _ in range(1 + (number % 4 == 2))])
            for name in names
        ]
        yield _Family(tag, f"H{2000 + number}" if number % 5 else "", guardians, number % 3)


def _family_rows(chance: random.Random, number: int, family: _Family) -> list[list[str]]:
    made = []
    for child in range(chance.choices((1, 2, 3), weights=(5, 4, 1))[0]):
        grade = chance.choice(GRADES[family.school])
        for name, phones in family.guardians:
            made.append(
                [
                    _untidy_name(chance, name),
                    _untidy_phone(chance, phones[0])
                    if number % 40 != 13
                    else chance.choice(("none", "n/a", "")),
                    "",
                    chance.choice(LANGUAGES[family.language][0]),
                    SCHOOLS[family.school] + chance.choice(("", "", " ")),
                    grade,
                    f"S{10000 + number * 4 + child}",
                    family.household,
                    *_approached(chance, number),
                    chance.choice(("", "", "", "bus 7", "moved in Sept.", "ask for interpreter")),
                ]
            )
    return made


def _approached(chance: random.Random, number: int) -> tuple[str, str]:
    if number % 4 == 3:
        return "", ""
    how = ("Letter", "paper", "Partner", "in person", "Home visit")[number % 5]
    return how, ("2026-09-01", "9/2/2026", "Sep 3, 2026", "9/4/26")[number % 4]


def _untidy_name(chance: random.Random, name: str) -> str:
    first, _, last = name.rpartition(" ")
    return chance.choices(
        (name, f"{name} ", f"{last}, {first}", f"{last.upper()}, {first}"), weights=(6, 2, 1, 1)
    )[0]


def _untidy_phone(chance: random.Random, digits: str) -> str:
    area, rest = digits[:3], digits[6:]
    return chance.choice(
        (
            f"{area}-555-{rest}",
            f"({area}) 555-{rest}",
            f"{area}555{rest}",
            f"{area}.555.{rest}",
            f"+1 {area} 555 {rest}",
            f"{area}-555-{rest} (mom)",
            f" {area}-555-{rest} call after 3",
            f"{area}555{rest}.0",
        )
    )


def text() -> str:
    """Return the file as comma-separated text."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows())
    return written.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8", newline="")
