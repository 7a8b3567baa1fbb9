"""Each task done once, and what came of it looked up in the database."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from playwright.async_api import Browser
from sqlmodel import Session, col, func, select

from bot import broadcasts
from bot.roles import Role
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    Consent,
    ContactPoint,
    Delivery,
    Person,
    PersonContactPoint,
)
from tests.browser import task_school as school
from tests.browser import tasks
from tests.browser.hand import Hand
from tests.browser.look import looking
from tests.browser.site import Site
from tests.conftest import StandingClock

#: at most so many clicks, fields that are filled in included
CLICKS: Final = {"first": 9, "snow": 8, "parent": 4, "forty": 1, "revocation": 5, "missing": 2}

HALF_PAST_FIVE: Final = datetime(2026, 11, 17, 11, 30, tzinfo=UTC)
MORNING: Final = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where somebody sits, and what they see there."""

    site: Site
    size: tuple[int, int]
    language: str = "en"
    scripts: bool = True


@asynccontextmanager
async def working(
    browser: Browser, place: Workplace, task: str, *, role: Role | None = Role.COMMUNICATOR
) -> AsyncIterator[Hand]:
    """Give somebody a window, and count what they click in it."""
    async with looking(
        browser, place.site, role=role, language=place.language, size=place.size, scripts=place.scripts
    ) as eyes:
        hand = Hand(eyes, place.language, place.scripts)
        yield hand
        assert eyes.seen() == []
    sys.stderr.write(f"{task}, {place.language}, {place.size[0]} pixels: {hand.clicks} clicks\n")
    assert hand.clicks <= CLICKS[task]


def at(site: Site, moment: datetime) -> None:
    """Set the school's clock."""
    assert isinstance(site.app.clock, StandingClock)
    site.app.clock.moment = moment


async def first(browser: Browser, place: Workplace) -> None:
    """A text of one's own is approved for one school."""
    at(place.site, MORNING)
    async with working(browser, place, "first") as hand:
        await hand.opens("/")
        await tasks.writes_to_lincoln(hand, "Picture day is on Friday.")


async def snow(browser: Browser, place: Workplace) -> None:
    """The closing is approved, and the next tick makes a text for every phone."""
    at(place.site, HALF_PAST_FIVE)
    async with working(browser, place, "snow", role=None) as hand:
        await tasks.closes_for_snow(hand, HALF_PAST_FIVE)
    at(place.site, HALF_PAST_FIVE.replace(minute=31))
    texts = await place.site.app.store.write(_released, place.site)
    assert texts == sum(school.FAMILIES.values())
    at(place.site, MORNING)


def _released(session: Session, site: Site) -> int:
    newest = session.exec(select(Broadcast).order_by(col(Broadcast.id).desc())).first()
    assert newest is not None
    assert (newest.purpose, newest.state) == ("emergency", BroadcastState.APPROVED)
    for schedule in broadcasts.due(session, site.app.clock.now()):
        broadcasts.release(session, schedule, site.app.settings, site.app.clock.now())
    return session.exec(select(func.count()).where(col(Delivery.broadcast_id) == newest.id)).one()


async def parent(browser: Browser, place: Workplace) -> None:
    """The answer is on its way to the parent's phone, word for word."""
    async with working(browser, place, "parent") as hand:
        await tasks.answers_a_somali_parent(hand)
    assert school.ANSWER in await place.site.app.store.read(_texts_to, school.PARENTS_PHONE)


def _texts_to(session: Session, address: str) -> list[str | None]:
    rows = select(Delivery.text).join(ContactPoint, col(ContactPoint.id) == col(Delivery.contact_point_id))
    return list(session.exec(rows.where(col(ContactPoint.address) == address)))


async def forty(browser: Browser, place: Workplace) -> None:
    """All forty are on the screen, by reason."""
    async with working(browser, place, "forty") as hand:
        await tasks.finds_out_why_forty_got_nothing(hand)


async def revocation(browser: Browser, place: Workplace) -> None:
    """Nothing starts to this phone any more, and the ledger says who took it down and how."""
    async with working(browser, place, "revocation") as hand:
        await tasks.takes_a_revocation_by_phone(hand)
    stopped, evidence = await place.site.app.store.read(_phone_of, school.LEAVER)
    assert stopped
    assert evidence


def _phone_of(session: Session, name: str) -> tuple[bool, str]:
    row = session.exec(
        select(ContactPoint)
        .join(PersonContactPoint, col(PersonContactPoint.contact_point_id) == col(ContactPoint.id))
        .join(Person, col(Person.id) == col(PersonContactPoint.person_id))
        .where(col(Person.name) == name)
    ).one()
    ledger = select(Consent.evidence).where(col(Consent.contact_point_id) == row.id)
    return row.stopped_at is not None, session.exec(ledger.order_by(col(Consent.id).desc())).first() or ""


async def missing(browser: Browser, place: Workplace) -> None:
    """One sentence names the families who are missing: those who read Somali."""
    async with working(browser, place, "missing") as hand:
        said = await tasks.says_who_is_missing(hand)
        assert hand.said("Missing most: %(families)s.", families="").strip(" .") in said
        assert hand.tongue("so") in said
