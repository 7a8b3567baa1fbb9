"""Catalogs and facts per language, read once from the files beside this one.

These are the tables as they are written; `bot.languages` gives them meaning.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Any

from babel.messages.catalog import Catalog as Messages
from babel.messages.pofile import read_po

from locales.spreading import spread

#: a table of a TOML file begins
_BEGINS = re.compile(r"^\[([\w-]+)\]$", re.MULTILINE)
_REVIEW = re.compile(r'^"X-Review: (source|reviewed|unreviewed)\\n"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Homeloop's own sentences in one language."""

    review: str  #: "source" | "reviewed" | "unreviewed"
    phrases: Mapping[str, str]  #: key -> sentence; untranslated and fuzzy ones are absent


@cache
def registry() -> Mapping[str, Mapping[str, Any]]:
    """Return languages.toml: tag -> its table, with what its families write laid into it."""
    tables = tomllib.loads(_text("languages.toml"))
    return {tag: {**table, **_written(tag)} for tag, table in tables.items()}


def _written(tag: str) -> Mapping[str, Any]:
    """Return <tag>/words.toml; empty where nobody has listed anything."""
    if not (files(__name__) / tag / "words.toml").is_file():
        return {}
    return tomllib.loads(_text(f"{tag}/words.toml"))


@cache
def grammar(tag: str) -> Mapping[str, Any]:
    """Return a table of grammar.toml: the small words of that language by what they do."""
    return _table("grammar.toml", tag)


@cache
def answers(tag: str) -> Mapping[str, Any]:
    """Return a table of answers.toml: what families write in answers, beside the words of grammar.toml."""
    return _table("answers.toml", tag)


@cache
def danger(tag: str) -> Mapping[str, str]:
    """Return a table of danger.toml: phrases of danger in parts, and sayings that only look like danger."""
    return _table("danger.toml", tag)


@cache
def danger_ideas(tag: str) -> Mapping[str, str]:
    """Return a table of danger_ideas.toml: words of each idea that is danger, or is danger beside another."""
    return _table("danger_ideas.toml", tag)


def _table(name: str, tag: str) -> Mapping[str, Any]:
    """Return one table of a long file, its lists written out; nothing else of the file is parsed."""
    written = tomllib.loads(_tables(name).get(tag, ""))
    return {kind: spread(words) if isinstance(words, str) else words for kind, words in written.items()}


@cache
def _tables(name: str) -> Mapping[str, str]:
    """Cut a file where its tables begin."""
    _, *parts = _BEGINS.split(_text(name))
    return dict(zip(parts[::2], parts[1::2], strict=True))


@cache
def decisive() -> Mapping[str, Mapping[str, Any]]:
    """Return decisive.toml: tag -> the words on which the meaning of a sentence turns."""
    return tomllib.loads(_text("decisive.toml"))


@cache
def source() -> Mapping[str, str]:
    """Return bot.pot: key -> English sentence, in the file's order."""
    return {str(m.context): str(m.id) for m in _messages(_text("bot.pot")) if m.id}


@cache
def catalog(tag: str) -> Catalog | None:
    """Return <tag>/bot.po, or None where there is none."""
    if tag not in registry() or not (files(__name__) / tag / "bot.po").is_file():
        return None
    text = _text(f"{tag}/bot.po")
    found = _REVIEW.search(text)
    if found is None:
        raise ValueError(f"locales/{tag}/bot.po must say X-Review: source, reviewed or unreviewed.")
    said = {str(m.context): str(m.string) for m in _messages(text) if m.id and m.string and not m.fuzzy}
    return Catalog(found[1], said)


@cache
def console(tag: str) -> str | None:
    """Return <tag>/console.po as it is written, or None where there is none."""
    if tag not in registry() or not (files(__name__) / tag / "console.po").is_file():
        return None
    return _text(f"{tag}/console.po")


@cache
def notices(tag: str) -> Mapping[str, Mapping[str, str]]:
    """Return <tag>/notices.toml: name -> its table; empty where there is none."""
    if tag not in registry() or not (files(__name__) / tag / "notices.toml").is_file():
        return {}
    return tomllib.loads(_text(f"{tag}/notices.toml"))


def _text(name: str) -> str:
    return files(__name__).joinpath(*name.split("/")).read_text(encoding="utf-8")


def _messages(text: str) -> Messages:
    return read_po(StringIO(text), abort_invalid=True)
