"""Danger told in ideas rather than in phrases (docs/dialogue.md, rule 19).

“The neighbour keeps touching my niece” and “my niece says he touches her” share no phrase, but two ideas:
somebody is touched, and somebody who may be harmed. Which ideas together are danger stands here, once; the
words of each idea are in locales/danger_ideas.toml. Order does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import product
from typing import TypeAlias

from bot import languages
from bot.conversation.letters import plain, unmarked

Span: TypeAlias = tuple[int, int]

#: pairs of ideas near one another
_NEAR = (
    ("touch", "who"), ("cut", "self"), ("swallow", "pills"), ("die", "wish"), ("hit", "who"), ("law", "took"),
)  # fmt: skip
#: ideas of one text, wherever they stand in it
_TOGETHER = (("absent", "who", "worry"),)
#: letters between two ideas; fewer where words are not set apart, as each sign says more
_LETTERS, _SIGNS = 32, 10
#: words of a phrase between which “…” stands
_BETWEEN = r"(?:\S+ ){0,3}?"
#: what somebody does; words of so many letters may be others once their marks are gone
_DOING, _SHORT = frozenset({"said", "touch", "hit", "cut"}), 4
_GRAVE = ("die", "hit", "cut", "absent", "law")
#: “three hours now, where is my son?”: so many different worries about somebody
_WORRIES = 2
#: letters written onto the front of a word that begins with a vowel: “m'étrangle”
_ELIDED, _VOWELS = {"fr": "mltsdjn"}, frozenset("aeiouyh")
#: where a word begins; said once for many words, which is looked for far faster
_START = r"(?<!\S)"
_UNSPACED = frozenset({"Hans", "Hant", "Mymr", "Khmr", "Laoo", "Kore"})


def tell(text: str, tag: str) -> bool:
    """Say whether a text tells of danger, in a language or in English."""
    marked = languages.language(tag).marks_matter and not plain(text).isascii()
    said = f" {_leveller(marked)(text)} "
    if any(pattern.search(said) for pattern in _alone(tag, marked)):
        return True
    found = _Found(said, tag, marked)
    far = _SIGNS if languages.language(tag).script in _UNSPACED and not said.isascii() else _LETTERS
    if any(_near(found[one], found[other], far) for one, other in _NEAR):
        return True
    if any(all(found[idea] for idea in ideas) for ideas in _TOGETHER):
        return True
    return bool(found["who"]) and len({found.words(span) for span in found["worry"]}) >= _WORRIES


def hint(text: str, tag: str) -> bool:
    """Say whether one of the gravest ideas stands in a text, even alone: then nothing in it is harmless."""
    marked = languages.language(tag).marks_matter and not plain(text).isascii()
    found = _Found(f" {_leveller(marked)(text)} ", tag, marked)
    return any(found[idea] for idea in _GRAVE)


class _Found(dict[str, list[Span]]):
    """Where each idea stands in a text; looked for when it is asked after."""

    def __init__(self, said: str, tag: str, marked: bool) -> None:
        super().__init__()
        self._said, self._tag, self._marked = said, tag, marked

    def __missing__(self, idea: str) -> list[Span]:
        pattern = _idea(idea, self._tag, self._marked)
        self[idea] = [match.span() for match in pattern.finditer(self._said)] if pattern else []
        return self[idea]

    def words(self, span: Span) -> str:
        return self._said[slice(*span)]


def _near(ones: list[Span], others: list[Span], far: int) -> bool:
    return any(0 <= max(a[0], b[0]) - min(a[1], b[1]) <= far for a, b in product(ones, others))


def _alone(tag: str, marked: bool) -> Iterator[re.Pattern[str]]:
    return (pattern for each in _tags(tag) if (pattern := _said(each, marked)))


@cache
def _said(tag: str, marked: bool) -> re.Pattern[str] | None:
    return _pattern(_listed(tag, "said", marked), marked)


@cache
def _idea(idea: str, tag: str, marked: bool) -> re.Pattern[str] | None:
    """Both languages at once: families write “beti ne pills khali”."""
    return _pattern([entry for each in _tags(tag) for entry in _listed(each, idea, marked)], marked)


def _tags(tag: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((tag, "en")))


def _listed(tag: str, idea: str, marked: bool) -> list[str]:
    """Return the words of an idea. A short word whose marks are gone may be any of several."""
    listed = languages.danger_ideas(tag).get(idea, "").split(",")
    entries = [entry.strip() for entry in listed if entry.strip()]
    vowels = [entry for entry in entries if unmarked(plain(entry))[0] in _VOWELS]
    entries += [front + entry for front in _ELIDED.get(tag, "") for entry in vowels]
    if marked or idea not in _DOING or not languages.language(tag).marks_matter:
        return entries
    return [entry for entry in entries if " " in entry or len(plain(entry)) > _SHORT]


def _pattern(entries: Iterable[str], marked: bool) -> re.Pattern[str] | None:
    written = sorted({_entry(entry, marked) for entry in entries}, key=len, reverse=True)
    begun = [entry.removeprefix(_START) for entry in written if entry.startswith(_START)]
    amid = [entry for entry in written if not entry.startswith(_START)]
    either = [f"{_START}(?:{'|'.join(begun)})"] * bool(begun) + amid
    return re.compile("|".join(either)) if either else None


def _entry(entry: str, marked: bool) -> str:
    return f" {_BETWEEN}".join(_words(part.strip(), marked) for part in entry.split("…"))


def _words(part: str, marked: bool) -> str:
    bare = _leveller(marked)(part.strip("_*"))
    whole = unmarked(bare).isascii()
    start = _START if whole or part.startswith("_") else ""
    end = r"(?!\S)" if (whole and not part.endswith("*")) or part.endswith("_") else ""
    return start + re.escape(bare) + end


def _leveller(marked: bool) -> Callable[[str], str]:
    return plain if marked else _without_marks


def _without_marks(text: str) -> str:
    return unmarked(plain(text))
