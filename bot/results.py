"""What an inquiry has brought in, read from the database in a few statements however many the rows.

What is counted stands in `bot.inquiry`, how in `bot.tally`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import CTE, ColumnElement, func
from sqlmodel import Session, col

from bot import steps, tally
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.inquiry import Listed, Listing, Results, Span, Words, WordsPage
from bot.messages import DeliveryState, ReplyState
from bot.small_cells import Seen
from bot.store import tables
from bot.store.tables import (
    EPOCH,
    Broadcast,
    BroadcastState,
    Delivery,
    GroupKind,
    Handover,
    Membership,
    Occurrence,
    Person,
    PersonContactPoint,
    Reply,
    Schedule,
    Translation,
)
from bot.tally import Count, Group, Part, Tally

PAGE: Final = 25  #: rows of a list

_TOLD = (DeliveryState.SENT, DeliveryState.DELIVERED)
_NOBODY: Final = 1 << 40  #: sets phones without a person apart from people without a household
_HALF_HOUR: Final = 1_800_000_000  #: microseconds; every zone's midnight is at the edge of one


def inquiries(session: Session, before: int | None = None) -> Listing:
    """List what has been asked, the newest first."""
    released = (
        sa.select(col(Schedule.broadcast_id), col(Occurrence.released_at), col(Occurrence.deliveries))
        .join(Occurrence, col(Occurrence.schedule_id) == col(Schedule.id))
        .subquery("released")
    )
    number = col(Broadcast.id)
    came = sa.select(func.count()).select_from(Reply).where(col(Reply.broadcast_id) == number)
    rows = (
        sa.select(
            number,
            col(Broadcast.title),
            col(Broadcast.state),
            func.max(released.c.released_at).label("released_at"),
            func.sum(released.c.deliveries).label("texts"),
            came.scalar_subquery().label("replies"),
        )
        .join(released, released.c.broadcast_id == number)
        .where(col(Broadcast.question).is_not(None), _before(number, before))
        .group_by(number)
        .order_by(number.desc())
        .limit(PAGE + 1)
    )
    hidden = _restricted_replies(session)
    found = [_listed(one, hidden) for one in session.connection().execute(rows)]
    return Listing(tuple(found[:PAGE]), found[PAGE - 1].number if len(found) > PAGE else None)


def _listed(row: Any, hidden: Mapping[int, int]) -> Listed:
    return Listed(
        number=row.id,
        title=row.title,
        state=row.state,
        released_at=row.released_at,
        texts=row.texts,
        replies=row.replies - hidden.get(row.id, 0),
    )


def results(session: Session, number: int, zone: ZoneInfo, question: int = 1) -> Results:
    """Count what an inquiry has brought in, small counts and all (`Results.without_small`).

    Families are those of the whole inquiry, answers and replies those of one question. Raises
    `BroadcastError` for a broadcast that does not exist, is a draft, asked nothing or not so much.
    """
    broadcast = _inquiry(session, number)
    series = Ask.from_json(broadcast.question or {}).series
    if not 1 <= question <= len(series):
        raise BroadcastError(f"“{broadcast.title}” has no question {question}: it has {len(series)}.")
    ask = series[question - 1]
    texts = _asked_texts(session, broadcast, len(series))
    options = tally.choices(ask)
    counted = _tally(session, number, question)
    came = _came(session, number, question, zone)
    lines = tally.lines(counted, options)
    ranges = tally.ranges(counted) if not options else ()
    shown = {(line.kind, line.key) for line in lines if line.reached.seen is Seen.SHOWN}
    return Results(
        number=number,
        title=broadcast.title,
        asked_text=texts[question - 1],
        kind=ask.kind,
        closes_on=_closes(broadcast.closing),
        asked=counted.whole.asked,
        reached=counted.whole.reached,
        heard=counted.whole.heard,
        answers=counted.answered,
        replies=came.states.total(),
        late=came.late,
        with_staff=came.states[ReplyState.WITH_STAFF],
        choices=options,
        by_choice=tally.totals(counted, options),
        ranges=ranges,
        median=tally.median(ranges),
        spans=came.spans,
        lines=lines,
        missing=tally.missing(counted, shown),
        question=question,
        steps=steps.read(session, number, series, texts) if len(series) > 1 else (),
    )


def own_words(session: Session, number: int, before: int | None = None, question: int = 1) -> WordsPage:
    """List answers to a question that are no choice, in the families' own words, newest first."""
    mine = (
        col(Reply.broadcast_id) == number,
        col(Reply.question) == question,
        col(Reply.value).is_(None),
        _readable(),
    )
    rows = _words(*mine, _before(col(Reply.id), before)).order_by(col(Reply.id).desc()).limit(PAGE + 1)
    found = [Words(**one._mapping) for one in session.connection().execute(rows)]
    older = found[PAGE - 1].number if len(found) > PAGE else None
    return WordsPage(tuple(found[:PAGE]), older, *_looked_at_again(session, number, question))


def _looked_at_again(session: Session, number: int, question: int) -> tuple[int, int]:
    """Count the confirmed understandings that a liaison looked at, and those found wrong (rule 12)."""
    rows = (
        sa.select(col(Reply.checked), func.count())
        .where(
            col(Reply.broadcast_id) == number,
            col(Reply.question) == question,
            col(Reply.checked).in_(("right", "wrong")),
            _readable(),
        )
        .group_by(col(Reply.checked))
    )
    found = {str(one.checked): int(one[1]) for one in session.connection().execute(rows)}
    return sum(found.values()), found.get("wrong", 0)


def all_words(session: Session, number: int) -> tuple[Words, ...]:
    """List every reply to an inquiry, choices too, oldest first, for an export."""
    rows = _words(col(Reply.broadcast_id) == number, _readable()).order_by(col(Reply.id))
    return tuple(Words(**one._mapping) for one in session.connection().execute(rows))


def _inquiry(session: Session, number: int) -> Broadcast:
    found = session.get(Broadcast, number)
    if found is None or found.state in {BroadcastState.DRAFT, BroadcastState.PENDING}:
        raise BroadcastError(
            f"There is no inquiry {number} that has gone out: choose one from the list of results."
        )
    if found.question is None:
        raise BroadcastError(f"“{found.title}” asked nothing, so there are no answers to it.")
    return found


def _asked_texts(session: Session, broadcast: Broadcast, questions: int) -> list[str | None]:
    """Return what every question asks in the staff's language."""
    rows = sa.select(col(Translation.text), col(Translation.more)).where(
        col(Translation.broadcast_id) == broadcast.id, col(Translation.language) == broadcast.source_language
    )
    found = session.connection().execute(rows).first()
    texts = [found.text, *(one.get("text") for one in found.more or ())] if found else []
    return [*texts, *[None] * questions][:questions]


def _closes(closing: Mapping[str, Any] | None) -> str | None:
    return (closing or {}).get("decided_on")


def _before(column: Any, before: int | None) -> ColumnElement[bool]:
    return sa.true() if before is None else column < before


def _restricted(column: Any) -> Any:
    return sa.select(column).where(col(Handover.restricted), column.is_not(None))


def _readable() -> ColumnElement[bool]:
    """Say that a reply is not among what only those on call may read."""
    return col(Reply.id).not_in(_restricted(col(Handover.reply_id))) & col(Reply.inbound_id).not_in(
        _restricted(col(Handover.inbound_id))
    )


def _restricted_replies(session: Session) -> dict[int, int]:
    """Count the few that may not be read by inquiry, found from their handovers."""
    some = col(Reply.id).in_(_restricted(col(Handover.reply_id)))
    others = col(Reply.inbound_id).in_(_restricted(col(Handover.inbound_id)))
    rows = (
        sa.select(col(Reply.broadcast_id), func.count())
        .where(some | others)
        .group_by(col(Reply.broadcast_id))
    )
    return {number: count for number, count in session.connection().execute(rows) if number is not None}


def _words(*conditions: Any) -> Any:
    names = ("contact_point_id", "language", "state", "words", "understood_home", "understood_staff", "by")
    more = ("late", "made_at", "value", "question")
    columns = [getattr(Reply, name) for name in (*names, *more)]
    return sa.select(col(Reply.id).label("number"), *columns).where(*conditions)


def _groups(session: Session) -> dict[int, Group]:
    rows = sa.select(col(tables.Group.id), col(tables.Group.kind), col(tables.Group.name))
    found: dict[int, Group] = {}
    grades: dict[str, int] = {}
    for number, kind, name in session.connection().execute(rows.order_by(col(tables.Group.id))):
        assert number is not None
        key = grades.setdefault(name, number) if kind == GroupKind.GRADE else number
        found[number] = Group(key, kind, name)
    return found


def _tally(session: Session, number: int, question: int) -> Tally:
    counted = Tally(_groups(session))
    for parts, asked, reached, heard in session.connection().execute(_families(number)):
        counted.add_families(_profile(parts), Count(asked, reached, heard))
    for value, parts, phones in session.connection().execute(_answers(number, question)):
        counted.add_answers(_profile(parts), value, phones)
    return counted


def _profile(parts: str) -> frozenset[Part]:
    """Read what the database put together: "so:3,17;en:" is a Somali phone and an English one."""
    found = set()
    for part in set(parts.split(";")):
        language, _, groups = part.partition(":")
        found.add(Part(language, tuple(int(group) for group in groups.split(",") if group)))
    return frozenset(found)


def _memberships() -> CTE:
    """Each person's groups as one text, so that people alike are found by it."""
    text = func.aggregate_strings(sa.cast(col(Membership.group_id), sa.String), ",")
    rows = sa.select(col(Membership.person_id), text.label("groups")).group_by(col(Membership.person_id))
    return rows.cte("belongs")


def _part(language: Any, belongs: CTE) -> Any:
    return language + ":" + func.coalesce(belongs.c.groups, "")


def _families(number: int) -> Any:
    """Select profile, families asked, reached and heard from."""
    said = sa.select(col(Reply.contact_point_id)).where(
        col(Reply.broadcast_id) == number, col(Reply.late).is_(False), _readable()
    )
    belongs, link = _memberships(), PersonContactPoint
    phone = col(Delivery.contact_point_id)
    family = func.coalesce(col(Person.household_id), -col(Person.id), -_NOBODY - phone)
    heard = sa.case((phone.in_(said), 1), else_=0)
    told = sa.case((col(Delivery.state).in_(_TOLD), 1), else_=0)
    parts = func.aggregate_strings(_part(col(Delivery.language), belongs), ";")
    families = (
        sa.select(parts.label("parts"), func.max(told).label("told"), func.max(heard).label("heard"))
        .select_from(Delivery)
        .outerjoin(link, col(link.contact_point_id) == phone)
        .outerjoin(Person, col(Person.id) == col(link.person_id))
        .outerjoin(belongs, belongs.c.person_id == col(link.person_id))
        .where(col(Delivery.broadcast_id) == number, col(Delivery.reminds).is_(None))
        .group_by(family)
        .subquery("families")
    )
    reached = sa.case(((families.c.told == 1) | (families.c.heard == 1), 1), else_=0)
    counted = (func.count(), func.sum(reached), func.sum(families.c.heard))
    return sa.select(families.c.parts, *counted).group_by(families.c.parts)


def _answers(number: int, question: int) -> Any:
    """Select value, profile and how many phones have it as their newest answer."""
    place = func.row_number().over(
        partition_by=col(Reply.contact_point_id),
        order_by=(col(Reply.changed_at).desc(), col(Reply.id).desc()),
    )
    counts = (
        col(Reply.broadcast_id) == number,
        col(Reply.question) == question,
        col(Reply.value).is_not(None),
        col(Reply.late).is_(False),
        col(Reply.state) != ReplyState.WITH_STAFF,
        _readable(),
    )
    names = (col(Reply.contact_point_id), col(Reply.value), col(Reply.language))
    every = sa.select(*names, place.label("place")).where(*counts).subquery("every")
    belongs, link = _memberships(), PersonContactPoint
    parts = func.aggregate_strings(_part(every.c.language, belongs), ";")
    phones = (
        sa.select(every.c.value, parts.label("parts"))
        .select_from(every)
        .outerjoin(link, col(link.contact_point_id) == every.c.contact_point_id)
        .outerjoin(belongs, belongs.c.person_id == col(link.person_id))
        .where(every.c.place == 1)
        .group_by(every.c.contact_point_id, every.c.value)
        .subquery("phones")
    )
    return sa.select(phones.c.value, phones.c.parts, func.count()).group_by(phones.c.value, phones.c.parts)


@dataclass(frozen=True, slots=True)
class _Came:
    """What came in, and when."""

    states: Counter[str]  #: of what came in time
    late: int
    spans: tuple[Span, ...]


def _came(session: Session, number: int, question: int, zone: ZoneInfo) -> _Came:
    half_hour = sa.type_coerce(col(Reply.made_at), sa.BigInteger) // _HALF_HOUR
    rows = (
        sa.select(col(Reply.state), col(Reply.late), half_hour.label("half_hour"), func.count())
        .where(col(Reply.broadcast_id) == number, col(Reply.question) == question, _readable())
        .group_by(col(Reply.state), col(Reply.late), half_hour)
    )
    states: Counter[str] = Counter()
    when: Counter[datetime] = Counter()
    late = 0
    for state, was_late, moment, count in session.connection().execute(rows):
        if was_late:
            late += count
        else:
            states[state] += count
            when[(EPOCH + moment * timedelta(minutes=30)).astimezone(zone)] += count
    return _Came(states, late, tally.spans(when))
