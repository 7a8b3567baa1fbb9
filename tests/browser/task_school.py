"""The school in which the tasks are done: 150 families who were asked something, one who asks back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import replies
from bot.app import App
from bot.conversation.ask import Ask
from bot.messages import ChannelName
from bot.messages import Inbound as Message
from bot.roles import Role
from bot.store.tables import (
    ContactPoint,
    Delivery,
    Group,
    GroupKind,
    Household,
    Membership,
    Person,
    PersonContactPoint,
    Staff,
)
from tests.console.busy_school import TOTP
from tests.school import SMS, send_out

#: how many families read each language
FAMILIES: Mapping[str, int] = {"en": 60, "es": 40, "so": 30, "hmn": 20}
#: and how many of them have answered
ANSWERED: Mapping[str, int] = {"en": 45, "es": 30, "so": 3, "hmn": 15}

ASKED = "When can you meet the teacher?"
ASKING = {
    "en": ASKED,
    "es": "¿Cuándo puede hablar con la maestra?",
    "so": "Goorma ayaad macallinka la kulmi kartaa?",
    "hmn": "Koj ntsib xib fwb tau thaum twg?",
}
CHOICES = {
    "en": ("Morning", "Evening"),
    "es": ("Por la mañana", "Por la tarde"),
    "so": ("Subax", "Fiid"),
    "hmn": ("Sawv ntxov", "Tsaus ntuj"),
}
PARENT, PARENTS_PHONE = "Hodan Warsame", "+19205550100"
QUESTION = "Goorma ayuu basku imanayaa berri?"
ANSWER = "Waxaad weydiisay basku goorma: berri Arbaco, 7:10 subaxnimo."
MEANING = "You asked when the bus comes: tomorrow Wednesday, 7:10 in the morning."
LEAVER = "Mai Vang"
UNTOLD = "Picture day is on Friday. Wear what you like."
PASSWORD = "four purple wheels turning"


def task_school(app: App, _staff: Mapping[Role, int]) -> None:
    """Fill the site of the tasks."""
    now = app.clock.now()
    app.store.writing(_passwords, app.passwords.hash_now(PASSWORD))
    app.store.writing(_families)
    app.store.writing(_ask, app, now - timedelta(days=3))
    app.store.writing(_answers, app, now - timedelta(days=2))
    told = app.store.writing(send_out, app.settings, now - timedelta(hours=20), text=UNTOLD)
    app.store.writing(_arrived, told, now - timedelta(hours=20))
    app.store.writing(_forty_got_nothing, told)
    _says(app, PARENTS_PHONE, QUESTION, "own", now - timedelta(minutes=20))


def _passwords(session: Session, password: str) -> None:
    session.execute(sa.update(Staff).values(password=password, totp=TOTP))


def _families(session: Session) -> None:
    schools = [_kept(session, Group(kind=GroupKind.SCHOOL, name=name)) for name in ("Lincoln", "Washington")]
    tags = [tag for tag, count in FAMILIES.items() for _ in range(count)]
    for number, tag in enumerate(tags):
        home = _kept(session, Household(reference=f"H{number}"))
        phone = _kept(
            session, ContactPoint(channel=ChannelName.SMS, address=f"+1920555{number:04}", language=tag)
        )
        name = {100: PARENT, 140: LEAVER}.get(number, f"Guardian {number}")
        person = _kept(
            session, Person(reference=f"G{number}", name=name, household_id=home, reads=tag, hears=tag)
        )
        session.add(PersonContactPoint(person_id=person, contact_point_id=phone))
        session.add(Membership(person_id=person, group_id=schools[number % 2]))


def _kept(session: Session, row: Any) -> int:
    session.add(row)
    session.flush()
    return int(row.id)


def _ask(session: Session, app: App, now: datetime) -> None:
    asked = send_out(
        session,
        app.settings,
        now,
        text=ASKED,
        ask=Ask("one_of", CHOICES["en"], other=False),
        texts={tag: text for tag, text in ASKING.items() if tag != "en"},
        choices={tag: words for tag, words in CHOICES.items() if tag != "en"},
    )
    _arrived(session, asked, now)


def _arrived(session: Session, broadcast: int, now: datetime) -> None:
    """Let the provider have delivered all of it."""
    session.execute(
        sa.update(Delivery)
        .where(col(Delivery.broadcast_id) == broadcast)
        .values(
            state="delivered",
            started_at=now,
            settled_at=now,
            attempt=sa.literal("a").concat(sa.cast(Delivery.id, sa.String)),
            provider_id=sa.literal("SM").concat(sa.cast(Delivery.id, sa.String)),
        )
    )


def _answers(session: Session, app: App, now: datetime) -> None:
    for tag, count in ANSWERED.items():
        phones = session.exec(
            select(ContactPoint.address).where(col(ContactPoint.language) == tag).limit(count)
        ).all()
        for place, address in enumerate(phones):
            _heard(session, app, address, str(place % 2 + 1), f"{tag}{place}", now)


def _says(app: App, address: str, text: str, key: str, now: datetime) -> None:
    app.store.writing(_heard, app, address, text, key, now)


def _heard(session: Session, app: App, address: str, text: str, key: str, now: datetime) -> None:
    """Let a family write, and let Homeloop think about it."""
    replies.accept(session, [Message(ChannelName.SMS, f"IN{key}", SMS, address, text)], now)
    for unread in replies.unhandled(session, 10):
        replies.handle(session, unread, app.settings, now)


def _forty_got_nothing(session: Session, broadcast: int) -> None:
    """Forty of the texts came to nothing: landlines, phones that were off, numbers that are nobody's."""
    rows = session.exec(
        select(Delivery).where(col(Delivery.broadcast_id) == broadcast).order_by(col(Delivery.id)).limit(40)
    ).all()
    why = [("30006", "It is a landline.")] * 25 + [("30003", "The phone was off.")] * 10
    why += [("30005", "There is no such number.")] * 5
    for row, (code, reason) in zip(rows, why, strict=True):
        row.state, row.code, row.reason, row.provider_id = "failed", code, reason, None
        session.add(row)
