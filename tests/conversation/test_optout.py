"""Requests to stop in whole sentences, and sentences that only look like one."""

from __future__ import annotations

import pytest

from bot.conversation import intent
from bot.conversation.lexicon import lexicon


def stops(tag: str, text: str) -> bool:
    return intent.is_stop(text, lexicon(tag))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Hello please stop texting me i pay for every one"),
        ("en", "we moved to Ohio, kindly no more messages"),
        ("en", "who is this? stop texting me"),
        ("en", "My son graduated. Stop."),
        ("es", "ya no me manden nada mi hijo ya no va a esa escuela"),
        ("fr", "arretez de m'envoyer des sms mon fils a changé d'école"),
        ("pt", "parem de mandar mensagem, nos mudamos"),
        ("hi", "हम दूसरे शहर चले गए हैं मैसेज मत भेजो"),
        ("zh-Hans", "孩子已经转学了请不要再给我发短信"),
        ("sw", "sms zenu zinanisumbua, sitaki tena"),
        ("ru", "номер больше не актуален удалите"),
        ("en", "we moved to ohio remove please"),
        ("es", "quisiera ya no recibir los avisos"),
    ],
)
def test_a_reason_beside_a_whole_request_changes_nothing(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "stpo"),
        ("en", "stopp"),
        ("en", "unsubcribe"),
        ("es", "no kiero resibir mas mensages"),
        ("so", "joji"),
        ("hmn", "tsotseg"),
    ],
)
def test_misspelt_requests_are_heard(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize("text", ["shop", "step", "cancer", "remote", "quiet", "spot"])
def test_a_word_of_its_own_is_no_slip(text: str) -> None:
    assert not stops("en", text)


@pytest.mark.parametrize(("tag", "text"), [("hmn", "tsuv"), ("vi", "dung"), ("vi", "Huy")])
def test_where_every_letter_counts_nothing_is_a_slip(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "stop sending me messages about the football club"),
        ("en", "don't send me messages at night"),
        ("en", "no more texts in English please"),
        ("en", "don't text my husband, text me"),
        ("en", "tell the boys to stop texting my daughter"),
        ("en", "please don't remove me from the list"),
        ("en", "i don't want to miss any messages"),
        ("es", "no le manden mensajes a mi esposo"),
        ("es", "ya no me manden la tarea por mensaje"),
        ("fr", "n'envoyez plus de messages le soir"),
        ("hi", "फीस के मैसेज मत भेजो"),
        ("zh-Hans", "英文的短信不要发了"),
        ("zh-Hans", "足球队的短信不要再发了"),
        ("ht", "m te sispann mesaj yo, kounye a voye yo ban mwen tanpri"),
    ],
)
def test_a_narrower_request_is_for_a_person(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [("tl", "STOP po"), ("hi", "STOP kar do"), ("ko", "unsubscribe 해주세요"), ("my", "STOP လုပ်ပေးပါ")],
)
def test_the_keyword_among_words_of_the_home_language(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "delete my contact please"),
        ("es", "eliminen este celular de su sistema"),
        ("hi", "मेरा नंबर लिस्ट से हटा दो"),
        ("zh-Hans", "请将此号码从系统中移除"),
        ("km", "ដកលេខនេះចេញពីបញ្ជី"),
    ],
)
def test_a_number_is_taken_off(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "please remove Ayan from the chess list"),
        ("es", "quiten a mi hijo de la lista de fútbol por favor"),
        ("hi", "मेरे बेटे को लिस्ट से हटा दो प्लीज"),
        ("km", "សូមដកឈ្មោះកូនខ្ញុំចេញពីបញ្ជី"),
        ("lo", "ເອົາລູກຊາຍຂ້ອຍອອກຈາກລາຍຊື່ແດ່"),
        ("zh-Hans", "请把我儿子从名单里删掉谢谢"),
        ("en", "my son is sick remove him from lunch"),
        ("en", "we moved remove the bus stop on elm street"),
        ("ru", "сын переехал уберите его из кружка"),
    ],
)
def test_a_child_taken_off_a_list_is_no_request_to_stop(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "do not remove me from the list"),
        ("fr", "ne me retirez pas de la liste"),
        ("pt", "não me tirem da lista"),
        ("ur", "مجھے لسٹ سے نہ نکالیں"),
        ("hmn", "txhob tso tseg, xa xov tuaj ntxiv"),
        ("lo", "ຢ່າເອົາຊື່ຂ້ອຍອອກຈາກລາຍຊື່"),
    ],
)
def test_to_be_kept_on_the_list_is_no_request_to_stop(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [("fr", "ça suffit"), ("pt", "chega"), ("ru", "хватит"), ("hmn", "txaus lawm"), ("am", "በቃ")],
)
def test_enough_alone_is_none_and_shouted_is_one(tag: str, text: str) -> None:
    assert not stops(tag, text)
    assert not stops(tag, f"{text}.")
    assert stops(tag, f"{text}!!")


@pytest.mark.parametrize(
    ("tag", "text", "told"),
    [
        ("en", "fed up with all these texts", "I am tired today, he is home"),
        ("es", "estoy harta de sus mensajes", "estoy cansada hoy, el niño se queda en casa"),
        ("ru", "надоели ваши сообщения", "я устала сегодня, он останется дома"),
        ("ko", "문자 지긋지긋해요", "오늘 피곤해서 집에 있어요"),
    ],
)
def test_to_be_tired_of_our_texts_asks_for_their_end(tag: str, text: str, told: str) -> None:
    assert stops(tag, text)
    assert not stops(tag, told)


@pytest.mark.parametrize(
    ("tag", "text"),
    [("ht", "unsubscribe svp"), ("vi", "unsubcribe giùm tui"), ("prs", "stop کو دگه"), ("ar", "ايقااف")],
)
def test_a_keyword_may_be_misspelt_stretched_and_polite(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "no necesito nada más gracias"),
        ("fr", "je n'ai plus besoin de rien"),
        ("ar", "ما بدي شي تاني شكرا"),
    ],
)
def test_to_need_nothing_is_no_request_to_stop(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("so", "caruurtaydii iskuulkaas way ka baxeen ee fariimo ha ii soo dirina"),
        ("es", "ya no vamos a esa escuela asi que no me manden mensajes"),
        ("en", "my kid changed schools so stop texting me"),
        ("en", "STOP!!!! i told you guys already"),
        ("en", "why do you text me every day? stop it"),
    ],
)
def test_a_story_or_a_question_with_a_whole_request_behind_it(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "he has lunch so dont send any more"),
        ("en", "we have a ride so dont stop the bus"),
        ("en", "the bus is late so dont stop the texts"),
        ("en", "STOP!! the bus left my kid"),
        ("en", "why does the bus text say 3? stop 4 is closed"),
        ("fr", "mon fils est malade donc n'envoyez pas les devoirs"),
        ("zh-Hans", "别把短信停了"),
    ],
)
def test_a_story_with_another_request_behind_it_is_none(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "stoppppp sending me thissss"),
        ("ar", "كل يوم مسج كل يوم مسج خلص وقفووووها!!!"),
        ("es", "yaaaa noooo me mandeeeen mensajes"),
        ("en", "we moved to Ohio dont send"),
        ("en", "he graduated last year stop"),
        ("en", "we moved away so no more please"),
        ("en", "can you please stop? i get too many texts"),
        ("en", "please, stop. my phone bill is too high from all these texts"),
        ("so", "nambarkayga ka saara ha ii soo dirina"),
        ("fr", "on a déménagé, effacez svp"),
    ],
)
def test_letters_held_down_and_a_reason_right_before_the_request(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    "text",
    [
        "we moved dont send her to the bus",
        "i work nights dont send him home early",
        "can you please stop? the bus was late",
        "dooont stop the textssss",
        "we moved so no more bus please",
        "he is allergic, remove it please",
    ],
)
def test_a_reason_with_another_request_behind_it_is_none(text: str) -> None:
    assert not stops("en", text)


@pytest.mark.parametrize(
    ("tag", "text"), [("om", "kaffaltii dhaabaa"), ("vi", "không phải hủy, tôi đổi số thôi")]
)
def test_what_is_to_stop_is_no_reason(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "no quiero cancelar los mensajes"),
        ("en", "im not trying to stop the texts"),
        ("en", "i don't want to cancel the texts i just have a question"),
        ("fr", "je ne veux pas arreter les messages"),
        ("pt", "não quero parar as mensagens"),
        ("ru", "не хочу отписаться от сообщений"),
        ("zh-Hant", "我沒有要取消簡訊 只是想問幾點放學"),
        ("es", "no quiero unsubscribe"),
    ],
)
def test_an_end_that_is_not_wanted(tag: str, text: str) -> None:
    assert not stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "no quiero mensajes cancelar"),
        ("fr", "je veux plus de messages arretez"),
        ("ru", "не хочу получать сообщения отпишите"),
        ("en", "i dont want texts stop"),
        ("zh-Hans", "帮我unsubscribe吧 谢谢老师"),
    ],
)
def test_an_end_that_is_wanted(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "dont send to this number send to my husband"),
        ("prs", "به ای نمبر پیام روان نکنین نمبر شوهرم ره دارین به او روان کنین"),
        ("lo", "ຢ່າສົ່ງມາເບີນີ້ ສົ່ງໄປເບີພໍ່ລາວພຸ້ນ"),
        ("km", "កុំផ្ញើមកលេខនេះ ផ្ញើទៅឪពុកគេវិញ"),
        ("my", "ကျမဖုန်းကို မပို့ပါနဲ့တော့ သူ့အဖေဖုန်းကိုပဲ ပို့ပါ"),
    ],
)
def test_nothing_here_and_whom_to_write_to_instead(tag: str, text: str) -> None:
    assert stops(tag, text)


@pytest.mark.parametrize(
    "text", ["send it to this number not to my husband", "is this number not on the list? ask my husband"]
)
def test_another_number_alone_is_no_request_to_stop(text: str) -> None:
    assert not stops("en", text)


@pytest.mark.parametrize(
    "text",
    [
        "A “Responda ALTO para no recibir más mensajes” le dio Me gusta",
        'a "Responda STOP para no recibir mas mensajes" le encantó',
    ],
)
def test_a_tap_that_a_telephone_tells_of_behind_our_words_is_no_request(text: str) -> None:
    assert not stops("es", text)
