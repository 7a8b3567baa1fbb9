"""Answers that staff give often, and who wrote them in which language."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot import inbox
from bot.errors import InboxError, LanguageError
from bot.store.accounts import Account
from tests.inbox.office import Office


def keep(
    office: Office,
    texts: Mapping[str, str],
    who: Account | None = None,
    number: int | None = None,
    title: str = "Bus",
) -> int:
    return office.write(
        inbox.keep_canned, number, title=title, texts=texts, who=who or office.amal, now=office.now
    )


def test_each_text_keeps_the_name_of_who_wrote_it(office: Office) -> None:
    number = keep(office, {"en": "The bus comes at 7:10.", "so": ""})
    keep(office, {"en": "The bus comes at 7:10.", "so": "Basku 7:10."}, office.faadumo, number)
    found = office.read(inbox.canned_answer, number)
    assert found.texts == {"en": "The bus comes at 7:10.", "so": "Basku 7:10."}
    assert found.written_by == {"en": "Amal", "so": "Faadumo"}
    keep(office, {"en": "The bus comes at 7:20.", "so": "Basku 7:10."}, office.owner, number)
    assert office.read(inbox.canned_answer, number).written_by == {"en": "Rosa", "so": "Faadumo"}


def test_they_are_offered_in_the_language_they_have(office: Office) -> None:
    keep(office, {"so": "Basku 7:10."})
    keep(office, {"es": "A las 7:10."}, title="Bus, es")
    assert [one.title for one in office.read(inbox.canned_answers)] == ["Bus", "Bus, es"]
    assert [one.title for one in office.read(inbox.canned_answers, "so")] == ["Bus"]


def test_what_cannot_be_kept_is_said(office: Office) -> None:
    number = keep(office, {"so": "Basku 7:10."})
    with pytest.raises(InboxError, match="has this title already"):
        keep(office, {"so": "x"}, title=" Bus ")
    with pytest.raises(InboxError, match="Give it a title"):
        keep(office, {"so": "x"}, title=" ")
    with pytest.raises(InboxError, match="in one language at least"):
        keep(office, {"so": " "}, title="Other")
    with pytest.raises(InboxError, match="longer than 1000"):
        keep(office, {"so": "x" * 1001}, title="Other")
    with pytest.raises(LanguageError):
        keep(office, {"klingon": "x"}, title="Other")
    office.write(inbox.forget_canned, number)
    with pytest.raises(InboxError, match="no such answer"):
        office.read(inbox.canned_answer, number)
