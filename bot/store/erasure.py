"""Erasing people so that nothing of theirs is left: first the rows, then the bytes of the file.

Theory. A person goes with their memberships and codes, a child when nobody is left who looks after it, and
a phone when nobody else has it now: everything that was written there goes with it. What stays is an empty
row of the phone and one row for each text of a broadcast, without an address, a provider's id or an attempt:
so every broadcast goes on counting as many texts as it sent, and no row's number is ever used again. A
household keeps its number for the same reason, and for the audit trail.

Deleting a row leaves its bytes in the file. `secure_delete` (see `store`) overwrites them, and `scrub` then
writes the whole file anew (VACUUM) and empties the journal, so that neither a page half used nor an old
frame of the journal holds a word.

`POLICY` names every table and says what becomes of it; a test holds it to the tables there are.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Session, col

from bot.messages import ChannelName, DeliveryState
from bot.store import silence
from bot.store.store import Store, driver
from bot.store.tables import (
    Broadcast,
    Child,
    Consent,
    ContactPoint,
    Delivery,
    FormerPhone,
    Handover,
    Household,
    Inbound,
    LinkCode,
    Looking,
    Membership,
    Note,
    Person,
    PersonChild,
    PersonContactPoint,
    ProviderEvent,
    Reply,
    ReplyVersion,
    Talk,
)

Ids: TypeAlias = Sequence[int]

ERASED: Final = "erased"  #: `stopped_why` of the empty row that a phone leaves
ENDED: Final = "Erased before this text could go."
NOBODY: Final = 0  #: stands for an erased person in an audience; without it the audience would be everybody

GOES, EMPTIED, STAYS = "goes", "emptied", "stays"

#: what erasing does to each table: rows go, rows are emptied, or the table holds nothing of a family
POLICY: Final[Mapping[str, str]] = {
    "person": GOES,
    "child": GOES,
    "person_child": GOES,
    "membership": GOES,
    "person_contact_point": GOES,
    "former_phone": GOES,
    "link_code": GOES,
    "consent": GOES,
    "inbound": GOES,
    "reply": GOES,
    "reply_version": GOES,
    "talk": GOES,
    "handover": GOES,
    "note": GOES,
    "looking": GOES,
    "provider_event": GOES,
    "delivery": EMPTIED,
    "contact_point": EMPTIED,
    "household": EMPTIED,
    "broadcast": EMPTIED,
    "group": STAYS,
    "translation": STAYS,
    "rendering": STAYS,
    "schedule": STAYS,
    "occurrence": STAYS,
    "lane": STAYS,
    "canned_answer": STAYS,
    "silenced": STAYS,
    "sweep": STAYS,
    "pulse": STAYS,
    "pulled": STAYS,
    "restored": STAYS,
    "staff": STAYS,
    "staff_session": STAYS,
    "known_device": STAYS,
    "recovery_code": STAYS,
    "staff_invitation": STAYS,
    "sign_in_try": STAYS,
    "audit_entry": STAYS,
}

_UNSETTLED = (
    DeliveryState.WAITING,
    DeliveryState.QUEUED,
    DeliveryState.SENDING,
    DeliveryState.UNCERTAIN,
    DeliveryState.HELD,
)


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was removed, or would be."""

    people: int = 0
    children: int = 0
    phones: int = 0
    silenced: int = 0  #: of `phones`, how many had stopped us and stay stopped
    messages: int = 0  #: that the family sent
    replies: int = 0
    texts: int = 0  #: that we wrote to them alone
    notes: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def counts(self) -> dict[str, int]:
        """Return what is not zero, as the audit trail keeps it."""
        return {one.name: number for one in fields(self) if (number := getattr(self, one.name))}


@dataclass(frozen=True, slots=True)
class Phones:
    """The phones of some people, those included that once were theirs."""

    alone: tuple[int, ...]  #: nobody else has them now
    shared: tuple[int, ...]  #: somebody else has them


def remember_former(connection: Connection, given_up: Iterable[tuple[int, int]], now: datetime) -> None:
    """Keep in mind that these (person, phone) were together."""
    rows = [{"who": person, "what": phone} for person, phone in given_up]
    if not rows:
        return
    table: sa.Table = FormerPhone.__table__  # type: ignore[attr-defined]
    pair = sa.and_(table.c.person_id == sa.bindparam("who"), table.c.contact_point_id == sa.bindparam("what"))
    connection.execute(sa.delete(table).where(pair), rows)
    connection.execute(
        sa.insert(table),
        [{"person_id": row["who"], "contact_point_id": row["what"], "until": now} for row in rows],
    )


def phones_of(session: Session, people: Ids) -> Phones:
    """Return the phones of these people, and whether others have them too."""
    now = sa.select(col(PersonContactPoint.contact_point_id)).where(
        col(PersonContactPoint.person_id).in_(people)
    )
    once = sa.select(col(FormerPhone.contact_point_id)).where(col(FormerPhone.person_id).in_(people))
    link = PersonContactPoint
    others = (
        sa.exists()
        .where(col(link.contact_point_id) == col(ContactPoint.id), col(link.person_id).not_in(people))
        .label("others")
    )
    rows = _all(
        session,
        sa.select(col(ContactPoint.id), others)
        .where(col(ContactPoint.id).in_(now) | col(ContactPoint.id).in_(once), _not_erased())
        .order_by(col(ContactPoint.id)),
    )
    return Phones(
        tuple(row.id for row in rows if not row.others), tuple(row.id for row in rows if row.others)
    )


def children_of(session: Session, people: Ids) -> tuple[int, ...]:
    """Return the children whom nobody but these people looks after."""
    theirs = sa.select(col(PersonChild.child_id)).where(col(PersonChild.person_id).in_(people))
    others = sa.select(col(PersonChild.child_id)).where(col(PersonChild.person_id).not_in(people))
    rows = _all(
        session,
        sa.select(col(Child.id)).where(
            col(Child.id).in_(theirs),
            col(Child.id).not_in(others.where(col(PersonChild.child_id).in_(theirs))),
        ),
    )
    return tuple(row.id for row in rows)


def erase_people(session: Session, people: Ids, now: datetime, *, shared_words: bool = False) -> Erased:
    """Erase people, their children and their phones; households without anybody left are ended.

    `shared_words`: what was written on a phone that somebody else has too goes as well; the phone stays.
    """
    if not people:
        return Erased()
    session.flush()
    phones, children = phones_of(session, people), children_of(session, people)
    done = erase_phones(session, phones.alone, now)
    if shared_words:
        done += _erase_words(session, phones.shared)
    homes = [row.household_id for row in _all(session, _homes_of(people))]
    for model in (PersonContactPoint, FormerPhone, PersonChild, Membership, LinkCode):
        _delete(session, model, col(model.person_id).in_(people))
    _delete(session, Child, col(Child.id).in_(children))
    replace_in_audiences(session, dict.fromkeys(people, NOBODY))
    gone = _delete(session, Person, col(Person.id).in_(people))
    _end_households(session, homes, now)
    session.expire_all()
    return done + Erased(people=gone, children=len(children))


def erase_phones(session: Session, phones: Ids, now: datetime) -> Erased:
    """Empty phones and everything that hangs on them; a number that had stopped stays stopped."""
    if not phones:
        return Erased()
    session.flush()
    silenced = silence.remember(session, phones, now)
    done = _erase_words(session, phones)
    here = col(ContactPoint.id).in_(phones)
    _delete(session, Consent, col(Consent.contact_point_id).in_(phones))
    _delete(session, LinkCode, col(LinkCode.contact_point_id).in_(phones))
    _delete(session, PersonContactPoint, col(PersonContactPoint.contact_point_id).in_(phones))
    _delete(session, FormerPhone, col(FormerPhone.contact_point_id).in_(phones))
    _empty_deliveries(session, phones)
    empty = sa.literal(f"{ERASED}:").concat(sa.cast(col(ContactPoint.id), sa.String))
    session.connection().execute(
        sa.update(ContactPoint).where(here).values(
            address=empty, language_by="roster", stopped_at=now, stopped_why=ERASED, closings_only=False,
            open_until=None, bad_at=None, bad_why=None, off_days=0, off_on=None,
        )
    )  # fmt: skip
    session.expire_all()
    return done + Erased(phones=len(phones), silenced=silenced)


def _erase_words(session: Session, phones: Ids) -> Erased:
    """Remove what was said on these phones, by the family and by us to it alone."""
    if not phones:
        return Erased()
    came = col(Inbound.id).in_(_inbound_of(phones))
    replies = sa.select(col(Reply.id)).where(col(Reply.contact_point_id).in_(phones))
    _forget_events(session, phones)
    _delete(session, Handover, _about(phones, replies))
    notes = _delete(session, Note, col(Note.contact_point_id).in_(phones))
    _delete(session, Looking, col(Looking.contact_point_id).in_(phones))
    _delete(session, Talk, col(Talk.contact_point_id).in_(phones))
    _delete(session, ReplyVersion, col(ReplyVersion.reply_id).in_(replies))
    told = _delete(session, Reply, col(Reply.contact_point_id).in_(phones))
    ours = sa.and_(col(Delivery.contact_point_id).in_(phones), col(Delivery.rendering_id).is_(None))
    texts = _delete(session, Delivery, ours)
    connection = session.connection()
    connection.execute(
        sa.update(Delivery).where(col(Delivery.contact_point_id).in_(phones)).values(inbound_id=None)
    )
    connection.execute(
        sa.update(Consent)
        .where(col(Consent.contact_point_id).in_(phones), col(Consent.inbound_id).is_not(None))
        .values(inbound_id=None, evidence="the family's own words, erased since")
    )
    connection.execute(
        sa.update(ContactPoint).where(col(ContactPoint.id).in_(phones)).values(open_until=None)
    )
    messages = _delete(session, Inbound, came)
    session.expire_all()
    return Erased(messages=messages, replies=told, texts=texts, notes=notes)


def _inbound_of(phones: Ids) -> Any:
    """Select what came from these phones, what nobody has thought about yet included."""
    unread = sa.exists().where(
        col(ContactPoint.id).in_(phones),
        col(ContactPoint.channel) == col(Inbound.channel),
        col(ContactPoint.address) == col(Inbound.address),
    )
    known = col(Inbound.contact_point_id).in_(phones)
    return sa.union_all(
        sa.select(col(Inbound.id)).where(known),
        sa.select(col(Inbound.id)).where(col(Inbound.contact_point_id).is_(None), unread),
    )


def _about(phones: Ids, replies: Any) -> sa.ColumnElement[bool]:
    here = col(Delivery.contact_point_id).in_(phones)
    return sa.or_(
        col(Handover.contact_point_id).in_(phones),
        col(Handover.reply_id).in_(replies),
        col(Handover.inbound_id).in_(_inbound_of(phones)),
        col(Handover.delivery_id).in_(sa.select(col(Delivery.id)).where(here)),
    )


def _forget_events(session: Session, phones: Ids) -> None:
    """Delete the provider's reports on these phones: by our deliveries, and by the number itself."""
    known = sa.select(col(Delivery.provider_id)).where(
        col(Delivery.contact_point_id).in_(phones), col(Delivery.provider_id).is_not(None)
    )
    _delete(session, ProviderEvent, col(ProviderEvent.provider_id).in_(known))
    numbers = _all(
        session,
        sa.select(col(ContactPoint.address)).where(
            col(ContactPoint.id).in_(phones), col(ContactPoint.channel) == ChannelName.SMS
        ),
    )
    raw = sa.cast(col(ProviderEvent.raw), sa.Text)
    named = [raw.contains(row.address, autoescape=True) for row in numbers]
    if named:
        _delete(session, ProviderEvent, sa.or_(*named))


def _empty_deliveries(session: Session, phones: Ids) -> None:
    """Leave of each text of a broadcast what is counted, and nothing that leads to a phone."""
    unsettled = col(Delivery.state).in_(_UNSETTLED)
    accepted = sa.literal(f"{ERASED}:").concat(sa.cast(col(Delivery.id), sa.String))
    session.connection().execute(
        sa.update(Delivery)
        .where(col(Delivery.contact_point_id).in_(phones))
        .values(
            provider_id=sa.case((col(Delivery.provider_id).is_not(None), accepted)),
            attempt=None,
            buttons=None,
            waiting_until=None,
            reason=sa.case((unsettled, ENDED), else_=col(Delivery.reason)),
            state=sa.case((unsettled, DeliveryState.FAILED), else_=col(Delivery.state)),
        )
    )


def _homes_of(people: Ids) -> sa.Select[Any]:
    mine = col(Person.id).in_(people) & col(Person.household_id).is_not(None)
    return sa.select(col(Person.household_id)).where(mine).distinct()


def _end_households(session: Session, homes: Collection[int], now: datetime) -> None:
    """End those of `homes` in which nobody is left."""
    living = sa.exists().where(col(Person.household_id) == col(Household.id))
    session.connection().execute(
        sa.update(Household)
        .where(col(Household.id).in_(homes), ~living)
        .values(
            reference=sa.literal(f"{ERASED}:").concat(sa.cast(col(Household.id), sa.String)), ended_at=now
        )
    )


def replace_in_audiences(session: Session, people: Mapping[int, int]) -> None:
    """Put somebody else, or `NOBODY`, in a person's place wherever an audience names them."""
    named = sa.cast(col(Broadcast.audience), sa.Text)
    rows = _all(
        session, sa.select(col(Broadcast.id), col(Broadcast.audience)).where(named.contains("people"))
    )
    for row in rows:
        changed = dict(row.audience)
        for key in ("people", "except_people"):
            changed[key] = list(dict.fromkeys(people.get(one, one) for one in changed.get(key, [])))
        if any(changed[key] != row.audience.get(key, []) for key in ("people", "except_people")):
            session.connection().execute(
                sa.update(Broadcast).where(col(Broadcast.id) == row.id).values(audience=changed)
            )


def _not_erased() -> sa.ColumnElement[bool]:
    return sa.func.coalesce(col(ContactPoint.stopped_why), "") != ERASED


def _delete(session: Session, model: Any, condition: Any) -> int:
    return int(session.connection().execute(sa.delete(model).where(condition)).rowcount)


def _all(session: Session, rows: Any) -> Sequence[Any]:
    return session.connection().execute(rows).all()


def scrub(store: Store, *, tries: int = 5, wait: float = 0.2) -> bool:
    """Write the file anew without what was deleted, and empty its journal; say whether that worked.

    Writers wait meanwhile. False: no room on the disk, or a reader would not let the journal go; nothing is
    lost by it, and it is tried again every night.
    """
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        for _ in range(tries):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()
            if answer is not None and answer[0] == 0:
                return True
            time.sleep(wait)
    except driver().OperationalError:
        pass
    finally:
        raw.close()
    return False
