"""Answers in which what is denied, regretted or left out is not what a careless reader would take it for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.conversation import answers, cyrillic, intent
from bot.conversation.lexicon import lexicon
from bot.conversation.talk import Kind, Question

WEDNESDAY = date(2027, 3, 3)


def read(text: str, kind: Kind, tag: str, asked: str, choices: str = "") -> str | None:
    yes_no = kind is Kind.YES_NO
    labels = tuple(choices.split("; ")) if choices else (("yes", "no") if yes_no else ("", ""))
    question = Question(0, kind, "", labels, labels, asked)
    if kind is Kind.SCALE:
        question = replace(question, low=1, high=5)
    found = answers.answer(text, question, lexicon(tag), WEDNESDAY)
    return found.value if found else None


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("en", "Will he be absent tomorrow?", "he wont come", "yes"),
        ("en", "Will he be absent tomorrow?", "he cant come, doctor", "yes"),
        ("en", "Will he be absent tomorrow?", "he wont be absent", "no"),
        ("es", "¿Va a faltar mañana?", "no va a ir", "yes"),
        ("fr", "Sera-t-il absent demain ?", "il ne viendra pas", "yes"),
        ("ru", "Будет ли он отсутствовать завтра?", "он не придёт", "yes"),
        ("ar", "هل سيغيب غداً؟", "ما راح يجي", "yes"),
        ("ht", "Èske l ap absan demen?", "li p ap vini", "yes"),
        ("es", "¿Va a faltar mañana?", "no", "no"),
        ("es", "¿Necesita un abrigo?", "no tiene abrigo", "yes"),
        ("zh-Hans", "孩子需要外套吗？", "她没有外套", "yes"),
        ("ru", "Нужна ли ей куртка?", "у неё нет куртки", "yes"),
        ("ru", "Нужен автобус?", "нет нужды, рядом живём", "no"),
        ("fa", "آیا به مترجم نیاز دارید؟", "نیازی نیست ممنون", "no"),
        ("en", "Is the bus often late?", "never on time", "yes"),
        ("en", "Can we post his photo?", "i dont see why not", "yes"),
        ("es", "¿Está de acuerdo?", "no tengo nada en contra", "yes"),
        ("ru", "Можно опубликовать фото?", "не возражаю", "yes"),
        ("zh-Hans", "可以发布照片吗？", "没意见", "yes"),
        ("fa", "آیا فرزندتان آلرژی غذایی دارد؟", "بله متاسفانه، به بادوم زمینی", "yes"),
        ("fr", "A-t-il une allergie ?", "oui malheureusement", "yes"),
        ("fr", "Pouvez-vous venir ?", "malheureusement je travaille", "no"),
        ("en", "Does your child have any food allergies?", "Not that we know of", "no"),
        ("zh-Hans", "孩子的成绩单您签好字了吗？", "我早上签了", "yes"),
        ("zh-Hans", "孩子的成绩单您签好字了吗？", "我还没签", "no"),
    ],
)
def test_a_denial_is_read_by_what_was_asked(tag: str, asked: str, text: str, meant: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("fr", "A-t-il une allergie ?", "malheureusement"),
        ("pt", "Ele tem alergia?", "infelizmente"),
        ("en", "Does she need a winter coat?", "she doesnt have one"),
        ("en", "Did he lose his jacket?", "he doesnt have it"),
        ("fa", "آیا به مترجم نیاز دارید؟", "اصلا انگلیسی بلد نیستم، بدون مترجم هیچی نمیفهمم"),
        ("en", "Will someone from your family come?", "i cant i work, his dad will be there"),
        (
            "pt",
            "O Davi vem à escola hoje?",
            "passou a noite td vomitando tadinho, to indo com ele no posto agora",
        ),
        ("en", "Do you want her to join the club?", "She would love it but let me talk to her dad first"),
    ],
)
def test_a_denial_that_may_be_either_is_asked_about(tag: str, asked: str, text: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) is None


@pytest.mark.parametrize(
    ("tag", "asked", "text", "choices"),
    [
        ("en", "What can she not eat?", "she eats everything except fish", "Meat; Fish; Eggs; Milk"),
        ("ru", "Что ребёнок не ест?", "всё ест кроме рыбы", "Мясо; Рыба; Яйца; Молоко"),
        ("zh-Hans", "孩子不能吃什么？", "除了鱼什么都吃", "肉; 鱼; 鸡蛋; 牛奶"),
        ("ti", "ውላድኩም ዘይበልዖ ምግቢ ኣየናይ እዩ?", "ብዘይካ ዓሳ ኩሉ ይበልዕ እዩ", "ስጋ; ዓሳ; እንቋቑሖ; ጸባ"),
        ("so", "Maxuu cuni karin?", "wax walba wuu cunaa kalluun mooyee", "Hilib; Kalluun; Ukun; Caano"),
    ],
)
def test_all_but_one_thing_is_eaten(tag: str, asked: str, text: str, choices: str) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, asked, choices) == "2"


def test_nobody_is_fed_what_an_exception_may_mean() -> None:
    foods = "Meat; Fish; Eggs; Milk"
    assert read("everything but fish", Kind.SEVERAL_OF, "en", "What can she not eat?", foods) is None
    milk = "milk and eggs. nuts ok"
    assert (
        read(milk, Kind.SEVERAL_OF, "en", "Which foods must she avoid?", "Milk; Eggs; Nuts; Wheat") == "1,2"
    )


@pytest.mark.parametrize(
    ("tag", "text", "choices", "meant"),
    [
        ("es", "una M por fabor", "Chica; Mediana; Grande; Extra grande", "2"),
        ("es", "M pero q no le quede apretada", "Chica; Mediana; Grande; Extra grande", "2"),
        ("zh-Hans", "L的就行", "小号; 中号; 大号; 加大号", "3"),
        ("en", "still in the medium but its too tight, so one size up", "Small; Medium; Large; X-Large", "3"),
        ("ht", "M pa konnen", "S; M; L; XL", None),
        ("en", "throwing up since last nite", "He is sick; Doctor appointment; Family reason", "1"),
        (
            "es",
            "Tuvo q ir al doctor por sus lentes",
            "Estaba enfermo; Tenía cita médica; No tuvo transporte",
            "2",
        ),
        ("pt", "faleceu a bisavó e ontem foi o funeral", "Doença; Consulta médica; Morte na família", "3"),
        ("en", "not sick", "He is sick; Doctor appointment; Family reason", None),
        ("zh-Hans", "法语他说太难，德语不想学，就剩下的那个吧", "西班牙语; 法语; 德语", "1"),
        ("en", "not the violin please. drums", "Violin; Clarinet; Trumpet; Percussion", None),
        ("pt", "em casa falamos crioulo mas p ler prefiro português", "Inglês; Crioulo; Português", "3"),
    ],
)
def test_a_choice_is_told_by_its_kind(tag: str, text: str, choices: str, meant: str | None) -> None:
    assert read(text, Kind.ONE_OF, tag, "?", choices) == meant


@pytest.mark.parametrize(
    ("tag", "kind", "asked", "text", "meant"),
    [
        ("zh-Hans", Kind.DATE, "孩子哪天去看牙医？", "下周二上午，可能要晚到一个小时", "2027-03-09"),
        ("pt", Kind.DATE, "Quando é a consulta?", "dia 18 agora, 3 da tarde", "2027-03-18"),
        ("sq", Kind.DATE, "Kur mund te vini?", "javen tjeter te marten, ne 9 e gjys", "2027-03-09"),
        ("es", Kind.DATE, "¿Qué día regresa?", "el lunes ya va, hoy sigue con tos", "2027-03-08"),
        ("ru", Kind.DATE, "Когда?", "17 marta", "2027-03-17"),
        ("en", Kind.SCALE, "How happy?", "4. would be 5 but the bus is late", "4"),
        ("es", Kind.SCALE, "¿Qué tan segura?", "la calificacion mas alta!!", "5"),
        ("zh-Hans", Kind.SCALE, "老师回复及时吗?", "四吧 不能给满分", "4"),
        ("sq", Kind.NUMBER, "Sa fëmijë keni?", "tre. Erioni ne klas te 2", "3"),
        ("ru", Kind.NUMBER, "Сколько человек придёт?", "мы с мужем и двое детей", "4"),
        ("so", Kind.NUMBER, "Immisa qof ayaa imanaysa?", "aniga iyo xaaskayga waa laba qof", "2"),
        ("ar", Kind.NUMBER, "كم شخصاً؟", "انا وزوجتي وولدين", "4"),
        ("ko", Kind.NUMBER, "몇 분이 오시나요?", "저랑 남편이랑 애 둘이요", None),
        ("vi", Kind.NUMBER, "Con nặng bao nhiêu ký?", "28 ký rưỡi", None),
        ("pt", Kind.NUMBER, "Quantos dias?", "uns 3, as vezes 4", None),
    ],
)
def test_the_first_clause_answers_by_itself(tag: str, kind: Kind, asked: str, text: str, meant: str) -> None:
    assert read(text, kind, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("vi", "Quý vị có cần thông dịch viên không?", "không biết tiếng Anh", "yes"),
        ("tl", "Kailangan po ba ninyo ng interpreter?", "hindi po ako marunong mag english", "yes"),
        ("en", "Do you need an interpreter?", "no i speak english", "no"),
        ("ru", "Нужен ли вам переводчик?", "нет, я неплохо понимаю по-английски", "no"),
        ("fa", "آیا به مترجم نیاز دارید؟", "نیازی نیست خودم انگلیسی بلدم", "no"),
    ],
)
def test_who_denies_english_needs_an_interpreter(tag: str, asked: str, text: str, meant: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "text", "meant"),
    [
        ("ru", "ne prisylayte bolshe soobsheniya", True),
        ("uk", "bud laska bilshe ne pyshit meni", True),
        ("ru", "avtobus ne ostanovilsya", False),
        ("es", "diganle a ese niño que ya deje de molestar a mi hijo, ya basta", False),
        ("vi", "thôi em ngưng ở đây nha, đang lái xe", False),
        ("vi", "Nt thôi cô, trong xưởng ồn", False),
    ],
)
def test_what_is_a_stop_and_what_is_none(tag: str, text: str, meant: bool) -> None:
    assert intent.is_stop(text, lexicon(tag)) is meant


def test_danger_in_latin_letters_is_heard() -> None:
    assert intent.is_danger("on ugrozhaet ubit menya", lexicon("ru"))
    assert not intent.is_danger("da, pridem", lexicon("ru"))
    assert cyrillic.spelled("ne pishite mne", "en") == ""
    assert cyrillic.spelled("смс stop", "ru") == ""


@pytest.mark.parametrize(
    ("tag", "asked", "text", "choices"),
    [
        ("en", "Which days can you NOT come?", "only monday is fine", "Monday; Tuesday; Wednesday"),
        ("es", "¿Qué días NO puede venir?", "puedo el lunes", "Lunes; Martes; Miércoles"),
        ("ru", "В какие дни вы НЕ можете прийти?", "понедельник могу", "Понедельник; Вторник; Среда"),
        ("zh-Hans", "哪几天您不能来？", "周一可以", "周一; 周二; 周三"),
        ("en", "Which days can you come?", "mondays are hard", "Monday; Tuesday; Wednesday"),
    ],
)
def test_a_day_that_is_not_meant_is_never_chosen(tag: str, asked: str, text: str, choices: str) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, asked, choices) is None


@pytest.mark.parametrize(
    ("tag", "text", "choices"),
    [
        ("en", "mornings are bad", "Morning; Afternoon; Evening"),
        ("en", "i work mornings", "Morning; Afternoon; Evening"),
        ("es", "las mañanas se me complican", "Mañana; Tarde; Noche"),
        ("zh-Hans", "早上够呛", "早上; 下午; 晚上"),
    ],
)
def test_a_time_that_does_not_suit_is_never_chosen(tag: str, text: str, choices: str) -> None:
    assert read(text, Kind.ONE_OF, tag, "?", choices) is None


@pytest.mark.parametrize(
    ("tag", "text", "meant"),
    [
        ("en", "my sister comes with me and translates", "no"),
        ("hmn", "kuv tus ntxhais hlob nrog kuv tuaj, nws txhais rau kuv los tau", "no"),
        ("en", "my sister can't translate", None),
    ],
)
def test_who_brings_somebody_needs_no_interpreter(tag: str, text: str, meant: str | None) -> None:
    asked = {"en": "Do you need an interpreter?", "hmn": "Koj puas xav tau neeg txhais lus?"}[tag]
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "kind", "asked", "choices", "text"),
    [
        ("es", Kind.ONE_OF, "¿Qué día le queda?", "lunes; martes; miércoles", "el lunes no puedo"),
        ("vi", Kind.ONE_OF, "Ngày nào tiện?", "thứ hai; thứ ba; thứ tư", "thứ hai tôi không đi được"),
        (
            "en",
            Kind.ONE_OF,
            "What language do you prefer?",
            "English; Spanish; Somali",
            "I dont read English",
        ),
        ("es", Kind.ONE_OF, "¿En qué idioma prefiere?", "inglés; español; somalí", "no hablo inglés"),
        ("ar", Kind.ONE_OF, "أي لغة تفضل؟", "الإنجليزية; العربية; الصومالية", "ما بعرف انجليزي"),
        ("vi", Kind.DATE, "Khi nào đến được?", "", "ngày 12 không được"),
        ("ar", Kind.DATE, "متى تقدر تجي؟", "", "يوم 12 ما بقدر"),
        ("hi", Kind.DATE, "कब आ सकते हैं?", "", "12 को नहीं"),
        ("fr", Kind.NUMBER, "Combien viendront ?", "", "2 ne peuvent pas venir"),
        ("ru", Kind.NUMBER, "Сколько придёт?", "", "двое не смогут"),
        ("so", Kind.NUMBER, "Immisa ayaa imanaya?", "", "laba ma imaan karaan"),
    ],
)
def test_what_is_denied_behind_is_not_chosen(
    tag: str, kind: Kind, asked: str, choices: str, text: str
) -> None:
    assert read(text, kind, tag, asked, choices) is None


@pytest.mark.parametrize(
    ("tag", "text", "days"),
    [
        ("en", "monday and tuesday I work, other days fine", "Monday; Tuesday; Wednesday; Thursday"),
        ("es", "lunes y martes trabajo, los demás días sí", "lunes; martes; miércoles; jueves"),
        ("zh-Hans", "周一周二要上班，其他都行", "周一; 周二; 周三; 周四"),
        ("ru", "пн вт работаю, остальные можно", "понедельник; вторник; среда; четверг"),
        ("ar", "الاثنين والثلاثاء دوام، الباقي تمام", "الاثنين; الثلاثاء; الأربعاء; الخميس"),
    ],
)
def test_days_of_work_leave_the_others(tag: str, text: str, days: str) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, "?", days) == "3,4"
