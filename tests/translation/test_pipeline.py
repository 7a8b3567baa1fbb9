"""What an engine makes of families' words: what must survive, what never leaves the house, how it is said."""

from __future__ import annotations

from typing import Any

import pytest

from bot.settings import Translation
from bot.translation import pipeline
from bot.translation.pipeline import Loss

#: language, their words, in English, back again in the second person
SURVIVED = [
    ("es", "no tengo carro, necesito que alguien me lleve",
     "I don't have a car, I need someone to take me.", "no tiene carro, necesita que alguien le lleve"),
    ("es", "trabajo de noche, solo puedo los sabados",
     "I work nights, I can only come on Saturdays.", "trabaja de noche, solo puede venir los sábados"),
    ("es", "trabajo con Marta los sabados, tengo 3 hijos",
     "I work with Marta on Saturdays, I have three children.",
     "trabaja con Marta los sábados, tiene tres hijos"),
    ("es", "salgo a las 7:30, antes no llego",
     "I get off at 7:30, I won't arrive before.", "sale a las 7:30, antes no llega"),
    ("fr", "pas de voiture", "no car", "pas de voiture"),
    ("fr", "je travaille la nuit, seulement le samedi",
     "I work at night, only on Saturday", "vous travaillez la nuit, seulement le samedi"),
    ("pt", "só posso depois das 6", "I can only after 6", "só pode depois das 6"),
    ("ru", "я работаю ночью, могу только в субботу",
     "I work at night, I can only on Saturday", "вы работаете ночью, можете только в субботу"),
    ("uk", "у мене немає машини", "I don't have a car", "у вас немає машини"),
    ("vi", "tôi làm ca đêm, chỉ đi được ngày thứ bảy",
     "I work the night shift, I can only go on Saturday", "quý vị làm ca đêm, chỉ đi được ngày thứ bảy"),
    ("ar", "لا توجد عندي سيارة", "I do not have a car.", "ليس لديكم سيارة"),
    ("ar", "يمكنني الحضور يوم السبت فقط", "I can only come on Saturday", "يمكنكم الحضور يوم السبت فقط"),
    ("zh-Hans", "我晚上上班，只有星期六可以",
     "I work in the evening, only Saturday is possible", "您晚上上班，只有星期六可以"),
    ("zh-Hant", "我沒有車", "I don't have a car", "您沒有車"),
]  # fmt: skip


def lost(tag: str, words: str, english: str, home: str) -> Loss | None:
    found = pipeline.lost_to_english(words, tag, english)
    if found is not None:
        return found
    yours = pipeline.second_person(english)
    return pipeline.lost_coming_back(words, tag, yours, home) if yours else Loss.PERSONS


@pytest.mark.parametrize(("tag", "words", "english", "home"), SURVIVED)
def test_what_means_the_same_may_be_read_back(tag: str, words: str, english: str, home: str) -> None:
    assert lost(tag, words, english, home) is None


@pytest.mark.parametrize(
    ("english", "home", "what"),
    [
        ("I work nights, I can come on Saturdays", "trabaja de noche, puede los sábados", Loss.TURNS),
        ("I work nights, I can only on Saturdays", "trabaja de noche, solo puede los sábados", Loss.TURNS),
        ("I work nights, I cannot come on Sundays", "trabaja de noche, no puede los domingos", Loss.DAYS),
        ("I work nights, I cannot come on Saturdays", "trabaja de noche, puede los sábados", Loss.TURNS),
        ("I work nights, I cannot come on Saturdays", "trabaja de noche, no puede los jueves", Loss.DAYS),
        ("I work 2 nights, I cannot come on Saturdays", "no puede los sábados", Loss.NUMBERS),
        ("I work nights with Ana, I cannot come on Saturdays", "no puede los sábados", Loss.NAMES),
        ("trabajo de noche, no puedo los sabados", "trabaja de noche, no puede los sábados", Loss.SAME),
        ("I work nights, I cannot on Saturdays", "you work nights, you cannot on Saturdays", Loss.SAME),
        ("I work nights, I cannot come on Saturdays", "работает ночью, не может", Loss.SCRIPT),
        ("I work nights, can't I come on Saturdays?", "¿no puede los sábados?", Loss.QUESTION),
        ("I work nights, I cannot come on Saturdays, I told you", "no puede los sábados", Loss.PERSONS),
        ("My husband hits me on Saturdays, I cannot", "no puede los sábados", Loss.DANGER),
        (
            "I work nights, I cannot come on Saturdays",
            "travaille la nuit et je ne peux pas venir le samedi parce que nous avons beaucoup de travail",
            Loss.LANGUAGE,
        ),
    ],
)  # fmt: skip
def test_what_was_lost_is_found(english: str, home: str, what: Loss) -> None:
    assert lost("es", "trabajo de noche, no puedo los sabados", english, home) is what


def test_a_name_that_is_written_anew_cannot_be_compared_and_counts_as_lost() -> None:
    assert lost("ar", "اعمل مع مريم", "I work with Mariam", "تعملون مع مريم") is Loss.NAMES


@pytest.mark.parametrize(
    ("english", "yours"),
    [
        ("I work nights.", "you work nights"),
        ("I'm a nurse and my husband isn't here", "you are a nurse and your husband isn't here"),
        ("I am late, we were early, that's ours", "you are late, you were early, that's yours"),
        ("Someone to watch my kids, please. Thank you!", "Someone to watch your kids"),
        ("We've got a car, it's not for me", "you have got a car, it's not for you"),
        ("no car", "no car"),
        ("you never call me", None),
        ("Thank you very much", None),
    ],
)
def test_their_english_becomes_ours(english: str, yours: str | None) -> None:
    assert pipeline.second_person(english) == yours


@pytest.mark.parametrize(
    ("tag", "home", "told"),
    [
        ("es", "No tiene carro, solo puede los sábados.", "NO tiene carro, SOLO puede los sábados"),
        ("es", "sólo después de las 7", "SÓLO DESPUÉS de las 7"),
        ("es", "la nota y el solomillo", "la nota y el solomillo"),
        ("fr", "vous n’avez pas de voiture", "vous n’avez PAS de voiture"),
        ("ru", "вы можете только в субботу", "вы можете ТОЛЬКО в субботу"),
        ("ar", "ليس لديكم سيارة.", "ليس لديكم سيارة"),
        ("zh-Hans", "您晚上上班，只有星期六可以。", "您晚上上班，只有星期六可以"),
    ],
)
def test_deciding_words_stand_in_capitals_where_there_are_any(tag: str, home: str, told: str) -> None:
    assert pipeline.told(home, tag) == told


@pytest.mark.parametrize(
    ("words", "tag", "why"),
    [
        ("mi esposo me pega", "es", Loss.DANGER),
        ("my husband hits me", "es", Loss.DANGER),
        ("necesito saber de mi estatus migratorio", "es", Loss.DELICATE),
        ("¿hay guardería?", "es", Loss.QUESTION),
        ("palabra " * 80, "es", Loss.LENGTH),
        ("no tengo carro", "es", None),
    ],
)
def test_what_keeps_to_the_house(words: str, tag: str, why: Loss | None) -> None:
    assert pipeline.keeps_to_the_house(words, [tag]) is why


def engine(**more: Any) -> Translation:
    return Translation(
        **{"engine": "libretranslate", "url": "http://127.0.0.1:1", "under_contract": True} | more
    )


@pytest.mark.parametrize(
    ("tag", "reads"),
    [("es", True), ("ar", True), ("vi", True), ("so", False), ("hmn", False), ("ksw", False), ("en", False)],
)
def test_an_engine_reads_only_languages_in_which_it_may(tag: str, reads: bool) -> None:
    assert pipeline.may_read_back(engine(), tag) is reads


def test_without_a_contract_no_engine_reads_anything() -> None:
    assert not pipeline.may_read_back(engine(under_contract=False), "es")
    assert not pipeline.may_read_back(Translation(engine="google"), "es")
    assert not pipeline.may_read_back(Translation(), "es")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("no, en autobús", "en autobús"),
        ("No, no puedo", "no puedo"),
        ("no puedo, trabajo", "no puedo, trabajo"),
        ("no,", "no,"),
    ],
)
def test_the_no_that_begins_a_correction_is_a_judgement(words: str, kept: str) -> None:
    assert pipeline.correction(words, "es") == kept
