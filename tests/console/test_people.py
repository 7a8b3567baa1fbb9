"""People on screen: look up, stop on the family's word, put right, import, merge, export, erase."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlmodel import Session, col, select

from bot import directory
from bot.consent import look_at
from bot.roles import Role
from bot.settings import Settings
from bot.store import audit, incoming
from bot.store.store import Store
from bot.store.tables import Handover, Inbound, Person, PersonContactPoint
from bot.web.console import forgery
from tests.conftest import StandingClock
from tests.console.browsers import HOST, Browser, Desk
from tests.records.homes import (
    AMINA,
    HASSAN,
    NEIGHBOUR,
    ROWS,
    a_busy_family,
    bring_in,
    found_in,
    person_of,
    phone_of,
)
from tests.school import lively

TOLD = {"how": "phone", "who": "Amina Kulmiye", "on": "2026-11-17", "scope": "all"}


@pytest.fixture
def home(store: Store, desk: Desk, settings: Settings, clock: StandingClock) -> int:
    """The household of Amina and Hassan Kulmiye, in the middle of a busy day."""
    return a_busy_family(store, lively(settings), clock)["household"]


async def said(browser: Browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text[-1500:]
    return answer.text


def reasons(store: Store) -> list[str]:
    return [entry.what for entry in store.reading(audit.entries)]


class TestLookingSomebodyUp:
    @pytest.mark.parametrize(
        "text",
        [
            "amina",
            "KULMIYE",
            "kulmiye amina",
            "715-555-0142",
            "0142",
            "٠١٤٢",
            "GUARD-9911",
            "FAM-7781",
            "PUPIL-5521",
        ],
    )
    async def test_by_a_name_a_number_or_a_reference(
        self, communicator: Browser, home: int, text: str
    ) -> None:
        answer = await communicator.post("/people", {"q": text})
        assert answer.status_code == 200
        assert "Amina Kulmiye" in answer.text
        assert "Bilan" not in answer.text

    async def test_what_is_looked_for_never_stands_in_an_address(
        self, communicator: Browser, home: int
    ) -> None:
        page = (await communicator.post("/people", {"q": "amina"})).text
        assert "?q=" not in page
        assert 'method="get"' not in page

    async def test_nobody_is_said_so(self, communicator: Browser, home: int) -> None:
        assert "Nobody is found" in (await communicator.post("/people", {"q": "zzz"})).text

    async def test_only_the_list_is_sent_to_a_page_that_is_open(
        self, communicator: Browser, home: int
    ) -> None:
        proof = {forgery.FIELD: forgery.proof(communicator.token)}
        headers = {"hx-request": "true", "origin": HOST}
        answer = await communicator.http.post("/people", data={"q": "amina", **proof}, headers=headers)
        assert "<html" not in answer.text
        assert "Amina" in answer.text


class TestARevocationByPhone:
    async def test_four_clicks_from_home(self, communicator: Browser, home: int, store: Store) -> None:
        """People, the number and Enter, “Stop texts”, “Stop texts to this phone”."""
        phone = phone_of(store, AMINA)
        assert 'href="/people"' in await said(communicator, "/")
        found = (await communicator.post("/people", {"q": "715 555 0142"})).text
        assert f'href="/phones/{phone}/stop"' in found
        form = await said(communicator, f"/phones/{phone}/stop")
        assert re.search(r'name="who" value="Amina Kulmiye"', form)
        assert re.search(r'value="phone" checked', form)
        assert re.search(r'name="on" value="2026-11-17"', form)
        done = await communicator.follow(await communicator.post(f"/phones/{phone}/stop", TOLD))
        assert "Texts are stopped" in done.text

    async def test_the_ledger_says_who_and_how(self, communicator: Browser, home: int, store: Store) -> None:
        phone = phone_of(store, AMINA)
        await communicator.post(f"/phones/{phone}/stop", TOLD)
        newest = store.reading(look_at, phone).ledger[0]
        assert newest.granted is False
        assert newest.evidence == (
            "by phone on 2026-11-17, said by Amina Kulmiye; written down by The communicator"
        )
        assert "phone.stopped" in reasons(store)

    async def test_what_was_queued_does_not_go(self, communicator: Browser, home: int, store: Store) -> None:
        phone = phone_of(store, AMINA)
        assert store.reading(look_at, phone).queued > 0
        answer = await communicator.post(f"/phones/{phone}/stop", TOLD)
        assert "does not go" in (await communicator.follow(answer)).text
        assert store.reading(look_at, phone).queued == 0

    async def test_closings_may_be_kept(self, communicator: Browser, home: int, store: Store) -> None:
        phone = phone_of(store, AMINA)
        await communicator.post(f"/phones/{phone}/stop", TOLD | {"scope": "closings"})
        assert store.reading(look_at, phone).phone.state == "closings"

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"who": ""}, "Who said it?"),
            ({"on": "2026-11-18"}, "still to come"),
            ({"on": "soon"}, "Write the day"),
            ({"how": "dream"}, "how they told you"),
        ],
    )
    async def test_without_evidence_nothing_stops(
        self, communicator: Browser, home: int, store: Store, wrong: dict[str, str], sentence: str
    ) -> None:
        phone = phone_of(store, AMINA)
        answer = await communicator.post(f"/phones/{phone}/stop", TOLD | wrong)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert store.reading(look_at, phone).phone.state == "open"

    async def test_only_a_new_yes_with_evidence_undoes_it(
        self, communicator: Browser, home: int, store: Store
    ) -> None:
        phone = phone_of(store, HASSAN)
        refused = await communicator.post(f"/phones/{phone}/start", TOLD | {"who": " "})
        assert refused.status_code == 422
        await communicator.post(f"/phones/{phone}/start", TOLD | {"who": "Hassan Kulmiye"})
        seen = store.reading(look_at, phone)
        assert seen.phone.state == "open"
        assert "Hassan Kulmiye" in seen.ledger[0].evidence
        assert "phone.started" in reasons(store)


class TestAHousehold:
    async def test_shows_everything_that_staff_look_for(self, communicator: Browser, home: int) -> None:
        page = await said(communicator, f"/households/{home}")
        for text in (
            "Amina Kulmiye",
            "Hassan Kulmiye",
            AMINA,
            "Somali",
            "Lincoln, grade 3",
            "stopped",
            "FAM-7781",
        ):
            assert text in page
        assert "Qorraxdu waa diirran tahay zebra" in page

    async def test_a_familys_choice_of_language_outranks_the_next_roster(
        self, communicator: Browser, home: int, store: Store, clock: StandingClock
    ) -> None:
        amina = person_of(store, "Amina Kulmiye")
        fields = {"reads": "en", "hears": "so", "by": "family"}
        await communicator.post(f"/people/{amina}/languages", fields)
        bring_in(store, ROWS, clock.now())
        found = store.reading(lambda session: session.get(Person, amina))
        assert found is not None
        assert (found.reads, found.hears) == ("en", "so")
        assert store.reading(look_at, phone_of(store, AMINA)).phone.language == "en"

    async def test_a_number_is_added_corrected_and_removed(
        self, communicator: Browser, home: int, store: Store
    ) -> None:
        amina = person_of(store, "Amina Kulmiye")
        await communicator.post(f"/people/{amina}/phones", TOLD | {"number": "715 555 0160"})
        added = phone_of(store, "+17155550160")
        await communicator.post(f"/people/{amina}/phones/{added}", TOLD | {"number": "715 555 0161"})
        right = phone_of(store, "+17155550161")
        assert store.reading(look_at, added).owners == ()
        await communicator.post(f"/people/{amina}/phones/{right}/remove")
        assert store.reading(look_at, right).owners == ()
        assert {"phone.added", "phone.corrected", "phone.removed"} <= set(reasons(store))

    async def test_a_number_that_is_none_is_refused_and_what_was_typed_is_kept(
        self, communicator: Browser, home: int, store: Store
    ) -> None:
        amina = person_of(store, "Amina Kulmiye")
        answer = await communicator.post(f"/people/{amina}/phones", TOLD | {"number": "555"})
        assert answer.status_code == 422
        assert 'value="555"' in answer.text

    async def test_a_code_for_telegram_is_shown_as_a_picture_where_the_bot_is_known(
        self, communicator: Browser, home: int, store: Store
    ) -> None:
        hassan = person_of(store, "Hassan Kulmiye")
        page = await communicator.follow(await communicator.post(f"/people/{hassan}/telegram"))
        assert re.search(r"/start c[\w-]+", page.text)

    async def test_one_that_is_gone_is_no_page(self, communicator: Browser) -> None:
        assert (await communicator.get("/households/999")).status_code == 404


CSV = (
    "Parent,Cell,Lang,School,Grade\n"
    "Sahra Nuur,715-555-0181,Somali,Lincoln,2\n"
    "=HYPERLINK(1),715-555-0182,Somali,Lincoln,2\n"
    "Bad Phone,12,Somali,Lincoln,2\n"
)


ONE_ROW = b"Parent,Cell,Lang,School\nSahra Nuur,715-555-0181,Somali,Lincoln\n"


async def upload(browser: Browser, content: bytes, name: str = "roster.csv") -> str:
    answer = await browser.http.post(
        "/people/import",
        data={forgery.FIELD: forgery.proof(browser.token)},
        files={"file": (name, content)},
        headers={"origin": HOST},
    )
    assert answer.status_code == 303, answer.text[-1500:]
    return str(answer.headers["location"])


async def import_(browser: Browser, content: bytes, fields: list[str] | None = None) -> str:
    """Upload, accept or choose the columns; return the address of the preview."""
    place = await upload(browser, content)
    page = await said(browser, place)
    chosen = fields or re.findall(r'name="field">.*?<option value="([^"]*)" selected', page, re.DOTALL)
    answer = await browser.post(place, {"field": chosen})
    assert answer.status_code == 303, answer.text[-1500:]
    return str(answer.headers["location"])


def mark_in(page: str) -> str:
    return str(re.findall(r'name="mark" value="(\w+)"', page)[0])


class TestImport:
    async def test_a_file_is_looked_at_mapped_previewed_and_imported(
        self, communicator: Browser, store: Store, settings: Settings
    ) -> None:
        place = await upload(communicator, CSV.encode())
        columns = await said(communicator, place)
        assert "Sahra Nuur" in columns
        plan = await import_(communicator, CSV.encode())
        page = await said(communicator, plan)
        assert "Refused" in page
        assert "there is no phone number in this" in page
        stuck = await communicator.post(plan, {"mark": mark_in(page)})
        assert stuck.status_code == 422
        done = await communicator.post(plan, {"mark": mark_in(page), "without": "on"})
        assert "2 new people" in (await communicator.follow(done)).text
        assert "roster.imported" in reasons(store)
        hits = store.reading(directory.people, "sahra", region="US")
        assert [hit.member.name for hit in hits.hits] == ["Sahra Nuur"]

    async def test_the_same_file_again_changes_nothing(self, communicator: Browser, store: Store) -> None:
        good = "".join(CSV.splitlines(keepends=True)[:2]).encode()
        plan = await import_(communicator, good)
        await communicator.post(plan, {"mark": mark_in(await said(communicator, plan))})
        assert "Nothing to change" in await said(communicator, await import_(communicator, good))

    async def test_a_column_that_we_do_not_know_is_chosen(self, communicator: Browser, store: Store) -> None:
        content = b"A,B,C,D\nSahra Nuur,715-555-0181,Somali,Lincoln\n"
        place = await upload(communicator, content)
        refused = await communicator.post(place, {"field": ["", "", "", ""]})
        assert refused.status_code == 422
        assert "Which column holds this?" in refused.text
        twice = await communicator.post(place, {"field": ["guardian", "phone", "language", "language"]})
        assert "Only one column can hold this" in twice.text
        plan = await communicator.post(place, {"field": ["guardian", "phone", "language", "school"]})
        assert "Sahra Nuur" in (await communicator.follow(plan)).text

    async def test_a_workbook_with_several_sheets_is_asked_about(self, communicator: Browser) -> None:
        book = Workbook()
        for name in ("Autumn", "Spring"):
            sheet = book.create_sheet(name)
            sheet.append(["Parent", "Cell", "Lang", "School"])
            sheet.append([f"Sahra {name}", "715-555-0181", "Somali", "Lincoln"])
        packed = io.BytesIO()
        book.save(packed)
        place = await upload(communicator, packed.getvalue(), "roster.xlsx")
        assert "Sahra Autumn" in await said(communicator, place)
        assert "Sahra Spring" in await said(communicator, f"{place}?sheet=Spring")
        plan = await communicator.post(place, {"field": ["guardian", "phone", "language", "school"]})
        assert "Sahra Spring" in (await communicator.follow(plan)).text

    async def test_of_several_sheets_the_one_that_was_shown_is_imported(self, communicator: Browser) -> None:
        book = Workbook()
        for name in ("Autumn", "Spring"):
            sheet = book.create_sheet(name)
            sheet.append(["Parent", "Cell", "Lang", "School"])
            sheet.append([f"Sahra {name}", "715-555-0181", "Somali", "Lincoln"])
        packed = io.BytesIO()
        book.save(packed)
        page = await said(communicator, await import_(communicator, packed.getvalue()))
        assert "Sahra Autumn" in page

    async def test_the_file_lies_here_for_its_owner_alone_and_goes_after_the_import(
        self, communicator: Browser, store: Store
    ) -> None:
        folder = incoming.folder_of(store.path)
        plan = await import_(communicator, ONE_ROW)
        assert {oct(file.stat().st_mode)[-3:] for file in folder.iterdir()} == {"600"}
        assert not any("roster.csv" in file.name for file in folder.iterdir())
        await communicator.post(plan, {"mark": mark_in(await said(communicator, plan))})
        assert list(folder.iterdir()) == []
        assert (await communicator.get(plan)).status_code == 422

    async def test_too_large_a_file_is_a_sentence(self, communicator: Browser) -> None:
        answer = await communicator.http.post(
            "/people/import",
            data={forgery.FIELD: forgery.proof(communicator.token)},
            files={"file": ("big.csv", b"x" * (incoming.LARGEST + 1))},
            headers={"origin": HOST},
        )
        assert answer.status_code in {413, 422}
        assert "10 MB" in answer.text

    async def test_a_file_that_is_no_table_is_a_sentence_and_is_not_kept(
        self, communicator: Browser, store: Store
    ) -> None:
        answer = await communicator.http.post(
            "/people/import",
            data={forgery.FIELD: forgery.proof(communicator.token)},
            files={"file": ("../../<b>evil</b>.xlsx", b"PK\x03\x04 broken")},
            headers={"origin": HOST},
        )
        assert answer.status_code == 422
        assert "<b>evil" not in answer.text
        assert list(incoming.folder_of(store.path).iterdir()) == []

    async def test_what_changed_meanwhile_is_looked_at_again(
        self, communicator: Browser, store: Store, clock: StandingClock
    ) -> None:
        plan = await import_(communicator, ONE_ROW)
        mark = mark_in(await said(communicator, plan))
        bring_in(store, ROWS, clock.now())
        answer = await communicator.post(plan, {"mark": mark})
        assert answer.status_code == 422
        assert "Something changed" in answer.text


class TestRecords:
    async def test_one_household_is_erased_to_the_last_byte(
        self, owner: Browser, home: int, store: Store, tmp_path: Path
    ) -> None:
        page = await said(owner, f"/households/{home}/erase")
        assert "Erase 2 people" in page
        wrong = await owner.post(f"/households/{home}/erase", {"number": str(home + 1)})
        assert wrong.status_code == 422
        done = await owner.follow(await owner.post(f"/households/{home}/erase", {"number": str(home)}))
        assert "nothing of this is left" in done.text
        assert found_in(tmp_path, ["Amina Kulmiye", AMINA[1:], "PUPIL-5521"]) == []
        assert (await owner.get(f"/households/{home}")).status_code == 404

    async def test_an_export_is_for_one_person_and_leaves_shared_words_out(
        self, owner: Browser, home: int, store: Store
    ) -> None:
        amina, phone = person_of(store, "Amina Kulmiye"), phone_of(store, AMINA)
        assert "zebra" in str(await parcel(owner, home, str(amina)))
        share(store, person_of(store, "Hassan Kulmiye"), phone)
        alone = await parcel(owner, home, str(amina))
        assert "zebra" not in str(alone)
        assert "purple" not in str(alone)
        assert alone["phones"][-1]["left_out"] or alone["phones"][0]["left_out"]
        assert "zebra" in str(await parcel(owner, home, "all"))
        assert reasons(store).count("household.exported") == 3

    async def test_an_export_can_be_read_by_people_too(self, owner: Browser, home: int, store: Store) -> None:
        answer = await owner.post(f"/households/{home}/export", {"person": "all"})
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            page = packed.read("household.html").decode()
        assert "<h2>People</h2>" in page
        assert 'lang="so"' in page
        assert "zebra" in page
        assert 'filename="household-' in answer.headers["content-disposition"]

    async def test_nothing_restricted_is_exported(self, owner: Browser, home: int, store: Store) -> None:
        def restrict(session: Session) -> None:
            for inbound in session.exec(select(Inbound).where(col(Inbound.address) == AMINA)):
                session.add(
                    Handover(
                        contact_point_id=inbound.contact_point_id,
                        inbound_id=inbound.id,
                        why="danger",
                        restricted=True,
                        made_at=inbound.received_at,
                    )
                )

        store.writing(restrict)
        assert "zebra" not in str(await parcel(owner, home, "all"))
        assert "zebra" not in await said(owner, f"/households/{home}")

    async def test_two_households_become_one(self, owner: Browser, home: int, store: Store) -> None:
        other = store.reading(directory.home_of, person_of(store, "Bilan Warsame"))
        found = await owner.post(f"/households/{home}/merge", {"q": "bilan"})
        assert f'href="/households/{home}/merge/{other}"' in found.text
        assert "has two households" in await said(owner, f"/households/{home}/merge/{other}")
        bilan, amina = person_of(store, "Bilan Warsame"), person_of(store, "Amina Kulmiye")
        done = await owner.post(f"/households/{home}/merge/{other}", {f"same-{bilan}": str(amina)})
        page = (await owner.follow(done)).text
        assert "one household now" in page
        assert NEIGHBOUR in page
        assert "Bilan" not in page
        moved = await owner.get(f"/households/{other}")
        assert moved.headers["location"] == f"/households/{home}"
        assert "household.merged" in reasons(store)

    async def test_what_is_kept_how_long_stands_on_a_page(self, owner: Browser, home: int) -> None:
        page = await said(owner, "/records")
        assert "400 days" in page
        assert "It has not run yet" in page
        done = await owner.follow(await owner.post("/records"))
        assert "Nothing was old enough" in done.text

    async def test_retention_by_hand_says_how_much_went(
        self, owner: Browser, home: int, clock: StandingClock
    ) -> None:
        clock.advance(hours=1)
        page = await said(owner, "/records")
        assert "Remove now" in page

    async def test_a_communicator_looks_after_people_and_not_after_records(
        self, desk: Desk, home: int
    ) -> None:
        communicator = desk.signed_in(Role.COMMUNICATOR)
        assert "/erase" not in await said(communicator, f"/households/{home}")
        assert (await communicator.get(f"/households/{home}/erase")).status_code == 403


def share(store: Store, person: int, phone: int) -> None:
    store.writing(
        lambda session: session.add(PersonContactPoint(person_id=person, contact_point_id=phone, rank=90))
    )


async def parcel(browser: Browser, home: int, person: str) -> dict[str, list[dict[str, object]]]:
    answer = await browser.post(f"/households/{home}/export", {"person": person})
    assert answer.status_code == 200, answer.text[-1500:]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        found: dict[str, list[dict[str, object]]] = json.loads(packed.read("household.json"))
    return found
