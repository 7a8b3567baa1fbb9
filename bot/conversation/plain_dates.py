"""Dates as only one language writes them, in the words of the calendar that all are read by.

"民國108年", "廿八號", "17년 2월", "mùng 4 tháng 1 tây", "12 ጥሪ 2027", "day b4 yesterday", and in all of them
a year that is told from this one: "28 de agosto del año pasado".
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from bot import languages
from bot.conversation import solar_hijri

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: what follows a year that is written in figures, where it is not a gap
_YEAR_SIGN = {"Hans": "年", "Hant": "年", "Kore": "년 "}
_RUN_TOGETHER = frozenset({"Hans", "Hant", "Kore", "Khmr", "Laoo", "Mymr"})
_SHARED = {"zh-Hans": "zh", "zh-Hant": "zh", "prs": "fa"}
_BEFORE = re.compile(r"\bb4\b", re.IGNORECASE)
#: a day of the solar calendar in Vietnamese, and the word for one of the moon's first ten
_SOLAR = re.compile(r"\b(?:tây|tay|dương lịch|duong lich)\b|\b(?:19|20)\d\d\b")
_MUNG = re.compile(r"\bm[ùồ]ng\b", re.IGNORECASE)
#: "by the western calendar" in Amharic and Tigrinya, and the months of which January is the first
_WESTERN = re.compile("በ?ፈረንጅ(?:ኛ)?|ብ?ፈረንጂ|ኤውሮጳዊ")
_WESTERN_MONTHS = {
    "january": ("ጥሪ",), "february": ("ለካቲት",), "march": ("መጋቢት",), "april": ("ሚያዝያ",),
    "may": ("ግንቦት",), "june": ("ሰነ",), "july": ("ሓምለ",), "august": ("ነሓሰ",),
    "september": ("መስከረም",), "october": ("ጥቅምቲ",), "november": ("ሕዳር",), "december": ("ታሕሳስ",),
}  # fmt: skip
_ETHIOPIC_MONTH = re.compile("|".join(name for names in _WESTERN_MONTHS.values() for name in names))
#: "20180906", and "12.03.2017" where a dot always stands behind the day
_EIGHT_FIGURES = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_DOTTED = frozenset({"ru", "uk", "pl"})
_DAY_FIRST = re.compile(r"(?<![\d.])(\d{1,2})\.(0?[1-9]|1[0-2])\.((?:19|20)\d\d)(?!\d)")
_PERSIAN = frozenset({"fa", "prs", "ps"})
#: "۳مه", "3ام": the third
_ORDINAL = re.compile(r"(\d)(?:مه|مې|ام|م)(?!\w)")  # "5 مه" is the fifth of May
_YEAR_WORD = re.compile(r"(?<!\w)(?:کال|سال)(?!\w)")
#: "26 года": a year of this century, where a day and a month stand before it
_SLAVIC_YEAR = re.compile(
    r"(?<=[а-яіїє]\s)(\d\d)\s?-?(?:го\s)?(?:года|г\.|году|року|р\.)(?!\w)", re.IGNORECASE
)
#: "15 ເດືອນ 8 2017": the month by its number
_LAO = re.compile(r"(\d{1,2})\s*(?:ເດືອນ|/)\s*(\d{1,2})\s*(?:ປີ\s*)?(\d{4})")
#: years of the Republic, and years of this century by their last two figures
_REPUBLIC = re.compile(r"民[國国]\s?(\d{2,3})\s?年")
_SHORT_YEAR = re.compile(r"(?<!\d)(\d\d(?:年|년))(?=\s?\d{1,2}\s?(?:月|월))")


def written(text: str, tag: str, today: date) -> str:
    """Write what a language has of its own as a plain date: "民國108年", "mùng 4 tháng 1 tây", "b4"."""
    text = _with_year(_EIGHT_FIGURES.sub(r"\1-\2-\3", text), tag, today)
    if tag in _DOTTED:
        text = _DAY_FIRST.sub(r"\3-\2-\1", text)
    if tag in _PERSIAN:
        return _YEAR_WORD.sub(" ", _ORDINAL.sub(r"\1", solar_hijri.in_gregorian(text, tag, today)))
    if tag == "en":
        return _BEFORE.sub("before", text)
    if tag in {"ru", "uk"}:
        return _SLAVIC_YEAR.sub(r"20\1", text)
    if tag == "lo":
        return _LAO.sub(r"\3-\2-\1", text)
    if tag == "vi" and _SOLAR.search(text):
        return _MUNG.sub("ngày", text)
    if tag in {"am", "ti"} and (
        _WESTERN.search(text) or str(today.year + 1) in text or str(today.year) in text
    ):
        return _WESTERN.sub(" ", _ETHIOPIC_MONTH.sub(lambda found: f" {_english(found[0])} ", text))
    if tag.startswith("zh"):
        text = text.replace("廿", "二十").replace("卅", "三十").replace("元月", "1月")
        text = _REPUBLIC.sub(lambda found: f"{int(found[1]) + 1911}年", text)
    if tag in {"zh-Hans", "zh-Hant", "ko"}:
        text = _SHORT_YEAR.sub(r"20\1", text)
    return text


def _with_year(text: str, tag: str, today: date) -> str:
    """Write "last year" and "this year" in figures, where a text names no other year."""
    if _YEAR.search(text):
        return text
    for year, kind in ((today.year - 1, "last_year"), (today.year, "this_year")):
        said = _said_of_year(tag, kind)
        if said and said.search(text):
            return said.sub(f"{year}{_YEAR_SIGN.get(languages.language(tag).script, ' ')}", text, count=1)
    return text


@cache
def _said_of_year(tag: str, kind: str) -> re.Pattern[str] | None:
    """Return what finds the words for such a year in a language, the longest first."""
    words = languages.answer_words(_SHARED.get(tag, tag)).get(kind, "")
    said = sorted(filter(None, map(str.strip, str(words).split(","))), key=len, reverse=True)
    if not said:
        return None
    run_together = languages.language(tag).script in _RUN_TOGETHER
    found = "|".join(map(re.escape, said))
    return re.compile(found if run_together else rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)


def _english(month: str) -> str:
    return next(english for english, names in _WESTERN_MONTHS.items() if month in names)
