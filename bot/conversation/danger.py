"""Whether a text touches the danger list (docs/dialogue.md, rule 19), and what only looks as if it did.

A text is dangerous when it holds a phrase of the lists, the parts of one with up to three words between
them, or ideas that are danger together (`danger_ideas`). A few sayings hold such a phrase and mean no harm:
a lost jacket, a fear of the test, a police officer at career day, “killing it in math”. Each is written down
with its object (locales/danger.toml) and left out before the text is looked at again, so anything else in it
still counts. Whoever they name beside it makes it count too: “afraid of dogs and of his father” stays an
alarm, and so does one grave idea left over. When in doubt it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from operator import itemgetter

from bot import languages
from bot.conversation import cyrillic, danger_ideas
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon

_CLAUSE = re.compile(r"[.,;:!?\n¡¿。，、；！؟？।။၊።፣–—]+")
#: scripts in which small words are written onto the front of a word
_FRONTS = {"Arab": "(?:وال|بال|لل|ال|و|ب|ل|ف|ع)?", "Ethi": r"\S{0,2}?"}
_UNSPACED = frozenset({"Hans", "Hant", "Mymr", "Khmr", "Laoo"})
#: words, or letters where no spaces are written, between the parts of a phrase; between a fear and its object
_APART, _LETTERS_APART, _NEAR, _LETTERS_NEAR = 3, 6, 4, 8


def mentions(text: str, phrases: frozenset[str]) -> bool:
    """Say whether any phrase occurs: between word limits in Latin letters, anywhere in other scripts."""
    return _holds(_levelled(text), phrases)


def is_alarming(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text touches the danger list, harmless sayings left out; tuned to miss nothing."""
    if (spelled := cyrillic.spelled(text, lexicon.tag)) and is_alarming(cyrillic.softened(spelled), lexicon):
        return True
    if not _touches(text, lexicon):
        return False
    calm = _calmed(text, lexicon.tag)
    return calm is None or _touches(calm, lexicon) or danger_ideas.hint(calm, lexicon.tag)


def _levelled(text: str) -> str:
    return f" {unmarked(plain(text))} "


def _touches(text: str, lexicon: Lexicon) -> bool:
    said = _levelled(text)
    if lexicon.marks_matter:  # "… cho làm, đừng nhắn": without marks a phrase would lie across the comma
        said = " | ".join(_levelled(clause) for clause in _CLAUSE.split(text))
    apart = (_sayings(tag).apart for tag in _tags(lexicon.tag))
    if _holds(said, lexicon.danger) or any(each.search(said) for each in apart if each):
        return True
    return danger_ideas.tell(text, lexicon.tag)


def _holds(said: str, phrases: frozenset[str]) -> bool:
    return any(wanted in said for wanted in _looked_for(phrases))


@cache
def _looked_for(phrases: frozenset[str]) -> tuple[str, ...]:
    return tuple(_limited(unmarked(phrase.rstrip("*")), phrase.endswith("*")) for phrase in phrases)


def _limited(phrase: str, open_ended: bool) -> str:
    return phrase if not phrase.isascii() else f" {phrase}" + " " * (not open_ended)


def _calmed(text: str, tag: str) -> str | None:
    """Return a text without its harmless sayings; None if it holds none."""
    exact = languages.language(tag).marks_matter
    said = _spelled(text, exact=exact)
    patterns = [pattern for each in _tags(tag) for pattern in _sayings(each).harmless_in(said)]
    clauses = [_spelled(clause, exact=exact) for clause in _CLAUSE.split(text)]
    calm = clauses
    for pattern in patterns:
        calm = [pattern.sub(" ", clause) for clause in calm]
    return None if calm == clauses else " ".join(calm)


def _spelled(text: str, *, exact: bool) -> str:
    return f" {plain(text)} " if exact else _levelled(text)


def _tags(tag: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((tag, "en")))


@dataclass(frozen=True, slots=True)
class _Sayings:
    """What locales/danger.toml says of one language; None where a part of it is not written."""

    apart: re.Pattern[str] | None
    plainly: re.Pattern[str] | None  #: idioms with their object
    things: re.Pattern[str] | None  #: a thing that is lost
    lost_child: re.Pattern[str] | None  #: "is lost" before a thing, harmless if no child is named
    fear: re.Pattern[str] | None  #: a fear of something at school
    officer: re.Pattern[str] | None  #: an officer who visits the class
    child: re.Pattern[str] | None
    people: re.Pattern[str] | None  #: whom a family may be afraid of
    describes: re.Pattern[str] | None  #: "wearing", "years old": somebody is being looked for

    def harmless_in(self, said: str) -> list[re.Pattern[str]]:
        """Return what may be left out of this text."""
        found = []
        if not _found(self.describes, said):
            found.append(self.things)
            if self.child is not None and not self.child.search(said):
                found.append(self.lost_child)
        if not _found(self.people, said):
            found += [self.fear, self.officer]
        return [pattern for pattern in (*found, self.plainly) if pattern is not None]


def _found(pattern: re.Pattern[str] | None, said: str) -> bool:
    return pattern is not None and bool(pattern.search(said))


@cache
def _sayings(tag: str) -> _Sayings:
    script = languages.language(tag).script
    written = {kind: _list(words) for kind, words in languages.danger_words(tag).items()}
    exact = languages.language(tag).marks_matter
    spell = _Spelling(_FRONTS.get(script, ""), spaced=script not in _UNSPACED, exact=exact)
    things, lost, feared = (spell.any_of(written.get(kind, ())) for kind in ("things", "lost", "feared"))
    loses, linking, fears = (spell.any_of(written.get(kind, ())) for kind in ("loses", "linking", "fears"))
    officers, visits = (spell.any_of(written.get(kind, ())) for kind in ("officers", "visits"))
    link, near = spell.some(linking), spell.gap(_NEAR if spell.spaced else _LETTERS_NEAR)
    return _Sayings(
        apart=replace(spell, exact=False).apart(written.get("apart", ())),
        plainly=_pattern(spell.any_of(written.get("harmless", ()))),
        things=_either(_joined(loses, spell.gap(2), things), _joined(things, link, lost)),
        lost_child=_either(_joined(lost, spell.gap(1), things)),
        fear=_either(_joined(fears, near, feared), _joined(feared, near, fears)),
        officer=_either(_joined(officers, spell.gap(9), visits), _joined(visits, spell.gap(9), officers)),
        child=_pattern(spell.any_of(written.get("child", ()))),
        people=_pattern(spell.any_of(written.get("people", ()))),
        describes=_pattern(spell.any_of(written.get("describes", ()))),
    )


def _list(words: str) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in words.split(","))))


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How words stand beside one another in a script."""

    front: str
    spaced: bool
    exact: bool  #: a word is another one without its marks

    def any_of(self, words: Iterable[str]) -> str | None:
        """Return a pattern for any of these; a final * leaves an ending open."""
        each = [self._word(word) for word in sorted(words, key=len, reverse=True)]
        return f"(?:{'|'.join(each)})" if each else None

    def _word(self, word: str) -> str:
        bare = plain(word.rstrip("*"))
        bare = re.escape(bare if self.exact else unmarked(bare)).replace("\\ ", " ")
        if not self.spaced:
            return bare
        return rf"(?<!\S){self.front}{bare}" + (r"\S*" if word.endswith("*") else r"(?!\S)")

    def gap(self, most: int) -> str:
        """Return a pattern for up to so many words, or letters where words are not set apart."""
        return rf"(?: \S+){{0,{most}}}? " if self.spaced else rf".{{0,{most}}}?"

    def some(self, words: str | None) -> str:
        """Return a pattern for a few of these words between two others."""
        if not self.spaced:
            return f"(?:{words})*?" if words else ""
        return f"(?: {words}){{0,3}} " if words else " "

    def apart(self, phrases: Iterable[str]) -> re.Pattern[str] | None:
        """Return a pattern for phrases whose parts, parted by “…”, stand near one another."""
        gap = self.gap(_APART if self.spaced else _LETTERS_APART)
        rows = {tuple(self._word(part.strip()) for part in phrase.split("…")) for phrase in phrases}
        return _pattern(_by_beginning(sorted(rows), gap) or None)


def _by_beginning(rows: Sequence[Sequence[str]], gap: str) -> str:
    """Write rows of parts as one pattern in which a beginning that several have stands once."""
    written = []
    for first, same in groupby(rows, key=itemgetter(0)):
        rests = [row[1:] for row in same]
        if all(rests):
            written.append(f"{first}{gap}(?:{_by_beginning(rests, gap)})")
        else:
            written.append(first)  # a shorter row says enough
    return "|".join(written)


def _joined(first: str | None, between: str, then: str | None) -> str | None:
    return first + between + then if first and then else None


def _either(*parts: str | None) -> re.Pattern[str] | None:
    return _pattern("|".join(part for part in parts if part) or None)


def _pattern(written: str | None) -> re.Pattern[str] | None:
    return re.compile(written) if written else None
