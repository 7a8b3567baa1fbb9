"""Composing: a draft from its first click to whole, saved at every change and shown as it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import languages
from bot.broadcasts import desk as desks
from bot.broadcasts import notices
from bot.broadcasts.desk import Counted, Desk
from bot.broadcasts.drafts import in_draft, keep_text, known, more_of, text_of
from bot.broadcasts.when import When
from bot.broadcasts.wordings import SENDABLE
from bot.broadcasts.worth import worth_of
from bot.channels import segments
from bot.conversation.ask import Worded
from bot.errors import BroadcastError
from bot.rosters.values import grade_order
from bot.settings import Settings
from bot.store import audit
from bot.store.audience import Audience
from bot.store.audit import Actor
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    Group,
    GroupKind,
    Schedule,
    Translation,
    TranslationState,
)

COUNT_IS_GOOD_FOR: Final = timedelta(minutes=2)


class ChangedElsewhere(BroadcastError):
    """Another window has changed the draft meanwhile; what came from this one is not kept."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One language as the page sent it back."""

    text: str = ""
    choices: str = ""  #: one on a line
    asked: str = ""  #: the verb of a yes/no question (rule 5)
    more: tuple[Worded, ...] = ()  #: of the questions after the first
    read: bool = False  #: somebody who reads it has read it
    was: str = ""  #: `mark` of what the page had been given


@dataclass(frozen=True, slots=True)
class Sent:
    """A whole page as it was sent back."""

    desk: Desk
    texts: Mapping[str, Typed]
    version: str  #: of the draft that the page was made from
    tab: str  #: of the browser: a tab does not get into its own way
    overwrite: bool = False  #: keep this page, whatever another window did
    counted: Counted | None = None  #: a new count of the audience, if one was made


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a page that was sent back."""

    version: str
    clashes: tuple[str, ...] = ()  #: languages that somebody else changed meanwhile: theirs is kept


def start(
    session: Session,
    now: datetime,
    settings: Settings,
    *,
    by: int | None,
    phase: str = "inform",
    notice: str | None = None,
) -> int:
    """Begin a draft, empty or from a notice; return it. Raises `BroadcastError` for an unknown notice.

    An emergency is filled in whole: everybody, today, at once, in the notice's languages and else in
    the school's, labelled.
    """
    desk = Desk(phase=phase if phase in desks.PHASES else "inform")
    if notice is not None:
        desk = _from_notice(notice, now, settings)
    broadcast = Broadcast(
        title="",
        source_language=settings.school.staff_language,
        audience=desks.NOBODY.to_json(),
        made_at=now,
        made_by=by,
    )
    session.add(broadcast)
    session.flush()
    _lay(session, broadcast, desk, settings, now, tab="")
    assert broadcast.id is not None
    return broadcast.id


def _from_notice(name: str, now: datetime, settings: Settings) -> Desk:
    notice = notices.known().get(name)
    if notice is None:
        there_are = ", ".join(notices.known())
        raise BroadcastError(f"There is no notice “{name}”: choose one of {there_are}.")
    desk = Desk(words="notice", notice=name, purpose=notice.purpose)
    if notice.purpose != languages.Purpose.EMERGENCY:
        return desk
    local = now.astimezone(settings.school.zone)
    day = local.date() + timedelta(days=1 if local.time() >= settings.staff.duty_end else 0)
    values = {"day": day.isoformat()} if any(one.name == "day" for one in notices.blanks(name)) else {}
    return replace(desk, whom="everybody", fallback=settings.school.staff_language, values=values)


def copy(session: Session, number: int, now: datetime, settings: Settings, *, by: int | None) -> int:
    """Begin a new draft with the words, audience and texts of another broadcast; return it.

    What belongs to one day (when it goes out, the day in a notice, the day of the decision) is left out.
    Raises `BroadcastError`.
    """
    old = known(session, number)
    text = text_of(session, number, old.source_language)
    desk = desks.desk_of(old, text.text if text else "", groups_of(session), more=more_of(text))
    values = {name: value for name, value in desk.values.items() if name != "day"}
    desk = replace(desk, when=When(), values=values, decided_on="")
    new = Broadcast(
        title="", source_language=old.source_language, audience=old.audience, made_at=now, made_by=by
    )
    session.add(new)
    session.flush()
    assert new.id is not None
    for row in rows_of(session, number):
        _copy_text(session, new, row, now)
    _lay(session, new, desk, settings, now, tab="")
    return new.id


def _copy_text(session: Session, new: Broadcast, row: Translation, now: datetime) -> None:
    state = TranslationState.REVIEWED if row.state in SENDABLE else TranslationState(row.state)
    keep_text(
        session, new, row.language, row.text, choices=row.choices or (), asked=row.asked,
        more=more_of(row), provenance=row.provenance, state=state, now=now, read_by=row.read_by,
    )  # fmt: skip


def groups_of(session: Session) -> list[Group]:
    """Return every group: schools with their grades, then the others, each in its order."""
    rows = session.exec(select(Group)).all()
    return sorted(rows, key=lambda one: (one.kind, grade_order(one.name)))


def rows_of(session: Session, number: int) -> Sequence[Translation]:
    """Return a broadcast's texts as they are kept, by language."""
    found = select(Translation).where(col(Translation.broadcast_id) == number)
    return session.exec(found.order_by(col(Translation.language))).all()


def audience_to_count(
    session: Session, number: int, desk: Desk, settings: Settings, now: datetime, *, anew: bool = False
) -> tuple[Audience, bool, str] | None:
    """Return (audience, emergency, key) if it has to be counted anew, None while the last count holds."""
    broadcast = known(session, number)
    audience = desks.audience_of(desk, groups_of(session), Audience.from_json(broadcast.audience))
    emergency = desk.purpose == "emergency"
    key = _key(audience, emergency=emergency)
    last = count_of(broadcast)
    if not anew and last and last.key == key and now - last.at < COUNT_IS_GOOD_FOR:
        return None
    return audience, emergency, key


def count_of(broadcast: Broadcast) -> Counted | None:
    """Return what its audience came to when it was last counted."""
    kept = (broadcast.desk or {}).get("counted")
    return Counted.from_json(kept) if kept else None


def keep_count(session: Session, number: int, counted: Counted) -> None:
    """Keep a count with its draft."""
    broadcast = in_draft(session, number)
    put(broadcast, counted=counted.to_json())
    session.add(broadcast)


def _key(audience: Audience, *, emergency: bool) -> str:
    return json.dumps([audience.to_json(), emergency], sort_keys=True)


def put(broadcast: Broadcast, **values: Any) -> None:
    """Change parts of what a draft's desk holds; None takes one away."""
    held = {**(broadcast.desk or {}), **values}
    broadcast.desk = {name: value for name, value in held.items() if value is not None}


def version_of(broadcast: Broadcast) -> str:
    """Name what lies on a draft's desk, so that a page knows whether it is the newest; no clock is asked."""
    kept = json.dumps((broadcast.desk or {}).get("desk"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(kept.encode()).hexdigest()[:16]


def save(session: Session, number: int, sent: Sent, settings: Settings, *, now: datetime, by: Actor) -> Saved:
    """Keep a page as it was typed, valid or not. Raises `BroadcastError`, `ChangedElsewhere`.

    The draft belongs to one window at a time; its texts are told apart language by language, because
    reviewers change them meanwhile: one that both changed stays as the reviewer left it.
    """
    broadcast = in_draft(session, number)
    held = broadcast.desk or {}
    if not sent.overwrite and version_of(broadcast) != sent.version and held.get("tab") != sent.tab:
        raise ChangedElsewhere(
            "This draft was changed in another window, so what is typed here is not saved. "
            "Look at what is saved, or keep what is on this page instead."
        )
    if sent.counted is not None:
        put(broadcast, counted=sent.counted.to_json())
    _lay(session, broadcast, sent.desk, settings, now, tab=sent.tab)
    clashes = [
        tag
        for tag, typed in sorted(sent.texts.items())
        if not _keep_typed(session, broadcast, tag, typed, now, by)
    ]
    return Saved(version_of(broadcast), tuple(clashes))


def _lay(
    session: Session, broadcast: Broadcast, desk: Desk, settings: Settings, now: datetime, *, tab: str
) -> None:
    """Derive the columns from the desk; a page that changes nothing leaves the version as it is."""
    before = (broadcast.desk or {}).get("desk")
    desk = _opened(session, broadcast, desk)
    after = desks.to_json(desk)
    kept = Audience.from_json(broadcast.audience)
    audience = desks.audience_of(desk, groups_of(session), kept)
    ask = desks.asked(desk)
    broadcast.phase, broadcast.purpose = desk.phase, desk.purpose
    broadcast.audience = audience.to_json()
    broadcast.question = ask.to_json() if ask else None
    broadcast.closing = desks.closing_of(desk)
    broadcast.remind_after = desks.remind_after_of(desk)
    broadcast.fallback = desk.fallback or None
    broadcast.worth = worth_of(desk, settings)
    broadcast.routes = {"": None, "call": ""}.get(desk.routes, desk.routes)
    _words(session, broadcast, desk, settings, now)
    assert broadcast.id is not None
    source = text_of(session, broadcast.id, broadcast.source_language)
    broadcast.title = desks.title_of(desk, source.text if source else "")
    put(broadcast, desk=after, tab=tab)
    if before != json.loads(json.dumps(after)) or broadcast.changed_at is None:
        broadcast.changed_at = now
    session.add(broadcast)


def _opened(session: Session, broadcast: Broadcast, desk: Desk) -> Desk:
    """Somebody who wants to change a notice begins with its words."""
    assert broadcast.id is not None
    if desk.words == "notice" or desk.text:
        return desk
    kept = text_of(session, broadcast.id, broadcast.source_language)
    if kept is None or not kept.provenance.startswith(notices.PROVENANCE):
        return desk
    return replace(desk, text=kept.text)


def _words(session: Session, broadcast: Broadcast, desk: Desk, settings: Settings, now: datetime) -> None:
    if desk.words == "notice":
        _words_of_notice(session, broadcast, desk, settings, now)
    else:
        _own_words(session, broadcast, desk, now)


def _own_words(session: Session, broadcast: Broadcast, desk: Desk, now: datetime) -> None:
    assert broadcast.id is not None
    tag, ask = broadcast.source_language, desks.asked(desk)
    choices, more = list(ask.choices) if ask else [], desks.later_words(desk)
    kept = text_of(session, broadcast.id, tag)
    words = segments.normalise(desk.text)
    if kept and kept.provenance.startswith(notices.PROVENANCE):
        _unlock_notice(session, broadcast)
    if not words:
        _drop(session, broadcast.id, tag)
    elif kept is None or mark_of(kept)[:-1] != mark(words, choices, kept.asked, more, read=True)[:-1]:
        keep_text(
            session, broadcast, tag, words, choices=choices, more=more, provenance="typed",
            state=TranslationState.REVIEWED, now=now,
        )  # fmt: skip


def _unlock_notice(session: Session, broadcast: Broadcast) -> None:
    """A notice whose words are changed is none any more: its texts are read again like others."""
    session.execute(
        sa.update(Translation)
        .where(
            col(Translation.broadcast_id) == broadcast.id,
            col(Translation.provenance).like(f"{notices.PROVENANCE}%"),
        )
        .values(provenance=sa.literal("after ").concat(col(Translation.provenance)))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _words_of_notice(
    session: Session, broadcast: Broadcast, desk: Desk, settings: Settings, now: datetime
) -> None:
    assert broadcast.id is not None
    today = desks.read_on(desk, now, settings)
    ready = notices.filled(desk.notice, desk.values, settings, today)
    for row in rows_of(session, broadcast.id):
        if row.provenance.startswith(notices.PROVENANCE) and row.language not in ready:
            _drop(session, broadcast.id, row.language)
    for tag, text in ready.items():
        kept = text_of(session, broadcast.id, tag)
        if kept and (kept.text, kept.provenance) == (segments.normalise(text.text), text.provenance):
            continue
        keep_text(session, broadcast, tag, text.text, provenance=text.provenance, state=text.state, now=now)


def _drop(session: Session, number: int, tag: str) -> None:
    found = text_of(session, number, tag)
    if found is not None:
        session.delete(found)
        session.flush()


def mark(
    text: str, choices: Iterable[str] | None, asked: str | None, more: Sequence[Worded] = (), *, read: bool
) -> str:
    """Name what a page shows of one language, so that it is known later whether it was changed."""
    later = [[segments.normalise(one.text), list(one.choices), one.asked or ""] for one in more]
    while later and later[-1] == ["", [], ""]:
        later.pop()  # a question that nobody has worded yet is none
    said = json.dumps(
        [segments.normalise(text), list(choices or ()), asked or "", *later], ensure_ascii=False
    )
    return hashlib.sha256(said.encode()).hexdigest()[:16] + ("+" if read else "-")


def mark_of(row: Translation | None) -> str:
    """`mark` of what is kept."""
    if row is None:
        return mark("", (), "", read=False)
    return mark(row.text, row.choices, row.asked, more_of(row), read=row.state in SENDABLE)


def _keep_typed(
    session: Session, broadcast: Broadcast, tag: str, typed: Typed, now: datetime, by: Actor
) -> bool:
    """Keep one language if this page changed it; False if somebody else did as well."""
    assert broadcast.id is not None
    kept = text_of(session, broadcast.id, tag)
    if tag == broadcast.source_language or _is_notice(broadcast, kept):
        return _only_read(session, broadcast, kept, typed, now, by)
    choices = desks.lines_in(typed.choices)
    now_here = mark(typed.text, choices, typed.asked, typed.more, read=typed.read)
    typed = replace(typed, was=typed.was or mark_of(None))
    if now_here == typed.was or now_here == mark_of(kept):
        return True
    if mark_of(kept)[:-1] != typed.was[:-1]:
        return False
    if now_here[:-1] == typed.was[:-1]:
        return _only_read(session, broadcast, kept, typed, now, by)
    if not typed.text:
        _drop(session, broadcast.id, tag)
        return True
    read = typed.read and typed.was.endswith("-")  # what had been read before was not this text
    keep_text(
        session,
        broadcast,
        tag,
        typed.text,
        choices=choices,
        asked=typed.asked or None,
        more=typed.more,
        provenance="typed",
        state=TranslationState.REVIEWED if read else TranslationState.MACHINE,
        now=now,
        read_by=by.staff_id if read else None,
    )
    if read:
        _note_reading(session, broadcast, tag, now, by)
    return True


def _is_notice(broadcast: Broadcast, kept: Translation | None) -> bool:
    return kept is not None and kept.provenance.startswith(notices.PROVENANCE)


def _only_read(
    session: Session, broadcast: Broadcast, kept: Translation | None, typed: Typed, now: datetime, by: Actor
) -> bool:
    """Somebody ticked, or took back, that a text as it stands has been read."""
    if kept is None or not typed.was or typed.read == typed.was.endswith("+"):
        return True
    if kept.language == broadcast.source_language or mark_of(kept)[:-1] != typed.was[:-1]:
        return True
    if typed.read and kept.state not in SENDABLE:
        mark_read(session, kept, now, by.staff_id)
        _note_reading(session, broadcast, kept.language, now, by)
    elif not typed.read and kept.state in SENDABLE:
        kept.state, kept.read_by, kept.read_at = TranslationState.MACHINE, None, None
        session.add(kept)
    return True


def mark_read(session: Session, row: Translation, now: datetime, by: int | None) -> None:
    """Somebody who reads its language has read this very text."""
    row.state, row.read_by, row.read_at = TranslationState.REVIEWED, by, now
    session.add(row)
    session.flush()


def _note_reading(session: Session, broadcast: Broadcast, tag: str, now: datetime, by: Actor) -> None:
    audit.record(session, by, "translation.read", f"broadcast:{broadcast.id}", now=now, language=tag)


@dataclass(frozen=True, slots=True)
class Engine:
    """A draft by a machine, ready to be kept."""

    tag: str
    text: str
    choices: tuple[str, ...] = ()
    more: tuple[Worded, ...] = ()  #: of the questions after the first


def to_be_drafted(session: Session, number: int) -> tuple[tuple[Worded, ...], tuple[str, ...], str]:
    """Return (every question's source words, languages without a text, source language).

    Raises `BroadcastError`.
    """
    broadcast = in_draft(session, number)
    source = text_of(session, number, broadcast.source_language)
    if source is None:
        raise BroadcastError("There is no text yet that could be translated: write it first.")
    last = count_of(broadcast)
    have = {row.language for row in rows_of(session, number) if row.state != TranslationState.STALE}
    wanted = {tag for _channel, tag, _count in last.phones} if last else set()
    words = (Worded(source.text, tuple(source.choices or ())), *more_of(source))
    return words, tuple(sorted(wanted - have)), source.language


def keep_engine_drafts(
    session: Session, number: int, source: str, drafted: Sequence[Engine], provenance: str, now: datetime
) -> int:
    """Keep what an engine drafted from `source`, unless the text or the language was changed meanwhile."""
    broadcast = in_draft(session, number)
    text = text_of(session, number, broadcast.source_language)
    kept = 0
    for one in drafted if text and text.text == source else ():
        there = text_of(session, number, one.tag)
        if there is None or there.state == TranslationState.STALE:
            keep_text(
                session, broadcast, one.tag, one.text, choices=one.choices, more=one.more,
                provenance=provenance, state=TranslationState.MACHINE, now=now,
            )  # fmt: skip
            kept += 1
    return kept


def discard(session: Session, number: int) -> None:
    """Throw a draft away. Raises `BroadcastError`."""
    broadcast = in_draft(session, number)
    broadcast.state = BroadcastState.RECALLED
    session.add(broadcast)


@dataclass(frozen=True, slots=True)
class Options:
    """What an audience can be chosen from."""

    schools: tuple[tuple[int, str], ...]
    grades: tuple[str, ...]
    others: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = field(default=())  #: by kind


def options_from(groups: Iterable[Group]) -> Options:
    """Sort groups for choosing; grades of several schools that share a name are one choice."""
    schools = sorted((one.name, one.id or 0) for one in groups if one.kind == GroupKind.SCHOOL)
    grades = sorted({one.name for one in groups if one.kind == GroupKind.GRADE}, key=grade_order)
    others = []
    for kind in (GroupKind.CLASS, GroupKind.PROGRAMME, GroupKind.COMMITTEE):
        found = tuple((one.id or 0, one.name) for one in groups if one.kind == kind)
        if found:
            others.append((str(kind), found))
    return Options(tuple((number, name) for name, number in schools), tuple(grades), tuple(others))


def plan_kept(session: Session, number: int) -> Schedule | None:
    """Return a broadcast's schedule."""
    return session.exec(select(Schedule).where(col(Schedule.broadcast_id) == number)).first()
