"""An announcement on its way: two schools, ten languages, one text a phone; recalled, stopped, repeated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, update

from bot import languages
from bot.channels import segments
from bot.store.tables import Schedule
from tests.journeys.machine import Machine, machine_in, until
from tests.journeys.provider import simulating
from tests.journeys.typist import Typist

ZONE = ZoneInfo("America/Chicago")

#: area codes of the phones of three schools
SCHOOLS = {"Lincoln": "920", "Washington": "608", "Roosevelt": "414"}

#: as offices write them -> tag; nobody has written a snow closing in the last two
LANGUAGES = {
    "English": "en",
    "español": "es",
    "Soomaali": "so",
    "Hmoob": "hmn",
    "Arabic": "ar",
    "Vietnamese": "vi",
    "Chinese": "zh-Hans",
    "French": "fr",
    "Karen": "ksw",
    "Swahili": "sw",
}
WITHOUT_NOTICE = {"ksw", "sw"}


def phone(school: str, tag: str) -> str:
    return f"+1{SCHOOLS[school]}55501{list(LANGUAGES.values()).index(tag):02}"


def roster() -> Iterator[str]:
    """One guardian of each language at each school, and a second one on Lincoln's Somali phone."""
    for school in SCHOOLS:
        for name, tag in LANGUAGES.items():
            number = phone(school, tag)
            yield f"Parent {tag} {school},{number},{name},{school},3,{school}-{tag}"
    yield f"Other parent,{phone('Lincoln', 'so')},Soomaali,Lincoln,5,Lincoln-so-5"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, typist: Typist) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("announce")
    with simulating() as provider, machine_in(folder, provider, typist) as machine:
        machine.configure(staff={"large_broadcast": 25}, sms={"in_flight": 4})
        machine.enrol(*roster())
        machine.start()
        yield machine
        assert machine.stop() == 0


def announce(machine: Machine, *options: str) -> int:
    """Announce something at once; return its number."""
    number: int = machine.json("announce", *options, "--fallback", "en", "--approve")["broadcast"]
    return number


def snow_closing(tag: str, day: date) -> str:
    """The notice as a family of this language is due it, byte for byte."""
    today = datetime.now(ZONE).date()
    written_in = "en" if tag in WITHOUT_NOTICE else tag
    said = languages.notice_text(
        "snow-closing",
        written_in,
        school="Lincoln and Washington",
        day=languages.family_date(day, written_in, today=today),
    )
    return ("(English) " if tag in WITHOUT_NOTICE else "") + segments.normalise(said)


def texts(machine: Machine, broadcast: int) -> list[tuple[str, str]]:
    """State and reason of every text of a broadcast."""
    return [
        (state, reason)
        for state, reason in machine.rows(
            f"SELECT state, reason FROM delivery WHERE broadcast_id = {broadcast}"
        )
    ]


def move_schedule(machine: Machine, broadcast: int, **values: object) -> None:
    """Let the time of a schedule come sooner."""

    def move(session: Session) -> None:
        session.execute(update(Schedule).where(col(Schedule.broadcast_id) == broadcast).values(**values))

    with machine.store() as store:
        store.writing(move)


def test_the_same_file_twice_changes_nothing(school: Machine) -> None:
    tables = ("household", "person", "child", "contact_point", "membership", "consent", '"group"')

    def stored() -> list[object]:
        return [school.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]

    before = stored()
    said = school.cli("import", str(school.folder / "roster.csv")).stdout
    assert "Nothing to change" in said
    assert stored() == before
    assert school.rows("SELECT count(*) FROM person") == [(31,)]
    assert school.rows("SELECT count(*) FROM contact_point") == [(30,)]


def test_a_snow_closing_reaches_two_schools_in_every_language(school: Machine) -> None:
    day = datetime.now(ZONE).date() + timedelta(days=20)
    made = school.json(
        "announce", "--notice", "snow-closing",
        "--value", "school=Lincoln and Washington", "--value", f"day={day}",
        "--school", "Lincoln", "--school", "washington",
        "--fallback", "en", "--at", "now", "--approve",
    )  # fmt: skip
    assert made["phones"] == 20
    assert {line["language"] for line in made["languages"] if line["fallback"]} == WITHOUT_NOTICE
    school.settled()
    for tag in LANGUAGES.values():
        for name in ("Lincoln", "Washington"):
            assert school.provider.texts(phone(name, tag)) == [snow_closing(tag, day)], (name, tag)
        assert school.provider.texts(phone("Roosevelt", tag)) == [], tag
    assert school.rows(f"SELECT DISTINCT urgency FROM delivery WHERE broadcast_id = {made['broadcast']}") == [
        (0,)
    ]


def test_a_time_of_day_is_the_next_such_hour_on_the_schools_clock_and_may_be_recalled(
    school: Machine,
) -> None:
    before = school.provider.count()
    made = school.json("announce", "--text", "No school.", "--fallback", "en", "--at", "06:00", "--approve",
                       "--count", "30")  # fmt: skip
    first = datetime.fromisoformat(made["first"])
    assert (first.hour, first.minute, first.utcoffset()) == (6, 0, first.astimezone(ZONE).utcoffset())
    assert timedelta(0) < first - datetime.now(ZONE) <= timedelta(hours=25)

    said = school.cli("recall", str(made["broadcast"])).stdout
    assert "recalled: nobody got it" in said
    move_schedule(school, made["broadcast"], done=False, next_at=datetime.now(ZONE))
    until(
        "the recalled hour to come",
        lambda: (
            school.rows("SELECT 1 FROM schedule WHERE done AND broadcast_id = " + str(made["broadcast"]))
            != []
        ),
    )
    assert texts(school, made["broadcast"]) == []
    assert school.provider.count() == before
    assert "already going out" in school.refuses("recall", "1")


def test_a_broadcast_is_stopped_while_it_goes_out(school: Machine) -> None:
    before = school.provider.count()
    school.provider.misbehave({"trouble": "slow", "seconds": 0.8})
    try:
        number = announce(school, "--text", "The bus is late.", "--count", "30")
        until("the first texts", lambda: school.provider.count() > before)
        said = school.cli("stop", str(number)).stdout
    finally:
        school.provider.misbehave()
    school.settled()
    ended = texts(school, number)
    unsent = ended.count(("failed", "Stopped by staff."))
    assert f"{unsent} texts will not be sent" in said
    assert 0 < unsent < 30
    assert len(ended) == 30
    assert school.provider.count() - before == 30 - unsent
    report = school.json("report", str(number))
    assert report["failures"] == [
        {"reason": "Stopped by staff.", "code": None, "channel": "sms", "count": unsent}
    ]
    assert "is stopped: there is nothing to stop" in school.refuses("stop", str(number))


def test_a_rule_repeats_a_broadcast(school: Machine) -> None:
    family = phone("Roosevelt", "en")
    seen = len(school.provider.texts(family))
    number = announce(
        school, "--text", "Library today.", "--school", "Roosevelt", "--language", "English",
        "--repeat", "FREQ=DAILY;COUNT=2",
    )  # fmt: skip
    assert school.provider.next_text(family, seen) == "Library today."
    ((starts, coming),) = school.rows(f"SELECT starts, next_at FROM schedule WHERE broadcast_id = {number}")
    begun = datetime.fromisoformat(starts)
    tomorrow = f"{begun + timedelta(days=1):%Y-%m-%d %H:%M}"
    (listed,) = [line for line in school.cli("broadcasts").stdout.splitlines() if "Library" in line]
    assert "approved" in listed
    assert tomorrow in listed
    assert coming is not None

    # A day later: the same schedule, begun a day (and a second) earlier.
    again = begun - timedelta(days=1) + timedelta(seconds=1)
    moment = (again + timedelta(days=1)).replace(tzinfo=ZONE)
    move_schedule(school, number, starts=again.isoformat(), next_at=moment)
    assert school.provider.next_text(family, seen + 1) == "Library today."
    school.settled()
    (state,) = {row[0] for row in school.rows(f"SELECT state FROM broadcast WHERE id = {number}")}
    assert state == "released"
    assert len(school.provider.texts(family)) == seen + 2


def test_a_large_broadcast_waits_for_its_number_to_be_typed(school: Machine) -> None:
    before = school.provider.count()
    kept = school.cli("announce", "--text", "Welcome back.", "--fallback", "en").stdout
    number = max(row[0] for row in school.rows("SELECT id FROM broadcast"))
    assert f"Kept as a draft. “homeloop approve {number}” sends it" in kept
    approve = ("approve", str(number), "--approve", "--fallback", "en")
    assert "This goes to 30 phones. Type that number to approve it." in school.refuses(*approve)
    assert "(you typed 31)" in school.refuses(*approve, "--count", "31")
    assert school.provider.count() == before
    school.cli(*approve, "--count", "30")
    school.settled()
    assert school.provider.count() == before + 30


def test_a_language_without_a_text_is_shown_before_anybody_approves(school: Machine) -> None:
    before = school.provider.count()
    said = school.refuses("announce", "--text", "Hello.", "--school", "Roosevelt", "--approve")
    assert "No text may be sent in: Arabic (1)" in said
    assert "--fallback en" in said
    assert school.provider.count() == before


def test_nobody_got_a_text_twice_or_one_that_was_not_due(school: Machine) -> None:
    """What every journey above left in the provider's ledger, held against the outbox row by row."""
    school.settled()
    due = school.rows(
        "SELECT d.provider_id, c.address, r.text FROM delivery d JOIN rendering r ON r.id = d.rendering_id "
        "JOIN contact_point c ON c.id = d.contact_point_id WHERE d.state IN ('sent', 'delivered')"
    )
    accepted = [(one["provider_id"], one["address"], one["text"]) for one in school.provider.accepted("sms")]
    assert sorted(accepted) == sorted(due)
    assert Path(school.folder / "run.log").read_text().count("Traceback") == 0
