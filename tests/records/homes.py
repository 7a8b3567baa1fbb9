"""A household whose every word and number can be told from everybody else's, and a search through bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from bot import roster
from bot.consent import How, Told
from bot.conversation.ask import Ask
from bot.conversation.talk import Kind
from bot.messages import ChannelName
from bot.rosters.file import Row
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.store import Store
from bot.store.tables import (
    ContactPoint,
    Household,
    LinkCode,
    Note,
    Person,
    PersonContactPoint,
    ProviderEvent,
)
from tests.conftest import StandingClock
from tests.school import SMS, Desk, send_out

AMINA, HASSAN = "+17155550142", "+17155550143"
NEIGHBOUR = "+17155550177"
CHAT = "998877665544"

WORDS = "Qorraxdu waa diirran tahay zebra"
ARABIC = "سيارتنا الزرقاء معطلة"
NOTE = "Prefers the purple side door"
EVIDENCE = "Grandmother Kheyr"

#: everything that only this household's rows hold
THEIRS = (
    "Amina Kulmiye",
    "Hassan Kulmiye",
    "aminakulmiye",
    "FAM-7781",
    "PUPIL-5521",
    "GUARD-9911",
    AMINA,
    AMINA[1:],
    HASSAN,
    HASSAN[1:],
    CHAT,
    WORDS,
    ARABIC,
    NOTE,
    EVIDENCE,
)

ROWS = (
    Row(2, "Amina Kulmiye", (AMINA,), "so", "so", "Lincoln", "3", "PUPIL-5521", "GUARD-9911", "FAM-7781"),
    Row(3, "Hassan Kulmiye", (HASSAN,), "so", "so", "Lincoln", "3", "PUPIL-5521", None, "FAM-7781"),
    Row(4, "Bilan Warsame", (NEIGHBOUR,), "so", "so", "Lincoln", "5", "PUPIL-1", "GUARD-1", "FAM-1"),
)


def told(who: str = "Amina Kulmiye", *, on: date = date(2026, 11, 17)) -> Told:
    return Told(How.PHONE, who, on, "Ms Ruiz")


def bring_in(store: Store, rows: Iterable[Row], now: datetime) -> None:
    rows = tuple(rows)
    shown = store.reading(roster.plan, rows)
    store.writing(roster.carry_out, rows, shown, now)


def number_of(store: Store, reference: str) -> int:
    def found(session: Session) -> int:
        home = session.exec(select(Household).where(col(Household.reference) == reference)).one()
        assert home.id is not None
        return home.id

    return store.reading(found)


def phone_of(store: Store, address: str) -> int:
    def found(session: Session) -> int:
        contact = session.exec(select(ContactPoint).where(col(ContactPoint.address) == address)).one()
        assert contact.id is not None
        return contact.id

    return store.reading(found)


def person_of(store: Store, name: str) -> int:
    def found(session: Session) -> int:
        person = session.exec(select(Person).where(col(Person.name) == name)).one()
        assert person.id is not None
        return person.id

    return store.reading(found)


def a_busy_family(store: Store, settings: Settings, clock: StandingClock) -> Mapping[str, int]:
    """Bring three families' worth of life in; return the broadcasts and the household by name."""
    bring_in(store, ROWS, clock.now())
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    desk = Desk(store, settings, clock)
    ask = Ask(Kind.OWN_WORDS)
    question = store.writing(send_out, settings, clock.now(), text="What would help you come?", ask=ask)
    desk.deliver()
    clock.advance(minutes=3)
    for address in (AMINA, NEIGHBOUR):
        desk.says(address, f"{WORDS} {ARABIC}" if address == AMINA else "Habeenkii waan shaqeeyaa")
    desk.says(AMINA, f"Goorma ayuu basku imanayaa? {WORDS}")
    desk.says(HASSAN, "STOP")
    desk.deliver()
    store.writing(_staff_work, clock.now())
    snow = store.writing(send_out, settings, clock.now(), text="Snow: school is closed.", purpose="school")
    return {"question": question, "snow": snow, "household": number_of(store, "FAM-7781")}


def _staff_work(session: Session, now: datetime) -> None:
    amina = contacts.at_address(session, ChannelName.SMS, AMINA)
    assert amina is not None
    assert amina.id is not None
    session.add(Note(contact_point_id=amina.id, at=now, text=NOTE))
    chat = ContactPoint(channel=ChannelName.TELEGRAM, address=CHAT, language="so")
    session.add(chat)
    session.flush()
    contacts.stop(session, amina, why="staff", evidence=f"{EVIDENCE} said so", now=now)
    contacts.start(session, amina, evidence=f"{EVIDENCE} said so", now=now)
    session.add(
        ProviderEvent(
            channel="sms", provider_id="SM-of-nobody", status="sent", raw={"To": AMINA}, received_at=now
        )
    )
    person = session.exec(select(Person).where(col(Person.name) == "Amina Kulmiye")).one()
    assert person.id is not None
    assert chat.id is not None
    session.add(PersonContactPoint(person_id=person.id, contact_point_id=chat.id, rank=50, by="family"))
    session.add(LinkCode(code="cSECRETCODE", person_id=person.id, made_at=now))


def found_in(folder: Path, texts: Iterable[str]) -> list[str]:
    """Say which of these texts stand in which file, in any way in which bytes may hold them."""
    files = {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
    return [
        f"{text!r} in {file.name} as {form}"
        for text in texts
        for form, needle in _forms(text).items()
        for file, content in files.items()
        if needle in content
    ]


def _forms(text: str) -> dict[str, bytes]:
    forms = {name: text.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be")}
    return forms | {"JSON": json.dumps(text)[1:-1].encode()}
