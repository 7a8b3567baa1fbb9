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
def grammar() -> Mapping[str, Mapping[str, Any]]:
    """Return grammar.toml: tag -> the small words of that language by what they do."""
    return tomllib.loads(_text("grammar.toml"))


@cache
def answers(tag: str) -> Mapping[str, Any]:
    """Return a table of answers.toml: what families write in answers, beside the words of grammar.toml.

    The file is long, so that only the table that is asked for is read.
    """
    head, _, rest = _answers().partition(f"\n[{tag}]\n")
    table: Mapping[str, Any] = tomllib.loads(rest.partition("\n[")[0]) if head != _answers() else {}
    return table


@cache
def _answers() -> str:
    return _text("answers.toml")


@cache
def danger() -> Mapping[str, Mapping[str, str]]:
    """Return danger.toml: tag -> phrases of danger in parts, and sayings that only look like danger."""
    return tomllib.loads(_text("danger.toml"))


@cache
def danger_ideas() -> Mapping[str, Mapping[str, str]]:
    """Return danger_ideas.toml: tag -> words of each idea that is danger, or is danger beside another."""
    return tomllib.loads(_text("danger_ideas.toml"))


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
