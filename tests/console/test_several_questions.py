"""Inquiries of several questions on screen: written, worded in each language, sent, and their results."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import openpyxl
from sqlmodel import Session, col, select

from bot.conversation.ask import Ask
from bot.conversation.talk import END
from bot.roles import Role
from bot.store.tables import Broadcast, BroadcastState, Rendering
from tests.console.browsers import Browser, Desk, desk_on
from tests.console.forms import fields
from tests.console.test_compose import begun, families, opened, said, saved, sent, texts
from tests.console.test_results import inquiry, read
from tests.results.asked import Asked

FIRST = {
    "text": "Can you come to the meeting?",
    "ask": "yes_no",
    "whom": "everybody",
    "how": "now",
}
SECOND = {"q2-text": "Which evening is best?", "q2-ask": "one_of", "q2-choices": "Tuesday\nThursday"}
THIRD = {"q3-text": "What would help you?", "q3-ask": "own_words"}


async def three(browser: Browser, desk: Desk, *tags: str) -> int:
    """A draft of three questions; nobody has worded it in another language."""
    families(desk.app.store, *tags)
    number = await begun(browser, desk.app.store, phase="inquire")
    await saved(browser, number, **FIRST, add="on")
    await saved(browser, number, **SECOND, add="on")
    await saved(browser, number, **THIRD)
    return number


def ask_of(desk: Desk, number: int) -> Ask:
    def read(session: Session) -> Ask:
        found = session.get(Broadcast, number)
        assert found is not None
        return Ask.from_json(found.question or {})

    return desk.app.store.reading(read)


async def test_questions_are_added_one_after_the_other(desk: Desk, communicator: Browser) -> None:
    number = await three(communicator, desk, "en")
    assert ask_of(desk, number) == Ask(
        "yes_no", more=(Ask("one_of", ("Tuesday", "Thursday")), Ask("own_words"))
    )
    page = await communicator.get(f"/broadcasts/{number}/compose")
    assert "Take question 3 out" in said(page)


async def test_an_answer_may_lead_to_a_later_question_or_the_end(desk: Desk, communicator: Browser) -> None:
    number = await three(communicator, desk, "en")
    form = await saved(communicator, number, **{"q1-after-no": "end", "q2-after-3": "end"})
    assert (form["q1-after-no"], form["q1-after-yes"]) == (["end"], [""])
    found = ask_of(desk, number)
    assert found.skips == (("no", END),)
    assert found.more[0].skips == (("3", END),)
    await saved(communicator, number, **{"q1-after-yes": "3"})
    assert ask_of(desk, number).skips == (("yes", 3), ("no", END))


async def test_a_question_is_taken_out_and_skips_follow(desk: Desk, communicator: Browser) -> None:
    number = await three(communicator, desk, "en")
    await saved(communicator, number, **{"q1-after-yes": "3"})
    form = await saved(communicator, number, drop="2")
    assert form["q2-text"] == ["What would help you?"]
    assert "q3-text" not in form
    assert ask_of(desk, number).skips == (("yes", 2),)


async def test_a_page_that_saves_itself_presses_no_button(desk: Desk, communicator: Browser) -> None:
    number = await three(communicator, desk, "en")
    form = await opened(communicator, number) | {"add": ["on"], "drop": ["2"]}
    proof = form.pop("csrf_token")
    answer = await communicator.http.post(
        f"/broadcasts/{number}/compose",
        data={"csrf_token": proof, **form},
        headers={"origin": "http://127.0.0.1", "hx-request": "true"},
    )
    assert answer.status_code == 200
    assert len(ask_of(desk, number).series) == 3
    assert 'hx-swap-oob="innerHTML:#said-q3-text"' in answer.text


async def test_a_seventh_question_is_not_offered(desk: Desk, communicator: Browser) -> None:
    number = await three(communicator, desk, "en")
    for _ in range(5):
        await saved(communicator, number, add="on")
    assert len(ask_of(desk, number).series) == 6
    page = await communicator.get(f"/broadcasts/{number}/compose")
    assert "Add another question" not in page.text


async def test_what_is_wrong_with_a_later_question_stands_at_its_field(
    desk: Desk, communicator: Browser
) -> None:
    number = await three(communicator, desk, "en")
    await saved(communicator, number, **{"q2-choices": "only one", "q3-text": ""})
    page = await communicator.get(f"/broadcasts/{number}/compose")
    assert "Question 2: Give 2 to 5 choices" in said(page)
    assert 'href="#q2-choices"' in page.text
    assert "Question 3: The text is empty" in said(page)
    answer = await sent(communicator, number)
    assert answer.status_code == 422


async def test_every_question_is_worded_in_every_language_before_it_goes_out(
    desk: Desk, communicator: Browser
) -> None:
    number = await three(communicator, desk, "en", "es")
    spanish = {"text-es": "¿Puede venir?", "read-es": "on"}
    await saved(communicator, number, **spanish)
    answer = await sent(communicator, number)
    assert "No text may go out yet in Spanish (1)" in said(answer)
    rest = {"q2-text-es": "¿Qué noche?", "q2-choices-es": "martes\njueves", "q3-text-es": "¿Qué necesita?"}
    await saved(communicator, number, **rest)
    await saved(communicator, number, **{"read-es": "on"})
    assert texts(desk.app.store, number)["es"].more == [
        {"text": "¿Qué noche?", "choices": ["martes", "jueves"], "asked": None},
        {"text": "¿Qué necesita?", "choices": [], "asked": None},
    ]
    page = await communicator.get(f"/broadcasts/{number}/compose?look=es")
    assert "¿Qué noche? 1 martes 2 jueves 3 otra cosa" in said(page), "the phone shows what follows"
    answer = await sent(communicator, number)
    assert answer.status_code == 303, said(answer)[-1500:]
    wanted = select(Rendering.asks).where(col(Rendering.language) == "es")
    asks = desk.app.store.reading(lambda session: session.exec(wanted).first())
    assert asks is not None
    assert [one["put"] for one in asks["more"]] == [
        "¿Qué noche?\n1 martes\n2 jueves\n3 otra cosa",
        "¿Qué necesita?",
    ]
    assert "¿Qué necesita?" in said(await communicator.get(f"/broadcasts/{number}"))


async def test_a_reviewer_words_every_question(desk: Desk, communicator: Browser) -> None:
    number = await three(communicator, desk, "en", "es")
    path = f"/translations/{number}/es"
    page = await communicator.get(path)
    assert "Which evening is best?" in said(page)
    form: dict[str, str | list[str]] = dict(fields(page.text, path))
    typed: dict[str, str | list[str]] = {
        "text": "¿Puede venir?",
        "do": "read",
        "q2-text": "¿Qué noche?",
        "q2-choices": "martes\njueves",
    }
    refused = await communicator.post(path, form | typed)
    assert "Question 3 in Spanish is empty: type it." in said(refused)
    assert "¿Qué noche?" in refused.text
    kept = await communicator.post(path, {**form, **typed, "q3-text": "¿Qué necesita?"})
    assert kept.status_code == 303
    assert texts(desk.app.store, number)["es"].state == "reviewed"


async def test_a_draft_that_nobody_touches_stays_as_it_is(desk: Desk, communicator: Browser) -> None:
    """Opening and saving a page changes no text and no state."""
    number = await three(communicator, desk, "en", "es")
    rest = {"q2-text-es": "¿Qué noche?", "q2-choices-es": "martes\njueves", "q3-text-es": "¿Qué necesita?"}
    await saved(communicator, number, **{"text-es": "¿Puede venir?"}, **rest)
    await saved(communicator, number, **{"read-es": "on"})
    before = texts(desk.app.store, number)["es"]
    await saved(communicator, number)
    after = texts(desk.app.store, number)["es"]
    assert (after.state, after.more, after.made_at) == (before.state, before.more, before.made_at)
    form = await opened(communicator, number)
    assert form["q3-text-es"] == ["¿Qué necesita?"]
    assert desk.app.store.reading(lambda s: s.get(Broadcast, number).state) == BroadcastState.DRAFT  # type: ignore[union-attr]


async def test_whoever_approves_sees_every_question_and_where_answers_lead(desk: Desk) -> None:
    rules = desk.app.settings.staff.model_copy(update={"second_approver_above": 2})
    settings = desk.app.settings.model_copy(update={"staff": rules})
    strict = desk_on(replace(desk.app, settings=settings), desk.staff)
    author, approver = strict.signed_in(Role.COMMUNICATOR), strict.signed_in(Role.APPROVER)
    number = await three(author, strict, "en", "en", "en")
    await saved(author, number, **{"q1-after-no": "end"})
    await sent(author, number)
    page = said(await approver.get(f"/broadcasts/{number}/approve"))
    assert "Question 1 After “no”: the end" in page
    assert "Which evening is best? 1 Tuesday 2 Thursday" in page
    await strict.close()


# Results


def answered(desk: Desk, *families_: tuple[str, ...]) -> int:
    """An inquiry of three questions and what each family answered, one after the other."""
    ask = Ask("yes_no", more=(Ask("one_of", ("Tuesday", "Thursday")), Ask("own_words")))

    def build(asked: Asked) -> None:
        for values in families_:
            (phone,) = asked.family("so")
            for question, value in enumerate(values, 1):
                asked.says(phone, value if question < 3 else None, "a ride", question=question)

    return inquiry(desk, build, ask)


async def test_each_question_has_its_page_of_results(desk: Desk, communicator: Browser) -> None:
    number = answered(desk, *[("yes", "2", "words")] * 12, *[("no",)] * 11)
    page = await read(communicator, f"/broadcasts/{number}/results")
    assert "How far phones came" in page
    steps = r"1\. When can you come\? 23 23 0 2\. Question 2 23 12 11 3\. Question 3 12 12 0"
    assert re.search(steps, page), page
    assert "yes: 12 of 23 (52%)" in page
    second = await read(communicator, f"/broadcasts/{number}/results?question=2")
    assert "All answers 12" in second
    assert "a ride" in await read(communicator, f"/broadcasts/{number}/results?question=3")
    missing = await communicator.get(f"/broadcasts/{number}/results?question=4")
    assert missing.status_code == 404


async def test_a_file_holds_every_question(desk: Desk, communicator: Browser) -> None:
    number = answered(desk, *[("yes", "2", "words")] * 12)
    book = await communicator.get(f"/broadcasts/{number}/results/xlsx?what=words")
    sheets = openpyxl.load_workbook(io.BytesIO(book.content))
    assert sheets.sheetnames[0] == "How far phones came"
    assert {"1. By answer", "2. By answer", "3. Summary"} <= set(sheets.sheetnames)
    rows = list(sheets["Answers in words"].values)
    assert rows[0][-1] == "Question"
    assert {(row[3], row[-1]) for row in rows[1:]} == {("yes", 1), ("Thursday", 2), ("", 3)}
