"""Approval: everything against a broadcast is an error, and its texts become renderings that never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import languages
from bot.broadcasts.drafts import N_, Objection, against, in_draft, known, text_of
from bot.broadcasts.wordings import (
    LONGEST,
    NO_TEXT,
    SENDABLE,
    Line,
    Preview,
    Text,
    by_language,
    line,
    lines_of,
    texts_of,
)
from bot.conversation.ask import Ask
from bot.conversation.events import button_data
from bot.conversation.talk import Kind
from bot.errors import BroadcastError
from bot.messages import ChannelName
from bot.settings import Settings
from bot.store import audience as audiences
from bot.store.audience import Audience, Reach
from bot.store.tables import Broadcast, BroadcastState, Rendering, Translation, TranslationState


def preview(
    session: Session, broadcast_id: int, settings: Settings, *, fallback: str | None = None
) -> Preview:
    """Show what would go to whom, before anybody approves it. Reads only."""
    broadcast = known(session, broadcast_id)
    return _preview(session, broadcast, settings, fallback or broadcast.fallback)


def _preview(session: Session, broadcast: Broadcast, settings: Settings, fallback: str | None) -> Preview:
    reach = reach_of(session, broadcast)
    texts = texts_of(session, broadcast, settings)
    lines = lines_of(broadcast, by_language(reach.phones), texts, fallback)
    said = [str(one) for one in against_lines(lines, texts, fallback)]
    return Preview(lines, reach, reach.total, tuple(said))


def reach_of(session: Session, broadcast: Broadcast) -> Reach:
    """Count whom a release of this broadcast would reach now."""
    audience = Audience.from_json(broadcast.audience)
    return audiences.reach(session, audience, emergency=broadcast.purpose == "emergency")


def against_lines(lines: Sequence[Line], texts: Mapping[str, Text], fallback: str | None) -> list[Objection]:
    """Say what stands against these lines going out."""
    said = []
    without = [one for one in lines if one.fallback]
    if without and fallback is None:
        names = ", ".join(f"{languages.language(one.language).english} ({one.phones})" for one in without)
        said.append(
            Objection(
                "fallback",
                N_(
                    "No text may be sent in: %(languages)s. Add one, or choose what these families get: "
                    "another language's text with a label (--fallback en), or a call (--fallback none)."
                ),
                {"languages": names},
            )
        )
    if fallback not in {None, NO_TEXT} and not (fallback in texts and texts[fallback].sendable):
        said.append(
            Objection(
                "fallback",
                N_("The fallback “%(language)s” has no approved text itself: choose another."),
                {"language": fallback},
            )
        )
    if not lines:
        said.append(
            Objection(
                "whom",
                N_("Nobody in this audience can be reached: check its schools, grades and languages."),
            )
        )
    return [*said, *_too_long(lines)]


def _too_long(lines: Sequence[Line]) -> list[Objection]:
    sentence = N_(
        "The text in %(language)s has %(characters)s characters; "
        "1,600 is the most that can be sent: shorten it."
    )
    return [
        Objection(
            f"text-{one.language}",
            sentence,
            {"language": languages.language(one.language).english, "characters": len(text)},
            question=number,
        )
        for one in lines
        for number, text in enumerate((one.text, *one.more), 1)
        if len(text) > LONGEST
    ]


def approve(
    session: Session,
    broadcast_id: int,
    settings: Settings,
    *,
    now: datetime,
    fallback: str | None = None,
    typed_count: int | None = None,
) -> Preview:
    """Freeze a broadcast's texts for sending. Raises `BroadcastError` with everything against it.

    Above `staff.large_broadcast` phones somebody must have typed their number.
    """
    broadcast = in_draft(session, broadcast_id)
    broadcast.fallback = fallback or broadcast.fallback
    shown = _preview(session, broadcast, settings, broadcast.fallback)
    said = [*_house_rules(session, broadcast), *shown.objections]
    if said:
        raise BroadcastError(" ".join(said))
    check_count(shown.phones, typed_count, settings)
    let_go(session, broadcast, shown.reach, settings, now=now)
    return shown


def _house_rules(session: Session, broadcast: Broadcast) -> list[str]:
    """A draft of the console is kept however it is; nothing that breaks a rule leaves by another door."""
    assert broadcast.id is not None
    source = text_of(session, broadcast.id, broadcast.source_language)
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    more = [str(one.get("text", "")) for one in (source.more if source else None) or ()]
    return [str(one) for one in against(source.text if source else "", broadcast.purpose, ask, more)]


def check_count(phones: int, typed: int | None, settings: Settings) -> None:
    """Raise `BroadcastError` unless the number of a large broadcast was typed."""
    if phones > settings.staff.large_broadcast and typed != phones:
        raise BroadcastError(
            f"This goes to {phones} phones. Type that number to approve it"
            + (f" (you typed {typed})." if typed is not None else ".")
        )


def let_go(
    session: Session,
    broadcast: Broadcast,
    reach: Reach,
    settings: Settings,
    *,
    now: datetime,
    by: int | None = None,
) -> None:
    """Approve a broadcast that nothing stands against and freeze its texts."""
    broadcast.state, broadcast.approved_at, broadcast.approved_by = BroadcastState.APPROVED, now, by
    broadcast.counted = reach.total
    session.add(broadcast)
    session.execute(
        sa.update(Translation)
        .where(col(Translation.broadcast_id) == broadcast.id, col(Translation.state).in_(SENDABLE))
        .values(state=TranslationState.APPROVED)
    )
    freeze(session, broadcast, settings, reach)


def freeze(session: Session, broadcast: Broadcast, settings: Settings, reach: Reach | None = None) -> None:
    """Add the renderings that the audience needs and that do not exist yet; none is ever changed.

    Each language is worded for every channel: a family may have to be reached on another one.
    """
    assert broadcast.id is not None
    reach = reach or reach_of(session, broadcast)
    texts = texts_of(session, broadcast, settings)
    made = set(
        session.exec(
            select(Rendering.channel, Rendering.language).where(col(Rendering.broadcast_id) == broadcast.id)
        )
    )
    languages_due = by_language(reach.phones)
    wanted = {(channel, tag) for tag in languages_due for channel in (*_channels(settings), *_of(reach, tag))}
    for channel, tag in sorted(wanted - made):
        count = languages_due[tag]
        due = line(broadcast, tag, count, texts, broadcast.fallback)
        if due.written_in is not None:
            source = texts[broadcast.source_language]
            session.add(_rendering(broadcast, channel, due, texts[due.written_in], source))
    session.flush()


def _channels(settings: Settings) -> list[str]:
    sections = ((ChannelName.SMS, settings.sms), (ChannelName.TELEGRAM, settings.telegram))
    return [channel for channel, section in sections if section is not None]


def _of(reach: Reach, tag: str) -> list[str]:
    return [channel for channel, of in reach.phones if of == tag]


def _marks(broadcast: Broadcast) -> list[str]:
    """Return the marks of a scale, which are its buttons (rule 2)."""
    scale = (broadcast.question or {}).get("kind") == Kind.SCALE
    return [str(mark) for mark in range(1, 6)] if scale else []


def _asks(text: Text, source: Text) -> dict[str, Any]:
    return {
        "topic": text.words,
        "choices": list(text.choices),
        "staff_choices": list(source.choices),
        "asked": text.asked,
    }


def _rendering(broadcast: Broadcast, channel: str, due: Line, text: Text, source: Text) -> Rendering:
    assert broadcast.id is not None
    asks = _asks(text, source)
    if text.more:
        pairs = zip(text.more, source.more, strict=True)
        asks["more"] = [{**_asks(one, of_source), "put": one.put} for one, of_source in pairs]
    keys = None
    if channel == ChannelName.TELEGRAM:
        labels = [f"{number} {words}" for number, words in enumerate(text.choices, start=1)]
        labels = labels or _marks(broadcast)
        keys = [
            [label, button_data(broadcast.id, number)] for number, label in enumerate(labels, start=1)
        ] or None
    return Rendering(
        broadcast_id=broadcast.id,
        language=due.language,
        written_in=due.written_in or due.language,
        channel=channel,
        text=due.text,
        buttons=keys,
        digits=broadcast.question is not None,
        asks=asks if broadcast.question else None,
        encoding=due.encoding,
        parts=due.parts if channel == ChannelName.SMS else 1,
    )
