"""Dates of the Solar Hijri calendar, as Iranian and Afghan families write them: "۱۲ مرداد ۱۳۹۸", "15 دلو".

They are written as Gregorian ones before anything else is read. The calendar itself is jdatetime's.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

import jdatetime

#: the twelve months in the languages that have names for them: Iran's, Afghanistan's in Dari and in Pashto
_MONTHS: Final = (
    ("فروردین", "فروردين", "حمل", "وری"),
    ("اردیبهشت", "ارديبهشت", "ثور", "غویی"),
    ("خرداد", "جوزا", "غبرګولی"),
    ("تیر", "تير", "سرطان", "چنګاښ"),
    ("مرداد", "امرداد", "اسد", "زمری"),
    ("شهریور", "شهريور", "سنبله", "وږی"),
    ("مهر", "میزان", "ميزان", "تله"),
    ("آبان", "ابان", "عقرب", "لړم"),
    ("آذر", "اذر", "قوس", "لیندۍ", "لیندی"),
    ("دی", "دي", "جدی", "جدي", "مرغومی"),
    ("بهمن", "دلو", "سلواغه"),
    ("اسفند", "حوت", "کب"),
)
_NUMBER: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_NAMES: Final = "|".join(sorted(map(re.escape, _NUMBER), key=len, reverse=True))
#: what may stand between a day, its month and its year
_DATED: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:م|ام|ُم|مه)?\s+(?:د\s+)?({_NAMES})(?:\s?ماه)?(?!\w)"
    r"(?:\s+(?:سال\s+|د\s+)?((?:13|14)\d\d)(?!\d))?"
)
#: the month first, as in Pashto: "د مرغومی ۱۰", "۱۳۹۵ کال د وري ۳مه"
_MONTH_FIRST: Final = re.compile(
    rf"(?:((?:13|14)\d\d)\s+(?:کال\s+)?)?(?<!\w)(?:د\s+)?({_NAMES})\s+(?:په\s+)?(\d{{1,2}})(?:مه|مې|م)?(?![\w])"
)
_FIGURES: Final = re.compile(r"(?<!\d)((?:13|14)\d\d)\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{1,2})(?!\d)")
_TAGS: Final = frozenset({"fa", "prs", "ps"})


def in_gregorian(text: str, tag: str, today: date) -> str:
    """Write what is a Solar Hijri date as a Gregorian one; without its year the next such day is meant.

    A month's name counts beside a day only: most are words of their own ("دی", "مهر").
    """
    if tag not in _TAGS:
        return text
    text = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    text = _FIGURES.sub(lambda found: _dated(found[0], *map(int, found.groups()), today=today), text)
    text = _DATED.sub(
        lambda found: _dated(found[0], int(found[3] or 0), _NUMBER[found[2]], int(found[1]), today=today),
        text,
    )
    return _MONTH_FIRST.sub(
        lambda found: _dated(found[0], int(found[1] or 0), _NUMBER[found[2]], int(found[3]), today=today),
        text,
    )


def _dated(said: str, year: int, month: int, day: int, *, today: date) -> str:
    """Return the English date; the text as it stands where there is no such day."""
    this = jdatetime.date.fromgregorian(date=today).year
    for each in (year,) if year else (this, this + 1):
        try:
            found: date = jdatetime.date(each, month, day).togregorian()
        except ValueError:
            continue
        if year or found >= today:
            return f"{found:%-d %B %Y}" if year else f"{found:%-d %B}"
    return said
