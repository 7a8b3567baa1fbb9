"""Erasing one household or one number: what it would take, the act, and the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from bot.directory import N_, Home, Phone, household, restricted_inbound, restricted_replies
from bot.errors import RecordsError
from bot.store import audit, incoming
from bot.store import erasure as rows
from bot.store.audit import Actor
from bot.store.erasure import Erased
from bot.store.store import Store
from bot.store.tables import Delivery, FormerPhone, Handover, Inbound, Note, PersonContactPoint, Reply, Sweep


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing a household would take."""

    home: Home
    alone: tuple[Phone, ...]  #: go with everything on them
    shared: tuple[Phone, ...]  #: somebody of another household has them too
    once: int  #: numbers that they had before, and nobody has now; they go too
    goes: Erased
    open: int  #: things that still wait for somebody


def erasure(session: Session, number: int) -> Erasure:
    """Look at what erasing a household would take. Raises `RecordsError`."""
    home = household(session, number)
    people = [member.id for member in home.members]
    phones = rows.phones_of(session, people)
    theirs = {phone.id for phone in home.phones}
    return Erasure(
        home,
        tuple(phone for phone in home.phones if phone.id in phones.alone),
        tuple(phone for phone in home.phones if phone.id in phones.shared),
        len(set(phones.alone) - theirs),
        _goes(session, people, phones.alone),
        _count(session, Handover, _open(phones.alone), ~col(Handover.restricted)),
    )


def _goes(session: Session, people: rows.Ids, phones: rows.Ids) -> Erased:
    hidden = restricted_inbound()
    return Erased(
        people=len(people),
        children=len(rows.children_of(session, people)),
        phones=len(phones),
        messages=_count(
            session, Inbound, col(Inbound.contact_point_id).in_(phones), col(Inbound.id).not_in(hidden)
        ),
        replies=_count(
            session,
            Reply,
            col(Reply.contact_point_id).in_(phones),
            col(Reply.inbound_id).not_in(hidden),
            col(Reply.id).not_in(restricted_replies()),
        ),
        texts=_count(
            session,
            Delivery,
            col(Delivery.contact_point_id).in_(phones),
            col(Delivery.rendering_id).is_(None),
            sa.or_(col(Delivery.inbound_id).is_(None), col(Delivery.inbound_id).not_in(hidden)),
        ),
        notes=_count(session, Note, col(Note.contact_point_id).in_(phones)),
    )


def erase(
    session: Session, number: int, who: Actor, now: datetime, *, typed: int | None, shared: str | None
) -> Erased:
    """Erase a household; `finish` then cleans the bytes. Raises `RecordsError`.

    `typed` is the household's number as somebody typed it to confirm; `shared` says what becomes of words on
    phones that others have too: "keep" or "erase"; None where there are no such phones.
    """
    seen = erasure(session, number)
    if typed != number:
        raise RecordsError(N_("To erase this household, type its number as it stands above."))
    if seen.shared and shared not in {"keep", "erase"}:
        raise RecordsError(N_("Others have one of these phones too: say what becomes of the words on it."))
    phones = (*(phone.id for phone in seen.alone), *(phone.id for phone in seen.shared))
    if _count(session, Handover, _open(phones), col(Handover.restricted)):
        raise RecordsError(N_("This household cannot be erased today: ask whoever is on call first."))
    people = [member.id for member in seen.home.members]
    done = rows.erase_people(session, people, now, shared_words=shared == "erase")
    if not people:
        raise RecordsError(N_("Nobody is in this household."))
    _note(session, who, "household.erased", f"household:{number}", done, now)
    return done


def erase_phone(session: Session, phone: int, who: Actor, now: datetime) -> Erased:
    """Erase a number that is nobody's: a stranger's, or one that was given up. Raises `RecordsError`."""
    here = col(PersonContactPoint.contact_point_id) == phone
    if session.connection().execute(sa.select(col(PersonContactPoint.person_id)).where(here)).first():
        raise RecordsError(N_("Somebody has this phone: erase their household instead."))
    if _count(session, Handover, _open((phone,)), col(Handover.restricted)):
        raise RecordsError(N_("This phone cannot be erased today: ask whoever is on call first."))
    session.connection().execute(sa.delete(FormerPhone).where(col(FormerPhone.contact_point_id) == phone))
    done = rows.erase_phones(session, (phone,), now)
    _note(session, who, "phone.erased", f"phone:{phone}", done, now)
    return done


def finish(store: Store) -> bool:
    """Remove what was erased from the bytes of the file, its journal and uploads; say if that worked."""
    incoming.clear(incoming.folder_of(store.path))
    newest = store.reading(newest_removal)
    if not rows.scrub(store):
        return False
    store.writing(mark_scrubbed, newest)
    return True


def newest_removal(session: Session) -> int:
    """Return the number of the newest removal there is."""
    return int(session.connection().execute(sa.select(func.max(col(Sweep.id)))).scalar() or 0)


def mark_scrubbed(session: Session, newest: int) -> None:
    """The bytes of every removal up to that one are gone."""
    unclean = sa.and_(col(Sweep.scrubbed).is_(False), col(Sweep.id) <= newest)
    session.connection().execute(sa.update(Sweep).where(unclean).values(scrubbed=True))


def _note(session: Session, who: Actor, what: str, about: str, done: Erased, now: datetime) -> None:
    session.add(Sweep(at=now, kind=rows.ERASED, removed=done.counts()))
    session.flush()
    audit.record(session, who, what, about, now=now, **done.counts())


def _open(phones: rows.Ids) -> sa.ColumnElement[bool]:
    return sa.and_(col(Handover.contact_point_id).in_(phones), col(Handover.done_at).is_(None))


def _count(session: Session, model: Any, *conditions: Any) -> int:
    counted = sa.select(func.count()).select_from(model).where(*conditions)
    return int(session.connection().execute(counted).scalar_one())
