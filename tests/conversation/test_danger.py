"""Danger is heard however it is put together; sayings that mean no harm are left out, one by one."""

from __future__ import annotations

import pytest

from bot.conversation import intent
from bot.conversation.lexicon import lexicon


def alarms(tag: str, text: str) -> bool:
    return intent.is_danger(text, lexicon(tag))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "he never really got off the bus"),
        ("en", "nobody can find my daughter"),
        ("ru", "сын сказал что не хочет больше жить"),
        ("uk", "каже що жити вона вже не хоче"),
        ("pl", "imigracja zabrala dzis rano mojego meza"),
        ("tl", "hindi namin mahanap ang bata"),
    ],
)
def test_a_phrase_may_have_other_words_in_it(tag: str, text: str) -> None:
    assert alarms(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "she is killing it in math this year"),
        ("en", "is the photo shoot still on friday?"),
        ("en", "he lost his blue jacket"),
        ("en", "he is a bit scared of the flu shot"),
        ("en", "will the police officer visit the class on career day?"),
        ("es", "se le perdió la chamarra en el recreo"),
        ("fr", "mon fils a un peu peur du vaccin"),
        ("ru", "боюсь что не успею к трем"),
        ("zh-Hans", "她的外套丢了"),
        ("hi", "बच्चे की पानी की बोतल खो गई है"),
        ("ko", "버스에서 잠바를 잃어버렸대요"),
    ],
)
def test_what_only_looks_like_danger(tag: str, text: str) -> None:
    assert not alarms(tag, text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "math is killing him he says he wants to die"),
        ("en", "he is afraid of the test and of his father"),
        ("en", "my daughter is lost she has a pink jacket"),
        ("en", "my son is missing his jacket is blue"),
        ("en", "the police came to class and took him away"),
        ("en", "scared to go home because of the test"),
        ("es", "mi hijo se perdió su chamarra es roja"),
        ("es", "tiene miedo del examen y de su papá"),
        ("zh-Hans", "孩子穿蓝色外套不见了"),
        ("hi", "बच्चा जैकेट पहने खो गया"),
        ("vi", "tôi sợ lắm"),
        ("vi", "toi so lam"),
    ],
)
def test_one_more_word_of_danger_counts_in_spite_of_the_saying(tag: str, text: str) -> None:
    assert alarms(tag, text)


def test_going_to_another_town_is_no_arrest() -> None:
    """Urdu چلے گئے, “went away”, ends in the letters of لے گئے, “took away”."""
    assert not alarms("ur", "ہم دوسرے شہر چلے گئے ہیں")
    assert alarms("ur", "امیگریشن والے میرے بھائی کو لے گئے")
