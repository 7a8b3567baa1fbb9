"""Questions that a yes does not answer, trouble that is over, days told by their distance or behind us."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation import answers
from bot.conversation.lexicon import lexicon
from bot.conversation.optout_words import is_stop
from bot.conversation.talk import Kind, Question

TUESDAY = date(2026, 12, 15)


def read(text: str, kind: Kind, tag: str, asked: str, choices: tuple[str, ...] = ()) -> str | None:
    labels = choices or (("", "") if kind is Kind.YES_NO else ())
    question = Question(0, kind, "", labels, labels, asked)
    found = answers.answer(text, question, lexicon(tag), TUESDAY)
    return found.value if found else None


BOTHERS = {
    "en": "Do you mind if a student teacher sits in?",
    "es": "¿Le molesta si la enfermera le llama al trabajo?",
    "pl": "Czy ma Pani coś przeciwko temu, żeby Kuba usiadł w innej ławce?",
    "ru": "Вы против того, чтобы собрание прошло онлайн?",
    "ht": "Èske sa deranje w si mis la rele w?",
}


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "dont mind at all"), ("en", "no go ahead"), ("es", "no para nada"),
        ("pl", "nie mam nic przeciwko"), ("ru", "никаких возражений"), ("ht", "sa pa deranje m menm, rele"),
    ],
)  # fmt: skip
def test_what_denies_a_bother_is_a_no(tag: str, text: str) -> None:
    assert read(text, Kind.YES_NO, tag, BOTHERS[tag]) == "no"


@pytest.mark.parametrize(
    ("tag", "text"), [("en", "sure go ahead"), ("en", "yes"), ("en", "yes i do mind"), ("ru", "я против")]
)
def test_to_do_you_mind_a_yes_says_nothing(tag: str, text: str) -> None:
    assert read(text, Kind.YES_NO, tag, BOTHERS[tag]) is None


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("zh-Hans", "孩子是不是不吃猪肉?", "吃的啊,红烧肉最爱"),
        ("zh-Hans", "疫苗记录您还没交，是吗？", "交了呀"),
        ("vi", "Có phải gia đình chưa nhận được thư của trường không?", "nhận rồi mà, tuần trước á"),
    ],
)
def test_a_question_that_asks_the_negative_is_asked_again(tag: str, asked: str, text: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) is None


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("en", "Does Hana still have a fever?", "Thank God its gone since last night", "no"),
        ("en", "Does Hana still have a fever?", "yes still 101", "yes"),
        ("en", "Has Tobi ever had an asthma attack?", "he's never had one, thank God 🙏", "no"),
        ("en", "Has Tobi ever had an asthma attack?", "yes, when he was 4", "yes"),
        ("es", "¿Alguna vez ha tenido convulsiones?", "nunca gracias a Dios", "no"),
        ("vi", "Bé còn sốt không?", "hết rồi ạ, khoẻ re", "no"),
        ("zh-Hant", "孩子現在還有咳嗽嗎？", "早就好了啦 活蹦亂跳", "no"),
        ("so", "Ilmahaagu wali ma xanuunsan yahay?", "wuu ka soo raystay", "no"),
    ],
)
def test_trouble_may_be_over(tag: str, asked: str, text: str, meant: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "choices", "text", "meant"),
    [
        ("en", "What is Zoe allergic to?", ("Peanuts", "Tree nuts", "Milk", "Eggs"),
         "tree nuts and the eggs. milk she grew out of it", "2,4"),
        ("pt", "A que a Isabela é alérgica?", ("Leite", "Amendoim", "Camarão", "Ovo"),
         "camarao e amendoim, o leite agora ja pode", "2,3"),
        ("vi", "Bé dị ứng với gì?", ("Đậu phộng", "Trứng", "Tôm cua", "Sữa"),
         "tôm với đậu phộng, trứng thì ăn được", "1,3"),
    ],
)  # fmt: skip
def test_what_is_no_matter_any_more_is_left_out_of_a_list(
    tag: str, asked: str, choices: tuple[str, ...], text: str, meant: str
) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, asked, choices) == meant


def test_what_is_all_right_stays_in_a_list_of_what_she_likes() -> None:
    choices = ("Milk", "Eggs", "Rice")
    assert read("milk, eggs she can eat", Kind.SEVERAL_OF, "en", "What does she like?", choices) != "1"


def test_a_phrase_that_holds_a_word_of_exception_leaves_nothing_out() -> None:
    choices, asked = ("Lèt", "Ze", "Pistach", "Pwason"), "Ki manje ki fè Christelle malad?"
    found = read("pistach ak lèt. ze li manje san pwoblem", Kind.SEVERAL_OF, "ht", asked, choices)
    assert found == "1,3"


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("en", "What day could we meet?", "a week from today would be good", "2026-12-22"),
        ("en", "When does the cast come off?", "3 wks from now God willing", "2027-01-05"),
        ("en", "When can you come?", "in 5 days", "2026-12-20"),
        ("en", "When can you come?", "5 days", None),
        ("es", "¿Qué día puede venir?", "en dos semanas", "2026-12-29"),
        ("fr", "Quand rendrez-vous le livre ?", "dans une semaine", "2026-12-22"),
        ("ru", "Когда вы придёте?", "через неделю", "2026-12-22"),
        ("zh-Hans", "您哪天来?", "两周后", "2026-12-29"),
        ("zh-Hans", "您哪天来?", "后天", "2026-12-17"),
        ("zh-Hans", "您哪天来?", "下下周一", "2026-12-28"),
        ("ko", "언제 오실 수 있나요?", "3일 뒤에", "2026-12-18"),
        ("vi", "Ngày nào chị đến được?", "3 ngày nữa", "2026-12-18"),
        ("vi", "Ngày nào chị đến được?", "tuần sau", None),
        ("vi", "Bé nghỉ từ ngày nào?", "mùng 1", None),
    ],
)
def test_days_told_by_their_distance(tag: str, asked: str, text: str, meant: str | None) -> None:
    assert read(text, Kind.DATE, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        (
            "en",
            "When did Andre start feeling sick?",
            "day before yesterday, threw up all night",
            "2026-12-13",
        ),
        ("en", "When did Andre start feeling sick?", "monday", "2026-12-14"),
        ("en", "When did Andre start feeling sick?", "tomorrow", None),
        ("en", "What was the date of Arjun's last physical?", "10/22/26 at dr patel", "2026-10-22"),
        ("es", "¿Qué día le pusieron la vacuna de la gripe?", "ayer", "2026-12-14"),
        ("fr", "Depuis quel jour est-il malade ?", "ça a commencé samedi soir", "2026-12-12"),
        ("en", "When can you come?", "yesterday", None),
    ],
)
def test_where_a_question_asks_when_something_was(tag: str, asked: str, text: str, meant: str | None) -> None:
    assert read(text, Kind.DATE, tag, asked) == meant


def test_a_weekday_tells_which_of_two_dates_is_meant() -> None:
    asked = "Que dia vocês voltam de viagem?"
    assert read("chegamos do Brasil dia 4/1, segunda", Kind.DATE, "pt", asked) == "2027-01-04"
    assert read("dia 4/1, quinta", Kind.DATE, "pt", asked) == "2027-04-01"
    assert read("dia 4/1, terça", Kind.DATE, "pt", asked) is None


@pytest.mark.parametrize(
    ("text", "meant"), [("medium please", "2"), ("small", "1"), ("the big one", None), ("xl", "4")]
)
def test_sizes_by_their_letters(text: str, meant: str | None) -> None:
    assert read(text, Kind.ONE_OF, "en", "Which T-shirt size?", ("S", "M", "L", "XL")) == meant


@pytest.mark.parametrize(
    ("tag", "text", "stops"),
    [
        ("en", "I dont want anything from the school on this phone", True),
        ("es", "ya no quiero nada de la escuela en este numero", True),
        ("ur", "اس فون پر سکول کا کچھ نہیں چاہیے", True),
        ("om", "bilbila kanatti waan mana barumsaa hin barbaadu", True),
        ("en", "I cant get the app on this phone", False),
        ("en", "dont call this number after 8", False),
        ("es", "no me llega nada a este numero", False),
    ],
)
def test_nothing_more_on_this_phone_is_a_stop(tag: str, text: str, stops: bool) -> None:
    assert is_stop(text, lexicon(tag)) is stops
