"""What needs somebody now, and what goes out today: each part only for those whose part it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from bot import calendar
from bot.broadcasts.desk import Counted
from bot.roles import Right, may
from bot.settings import Settings
from bot.store.accounts import Account
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    Person,
    Schedule,
    Staff,
    StaffInvitation,
    Translation,
    TranslationState,
)
from bot.watching.asking import rows_of
from bot.watching.doubts import in_doubt
from bot.watching.health import Health, health
from bot.watching.recent import LostAnswer, Missed, Went, lately, lost_answers, missed

UNFINISHED: Final = 5  #: drafts and the like that are listed
STALE: Final = timedelta(days=30)  #: a draft that nobody has touched for so long needs nobody

_NOT_LET_GO: Final = (BroadcastState.DRAFT, BroadcastState.PENDING)
_UNREAD: Final = (TranslationState.MACHINE, TranslationState.STALE)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A text that has not been let go yet."""

    number: int
    title: str
    pending: bool  #: it waits for a second person
    mine: bool
    changed_at: datetime
    to_review: tuple[str, ...]  #: languages whose text nobody who reads them has read
    missing: tuple[str, ...]  #: languages of the audience, as it was last counted, without a text


@dataclass(frozen=True, slots=True)
class Planned:
    """A text that goes out later today."""

    number: int
    title: str
    purpose: str
    at: datetime
    phones: int | None
    paused: bool


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a new school does first; each True once it is done."""

    people: bool
    text: bool
    colleague: bool


@dataclass(frozen=True, slots=True)
class Today:
    """What the first page shows, the conversations apart. What a role may not see is empty."""

    to_approve: tuple[Unfinished, ...]
    drafts: tuple[Unfinished, ...]
    translations: tuple[Unfinished, ...]
    going: tuple[Went, ...]  #: leaving at this moment, or paused
    gone: tuple[Went, ...]  #: has gone out today
    planned: tuple[Planned, ...]
    failed: tuple[Went, ...]  #: lately, with texts that did not arrive
    doubt: Mapping[str, int]
    lost_answers: tuple[LostAnswer, ...]
    missed: tuple[Missed, ...]
    health: Health
    steps: FirstSteps | None  #: None once the school has begun


def today(
    session: Session, account: Account, now: datetime, zone: ZoneInfo, settings: Settings | None = None
) -> Today:
    """Read the first page of somebody who may see it (`Right.SEE`)."""

    def allowed(right: Right) -> bool:
        return may(account.role, right)

    recent = lately(session, now)
    unfinished = _unfinished(session, account, now)
    writes = allowed(Right.WRITE)
    return Today(
        to_approve=tuple(one for one in unfinished if one.pending)
        if allowed(Right.APPROVE) or writes
        else (),
        drafts=tuple(one for one in unfinished if one.mine and not one.pending) if writes else (),
        translations=_of_theirs(unfinished, account) if allowed(Right.REVIEW) else (),
        going=tuple(one for one in recent if one.going or (one.paused and one.tally.to_go)),
        gone=tuple(one for one in recent if _day(one.at, zone) == _day(now, zone)),
        planned=_planned(session, now, zone),
        failed=tuple(one for one in recent if one.tally.failed and one.state != BroadcastState.RECALLED),
        doubt=in_doubt(session),
        lost_answers=lost_answers(session, now) if allowed(Right.READ) else (),
        missed=missed(session) if writes else (),
        health=health(session, recent, now, settings),
        steps=_steps(session) if writes else None,
    )


def _day(moment: datetime, zone: ZoneInfo) -> object:
    return moment.astimezone(zone).date()


def _unfinished(session: Session, account: Account, now: datetime) -> tuple[Unfinished, ...]:
    touched = sa.func.coalesce(col(Broadcast.changed_at), col(Broadcast.made_at))
    rows = rows_of(
        session,
        sa.select(
            col(Broadcast.id), col(Broadcast.title), col(Broadcast.state), col(Broadcast.made_by),
            col(Broadcast.changed_at), col(Broadcast.made_at), col(Broadcast.desk),
        )
        .where(col(Broadcast.state).in_(_NOT_LET_GO), touched > now - STALE)
        .order_by(col(Broadcast.id).desc())
        .limit(4 * UNFINISHED),
    )  # fmt: skip
    texts = _texts(session, [row.id for row in rows])
    return tuple(_one_unfinished(row, texts.get(row.id, {}), account) for row in rows)


def _texts(session: Session, numbers: list[int]) -> dict[int, dict[str, str]]:
    """Return the state of every text of these broadcasts, by language."""
    rows = sa.select(
        col(Translation.broadcast_id), col(Translation.language), col(Translation.state)
    ).where(col(Translation.broadcast_id).in_(numbers))  # fmt: skip
    found: dict[int, dict[str, str]] = {}
    for number, language, state in rows_of(session, rows) if numbers else ():
        found.setdefault(number, {})[language] = state
    return found


def _one_unfinished(row: Any, texts: Mapping[str, str], account: Account) -> Unfinished:
    kept = (row.desk or {}).get("counted")
    counted = Counted.from_json(kept).phones if kept else ()
    languages = {language for _channel, language, count in counted if count}
    return Unfinished(
        number=row.id,
        title=row.title,
        pending=row.state == BroadcastState.PENDING,
        mine=row.made_by == account.id,
        changed_at=row.changed_at or row.made_at,
        to_review=tuple(sorted(language for language, state in texts.items() if state in _UNREAD)),
        missing=tuple(sorted(languages - texts.keys())),
    )


def _of_theirs(unfinished: Iterable[Unfinished], account: Account) -> tuple[Unfinished, ...]:
    """Return what lacks a text or a reader; for somebody with languages only what they can read."""

    def theirs(tags: tuple[str, ...]) -> tuple[str, ...]:
        writes = may(account.role, Right.ANSWER)
        return tuple(tag for tag in tags if writes or not account.languages or tag in account.languages)

    found = (
        Unfinished(
            one.number, one.title, one.pending, one.mine, one.changed_at,
            theirs(one.to_review), theirs(one.missing),
        )
        for one in unfinished
    )  # fmt: skip
    return tuple(one for one in found if one.to_review or one.missing)


def _planned(session: Session, now: datetime, zone: ZoneInfo) -> tuple[Planned, ...]:
    ends = calendar.end_of(now.astimezone(zone).date(), zone)
    rows = (
        sa.select(
            col(Broadcast.id), col(Broadcast.title), col(Broadcast.purpose), col(Schedule.next_at),
            col(Broadcast.counted), col(Broadcast.paused_at).is_not(None),
        )
        .join(Broadcast, col(Broadcast.id) == col(Schedule.broadcast_id))
        .where(col(Schedule.next_at) < ends, col(Schedule.done).is_(False),
               col(Broadcast.state) == BroadcastState.APPROVED)
        .order_by(col(Schedule.next_at))
        .limit(20)
    )  # fmt: skip
    return tuple(Planned(*row) for row in rows_of(session, rows))


def _steps(session: Session) -> FirstSteps | None:
    """Say how far a new school is; None once anything has gone out."""
    (begun, people, text, accounts, invited) = rows_of(
        session,
        sa.select(
            _any(Broadcast, col(Broadcast.state).in_((BroadcastState.RELEASED, BroadcastState.STOPPED))),
            _any(Person),
            _any(Broadcast),
            sa.select(sa.func.count()).select_from(Staff).scalar_subquery(),
            _any(StaffInvitation, col(StaffInvitation.made_by).is_not(None)),
        ),
    )[0]
    if begun and people:
        return None
    return FirstSteps(bool(people), bool(text), accounts > 1 or bool(invited))


def _any(table: Any, *conditions: Any) -> Any:
    return sa.select(sa.literal(1)).select_from(table).where(*conditions).exists()
