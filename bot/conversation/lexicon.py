"""The words of one family's language, and of English beside it, made plain for matching.

Words are data (locales/<tag>/words.toml, locales/grammar.toml): every such word is understood in the
home language and in English (docs/dialogue.md, rules 16 and 18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeAlias

from bot import languages
from bot.conversation import grammar as small_words
from bot.conversation.grammar import Grammar, grammar
from bot.conversation.letters import plain, unmarked

#: (kind, language tag) -> words and phrases as people write them
Words: TypeAlias = Callable[[str, str], Iterable[str]]

#: the lists of bot.languages that a lexicon holds, for the family's language and for English
KINDS = (
    "danger", "stop", "start", "help", "wrong_number", "who", "person", "unclear",
    "yes", "no", "ok", "verb_yes", "verb_no", "verb_cannot",
)  # fmt: skip

#: the small words of grammar.toml that answers are read with; what a STOP is made from only cuts them apart
ANSWERING = frozenset(
    {"not", "but", "or", "and", "except", "because", "hedge", "agree", "refuse", "fine", "filler", "option",
     "all", "none", "zero", "around", "want", "problem", "week", "limit", "only", "morning", "afternoon",
     "evening", "another", "this_week", "courtesy", "yes", "ok", "no", "counter", "asks"}
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
    #: the small words, and what a STOP is put together from
    grammar: Grammar = field(default_factory=Grammar)


#: the English no that every language understands
_NO = frozenset({"no", "nope"})


@cache
def lexicon(tag: str) -> Lexicon:
    """Return the words of a language of the registry. Raises `LanguageError` for another tag."""
    tags = tuple(dict.fromkeys(("en", tag)))
    kinds = {kind: gather(languages.words, kind, tags) for kind in KINDS}
    polite = (gather(languages.words, kind, tags) for kind in ("thanks", "greetings", "ok"))
    courtesy = frozenset[str]().union(*polite)
    small = grammar(tag)
    ambiguous = small.kinds.get("ambiguous", frozenset())
    for kind in ("no", "yes", "ok"):
        kinds[kind] -= ambiguous
    for kind in ("wrong_number", "who", "person", "unclear"):
        kinds[kind] -= kinds["no"] | kinds["yes"]  # a plain yes or no is nothing else
    numbers = {plain(word): n for each in tags for word, n in languages.number_words(each).items()}
    marks_matter = languages.language(tag).marks_matter
    if marks_matter:  # "nop" is no English "nope" there
        kinds["no"] -= gather(languages.words, "no", ("en",)) - gather(languages.words, "no", (tag,)) - _NO
    names = {name: other for name, other in _names(tags).items() if name not in kinds["no"] | kinds["yes"]}
    small = small.joined(
        {"yes": kinds["yes"], "ok": kinds["ok"], "no": kinds["no"], "courtesy": courtesy, "tongue": names}
        | {f"{kind}_said": kinds[kind] for kind in ("person", "who", "wrong_number", "unclear", "stop")}
    )
    return Lexicon(
        tag,
        **kinds,
        courtesy=tuple(sorted(courtesy, key=len, reverse=True)),
        delicate=gather(languages.words, "sensitive", tags),
        numbers={small.level(word): n for word, n in numbers.items()} | {**small.tens, **numbers},
        names=names,
        marks_matter=marks_matter,
        grammar=small,
    )


@cache
def answering(tag: str) -> Lexicon:
    """Return the lexicon of a language with the further words that only answers are read with."""
    own = lexicon(tag)
    more = small_words.answering(tag)
    kinds = {kind: words for kind, words in own.grammar.kinds.items() if kind in ANSWERING}
    states = more.kinds.get("agree", frozenset()) - kinds.get("agree", frozenset())
    joined = replace(own.grammar.of(kinds), whole_signs=True).joined({**more.kinds, "states": states})
    small = replace(joined.joined(_but_no(joined)), ordinals={**own.grammar.ordinals, **more.ordinals})
    listed = {**small_words.listed("en", "numbers"), **small_words.listed(tag, "numbers")}
    numbers = {form: n for word, n in listed.items() for form in (plain(word), small.level(word))}
    numbers = {**numbers, **own.numbers}
    bare = {unmarked(word): n for word, n in numbers.items() if own.marks_matter and " " in word}
    return replace(own, grammar=small, numbers={**bare, **numbers})  # "hai muoi lam"


def _but_no(small: Grammar) -> Mapping[str, Iterable[str]]:
    """A refusal that begins with a "but" is one too: "yes, but I can't on Tuesday" is a yes all the same."""
    but = small.kinds.get("but", frozenset())
    refusals = (said.split() for said in small.kinds.get("refuse", ()))
    return {"but": [" ".join(said) for said in refusals if len(said) > 1 and said[0] in but]}


def _names(tags: Iterable[str]) -> Mapping[str, str]:
    """Map names to tags; never the tags themselves, which are words of other languages ("so", "hi")."""
    names: dict[str, str] = {}
    for each in languages.all_languages():
        names |= dict.fromkeys((plain(each.english), plain(each.spanish), plain(each.autonym)), each.tag)
    for tag in tags:
        names |= {plain(name): other for name, other in languages.language_names(tag).items()}
    return names | {unmarked(name): tag for name, tag in names.items()}


def gather(words: Words, kind: str, tags: Iterable[str]) -> frozenset[str]:
    """Return one list of several languages, made plain; a final * and {verb} stay."""
    written = (word.replace("{verb}", "verb") for tag in tags for word in words(kind, tag))
    return frozenset(filter(None, (plain(word) + ("*" if word.endswith("*") else "") for word in written)))
