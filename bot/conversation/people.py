"""Moves that hand something to a person, and those that need nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.conversation.events import (
    CallStaff,
    ChangeLanguage,
    Effect,
    Event,
    Facts,
    Said,
)
from bot.conversation.heard import Hearing
from bot.conversation.hearing import MOST_SAME, MOST_TEXTS, is_over
from bot.conversation.talk import Open, Talk
from bot.conversation.wording import (
    Step,
    hand_over,
    in_both,
    let_go,
    own_message_record,
    say,
)


def nothing(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """Say and do nothing."""
    return talk, []


def own_message(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """A question of their own: a person answers by a promised hour; what is open stays open."""
    said = cast("Said", event)
    recorded = own_message_record(said)
    talk, effects = hand_over(talk, facts, said.at, "own question", reply=said.key)
    return talk, [recorded, *effects]


def pass_on(talk: Talk, _hearing: Hearing, event: Event, _facts: Facts) -> Step:
    """A person reads it; the machine keeps silent (after STOP, or while staff write with them)."""
    why = "after stop" if talk.stopped else "while staff write"
    return talk, [CallStaff(why, promise=False)]


def danger(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """The on-call person, at once; our text is the ordinary hand-over, word for word (rule 19)."""
    if talk.stopped is not None:
        return talk, [CallStaff("danger", promise=False, restricted=True)]
    return hand_over(talk, facts, event.at, "danger", restricted=True)


def call_person(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """They want a person, or another language (rule 1)."""
    return hand_over(talk, facts, event.at, "asked for a person")


def loop(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """Another machine answers us, or a key is stuck: silence, and a person looks once."""
    if talk.pace.same != MOST_SAME + 1 and talk.pace.texts != MOST_TEXTS + 1:
        return talk, []
    return talk, [CallStaff("another machine", promise=False)]


def unclear(talk: Talk, _hearing: Hearing, _event: Event, facts: Facts) -> Step:
    """Our last text made no sense: a person checks it (rules 1 and 23)."""
    return talk, [CallStaff("unclear text", promise=False), say(talk, facts, "unclear_text")]


def media(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """A voice note or picture: a person listens or looks (rule 8, v)."""
    said = cast("Said", event)
    effects: list[Effect] = [CallStaff("media", promise=True, reply=said.key), say(talk, facts, "media")]
    kept = own_message_record(said)
    return replace(talk, handed_over_at=said.at), [kept, *effects]


def who_are_we(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Say who we are, in both languages, once; after that a person does (rule 18)."""
    if talk.told_who:
        return hand_over(talk, facts, event.at, "who is this")
    return replace(talk, told_who=True), [in_both(say(talk, facts, "who_is_this"))]


def change_language(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """The family's own choice of language; one we cannot speak goes to a person as well."""
    tag = cast("str", hearing.tag)
    spoke = tuple(dict.fromkeys((*talk.spoke, talk.language)))
    changed = replace(talk, language=tag, spoke=spoke)
    if tag in facts.speakable:
        return changed, [ChangeLanguage(tag), say(changed, facts, "language_changed")]
    _, effects = hand_over(talk, facts, event.at, "language")
    return replace(changed, handed_over_at=event.at), [ChangeLanguage(tag), *effects]


def time_over(talk: Talk, _hearing: Hearing, event: Event, _facts: Facts) -> Step:
    """Two days without an answer: recorded as it is, no reminder (rule 11)."""
    effects: list[Effect] = []
    now, earlier, aside = talk.now, talk.earlier, talk.aside
    if is_over(earlier, event.at):
        effects, earlier = let_go(earlier, event.at), None
    if is_over(aside, event.at):
        effects, aside = [*effects, *let_go(aside, event.at)], None
    if is_over(now, event.at):
        effects += let_go(now, event.at)
        now = replace(now, misread_at=None) if isinstance(now, Open) else None
    return replace(talk, now=now, earlier=earlier, aside=aside), effects


def took_over(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """A person writes with them; the machine keeps silent."""
    return replace(talk, with_staff=True), []


def handed_back(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """What was open before is open again."""
    return replace(talk, with_staff=False), []
