"""`kill -9` in the middle of a broadcast: nothing lost, nothing twice, and what cannot be known is listed."""

from __future__ import annotations

from sqlmodel import Session

from bot import broadcasts
from bot.bootstrap import SystemClock
from bot.broadcasts import Draft
from bot.settings import Settings, load
from bot.store.audience import Audience
from bot.store.tables import ContactPoint, Person, PersonContactPoint
from tests.journeys.machine import Machine, until

TEXTS, CHATS = 1500, 500


def seed(session: Session, settings: Settings) -> None:
    """Put 2,000 guardians with a phone or a chat each into the store, and release a text to all of them."""
    for number in range(TEXTS + CHATS):
        chat = number >= TEXTS
        person = Person(reference=f"G{number}", name=f"Guardian {number}", reads="en", hears="en")
        contact = ContactPoint(
            channel="telegram" if chat else "sms",
            address=str(900_000 + number) if chat else f"+1715300{number:04}",
            language="en",
        )
        session.add_all([person, contact])
        session.flush()
        session.add(PersonContactPoint(person_id=person.id or 0, contact_point_id=contact.id or 0))
    now = SystemClock().now()
    draft = Draft("Snow", "Lincoln School is CLOSED today because of snow.", Audience(), purpose="emergency")
    made = broadcasts.draft(session, draft, now)
    broadcasts.approve(session, made, settings, now=now, fallback="en")
    local = now.astimezone(settings.school.zone).replace(tzinfo=None)
    broadcasts.schedule(session, made, local, settings, rrule=None, now=now)


def test_five_kills_in_a_broadcast_to_two_thousand(machine: Machine) -> None:
    provider = machine.provider
    provider.post(
        "families",
        [
            {"address": str(900_000 + number), "channel": "telegram", "started": True}
            for number in range(TEXTS, TEXTS + CHATS)
        ],
    )
    provider.post(
        "misbehaviour",
        {
            "seed": 7,
            "faults": [
                {"trouble": "slow", "chance": 0.2, "seconds": 0.15},
                {"trouble": "cut_before", "chance": 0.01, "channel": "sms"},
                {"trouble": "cut_after", "chance": 0.01, "channel": "sms"},
                {"trouble": "too_many", "chance": 0.002, "seconds": 1},
            ],
        },
    )
    machine.cli("broadcasts")  # makes the file
    with machine.store() as store:
        store.writing(seed, load(machine.config, {}))

    for reached in (1, 150, 500, 900, 1400):
        machine.start()
        until(f"{reached} accepted texts", lambda reached=reached: provider.count() >= reached)  # type: ignore[misc]
        machine.kill()
    machine.start()
    until(
        "everything to be settled",
        lambda: not set(machine.states()) & {"waiting", "queued", "sending", "uncertain"},
    )
    assert machine.stop() == 0

    texts, chats = provider.times_accepted("sms"), provider.times_accepted("telegram")
    held = {row[0] for row in machine.rows(
        "SELECT c.address FROM delivery d JOIN contact_point c ON c.id = d.contact_point_id "
        "WHERE d.state = 'held'"
    )}  # fmt: skip
    lost = [f"+1715300{n:04}" for n in range(TEXTS) if texts[f"+1715300{n:04}"] == 0]
    twice = [address for address, times in (texts | chats).items() if times > 1]
    unlisted = [
        str(900_000 + n)
        for n in range(TEXTS, TEXTS + CHATS)
        if not chats[str(900_000 + n)] and str(900_000 + n) not in held
    ]
    assert (lost, twice, unlisted) == ([], [], [])
    assert not {address for address in held if address.startswith("+")}
    assert len(texts) == TEXTS
    listed = machine.cli("held").stdout
    assert len(held) == 0 or "cannot be known" in listed
