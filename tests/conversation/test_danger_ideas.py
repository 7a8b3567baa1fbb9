"""Ideas that are danger together are heard in any order, and with other words between them."""

from __future__ import annotations

import pytest

from bot.conversation import danger_ideas, intent
from bot.conversation.lexicon import lexicon


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "a man at the house touches my niece"),
        ("en", "my niece says that man touches her"),
        ("es", "se tragó un frasco de pastillas"),
        ("es", "pastillas encontré, y se tomó muchas"),
        ("hi", "beti ne pills khali"),
        ("fr", "mon mari m'étrangle"),
        ("zh-Hant", "我想帶住兩個細路一齊死"),
        ("vi", "danh con toi hoai"),
    ],
)
def test_two_ideas_near_one_another(tag: str, text: str) -> None:
    assert danger_ideas.tell(text, tag)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "its been 3 hours and I am looking for my daughter"),
        ("es", "ya son las 5 y mi niño no llega nadie sabe donde quedo"),
        ("ur", "beti ghar nahi pohnchi 2 ghante ho gaye"),
    ],
)
def test_a_child_who_did_not_arrive_and_somebody_who_worries(tag: str, text: str) -> None:
    assert danger_ideas.tell(text, tag)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "he will not come to school tomorrow, he has a cold"),
        ("ru", "не надо, спасибо"),
        ("vi", "đúng rồi, con tôi đi xe buýt"),
        ("ar", "المسا احسن"),
        ("zh-Hans", "打错号码了吧，我没有小孩"),
    ],
)
def test_one_idea_alone_is_no_danger(tag: str, text: str) -> None:
    assert not danger_ideas.tell(text, tag)


@pytest.mark.parametrize(
    "text",
    [
        "he lost his jacket and he hits her",
        "not afraid of dying he says",
        "fire drill was fine but my son never came home",
    ],
)
def test_nothing_is_harmless_beside_a_grave_idea(text: str) -> None:
    assert intent.is_danger(text, lexicon("en"))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "my husband reads this phone dont send"),
        ("es", "mi esposo revisa este celular no manden nada"),
        ("fr", "mon mari lit ce téléphone n'écrivez pas"),
        ("pt", "meu marido lê esse celular não mandem"),
        ("ht", "mari m li telefòn sa a pa voye"),
        ("ru", "муж читает этот телефон, не пишите сюда"),
        ("ar", "زوجي يقرأ هذا التلفون لا ترسلوا"),
        ("so", "ninkaygu telefoonkan wuu akhriyaa ha soo dirina"),
        ("hmn", "kuv tus txiv saib lub xov tooj no tsis txhob xa"),
        ("vi", "chồng tôi đọc điện thoại này đừng nhắn"),
        ("zh-Hans", "我老公看这个手机，别发"),
    ],
)
def test_a_phone_that_somebody_else_reads_is_danger_before_it_is_a_stop(tag: str, text: str) -> None:
    """A STOP would be confirmed by a text, on that very phone."""
    assert intent.is_danger(text, lexicon(tag))
