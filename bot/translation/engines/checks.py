"""What is asked of every draft before it is used: a text, in another language, with its facts intact."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import TranslationFailed
from bot.languages import Language, Tier, language

_PLACEHOLDER = re.compile(r"\{\w+\}")
_LINK = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\b[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two languages, with the codes one engine has for them."""

    source: Language
    target: Language
    source_code: str
    target_code: str


def pair(engine: str, name: str, source: str, target: str) -> Pair:
    """Look up what `engine` calls two languages. Raises `TranslationFailed` if it may not translate them."""
    between = language(source), language(target)
    for one in between:
        if one.tier is Tier.HUMAN_ONLY:
            raise TranslationFailed(
                f"{one.english} is translated by people only: ask a liaison for this text."
            )
        if one.code(engine) is None:
            raise TranslationFailed(
                f"{name} does not offer {one.english}: type the translation in, or ask a liaison for it."
            )
    if source == target:
        raise TranslationFailed(f"The text is in {between[0].english} already: nothing to translate.")
    return Pair(*between, between[0].code(engine) or "", between[1].code(engine) or "")


def has_words(text: str) -> bool:
    """Say whether anything in a text can be translated: "911" and "7:10" stay as they are."""
    return any(letter.isalpha() for letter in _LINK.sub("", text))


def fits(text: str, limit: int, name: str) -> None:
    """Raise `TranslationFailed` if a text has more than `limit` characters."""
    if len(text) > limit:
        raise TranslationFailed(
            f"{name} takes at most {limit} characters at a time and this text has {len(text)}: shorten it."
        )


def usable(source: str, draft: object, name: str, target: Language) -> str:
    """Return the draft, trimmed and with plain spaces. Raises `TranslationFailed` saying what is wrong."""
    into = f"{name} gave"
    if not isinstance(draft, str) or not draft.strip():
        raise TranslationFailed(f"{into} no {target.english} text: try again later, or type it in.")
    text = draft.translate(_SPACES).strip()
    if _levelled(text) == _levelled(source):
        raise TranslationFailed(f"{into} the text back untranslated into {target.english}: type it in.")
    lost = missing(source, text)
    if lost:
        raise TranslationFailed(
            f"{into} {target.english} in which {', '.join(lost)} got lost or changed: type the text in."
        )
    return text


def missing(source: str, draft: str) -> list[str]:
    """List the placeholders, links and numbers of `source` that `draft` does not have as often."""
    lost = [*_fewer(_PLACEHOLDER.findall(source), draft), *_fewer(_links(source), draft)]
    numbers = Counter(_numbers(source))
    numbers.subtract(_numbers(draft))
    return lost + [number for number, short in numbers.items() if short > 0]


def _fewer(wanted: Iterable[str], draft: str) -> list[str]:
    return [part for part, count in Counter(wanted).items() if draft.count(part) < count]


def _links(text: str) -> list[str]:
    return [found.rstrip(".,;:!?)»”") for found in _LINK.findall(text)]


def _numbers(text: str) -> list[str]:
    """Return runs of digits of any script, as Western ones."""
    western = "".join(str(unicodedata.decimal(c, c)) for c in text)
    return re.findall(r"[0-9]+", western)


def _levelled(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
