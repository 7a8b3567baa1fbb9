"""Asking engines what a family's words mean, and how that is said to the family; nothing is kept here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import TranslationFailed
from bot.ports import Translator
from bot.translation import pipeline
from bot.translation.pipeline import PIVOT, Loss, Understood


async def read(
    words: str, tags: Sequence[str], staff: str, first: Translator, second: Translator | None = None
) -> Understood | Loss:
    """Return what the words mean, in both languages, or why no engine may say so.

    `tags`: the family's language, then others that it has written in; `staff`: the staff's. `second` turns
    the meaning back, where there is one. Engines see nothing that keeps to the house.
    """
    tag = tags[0]
    loss = pipeline.keeps_to_the_house(words, tags)
    if loss is not None:
        return loss
    try:
        return await _through_english(words, tag, staff, _trusted(first), _trusted(second or first))
    except TranslationFailed:
        return Loss.ENGINE


async def _through_english(
    words: str, tag: str, staff: str, first: Translator, second: Translator
) -> Understood | Loss:
    meaning = await first.translate(words, tag, PIVOT)
    loss = pipeline.lost_to_english(words, tag, meaning)
    if loss is not None:
        return loss
    yours = pipeline.second_person(meaning)
    if yours is None:
        return Loss.PERSONS
    back = await second.translate(yours, PIVOT, tag)
    loss = pipeline.lost_coming_back(words, tag, yours, back)
    if loss is not None:
        return loss
    meaning = meaning if staff == PIVOT else await first.translate(meaning, PIVOT, staff)
    return Understood(pipeline.told(back, tag), meaning)


def _trusted(engine: Translator) -> Translator:
    """Refuse a public page, whatever the settings say. Raises `TranslationFailed`."""
    if getattr(engine, "scraped", True):
        raise TranslationFailed("A public page is never given families' words: ask a liaison.")
    return engine
