"""A file of questions: what it may say, and the sentence for what it may not."""

from __future__ import annotations

from datetime import date

import pytest

from bot.broadcasts import question_file
from bot.conversation.ask import Ask, Worded
from bot.conversation.talk import END
from bot.errors import BroadcastError

SPRING = """
title = "Spring meeting"
decide_by = 2026-12-01
per_child = true

[[question]]
text = "Can you come to the meeting?"
kind = "yes_no"
skip = { no = "end" }
in.es = { text = "¿Puede venir a la reunión?" }
in.Hmong = { text = "Koj tuaj puas tau?", verb = "tuaj" }

[[question]]
text = "Which evening is best?"
choices = ["Tuesday", "Thursday"]
skip = { tuesday = 4, other = "end" }
in.es = { text = "¿Qué noche es mejor?", choices = ["martes", "jueves"] }

[[question]]
text = "How many of you come?"
kind = "number"
between = "1-12"

[[question]]
text = "When can you come?"
kind = "time"
between = "15:00-18:30"

[[question]]
text = "What helps?"
choices = ["food", "a ride"]
several = true
other = false
"""


def test_a_file_says_everything_about_every_question() -> None:
    found = question_file.read(SPRING)
    assert (found.title, found.decide_by) == ("Spring meeting", date(2026, 12, 1))
    assert found.ask == Ask(
        "yes_no",
        per_child=True,
        skips=(("no", END),),
        more=(
            Ask("one_of", ("Tuesday", "Thursday"), skips=(("1", 4), ("3", END))),
            Ask("number", low=1, high=12),
            Ask("time", low=900, high=1110),
            Ask("several_of", ("food", "a ride"), other=False),
        ),
    )
    assert found.texts[1:3] == ("Which evening is best?", "How many of you come?")
    assert found.languages["es"][1] == Worded("¿Qué noche es mejor?", ("martes", "jueves"))
    assert found.languages["hmn"][0] == Worded("Koj tuaj puas tau?", (), "tuaj")
    assert found.languages["hmn"][1] == Worded()


def test_the_example_of_the_docstring_can_be_read() -> None:
    example = (question_file.__doc__ or "").partition("\n\n")[2].partition("\n\nA kind")[0]
    assert len(question_file.read(example).texts) == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = ", "is no TOML"),
        ('title = "x"', "has no questions"),
        ("question = [1]", "has no questions"),
        ('colour = "red"\n[[question]]\ntext = "Can you?"\nkind = "yes_no"', "says “colour”"),
        ('[[question]]\ntext = "Can you?"', "Question 1: “” is no kind"),
        ('[[question]]\ntext = "Can you?"\nkind = "maybe"', "“maybe” is no kind"),
        ('[[question]]\ntext = 3\nkind = "yes_no"', "text is no text"),
        ('[[question]]\ntext = "When?"\nchoices = "a"', "choices are a list"),
        ('[[question]]\ntext = "How many?"\nkind = "number"', "gives no limits"),
        ('[[question]]\ntext = "When?"\nkind = "time"\nbetween = "3-5"', "gives no limits"),
        ('[[question]]\ntext = "Can you?"\nkind = "yes_no"\nskip = "end"', "a skip names an answer"),
        ('[[question]]\ntext = "Can you?"\nkind = "yes_no"\nskip = { no = "out" }', "not to “out”"),
        ('[[question]]\ntext = "Can you?"\nkind = "yes_no"\nin.xx = { text = "?" }', "Question 1: "),
        ('[[question]]\ntext = "Can you?"\nkind = "yes_no"\nin = { es = "¿Puede?" }', "in a language as"),
        ('[[question]]\ntext = "Can you?"\nkind = "yes_no"\nin.es = { words = "?" }', "says “words”"),
        ('decide_by = "soon"\n[[question]]\ntext = "Can you?"\nkind = "yes_no"', "“soon” is no day"),
    ],
)
def test_what_it_may_not_say_is_told_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(BroadcastError, match=complaint):
        question_file.read(text)
