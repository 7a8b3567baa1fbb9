"""A fictional district: who lives there, which phone they have, what they speak. The same every time.

Nothing here is random: names, schools and habits follow from a family's number, so that two runs of the
demo show the same families and its counts can be compared.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
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

#: what people are called, by language: given names, family names
_NAMES = {
    "en": (
        "Emma Noah Ruth Carl June Walter Grace Peter Alice Frank Helen Oscar Martha Dean Lucy Roy",
        "Baker Miller Olson Schmidt Larson Carter Hughes Novak Berg Fischer Reed",
    ),
    "es": (
        "Ana Luis Marta Jorge Rosa Carlos Elena Miguel Lucía Andrés Carmen Raúl",
        "Garcia Lopez Martinez Reyes Flores Castillo Vargas Mendoza Ortega",
    ),
    "so": (
        "Amina Yusuf Hodan Abdi Sahra Mahad Fadumo Hibo Ismail Liban Nimco",
        "Warsame Farah Abdullahi Jama Hirsi Nur Osman Ali",
    ),
    "hmn": ("Mai Pao Xee Tou Kia Yer Bao Chue Pa Neng", "Vang Xiong Yang Lor Thao Her Moua"),
    "ar": ("Layla Omar Hanan Khaled Rania Samir Noor Tariq", "Hassan Haddad Mansour Saleh Aziz"),
    "vi": ("Linh Minh Hoa Tuan Lan Duc", "Nguyen Tran Pham Le Vo"),
    "zh-Hans": ("Wei Fang Jing Lei Ming Xia", "Chen Liu Zhang Lin Huang"),
    "fr": ("Claire Jean Aline Pascal Solange Eric", "Moreau Mbala Ilunga Kabila Lefort"),
    "sw": ("Neema Juma Zawadi Baraka", "Mwangi Otieno Odhiambo"),
    "ru": ("Olga Ivan Natalia Pavel", "Petrov Sokolov Orlov"),
    "ksw": ("Paw Htoo Eh Say", "Wah Htun Moo"),
    "ne": ("Sita Ram Gita Bishnu", "Gurung Rai Tamang"),
}


def _name(number: int, tag: str) -> str:
    given, family = (names.split() for names in _NAMES.get(tag, _NAMES["en"]))
    return f"{given[number % len(given)]} {family[number * 7 % len(family)]}"


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


Shares = Sequence[tuple[str, str, int]]


def residents(people: int = 1200, spoken: Shares = LANGUAGES) -> tuple[Resident, ...]:
    """Return the district's guardians; `spoken` as in LANGUAGES."""
    return tuple(islice(_everybody(people, spoken), people))


def _everybody(people: int, spoken: Shares) -> Iterator[Resident]:
    tags = _spread(people, spoken)
    before: Resident | None = None
    for number in range(people):
        label, tag = tags[number]
        shares = number % 40 == 1 and before is not None and before.telegram is None and before.tag == tag
        telegram = 715_000_000 + number if number % 5 == 3 and not shares else None
        before = Resident(
            number=number,
            name=_name(number, tag),
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


def _spread(people: int, spoken: Shares) -> list[tuple[str, str]]:
    """Give each of `people` a language, in the given shares, families of one language together."""
    total = sum(share for _, _, share in spoken)
    counts = [max(1, round(people * share / total)) for _, _, share in spoken]
    counts[0] += people - sum(counts)
    return [(label, tag) for (label, tag, _), count in zip(spoken, counts, strict=True) for _ in range(count)]


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
