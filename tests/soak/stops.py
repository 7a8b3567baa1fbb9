"""Families say STOP while a broadcast goes out: no text of it starts once their STOP is committed.

The moment of the commit is taken before SQLite is asked to commit, and the start of a text when the channel
is asked to send it: whatever lies between counts against us.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlmodel import Session, col, select

from bot import replies
from bot.app import App
from bot.bootstrap import open_app
from bot.messages import ChannelName, Inbound
from bot.simulator.account import SENDER
from bot.store.tables import Inbound as Kept
from tests.soak.office import Watched, configure, populate, providing, sending, settled, watched
from tests.soak.town import Town, judge


class Stoppers:
    """Families who say STOP one after the other, and when each STOP was committed."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._about_to: list[str] = []
        self.committed: dict[str, float] = {}  #: address -> monotonic seconds
        event.listen(app.store.engine, "commit", self._commit)

    def _commit(self, _: Connection) -> None:
        # Asked in the writer's thread, which alone adds to the list.
        now = time.monotonic()
        self.committed |= dict.fromkeys(self._about_to, now)
        self._about_to.clear()

    async def stop(self, number: int, address: str) -> None:
        """Receive one STOP and obey it."""
        store, now = self._app.store, self._app.clock.now()
        said = Inbound(ChannelName.SMS, f"SM{number:032x}", SENDER, address, "STOP")
        await store.write(replies.accept, [said], now)
        await store.write(self._obey, address, said.provider_id)

    def _obey(self, session: Session, address: str, provider_id: str) -> None:
        kept = session.exec(select(Kept.id).where(col(Kept.provider_id) == provider_id)).one()
        replies.handle(session, kept or 0, self._app.settings, self._app.clock.now())
        self._about_to.append(address)


async def broadcast(folder: Path, town: Town, stops: int, seed: int) -> dict[str, object]:
    """Send to a town while so many of it stop; return the row."""
    chance = random.Random(seed)
    async with providing() as provider:
        config = configure(folder, provider, telegram=False, parts_per_second=400, in_flight=64)
        populate(config, town, provider)
        app, watching = watched(open_app(config, {}))
        ledger, stoppers = provider.ledger, Stoppers(app)
        async with sending(app):
            unstopped = [address for _, address in town.addresses()]
            chance.shuffle(unstopped)
            for number in range(stops):
                # What is left when they begin to stop is less than the town: none waits for what never comes.
                while len(ledger.accepted) < number * (town.phones - stops) // stops:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
                await stoppers.stop(number, unstopped.pop())
            await settled(app, lambda: len(ledger.accepted))
    owed, committed = town.owed(), stoppers.committed
    after = _begun_after(watching[ChannelName.SMS], owed, committed)
    bulk = [(one.address, one.text) for one in ledger.accepted if one.text.endswith(owed[one.address])]
    judged = judge({address: text for address, text in owed.items() if address not in committed}, bulk)
    reached_first = len({address for address, _ in bulk} & committed.keys())
    return {
        "name": "stops",
        "texts": town.phones,
        "stops": len(committed),
        "reached_before_their_stop": reached_first,
        "started_after_stop": after,
        "lost": len(judged.lost),
        "duplicates": judged.duplicates,
        "ok": not (after or judged.lost or judged.duplicates) and len(committed) == stops > reached_first,
    }


def _begun_after(port: Watched, owed: dict[str, str], committed: dict[str, float]) -> int:
    """Count texts of the broadcast that began after their family's STOP; our answer to it is none of them."""
    return sum(
        began > committed.get(message.address, float("inf")) and message.text.endswith(owed[message.address])
        for began, message in port.begun
    )


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """10,000 texts and 500 STOPs; quick: 1,000 and 100."""
    town, stops = (Town(1000), 100) if quick else (Town(10_000), 500)
    with tempfile.TemporaryDirectory(prefix="homeloop-stops-") as folder:
        yield uvloop.run(broadcast(Path(folder), town, stops, seed=1))
