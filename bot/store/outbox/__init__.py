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

from bot.store.outbox.again import PAUSED, Undelivered, pause_filtered, try_again, undelivered
from bot.store.outbox.budget import UNANSWERED, Limits, over_budget
from bot.store.outbox.claiming import Claimed, Settled, claim, settle
from bot.store.outbox.days import claim_within, used_today
from bot.store.outbox.doubts import (
    drop_held,
    found,
    hold,
    looked,
    on_its_way,
    release_held,
    uncertain,
    unknown_ids,
)
from bot.store.outbox.ending import BROADCAST_STOPPED, EXPIRED, PHONE_STOPPED, cancel, end_unwanted
from bot.store.outbox.following import CALL, ROUTES, follow, order_of
from bot.store.outbox.holding import (
    MAY_BE_SAID,
    MAY_HAVE_GONE,
    ON_HOLD,
    Hold,
    begin_hold,
    drop_hold,
    hold_in_force,
    lift_hold,
    match,
    note_hold,
)
from bot.store.outbox.lanes import (
    RETIRED,
    ensure_lane,
    keep_lanes,
    lane_of,
    note_lane,
    refuse_lane,
    start_lane,
    stop_lane,
    take_lane,
)
from bot.store.outbox.questions import OPEN_FOR, question_closed, question_opened
from bot.store.outbox.releasing import ENOUGH, FULL, NO_ANSWER, answer, release
from bot.store.outbox.reminding import (
    CALLED_OFF,
    HEARD_FROM,
    REMINDER_LATE,
    Reminded,
    end_reminders,
    forget_reminders,
    may_come,
    remind,
    reminded,
)
from bot.store.outbox.reported import (
    Due,
    arrived,
    carried_out,
    carry_out,
    due_statuses,
    due_until,
    keep_statuses,
)
from bot.store.outbox.stops import Stops
from bot.store.outbox.stops import of as stops_of
from bot.store.outbox.urgency import ANSWER, BULK, EMERGENCY
from bot.store.outbox.waking import keep_hours, wake

__all__ = [
    "ANSWER",
    "BROADCAST_STOPPED",
    "BULK",
    "CALL",
    "CALLED_OFF",
    "EMERGENCY",
    "ENOUGH",
    "EXPIRED",
    "FULL",
    "HEARD_FROM",
    "MAY_BE_SAID",
    "MAY_HAVE_GONE",
    "NO_ANSWER",
    "ON_HOLD",
    "OPEN_FOR",
    "PAUSED",
    "PHONE_STOPPED",
    "REMINDER_LATE",
    "RETIRED",
    "ROUTES",
    "UNANSWERED",
    "Claimed",
    "Due",
    "Hold",
    "Limits",
    "Reminded",
    "Settled",
    "Stops",
    "Undelivered",
    "answer",
    "arrived",
    "begin_hold",
    "cancel",
    "carried_out",
    "carry_out",
    "claim",
    "claim_within",
    "drop_held",
    "drop_hold",
    "due_statuses",
    "due_until",
    "end_reminders",
    "end_unwanted",
    "ensure_lane",
    "follow",
    "forget_reminders",
    "found",
    "hold",
    "hold_in_force",
    "keep_hours",
    "keep_lanes",
    "keep_statuses",
    "lane_of",
    "lift_hold",
    "looked",
    "match",
    "may_come",
    "note_hold",
    "note_lane",
    "on_its_way",
    "order_of",
    "over_budget",
    "pause_filtered",
    "question_closed",
    "question_opened",
    "refuse_lane",
    "release",
    "release_held",
    "remind",
    "reminded",
    "settle",
    "start_lane",
    "stop_lane",
    "stops_of",
    "take_lane",
    "try_again",
    "uncertain",
    "undelivered",
    "unknown_ids",
    "used_today",
    "wake",
]
