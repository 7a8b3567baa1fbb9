"""An answer as it is recorded, in the family's language and in the staff's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.conversation.talk import Kind, Question


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is recorded: `value`, and the same in both languages."""

    value: str  #: "yes", "no", a choice's number from 1, a number, "2026-11-20", "16:30"
    home: str
    staff: str
    sure: bool = True


def choice(question: Question, number: int) -> Answer | None:
    """Return the answer behind a menu's digit or button; None beyond the menu."""
    if question.kind is Kind.SCALE:
        low, high = question.marks
        return Answer(str(number), str(number), str(number)) if low <= number <= high else None
    if not question.menu or not 1 <= number <= len(question.choices):
        return None
    home = question.choices[number - 1]
    staff = question.staff_choices[number - 1] if len(question.staff_choices) >= number else home
    value = ("yes", "no")[number - 1] if question.kind is Kind.YES_NO else str(number)
    return Answer(value, home, staff)


def added(question: Question, before: str, found: Answer) -> Answer:
    """Join a pressed choice to those that were pressed before it; elsewhere the newer answer holds."""
    if question.kind is not Kind.SEVERAL_OF:
        return found
    numbers = sorted({*map(int, before.split(",")), int(found.value)})
    return chosen(question, numbers)


def chosen(question: Question, numbers: Sequence[int]) -> Answer:
    """Return the answer that is made of several choices, by their numbers from 1."""
    each = [one for number in numbers if (one := choice(question, number)) is not None]
    home, staff = ", ".join(one.home for one in each), ", ".join(one.staff for one in each)
    return Answer(joined(numbers), home, staff)


def joined(numbers: Iterable[int]) -> str:
    """Write the numbers of several choices as they are recorded: "1,3"."""
    return ",".join(str(number) for number in numbers)


def unless(doubtful: bool, found: Answer | None) -> Answer | None:
    """Return an answer as unsure where there is doubt: it is read back once (rule 8)."""
    if found is None or not doubtful:
        return found
    return Answer(found.value, found.home, found.staff, sure=False)
