"""Reads replies that no webhook brought from the provider's own list.

A webhook that fails is tried again about once, so two hours without our server would lose every reply of
those hours. The list has them. What was brought as well is known by its id and kept once; the looks overlap,
because clocks differ and a list may show a text late.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from bot import replies
from bot.app import App, Sender
from bot.store import pulls

log = structlog.get_logger()

OVERLAP: Final = timedelta(minutes=15)  #: read anew at every look
AT_ONCE: Final = 500  #: texts in one transaction


async def pull(app: App, sender: Sender, *, since: datetime | None = None) -> int:
    """Read what came to one sender since the last look; return how many texts were new.

    At the very first look, without `since`, only the overlap is read: what is older was not written to us.
    From then on the newest text that the list showed is where the next look begins, on the provider's clock.
    Raises a `SendError` if the list could not be read; then the next look reads it.
    """
    if sender.ledger is None:
        return 0
    now = app.clock.now()
    known = await app.store.read(pulls.until, sender.name)
    start = min(one for one in (known, since, now) if one is not None) - OVERLAP
    listed = await sender.ledger.received(start)
    new = 0
    for first in range(0, len(listed), AT_ONCE):
        new += await app.store.write(replies.accept_listed, listed[first : first + AT_ONCE], now)
    newest = max((at for _, at in listed), default=now - OVERLAP if known is None else known)
    await app.store.write(pulls.note, sender.name, newest, now)
    if new:
        log.info("read from the provider's list", lane=sender.name, replies=new)
    return new
