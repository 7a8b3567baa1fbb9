"""What comes next in an inquiry of several questions: put one after the other, with skips.

Skips lead forward only, so the way through an inquiry is found anew after every answer by walking it from
its first question: a corrected answer changes the way, and what was answered is never asked twice. Nothing
is put by itself because time passed, beside something else that is open, or after the inquiry has closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from bot.conversation.events import NEXT_QUESTION, CloseKeyboard, Effect, Facts, Say
from bot.conversation.talk import END, REMEMBERED, Offer, Open, OwnWords, Question, Survey, Talk
from bot.conversation.wording import Step, choice_keys, let_go, say

Skips: TypeAlias = tuple[tuple[str, int], ...]


def of(talk: Talk, broadcast_id: int) -> Survey:
    """Return what this family has answered of an inquiry so far."""
    return next((one for one in talk.surveys if one.broadcast_id == broadcast_id), Survey(broadcast_id))


def remember(talk: Talk, question: Question, value: str, *, texts: int, child: int | None = None) -> Talk:
    """Keep that a question is answered; for one that stands alone nothing is kept."""
    if not question.series:
        return talk
    kept = _counted(of(talk, question.broadcast_id), question, texts)
    given = tuple(sorted({**dict(kept.given), question.number: value}.items()))
    return _with(talk, replace(kept, given=given, child=kept.child if child is None else child))


def forget(talk: Talk, broadcast_id: int) -> Talk:
    """The inquiry is asked anew."""
    return replace(talk, surveys=tuple(one for one in talk.surveys if one.broadcast_id != broadcast_id))


def _with(talk: Talk, survey: Survey) -> Talk:
    others = forget(talk, survey.broadcast_id).surveys
    return replace(talk, surveys=(*others, survey)[-REMEMBERED:])


def _counted(survey: Survey, question: Question, texts: int) -> Survey:
    counted = {**dict(survey.texts), question.number: texts}
    return replace(survey, texts=tuple(sorted(counted.items())))


def asked_of(talk: Talk, question: Question, at: datetime) -> Open:
    """Return a question of an inquiry as open, with what was said about it before (rule 13)."""
    kept = of(talk, question.broadcast_id)
    return Open(question, at, child=kept.child, texts=dict(kept.texts).get(question.number, 0))


def following(talk: Talk, question: Question, at: datetime) -> Question | None:
    """Return the first question on this family's way that it has not answered; None if there is none."""
    if question.closes_at is not None and at > question.closes_at:
        return None
    skips, given = [one.skips for one in question.series], dict(of(talk, question.broadcast_id).given)
    number = way(skips, given)[-1]
    return replace(question.series[number - 1], series=question.series) if number != END else None


def way(skips: Sequence[Skips], given: Mapping[int, str]) -> list[int]:
    """Return the numbers of the questions on the way; the last is the one to put next, or `END`.

    `skips` are those of every question of the inquiry, in order.
    """
    numbers: list[int] = []
    number = 1 if skips else END
    while number != END:
        numbers.append(number)
        if number not in given:
            return numbers
        skipped = dict(skips[number - 1]).get(given[number])
        number = (number + 1) % (len(skips) + 1) if skipped is None else skipped
    return [*numbers, END]


def still_open(talk: Talk, question: Question) -> Open | None:
    """Return another question of this inquiry that waits for its answer."""
    for one in (talk.now, talk.earlier, talk.aside):
        if isinstance(one, Open) and one.value is None and is_other(one.question, question):
            return one
    return None


def is_other(one: Question, question: Question) -> bool:
    """Say whether this is another question of the same inquiry."""
    return one.broadcast_id == question.broadcast_id and one.number != question.number


def is_sequel(one: Offer, chosen: Offer) -> bool:
    """Say whether one text of ours is another question of the inquiry that the other belongs to."""
    return isinstance(one, Open) and isinstance(chosen, Open) and is_other(one.question, chosen.question)


def is_busy(talk: Talk, question: Question) -> bool:
    """Say whether something else is open, so that no question of this inquiry may be put now (rule 3)."""
    if any(own.question.broadcast_id == question.broadcast_id for own in talk.waiting):
        return True
    now = talk.now
    if isinstance(now, Open):
        return now.value is None and now.question.broadcast_id != question.broadcast_id
    return now is not None


def changes(talk: Talk, about: Open, at: datetime) -> bool:
    """Say whether this answer to an older question makes another one the next, and it may be put now."""
    question = about.question
    if not question.series or is_busy(talk, question):
        return False
    told = remember(talk, question, about.value or "", texts=about.texts)
    coming, standing = following(told, question, at), still_open(talk, question)
    return (coming and coming.key) != (standing and standing.question.key)


def go_on(talk: Talk, about: Open, coming: Question, at: datetime, facts: Facts, *, noted: bool) -> Step:
    """Put the next question, with what was written of the answer before; that one may still be corrected."""
    standing = still_open(talk, about.question)
    if standing is not None and standing.question.key == coming.key:
        opened, talk = replace(standing, asked_at=at), _cleared(talk, standing)
        effects: list[Effect] = []
    else:
        talk, effects = drop(talk, about.question, at)
        opened = asked_of(talk, coming, at)
    effects += [] if _same(talk.earlier, about) else let_go(talk.earlier, at)
    asking = put(talk, coming, facts, noted=about.home or "" if noted else None)
    return replace(talk, now=opened, earlier=about, unanswered=0), [*effects, asking]


def _same(one: object, about: Open) -> bool:
    return isinstance(one, Open) and one.question.key == about.question.key


def drop(talk: Talk, question: Question, at: datetime) -> Step:
    """Let go of another question of this inquiry that is open and no longer on the way."""
    standing = still_open(talk, question)
    if standing is None:
        return talk, []
    survey = _counted(of(talk, question.broadcast_id), standing.question, standing.texts)
    effects: list[Effect] = [*let_go(standing, at), CloseKeyboard(*standing.question.key)]
    return _cleared(_with(talk, survey), standing), effects


def _cleared(talk: Talk, standing: Open) -> Talk:
    return replace(
        talk,
        now=None if talk.now is standing else talk.now,
        earlier=None if talk.earlier is standing else talk.earlier,
        aside=None if talk.aside is standing else talk.aside,
    )


def and_then(talk: Talk, effects: list[Effect], own: OwnWords, at: datetime, facts: Facts) -> Step:
    """After own words that are dealt with put what follows them, if nothing else is open."""
    coming = following(talk, own.question, at)
    silent = talk.with_staff or talk.stopped is not None or still_open(talk, own.question) is not None
    if coming is None or silent or is_busy(talk, own.question):
        return talk, effects
    earlier = talk.earlier if isinstance(talk.earlier, Open) and talk.earlier.value is None else None
    opened = asked_of(talk, coming, at)
    return replace(talk, now=opened, earlier=earlier), [*effects, put(talk, coming, facts, noted=None)]


def put(talk: Talk, question: Question, facts: Facts, *, noted: str | None) -> Say:
    """Say a question, after what was written of the answer before it if that is to be said."""
    key = NEXT_QUESTION if noted is None else "noted_then"
    asking = say(talk, facts, key, question=question.put, **({} if noted is None else {"answer": noted}))
    return replace(asking, digits=True, buttons=choice_keys(question))
