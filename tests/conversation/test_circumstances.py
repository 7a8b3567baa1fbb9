"""A yes or no, or a choice, that circumstances tell: nothing has changed, no longer, had already."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation import answers
from bot.conversation.lexicon import lexicon
from bot.conversation.talk import Kind, Question

WEDNESDAY = date(2027, 1, 27)


def read(text: str, kind: Kind, tag: str, asked: str, choices: str = "") -> str | None:
    yes_no = kind is Kind.YES_NO
    labels = tuple(choices.split("; ")) if choices else (("yes", "no") if yes_no else ("", ""))
    question = Question(0, kind, "", labels, labels, asked)
    found = answers.answer(text, question, lexicon(tag), WEDNESDAY)
    return found.value if found else None


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("vi", "Địa chỉ của quý vị có thay đổi không?", "vẫn ở chỗ cũ nha cô", "no"),
        ("zh-Hans", "您的住址有变化吗?", "还是老地方", "no"),
        ("es", "¿Ha cambiado su dirección?", "No, es la misma de siempre", "no"),
        ("hmn", "Nej puas tau hloov chaw nyob?", "peb tseem nyob qub chaw os", "no"),
        ("ru", "Ваш адрес изменился?", "всё по прежнему", "no"),
        ("ar", "هل يركب طفلك الباص المدرسي؟", "كان يركب بس هلا انا بوصلو بالسيارة", "no"),
        ("vi", "Cháu có đi xe buýt của trường không?", "hồi trước có, giờ ba nó chở rồi cô", "no"),
        ("en", "Will you be at Family Night on Tuesday?", "gotta work that nite sorry", "no"),
        ("fr", "Serez-vous présente à la soirée mardi ?", "Desolee madame jtravaille ce jour la", "no"),
        ("es", "¿Necesita una chamarra?", "tenemos, gracias", "no"),
        ("ht", "Èske w bezwen yon manto?", "nou genyen mèsi", "no"),
        ("ru", "Вам нужна куртка?", "есть, спасибо", "no"),
        ("ht", "Èske Fabiola ap vin lekòl demen?", "li malad toujou li pap ka vini", "no"),
        ("zh-Hans", "您的住址有变化吗?", "上个月搬家了", "yes"),
        ("zh-Hans", "孩子有过敏吗?", "鸡蛋不能吃", "yes"),
        ("ko", "알레르기가 있나요?", "계란 먹으면 안 돼요", "yes"),
        ("hmn", "Koj tus menyuam puas muaj kev fab tshuaj?", "nws noj tau txhua yam", "no"),
        ("ht", "Èske pitit ou a fè alèji ak kèk manje?", "Wi li pa ka manje pistach ditou", "yes"),
    ],
)
def test_what_is_told_amounts_to_yes_or_no(tag: str, asked: str, text: str, meant: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("sq", "A keni nevojë për pallto?", "kemi, flm"),  # the question's verb, or "we have one"
        ("en", "Will you be at Family Night on Tuesday?", "sorry, I work but maybe later"),
        ("en", "Does he still ride bus 12?", "was it 12 before?"),
    ],
)
def test_what_may_be_either_is_asked_about(tag: str, asked: str, text: str) -> None:
    assert read(text, Kind.YES_NO, tag, asked) is None


def test_a_yes_that_repeats_the_verb_of_the_need_stays_one() -> None:
    assert read("دارم", Kind.YES_NO, "fa", "آیا به مترجم نیاز دارید؟") == "yes"


@pytest.mark.parametrize(
    ("tag", "asked", "choices", "text", "meant"),
    [
        ("en", "Which time works?", "3:30 pm; 5:30 pm", "the later one please", "2"),
        ("en", "Which time works?", "8:00 am; 4:30 pm", "earlier is better for me", "1"),
        ("en", "Which time works?", "3:30 pm; 4:30 pm; 6:00 pm", "the later one pls, i get off at 5", "3"),
        ("en", "Which time works?", "3:30 pm; 4:30 pm; 6:00 pm", "the later one pls", None),
        ("en", "Which day can you come?", "Monday; Wednesday; Friday", "monday i work", None),
        ("ar", "أي يوم؟", "الاثنين; الثلاثاء; الجمعة", "الاثنين عندي شغل", None),
        ("es", "¿Qué día?", "martes; jueves; viernes", "Martes... no ese dia trabajo, el viernes mejor", "3"),
        ("es", "¿Qué idioma hablan?", "Español; Inglés; Mam", "hablamos mam en casa, español poquito", "3"),
        ("ru", "На каком языке говорите?", "Русский; Украинский",
         "дома на украинском говорим, русский дети понимают", "2"),
        ("zh-Hans", "暑期班您选哪一期?", "六月; 七月; 八月", "7月那个 六月我们要回福州", "2"),
        ("zh-Hans", "孩子需要哪种设备?", "平板电脑; 笔记本电脑; 不需要", "家里有电脑了 谢谢学校", "3"),
        ("en", "What does Omar need?", "Chromebook; iPad; Hotspot",
         "the wifi thing. he already got a computer", "3"),
        ("vi", "Gia đình cần thiết bị nào?", "Máy tính bảng; Máy tính xách tay; Bộ phát wifi", "laptop", "2"),
        ("tl", "Alin pong device ang kailangan?", "Laptop; Tablet; Hotspot",
         "hotspot lang po may laptop na kami", None),
        ("fr", "Dans quelle langue ?", "anglais; français; arabe", "fr", "2"),
    ],
)  # fmt: skip
def test_a_choice_is_told_by_its_circumstances(
    tag: str, asked: str, choices: str, text: str, meant: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, asked, choices) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "choices", "text", "meant"),
    [
        ("en", "Which foods can Leo NOT eat?", "Milk; Eggs; Nuts", "just milk. he can have eggs now", "1"),
        ("en", "What would you like to talk about?", "Reading; Math; Bullying",
         "mostly her reading. math shes fine. oh and the bullying thing", "1,3"),
        ("en", "What does he need?", "Backpack; Coat; Shoes", "backpack we have, the rest we need", "2,3"),
        ("fa", "به چه چیزی نیاز دارید؟", "کیف; کفش; کاپشن", "کیف داریم بقیه رو لازم داریم", "2,3"),
        ("uk", "Які продукти дитині не можна?", "Молоко; Горіхи; Риба", "риба ок, решту не давайте", "1,2"),
        ("tl", "Anong mga araw po?", "Lunes; Martes; Miyerkules; Huwebes; Biyernes", "MWF lang po", "1,3,5"),
        ("en", "Which days?", "Monday; Tuesday; Wednesday; Thursday", "T TH please", "2,4"),
        ("es", "¿Cuándo?", "mañanas; tardes; noches; fines de semana", "los sabados o de noche", "3,4"),
        ("ko", "어느 요일?", "월; 화; 수; 목; 금", "월수금 됩니다", "1,3,5"),
        ("ko", "집에 있는 기기를 모두 알려 주세요.", "컴퓨터; 태블릿; 인터넷", "다 있어요", "1,2,3"),
        ("ko", "어떤 것이 필요하세요?", "컴퓨터; 태블릿; 인터넷", "다 있어요", None),
        ("en", "Which days?", "Monday; Tuesday; Wednesday", "M or W not sure", None),
    ],
)  # fmt: skip
def test_of_several_what_is_there_or_well_is_left_out(
    tag: str, asked: str, choices: str, text: str, meant: str | None
) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, asked, choices) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("fa", "تاریخ تولد فرزندتان؟", "۱۲ مرداد ۱۳۹۸", "2019-08-03"),
        ("fa", "تاریخ تولد فرزندتان؟", "1398/05/12", "2019-08-03"),
        ("prs", "نوبت داکتر چه وقت است؟", "۱۵ دلو", "2027-02-04"),
        ("ps", "د ماشوم د زېږېدو نېټه څه ده؟", "۱۳۹۵ کال د وری ۳مه", "2016-03-22"),
        ("ps", "د ماشوم د زېږېدو نېټه څه ده؟", "۲۰۱۵ کال د جون ۳مه", "2015-06-03"),
        ("fa", "چه روزی می آیید؟", "۲۰ دسامبر", "2027-12-20"),
        ("fa", "تاریخ تولد فرزندتان؟", "۳۱ مهر ۱۳۹۸", None),  # the month has thirty days
        ("fr", "Quel jour voulez-vous venir ?", "mardi en huit", "2027-02-09"),
        ("ht", "Ki jou w ap vini?", "jodi a wit", "2027-02-03"),
        ("pt", "Quando é a consulta?", "de hoje a 15", "2027-02-10"),
        ("ru", "Когда вы приехали?", "приехали 3го декабря 26 года", "2026-12-03"),
        ("uk", "Дата народження дитини?", "12.03.2017", "2017-03-12"),
        ("en", "Date of birth?", "12/03/2017", None),  # either way round
        ("ko", "아이 생년월일이 어떻게 되나요?", "20180906", "2018-09-06"),
        ("lo", "ວັນເດືອນປີເກີດຂອງລູກ?", "15 ເດືອນ 8 2017", "2017-08-15"),
    ],
)
def test_dates_of_other_calendars_and_customs(tag: str, asked: str, text: str, meant: str | None) -> None:
    assert read(text, Kind.DATE, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("zh-Hans", "您能做多少个饺子?", "一百个没问题", "100"),
        ("zh-Hans", "多少?", "一百二十个", "120"),
        ("zh-Hans", "多少?", "两百五", "250"),
        ("zh-Hans", "多少?", "一千零五", "1005"),
        ("fr", "Quel âge a votre enfant ?", "Cinq ans bientot 6", "5"),
        ("fr", "Combien d'enfants ?", "quatre enfants mais le bébé compte pas, donc trois", "3"),
    ],
)
def test_numbers_that_are_more_or_soon_more(tag: str, asked: str, text: str, meant: str | None) -> None:
    assert read(text, Kind.NUMBER, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "text", "meant"),
    [
        ("en", "she will be at school, she is fine now", "no"),
        ("zh-Hant", "會返學㗎,佢好返晒喇", "no"),
        ("en", "yes she has a fever", "yes"),
    ],
)
def test_who_comes_is_not_absent(tag: str, text: str, meant: str) -> None:
    asked = {"en": "Will your child be absent tomorrow?", "zh-Hant": "孩子明天會缺席嗎?"}[tag]
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "choices", "text", "meant"),
    [
        ("my", "အားကစားအင်္ကျီ ဆိုဒ် ရွေးပါ။", "S; M; L; XL", "M ဆိုကျပ်တယ် L ယူမယ်", None),
        ("zh-Hant", "孩子的外套尺寸?", "S; M; L; XL", "他最近胖很多XD", None),
        ("en", "Which device does your child need?", "Laptop; Tablet; None", "we have computer already", "3"),
        ("fr", "Quand appeler ?", "Le matin; L'après-midi; Le soir", "apres 19h je travaille", "3"),
        ("fr", "Quand appeler ?", "Le matin; L'après-midi; Le soir", "14h30 c'est bien", "2"),
        ("en", "When may we call?", "In the morning; In the afternoon; In the evening", "until 19:00", None),
    ],
)  # fmt: skip
def test_a_choice_by_what_is_had_by_its_hour_or_none_of_two_sizes(
    tag: str, asked: str, choices: str, text: str, meant: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, asked, choices) == meant


def test_days_before_an_only_are_all_whatever_is_told_of_another() -> None:
    asked, days = "Ni iyihe minsi umwana azasigara?", "Ku wa mbere; Ku wa gatatu; Ku wa gatanu"
    said = "kuwa mbere no kuwa gatatu gusa, kuwagatanu tuba dufite amateraniro"
    assert read(said, Kind.SEVERAL_OF, "rw", asked, days) == "1,2"


def test_a_number_that_may_be_the_sum_of_the_others_is_asked_about() -> None:
    said = "4 ኢና ኣነ ሰብኣየይን ክልተ ቆልዑን"
    assert read(said, Kind.NUMBER, "ti", "ክንደይ ሰብ ኮንኩም ክትመጹ ኢኹም?") is None


@pytest.mark.parametrize(
    ("tag", "choices", "text", "meant"),
    [
        ("en", "Saturday 20; Saturday 27", "27", "2"),
        ("en", "8 to 11; 3 to 5", "5", None),
        ("en", "13 to 15; 16 to 18", "15", None),
        ("en", "1 day; 2 days; 3 days", "7", None),
        ("pt", "8h; 12h30; 17h30", "5 e meia da tarde pq eu trabalho", "3"),
        ("ru", "Сэндвич с индейкой; Сэндвич с сыром; Салат", "с сыром, мясо не ест", "2"),
        ("ru", "Сэндвич с индейкой; Сэндвич с сыром; Салат", "с сыром, с индейкой", None),
    ],
)
def test_a_choice_by_its_figure_its_half_hour_or_its_first_clause(
    tag: str, choices: str, text: str, meant: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, "", choices) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1, 2 and 4. third one in march", "1,2,4"),
        ("1, 2 and 4. 3 in march", None),
        ("", None),
        (".", None),
    ],
)
def test_figures_and_a_sentence_without_any(text: str, meant: str | None) -> None:
    assert read(text, Kind.SEVERAL_OF, "en", "", "Measles; Polio; Hep B; Chickenpox") == meant


@pytest.mark.parametrize(
    ("text", "meant"), [("3, sometimes late", "3"), ("3, maybe", None), ("3, or more like 4", None)]
)
def test_a_mark_and_a_comment(text: str, meant: str | None) -> None:
    question = Question(0, Kind.SCALE, "", (), (), "How satisfied are you?", low=1, high=5)
    found = answers.answer(text, question, lexicon("en"), WEDNESDAY)
    assert (found.value if found else None) == meant


@pytest.mark.parametrize(
    ("tag", "text", "meant"),
    [
        ("ps", "زه، د ماشومانو مور، او پنځه ماشومان", "7"),
        ("es", "seriamos 4 mis 2 niños mi esposo y yo", "4"),
        ("fr", "mon mari, moi, et les 3 enfants", "5"),
        ("ne", "ma ra buda matra", "2"),
        ("es", "cinco, mi esposo, yo y tres niños", "5"),
    ],
)
def test_parents_beside_their_children(tag: str, text: str, meant: str) -> None:
    asked = {"ps": "څو کسان به مېلې ته راشي؟", "ne": "कति जना आउनुहुन्छ?", "fr": "Combien de personnes ?"}
    assert read(text, Kind.NUMBER, tag, asked.get(tag, "¿Cuántas personas?")) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("en", "Do you need an interpreter?", "please i dont speak english", "yes"),
        ("es", "¿Necesita intérprete para la reunión?", "porfavor xq no ablo ingles", "yes"),
        ("ht", "Èske w bezwen yon entèprèt?", "anglem pa two bon non", "yes"),
        ("lo", "ທ່ານຕ້ອງການນາຍພາສາບໍ?", "ເອົາແດ່ ຂ້ອຍຟັງອັງກິດບໍ່ເຂົ້າໃຈປານໃດ", "yes"),
        ("ko", "통역이 필요하세요?", "영어를 잘 못해요", "yes"),
        ("so", "Turjumaan ma u baahan tahay?", "ingiriisi ma aqaan", "yes"),
        ("en", "Do you need an interpreter?", "my english is not good but my daughter helps me", None),
        ("en", "Do you need an interpreter?", "I dont speak english, my husband will translate", "no"),
        ("es", "¿Necesita intérprete para la reunión?", "no, hablo ingles", "no"),
    ],
)  # fmt: skip
def test_who_speaks_no_english_needs_an_interpreter(
    tag: str, asked: str, text: str, meant: str | None
) -> None:
    assert read(text, Kind.YES_NO, tag, asked) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("zh-Hans", "孩子是哪天到美国的？", "我们是去年8月28号落地的", "2026-08-28"),
        ("zh-Hans", "孩子是哪天到美国的？", "去年1月5号", "2026-01-05"),
        ("es", "¿Cuándo llegó su hijo a EE.UU.?", "28 de agosto del año pasado", "2026-08-28"),
        ("pt", "Quando vocês chegaram nos Estados Unidos?", "12 de janeiro deste ano", "2027-01-12"),
        ("ko", "미국에 언제 오셨어요?", "작년 8월 28일", "2026-08-28"),
        ("en", "When was he born?", "january 5 last year", "2026-01-05"),
        ("ur", "بچے کو بخار کب شروع ہوا؟", "kal raat se hai 101", "2027-01-26"),
        ("ur", "آپ کب آ سکتی ہیں؟", "kal aa jaungi", "2027-01-28"),
        ("hi", "बच्चे को बुखार कब शुरू हुआ?", "कल रात से", "2027-01-26"),
    ],
)  # fmt: skip
def test_a_year_told_from_this_one_and_a_day_that_lies_behind(
    tag: str, asked: str, text: str, meant: str
) -> None:
    assert read(text, Kind.DATE, tag, asked) == meant


def test_what_one_has_is_left_out_whatever_joins_the_rest() -> None:
    asked, choices = "Which of these does your family need?", "Backpack; Winter coat; Shoes; Notebooks"
    text = "coat n shoes pls 🙏 bag we have already"
    assert read(text, Kind.SEVERAL_OF, "en", asked, choices) == "2,3"
