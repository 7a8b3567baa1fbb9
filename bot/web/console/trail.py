"""Who did what: the audit trail, a page at a time, and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from litestar import get
from litestar.params import FromQuery
from sqlmodel import Session

from bot import staff
from bot.roles import Right
from bot.store import audit
from bot.store.audit import Broken, Entry, Fault
from bot.web.access import needs
from bot.web.console.visit import OneVisit, Page, Visit
from bot.web.console.wording import N_

ROWS: Final = 25

#: what each entry says; one that is not here shows its code
_SAID: Final = {
    "account.made": N_("made their account"),
    "account.password-set": N_("set a password"),
    "account.recovery-codes-renewed": N_("made new recovery codes"),
    "account.renamed": N_("changed their name"),
    "account.second-factor-added": N_("set up their phone for signing in"),
    "account.second-factor-removed": N_("stopped using their phone for signing in"),
    "account.signed-in": N_("signed in"),
    "account.signed-out": N_("signed out"),
    "account.signed-out-everywhere": N_("signed out everywhere else"),
    "account.tries-ran-out": N_("turned away: too many tries to sign in"),
    "answer.deleted": N_("deleted a ready answer"),
    "answer.kept": N_("kept a ready answer"),
    "broadcast.approved": N_("approved it"),
    "broadcast.begun": N_("began to write it"),
    "broadcast.discarded": N_("threw the draft away"),
    "broadcast.paused": N_("paused it"),
    "broadcast.put-forward": N_("asked for approval"),
    "broadcast.recalled": N_("took it back"),
    "broadcast.resumed": N_("let it go on"),
    "broadcast.sent-back": N_("sent it back to be changed"),
    "broadcast.stopped": N_("stopped it"),
    "broadcast.reminders-off": N_("called the reminders off"),
    "broadcast.sent-after-all": N_("sent it after all"),
    "conversation.answered": N_("answered the family"),
    "conversation.assigned": N_("said who takes care of it"),
    "conversation.closed": N_("closed it"),
    "conversation.draft-kept": N_("kept a draft of an answer"),
    "conversation.handed-back": N_("handed the conversation back to Homeloop"),
    "conversation.noted": N_("wrote a note for colleagues"),
    "conversation.taken-over": N_("took the conversation over"),
    "danger.acknowledged": N_("took care of a message about danger"),
    "danger.closed": N_("closed a message about danger"),
    "danger.let-go": N_("found that a message was not about danger"),
    "danger.opened": N_("read a message about danger"),
    "danger.written-down": N_("wrote down what was done about danger"),
    "household.erased": N_("erased a household"),
    "household.exported": N_("exported a household"),
    "household.merged": N_("merged two households"),
    "owner.invited": N_("made an owner's link"),
    "person.languages-chosen": N_("changed somebody's languages"),
    "person.telegram-code-made": N_("made a code for Telegram"),
    "phone.added": N_("added a phone"),
    "phone.corrected": N_("corrected a phone"),
    "phone.erased": N_("erased a phone"),
    "phone.language-chosen": N_("changed the language of a phone"),
    "phone.removed": N_("removed a phone"),
    "phone.started": N_("allowed texts to a phone"),
    "phone.stopped": N_("stopped texts to a phone"),
    "reply.read-back": N_("told the family what was understood"),
    "reply.taken-over": N_("took a reading back over"),
    "results.exported": N_("exported results"),
    "retention.enforced": N_("removed what is kept no longer"),
    "roster.imported": N_("imported people"),
    "sender.started": N_("started a sender again"),
    "staff.changed": N_("changed an account"),
    "staff.invitation-withdrawn": N_("withdrew a link"),
    "staff.invited": N_("invited a colleague"),
    "staff.link-made": N_("made a link for a new password"),
    "staff.second-factor-reset": N_("stopped asking for a lost phone"),
    "staff.switched-off": N_("switched an account off"),
    "staff.switched-on": N_("switched an account on"),
    "text.dropped": N_("gave a held text up"),
    "text.sent-again": N_("sent a held text again"),
    "texts.dropped": N_("gave held texts up"),
    "texts.sent-again": N_("sent held texts again"),
    "translation.drafted": N_("had translations drafted by a machine"),
    "translation.read": N_("read a translation"),
    "translation.written": N_("wrote a translation"),
}

#: the kinds of thing that entries are about, and where such a thing is looked at
_THINGS: Final = {
    "broadcast": (N_("Text"), "/broadcasts/{}"),
    "household": (N_("Household"), "/households/{}"),
    "person": (N_("Person"), ""),
    "phone": (N_("Phone"), "/phones/{}"),
    "delivery": (N_("Sent text"), ""),
    "handover": (N_("Task"), ""),
    "answer": (N_("Ready answer"), ""),
    "lane": (N_("Sender"), ""),
    "staff": (N_("Account"), "/staff/{}"),
    "invitation": (N_("Link"), ""),
}

_FAULTS: Final = {
    Fault.CHANGED: N_("Entry %(num)s is not as it was written. Nothing after it can be relied on."),
    Fault.MISSING: N_("Entry %(num)s is missing. Somebody took it away, or an old backup was put back."),
    Fault.NO_NOTE: N_(
        "The note of the newest entry is missing, so entries after number %(num)s may have been taken away."
    ),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One entry as it is drawn."""

    entry: Entry
    said: str
    thing: str
    address: str | None
    detail: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    entries: tuple[Entry, ...]
    people: tuple[tuple[str, str], ...]


@get("/audit", opt=needs(Right.STAFF))
async def show_trail(
    visit: Visit,
    kind: FromQuery[str] = "",
    number: FromQuery[str] = "",
    who: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Page:
    """Show the newest entries, of one thing or one person if asked."""
    kind = kind if kind in _THINGS else ""
    about = f"{kind}:{number}" if kind and number.isdecimal() else kind
    # that there is danger at all is for those on call alone (docs/dialogue.md, rule 19)
    without = "" if visit.staff and visit.staff.on_call else "danger"
    seen = await visit.read(_look, about, _whole(who), _whole(before), visit.now, without)
    shown = seen.entries[:ROWS]
    asked = {"kind": kind, "number": number if kind else "", "who": who}
    older = {**asked, "before": shown[-1].id} if len(seen.entries) > ROWS else None
    return visit.page(
        "trail/list.html",
        lines=[_line(visit, entry) for entry in shown],
        people=seen.people,
        kinds=[(name, visit._(text)) for name, (text, _) in _THINGS.items()],
        asked=asked,
        filtered=bool(about or who),
        newest=f"/audit?{urlencode(asked)}" if before else None,
        older=f"/audit?{urlencode(older)}" if older else None,
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _look(
    session: Session, about: str, staff_id: int | None, before: int | None, now: datetime, without: str
) -> _Seen:
    found = audit.entries(
        session, about=about, staff_id=staff_id, older_than=before, without=without, limit=ROWS + 1
    )
    members = staff.everybody(session, now).members
    return _Seen(found, tuple((str(one.account.id), one.account.name) for one in members))


def _line(visit: OneVisit, entry: Entry) -> _Line:
    kind, _, number = (entry.about or "").partition(":")
    name, place = _THINGS.get(kind, (kind, ""))
    said = _SAID.get(entry.what)
    return _Line(
        entry=entry,
        said=visit._(said) if said else entry.what,
        thing=f"{visit._(name)} {number}".strip() if name else "",
        address=place.format(number) if place and number else None,
        detail=tuple((key.replace("_", " "), _plain(visit, value)) for key, value in entry.detail.items()),
    )


def _plain(visit: OneVisit, value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return visit._("yes") if value else visit._("no")
        case int() | float():
            return visit.wording.number(value)
        case list():
            return ", ".join(_plain(visit, one) for one in value) or "–"
        case dict():
            return ", ".join(f"{key} {_plain(visit, one)}" for key, one in value.items())
    return str(value)


@get("/audit/verdict", opt=needs(Right.STAFF))
async def show_verdict(visit: Visit) -> Page:
    """Go through the whole trail and say whether anything was changed."""
    broken = await visit.figures(("audit", "verdict"), audit.verify)
    sentence = _sentence(visit, broken)
    if visit.htmx:
        return visit.part("trail/_verdict.html", broken=broken, sentence=sentence)
    return visit.page("trail/verdict.html", broken=broken, sentence=sentence)


def _sentence(visit: OneVisit, broken: Broken | None) -> str:
    if broken is None:
        return visit._("Every entry is as it was written, and none is missing.")
    number = broken.entry - 1 if broken.why is Fault.NO_NOTE else broken.entry
    return visit._(_FAULTS[broken.why], num=visit.wording.number(number))


HANDLERS = [show_trail, show_verdict]
