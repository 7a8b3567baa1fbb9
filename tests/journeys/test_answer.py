"""Families answer: in five languages, on phones and in a chat, with digits, words and buttons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import languages
from bot.channels import segments
from tests.journeys.machine import Machine, machine_in, until
from tests.journeys.provider import simulating
from tests.journeys.typist import Typist

ZONE = ZoneInfo("America/Chicago")
SCHOOL = {"school": "Lincoln School", "phone": "715-555-0100", "reader": "Ms Ruiz"}
LANGUAGES = {"es": "español", "so": "Soomaali", "hmn": "Hmoob", "ar": "Arabic", "zh-Hans": "Chinese",
             "en": "English"}  # fmt: skip

#: each grade is asked something of its own, so that no question stands in another's way
CHOICE, YES_NO, NUMBER, OWN_WORDS, TWO, TALK, STOPPING = "1", "2", "3", "4", "5", "6", "7"
AREA = {
    CHOICE: "920",
    YES_NO: "608",
    NUMBER: "414",
    OWN_WORDS: "262",
    TWO: "715",
    TALK: "534",
    STOPPING: "312",
}
CHATS = {CHOICE: "900000001", YES_NO: "900000002"}


def phone(grade: str, tag: str) -> str:
    return f"+1{AREA[grade]}55501{10 + list(LANGUAGES).index(tag)}"


def at(grade: str, tag: str) -> str:
    """Where this family is written to: Somali families of two grades have opened the bot."""
    return CHATS[grade] if tag == "so" and grade in CHATS else phone(grade, tag)


def roster() -> Iterator[str]:
    """A guardian for each grade and language; two guardians share each grade's Hmong phone."""
    for grade in AREA:
        for tag, name in LANGUAGES.items():
            yield f"Parent {grade} {tag},{phone(grade, tag)},{name},Lincoln,{grade},{grade}-{tag}"
        yield f"Second {grade} hmn,{phone(grade, 'hmn')},Hmoob,Lincoln,{grade},{grade}-hmn"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, typist: Typist) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("answer")
    with simulating() as provider, machine_in(folder, provider, typist) as machine:
        machine.enrol(*roster())
        machine.start()
        yield machine
        assert machine.stop() == 0
        assert "Traceback" not in (folder / "run.log").read_text()
        assert provider.listed("oddities") == []


def ours(key: str, tag: str, **values: str) -> str:
    """One of Homeloop's own sentences, as it stands on a phone of that language."""
    return segments.normalise(languages.phrase(key, tag, **(SCHOOL | values)))


def ask(machine: Machine, grade: str, *options: str, fallback: str = "none") -> int:
    """Ask one grade something and wait until the question is with every family."""
    options = (*options, "--grade", grade, "--fallback", fallback, "--approve")
    number: int = machine.json("ask", *options)["broadcast"]
    machine.settled()
    return number


def results(machine: Machine, broadcast: int) -> dict[str, Any]:
    found: dict[str, Any] = machine.json("report", str(broadcast))["results"]
    return found


def answers(machine: Machine, broadcast: int) -> set[tuple[str, str, str]]:
    """(language, value, label) of every answer that the report counts, each of one phone and sure."""
    found = results(machine, broadcast)["answers"]
    assert all(one["count"] == one["sure"] == 1 for one in found), found
    return {(one["language"], one["value"], one["label"]) for one in found}


def promised(machine: Machine, why: str, tag: str) -> dict[str, Any]:
    """The one thing of this kind that a person owes a family of this language."""
    owed = machine.json("waiting")["handovers"]
    (found,) = [one for one in owed if one["why"] == why and one["language"] == tag]
    return dict(found)


def handovers(tag: str, promised_at: str) -> set[str]:
    """The hand-over text with this promise, as it reads while somebody is on duty and while nobody is."""
    moment = datetime.fromisoformat(promised_at).astimezone(ZONE)
    hour = languages.family_time(moment.time(), tag)
    today = datetime.now(ZONE).date()
    day = languages.family_date(moment.date(), tag, today=today)
    when = (
        languages.phrase("when_today", tag, time=hour)
        if moment.date() == today
        else languages.phrase("when_day", tag, day=day, time=hour)
    )
    return {ours("handover", tag, when=when), ours("handover_night", tag, when=when)}


def test_families_open_the_bot_with_the_code_that_the_school_gave_them(school: Machine) -> None:
    printed = school.cli("link-codes", "--bot", "homeloop_simulator_bot", "--language", "Somali").stdout
    codes = {row["name"]: row["code"] for row in csv.DictReader(io.StringIO(printed))}
    assert len(codes) == len(AREA)
    for grade, chat in CHATS.items():
        code = codes[f"Parent {grade} so"]
        assert school.provider.answer_to(chat, "", start=code) == ours("linked", "so")
    stranger = school.provider.answer_to("900000009", "", start=codes[f"Parent {CHOICE} so"])
    assert stranger == ours("not_linked", "en"), "a code opens one chat, once"


def test_a_choice_is_noted_in_each_language_and_the_newest_answer_stands(school: Machine) -> None:
    provider = school.provider
    decided = datetime.now(ZONE).date() + timedelta(days=5)
    number = ask(
        school, CHOICE, "--text", "When can you meet the teacher?",
        "--choice", "morning", "--choice", "afternoon", "--choice", "evening",
        "--translation", "es=¿A qué hora puede hablar con la maestra?",
        "--choices-in", "es=de 8 a 11|de 3 a 5|de 6 a 8",
        "--translation", "so=Goorma ayaad macallinka la kulmi kartaa?", "--choices-in", "so=subax|galab|fiid",
        "--translation", "hmn=Koj ntsib xib fwb tau thaum twg?",
        "--choices-in", "hmn=sawv ntxov|tav su|tsaus ntuj",
        "--translation", "ar=متى تستطيعون لقاء المعلمة؟", "--choices-in", "ar=صباحاً|عصراً|مساءً",
        "--translation", "zh-Hans=您什么时间可以和老师见面？", "--choices-in", "zh-Hans=上午|下午|晚上",
        "--decide-by", decided.isoformat(),
    )  # fmt: skip
    assert provider.texts(at(CHOICE, "es"))[-1] == (
        "¿A qué hora puede hablar con la maestra?\n1 de 8 a 11\n2 de 3 a 5\n3 de 6 a 8\n4 otra cosa"
    )

    def noted(tag: str, answer: str) -> str:
        day = languages.family_date(decided, tag, today=datetime.now(ZONE).date())
        return ours("noted_next", tag, answer=answer, day=day)

    assert provider.answer_to(at(CHOICE, "es"), "3") == noted("es", "de 6 a 8")
    assert provider.answer_to(at(CHOICE, "hmn"), "sawv ntxov") == noted("hmn", "sawv ntxov")
    assert provider.answer_to(at(CHOICE, "ar"), "٢") == noted("ar", "عصراً")
    assert provider.answer_to(at(CHOICE, "zh-Hans"), "晚上") == noted("zh-Hans", "晚上")
    assert provider.answer_to(at(CHOICE, "so"), "", press=2) == noted("so", "galab")
    assert answers(school, number) == {
        ("es", "3", "evening"),
        ("hmn", "1", "morning"),
        ("ar", "2", "afternoon"),
        ("zh-Hans", "3", "evening"),
        ("so", "2", "afternoon"),
    }
    assert results(school, number)["states"] == {"confirmed": 5}

    assert provider.answer_to(at(CHOICE, "es"), "1") == noted("es", "de 8 a 11")
    found = results(school, number)
    assert found["states"] == {"confirmed": 4, "corrected": 1}
    assert ("es", "1", "morning") in answers(school, number)
    assert (found["asked"], found["heard"], found["silent"]) == (6, 5, 1)


def test_a_pressed_button_is_acknowledged_and_its_keyboard_taken_away(school: Machine) -> None:
    chat = at(CHOICE, "so")

    def pressed() -> dict[str, Any]:
        return next(one for one in school.provider.listed("heard") if one["address"] == chat and one["data"])

    until("the press to be acknowledged", lambda: pressed()["acknowledged_at"] is not None)
    until(
        "the keyboard to go",
        lambda: all(one["buttons"] == [] for one in school.provider.listed("accepted", chat)),
    )


def test_thanks_are_not_answered(school: Machine) -> None:
    before, read = school.provider.count(), "SELECT count(*) FROM inbound WHERE handled_at"
    ((said,),) = school.rows(read)
    for tag, thanks in {"es": "¡Gracias!", "so": "Mahadsanid", "ar": "شكرا", "zh-Hans": "谢谢老师"}.items():
        school.provider.say(at(CHOICE, tag), thanks)
    until("the thanks to be read", lambda: school.rows(read) == [(said + 4,)])
    school.settled()
    assert school.provider.count() == before


def test_yes_and_no_in_the_words_of_each_language(school: Machine) -> None:
    provider = school.provider
    number = ask(
        school, YES_NO, "--yes-no", "--text", "Can you come on Tuesday?",
        "--translation", "es=¿Puede venir el martes?",
        "--translation", "so=Talaadada ma iman kartaa?",
        "--translation", "hmn=Hnub Tuesday koj tuaj tau tsis?", "--verb", "hmn=tuaj",
        "--translation", "ar=هل يمكنكم الحضور يوم الثلاثاء؟",
        "--translation", "zh-Hans=您星期二能来吗？",
    )  # fmt: skip
    assert provider.texts(at(YES_NO, "hmn"))[-1] == "Hnub Tuesday koj tuaj tau tsis?\n1 yog\n2 tsis yog"
    assert provider.answer_to(at(YES_NO, "es"), "Sí, gracias") == ours("noted", "es", answer="sí")
    assert provider.answer_to(at(YES_NO, "so"), "", press="maya") == ours("noted", "so", answer="maya")
    assert provider.answer_to(at(YES_NO, "hmn"), "tuaj tsis tau") == ours(
        "noted", "hmn", answer="tuaj tsis tau"
    )
    assert provider.answer_to(at(YES_NO, "ar"), "نعم") == ours("noted", "ar", answer="نعم")
    assert provider.answer_to(at(YES_NO, "zh-Hans"), "2") == ours("noted", "zh-Hans", answer="不是")
    # Twilio takes YES for START; from a phone that has not stopped us it is the answer all the same.
    assert provider.answer_to(at(YES_NO, "en"), "YES") == ours("noted", "en", answer="yes")
    assert {(tag, value) for tag, value, _ in answers(school, number)} == {
        ("es", "yes"), ("so", "no"), ("hmn", "no"), ("ar", "yes"), ("zh-Hans", "no"), ("en", "yes"),
    }  # fmt: skip
    assert results(school, number)["states"] == {"confirmed": 6}


def test_a_number_is_the_answer_whatever_digit_it_is(school: Machine) -> None:
    provider = school.provider
    number = ask(
        school, NUMBER, "--number", "1-12", "--text", "How many of you will come?",
        "--translation", "es=¿Cuántas personas van a venir?",
        "--translation", "so=Immisa qof ayaa imanaysa?",
        "--translation", "hmn=Nej tuaj pes tsawg leej?",
        "--translation", "ar=كم شخصاً سيحضر؟",
        "--translation", "zh-Hans=你们来几个人？",
    )  # fmt: skip
    assert provider.answer_to(at(NUMBER, "es"), "cuatro") == ours("noted", "es", answer="4")
    assert provider.answer_to(at(NUMBER, "so"), "0") == ours("ask_number_again", "so")
    assert provider.answer_to(at(NUMBER, "so"), "1") == ours("noted", "so", answer="1")
    assert provider.answer_to(at(NUMBER, "hmn"), "9") == ours("noted", "hmn", answer="9")
    assert provider.answer_to(at(NUMBER, "ar"), "٣") == ours("noted", "ar", answer="3")
    assert provider.answer_to(at(NUMBER, "zh-Hans"), "１２") == ours("noted", "zh-Hans", answer="12")
    assert provider.answer_to(at(NUMBER, "es"), "5") == ours("noted", "es", answer="5")
    assert {(tag, value) for tag, value, _ in answers(school, number)} == {
        ("es", "5"), ("so", "1"), ("hmn", "9"), ("ar", "3"), ("zh-Hans", "12"),
    }  # fmt: skip
    assert results(school, number)["states"] == {"confirmed": 4, "corrected": 1}


def test_own_words_are_read_back_by_a_liaison_until_the_family_says_right(school: Machine) -> None:
    provider = school.provider
    number = ask(
        school, OWN_WORDS, "--own-words", "--text", "What do you need to come to meetings?",
        "--translation", "es=¿Qué necesita para poder venir a las reuniones?",
        "--translation", "so=Maxaa kuu fududayn kara inaad shirka timaado?",
        "--translation", "hmn=Yuav pab li cas koj thiaj tuaj tau?",
        "--translation", "ar=ماذا تحتاجون لتحضروا؟",
        "--translation", "zh-Hans=您需要什么才能来开会？",
    )  # fmt: skip
    words = {
        "es": "trabajo de noche, solo puedo los sabados",
        "so": "habeenkii waan shaqeeyaa, Sabtida mooyee maalin walba waan iman karaa",
        "hmn": "kuv tsis muaj tsheb tuaj",
        "ar": "احتاج مترجم",
        "zh-Hans": "我上夜班",
    }
    for tag, said in words.items():
        provider.say(at(OWN_WORDS, tag), said)
    until("all of it to be kept", lambda: len(results(school, number)["own_words"]) == 5)
    kept = {one["language"]: one for one in results(school, number)["own_words"]}
    assert {tag: one["words"] for tag, one in kept.items()} == words
    assert {one["state"] for one in kept.values()} == {"received"}
    owed = [one for one in school.json("waiting")["handovers"] if one["why"] == "read back"]
    assert {one["language"]: one["words"] for one in owed} == words

    def read_back(tag: str, home: str, staff: str) -> str:
        seen = len(provider.texts(at(OWN_WORDS, tag)))
        school.cli("read-back", str(kept[tag]["id"]), "--home", home, "--staff", staff, "--by", "Faadumo")
        return provider.next_text(at(OWN_WORDS, tag), seen)

    right = "trabaja de noche y SOLO puede los sábados"
    assert read_back("es", right, "Works nights; only Saturdays.") == ours("read_back", "es", meaning=right)
    provider.say(at(OWN_WORDS, "es"), "correcto, gracias")

    wrong = "habeenkii waad shaqaysaa, Sabtida OO KELIYA ayaad iman kartaa"
    better = "habeenkii waad shaqaysaa, Sabtida MOOYEE maalin walba waad iman kartaa"
    assert read_back("so", wrong, "Works nights; only Saturdays.") == ours("read_back", "so", meaning=wrong)
    provider.say(at(OWN_WORDS, "so"), "maya, Sabtida mooyee maalin walba")
    until("the correction to wait", lambda: promised(school, "read back", "so")["words"].startswith("maya"))
    again = read_back("so", better, "Works nights; any day but Saturday.")
    assert again == ours("read_back_again", "so", meaning=better)
    provider.say(at(OWN_WORDS, "so"), "haa")

    car = "koj TSIS muaj tsheb tuaj"
    assert read_back("hmn", car, "Has no car.") == ours("read_back", "hmn", meaning=car)
    assert provider.answer_to(at(OWN_WORDS, "hmn"), "2") == ours("tell_again", "hmn")
    provider.say(at(OWN_WORDS, "hmn"), "tsheb muaj lawm, tab sis deb heev")
    until("the new words to wait", lambda: "deb heev" in promised(school, "read back", "hmn")["words"])
    far = "koj muaj tsheb tab sis nyob deb heev"
    assert read_back("hmn", far, "Has a car, lives far away.") == ours("read_back_again", "hmn", meaning=far)
    called = provider.answer_to(at(OWN_WORDS, "hmn"), "tsis yog")
    assert called.startswith("Ua tsaug. Ms Ruiz yuav hu koj ua ntej ")

    seen = len(provider.texts(at(OWN_WORDS, "zh-Hans")))
    school.cli("take-over", str(kept["zh-Hans"]["id"]))
    assert provider.next_text(at(OWN_WORDS, "zh-Hans"), seen) == ours("got_it", "zh-Hans")

    until("all judgements", lambda: results(school, number)["states"].get("confirmed") == 1)
    school.settled()
    found = results(school, number)
    assert found["states"] == {"confirmed": 1, "corrected": 1, "received": 1, "with_staff": 2}
    es, so, hmn = (
        next(one for one in found["own_words"] if one["language"] == tag) for tag in ("es", "so", "hmn")
    )
    assert (es["state"], es["understood_staff"]) == ("confirmed", "Works nights; only Saturdays.")
    assert (so["state"], so["understood_home"], so["by"]) == ("corrected", better, "liaison:Faadumo")
    assert hmn["state"] == "with_staff"
    owed = [one for one in school.json("waiting")["handovers"] if one["reply_id"] == hmn["id"]]
    assert [one["why"] for one in owed] == ["second no"]


def test_a_digit_that_could_answer_two_questions_is_asked_about(school: Machine) -> None:
    provider, family = school.provider, at(TWO, "en")
    only = ("--grade", TWO, "--language", "English", "--fallback", "en", "--approve")
    first = school.json("ask", "--text", "Which day?", "--choice", "Monday", "--choice", "Friday", *only)
    school.settled()
    second = school.json("ask", "--text", "Which room?", "--choice", "gym", "--choice", "library", *only)
    until(
        "the second question to wait for the first",
        lambda: school.states(f"broadcast_id = {second['broadcast']}") == {"waiting": 1},
    )
    assert len(provider.texts(family)) == 1
    provider.say(family, "1")
    until("the answer and then the second question", lambda: len(provider.texts(family)) == 3)
    assert provider.texts(family)[1:] == [
        ours("noted", "en", answer="Monday"),
        "Which room?\n1 gym\n2 library\n3 something else",
    ]
    assert provider.answer_to(family, "2") == ours(
        "which_question", "en", first="Which day?", second="Which room?"
    )
    assert provider.answer_to(family, "2") == ours("noted", "en", answer="library")
    assert answers(school, first["broadcast"]) == {("en", "1", "Monday")}
    assert answers(school, second["broadcast"]) == {("en", "2", "library")}


def test_a_question_of_their_own_is_promised_an_answer(school: Machine) -> None:
    said = school.provider.answer_to(at(TALK, "so"), "Goorma ayuu basku imanayaa?")
    owed = promised(school, "own question", "so")
    assert owed["words"] == "Goorma ayuu basku imanayaa?"
    assert said in handovers("so", owed["promised_at"])


def test_danger_gets_the_same_text_and_only_those_on_call_read_it(school: Machine) -> None:
    said = school.provider.answer_to(at(TALK, "es"), "tengo miedo, mi esposo me pega")
    owed = promised(school, "danger", "es")
    assert (owed["words"], owed["restricted"]) == (None, True)
    assert said in handovers("es", owed["promised_at"])
    on_call = school.json("waiting", "--on-call")["handovers"]
    assert "tengo miedo, mi esposo me pega" in [one["words"] for one in on_call]


def reached(machine: Machine, *options: str) -> set[str]:
    """Announce something to the grade that tries STOP; return the languages that it reached."""
    before = machine.provider.times_accepted("sms")
    machine.json("announce", "--text", "The gym is open.", "--grade", STOPPING, "--fallback", "en",
                 "--approve", *options)  # fmt: skip
    machine.settled()
    after = machine.provider.times_accepted("sms") - before
    assert set(after.values()) <= {1}
    return {tag for tag in LANGUAGES if phone(STOPPING, tag) in after}


def test_stop_in_the_home_language_stops_everything_and_may_leave_closings(school: Machine) -> None:
    provider = school.provider
    assert reached(school) == set(LANGUAGES)
    for tag, word in {"es": "ALTO", "so": "jooji", "ar": "توقف", "zh-Hans": "退订"}.items():
        assert provider.answer_to(phone(STOPPING, tag), word) == ours("stopped", tag)
    assert provider.answer_to(phone(STOPPING, "es"), "1") == ours("closings_only", "es")
    provider.say(phone(STOPPING, "so"), "JOOJI")  # a second one is obeyed without a word
    assert reached(school) == {"hmn", "en"}
    assert reached(school, "--emergency") == {"hmn", "en", "es"}
    assert len(provider.texts(phone(STOPPING, "so"))) == 2

    assert provider.answer_to(phone(STOPPING, "es"), "START") == ours("started", "es")
    assert reached(school) == {"hmn", "en", "es"}


def test_the_english_word_is_the_providers_to_answer(school: Machine) -> None:
    provider, family = school.provider, phone(STOPPING, "en")
    before = provider.texts(family)
    provider.say(family, "STOP")
    until(
        "the STOP to be written down",
        lambda: (
            school.rows(f"SELECT stopped_why FROM contact_point WHERE address = '{family}'")
            == [("provider",)]
        ),
    )
    school.settled()
    assert provider.texts(family) == before
    assert len(provider.listed("provider_texts", family)) == 1
    assert "en" not in reached(school, "--emergency")
    assert provider.listed("refused") == [], "nothing was even tried"

    provider.say(family, "START")
    until(
        "the START to be written down",
        lambda: school.rows(f"SELECT stopped_at FROM contact_point WHERE address = '{family}'") == [(None,)],
    )
    school.settled()
    assert provider.texts(family) == before, "the provider has answered this START itself"
    assert len(provider.listed("provider_texts", family)) == 2
    assert "en" in reached(school)
