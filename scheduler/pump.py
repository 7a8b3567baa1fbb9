"""drain(lane): claim a little, send it concurrently, settle; answers to families first.

Theory. One `Pump` holds one lane under an epoch. Each turn is one durable transaction that settles what
has come back and claims what may go now: never more than the pace allows at this moment, so nothing
waits in `sending` for its turn and a STOP committed now stops everything that has not begun. Whatever
ends a try without an answer that we can trust leaves the row uncertain; the reconciler settles those.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from bot.app import App, Sender
from bot.errors import SendError, sayable
from bot.messages import DeliveryState
from bot.store import contacts, outbox
from bot.store.outbox import Claimed, Settled
from bot.store.tables import ContactPoint
from scheduler import pace, retry

log = structlog.get_logger()

SENT = retry.Verdict(DeliveryState.SENT)

_AGAIN = (DeliveryState.WAITING, DeliveryState.QUEUED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one try came to: the provider's id, or a verdict on its error."""

    claimed: Claimed
    verdict: retry.Verdict
    provider_id: str | None = None


class Pump:
    """Sends from one lane until told to stop."""

    def __init__(self, app: App, sender: Sender) -> None:
        self._app = app
        self._sender = sender
        self._wake = asyncio.Event()
        self._stopping = False
        self._sending: set[asyncio.Task[Outcome]] = set()
        self._bucket = pace.full(sender.per_second, max(1.0, sender.per_second), time.monotonic())

    def wake(self) -> None:
        """Look for work now instead of at the next tick."""
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is on the wire has been settled."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Take the lane and drain it until stopped."""
        epoch: int | None = None
        while not self._stopping or self._sending:
            try:
                if epoch is None:
                    epoch = await self._app.store.write(outbox.take_lane, self._sender.lane_id)
                waits = await self._turn(epoch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the lane must go on afterwards
                log.error("sending is waiting", lane=self._sender.name, why=sayable(error))
                if self._stopping and all(task.done() for task in self._sending):
                    return  # what could not be settled is uncertain at the next start
                await self._rest(self._app.settings.sending.tick_seconds, set())
            else:
                if waits:
                    await self._rest(waits, self._sending)

    async def _turn(self, epoch: int) -> float:
        """Settle, claim, begin to send; return for how many seconds nothing more can be begun."""
        over = {task for task in self._sending if task.done()}
        ended = [task.result() for task in over]
        room, parts = self._room(), pace.available(self._bucket, time.monotonic())
        claimed: list[Claimed] = []
        if ended or room:
            now = self._app.clock.now()
            claimed = await self._app.store.write(turn, self._sender, epoch, ended, room, parts, now)
        self._sending -= over
        for outcome in ended:
            self._obey(outcome.verdict)
        for one in claimed:
            self._bucket = pace.spend(self._bucket, one.parts, time.monotonic())
            self._sending.add(asyncio.create_task(self._send(one)))
        return self._idle_for(more=bool(claimed) and len(claimed) == room)

    def _room(self) -> int:
        """How many texts may be begun now; none while the pace has no whole part left."""
        if self._stopping or pace.wait_for(self._bucket, 1.0, time.monotonic()) > 0:
            return 0
        return min(self._sender.in_flight - len(self._sending), self._app.settings.sending.batch)

    def _idle_for(self, *, more: bool) -> float:
        tick = self._app.settings.sending.tick_seconds
        if self._stopping:
            return tick if self._sending else 0.0
        paced = pace.wait_for(self._bucket, 1.0, time.monotonic())
        if paced > 0:
            return min(tick, paced)
        return 0.0 if more and self._room() > 0 else tick

    async def _rest(self, seconds: float, tries: Set[asyncio.Task[Outcome]]) -> None:
        """Wait until one of these tries ends, somebody wakes us, or the time is over."""
        woken = asyncio.create_task(self._wake.wait())
        await asyncio.wait({*tries, woken}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if woken.done():
            self._wake.clear()
        else:
            woken.cancel()

    async def _send(self, claimed: Claimed) -> Outcome:
        try:
            receipt = await self._sender.port.send(claimed.message)
        except SendError as error:
            now = self._app.clock.now()
            return Outcome(claimed, retry.judge(error, claimed.attempts, now, self._app.settings.sending))
        # A fault of ours must not lose the text, nor may something that cancels the try from inside.
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001
            kind = type(error).__name__
            log.error("a sender failed in a way it should not", lane=self._sender.name, error=kind)
            return Outcome(
                claimed, retry.Verdict(DeliveryState.UNCERTAIN, reason=f"The sender failed ({kind}).")
            )
        return Outcome(claimed, SENT, receipt.provider_id)

    def _obey(self, verdict: retry.Verdict) -> None:
        if verdict.lane_refused_until is not None:
            wait = (verdict.lane_refused_until - self._app.clock.now()).total_seconds()
            self._bucket = pace.refuse_until(self._bucket, time.monotonic() + max(0.0, wait))
        if verdict.stops_lane:
            log.error("lane stopped", lane=self._sender.name, why=verdict.reason)


def turn(
    session: Session,
    sender: Sender,
    epoch: int,
    ended: Sequence[Outcome],
    room: int,
    parts: float,
    now: datetime,
) -> list[Claimed]:
    """Settle what has ended and claim what may go now, in one transaction."""
    outbox.settle(session, epoch, [_settled(one) for one in ended], now)
    for one in ended:
        _consequences(session, sender, one, now)
    came_back = [one.claimed.delivery_id for one in ended if one.verdict.state in _AGAIN]
    outbox.end_unwanted(session, came_back)
    if room <= 0:
        return []
    return outbox.claim(
        session, sender.lane_id, epoch, room, token=secrets.token_hex(6), now=now, parts=parts
    )


def _settled(one: Outcome) -> Settled:
    return Settled(
        delivery_id=one.claimed.delivery_id,
        attempt=one.claimed.message.attempt,
        state=one.verdict.state,
        provider_id=one.provider_id,
        waiting_until=one.verdict.until,
        reason=one.verdict.reason,
        code=one.verdict.code,
        counts=one.verdict.counts,
    )


def _consequences(session: Session, sender: Sender, one: Outcome, now: datetime) -> None:
    verdict = one.verdict
    if verdict.stops_lane:
        outbox.stop_lane(session, sender.lane_id, verdict.reason or "The provider refuses this sender.")
    if verdict.lane_refused_until is not None:
        outbox.refuse_lane(session, sender.lane_id, verdict.lane_refused_until)
    if not (verdict.stops_contact or verdict.bad_contact):
        return
    contact = session.get(ContactPoint, one.claimed.contact_point_id, populate_existing=True)
    if contact is None:
        return
    reason = verdict.reason or "The provider refuses this address."
    if verdict.stops_contact and contact.stopped_at is None:
        contacts.stop(session, contact, why="provider", evidence=reason, now=now)
    elif verdict.bad_contact:
        contacts.mark_bad(session, contact, why=reason, now=now)
