"""A draft as its page shows it, in one read that counts nobody: the count was kept when it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot import languages
from bot.broadcasts import composing, notices, sending
from bot.broadcasts import desk as desks
from bot.broadcasts.approval import reach_of
from bot.broadcasts.desk import Counted, Desk
from bot.broadcasts.drafts import Objection, known, more_of
from bot.broadcasts.notices import Blank
from bot.broadcasts.sending import Pending, Second
from bot.broadcasts.when import Plan, planned
from bot.broadcasts.wordings import Line, Text, by_language, lines_of, worded
from bot.broadcasts.worth import expires_at
from bot.conversation.ask import Ask, Worded
from bot.settings import Settings
from bot.store.audience import Reach
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    ContactPoint,
    Staff,
    Translation,
    TranslationState,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """One language of the audience: its text, how far it may be trusted, what its families get."""

    tag: str
    phones: int
    text: str
    choices: tuple[str, ...]
    asked: str
    state: str  #: "missing" or a `TranslationState`
    provenance: str
    read: bool
    read_by: str | None  #: name of the account that said so
    read_at: datetime | None
    mark: str
    fixed: bool  #: a notice's own words: not to be typed over
    may_draft: bool  #: an engine may draft it
    verb: bool  #: a yes/no question carries its verb in this language (rule 5)
    line: Line | None  #: None: no phone is due it now
    more: tuple[Worded, ...] = ()  #: of the questions after the first


@dataclass(frozen=True, slots=True)
class Composed:
    """Everything that compose shows."""

    number: int
    state: str
    title: str
    purpose: str
    desk: Desk
    source: Wording
    version: str
    counted: Counted | None
    wordings: tuple[Wording, ...]  #: the audience's other languages, the most phones first
    lines: tuple[Line, ...]
    ask: Ask | None
    options: composing.Options
    blanks: tuple[Blank, ...]
    objections: tuple[Objection, ...]
    plan: Plan | None
    ends: datetime | None  #: nothing of it starts after this; None: it never goes out of date
    fingerprint: str
    second: Second | None
    approvers: tuple[str, ...]  #: who else may approve
    pending: Pending
    sent_back: Mapping[str, str]
    channels: tuple[str, ...]  #: that a sender is configured for
    keys: Mapping[str, tuple[str, ...]]  #: what stands on Telegram's buttons, by language of the family

    @property
    def phones(self) -> int:
        """How many phones it goes to, as far as is known."""
        return self.counted.total if self.counted else 0

    @property
    def ready(self) -> bool:
        """Whether it may be sent as it stands."""
        return not self.objections

    @property
    def emergency_at_hand(self) -> bool:
        """Whether this is a ready emergency notice: one quick job for one person."""
        return self.desk.words == "notice" and self.purpose == "emergency"

    def said(self, field: str) -> Objection | None:
        """Return what is wrong (not merely missing) at a field."""
        return next((one for one in self.objections if one.field == field and not one.missing), None)


def composed(
    session: Session,
    number: int,
    settings: Settings,
    now: datetime,
    *,
    by: int | None,
    counted: Counted | None = None,
) -> Composed:
    """Read a draft, or one that waits for approval. Raises `BroadcastError` if there is none.

    `counted` is a count made this moment; without one, the count that was kept is shown.
    """
    broadcast = known(session, number)
    rows = {row.language: row for row in composing.rows_of(session, number)}
    groups = composing.groups_of(session)
    source = rows.get(broadcast.source_language)
    desk = desks.desk_of(broadcast, source.text if source else "", groups, more=more_of(source))
    counted = counted or composing.count_of(broadcast)
    phones = by_language(counted.by_channel) if counted else {}
    texts = worded(list(rows.values()), broadcast, settings)
    lines = lines_of(broadcast, phones, texts, broadcast.fallback)
    staff = _names(session)
    plan = planned(desk.when, now, settings.school.zone, settings.calendar.closed_days)[0]
    total = counted.total if counted else 0
    approvers = sending.may_approve(session, by)
    why = sending.second_for(broadcast.purpose, lines, total, plan, settings, now)
    return Composed(
        number=number,
        state=broadcast.state,
        title=broadcast.title,
        purpose=broadcast.purpose,
        desk=desk,
        source=_wording(broadcast.source_language, source, phones, {}, settings, staff),
        version=composing.version_of(broadcast),
        counted=counted,
        wordings=_others(broadcast, rows, phones, lines, settings, staff),
        lines=lines,
        ask=desks.asked(desk),
        options=composing.options_from(groups),
        blanks=notices.blanks(desk.notice) if desk.words == "notice" else (),
        objections=_objections(broadcast, desk, source, counted, lines, texts, now, settings),
        plan=plan,
        ends=expires_at(broadcast, (plan.first if plan else None) or now, settings),
        fingerprint=sending.fingerprint(broadcast, desk, lines),
        second=why if approvers else None,
        approvers=approvers,
        pending=sending.pending_of(broadcast),
        sent_back=(broadcast.desk or {}).get("sent_back", {}),
        channels=channels(settings),
        keys={one.language: texts[one.written_in].choices for one in lines if one.written_in},
    )


def channels(settings: Settings) -> tuple[str, ...]:
    """Name the channels that a sender is configured for."""
    return tuple(
        name for name, there in (("sms", settings.sms), ("telegram", settings.telegram)) if there is not None
    )


def _objections(
    broadcast: Broadcast,
    desk: Desk,
    source: Translation | None,
    counted: Counted | None,
    lines: Sequence[Line],
    texts: dict[str, Text],
    now: datetime,
    settings: Settings,
) -> tuple[Objection, ...]:
    words = source.text if source else ""
    said = sending.everything_against(broadcast, desk, words, lines, texts, now, settings)
    if counted is None:
        said = [one for one in said if one.sentence != sending.NOBODY_REACHED]
    return tuple(said)


def _names(session: Session) -> dict[int, str]:
    return {number: name for number, name in session.exec(select(Staff.id, Staff.name)) if number}


def _others(
    broadcast: Broadcast,
    rows: Mapping[str, Translation],
    phones: Mapping[str, int],
    lines: Sequence[Line],
    settings: Settings,
    staff: Mapping[int, str],
) -> tuple[Wording, ...]:
    tags = ({*phones} | {*rows}) - {broadcast.source_language}
    due = {one.language: one for one in lines}
    found = [_wording(tag, rows.get(tag), phones, due, settings, staff) for tag in tags]
    return tuple(sorted(found, key=lambda one: (-one.phones, one.tag)))


def _wording(
    tag: str,
    row: Translation | None,
    phones: Mapping[str, int],
    due: Mapping[str, Line],
    settings: Settings,
    staff: Mapping[int, str],
) -> Wording:
    language = languages.language(tag)
    engine = settings.translation.engine
    state = row.state if row else "missing"
    return Wording(
        tag=tag,
        phones=phones.get(tag, 0),
        text=row.text if row else "",
        choices=tuple(row.choices or ()) if row else (),
        asked=(row.asked or "") if row else "",
        state=state,
        provenance=row.provenance if row else "",
        read=state in {TranslationState.REVIEWED, TranslationState.APPROVED},
        read_by=staff.get(row.read_by) if row and row.read_by else None,
        read_at=row.read_at if row else None,
        mark=composing.mark_of(row),
        fixed=bool(row and row.provenance.startswith(notices.PROVENANCE)),
        may_draft=may_draft(tag, engine),
        verb=language.verb_answer,
        line=due.get(tag),
        more=more_of(row),
    )


def may_draft(tag: str, engine: str) -> bool:
    """Say whether the configured engine may draft this language at all."""
    language = languages.language(tag)
    return language.tier is not languages.Tier.HUMAN_ONLY and language.code(engine) is not None


def languages_in_use(session: Session) -> tuple[str, ...]:
    """Name the languages that any phone is written to in."""
    return tuple(sorted(session.exec(select(ContactPoint.language).distinct())))


def waiting_for_approval(session: Session) -> list[int]:
    """List broadcasts that wait for a second person, the oldest first."""
    found = select(Broadcast.id).where(col(Broadcast.state) == BroadcastState.PENDING)
    return [one for one in session.exec(found.order_by(col(Broadcast.id))) if one is not None]


def state_now(session: Session, number: int) -> str:
    """Return a broadcast's state. Raises `BroadcastError`."""
    return known(session, number).state


def reach_now(session: Session, number: int) -> Reach:
    """Count a broadcast's audience, with the names of those whom no text can reach."""
    return reach_of(session, known(session, number))
