"""drain(lane): claim a little, send it concurrently, settle; answers to families first.

Theory. One `Pump` holds one lane under an epoch. Each turn is one durable transaction that settles what
has come back and claims what may go now: never more than the pace allows at this moment, so nothing
waits in `sending` for its turn and a STOP committed now stops everything that has not begun. While a turn
is being written the wire stays busy; what it claimed begins in the very step of the loop in which it is
known to be durable, unless something learnt meanwhile forbids it: then it is given back unsent. Whatever
ends a try without an answer that we can trust leaves the row uncertain; the reconciler settles those.

One exception: with a provider that is far away, and a pace that does not bind, a few texts more than there
are lines for are claimed, so that an answer is followed by the next text in the same step of the loop and
not two commits later. What keeps a text from beginning is asked when it begins, for these as for all.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import repeat
from operator import attrgetter

import structlog
from msgspec import Struct
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
#: claimed, and then forbidden before it began
UNSENT = retry.Verdict(DeliveryState.QUEUED, counts=False)
#: seconds of its pace that a lane may save up: providers allow one, and the rest is for jitter on the way
BURST_SECONDS = 0.6

#: so many texts begin in one step of the loop; more at once would only crowd the processor's cache
TOGETHER = 64

#: at most so long do tries that have ended wait for others, to be settled with them
GATHER_SECONDS = 0.01
#: a provider that takes longer than this for an answer is far away
FAR_SECONDS = 0.04

_AGAIN = (DeliveryState.WAITING, DeliveryState.QUEUED)


class Outcome(Struct, frozen=True):
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
        self._none_left = asyncio.Event()  # nothing is on the wire any more; for `_gather` alone
        self._stopping = False
        self._failing = False  # the last turn could not be written
        self._stopped = False  # the provider refuses the lane, and no turn has written that down yet
        self._tries: set[asyncio.Task[None]] = set()
        self._ahead: deque[tuple[Claimed, int]] = deque()  # claimed, for the next lines that are free
        self._ended: list[Outcome] = []  # not settled yet
        self._gathers = 0.0  # seconds
        self._exchange = 0.0  # seconds that the newest answer took
        burst = max(1.0, sender.per_second * BURST_SECONDS)
        self._bucket = pace.full(sender.per_second, burst, time.monotonic())

    def wake(self) -> None:
        """Look for work now instead of at the next tick."""
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is on the wire has been settled."""
        self._stopping = True
        self._follow_on()
        self._wake.set()

    async def run(self) -> None:
        """Take the lane and drain it until stopped."""
        epoch: int | None = None
        while not self._stopping or self._tries or self._ended:
            try:
                if epoch is None:
                    epoch = await self._app.store.write(outbox.take_lane, self._sender.lane_id)
                waits = await self._turn(epoch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the lane must go on afterwards
                log.error("sending is waiting", lane=self._sender.name, why=sayable(error))
                if self._stopping and not self._tries:
                    return  # what could not be settled is uncertain at the next start
                self._failing = True
                await self._rest(self._app.settings.sending.tick_seconds)
            else:
                self._failing = False
                if waits:
                    await self._rest(waits)
                await self._gather()

    async def _turn(self, epoch: int) -> float:
        """Settle, claim, begin to send; return for how many seconds nothing more can be begun."""
        self._wake.clear()
        began = time.monotonic()
        ended, room, parts = self._ended[:], self._room(), pace.available(self._bucket, time.monotonic())
        claimed, seen = list[Claimed](), 0
        if ended or room:
            now = self._app.clock.now()
            claimed, seen = await self._app.store.write(turn, self._sender, epoch, ended, room, parts, now)
        del self._ended[: len(ended)]
        self._stopped = any(one.verdict.stops_lane for one in self._ended)
        await self._begin(claimed, seen)
        self._gathers = min(GATHER_SECONDS, time.monotonic() - began) if ended or claimed else 0.0
        # Nothing was asked for, or as much came as there was room or pace for: there may be more.
        full = len(claimed) == room or _parts(claimed) >= parts
        return self._idle_for(more=not room or (bool(claimed) and full))

    async def _begin(self, claimed: Sequence[Claimed], seen: int) -> None:
        """Begin them a few at a time, so that the first answers are read while the last ones begin."""
        self._bucket = pace.spend(self._bucket, _parts(claimed), time.monotonic())
        self._ahead.extend(zip(claimed, repeat(seen)))
        for _ in range(0, len(self._ahead), TOGETHER):
            self._follow_on(TOGETHER)
            await asyncio.sleep(0)

    def _follow_on(self, most: int = 1) -> None:
        """Begin what is claimed while lines are free, at most so many; at the end all, to give it back."""
        free = len(self._ahead) if self._stopping else min(most, self._sender.in_flight - len(self._tries))
        for _ in range(min(free, len(self._ahead))):
            trying = asyncio.create_task(self._send(*self._ahead.popleft()))
            self._tries.add(trying)
            trying.add_done_callback(self._over)

    async def _gather(self) -> None:
        """Let tries end for as long as the last turn took: what is written together costs far less.

        Not where an answer that comes meanwhile would be followed by nothing.
        """
        near = self._exchange < FAR_SECONDS
        if self._tries and self._gathers and not self._stopping and (near or self._looks_ahead()):
            self._none_left.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._gathers if near else GATHER_SECONDS):
                    await self._none_left.wait()

    def _over(self, trying: asyncio.Task[None]) -> None:
        """A line is free, and a row waits to be settled in the next turn."""
        self._tries.discard(trying)
        self._follow_on()
        if not self._tries:
            self._none_left.set()
        if trying.cancelled():
            return  # the loop is ending: what is in `sending` is uncertain at the next start
        if not self._failing:
            self._wake.set()

    def _room(self) -> int:
        """How many texts may be begun now; none while the pace has no whole part left."""
        if self._stopping or pace.wait_for(self._bucket, 1.0, time.monotonic()) > 0:
            return 0
        lines = self._sender.in_flight * (2 if self._looks_ahead() else 1)
        return min(lines - len(self._tries) - len(self._ahead), self._app.settings.sending.batch)

    def _looks_ahead(self) -> bool:
        """Say whether as many again are claimed as there are lines; never what the pace lets out singly."""
        unbound = pace.available(self._bucket, time.monotonic()) > 2 * self._sender.in_flight
        return unbound and self._exchange >= FAR_SECONDS

    def _idle_for(self, *, more: bool) -> float:
        tick = self._app.settings.sending.tick_seconds
        if self._stopping:
            return tick if self._tries else 0.0
        paced = pace.wait_for(self._bucket, 1.0, time.monotonic())
        if paced > 0:
            return min(tick, paced)
        return 0.0 if more and self._room() > 0 else tick

    async def _rest(self, seconds: float) -> None:
        """Wait until a try ends, somebody wakes us, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _send(self, claimed: Claimed, seen: int) -> None:
        if self._may_not_begin(claimed, seen):
            self._end(Outcome(claimed, UNSENT))
            return
        began = time.monotonic()
        try:
            receipt = await self._sender.port.send(claimed.message)
        except SendError as error:
            now = self._app.clock.now()
            verdict = retry.judge(error, claimed.attempts, now, self._app.settings.sending)
            self._end(Outcome(claimed, verdict))
        # A fault of ours must not lose the text, nor may something that cancels the try from inside.
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001
            kind = type(error).__name__
            log.error("a sender failed in a way it should not", lane=self._sender.name, error=kind)
            verdict = retry.Verdict(DeliveryState.UNCERTAIN, reason=f"The sender failed ({kind}).")
            self._end(Outcome(claimed, verdict))
        else:
            self._exchange = time.monotonic() - began
            self._ended.append(Outcome(claimed, SENT, receipt.provider_id))

    def _end(self, outcome: Outcome) -> None:
        """Keep what became of a try; what it says of the lane holds for what begins in this very step."""
        self._ended.append(outcome)
        self._obey(outcome.verdict)

    def _may_not_begin(self, claimed: Claimed, seen: int) -> bool:
        """Say whether something learnt since the claim forbids this text; nothing may come between."""
        refused = self._stopping or self._stopped or pace.is_refused(self._bucket, time.monotonic())
        return refused or self._app.store.stops.since(seen, claimed.contact_point_id)

    def _obey(self, verdict: retry.Verdict) -> None:
        if verdict.lane_refused_until is not None:
            wait = (verdict.lane_refused_until - self._app.clock.now()).total_seconds()
            self._bucket = pace.refuse_until(self._bucket, time.monotonic() + max(0.0, wait))
        if verdict.stops_lane:
            self._stopped = True
            log.error("lane stopped", lane=self._sender.name, why=verdict.reason)


def turn(
    session: Session,
    sender: Sender,
    epoch: int,
    ended: Sequence[Outcome],
    room: int,
    parts: float,
    now: datetime,
) -> tuple[list[Claimed], int]:
    """Settle what has ended and claim what may go now, in one transaction.

    Return what was claimed, and which note of `outbox.Stops` was the newest then.
    """
    outbox.settle(session, epoch, [_settled(one) for one in ended], now)
    refused = [one for one in ended if one.verdict is not SENT]
    for one in refused:
        _consequences(session, sender, one, now)
    came_back = [one.claimed.delivery_id for one in refused if one.verdict.state in _AGAIN]
    outbox.end_unwanted(session, came_back)
    seen = outbox.stops_of(session).newest
    if room <= 0:
        return [], seen
    token = secrets.token_hex(6)
    claimed = outbox.claim_within(
        session, sender.lane_id, epoch, room, token=token, now=now, parts=parts, limit=sender.day_limit
    )
    return claimed, seen


def _parts(claimed: Sequence[Claimed]) -> int:
    return sum(map(attrgetter("parts"), claimed))


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
    if verdict.moved_to is not None:
        contacts.move(session, one.claimed.contact_point_id, verdict.moved_to, now)
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
