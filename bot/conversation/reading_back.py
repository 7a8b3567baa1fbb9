"""Moves for saying what we understood, and what the family says of it (docs/dialogue.md, rules 6 to 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import cast

from bot.conversation import intent, survey
from bot.conversation.closed_answers import answered, ask_again, finish, misread_again
from bot.conversation.events import (
    CallStaff,
    Effect,
    Event,
    Facts,
    LeftToPerson,
    NoReadBack,
    ReadBackWritten,
    Said,
    WriteReadBack,
)
from bot.conversation.heard import Heard, Hearing
from bot.conversation.hearing import BURST
from bot.conversation.own_words import await_read_back
from bot.conversation.people import own_message
from bot.conversation.recorded import Answer
from bot.conversation.talk import Offer, Open, OwnWords, ReadBack, Talk, Telling, open_until
from bot.conversation.wording import (
    DAY,
    Step,
    hand_over,
    is_future,
    judgement_keys,
    let_go,
    may_ask,
    may_tell,
    menu,
    record_words,
    say,
)
from bot.messages import ReplyState


def odd_answer(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Read an answer with a slip back, once (rule 8, i)."""
    about = cast("Open", talk.now)
    if not may_ask(about.texts):
        move = misread_again if about.value is None else own_message
        return move(talk, hearing, event, facts)
    fresh = answered(about, cast("Answer", hearing.answer), event)
    own = OwnWords(
        fresh.reply or "",
        fresh.question,
        fresh.words,
        event.at,
        about=fresh,
        home=fresh.home,
        staff=fresh.staff,
        texts=fresh.texts,
    )
    return _read_back(talk, own, event.at, facts)


def read_back_written(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Keep what a liaison wrote; it is said as soon as nothing else is open (rules 3 and 9)."""
    written = cast("ReadBackWritten", event)
    kept = tuple(
        replace(own, home=written.home, staff=written.staff, by=written.by)
        if own.reply == written.reply
        else own
        for own in talk.waiting
    )
    return replace(talk, waiting=kept), []


def has_room(talk: Talk, at: datetime) -> bool:
    """Say whether a written read-back waits and nothing holds it up."""
    if not any(own.home is not None for own in talk.waiting):
        return False
    if talk.stopped is not None:
        return True
    held = open_until(talk)
    free = talk.now is None or (isinstance(talk.now, Open) and (held is None or held <= at))
    return free and not talk.with_staff


def read_next(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Say the oldest written read-back, or keep it unsaid where it must not be said (rule 8)."""
    own = next(each for each in talk.waiting if each.home is not None)
    talk = replace(talk, waiting=tuple(each for each in talk.waiting if each is not own))
    if talk.stopped is not None:
        return talk, [record_words(own, ReplyState.UNCONFIRMED)]
    late_and_shared = facts.adults > 1 and event.at - own.said_at > BURST
    if late_and_shared or not may_ask(own.texts):
        told: list[Effect] = [say(talk, facts, "got_it")] if may_tell(own.texts) else []
        kept: list[Effect] = [record_words(own, ReplyState.UNCONFIRMED), *told]
        return survey.and_then(talk, kept, own, event.at, facts)
    return _read_back(talk, own, event.at, facts)


def _read_back(talk: Talk, own: OwnWords, at: datetime, facts: Facts) -> Step:
    key = "read_back" if own.round == 1 else "read_back_again"
    if at - own.said_at > DAY:
        key = "read_back_later"
    day = own.said_at.astimezone(facts.promised.tzinfo).date()
    asking = say(
        talk, facts, key, meaning=own.home or "", topic=own.question.topic.strip(" ?¿؟？.。"), day=day
    )
    asking = replace(asking, digits=True, buttons=judgement_keys(own, facts))
    own = replace(own, texts=own.texts + 1)
    before = talk.now if isinstance(talk.now, Open) and own.about is None else talk.earlier
    dropped = let_go(talk.earlier, at) if before is not talk.earlier else []
    reading = _with_earlier(replace(talk, now=ReadBack(own, at)), before, at)
    return reading, [*dropped, record_words(own, ReplyState.READ_BACK), asking]


def _with_earlier(talk: Talk, before: Offer | None, at: datetime) -> Talk:
    """Keep what came just before only while it may still be meant (rule 3)."""
    if isinstance(before, Open) and before.answered_at is not None and at - before.answered_at > DAY:
        before = None
    return replace(talk, earlier=before)


def no_read_back(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """A person deals with these words; we say only that we have them (rule 8, v to vii)."""
    reply, found_danger = cast("NoReadBack", event).reply, cast("NoReadBack", event).danger
    own = next((each for each in talk.waiting if each.reply == reply), None)
    if own is None:
        return talk, []
    if found_danger:
        talk = replace(talk, waiting=tuple(each for each in talk.waiting if each is not own))
        talk, told = _danger_after_all(talk, facts, event.at, reply)
        return talk, [record_words(own, ReplyState.WITH_STAFF), *told]
    effects: list[Effect] = [
        record_words(own, ReplyState.WITH_STAFF),
        CallStaff("no read-back", promise=False, reply=reply),
    ]
    if talk.stopped is None and not talk.with_staff and may_tell(own.texts):
        effects.append(say(talk, facts, "got_it"))
    return replace(talk, waiting=tuple(each for each in talk.waiting if each is not own)), effects


def _danger_after_all(talk: Talk, facts: Facts, at: datetime, reply: str) -> Step:
    if talk.stopped is not None or talk.with_staff:
        return talk, [CallStaff("danger", promise=False, restricted=True, reply=reply)]
    return hand_over(talk, facts, at, "danger", restricted=True, reply=reply)


def left_to_person(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """No engine could say what these words mean: somebody who speaks the language will (rule 8, vi)."""
    reply = cast("LeftToPerson", event).reply
    own = next((each for each in talk.waiting if each.reply == reply and each.home is None), None)
    if own is None:
        return talk, []
    effects: list[Effect] = [WriteReadBack(reply, person=True)]
    if talk.stopped is None and not talk.with_staff and may_ask(own.texts):
        effects.append(say(talk, facts, "got_it"))
        told = replace(own, texts=own.texts + 1)
        talk = replace(talk, waiting=tuple(told if each is own else each for each in talk.waiting))
    return talk, effects


def agree(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """They say: right. CONFIRMED, or CORRECTED after they had put it right (rule 7)."""
    own = cast("ReadBack", talk.now).own
    if own.about is not None:
        about = replace(own.about, texts=own.texts, words=own.words)
        return finish(talk, about, event.at, facts, quiet=True)
    state = ReplyState.CONFIRMED if own.round == 1 else ReplyState.CORRECTED
    effects: list[Effect] = [record_words(own, state)]
    talk = replace(talk, now=None)
    day = own.question.decided_on
    if survey.following(talk, own.question, event.at) is not None:
        return survey.and_then(talk, effects, own, event.at, facts)
    if day is not None and is_future(day, event.at, facts) and may_tell(own.texts):
        effects.append(say(talk, facts, "closing", day=day))
    return talk, effects


def agree_and_add(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Yes plus more: CONFIRMED, the addition kept, no second read-back; a question in it is answered."""
    now, said = cast("ReadBack", talk.now), cast("Said", event)
    own = replace(now.own, words=f"{now.own.words}\n{said.text}")
    talk, effects = agree(replace(talk, now=replace(now, own=own)), hearing, event, facts)
    if intent.has_question_mark(said.text):
        talk, asked = hand_over(talk, facts, said.at, "own question", reply=own.reply)
        effects += asked
    return talk, effects


def disagree(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """A bare no: "tell us again in your own words"; for a closed answer the choices."""
    own = cast("ReadBack", talk.now).own
    if own.about is not None:
        return ask_again(talk, replace(own.about, texts=own.texts), event, facts)
    if not may_ask(own.texts):
        return _call_back(talk, own, event.at, facts)
    own = replace(own, home=None, staff=None, by="family", texts=own.texts + 1)
    telling = replace(talk, now=Telling(own, event.at))
    return telling, [record_words(own, ReplyState.RECEIVED), say(talk, facts, "tell_again")]


def correct(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Anything else is the correction itself: it is read back once more (rule 7)."""
    own, said = cast("ReadBack | Telling", talk.now).own, cast("Said", event)
    if own.about is not None:
        return ask_again(talk, replace(own.about, texts=own.texts, words=said.text), event, facts)
    own = replace(own, words=said.text, said_at=said.at, round=2, home=None, staff=None, by="family")
    return await_read_back(talk, own, [])


def disagree_again(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """A second no, or a second correction: a person calls, today. One repair, not two."""
    own = cast("ReadBack", talk.now).own
    if isinstance(event, Said) and hearing.heard is Heard.CORRECTION:
        own = replace(own, words=f"{own.words}\n{event.text}")
    return _call_back(talk, own, event.at, facts)


def _call_back(talk: Talk, own: OwnWords, at: datetime, facts: Facts) -> Step:
    own = replace(own, home=None, staff=None, by="family")
    effects: list[Effect] = [
        record_words(own, ReplyState.WITH_STAFF),
        CallStaff("second no", promise=True, reply=own.reply),
    ]
    if may_tell(own.texts):
        effects.append(say(talk, facts, "will_call"))
    return replace(talk, now=None, handed_over_at=at), effects


def unsure_judgement(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """A word that without its marks means "right" and "stop": ask, do not guess."""
    now = cast("ReadBack", talk.now)
    if not may_ask(now.own.texts):
        return unsure_again(talk, hearing, event, facts)
    asking = say(talk, facts, "ask_again", options=menu((facts.yes, facts.no)))
    asking = replace(asking, digits=True, buttons=judgement_keys(now.own, facts))
    now = replace(now, asked_again=True, own=replace(now.own, texts=now.own.texts + 1))
    return replace(talk, now=now), [asking]


def unsure_again(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Not understood twice: a person."""
    own = cast("ReadBack", talk.now).own
    talk, effects = hand_over(talk, facts, event.at, "not understood", reply=own.reply)
    return replace(talk, now=None), [record_words(own, ReplyState.WITH_STAFF), *effects]
