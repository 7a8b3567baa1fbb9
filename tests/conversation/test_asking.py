"""Sentences that ask for a person, a language, how this works or who we are."""

from __future__ import annotations

import json

import pytest

from bot.cli.explain import answer


def meant(tag: str, text: str) -> str:
    return str(answer(json.dumps({"ask": "intent", "language": tag, "text": text}))["intent"])


@pytest.mark.parametrize(
    ("tag", "text", "intent"),
    [
        ("en", "I'd like to talk to a real person from the office", "person"),
        ("es", "me puede llamar alguien por favor", "person"),
        ("so", "waxaan rabaa inaan la hadlo qof xafiiska jooga", "person"),
        ("ko", "담임쌤이랑 통화하고 싶은데요", "person"),
        ("en", "how did you get my number and who are you", "who"),
        ("ru", "А кто пишет? откуда у вас мой номер", "who"),
        ("en", "how does this thing work what can i text to it", "help"),
        ("pt", "como funciona esse serviço de msg?", "help"),
        ("en", "you got the wrong person, I don't have any kids in school", "wrong_number"),
        ("ar", "ممكن ترسلون بالكردي", "language"),
        ("hi", "इंग्लिश में मत भेजो हिंदी में भेजो", "language"),
        ("fr", "je comprend rien a votre message", "unclear_text"),
        ("zh-Hans", "这条短信写的什么意思，看不明白", "unclear_text"),
    ],
)
def test_what_is_asked_for(tag: str, text: str, intent: str) -> None:
    assert meant(tag, text) == intent


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "please don't call me at work"),
        ("en", "I don't understand the math homework"),
        ("en", "he has English homework"),
        ("en", "my son got the wrong bus"),
        ("es", "mi hija no entiende la tarea"),
    ],
)
def test_what_is_about_something_else(tag: str, text: str) -> None:
    assert meant(tag, text) == "none"


def test_a_stranger_says_it_plainly_or_is_not_stopped() -> None:
    """A wrong reading would stop a family's phone."""
    assert meant("en", "the wrong number is on the form") == "none"
    assert meant("en", "my child has the wrong number of books") == "none"
