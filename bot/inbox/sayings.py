"""What Homeloop's own sentences say, for staff who do not read the family's language.

A delivery keeps the text that went out, not the phrase it was made from. Every phrase is known in every
language, so the text is compared with the phrases of its language, and the English one takes its values.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import locales
from bot import languages
from bot.channels import segments

_PLACEHOLDER = re.compile(r"\\{(\w+)\\}")
#: phrases that are only pieces of others
_PIECES: Final = {"grade", "both_children", "yes", "no", "other", "when_today", "when_day"}


def in_english(text: str, tag: str, *, meaning: str | None = None) -> str | None:
    """Return what one of our own sentences says in English; None for a text that is none of them.

    Values stay as the family reads them; `meaning` takes the place of what we said we understood.
    """
    for key, pattern in _patterns(tag):
        found = pattern.fullmatch(segments.normalise(text))
        if found is not None:
            values = found.groupdict()
            if meaning and "meaning" in values:
                values["meaning"] = meaning
            return languages.phrase(key, languages.SOURCE, **values)
    return None


@cache
def _patterns(tag: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return the phrases of a language as patterns, the most telling first."""
    known = locales.catalog(tag)
    phrases = known.phrases if known else {}
    told = sorted(phrases.items(), key=lambda item: -len(re.sub(r"\{\w+\}", "", item[1])))
    return [(key, _pattern(text)) for key, text in told if key not in _PIECES]


def _pattern(text: str) -> re.Pattern[str]:
    """Let every placeholder take any words; one that comes twice takes the same ones."""
    seen: set[str] = set()

    def group(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.+?)"

    # a value that ends in a full stop loses it before one of the sentence's own
    return re.compile(_PLACEHOLDER.sub(group, re.escape(segments.normalise(text))), re.DOTALL)
