"""One table for each word of docs/architecture.md that is kept.

Moments are aware datetimes, stored as UTC microseconds so that SQL can compare them as numbers.
Table models do not validate (SQLModel): values are checked where they enter.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, String, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from bot.rosters.values import fold

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Return whole microseconds since 1970, UTC; raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return (moment - EPOCH) // timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware datetime as UTC microseconds in a 64-bit column."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class PersonKind(StrEnum):
    """What a person is to the school."""

    GUARDIAN = "guardian"
    STUDENT = "student"  #: 13 and older
    STAFF = "staff"
    COMMUNITY = "community"
    PARTNER = "partner"


class GroupKind(StrEnum):
    """What kind of group people belong to."""

    SCHOOL = "school"
    GRADE = "grade"  #: of one school
    CLASS = "class"
    PROGRAMME = "programme"
    COMMITTEE = "committee"


class BroadcastState(StrEnum):
    """Where a broadcast stands on its way out."""

    DRAFT = "draft"  #: being written
    PENDING = "pending"  #: whole, and waits for a second person's approval
    APPROVED = "approved"  #: texts frozen, waiting for its schedule
    RELEASED = "released"  #: its last occurrence has become deliveries
    RECALLED = "recalled"  #: taken back before any release
    STOPPED = "stopped"  #: stopped while going out; what was queued is failed("stopped by staff")


class TranslationState(StrEnum):
    """How far a text in one language may be trusted."""

    MACHINE = "machine"  #: drafted by an engine
    REVIEWED = "reviewed"  #: read by somebody who reads the language
    APPROVED = "approved"  #: may be sent
    STALE = "stale"  #: its source changed since


class LaneState(StrEnum):
    """Whether a sender is sending."""

    RUNNING = "running"
    STOPPED = "stopped"  #: a setup error, or staff; its queue is kept
    HOLD = "hold"  #: a restored database: nothing is sent before the provider's lists have been read back
    RETIRED = "retired"  #: no longer in config.toml; nothing is queued for it


def _key(target: str, *, index: bool = True, nullable: bool = False, primary_key: bool = False) -> Any:
    return Field(foreign_key=target, index=index, nullable=nullable, primary_key=primary_key)


def _moment(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_type=Moment, nullable=nullable)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _json(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=nullable))


def _folded_name(context: Any) -> str:
    return fold(context.get_current_parameters()["name"])


class Household(SQLModel, table=True):
    """People at one home; shares one budget of how often it is written to."""

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    #: an erased or merged household keeps its number, so that the audit trail never speaks of another one
    ended_at: datetime | None = _moment()
    merged_into: int | None = None  #: household.id


class Person(SQLModel, table=True):
    """A stakeholder, with the language they read and the one they hear."""

    __table_args__ = (Index("person_sought", "sought"),)
    id: int | None = Field(default=None, primary_key=True)
    #: identity within the roster: its own id where the file has one, else derived from name and child
    reference: str = Field(unique=True)
    kind: str = PersonKind.GUARDIAN
    name: str
    household_id: int | None = _key("household.id", nullable=True)
    reads: str  #: language tag
    hears: str
    #: how they were first approached (paper, partner, person), and when; first contact needs it
    approached_by: str | None = None
    approached_on: str | None = None  #: ISO date
    #: values of the last roster seen, so that "the same file twice changes nothing"
    in_roster: bool = True
    left_at: datetime | None = _moment()  #: since when the roster leaves them out
    #: the name as `bot.rosters.values.fold` leaves it, to be searched; filled in by itself for a new row
    sought: str | None = Field(
        default=None, sa_column=Column(String, nullable=False, server_default="", default=_folded_name)
    )
    #: "roster" | "family": a family's choice of `reads` and `hears` outranks later rosters
    language_by: str = Field(default="roster", sa_column_kwargs={"server_default": "roster"})


class Child(SQLModel, table=True):
    """A pupil as the roster names one: never written to, only asked about by grade."""

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    school_id: int | None = _key("group.id", nullable=True)
    grade: str | None = None


class PersonChild(SQLModel, table=True):
    """Who looks after whom."""

    __tablename__ = "person_child"
    person_id: int = _key("person.id", index=False, primary_key=True)
    child_id: int = _key("child.id", primary_key=True)


class Group(SQLModel, table=True):
    """A school, grade, class, programme or committee."""

    __table_args__ = (UniqueConstraint("kind", "name", "parent_id"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    parent_id: int | None = _key("group.id", nullable=True)


class Membership(SQLModel, table=True):
    """A person belongs to a group."""

    person_id: int = _key("person.id", index=False, primary_key=True)
    group_id: int = _key("group.id", primary_key=True)


class ContactPoint(SQLModel, table=True):
    """One address on one channel; consent lives on it; many people may share it."""

    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        _partial("contact_point_off", "id", where="off_days > 0"),
    )
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    language: str  #: what is written to it
    language_by: str = "roster"  #: "roster" | "family": a family's choice outranks later rosters
    stopped_at: datetime | None = _moment()  #: nothing starts after this
    stopped_why: str | None = None  #: "family" | "wrong number" | "provider" | "staff"
    closings_only: bool = False  #: after STOP the family asked for closings and danger only
    #: while a question or read-back is open no other text with digits is started (rule 3)
    open_until: datetime | None = _moment()
    bad_at: datetime | None = _moment()  #: the provider says there is no such phone or chat
    bad_why: str | None = None
    #: on how many days in a row a text found this phone off, and the last of them (bot.store.outbox.again)
    off_days: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    off_on: str | None = None  #: ISO date, on the school's clock


class PersonContactPoint(SQLModel, table=True):
    """Who can be reached where; the lowest rank that works is written to."""

    __tablename__ = "person_contact_point"
    person_id: int = _key("person.id", index=False, primary_key=True)
    contact_point_id: int = _key("contact_point.id", primary_key=True)
    rank: int = 10  #: 0 = the family's own choice; the roster's columns count from 10
    by: str = "roster"  #: "roster" | "family"


class FormerPhone(SQLModel, table=True):
    """Whose number this once was: what was written there is still theirs when they are erased."""

    __tablename__ = "former_phone"
    person_id: int = _key("person.id", index=False, primary_key=True)
    contact_point_id: int = _key("contact_point.id", primary_key=True)
    until: datetime = _moment(nullable=False)


class Silenced(SQLModel, table=True):
    """A number that had stopped us and was erased: it stays stopped, and nobody can read which it is."""

    mark: str = Field(primary_key=True)  #: HMAC of the number (bot.store.silence)
    at: datetime = _moment(nullable=False)  #: of the erasing
    why: str
    closings_only: bool = False


class Sweep(SQLModel, table=True):
    """One removal of what was kept: every night's, or of somebody who asked."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _moment(nullable=False)
    kind: str  #: "night" | "asked" (retention, by hand) | "erased" (a household or a phone)
    removed: dict[str, int] = _json(nullable=False)  #: kind -> rows
    scrubbed: bool = False  #: the bytes are gone from the file as well


class Consent(SQLModel, table=True):
    """Ledger of every change of permission; rows are only ever added."""

    id: int | None = Field(default=None, primary_key=True)
    contact_point_id: int = _key("contact_point.id")
    at: datetime = _moment(nullable=False)
    scope: str  #: "all" | "emergency" | "school" | "optional"
    granted: bool
    evidence: str  #: words that were sent, the form, who told whom
    inbound_id: int | None = _key("inbound.id", index=False, nullable=True)


class LinkCode(SQLModel, table=True):
    """A one-time code that links a Telegram account to a person."""

    __tablename__ = "link_code"
    code: str = Field(primary_key=True)
    person_id: int = _key("person.id")
    made_at: datetime = _moment(nullable=False)
    used_at: datetime | None = _moment()
    contact_point_id: int | None = _key("contact_point.id", index=False, nullable=True)


class Broadcast(SQLModel, table=True):
    """One thing sent to one audience in one phase."""

    id: int | None = Field(default=None, primary_key=True)
    title: str
    phase: str = "inform"  #: inform | inquire | involve | inspire
    purpose: str = "school"  #: emergency | school | optional: the class of consent it needs
    state: str = BroadcastState.DRAFT
    source_language: str
    #: "en" and so on: people without an approved text get this one, labelled; "none": a list for a call
    fallback: str | None = None
    audience: dict[str, Any] = _json(nullable=False)
    question: dict[str, Any] | None = _json()
    closing: dict[str, Any] | None = _json()  #: who reads it, what happens next, by when
    made_at: datetime = _moment(nullable=False)
    approved_at: datetime | None = _moment()
    counted: int | None = None  #: phones at approval, as staff saw it
    #: which accounts (staff.id) wrote it and let it go; None: the command line
    made_by: int | None = None
    approved_by: int | None = None
    #: what compose holds beyond the columns above, so that a closed browser loses nothing
    desk: dict[str, Any] | None = _json()
    changed_at: datetime | None = _moment()
    paused_at: datetime | None = _moment()  #: staff paused it; what is left of it waits
    worth: str | None = None  #: until when it is worth sending, as `bot.hours.worth_until` reads it
    #: ways tried after a failure, in order (bot.store.outbox.following); None: the usual
    routes: str | None = None
    #: days after which families without an answer are reminded, once (bot.broadcasts.reminding); None: never
    remind_after: int | None = None


class Translation(SQLModel, table=True):
    """A broadcast's text in one language, with how far it may be trusted and where it came from."""

    __table_args__ = (UniqueConstraint("broadcast_id", "language"),)
    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int = _key("broadcast.id")
    language: str
    text: str
    #: words of the question's choices, in order; for yes/no the question's verb (rule 5) under "asked"
    choices: list[str] | None = _json()
    asked: str | None = None
    #: of an inquiry's second question and those after it: [{"text", "choices", "asked"}], in order
    more: list[dict[str, Any]] | None = _json()
    state: str = TranslationState.MACHINE
    provenance: str  #: "typed", "notice:snow-closing", "engine:libretranslate"
    made_at: datetime = _moment(nullable=False)
    read_by: int | None = None  #: the account that says somebody who reads the language has read it
    read_at: datetime | None = _moment()


class Rendering(SQLModel, table=True):
    """The exact text for one broadcast, language and channel; deliveries point at it."""

    __table_args__ = (UniqueConstraint("broadcast_id", "language", "channel"),)
    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int = _key("broadcast.id", index=False)
    language: str  #: of the people it is for
    written_in: str  #: of the text: differs from `language` for a labelled fallback
    channel: str
    text: str
    buttons: list[list[str]] | None = _json()  #: [label, data] pairs
    digits: bool = False  #: offers digits, so rule 3 holds for it
    #: for a question: {"topic", "choices", "staff_choices", "asked"} as this rendering words them; where
    #: more follow, {"more": [the same and "put", the question as it is laid out, for each of them]}
    asks: dict[str, Any] | None = _json()
    encoding: str | None = None
    parts: int = 1
    #: the reminder of it, written when the first one is due; reminders copy it
    reminder: str | None = None
    reminder_parts: int | None = None


class Schedule(SQLModel, table=True):
    """When a broadcast goes out: once, or by an RFC 5545 rule, in local time."""

    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int = Field(foreign_key="broadcast.id", unique=True)
    starts: str  #: local ISO date and time without zone: "2026-12-01T06:00:00"
    zone: str
    rrule: str | None = None  #: None = once
    done: bool = False
    next_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    #: nothing of it on days on which the school is closed (settings.calendar)
    skip_closed: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class Occurrence(SQLModel, table=True):
    """One local date and time of a schedule; made in the transaction that releases it."""

    __table_args__ = (
        UniqueConstraint("schedule_id", "local"),
        _partial("occurrence_expires", "expires_at", where="expires_at IS NOT NULL AND NOT expired"),
        _partial("occurrence_remind", "remind_at", where="remind_at IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True)
    schedule_id: int = _key("schedule.id", index=False)
    local: str
    released_at: datetime = _moment(nullable=False)
    deliveries: int = 0
    expires_at: datetime | None = _moment()  #: nothing of it starts after this
    #: that moment has come, and what was left of it has been ended
    expired: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    #: when to look next for families that are to be reminded; None: not any more
    remind_at: datetime | None = _moment()


class Lane(SQLModel, table=True):
    """One sender at one provider: the unit of pace and of parallelism."""

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    name: str = Field(unique=True)  #: "+17155550100", "MG…", "bot:7155"
    epoch: int = 0  #: raised by every taking; claim and settle check it
    state: str = LaneState.RUNNING
    why: str | None = None
    not_before: datetime | None = _moment()  #: a provider's retry_after
    day: str | None = None  #: ISO date on the provider's clock, of which `day_parts` counts
    day_parts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  #: begun on that day


class Delivery(SQLModel, table=True):
    """One rendering, or one answer of ours, to one contact point: one row of the outbox."""

    __table_args__ = (
        UniqueConstraint("broadcast_id", "occurrence_id", "contact_point_id"),
        CheckConstraint("(rendering_id IS NULL) <> (text IS NULL)", name="one_text"),
        _partial("delivery_claim", "lane_id", "urgency", "rank", "id", where="state = 'queued'"),
        _partial(
            "delivery_in_turn",
            "contact_point_id",
            "urgency",
            "rank",
            "id",
            where="state IN ('queued', 'sending')",
        ),
        _partial("delivery_waiting", "waiting_until", where="state = 'waiting'"),
        _partial("delivery_start_by", "start_by", where="state = 'queued' AND start_by IS NOT NULL"),
        _partial("delivery_to_follow", "id", where="state = 'failed' AND NOT followed"),
        _partial("delivery_instead", "instead_of", where="instead_of IS NOT NULL"),
        _partial(
            "delivery_reminds", "broadcast_id", "contact_point_id", where="reminds IS NOT NULL", unique=True
        ),
        _partial("delivery_unsettled", "lane_id", "state", where="state IN ('sending', 'uncertain', 'held')"),
        _partial("delivery_provider", "provider_id", where="provider_id IS NOT NULL"),
        Index("delivery_to", "contact_point_id", "id"),
        #: answers of ours whose words are still kept
        _partial("delivery_words", "id", where="rendering_id IS NULL AND text <> ''"),
        #: progress is counted from this alone; it takes the place of an index on the broadcast by itself
        Index("delivery_of", "broadcast_id", "occurrence_id", "state", "language", "lane_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int | None = _key("broadcast.id", index=False, nullable=True)
    occurrence_id: int | None = _key("occurrence.id", index=False, nullable=True)
    rendering_id: int | None = _key("rendering.id", index=False, nullable=True)
    contact_point_id: int = _key("contact_point.id", index=False)
    lane_id: int = _key("lane.id", index=False)
    text: str | None = None  #: of an answer of ours; broadcasts use their rendering
    buttons: list[list[str]] | None = _json()
    language: str
    urgency: int  #: 0 emergency, 1 answer to a family, 2 everything else
    rank: int = 0  #: interleaves languages: the nth of its language goes with every other nth
    digits: bool = False
    parts: int = 1  #: what it costs of the lane's pace
    passes_stop: bool = False  #: the one text that confirms a STOP
    in_talk: bool = False  #: its question is part of the talk's state
    inbound_id: int | None = _key("inbound.id", index=False, nullable=True)  #: what it answers
    state: str
    waiting_until: datetime | None = _moment()
    #: it may be begun until here without another look at the clock: quiet hours, or its end; None: always
    start_by: datetime | None = _moment()
    #: it failed, and the next way to reach the family has been looked for
    followed: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    instead_of: int | None = None  #: the delivery that failed first, whose place this takes
    reminds: int | None = None  #: the delivery of the question that this repeats; it belongs to no occurrence
    epoch: int | None = None
    attempt: str | None = None
    attempts: int = 0
    started_at: datetime | None = _moment()
    looks: int = 0  #: at the provider's list, while uncertain
    looked_at: datetime | None = _moment()
    provider_id: str | None = None
    settled_at: datetime | None = _moment()
    reason: str | None = None
    code: str | None = None
    #: of an answer that a person wrote: whose account (staff.id), when, what it says in the staff's
    #: language, and how it came to be in the family's: "same", "liaison", "canned:3", "engine:…", "read:…"
    written_by: int | None = None
    written_at: datetime | None = _moment()
    meaning: str | None = None
    way: str | None = None


class Inbound(SQLModel, table=True):
    """Everything a family sent, as it came, before anyone thinks about it."""

    __table_args__ = (
        _partial("inbound_unread", "id", where="handled_at IS NULL"),
        #: a key that a provider drew by lot dirties a page of its own; that is paid when a text is read
        _partial("inbound_once", "channel", "provider_id", where="handled_at IS NOT NULL", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    provider_id: str
    lane: str
    address: str
    contact_point_id: int | None = _key("contact_point.id", nullable=True)
    message: dict[str, Any] = _json(nullable=False)  #: bot.messages.Inbound as JSON
    received_at: datetime = _moment(nullable=False)
    handled_at: datetime | None = _moment()
    #: read from the provider's list instead of being brought to us; `received_at` is then when it was sent
    pulled: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class Pulled(SQLModel, table=True):
    """Up to when everything that came to one sender has been read from its provider's list."""

    lane: str = Field(primary_key=True)  #: the lane's name
    until: datetime = _moment(nullable=False)  #: on the provider's clock
    looked_at: datetime = _moment(nullable=False)


class Restored(SQLModel, table=True):
    """One restore from a backup; while it is not lifted, every lane is on hold."""

    id: int | None = Field(default=None, primary_key=True)
    backed_up_at: datetime = _moment(nullable=False)
    restored_at: datetime = _moment(nullable=False)
    read_back_at: datetime | None = _moment()  #: STOPs and sends since the backup are known
    lifted_at: datetime | None = _moment()
    why: str | None = None  #: what keeps it from being lifted, for staff


class ProviderEvent(SQLModel, table=True):
    """Every status report, as it came."""

    __tablename__ = "provider_event"
    __table_args__ = (_partial("provider_event_due", "id", where="due"),)
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    provider_id: str
    attempt: str | None = None
    status: str
    code: str | None = None
    raw: dict[str, Any] = _json(nullable=False)
    received_at: datetime = _moment(nullable=False)
    #: it is kept, and what it says is not carried out yet
    due: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class Talk(SQLModel, table=True):
    """Where the conversation with one contact point stands."""

    contact_point_id: int = _key("contact_point.id", index=False, primary_key=True)
    state: dict[str, Any] = _json(nullable=False)  #: bot.conversation.talk.Talk as JSON
    changed_at: datetime = _moment(nullable=False)
    wakes_at: datetime | None = Field(default=None, sa_type=Moment, index=True)


class Reply(SQLModel, table=True):
    """What a person told us, our understanding of it, and how sure we are."""

    __table_args__ = (
        _partial("reply_own_words", "broadcast_id", "id", where="value IS NULL"),
        _partial("reply_engine_due", "engine_due_at", where="engine_due_at IS NOT NULL"),
        _partial("reply_checked", "broadcast_id", "language", "checked", where="checked IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int | None = _key("broadcast.id", nullable=True)  #: None: a question of their own
    contact_point_id: int = _key("contact_point.id")
    #: which question of the inquiry it answers, from 1
    question: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    kind: str  #: the question's kind, or "own_question", "correction" …
    state: str = Field(index=True)
    language: str
    words: str  #: their own, newest; every version is in reply_version
    value: str | None = None  #: "yes", "no", a choice's number from 1, a number
    understood_home: str | None = None  #: in the family's language
    understood_staff: str | None = None
    #: who wrote the understanding: "family" (closed answer), "liaison:Faadumo", "engine:LibreTranslate"
    by: str = "family"
    late: bool = False
    #: when an engine is asked what the words mean; None: none is, or it is done
    engine_due_at: datetime | None = _moment()
    engine_tries: int = 0
    #: why an engine's understanding was not used, as bot.translation.pipeline.Loss says it
    engine_why: str | None = None
    checked: str | None = None  #: of one in twenty that the family called right: "asked", "right", "wrong"
    checked_at: datetime | None = _moment()
    checked_by: str | None = None  #: name of the liaison
    inbound_id: int = Field(foreign_key="inbound.id", unique=True)  #: the text that began it
    made_at: datetime = _moment(nullable=False)
    changed_at: datetime = _moment(nullable=False)


class ReplyVersion(SQLModel, table=True):
    """Every version of a reply: none is ever overwritten."""

    __tablename__ = "reply_version"
    id: int | None = Field(default=None, primary_key=True)
    reply_id: int = _key("reply.id")
    at: datetime = _moment(nullable=False)
    state: str
    words: str
    value: str | None = None
    understood_home: str | None = None
    understood_staff: str | None = None
    by: str


class Handover(SQLModel, table=True):
    """Something a person must do for a family: answer, call, write a read-back."""

    __table_args__ = (
        _partial("handover_open", "contact_point_id", "promised_at", where="done_at IS NULL"),
        _partial("handover_done", "done_at", where="done_at IS NOT NULL"),
        Index("handover_restricted", "restricted", "inbound_id"),
        _partial("handover_of_broadcast", "broadcast_id", where="broadcast_id IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True)
    contact_point_id: int | None = _key("contact_point.id", nullable=True)
    reply_id: int | None = _key("reply.id", nullable=True)
    delivery_id: int | None = _key("delivery.id", index=False, nullable=True)
    inbound_id: int | None = _key("inbound.id", index=False, nullable=True)
    why: str  #: "own question", "asked for a person", "read back", "second no", "unclear text" …
    restricted: bool = False  #: rule 19: only for those who are on call
    promised_at: datetime | None = _moment()
    made_at: datetime = _moment(nullable=False)
    done_at: datetime | None = _moment()
    assigned_to: int | None = None  #: an account (staff.id)
    done_by: int | None = None
    done_how: str | None = None  #: "answered", "called", "letter", "in_person", "nothing"
    #: of a restricted one: who of those on call has seen it, and what they did: [{"at", "by", "text"}]
    acknowledged_at: datetime | None = _moment()
    acknowledged_by: int | None = None
    log: list[dict[str, Any]] | None = _json()
    broadcast_id: int | None = None  #: that leaves this phone out ("call: …") or was not sent ("missed: …")
    warned_at: datetime | None = _moment()  #: staff were told that the promise is about to be missed
    missed_at: datetime | None = _moment()  #: it was missed, and the family told of a new hour, once
    paged: int = 0  #: rounds of pages to those on call, of a restricted one
    paged_at: datetime | None = _moment()


class Staff(SQLModel, table=True):
    """One account of the console."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)  #: what they sign in with, in lower case
    name: str
    role: str  #: bot.roles.Role
    languages: list[str] = _json(nullable=False)  #: that they read: a reviewer's or a liaison's
    on_call: bool = False  #: reads what is restricted (docs/dialogue.md, rule 19)
    console_language: str = "en"
    password: str | None = None  #: argon2id, with its parameters
    totp: str | None = None  #: base32 secret; None: no second factor yet
    totp_step: int | None = None  #: the newest step that was used: none works twice
    made_at: datetime = _moment(nullable=False)
    disabled_at: datetime | None = _moment()


class StaffSession(SQLModel, table=True):
    """One browser that is signed in; it ends here, whatever the browser thinks."""

    __tablename__ = "staff_session"
    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = _key("staff.id")
    token: str = Field(unique=True)  #: SHA-256 of the cookie
    made_at: datetime = _moment(nullable=False)
    seen_at: datetime = _moment(nullable=False)
    ends_at: datetime = _moment(nullable=False)
    half: bool = False  #: the password was right; nothing is open before the second factor is
    totp: str | None = None  #: a second factor that is being set up in this browser, base32
    browser: str = ""  #: "Firefox, Windows": so that somebody knows their own again


class KnownDevice(SQLModel, table=True):
    """A browser in which somebody has signed in before: strangers' guesses do not lock it out."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("token", "staff_id"),)
    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = _key("staff.id")
    token: str  #: SHA-256 of the cookie; several accounts may share a desk
    made_at: datetime = _moment(nullable=False)
    seen_at: datetime = _moment(nullable=False)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for a lost phone, once."""

    __tablename__ = "recovery_code"
    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = _key("staff.id")
    code: str  #: SHA-256
    used_at: datetime | None = _moment()


class StaffInvitation(SQLModel, table=True):
    """A link that makes one account; the first of all is the owner's."""

    __tablename__ = "staff_invitation"
    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(unique=True)  #: SHA-256 of what the link carries
    email: str
    name: str
    role: str
    languages: list[str] = _json(nullable=False)
    on_call: bool = False
    staff_id: int | None = _key("staff.id", nullable=True)  #: an account that is let in again
    made_by: int | None = _key("staff.id", index=False, nullable=True)
    made_at: datetime = _moment(nullable=False)
    ends_at: datetime = _moment(nullable=False)
    used_at: datetime | None = _moment()


class SignInTry(SQLModel, table=True):
    """A password or code that was evaluated; how many may be is limited per account."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("sign_in_try_of", "account", "at"), Index("sign_in_try_at", "at"))
    id: int | None = Field(default=None, primary_key=True)
    account: str  #: SHA-256 of the name that was typed, whether it exists or not
    step: str = "password"  #: "password" | "code"
    known_device: bool
    at: datetime = _moment(nullable=False)


class AuditEntry(SQLModel, table=True):
    """Who did what; rows are only ever added, and each seals the one before it.

    Never a family's words, name or number: erasing a household leaves the trail whole.
    """

    __tablename__ = "audit_entry"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _moment(nullable=False)
    staff_id: int | None = _key("staff.id", nullable=True)
    who: str  #: the account's name then, or "command line", "Homeloop"
    what: str  #: "broadcast.approved", "household.erased" …
    about: str | None = Field(default=None, index=True)  #: "broadcast:12", "household:7"
    detail: dict[str, Any] | None = _json()
    seal: str  #: HMAC of this row and of the seal before it


class Note(SQLModel, table=True):
    """What staff tell each other about a conversation; no family ever reads it."""

    id: int | None = Field(default=None, primary_key=True)
    contact_point_id: int = _key("contact_point.id")
    staff_id: int | None = _key("staff.id", index=False, nullable=True)
    at: datetime = _moment(nullable=False)
    text: str
    #: an answer that waits for somebody who reads the language: {"home", "staff", "engine"}
    draft: dict[str, str] | None = _json()


class Looking(SQLModel, table=True):
    """Who has a conversation open on a screen, so that two people do not answer it at once.

    No foreign keys: rows live for a minute, and must not stand in the way of erasing a household.
    """

    contact_point_id: int = Field(primary_key=True)
    staff_id: int = Field(primary_key=True)
    at: datetime = _moment(nullable=False)


class CannedAnswer(SQLModel, table=True):
    """An answer that staff give often, in the languages in which somebody wrote it."""

    __tablename__ = "canned_answer"
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(unique=True)
    texts: dict[str, str] = _json(nullable=False)  #: language tag -> text
    written_by: dict[str, str] | None = _json()  #: language tag -> name of who wrote that text
    changed_at: datetime = _moment(nullable=False)


class Pulse(SQLModel, table=True):
    """When each part of the program last showed that it is at work."""

    name: str = Field(primary_key=True)  #: "tick"
    at: datetime = _moment(nullable=False)
