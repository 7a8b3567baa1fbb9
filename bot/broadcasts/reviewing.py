"""Reviewing: what waits for somebody who reads a language, and one text in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot import languages
from bot.broadcasts import composing, notices
from bot.broadcasts import desk as desks
from bot.broadcasts.drafts import in_draft, keep_text, more_of, text_of
from bot.broadcasts.wordings import SENDABLE
from bot.conversation.ask import Ask, Worded
from bot.errors import BroadcastError
from bot.store import audit
from bot.store.audit import Actor
from bot.store.tables import Broadcast, BroadcastState, Staff, Translation, TranslationState

LOOKED_AT: Final = 200  #: drafts, the newest; older ones have been forgotten by whoever wrote them
FORGOTTEN: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that somebody should read or write."""

    number: int
    title: str
    tag: str
    state: str  #: "missing", "machine" or "stale"
    machine: bool  #: an engine wrote what is there
    phones: int  #: of that language in the audience, as last counted
    by: str | None  #: who wrote the draft
    since: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One text on the reviewer's desk."""

    number: int
    title: str
    tag: str
    source_language: str
    source: str
    source_choices: tuple[str, ...]
    source_mark: str
    text: str
    choices: tuple[str, ...]
    asked: str
    state: str
    provenance: str
    mark: str
    ask: Ask | None
    verb: bool
    purpose: str
    fixed: bool  #: a notice's own words: to be confirmed, not to be changed
    source_more: tuple[Worded, ...] = ()  #: of the questions after the first
    more: tuple[Worded, ...] = ()


def wanted(session: Session, tags: Collection[str] | None, now: datetime) -> tuple[Wanted, ...]:
    """List what waits in these languages (None: in all), the newest draft first. Three statements."""
    drafts = session.exec(
        select(Broadcast)
        .where(col(Broadcast.state) == BroadcastState.DRAFT)
        .order_by(col(Broadcast.id).desc())
        .limit(LOOKED_AT)
    ).all()
    drafts = [one for one in drafts if now - (one.changed_at or one.made_at) < FORGOTTEN]
    rows = session.exec(
        select(Translation).where(col(Translation.broadcast_id).in_([one.id for one in drafts]))
    ).all()
    have: dict[int, dict[str, Translation]] = {}
    for row in rows:
        have.setdefault(row.broadcast_id, {})[row.language] = row
    names = dict(session.exec(select(Staff.id, Staff.name)).all())
    found = []
    for one in drafts:
        found += _wanted_of(one, have.get(one.id or 0, {}), tags, names)
    return tuple(found)


def _wanted_of(
    broadcast: Broadcast,
    have: dict[str, Translation],
    tags: Collection[str] | None,
    names: dict[int | None, str],
) -> list[Wanted]:
    if broadcast.source_language not in have:
        return []  # nothing to translate yet
    last = composing.count_of(broadcast)
    phones: dict[str, int] = {}
    for _channel, tag, count in last.phones if last else ():
        phones[tag] = phones.get(tag, 0) + count
    open_tags = {*phones} | {*have}
    open_tags -= {broadcast.source_language}
    open_tags -= {tag for tag, row in have.items() if row.state in SENDABLE}
    return [
        _line(broadcast, tag, have.get(tag), phones.get(tag, 0), names)
        for tag in sorted(open_tags)
        if tags is None or tag in tags
    ]


def _line(
    broadcast: Broadcast, tag: str, row: Translation | None, phones: int, names: dict[int | None, str]
) -> Wanted:
    assert broadcast.id is not None
    return Wanted(
        number=broadcast.id,
        title=broadcast.title,
        tag=tag,
        state=row.state if row else "missing",
        machine=bool(row and row.provenance.startswith("engine:")),
        phones=phones,
        by=names.get(broadcast.made_by),
        since=row.made_at if row else broadcast.changed_at or broadcast.made_at,
    )


def task(session: Session, number: int, tag: str) -> Task:
    """Read one text with its source. Raises `BroadcastError` and `LanguageError`."""
    broadcast = in_draft(session, number)
    known = languages.language(tag)
    source = _source(session, broadcast)
    if tag == broadcast.source_language:
        raise BroadcastError(
            "This is the language that the text was written in: it is changed where it is written."
        )
    row = text_of(session, number, tag)
    return Task(
        number=number,
        title=broadcast.title,
        tag=tag,
        source_language=source.language,
        source=source.text,
        source_choices=tuple(source.choices or ()),
        source_mark=composing.mark_of(source),
        text=row.text if row else "",
        choices=tuple(row.choices or ()) if row else (),
        asked=(row.asked or "") if row else "",
        state=row.state if row else "missing",
        provenance=row.provenance if row else "",
        mark=composing.mark_of(row),
        ask=Ask.from_json(broadcast.question) if broadcast.question else None,
        verb=known.verb_answer,
        purpose=broadcast.purpose,
        fixed=bool(row and row.provenance.startswith(notices.PROVENANCE)),
        source_more=more_of(source),
        more=more_of(row),
    )


def _source(session: Session, broadcast: Broadcast) -> Translation:
    assert broadcast.id is not None
    found = text_of(session, broadcast.id, broadcast.source_language)
    if found is None:
        raise BroadcastError("There is no text yet that could be translated.")
    return found


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a reviewer sent back."""

    text: str
    choices: tuple[str, ...]
    asked: str
    read: bool  #: it may go out as it stands here
    mark: str  #: of the text they were shown
    source_mark: str  #: of the source beside it
    more: tuple[Worded, ...] = ()  #: of the questions after the first


def review(session: Session, number: int, tag: str, sent: Reviewed, *, by: Actor, now: datetime) -> None:
    """Keep a reviewer's text, read or not. Raises `BroadcastError` if either side changed meanwhile."""
    broadcast = in_draft(session, number)
    source, row = _source(session, broadcast), text_of(session, number, languages.language(tag).tag)
    if composing.mark_of(source) != sent.source_mark:
        raise BroadcastError("The text was changed while you read it: look at the new one.")
    if composing.mark_of(row) != sent.mark:
        raise BroadcastError("Somebody else changed this translation while you read it: look at theirs.")
    _keep(session, broadcast, tag, row, sent, by, now)
    what = "translation.read" if sent.read else "translation.written"
    audit.record(session, by, what, f"broadcast:{number}", now=now, language=tag)


def _keep(
    session: Session,
    broadcast: Broadcast,
    tag: str,
    row: Translation | None,
    sent: Reviewed,
    by: Actor,
    now: datetime,
) -> None:
    if row is not None and row.provenance.startswith(notices.PROVENANCE):
        if sent.read:
            composing.mark_read(session, row, now, by.staff_id)
        return
    said = composing.mark(sent.text, sent.choices, sent.asked, sent.more, read=False)[:-1]
    if row is not None and said == composing.mark_of(row)[:-1]:
        if sent.read:
            composing.mark_read(session, row, now, by.staff_id)
        return
    _complete(broadcast, tag, sent)
    keep_text(
        session,
        broadcast,
        tag,
        sent.text,
        choices=sent.choices,
        asked=sent.asked or None,
        more=sent.more,
        provenance="typed",
        state=TranslationState.REVIEWED if sent.read else TranslationState.MACHINE,
        now=now,
        read_by=by.staff_id if sent.read else None,
    )


def _complete(broadcast: Broadcast, tag: str, sent: Reviewed) -> None:
    name = languages.language(tag).english
    if not sent.text.strip():
        raise BroadcastError(f"The text in {name} is empty: type it.")
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    if ask is None or not sent.read:
        return
    _complete_choices(ask, sent.choices, f"The text in {name}")
    more = [*sent.more, *[Worded()] * len(ask.more)]
    for place, (words, one) in enumerate(zip(more, ask.more, strict=False), 2):
        if not words.text.strip():
            raise BroadcastError(f"Question {place} in {name} is empty: type it.")
        _complete_choices(one, words.choices, f"Question {place} in {name}")


def _complete_choices(ask: Ask, choices: Sequence[str], what: str) -> None:
    optional = ask.kind == "yes_no" and not choices
    if ask.offers_digits and not optional and len(choices) != ask.choices_needed:
        raise BroadcastError(
            f"{what} has {len(choices)} choices, the question has {ask.choices_needed}: "
            "give one for each, in the same order, each on its own line."
        )


def languages_for(account_languages: Sequence[str], *, writes: bool) -> tuple[str, ...] | None:
    """Return the languages that an account reviews; None: every one, for those who write broadcasts."""
    return None if writes else tuple(account_languages)


def lines_in(text: str) -> tuple[str, ...]:
    """Return what stands on the lines of a field."""
    return desks.lines_in(text)
