"""What a text means as a mark between two ends: "4", "four out of five", "⭐⭐⭐"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversation import numbers
from bot.conversation.clauses import clauses
from bot.conversation.grammar import Piece
from bot.conversation.intent import has_question_mark, without_courtesy
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

#: what turns an answer round or leaves it open
TURNS = frozenset({"not", "except", "hedge", "refuse", "or"})
#: what weighs nothing beside a choice or a mark
EMPTY = frozenset(
    {
        "all",
        "filler",
        "courtesy",
        "option",
        "yes",
        "ok",
        "agree",
        "and",
        "around",
        "want",
        "only",
        "counter",
        "about",
        "outof",
        "unit",
        "every",
    }
)
#: pieces of a text that says more than a mark and a "maybe"
_STORY = 4
#: words of a comment, at least: "3, maybe" is none
_COMMENT = 2
_STAR = "⭐🌟★"
_OF = re.compile(r"^\D*(\d+)\s*(?:/|of|de|out of|sur|ka mid ah|من)\s*(\d+)\D*$")


def scale(text: str, low: int, high: int, lexicon: Lexicon) -> tuple[int, bool] | None:
    """Return the mark and whether it is sure; None for anything that is not one mark between the two."""
    if has_question_mark(text):
        return None
    stars = sum(text.count(star) for star in _STAR)
    if stars and not plain(text):
        return _within(stars, low, high)
    parted = _OF.match(plain_with_slash(text))
    if parted is not None:
        return _within(int(parted[1]), low, high) if int(parted[2]) == high else None
    if re.search(r"\d\s*[.,:/\-–]\s*\d|[-−]\s?\d", text):
        return None
    if (end := _at_end(text, low, high, lexicon)) is not None:
        return end, False
    words = without_courtesy(text, lexicon).split()
    pieces = lexicon.grammar.cut(" ".join(words))
    if any(piece.kinds & TURNS and not piece.kinds & EMPTY for piece in pieces):
        first = _mark_first(pieces, lexicon) or _mark_alone(text, lexicon)
        found = None if first is None else _within(first, low, high)
        return None if found is None else (found[0], False)
    marks = _of_most(_marks(words, lexicon), pieces, high)
    if marks == [high] and any("outof" in piece.kinds for piece in pieces):
        marks = _of_most([*_in_words(words, lexicon), high], pieces, high)
    if len(marks) != 1:
        return None
    found = _within(marks[0], low, high)
    light = all(mark_of(piece.said, lexicon) is not None or piece.kinds & EMPTY for piece in pieces)
    return None if found is None else (found[0], light)


def _at_end(text: str, low: int, high: int, lexicon: Lexicon) -> int | None:
    """ "The highest score!", "nota máxima": one end of the scale, and no figure beside it."""
    grammar = lexicon.grammar
    top, bottom = (grammar.holds(text, kind) for kind in ("top_score", "bottom_score"))
    if top == bottom or any(letter.isdecimal() for letter in text):
        return None
    if any(
        piece.kinds & {"hedge", "or", "not", "no", "dont", "refuse", "condition"}
        for piece in grammar.cut(text)
    ):
        return None
    return high if top else low


def _mark_first(pieces: Sequence[Piece], lexicon: Lexicon) -> int | None:
    """ "3, sometimes the bus is late": the text's one mark, first, and nothing that turns it right behind."""
    while pieces and pieces[0].kinds & (EMPTY - {"all", "every"}):
        pieces = pieces[1:]
    marks = [mark for piece in pieces if (mark := mark_of(piece.said, lexicon)) is not None]
    if len(marks) != 1 or len(pieces) < _STORY or mark_of(pieces[0].said, lexicon) != marks[0]:
        return None
    if marks[0] == 1 and not pieces[0].said.isdecimal():
        return None  # "one", "un", which is an article as well
    if pieces[1].kinds & {"not", "no", "except", "refuse"}:
        return None
    return None if any("or" in piece.kinds for piece in pieces) else marks[0]


def _mark_alone(text: str, lexicon: Lexicon) -> int | None:
    """ "3, sometimes late", "I give a 4, no complaints": a clause that is one mark, and a comment."""
    first, *others = clauses(text, lexicon.grammar) or [""]
    told = [mark_of(word, lexicon) for word in plain(" ".join(others)).split()]
    if not others or len(told) < _COMMENT or any(mark is not None for mark in told):
        return None
    pieces = lexicon.grammar.cut(plain(first))
    figures = [int(piece.said) for piece in pieces if piece.said.isdecimal()]
    light = all(piece.said.isdecimal() or piece.kinds & EMPTY for piece in pieces)
    if not figures and len(pieces) == 1:
        word = mark_of(pieces[0].said, lexicon)  # "one" is an article as well
        return word if word is not None and word > 1 else None
    return figures[0] if len(figures) == 1 and light else None


def _of_most(marks: list[int], pieces: Sequence[Piece], high: int) -> list[int]:
    """ "Three out of five" is three, "full marks" the most."""
    if any("full" in piece.kinds for piece in pieces) and set(marks) <= {high}:
        return [high]
    if len(marks) == 2 and high in marks and any("outof" in piece.kinds for piece in pieces):
        marks.remove(high)
    return marks


def plain_with_slash(text: str) -> str:
    """Level a text and keep the stroke of "4/5"."""
    return "/".join(plain(part) for part in text.split("/"))


def _marks(words: Sequence[str], lexicon: Lexicon) -> list[int]:
    """Return the figures of a text, or else its one number in words."""
    figures = [int(word) for word in words if word.isdecimal() and len(word) < 4]
    if figures:
        return figures
    together = "".join(words)
    run_on = re.findall(r"\d+", together)
    if run_on or lexicon.grammar.unspaced:
        mark = None if run_on else numbers.run_on(together, lexicon)
        return [int(each) for each in run_on] if mark is None else [mark]
    return run_on or [mark for mark in _in_words(words, lexicon) if mark > 1 or len(words) == 1]


def _in_words(words: Sequence[str], lexicon: Lexicon) -> list[int]:
    """Return the number words of a text: "three out of 5"."""
    return [
        mark for word in words if not word.isdecimal() and (mark := numbers.of(word, lexicon)) is not None
    ]


def mark_of(word: str, lexicon: Lexicon) -> int | None:
    """Return the number that one word is, in figures or as a word."""
    return int(word) if word.isdecimal() and len(word) < 4 else numbers.of(word, lexicon)


def _within(mark: int, low: int, high: int) -> tuple[int, bool] | None:
    return (mark, True) if low <= mark <= high else None
