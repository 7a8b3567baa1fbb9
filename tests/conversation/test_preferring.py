"""Of two choices one is denied, liked less or given by its hour; people are counted up; a day is proposed."""

from __future__ import annotations

import pytest

from bot.conversation.answers import answer
from bot.conversation.intent import lexicon
from bot.conversation.talk import Kind
from tests.conversation.test_comments import ask
from tests.conversation.test_corrections import read

TRIPS = ("the zoo", "the museum")
HOME = ("bus", "walk", "car")
TELL = ("text", "call", "letter")
TIMES = ("8 a.m.", "3 p.m.", "6 p.m.")
SPANS = ("8 to 11 a.m.", "3 to 5 p.m.", "6 to 8 p.m.", "another time")
WEEK = ("on a weekday", "on the weekend")


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("the zoo not the museum", "en", TRIPS, "1"),
        ("not the museum", "en", TRIPS, "1"),
        ("not the museum", "en", (*TRIPS, "the farm"), None),
        ("zoo instead of museum", "en", TRIPS, "1"),
        ("she likes the zoo more than the museum", "en", TRIPS, "1"),
        ("he doesnt walk he takes the bus", "en", HOME, "1"),
        ("the bus doesnt come we walk", "en", HOME, None),
        ("he used to take the bus but now he walks", "en", HOME, None),
        ("no bus", "en", HOME, None),
        ("text dont call", "en", TELL, "1"),
        ("dont text me dont call me write a letter", "en", TELL, None),
        ("i cant read letters so call", "en", TELL, "2"),
        ("never call me", "en", TELL, None),
        ("no camina toma el camion", "es", ("autobús", "caminando", "en carro"), "1"),
        ("не в музей а в зоопарк", "ru", ("зоопарк", "музей", "ферма"), "1"),
        ("il marche pas il prend le bus", "fr", ("en bus", "à pied", "en voiture"), None),
        ("不坐校车走路", "zh-Hans", ("校车", "走路", "家长接"), "2"),
        ("बस से नहीं पैदल जाता है", "hi", ("बस", "पैदल", "कार"), "2"),
        ("cháu không đi xe buýt mà đi bộ", "vi", ("xe buýt", "đi bộ", "xe nhà"), "2"),
    ],
)
def test_what_is_denied_is_not_meant(
    text: str, tag: str, choices: tuple[str, ...], value: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        (
            "se me pierden los papeles, mejor mensaje de texto",
            "es",
            ("Mensaje de texto", "WhatsApp", "Carta en papel"),
            "1",
        ),
        ("email is ok, text is better", "en", ("text", "email"), "1"),
        ("email is better, text is better", "en", ("text", "email"), None),
    ],
)
def test_what_is_liked_better_is_meant(
    text: str, tag: str, choices: tuple[str, ...], value: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, *choices, asked="How?") == value


@pytest.mark.parametrize(
    ("text", "choices", "value"),
    [
        ("at three", TIMES, "2"),
        ("six oclock", TIMES, "3"),
        ("at eight in the morning", TIMES, "1"),
        ("3", TIMES, "3"),
        ("not at three", TIMES, None),
        ("at five", TIMES, None),
        ("after 6", SPANS, "3"),
        ("not after 6", SPANS, None),
        ("before 11", SPANS, None),
        ("sunday", WEEK, "2"),
        ("any tuesday", WEEK, "1"),
        ("friday or saturday", WEEK, None),
    ],
)
def test_an_hour_or_a_day_names_its_choice(text: str, choices: tuple[str, ...], value: str | None) -> None:
    assert read(text, Kind.ONE_OF, "en", *choices, asked="When?") == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("huit heures", "fr", "1"),
        ("à dix-huit heures", "fr", "3"),
        ("sau gio toi", "vi", "3"),
        ("sau nguoi", "vi", None),
    ],
)
def test_an_hour_in_words(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.ONE_OF, tag, "8 h", "15 h", "18 h", asked="Quand ?") == value


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("the first two", "en", ("a", "b", "c", "d"), "1,2"),
        ("the last two please", "en", ("a", "b", "c", "d"), "3,4"),
        ("not the first two", "en", ("a", "b", "c", "d"), None),
        ("the first five", "en", ("a", "b", "c", "d"), None),
        ("las dos primeras", "es", ("cocina", "costura", "inglés"), "1,2"),
        ("前两个", "zh-Hans", ("烹饪", "缝纫", "电脑"), "1,2"),
    ],
)
def test_so_many_from_one_end(text: str, tag: str, choices: tuple[str, ...], value: str | None) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("me and my husband", "How many people will come?", "2"),
        ("my wife, my mom and i", "How many people will come?", "3"),
        ("3 adults 2 kids", "How many people will come?", "5"),
        ("3 me my wife and grandma", "How many people will come?", "3"),
        ("3 kids, 2 girls 1 boy", "How many children?", "3"),
        ("me and my husband", "How many children?", None),
        ("me and maybe my husband", "How many people will come?", None),
        ("me, my husband and his grandparents", "How many people will come?", None),
        ("me and someone", "How many people will come?", None),
        ("2 kids 1 not yet", "How many people will come?", None),
        ("not me my husband", "How many people will come?", None),
    ],
)
def test_people_are_counted_up(text: str, asked: str, value: str | None) -> None:
    assert read(text, Kind.NUMBER, "en", asked=asked) == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("How about Tues the 8th of dec?", "en", "2026-12-08"),
        ("could it be next friday?", "en", "2026-11-27"),
        ("Tuesday?", "en", None),
        ("is there a bus on Tuesday?", "en", None),
        ("can i come tuesday or wednesday?", "en", None),
        ("puede ser el martes?", "es", "2026-11-24"),
        ("聽日得唔得", "zh-Hant", "2026-11-24"),
        ("星期二不行", "zh-Hans", None),
    ],
)
def test_a_day_is_proposed_by_asking(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.DATE, tag, asked="Which day?") == value


def test_none_of_this_is_sure() -> None:
    told = [
        answer("the zoo not the museum", ask(Kind.ONE_OF, "Which?", *TRIPS), lexicon("en")),
        answer("me and my husband", ask(Kind.NUMBER, "How many people?"), lexicon("en")),
        answer("the first two", ask(Kind.SEVERAL_OF, "Which?", *SPANS), lexicon("en")),
    ]
    assert [found.sure for found in told if found] == [False, False, False]


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("no milk everything else is good", "en", ("milk", "juice", "water"), "2,3"),
        ("閱讀跟籃球，其他不用", "zh-Hant", ("數學", "閱讀", "美術", "籃球"), "2,4"),
        ("all but the hat", "en", ("coat", "boots", "hat"), "1,2"),
        ("dhamaan koofi mooyee", "so", ("jaakad", "kabo", "koofi"), "1,2"),
        ("早饭午饭", "zh-Hans", ("早饭", "午饭", "晚饭"), "1,2"),
        ("hai tu sau nhe", "vi", ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Sáu"), None),
        ("eu o pai e a vovo", "pt", ("mãe", "pai", "avós"), None),
        ("i think mom and grandma", "en", ("mom", "dad", "grandma", "aunt"), "1,3"),
        ("mom and grandma, dad is far away", "en", ("mom", "dad", "grandma", "aunt"), None),
    ],
)
def test_what_is_left_out_of_a_list(text: str, tag: str, choices: tuple[str, ...], value: str | None) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(
    ("text", "tag", "asked", "value"),
    [
        ("both kids", "en", "Will your children come?", None),
        ("twins", "en", "Will your children come?", None),
        ("two", "en", "Will your children come?", "no"),
        ("peb muaj", "hmn", "Nej puas xav tau ib lub tsho tiv no?", None),
        ("kemi", "sq", "A keni nevojë për pallto?", "yes"),
        ("she passed the test last year so no", "en", "Can she come?", "no"),
        ("maybe she passed the test last year so no", "en", "Can she come?", None),
    ],
)
def test_a_yes_or_no_that_is_not_said(text: str, tag: str, asked: str, value: str | None) -> None:
    assert read(text, Kind.YES_NO, tag, asked=asked) == value


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("half an hour tops", "en", ("15 minutes", "30 minutes", "1 hour"), "2"),
        ("half an hour tops", "en", ("15 minutes", "45 minutes", "1 hour"), None),
        ("kan dambe", "so", ("Albaabka hore", "Albaabka dambe", "Albaabka dhinaca"), "2"),
        ("my husband first", "en", ("mom", "dad", "grandma"), "2"),
        ("a las 4 me queda perfecto", "es", ("a las 3", "a las 4", "a las 5"), "2"),
    ],
)
def test_words_that_are_no_place_and_no_hour(
    text: str, tag: str, choices: tuple[str, ...], value: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(("tag", "text"), [("km", "ថ្ងៃទី៣ ខែធ្នូ"), ("lo", "ວັນທີ3 ເດືອນທັນວາ"), ("my", "ဒီဇင်ဘာ၃ရက်")])
def test_a_figure_written_onto_its_word(tag: str, text: str) -> None:
    assert read(text, Kind.DATE, tag, asked="Which day?") == "2026-12-03"


@pytest.mark.parametrize(
    ("text", "tag", "asked", "value"),
    [
        ("عندي تلاته ولدين وبنت", "ar", "كم عدد أطفالكم في المدرسة؟", "3"),
        ("بس انا وزوجي", "ar", "كم شخصاً سيحضر من عائلتكم؟", "2"),
        ("sadex laba wiil iyo hal gabar", "so", "Imisa carruur ah?", "3"),
        ("three, 2 boys and a girl", "en", "How many children?", "3"),
        ("3 kids 1 boy", "en", "How many children?", None),
        ("大人兩個 小孩兩個", "zh-Hant", "你們幾位會來？", None),
        ("map pran 3 si gen ase", "ht", "Konbyen tikè bis ou bezwen?", "3"),
    ],
)
def test_a_sum_is_told_with_what_makes_it(text: str, tag: str, asked: str, value: str | None) -> None:
    assert read(text, Kind.NUMBER, tag, asked=asked) == value


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("de 3 a 5 me queda mejor", "es", ("De 8 a 11 a.m.", "De 3 a 5 p.m.", "De 6 a 8 p.m."), "2"),
        ("de 1 a 2", "es", ("De 8 a 11 a.m.", "De 3 a 5 p.m.", "De 6 a 8 p.m."), None),
        ("9號那天", "zh-Hant", ("12月8日", "12月9日", "12月10日"), "2"),
        ("11號那天", "zh-Hant", ("12月8日", "12月9日", "12月10日"), None),
        (
            "Plutot lingala si possible maman ne lit pas bien le francais",
            "fr",
            ("français", "anglais", "lingala"),
            "3",
        ),
        ("an kreyol tanpri mpa li franse byen", "ht", ("angle", "franse", "kreyòl ayisyen"), "3"),
        ("the bus please he doesnt really like walking", "en", HOME, "1"),
    ],
)
def test_a_choice_with_a_comment_on_another(
    text: str, tag: str, choices: tuple[str, ...], value: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(
    ("text", "value"), [("vai nada, ta com febre desde ontem", None), ("vai sim", "yes")]
)
def test_a_nothing_denies_the_verb(text: str, value: str | None) -> None:
    assert read(text, Kind.YES_NO, "pt", asked="Sua filha vai ao passeio amanhã?") == value


def test_a_choice_of_which_a_word_means_something_else_as_well() -> None:
    choices = ("Winter coats", "Food box", "Homework help", "Bus pass")
    told = "a coat for the little one and the bus pass too, god bless u"
    assert read(told, Kind.SEVERAL_OF, "en", *choices, asked="What would help?") == "1,4"


@pytest.mark.parametrize(
    ("text", "tag", "asked", "value"),
    [
        ("non c bon", "fr", "Voulez-vous un interprète ?", "no"),
        ("c bon pour moi", "fr", "Pouvez-vous venir jeudi ?", "yes"),
        ("were good thanks", "en", "Do you need an interpreter?", None),
        ("yes thats ok", "en", "Do you need an interpreter?", "yes"),
        ("le voy a mandar lonche de la casa", "es", "¿Su hija va a comer de la cafetería?", None),
        ("voy con mi hermana", "es", "¿Puede venir el jueves?", "yes"),
    ],
)
def test_what_may_accept_or_decline(text: str, tag: str, asked: str, value: str | None) -> None:
    assert read(text, Kind.YES_NO, tag, asked=asked) == value


def test_all_is_well_accepts_nothing_that_is_offered() -> None:
    told = "bjr, c bon merci ma fille traduit pr moi"
    assert read(told, Kind.YES_NO, "fr", asked="Voulez-vous un interprète ?") != "yes"


@pytest.mark.parametrize(
    ("text", "value"), [("1و3و4 بنتي تحبهم", "1,3,4"), ("بنتي 7 سنين 1", None), ("1و3 او 4", None)]
)
def test_figures_first_and_a_comment_behind(text: str, value: str | None) -> None:
    choices = ("كرة القدم", "الرسم", "الحاسوب", "الموسيقى")
    assert read(text, Kind.SEVERAL_OF, "ar", *choices, asked="Which?") == value


def test_a_place_that_is_a_word_of_another_choice_too() -> None:
    days = ("segunda e quarta", "terça e quinta", "sábado de manhã")
    assert read("a segunda opcao pfv", Kind.ONE_OF, "pt", *days, asked="Quais dias?") == "2"


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("一三五都行", "zh-Hans", ("星期一", "星期二", "星期三", "星期四", "星期五"), "1,3,5"),
        ("三四个", "zh-Hans", ("星期一", "星期二", "星期三", "星期四", "星期五"), None),
        (
            "перевод нужен и чтоб с детьми кто то посидел",
            "ru",
            ("переводчик", "поездка до школы", "присмотр за детьми", "еда"),
            "1,3",
        ),
    ],
)
def test_lists_without_commas(text: str, tag: str, choices: tuple[str, ...], value: str | None) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(
    ("text", "tag", "asked", "value"),
    [
        ("si puedo pero llego tardesito", "es", "¿Puede venir a la reunión del jueves?", "yes"),
        ("si puedo voy", "es", "¿Puede venir a la reunión del jueves?", None),
        ("ya se la pusieron en la clinica", "es", "¿Da permiso para la vacuna?", "no"),
        ("+", "ru", "Придёте?", "yes"),
        ("+1", "ru", "Придёте?", "yes"),
    ],
)
def test_a_yes_in_other_dress(text: str, tag: str, asked: str, value: str | None) -> None:
    assert read(text, Kind.YES_NO, tag, asked=asked) == value


def test_a_choice_by_its_first_letters() -> None:
    tongues = ("українською", "російською", "англійською")
    assert read("укр", Kind.ONE_OF, "uk", *tongues, asked="Якою мовою?") == "1"
    assert read("анг", Kind.ONE_OF, "uk", *tongues, "ангольською", asked="Якою мовою?") is None


@pytest.mark.parametrize(("text", "tag"), [("27марта 2017г", "ru"), ("27березня 2017", "uk")])
def test_a_month_written_onto_its_day(text: str, tag: str) -> None:
    assert read(text, Kind.DATE, tag, asked="Which day?") == "2017-03-27"
