"""What staff look at while things go out: the first page, one broadcast on its way, what went wrong.

Reads only. Everything about a broadcast is asked of one *time* at which it went out (an occurrence): what
repeats has a progress for each. `progress` and `today` are counted from indexes, whatever the size of the
school; `nothing` and `schools` go through every family of a broadcast and belong behind a cache. A text that
answers what only those on call may know of (docs/dialogue.md, rule 19) is in no list and no count here.
"""

from __future__ import annotations

from bot.watching.broadcast import DOUBTS, Heading, Time, Watched, Wording, heading, watched
from bot.watching.doubts import Doubt, doubts, held_of, in_doubt, may_be_shown
from bot.watching.families import Named, Phone, named
from bot.watching.health import Ailment, Health, SenderSeen, health, senders_seen
from bot.watching.nothing import Family, Nothing, nothing
from bot.watching.progress import Line, Progress, Tally, progress, schools
from bot.watching.recent import LostAnswer, Missed, Went, lately, lost_answers, missed
from bot.watching.today import FirstSteps, Planned, Today, Unfinished, today

__all__ = [
    "DOUBTS",
    "Ailment",
    "Doubt",
    "Family",
    "FirstSteps",
    "Heading",
    "Health",
    "Line",
    "LostAnswer",
    "Missed",
    "Named",
    "Nothing",
    "Phone",
    "Planned",
    "Progress",
    "SenderSeen",
    "Tally",
    "Time",
    "Today",
    "Unfinished",
    "Watched",
    "Went",
    "Wording",
    "doubts",
    "heading",
    "health",
    "held_of",
    "in_doubt",
    "lately",
    "lost_answers",
    "may_be_shown",
    "missed",
    "named",
    "nothing",
    "progress",
    "schools",
    "senders_seen",
    "today",
    "watched",
]
