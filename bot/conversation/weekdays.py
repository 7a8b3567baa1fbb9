"""Which weekdays a text names: lists without commas, ranges, every day, all but one.

"Mon wed fri", "de segunda a quinta", "every day except Friday", "周一跟周四", "월수금".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.conversation.clauses import clauses, is_busy
from bot.conversation.days import Is, Token, calendar_of, misspelt, tokens
from bot.conversation.grammar import Grammar, Piece
from bot.conversation.intent import without_courtesy
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon

_DASH = re.compile(r"(?<=[^\W\d])\s*[-–—~～]\s*(?=[^\W\d])")
_TO, _EXCEPT, _ALL, _NOT, _OTHERS, _FROM = "to", "except", "all", "not", "others", "from"
_KINDS = frozenset(
    {_EXCEPT, _ALL, "every", _NOT, "refuse", _OTHERS, "hedge", "or", "but", "range_to", "range_from", "till"}
)
#: speaks of an hour: beside a figure, and in a comment
_CLOCKED = frozenset({"limit", "at", "oclock", "timeword", "morning", "afternoon", "evening"})
_HOURS = _CLOCKED | {"till"}
#: would speak of other days
_KEEPS = frozenset({_EXCEPT, _ALL, "every", _OTHERS, "hedge", "or", "week"})
#: a weekday in Chinese, and the last sign of another one behind it
_HAN_SHORT = re.compile(
    r"(星期|礼拜|禮拜|周|週)([一二三四五六日天])(\s*(?:至|到|[-–—~～、,，和同跟與与及]|(?=[一二三四五六日天])))\s*"
    r"([一二三四五六日天])(?![十起定样樣直点點時时号號个個])"
)
_HAN_DAYS = re.compile(
    "[一二三四五六日]{2,}(?![个個点點时時号號月])|[월화수목금토일]{2,}(?=됩|가능|좋|돼|되|요|이요|만|로)"
)
#: one letter a day, from Monday
_INITIALS = ("月火水木金土日", "월화수목금토일", "一二三四五六日")
#: English letters of days from Monday to Friday
_LETTER_DAYS = {"M": 0, "T": 1, "TU": 1, "W": 2, "TH": 3, "R": 3, "F": 4}
_LETTER = re.compile("T[Hh]|T[Uu]|[MTWRF]")
_LETTERED = re.compile(f"(?:{_LETTER.pattern})+")
_SOME = 2
_LIGHT = frozenset(
    {"filler", "courtesy", "option", "yes", "ok", "agree", "and", "around", "want", "only", "counter", "all",
     "every", "fine", "others", "except", "range_to", "range_from", "till", "about", "but", "next"}
)  # fmt: skip


def of_choices(choices: Sequence[str], lexicon: Lexicon) -> dict[int, int]:
    """Map the weekday of every choice to its number; empty unless all of them but one are weekdays."""
    found: dict[int, int] = {}
    for number, label in enumerate(choices, 1):
        named = [token.value for token in _tokens(label, lexicon) if token.what is Is.WEEKDAY]
        if len(named) == 1:
            found.setdefault(named[0], number)
    return found if len(found) > 1 and len(found) >= len(choices) - 1 else {}


def read(text: str, of: dict[int, int], lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """Return the choices' numbers in order, and whether that is sure; `of` is what `of_choices` returned."""
    if (days_alone := _without_hours(text, lexicon)) != text:
        found = read(days_alone, of, lexicon)
        return None if found is None else (found[0], False)
    text = _without_count(_in_full(text), lexicon)
    initials = _by_initials(text, of, lexicon)
    if initials is not None:
        return initials, False
    if (listed := _before_comment(text, lexicon)) != text:
        found = read(listed, of, lexicon)
        return None if found is None else (found[0], False)
    row, light = _row(text, of, lexicon)
    marks = {mark for _, mark in row if mark}
    if _adds_unknown(text, lexicon):
        return None
    if is_busy(text, lexicon.grammar) and _EXCEPT not in marks:  # "all but Thursday, when he has soccer"
        return _free(text, of, lexicon)
    if marks & {"hedge", "or"} or (_is_joined(text, lexicon) and sum(not mark for _, mark in row) == 1):
        return None
    every = frozenset(of.values())
    left_out = _left_out(text, row, of, lexicon)
    if left_out is not None:
        kept = every - left_out
        return (tuple(sorted(kept)), False) if kept and left_out else None
    if marks & {_EXCEPT, _NOT, "but"}:
        return None
    days = _spread(row, of)
    if _ALL in marks and days == frozenset({len(every)}) and str(len(every)) in plain(text):  # "all 4 days"
        return tuple(sorted(every)), False
    if days is None or (_ALL in marks and days and not light):  # "every day xcept Friday"
        return None
    if _ALL in marks and not days:
        return tuple(sorted(every)), light
    return (tuple(sorted(days)), light) if days else None


def _before_comment(text: str, lexicon: Lexicon) -> str:
    """ "Monday and Wednesday only, Friday we have church": what stands before a comment on another day."""
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if len(parts) != _SOME or not all(names_any(part, lexicon) for part in parts):
        return text
    if not grammar.holds(parts[0], "only") or grammar.holds(parts[1], "and", "all", "every", "but", "also"):
        return text
    unknown = sum(not piece.kinds for piece in grammar.cut(beside(parts[1], lexicon)))
    return parts[0] if unknown else text


def free_day(text: str, choices: Sequence[str], lexicon: Lexicon) -> int | None:
    """ "Monday I work", "Tuesday, oh no I work that day, Friday rather": the choice that is left, from 1.

    0 where the only day that is named is one of work; None where this tells nothing.
    """
    of, grammar = of_choices(choices, lexicon), lexicon.grammar
    parts = clauses(text, grammar) if of else []
    told = [(part, days) for part in parts if (days := named(part, lexicon))]
    taken = [days for part, days in told if is_busy(part, grammar) and not _suits(part, grammar)]
    if not told or any(len(days) > 1 for _, days in told) or grammar.holds(text, "hedge", "or", "because"):
        return None
    rather = [days for part, days in told if days not in taken and grammar.holds(part, "prefers")]
    if len(told) > 1 and len(rather) == 1:
        return of.get(min(rather[0]))
    if not taken:
        return None
    left = frozenset[int]().union(*(days for _, days in told)) - frozenset[int]().union(*taken)
    return 0 if len(left) != 1 else of.get(min(left))


def _suits(part: str, grammar: Grammar) -> bool:
    return grammar.holds(
        part, "suits", "prefers", "picks", "only", "yes", "but", "after_hour", "limit", "till"
    )


def _in_full(text: str) -> str:
    """ "星期一至三": write the weekday out where Chinese leaves its first part off."""
    while (longer := _HAN_SHORT.sub(r"\1\2\3\1\4", text)) != text:
        text = longer
    return text


def _free(text: str, of: dict[int, int], lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """ "Mondays and Wednesdays, Tuesdays I work": the days of the clauses that do not speak of work."""
    parts = clauses(text, lexicon.grammar)
    free = [part for part in parts if not is_busy(part, lexicon.grammar)]
    if not free or len(free) == len(parts):
        return None
    found = read(", ".join(free), of, lexicon)
    return None if found is None else (found[0], False)


def _without_hours(text: str, lexicon: Lexicon) -> str:
    """ "Tue thru Thu but only after 4": leave out a "but" that limits the hours and names no day."""
    grammar, words = lexicon.grammar, text.split()
    for at in range(1, len(words)):
        if "but" not in grammar.known.get(grammar.level(words[at]), frozenset()):
            continue
        behind = " ".join(words[at + 1 :])
        kinds = frozenset[str]().union(*(piece.kinds for piece in grammar.cut(behind)))
        if kinds & _HOURS and not kinds & _KEEPS and not names_any(behind, lexicon):
            return " ".join(words[:at])
    return text


def named(text: str, lexicon: Lexicon) -> frozenset[int]:
    """Return the weekdays that a text names, 0 for Monday."""
    return frozenset(token.value for token in _tokens(text, lexicon) if token.what is Is.WEEKDAY)


def beside(text: str, lexicon: Lexicon) -> str:
    """Return a text without the names of its days: "thứ 6" has a figure of its own."""
    return " ".join(token.said for token in _tokens(text, lexicon) if token.what is Is.WORD)


def names_any(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text names a weekday."""
    return any(token.what is Is.WEEKDAY for token in _tokens(text, lexicon))


def _is_joined(text: str, lexicon: Lexicon) -> bool:
    """Say whether an "and" stands in a text, as a word or written onto a day: then one day is not all."""
    apart = any("and" in piece.kinds for piece in lexicon.grammar.cut(text))
    return apart or any(token.joined for token in _tokens(text, lexicon))


def _adds_unknown(text: str, lexicon: Lexicon) -> bool:
    """ "Mon wed and frdy": a word that nobody knows right behind an "and" may be one more day."""
    row = _tokens(text, lexicon)
    for before, token in pairwise(row):
        joined = any("and" in piece.kinds for piece in lexicon.grammar.cut(before.said))
        if joined and before.what is token.what is Is.WORD and not token.said.isdecimal():
            known = any(piece.kinds for piece in lexicon.grammar.cut(token.said))
            if not known and token is row[-1]:
                return True
    return False


def _row(text: str, of: dict[int, int], lexicon: Lexicon) -> tuple[list[tuple[int, str]], bool]:
    """Return what weighs in a text: a choice's number, or a mark; and whether nothing else stands there."""
    row: list[tuple[int, str]] = []
    light = True
    run: list[str] = []

    def settle() -> None:
        nonlocal light
        pieces = lexicon.grammar.cut(" ".join(run))
        for at, piece in enumerate(pieces):
            mark = _mark(piece.kinds)
            if piece.said.isdecimal() and _is_hour(pieces, at):
                light = False
            elif mark:
                row.append((0, mark))
            elif piece.said.isdecimal() and len(piece.said) == 1 and int(piece.said) in of.values():
                row.append((int(piece.said), ""))
            elif not piece.kinds & _LIGHT:
                light = False
        run.clear()

    for token in _tokens(text, lexicon):
        if token.what is Is.WEEKDAY:
            settle()
            if token.until and row and not row[-1][1] and sum(not mark for _, mark in row) == 1:
                row.append((0, _TO))
            row.append((of.get(token.value, -1), ""))
        elif token.what is Is.EITHER:
            settle()
            row.append((of.get(token.value // 100, -1), ""))
        else:
            run.append(token.said)
    settle()
    return row, light


def _is_hour(pieces: Sequence[Piece], at: int) -> bool:
    """ "After 4", "4 o'clock": a word for an hour, or for after it, right beside a figure."""
    return any(piece.kinds & _CLOCKED for piece in (*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]))


def _mark(kinds: frozenset[str]) -> str:
    for kind, mark in (
        ("except", _EXCEPT), ("range_to", _TO), ("till", "till"), ("others", _OTHERS), ("every", _ALL),
        ("all", _ALL),
    ):  # fmt: skip
        if kind in kinds and not (kind == "all" and "filler" in kinds):
            return mark
    if kinds & {"filler", "courtesy"}:
        return ""
    for kind, mark in (("hedge", "hedge"), ("or", "or"), ("not", _NOT), ("refuse", _NOT), ("but", "but")):
        if kind in kinds and not kinds & {"fine", "only"}:
            return mark
    return ""


def _left_out(
    text: str, row: Sequence[tuple[int, str]], of: dict[int, int], lexicon: Lexicon
) -> frozenset[int] | None:
    """ "Every day except Friday", "Monday no, the others yes": the days that are left out; None for none."""
    marks = [mark for _, mark in row if mark]
    days = frozenset(number for number, mark in row if not mark)
    if -1 in days:
        return None
    if _EXCEPT in marks and (_ALL in marks or _OTHERS in marks or not _days_before(row, _EXCEPT)):
        return days
    if _ALL in marks and marks.count("but") == 1 and _NOT not in marks and not _days_before(row, "but"):
        return days
    if _OTHERS in marks and _NOT in marks and _EXCEPT not in marks:
        kept = marks.index(_OTHERS) < marks.index(_NOT) and _days_before(row, _OTHERS)
        return frozenset(of.values()) - days if kept else days  # "Tue and Thu, the others no"
    if _ALL in marks and marks.count(_NOT) == 1 and not _days_before(row, _NOT) and len(days) == 1:
        return days if len(clauses(text, lexicon.grammar)) < 3 else None
    return None


def _days_before(row: Sequence[tuple[int, str]], mark: str) -> bool:
    """Say whether a day is named before a mark."""
    at = next(place for place, (_, each) in enumerate(row) if each == mark)
    return any(not each for _, each in row[:at])


def _spread(row: Sequence[tuple[int, str]], of: dict[int, int]) -> frozenset[int] | None:
    """Return the days that are named, ranges filled; None if a day is no choice."""
    numbers = [number for number, mark in row if not mark]
    if -1 in numbers:
        return None
    marks = [mark for _, mark in row if mark in {_TO, "till"}]
    if not marks or len(numbers) < 2:
        return frozenset(numbers)
    shape = "".join(
        "d" if not mark else "t" if mark == _TO else "l" if mark == "till" else "" for _, mark in row
    )
    found = re.search("dtd|ddl", shape)
    if found is None or len(numbers) != 2:
        return None if "l" in shape else frozenset(numbers)
    first, last = numbers
    return frozenset(n for n in of.values() if first <= n <= last) if first < last else None


def _tokens(text: str, lexicon: Lexicon) -> list[Token]:
    grammar = lexicon.grammar
    said = without_courtesy(_DASH.sub(" todash ", text), lexicon)
    row = tokens(said if grammar.keeps_marks else unmarked(said), lexicon.tag)
    return [_slip(token, grammar, lexicon.tag) for token in row]


def _slip(token: Token, grammar: Grammar, tag: str) -> Token:
    if token.what is not Is.WORD or grammar.known.get(token.said) or grammar.keeps_marks:
        return token
    n = misspelt(token.said, calendar_of(tag).weekdays)
    return token if n is None else Token(token.said, Is.WEEKDAY, n)


def _by_initials(text: str, of: dict[int, int], lexicon: Lexicon) -> tuple[int, ...] | None:
    """ "월수금", "一三五", "MWF", "T Th": one sign a day and nothing else."""
    if (lettered := _by_letters(text, of, lexicon.grammar)) is not None:
        return lettered
    said = plain("".join(lexicon.grammar.bare(plain(text)).split()))
    if (led := _HAN_DAYS.match(said)) and all(
        piece.kinds & (_LIGHT | {"well"}) for piece in lexicon.grammar.cut(said[led.end() :])
    ):
        said = led[0]  # "一三五都行"
    for letters in _INITIALS:
        if len(said) > 1 and len(set(said)) == len(said) and all(letter in letters for letter in said):
            days = [letters.index(letter) for letter in said]
            if all(day in of for day in days) and days == sorted(days):
                return tuple(sorted(of[day] for day in days))
    return None


def _without_count(text: str, lexicon: Lexicon) -> str:
    """ "Mondays and Fridays I am off, those 2": a clause that only counts the days that are named."""
    days = len(named(text, lexicon))
    kept = [
        part
        for part in clauses(text, lexicon.grammar)
        if names_any(part, lexicon) or str(days) not in plain(part).split()
    ]
    return ", ".join(kept) if days > 1 and len(kept) < len(clauses(text, lexicon.grammar)) else text


def _by_letters(text: str, of: dict[int, int], grammar: Grammar) -> tuple[int, ...] | None:
    """ "MWF", "T TH": the English letters of two days or more, in their order, among words without weight."""
    words = [word.strip(".,!") for word in re.split(r"[\s/&,+]+", text)]
    lettered = [word for word in words if _LETTERED.fullmatch(word)]
    rest = grammar.cut(" ".join(word for word in words if word not in lettered))
    if not all(piece.kinds & (_LIGHT | {"well"}) for piece in rest if piece.said):
        return None
    days = [_LETTER_DAYS[letter.upper()] for word in lettered for letter in _LETTER.findall(word)]
    if len(days) < _SOME or days != sorted(set(days)) or not all(day in of for day in days):
        return None
    return tuple(sorted(of[day] for day in days))
