"""What a text is most likely about where no rule knows it: a linear classifier over character n-grams.

Rules come first (`intent.py`): they can be read, and they are right about what they know. What they do not
know is told here, by likeness to labelled sentences of families: one table of weights for all languages,
`locales/learned.tsv`, which `make learn` writes (tests/understanding/learn.py). Words that nobody listed
are found by their pieces, with other endings, other spellings, or borrowed from a neighbour language.

Nothing is learned while Homeloop runs, and no text of a family's is kept for it.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from math import sqrt

from bot.conversation.letters import plain, unmarked
from bot.conversation.tapbacks import has_question_mark

#: the longest run of letters looked at, and the longest text: a school's report pasted in is no wish
LONGEST_PIECE, LONGEST_TEXT = 5, 600
#: weights and scores are kept in thousandths
SCALE = 1000
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Learned:
    """A weight for each piece and intent: `weights[intent][place]`, and what each intent starts from."""

    places: dict[str, int]
    weights: dict[str, array[int]]
    starts: dict[str, int]

    def scores(self, text: str) -> dict[str, float]:
        """Return for each intent how far a text is on its side: above 0 more likely than not.

        A text none of whose pieces is known scores nothing: the dictionary is empty.
        """
        places = [self.places[piece] for piece in pieces(text) if piece in self.places]
        if not places:
            return {}
        root = sqrt(len(places))
        return {
            intent: (sum(map(weights.__getitem__, places)) / root + self.starts[intent]) / SCALE
            for intent, weights in self.weights.items()
        }

    def telling(self, text: str, intent: str, most: int = 5) -> list[str]:
        """Return the pieces of a text that speak loudest for an intent: why it was taken for that."""
        weights = self.weights[intent]
        known = {piece: weights[self.places[piece]] for piece in pieces(text) if piece in self.places}
        loudest = sorted((piece for piece in known if known[piece] > 0), key=lambda one: (-known[one], one))
        return loudest[:most]


def pieces(text: str) -> set[str]:
    """Return the runs of one to five letters in each word of a text, the gaps around it with them, and pairs.

    Case, accents, marks and which number it is do not count; signs such as emoji and a question mark do.
    """
    text = text[:LONGEST_TEXT]
    found = {letter for letter in text if unicodedata.category(letter) == "So"}
    if has_question_mark(text):
        found.add("?")
    words = unmarked(_NUMBER.sub("0", plain(text))).split()
    found.update(map(" ".join, pairwise(words)))
    for word in words:
        gapped = f" {word} "
        for size in range(1, LONGEST_PIECE + 1):
            found.update(gapped[at : at + size] for at in range(len(gapped) - size + 1))
    found.discard(" ")
    return found


def read(text: str) -> Learned:
    """Read a table of weights. Raises `ValueError` where it is not as `make learn` writes it."""
    rows = [line.split("\t") for line in text.split("\n") if line and not line.startswith("# ")]
    try:
        (_, *intents), (_, *starts), *told = rows
        weights = {intent: array("h") for intent in intents}
        for _, *row in told:
            for column, weight in zip(weights.values(), row, strict=True):
                column.append(int(weight))
        begins = dict(zip(intents, map(int, starts), strict=True))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"locales/learned.tsv is not as `make learn` writes it: {error}") from None
    return Learned({row[0]: place for place, row in enumerate(told)}, weights, begins)


@cache
def learned() -> Learned:
    """Return what was learned, read once."""
    return read(resources.files("locales").joinpath("learned.tsv").read_text(encoding="utf-8"))
