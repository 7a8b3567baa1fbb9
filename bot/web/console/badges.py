"""The one word and tone for each state a thing can be in, the same on every screen."""

from __future__ import annotations

from typing import Final

from bot.web.console.wording import N_

#: state, or kind and state where one word would mean two things -> tone, word
_BADGES: Final = {
    "draft": ("", N_("draft")),
    "pending": ("warning", N_("waits for approval")),
    "broadcast.approved": ("accent", N_("approved, will go out")),
    "released": ("accent", N_("going out")),
    "done": ("good", N_("gone out")),
    "paused": ("warning", N_("paused")),
    "recalled": ("", N_("recalled")),
    "stopped": ("warning", N_("stopped")),
    "hold": ("warning", N_("waits after a restore")),
    "missing": ("warning", N_("missing")),
    "machine": ("warning", N_("machine draft")),
    "reviewed": ("accent", N_("reviewed")),
    "approved": ("good", N_("approved")),
    "stale": ("warning", N_("out of date")),
    "waiting": ("", N_("waiting")),
    "queued": ("", N_("waiting to go")),
    "sending": ("accent", N_("going out")),
    "sent": ("accent", N_("sent")),
    "delivered": ("good", N_("arrived")),
    "failed": ("danger", N_("failed")),
    "uncertain": ("warning", N_("being checked")),
    "held": ("warning", N_("held for you")),
    "received": ("", N_("received")),
    "read_back": ("accent", N_("read back")),
    "confirmed": ("good", N_("family says: right")),
    "corrected": ("good", N_("family put it right")),
    "unconfirmed": ("warning", N_("not confirmed")),
    "with_staff": ("accent", N_("with a person")),
    "running": ("good", N_("sending")),
    "retired": ("", N_("no longer used")),
    "active": ("good", N_("active")),
    "disabled": ("", N_("switched off")),
    "invited": ("accent", N_("invited")),
    "overdue": ("danger", N_("overdue")),
    "danger": ("danger", N_("danger")),
}


def badge_of(state: str, kind: str = "") -> tuple[str, str]:
    """Return the tone and the English word of a state; an unknown one stands for itself."""
    return _BADGES.get(f"{kind}.{state}") or _BADGES.get(state) or ("", state)
