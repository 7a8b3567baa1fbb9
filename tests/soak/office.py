"""Homeloop in the proof's own process, on a provider in the same process: what begins is seen at once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.app import App
from bot.bootstrap import open_app
from bot.errors import Throttled
from bot.messages import ChannelName, Inbound, Outbound, Receipt, Sighting
from bot.ports import Channel
from bot.sender import send_until
from bot.simulator import Account, Simulator
from bot.simulator.account import ACCOUNT_SID, AUTH_TOKEN, BOT_TOKEN, SENDER
from bot.simulator.families import Family
from bot.store.tables import Delivery
from tests.soak.town import Town, settle_in

PATIENCE = 300.0  #: seconds without any progress after which a proof is given up
MOVING = ("waiting", "queued", "sending", "uncertain")
SENDING = {
    "grace_seconds": 2,
    "look_every_seconds": 0.5,
    "tick_seconds": 0.1,
    "retry_first_seconds": 0.2,
    "attempts": 20,
}


def configure(
    folder: Path, provider: Simulator, *, telegram: bool, parts_per_second: float = 1000, in_flight: int = 32
) -> Path:
    """Write a config.toml whose provider is the simulator, and return it."""
    sections: dict[str, dict[str, Any]] = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100"},
        "staff": {"reader": "Ms Ruiz", "large_broadcast": 1_000_000},
        "database": {"path": str(folder / "homeloop.db"), "busy_seconds": 1},
        "server": {"public_url": "http://127.0.0.1:9"},
        "sms": {
            "account_sid": ACCOUNT_SID,
            "auth_token": AUTH_TOKEN,
            "sender": SENDER,
            "base_url": provider.base_url,
            "parts_per_second": parts_per_second,
            "in_flight": in_flight,
        },
        "sending": SENDING,
    }
    if telegram:
        bot = {"token": BOT_TOKEN, "base_url": provider.base_url, "in_flight": in_flight}
        sections["telegram"] = bot | {"messages_per_second": min(parts_per_second, 1000)}
    lines = [
        line
        for name, values in sections.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()))
    ]
    made = folder / "config.toml"
    made.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def populate(config: Path, town: Town, provider: Simulator) -> None:
    """Let a town settle into the database of a config.toml, its chats known to the provider."""
    app = open_app(config, {})
    app.store.writing(settle_in, town, app.settings)
    app.store.close()
    provider.know(
        Family(address, channel, started=True)
        for channel, address in town.addresses()
        if channel is ChannelName.TELEGRAM
    )


@asynccontextmanager
async def providing() -> AsyncIterator[Simulator]:
    """Give a provider whose status callbacks are never posted: its list alone tells what it accepted."""
    provider = Simulator(Account(webhook_tries=0, queued_for=0.0, sent_for=0.0))
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()


@dataclass
class Watched:
    """A channel that notes when each text begins, and which began inside a wait that was asked for."""

    port: Channel
    first: Callable[[Outbound], None] = lambda _: None  #: called when a text is about to begin
    begun: list[tuple[float, Outbound]] = field(default_factory=list)
    inside_wait: int = 0
    _refused_until: float = 0.0

    async def send(self, message: Outbound) -> Receipt:
        self.first(message)
        now = time.monotonic()
        self.begun.append((now, message))
        self.inside_wait += now < self._refused_until
        try:
            return await self.port.send(message)
        except Throttled as refusal:
            self._refused_until = max(self._refused_until, time.monotonic() + refusal.wait)
            raise

    async def find(self, address: str, since: datetime) -> list[Sighting] | None:
        return await self.port.find(address, since)

    async def acknowledge(self, inbound: Inbound) -> None:
        await self.port.acknowledge(inbound)


def watched(app: App) -> tuple[App, dict[ChannelName, Watched]]:
    """Return the same Homeloop with every channel watched."""
    watching = {sender.channel: Watched(sender.port) for sender in app.senders}
    senders = tuple(replace(sender, port=watching[sender.channel]) for sender in app.senders)
    return replace(app, senders=senders), watching


@asynccontextmanager
async def sending(app: App) -> AsyncIterator[None]:
    """Let Homeloop send while this is open; afterwards everything is settled and closed."""
    stop, begun = asyncio.Event(), asyncio.Event()
    at_work = asyncio.create_task(send_until(stop, app, begun.set))
    beginning = asyncio.create_task(begun.wait())
    try:
        await asyncio.wait({at_work, beginning}, return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        beginning.cancel()
        stop.set()
        await at_work


def moving(session: Session) -> dict[str, int]:
    """Count the deliveries that are in a state that is not their last."""
    counts = sa.select(col(Delivery.state), sa.func.count()).group_by(col(Delivery.state))
    return {state: count for state, count in session.execute(counts) if state in MOVING}


async def settled(app: App, progress: Callable[[], int]) -> None:
    """Wait until nothing moves any more; fail when `progress` has stood still for too long."""
    deadline, seen = time.monotonic() + PATIENCE, progress()
    while left := await app.store.read(moving):
        if progress() != seen:
            deadline, seen = time.monotonic() + PATIENCE, progress()
        assert time.monotonic() < deadline, f"nothing moves any more: {left}"
        await asyncio.sleep(0.05)
