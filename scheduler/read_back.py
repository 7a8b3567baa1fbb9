"""Reads back what has happened since a backup, and then lets a restored database send again.

The theory is in `bot.store.outbox.holding`. Nothing here may be left out or hurried: each step is taken when
the one before it is done, at the next look if need be, and the last one checks everything in the transaction
that lifts the hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session

from bot import broadcasts, replies
from bot.app import App
from bot.errors import SendError
from bot.messages import Sighting
from bot.store import outbox
from scheduler.pull import OVERLAP, pull

log = structlog.get_logger()

NO_LIST: Final = "No sender is set up whose provider keeps lists; “homeloop go --unread” lets it send."
GRACE: Final = "It waits a little, so that the provider's lists are complete."
TO_RELEASE: Final = "It waits until what has fallen due since is in the queue."
TO_READ: Final = "It waits until what families wrote since is read."


async def read_back(app: App) -> bool:
    """Take the next step towards lifting the hold; True once there is none in force."""
    hold = await app.store.read(outbox.hold_in_force)
    if hold is None:
        return True
    since = hold.backed_up_at - OVERLAP
    try:
        if hold.read_back_at is None:
            return await _begin(app, hold, since)
        return await _end(app, hold, since)
    except SendError as error:
        log.warning("the provider's lists cannot be read", why=str(error))
        await app.store.write(outbox.note_hold, str(error))
        return False


async def _begin(app: App, hold: outbox.Hold, since: datetime) -> bool:
    """First what left us: families may be answering it."""
    now = app.clock.now()
    if not any(sender.ledger for sender in app.senders):
        await app.store.write(outbox.note_hold, NO_LIST)
    elif now - hold.restored_at < timedelta(seconds=app.settings.sending.grace_seconds):
        await app.store.write(outbox.note_hold, GRACE)
    elif await app.store.read(broadcasts.due, now):
        await app.store.write(outbox.note_hold, TO_RELEASE)
    else:
        await app.store.write(outbox.match, await _sent(app, since))
        for sender in app.senders:
            await pull(app, sender, since=since)
        await app.store.write(outbox.note_hold, TO_READ, read_back_at=now)
    return False


async def _end(app: App, hold: outbox.Hold, since: datetime) -> bool:
    """Then what came in has been read and answered: what of the answers had been given before?"""
    for sender in app.senders:
        await pull(app, sender, since=since)
    seen = await _sent(app, since)
    lifted = await app.store.write(_lift, seen, app.clock.now())
    if lifted:
        log.info("sending again after a restore")
    return lifted


async def _sent(app: App, since: datetime) -> list[Sighting]:
    return [one for sender in app.senders if sender.ledger for one in await sender.ledger.sent(since)]


def _lift(session: Session, seen: Sequence[Sighting], now: datetime) -> bool:
    if replies.unhandled(session, 1) or replies.waking(session, now, 1) or broadcasts.due(session, now):
        return False
    outbox.lift_hold(session, outbox.match(session, seen), now)
    return True
