"""What a text on a simulated phone means in English, where our own files know it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import locales
from bot import languages
from bot.demo.families import script

_BLANK = re.compile(r"\\\{(\w+)\\\}")


def gloss(text: str, tag: str, known: Mapping[str, str]) -> str | None:
    """Say a text in English: one `known` word for word, one of our own sentences, or one of the script's.

    A word that a sentence was filled with is looked up in `known` as well, and else stays as it is.
    """
    if tag == "en":
        return None
    found = known.get(text) or _scripted(tag).get(text)
    return found or _sentence(text, tag, known)


def _sentence(text: str, tag: str, known: Mapping[str, str]) -> str | None:
    for key, pattern in _patterns(tag):
        found = pattern.fullmatch(text)
        if found is not None:
            values = {name: known.get(value, value) for name, value in found.groupdict().items()}
            said = languages.phrase(key, "en", **values)
            return said.replace("in English", f"in {languages.language(tag).english}")
    return None


@cache
def _patterns(tag: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return our sentences of a language as patterns, those with the most words of their own first."""
    catalog = locales.catalog(tag)
    phrases = dict(catalog.phrases) if catalog else {}
    patterns = ((key, re.compile(_pattern(text), re.DOTALL)) for key, text in phrases.items())
    return tuple(sorted(patterns, key=lambda one: -len(one[1].pattern)))


def _pattern(text: str) -> str:
    seen: set[str] = set()

    def blank(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.+?)"

    return _BLANK.sub(blank, re.escape(text))


@cache
def _scripted(tag: str) -> Mapping[str, str]:
    """What the script's families write in this language, in English."""
    aside, english = script()["aside"].get(tag, {}), script()["aside"]["en"]
    said = {aside[key]: english[key] for key in english if key in aside}
    for entry in script()["needs"].get(tag, {}).get("families", ()):
        said[entry["words"]] = entry.get("again", entry)["staff"]
    for entry in script().get("unfinished", {}).values():
        if entry.get("language") == tag:
            said[entry["words"]] = entry["english"]
    return said
