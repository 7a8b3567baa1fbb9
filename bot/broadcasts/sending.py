"""Letting a draft go: what was shown is what goes, once, with a second person where it matters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from bot.broadcasts import desk as desks
from bot.broadcasts import notices
from bot.broadcasts.approval import check_count, let_go, reach_of
from bot.broadcasts.composing import groups_of, put
from bot.broadcasts.desk import Desk
from bot.broadcasts.drafts import N_, Objection, known, more_of, text_of
from bot.broadcasts.schedules import schedule, schedule_at
from bot.broadcasts.when import Plan, planned
from bot.broadcasts.wordings import LONGEST, NO_TEXT, Line, Text, by_language, lines_of, texts_of
from bot.errors import BroadcastError
from bot.roles import RIGHTS, Right
from bot.settings import Settings
from bot.store import audit
from bot.store.audience import Reach
from bot.store.audit import Actor
from bot.store.tables import Broadcast, BroadcastState, Staff

NOBODY_REACHED = N_("Nobody whom you chose can be reached.")


class Objected(BroadcastError):
    """Something is missing or wrong; `objections` says at which fields."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        super().__init__(" ".join(str(one) for one in objections))
        self.objections = tuple(objections)


class NotAsShown(BroadcastError):
    """What would go now is not what was looked at."""


class Second(StrEnum):
    """Why a second person must approve."""

    LARGE = "large"  #: more phones than `staff.second_approver_above`
    LATE = "late"  #: outside the hours of `staff.sending_start` to `sending_end`


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody looked at before they said yes."""

    fingerprint: str  #: of texts, audience, question and time
    phones: int
    typed: int | None = None  #: the number they typed


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of it."""

    state: BroadcastState  #: APPROVED, or PENDING
    first: datetime | None = None  #: when the first text may leave
    before: bool = False  #: it had been sent already: nothing was done twice


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything about a broadcast that decides whether it may go."""

    desk: Desk
    reach: Reach
    lines: tuple[Line, ...]
    plan: Plan | None
    objections: tuple[Objection, ...]
    fingerprint: str


def send(
    session: Session, number: int, settings: Settings, shown: Shown, *, by: Actor, now: datetime
) -> Gone:
    """Approve and schedule a draft, or hand it to a second person. Raises `Objected`, `NotAsShown`, …

    Sent twice with the same page, the second does nothing.
    """
    broadcast = known(session, number)
    if broadcast.state != BroadcastState.DRAFT:
        return _before(broadcast, shown)
    ready = _checked(session, broadcast, settings, shown, now)
    second = needs_second(session, broadcast, ready, settings, by.staff_id, now)
    put(broadcast, sent=shown.fingerprint, sent_back=None)
    if second is None:
        return _go(session, broadcast, ready, settings, by, now)
    broadcast.state, broadcast.counted = BroadcastState.PENDING, shown.phones
    put(broadcast, pending={"by": by.staff_id, "who": by.name, "why": second, "at": now.isoformat()})
    session.add(broadcast)
    audit.record(
        session, by, "broadcast.put-forward", f"broadcast:{number}", now=now, phones=shown.phones, why=second
    )
    return Gone(BroadcastState.PENDING)


def approve_pending(
    session: Session, number: int, settings: Settings, shown: Shown, *, by: Actor, now: datetime
) -> Gone:
    """The second person lets it go. Raises `BroadcastError`, also for whoever put it forward."""
    broadcast = known(session, number)
    if broadcast.state != BroadcastState.PENDING:
        return _before(broadcast, shown)
    if pending_of(broadcast).by == by.staff_id:
        raise BroadcastError("You have put this forward yourself: somebody else approves it.")
    ready = _checked(session, broadcast, settings, shown, now)
    return _go(session, broadcast, ready, settings, by, now)


def send_back(session: Session, number: int, why: str, *, by: Actor, now: datetime) -> None:
    """The second person wants something changed: it is a draft again, with their sentence above it."""
    broadcast = known(session, number)
    if broadcast.state != BroadcastState.PENDING:
        raise BroadcastError(f"Broadcast {number} does not wait for approval any more.")
    if not why.strip():
        raise BroadcastError("Say in a sentence what should be changed.")
    broadcast.state, broadcast.counted = BroadcastState.DRAFT, None
    put(broadcast, pending=None, sent=None, sent_back={"who": by.name, "why": why.strip()[:500]})
    session.add(broadcast)
    audit.record(session, by, "broadcast.sent-back", f"broadcast:{number}", now=now)


@dataclass(frozen=True, slots=True)
class Pending:
    """Who put a broadcast forward, and why a second person is asked."""

    by: int | None
    who: str
    why: str
    at: datetime | None


def pending_of(broadcast: Broadcast) -> Pending:
    """Return how it came to wait for approval."""
    kept = (broadcast.desk or {}).get("pending", {})
    at = kept.get("at")
    return Pending(
        kept.get("by", broadcast.made_by),
        kept.get("who", ""),
        kept.get("why", ""),
        datetime.fromisoformat(at) if at else None,
    )


def _before(broadcast: Broadcast, shown: Shown) -> Gone:
    same = (broadcast.desk or {}).get("sent") == shown.fingerprint
    if same and broadcast.state in {BroadcastState.APPROVED, BroadcastState.PENDING, BroadcastState.RELEASED}:
        return Gone(BroadcastState(broadcast.state), before=True)
    raise BroadcastError(
        f"Broadcast {broadcast.id} is {broadcast.state}: it was dealt with in another window."
    )


def _checked(
    session: Session, broadcast: Broadcast, settings: Settings, shown: Shown, now: datetime
) -> Ready:
    ready = readiness(session, broadcast, settings, now)
    if ready.objections:
        raise Objected(ready.objections)
    if ready.reach.total != shown.phones:
        raise NotAsShown(
            f"When you looked this went to {shown.phones} phones; now it goes to {ready.reach.total}: the "
            "roster or a family's choice has changed. Nothing was sent: look once more."
        )
    if ready.fingerprint != shown.fingerprint:
        raise NotAsShown(
            "What would go now is not what you were shown: a text, the audience or the time has changed. "
            "Nothing was sent: look once more."
        )
    check_count(shown.phones, shown.typed, settings)
    return ready


def readiness(session: Session, broadcast: Broadcast, settings: Settings, now: datetime) -> Ready:
    """Look at a broadcast as it would go this moment; the audience is counted anew."""
    assert broadcast.id is not None
    source = text_of(session, broadcast.id, broadcast.source_language)
    words = source.text if source else ""
    desk = desks.desk_of(broadcast, words, groups_of(session), more=more_of(source))
    reach = reach_of(session, broadcast)
    texts = texts_of(session, broadcast, settings)
    lines = lines_of(broadcast, by_language(reach.phones), texts, broadcast.fallback)
    return Ready(
        desk,
        reach,
        lines,
        planned(desk.when, now, settings.school.zone, settings.calendar.closed_days)[0],
        tuple(everything_against(broadcast, desk, words, lines, texts, now, settings)),
        fingerprint(broadcast, desk, lines),
    )


def everything_against(
    broadcast: Broadcast,
    desk: Desk,
    words: str,
    lines: Sequence[Line],
    texts: dict[str, Text],
    now: datetime,
    settings: Settings,
) -> list[Objection]:
    """Say what is missing or wrong with the page, and then with its languages."""
    said = desks.objections(desk, words, now, settings)
    if desk.whom and not lines and not any(one.field == "whom" for one in said):
        said.append(Objection("whom", NOBODY_REACHED))
    return said + _about_languages(broadcast, lines, texts)


def _about_languages(broadcast: Broadcast, lines: Sequence[Line], texts: dict[str, Text]) -> list[Objection]:
    said = []
    without = tuple((one.language, one.phones) for one in lines if one.fallback)
    if without and broadcast.fallback is None:
        sentence = N_(
            "No text may go out yet in %(languages)s: add one, or choose what these families get instead."
        )
        said.append(Objection("fallback", sentence, {"languages": without}, missing=True))
    instead = broadcast.fallback
    if without and instead not in {None, NO_TEXT} and not (instead in texts and texts[instead].sendable):
        sentence = N_("The language that others get instead has no text that may go out: choose another.")
        said.append(Objection("fallback", sentence))
    for one in lines:
        for number, text in enumerate((one.text, *one.more), 1):
            if len(text) > LONGEST:
                sentence = N_("This text has %(characters)s characters; 1,600 is the most: shorten it.")
                place = "text" if one.written_in == broadcast.source_language else f"text-{one.written_in}"
                said.append(Objection(place, sentence, {"characters": len(text)}, question=number))
    return said


def fingerprint(broadcast: Broadcast, desk: Desk, lines: Sequence[Line]) -> str:
    """Name everything that families would notice if it changed; how many they are is told apart."""
    what: Any = [
        [broadcast.purpose, broadcast.question, broadcast.closing, broadcast.audience, broadcast.fallback],
        desk.when.to_json(),
        [broadcast.worth, broadcast.routes, broadcast.remind_after],
        sorted([one.language, one.written_in, one.text, *one.more] for one in lines if one.written_in),
    ]
    said = json.dumps(what, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def needs_second(
    session: Session, broadcast: Broadcast, ready: Ready, settings: Settings, by: int | None, now: datetime
) -> Second | None:
    """Say whether somebody else must approve it, and why; None too if there is nobody else who may."""
    why = second_for(broadcast.purpose, ready.lines, ready.reach.total, ready.plan, settings, now)
    return why if why and may_approve(session, by) else None


def second_for(
    purpose: str,
    lines: Sequence[Line],
    phones: int,
    plan: Plan | None,
    settings: Settings,
    now: datetime,
) -> Second | None:
    """Say why a second person is wanted. An emergency in a notice's own words never waits for one."""
    rules = settings.staff
    worded = [one for one in lines if one.written_in]
    ready_made = all(one.provenance.startswith(notices.PROVENANCE) for one in worded)
    if rules.second_approver_above == 0 or (purpose == "emergency" and worded and ready_made):
        return None
    if phones > rules.second_approver_above:
        return Second.LARGE
    moments = plan.moments[:1] if plan and plan.moments else (now,)
    clock = moments[0].astimezone(settings.school.zone).time()
    return None if rules.sending_start <= clock <= rules.sending_end else Second.LATE


def may_approve(session: Session, other_than: int | None) -> tuple[str, ...]:
    """Name the accounts, other than this one, that may be the second person."""
    roles = [role for role, rights in RIGHTS.items() if Right.APPROVE in rights]
    found = select(Staff.name).where(
        col(Staff.role).in_(roles), col(Staff.disabled_at).is_(None), col(Staff.id) != (other_than or 0)
    )
    return tuple(session.exec(found.order_by(col(Staff.name))))


def _go(
    session: Session, broadcast: Broadcast, ready: Ready, settings: Settings, by: Actor, now: datetime
) -> Gone:
    assert broadcast.id is not None
    assert ready.plan is not None
    put(broadcast, pending=None)
    let_go(session, broadcast, ready.reach, settings, now=now, by=by.staff_id)
    if ready.plan.starts is None:
        moment = now + timedelta(seconds=settings.sending.undo_seconds)
        first = schedule_at(session, broadcast.id, moment, settings)
    else:
        skip = ready.desk.when.skip_closed
        first = schedule(
            session,
            broadcast.id,
            ready.plan.starts,
            settings,
            rrule=ready.plan.rrule,
            now=now,
            skip_closed=skip,
        )
    audit.record(
        session, by, "broadcast.approved", f"broadcast:{broadcast.id}", now=now, phones=ready.reach.total
    )
    return Gone(BroadcastState.APPROVED, first)
