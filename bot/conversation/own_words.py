"""Moves for what somebody tells us in their own words."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.conversation import intent, survey
from bot.conversation.events import (
    CallStaff,
    Effect,
    Event,
    Facts,
    Said,
    WriteReadBack,
)
from bot.conversation.heard import Hearing
from bot.conversation.people import media
from bot.conversation.talk import Kind, Open, OwnWords, ReadBack, Talk, Telling
from bot.conversation.wording import (
    Step,
    let_go,
    may_tell,
    record_words,
    say,
)
from bot.messages import ReplyState


def take_words(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Record own words and ask a liaison to write what we understood (rule 9)."""
    about, said = cast("Open", talk.now), cast("Said", event)
    own = OwnWords(said.key, about.question, said.text, said.at, texts=about.texts)
    effects = let_go(talk.earlier, said.at)
    talk = _given(replace(talk, earlier=None, unanswered=0), own)
    return await_read_back(talk, own, effects)


def _given(talk: Talk, own: OwnWords) -> Talk:
    """Own words are an answer as soon as they are said; what they mean comes later."""
    return survey.remember(talk, own.question, "", texts=own.texts)


def await_read_back(talk: Talk, own: OwnWords, before: list[Effect]) -> Step:
    recorded = record_words(own, ReplyState.RECEIVED)
    talk = replace(talk, now=None, waiting=(*talk.waiting, own))
    return talk, [*before, recorded, WriteReadBack(own.reply)]


def more_words(talk: Talk, _hearing: Hearing, event: Event, _facts: Facts) -> Step:
    """Add a second text to the words that are still being understood."""
    said, own = cast("Said", event), talk.waiting[-1]
    own = replace(own, words=f"{own.words}\n{said.text}", said_at=said.at, home=None, staff=None)
    return await_read_back(replace(talk, waiting=talk.waiting[:-1]), own, [])


def delicate_words(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Give own words to a person: never read back, and no content in our text (rule 8, ii and vi)."""
    said, own = cast("Said", event), own_of(talk, cast("Said", event))
    effects: list[Effect] = [record_words(own, ReplyState.WITH_STAFF)]
    delicate = intent.is_delicate(said.text, facts.lexicon)
    why = "delicate" if delicate else "no read-back in this language"
    effects.append(CallStaff(why, promise=False, reply=own.reply))
    if may_tell(own.texts):
        effects.append(say(talk, facts, "got_it"))
    waiting = tuple(each for each in talk.waiting if each.reply != own.reply)
    effects += let_go(talk.earlier, said.at)
    talk = _given(replace(talk, now=None, earlier=None, waiting=waiting, unanswered=0), own)
    return (talk, effects) if delicate else survey.and_then(talk, effects, own, said.at, facts)


def own_of(talk: Talk, said: Said) -> OwnWords:
    match talk.now:
        case Open() as about:
            return OwnWords(said.key, about.question, said.text, said.at, texts=about.texts)
        case ReadBack(own=own) | Telling(own=own):
            return replace(
                own, words=said.text or own.words, said_at=said.at, home=None, staff=None, by="family"
            )
    own = talk.waiting[-1]
    return replace(own, words=f"{own.words}\n{said.text}", said_at=said.at)


def media_instead(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """A voice note or picture in place of own words is the answer; a person reads it (rule 8, v)."""
    now, said = talk.now, cast("Said", event)
    if isinstance(now, Open) and now.question.kind is not Kind.OWN_WORDS:
        return media(talk, hearing, event, facts)
    own = own_of(talk, said)
    called = CallStaff("media", promise=True, reply=own.reply)
    effects: list[Effect] = [record_words(own, ReplyState.WITH_STAFF), called, say(talk, facts, "media")]
    effects += let_go(talk.earlier, said.at)
    talk = _given(replace(talk, now=None, earlier=None, handed_over_at=said.at, unanswered=0), own)
    return survey.and_then(talk, effects, own, said.at, facts)
