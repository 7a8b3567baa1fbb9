"""What a text means as an answer, and as the judgement of a read-back."""

from __future__ import annotations

import pytest

from bot.conversation.answers import Judgement, answer, judge, pick
from bot.conversation.intent import lexicon
from bot.conversation.recorded import choice
from bot.conversation.talk import Kind, Question

TIMES = Question(
    1, Kind.ONE_OF, "When?", ("de 8 a 11", "de 3 a 5", "otra hora"), ("8 to 11", "3 to 5", "another time")
)
COMING = Question(2, Kind.YES_NO, "Can you come?", ("sí", "no"), ("yes", "no"))
SEATS = Question(3, Kind.NUMBER, "How many?", low=0, high=12)


def read(text: str, question: Question, tag: str = "es") -> tuple[str, bool] | None:
    found = answer(text, question, lexicon(tag))
    return (found.value, found.sure) if found else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", "2"),
        ("２", "2"),
        ("٢", "2"),
        ("2️⃣", "2"),
        ("2.", "2"),
        ("dos", "2"),
        ("de 3 a 5", "2"),
        ("De 3 a 5, gracias", "2"),
        ("2 gracias", "2"),
        ("2, pero más tarde", "2"),
        ("OTRA HORA!!", "3"),
    ],
)
def test_a_sure_choice(text: str, value: str) -> None:
    assert read(text, TIMES) == (value, True)


@pytest.mark.parametrize(
    ("text", "value"), [("otra hra", "3"), ("2 pero tarde", "2"), ("2, mejor a las 4", "2")]
)
def test_a_choice_that_is_read_back_or_kept_with_its_comment(text: str, value: str) -> None:
    found = read(text, TIMES)
    assert found is not None
    assert found[0] == value


HOURS = Question(
    4,
    Kind.ONE_OF,
    "When?",
    ("morning 8-11", "afternoon 3-5", "evening 6-8", "something else"),
    ("morning 8-11", "afternoon 3-5", "evening 6-8", "something else"),
)
GALAB = Question(5, Kind.ONE_OF, "Goorma?", ("subax 8-11", "galab 3-5", "fiid 6-8", "wax kale"))
CHIEU = Question(6, Kind.ONE_OF, "Khi nào?", ("sáng 8-11", "chiều 3-5", "tối 6-8"))
MASA = Question(7, Kind.ONE_OF, "متى؟", ("صباحاً 8-11", "عصراً 3-5", "مساءً 6-8"))
WANSHANG = Question(8, Kind.ONE_OF, "什么时间？", ("上午 8-11", "下午 3-5", "晚上 6-8"))


@pytest.mark.parametrize(
    ("text", "question", "tag", "value", "sure"),
    [
        ("evening", HOURS, "en", "3", True),
        ("Evening please", HOURS, "en", "3", True),
        ("something", HOURS, "en", "4", True),
        ("aftrnoon 3-5", HOURS, "en", "2", False),
        ("evning", HOURS, "en", "3", False),
        ("galab", GALAB, "so", "2", True),
        ("subaxx 8-11", GALAB, "so", "1", False),
        ("tối", CHIEU, "vi", "3", True),
        ("chieu 3-5", CHIEU, "vi", "2", False),
        ("مساء", MASA, "ar", "3", True),
        ("晚上", WANSHANG, "zh-Hans", "3", True),
    ],
)
def test_words_that_only_one_choice_has(
    text: str, question: Question, tag: str, value: str, sure: bool
) -> None:
    assert read(text, question, tag) == (value, sure)


@pytest.mark.parametrize("text", ["aftrnoon 6-8", "3-5 8-11", "no", "yes", "even", "8", "noon"])
def test_words_that_no_choice_has_alone(text: str) -> None:
    assert read(text, HOURS, "en") is None


@pytest.mark.parametrize("text", ["4", "7", "12", "3-5", "3:30", "a las 3", "no sé", "¿a qué hora?", ""])
def test_no_choice(text: str) -> None:
    assert read(text, TIMES) is None


@pytest.mark.parametrize(
    ("text", "value", "sure"),
    [
        ("si", "yes", True),
        ("Sí!", "yes", True),
        ("👍🏾", "yes", True),
        ("👎", "no", True),
        ("yes", "yes", True),
        ("ok", "yes", True),
        ("no gracias", "no", True),
        ("Sí, pero llego tarde", "yes", True),
        ("sí, no hay problema", "yes", True),
        ("no creo que vaya", "no", False),
    ],
)
def test_yes_and_no(text: str, value: str, sure: bool) -> None:
    assert read(text, COMING) == (value, sure)


@pytest.mark.parametrize("text", ["nu", "so", "ni", "yse or nah maybe"])
def test_a_slip_never_crosses_yes_and_no(text: str) -> None:
    assert read(text, COMING) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", "0"), ("9", "9"), ("somos 4", "4"), ("٧", "7"), ("doce", "12"), ("4 personas.", "4")],
)
def test_a_number(text: str, value: str) -> None:
    assert read(text, SEATS) == (value, True)


@pytest.mark.parametrize(
    "text", ["13", "-3", "3-4", "2.5", "3 o 4", "muchos", "¿puedo llevar 2?", "un momento"]
)
def test_no_number(text: str) -> None:
    assert read(text, SEATS) is None


def test_the_verb_answers_only_where_the_question_has_it() -> None:
    asked = Question(4, Kind.YES_NO, "Puas tuaj?", ("tuaj", "tsis tuaj"), ("yes", "no"), asked="tuaj")
    bare = Question(5, Kind.YES_NO, "Thursday?", ("yog", "tsis yog"), ("yes", "no"))
    assert read("kuv yuav tuaj", asked, "hmn") == ("yes", True)
    assert read("tsis tuaj", asked, "hmn") == ("no", True)
    cannot = answer("tuaj tsis tau", asked, lexicon("hmn"))
    assert cannot is not None
    assert (cannot.value, cannot.staff) == ("no", "no (cannot)")
    assert read("tuaj", bare, "hmn") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", Judgement.YES),
        ("sí", Judgement.YES),
        ("correcto", Judgement.YES),
        ("👍", Judgement.YES),
        ("2", Judgement.NO),
        ("No.", Judgement.NO),
        ("sí, y también los domingos", Judgement.YES_AND_MORE),
        ("si y también los domingos", Judgement.YES_AND_MORE),
        ("sí, pero no los domingos", Judgement.OTHER),
        ("si puedo los sábados", Judgement.OTHER),
        ("no, solo los sábados", Judgement.OTHER),
        ("solo los sábados", Judgement.OTHER),
        ("3", Judgement.OTHER),
    ],
)
def test_judging_a_read_back(text: str, expected: Judgement) -> None:
    assert judge(text, lexicon("es")) is expected


def test_dung_without_its_marks_is_not_guessed() -> None:
    assert judge("dung", lexicon("vi")) is Judgement.UNSURE
    assert judge("đúng", lexicon("vi")) is Judgement.YES


def test_picking_by_digit_or_label() -> None:
    labels = ("grado 3", "grado 6", "los dos")
    assert [pick(text, labels, lexicon("es")) for text in ("2", "Grado 6", "tres", "9")] == [2, 2, 3, None]


def test_a_button_beyond_the_menu_is_no_answer() -> None:
    assert choice(TIMES, 4) is None
    assert choice(SEATS, 1) is None
