"""What families write: no word with two meanings that would hurt, and an honest state of review."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest

from bot import languages
from bot.conversation.intent import is_danger, lexicon
from bot.languages import Review, words

WRITTEN = languages.catalog_languages()
WHOLE = (
    "yes",
    "no",
    "stop",
    "start",
    "help",
    "person",
    "unclear",
    "wrong_number",
    "who",
    "thanks",
    "greetings",
)
KINDS = (*WHOLE, "ok", "danger", "sensitive")


def _bare(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.replace("đ", "d")).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c))


@pytest.mark.parametrize("tag", WRITTEN)
@pytest.mark.parametrize("kind", KINDS)
def test_every_list_has_words_each_once_and_tidy(kind: str, tag: str) -> None:
    listed = words(kind, tag)
    assert listed
    assert len(set(listed)) == len(listed)
    for word in listed:
        assert word == unicodedata.normalize("NFC", word).strip().casefold()
        assert "*" not in word or (kind in {"danger", "sensitive"} and word.find("*") == len(word) - 1)


@pytest.mark.parametrize("tag", WRITTEN)
def test_no_whole_message_means_two_things(tag: str) -> None:
    """English is understood beside every language, so its words count as well."""
    for one, other in combinations(WHOLE, 2):
        both = {*words(one, tag), *words(one, "en")} & {*words(other, tag), *words(other, "en")}
        assert not both, f"{tag}: {both} in {one} and {other}"


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages()])
def test_an_answer_never_stops_anything(tag: str) -> None:
    stops = {_bare(word) for word in (*words("stop", tag), *words("stop", "en"))}
    kinds = ("yes", "no", "ok", "thanks", "greetings", "person", "unclear")
    answers = {_bare(word) for kind in kinds for word in (*words(kind, tag), *words(kind, "en"))}
    if languages.language(tag).marks_matter:  # Vietnamese đúng and dừng differ by marks alone
        answers -= {"dung"}
    assert not stops & answers


def test_vietnamese_without_its_marks_is_in_no_list() -> None:
    for kind in KINDS:
        assert "dung" not in words(kind, "vi")
    assert "dừng" in words("stop", "vi")
    assert "đúng" in words("yes", "vi")
    assert "huy" not in words("stop", "vi")
    assert languages.language("vi").marks_matter


def test_arabic_never_does_not_start_anything() -> None:
    assert not {"ابدا", "ابدأ"} & set(words("start", "ar"))


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("stop", "en"), ("opt out", "en"), ("revoke", "en"), ("alto", "es"), ("no más", "es"),
        ("jooji", "so"), ("tsum", "hmn"), ("توقف", "ar"), ("退订", "zh-Hans"), ("退訂", "zh-Hant"),
        ("arret", "fr"), ("стоп", "uk"), ("kanpe", "ht"), ("acha", "sw"),
        ("수신거부", "ko"), ("ရပ်", "my"), ("بند", "ps"),
    ],
)  # fmt: skip
def test_stop_words(word: str, tag: str) -> None:
    assert word in words("stop", tag)


def test_swahili_stop_is_not_a_stop_for_others() -> None:
    """ACHA is "all right" to people who write Urdu or Hindi in Latin letters."""
    assert [each.tag for each in languages.all_languages() if "acha" in words("stop", each.tag)] == ["sw"]


@pytest.mark.parametrize("tag", WRITTEN)
def test_numbers_run_from_one_to_twenty(tag: str) -> None:
    numbers = languages.number_words(tag)
    assert set(numbers.values()) == set(range(1, 21))


def test_numbers_have_their_other_forms() -> None:
    assert languages.number_words("es")["una"] == 1
    assert languages.number_words("zh-Hans")["两"] == 2
    assert languages.number_words("ksw") == {}


def test_a_list_that_nobody_wrote_is_empty_and_an_unknown_one_is_refused() -> None:
    assert words("yes", "ksw") == ()
    assert languages.word_review("yes", "ksw") is Review.NONE
    with pytest.raises(KeyError, match="There is no word list “maybe”"):
        words("maybe", "so")


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages() if words("stop", each.tag)])
def test_every_list_says_who_has_read_it_and_who_could(tag: str) -> None:
    expected = Review.SOURCE if tag == "en" else Review.UNREVIEWED
    assert languages.word_review("stop", tag) is expected
    assert languages.confirmer(tag)


#: one sentence each: violence, self-harm, abuse, arrest or detention, a lost child, "I am afraid"
DANGERS = {
    "en": ("my husband hits me", "he wants to kill himself", "she was abused", "ice took my brother",
           "my daughter is missing", "I am afraid"),
    "es": ("mi esposo me pega", "se quiere suicidar", "abusaron de ella", "la migra detuvo a mi hermano",
           "mi hija no aparece", "tengo miedo"),
    "hmn": ("nws ntaus kuv", "nws xav tua tus kheej", "raug tsim txom", "raug kaw lawm", "kuv tus tub ploj",
            "kuv ntshai"),
    "so": ("wuu i garaacay", "wuxuu rabaa inuu is dilo", "waa lagu xadgudbay", "waa la xiray walaalkay",
           "wiilkaygii waa lumay", "waan cabsanayaa"),
    "ar": ("زوجي يضربني", "يريد الانتحار", "تعرضت لاعتداء", "تم اعتقال اخي", "ابني مفقود", "انا خائفة"),
    "zh-Hans": ("他打我", "她想自杀", "孩子被虐待", "我先生被抓了", "孩子失踪了", "我很害怕"),
    "zh-Hant": ("他打我", "她想自殺", "孩子被虐待", "我先生被抓了", "孩子失蹤了", "我好驚"),
    "vi": ("chồng tôi đánh tôi", "cháu muốn tự tử", "bị lạm dụng", "chồng tôi bị bắt", "con tôi mất tích",
           "tôi sợ"),
    "sw": ("mume wangu ananipiga", "anataka kujiua", "alibakwa", "mume wangu amekamatwa", "mtoto amepotea",
           "ninaogopa"),
    "fr": ("mon mari me frappe", "il veut se suicider", "elle a été violée", "ils ont arrêté mon mari",
           "ma fille a disparu", "j'ai peur"),
    "ru": ("муж меня бьёт", "он хочет покончить с собой", "её изнасиловали", "мужа задержали",
           "сын пропал", "я боюсь"),
    "uk": ("чоловік мене б'є", "він хоче вчинити самогубство", "її зґвалтували", "чоловіка затримали",
           "син зник", "я боюся"),
    "fa": ("شوهرم کتکم زد", "می‌خواهد خودکشی کند", "به او تجاوز شده", "شوهرم بازداشت شده", "پسرم گم شده",
           "می‌ترسم"),
    "prs": ("شوهرم مرا لت کرد", "میخواهد خودکشی کند", "بالایش تجاوز شده", "شوهرم را پولیس برد",
            "پسرم گم شده", "میترسم"),
    "ur": ("شوہر مجھے مارتا ہے", "وہ خودکشی کرنا چاہتا ہے", "اس کے ساتھ زیادتی ہوئی", "بھائی گرفتار ہو گیا",
           "بیٹا گم ہو گیا", "مجھے ڈر لگ رہا ہے"),
    "hi": ("पति मुझे मारता है", "वह आत्महत्या करना चाहता है", "उसका शोषण हुआ", "भाई गिरफ्तार हो गया",
           "बेटा खो गया", "मुझे डर लग रहा है"),
    "ne": ("श्रीमानले मलाई कुट्यो", "आत्महत्या गर्न खोज्यो", "उसको शोषण भयो", "दाइलाई पक्राउ गरे",
           "छोरा हरायो", "मलाई डर लाग्यो"),
    "pt": ("meu marido me bate", "ele quer se matar", "ela foi abusada", "prenderam meu irmão",
           "meu filho sumiu", "estou com medo"),
    "ht": ("mari m bat mwen", "li vle touye tèt li", "yo vyole l", "yo arete frè m", "pitit mwen disparèt",
           "mwen pè"),
    "am": ("ባለቤቴ ይደበድበኛል", "ራሱን ማጥፋት ይፈልጋል", "ተደፈረች", "ባለቤቴ ታሰረ", "ልጄ ጠፋ", "እፈራለሁ"),
    "tl": ("sinasaktan ako ng asawa ko", "gusto niyang magpakamatay", "inabuso siya", "inaresto ang asawa ko",
           "nawawala ang anak ko", "natatakot ako"),
    "ko": ("남편이 때려요", "자살하고 싶대요", "성폭행을 당했어요", "남편이 체포됐어요", "아이가 실종됐어요",
           "무서워요"),
    "pl": ("mąż mnie bije", "chce się zabić", "została zgwałcona", "aresztowali męża", "syn zaginął",
           "boję się"),
    "sq": ("burri më rreh", "do të vetëvritet", "e abuzuan", "e arrestuan burrin", "djali humbi",
           "kam frikë"),
    "ps": ("خاوند مې ما وهي", "ځان وژني", "تېری کړی", "پولیسو ونیو", "زوی مې ورک شو", "زه وېرېږم"),
    "my": ("ယောက်ျားက ရိုက်တယ်", "သတ်သေချင်တယ်", "မုဒိမ်းကျင့်ခံရတယ်", "ယောက်ျား အဖမ်းခံရတယ်",
           "သားလေး ပျောက်နေတယ်", "ကြောက်တယ်"),
    "om": ("abbaan manaa koo na reebe", "of ajjeesuu barbaada", "gudeedamte", "obboleessi koo hidhame",
           "mucaan koo bade", "nan sodaadha"),
    "ti": ("ሰብኣየይ ይሃርመኒ", "ነብሱ ከጥፍእ ይደሊ", "ተደፊራ", "ሓወይ ተኣሲሩ", "ወደይ ጠፊኡ", "እፈርሕ ኣለኹ"),
    "rw": ("umugabo arankubita", "ashaka kwiyahura", "yafashwe ku ngufu", "umugabo wanjye yafunzwe",
           "umwana wanjye yabuze", "mfite ubwoba"),
    "km": ("គេវាយខ្ញុំ", "គាត់ចង់ធ្វើអត្តឃាត", "ត្រូវគេរំលោភ", "ប្តីខ្ញុំត្រូវគេចាប់", "កូនបាត់", "ខ្ញុំខ្លាច"),
    "lo": ("ຜົວຕີຂ້ອຍ", "ລາວຂ້າຕົວຕາຍ", "ຖືກຂົ່ມຂືນ", "ຜົວຖືກຈັບ", "ລູກຫາຍ", "ຂ້ອຍຢ້ານ"),
}  # fmt: skip


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages() if words("danger", each.tag)])
def test_the_danger_list_covers_what_rule_19_names(tag: str) -> None:
    assert len(DANGERS[tag]) == 6
    for sentence in DANGERS[tag]:
        assert is_danger(sentence, lexicon(tag)), sentence


#: Hmong "ntaus" is to hit and "ntaus ntawv" to type: somebody is paged, and STOP is honoured as well
BOTH = {"txhob ntaus ntawv rau kuv"}


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages() if words("danger", each.tag)])
def test_what_we_offer_families_to_say_is_no_danger(tag: str) -> None:
    """A harmless word that holds a dangerous one would page somebody at every "yes" or "wrong number"."""
    for kind in WHOLE:
        for word in words(kind, tag):
            assert not is_danger(word, lexicon(tag)) or word in BOTH, word


@pytest.mark.parametrize("tag", WRITTEN)
def test_the_words_of_our_own_menus_are_understood(tag: str) -> None:
    """docs/dialogue.md, rule 4: every menu also takes its choices' words."""
    judged = languages.phrase("read_back", tag, meaning="m").split("\n")[1:]
    again = languages.phrase("read_back_again", tag, meaning="m").split("\n")[1:]
    asked = languages.phrase("ask_again", tag, options="1 a").split("\n")[-1:]
    for line, kind in zip((*judged, *again, *asked), ("yes", "no", "yes", "person", "person"), strict=True):
        assert line[2:].casefold() in words(kind, tag)
    assert languages.phrase("yes", tag) in words("yes", tag)
    assert languages.phrase("no", tag) in words("no", tag)
