"""What a text means as the answer to "which day": a weekday, a day of the month, a date, today, tomorrow.

Gregorian days only (docs/dialogue.md, rule 20). A day that could be two days is none: "3/4", "Tuesday or
Wednesday", "Tuesday" said on a Tuesday, "not Tuesday". A year that is written is obeyed; a day of birth
needs one. A wrong day is worse than asking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from bot.conversation import named_days, numbers, past_days, plain_dates, spans
from bot.conversation.days import Calendar, Is, Token, calendar_of, misspelt, tokens, values
from bot.conversation.grammar import Grammar, Piece
from bot.conversation.intent import has_question_mark, without_courtesy
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon

__all__ = ["Calendar", "calendar_of", "read"]

_ISO = re.compile(r"(?<!\d)(?P<year>\d{4})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<day>\d{1,2})(?!\d)")
_STROKES = re.compile(r"(?<![\d/.:-])(\d{1,2})\s?[/.-]\s?(\d{1,2})(?:\s?[/.-]\s?(\d{4}|\d{2}))?(?![\d/:-])")
#: a day and a month in figures, as each language parts them; the year behind, or before where it stands so
_FIGURED = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:(?P<year>\d{4})\s*(?:年|년)\s*)?(?P<month>\d{1,2})\s*(?:月|월)\s*(?P<day>\d{1,2})",
        r"(?<!\d)(?P<day>\d{1,2}) th[áa]ng (?P<month>\d{1,2})\b(?: (?:n[ăa]m )?(?P<year>\d{4}))?",
        r"\btim (?P<day>\d{1,2}) (?:lub )?(?P<month>\d{1,2}) hlis?(?: ntuj)?(?: (?:xyoo )?(?P<year>\d{4}))?",
        r"(?P<month>\d{1,2}) hlis?(?: ntuj)?(?: hnub)? tim (?P<day>\d{1,2})(?:(?: xyoo)? (?P<year>\d{4}))?",
        r"(?<!\d)(?P<day>\d{1,2})\s?(?:ខែ|ເດືອນ)\s?(?P<month>\d{1,2})(?:\s?(?:ឆ្នាំ|ປີ)\s?(?P<year>\d{4}))?",
        r"(?:(?P<year>\d{4}) ?(?:ခုနှစ်|ခု) ?)?(?P<month>\d{1,2}) ?(?:လပိုင်း|လ) ?(?P<day>\d{1,2}) ?ရက်",
    )
)
_DAY_SIGN = re.compile(r"(?<!\d)(\d{1,2})\s*(?:日|号|號|일)(?:에|이요|요|로)?")
_CLOCK = re.compile(
    r"(?<![\d/.-])\d{1,2}\s?[:h]\s?\d{2}(?!\d)|(?<![\d/.-])\d{1,2}\s*(?:[ap]\.?\s?m\b\.?|h\b|hs\b|hrs?\b|"
    r"o.?clock|ч\b|час\w*|годин\w*|giờ|gio\b|点半?|點半?|시\b|시\s?반?|बजे|baje|بجے|بجه|بجو|teev|ម៉ោង|ໂມງ|နာရီ)|(?:ម៉ោង|\bsaacad\w*)\s?\d{1,2}(?:[kd]a)?(?!\d)",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"(?<=\d)[.\s/](I{1,3}|IV|VI{0,3}|IX|XI{0,2})[.\s/](?=\d{4}|\s|$)")
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
#: no numeral in "Friday" (星期五) and "this Friday" (周五)
_HAN = re.compile("(?<![期周週拜])[零〇一二三四五六七八九十]+")
_NUMBERED = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th|er|ero|ro|do|to|mo|no|vo|º|ª|o|a|aad|ad|da|ta|ka|го|е|ое|ого|ego|go|te|ste|ti|ta|일|ነ)?$"
)
#: languages that write a figure right onto the word before or behind it: "ថ្ងៃទី៣"
_WRITTEN_ONTO = frozenset({"km", "lo", "my"})
_AT_FIGURE = re.compile(
    r"(?<=[\u0e80-\u0ecf\u1000-\u103f\u1780-\u17d3])(?=\d)|(?<=\d)(?=[\u0e80-\u0ecf\u1000-\u103f\u1780-\u17d3])"
)
#: "27марта"
_AT_MONTH = re.compile(r"(?<=\d)(?=[а-яёіїєґ]{3})")
_YEAR = re.compile(r"^((?:19|20)\d\d)(?:г|го|р|й|r|년|года|року|roku)?$")
#: the Ethiopian year began another day and counts from another; its months are not the Gregorian ones
_OTHER_ERA = re.compile(
    r"m[ùồ]ng (?:\d|m[ộo]t|hai|ba)|t[ếe]t\b|âm lịch|农历|農曆|正月|大年|初[一二三四五六七八九十]|"
    r"ዓ\s?\.?\s?ም|هجر|شمس|መስከረም|ጥቅምት|[ሕህኅ]ዳር|ታ[ሕህ]ሳስ|ጥር|ጥሪ|የካቲት|ለካቲት|መጋቢት|ሚያ[ዝዚ]ያ|ግንቦት|ሰኔ|ሰነ(?!ድ)|[ሐሓ]ም[ሌለ]|ነ[ሐሓ]ሴ|ነ[ሐሓ]ሰ|ጳጉሜ"
)
_HAN_WEEK = re.compile("(这|這|本|下下|下)(?:个|個)?(?:周|週|星期|礼拜|禮拜)([一二三四五六日天])")
#: in these languages "after" stands behind its day
_POSTPOSED = frozenset({"so", "am", "ti", "om", "hi", "ur", "ne", "ko", "my", "zh-Hans", "zh-Hant", "ps"})
_TURNS = frozenset({"not", "or", "except", "hedge", "refuse", "busy"})
_EMPTY = frozenset(
    {"filler", "courtesy", "yes", "ok", "agree", "around", "only", "and", "about", "at", "next", "want"}
)
_PARTS_OF_DAY = frozenset({"morning", "afternoon", "evening"})
_NEXT = frozenset({"next", "week_after"})
#: a day may stand among so many unknown words; more of them make it a story
_SHORT = 6
_HOURS = 12
_TWO_FIGURES = 2
#: "one" as the name of a month's first day; elsewhere it is an article ("some day in December")
_FIRSTS = frozenset({"uno", "1", "một", "mot", "mong mot", "isa"})


@dataclass(frozen=True, slots=True)
class _Named:
    """What a text names, each sort at most once."""

    weekday: list[int] = field(default_factory=list)
    month: list[int] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)
    day: list[int] = field(default_factory=list)
    year: list[int] = field(default_factory=list)

    def is_one(self) -> bool:
        each = (self.weekday, self.month, self.ahead, self.day, self.year)
        return all(len(one) < 2 for one in each) and bool(self.weekday or self.ahead or self.day)


def read(text: str, lexicon: Lexicon, today: date, asked: str = "") -> tuple[date, bool] | None:
    """Return the day that a text names and whether that is sure; None if it names none, or two.

    `today` is the day on the school's clock. `asked` is the question: for a day of birth a text without a
    year names none, and no day that is still to come is one.
    """
    text = plain_dates.written(text, lexicon.tag, today)
    if has_question_mark(text) or _OTHER_ERA.search(text):
        return None
    this_year = lexicon.grammar.holds(asked, "this_year")  # "when is her birthday this year?"
    born = bool(asked) and lexicon.grammar.holds(asked, "birth") and not this_year
    if not born and past_days.asks(asked, lexicon.grammar):
        return past_days.read(text, lexicon, today, lambda said, day: _read(said, lexicon, day, born=False))
    ahead_asked = lexicon.grammar.holds(asked, "may_i")  # "can you come?"
    if not (born or ahead_asked) and (before := named_days.behind(text, lexicon, today)):
        return before, False
    if _is_no_offer(text, asked, lexicon) or _may_be_tomorrow(text, lexicon, today):
        return None
    if not born and (feast := named_days.feast(text, lexicon, today)):
        return feast, False
    of_month, day = named_days.within_month(_figures_of(text, lexicon.tag), lexicon, today)
    if of_month and not born:
        return (day, False) if day else None
    read_day = partial(_read, lexicon=lexicon, today=today, born=False)
    if not born and (eighth := spans.in_eight(text, lexicon, today, read_day)) is not None:
        return eighth.day
    if (ahead := spans.read(_figures_of(text, lexicon.tag), lexicon, today)) is not None:
        return ahead.day
    found = _read(_figures_of(text, lexicon.tag), lexicon, today, born=born)
    if found is None or (born and found[0] > today):
        return None
    return found


def _may_be_tomorrow(text: str, lexicon: Lexicon, today: date) -> bool:
    """ "Next Tuesday", on a Monday: tomorrow to few, in eight days to most."""
    tomorrow = (today + timedelta(days=1)).strftime("%A").casefold()
    return lexicon.tag == "en" and f" next {tomorrow} " in f" {plain(text)} "


def _is_no_offer(text: str, asked: str, lexicon: Lexicon) -> bool:
    """ "Call me Friday", "Friday I was there", "Tuesday he has soccer": the day of something else."""
    kinds = frozenset({"past", "elsewhere"})
    wanted = frozenset[str]().union(*(piece.kinds for piece in lexicon.grammar.cut(asked, kinds)))
    named = frozenset[str]().union(*(piece.kinds for piece in lexicon.grammar.cut(text, kinds)))
    birth = lexicon.grammar.cut(asked, frozenset({"birth"}))
    return bool(named - wanted) and not any(piece.kinds for piece in birth)


def _read(text: str, lexicon: Lexicon, today: date, *, born: bool) -> tuple[date, bool] | None:
    week = _which_week(text, lexicon, today)
    if week is not None:
        return week, True
    following = _following_week(text, lexicon.grammar)
    if following is None:
        return None
    if following:
        text = lexicon.grammar.without(text, "week_after")
    figures = set(_written_out(text, today, born=born))
    beside = values(tokens(without_courtesy(text, lexicon), lexicon.tag), Is.WEEKDAY)
    if figures:
        day = figures.pop()
        if any(int(other) != day.day for other in _DAY_SIGN.findall(text)):
            return None  # "the flight is on January 6th, the 7th he rests, back on the 8th"
        return (day, True) if not figures and (not beside or beside == [day.weekday()]) else None
    if (either := _STROKES.findall(text)) and (beside or born or _names_month(text, lexicon)):
        return _told_beside(either, beside, _months_of(text, lexicon), today, born=born)
    return _in_words(text, lexicon, today, born=born, following=following)


def _figures_of(text: str, tag: str) -> str:
    """Write width, case and digits alike, Roman months and Chinese numerals in figures; stops stay."""
    level = _ROMAN.sub(lambda found: f"/{_ROMANS.index(found[1]) + 1}/", unicodedata.normalize("NFKC", text))
    level = "".join(
        str(figure) if (figure := unicodedata.decimal(letter, None)) is not None else letter
        for letter in level.casefold()
    )
    if tag in _WRITTEN_ONTO:
        return _AT_FIGURE.sub(" ", level)
    level = _AT_MONTH.sub(" ", level)
    return _HAN.sub(lambda found: str(numbers.of_han(found[0])), level) if tag.startswith("zh") else level


def _following_week(text: str, grammar: Grammar) -> bool | None:
    """Say whether "next week" stands beside a day; None where a week or a weekend is all that is named."""
    kinds = frozenset({"week", "week_after", "this_week"})
    pieces = [each for each in grammar.cut(text, kinds) if each.kinds and "this_week" not in each.kinds]
    if any("week_after" not in piece.kinds for piece in pieces):
        return None
    return bool(pieces)


def _which_week(text: str, lexicon: Lexicon, today: date) -> date | None:
    """Read the weekdays of this week and the next as Chinese writes them."""
    if not lexicon.tag.startswith("zh") or (named := _HAN_WEEK.search(plain(text))) is None:
        return None
    if any(piece.kinds & _TURNS and not piece.kinds & _EMPTY for piece in lexicon.grammar.cut(text)):
        return None
    weekday = "一二三四五六日".index(named[2].replace("天", "日"))
    day = _of_week(today, weekday, weeks=named[1].count("下"))
    return day if day >= today else None


def _of_week(today: date, weekday: int, weeks: int) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(days=weekday + 7 * weeks)


def _written_out(text: str, today: date, *, born: bool) -> Iterator[date]:
    """Find dates in figures that can be only one day."""
    for pattern in (_ISO, *_FIGURED):
        for found in pattern.finditer(text if pattern is _ISO else " ".join(text.split())):
            year = found["year"]
            if year or not born:
                yield from _dated(int(year) if year else None, int(found["month"]), int(found["day"]), today)
    if _ISO.search(text) is None:
        for one, other, year in _STROKES.findall(text):
            if year or not born:
                yield from _either(int(one), int(other), year, today)


def _either(one: int, other: int, year: str, today: date) -> Iterator[date]:
    """Read "13/11" or "11/13"; "3/4" could be two days and is none."""
    if one != other and max(one, other) <= 12:
        return
    month, day = sorted((one, other))
    whole = int(year) if len(year) == 4 else 2000 + int(year) if year else None
    yield from _dated(whole, month, day, today)


def _told_beside(
    either: Sequence[tuple[str, str, str]],
    weekdays: Sequence[int],
    months: Sequence[int],
    today: date,
    *,
    born: bool,
) -> tuple[date, bool] | None:
    """ "Monday 4/1", "02/11/2017 (novembre)": of the two days, the one of that weekday or month."""
    days = {
        day
        for one, other, year in either
        if year or not born
        for month, number in ((int(one), int(other)), (int(other), int(one)))
        for day in _dated(_whole(year, today), month, number, today)
        if (not weekdays or [day.weekday()] == weekdays) and (not months or [day.month] == months)
    }
    return (days.pop(), False) if len(days) == 1 and (weekdays or months) else None


def _whole(year: str, today: date) -> int | None:
    """Return a year that may have two figures only; None for none."""
    if len(year) != _TWO_FIGURES:
        return int(year) if year else None
    return int(year) + (2000 if int(year) <= today.year % 100 + 1 else 1900)


def _names_month(text: str, lexicon: Lexicon) -> bool:
    return bool(_months_of(text, lexicon))


def _months_of(text: str, lexicon: Lexicon) -> list[int]:
    return list(dict.fromkeys(values(tokens(plain(_STROKES.sub(" ", text)), lexicon.tag), Is.MONTH)))


def _dated(year: int | None, month: int, day: int, today: date) -> Iterator[date]:
    if year is None:
        yield from _coming(month, day, today)
    elif today.year - 120 <= year <= today.year + 3:
        yield from _made(year, month, day)


def _in_words(
    text: str, lexicon: Lexicon, today: date, *, born: bool, following: bool
) -> tuple[date, bool] | None:
    row, doubtful = _row(text, lexicon)
    if not row:
        return None
    named, more = _named(row, lexicon)
    if not named.is_one() or (born and not named.year):
        return None
    coming = any(piece.kinds for piece in lexicon.grammar.cut(text, frozenset({"coming"})))
    day = _day(named, today, following=following, coming=coming)
    return None if day is None else (day, not (doubtful or more or following))


def _row(text: str, lexicon: Lexicon) -> tuple[list[Token], bool]:
    """Return the names and numbers of a text; empty if something turns it round or leaves it open."""
    grammar = lexicon.grammar
    bare = _DAY_SIGN.sub(r" \1 ", _CLOCK.sub(" ", text))
    said = without_courtesy(bare, lexicon)
    said = said if grammar.keeps_marks else unmarked(said)
    row = tokens(_without_parts(said, lexicon), lexicon.tag)
    row = _misspelt(row, lexicon)
    row, limited = _without_limits(row, lexicon)
    around = grammar.cut(" ".join(token.said for token in row if token.what is Is.WORD))
    if any(piece.kinds & _TURNS and not piece.kinds & _EMPTY for piece in around):
        return [], True
    others = [each for each in around if not each.kinds & _EMPTY and not any(map(str.isdigit, each.said))]
    if len(others) > _SHORT:
        return [], True
    doubtful = bool(others) or limited or any(piece.kinds & _NEXT for piece in around)
    return row, doubtful or _CLOCK.search(text) is not None


def _without_parts(said: str, lexicon: Lexicon) -> str:
    """Leave out "at four in the afternoon" behind a day; a "mañana" that stands first stays tomorrow."""
    grammar, kept = lexicon.grammar, list[str]()
    if grammar.unspaced:
        return " ".join(_without_part(token, grammar) for token in tokens(said, lexicon.tag))
    pieces = grammar.cut(said, _PARTS_OF_DAY | {"at", "filler", "oclock", "limit"})
    calendar = calendar_of(lexicon.tag)
    ahead = calendar.relative
    names = any(token.what is Is.WEEKDAY for token in tokens(said, lexicon.tag))
    skip = False
    for place, piece in enumerate(pieces):
        tomorrow = piece.said in ahead and (not place or "filler" in pieces[place - 1].kinds) and not names
        if piece.kinds & _PARTS_OF_DAY and not tomorrow:
            if _is_hour_before(kept, calendar):
                kept.pop()
        elif "limit" in piece.kinds and place and pieces[place - 1].kinds & _PARTS_OF_DAY:
            continue  # "after noon"
        elif skip and piece.said.isdecimal():
            skip = False
            continue
        elif "at" in piece.kinds and kept:
            skip = True
            continue
        elif _is_hour(pieces, place) and kept:
            continue
        else:
            kept.append(piece.said)
        skip = False
    return " ".join(kept) or said


def _is_hour_before(kept: Sequence[str], calendar: Calendar) -> bool:
    """Say whether a figure before a part of the day is its hour: no day of a month, and no "thứ 6"."""
    if len(kept) < 2 or not kept[-1].isdecimal() or int(kept[-1]) > _HOURS:
        return False
    before = kept[-2]
    if len(kept) > 2 and kept[-3].isdecimal() and before in calendar.months:
        return True
    return before not in calendar.months and f"{before} {kept[-1]}" not in calendar.weekdays


def _is_hour(pieces: Sequence[Piece], place: int) -> bool:
    """ "4 o'clock": a figure right before a word for the hour, which is no day of the month."""
    return pieces[place].said.isdecimal() and any(
        "oclock" in piece.kinds for piece in pieces[place + 1 : place + 2]
    )


def _without_part(token: Token, grammar: Grammar) -> str:
    if token.what is not Is.WORD:
        return token.said
    return "".join(piece.said for piece in grammar.cut(token.said, _PARTS_OF_DAY) if not piece.kinds)


def _misspelt(row: list[Token], lexicon: Lexicon) -> list[Token]:
    """Read one misspelt month beside a number, or one misspelt weekday in a short text."""
    if any(token.what is not Is.WORD for token in row) or lexicon.marks_matter:
        return row
    calendar = calendar_of(lexicon.tag)
    beside_number = any(_NUMBERED.match(token.said) for token in row)
    names, what = (calendar.months, Is.MONTH) if beside_number else (calendar.weekdays, Is.WEEKDAY)
    if not beside_number and len(row) > _SHORT:
        return row
    return [
        Token(token.said, what, n)
        if not lexicon.grammar.known.get(token.said) and (n := misspelt(token.said, names)) is not None
        else token
        for token in row
    ]


def _without_limits(row: list[Token], lexicon: Lexicon) -> tuple[list[Token], bool]:
    """ "Friday after two" is Friday, "after Friday" is none."""
    grammar = lexicon.grammar
    row = _joined(row, grammar)
    at = next((n for n, each in enumerate(row) if "limit" in grammar.known.get(each.said, ())), None)
    if at is None:
        return row, False
    if grammar.holds(" ".join(token.said for token in row), "feast"):
        return [], True  # "the Tuesday after Christmas"
    before = [token for token in row[:at] if token.what in {Is.WEEKDAY, Is.AHEAD, Is.MONTH} or _is_day(token)]
    if lexicon.tag in _POSTPOSED:
        direct = row[at - 1] if at else Token("")
        stands = direct.what is Is.WORD and not _NUMBERED.match(direct.said)
        return (row[: at - 1] + row[at + 1 :] if before and stands else []), True
    return (row[:at] if before else []), True


def _joined(row: list[Token], grammar: Grammar) -> list[Token]:
    """Join two words that mean "after" or "before" together: "tom qab"."""
    for at in range(len(row) - 1):
        said = f"{row[at].said} {row[at + 1].said}"
        if "limit" in grammar.known.get(said, ()):
            return [*row[:at], Token(said), *row[at + 2 :]]
    return row


def _is_day(token: Token) -> bool:
    """Say whether a figure is the day of a month and can be no hour."""
    found = _NUMBERED.match(token.said)
    return found is not None and int(found[1]) > _HOURS


def _named(row: Sequence[Token], lexicon: Lexicon) -> tuple[_Named, bool]:
    """Gather what is named; a word is a number only beside a month."""
    figures = [int(found[1]) for token in row if (found := _NUMBERED.match(token.said))]
    years = [int(found[1]) for token in row if (found := _YEAR.match(token.said))]
    months, weekdays = values(row, Is.MONTH), values(row, Is.WEEKDAY)
    for both in values(row, Is.EITHER):
        if figures and not months:
            months.append(both % 100)
        else:
            weekdays.append(both // 100)
    more = False
    if months and not figures:
        words = " ".join(token.said if token.what is Is.WORD else "|" for token in row).split("|")
        figures = [n for said in words if (n := _numbered(said.split(), lexicon)) is not None]
        more = bool(figures)
    days = list(dict.fromkeys(figures))
    if months and not days and (weekdays or values(row, Is.AHEAD)):
        months = []  # "می" is May, and begins a verb
    if values(row, Is.AHEAD) and not months:
        days = []
    return _Named(weekdays, months, values(row, Is.AHEAD), days, list(dict.fromkeys(years))), more


def _numbered(words: Sequence[str], lexicon: Lexicon) -> int | None:
    """Read "the twenty fifth" among a few words."""
    nth, grammar = lexicon.grammar.ordinals, lexicon.grammar
    for length in (3, 2, 1):
        for at in range(len(words) - length + 1):
            run = " ".join(words[at : at + length])
            place = lexicon.numbers.get(run) or nth.get(run)
            tens = grammar.tens.get(words[at]) if length > 1 else None
            last = lexicon.numbers.get(words[at + length - 1], nth.get(words[at + length - 1], 0))
            if tens and 0 < last < 10:
                place = tens + last
            if place and (place > 1 or length > 1 or run in nth or run in _FIRSTS):
                return place if place <= 31 else None
    return None


def _day(named: _Named, today: date, *, following: bool, coming: bool) -> date | None:
    """Return the day that is named; "next Monday" said on a Monday is a week ahead, "Monday" none."""
    match named.ahead, named.weekday, named.month, named.day:
        case [ahead], weekday, [], _:
            day = today + timedelta(days=ahead)
            return day if not weekday or weekday == [day.weekday()] else None
        case [], [weekday], [], [] if following:
            return _of_week(today, weekday, weeks=1)
        case [], [weekday], [], []:
            ahead = (weekday - today.weekday()) % 7
            return today + timedelta(days=ahead or 7) if ahead or coming else None
        case [], [], [], [number]:
            return next(_days_called(number, today), None) if not named.year else None
        case [], [weekday], [], [number]:
            return next((one for one in _days_called(number, today) if one.weekday() == weekday), None)
        case [], weekday, [month], [number]:
            dated = _dated(named.year[0] if named.year else None, month, number, today)
            return next((one for one in dated if not weekday or weekday == [one.weekday()]), None)
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
