"""Try a sentence: the same as `homeloop explain`, for people; nothing is kept of it."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from sqlmodel import Session, select

from bot.roles import Role
from bot.store.tables import AuditEntry, Inbound
from tests.console.browsers import Browser, Desk


@pytest.fixture
def writer(desk: Desk) -> Browser:
    return desk.signed_in(Role.COMMUNICATOR)


async def tried(browser: Browser, text: str, language: str, kind: str = "", **fields: str) -> httpx.Response:
    return await browser.post("/try", {"text": text, "language": language, "kind": kind, **fields})


def rows(desk: Desk) -> list[int]:
    """How many texts of families and how many lines of the trail are kept."""

    def count(session: Session) -> list[int]:
        return [len(session.exec(select(table.id)).all()) for table in (Inbound, AuditEntry)]

    return desk.app.store.reading(count)


def panel(answer: httpx.Response) -> str:
    """The words of what was understood."""
    assert answer.status_code == 200
    found = re.search(r'<section class="panel" id="understood".*?</section>', answer.text, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


@pytest.mark.parametrize(
    ("text", "language", "kind", "fields", "shown"),
    [
        ("haa", "so", "yes_no", {}, "As an answer yes recorded at once"),
        ("tuaj tsis tau", "hmn", "yes_no", {"asked": "tuaj"}, "no recorded at once"),
        ("la tarde", "es", "one_of", {"choices": "la mañana\nla tarde"}, "As an answer la tarde recorded"),
        ("1 y 3", "es", "several_of", {"choices": "a\nb\nc"}, "As an answer a, c recorded at once"),
        ("٤", "ar", "number", {"low": "1", "high": "12"}, "As an answer 4 recorded at once"),
        ("a las 4 y media", "es", "time", {"earliest": "15:00", "latest": "18:00"}, "4:30 PM recorded"),
        ("4", "en", "time", {}, "asked again no one answer is meant for certain"),
        ("next Friday", "en", "date", {}, "read back first a guess, read back once"),
        ("kaliya Sabtida", "so", "own_words", {}, "As an answer kaliya Sabtida recorded at once"),
    ],
)
async def test_an_answer(
    writer: Browser, text: str, language: str, kind: str, fields: dict[str, str], shown: str
) -> None:
    assert shown in panel(await tried(writer, text, language, kind, **fields)).replace("\u202f", " ")


async def test_what_a_text_is_about_and_what_it_costs(writer: Browser) -> None:
    shown = panel(await tried(writer, "Mamá, él me pega", "es"))
    assert "As an answer" not in shown
    assert "What it is about Danger (it touches the danger list: a person on call reads it)" in shown
    assert "1 part · UCS-2" in shown
    assert "70 characters a part: á" in shown
    assert "Stop (it asks us to stop)" in panel(await tried(writer, "JOOJI", "so", "yes_no"))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": ""}, "Type a text."),
        ({"text": "a", "kind": "one_of", "choices": "a"}, "Give at least two choices"),
        ({"text": "4", "kind": "time", "earliest": "noon"}, "These limits cannot be read."),
        ({"text": "4", "kind": "number", "low": "few"}, "These limits cannot be read."),
    ],
)
async def test_what_is_missing_is_said_at_its_field(
    writer: Browser, fields: dict[str, str], wrong: str
) -> None:
    answer = await writer.post("/try", {"language": "en", **fields})
    assert answer.status_code == 422
    assert wrong in unescape(answer.text)
    assert "understood-title" not in answer.text


async def test_nothing_is_kept_of_it(desk: Desk, writer: Browser, capfd: pytest.CaptureFixture[str]) -> None:
    before = rows(desk)
    assert "Tamarind" in panel(await tried(writer, "Tamarind, he hits me", "en", "yes_no"))
    assert rows(desk) == before
    assert "Tamarind" not in "".join(capfd.readouterr())


async def test_a_text_stays_a_text(writer: Browser) -> None:
    answer = await tried(writer, "<b>4</b>", "en", "number")
    assert "<b>4</b>" not in answer.text
    assert "&lt;b&gt;4&lt;/b&gt;" in answer.text


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.PARTNER, Role.VIEWER])
async def test_those_who_write_no_inquiries_do_not_find_it(desk: Desk, role: Role) -> None:
    browser = desk.signed_in(role)
    assert (await browser.get("/try")).status_code == 403
    assert "/try" not in (await browser.get("/account")).text
