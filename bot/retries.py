"""When a text that the provider took, and that then did not arrive, is tried again; pure.

A provider says so hours later, by callback. What it says is sorted into `bot.errors.Again` by the adapter's
table; here stands what follows from each. (What the provider refuses at once is `scheduler.retry`'s.)
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import Again

#: a phone that is off: pauses before the second and the third try; later ones wait for the morning
PHONE_OFF: Final = (timedelta(minutes=30), timedelta(hours=4))
#: days on which a phone was off, without one text of ours arriving, after which it is unreachable
DAYS_OFF: Final = 3
#: a carrier that failed without saying why
BRIEFLY: Final = (timedelta(minutes=10), timedelta(hours=1))
#: a full queue or a carrier that takes fewer; longer each time
SLOWER: Final = timedelta(minutes=10)
#: an emergency that may have arrived
URGENTLY: Final = timedelta(minutes=5)
#: tries of one text, whatever it fails of
MOST: Final = 8


def next_try(
    again: Again, tries: int, now: datetime, zone: ZoneInfo, morning: time, *, urgent: bool
) -> datetime | None:
    """Return when a text is tried again that has failed after `tries`; None: not any more.

    `morning` is the local hour at which a day begins for us; `urgent` says that it is an emergency.
    """
    if tries >= MOST:
        return None
    match again:
        case Again.PHONE_OFF:
            return now + PHONE_OFF[tries - 1] if tries <= len(PHONE_OFF) else _next(morning, now, zone)
        case Again.BRIEFLY if tries <= len(BRIEFLY):
            return now + BRIEFLY[tries - 1]
        case Again.SLOWER:
            return now + SLOWER * tries
        case Again.TOMORROW:
            return _next(morning, now, zone)
        case Again.EMERGENCY if urgent and tries == 1:
            return now + URGENTLY
        case Again.LATE | Again.SENDER:
            return now
        case _:
            return None


def _next(morning: time, now: datetime, zone: ZoneInfo) -> datetime:
    """Return tomorrow morning on the school's clock."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, morning, zone).astimezone(now.tzinfo)
