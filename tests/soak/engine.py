"""The conversation engine driven by chance, with every rule looked at after every event."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

from tests.conversation import test_properties as rules

#: events in all, and of one conversation at most
EVENTS, QUICK, LONGEST = 100_000, 5_000, 40
LATER = (0, 0, 1, 1, 3, 14, 16, 60, 23 * 60, 25 * 60, 49 * 60)


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """Yield one row: how many events, conversations and states there were, and the first rule that broke."""
    chance, wanted = random.Random(20261117), QUICK if quick else EVENTS
    events = conversations = 0
    states: Counter[str] = Counter()
    broken: str | None = None
    began = time.monotonic()
    while events < wanted and broken is None:
        walk, steps = _conversation(chance)
        try:
            events += rules.keeps_the_rules(walk, steps)
            rules.a_person_is_one_word_away(walk)
        except AssertionError as failed:
            broken = f"conversation {conversations}: {str(failed)[:300]}"
        states[walk.talk.state] += 1
        conversations += 1
    yield {
        "name": "engine", "events": events, "conversations": conversations, "states": dict(states),
        "seconds": round(time.monotonic() - began, 1), "broken": broken, "ok": broken is None,
    }  # fmt: skip


def _conversation(chance: random.Random) -> tuple[rules.Walk, list[tuple[str, int, int]]]:
    speakable = chance.choice((frozenset({"en", "es"}), frozenset({"en"})))
    walk = rules.Walk(adults=chance.randint(1, 3), night=chance.random() < 0.5, speakable=speakable)
    steps = [
        (chance.choice(rules.KINDS), chance.randrange(10_000), chance.choice(LATER))
        for _ in range(chance.randint(1, LONGEST))
    ]
    return walk, steps
