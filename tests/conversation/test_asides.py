"""What is only told of beside an answer; all of them and the rest; the first words of a yes or no."""

from __future__ import annotations

import pytest

from bot.conversation import answers
from bot.conversation.lexicon import lexicon
from bot.conversation.talk import Kind, Question


def read(text: str, kind: Kind, tag: str, asked: str, choices: str = "") -> str | None:
    labels = tuple(choices.split("; ")) if choices else ("", "")
    found = answers.answer(text, Question(0, kind, "", labels, labels, asked), lexicon(tag))
    return found.value if found else None


DEVICES = ("Which device should we lend to Kevin?", "Tablet; Chromebook; None, we have one")
SIZES = ("Quelle taille de manteau pour Fatou ?", "S; M; L; XL")
BOOTS = ("What number of boots?", "34; 36; 38")
DAYS = ("Which day works for the conference?", "Tuesday, January 12; Thursday, January 14")
SLOTS = ("Когда вам удобно встретиться с учителем?", "Вторник, 16:00; Среда, 10:00; Пятница, 8:00")
CLUBS = ("¿En qué actividad inscribimos a Valeria?", "Guitarra; Baile; Ajedrez; Cocina")


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("en", DEVICES, "the chromebook pls, our tablet is cracked", "2"),
        ("en", DEVICES, "our tablet is cracked, get him the chromebook", "2"),
        ("es", CLUBS, "ella quiere baile, yo decia guitarra", "2"),
        ("es", CLUBS, "no le gusta el ajedrez mejor cocina", "4"),
        ("fr", SIZES, "elle prend du M mais elle grandit, mettez L", "3"),
        ("fr", SIZES, "du L plutot, le M serre", "3"),
        ("ru", SLOTS, "давайте в среду, во вторник я в ночь", "2"),
        ("en", BOOTS, "the 36 is too small, 38", "3"),
        ("en", DAYS, "not thursday i got court. the other one is fine", "1"),
    ],
)
def test_the_clause_that_only_names_a_choice_is_the_answer(
    tag: str, asked: tuple[str, str], text: str, meant: str
) -> None:
    assert read(text, Kind.ONE_OF, tag, *asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("en", DEVICES, "the tablet, the chromebook"),
        ("en", DEVICES, "chromebook or maybe the tablet"),
        ("en", DEVICES, "our tablet is cracked, his chromebook is slow"),
        ("en", DEVICES, "is the tablet new, the chromebook is heavy?"),
        ("fr", SIZES, "M ou L, à voir"),
        ("en", BOOTS, "36 or 38"),
        ("en", DAYS, "not thursday i got court"),
    ],
)
def test_two_that_are_named_alike_are_asked_about(tag: str, asked: tuple[str, str], text: str) -> None:
    assert read(text, Kind.ONE_OF, tag, *asked) is None


CLOTHES = ("Which winter clothes does DeShawn need?", "Coat; Hat; Gloves; Boots")
WINTER = ("您家需要哪些冬季物品？", "外套; 手套; 雪靴; 帽子")
NEEDED = ("Какая одежда нужна?", "куртка; сапоги; перчатки; шапка")
AVOIDED = ("孩子不能吃哪些食物?", "猪肉; 牛奶; 花生; 鸡蛋; 海鲜")
NOT_EATEN = ("बच्चे को लंच में क्या नहीं देना है?", "अंडा; मछली; दूध; पनीर")
SPOKEN = ("Ki lang nou pale lakay?", "kreyòl; fransè; anglè; panyòl")
VACCINES = ("Jakie szczepienia dziecko już ma?", "odra; polio; ospa; tężec")
COURSES = ("방과후 수업 중 어떤 것을 신청하시겠어요?", "태권도; 미술; 코딩; 합창")


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("en", CLOTHES, "Hat n gloves. he has a coat from the church already", "2,3"),
        ("en", CLOTHES, "gloves and boots, hat he got", "3,4"),
        ("en", CLOTHES, "all of it please, we came with one suitcase", "1,2,3,4"),
        ("ko", COURSES, "태권도랑 코딩이요 미술은 작년에 했어요", "1,3"),
        ("zh-Hans", WINTER, "外套有了，其他都要", "2,3,4"),
        ("ru", NEEDED, "Всё нужно, мы приехали с одним чемоданом", "1,2,3,4"),
        ("zh-Hans", AVOIDED, "花生和鸡蛋绝对不行!!牛奶没事", "3,4"),
        ("hi", NOT_EATEN, "अंडा और मछली हम नहीं खाते, बाकी सब ठीक है", "1,2"),
        ("ht", SPOKEN, "kreyol ak yon ti fransè, timoun yo pale angle", "1,2,3"),
        ("pl", VACCINES, "wszystkie cztery, mam książeczkę z Polski", "1,2,3,4"),
    ],
)
def test_a_list_goes_without_what_is_told_of(tag: str, asked: tuple[str, str], text: str, meant: str) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("en", CLOTHES, "all is fine thank you"),
        ("en", CLOTHES, "not all of it"),
        ("en", CLOTHES, "all of it?"),
        ("en", CLOTHES, "maybe all"),
    ],
)
def test_all_that_is_doubtful_is_asked_about(tag: str, asked: tuple[str, str], text: str) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *asked) is None


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("fr", "Junior est-il allergique aux arachides ?", "Non il en mange tous les jours", "no"),
        ("ht", "Èske Jameson fè alèji ak pistach?", "Non cheri li manje manba chak maten", "no"),
        ("en", "Is Kevin allergic to any food?", "peanuts n shellfish real bad", "yes"),
        ("es", "¿Todavía vive en la misma dirección?", "nos cambiamos en diciembre", "no"),
        ("rw", "Ese muracyatuye kuri aderesi twari dufite?", "twarimutse mu kwezi gushize", "no"),
        ("zh-Hans", "孩子明天会来上学吗？", "还在发烧38度5,明天先不来了", "no"),
        ("ru", "Сделана ли ребёнку прививка от кори?", "сделали ещё в Харькове", "yes"),
        ("pt", "A Manuela já tomou a vacina de sarampo?", "ja tomou as duas dose", "yes"),
        ("so", "Ilmahaagu ma qaatay tallaalka jadeecada?", "wuu qaatay labadiiba", "yes"),
        ("uk", "Чи робили Марійці щеплення від кору?", "Робили ще в Харкові", "yes"),
    ],
)
def test_first_words_answer(tag: str, asked: str, text: str, meant: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("en", "Can you come on Friday?", "No I will be there"),
        ("en", "Is Kevin allergic to any food?", "he eats peanuts"),
        ("en", "Is this still your address?", "have not moved"),
        ("en", "Will he be at school tomorrow?", "fever is over"),
        ("ru", "Сделана ли ребёнку прививка от кори?", "сделали или нет, не помню"),
        ("uk", "Чи робили Марійці щеплення від кору?", "робили чи ні, не пам'ятаю"),
        ("so", "Ilmahaagu ma qaatay tallaalka jadeecada?", "ma qaatay miyaa?"),
    ],
)
def test_first_words_that_may_mean_either_are_asked_about(tag: str, asked: str, text: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) is None


def test_a_yes_with_its_reason_affirms_a_bother() -> None:
    asked = "Èske sa ap deranje w si nou mete randevou a pou 3zè?"
    assert read("Wi paske m lage nan travay a 3:30", Kind.YES_NO, "ht", asked) == "yes"
    assert read("wi", Kind.YES_NO, "ht", asked) is None
