"""Ready notices with their blanks filled in, language by language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from bot import languages
from bot.broadcasts.when import clock_of, day_of
from bot.settings import Settings
from bot.store.tables import TranslationState

PROVENANCE: Final = "notice:"  #: begins the provenance of a text that is a notice, word for word
UNREAD: Final = " (no native reader yet)"  #: behind the provenance of an unreviewed notice

_OURS: Final = frozenset({"school", "phone"})  #: blanks that the settings fill


@dataclass(frozen=True, slots=True)
class Blank:
    """Something that a notice wants to be told."""

    name: str
    kind: str  #: "day" | "time" | "text"


@dataclass(frozen=True, slots=True)
class Filled:
    """A notice in one language."""

    text: str
    provenance: str
    state: TranslationState


@cache
def known() -> Mapping[str, languages.Notice]:
    """Return every notice by name."""
    return {one.name: one for one in languages.notices()}


def blanks(name: str) -> tuple[Blank, ...]:
    """Return what has to be typed for a notice, a day first."""
    notice = known().get(name)
    wanted = sorted(notice.placeholders - _OURS) if notice else []
    kinds = {"day": "day", "time": "time"}
    return tuple(
        sorted((Blank(one, kinds.get(one, "text")) for one in wanted), key=lambda one: one.kind != "day")
    )


def unfilled(name: str, values: Mapping[str, str]) -> tuple[Blank, ...]:
    """Return the blanks that still have no value, or one that is none."""
    return tuple(one for one in blanks(name) if not _good(one, values.get(one.name, "")))


def filled(name: str, values: Mapping[str, str], settings: Settings, today: date) -> dict[str, Filled]:
    """Fill a notice in every language that has it; nothing while a blank is empty.

    `today` is the day on which families read it: days near it are named without their month (rule 20).
    """
    notice = known().get(name)
    if notice is None or unfilled(name, values):
        return {}
    return {tag: _filled(notice, tag, values, settings, today) for tag in notice.languages}


def _filled(
    notice: languages.Notice, tag: str, values: Mapping[str, str], settings: Settings, today: date
) -> Filled:
    said = {one.name: _said(one, values[one.name], tag, today) for one in blanks(notice.name)}
    ours = {"school": settings.school.name, "phone": settings.school.phone}
    text = languages.notice_text(notice.name, tag, **said, **ours)
    read = languages.notice_review(notice.name, tag) is not languages.Review.UNREVIEWED
    may_go = read or settings.unreviewed.get(tag, False)
    return Filled(
        text,
        f"{PROVENANCE}{notice.name}" + ("" if read else UNREAD),
        TranslationState.REVIEWED if may_go else TranslationState.MACHINE,
    )


def _good(blank: Blank, value: str) -> bool:
    match blank.kind:
        case "day":
            return day_of(value) is not None
        case "time":
            return clock_of(value) is not None
        case _:
            return bool(value.strip())


def _said(blank: Blank, value: str, tag: str, today: date) -> str:
    if blank.kind == "day" and (day := day_of(value)):
        return languages.family_date(day, tag, today=today)
    if blank.kind == "time" and (clock := clock_of(value)):
        return languages.family_time(clock, tag)
    return value.strip()
