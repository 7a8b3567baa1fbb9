"""Moves for being let in and kept out: STOP, START, wrong numbers, blocks (docs/dialogue.md, 16 and 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.conversation.events import (
    CallStaff,
    ClosingsOnly,
    Effect,
    Event,
    Facts,
    StartWriting,
    StopWriting,
)
from bot.conversation.heard import Hearing
from bot.conversation.talk import Stopped, Talk
from bot.conversation.wording import DAY, Step, in_both, let_go, record_words, say
from bot.messages import ReplyState


def stop(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Stop at once for everything; one text back with one option, for 24 h."""
    stopped, effects = _stopped(talk, Stopped("family", event.at + DAY), event.at)
    return stopped, [*effects, replace(say(talk, facts, "stopped"), digits=True, passes_stop=True)]


def stop_in_danger(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Honour the STOP, and call the person as for any danger (rule 19)."""
    talk, effects = stop(talk, hearing, event, facts)
    return talk, [CallStaff("danger", promise=False, restricted=True), *effects]


def stop_again(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """A second STOP ends the closings too; it was confirmed once and is not again."""
    assert talk.stopped is not None
    stopped = replace(talk.stopped, why="family", offer_until=None, closings=False)
    return replace(talk, stopped=stopped), [StopWriting("family")]


def stop_again_in_danger(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """The same, with the person called."""
    talk, effects = stop_again(talk, hearing, event, facts)
    return talk, [CallStaff("danger", promise=False, restricted=True), *effects]


def provider_stopped(talk: Talk, _hearing: Hearing, event: Event, _facts: Facts) -> Step:
    """The provider answered; we keep silent, and a later 1 still counts."""
    return _stopped(talk, Stopped("provider", event.at + DAY), event.at)


def closings_only(talk: Talk, _hearing: Hearing, _event: Event, facts: Facts) -> Step:
    """The one option after STOP: closings and danger, nothing else."""
    assert talk.stopped is not None
    effects: list[Effect] = [ClosingsOnly()]
    if talk.stopped.why == "family":
        effects.append(replace(say(talk, facts, "closings_only"), passes_stop=True))
    return replace(talk, stopped=replace(talk.stopped, offer_until=None, closings=True)), effects


def offer_over(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """The option is gone and never asked again."""
    assert talk.stopped is not None
    return replace(talk, stopped=replace(talk.stopped, offer_until=None)), []


def start(talk: Talk, _hearing: Hearing, _event: Event, facts: Facts) -> Step:
    """They asked for us again, by an explicit word."""
    return replace(talk, stopped=None), [StartWriting("word"), say(talk, facts, "started")]


def linked(talk: Talk, _hearing: Hearing, _event: Event, facts: Facts) -> Step:
    """They opened the bot with their code, which is an explicit act."""
    return replace(talk, stopped=None), [StartWriting("linked"), say(talk, facts, "linked")]


def wrong_number(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Stop that phone and say sorry in both languages, once; never argue, never name a child."""
    stopped, effects = _stopped(talk, Stopped("wrong number"), event.at)
    sorry = replace(in_both(say(talk, facts, "wrong_number")), passes_stop=True)
    return stopped, [*effects, sorry]


def blocked(talk: Talk, _hearing: Hearing, event: Event, _facts: Facts) -> Step:
    """They blocked the bot, which is a STOP without words."""
    return _stopped(talk, Stopped("blocked"), event.at)


def unblocked(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """Undo a block, never a STOP in words."""
    if talk.stopped is None or talk.stopped.why != "blocked":
        return talk, []
    return replace(talk, stopped=None), [StartWriting("unblocked")]


def help_them(talk: Talk, _hearing: Hearing, _event: Event, facts: Facts) -> Step:
    """HELP passes in every state (rule 3)."""
    return talk, [replace(say(talk, facts, "help"), passes_stop=talk.stopped is not None)]


def _stopped(talk: Talk, stopped: Stopped, at: datetime) -> Step:
    """Close everything; words that a liaison still works on stay, to be recorded and not said."""
    written = [own for own in talk.waiting if own.home is not None]
    effects: list[Effect] = [StopWriting(stopped.why)]
    for open_thing in (talk.now, talk.earlier, talk.aside):
        effects += let_go(open_thing, at)
    effects += [record_words(own, ReplyState.UNCONFIRMED) for own in written]
    waiting = tuple(own for own in talk.waiting if own not in written)
    closed = replace(talk, now=None, earlier=None, aside=None, waiting=waiting)
    closed = replace(closed, with_staff=False, stopped=stopped)
    return closed, effects
