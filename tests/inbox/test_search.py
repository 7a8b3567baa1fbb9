"""Finding a conversation."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from bot import inbox
from bot.errors import InboxError
from bot.store.accounts import Account
from bot.store.tables import Person
from tests.inbox.office import QUESTION, Office
from tests.school import phone


def found(office: Office, text: str, who: Account | None = None, page: int = 1) -> list[str]:
    hits = office.read(inbox.search, who or office.amal, text, page).hits
    return [one.ending for one in hits]


@pytest.fixture
def families(office: Office) -> None:
    office.family(1)
    office.asks(1)
    office.family(22, "es")
    office.desk.clock.advance(minutes=1)
    office.asks(22, "¿A qué hora sale el bus 100%?")
    office.family(33)

    def name(session: Session) -> None:
        row = session.get(Person, 3)
        assert row is not None
        row.name = "Hodan Warsame"

    office.write(name)


@pytest.mark.usefixtures("families")
@pytest.mark.parametrize(
    ("text", "endings"),
    [
        ("basku", ["01"]),
        ("BASKU", ["01"]),
        ("hora sale", ["22"]),
        ("warsame", ["33"]),
        ("0022", ["22"]),
        ("555-0033", ["33"]),
        ("Guardian", ["22", "01"]),
        ("100%", ["22"]),
        ("b_sku", []),
        ("zzz", []),
    ],
)
def test_by_names_words_and_the_end_of_a_number(office: Office, text: str, endings: list[str]) -> None:
    assert found(office, text) == endings


@pytest.mark.usefixtures("families")
def test_a_hit_says_what_it_is(office: Office) -> None:
    (hit,) = office.read(inbox.search, office.amal, "basku").hits
    assert (hit.words, hit.waits, hit.stopped, hit.names) == (QUESTION, True, False, ("Guardian 1",))


@pytest.mark.usefixtures("families")
def test_a_reviewer_finds_families_of_their_languages(office: Office) -> None:
    assert found(office, "Guardian", office.faadumo) == ["01"]


@pytest.mark.parametrize("text", ["", " ", "a", "%", "__"])
def test_less_than_two_letters_are_not_searched_for(office: Office, text: str) -> None:
    with pytest.raises(InboxError, match="two letters or digits"):
        found(office, text)


def test_words_after_a_stop_are_found_too(office: Office) -> None:
    office.family()
    office.asks(1, "JOOJI")
    office.asks(1, "Waan soo noqonayaa")
    assert found(office, "noqonayaa") == ["01"]


def test_pages(office: Office) -> None:
    for number in range(30):
        office.family(number)
    page = office.read(inbox.search, office.amal, "Guardian")
    assert (len(page.hits), page.total, page.more) == (25, 30, True)
    assert len(found(office, "Guardian", page=2)) == 5
    assert phone(1)
