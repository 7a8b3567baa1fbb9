"""What names one choice at once: its weekday, its hour, "none of them", or all of it without its marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.conversation import times, weekdays
from bot.conversation.day_parts import (
    AM,
    CLOCKED,
    HOUR,
    OF_DAY,
    PM,
    TURNS,
    figures_of,
    is_turned,
    says,
    within_hours,
)
from bot.conversation.grammar import Grammar, Piece
from bot.conversation.intent import without_courtesy
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon
from bot.conversation.scales import mark_of
from bot.conversation.slips import near

#: choices that are languages, at least, where languages are asked for
_LANGUAGES = 2
#: figures of a choice that is a stretch of hours
_SPAN = 2
#: how many are both
_TWO = 2
#: choices that are amounts, at least, where an amount is asked for
_AMOUNTS = 2
#: says that a figure is a day of a month
_DAY_OF_MONTH = re.compile(
    r"\d\s?(?:日|号|號|일|st\b|nd\b|rd\b|th\b|го\b|ro\b)|(?:\ble|\bel|\bdia|\bdía|\bngày|\bngay) \d"
)
#: an hour of the clock from which nobody gets off before noon
_EARLY, _NOON, _MINUTES = 9, 12, 60
#: "19h", "18:30", "20 uhr"; and the hour the evening begins at
_AFTER_NOON, _EVENING = re.compile(r"(?<!\d)(1[3-9]|2[0-2])\s?[h:](?:\d\d)?(?!\d)", re.IGNORECASE), 18
#: Saturday and Sunday
_WEEKEND = frozenset({5, 6})


def read(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """Return the number of the choice, from 1; 0 for none. Never sure."""
    return (
        _without_its_marks(text, labels, lexicon.grammar)
        or _none_of_them(text, labels, lexicon.grammar)
        or _by_language(text, labels, lexicon)
        or _by_weekday(text, labels, lexicon)
        or _by_hour(text, labels, lexicon)
        or within_hours(text, labels, lexicon)
        or _by_clock(text, labels, lexicon)
        or _by_figures(text, labels, lexicon)
        or _by_bare_figure(text, labels, lexicon)
        or _from_hour(text, labels, lexicon)
        or _by_part_of_day(text, labels, lexicon)
        or _by_end_of_week(text, labels, lexicon)
    )


def _without_its_marks(text: str, labels: Sequence[str], grammar: Grammar) -> int:
    """ "Thu vien": where marks matter, a whole choice written without them; 0 for none."""
    said = f" {plain(text)} "
    if not grammar.keeps_marks or not said.isascii():
        return 0
    held = [n for n, label in enumerate(labels, 1) if f" {unmarked(plain(label))} " in said]
    kin = frozenset({"grandparent"})
    things = [piece.said for piece in grammar.cut(text, kin) if piece.kinds and " " in piece.said]
    if any(
        f" {unmarked(plain(labels[n - 1]))} " in f" {unmarked(thing)} " != said
        for n in held
        for thing in things
    ):
        return 0  # "ba ngoai", who is no "ba"
    return held[0] if len(held) == 1 and not is_turned(grammar.cut(text)) else 0


def _none_of_them(text: str, labels: Sequence[str], grammar: Grammar) -> int:
    """ "None of the three, I work": the one choice that is another time or way; 0 for none."""
    others = [n for n, label in enumerate(labels, 1) if says(grammar.cut(label), "another")]
    pieces = [piece for piece in grammar.cut(text) if not piece.kinds & {"courtesy"}]
    if len(others) != 1 or not pieces or not pieces[0].kinds & {"none"} or "fine" in pieces[0].kinds:
        return 0
    return (
        0 if any(piece.kinds & {"hedge", "or", "yes", "but", "except"} for piece in pieces[1:]) else others[0]
    )


def by_both(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "For both, if you can", "my 2 boys" where one choice is both of the others; 0 for none."""
    grammar, both = lexicon.grammar, frozenset({"both"})
    held = [n for n, label in enumerate(labels, 1) if says(grammar.cut(label, both), "both")]
    if len(held) != 1:
        return 0
    pieces = grammar.cut(text, both)
    named = any(piece.kinds for piece in pieces)
    rest = grammar.cut(" ".join(piece.said for piece in pieces if not piece.kinds))
    turned = any(piece.kinds & (TURNS - {"all"}) and not piece.kinds & {"filler"} for piece in rest)
    figures = [piece.said for piece in rest if any(map(str.isdigit, piece.said))]
    counted = not named and figures in ([], ["2"]) and _counts_two(rest, lexicon)
    return held[0] if (counted or (named and not figures)) and not turned else 0


def _counts_two(pieces: Sequence[Piece], lexicon: Lexicon) -> bool:
    """Say whether a two stands right before what is counted: "2 kids"."""
    return any(
        (one.said == "2" or lexicon.numbers.get(one.said) == _TWO) and "counter" in two.kinds
        for one, two in pairwise(pieces)
    )


def by_amount(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "2 jours pas plus" for "deux jours": its number and a word of it, in figures or words; 0 for none."""
    said, theirs = (plain(text).split(), [plain(label).split() for label in labels])
    numbers = [[n for word in its if (n := mark_of(word, lexicon)) is not None] for its in (said, *theirs)]
    if any(len(its) > 1 for its in numbers) or not numbers[0] or sum(map(len, numbers[1:])) < _AMOUNTS:
        return 0
    pieces = [piece for piece in lexicon.grammar.cut(text) if "refuse" not in piece.kinds]
    if is_turned(pieces) or lexicon.grammar.unspaced:
        return 0
    held = [
        n
        for n, its in enumerate(theirs, 1)
        if numbers[n] == numbers[0]
        and any(word in its and mark_of(word, lexicon) is None and len(word) > _TWO for word in said)
    ]
    return held[0] if len(held) == 1 else 0


def _by_language(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "English please" for "anglais": the one choice that is a language which is named; 0 for none."""
    theirs = [lexicon.names.get(plain(label), "") for label in labels]
    if sum(map(bool, theirs)) < _LANGUAGES or is_turned(lexicon.grammar.cut(text)):
        return 0
    words = f" {plain(text)} "
    said = {tag for name, tag in lexicon.names.items() if f" {name} " in words}
    bare = without_courtesy(text, lexicon)
    said |= {bare} & {*theirs}  # "fr"
    held = [n for n, tag in enumerate(theirs, 1) if tag in said]
    others = [label for n, label in enumerate(labels, 1) if n not in held and plain(label) in plain(text)]
    return held[0] if len(held) == len(said) == 1 and not others else 0


def _by_weekday(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "The Wednesday one": where every choice has a weekday of its own, but one; 0 for none."""
    of_days = weekdays.of_choices(labels, lexicon)
    named = weekdays.named(text, lexicon) if of_days else frozenset()
    pieces = lexicon.grammar.cut(text)
    if len(named) != 1 or is_turned(pieces) or says(pieces, "busy", "limit", "till", "past", "next"):
        return 0
    hours = set(map(int, HOUR.findall(weekdays.beside(figures_of(text), lexicon))))
    number = of_days.get(next(iter(named)), 0)
    if sum(named <= weekdays.named(label, lexicon) for label in labels) > 1:
        return 0  # Monday morning or Monday afternoon
    return number if number and hours <= set(map(int, HOUR.findall(labels[number - 1]))) else 0


def _by_hour(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "6pm works", "la de las 6", "celui de 18h": the hour that one choice alone begins at; 0 for none."""
    hours = [int(found[0]) if len(found := HOUR.findall(label)) == 1 else -1 for label in labels]
    said = [int(each) for each in HOUR.findall(figures_of(text))]
    pieces = lexicon.grammar.cut(text)
    if len(said) != 1 or hours.count(said[0]) != 1 or is_turned(pieces) or _is_limited(pieces):
        return 0
    number = hours.index(said[0]) + 1
    worded = said[0] > len(labels) and any(letter.isalpha() for letter in text)
    clear = worded or CLOCKED.search(text) is not None
    label = labels[number - 1]
    wrong_half = any(one.search(text) and other.search(label) for one, other in ((AM, PM), (PM, AM)))
    named, own = weekdays.named(text, lexicon), weekdays.named(labels[number - 1], lexicon)
    return number if clear and not wrong_half and (named <= own or not named) else 0


def _is_limited(pieces: Sequence[Piece]) -> bool:
    """Say whether an "after" or "until" stands right before a figure or right behind it."""
    at = next((n for n, piece in enumerate(pieces) if any(map(str.isdigit, piece.said))), 0)
    around = [*pieces[max(0, at - 2) : at], *pieces[at + 1 : at + 2]]
    return any(
        piece.kinds & {"limit", "till", "range_to", "busy"} and "filler" not in piece.kinds
        for piece in around
    )


def _by_clock(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "At three", "six o'clock", "huit heures": the one choice that is this hour; 0 for none."""
    said = times.possible(text, lexicon)
    if not said or is_turned(lexicon.grammar.cut(text)) or weekdays.names_any(text, lexicon):
        return 0
    held = [n for n, label in enumerate(labels, 1) if said & _hours_on_clock(label, lexicon)]
    return held[0] if len(held) == 1 else 0


def _by_figures(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "De 3 a 5", "9號那天": the choice that has these figures, which are no choice's place; 0 for none."""
    said = list(map(int, HOUR.findall(figures_of(text))))
    told = [list(map(int, HOUR.findall(figures_of(label)))) for label in labels]
    pieces = lexicon.grammar.cut(text)
    if not said or is_turned(pieces) or weekdays.names_any(text, lexicon) or says(pieces, *OF_DAY):
        return 0
    words = [word for word in plain(text).split() if not word.isdecimal()]
    if not words or any(
        near(word, its) for word in words for label in labels for its in plain(label).split()
    ):
        return 0  # "aftrnoon 6-8"
    if len(said) == _SPAN and (said[0] > len(labels) or said[1] > len(labels) or said[1] - said[0] > 1):
        held = [n for n, its in enumerate(told, 1) if its == said]
    elif len(said) == 1 and said[0] > len(labels) and _DAY_OF_MONTH.search(figures_of(text)):
        held = [n for n, its in enumerate(told, 1) if said[0] in its]
    else:
        held = []
    return held[0] if len(held) == 1 else 0


def _by_bare_figure(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "27" where one choice is Saturday the 27th: a figure that is no place and no hour; 0 for none."""
    said = without_courtesy(text, lexicon)
    if not said.isdecimal() or int(said) <= max(len(labels), _NOON):
        return 0
    figures = [[word for word in plain(label).split() if word.isdecimal()] for label in labels]
    held = [n for n, its in enumerate(figures, 1) if its == [said]]
    return held[0] if len(held) == 1 else 0


def _hours_on_clock(label: str, lexicon: Lexicon) -> frozenset[int]:
    """Return which times a choice may be; "the bus at 3" is one, "8 to 11" none."""
    return times.possible(label, lexicon) if len(HOUR.findall(figures_of(label))) < _SPAN else frozenset()


def _from_hour(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "After 6" where one choice begins at six; 0 for none."""
    grammar, after = lexicon.grammar, frozenset({"after_hour"})
    pieces = grammar.cut(text, after)
    begins = [n for n, piece in enumerate(pieces) if piece.kinds]
    figures = [n for n, piece in enumerate(pieces) if piece.said.isdecimal()]
    if len(begins) != 1 or len(figures) != 1 or is_turned(grammar.cut(text)):
        return 0
    if figures[0] - begins[0] != (-1 if grammar.cease_last else 1) or weekdays.names_any(text, lexicon):
        return 0
    hour = int(pieces[figures[0]].said)
    starts = [next(iter(HOUR.findall(figures_of(label))), "") for label in labels]
    held = [n for n, start in enumerate(starts, 1) if start and int(start) == hour]
    return held[0] if len(held) == 1 else 0


def _by_part_of_day(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "Après 19h" where one choice is the evening: an hour of 24 told behind noon; 0 for none."""
    grammar = lexicon.grammar
    said = _AFTER_NOON.findall(figures_of(text))
    pieces = grammar.cut(text)
    ends = any(piece.kinds & {"till", "limit"} and "after_hour" not in piece.kinds for piece in pieces)
    if len(said) != 1 or ends or is_turned(pieces) or says(pieces, *OF_DAY):
        return 0
    of = [{kind for kind in OF_DAY if grammar.holds(label, kind)} for label in labels]
    if any(len(kinds) != 1 or HOUR.search(label) for kinds, label in zip(of, labels, strict=True)):
        return 0
    kind = "evening" if int(said[0]) >= _EVENING else "afternoon"
    held = [n for n, kinds in enumerate(of, 1) if kind in kinds]
    return held[0] if len(held) == 1 else 0


def _by_end_of_week(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "Sunday" for "at the weekend", "Tuesdays" for "on a weekday"; 0 for none."""
    grammar, named = lexicon.grammar, weekdays.named(text, lexicon)
    if not named or is_turned(grammar.cut(text)) or any(weekdays.names_any(each, lexicon) for each in labels):
        return 0
    kind = "weekend" if named <= _WEEKEND else "workdays" if not named & _WEEKEND else ""
    held = [
        n for n, label in enumerate(labels, 1) if kind and says(grammar.cut(label, frozenset({kind})), kind)
    ]
    return held[0] if len(held) == 1 else 0


def later_or_sooner(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "The later one please": of two times; of more the only one behind the hour that is said; 0: none."""
    grammar = lexicon.grammar
    later, sooner = grammar.holds(text, "later_one"), grammar.holds(text, "sooner_one")
    pieces = grammar.cut(text)
    if (
        later == sooner
        or weekdays.names_any(text, lexicon)
        or says(pieces, "hedge", "or", "not", "condition")
    ):
        return 0
    starts = [min(times.possible(label, lexicon), default=-1) for label in labels]
    if -1 in starts or len(set(starts)) < len(starts):
        return 0
    hours = [int(hour) for hour in HOUR.findall(figures_of(text))]
    if not hours:
        return starts.index(max(starts) if later else min(starts)) + 1 if len(labels) == _TWO else 0
    free = (hours[0] % _NOON + _NOON) * _MINUTES if hours[0] < _EARLY else hours[0] * _MINUTES
    after = [n for n, start in enumerate(starts, 1) if start >= free]
    return after[0] if later and len(after) == len(hours) == 1 else 0
