"""What a text means as the answer to "what time": one time of day, of which nothing is guessed.

"4" and "4:30" are two times of the day each; they are an answer only where the question's limits leave one
of them. So is a time in a language whose own clock counts from dawn (docs/dialogue.md, rule 20), unless it
says am or pm or counts beyond twelve. A range, two times or "after four" are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import time
from typing import Final, TypeAlias

from bot.conversation.clock import Form, Sign, clock, cut
from bot.conversation.intent import has_question_mark, is_tapback
from bot.conversation.lexicon import Lexicon

#: minutes since midnight, of a clock of twelve hours unless `exact`; whether it is read back; `exact`
_Read: TypeAlias = tuple[int, bool, bool]

#: what signs mean, from the numbers among them and from the row that they stand in
_Rule: TypeAlias = Callable[[Sequence[Sign], str], _Read | None]

_DAY, _HALF_DAY = 24 * 60, 12 * 60
#: "3-5", "11/20", "3, 5": a range, a date, a list
_RANGE = re.compile(r"\d\s*(?:[^\W\d]\.?){0,4}\s*[-–—/~〜～,،、;&+]\s*\d")
#: a time may stand among so many unknown words; more of them make it a story
_SHORT: Final = 4
#: numbers with other words between them are no one time
_APART = re.compile("[TNn][^TNn]*[fdx][^TNn]*[TNn]")


def read(
    text: str, lexicon: Lexicon, low: int | None = None, high: int | None = None
) -> tuple[time, bool] | None:
    """Return the time that a text names and whether that is sure; None if it names none, or two.

    `low` and `high` are the question's limits in minutes since midnight, both included.
    """
    signs, row = _row(text, lexicon)
    if not row or not _may_be_bare(signs, row):
        return None
    found = _meant(signs, row)
    if found is None or (clock(lexicon.tag).local and not _is_beyond_doubt(signs, found)):
        return None
    left = [minute for minute in _readings(found) if _fits(minute, _parts(signs), low, high)]
    if len(left) != 1:
        return None
    return time(*divmod(left[0], 60)), not (found[1] or "x" in row or "d" in row)


def possible(text: str, lexicon: Lexicon) -> frozenset[int]:
    """Return every time of day that a text may mean, in minutes since midnight; none unless it says an hour.

    A bare number is none: it may be the place of a choice.
    """
    signs, row = _row(text, lexicon)
    told = set("oPTnhHqkR") & set(row) or any(sign.form is Form.HOUR for sign in signs)
    found = _meant(signs, row) if told and not clock(lexicon.tag).local else None
    readings = _readings(found) if found is not None else ()
    return frozenset(minute for minute in readings if _fits(minute, _parts(signs), None, None))


def _row(text: str, lexicon: Lexicon) -> tuple[Sequence[Sign], str]:
    """Cut a text into signs and their letters; none where it asks, names a stretch or leaves it open."""
    if has_question_mark(text) or is_tapback(text) or _RANGE.search(text):
        return (), ""
    signs = _without_second_noon(cut(text, clock(lexicon.tag)))
    row = "".join(sign.letter for sign in signs)
    return (signs, row) if "L" not in row and row.count("x") <= _SHORT else ((), "")


def _parts(signs: Sequence[Sign]) -> list[frozenset[int]]:
    """Return the hours of each part of the day that is named."""
    return [sign.hours for sign in signs if sign.letter == "P"]


def example(low: int | None, high: int | None) -> time:
    """Return the time that "for example" names: half past four, or the middle of the question's limits."""
    if low is None and high is None:
        return time(16, 30)
    middle = ((low or 0) + (_DAY - 30 if high is None else high)) // 2
    halves = [middle - middle % 30, middle]
    return time(*divmod(next(one for one in halves if one >= (low or 0)), 60))


def minutes(clock_time: str) -> int:
    """Return "16:30" as minutes since midnight. Raises `ValueError` for anything else."""
    if re.fullmatch(r"\d{1,2}:\d{2}", clock_time) is None:
        raise ValueError(f"“{clock_time}” is no time of day; write it as 16:30.")
    hour, minute = map(int, clock_time.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f"“{clock_time}” is no time of day; a day has 00:00 to 23:59.")
    return hour * 60 + minute


def in_figures(minute: int) -> str:
    """Return minutes since midnight as "16:30"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _without_second_noon(signs: list[Sign]) -> list[Sign]:
    """ "noon" by itself is a time, beside a number a part of the day."""
    if any(sign.letter in "TNn" for sign in signs):
        return signs
    return [
        Sign("T", sign.said, 12 if sign.part == "noon" else 0, exact=True)
        if sign.part in {"noon", "midnight"}
        else sign
        for sign in signs
    ]


def _may_be_bare(signs: Sequence[Sign], row: str) -> bool:
    """Say whether a number that nothing marks as a time can be one: alone, and not as a length."""
    bare = [sign for sign in signs if sign.letter not in "cfdxs"]
    if len(bare) != 1 or bare[0].letter != "N":
        return not ("s" in row and "o" not in row and "P" not in row and _at_most_noon(signs))
    return bare[0].hour > 0 and not set("fdx") & set(row) and not ("s" in row and bare[0].hour <= 12)


def _at_most_noon(signs: Sequence[Sign]) -> bool:
    return any(sign.letter == "N" and sign.hour <= 12 for sign in signs)


def _meant(signs: Sequence[Sign], row: str) -> _Read | None:
    near = re.sub("[cPs]", "", row)
    if _APART.search(near):
        return None
    core = re.sub("[fodx]", "", near)
    rule = next((rule for shape, rule in _RULES.items() if re.fullmatch(shape, core)), None)
    found = rule([sign for sign in signs if sign.letter in "TNn"], near) if rule else None
    return found if found is not None and found[0] <= _DAY else None


def _time(told: Sequence[Sign], _row: str) -> _Read:
    (whole,) = told
    odd = len(whole.said) == 4 and whole.said.isdecimal() and whole.minute % 5 != 0
    return whole.hour * 60 + whole.minute, odd, whole.exact or not 1 <= whole.hour <= 12


def _shifted(by: int) -> _Rule:
    """Make the rule for an hour and fixed minutes; an hour that has begun counts from its start."""

    def rule(told: Sequence[Sign], _row: str) -> _Read | None:
        (hour,) = told
        if hour.hour > 24:
            return None
        begun = 60 if hour.letter == "n" and by > 0 else 0
        return (hour.hour * 60 + by - begun) % _DAY, False, not 1 <= hour.hour <= 12

    return rule


def _hour_and_minutes(told: Sequence[Sign], row: str) -> _Read | None:
    """ "four thirty", "4 30", "4 giờ 5": without a mark a second small number is another hour."""
    hour, minute = told
    hour_word = hour.form is Form.HOUR and minute.form is Form.FIGURE
    marked = "m" in row or re.search("Noy?N", row) is not None or (hour_word and "y" not in row)
    if hour.hour > 24 or minute.hour > 59 or minute.form is Form.HOUR or re.search("N[oy]*No", row):
        return None
    figures = minute.form is Form.FIGURE and len(minute.said) == 2
    if not marked and not (figures or minute.hour >= 10):
        return None
    if "y" in row and not marked and minute.hour <= 12:
        return None
    sure = marked or (minute.hour % 5 == 0 and minute.hour > 12) or minute.said.startswith("0")
    return hour.hour * 60 + minute.hour, not sure, not 1 <= hour.hour <= 12


def _apart(minute: Sign, hour: Sign, sign: int) -> _Read | None:
    if hour.hour > 24 or not 0 < minute.hour < 60 or minute.hour % 5:
        return None
    begun = 60 if hour.letter == "n" else 0
    return (hour.hour * 60 - begun + sign * minute.hour) % _DAY, False, not 1 <= hour.hour <= 12


def _past(told: Sequence[Sign], _row: str) -> _Read | None:
    return _apart(told[0], told[1], 1)


def _before(told: Sequence[Sign], _row: str) -> _Read | None:
    return _apart(told[0], told[1], -1)


def _less(told: Sequence[Sign], _row: str) -> _Read | None:
    return _apart(told[1], told[0], -1)


def _to(told: Sequence[Sign], _row: str) -> _Read | None:
    """ "ten to four" may be a range; "twenty to four" is none."""
    return _apart(told[0], told[1], -1) if told[0].hour > 12 else None


#: the shapes of a time of day, as letters of `Sign`
_RULES: Final[Mapping[str, _Rule]] = {
    "T": _time,
    "N": _shifted(0),
    "Ny?h|hN|hn": _shifted(30),
    "H[Nn]": lambda told, row: _shifted(-30)([_as_next(told[0])], row),
    "Ny?q|qN|qn": _shifted(15),
    "Ny?k|kN": _shifted(45),
    "NR|RN": _shifted(-15),
    "Ny?Nm?": _hour_and_minutes,
    "Nm?pN|Nm?n": _past,
    "tNm?y?N|Nm?bN": _before,
    "NtNm?": _less,
    "Nm?eN": _to,
}


def _as_next(hour: Sign) -> Sign:
    """Half of the fifth hour is half past four, however the fifth is said."""
    return Sign("N", hour.said, hour.hour)


def _is_beyond_doubt(signs: Iterable[Sign], found: _Read) -> bool:
    """Say whether a time means the same on every clock (rule 20)."""
    return found[2] or any(sign.part in {"am", "pm"} for sign in signs)


def _readings(found: _Read) -> set[int]:
    minute, _, exact = found
    return {minute % _DAY} if exact else {minute % _DAY, (minute + _HALF_DAY) % _DAY}


def _fits(minute: int, parts: Iterable[frozenset[int]], low: int | None, high: int | None) -> bool:
    within = (low is None or minute >= low) and (high is None or minute <= high)
    return within and all(minute // 60 in hours for hours in parts)
