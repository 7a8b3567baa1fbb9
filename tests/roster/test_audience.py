"""Who an audience is, where each is written to, and who cannot be reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col, select

from bot import roster
from bot.errors import BroadcastError, LanguageError
from bot.rosters.file import Row
from bot.store import audience as audiences
from bot.store import contacts
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import ContactPoint, LinkCode, Person, PersonContactPoint

NOW = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)

ROWS = [
    Row(2, "Asha Ali", ("+17155550101", "+17155550102"), "so", "so", "Lincoln", "3", "S1"),
    Row(3, "Omar Ali", ("+17155550101",), "so", "so", "Lincoln", "3", "S1"),
    Row(4, "María Peña", ("+17155550103",), "es", "es", "Lincoln", "5", "S2"),
    Row(5, "Tom Olson", ("+17155550104",), "en", "en", "Washington", "3", "S3"),
    Row(6, "Kia Vang", (), "hmn", "hmn", "Washington", "K", "S4"),
]


@pytest.fixture
def district(store: Store) -> Store:
    plan = store.reading(roster.plan, ROWS)
    store.writing(roster.carry_out, ROWS, plan, NOW)
    return store


def point(session: Session, address: str) -> ContactPoint:
    return session.exec(select(ContactPoint).where(col(ContactPoint.address) == address)).one()


def ends(store: Store, audience: Audience, *, emergency: bool = False) -> list[str]:
    """The last two digits of every phone a release would write to."""

    def read(session: Session) -> list[str]:
        chosen = audiences.audience_select(audience, emergency=emergency).subquery()
        rows = sa.select(col(ContactPoint.address)).join(
            chosen, chosen.c.contact_point_id == col(ContactPoint.id)
        )
        return sorted(address[-2:] for address in session.connection().execute(rows).scalars())

    return store.reading(read)


def resolve(store: Store, **names: list[str]) -> Audience:
    return store.reading(audiences.resolve, **names)


def ids(store: Store, *names: str) -> tuple[int, ...]:
    def read(session: Session) -> tuple[int, ...]:
        people = session.exec(select(Person).where(col(Person.name).in_(names)))
        return tuple(person.id for person in people if person.id is not None)

    return store.reading(read)


def stop(store: Store, address: str, *, closings: bool = False) -> None:
    def work(session: Session) -> None:
        contacts.stop(session, point(session, address), why="family", evidence="JOOJI", now=NOW)
        if closings:
            contacts.keep_closings(session, point(session, address), evidence="1", now=NOW)

    store.writing(work)


def mark_bad(store: Store, address: str) -> None:
    store.writing(
        lambda session: contacts.mark_bad(session, point(session, address), why="no such phone", now=NOW)
    )


def test_everybody_is_one_row_a_phone_and_the_first_phone_of_each(district: Store) -> None:
    assert ends(district, Audience()) == ["01", "03", "04"]


def test_names_narrow_by_school_grade_and_language(district: Store) -> None:
    assert ends(district, resolve(district, schools=["lincoln"])) == ["01", "03"]
    assert ends(district, resolve(district, grades=["3rd"])) == ["01", "04"]
    assert ends(district, resolve(district, schools=["LINCOLN"], grades=["Grade 3"])) == ["01"]
    assert ends(
        district, resolve(district, schools=["Lincoln", "Washington"], languages=["Soomaali", "en"])
    ) == [
        "01",
        "04",
    ]


def test_people_by_name_are_added_and_alone_are_the_whole_audience(district: Store) -> None:
    tom, maria = ids(district, "Tom Olson"), ids(district, "María Peña")
    assert ends(district, Audience(people=tom)) == ["04"]
    assert ends(district, replace(resolve(district, schools=["Lincoln"]), people=tom)) == ["01", "03", "04"]
    assert ends(district, Audience(except_people=maria)) == ["01", "04"]
    assert ends(district, Audience(kinds=("staff",))) == []


def test_the_language_is_that_of_the_phone_not_of_the_roster(district: Store) -> None:
    def choose(session: Session) -> None:
        chosen = point(session, "+17155550103")
        chosen.language, chosen.language_by = "en", "family"
        session.add(chosen)

    district.writing(choose)
    assert ends(district, Audience(languages=("es",))) == []
    assert ends(district, Audience(languages=("en",))) == ["03", "04"]


def test_a_stopped_or_bad_phone_gives_way_to_the_next(district: Store) -> None:
    mark_bad(district, "+17155550101")
    assert ends(district, Audience()) == ["02", "03", "04"]
    stop(district, "+17155550102")
    assert ends(district, Audience()) == ["03", "04"]


def test_a_phone_kept_for_closings_is_written_to_in_an_emergency_only(district: Store) -> None:
    stop(district, "+17155550103", closings=True)
    stop(district, "+17155550104")
    assert ends(district, Audience()) == ["01"]
    assert ends(district, Audience(), emergency=True) == ["01", "03"]


def test_the_familys_own_choice_of_chat_goes_before_the_roster(district: Store) -> None:
    def link(session: Session) -> None:
        chat = ContactPoint(channel="telegram", address="715550103", language="es")
        session.add(chat)
        session.flush()
        (maria,) = session.exec(select(Person).where(col(Person.name) == "María Peña"))
        session.add(
            PersonContactPoint(person_id=maria.id or 0, contact_point_id=chat.id or 0, rank=0, by="family")
        )

    district.writing(link)
    reach = district.reading(audiences.reach, Audience())
    assert dict(reach.phones) == {("sms", "en"): 1, ("sms", "so"): 1, ("telegram", "es"): 1}


def test_reach_counts_and_names_who_is_left_out_and_why(district: Store) -> None:
    stop(district, "+17155550103")
    mark_bad(district, "+17155550104")
    reach = district.reading(audiences.reach, Audience())
    assert reach.people == 5
    assert reach.total == 1
    assert {one.name: one.why for one in reach.unreached} == {
        "Kia Vang": audiences.NO_ADDRESS,
        "María Peña": audiences.STOPPED,
        "Tom Olson": audiences.BAD_NUMBER,
    }
    hmong = district.reading(audiences.reach, Audience(languages=("hmn",)))
    assert (hmong.people, [one.name for one in hmong.unreached]) == (1, ["Kia Vang"])


def test_reach_says_how_many_the_newest_roster_no_longer_has(district: Store) -> None:
    rows = [row for row in ROWS if row.guardian != "María Peña"]
    plan = district.reading(roster.plan, rows)
    district.writing(roster.carry_out, rows, plan, NOW)
    reach = district.reading(audiences.reach, Audience())
    assert (reach.people, reach.departed, reach.total) == (5, 1, 3)


def test_an_unknown_name_is_answered_with_those_there_are(district: Store) -> None:
    with pytest.raises(BroadcastError, match=r"no school “Linkoln”. Known: Lincoln, Washington"):
        resolve(district, schools=["Linkoln"])
    with pytest.raises(BroadcastError, match=r"no grade “5”. Known: K, 3"):
        resolve(district, schools=["Washington"], grades=["5"])
    with pytest.raises(BroadcastError, match=r"no group “Choir”. Known: none yet"):
        resolve(district, groups=["Choir"])
    with pytest.raises(LanguageError):
        resolve(district, languages=["Klingon?"])


def test_an_audience_survives_json_and_refuses_what_it_does_not_know() -> None:
    audience = Audience(schools=(1,), languages=("so",), except_people=(7,))
    assert Audience.from_json(audience.to_json()) == audience
    with pytest.raises(BroadcastError, match="weather"):
        Audience.from_json({"weather": ["snow"]})


def test_the_select_feeds_an_insert_and_is_postgresql_too(district: Store) -> None:
    chosen = audiences.audience_select(Audience(schools=(1,), languages=("so",))).subquery()

    def insert(session: Session) -> int:
        rows = sa.select(
            sa.literal("code-").concat(sa.cast(chosen.c.contact_point_id, sa.String)),
            sa.literal(1),
            sa.literal(0),
        ).select_from(chosen)
        session.connection().execute(
            sa.insert(LinkCode).from_select(["code", "person_id", "made_at"], rows, include_defaults=False)
        )
        return len(session.exec(select(LinkCode)).all())

    assert district.writing(insert) == 1
    written = str(sa.select(chosen).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "row_number() OVER (PARTITION BY" in written
