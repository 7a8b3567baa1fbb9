"""Moves for words that could answer two of our texts (docs/dialogue.md, rule 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.conversation.events import (
    Event,
    Facts,
    Record,
    Said,
)
from bot.conversation.heard import Hearing
from bot.conversation.hearing import topic
from bot.conversation.talk import Offer, Open, Talk, Which
from bot.conversation.wording import (
    Step,
    hand_over,
    let_go,
    say,
)
from bot.messages import ReplyState


def ask_which(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Ask, by topic, which of two texts the answer belongs to."""
    first, second, said = cast("Offer", talk.earlier), cast("Offer", talk.now), cast("Said", event)
    asking = say(talk, facts, "which_question", first=topic(first), second=topic(second))
    which = Which(said.text, said.key, said.at, first, _one_more_text(second))
    return replace(talk, now=which, earlier=None), [replace(asking, digits=True)]


def _one_more_text(offer: Offer) -> Offer:
    if isinstance(offer, Open):
        return replace(offer, texts=offer.texts + 1)
    return replace(offer, own=replace(offer.own, texts=offer.own.texts + 1))


def which_unclear(talk: Talk, _hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Give both texts to a person; the newer question stays open."""
    which, said = cast("Which", talk.now), cast("Said", event)
    words = f"{which.words}\n{said.text}"
    recorded = Record(which.key, None, "own_question", words, ReplyState.WITH_STAFF)
    talk, effects = hand_over(talk, facts, said.at, "unclear which", reply=which.key)
    return replace(talk, now=which.second), [recorded, *effects, *let_go(which.first, said.at)]


def back(talk: Talk, _hearing: Hearing, _event: Event, _facts: Facts) -> Step:
    """What was put aside is open again."""
    return replace(talk, now=talk.aside, aside=None), []
