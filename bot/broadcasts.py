"""Broadcasts on their way out: draft, translate, preview, approve, schedule, release, recall, stop.

A broadcast is approved as a whole: its texts are frozen into renderings, one per language and channel,
and deliveries point at those. A language without a text that may be sent gets what staff chose: another
language's text with a label, or nothing and a list for a call. Never an empty text, never one in a
language nobody chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import calendar, languages
from bot.channels import segments
from bot.conversation.ask import Ask
from bot.conversation.events import button_data
from bot.errors import BroadcastError
from bot.messages import ChannelName
from bot.settings import Settings
from bot.store import audience as audiences
from bot.store import outbox
from bot.store.audience import Audience, Reach
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    Delivery,
    Handover,
    Moment,
    Occurrence,
    Rendering,
    Schedule,
    Translation,
    TranslationState,
)

NO_TEXT = "none"  #: the fallback that sends nothing and lists the phones for a call

_JUST_NOW = timedelta(minutes=1)  #: "at once" may be typed up to a minute ago

_LONGEST = 1600  #: characters Twilio takes (error 21617)

_SENDABLE = (TranslationState.REVIEWED, TranslationState.APPROVED)

#: U.S. school acronyms that no family is expected to know (docs/dialogue.md, rule 22)
_ACRONYMS = frozenset({"IEP", "PTO", "PTA", "ELL", "ESL", "EL", "FRL", "SPED", "MTSS", "LEP"})

#: beginnings of a yes/no question whose "yes" means two things (rule 4)
_NEGATIVE = ("don't ", "dont ", "doesn't ", "didn't ", "isn't ", "aren't ", "won't ", "can't ", "wouldn't ")


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast as staff wrote it down."""

    title: str
    text: str
    audience: Audience
    source_language: str = "en"
    purpose: str = "school"
    phase: str = "inform"
    ask: Ask | None = None
    decided_on: date | None = None  #: when families are told what came of it (rule 15)
    provenance: str = "typed"
    fallback: str | None = None  #: see `Broadcast.fallback`


@dataclass(frozen=True, slots=True)
class Line:
    """One language of a preview: who is due what."""

    language: str
    phones: int
    written_in: str | None  #: None: these people get no text
    state: str  #: "approved", "reviewed", "machine", "missing"
    text: str
    parts: int
    encoding: str
    fallback: bool
    provenance: str = ""  #: of the text that they get: "typed", "notice:snow-closing (no native reader yet)"


@dataclass(frozen=True, slots=True)
class Preview:
    """What approval would send, language by language, and what stands against it."""

    lines: tuple[Line, ...]
    reach: Reach
    phones: int
    objections: tuple[str, ...] = field(default=())


def draft(session: Session, written: Draft, now: datetime) -> int:
    """Keep a new broadcast with its source text; return its id. Raises `BroadcastError`."""
    broadcast = Broadcast(
        title=written.title,
        phase="inquire" if written.ask else written.phase,
        purpose=written.purpose,
        source_language=written.source_language,
        fallback=written.fallback,
        audience=written.audience.to_json(),
        question=written.ask.to_json() if written.ask else None,
        closing={"decided_on": written.decided_on.isoformat()} if written.decided_on else None,
        made_at=now,
    )
    wrong = objections(written)
    if wrong:
        raise BroadcastError(" ".join(wrong))
    session.add(broadcast)
    session.flush()
    assert broadcast.id is not None
    translate(
        session,
        broadcast.id,
        written.source_language,
        written.text,
        choices=written.ask.choices if written.ask else (),
        provenance=written.provenance,
        state=TranslationState.REVIEWED,
        now=now,
    )
    return broadcast.id


def objections(written: Draft) -> list[str]:
    """Say in sentences what the house rules have against a draft (rules 1, 3, 4, 22)."""
    ask, said = written.ask, []
    if not written.text.strip():
        said.append("The text is empty: write what families should read.")
    found = sorted(_ACRONYMS & set(written.text.replace("/", " ").split()))
    if found:
        said.append(f"Families cannot know “{', '.join(found)}”: write it out in plain words.")
    if ask is None:
        return said
    if written.purpose == "emergency":
        said.append("An emergency carries no question: send the emergency first and ask afterwards.")
    if ask.kind == "yes_no" and written.text.casefold().startswith(_NEGATIVE):
        said.append("A negative question has two meanings for “yes”: ask it the positive way round.")
    if ask.kind == "one_of" and not 2 <= len(ask.choices) <= (5 if ask.other else 6):
        said.append("Give 2 to 5 choices: the menu ends with “something else” and has no more than 6 lines.")
    if ask.low is not None and ask.high is not None and ask.low >= ask.high:
        said.append(f"The lowest number ({ask.low}) must be less than the highest ({ask.high}).")
    return said


def translate(
    session: Session,
    broadcast_id: int,
    language: str,
    text: str,
    *,
    choices: Sequence[str] = (),
    asked: str | None = None,
    provenance: str,
    state: TranslationState,
    now: datetime,
) -> None:
    """Keep a broadcast's text in one language, in place of an older one. Raises `BroadcastError`."""
    broadcast = _in_draft(session, broadcast_id)
    tag = languages.language(language).tag
    if not text.strip():
        raise BroadcastError(
            f"The text in {languages.language(tag).english} is empty: type it or leave it out."
        )
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    if ask and choices and len(choices) != ask.choices_needed:
        raise BroadcastError(
            f"The text in {languages.language(tag).english} has {len(choices)} choices, "
            f"the question has {ask.choices_needed}: give one for each, in the same order."
        )
    found = session.exec(
        select(Translation).where(
            col(Translation.broadcast_id) == broadcast_id, col(Translation.language) == tag
        )
    ).first()
    kept = found or Translation(broadcast_id=broadcast_id, language=tag, text="", provenance="", made_at=now)
    kept.text, kept.choices, kept.asked = segments.normalise(text.strip()), list(choices) or None, asked
    kept.provenance, kept.state, kept.made_at = provenance, state, now
    session.add(kept)
    session.flush()


def accept_drafts(session: Session, broadcast_id: int, tags: Sequence[str]) -> None:
    """Somebody who reads these languages has read the drafts and lets them go out."""
    _in_draft(session, broadcast_id)
    for tag in tags:
        found = session.exec(
            select(Translation).where(
                col(Translation.broadcast_id) == broadcast_id, col(Translation.language) == tag
            )
        ).first()
        if found is None:
            raise BroadcastError(f"Broadcast {broadcast_id} has no text in “{tag}” that could be accepted.")
        found.state = TranslationState.REVIEWED
        session.add(found)


def _in_draft(session: Session, broadcast_id: int) -> Broadcast:
    broadcast = _known(session, broadcast_id)
    if broadcast.state != BroadcastState.DRAFT:
        raise BroadcastError(
            f"Broadcast {broadcast_id} is {broadcast.state} and its texts are frozen: "
            "recall it, or write a new one."
        )
    return broadcast


def _known(session: Session, broadcast_id: int) -> Broadcast:
    broadcast = session.get(Broadcast, broadcast_id, populate_existing=True)
    if broadcast is None:
        raise BroadcastError(f"There is no broadcast {broadcast_id}: “homeloop broadcasts” lists them.")
    return broadcast


def preview(
    session: Session, broadcast_id: int, settings: Settings, *, fallback: str | None = None
) -> Preview:
    """Show what would go to whom, before anybody approves it. Reads only."""
    broadcast = _known(session, broadcast_id)
    wanted = fallback or broadcast.fallback
    reach = _reach(session, broadcast)
    texts = _texts(session, broadcast, settings)
    phones: dict[str, int] = {}
    for (_channel, tag), count in reach.phones.items():
        phones[tag] = phones.get(tag, 0) + count
    lines = tuple(_line(broadcast, tag, count, texts, wanted) for tag, count in sorted(phones.items()))
    return Preview(lines, reach, sum(phones.values()), tuple(_against(broadcast, lines, texts, wanted)))


def _reach(session: Session, broadcast: Broadcast) -> Reach:
    audience = Audience.from_json(broadcast.audience)
    return audiences.reach(session, audience, emergency=broadcast.purpose == "emergency")


@dataclass(frozen=True, slots=True)
class _Text:
    words: str
    choices: tuple[str, ...]
    state: str
    complete: bool  #: every choice has its words
    provenance: str
    asked: str | None = None  #: the verb of a yes/no question (rule 5)

    @property
    def sendable(self) -> bool:
        return self.state in _SENDABLE and self.complete


def _texts(session: Session, broadcast: Broadcast, settings: Settings) -> dict[str, _Text]:
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    rows = session.exec(select(Translation).where(col(Translation.broadcast_id) == broadcast.id))
    return {row.language: _text(row, ask, settings) for row in rows}


def _text(row: Translation, ask: Ask | None, settings: Settings) -> _Text:
    if ask is None or not ask.offers_digits:
        return _Text(row.text, (), row.state, True, row.provenance)
    said = tuple(row.choices or ())
    speaks = languages.speakable(row.language, settings.unreviewed)
    if ask.kind == "yes_no" and not said and speaks:
        said = (languages.phrase("yes", row.language), languages.phrase("no", row.language))
    complete = len(said) == ask.choices_needed
    if ask.kind == "one_of" and ask.other and complete and speaks:
        said = (*said, languages.phrase("other", row.language))
    return _Text(row.text, said, row.state, complete, row.provenance, row.asked)


def menu(text: str, choices: Sequence[str]) -> str:
    """Lay a question out for a phone: every choice on its own line, beginning with its digit (rule 21)."""
    return "\n".join([text, *(f"{number} {words}" for number, words in enumerate(choices, start=1))])


def _line(
    broadcast: Broadcast, tag: str, count: int, texts: Mapping[str, _Text], fallback: str | None
) -> Line:
    own = texts.get(tag)
    if own is not None and own.sendable:
        body = menu(own.words, own.choices)
        parts = segments.measure(body)
        return Line(tag, count, tag, own.state, body, parts.count, parts.encoding, False, own.provenance)
    state = own.state if own else "missing"
    other = texts.get(fallback) if fallback and fallback != NO_TEXT else None
    if fallback is None or other is None or not other.sendable:
        return Line(tag, count, None, state, "", 0, "", True)
    label = languages.fallback_label(tag, fallback, offer_person=broadcast.purpose != "emergency")
    body = label + menu(other.words, other.choices)
    parts = segments.measure(body)
    return Line(tag, count, fallback, state, body, parts.count, parts.encoding, True, other.provenance)


def _against(
    broadcast: Broadcast, lines: Sequence[Line], texts: Mapping[str, _Text], fallback: str | None
) -> list[str]:
    said = []
    without = [line for line in lines if line.fallback]
    if without and fallback is None:
        names = ", ".join(f"{languages.language(line.language).english} ({line.phones})" for line in without)
        said.append(
            f"No text may be sent in: {names}. Add one, or choose what these families get: "
            "another language's text with a label (--fallback en), or a call (--fallback none)."
        )
    if fallback not in {None, NO_TEXT} and not (fallback in texts and texts[fallback].sendable):
        said.append(f"The fallback “{fallback}” has no approved text itself: choose another.")
    if not lines:
        said.append("Nobody in this audience can be reached: check its schools, grades and languages.")
    said.extend(
        f"The text in {languages.language(line.language).english} has {len(line.text)} characters; "
        "1,600 is the most that can be sent: shorten it."
        for line in lines
        if len(line.text) > _LONGEST
    )
    return said


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
    broadcast = _in_draft(session, broadcast_id)
    broadcast.fallback = fallback or broadcast.fallback
    shown = preview(session, broadcast_id, settings)
    if shown.objections:
        raise BroadcastError(" ".join(shown.objections))
    if shown.phones > settings.staff.large_broadcast and typed_count != shown.phones:
        raise BroadcastError(
            f"This goes to {shown.phones} phones. Type that number to approve it"
            + (f" (you typed {typed_count})." if typed_count is not None else ".")
        )
    broadcast.state, broadcast.approved_at, broadcast.counted = BroadcastState.APPROVED, now, shown.phones
    session.add(broadcast)
    session.execute(
        sa.update(Translation)
        .where(col(Translation.broadcast_id) == broadcast_id, col(Translation.state).in_(_SENDABLE))
        .values(state=TranslationState.APPROVED)
    )
    _freeze(session, broadcast, settings)
    return shown


def _freeze(session: Session, broadcast: Broadcast, settings: Settings) -> None:
    """Add the renderings that the audience needs and that do not exist yet; none is ever changed."""
    assert broadcast.id is not None
    reach = _reach(session, broadcast)
    texts = _texts(session, broadcast, settings)
    made = set(
        session.exec(
            select(Rendering.channel, Rendering.language).where(col(Rendering.broadcast_id) == broadcast.id)
        )
    )
    for (channel, tag), count in reach.phones.items():
        if (channel, tag) in made:
            continue
        line = _line(broadcast, tag, count, texts, broadcast.fallback)
        if line.written_in is not None:
            source = texts[broadcast.source_language]
            session.add(_rendering(broadcast, channel, line, texts[line.written_in], source))
    session.flush()


def _rendering(broadcast: Broadcast, channel: str, line: Line, text: _Text, source: _Text) -> Rendering:
    assert broadcast.id is not None
    asks = {
        "topic": text.words,
        "choices": list(text.choices),
        "staff_choices": list(source.choices),
        "asked": text.asked,
    }
    keys = None
    if channel == ChannelName.TELEGRAM and text.choices:
        keys = [
            [f"{number} {words}", button_data(broadcast.id, number)]
            for number, words in enumerate(text.choices, start=1)
        ]
    return Rendering(
        broadcast_id=broadcast.id,
        language=line.language,
        written_in=line.written_in or line.language,
        channel=channel,
        text=line.text,
        buttons=keys,
        digits=broadcast.question is not None,
        asks=asks if broadcast.question else None,
        encoding=line.encoding,
        parts=line.parts if channel == ChannelName.SMS else 1,
    )


def schedule(
    session: Session,
    broadcast_id: int,
    starts: datetime,
    settings: Settings,
    *,
    rrule: str | None,
    now: datetime,
) -> datetime:
    """Let an approved broadcast go out at a local time, once or by an RFC 5545 rule; return the first moment.

    `starts` is naive, in the school's zone. Raises `BroadcastError` if no time of it is still to come.
    """
    broadcast = _known(session, broadcast_id)
    if broadcast.state != BroadcastState.APPROVED:
        raise BroadcastError(f"Broadcast {broadcast_id} is {broadcast.state}: approve it first.")
    known = session.exec(select(Schedule.starts).where(col(Schedule.broadcast_id) == broadcast_id)).first()
    if known is not None:
        raise BroadcastError(
            f"Broadcast {broadcast_id} is already scheduled for {known.replace('T', ' ')[:16]}: "
            "recall it and write a new one to change that."
        )
    zone, starts = settings.school.zone, starts.replace(microsecond=0)
    first = calendar.occurrences_after(starts, zone, rrule, now - _JUST_NOW)
    if first is None:
        raise BroadcastError(
            f"{starts:%Y-%m-%d %H:%M} is over in {settings.school.time_zone}: choose a later time."
        )
    session.add(
        Schedule(
            broadcast_id=broadcast_id,
            starts=starts.isoformat(timespec="seconds"),
            zone=settings.school.time_zone,
            rrule=rrule,
            next_at=first.moment,
        )
    )
    session.flush()
    return first.moment


def due(session: Session, now: datetime) -> list[int]:
    """List schedules whose next occurrence has come."""
    return [
        one
        for one in session.exec(
            select(Schedule.id).where(col(Schedule.done).is_(False), col(Schedule.next_at) <= now)
        )
        if one is not None
    ]


def release(session: Session, schedule_id: int, settings: Settings, now: datetime) -> int | None:
    """Release one due occurrence: the occurrence, its deliveries and the next date, in one transaction.

    Returns the number of deliveries, or None if there was nothing to release (taken by another tick,
    recalled, or so late that it is reported instead).
    """
    plan = session.get(Schedule, schedule_id, populate_existing=True)
    if plan is None or plan.done or plan.next_at is None or plan.next_at > now:
        return None
    broadcast = _known(session, plan.broadcast_id)
    if broadcast.state != BroadcastState.APPROVED:
        _end_schedule(session, plan.broadcast_id)
        return None
    owed = calendar.catch_up(
        datetime.fromisoformat(plan.starts), ZoneInfo(plan.zone), plan.rrule, plan.next_at, now
    )
    plan.next_at, plan.done = (owed.following.moment, False) if owed.following else (None, True)
    session.add(plan)
    if plan.done:
        broadcast.state = BroadcastState.RELEASED
        session.add(broadcast)
    for missed in owed.missed:
        _report_missed(session, broadcast, _occur(session, schedule_id, missed, now), now)
    if owed.release is None:
        return None
    occurrence = _occur(session, schedule_id, owed.release, now)
    occurrence.deliveries = _deliver(session, broadcast, occurrence, settings, now)
    return occurrence.deliveries


def _occur(session: Session, schedule_id: int, one: calendar.Occurrence, now: datetime) -> Occurrence:
    made = Occurrence(schedule_id=schedule_id, local=one.local, released_at=now)
    session.add(made)
    session.flush()
    return made


def _deliver(
    session: Session, broadcast: Broadcast, occurrence: Occurrence, settings: Settings, now: datetime
) -> int:
    assert broadcast.id is not None
    assert occurrence.id is not None
    _freeze(session, broadcast, settings)
    emergency = broadcast.purpose == "emergency"
    chosen = audiences.audience_select(Audience.from_json(broadcast.audience), emergency=emergency)
    _list_for_a_call(session, broadcast.id, chosen, now)
    return outbox.release(
        session,
        chosen,
        broadcast_id=broadcast.id,
        occurrence_id=occurrence.id,
        urgency=outbox.EMERGENCY if emergency else outbox.BULK,
        now=now,
    )


def _list_for_a_call(session: Session, broadcast_id: int, chosen: sa.Select[Any], now: datetime) -> None:
    """Hand those to a person whom the release leaves out: nobody is missed in silence."""
    people = chosen.subquery("audience")
    no_text = col(Rendering.id).is_(None)
    why = sa.case((no_text, "call: no text in their language"), else_="call: no sender for their channel")
    without = (
        sa.select(people.c.contact_point_id, why, sa.literal(now, Moment()))
        .outerjoin(
            Rendering,
            (col(Rendering.broadcast_id) == broadcast_id)
            & (col(Rendering.language) == people.c.language)
            & (col(Rendering.channel) == people.c.channel),
        )
        .where(sa.or_(no_text, outbox.lane_of(people.c.channel).is_(None)))
    )
    session.execute(sa.insert(Handover).from_select(["contact_point_id", "why", "made_at"], without))


def _report_missed(session: Session, broadcast: Broadcast, missed: Occurrence, now: datetime) -> None:
    why = f"missed: “{broadcast.title}” of {missed.local} was found too late and was not sent"
    session.add(Handover(why=why, made_at=now))


def recall(session: Session, broadcast_id: int) -> None:
    """Take a broadcast back before any of it was released. Raises `BroadcastError`."""
    broadcast = _known(session, broadcast_id)
    if broadcast.state not in {BroadcastState.DRAFT, BroadcastState.APPROVED} or _released(
        session, broadcast_id
    ):
        raise BroadcastError(
            f"Broadcast {broadcast_id} is already going out: “homeloop stop {broadcast_id}” stops the rest."
        )
    broadcast.state = BroadcastState.RECALLED
    session.add(broadcast)
    _end_schedule(session, broadcast_id)


def stop(session: Session, broadcast_id: int) -> int:
    """Stop a broadcast that is going out; return how many texts will not be sent. Raises `BroadcastError`.

    What is already on the wire still arrives.
    """
    broadcast = _known(session, broadcast_id)
    if broadcast.state not in {BroadcastState.APPROVED, BroadcastState.RELEASED}:
        raise BroadcastError(f"Broadcast {broadcast_id} is {broadcast.state}: there is nothing to stop.")
    broadcast.state = BroadcastState.STOPPED
    session.add(broadcast)
    _end_schedule(session, broadcast_id)
    return outbox.cancel(session, outbox.BROADCAST_STOPPED, col(Delivery.broadcast_id) == broadcast_id)


def _released(session: Session, broadcast_id: int) -> bool:
    found = session.exec(
        select(Occurrence.id)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .where(col(Schedule.broadcast_id) == broadcast_id)
    ).first()
    return found is not None


def _end_schedule(session: Session, broadcast_id: int) -> None:
    session.execute(
        sa.update(Schedule).where(col(Schedule.broadcast_id) == broadcast_id).values(done=True, next_at=None)
    )
