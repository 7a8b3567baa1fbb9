"""Conversations with families: who waits, what was said, and what staff do about it.

**Danger** (docs/dialogue.md, rule 19). What touches the danger list is a *restricted* handover, and nothing
in this package but `danger` ever reads one: not its words, not our text that answered them, not its
existence, not a number it would change. Lists, threads, searches, counts and the check whether somebody wrote
meanwhile all leave it out, for everybody, those on call included; they read it on a page of its own,
where every opening is kept in the trail.

Why it is hidden whole, and not shown to others as "somebody on call deals with this": only danger goes to
somebody on call, so that sentence would *be* the secret. It would spare nobody a second answer either. Two
people answer a family twice when both see the same entry; here no two do. A dangerous text has one entry,
which only those on call see; an ordinary question of the same phone, before or after, has an entry of its
own, and the ordinary answer to it is what anybody who reads along in that kitchen expects to see. The text
we sent to the dangerous words is word for word the ordinary hand-over, but shown alone it would say that
something came in which one may not see: so it is hidden with what it answers. If the person on call wants no
other text to go to that phone, they take the conversation over, which looks like any other.
"""

from __future__ import annotations

from bot.inbox.answering import Cost, Sent, Written, cost, goes_at, save_draft, send
from bot.inbox.canned import Canned, canned_answer, canned_answers, forget_canned, keep_canned
from bot.inbox.checking import judge
from bot.inbox.handling import (
    assign,
    assignable,
    close,
    hand_back,
    look_at,
    note,
    others_at,
    take_conversation,
)
from bot.inbox.scope import sees
from bot.inbox.search import Found, search
from bot.inbox.thread import stands_for, thread
from bot.inbox.views import Thread
from bot.inbox.waiting import KINDS, Counts, Waits, WaitsPage, Wanted, counts, task, waiting, waiting_now

__all__ = [
    "KINDS",
    "Canned",
    "Cost",
    "Counts",
    "Found",
    "Sent",
    "Thread",
    "Waits",
    "WaitsPage",
    "Wanted",
    "Written",
    "assign",
    "assignable",
    "canned_answer",
    "canned_answers",
    "close",
    "cost",
    "counts",
    "forget_canned",
    "goes_at",
    "hand_back",
    "judge",
    "keep_canned",
    "look_at",
    "note",
    "others_at",
    "save_draft",
    "search",
    "sees",
    "send",
    "stands_for",
    "take_conversation",
    "task",
    "thread",
    "waiting",
    "waiting_now",
]
