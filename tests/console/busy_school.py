"""A school in the middle of its day: as many rows of everything as asked for, in whatever words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count, cycle
from typing import Any, TypeVar

from msgspec import to_builtins
from sqlmodel import Session, SQLModel, col, select

from bot.app import App
from bot.conversation.ask import Ask
from bot.credentials import digest
from bot.messages import ChannelName, DeliveryState, ReplyState
from bot.messages import Inbound as Message
from bot.roles import Role
from bot.store import audit, incoming, outbox
from bot.store.audience import Audience
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    CannedAnswer,
    Child,
    Consent,
    ContactPoint,
    Delivery,
    Group,
    GroupKind,
    Handover,
    Household,
    Inbound,
    Lane,
    LaneState,
    Membership,
    Note,
    Occurrence,
    Person,
    PersonChild,
    PersonContactPoint,
    Rendering,
    Reply,
    ReplyVersion,
    Schedule,
    Staff,
    StaffInvitation,
    Translation,
    TranslationState,
)

T = TypeVar("T")

#: gives the next text of a kind: "name", "words", "title", "text", "note", "file", "school" …
Words = Callable[[str], str]

TAGS = ("en", "es", "so", "hmn", "ar", "zh-Hans")
#: the second factor of owners, base32
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CHOICES = ("Morning", "Afternoon", "Evening")
LANES = {ChannelName.SMS: "+17155550100", ChannelName.TELEGRAM: "bot:7155"}

_PLAIN: Mapping[str, Sequence[str]] = {
    "danger": ("I am afraid to go home",),
    "name": ("Ana García", "Hodan Warsame", "Mai Vang", "Layla Hassan", "Emma Olson", "Wei Chen"),
    "words": (
        "Habeenkii waan shaqeeyaa",
        "¿A qué hora sale el bus?",
        "لا أستطيع يوم السبت",
        "Thank you",
        "6 teev",
    ),
    "understood": ("They work at night", "They ask when the bus leaves", "They cannot come on Saturday"),
    "title": ("Conference times", "Snow closing", "Picture day", "Bus 7 is late", "Board meeting"),
    "text": ("When can you meet the teacher?", "School is closed today.", "Bus 7 comes at 7:40."),
    "note": ("Called at noon, nobody answered.", "Prefers Fridays."),
    "evidence": ("Form signed at registration", "Said so on the phone to the office"),
    "reason": ("The number is not in service.", "The carrier refused the text."),
    "school": ("Lincoln", "Washington"),
    "group": ("Room 12", "Dual language", "Parent council"),
    "file": ("families-2026",),
    "cell": ("ask at the office",),
    "staff": ("Rosa Ruiz", "Faadumo Ali", "Nkauj Hli Vang", "Sam Carter"),
}


def plain() -> Words:
    """Words as families and staff write them."""
    return cycling(_PLAIN)


def hostile(strings: Sequence[str]) -> Words:
    """Every text is the next of these strings, whatever it is for."""
    turning = cycle(strings)
    return lambda _: next(turning)


def cycling(texts: Mapping[str, Sequence[str]]) -> Words:
    """Each kind goes round its own list."""
    turning = {kind: cycle(found) for kind, found in texts.items()}
    return lambda kind: next(turning[kind])


@dataclass(frozen=True, slots=True)
class BusySchool:
    """What was made, by id, for whoever wants to look at one of each."""

    staff: Mapping[Role, int]
    #: "draft", "pending", "approved", "released", "recalled", "stopped", "inquiry", "own_words", "untold"
    broadcasts: Mapping[str, int]
    phones: tuple[int, ...]
    households: tuple[int, ...]
    conversation: int  #: a phone with words, an answer and a promise
    danger: int  #: a phone with words that only those on call may see
    alarm: int  #: what of it a person owes them
    handovers: tuple[int, ...]
    task: int  #: something owed that belongs to no phone
    canned: int
    people: tuple[int, ...]  #: the first adult of every household, in the same order as `phones`
    replies: tuple[int, ...]
    held: int  #: a delivery that staff decide about
    stopped_lane: int
    upload: str = ""  #: a roster that was uploaded and not yet imported


def accounts(
    session: Session, now: datetime, *, on_call: bool = True, language: str = "en"
) -> dict[Role, int]:
    """Add one account of every role; return them. Nobody can sign in by password: there is none."""
    made = {}
    for role in Role:
        made[role] = _kept(
            session,
            Staff(
                email=f"{role}@{language}.lincoln.example",
                name=f"The {role}",
                role=role,
                languages=["so", "es", "ar"],
                on_call=on_call and role in {Role.OWNER, Role.COMMUNICATOR},
                console_language=language,
                totp=TOTP if role is Role.OWNER else None,
                made_at=now,
            ),
        )
    return made


def busy_school(
    session: Session,
    now: datetime,
    *,
    rows: int = 10,
    words: Words | None = None,
    staff: Mapping[Role, int] | None = None,
) -> BusySchool:
    """Fill an empty database with `rows` of everything."""
    made = _Busy(session, now, max(rows, 10), words or plain(), staff or accounts(session, now))
    return made.everything()


def fill(
    app: App, *, rows: int = 10, words: Words | None = None, staff: Mapping[Role, int] | None = None
) -> BusySchool:
    """Fill a console: the database, and a roster that somebody has uploaded."""
    now, words = app.clock.now(), words or plain()
    made = app.store.writing(busy_school, now, rows=rows, words=words, staff=staff)
    folder = incoming.folder_of(app.store.path)
    name = f"{words('file')}.csv"
    return replace(made, upload=incoming.keep(folder, name, roster(words, rows), now).token)


def roster(words: Words, rows: int) -> bytes:
    """A roster as an office exports it, with these words in its cells."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(["Guardian", "Phone", "Home Language", "School", "Grade", "Student ID"])
    for number in range(rows):
        phone = f"+1262555{number:04}" if number % 5 else words("cell")
        language = "Somali" if number % 7 else words("cell")
        lines.writerow([words("name"), phone, language, words("school"), "3", f"S{number}"])
    return text.getvalue().replace("\0", "").encode()


def _kept(session: Session, row: SQLModel) -> int:
    session.add(row)
    session.flush()
    found: int = row.id  # type: ignore[attr-defined]
    return found


@dataclass
class _Busy:
    session: Session
    now: datetime
    rows: int
    words: Words
    staff: Mapping[Role, int]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    phones: list[ContactPoint] = field(default_factory=list)
    lanes: dict[str, int] = field(default_factory=dict)
    schools: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)

    def everything(self) -> BusySchool:
        self.lanes = {one: outbox.ensure_lane(self.session, one, name) for one, name in LANES.items()}
        stopped = self._stopped_lane()
        self._groups()
        households = [self._family(number) for number in range(self.rows)]
        broadcasts = self._broadcasts()
        held = self._told(broadcasts["untold"])
        self._told(broadcasts["inquiry"], happy=True)
        self._told(broadcasts["own_words"], happy=True)
        replies = self._replies(broadcasts)
        handovers, alarm = self._handovers(replies), self._danger()
        canned = self._desk()
        self._office()
        return BusySchool(
            staff=self.staff,
            broadcasts=broadcasts,
            phones=tuple(one.id or 0 for one in self.phones),
            households=tuple(households),
            conversation=self.phones[2].id or 0,
            danger=self.phones[-1].id or 0,
            alarm=alarm,
            handovers=tuple(handovers),
            task=self._add(Handover(why="unclear text", made_at=self.now)),
            canned=canned,
            people=tuple(self.people),
            replies=tuple(replies),
            held=held,
            stopped_lane=stopped,
        )

    def _add(self, row: SQLModel) -> int:
        return _kept(self.session, row)

    def _all(self, rows: Sequence[SQLModel]) -> None:
        self.session.add_all(rows)
        self.session.flush()

    def _at(self, number: int) -> datetime:
        """Moments of the last days, each a little later than the one before."""
        return self.now - timedelta(days=2) + timedelta(minutes=number)

    def _stopped_lane(self) -> int:
        why = "Twilio says that the account is suspended."
        return self._add(Lane(channel=ChannelName.SMS, name="+17155550199", state=LaneState.STOPPED, why=why))

    # people

    def _groups(self) -> None:
        for number in range(max(2, self.rows // 10)):
            name = f"{self.words('school')} {number or ''}".rstrip()
            self.schools.append(self._add(Group(kind=GroupKind.SCHOOL, name=name)))
            for grade in range(1, 4):
                row = Group(kind=GroupKind.GRADE, name=str(grade), parent_id=self.schools[-1])
                self.groups.append(self._add(row))
        for number in range(max(3, self.rows // 4)):
            kind = (GroupKind.CLASS, GroupKind.PROGRAMME, GroupKind.COMMITTEE)[number % 3]
            row = Group(kind=kind, name=f"{self.words('group')} {number}", parent_id=self.schools[0])
            self.groups.append(self._add(row))

    def _family(self, number: int) -> int:
        home = self._add(Household(reference=f"H{number}"))
        phone = self._phone(number)
        child = self._add(
            Child(
                reference=f"C{number}",
                school_id=self.schools[number % len(self.schools)],
                grade=str(number % 3 + 1),
            )
        )
        for adult in range(2 if number % 4 == 0 else 1):
            person = self._person(home, number, adult)
            self.people += [person] if adult == 0 else []
            self._all(
                [
                    PersonContactPoint(person_id=person, contact_point_id=phone),
                    PersonChild(person_id=person, child_id=child),
                    Membership(person_id=person, group_id=self.schools[number % len(self.schools)]),
                    Membership(person_id=person, group_id=self.groups[number % len(self.groups)]),
                ]
            )
        return home

    def _person(self, home: int, number: int, adult: int) -> int:
        tag = TAGS[number % len(TAGS)]
        return self._add(
            Person(
                reference=f"G{number}-{adult}",
                name=self.words("name"),
                household_id=home,
                reads=tag,
                hears="ksw" if number % 7 == 0 else tag,
                approached_by="paper",
                approached_on="2026-09-02",
            )
        )

    def _phone(self, number: int) -> int:
        telegram = number % 5 == 3
        row = ContactPoint(
            channel=ChannelName.TELEGRAM if telegram else ChannelName.SMS,
            address=str(920_000_000 + number) if telegram else f"+1920555{number:04}",
            language=TAGS[number % len(TAGS)],
            stopped_at=self._at(number) if number % 9 == 7 else None,
            stopped_why="family" if number % 9 == 7 else None,
            closings_only=number % 18 == 7,
            bad_at=self._at(number) if number % 9 == 5 else None,
            bad_why=self.words("reason") if number % 9 == 5 else None,
        )
        made = self._add(row)
        self.phones.append(row)
        scopes = ("school", "all") if row.stopped_at else ("school",)
        for scope in scopes:
            self._add(
                Consent(
                    contact_point_id=made,
                    at=self._at(number),
                    scope=scope,
                    granted=scope == "school",
                    evidence=self.words("evidence"),
                )
            )
        return made

    # broadcasts

    def _broadcasts(self) -> dict[str, int]:
        states = (*BroadcastState,)
        found = {str(state): self._broadcast(state) for state in states}
        choices = Ask("one_of", CHOICES)
        found["inquiry"] = self._broadcast(BroadcastState.RELEASED, choices, tags=TAGS)
        found["own_words"] = self._broadcast(BroadcastState.RELEASED, Ask("own_words"), tags=TAGS)
        found["untold"] = self._broadcast(BroadcastState.RELEASED, purpose="emergency", tags=TAGS)
        for number in range(self.rows):
            made = self._broadcast(states[number % len(states)])
            if states[number % len(states)] in {BroadcastState.RELEASED, BroadcastState.STOPPED}:
                self._told(made, most=1, happy=True)
        return found

    def _broadcast(
        self,
        state: BroadcastState,
        ask: Ask | None = None,
        *,
        purpose: str = "school",
        tags: Sequence[str] = ("en", "es", "so", "ar"),
    ) -> int:
        number = next(self.numbers)
        draft = state in {BroadcastState.DRAFT, BroadcastState.PENDING}
        made = self._add(
            Broadcast(
                title=self.words("title"),
                phase="inquire" if ask else "inform",
                purpose=purpose,
                state=state,
                source_language="en",
                fallback="en",
                audience=Audience().to_json(),
                question=ask.to_json() if ask else None,
                made_at=self._at(number),
                changed_at=self._at(number),
                approved_at=None if draft else self._at(number),
                counted=None if draft else len(self.phones),
                made_by=self.staff[Role.COMMUNICATOR],
                approved_by=None if draft else self.staff[Role.OWNER],
            )
        )
        self._translations(made, tags, ask, draft=draft)
        if not draft:
            self._renderings(made, tags, ask)
            self._schedule(made, state)
        return made

    def _translations(self, made: int, tags: Sequence[str], ask: Ask | None, *, draft: bool) -> None:
        drafts = (TranslationState.REVIEWED, TranslationState.MACHINE, TranslationState.STALE)
        choices = [self.words("text")[:60] for _ in CHOICES] if ask and ask.choices else None
        for place, tag in enumerate(tags):
            self._add(
                Translation(
                    broadcast_id=made,
                    language=tag,
                    text=self.words("text"),
                    choices=choices,
                    state=drafts[place % 3] if draft else TranslationState.APPROVED,
                    provenance="typed" if place == 0 else "engine:libretranslate",
                    made_at=self.now,
                )
            )

    def _renderings(self, made: int, tags: Sequence[str], ask: Ask | None) -> None:
        asks = {
            "topic": self.words("title"),
            "choices": [*CHOICES],
            "staff_choices": [*CHOICES],
            "asked": None,
        }
        for channel in ChannelName:
            for tag in TAGS:
                written_in = tag if tag in tags else "en"
                self._add(
                    Rendering(
                        broadcast_id=made,
                        language=tag,
                        written_in=written_in,
                        channel=channel,
                        text=self.words("text"),
                        digits=ask is not None and ask.offers_digits,
                        asks=asks if ask else None,
                        encoding="GSM-7",
                    )
                )

    def _schedule(self, made: int, state: BroadcastState) -> int:
        later = state == BroadcastState.APPROVED
        schedule = self._add(
            Schedule(
                broadcast_id=made,
                starts="2026-11-18T06:00:00" if later else "2026-11-17T09:30:00",
                zone="America/Chicago",
                done=not later,
                next_at=self.now + timedelta(hours=20) if later else None,
            )
        )
        if later or state == BroadcastState.RECALLED:
            return 0
        return self._add(
            Occurrence(schedule_id=schedule, local="2026-11-17T09:30:00", released_at=self._at(0))
        )

    def _told(self, broadcast: int, *, most: int = 0, happy: bool = False) -> int:
        """Add deliveries of a broadcast to every phone; return one that is held."""
        occurrence, renderings = self._of(broadcast)
        states = (DeliveryState.DELIVERED, DeliveryState.SENT) if happy else (*DeliveryState,)
        held = 0
        for place, phone in enumerate(self.phones[: most or None]):
            state = states[place % len(states)]
            made = self._delivery(phone, state, place)
            made.broadcast_id, made.occurrence_id = broadcast, occurrence
            made.rendering_id = renderings[phone.channel, phone.language]
            held = self._add(made) if state == DeliveryState.HELD else (self._add(made) and held)
        return held

    def _of(self, broadcast: int) -> tuple[int | None, dict[tuple[str, str], int | None]]:
        schedules = select(Schedule.id).where(col(Schedule.broadcast_id) == broadcast)
        occurrence = self.session.exec(
            select(Occurrence.id).where(col(Occurrence.schedule_id).in_(schedules))
        ).first()
        rows = self.session.exec(select(Rendering).where(col(Rendering.broadcast_id) == broadcast))
        return occurrence, {(row.channel, row.language): row.id for row in rows}

    def _delivery(self, phone: ContactPoint, state: DeliveryState, place: int, **more: Any) -> Delivery:
        accepted = state in {DeliveryState.SENT, DeliveryState.DELIVERED}
        failed = state == DeliveryState.FAILED
        return Delivery(
            contact_point_id=phone.id or 0,
            lane_id=self.lanes[phone.channel],
            language=phone.language,
            urgency=more.pop("urgency", outbox.BULK),
            rank=place,
            state=state,
            waiting_until=self.now + timedelta(hours=1) if state == DeliveryState.WAITING else None,
            attempt=f"a{next(self.numbers)}" if state != DeliveryState.QUEUED else None,
            started_at=self._at(place),
            provider_id=f"SM{next(self.numbers):032x}" if accepted else None,
            settled_at=self._at(place) if accepted or failed else None,
            reason=self.words("reason") if failed or state == DeliveryState.HELD else None,
            code="30006" if failed else None,
            **more,
        )

    # what families said

    def _replies(self, broadcasts: Mapping[str, int]) -> list[int]:
        found = []
        for place, phone in enumerate(self.phones):
            if place % 3 == 1:
                continue
            value = str(place % 3 + 1)
            found.append(self._reply(phone, broadcasts["inquiry"], "one_of", ReplyState.CONFIRMED, value))
            state = (*ReplyState,)[place % len(ReplyState)]
            found.append(self._reply(phone, broadcasts["own_words"], "own_words", state))
            self._add(self._answer(phone, place))
        found += [self._reply(self.phones[2], None, "own_question", ReplyState.WITH_STAFF)]
        return found

    def _reply(
        self,
        phone: ContactPoint,
        broadcast: int | None,
        kind: str,
        state: ReplyState,
        value: str | None = None,
    ) -> int:
        at = self._at(next(self.numbers))
        said = self.words("words") if value is None else value
        inbound = self._inbound(phone, said, at)
        understood = self.words("understood") if state != ReplyState.RECEIVED else None
        shared: dict[str, Any] = {
            "state": state, "words": said, "value": value, "understood_staff": understood,
            "understood_home": self.words("words") if understood else None,
        }  # fmt: skip
        made = self._add(
            Reply(
                broadcast_id=broadcast,
                contact_point_id=phone.id or 0,
                kind=kind,
                language=phone.language,
                inbound_id=inbound,
                by="family" if value else "liaison:Faadumo",
                made_at=at,
                changed_at=at,
                **shared,
            )
        )
        self._add(ReplyVersion(reply_id=made, at=at, by="family", **shared))
        return made

    def _inbound(self, phone: ContactPoint, said: str, at: datetime) -> int:
        number = next(self.numbers)
        message = Message(
            ChannelName(phone.channel), f"IN{number}", LANES[ChannelName(phone.channel)], phone.address, said,
            name=self.words("name") if phone.channel == ChannelName.TELEGRAM else None,
        )  # fmt: skip
        return self._add(
            Inbound(
                channel=phone.channel,
                provider_id=message.provider_id,
                lane=message.lane,
                address=phone.address,
                contact_point_id=phone.id,
                message=to_builtins(message),
                received_at=at,
                handled_at=at,
            )
        )

    def _answer(self, phone: ContactPoint, place: int) -> Delivery:
        return self._delivery(phone, DeliveryState.SENT, place, urgency=1, text=self.words("text"))

    def _handovers(self, replies: Sequence[int]) -> list[int]:
        why = ("own question", "asked for a person", "read back", "second no", "unclear text", "media")
        made = []
        for place in range(self.rows):
            phone = self.phones[(place + 2) % len(self.phones)]
            own = (
                replies[-1] if place == 0 else self._reply(phone, None, "own_question", ReplyState.WITH_STAFF)
            )
            made.append(
                self._add(
                    Handover(
                        contact_point_id=phone.id,
                        reply_id=own,
                        why=why[place % len(why)],
                        promised_at=self.now + timedelta(minutes=30 * (place - 2)) if place % 3 else None,
                        made_at=self._at(place),
                        done_at=self.now if place % 8 == 7 else None,
                        assigned_to=self.staff[Role.COMMUNICATOR] if place % 4 == 1 else None,
                    )
                )
            )
        return made

    def _danger(self) -> int:
        """Add what only those on call may read; return the newest."""
        made = 0
        for place in reversed(range(max(2, self.rows // 5))):
            phone = self.phones[-1 - place]
            inbound = self._inbound(phone, self.words("danger"), self._at(place))
            made = self._add(
                Handover(
                    contact_point_id=phone.id,
                    inbound_id=inbound,
                    why="danger",
                    restricted=True,
                    made_at=self._at(place),
                )
            )
        return made

    # what staff keep

    def _desk(self) -> int:
        """Add notes and answers that are given often; return one of those."""
        made = 0
        for place in range(self.rows):
            phone = self.phones[2 if place % 2 else place]
            self._add(
                Note(
                    contact_point_id=phone.id or 0,
                    staff_id=self.staff[Role.COMMUNICATOR],
                    at=self._at(place),
                    text=self.words("note"),
                    draft=self._proposed() if place % 5 == 1 else None,
                )
            )
            texts = {tag: self.words("text") for tag in ("en", "es", "so")}
            title = f"{self.words('title')} {place}"
            by = dict.fromkeys(texts, self.words("staff"))
            row = CannedAnswer(title=title, texts=texts, written_by=by, changed_at=self.now)
            made = self._add(row)
        return made

    def _proposed(self) -> dict[str, str]:
        """An answer that waits for somebody who reads the language."""
        return {"home": self.words("words"), "staff": self.words("understood"), "engine": "libretranslate"}

    def _office(self) -> None:
        for place in range(self.rows):
            role = (*Role,)[place % len(Role)]
            self._add(
                Staff(
                    email=f"person{place}@lincoln.example",
                    name=self.words("staff"),
                    role=role,
                    languages=["so"],
                    made_at=self._at(place),
                    disabled_at=self.now if place % 5 == 4 else None,
                )
            )
            self._add(
                StaffInvitation(
                    token=digest(f"invitation-{place}"),
                    email=f"invited{place}@lincoln.example",
                    name=self.words("staff"),
                    role=role,
                    languages=[],
                    made_by=self.staff[Role.OWNER],
                    made_at=self._at(place),
                    ends_at=self.now + timedelta(days=3),
                )
            )
            who = audit.Actor(self.staff[Role.OWNER], self.words("staff"))
            audit.record(
                self.session, who, "broadcast.approved", f"broadcast:{place + 1}", now=self._at(place)
            )
