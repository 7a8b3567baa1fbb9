"""What a broadcast asks one family: its question, or the several of an inquiry, as the talk keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot import calendar, languages
from bot.conversation.ask import Ask
from bot.conversation.talk import Kind, Question
from bot.rosters.values import grade_order
from bot.store.tables import Broadcast, Child, PersonChild, PersonContactPoint, Rendering


@dataclass(frozen=True, slots=True)
class Family:
    """Whom a question is put to."""

    contact_id: int
    speaks: str  #: the language in which our own sentences are said to them
    zone: ZoneInfo  #: the school's


def question(
    session: Session, family: Family, rendering: Rendering, broadcast: Broadcast, number: int = 1
) -> Question:
    """Return what a rendering asks this family; of an inquiry of several the question of that number.

    A number beyond the last gives the last.
    """
    ask, worded = Ask.from_json(broadcast.question or {}), rendering.asks or {}
    grades = _grades(session, family.contact_id) if ask.per_child else ()
    more = worded.get("more", ())
    if not more:
        return _one(family, broadcast, ask, worded, grades)
    series = tuple(
        replace(_one(family, broadcast, one, words, grades), number=place)
        for place, (one, words) in enumerate(zip(ask.series, (worded, *more), strict=True), 1)
    )
    return replace(series[min(number, len(series)) - 1], series=series)


def _one(
    family: Family, broadcast: Broadcast, ask: Ask, worded: Mapping[str, Any], grades: tuple[str, ...]
) -> Question:
    decided_on = (broadcast.closing or {}).get("decided_on")
    decided = date.fromisoformat(decided_on) if decided_on else None
    return Question(
        broadcast_id=broadcast.id or 0,
        kind=Kind(ask.kind),
        topic=worded.get("topic", ""),
        choices=tuple(worded.get("choices", ())),
        staff_choices=tuple(worded.get("staff_choices", ())),
        asked=worded.get("asked"),
        low=ask.low,
        high=ask.high,
        grades=_for_whom(grades, family.speaks),
        staff_grades=_for_whom(grades, "en"),
        decided_on=decided,
        closes_at=calendar.end_of(decided, family.zone) if decided else None,
        put=worded.get("put", ""),
        skips=ask.skips,
    )


def _grades(session: Session, contact_id: int) -> tuple[str, ...]:
    """Return the grades of the children behind a phone, in a school's order."""
    rows = session.exec(
        select(Child.grade)
        .join(PersonChild, col(PersonChild.child_id) == Child.id)
        .join(PersonContactPoint, col(PersonContactPoint.person_id) == PersonChild.person_id)
        .where(col(PersonContactPoint.contact_point_id) == contact_id, col(Child.grade).is_not(None))
        .distinct()
    )
    return tuple(sorted((grade for grade in rows if grade), key=grade_order))


def _for_whom(grades: tuple[str, ...], tag: str) -> tuple[str, ...]:
    """Offer grades, and all of them, where a menu has room for them (rule 17)."""
    if not 2 <= len(grades) <= 5:
        return ()
    return (
        *(languages.phrase("grade", tag, grade=grade) for grade in grades),
        languages.phrase("both_children", tag),
    )
