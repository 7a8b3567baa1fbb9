"""Cuts a text into pieces that mean something small: a negation, a pronoun, "the second", "sending".

The pieces come from locales/grammar.toml, the longest that fits first. A language that writes no spaces
is cut letter by letter; the others word by word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial

from bot import languages
from bot.conversation.letters import plain, unmarked

#: languages in which words are not set apart by spaces, or only at will
_UNSPACED = frozenset({"zh-Hans", "zh-Hant", "my", "km", "lo"})
#: languages that share a table
_SHARED = {"zh-Hans": "zh", "zh-Hant": "zh", "prs": "fa"}
#: what Arabic writes onto the front of a word
_ARABIC_FRONT = ("وال", "بال", "لل", "هال", "ال", "و", "ب", "ل", "ه", "ف")
_KOREAN_ENDS = (
    "입니다",
    "이에요",
    "으로요",
    "이요",
    "예요",
    "으로",
    "에요",
    "요",
    "은",
    "는",
    "을",
    "를",
    "이",
    "가",
    "에",
    "로",
    "도",
    "만",
    "하고",
    "이랑",
    "랑",
    "과",
    "와",
    "만요",
    "이면",
    "면",
    "이랑요",
    "랑요",
    "도요",
)
#: what Nepali writes onto the end of a word
_NEPALI_ENDS = ("बाटै", "बाट", "देखि", "सम्म", "लाई", "हरू", "सँग", "मा", "मै", "ले", "को", "का", "की", "कै")
#: Korean writes a figure and what it counts as one word
_FIGURES = re.compile("([0-9])(?=[\uac00-\ud7a3])")
#: things that people call by several names
THINGS = frozenset(
    {"bus", "car", "walk", "call", "texted", "paper", "email", "video", "in_person", "home", "vegetables",
     "chicken", "cheese", "fish", "meat", "childcare", "ride", "school", "telegram", "food", "interpreting",
     "pizza", "teeth", "eyes", "ears", "fetch",
     "math", "science", "computer", "mother", "father", "grandparent", "coat", "soccer", "drawing",
     "swimming", "music", "basketball", "dancing", "chess", "reading", "homework", "cooking",
     "library", "mosque", "church", "market", "park", "gym", "sister", "brother",
     "shoes", "hat", "gloves", "trousers", "shirt", "small", "medium", "large", "adult", "wechat",
     "milk", "juice", "water", "rice", "bread", "egg", "already", "halal",
     "tablet", "internet", "printer", "bag", "notebook"}
)  # fmt: skip
#: those of them that are no thing but say which one
SIZES = frozenset({"small", "medium", "large", "adult"})
#: those of them who are people
PEOPLE = frozenset({"mother", "father", "grandparent", "sister", "brother"})
#: what French writes onto a word that begins with a vowel, once the apostrophe is gone
_ELIDED = re.compile(r"^(?:qu|[cdjlmnst])(?=[aeiouyh])")
_BARE = 4
#: the most words of one piece
_LONGEST = 6
#: texts and cuts that are kept in memory, of the one that is being read
_REMEMBERED = 256


#: kinds of whole phrases, which are looked for by name only: elsewhere their words are themselves
QUIET = frozenset(
    {
        "comes",
        "stays_away",
        "ailing",
        "unwell",
        "recovered",
        "found",
        "not_found",
        "receipt",
        "awaited",
        "adverse",
        "asks_busy",
        "is_free",
        "at_work",
        "forgot",
        "worsens",
        "asks_better",
        "asks_done",
        "promises",
        "thats_it",
        "not_it",
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text and every kind that it is; no kind: a word we do not know."""

    said: str
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """The small words of one language and of English, levelled. Each is itself only."""

    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ordinals: Mapping[str, int] = field(default_factory=dict)
    tens: Mapping[str, int] = field(default_factory=dict)
    unspaced: bool = False
    keeps_marks: bool = False  #: words differ by their marks alone
    arabic: bool = False
    cease_last: bool = False  #: "messages sending stop"
    elides: bool = False  #: "l'école" is one word here, as "l école" is
    exact: bool = False  #: a letter more or less makes another word: nothing is a slip
    #: piece -> its kinds
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    longest: int = 1  #: letters of the longest piece
    whole_signs: bool = False  #: no piece ends within a sign and its vowel, where words run together

    def level(self, text: str) -> str:
        """Write a text as the pieces are written."""
        return _levelled(text, self.keeps_marks)

    def bare(self, word: str) -> str:
        """Return a word without what Korean writes onto its end."""
        return next((word[: -len(end)] for end in _KOREAN_ENDS if word.endswith(end)), word)

    def joined(self, more: Mapping[str, Iterable[str]]) -> Grammar:
        """Return this with more pieces; a kind it has already is widened."""
        added = {kind: frozenset(filter(None, map(self.level, words))) for kind, words in more.items()}
        kinds = {**self.kinds}
        for kind, words in added.items():
            kinds[kind] = kinds.get(kind, frozenset()) | words
        return replace(self, kinds=kinds)._knowing(added)

    def of(self, kinds: Mapping[str, frozenset[str]]) -> Grammar:
        """Return this with these kinds and no others."""
        return replace(self, kinds=kinds, known={}, longest=1)._knowing(kinds)

    def _knowing(self, added: Mapping[str, frozenset[str]]) -> Grammar:
        """Return this with the pieces of more words among those that are known."""
        new = _by_piece(added, unspaced=self.unspaced)
        known = {
            **self.known,
            **{piece: self.known.get(piece, frozenset()) | its for piece, its in new.items()},
        }
        return replace(self, known=known, longest=max(self.longest, max(map(len, new), default=1)))

    def cut(self, text: str, only: frozenset[str] | None = None) -> list[Piece]:
        """Cut a text into pieces; `only` names the kinds that count."""
        return list(_cut(self, self.level(text), only))

    def written(self, pieces: Iterable[Piece]) -> str:
        """Write pieces as a text again."""
        return ("" if self.unspaced else " ").join(piece.said for piece in pieces)

    def without(self, text: str, *kinds: str) -> str:
        """Return a text without what is of one of these kinds."""
        return self.written(piece for piece in self.cut(text, frozenset(kinds)) if not piece.kinds)

    def holds(self, text: str, *kinds: str) -> bool:
        """Say whether a word of one of these kinds stands in a text."""
        return any(piece.kinds for piece in self.cut(text, frozenset(kinds)))

    def pieces(self, said: str, only: frozenset[str] | None) -> list[Piece]:
        """Cut a levelled text."""
        if self.unspaced:
            return _joined_unknown(self._letters("".join(said.split()), only))
        return self._words(said.split(), only)

    def _words(self, words: list[str], only: frozenset[str] | None) -> list[Piece]:
        pieces, at = [], 0
        while at < len(words):
            for length in range(min(_LONGEST, len(words) - at), 0, -1):
                run = " ".join(words[at : at + length])
                kinds = self._kinds_of(run, only)
                if kinds or length == 1:
                    pieces.append(Piece(run, kinds))
                    at += length
                    break
        return pieces

    def _letters(self, said: str, only: frozenset[str] | None) -> list[Piece]:
        pieces, at = [], 0
        while at < len(said):
            for length in range(min(self.longest, len(said) - at), 0, -1):
                run = said[at : at + length]
                within = self.whole_signs and _goes_on(said, at + length)
                kinds = frozenset[str]() if within else self._kinds_of(run, only)
                if kinds or length == 1:
                    pieces.append(Piece(run, kinds))
                    at += length
                    break
        return pieces

    def fronts(self, word: str) -> frozenset[str]:
        """Return a word, and without what Arabic writes onto its front."""
        if "\uac00" <= word[-1:] <= "\ud7a3":
            return frozenset({word, *(word[: -len(end)] for end in _KOREAN_ENDS if word.endswith(end))})
        if "\u0900" <= word[:1] <= "\u097f":
            ends = (end for end in _NEPALI_ENDS if word.endswith(end) and len(word) > len(end) + 1)
            return frozenset({word, *(word[: -len(end)] for end in ends)})
        if self.elides:
            whole = _ELIDED.sub("", word)
            return frozenset({word, whole} if len(whole) >= _BARE else {word})
        if not self.arabic:
            return frozenset({word})
        bare = {word[len(front) :] for front in _ARABIC_FRONT if word.startswith(front)}
        forms = {word, *(each for each in bare if len(each) > 2)}
        short = {each[:-1] for each in forms if each.endswith("ا") and len(each) >= _BARE}  # "عصراً"
        return frozenset(forms | short)

    def _kinds_of(self, run: str, only: frozenset[str] | None) -> frozenset[str]:
        kinds = self.known.get(run, frozenset())
        if not kinds and " " not in run:
            kinds = self._without_front(run) if self.arabic else self._without_end(run)
            kinds = self._unelided(run) if self.elides and not kinds else kinds
        if only is not None:
            return kinds & only
        return kinds if QUIET.isdisjoint(kinds) else kinds - QUIET

    def _without_end(self, word: str) -> frozenset[str]:
        """Leave off what Korean writes onto the end of a word."""
        if word[-1:] < "\uac00" or word[-1:] > "\ud7a3":
            return frozenset()
        ends = (end for end in _KOREAN_ENDS if word.endswith(end) and len(word) > len(end) + 1)
        return next((kinds for end in ends if (kinds := self.known.get(word[: -len(end)]))), frozenset())

    def _unelided(self, word: str) -> frozenset[str]:
        bare = _ELIDED.sub("", word)
        return self.known.get(bare, frozenset()) if len(bare) >= _BARE else frozenset()

    def _without_front(self, word: str) -> frozenset[str]:
        for front in _ARABIC_FRONT:
            if word.startswith(front) and len(word) - len(front) > 2 and word[len(front) :] in self.known:
                return self.known[word[len(front) :]]
        return frozenset()


def level_once(text: str, keeps_marks: bool) -> str:
    """Write a text as the pieces of a language are written."""
    said = _FIGURES.sub(r"\1 ", plain(text))
    return said if keeps_marks else unmarked(said)


_levelled = lru_cache(maxsize=_REMEMBERED)(level_once)


@lru_cache(maxsize=_REMEMBERED)
def _cut(small: Grammar, said: str, only: frozenset[str] | None) -> tuple[Piece, ...]:
    """Remember the last cuts: one text is looked at from many sides."""
    return tuple(small.pieces(said, only))


@cache
def grammar(tag: str) -> Grammar:
    """Return the small words of a language and of English; its own meaning of a word outranks the English."""
    unspaced, keeps_marks = tag in _UNSPACED, languages.language(tag).marks_matter
    made = Grammar(
        unspaced=unspaced, keeps_marks=keeps_marks, arabic=languages.language(tag).script == "Arab",
        cease_last=bool(languages.grammar(_SHARED.get(tag, tag)).get("cease_last")),
        elides=tag == "fr",
        exact=keeps_marks or bool(languages.grammar(_SHARED.get(tag, tag)).get("exact")),
    )  # fmt: skip
    own, english = _table(_SHARED.get(tag, tag), keeps_marks), _table("en", keeps_marks)
    taken = frozenset[str]().union(*own[0].values())
    kinds = {
        kind: own[0].get(kind, frozenset()) | (english[0].get(kind, frozenset()) - taken)
        for kind in {**own[0], **english[0]}
    }
    ordinals, tens = {**english[1], **own[1]}, {**english[2], **own[2]}
    return replace(made.of(kinds), ordinals=ordinals, tens=tens)


@cache
def answering(tag: str) -> Grammar:
    """Return the further small words of answers (locales/answers.toml), and their ordinals, of a language.

    English ones stand behind those of the language itself, and give way to every word that it has.
    """
    shared = _SHARED.get(tag, tag)
    made = grammar(tag)
    own, english = _answers(shared, made.keeps_marks), _answers("en", made.keeps_marks)
    taken = frozenset[str]().union(*own[0].values(), *_table(shared, made.keeps_marks)[0].values())
    kinds = {
        kind: own[0].get(kind, frozenset()) | (english[0].get(kind, frozenset()) - taken)
        for kind in {**own[0], **english[0]}
    }
    return replace(made, kinds=kinds, ordinals={**made.ordinals, **english[1], **own[1]})


@cache
def _answers(tag: str, keeps_marks: bool) -> tuple[Mapping[str, frozenset[str]], Mapping[str, int]]:
    """Return the kinds and the ordinals of locales/answers.toml; English is read once for all."""
    level = partial(level_once, keeps_marks=keeps_marks)
    written = languages.answer_words(tag)
    kinds = {
        kind: frozenset(filter(None, map(level, words.split(","))))
        for kind, words in written.items()
        if isinstance(words, str)
    }
    ordinals = {
        level(form): place
        for place, forms in enumerate(written.get("ordinals", ()), 1)
        for form in forms.split("|")
        if form
    }
    return kinds, ordinals


@cache
def own_words(tag: str) -> frozenset[str]:
    """Return the small words of a language itself, English ones left out; levelled."""
    shared, keeps_marks = _SHARED.get(tag, tag), languages.language(tag).marks_matter
    tables = (_table(shared, keeps_marks)[0], _answers(shared, keeps_marks)[0])
    return frozenset[str]().union(*(words for table in tables for words in table.values()))


def listed(tag: str, kind: str) -> Mapping[str, int]:
    """Return a list of answers.toml: word -> its place; "numbers" and "months" count from 1, days from 0."""
    rows = languages.answer_words(_SHARED.get(tag, tag)).get(kind, ())
    first = 1 if kind in {"numbers", "months"} else 0
    return {form: place for place, forms in enumerate(rows, first) for form in forms.split("|") if form}


@cache
def _table(
    tag: str, keeps_marks: bool
) -> tuple[Mapping[str, frozenset[str]], Mapping[str, int], Mapping[str, int]]:
    level = partial(level_once, keeps_marks=keeps_marks)
    written = languages.grammar(tag)
    kinds = {
        kind: frozenset(filter(None, map(level, words.split(","))))
        for kind, words in written.items()
        if isinstance(words, str) and kind != "tens"
    }
    ordinals = {
        level(form): place
        for place, forms in enumerate(written.get("ordinals", ()), 1)
        for form in forms.split("|")
    }
    tens = {
        level(word): int(value)
        for word, _, value in (each.partition(":") for each in written.get("tens", "").split(",") if each)
    }
    return kinds, ordinals, tens


def _by_piece(kinds: Mapping[str, frozenset[str]], *, unspaced: bool) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, words in kinds.items():
        for word in words:
            found.setdefault(word.replace(" ", "") if unspaced else word, set()).add(kind)
    return {word: frozenset(its) for word, its in found.items()}


def _goes_on(said: str, at: int) -> bool:
    """Say whether a vowel or tone sign stands here, which belongs to the letter before it."""
    return at < len(said) and unicodedata.category(said[at]) in {"Mn", "Mc"}


def _joined_unknown(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and not piece.kinds and not joined[-1].kinds:
            joined[-1] = Piece(joined[-1].said + piece.said)
        else:
            joined.append(piece)
    return joined
