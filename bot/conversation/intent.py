"""What a text is about, whatever is open: danger, STOP, who are you, thanks, a question.

Words are data: a `Lexicon` holds those of the family's language and of English, because every such
word is understood in both (docs/dialogue.md, rules 16 and 18).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from bot import languages

#: (kind, language tag) -> words and phrases as people write them
Words: TypeAlias = Callable[[str, str], Iterable[str]]

QUESTION_MARKS = "?؟？"
_APOSTROPHES = str.maketrans("", "", "'’‘ʼʻ`´\u0640\ufe0e\ufe0f\u20e3\u200d\u200c")
_ARABIC_MARKS = re.compile("[\u064b-\u0655\u0670]")
_CLAUSE = re.compile(r"[.,;:!\n¡¿。，、；！–—]+|\s-\s")
_TAPBACK = re.compile(
    r"^\W*(liked|loved|disliked|laughed at|emphasized|questioned|reacted|le gustó|removed an?)\b.*[“\"«]",
    re.IGNORECASE | re.DOTALL,
)
_THUMBS = dict.fromkeys("\U0001f44d\u2705\u2714\u2611\U0001f44c", "yes") | dict.fromkeys(
    "\U0001f44e\u274c\u2716\U0001f6ab", "no"
)
#: words around a free sentence that change nothing about it
_FILLERS = frozenset(
    {"now", "anymore", "again", "ever", "i", "want", "to", "you", "please", "ya", "por", "favor"}
)
#: a free sentence has so many words at least, or letters in a script without spaces
_SENTENCE_WORDS, _SENTENCE_LETTERS = 3, 5


def plain(text: str) -> str:
    """Reduce a text to its words: NFKC, case folded, digits of any script as 0-9, no marks or emoji."""
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    text = _ARABIC_MARKS.sub("", text)
    return " ".join("".join(_kept(letter) for letter in text).split())


def _kept(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    return letter if unicodedata.category(letter)[0] in "LMN" else " "


def unmarked(text: str) -> str:
    """Leave the accents of Latin letters off a plain text; other scripts keep their marks."""
    letters = []
    for letter in text.replace("đ", "d").replace("ł", "l"):
        apart = unicodedata.normalize("NFD", letter)
        letters.append(apart[0] if apart[0].isascii() else letter)
    return "".join(letters)


def thumb(text: str) -> str | None:
    """Return "yes" or "no" for a text of thumbs, ticks or crosses alone."""
    signs = {_THUMBS[letter] for letter in text if letter in _THUMBS}
    return signs.pop() if len(signs) == 1 and not plain(text) else None


#: the lists of bot.languages that a lexicon holds, for the family's language and for English
KINDS = (
    "danger", "stop", "start", "help", "wrong_number", "who", "person", "unclear",
    "yes", "no", "ok", "verb_yes", "verb_no", "verb_cannot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one family's language and of English, made plain. Whole messages, but for danger."""

    tag: str
    danger: frozenset[str] = frozenset()  #: found anywhere (rule 19)
    delicate: frozenset[str] = frozenset()  #: found anywhere; never read back (rule 8, ii)
    stop: frozenset[str] = frozenset()
    start: frozenset[str] = frozenset()
    help: frozenset[str] = frozenset()
    wrong_number: frozenset[str] = frozenset()
    who: frozenset[str] = frozenset()
    person: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()  #: "I don't understand"
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    ok: frozenset[str] = frozenset()  #: a yes where a yes is asked for, else thanks
    #: thanks, greetings, "ok", longest first: what gets no answer
    courtesy: tuple[str, ...] = ()
    verb_yes: frozenset[str] = frozenset()  #: made from the question's {verb} (rule 5)
    verb_no: frozenset[str] = frozenset()
    verb_cannot: frozenset[str] = frozenset()
    numbers: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  #: "espanol" -> "es"
    #: Vietnamese: "dung" is both "stop" and "right", so a word without its marks is asked about
    marks_matter: bool = False


@cache
def lexicon(tag: str) -> Lexicon:
    """Return the words of a language of the registry. Raises `LanguageError` for another tag."""
    tags = tuple(dict.fromkeys(("en", tag)))
    kinds = {kind: _gather(languages.words, kind, tags) for kind in KINDS}
    polite = (_gather(languages.words, kind, tags) for kind in ("thanks", "greetings", "ok"))
    courtesy = frozenset[str]().union(*polite)
    return Lexicon(
        tag,
        **kinds,
        courtesy=tuple(sorted(courtesy, key=len, reverse=True)),
        delicate=_gather(languages.words, "sensitive", tags),
        numbers={plain(word): n for each in tags for word, n in languages.number_words(each).items()},
        names=_names(tags),
        marks_matter=languages.language(tag).marks_matter,
    )


def _names(tags: Iterable[str]) -> Mapping[str, str]:
    """Map names to tags; never the tags themselves, which are words of other languages ("so", "hi")."""
    names: dict[str, str] = {}
    for each in languages.all_languages():
        names |= dict.fromkeys((plain(each.english), plain(each.spanish), plain(each.autonym)), each.tag)
    for tag in tags:
        names |= {plain(name): other for name, other in languages.language_names(tag).items()}
    return names | {unmarked(name): tag for name, tag in names.items()}


def _gather(words: Words, kind: str, tags: Iterable[str]) -> frozenset[str]:
    written = (word.replace("{verb}", "verb") for tag in tags for word in words(kind, tag))
    return frozenset(filter(None, (plain(word) + ("*" if word.endswith("*") else "") for word in written)))


def is_danger(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text touches the danger list (rule 19); tuned to miss nothing."""
    return mentions(text, lexicon.danger)


def is_delicate(text: str, lexicon: Lexicon) -> bool:
    """Say whether a person should read it instead of a read-back going out (rule 8, ii)."""
    return mentions(text, lexicon.delicate)


def mentions(text: str, phrases: frozenset[str]) -> bool:
    """Say whether any phrase occurs: between word limits in Latin letters, anywhere in other scripts."""
    spaced = f" {unmarked(plain(text))} "
    return any(wanted in spaced for wanted in _looked_for(phrases))


@cache
def _looked_for(phrases: frozenset[str]) -> tuple[str, ...]:
    return tuple(_limited(unmarked(phrase.rstrip("*")), phrase.endswith("*")) for phrase in phrases)


def _limited(phrase: str, open_ended: bool) -> str:
    return phrase if not phrase.isascii() else f" {phrase}" + " " * (not open_ended)


def is_stop(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text asks us to stop (rule 16).

    A word counts only when it is the whole message; "no" never does; accents must be there where
    they change the meaning. A free sentence may also be one clause of a text that asks nothing.
    """
    if _is_one_of(text, lexicon.stop, lexicon):
        return True
    if has_question_mark(text):
        return False
    return any(_is_sentence(clause, lexicon) for clause in _CLAUSE.split(text))


def has_stop_clause(text: str, lexicon: Lexicon) -> bool:
    """Say whether one clause of a text is a STOP: honoured within a danger text as well (rule 19)."""
    return any(is_stop(clause, lexicon) for clause in (text, *_CLAUSE.split(text)) if plain(clause))


def _is_sentence(clause: str, lexicon: Lexicon) -> bool:
    kept = [word for word in without_courtesy(clause, lexicon).split() if word not in _FILLERS]
    bare = " ".join(kept)
    one_run = len(kept) == 1 and not unmarked(bare).isascii()
    long_enough = len(kept) >= _SENTENCE_WORDS or (one_run and len(bare) >= _SENTENCE_LETTERS)
    return long_enough and bare in _without_fillers(lexicon.stop)


@cache
def _without_fillers(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(" ".join(w for w in phrase.split() if w not in _FILLERS) for phrase in phrases)


def is_start(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask to be written to again: an explicit word only, never "yes"."""
    return _is_one_of(text, lexicon.start, lexicon)


def is_help(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask for HELP."""
    return _is_one_of(text, lexicon.help, lexicon)


def is_wrong_number(text: str, lexicon: Lexicon) -> bool:
    """Say whether a stranger tells us, in one clause, that this phone is not a family's."""
    if has_question_mark(text):
        return False
    clauses = [clause for clause in _CLAUSE.split(text) if plain(clause)]
    return any(_is_one_of(clause, lexicon.wrong_number, lexicon) for clause in (text, *clauses))


def asks_who(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask who we are."""
    return _is_one_of(text, lexicon.who, lexicon)


def wants_person(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask for a person in words."""
    return _is_one_of(text, lexicon.person, lexicon)


def language_named(text: str, lexicon: Lexicon) -> str | None:
    """Return the tag when the whole message is the name of a language."""
    bare = without_courtesy(text, lexicon)
    return lexicon.names.get(bare) or lexicon.names.get(unmarked(bare))


def is_chatter(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text is thanks, a greeting, emoji or a tapback, which get no answer (rule 8, iv)."""
    if has_question_mark(text):
        return False
    return bool(_TAPBACK.match(text)) or not _without(plain(text), lexicon.courtesy)


def is_unclear(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text is a lone question mark or says "I don't understand" (rule 2)."""
    bare = "".join(text.split())
    lone_mark = bool(bare) and all(letter in QUESTION_MARKS for letter in bare)
    return lone_mark or _is_one_of(text, lexicon.unclear, lexicon)


def has_question_mark(text: str) -> bool:
    """Say whether a text asks something."""
    return any(mark in text for mark in QUESTION_MARKS)


def is_without_marks(text: str, lexicon: Lexicon) -> bool:
    """Say whether a word lacks the marks that tell STOP and "right" apart."""
    word = plain(text)
    if not lexicon.marks_matter or word in lexicon.yes | lexicon.no | lexicon.stop:
        return False
    return unmarked(word) == word and word in _unmarked(lexicon.stop)


def without_courtesy(text: str, lexicon: Lexicon) -> str:
    """Return the plain text without thanks and greetings; the whole of it if nothing else is there."""
    whole = plain(text)
    return whole if whole in lexicon.stop else _without(whole, lexicon.courtesy) or whole


def _without(whole: str, phrases: tuple[str, ...]) -> str:
    rest = f" {whole} "
    for phrase in phrases:
        while f" {phrase} " in rest:
            rest = rest.replace(f" {phrase} ", " ")
    return rest.strip()


def _is_one_of(text: str, phrases: frozenset[str], lexicon: Lexicon) -> bool:
    whole, bare = plain(text), without_courtesy(text, lexicon)
    if whole in phrases or bare in phrases:
        return True
    return not lexicon.marks_matter and unmarked(bare) in _unmarked(phrases)


@cache
def _unmarked(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(unmarked(phrase) for phrase in phrases)
