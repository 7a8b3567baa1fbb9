"""Who waits for a person, the soonest promise first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import Session, col

from bot.errors import InboxError
from bot.inbox.scope import restricted_inbounds
from bot.inbox.views import SOON
from bot.roles import Role
from bot.store.accounts import Account
from bot.store.outbox import PAUSED
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
    "read_back": ("read back", "check"),
    "unclear": ("unclear text", "not understood", "unclear which", "for whom"),
    "call": ("second no", "questions unanswered"),
    "mine": ("with a person",),
    "read": (),
    "list": ("call: no text in their language", "call: no sender for their channel",
             "call: no other way to reach them"),
}  # fmt: skip
MISSED: Final = "missed: "  #: how the office's tasks about a broadcast begin; they belong to the lists
_OFFICE: Final = (MISSED, PAUSED)
WITH_A_PERSON: Final = "with a person"

#: made once: an alias costs a millisecond
_TAKEN, _DOER = (Staff.__table__.alias(name) for name in ("taken", "doer"))  # type: ignore[attr-defined]


def kind_of(why: str) -> str:
    """Return the kind of something that was handed over."""
    if why.startswith(_OFFICE):
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
    return col(Handover.why).in_(KINDS["list"]) | _of_the_office()


def _of_the_office() -> sa.ColumnElement[bool]:
    return sa.or_(*(col(Handover.why).startswith(start) for start in _OFFICE))


def _of_kind(kind: str) -> sa.ColumnElement[bool]:
    match kind:
        case "list":
            return _in_a_list()
        case "read":
            named = [why for whys in KINDS.values() for why in whys]
            return sa.not_(col(Handover.why).in_(named)) & sa.not_(_of_the_office())
        case _ if kind in KINDS:
            return col(Handover.why).in_(KINDS[kind])
        case _:
            return sa.not_(_in_a_list())


def _conditions(scope: tuple[str, ...] | None, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Takes `me`, the account, where only its own are wanted."""
    found = [_ORDINARY, _of_kind(wanted.kind), *_kept_to(scope)]
    if wanted.whose == "mine":
        found.append(col(Handover.assigned_to) == bindparam("me"))
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
        asked = {"me": account.id, "most": PAGE + 1, "offset": offset}
        rows = _drawn(session, session.execute(_done(_scope(account), replace(wanted, page=1)), asked).all())
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
    one = _things(sa.literal(1).label("things"), sa.literal(1).label("total"))
    found = _filled(one.where(col(Handover.id) == number, alone, _OPEN, _ORDINARY))
    rows = _drawn(session, session.execute(found).all())
    if not rows or account.role is Role.REVIEWER:
        raise InboxError("There is nothing to do here any more.")
    return rows[0]


def counts(session: Session, account: Account, now: datetime) -> Counts:
    """Count what waits, in one query over the open handovers alone."""
    (row,) = session.connection().execute(_counting(_scope(account)), {"now": now, "me": account.id})
    return Counts(*(row if account.on_call else (*row[:3], 0)))


def _scope(account: Account) -> tuple[str, ...] | None:
    """Return the languages that an account is kept to; None: all of them."""
    return tuple(account.languages) if account.role is Role.REVIEWER else None


def _kept_to(scope: tuple[str, ...] | None) -> list[sa.ColumnElement[bool]]:
    return [] if scope is None else [col(ContactPoint.language).in_(scope)]


#: statements are built once for each way of asking: building them costs more than running them
@lru_cache(maxsize=256)
def _counting(scope: tuple[str, ...] | None) -> Any:
    ordinary = _ORDINARY & sa.not_(_in_a_list())
    seen = ordinary & sa.and_(sa.true(), *_kept_to(scope))
    danger = col(Handover.restricted) & col(Handover.acknowledged_at).is_(None)

    def conversations(condition: sa.ColumnElement[bool]) -> Any:
        return func.count(sa.distinct(sa.case((condition, _KEY))))

    return (
        sa.select(
            conversations(seen),
            conversations(seen & (col(Handover.promised_at) < bindparam("now"))),
            conversations(seen & (col(Handover.assigned_to) == bindparam("me"))),
            conversations(danger),
        )
        .select_from(Handover)
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id))
        .where(_OPEN)
    )


def _things(*more: Any) -> sa.Select[Any]:
    """Select ids, and nothing that would have to be carried through sorting."""
    return sa.select(col(Handover.id), *more).outerjoin(
        ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id)
    )


def _open(
    session: Session, account: Account, wanted: Wanted, limit: int, offset: int
) -> tuple[tuple[Waits, ...], int]:
    """Return the most urgent thing of each conversation, and how many conversations there are."""
    asked = {"me": account.id, "most": limit, "offset": offset}
    found = session.execute(_opened(_scope(account), replace(wanted, page=1)), asked).all()
    if found or not offset:
        return _drawn(session, found), found[0].total if found else 0
    return (), _open(session, account, wanted, 1, 0)[1]


@lru_cache(maxsize=256)
def _opened(scope: tuple[str, ...] | None, wanted: Wanted) -> Any:
    """Takes `me`, `most` and `offset`, as `_done` does."""
    urgency = (col(Handover.promised_at).is_(None), col(Handover.promised_at), col(Handover.id))
    nth = func.row_number().over(partition_by=_KEY, order_by=urgency).label("nth")
    several = func.count().over(partition_by=_KEY).label("things")
    things = (
        _things(col(Handover.promised_at), nth, several)
        .where(_OPEN, *_conditions(scope, wanted))
        .subquery("things")
    )
    total = func.count().over().label("total")
    first = sa.select(things.c.id, things.c.things, total).where(things.c.nth == 1)
    order = (things.c.promised_at.is_(None), things.c.promised_at, things.c.id)
    return _filled(first.order_by(*order).limit(bindparam("most")).offset(bindparam("offset")))


@lru_cache(maxsize=256)
def _done(scope: tuple[str, ...] | None, wanted: Wanted) -> Any:
    one = sa.literal(1)
    return _filled(
        _things(one.label("things"), one.label("total"))
        .where(col(Handover.done_at).is_not(None), *_conditions(scope, wanted))
        .order_by(col(Handover.done_at).desc(), col(Handover.id).desc())
        .limit(bindparam("most"))
        .offset(bindparam("offset")),
        newest=True,
    )


def _languages(session: Session, account: Account) -> tuple[str, ...]:
    return tuple(tag for (tag,) in session.connection().execute(_in_languages(_scope(account))))


@lru_cache(maxsize=256)
def _in_languages(scope: tuple[str, ...] | None) -> Any:
    return (
        sa.select(col(ContactPoint.language))
        .join(Handover, col(Handover.contact_point_id) == col(ContactPoint.id))
        .where(_OPEN, _ORDINARY, *_kept_to(scope))
        .distinct()
        .order_by(col(ContactPoint.language))
    )


def _filled(things: sa.Select[Any], *, newest: bool = False) -> sa.Select[Any]:
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
    return (
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
    rows = session.connection().execute(_named(), {"phones": list(phones)})
    found: dict[int, tuple[str, ...]] = {}
    for phone, name in rows:
        found[phone] = (*found.get(phone, ()), name)
    return found


@lru_cache(maxsize=1)
def _named() -> Any:
    return (
        sa.select(col(PersonContactPoint.contact_point_id), col(Person.name))
        .join(Person, col(Person.id) == col(PersonContactPoint.person_id))
        .where(col(PersonContactPoint.contact_point_id).in_(bindparam("phones", expanding=True)))
        .order_by(col(Person.id))
    )
