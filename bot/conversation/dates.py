"""What a text means as the answer to "which day": a weekday, a day of the month, a date, today, tomorrow.

Gregorian days only (docs/dialogue.md, rule 20). A day that could be two days is none: "3/4", "Tuesday or
Wednesday", "Tuesday" said on a Tuesday, "not Tuesday". A wrong day is worse than asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from bot import languages
from bot.conversation import numbers
from bot.conversation.grammar import Grammar
from bot.conversation.intent import has_question_mark, without_courtesy
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_STROKES = re.compile(r"(?<![\d/.:-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2}|\d{4}))?(?![\d/:-])")
_CJK = re.compile(r"(\d{1,2})\s*(?:月|월)\s*(\d{1,2})\s*(?:日|号|號|일)?")
_CJK_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*(?:日|号|號|일)")
_CLOCK = re.compile(r"\d\s*[:.]\s*\d\d|\d\s*(?:am|pm|a\.m|p\.m)", re.IGNORECASE)
_ORDINAL = re.compile(r"^(\d{1,2})(?:st|nd|rd|th|er|ero|º|ª|aad)?$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: words that turn an answer round or leave it open, in the languages we understand beside any other
_TURNED = _words(
    """
    no not dont cant cannot except but or before after until
    pero o ni excepto menos antes despues después hasta
    ou pas sauf avant apres après ama mise maya ma mooyee kadib los yog tsis
    لا ليس او أو الا إلا قبل بعد không khong hoặc hoac trừ или не кроме
    """
)
_NEXT = _words(
    """
    next coming this proximo próximo proxima próxima este esta viene prochain prochaine ce cette
    soo socda tom ntej القادم المقبل هذا này nay tới
    """
)
#: words that stand before a day and change nothing
_BEFORE = _words(
    """
    the on el día dia le jour ngày ngay hnub tim maalinta bisha يوم في de of
    """
)
_TURNS = frozenset({"not", "or", "except", "hedge", "refuse", "limit"})
_EMPTY = frozenset({"filler", "courtesy", "yes", "ok", "agree", "around", "only", "and"})
#: Thai to Burmese, Khmer, Han
_RUN_ON = (("\u0e00", "\u109f"), ("\u1780", "\u17ff"), ("\u2e80", "\u9fff"))
_PARTS_OF_DAY = frozenset({"morning", "afternoon", "evening", "this_week"})
_HAN_WEEK = re.compile("(这|這|本|下)(?:个|個)?(?:周|週|星期|礼拜|禮拜)([一二三四五六日天])")
_HAN_DAY = re.compile("(?<![月十])([一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?:号|號|日)")
_HMONG_DATE = re.compile(r"\b(?:lub )?(\d{1,2}) hlis? (?:ntuj )?(?:tim|hnub tim) (\d{1,2})\b")
#: a day may stand among so many other words; more of them make it a story
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """The words of one language, made plain, for the days and months; English ones always count too."""

    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    relative: Mapping[str, int]  #: "tomorrow" -> 1


def calendar_of(tag: str) -> Calendar:
    """Return the calendar words of a language and of English. Raises `LanguageError`."""
    return _calendar(tag)


@cache
def _calendar(tag: str) -> Calendar:
    weekdays: dict[str, int] = {}
    months: dict[str, int] = {}
    relative: dict[str, int] = {}
    for each in ("en", tag):
        named, called = languages.day_words(each), languages.month_words(each)
        weekdays |= {flat: n for word, n in named.items() for flat in _forms(word)}
        months |= {flat: n for word, n in called.items() for flat in _forms(word)}
        relative |= {flat: n for word, n in languages.relative_days(each).items() for flat in _forms(word)}
    return Calendar(weekdays, months, relative)


def _forms(word: str) -> set[str]:
    return {plain(word), unmarked(plain(word))}


def read(text: str, lexicon: Lexicon, today: date) -> tuple[date, bool] | None:
    """Return the day that a text names and whether that is sure; None if it names none, or two.

    `today` is the day on the school's clock.
    """
    if has_question_mark(text):
        return None
    special = _in_script(without_courtesy(text, lexicon), lexicon.tag, today)
    if special is not None:
        return special, True
    if any(piece.kinds for piece in lexicon.grammar.cut(text, frozenset({"week"}))):
        return None
    words = calendar_of(lexicon.tag)
    figures = set(_written_out(text, today))
    if figures:
        return (figures.pop(), True) if len(figures) == 1 else None
    if _CLOCK.search(text):
        return None
    said = without_courtesy(text, lexicon)
    for whole in (said, lexicon.grammar.bare(said)):
        if whole in words.relative:
            return today + timedelta(days=words.relative[whole]), True
    said = _without_parts(said, lexicon.grammar)
    if said in words.relative:
        return today + timedelta(days=words.relative[said]), True
    return _in_words(said, words, today, lexicon.grammar)


def _written_out(text: str, today: date) -> Iterator[date]:
    """Find dates in figures that can be only one day."""
    level = "".join(plain(letter) or letter for letter in text)
    for year, month, day in _ISO.findall(level):
        yield from _made(int(year), int(month), int(day))
    for month, day in _CJK.findall(level):
        yield from _coming(int(month), int(day), today)
    if _ISO.search(level) is None:
        for one, other, year in _STROKES.findall(level):
            yield from _either(int(one), int(other), year, today)


def _in_script(said: str, tag: str, today: date) -> date | None:
    """Read the weekdays of this week and the next, and days of the month, as Chinese and Hmong write them."""
    if tag == "hmn" and (found := _HMONG_DATE.search(said)) is not None:
        return next(_coming(int(found[1]), int(found[2]), today), None)
    if not tag.startswith("zh"):
        return None
    if (named := _HAN_WEEK.search(said)) is not None:
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(
            days="一二三四五六日".index(named[2].replace("天", "日")) + 7 * (named[1] == "下")
        )
        return day if day >= today else None
    if (dated := _HAN_DAY.fullmatch(said)) is not None:
        return next(_days_called(numbers.of_han(dated[1]), today), None)
    return None


def _without_parts(said: str, grammar: Grammar) -> str:
    """Leave out "in the afternoon" behind a day; a "mañana" alone stays tomorrow."""
    pieces = grammar.cut(said, _PARTS_OF_DAY)
    kept = [
        piece.said
        for place, piece in enumerate(pieces)
        if not piece.kinds or (place == 0 and len(pieces) == 1)
    ]
    glue = "" if grammar.unspaced else " "
    return glue.join(kept) or said


def _either(one: int, other: int, year: str, today: date) -> Iterator[date]:
    """Read "13/11" or "11/13"; "3/4" could be two days and is none."""
    if one != other and max(one, other) <= 12:
        return
    month, day = sorted((one, other))
    if year:
        yield from _made(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    else:
        yield from _coming(month, day, today)


def _in_words(said: str, words: Calendar, today: date, grammar: Grammar) -> tuple[date, bool] | None:
    rest, weekdays = _taken(said, words.weekdays)
    rest, months = _taken(rest, words.months)
    pieces = _CJK_DAY.sub(r" \1 ", rest).split()
    days = [int(matched[1]) for piece in pieces if (matched := _ORDINAL.match(piece))]
    others = [piece for piece in pieces if not _ORDINAL.match(piece) and piece not in _BEFORE]
    limits = {"after", "antes", "después", "despues", "before", "until", "avant", "apres", "après", "hasta"}
    if len(weekdays) > 1 or len(months) > 1 or len(days) > 1 or (_TURNED - limits).intersection(others):
        return None
    around = grammar.cut(" ".join(others))
    if any(piece.kinds & _TURNS and not piece.kinds & _EMPTY for piece in around):
        return None
    others = [piece.said for piece in around if not piece.kinds & _EMPTY]
    if len(others) > _SHORT:
        return None
    found = _day(weekdays, months, days, today)
    if found is None:
        return None
    doubtful = bool(_NEXT.intersection(pieces)) or (days and not months and not weekdays and bool(others))
    return found, not doubtful


def _taken(said: str, names: Mapping[str, int]) -> tuple[str, list[int]]:
    """Take the longest names out of a text; return what is left and what they were."""
    found: list[int] = []
    rest = f" {said} "
    for name in sorted(names, key=len, reverse=True):
        wanted = f" {name} " if name.isascii() or not _runs_on(name) else name
        if wanted in rest and name:
            found.append(names[name])
            rest = rest.replace(wanted, "  " if wanted != name else " ")
    return " ".join(rest.split()), list(dict.fromkeys(found))


def _runs_on(name: str) -> bool:
    """Say whether a script writes no spaces between words."""
    return any(first <= letter <= last for letter in name for first, last in _RUN_ON)


def _day(weekdays: list[int], months: list[int], days: list[int], today: date) -> date | None:
    match weekdays, months, days:
        case [weekday], [], []:
            ahead = (weekday - today.weekday()) % 7
            return today + timedelta(days=ahead) if ahead else None
        case [weekday], [], [day]:
            return _first(one for one in _days_called(day, today) if one.weekday() == weekday)
        case [weekday], [month], [day]:
            return _first(one for one in _coming(month, day, today) if one.weekday() == weekday)
        case [], [month], [day]:
            return _first(_coming(month, day, today))
        case [], [], [day]:
            return _first(_days_called(day, today))
    return None


def _days_called(day: int, today: date) -> Iterator[date]:
    """Yield the days of the next two months that bear a number."""
    for ahead in range(62):
        one = today + timedelta(days=ahead)
        if one.day == day:
            yield one


def _coming(month: int, day: int, today: date) -> Iterator[date]:
    for year in (today.year, today.year + 1):
        for one in _made(year, month, day):
            if one >= today:
                yield one
                return


def _made(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _first(found: Iterator[date]) -> date | None:
    return next(iter(found), None)
