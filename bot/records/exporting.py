"""One household as a parcel: everything we hold, for machines and for people.

Made for one person of it, or for the school's own use with all of it. Words on a phone that anybody else has
too are left out (rule 17), and so is whatever only those on call may read (rule 19); the parcel says what
was left out and why, as far as that may be said.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from bot.directory import (
    N_,
    Home,
    Member,
    Phone,
    Said,
    household,
    restricted_inbound,
    restricted_replies,
    said,
)
from bot.errors import RecordsError
from bot.records.readable import readable
from bot.store import audit
from bot.store.audit import Actor
from bot.store.tables import (
    Consent,
    FormerPhone,
    Handover,
    LinkCode,
    Note,
    PersonContactPoint,
    Reply,
    ReplyVersion,
)

SHARED: Final = (
    "Other people have this phone too, and it cannot be told whose words are whose: what was written on it "
    "is left out."
)
EVERYTHING: Final = 100_000  #: texts of one household


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file to hand over."""

    name: str  #: holds the household's number, and no name
    content: bytes  #: ZIP


def export(
    session: Session, number: int, person: int | None, who: Actor, now: datetime, school: str
) -> Parcel:
    """Put one person's records together, or with None a whole household's. Raises `RecordsError`."""
    home = household(session, number)
    members = [member for member in home.members if person in {None, member.id}]
    if not members:
        raise RecordsError(N_("This person is no longer in the household: look at it again."))
    found: dict[str, Any] = {
        "made_at": now.isoformat(),
        "school": school,
        "household": {"number": home.id, "reference": home.reference},
        "made_for": "the school" if person is None else members[0].name,
        "people": [_person(member) for member in members],
        "phones": _phones(session, home, members),
        "telegram_codes": _codes(session, members),
    }
    audit.record(session, who, "household.exported", f"household:{number}", now=now, person=person)
    return Parcel(f"household-{number}.zip", _packed(found))


def _packed(found: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("household.json", json.dumps(found, ensure_ascii=False, indent=2))
        file.writestr("household.html", readable(found))
    return packed.getvalue()


def _person(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "kind": member.kind,
        "reads": member.reads,
        "hears": member.hears,
        "languages_chosen_by": "family" if member.chosen else "roster",
        "reference": member.reference,
        "in_roster": member.in_roster,
        "first_approached": member.approached,
        "phones": [phone.address for phone in member.phones],
        "children": [
            {"reference": child.reference, "school": child.school, "grade": child.grade}
            for child in member.children
        ],
    }


def _phones(session: Session, home: Home, members: Sequence[Member]) -> list[dict[str, Any]]:
    phones = {phone.id: phone for member in members for phone in member.phones}
    people = [member.id for member in members]
    shared = _shared(session, list(phones), people)
    own = [number for number in phones if number not in shared]
    told = _said_by_phone(session, list(phones))
    replies, notes, owed = _replies(session, own), _notes(session, own), _owed(session, own)
    ledger = _ledger(session, list(phones), shared)
    return [
        {
            **_phone(phone),
            "shared": phone.id in shared,
            "left_out": SHARED if phone.id in shared else None,
            "consent": ledger.get(phone.id, []),
            "texts": [_text(one) for one in told.get(phone.id, []) if _may_go(one, shared)],
            "replies": replies.get(phone.id, []),
            "notes_of_staff": notes.get(phone.id, []),
            "owed": owed.get(phone.id, []),
        }
        for phone in phones.values()
    ]


def _shared(session: Session, phones: Sequence[int], people: Sequence[int]) -> set[int]:
    """Return the phones that somebody else has, or had: their words may be there."""
    found: set[int] = set()
    for link in (PersonContactPoint, FormerPhone):
        here = sa.and_(col(link.contact_point_id).in_(phones), col(link.person_id).not_in(people))
        found |= set(
            session.connection().execute(sa.select(col(link.contact_point_id)).where(here)).scalars()
        )
    return found


def _may_go(one: Said, shared: set[int]) -> bool:
    """A broadcast is the same for everybody; what was written to or by one person is theirs."""
    return one.phone not in shared or (one.ours and one.broadcast is not None)


def _said_by_phone(session: Session, phones: Sequence[int]) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = {}
    for one in reversed(said(session, phones, limit=EVERYTHING)):
        found.setdefault(one.phone, []).append(one)
    return found


def _phone(phone: Phone) -> dict[str, Any]:
    return {
        "channel": phone.channel,
        "address": phone.address,
        "language": phone.language,
        "language_chosen_by": "family" if phone.chosen else "roster",
        "state": phone.state,
        "since": _moment(phone.since),
        "why": phone.why,
    }


def _text(one: Said) -> dict[str, Any]:
    return {
        "at": _moment(one.at),
        "from": "school" if one.ours else "family",
        "language": one.language,
        "text": one.text,
        "pictures_or_recordings": one.media,
        "in_the_schools_language": one.meaning,
        "about": one.title,
        "state": one.state,
    }


def _ledger(session: Session, phones: Sequence[int], shared: set[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    rows = session.connection().execute(
        sa.select(Consent.__table__)  # type: ignore[attr-defined]
        .where(col(Consent.contact_point_id).in_(phones))
        .order_by(col(Consent.id))
    )
    for row in rows:
        words = row.inbound_id is not None and row.contact_point_id in shared
        found.setdefault(row.contact_point_id, []).append(
            {
                "at": _moment(row.at),
                "scope": row.scope,
                "granted": row.granted,
                "evidence": "a text from this phone" if words else row.evidence,
            }
        )
    return found


def _replies(session: Session, phones: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    connection = session.connection()
    mine = sa.and_(
        col(Reply.contact_point_id).in_(phones),
        col(Reply.inbound_id).not_in(restricted_inbound()),
        col(Reply.id).not_in(restricted_replies()),
    )
    versions: dict[int, list[dict[str, Any]]] = {}
    rows: Sequence[Any] = connection.execute(
        sa.select(ReplyVersion.__table__)  # type: ignore[attr-defined]
        .where(col(ReplyVersion.reply_id).in_(sa.select(col(Reply.id)).where(mine)))
        .order_by(col(ReplyVersion.id))
    ).all()
    for row in rows:
        versions.setdefault(row.reply_id, []).append(_understanding(row) | {"at": _moment(row.at)})
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(
        sa.select(Reply.__table__).where(mine).order_by(col(Reply.id))  # type: ignore[attr-defined]
    ):
        told = {"kind": row.kind, "language": row.language, "at": _moment(row.made_at)}
        whole = told | _understanding(row) | {"versions": versions.get(row.id, [])}
        found.setdefault(row.contact_point_id, []).append(whole)
    return found


def _understanding(row: Any) -> dict[str, Any]:
    return {
        "words": row.words,
        "value": row.value,
        "understood_in_their_language": row.understood_home,
        "understood_in_the_schools": row.understood_staff,
        "state": row.state,
        "by": row.by,
    }


def _notes(session: Session, phones: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    rows = sa.select(col(Note.contact_point_id), col(Note.at), col(Note.text)).order_by(col(Note.id))
    for phone, at, text in session.connection().execute(rows.where(col(Note.contact_point_id).in_(phones))):
        found.setdefault(phone, []).append({"at": _moment(at), "text": text})
    return found


def _owed(session: Session, phones: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    rows = sa.select(
        func.coalesce(col(Handover.contact_point_id), 0),
        col(Handover.made_at),
        col(Handover.why),
        col(Handover.promised_at),
        col(Handover.done_at),
    ).where(col(Handover.contact_point_id).in_(phones), ~col(Handover.restricted))
    for phone, made, why, promised, done in session.connection().execute(rows.order_by(col(Handover.id))):
        found.setdefault(phone, []).append(
            {"at": _moment(made), "what": why, "promised": _moment(promised), "done": _moment(done)}
        )
    return found


def _codes(session: Session, members: Sequence[Member]) -> list[dict[str, Any]]:
    rows = sa.select(col(LinkCode.made_at), col(LinkCode.used_at)).where(
        col(LinkCode.person_id).in_([member.id for member in members])
    )
    found = session.connection().execute(rows.order_by(col(LinkCode.made_at)))
    return [{"made_at": _moment(made), "used_at": _moment(used)} for made, used in found]


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
