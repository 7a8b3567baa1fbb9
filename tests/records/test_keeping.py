"""Retention: what is old goes, from the rows and from the bytes; what is young or waits stays."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from bot import records, reports
from bot.messages import DeliveryState
from bot.settings import Retention, Settings
from bot.store import audit, incoming
from bot.store.store import Store
from bot.store.tables import (
    Delivery,
    Handover,
    Inbound,
    LinkCode,
    Person,
    ProviderEvent,
    Reply,
    ReplyVersion,
    SignInTry,
    Sweep,
    Talk,
)
from tests.conftest import StandingClock
from tests.records.homes import (
    AMINA,
    ARABIC,
    HASSAN,
    NOTE,
    ROWS,
    WORDS,
    a_busy_family,
    bring_in,
    found_in,
)
from tests.school import lively


@pytest.fixture
def busy(store: Store, settings: Settings, clock: StandingClock) -> dict[str, int]:
    made = dict(a_busy_family(store, lively(settings), clock))
    store.writing(answered)
    return made


def answered(session: Session) -> None:
    """Somebody has done everything that was owed, and every text has gone."""
    now = datetime(2026, 11, 17, 17, tzinfo=UTC)
    for owed in session.exec(select(Handover)):
        owed.done_at = now
        session.add(owed)
    for text in session.exec(select(Delivery)):
        text.state, text.settled_at = DeliveryState.SENT, now
        session.add(text)


def sweep(store: Store, settings: Settings, now: datetime) -> records.Removal:
    return asyncio.run(records.sweep(store, settings, now))


def only(settings: Settings, **days: int) -> Settings:
    """Settings that keep everything for ever but what is named."""
    kinds = ("words", "texts", "events", "leavers", "codes", "sign_ins")
    table = dict.fromkeys((f"{kind}_days" for kind in kinds), 0) | {f"{k}_days": v for k, v in days.items()}
    return settings.model_copy(update={"retention": Retention(**table)})


def test_words_go_from_every_byte_and_answers_are_still_counted(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock, tmp_path: Path
) -> None:
    before = store.reading(reports.overview).replies
    removed = sweep(store, only(settings, words=400), clock.now() + timedelta(days=401))
    assert removed.scrubbed
    assert removed.removed["words"] > 0
    assert found_in(tmp_path, [WORDS, ARABIC, NOTE]) == []
    assert store.reading(reports.overview).replies == before
    assert store.reading(lambda session: len(session.exec(select(Reply)).all())) == 3
    assert store.reading(lambda session: len(session.exec(select(ReplyVersion)).all())) == 0
    assert store.reading(lambda session: len(session.exec(select(Talk)).all())) == 0


def test_nothing_goes_that_is_not_old_enough(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock, tmp_path: Path
) -> None:
    assert sweep(store, settings, clock.now() + timedelta(days=29)).removed == {}
    assert found_in(tmp_path, [WORDS, NOTE])


def test_what_waits_for_a_person_stays_however_old(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock, tmp_path: Path
) -> None:
    def owe_again(session: Session) -> None:
        for owed in session.exec(select(Handover)):
            owed.done_at = None
            session.add(owed)

    store.writing(owe_again)
    sweep(store, only(settings, words=1), clock.now() + timedelta(days=900))
    assert found_in(tmp_path, [WORDS])


def test_our_texts_to_one_family_go_and_broadcasts_stay(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock
) -> None:
    sweep(store, only(settings, texts=10), clock.now() + timedelta(days=11))

    def texts(session: Session) -> set[str | None]:
        return set(session.exec(select(Delivery.text).where(col(Delivery.broadcast_id).is_(None))))

    assert store.reading(texts) == {""}
    assert store.reading(reports.progress, busy["question"]).broadcasts


def test_reports_of_the_provider_and_codes_go(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock
) -> None:
    sweep(store, only(settings, events=1, codes=1), clock.now() + timedelta(days=2))
    assert store.reading(lambda session: session.exec(select(ProviderEvent)).all()) == []
    assert store.reading(lambda session: session.exec(select(LinkCode)).all()) == []


def test_somebody_whom_no_roster_names_is_erased_after_their_time(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock, tmp_path: Path
) -> None:
    bring_in(store, [ROWS[2]], clock.now())
    leaving = only(settings, leavers=400)
    assert sweep(store, leaving, clock.now() + timedelta(days=399)).removed == {}
    removed = sweep(store, leaving, clock.now() + timedelta(days=402))
    assert removed.removed == {"leavers": 2}
    assert found_in(tmp_path, ["Amina Kulmiye", "Hassan Kulmiye", AMINA[1:], HASSAN[1:], WORDS]) == []
    assert store.reading(lambda session: [one.name for one in session.exec(select(Person))]) == [
        "Bilan Warsame"
    ]


def test_somebody_who_comes_back_in_time_stays(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock
) -> None:
    bring_in(store, [ROWS[2]], clock.now())
    bring_in(store, ROWS, clock.now() + timedelta(days=300))
    assert sweep(store, only(settings, leavers=400), clock.now() + timedelta(days=500)).removed == {}


def test_tries_to_sign_in_and_uploads_go(store: Store, settings: Settings, clock: StandingClock) -> None:
    store.writing(lambda session: session.add(SignInTry(account="x", known_device=False, at=clock.now())))
    folder = incoming.folder_of(store.path)
    incoming.keep(folder, "a.csv", b"guardian", clock.now())
    removed = sweep(store, settings, clock.now() + timedelta(days=31))
    assert removed.removed == {"sign_ins": 1, "uploads": 1}
    assert list(folder.iterdir()) == []


def test_it_works_in_pieces_of_a_bounded_size(store: Store, settings: Settings, clock: StandingClock) -> None:
    def events(session: Session) -> None:
        session.add_all(
            ProviderEvent(channel="sms", provider_id=f"SM{n}", status="sent", raw={}, received_at=clock.now())
            for n in range(25)
        )

    store.writing(events)
    old = only(settings, events=1).retention
    later = clock.now() + timedelta(days=2)
    pieces = [store.writing(records.enforce, old, later, most=10) for _ in range(4)]
    assert pieces == [{"events": 10}, {"events": 10}, {"events": 5}, {}]


def test_what_was_removed_is_in_the_trail_and_on_the_page(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock
) -> None:
    then = clock.now() + timedelta(days=401)
    sweep(store, settings, then)
    (entry,) = store.reading(audit.entries, about="")
    assert entry.what == "retention.enforced"
    assert entry.detail["words"] > 0
    kept = store.reading(records.kept, settings)
    assert kept.last == then
    assert kept.removals[0].removed == entry.detail
    assert kept.days["words"] == 400


def test_late_reports_about_erased_texts_are_swept(
    store: Store, settings: Settings, busy: dict[str, int], clock: StandingClock, tmp_path: Path
) -> None:
    number = busy["household"]
    store.writing(records.erase, number, audit.COMMAND_LINE, clock.now(), typed=number, shared=None)
    records.finish(store)
    late = ProviderEvent(
        channel="sms", provider_id="SMlate", status="delivered", raw={"To": AMINA}, received_at=clock.now()
    )
    store.writing(lambda session: session.add(late))
    sweep(store, only(settings), clock.now() + timedelta(days=2))
    assert found_in(tmp_path, [AMINA]) == []


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("17 02:29", "17 02:31", True),
        ("17 02:31", "17 23:00", False),
        ("17 02:31", "18 02:29", False),
        ("17 02:31", "18 02:30", True),
        ("17 09:00", "18 08:00", True),
    ],
)
def test_it_is_due_once_a_night_on_the_schools_clock(
    store: Store, settings: Settings, last: str, now: str, due: bool
) -> None:
    chicago = ZoneInfo("America/Chicago")

    def at(text: str) -> datetime:
        return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=chicago).astimezone(UTC)

    assert settings.retention.at == time(2, 30)
    assert store.reading(records.due, settings, at(now)) is True
    store.writing(lambda session: session.add(Sweep(at=at(last), kind="night", removed={})))
    assert store.reading(records.due, settings, at(now)) is due


def test_an_unread_message_is_never_emptied(store: Store, settings: Settings, clock: StandingClock) -> None:
    unread = Inbound(
        channel="sms",
        provider_id="U1",
        lane="x",
        address=AMINA,
        message={"text": "?"},
        received_at=clock.now(),
    )
    store.writing(lambda session: session.add(unread))
    sweep(store, only(settings, words=1), clock.now() + timedelta(days=9))
    assert store.reading(lambda session: session.exec(select(Inbound.address)).all()) == [AMINA]
