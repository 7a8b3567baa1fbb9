"""What a cell of a school's roster means: phones, grades, dates, names, how a family was approached.

Every function takes the text of one cell and returns its value, or raises ValueError with the reason in
words for the office. What is no value at all ("none", "n/a", an empty cell) is None or ().

Which phones are accepted: numbers that libphonenumber's metadata calls valid and that are of a kind that
can get a text. The fictional North American numbers 555-0100 to 555-0199 are valid by that metadata in
every area code, so demonstrations and tests use them; a test holds this.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType


class Approach(StrEnum):
    """How a family was first approached (docs/dialogue.md, rule 18)."""

    PAPER = "paper"  #: a letter, a form, a flyer
    PARTNER = "partner"  #: an organisation the family trusts
    PERSON = "person"  #: face to face or by voice


_NO_VALUE = (
    "none no na nil null nophone nonumber notel unknown unlisted tbd pending missing "
    "ninguno ninguna notiene nohay sintelefono sinnumero desconocido pendiente"
)
_NOTHING = frozenset(_NO_VALUE.split())

_TEXTLESS = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number, which gets no texts",
    PhoneNumberType.SHARED_COST: "a shared-cost number, which gets no texts",
    PhoneNumberType.TOLL_FREE: "a toll-free number, which gets no texts",
    PhoneNumberType.VOICEMAIL: "a voicemail number, which gets no texts",
    PhoneNumberType.PAGER: "a pager, which gets no texts",
}

#: where 3/4/2026 is the 4th of March; everywhere else it is the 3rd of April
_MONTH_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "UM", "FM", "MH", "PW", "PH"})

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero",
            "feb february febrero",
            "mar march marzo",
            "apr april abr abril",
            "may mayo",
            "jun june junio",
            "jul july julio",
            "aug august ago agosto",
            "sep sept september set septiembre setiembre",
            "oct october octubre",
            "nov november noviembre",
            "dec december dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}

_GRADES = {
    "PK": "pk prek prekindergarten preschool prekinder preescolar preparvulos pr ec early 3k 4k k3 k4 tk",
    "K": "k kg kinder kindergarten kindergarden jardin 5k k5 0 00",
    "1": "first one primero primer primera",
    "2": "second two segundo segunda",
    "3": "third three tercero tercer tercera",
    "4": "fourth four cuarto cuarta",
    "5": "fifth five quinto quinta",
    "6": "sixth six sexto sexta",
    "7": "seventh seven septimo septima",
    "8": "eighth eight octavo octava",
    "9": "ninth nine noveno novena freshman",
    "10": "tenth ten decimo decima sophomore",
    "11": "eleventh eleven undecimo onceavo junior",
    "12": "twelfth twelve duodecimo doceavo senior",
}
_GRADE_WORDS = {word: grade for grade, words in _GRADES.items() for word in words.split()}

_APPROACHES = {
    Approach.PAPER: "paper letter form flyer mail bymail packet registrationform enrollmentform "
    "papel carta formulario volante porcorreo hoja",
    Approach.PARTNER: "partner partners organization organisation communityorganization relay "
    "socio aliado organizacion organizacionaliada asociacion",
    Approach.PERSON: "person inperson facetoface phone phonecall call homevisit visit conference meeting "
    "office liaison enpersona persona llamada visita reunion conferencia oficina",
}
_APPROACH_WORDS = {word: approach for approach, words in _APPROACHES.items() for word in words.split()}


@functools.lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Reduce a name or header to its letters and digits: no case, accents, spaces or punctuation.

    Only the accents of European scripts go (U+0300 to U+036F): vowel signs of others are letters.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in plain if _is_letter(sign))


def _is_letter(sign: str) -> bool:
    if "\u0300" <= sign <= "\u036f":
        return False
    return sign.isalnum() or unicodedata.category(sign) in {"Mn", "Mc"}


def words_of(text: str) -> str:
    """Collapse white space and drop what cannot be seen (no-break and zero-width spaces, controls)."""
    spaced = (" " if sign.isspace() else sign for sign in text)
    seen = (sign for sign in spaced if unicodedata.category(sign) not in {"Cf", "Cc", "Co", "Cs"})
    return " ".join(unicodedata.normalize("NFC", "".join(seen)).split())


@functools.lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """Reduce a person's name so that "GARCÍA, Maria" and "María Garcia" are one."""
    parts = (fold(part) for part in re.split(r"[\s,.;]+", name))
    return " ".join(sorted(part for part in parts if part)) or name.strip()


def is_nothing(text: str) -> bool:
    """Say whether a cell means that there is no value: empty, "-", "n/a", "none", "no tiene"."""
    folded = fold(text)
    return not folded or folded in _NOTHING


def phones(text: str, region: str) -> tuple[str, ...]:
    """Return the numbers of one cell as E.164, in order, each once; notes beside them are left out."""
    text = unicodedata.normalize("NFKC", text)
    if is_nothing(text):
        return ()
    if re.fullmatch(r"\s*\d(\.\d+)?e\+?\d+\s*", text, re.IGNORECASE):
        raise ValueError("the spreadsheet shortened this number: make the column text and type it again")
    pieces = _BETWEEN.split(_DECIMAL.sub("", text))
    found = [_phone(run, region) for piece in pieces for run in _runs(piece)]
    if not found:
        raise ValueError("there is no phone number in this; leave the cell empty if there is none")
    return tuple(dict.fromkeys(found))


_BETWEEN = re.compile(r"[/;,|\n]|\b(?:or|and|y|o)\b|&", re.IGNORECASE)
#: what a spreadsheet adds to a number that it keeps as a number
_DECIMAL = re.compile(r"(?<=\d)\.0+(?!\d)")
#: a run that begins like a number and holds digits and what people put between them
_RUN = re.compile(r"\+?\(?\d[\d\s().\-‐-―·]*")
_EXTENSION = re.compile(r"\d[\s,]*(?:ext|extension|x|#|anexo)\.?\s*\d+", re.IGNORECASE)


def _runs(piece: str) -> list[str]:
    """Return what may be a number; "after 3" and "apt 12" have too few digits and are notes."""
    if _EXTENSION.search(piece):
        raise ValueError("it has an extension, which a text cannot reach")
    return [run for run in _RUN.findall(piece) if sum(sign.isdigit() for sign in run) > 4]


def _phone(run: str, region: str) -> str:
    try:
        number = phonenumbers.parse(run.strip(), region)
    except phonenumbers.NumberParseException:
        raise ValueError("this is no phone number; put “/” between two of them") from None
    _plausible(number)
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written


def _plausible(number: phonenumbers.PhoneNumber) -> None:
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise ValueError("the area code is missing")
        case phonenumbers.ValidationResult.TOO_SHORT:
            raise ValueError("it has too few digits")
        case phonenumbers.ValidationResult.TOO_LONG | phonenumbers.ValidationResult.INVALID_LENGTH:
            raise ValueError("it has too many digits: put “/” between two numbers, “+” before a foreign one")
    if not phonenumbers.is_valid_number(number):
        raise ValueError("there is no such area code or exchange")
    kind = phonenumbers.number_type(number)
    if kind in _TEXTLESS:
        raise ValueError(f"this is {_TEXTLESS[kind]}")


def grade(text: str) -> str | None:
    """Return "PK", "K" or "1" to "12"; None for an empty cell."""
    if is_nothing(text):
        return None
    bare = re.sub(r"\.0+$", "", unicodedata.normalize("NFKC", text).strip())
    if re.search(r"\d\W+\d|^\W*-\s*\d", bare):
        raise ValueError("this is no single grade: write PK, K or 1 to 12")
    folded = re.sub(r"grade|grado|curso|ano|gr(?=\d)|^g(?=\d)", "", fold(bare))
    folded = re.sub(r"(?<=\d)(?:st|nd|rd|th|ro|do|to|mo|vo|no|er|o|a)$", "", folded)
    if folded in _GRADE_WORDS:
        return _GRADE_WORDS[folded]
    if folded.isascii() and folded.isdigit() and len(folded) <= 2 and 1 <= int(folded) <= 12:
        return str(int(folded))
    raise ValueError("this is no grade: write PK, K or 1 to 12")


def grade_order(name: str) -> tuple[int, str]:
    """Sort grades as a school does, PK and K first; other names by alphabet after them."""
    early = {"PK": -1, "K": 0}
    if name in early:
        return early[name], ""
    return (int(name), "") if name.isascii() and name.isdigit() else (99, fold(name))


def day(text: str, region: str) -> str | None:
    """Return an ISO date; None for an empty cell.

    Reads ISO dates, numbers in the region's order (in the other order only when that is the one possible
    reading), months by name in English and Spanish, and a spreadsheet's day numbers.
    """
    if is_nothing(text):
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    found = _iso(text) or _day_number(text) or _numbers(text, region) or _month_name(text)
    if found is None:
        raise ValueError("this is no date: write it as 2026-09-01")
    if not date(1990, 1, 1) <= found < date(2100, 1, 1):
        raise ValueError(f"the year {found.year} cannot be right")
    return found.isoformat()


def _iso(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+Z?)?", text)
    return _date(int(match[1]), int(match[2]), int(match[3])) if match else None


def _day_number(text: str) -> date | None:
    """Spreadsheets count days from 1899-12-30 (ECMA-376 part 1, 18.17.4.1)."""
    match = re.fullmatch(r"(\d{5})(?:\.\d+)?", text)
    return date(1899, 12, 30) + timedelta(days=int(match[1])) if match else None


def _numbers(text: str, region: str) -> date | None:
    match = re.fullmatch(
        r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:\s+[\d:]+(?:\s*[ap]m)?)?", text, re.IGNORECASE
    )
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), _year(match[3])
    usual, other = _date(year, second, first), _date(year, first, second)
    return (other or usual) if region in _MONTH_FIRST else (usual or other)


def _month_name(text: str) -> date | None:
    parts = [fold(part) for part in re.split(r"[\s,.\-/]+", text)]
    parts = [
        re.sub(r"(?<=\d)(st|nd|rd|th|o)$", "", part) for part in parts if part not in {"", "de", "del", "of"}
    ]
    months = [_MONTHS[part] for part in parts if part in _MONTHS]
    numbers = [part for part in parts if part.isascii() and part.isdigit()]
    if len(months) != 1 or len(numbers) != 2 or len(parts) != 3:
        return None
    number, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    return _date(_year(year), months[0], int(number)) if len(number) <= 2 and len(year) in {2, 4} else None


def _year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def approach(text: str) -> Approach | None:
    """Return how a family was first approached; None for an empty cell."""
    if is_nothing(text):
        return None
    folded = fold(text)
    if folded not in _APPROACH_WORDS:
        raise ValueError("how they were approached must be paper, partner or person")
    return _APPROACH_WORDS[folded]
