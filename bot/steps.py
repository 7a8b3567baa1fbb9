"""How far phones came through an inquiry of several questions: asked, answered, and left at each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col

from bot import small_cells
from bot.conversation import survey
from bot.conversation.ask import Ask
from bot.conversation.talk import Kind
from bot.inquiry import Cell, Step
from bot.messages import DeliveryState
from bot.small_cells import Seen
from bot.store.tables import Delivery, Handover, Reply

_TOLD = (DeliveryState.SENT, DeliveryState.DELIVERED)


def read(
    session: Session, number: int, series: Sequence[Ask], texts: Sequence[str | None]
) -> tuple[Step, ...]:
    """Count phones at every question, in two statements; `texts` are the questions in the staff's language.

    A late answer, or one that only those on call may read, is none.
    """
    said = sa.select(col(Reply.contact_point_id)).where(col(Reply.broadcast_id) == number, _readable())
    told = sa.select(func.count(sa.distinct(col(Delivery.contact_point_id)))).where(
        col(Delivery.broadcast_id) == number,
        col(Delivery.state).in_(_TOLD) | col(Delivery.contact_point_id).in_(said),
    )
    ways = {str(way): int(phones) for way, phones in session.connection().execute(_ways(number, series))}
    reached = session.connection().scalar(told) or 0
    return counted(series, [text or "" for text in texts], reached, ways)


def _ways(number: int, series: Sequence[Ask]) -> Any:
    """Select what phones have answered, as `counted` reads it, and how many phones each."""
    numbers = range(1, len(series) + 1)
    question, value = col(Reply.question), col(Reply.value)
    skips = [place for place in numbers if series[place - 1].skips]
    in_words = [place for place in numbers if series[place - 1].kind == Kind.OWN_WORDS]
    newest = func.row_number().over(
        partition_by=(col(Reply.contact_point_id), question),
        order_by=(col(Reply.changed_at).desc(), col(Reply.id).desc()),
    )
    said = sa.case((question.in_(skips), func.coalesce(value, "")), else_="")
    every = (
        sa.select(
            col(Reply.contact_point_id),
            (sa.cast(question, sa.String) + ":" + said).label("said"),
            newest.label("place"),
        )
        .where(
            col(Reply.broadcast_id) == number,
            col(Reply.late).is_(False),
            value.is_not(None) | question.in_(in_words),
            _readable(),
        )
        .order_by(col(Reply.contact_point_id), question)
        .subquery("every")
    )
    phones = (
        sa.select(func.aggregate_strings(every.c.said, ";").label("way"))
        .where(every.c.place == 1)
        .group_by(every.c.contact_point_id)
        .subquery("phones")
    )
    return sa.select(phones.c.way, func.count()).group_by(phones.c.way)


def _readable() -> ColumnElement[bool]:
    return col(Reply.id).not_in(_restricted(col(Handover.reply_id))) & col(Reply.inbound_id).not_in(
        _restricted(col(Handover.inbound_id))
    )


def _restricted(column: Any) -> Any:
    return sa.select(column).where(col(Handover.restricted), column.is_not(None))


def counted(
    series: Sequence[Ask], texts: Sequence[str], told: int, ways: Mapping[str, int]
) -> tuple[Step, ...]:
    """Return how far phones came through an inquiry of several questions.

    `told` counts the phones that the first question reached; `ways` counts phones by what they answered,
    as "1:no;3:". Where few chose an answer that skips, all numbers behind it would tell how many: they are
    hidden.
    """
    put, answered, chosen = Counter({1: told}), Counter[int](), Counter[tuple[int, str]]()
    for profile, phones in ways.items():
        given = _given(profile)
        for number in survey.way([one.skips for one in series], given):
            put[number] += phones if number > 1 else 0
            answered[number] += phones if number in given else 0
            chosen[number, given.get(number, "")] += phones
    hidden, found = False, []
    for number, (one, text) in enumerate(zip(series, texts, strict=True), 1):
        seen = Seen.COVERED if hidden else Seen.SHOWN
        found.append(Step(number, text, Cell(put[number], seen), Cell(answered[number], seen)))
        numbers = [chosen[number, value] for value in one.values]
        hidden |= bool(one.skips) and set(small_cells.protected_line(numbers)) != {Seen.SHOWN}
    return tuple(found)


def _given(profile: str) -> dict[int, str]:
    parts = (part.partition(":") for part in profile.split(";") if part)
    return {int(number): value for number, _, value in parts}
