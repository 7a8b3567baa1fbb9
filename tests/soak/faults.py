"""Every fault of a provider by itself: nothing lost, nothing twice, nothing inside a wait it asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import uvloop

from bot import reports
from bot.bootstrap import open_app
from bot.messages import ChannelName
from bot.simulator import Fault, Plan, Trouble
from tests.soak.office import configure, populate, providing, sending, settled, watched
from tests.soak.town import Town, judge

#: half of all requests meet the fault, tries of the same text again included
MATRIX = {
    "too_many": Fault(Trouble.TOO_MANY, 0.5, seconds=1, times=3),
    "broken_500": Fault(Trouble.BROKEN, 0.5, status=500),
    "broken_503": Fault(Trouble.BROKEN, 0.5, status=503),
    "broken_after": Fault(Trouble.BROKEN_AFTER, 0.5, status=502),
    "slow": Fault(Trouble.SLOW, 0.5, seconds=0.5),
    "cut_before": Fault(Trouble.CUT_BEFORE, 0.5),
    "cut_after": Fault(Trouble.CUT_AFTER, 0.5),
    "half_answer": Fault(Trouble.HALF_ANSWER, 0.5),
}


async def meets(
    folder: Path, name: str, channel: ChannelName, texts: int, *, quick: bool = False
) -> dict[str, object]:
    """Send so many texts on one channel through one fault; quick: it strikes at first tries alone."""
    fault = replace(MATRIX[name], channel=channel)
    if quick:
        fault = replace(fault, times=min(fault.times or texts, texts // 3))
    sms = channel is ChannelName.SMS
    town = Town(texts) if sms else Town(0, texts)
    async with providing() as provider:
        config = configure(folder, provider, telegram=not sms, in_flight=16)
        populate(config, town, provider)
        provider.misbehave(Plan((fault,), seed=len(name)))
        app, watching = watched(open_app(config, {}))
        store = app.store
        async with sending(app):
            await settled(app, lambda: len(provider.ledger.accepted) + len(provider.ledger.refused))
            held = len(await store.read(reports.held))
        ledger = provider.ledger
    judged = judge(town.owed(), ((one.address, one.text) for one in ledger.accepted))
    unanswered = sum(not one.answered for one in ledger.accepted)
    unknown = unanswered + sum(one.status in {0, 500, 503} for one in ledger.refused)
    lost = max(0, len(judged.lost) - held)
    inside = watching[channel].inside_wait
    # A held text is one of which the provider told us nothing; SMS has a list that tells.
    held_wrongly = held > (0 if sms else unknown)
    return {
        "name": f"fault {name} {channel}",
        "texts": texts,
        "met": len(ledger.refused) + unanswered,
        "lost": lost,
        "duplicates": judged.duplicates,
        "wrong_person": judged.wrong_person,
        "held": held,
        "begun_inside_wait": inside,
        "ok": not (lost or judged.duplicates or judged.wrong_person or inside or held_wrongly),
    }


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """Each fault, 200 texts on either channel; quick: 40."""
    for name in MATRIX:
        for channel in ChannelName:
            with tempfile.TemporaryDirectory(prefix="homeloop-fault-") as folder:
                yield uvloop.run(meets(Path(folder), name, channel, 40 if quick else 200, quick=quick))
