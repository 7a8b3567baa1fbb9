"""What a failed try means: the one table from the error tree to a value that the sender obeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import (
    BadAddress,
    Moved,
    OptedOut,
    Permanent,
    SendError,
    Setup,
    Temporary,
    Throttled,
    Uncertain,
    Unreachable,
)
from bot.messages import DeliveryState
from bot.settings import Sending

LONGEST_PAUSE = timedelta(hours=1)  #: between two tries of one text
LONGEST_WAIT = timedelta(days=1)  #: that a provider is believed; after it we ask again


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery whose try failed, of its lane and of its contact point."""

    state: DeliveryState  #: WAITING, QUEUED, UNCERTAIN or FAILED
    until: datetime | None = None  #: not before this moment; set exactly when `state` is WAITING
    reason: str | None = None  #: one sentence for a coordinator
    code: str | None = None  #: the provider's own
    counts: bool = True  #: this try was one of the text's tries; False: give it back
    lane_refused_until: datetime | None = None  #: nothing is sent on the lane before this
    stops_lane: bool = False  #: every text would fail alike: keep the queue, tell staff
    stops_contact: bool = False  #: the family or its carrier refuses us: record it as a STOP
    bad_contact: bool = False  #: no such phone or chat: a task for the office
    moved_to: str | None = None  #: the address that this contact point has now


def again_in(error: SendError, attempts: int, sending: Sending) -> timedelta | None:
    """Return how long to wait before the same text is tried again; None: never by itself.

    `attempts` counts the tries made, this one included. A provider that asks us to wait, or that nobody
    can reach, is no fault of the text's, so `Throttled` and `Unreachable` never run out of tries; any
    other `Temporary` does, after `sending.attempts`.
    """
    match error:
        case Throttled(wait=wait):
            return timedelta(seconds=min(wait if wait > 0 else 0.0, LONGEST_WAIT.total_seconds()))
        case Moved():
            return timedelta(0) if attempts == 1 else None
        case Unreachable():
            return timedelta(seconds=min(sending.retry_first_seconds, LONGEST_PAUSE.total_seconds()))
        case Temporary() if attempts < sending.attempts:
            doubled = sending.retry_first_seconds * 2.0 ** (max(attempts, 1) - 1)
            return timedelta(seconds=min(doubled, LONGEST_PAUSE.total_seconds()))
        case _:
            return None


def judge(error: SendError, attempts: int, now: datetime, sending: Sending) -> Verdict:
    """Return the verdict on a try that ended in `error`; `attempts` as in `again_in`.

    An error that carries no policy (`SendError`, `NotAccepted` themselves) is taken as uncertain, since
    nothing else can be vouched for.
    """
    reason, code = str(error), error.code
    pause = again_in(error, attempts, sending)
    match error:
        case Throttled() if pause is not None:
            until = now + pause
            return Verdict(DeliveryState.WAITING, until, reason, code, counts=False, lane_refused_until=until)
        case Moved(address=address) if pause is not None:
            return Verdict(DeliveryState.WAITING, now + pause, reason, code, moved_to=address)
        case Temporary() if pause is not None:
            counts = not isinstance(error, Unreachable)
            return Verdict(DeliveryState.WAITING, now + pause, reason, code, counts=counts)
        case Temporary():
            reason = f"{reason} Given up after {attempts} {'try' if attempts == 1 else 'tries'}."
            return Verdict(DeliveryState.FAILED, None, reason, code)
        case OptedOut():
            return Verdict(DeliveryState.FAILED, None, reason, code, stops_contact=True)
        case BadAddress():
            return Verdict(DeliveryState.FAILED, None, reason, code, bad_contact=True)
        case Permanent():
            return Verdict(DeliveryState.FAILED, None, reason, code)
        case Setup():
            return Verdict(DeliveryState.QUEUED, None, reason, code, counts=False, stops_lane=True)
        case Uncertain() | SendError():
            return Verdict(DeliveryState.UNCERTAIN, None, reason, code)
