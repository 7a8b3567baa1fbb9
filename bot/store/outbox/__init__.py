"""The outbox: release, claim, settle. Set-based SQL; nothing lost, nothing twice.

Theory. A delivery is `queued` only while it may go this very moment, so the claim's partial index holds
claimable rows alone. A claim is one UPDATE, durable before the provider hears of the text, made under the
lane's *epoch*: whoever takes the lane raises it, so a worker that was thought dead can neither claim nor
settle, and what it left in `sending` becomes `uncertain`, never `queued`. Each claim gives its rows a
fresh attempt id that travels in the status callback and so settles the row even if we never saw the
answer. A contact point has at most one text in `sending`, in the order urgency, rank, id. A STOP finishes
the contact point's rows in its own transaction and is asked about again inside the claim: once it is
committed no text starts. (docs/architecture.md has the picture.)
"""

from bot.store.outbox.claiming import Claimed, Settled, claim, settle
from bot.store.outbox.doubts import drop_held, found, hold, looked, release_held, uncertain, unknown_ids
from bot.store.outbox.ending import BROADCAST_STOPPED, PHONE_STOPPED, cancel, end_unwanted
from bot.store.outbox.lanes import (
    RETIRED,
    ensure_lane,
    keep_lanes,
    lane_of,
    refuse_lane,
    start_lane,
    stop_lane,
    take_lane,
)
from bot.store.outbox.questions import OPEN_FOR, question_closed, question_opened
from bot.store.outbox.releasing import answer, release
from bot.store.outbox.reported import apply_status
from bot.store.outbox.urgency import ANSWER, BULK, EMERGENCY
from bot.store.outbox.waking import wake

__all__ = [
    "ANSWER",
    "BROADCAST_STOPPED",
    "BULK",
    "EMERGENCY",
    "OPEN_FOR",
    "PHONE_STOPPED",
    "RETIRED",
    "Claimed",
    "Settled",
    "answer",
    "apply_status",
    "cancel",
    "claim",
    "drop_held",
    "end_unwanted",
    "ensure_lane",
    "found",
    "hold",
    "keep_lanes",
    "lane_of",
    "looked",
    "question_closed",
    "question_opened",
    "refuse_lane",
    "release",
    "release_held",
    "settle",
    "start_lane",
    "stop_lane",
    "take_lane",
    "uncertain",
    "unknown_ids",
    "wake",
]
