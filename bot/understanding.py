"""Families' own words that an engine is asked about: which wait, what it said, and what becomes of it.

A reply with `engine_due_at` waits for an engine; that is all there is to remember, so a stop or a crash in
the middle of a call loses nothing: the engine is asked again. No transaction is open meanwhile. What comes
back counts only if the very same words still wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session, col, select

from bot import languages
from bot.app import App
from bot.conversation import events
from bot.conversation import talk as talks
from bot.conversation.talk import OwnWords
from bot.conversation.wording import DAY
from bot.errors import StoreError
from bot.settings import Settings
from bot.store.tables import ContactPoint, Handover, Inbound, Reply, Talk
from bot.talking import Turn
from bot.translation import pipeline, reading
from bot.translation.pipeline import Loss, Understood

log = structlog.get_logger()

TRIES: Final = 2  #: how often an engine that gives no answer is asked about the same words

#: what a person deals with instead of a read-back; for the rest a liaison writes it
_FOR_A_PERSON: Final = frozenset({Loss.DANGER, Loss.DELICATE, Loss.QUESTION})


@dataclass(frozen=True, slots=True)
class Task:
    """Words that an engine is asked about."""

    reply: int
    words: str
    tags: tuple[str, ...]  #: the family's language, then others it has written in


def due(session: Session, now: datetime, most: int) -> list[int]:
    """List the replies that an engine is to be asked about, the longest waiting first."""
    rows = session.exec(
        select(Reply.id)
        .where(col(Reply.engine_due_at).is_not(None), col(Reply.engine_due_at) <= now)
        .order_by(col(Reply.engine_due_at))
        .limit(most)
    )
    return [one for one in rows if one is not None]


def task(session: Session, reply_id: int) -> Task | None:
    """Return what an engine is asked; None if these words wait for nothing any more."""
    found = _waiting(session, reply_id)
    if found is None:
        return None
    _, contact, talk, own = found
    words = pipeline.correction(own.words, contact.language) if own.round > 1 else own.words
    return Task(reply_id, words, (contact.language, *talk.spoke))


async def understand(app: App, reply_id: int) -> None:
    """Ask the engine about one reply, and keep what it said; if anything goes wrong a liaison gets it."""
    asked = await app.store.read(task, reply_id)
    found = await _ask(app, asked) if asked is not None else Loss.FORBIDDEN
    try:
        await app.store.write(keep, reply_id, asked, found, app.settings, app.clock.now())
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - what cannot be carried out must not be asked about for ever
        log.error("an understanding could not be kept", reply=reply_id, error=type(error).__name__)
        await app.store.write(give_up, reply_id, app.clock.now())


async def _ask(app: App, asked: Task) -> Understood | Loss:
    """Ask, if the settings of today still allow it."""
    if app.translator is None or not pipeline.may_read_back(app.settings.translation, asked.tags[0]):
        return Loss.FORBIDDEN
    staff = app.settings.school.staff_language
    try:
        return await reading.read(asked.words, asked.tags, staff, app.translator, app.second_translator)
    except Exception as error:  # noqa: BLE001 - an engine may answer anything
        log.error("the engine could not be asked", reply=asked.reply, error=type(error).__name__)
        return Loss.ENGINE


def give_up(session: Session, reply_id: int, now: datetime) -> None:
    """An understanding that the program could not deal with: a liaison gets the words."""
    reply = session.get(Reply, reply_id, populate_existing=True)
    if reply is None:
        return
    reply.engine_due_at = None
    owed = Handover(contact_point_id=reply.contact_point_id, reply_id=reply_id, why="read back", made_at=now)
    session.add_all([reply, owed])


def keep(
    session: Session,
    reply_id: int,
    asked: Task | None,
    found: Understood | Loss,
    settings: Settings,
    now: datetime,
) -> None:
    """Carry out what an engine said of words, or could not say; of words that have changed, nothing."""
    reply = session.get(Reply, reply_id, populate_existing=True)
    if reply is None:
        return
    if asked is None or task(session, reply_id) is None:
        reply.engine_due_at = None  # somebody was quicker, or nobody needs to know any more
        session.add(reply)
    elif task(session, reply_id) == asked:
        _carry_out(session, reply, found, settings, now)


def _carry_out(
    session: Session, reply: Reply, found: Understood | Loss, settings: Settings, now: datetime
) -> None:
    reply.engine_tries += 1
    if found is Loss.ENGINE and reply.engine_tries < TRIES:
        reply.engine_due_at = now + timedelta(seconds=settings.translation.try_again_seconds)
        session.add(reply)
        return
    reply.engine_due_at = None
    contact = session.get(ContactPoint, reply.contact_point_id, populate_existing=True)
    assert contact is not None
    # Our answer to danger is hidden with what it answers (bot.inbox).
    inbound = session.get(Inbound, reply.inbound_id) if found is Loss.DANGER else None
    turn = Turn(session, contact, settings, now, inbound=inbound)
    if isinstance(found, Understood) and not _fits(session, reply, found, settings, now):
        found = Loss.LENGTH
    if isinstance(found, Loss):
        reply.engine_why = found.value
    session.add(reply)
    turn.step(_event(str(reply.inbound_id), found, settings, now))


def _event(key: str, found: Understood | Loss, settings: Settings, now: datetime) -> events.Event:
    match found:
        case Understood(home=home, staff=staff):
            return events.ReadBackWritten(key, home, staff, f"engine:{_name(settings)}", now)
        case _ if found in _FOR_A_PERSON:
            return events.NoReadBack(key, now, danger=found is Loss.DANGER)
    return events.LeftToPerson(key, now)


def _name(settings: Settings) -> str:
    """Return who wrote it, as staff read it."""
    return "LibreTranslate, twice" if settings.translation.second_url else "LibreTranslate"


def _fits(session: Session, reply: Reply, found: Understood, settings: Settings, now: datetime) -> bool:
    """Say whether the read-back, with its question around it, is short enough (rule 6)."""
    waiting = _waiting(session, reply.id or 0)
    if waiting is None:
        return True
    _, contact, _, own = waiting
    key = "read_back_later" if now - own.said_at > DAY else f"read_back{'_again' * (own.round > 1)}"
    tag = contact.language
    if not languages.speakable(tag, settings.unreviewed):
        return False
    zone = settings.school.zone
    day = languages.family_date(own.said_at.astimezone(zone).date(), tag, today=now.astimezone(zone).date())
    return pipeline.fits(languages.phrase(key, tag, meaning=found.home, topic=own.question.topic, day=day))


def _waiting(session: Session, reply_id: int) -> tuple[Reply, ContactPoint, talks.Talk, OwnWords] | None:
    """Return a reply whose words still wait for what we understood, with where its conversation stands."""
    reply = session.get(Reply, reply_id, populate_existing=True)
    if reply is None or reply.engine_due_at is None:
        return None
    row = session.get(Talk, reply.contact_point_id, populate_existing=True)
    contact = session.get(ContactPoint, reply.contact_point_id, populate_existing=True)
    if row is None or contact is None:
        return None
    talk = talks.from_json(row.state)
    own = next((one for one in talk.waiting if one.reply == str(reply.inbound_id)), None)
    if own is None or own.home is not None:
        return None
    return reply, contact, talk, own
