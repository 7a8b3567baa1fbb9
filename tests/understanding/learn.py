"""Learns the weights of `locales/learned.tsv` from labelled sentences: `make learn`.

A linear support vector machine for each intent (Fan et al., LIBLINEAR, 2008), over the pieces of
`bot.conversation.learned`, each text of length 1. All languages share one table. Pieces found in fewer than
three texts are left out, then all but the strongest, and the weights are learned once more without them.

`make learn FOLDS=1` writes nothing: it holds back one set after the other with the practice lines of its
time, learns from the others, and prints what the rules miss and this finds, at which false ones.
A set is learned from only once it has been run (`learn_sets.HELD_BACK`), so that its figures say something.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from bot.conversation import learned, likely
from bot.conversation.lexicon import lexicon
from bot.explaining import ruled
from tests.understanding.learn_sets import known
from tests.understanding.measure import HERE, labelled

TABLE = HERE.parents[1] / "locales" / "learned.tsv"
INTENTS = ("danger", "optout", "wrong_number", "language", "person", "who", "unclear_text", "help", "optin")
#: each is held back in turn, so that what it would find is seen
FOLDS = (
    ("unseen_nineteenth", "practice_fifth"),
    ("unseen_eighteenth", "practice_fourth"),
    ("unseen_seventeenth", "practice_third"),
    ("unseen_sixteenth", "practice_second"),
    ("unseen_fifteenth", "practice_first"),
)
#: of how many texts a piece must be, how many pieces are kept, and how much an error costs
FEWEST, KEPT, COST = 3, 60_000, 5.0
#: a text that looks like an opt-out and is none counts as so many others
TRAP = 2.0
#: out of the folds: so many false ones
FALSE = (0, 2, 5, 10, 20)


@dataclass(frozen=True)
class Model:
    """What was learned: the pieces kept and, for each intent, its weights and where it starts."""

    pieces: list[str]
    classifiers: dict[str, LinearSVC]


class Texts:
    """Labelled texts as rows of zeros and ones, a column for each piece."""

    def __init__(self, lines: Iterable[dict[str, Any]]) -> None:
        self.lines = list(lines)
        self.intents = np.array([line["expect"].get("intent", "") for line in self.lines])
        weighty = {True: TRAP, False: 1.0}
        self.weights = np.array([weighty[one in {"none", "optin"}] for one in self.intents])
        self.sets = np.array([line["set"] for line in self.lines])
        vectorizer = CountVectorizer(analyzer=learned.pieces, min_df=FEWEST, binary=True)
        self.matrix = vectorizer.fit_transform(line["text"] for line in self.lines).tocsr().astype(float)
        self.pieces: list[str] = list(vectorizer.get_feature_names_out())

    def learn(self, rows: np.ndarray[Any, Any]) -> Model:
        """Learn from these rows."""
        columns = np.where(np.asarray(self.matrix[rows].sum(axis=0)).ravel() >= FEWEST)[0]
        first = self._fitted(rows, columns)
        strength = np.max([np.abs(one.coef_[0]) for one in first.values()], axis=0)
        columns = np.sort(columns[np.argsort(-strength, kind="stable")[:KEPT]])
        return Model([self.pieces[at] for at in columns], self._fitted(rows, columns))

    def _fitted(self, rows: np.ndarray[Any, Any], columns: np.ndarray[Any, Any]) -> dict[str, LinearSVC]:
        matrix = normalize(self.matrix[rows][:, columns])
        meant = self.intents[rows]
        return {
            intent: LinearSVC(C=COST, random_state=0, max_iter=10_000).fit(
                matrix,
                meant == intent,
                sample_weight=self.weights[rows] if intent == "optout" else None,
            )
            for intent in INTENTS
        }


def table(model: Model, folders: Sequence[str]) -> str:
    """Return the table as text: the intents, where each starts, and a line for each piece."""
    weights = [np.rint(model.classifiers[one].coef_[0] * learned.SCALE).astype(int) for one in INTENTS]
    starts = [round(model.classifiers[one].intercept_[0] * learned.SCALE) for one in INTENTS]
    lines = [
        "# Written by `make learn` and never by hand: how much each piece of a text speaks for an intent,",
        "# in thousandths (bot/conversation/learned.py). A space is the gap before or behind a word.",
        f"# learned from: {' '.join(folders)}",
        "\t".join(("piece", *INTENTS)),
        "\t".join(("start", *map(str, starts))),
    ]
    lines += [
        "\t".join((piece, *(str(column[at]) for column in weights))) for at, piece in enumerate(model.pieces)
    ]
    return "\n".join(lines) + "\n"


def folds(texts: Texts) -> Iterator[str]:
    """Yield, for each intent, what is found and what is false when nothing like it was learned from."""
    scores = {intent: np.full(len(texts.lines), np.nan) for intent in INTENTS}
    for held in FOLDS:
        inside = np.isin(texts.sets, held)
        table_of = learned.read(table(texts.learn(np.where(~inside)[0]), ()))
        for row in np.where(inside)[0]:
            found = table_of.scores(texts.lines[row]["text"])
            for intent in INTENTS:
                scores[intent][row] = found.get(intent, -9.0)
    tried: list[int] = np.where(~np.isnan(scores[INTENTS[0]]))[0].tolist()
    unruled = {row: ruled(texts.lines[row]["text"], texts.lines[row]["language"]) is None for row in tried}
    for intent in INTENTS:
        yield from _fold(intent, texts, scores[intent], tried, unruled)


def _fold(
    intent: str, texts: Texts, scores: np.ndarray[Any, Any], tried: Sequence[int], unruled: dict[int, bool]
) -> Iterator[str]:
    meant = [row for row in tried if texts.intents[row] == intent]
    missed = [row for row in meant if unruled[row]]
    missed = [row for row in missed if not _ruled_out(intent, texts.lines[row])]
    unknown = [
        row
        for row in tried
        if unruled[row] and texts.intents[row] != intent and not _ruled_out(intent, texts.lines[row])
    ]
    false = sorted((row for row in unknown if texts.intents[row]), key=lambda row: -scores[row])
    replies = [row for row in unknown if not texts.intents[row]]
    yield f"{intent}: {len(meant)} lines, {len(missed)} that no rule knows"
    for most in FALSE:
        bar = scores[false[most]]
        found, said = (sum(scores[row] > bar for row in rows) for rows in (missed, replies))
        yield f"  above {bar:.2f}: {found} of those, {most} false, {said} answers of {len(replies)}"
    for row in false[: FALSE[-1]]:
        line = texts.lines[row]
        yield f"    {scores[row]:.2f} {line['set']} {line['file']} {line['expect']['intent']}: {line['text']}"


def _ruled_out(intent: str, line: dict[str, Any]) -> bool:
    return likely.is_ruled_out(intent, line["text"], lexicon(line["language"]))


def main() -> None:
    """Write the table, or with `folds` print what it would find."""
    folders = known()
    texts = Texts(line for folder in folders for line in labelled(folder))
    if "folds" in sys.argv[1:]:
        for said in folds(texts):
            sys.stdout.write(said + "\n")
        return
    text = table(texts.learn(np.arange(len(texts.lines))), folders)
    learned.read(text)
    Path(TABLE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
