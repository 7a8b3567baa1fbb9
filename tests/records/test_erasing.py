"""Erasing one household: nothing of theirs is left in any byte, and everything else stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, func, select

from bot import records, reports, roster
from bot.consent import look_at
from bot.errors import RecordsError
from bot.settings import Settings
from bot.store import audit, contacts, erasure, incoming, silence
from bot.store.audit import COMMAND_LINE
from bot.store.erasure import POLICY, Erased
from bot.store.store import Store
from bot.store.tables import (
    Broadcast,
    ContactPoint,
    Delivery,
    Handover,
    Household,
    Inbound,
    Person,
    PersonContactPoint,
    Silenced,
    Sweep,
)
from tests.conftest import StandingClock
from tests.records.homes import (
    AMINA,
    HASSAN,
    NEIGHBOUR,
    ROWS,
    THEIRS,
    WORDS,
    a_busy_family,
    bring_in,
    found_in,
    number_of,
    person_of,
    phone_of,
    told,
)
from tests.school import Desk, lively


@pytest.fixture
def busy(store: Store, settings: Settings, clock: StandingClock) -> dict[str, int]:
    return dict(a_busy_family(store, lively(settings), clock))


def erase(store: Store, number: int, clock: StandingClock, *, shared: str | None = None) -> Erased:
    done = store.writing(records.erase, number, COMMAND_LINE, clock.now(), typed=number, shared=shared)
    assert records.finish(store)
    return done


def rows_of(store: Store) -> dict[str, int]:
    def count(session: Session) -> dict[str, int]:
        tables = SQLModel.metadata.tables
        return {
            name: session.connection().execute(sa.select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.items()
        }

    return store.reading(count)


def test_every_table_says_what_erasing_does_to_it() -> None:
    assert set(POLICY) == set(SQLModel.metadata.tables)


def test_no_word_and_no_number_is_left_in_any_byte(
    store: Store, busy: dict[str, int], clock: StandingClock, tmp_path: Path
) -> None:
    folder = incoming.folder_of(store.path)
    incoming.keep(
        folder, "Amina Kulmiye.csv", f"guardian,phone\nAmina Kulmiye,{AMINA}\n".encode(), clock.now()
    )
    assert len({line.split(" in ")[0] for line in found_in(tmp_path, THEIRS)}) == len(THEIRS)
    erase(store, busy["household"], clock)
    assert found_in(tmp_path, THEIRS) == []


def test_what_others_said_and_have_stays(store: Store, busy: dict[str, int], clock: StandingClock) -> None:
    erase(store, busy["household"], clock)
    left = store.reading(lambda session: [one.name for one in session.exec(select(Person))])
    assert left == ["Bilan Warsame"]
    said = store.reading(lambda session: [one.message["text"] for one in session.exec(select(Inbound))])
    assert said == ["Habeenkii waan shaqeeyaa"]


def test_a_broadcast_goes_on_counting_its_texts(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    before = store.reading(reports.progress, busy["question"])
    erase(store, busy["household"], clock)
    assert store.reading(reports.progress, busy["question"]) == before


def test_what_was_still_to_go_to_them_does_not_go(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    erase(store, busy["household"], clock)

    def ended(session: Session) -> list[str]:
        mine = select(Delivery).where(
            col(Delivery.reason) == erasure.ENDED, col(Delivery.broadcast_id) == busy["snow"]
        )
        return [one.state for one in session.exec(mine)]

    assert store.reading(ended) == ["failed"]


def test_the_trail_still_stands_and_names_the_household_by_its_number(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    erase(store, busy["household"], clock)
    (entry,) = store.reading(audit.entries, about=f"household:{busy['household']}")
    assert entry.what == "household.erased"
    assert entry.detail["people"] == 2
    assert store.reading(audit.verify) is None


def test_a_household_keeps_its_number_so_that_no_other_gets_it(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    erase(store, busy["household"], clock)
    bring_in(store, ROWS, clock.now())
    assert number_of(store, "FAM-7781") != busy["household"]
    kept = store.reading(lambda session: session.get(Household, busy["household"]))
    assert kept is not None
    assert kept.ended_at is not None


def test_a_later_roster_brings_them_in_as_new_people_and_their_stop_still_stands(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    erase(store, busy["household"], clock)
    shown = store.reading(roster.plan, ROWS)
    assert [one.name for one in shown.new] == ["Amina Kulmiye", "Hassan Kulmiye"]
    assert [(one.phone, one.what) for one in shown.kept] == [(HASSAN, "stopped")]
    bring_in(store, ROWS, clock.now())

    def stopped(session: Session) -> dict[str, bool]:
        return {one.address: one.stopped_at is not None for one in session.exec(select(ContactPoint))}

    found = store.reading(stopped)
    assert found[HASSAN] is True
    assert found[AMINA] is False
    evidence = store.reading(ledger_of, HASSAN)
    assert evidence == [("all", False, silence.EVIDENCE)]
    assert rows_of(store)["silenced"] == 0


def ledger_of(session: Session, address: str) -> list[tuple[str, bool, str]]:
    contact = contacts.at_address(session, "sms", address)
    assert contact is not None
    return [(one.scope, one.granted, one.evidence) for one in look_at(session, contact.id or 0).ledger]


def test_a_stopped_number_that_writes_after_its_erasing_is_still_stopped(
    store: Store, busy: dict[str, int], settings: Settings, clock: StandingClock
) -> None:
    erase(store, busy["household"], clock)
    Desk(store, lively(settings), clock).says(HASSAN, "hello?", provider_id="H1")
    assert store.reading(look_at, phone_of(store, HASSAN)).phone.state == "stopped"
    bring_in(store, ROWS, clock.now())
    assert store.reading(look_at, phone_of(store, HASSAN)).phone.state == "stopped"


def test_a_mark_tells_nobody_the_number(store: Store, busy: dict[str, int], clock: StandingClock) -> None:
    erase(store, busy["household"], clock)
    (mark,) = store.reading(lambda session: session.exec(select(Silenced.mark)).all())
    assert HASSAN[1:] not in mark
    assert store.reading(silence.mark, HASSAN) == mark
    assert store.reading(silence.mark, AMINA) != mark


def test_it_must_be_typed(store: Store, busy: dict[str, int], clock: StandingClock) -> None:
    before = rows_of(store)
    for typed in (None, busy["household"] + 1):
        with pytest.raises(RecordsError, match="type its number"):
            store.writing(
                records.erase, busy["household"], COMMAND_LINE, clock.now(), typed=typed, shared=None
            )
    assert rows_of(store) == before


def test_what_it_would_take_is_what_it_takes(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    seen = store.reading(records.erasure, busy["household"])
    assert seen.goes.people == 2
    assert seen.goes.messages == 3
    done = erase(store, busy["household"], clock)
    assert done == Erased(**{**seen.goes.counts(), "silenced": 1})


class TestASharedPhone:
    """Words on a phone that somebody else has too cannot be told apart."""

    @pytest.fixture
    def shared(self, store: Store, busy: dict[str, int], clock: StandingClock) -> dict[str, int]:
        neighbour, amina = person_of(store, "Bilan Warsame"), phone_of(store, AMINA)

        def share(session: Session) -> None:
            session.add(PersonContactPoint(person_id=neighbour, contact_point_id=amina))

        store.writing(share)
        return busy | {"phone": amina}

    def test_staff_must_say_what_becomes_of_them(
        self, store: Store, shared: dict[str, int], clock: StandingClock
    ) -> None:
        with pytest.raises(RecordsError, match="what becomes of the words"):
            erase(store, shared["household"], clock)

    def test_kept_words_stay_with_the_phone(
        self, store: Store, shared: dict[str, int], clock: StandingClock, tmp_path: Path
    ) -> None:
        erase(store, shared["household"], clock, shared="keep")
        assert found_in(tmp_path, [WORDS])
        assert found_in(tmp_path, ["Amina Kulmiye", "PUPIL-5521", HASSAN]) == []

    def test_erased_words_go_and_the_phone_stays_theirs(
        self, store: Store, shared: dict[str, int], clock: StandingClock, tmp_path: Path
    ) -> None:
        erase(store, shared["household"], clock, shared="erase")
        assert found_in(tmp_path, [WORDS, "Amina Kulmiye"]) == []
        assert phone_of(store, AMINA) == shared["phone"]


def test_a_number_that_they_gave_up_goes_with_them(
    store: Store, busy: dict[str, int], clock: StandingClock, tmp_path: Path
) -> None:
    bring_in(store, [replace(ROWS[0], phones=("+17155550150",)), *ROWS[1:]], clock.now())
    assert store.reading(records.erasure, busy["household"]).once == 1
    erase(store, busy["household"], clock)
    assert found_in(tmp_path, [AMINA[1:], WORDS, "7155550150"]) == []


def test_nobody_takes_the_place_of_an_erased_person_in_an_audience(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    amina = person_of(store, "Amina Kulmiye")

    def name_her(session: Session) -> None:
        broadcast = session.get(Broadcast, busy["snow"])
        assert broadcast is not None
        broadcast.audience = {**broadcast.audience, "people": [amina]}
        session.add(broadcast)

    store.writing(name_her)
    erase(store, busy["household"], clock)
    kept = store.reading(lambda session: session.get(Broadcast, busy["snow"]))
    assert kept is not None
    assert kept.audience["people"] == [erasure.NOBODY]


def test_a_household_in_danger_cannot_be_erased_away(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    amina = phone_of(store, AMINA)

    def in_danger(session: Session) -> None:
        session.add(Handover(contact_point_id=amina, why="danger", restricted=True, made_at=clock.now()))

    store.writing(in_danger)
    before = store.reading(records.erasure, busy["household"]).open
    with pytest.raises(RecordsError, match="whoever is on call"):
        erase(store, busy["household"], clock)
    assert before == store.reading(records.erasure, busy["household"]).open


def test_a_strangers_number_can_be_erased_alone(
    store: Store, busy: dict[str, int], settings: Settings, clock: StandingClock, tmp_path: Path
) -> None:
    Desk(store, lively(settings), clock).says(
        "+17155550199", "Wrong number, the walrus said", provider_id="W1"
    )
    store.writing(records.erase_phone, phone_of(store, "+17155550199"), COMMAND_LINE, clock.now())
    assert records.finish(store)
    assert found_in(tmp_path, ["7155550199", "walrus"]) == []
    with pytest.raises(RecordsError, match="Somebody has this phone"):
        store.writing(records.erase_phone, phone_of(store, NEIGHBOUR), COMMAND_LINE, clock.now())


def test_an_erasing_whose_bytes_could_not_be_cleaned_is_remembered(
    store: Store, busy: dict[str, int], clock: StandingClock
) -> None:
    store.writing(
        records.erase, busy["household"], COMMAND_LINE, clock.now(), typed=busy["household"], shared=None
    )

    def clean(session: Session) -> list[bool]:
        return list(session.exec(select(Sweep.scrubbed)))

    assert store.reading(clean) == [False]
    assert records.finish(store)
    assert store.reading(clean) == [True]
    assert rows_of(store)["audit_entry"] == 1


def test_evidence_needs_a_name() -> None:
    assert "Amina" in told().evidence()
