"""Broadcasts from the first thought to the last text: compose, review, approve, schedule, release, stop.

A broadcast is approved as a whole: its texts are frozen into renderings, one per language and channel,
and deliveries point at those. A language without a text that may be sent gets what staff chose: another
language's text with a label, or nothing and a list for a call. Never an empty text, never one in a
language nobody chose.
"""

from bot.broadcasts.approval import approve, preview
from bot.broadcasts.course import TakenBack, pause, recall, resume, send_after_all, stop, take_back
from bot.broadcasts.drafts import Draft, Objection, accept_drafts, against, draft, objections, translate
from bot.broadcasts.introducing import Newcomers, first_contact, newcomers
from bot.broadcasts.reminding import LONGEST_WAIT, against_reminder, remind, remind_nobody, reminders_due
from bot.broadcasts.schedules import due, release, schedule
from bot.broadcasts.wordings import NO_TEXT, Line, Preview, menu

__all__ = [
    "LONGEST_WAIT",
    "NO_TEXT",
    "Draft",
    "Line",
    "Newcomers",
    "Objection",
    "Preview",
    "TakenBack",
    "accept_drafts",
    "against",
    "against_reminder",
    "approve",
    "draft",
    "due",
    "first_contact",
    "menu",
    "newcomers",
    "objections",
    "pause",
    "preview",
    "recall",
    "release",
    "remind",
    "remind_nobody",
    "reminders_due",
    "resume",
    "schedule",
    "send_after_all",
    "stop",
    "take_back",
    "translate",
]
