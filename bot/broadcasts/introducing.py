"""The first text of all to a phone: who we are, and that we never ask for money (docs/dialogue.md, rule 18).

It goes only to people who have been told of us before, on paper, by a partner or by a person, on a day that
the roster names, and whose phones have never had a text of ours. Its words are Homeloop's own, in each
language; they name the school first and hold no link, no child and no question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot import languages
from bot.broadcasts.drafts import Draft, draft, translate
from bot.channels import segments
from bot.errors import BroadcastError
from bot.messages import ChannelName
from bot.settings import Settings
from bot.store.audience import Audience
from bot.store.tables import (
    ContactPoint,
    Delivery,
    Person,
    PersonContactPoint,
    PersonKind,
    TranslationState,
)

PHRASE: Final = "first_contact"
PROVENANCE: Final = f"phrase:{PHRASE}"


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Guardians whose phones have never had a text of ours."""

    told: tuple[int, ...]  #: person.id of those who have heard of us: they may get the first text
    untold: int  #: people of whom nobody has noted when and how they were told


def newcomers(session: Session, today: date) -> Newcomers:
    """Return whom the first text may go to today, and how many must hear of us first."""
    told = col(Person.approached_by).is_not(None) & (col(Person.approached_on) <= today.isoformat())
    rows = session.connection().execute(
        sa.select(col(Person.id), sa.func.coalesce(told, sa.false())).where(
            col(Person.in_roster),
            col(Person.kind) == PersonKind.GUARDIAN,
            _has_phone(),
            sa.not_(_written_to()),
        )
    )
    known = [(number or 0, bool(heard)) for number, heard in rows]
    return Newcomers(
        tuple(number for number, heard in known if heard), sum(not heard for _number, heard in known)
    )


def _phones() -> Any:
    link = PersonContactPoint
    return (col(link.person_id) == col(Person.id)) & (col(link.contact_point_id) == col(ContactPoint.id))


def _has_phone() -> Any:
    return sa.exists().where(
        _phones(),
        col(ContactPoint.channel) == ChannelName.SMS,
        col(ContactPoint.stopped_at).is_(None),
        col(ContactPoint.bad_at).is_(None),
    )


def _written_to() -> Any:
    """Say of a person that a text of ours has gone, or is about to go, to one of their phones."""
    return sa.exists().where(_phones(), col(Delivery.contact_point_id) == col(ContactPoint.id))


def first_contact(session: Session, settings: Settings, now: datetime) -> int:
    """Draft the first text to everybody who may get it; return the broadcast. Raises `BroadcastError`."""
    found = newcomers(session, now.astimezone(settings.school.zone).date())
    if not found.told:
        raise BroadcastError(
            "Nobody is due a first text: everybody has had one, or the roster does not say when and how they "
            f"were told of us ({found.untold} people; its columns “approached by” and “approached on”)."
        )
    source = settings.school.staff_language
    source = source if source in languages.catalog_languages() else languages.SOURCE
    audience = Audience(people=found.told)
    written = Draft("First text", words(source, settings), audience, source, provenance=PROVENANCE)
    made = draft(session, written, now)
    for tag in languages.catalog_languages():
        if tag != source:
            read = languages.speakable(tag, settings.unreviewed)
            state = TranslationState.REVIEWED if read else TranslationState.MACHINE
            said = words(tag, settings)
            translate(session, made, tag, said, provenance=PROVENANCE, state=state, now=now)
    return made


def words(tag: str, settings: Settings) -> str:
    """Return the first text in a language. Raises `BroadcastError` if the school's name makes it too long."""
    said = segments.normalise(languages.phrase(PHRASE, tag, school=settings.school.name))
    parts = segments.measure(said)
    if parts.count > (1 if parts.encoding == "GSM-7" else 2):
        raise BroadcastError(
            f"With the name “{settings.school.name}” the first text is too long in "
            f"{languages.language(tag).english}: give school.name in config.toml a shorter one."
        )
    return said
