"""Answers as families write them: with a reason, in a list, with the question's verb in another form."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation.answers import answer
from bot.conversation.intent import lexicon
from bot.conversation.talk import Kind, Question

TODAY = date(2026, 11, 17)  # a Tuesday


def ask(kind: Kind, asked: str, *choices: str, low: int | None = None, high: int | None = None) -> Question:
    given = choices or (("yes", "no") if kind is Kind.YES_NO else ())
    return Question(1, kind, asked, given, given, asked=asked, low=low, high=high)


def read(text: str, question: Question, tag: str) -> str | None:
    found = answer(text, question, lexicon(tag), TODAY)
    return None if found is None else found.value


WHEN = ask(Kind.ONE_OF, "When?", "8 to 11 a.m.", "3 to 5 p.m.", "6 to 8 p.m.", "another time")
LUNCH = ask(Kind.ONE_OF, "Which lunch?", "chicken", "cheese sandwich", "no lunch")
SEASON = ask(Kind.SEVERAL_OF, "What do you need?", "a coat", "boots", "a bag", "gloves")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("evening because I work mornings", "3"),
        ("another time, I work nights", "4"),
        ("the last one", "4"),
        ("mornings are best, thank you", "1"),
        ("morning or evening", None),
        ("not in the evening", None),
    ],
)
def test_a_reason_never_counts_against_the_choice(text: str, value: str | None) -> None:
    assert read(text, WHEN, "en") == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("晚上吧 白天都要上班", "zh-Hans", "3"),
        ("最后那个", "zh-Hans", "3"),
        ("其他时间", "zh-Hans", None),
    ],
)
def test_a_gap_ends_a_clause_where_words_run_together(text: str, tag: str, value: str | None) -> None:
    parts = ask(Kind.ONE_OF, "您什么时候方便？", "上午8点到11点", "下午3点到5点", "晚上6点到8点")
    assert read(text, parts, tag) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("chiken", "1"), ("none, he brings his own", "3"), ("no cheese please", None)],
)
def test_a_no_is_a_choice_where_one_choice_is_a_no(text: str, value: str | None) -> None:
    assert read(text, LUNCH, "en") == value


DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "pt": ("segunda", "terça", "quarta", "quinta", "sexta"),
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일"),
    "zh-Hant": ("星期一", "星期二", "星期三", "星期四", "星期五"),
    "om": ("Wiixata", "Kibxata", "Roobii", "Kamisa", "Jimaata"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة"),
}


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("en", "mon wed fri", "1,3,5"),
        ("en", "Mon-Thu", "1,2,3,4"),
        ("en", "monday to wednesday", "1,2,3"),
        ("en", "every day", "1,2,3,4,5"),
        ("en", "every day but friday", "1,2,3,4"),
        ("en", "any day except wensday", "1,2,4,5"),
        ("en", "tues n thurs only bcuz of practice", "2,4"),
        ("en", "monday or tuesday", None),
        ("en", "not monday", None),
        ("en", "monday and saturday", None),
        ("pt", "de segunda a quinta", "1,2,3,4"),
        ("pt", "ter e qui", "2,4"),
        ("vi", "thu hai va thu nam", "1,4"),
        ("vi", "trừ thứ tư ra ngày nào cũng dc", "1,2,4,5"),
        ("ko", "월수금", "1,3,5"),
        ("ko", "화욜이랑 목욜이요", "2,4"),
        ("zh-Hant", "一三五", "1,3,5"),
        ("zh-Hant", "星期一唔得 其他日子都得", "2,3,4,5"),
        ("om", "guyyaa hunda roobii malee", "1,2,4,5"),
        ("ar", "الثلاثاء والخميس", "2,4"),
    ],
)
def test_weekdays_in_lists_and_ranges(tag: str, text: str, value: str | None) -> None:
    assert read(text, ask(Kind.SEVERAL_OF, "?", *DAYS[tag]), tag) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("coat and gloves", "1,4"), ("everything except the bag", "1,2,4"), ("a coat or boots", None)],
)
def test_several_things(text: str, value: str | None) -> None:
    assert read(text, SEASON, "en") == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("just the one", "en", "1"),
        ("None, they walk", "en", "0"),
        ("Two. One in second grade and one in fifth", "en", "2"),
        ("me, my husband and the 2 boys", "en", "4"),
        ("one boy and two girls", "en", None),
        ("my mother and I so 3", "en", "3"),
        ("4 or 5", "en", None),
        ("nomas uno", "es", "1"),
        ("ninguno todos caminan", "es", "0"),
        ("vamos a ir sinco", "es", "5"),
        ("un momento", "es", None),
        ("两个，一个三年级一个五年级", "zh-Hans", "2"),
        ("大概十五分钟吧", "zh-Hans", "15"),
        ("ولا واحد كلهم يمشون", "ar", "0"),
        ("انا وزوجتي وولدين", "ar", "4"),
        ("ប្រុសមួយ ស្រីពីរ", "km", None),
    ],
)
def test_how_many(text: str, tag: str, value: str | None) -> None:
    assert read(text, ask(Kind.NUMBER, "How many?", low=0, high=30), tag) == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("3 mas o menos", "es", "3"),
        ("trois sur cinq", "fr", "3"),
        ("на троечку", "ru", "3"),
        ("7", "en", None),
    ],
)
def test_marks_on_a_scale(text: str, tag: str, value: str | None) -> None:
    assert read(text, ask(Kind.SCALE, "1 to 5?", low=1, high=5), tag) == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("March 14 2019", "en", "2019-03-14"),
        ("nacio el 22 de mayo del 2018", "es", "2018-05-22"),
        ("14 de septienbre de 2016", "es", "2016-09-14"),
        ("١٥ اذار ٢٠١٩", "ar", "2019-03-15"),
        ("2018年9月5号", "zh-Hans", "2018-09-05"),
        ("二零二一年三月十二", "zh-Hans", "2021-03-12"),
        ("ngay 25 thang 8 nam 2019", "vi", "2019-08-25"),
        ("tim 22 lub 5 hli xyoo 2018", "hmn", "2018-05-22"),
        ("14.III.2019", "pl", "2019-03-14"),
        ("March 14", "en", None),
        ("2031-05-01", "en", None),
        ("3/4/2018", "en", None),
    ],
)
def test_a_day_of_birth_has_its_year(text: str, tag: str, value: str | None) -> None:
    asked = {"es": "fecha de nacimiento", "ar": "تاريخ ميلاد", "zh-Hans": "生日", "vi": "sinh ngày nào"}
    asked |= {"hmn": "yug thaum twg", "pl": "kiedy urodziło się"}
    assert read(text, ask(Kind.DATE, asked.get(tag, "date of birth")), tag) == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("this friday after 2", "en", "2026-11-20"),
        ("after friday", "en", None),
        ("friday at 3:30", "en", "2026-11-20"),
        ("mañana despues del trabajo", "es", "2026-11-18"),
        ("vendredi apres 14h", "fr", "2026-11-20"),
        ("trzeciego grudnia", "pl", "2026-12-03"),
        ("jimcaha salaada kadib", "so", "2026-11-20"),
        ("jimcaha kadib", "so", None),
        ("thứ 6 tuần sau nha cô", "vi", "2026-11-27"),
        ("next week", "en", None),
        ("in two weeks on friday", "en", None),
        ("hnub Monday tim 25 lub 11 hli", "hmn", None),
        ("不是下周五", "zh-Hans", None),
    ],
)
def test_a_day_with_a_comment(text: str, tag: str, value: str | None) -> None:
    assert read(text, ask(Kind.DATE, "Which day?"), tag) == value


@pytest.mark.parametrize(
    ("text", "asked", "tag", "value"),
    [
        ("no problems here, everything good", "Is there any problem with the bus?", "en", "no"),
        ("yes it is always late", "Is there any problem with the bus?", "en", "yes"),
        ("everything is fine", "Is there any problem with the bus?", "en", "no"),
        ("ok", "Is there any problem with the bus?", "en", None),
        ("no problem", "Can you come on Thursday?", "en", "yes"),
        ("tsis muaj dab tsi li", "Puas muaj teeb meem nrog lub npav?", "hmn", "no"),
        ("ماكو اي مشكله", "هل توجد مشكلة في الباص؟", "ar", "no"),
        ("冇問題", "接送校車有沒有問題？", "zh-Hant", "no"),
    ],
)
def test_no_problem_is_a_no_where_a_problem_is_asked_for(
    text: str, asked: str, tag: str, value: str | None
) -> None:
    assert read(text, ask(Kind.YES_NO, asked), tag) == value


@pytest.mark.parametrize(
    ("text", "asked", "tag", "value"),
    [
        ("simukeneye murakoze", "Mukeneye umusemuzi mu nama?", "rw", "no"),
        ("hatapanda, baba yake atamleta", "Je, mtoto wako atapanda basi la shule?", "sw", "no"),
        ("唔食 佢喺屋企食咗先返學", "孩子要吃學校的早餐嗎？", "zh-Hant", "no"),
        ("打吧", "您同意孩子在学校打流感疫苗吗？", "zh-Hans", "yes"),
        ("Добрий вечір! Не дозволяю", "Чи дозволяєте зробити дитині щеплення?", "uk", "no"),
        ("no need", "Do you want an interpreter?", "en", "no"),
        ("some days he does, some days his uncle gets him", "Does your child need the bus?", "en", None),
        ("yog pes tsawg teev", "Koj puas tuaj tau hnub Thursday?", "hmn", None),
        ("ចាំខ្ញុំសួរប្តីសិន", "តើលោកអ្នកឱ្យកូនទៅទស្សនកិច្ចទេ?", "km", None),
    ],
)
def test_the_questions_verb_repeated_or_denied(text: str, asked: str, tag: str, value: str | None) -> None:
    assert read(text, ask(Kind.YES_NO, asked), tag) == value
