"""What is a yes to one question is a no to its contrary, in every language that has the phrases."""

from __future__ import annotations

import pytest

from bot.conversation import answers
from bot.conversation.lexicon import lexicon
from bot.conversation.talk import Kind, Question


def read(text: str, tag: str, asked: str) -> tuple[str | None, bool]:
    question = Question(0, Kind.YES_NO, "", ("yes", "no"), ("yes", "no"), asked)
    found = answers.answer(text, question, lexicon(tag), None)
    return (found.value, found.sure) if found else (None, False)


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("uk", "Він завтра буде відсутній?", "не прийде", "yes"),
        ("uk", "Він завтра буде відсутній?", "прийде", "no"),
        ("pl", "Czy będzie jutro nieobecny?", "nie przyjdzie, chory", "yes"),
        ("pl", "Czy będzie jutro nieobecny?", "będzie w szkole", "no"),
        ("sq", "A do të mungojë nesër?", "nuk vjen", "yes"),
        ("sq", "A do të mungojë nesër?", "do të vijë", "no"),
        ("sw", "Je, atakosa shule kesho?", "hatakuja", "yes"),
        ("sw", "Je, atakosa shule kesho?", "atakuja", "no"),
        ("rw", "Ese ejo azasiba?", "ntazaza", "yes"),
        ("rw", "Ese ejo azasiba?", "azaza", "no"),
        ("om", "Boru ni haftaa?", "hin dhufu", "yes"),
        ("om", "Boru ni haftaa?", "ni dhufa", "no"),
        ("am", "ነገ ይቀራል?", "አይመጣም", "yes"),
        ("am", "ነገ ይቀራል?", "ይመጣል", "no"),
        ("ti", "ጽባሕ ክተርፍ ድያ?", "ኣይትመጽእን", "yes"),
        ("ti", "ጽባሕ ክተርፍ ድያ?", "ክትመጽእ እያ", "no"),
        ("tl", "Absent po ba siya bukas?", "hindi sya papasok", "yes"),
        ("tl", "Absent po ba siya bukas?", "papasok po sya", "no"),
        ("hi", "क्या वह कल अनुपस्थित रहेगा?", "नहीं आएगा", "yes"),
        ("hi", "क्या वह कल अनुपस्थित रहेगा?", "आएगा", "no"),
        ("ur", "کیا وہ کل غیر حاضر ہوگا؟", "نہیں آئے گا", "yes"),
        ("ur", "کیا وہ کل غیر حاضر ہوگا؟", "آئے گا", "no"),
        ("ne", "के उ भोलि अनुपस्थित हुन्छ?", "आउँदैन", "yes"),
        ("ne", "के उ भोलि अनुपस्थित हुन्छ?", "आउँछ", "no"),
        ("ps", "ایا سبا به غیر حاضر وي؟", "نه راځي", "yes"),
        ("ps", "ایا سبا به غیر حاضر وي؟", "راځي", "no"),
        ("fa", "آیا فردا غایب است؟", "نمیاد", "yes"),
        ("fa", "آیا فردا غایب است؟", "میاد", "no"),
        ("prs", "آیا فردا غیرحاضر است؟", "نمی‌آید", "yes"),
        ("ko", "내일 결석하나요?", "안 가요", "yes"),
        ("ko", "내일 결석하나요?", "갈 거예요", "no"),
        ("my", "မနက်ဖြန် ကျောင်းပျက်မလား?", "မလာဘူး", "yes"),
        ("my", "မနက်ဖြန် ကျောင်းပျက်မလား?", "လာမယ်", "no"),
        ("km", "តើស្អែកកូនឈប់រៀនទេ?", "មិនទៅទេ", "yes"),
        ("km", "តើស្អែកកូនឈប់រៀនទេ?", "ទៅរៀន", "no"),
        ("lo", "ມື້ອື່ນລູກຂາດຮຽນບໍ?", "ບໍ່ໄປ", "yes"),
        ("lo", "ມື້ອື່ນລູກຂາດຮຽນບໍ?", "ໄປຮຽນ", "no"),
        ("hmn", "Nws puas xav tau ib lub tsho?", "nws tsis muaj tsho", "yes"),
        ("so", "Berri ma maqnaanayaa?", "ma imanayo", "yes"),
        ("so", "Berri ma maqnaanayaa?", "wuu imanayaa", "no"),
        ("zh-Hant", "他明天請假嗎？", "不去學校", "yes"),
        ("zh-Hant", "他明天請假嗎？", "照常上學", "no"),
        ("vi", "Ngày mai cháu có nghỉ học không?", "cháu không đi", "yes"),
        ("vi", "Ngày mai cháu có nghỉ học không?", "cháu vẫn đi học", "no"),
        ("ht", "Èske li bezwen yon manto?", "li pa gen manto", "yes"),
        ("ht", "Èske l ap absan demen?", "l ap vini", "no"),
        ("pt", "Ele vai faltar amanhã?", "vai à escola sim", "no"),
        ("pt", "Ela precisa de casaco?", "ela tá sem casaco", "yes"),
        ("fr", "Le bus est-il souvent en retard ?", "jamais à l'heure", "yes"),
        ("fr", "Le bus est-il souvent en retard ?", "toujours à l'heure", "no"),
        ("ar", "هل تحتاج معطفاً؟", "ما عندها معطف", "yes"),
        ("ar", "هل يتأخر الباص كثيراً؟", "دايما على الوقت", "no"),
        ("es", "¿El autobús llega tarde a menudo?", "nunca llega a tiempo", "yes"),
        ("es", "¿El autobús llega tarde a menudo?", "siempre puntual", "no"),
        ("ru", "Автобус часто опаздывает?", "никогда вовремя не приходит", "yes"),
        ("ru", "Автобус часто опаздывает?", "всегда вовремя", "no"),
        ("en", "Is he still sick?", "all better now", "no"),
        ("en", "Is he still sick?", "he isnt feeling good", "yes"),
        ("es", "¿Sigue enfermo?", "ya está bien", "no"),
        ("es", "¿Sigue enfermo?", "todavía no se siente bien", "yes"),
        ("fr", "A-t-il encore de la fièvre ?", "elle est tombée hier", "no"),
        ("fr", "A-t-il encore de la fièvre ?", "elle ne baisse pas", "yes"),
        ("pt", "Ele ainda está com febre?", "não baixa", "yes"),
        ("ru", "Он ещё болеет?", "уже выздоровел", "no"),
        ("ru", "У него ещё температура?", "не спадает", "yes"),
        ("uk", "Він ще хворіє?", "вже одужав", "no"),
        ("uk", "У нього ще температура?", "не спадає", "yes"),
        ("pl", "Czy nadal jest chory?", "już wyzdrowiał", "no"),
        ("pl", "Czy nadal ma gorączkę?", "nie schodzi", "yes"),
        ("ar", "هل ما زال مريضاً؟", "تعافى الحمدلله", "no"),
        ("ar", "هل ما زالت عنده حرارة؟", "ما بتنزل", "yes"),
        ("fa", "هنوز مریض است؟", "خوب شده", "no"),
        ("fa", "هنوز تب دارد؟", "پایین نمیاد", "yes"),
        ("ko", "아직 아픈가요?", "다 나았어요", "no"),
        ("ko", "아직 열이 있나요?", "안 내려요", "yes"),
        ("zh-Hans", "他还在发烧吗？", "退了", "no"),
        ("zh-Hans", "他还在发烧吗？", "退不下来", "yes"),
        ("zh-Hant", "佢仲發燒嗎？", "仲未退", "yes"),
        ("zh-Hant", "佢仲病緊嗎？", "好返喇", "no"),
        ("vi", "Cháu còn bệnh không?", "khỏi rồi", "no"),
        ("vi", "Cháu còn bệnh không?", "chưa khỏi", "yes"),
        ("ht", "Èske li toujou malad?", "li refè", "no"),
        ("ht", "Èske li toujou malad?", "li poko bon", "yes"),
        ("so", "Weli ma xanuunsan yahay?", "wuu bogsaday", "no"),
        ("so", "Weli ma xanuunsan yahay?", "weli ma fiicna", "yes"),
        ("hmn", "Nws puas tseem mob?", "nws zoo lawm", "no"),
        ("hmn", "Nws puas tseem mob?", "tseem tsis tau zoo", "yes"),
        ("sw", "Bado anaumwa?", "amepona", "no"),
        ("sw", "Bado anaumwa?", "hajapona", "yes"),
        ("am", "አሁንም ታሟል?", "ድኗል", "no"),
        ("am", "አሁንም ታሟል?", "አልተሻለውም", "yes"),
        ("tl", "May sakit pa po ba siya?", "magaling na", "no"),
        ("tl", "May sakit pa po ba siya?", "di pa magaling", "yes"),
        ("hi", "क्या वह अब भी बीमार है?", "ठीक हो गया", "no"),
        ("hi", "क्या वह अब भी बीमार है?", "ठीक नहीं हुआ", "yes"),
        ("ur", "کیا وہ اب بھی بیمار ہے؟", "ٹھیک ہو گیا", "no"),
        ("ur", "کیا وہ اب بھی بیمار ہے؟", "ٹھیک نہیں ہوا", "yes"),
        ("ne", "के उ अझै बिरामी छ?", "निको भयो", "no"),
        ("ne", "के उ अझै बिरामी छ?", "निको भएको छैन", "yes"),
        ("my", "နေမကောင်းသေးဘူးလား?", "ပျောက်သွားပြီ", "no"),
        ("my", "ဖျားနေသေးလား?", "မပျောက်သေးဘူး", "yes"),
        ("km", "តើកូននៅឈឺទេ?", "ជាហើយ", "no"),
        ("km", "តើកូននៅឈឺទេ?", "មិនទាន់ជា", "yes"),
        ("lo", "ລູກຍັງເຈັບຢູ່ບໍ?", "ດີແລ້ວ", "no"),
        ("lo", "ລູກຍັງເຈັບຢູ່ບໍ?", "ຍັງບໍ່ດີ", "yes"),
        ("sq", "A është ende i sëmurë?", "u shërua", "no"),
        ("sq", "A është ende i sëmurë?", "nuk është mirë", "yes"),
        ("ps", "ایا لا هم ناروغ دی؟", "ښه شو", "no"),
        ("ps", "ایا لا هم ناروغ دی؟", "نه دی ښه شوی", "yes"),
        ("om", "Ammayyuu dhukkubsataa?", "fayyeera", "no"),
        ("om", "Ammayyuu dhukkubsataa?", "hin fayyine", "yes"),
        ("rw", "Aracyarwaye?", "yarakize", "no"),
        ("rw", "Aracyarwaye?", "ntarakira", "yes"),
        ("ti", "ክሳብ ሕጂ ሓሚሙ ድዩ?", "ሓውዩ", "no"),
        ("ti", "ክሳብ ሕጂ ሓሚሙ ድዩ?", "ኣይሓወየን", "yes"),
        ("pt", "Ela perdeu o cartão?", "já achamos", "no"),
        ("en", "Will you miss the meeting?", "I'll be there", "no"),
        ("en", "Will you miss the meeting?", "cant make it", "yes"),
        ("es", "¿Va a faltar a la reunión?", "ahí estaré", "no"),
        ("es", "¿Va a faltar a la reunión?", "no puedo ir", "yes"),
        ("en", "Do you want to cancel the appointment?", "we're coming", "no"),
        ("en", "Do you want to cancel the appointment?", "cant come that day", "yes"),
        ("es", "¿Quiere cancelar la cita?", "no voy a poder ir", "yes"),
        ("fr", "Voulez-vous annuler le rendez-vous ?", "je viens", "no"),
        ("fr", "Voulez-vous annuler le rendez-vous ?", "je ne peux pas venir", "yes"),
        ("pt", "Quer cancelar a consulta?", "vou sim", "no"),
        ("pt", "Quer cancelar a consulta?", "não vou poder ir", "yes"),
        ("ru", "Отменить встречу?", "я приду", "no"),
        ("ru", "Отменить встречу?", "не смогу прийти", "yes"),
        ("zh-Hans", "要取消预约吗？", "我会来", "no"),
        ("zh-Hans", "要取消预约吗？", "来不了", "yes"),
        ("vi", "Anh chị muốn hủy hẹn không?", "tôi vẫn đến", "no"),
        ("vi", "Anh chị muốn hủy hẹn không?", "không đến được", "yes"),
        ("ar", "هل تريدون إلغاء الموعد؟", "راح اجي", "no"),
        ("ar", "هل تريدون إلغاء الموعد؟", "ما بقدر اجي", "yes"),
        ("so", "Ma rabtaa inaad baajiso ballanta?", "waan imanayaa", "no"),
        ("so", "Ma rabtaa inaad baajiso ballanta?", "ma imaan karo", "yes"),
        ("ht", "Èske w vle anile randevou a?", "m ap vini", "no"),
        ("ht", "Èske w vle anile randevou a?", "m pa ka vini", "yes"),
        ("hmn", "Koj puas xav tshem lub sijhawm teem?", "kuv yuav tuaj", "no"),
        ("hmn", "Koj puas xav tshem lub sijhawm teem?", "kuv tuaj tsis tau", "yes"),
        ("ko", "약속을 취소할까요?", "갈 거예요", "no"),
        ("ko", "약속을 취소할까요?", "못 가요", "yes"),
        ("sw", "Ungependa kughairi miadi?", "nitakuja", "no"),
        ("sw", "Ungependa kughairi miadi?", "siwezi kuja", "yes"),
        ("fa", "می‌خواهید قرار را لغو کنید؟", "میام", "no"),
        ("fa", "می‌خواهید قرار را لغو کنید؟", "نمیتونم بیام", "yes"),
        ("tl", "Gusto niyo po bang i-cancel ang appointment?", "pupunta po ako", "no"),
        ("tl", "Gusto niyo po bang i-cancel ang appointment?", "di ako makakapunta", "yes"),
        ("pl", "Czy odwołać wizytę?", "przyjdę", "no"),
        ("pl", "Czy odwołać wizytę?", "nie mogę przyjść", "yes"),
        ("uk", "Скасувати зустріч?", "я прийду", "no"),
        ("uk", "Скасувати зустріч?", "не зможу прийти", "yes"),
        ("hi", "क्या मुलाक़ात रद्द करें?", "मैं आऊँगा", "no"),
        ("hi", "क्या मुलाक़ात रद्द करें?", "नहीं आ पाऊँगा", "yes"),
        ("am", "ቀጠሮውን ይሰርዙት?", "እመጣለሁ", "no"),
        ("am", "ቀጠሮውን ይሰርዙት?", "መምጣት አልችልም", "yes"),
        ("es", "¿Está ocupada el viernes?", "tengo libre", "no"),
        ("fr", "Êtes-vous occupé vendredi ?", "je suis libre", "no"),
        ("fr", "Êtes-vous occupé vendredi ?", "je travaille", "yes"),
        ("ru", "Вы заняты в пятницу?", "свободна", "no"),
        ("ru", "Вы заняты в пятницу?", "работаю", "yes"),
        ("zh-Hans", "您星期五忙吗？", "有空", "no"),
        ("zh-Hans", "您星期五忙吗？", "要上班", "yes"),
        ("vi", "Thứ sáu anh chị có bận không?", "rảnh", "no"),
        ("vi", "Thứ sáu anh chị có bận không?", "phải đi làm", "yes"),
        ("ar", "هل أنت مشغول الجمعة؟", "فاضي", "no"),
        ("ar", "هل أنت مشغول الجمعة؟", "عندي دوام", "yes"),
        ("so", "Jimcaha ma mashquulsan tahay?", "waan firaaqo ahay", "no"),
        ("so", "Jimcaha ma mashquulsan tahay?", "waan shaqeynayaa", "yes"),
        ("ht", "Èske w okipe vandredi?", "m lib", "no"),
        ("ht", "Èske w okipe vandredi?", "m ap travay", "yes"),
        ("pt", "Está ocupado na sexta?", "tô livre", "no"),
        ("pt", "Está ocupado na sexta?", "trabalho", "yes"),
    ],
)
def test_a_phrase_is_read_by_what_was_asked_and_never_as_sure(
    tag: str, asked: str, text: str, meant: str
) -> None:
    assert read(text, tag, asked) == (meant, False)


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("en", "Do you want to cancel the appointment?", "yes we are coming"),
        ("en", "Is anything missing?", "no pencils"),
        ("en", "Does he have trouble sleeping?", "he wont sleep"),
        ("en", "Does she still have a fever?", "it wont settle"),
        ("es", "¿Le cuesta leer?", "lee muy bien"),
        ("es", "¿Tiene problemas para dormir?", "no duerme"),
        ("fr", "Voulez-vous annuler le rendez-vous ?", "oui on sera là"),
        ("ru", "Она бросила кружок?", "больше не ходит"),
        ("pt", "Ele tem dificuldade para dormir?", "não dorme"),
    ],
)
def test_what_may_be_either_is_asked_about(tag: str, asked: str, text: str) -> None:
    assert read(text, tag, asked) == (None, False)


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("en", "Do you want to cancel the appointment?", "yes", "yes"),
        ("en", "Do you want to cancel the appointment?", "no thanks", "no"),
        ("es", "¿Le cuesta venir a las 9?", "sí, mucho", "yes"),
        ("es", "¿Quiere cancelar la cita?", "no", "no"),
        ("ru", "Есть ли трудности?", "нет", "no"),
        ("vi", "Có khó khăn gì về bài tập không?", "không có", "no"),
        ("zh-Hant", "放學時間有沒有困難？", "冇呀", "no"),
        ("sw", "Je, atakosa shule kesho?", "ndiyo", "yes"),
        ("zh-Hans", "您能来运动会帮忙吗？", "那天要上班，来不了", "no"),
    ],
)
def test_a_plain_answer_stays_what_it_is(tag: str, asked: str, text: str, meant: str) -> None:
    assert read(text, tag, asked)[0] == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text"),
    [
        ("en", "Will he be in school tomorrow?", "staying home"),
        ("fr", "Sera-t-il à l'école demain ?", "il reste à la maison"),
        ("zh-Hans", "他明天来上学吗？", "在家休息"),
        ("ht", "Èske l ap vin lekòl demen?", "l ap rete lakay"),
        ("am", "ነገ ትምህርት ቤት ይመጣል?", "ቤት ይቆያል"),
        ("en", "Is she feeling better?", "still coughing"),
        ("ru", "Ей лучше?", "хуже"),
        ("so", "Ma soo raysatay?", "way ka sii dartay"),
        ("en", "Did he take his medicine?", "forgot"),
        ("vi", "Cháu uống thuốc chưa?", "quên mất"),
        ("hmn", "Nws puas tau noj tshuaj?", "hnov qab lawm"),
        ("km", "តើលេបថ្នាំហើយនៅ?", "ភ្លេច"),
        ("en", "Did you sign the form?", "will do tonight"),
        ("es", "¿Ya firmó la hoja?", "mañana la firmo"),
        ("ar", "هل وقعت الورقة؟", "بوقعها بكرا"),
    ],
)
def test_what_was_not_done_is_a_no(tag: str, asked: str, text: str) -> None:
    assert read(text, tag, asked) == ("no", False)


def test_forgetting_answers_nothing_where_that_is_asked_or_it_depends() -> None:
    assert read("I forgot", "en", "Did he forget his lunch?") != ("no", False)
    assert (
        read("we will see tonight if the fever wont go down", "en", "Will he be in school tomorrow?")[0]
        is None
    )
