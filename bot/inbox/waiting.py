"""Who waits for a person, the soonest promise first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from bot.errors import InboxError
from bot.inbox.scope import in_their_languages, restricted_inbounds
from bot.inbox.views import SOON
from bot.roles import Role
from bot.store.accounts import Account
from bot.store.tables import (
    ContactPoint,
    Handover,
    Inbound,
    Note,
    Person,
    PersonContactPoint,
    Reply,
    Staff,
)

PAGE: Final = 25
PREVIEW: Final = 480  #: characters: three parts, so that hardly any are cut of a family's words in a list

#: kind -> why something was handed over; what is in none of them is "read"
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "question": ("own question", "asked for a person", "who is this", "language", "after stop",
                 "while staff write"),
    "read_back": ("read back",),
    "unclear": ("unclear text", "not understood", "unclear which", "for whom"),
    "call": ("second no", "questions unanswered"),
    "mine": ("with a person",),
    "read": (),
    "list": ("call: no text in their language", "call: no sender for their channel"),
}  # fmt: skip
MISSED: Final = "missed: "  #: how the office's tasks about a broadcast begin; they belong to the lists
WITH_A_PERSON: Final = "with a person"

#: made once: an alias costs a millisecond
_TAKEN, _DOER = (Staff.__table__.alias(name) for name in ("taken", "doer"))  # type: ignore[attr-defined]


def kind_of(why: str) -> str:
    """Return the kind of something that was handed over."""
    if why.startswith(MISSED):
        return "list"
    return next((kind for kind, whys in KINDS.items() if why in whys), "read")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for."""

    kind: str = ""  #: of `KINDS`; empty: everything but the lists for a call
    whose: str = ""  #: "mine" | "nobody" | "" (everybody's)
    language: str = ""
    done: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Waits:
    """One conversation in a list, by the thing in it that is most urgent."""

    id: int  #: of that handover
    phone: int | None  #: None: it came from nobody we know, or is the office's own task
    why: str
    kind: str
    promised_at: datetime | None
    made_at: datetime
    things: int  #: open in this conversation
    language: str | None
    channel: str | None
    ending: str  #: of the number: its last two digits
    names: tuple[str, ...]  #: of those who use the phone
    words: str  #: theirs, cut to `PREVIEW`
    words_in: str | None  #: language of the words
    meaning: str | None  #: in the staff's language, where somebody wrote it
    assigned_to: int | None
    assigned_name: str | None
    stopped: bool
    draft: bool  #: an answer waits for somebody who reads the language
    done_at: datetime | None = None
    done_how: str | None = None
    done_name: str | None = None

    def overdue(self, now: datetime) -> bool:
        """Say whether the promise is broken."""
        return self.done_at is None and self.promised_at is not None and self.promised_at < now

    def soon(self, now: datetime) -> bool:
        """Say whether it is about to be."""
        return not self.overdue(now) and self.promised_at is not None and self.promised_at - now <= SOON


@dataclass(frozen=True, slots=True)
class WaitsPage:
    """One page of the list."""

    rows: tuple[Waits, ...]
    wanted: Wanted
    total: int | None  #: conversations in all; None for what is done
    more: bool
    languages: tuple[str, ...]  #: in which somebody waits

    @property
    def first(self) -> int:
        """The number of its first row, from 1."""
        return (self.wanted.page - 1) * PAGE + 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits, in conversations."""

    waiting: int = 0
    overdue: int = 0
    mine: int = 0
    danger: int = 0  #: not yet acknowledged; always 0 for those who are not on call


#: one conversation; what came from nobody we know stands for itself
_KEY: Final = func.coalesce(col(Handover.contact_point_id), -col(Handover.id))
_OPEN: Final = col(Handover.done_at).is_(None)
_ORDINARY: Final = sa.not_(col(Handover.restricted))


def _in_a_list() -> sa.ColumnElement[bool]:
    return col(Handover.why).in_(KINDS["list"]) | col(Handover.why).startswith(MISSED)


def _of_kind(kind: str) -> sa.ColumnElement[bool]:
    match kind:
        case "list":
            return _in_a_list()
        case "read":
            named = [why for whys in KINDS.values() for why in whys]
            return sa.not_(col(Handover.why).in_(named)) & sa.not_(col(Handover.why).startswith(MISSED))
        case _ if kind in KINDS:
            return col(Handover.why).in_(KINDS[kind])
        case _:
            return sa.not_(_in_a_list())


def _conditions(account: Account, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = [_ORDINARY, _of_kind(wanted.kind), *in_their_languages(account)]
    if wanted.whose == "mine":
        found.append(col(Handover.assigned_to) == account.id)
    elif wanted.whose == "nobody":
        found.append(col(Handover.assigned_to).is_(None))
    if wanted.language:
        found.append(col(ContactPoint.language) == wanted.language)
    return found


def waiting(session: Session, account: Account, wanted: Wanted) -> WaitsPage:
    """List conversations in which something is owed, or with `done` what was done, newest first."""
    offset = (max(wanted.page, 1) - 1) * PAGE
    total: int | None = None
    if wanted.done:
        rows = _lines(session, _done(account, wanted, offset), newest=True)
        more = len(rows) > PAGE
    else:
        rows, total = _open(session, account, wanted, PAGE, offset)
        more = total > offset + PAGE
    return WaitsPage(rows[:PAGE], wanted, total, more, _languages(session, account))


def waiting_now(session: Session, account: Account, now: datetime, limit: int) -> tuple[Waits, ...]:
    """List the conversations that need somebody soonest; `now` tells them apart with `overdue`."""
    return _open(session, account, Wanted(), limit, 0)[0]


def task(session: Session, account: Account, number: int) -> Waits:
    """Return something open that belongs to no phone we know. Raises `InboxError`."""
    alone = col(Handover.contact_point_id).is_(None)
    rows = _lines(session, _things().where(col(Handover.id) == number, alone, _OPEN, _ORDINARY))
    if not rows or account.role is Role.REVIEWER:
        raise InboxError("There is nothing to do here any more.")
    return rows[0]


def counts(session: Session, account: Account, now: datetime) -> Counts:
    """Count what waits, in one query over the open handovers alone."""
    ordinary = _ORDINARY & sa.not_(_in_a_list())
    seen = ordinary & sa.and_(sa.true(), *in_their_languages(account))
    danger = col(Handover.restricted) & col(Handover.acknowledged_at).is_(None)

    def conversations(condition: sa.ColumnElement[bool]) -> Any:
        return func.count(sa.distinct(sa.case((condition, _KEY))))

    (row,) = session.connection().execute(
        sa.select(
            conversations(seen),
            conversations(seen & (col(Handover.promised_at) < now)),
            conversations(seen & (col(Handover.assigned_to) == account.id)),
            conversations(danger) if account.on_call else sa.literal(0),
        )
        .select_from(Handover)
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id))
        .where(_OPEN)
    )
    return Counts(*row)


def _things(*more: Any) -> sa.Select[Any]:
    """Select ids, and nothing that would have to be carried through sorting."""
    return sa.select(col(Handover.id), *more).outerjoin(
        ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id)
    )


def _open(
    session: Session, account: Account, wanted: Wanted, limit: int, offset: int
) -> tuple[tuple[Waits, ...], int]:
    """Return the most urgent thing of each conversation, and how many conversations there are."""
    urgency = (col(Handover.promised_at).is_(None), col(Handover.promised_at), col(Handover.id))
    nth = func.row_number().over(partition_by=_KEY, order_by=urgency).label("nth")
    several = func.count().over(partition_by=_KEY).label("things")
    things = (
        _things(col(Handover.promised_at), nth, several)
        .where(_OPEN, *_conditions(account, wanted))
        .subquery("things")
    )
    total = func.count().over().label("total")
    first = sa.select(things.c.id, things.c.things, total).where(things.c.nth == 1)
    order = (things.c.promised_at.is_(None), things.c.promised_at, things.c.id)
    found = _filled(session, first.order_by(*order).limit(limit).offset(offset))
    if found or not offset:
        return _drawn(session, found), found[0].total if found else 0
    return (), _open(session, account, wanted, 1, 0)[1]


def _done(account: Account, wanted: Wanted, offset: int) -> sa.Select[Any]:
    return (
        _things()
        .where(col(Handover.done_at).is_not(None), *_conditions(account, wanted))
        .order_by(col(Handover.done_at).desc(), col(Handover.id).desc())
        .limit(PAGE + 1)
        .offset(offset)
    )


def _languages(session: Session, account: Account) -> tuple[str, ...]:
    rows = session.connection().execute(
        sa.select(col(ContactPoint.language))
        .join(Handover, col(Handover.contact_point_id) == col(ContactPoint.id))
        .where(_OPEN, _ORDINARY, *in_their_languages(account))
        .distinct()
        .order_by(col(ContactPoint.language))
    )
    return tuple(tag for (tag,) in rows)


def _lines(session: Session, things: sa.Select[Any], *, newest: bool = False) -> tuple[Waits, ...]:
    one = sa.literal(1)
    rows = things.add_columns(one.label("things"), one.label("total"))
    return _drawn(session, _filled(session, rows, newest=newest))


def _filled(session: Session, things: sa.Select[Any], *, newest: bool = False) -> Sequence[Any]:
    """Put to a page of things what a list shows of each: phone, words, staff, whether there is a draft."""
    page = things.subquery("page")
    taken, doer = _TAKEN, _DOER
    # an ordinary thing may come of the same text as a restricted one (a STOP): then it has no words here
    open_text = (col(Inbound.id) == col(Handover.inbound_id)) & col(Inbound.id).not_in(restricted_inbounds())
    draft = sa.exists().where(
        col(Note.contact_point_id) == col(Handover.contact_point_id), col(Note.draft).is_not(None)
    )
    promised = col(Handover.promised_at)
    newest_first: tuple[Any, ...] = (col(Handover.done_at).desc(), col(Handover.id).desc())
    rows = (
        sa.select(
            Handover,
            page.c.things,
            page.c.total,
            ContactPoint,
            Reply,
            Inbound,
            taken.c.name.label("taker"),
            doer.c.name.label("doer"),
            draft.label("draft"),
        )
        .join(page, page.c.id == col(Handover.id))
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id))
        .outerjoin(Reply, col(Reply.id) == col(Handover.reply_id))
        .outerjoin(Inbound, open_text)
        .outerjoin(taken, taken.c.id == col(Handover.assigned_to))
        .outerjoin(doer, doer.c.id == col(Handover.done_by))
        .order_by(*(newest_first if newest else (promised.is_(None), promised, col(Handover.id))))
    )
    return session.execute(rows).all()


def _drawn(session: Session, rows: Sequence[Any]) -> tuple[Waits, ...]:
    phones = {row.Handover.contact_point_id for row in rows} - {None}
    names = names_at(session, phones)
    return tuple(_line(row, names.get(row.Handover.contact_point_id, ())) for row in rows)


def _line(row: Any, names: tuple[str, ...]) -> Waits:
    owed, phone, reply, inbound = row.Handover, row.ContactPoint, row.Reply, row.Inbound
    words = reply.words if reply else inbound.message.get("text", "") if inbound else ""
    return Waits(
        id=owed.id,
        phone=owed.contact_point_id,
        why=owed.why,
        kind=kind_of(owed.why),
        promised_at=owed.promised_at,
        made_at=owed.made_at,
        things=row.things,
        language=phone.language if phone else None,
        channel=phone.channel if phone else inbound.channel if inbound else None,
        ending=(phone.address if phone else inbound.address if inbound else "")[-2:],
        names=names,
        words=shortened(words),
        words_in=reply.language if reply else phone.language if phone else None,
        meaning=reply.understood_staff if reply else None,
        assigned_to=owed.assigned_to,
        assigned_name=row.taker,
        stopped=phone is not None and phone.stopped_at is not None,
        draft=bool(row.draft),
        done_at=owed.done_at,
        done_how=owed.done_how,
        done_name=row.doer,
    )


def shortened(words: str) -> str:
    """Return words as a list shows them: one line, cut."""
    line = " ".join(words.split())
    return line if len(line) <= PREVIEW else f"{line[:PREVIEW].rstrip()}…"


def names_at(session: Session, phones: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return who uses each of these phones."""
    rows = session.connection().execute(
        sa.select(col(PersonContactPoint.contact_point_id), col(Person.name))
        .join(Person, col(Person.id) == col(PersonContactPoint.person_id))
        .where(col(PersonContactPoint.contact_point_id).in_(list(phones)))
        .order_by(col(Person.id))
    )
    found: dict[int, tuple[str, ...]] = {}
    for phone, name in rows:
        found[phone] = (*found.get(phone, ()), name)
    return found
