"""Moves for answers with a fixed meaning: choices, numbers, whom they are for.

Every move takes (talk, hearing, event, facts) and returns the new talk and what follows from it; it may
rely on the state and the event that the table gives it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from bot.conversation import recorded, survey, times
from bot.conversation.events import (
    Asked,
    CallStaff,
    CloseKeyboard,
    Effect,
    Event,
    Facts,
    Pressed,
    Said,
    Say,
)
from bot.conversation.heard import Hearing
from bot.conversation.hearing import day_of, pressed_question
from bot.conversation.letters import plain
from bot.conversation.recorded import Answer
from bot.conversation.talk import (
    ForWhom,
    Kind,
    Now,
    Offer,
    Open,
    Question,
    ReadBack,
    Talk,
)
from bot.conversation.wording import (
    DAY,
    Step,
    choice_keys,
    hand_over,
    is_future,
    let_go,
    may_ask,
    may_tell,
    menu,
    record_answer,
    say,
)
from bot.messages import ReplyState

#: the day that "for example" names lies so far ahead
A_FEW_DAYS = timedelta(days=3)
#: so many questions in a row without an answer: stop asking by text, call (rule 13)
UNANSWERED = 3


def take_answer(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Record a sure answer; a newer one replaces the older (rule 10)."""
    about, found = _asked_about(talk), cast("Answer", hearing.answer)
    fresh = answered(about, found, event)
    if (about.value, about.staff) == (fresh.value, fresh.staff) and isinstance(talk.now, Open):
        return _same_again(talk, about, event)
    return finish(talk, fresh, event.at, facts, quiet=False)


def _asked_about(talk: Talk) -> Open:
    """Return the open question, also when its odd answer is being read back."""
    if isinstance(talk.now, ReadBack) and talk.now.own.about is not None:
        return replace(talk.now.own.about, texts=talk.now.own.texts)
    return cast("Open", talk.now)


def answered(about: Open, found: Answer, event: Event) -> Open:
    """Return the question as it is answered now; a button adds to the choices that were pressed before."""
    words = event.text if isinstance(event, Said) else found.home
    if isinstance(event, Pressed) and about.value is not None:
        found = recorded.added(about.question, about.value, found)
    reply = about.reply or cast("Said | Pressed", event).key
    child = f", {about.question.grades[about.child - 1]}" if about.child else ""
    staff_child = f", {about.question.staff_grades[about.child - 1]}" if about.child else ""
    return replace(
        about,
        reply=reply,
        words=words,
        value=found.value,
        home=found.home + child,
        staff=found.staff + staff_child,
        misread_at=None,
    )


def _same_again(talk: Talk, about: Open, event: Event) -> Step:
    """Keep a comment that came with the same answer; a bare repetition changes nothing."""
    if not isinstance(event, Said) or len(plain(event.text)) <= len(plain(about.words)):
        return talk, []
    about = replace(about, words=f"{about.words}\n{event.text}")
    state = ReplyState.CORRECTED if about.replaced else ReplyState.CONFIRMED
    return replace(talk, now=about), [record_answer(about, state, event.at)]


def finish(talk: Talk, about: Open, at: datetime, facts: Facts, *, quiet: bool) -> Step:
    """Ask whom it is for if that is open (rule 17), else record it and say so."""
    if len(about.question.grades) > 1 and about.child is None and may_ask(about.texts):
        asking = replace(say(talk, facts, "which_child", options=menu(about.question.grades)), digits=True)
        waiting = replace(about, texts=about.texts + 1)
        recorded = record_answer(about, ReplyState.RECEIVED, at)
        return replace(talk, now=ForWhom(waiting, at)), [recorded, asking]
    return _settle(talk, about, at, facts, quiet=quiet)


def _settle(talk: Talk, about: Open, at: datetime, facts: Facts, *, quiet: bool) -> Step:
    """Record an answer, say so, and put the question that follows it, if one does."""
    talk = survey.remember(talk, about.question, about.value or "", texts=about.texts, child=about.child)
    coming = survey.following(talk, about.question, at)
    if coming is None:
        talk, dropped = survey.drop(talk, about.question, at)
        about, effects = _taken(talk, about, at, facts, quiet=quiet)
        effects += [*dropped, *let_go(talk.earlier, at)]
        return replace(talk, now=about, earlier=None, unanswered=0), effects
    about, effects, telling = _kept(about, at)
    noted = telling and not quiet
    about = replace(about, texts=about.texts + noted)
    talk = survey.remember(talk, about.question, about.value or "", texts=about.texts)
    talk, putting = survey.go_on(talk, about, coming, at, facts, noted=noted)
    return talk, [*effects, *putting]


def _taken(talk: Talk, about: Open, at: datetime, facts: Facts, *, quiet: bool) -> tuple[Open, list[Effect]]:
    """Record an answer and say so."""
    about, effects, telling = _kept(about, at)
    if telling and (not quiet or is_future(about.question.decided_on, at, facts)):
        effects.append(_noted(talk, about, at, facts, quiet=quiet))
        about = replace(about, texts=about.texts + 1)
    return about, effects


def _kept(about: Open, at: datetime) -> tuple[Open, list[Effect], bool]:
    """Record an answer; return the question as answered, and whether anything may be said of it."""
    again = about.answered_at is not None
    effects: list[Effect] = [
        record_answer(about, ReplyState.CORRECTED if again else ReplyState.CONFIRMED, at)
    ]
    if about.question.closed:
        effects.append(CloseKeyboard(*about.question.key))
    telling = may_tell(about.texts)
    if not telling:
        effects.append(CallStaff("many answers", promise=False, reply=about.reply))
    return replace(about, answered_at=at, replaced=again), effects, telling


def _noted(talk: Talk, about: Open, at: datetime, facts: Facts, *, quiet: bool) -> Effect:
    day = about.question.decided_on
    more = survey.following(talk, about.question, at) is not None
    if day is None or more or not is_future(day, at, facts):
        return say(talk, facts, "noted", answer=about.home or "")
    if quiet:
        return say(talk, facts, "closing", day=day)
    return say(talk, facts, "noted_next", answer=about.home or "", day=day)


def take_child(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Add whom the answer is for."""
    about, number = cast("ForWhom", talk.now).open, cast("int", hearing.number)
    question = about.question
    about = replace(
        about,
        child=number,
        home=f"{about.home}, {question.grades[number - 1]}",
        staff=f"{about.staff}, {question.staff_grades[number - 1]}",
    )
    return _settle(talk, about, event.at, facts, quiet=False)


def child_unclear(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Keep the answer and give the rest to a person."""
    about = cast("ForWhom", talk.now).open
    about = replace(about, words=f"{about.words}\n{cast('Said', event).text}", child=0, answered_at=event.at)
    dropped = let_go(talk.earlier, event.at)
    talk = survey.remember(talk, about.question, about.value or "", texts=about.texts, child=0)
    talk, effects = hand_over(talk, facts, event.at, "for whom", reply=about.reply)
    recorded = record_answer(about, ReplyState.WITH_STAFF, event.at)
    return replace(talk, now=about, earlier=None), [recorded, *effects, *dropped]


def late_press(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Record a button of an older text for its question; what is open stays open, unless the way changes."""
    earlier, pressed = talk.earlier, cast("Pressed", event)
    question = pressed_question(talk, pressed)
    assert question is not None
    known = pressed.reply is not None
    about = survey.asked_of(talk, question, event.at)
    about = replace(about, reply=pressed.reply, answered_at=event.at if known else None)
    if isinstance(earlier, Open) and earlier.question.key == question.key:
        about = earlier
    before, about = about, answered(about, cast("Answer", hearing.answer), event)
    if question.series and (before.value, before.staff) == (about.value, about.staff):
        return talk, []  # pressed twice; the next question stands below it
    if survey.changes(talk, about, event.at):
        return _settle(talk, about, event.at, facts, quiet=False)
    kept = None if about.asked_at == getattr(earlier, "asked_at", None) else earlier
    talk = survey.remember(talk, question, about.value or "", texts=about.texts)
    about, effects = _taken(talk, about, event.at, facts, quiet=False)
    talk = survey.remember(talk, question, about.value or "", texts=about.texts)
    return replace(talk, earlier=kept, unanswered=0), effects


def misread(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Ask once more, with the choices (rule 4: no text says "invalid")."""
    about = cast("Open", talk.now)
    return ask_again(talk, replace(about, words=cast("Said", event).text), event, facts)


def ask_again(talk: Talk, about: Open, event: Event, facts: Facts) -> Step:
    reply = about.reply or cast("Said | Pressed", event).key
    about = replace(about, reply=reply, value=None, home=None, staff=None, misread=1, misread_at=event.at)
    if not may_ask(about.texts):
        return _to_person(talk, about, event.at, facts)
    asking = _asking(talk, about.question, event.at, facts)
    recorded = record_answer(about, ReplyState.RECEIVED, event.at)
    return replace(talk, now=replace(about, texts=about.texts + 1)), [recorded, asking]


def _asking(talk: Talk, question: Question, at: datetime, facts: Facts) -> Say:
    """Ask once more for what the question asks for."""
    match question.kind:
        case Kind.YES_NO | Kind.ONE_OF:
            asking = say(talk, facts, "ask_again", options=menu(question.choices))
        case Kind.SEVERAL_OF:
            asking = say(talk, facts, "ask_several_again", options=menu(question.choices))
        case Kind.SCALE:
            low, high = question.marks
            return say(talk, facts, "ask_scale_again", low=str(low), high=str(high))
        case Kind.DATE:
            return say(talk, facts, "ask_day_again", day=day_of(at, facts) + A_FEW_DAYS)
        case Kind.TIME:
            return say(talk, facts, "ask_time_again", time=times.example(question.low, question.high))
        case _:
            return say(talk, facts, "ask_number_again")
    return replace(asking, digits=True, buttons=choice_keys(question))


def misread_again(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Not understood twice: a person, and the question stays answerable."""
    about, said = cast("Open", talk.now), cast("Said", event)
    return _to_person(talk, replace(about, reply=about.reply or said.key, words=said.text), event.at, facts)


def _to_person(talk: Talk, about: Open, at: datetime, facts: Facts) -> Step:
    about = replace(about, value=None, home=None, staff=None, misread=2, misread_at=None)
    talk, effects = hand_over(talk, facts, at, "not understood", reply=about.reply)
    recorded = record_answer(about, ReplyState.WITH_STAFF, at)
    return replace(talk, now=about, unanswered=0), [recorded, *effects]


def asked(talk: Talk, _hearing: Hearing, event: Event, _facts: Facts) -> Step:
    """A new question is open; the one before it may still be meant for a while (rule 3)."""
    sent, before = cast("Asked", event), talk.now
    if sent.again:
        return _asked_again(talk, sent)
    if isinstance(before, Open) and before.question.key == sent.question.key:
        return replace(talk, now=replace(before, asked_at=sent.at, certain=sent.certain)), []
    effects = [*let_go(talk.earlier, sent.at), *let_go(talk.aside, sent.at)]
    ignored, talk = talk.unanswered, survey.forget(talk, sent.question.broadcast_id)
    if isinstance(before, Open) and before.value is None and before.question.number == 1:
        ignored += 1
        if ignored == UNANSWERED:
            effects.append(CallStaff("questions unanswered", promise=False))
    earlier = _still_meant(before, sent.at)
    if earlier is None:
        effects += let_go(before, sent.at)
    now = Open(sent.question, sent.at, sent.certain)
    return replace(talk, now=now, earlier=earlier, aside=None, unanswered=ignored), effects


def _asked_again(talk: Talk, sent: Asked) -> Step:
    """A reminder: its question is the newest text again, whatever came between, and cost one text more."""
    key, others = sent.question.key, (talk.now, talk.earlier, talk.aside)
    same = [one for one in others if isinstance(one, Open) and one.question.key == key]
    mine = next((one for one in same if one is talk.now or one.value is None), None)
    about = mine or Open(sent.question, sent.at)
    about = replace(about, asked_at=sent.at, certain=sent.certain, texts=about.texts + 1)
    if mine is not None and mine is talk.now:
        return replace(talk, now=about), []
    earlier = _still_meant(talk.now, sent.at)
    left = [one for one in others if one is not mine and one is not earlier]
    effects = [effect for one in left for effect in let_go(one, sent.at)]
    return replace(talk, now=about, earlier=earlier, aside=None), effects


def _still_meant(before: Now | None, at: datetime) -> Offer | None:
    match before:
        case ReadBack() | Open(answered_at=None):
            return before
        case Open(answered_at=datetime() as since) if at - since <= DAY:
            return before
    return None
