"""Settles what is uncertain against the provider's own list.

An uncertain text is one that the provider may have: the program was killed, or the connection broke,
between asking and hearing the answer. A signed status callback that carries its attempt settles it
(`bot.store.outbox.carry_out`). Otherwise we look: the provider lists what it accepted for that
number, and a text of the same words that we cannot account for, made since the try began, is ours.
Only after a generous grace *and* two looks without finding it is it queued again. Where there is no
list (Telegram), or more than one text fits, or the words are no longer shown, it is held for staff.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.app import App, Sender
from bot.errors import SendError, Setup, Throttled, Unreachable
from bot.messages import Sighting
from bot.store import outbox
from bot.store.outbox import Claimed

log = structlog.get_logger()

#: the provider's clock may differ from ours by this much, and it writes whole seconds
CLOCKS_DIFFER = timedelta(seconds=5)

AT_ONCE = 200  #: uncertain deliveries looked for in one pass
LOOKS = 8  #: requests for the provider's list on the wire at once

NO_LIST = "It cannot be known whether this text arrived: the connection broke while it was on its way."
SEVERAL = "The provider lists more than one text that this could be."
NO_WORDS = "The provider no longer shows the words of its texts, so this one cannot be recognised."


async def reconcile(app: App, sender: Sender) -> int:
    """Look once for every uncertain delivery of a lane whose turn it is; return how many were settled."""
    now = app.clock.now()
    pause = timedelta(seconds=app.settings.sending.look_every_seconds)
    found = await app.store.read(outbox.uncertain, sender.lane_id, looked_before=now - pause, most=AT_ONCE)
    waiting = iter(found)

    async def look() -> int:
        settled = 0
        for claimed, started in waiting:  # shared: each delivery is taken by one of the looks
            try:
                settled += await _look(app, sender, claimed, started, now)
            except (Setup, Throttled, Unreachable):
                for _ in waiting:  # every other look would end alike
                    pass
        return settled

    done = await asyncio.gather(*(look() for _ in range(LOOKS)), return_exceptions=True)
    if failure := next((one for one in done if isinstance(one, BaseException)), None):
        raise failure
    return sum(one for one in done if isinstance(one, int))


async def _look(app: App, sender: Sender, claimed: Claimed, started: datetime, now: datetime) -> bool:
    """Look for one delivery; True if that settled it. Raises what would end every other look as well."""
    try:
        sightings = await sender.port.find(claimed.message.address, started - CLOCKS_DIFFER)
    except SendError as error:
        log.warning("cannot look for an uncertain text", lane=sender.name, why=str(error))
        if isinstance(error, Setup | Throttled | Unreachable):
            raise
        return False
    enough = now - started >= timedelta(seconds=app.settings.sending.grace_seconds)
    return await app.store.write(conclude, claimed, started, sightings, enough=enough, now=now)


def conclude(
    session: Session,
    claimed: Claimed,
    started: datetime,
    sightings: list[Sighting] | None,
    *,
    enough: bool,
    now: datetime,
) -> bool:
    """Write down what one look says; True if it settled the delivery."""
    if sightings is None:
        outbox.hold(session, claimed, NO_LIST, now)
        return True
    if outbox.on_its_way(session, claimed.contact_point_id):
        return False  # what the list shows may be that one, of the same words
    fresh = [one for one in sightings if one.created_at >= started - CLOCKS_DIFFER]
    unknown = outbox.unknown_ids(session, [one.provider_id for one in fresh])
    ours = [one for one in fresh if one.provider_id in unknown]
    alike = [one for one in ours if one.text == claimed.message.text]
    if any(one.text is None for one in ours):
        outbox.hold(session, claimed, NO_WORDS, now)
    elif len(alike) > 1:
        outbox.hold(session, claimed, SEVERAL, now)
    elif alike:
        outbox.found(session, claimed, alike[0].provider_id, now)
    else:
        return outbox.looked(session, claimed, enough=enough, now=now) is not None
    return True
