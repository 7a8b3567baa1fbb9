"""What the demo leaves to whoever looks at it: accounts to enter with, troubles to find, things to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from bot.broadcasts.composing import Sent, audience_to_count, save, start, version_of
from bot.broadcasts.desk import Desk, counted
from bot.broadcasts.drafts import known
from bot.broadcasts.sending import Shown, readiness, send
from bot.demo.district import SCHOOLS, Resident
from bot.demo.families import SAY_LATER, script
from bot.messages import ChannelName
from bot.roles import Role
from bot.settings import Settings
from bot.simulator import Fault, Plan, Say, Trouble
from bot.store import audience as audiences
from bot.store.audit import Actor, record
from bot.store.tables import Staff

#: what a carrier says of a number that takes no texts (Twilio's code)
LANDLINE = "30006"
LANDLINES = 40  #: guardians who gave the office one, at most

COORDINATOR = "ana.ruiz@riverbend.example"

#: name, e-mail, role, languages they read; only the first may approve what is large
_STAFF: Sequence[tuple[str, str, Role, Sequence[str]]] = (
    ("Ana Ruiz", COORDINATOR, Role.OWNER, ("en", "es")),
    ("Nkauj Hli Vang", "nkauj.hli@riverbend.example", Role.COMMUNICATOR, ("hmn",)),
    ("Faadumo Ali", "faadumo@riverbend.example", Role.REVIEWER, ("so",)),
)

#: who writes read-backs in the demo, by language
LIAISONS: Mapping[str, str] = {"so": "Faadumo Ali", "hmn": "Nkauj Hli Vang", "es": "Ana Ruiz"}


def staff(session: Session, now: datetime) -> dict[str, int]:
    """Make the demo's accounts if they are missing, and return them by e-mail. None has a password."""
    there = dict(session.exec(select(Staff.email, Staff.id)).all())
    for name, email, role, reads in _STAFF:
        if email in there:
            continue
        made = Staff(email=email, name=name, role=role, languages=list(reads), on_call=True, made_at=now)
        session.add(made)
        session.flush()
        there[email] = made.id
        record(session, Actor(None, "the demo"), "account.made", f"staff:{made.id}", now=now, role=role)
    return {email: number for email, number in there.items() if number is not None}


def troubles(everybody: Sequence[Resident]) -> Plan:
    """Return the day's troubles: landlines among the numbers, and one chat whose answer is lost."""
    own = [one for one in everybody if not one.shares_phone]
    lines = [one.address for one in own if is_landline(one)][:LANDLINES]
    chats = [one.address for one in own if one.telegram is not None and one.tag == "es"][3:4]
    faults = [
        Fault(Trouble.UNDELIVERED, channel=ChannelName.SMS, addresses=tuple(lines), code=LANDLINE),
        # Its first text confirms the link; the one after that is the news.
        Fault(Trouble.CUT_AFTER, channel=ChannelName.TELEGRAM, addresses=tuple(chats), skip=1, times=1),
    ]
    return Plan(tuple(one for one in faults if one.addresses))


def is_landline(one: Resident) -> bool:
    """Say whether somebody gave the office the number of a landline."""
    return one.telegram is None and one.number % 24 == 10


def late_words(everybody: Sequence[Resident]) -> list[Say]:
    """Return what families write that the demo's liaison does not know: it waits for a person."""
    said = []
    for entry in script()["unfinished"].values():
        quiet = (
            one
            for one in everybody
            if one.tag == entry["language"]
            and one.school == SCHOOLS[2]
            and one.telegram is None
            and one.number % 10 in SAY_LATER
            and not (one.shares_phone or is_landline(one))
        )
        one = next(quiet, None)
        said += [Say(one.address, entry["words"])] if one else []
    return said


def put_forward(session: Session, settings: Settings, now: datetime) -> int:
    """Let somebody write to every family and hand it to the coordinator to approve; return the broadcast."""
    writer = Actor(staff(session, now)[_STAFF[1][1]], _STAFF[1][0])
    number = start(session, now, settings, by=writer.staff_id)
    today = now.astimezone(settings.school.zone).date()
    desk = Desk(
        title="Parents and teachers meet",
        words="notice",
        notice="conferences-open",
        values={"day": _conference(today).isoformat()},
        whom="everybody",
        fallback=settings.school.staff_language,
    )
    _write(session, number, desk, settings, now, writer)
    ready = readiness(session, known(session, number), settings, now)
    shown = Shown(ready.fingerprint, ready.reach.total, ready.reach.total)
    send(session, number, settings, shown, by=writer, now=now)
    return number


def _write(session: Session, number: int, desk: Desk, settings: Settings, now: datetime, by: Actor) -> None:
    """Fill a draft in as its page would, the count of the audience included."""
    asked = audience_to_count(session, number, desk, settings, now)
    assert asked is not None
    audience, emergency, key = asked
    count = counted(audiences.reach(session, audience, emergency=emergency), key, now)
    version = version_of(known(session, number))
    save(session, number, Sent(desk, {}, version, tab="", counted=count), settings, now=now, by=by)


def _conference(today: date) -> date:
    """The Thursday of the week after next."""
    return today + timedelta(days=14 - today.weekday() + 3)
