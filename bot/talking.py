"""One turn of a conversation on the database: load the talk, take a step, carry out the effects.

The engine decides, this module writes down. Everything of one turn belongs to one transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import calendar, hours, languages, questions, sampling
from bot.channels import segments
from bot.conversation import engine, events, intent, tongue
from bot.conversation import talk as talks
from bot.conversation.talk import Kind, Question
from bot.messages import ChannelName, DeliveryState, ReplyState
from bot.messages import Inbound as Message
from bot.settings import Duty, Settings
from bot.store import contacts, outbox
from bot.store.tables import (
    Broadcast,
    ContactPoint,
    Delivery,
    Handover,
    Inbound,
    Lane,
    LaneState,
    Rendering,
    Reply,
    ReplyVersion,
    Talk,
)
from bot.translation import pipeline

#: states in which a question is, or may be, before the family
_BEFORE_THEM = (
    DeliveryState.SENDING,
    DeliveryState.UNCERTAIN,
    DeliveryState.HELD,
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
)

#: of a row of `delivery`: it asks this family something that the talk has not heard of
_UNHEARD = (
    col(Delivery.contact_point_id) == sa.bindparam("phone"),
    sa.or_(col(Delivery.rendering_id).is_not(None), col(Delivery.reminds).is_not(None)),
    col(Delivery.in_talk).is_(False),
    col(Delivery.digits),
    col(Delivery.state).in_(_BEFORE_THEM),
)
_ANY_UNHEARD = sa.select(col(Delivery.id)).where(*_UNHEARD).limit(1)
#: the delivery of the question that a reminder repeats
_reminded = Delivery.__table__.alias("reminded")  # type: ignore[attr-defined]

#: a text says in which language it is written if it has so many words, and the guess is so likely
_TELLING_WORDS, _LIKELY = 3, 0.8
#: texts that put the next question of an inquiry
_PUTS = ("noted_then", events.NEXT_QUESTION)
#: a deadline that passed with nothing to do for it is looked at again after this, not at every tick
_LOOK_AGAIN = timedelta(minutes=15)


class Turn:
    """One contact point's turn; `step` may be called once for each event."""

    def __init__(
        self,
        session: Session,
        contact: ContactPoint,
        settings: Settings,
        now: datetime,
        *,
        inbound: Inbound | None = None,
        message: Message | None = None,
    ) -> None:
        assert contact.id is not None
        self.session = session
        self.contact = contact
        self.contact_id = contact.id
        self.settings = settings
        self.now = now
        self.inbound = inbound
        self.message = message
        self.said = 0
        #: what this turn writes to the phone, by delivery id
        self.deliveries: list[int] = []
        #: keyboards to be taken away once this is committed
        self.keyboards: list[Message] = []

    def step(self, event: events.Event) -> None:
        """Bring the talk up to date, let the engine take a step, and write down what follows."""
        row = self.session.get(Talk, self.contact_id, populate_existing=True)
        talk = talks.from_json(row.state) if row else talks.Talk(self.contact.language)
        talk = replace(talk, language=self.contact.language)
        facts = self._facts()
        talk = self._heed_stop(talk, facts)
        if isinstance(event, events.Said | events.Pressed):
            outbox.forget_reminders(self.session, self.contact_id)
        for asked in self._newly_asked():
            talk, effects = engine.step(talk, asked, facts)
            self._carry_out(effects)
        facts = replace(facts, wrote=self._wrote(talk, event))
        talk, effects = engine.step(talk, self._with_question(event), facts)
        self._carry_out(effects)
        if any(isinstance(effect, events.ChangeLanguage) for effect in effects):
            talk = self._reworded(talk)
        talk = self._put_now(talk, effects)
        self._keep(row, talk, woke=isinstance(event, events.Woke))
        if self.message is not None and self.message.press_id is not None:
            self.keyboards.append(self.message)

    def _heed_stop(self, talk: talks.Talk, facts: events.Facts) -> talks.Talk:
        """A phone that was stopped behind the talk's back, by its provider, is stopped here too."""
        if self.contact.stopped_at is None or talk.stopped is not None:
            return talk
        talk, effects = engine.step(talk, events.Blocked(self.now), facts)
        self._carry_out([one for one in effects if not isinstance(one, events.StopWriting)])
        return talk

    def awaits_read_back(self, reply: str) -> bool:
        """Say whether the words of this reply still wait for what we understood."""
        row = self.session.get(Talk, self.contact_id, populate_existing=True)
        return row is not None and any(own.reply == reply for own in talks.from_json(row.state).waiting)

    def say(self, key: str, **values: str | date | datetime) -> None:
        """Say one phrase that needs no thought (an unlinked chat, a group, a promise that was missed)."""
        known = {"school": self._school, "phone": self.settings.school.phone}
        self._say(events.Say(key, self._speaks(), {**known, **values}))

    def decline_group(self) -> None:
        """Groups are declined, once: others would read along. Of the group only its number is kept."""
        said = select(Delivery.id).where(col(Delivery.contact_point_id) == self.contact_id)
        if self.session.exec(said).first() is None:
            self.say("group_declined")

    @property
    def _school(self) -> str:
        return self.settings.school.name

    def _speaks(self) -> str:
        tag = self.contact.language
        return tag if languages.speakable(tag, self.settings.unreviewed) else "en"

    def _facts(self) -> events.Facts:
        school, staff = self.settings.school, self.settings.staff
        promise = self.promise(self.now)
        speaks = self._speaks()
        return events.Facts(
            school=school.name,
            phone=school.phone,
            reader=staff.reader,
            promised=promise.by.astimezone(school.zone),
            lexicon=intent.lexicon(self.contact.language),
            night=promise.night,
            adults=contacts.people_at(self.session, self.contact_id),
            speakable=frozenset(
                tag
                for tag in languages.catalog_languages()
                if languages.speakable(tag, self.settings.unreviewed)
            ),
            yes=languages.phrase("yes", speaks),
            no=languages.phrase("no", speaks),
        )

    def promise(self, now: datetime) -> calendar.Promise:
        """Return by when somebody who writes this family's language answers what comes at `now`."""
        staff, zone = self.settings.staff, self.settings.school.zone
        closed = self.settings.calendar.closed_days

        def soonest(at: datetime, duty: Duty) -> calendar.Promise:
            return calendar.promise(
                at, zone, duty.start, duty.end, staff.answer_within_hours, duty.weekdays, closed
            )

        theirs = staff.duty(self.contact.language)
        found = soonest(now, theirs)
        if found.night and not soonest(now, staff.usual).night:
            return soonest(found.by, theirs)  # it is day, only nobody who writes it is there
        return found

    def _wrote(self, talk: talks.Talk, event: events.Event) -> str | None:
        """Return the language of this text if it is English or one they wrote in before (rule 18)."""
        if not isinstance(event, events.Said) or len(event.text.split()) < _TELLING_WORDS:
            return None
        guess = tongue.guess(event.text)
        theirs = {*talk.spoke, languages.SOURCE}
        return guess.tag if guess and guess.tag in theirs and guess.confidence >= _LIKELY else None

    def _newly_asked(self) -> list[events.Asked]:
        """Questions that went out since the last turn and before this, in the order in which they went."""
        if not self._has_unheard():
            return []
        rows = self.session.exec(
            select(Delivery, Rendering, Broadcast)
            .outerjoin(_reminded, _reminded.c.id == Delivery.reminds)
            .join(
                Rendering,
                col(Rendering.id) == sa.func.coalesce(Delivery.rendering_id, _reminded.c.rendering_id),
            )
            .join(Broadcast, col(Broadcast.id) == Delivery.broadcast_id)
            .where(*_UNHEARD, col(Delivery.started_at) <= self._said_at)
            .params(phone=self.contact_id)
            .order_by(col(Delivery.started_at), col(Delivery.id))
        ).all()
        asked = []
        for delivery, rendering, broadcast in rows:
            delivery.in_talk = True
            self.session.add(delivery)
            certain = delivery.state in {DeliveryState.SENT, DeliveryState.DELIVERED}
            question = self._question(rendering, broadcast)
            again = delivery.reminds is not None
            asked.append(events.Asked(question, delivery.started_at or self.now, certain, again))
        return asked

    def _has_unheard(self) -> bool:
        self.session.flush()
        return self.session.connection().execute(_ANY_UNHEARD, {"phone": self.contact_id}).first() is not None

    def _question(self, rendering: Rendering, broadcast: Broadcast, number: int = 1) -> Question:
        family = questions.Family(self.contact_id, self._speaks(), self.settings.school.zone)
        return questions.question(self.session, family, rendering, broadcast, number)

    def _put_now(self, talk: talks.Talk, effects: list[events.Effect]) -> talks.Talk:
        """A question that follows an answer is put now, however long that answer has lain here.

        What they wrote before this moment cannot be meant for it (rule 3).
        """
        puts = any(isinstance(one, events.Say) and one.key in _PUTS for one in effects)
        if puts and isinstance(talk.now, talks.Open):
            return replace(talk, now=replace(talk.now, asked_at=self.now))
        return talk

    def _reworded(self, talk: talks.Talk) -> talks.Talk:
        """Word what is still to be asked in the language they chose; what was put stays as it was put."""
        match talk.now:
            case talks.Open(question=question):
                return replace(talk, now=replace(talk.now, question=self._in_their_language(question)))
            case talks.ReadBack(own=own) | talks.Telling(own=own):
                own = replace(own, question=self._in_their_language(own.question))
                return replace(talk, now=replace(talk.now, own=own))
        waiting = (replace(own, question=self._in_their_language(own.question)) for own in talk.waiting)
        return replace(talk, waiting=tuple(waiting))

    def _in_their_language(self, question: Question) -> Question:
        if not question.series:
            return question
        found = self.session.exec(
            select(Rendering, Broadcast)
            .join(Broadcast, col(Broadcast.id) == Rendering.broadcast_id)
            .where(
                col(Rendering.broadcast_id) == question.broadcast_id,
                col(Rendering.language) == self.contact.language,
                col(Rendering.channel) == self.contact.channel,
            )
        ).first()
        return replace(question, series=self._question(*found).series) if found else question

    def _with_question(self, event: events.Event) -> events.Event:
        """Give a press on an old keyboard the question it belongs to."""
        if not isinstance(event, events.Pressed):
            return event
        found = self.session.exec(
            select(Rendering, Broadcast)
            .join(Delivery, col(Delivery.rendering_id) == Rendering.id)
            .join(Broadcast, col(Broadcast.id) == Rendering.broadcast_id)
            .where(
                col(Delivery.contact_point_id) == self.contact_id,
                col(Delivery.broadcast_id) == event.press.broadcast_id,
            )
        ).first()
        if found is None:
            return event
        known = self.session.exec(
            select(Reply.inbound_id)
            .where(
                col(Reply.contact_point_id) == self.contact_id,
                col(Reply.broadcast_id) == event.press.broadcast_id,
                col(Reply.question) == event.press.number,
            )
            .order_by(col(Reply.id).desc())
        ).first()
        question = self._question(*found, event.press.number)
        if question.number != event.press.number:
            return event
        return replace(event, question=question, reply=str(known) if known is not None else None)

    def _keep(self, row: Talk | None, talk: talks.Talk, *, woke: bool) -> None:
        kept = row or Talk(contact_point_id=self.contact_id, state={}, changed_at=self.now)
        kept.state, kept.changed_at, kept.wakes_at = talks.to_json(talk), self.now, talks.wakes_at(talk)
        if woke and kept.wakes_at is not None and kept.wakes_at <= self.now:
            kept.wakes_at = self.now + _LOOK_AGAIN
        self.session.add(kept)
        self._let_digits_wait(talks.digits_wait_until(talk))
        self.session.add(self.contact)
        self.session.flush()

    def _let_digits_wait(self, until: datetime | None) -> None:
        """Hold other texts with digits back while something is open, and let them go after (rule 3)."""
        before = self.contact.open_until
        if before is not None and self._has_unheard():
            until = max(before, until or before)  # a question went out after what was said here
        self.contact.open_until = until
        if until is None and before is not None:
            outbox.question_closed(self.session, self.contact_id)
        elif until is not None and until > self.now and until != before:
            outbox.question_opened(self.session, self.contact_id, until)

    def _carry_out(self, effects: list[events.Effect]) -> None:
        for effect in effects:
            match effect:
                case events.Say():
                    self._say(effect)
                case events.Record():
                    self._record(effect)
                case events.CallStaff():
                    self._call_staff(effect)
                case events.WriteReadBack(reply=key, person=person):
                    self._have_understood(key, by_person=person)
                case events.StopWriting(why=why):
                    contacts.stop(
                        self.session, self.contact, why=why, evidence=self._evidence(), now=self.now,
                        inbound_id=self._inbound_id,
                    )  # fmt: skip
                case events.ClosingsOnly():
                    contacts.keep_closings(
                        self.session, self.contact, evidence=self._evidence(), now=self.now,
                        inbound_id=self._inbound_id,
                    )  # fmt: skip
                case events.StartWriting():
                    contacts.start(
                        self.session, self.contact, evidence=self._evidence(), now=self.now,
                        inbound_id=self._inbound_id,
                    )  # fmt: skip
                case events.ChangeLanguage(tag=tag):
                    self.contact.language, self.contact.language_by = tag, "family"
                    self.session.add(self.contact)
                case events.CloseKeyboard():
                    self._close_keyboard(effect)

    @property
    def _said_at(self) -> datetime:
        """When what we are dealing with happened: it may have lain unread for a while."""
        return self.inbound.received_at if self.inbound else self.now

    def _heard_at(self) -> datetime | None:
        """When the family wrote last, as far as this turn answers it."""
        if self.inbound is not None:
            return self.inbound.received_at
        newest = select(Inbound.received_at).where(col(Inbound.contact_point_id) == self.contact_id)
        return self.session.exec(newest.order_by(col(Inbound.id).desc())).first()

    @property
    def _inbound_id(self) -> int | None:
        return self.inbound.id if self.inbound else None

    def _evidence(self) -> str:
        """The family's own words or act, as the ledger keeps them."""
        if self.message is None:
            return "staff"
        return self.message.text or ("blocked the bot" if self.message.blocked else "a button")

    def _say(self, say: events.Say) -> None:
        if self.contact.stopped_at is not None and not say.passes_stop:
            return  # it could never go, and would go out of date until they let us write again
        if say.key == "noted_then" and not self._fits_in_one(say):
            answer, question = say.values["answer"], say.values["question"]
            self._say(events.Say("noted", say.language, {"answer": answer}))
            say = replace(say, key=events.NEXT_QUESTION, values={"question": question})
        text = self._words(say, say.language)
        if say.also_english and say.language != "en":
            text = f"{text} / {self._words(say, 'en')}"
        keys = [[key.label, key.data] for key in say.buttons]
        self.write(text, language=say.language, keys=keys, digits=say.digits, passes_stop=say.passes_stop)

    def write(
        self,
        text: str,
        *,
        language: str | None = None,
        keys: list[list[str]] | None = None,
        digits: bool = False,
        passes_stop: bool = False,
    ) -> int:
        """Queue one text to this contact point, ahead of all bulk; return the delivery's id.

        Long after the family wrote it waits for the morning (rule 14).
        """
        theirs, day = self._heard_at(), hours.of(self.settings)
        telegram = self.contact.channel == ChannelName.TELEGRAM
        if not telegram:
            text = segments.normalise(text)
        self.said += 1
        delivery_id = outbox.answer(
            self.session,
            contact_point_id=self.contact_id,
            lane_id=self._lane(),
            text=text,
            language=language or self.contact.language,
            buttons=keys if telegram and keys else None,
            digits=digits,
            parts=1 if telegram else segments.measure(text).count,
            passes_stop=passes_stop,
            inbound_id=self._inbound_id,
            waiting_until=hours.next_answer(self.now, theirs, day),
            start_by=hours.answer_by(self.now, theirs, day),
        )
        self.deliveries.append(delivery_id)
        return delivery_id

    def _words(self, say: events.Say, tag: str) -> str:
        values = {name: self._value(value, tag) for name, value in say.values.items()}
        if say.key == events.NEXT_QUESTION:
            return values["question"]
        return languages.phrase(say.key, tag, **values)

    def _fits_in_one(self, say: events.Say) -> bool:
        """Say whether the answer noted and the next question are short enough together (rule 13)."""
        telegram = self.contact.channel == ChannelName.TELEGRAM
        return telegram or pipeline.fits(self._words(say, say.language))

    def _value(self, value: str | date | datetime | time, tag: str) -> str:
        zone = self.settings.school.zone
        today = self.now.astimezone(zone).date()
        if isinstance(value, datetime):
            local = value.astimezone(zone)
            hour = languages.family_time(local.time(), tag)
            if local.date() == today:
                return languages.phrase("when_today", tag, time=hour)
            day = languages.family_date(local.date(), tag, today=today)
            return languages.phrase("when_day", tag, day=day, time=hour)
        if isinstance(value, date):
            return languages.family_date(value, tag, today=today)
        return languages.family_time(value, tag) if isinstance(value, time) else value

    def _lane(self) -> int:
        """The sender they wrote to; else the first of their channel."""
        name = self.message.lane if self.message else None
        sends = col(Lane.state) != LaneState.RETIRED
        found = self.session.exec(select(Lane.id).where(col(Lane.name) == name, sends)).first()
        if found is None:
            found = self.session.execute(sa.select(outbox.lane_of(self.contact.channel))).scalar()
        if found is None:
            return outbox.ensure_lane(
                self.session, self.contact.channel, f"{self.contact.channel}: not configured"
            )
        return int(found)

    def _record(self, record: events.Record) -> None:
        reply = self._reply(record.reply)
        if reply is None:
            reply = Reply(
                inbound_id=int(record.reply),
                contact_point_id=self.contact_id,
                kind=record.kind,
                state=record.state,
                language=self.contact.language,
                words=record.words,
                made_at=self.now,
                changed_at=self.now,
            )
        reply.broadcast_id, reply.kind, reply.words = record.broadcast_id, record.kind, record.words
        reply.question = record.question
        reply.state, reply.value, reply.by = record.state, record.value, record.by
        reply.understood_home, reply.understood_staff = record.home, record.staff
        reply.late, reply.changed_at = record.late, self.now
        if record.state != ReplyState.RECEIVED:
            reply.engine_due_at = None
        self.session.add(reply)
        self.session.flush()
        assert reply.id is not None
        self.session.add(
            ReplyVersion(
                reply_id=reply.id,
                at=self.now,
                state=record.state,
                words=record.words,
                value=record.value,
                understood_home=record.home,
                understood_staff=record.staff,
                by=record.by,
            )
        )
        self._have_checked(reply)

    def _have_understood(self, key: str, *, by_person: bool) -> None:
        """Have these words understood: by an engine where it may see them, else by a liaison (rule 9)."""
        reply, tag, school = self._reply(key), self.contact.language, self.settings.school
        engine = tag != school.staff_language and pipeline.may_read_back(self.settings.translation, tag)
        if reply is None or by_person or not engine:
            self._handover("read back", reply=key)
            return
        reply.engine_due_at, reply.engine_tries, reply.engine_why = self.now, 0, None
        self.session.add(reply)

    def _have_checked(self, reply: Reply) -> None:
        """Let a liaison look at one in twenty of the understandings that families called right (rule 12)."""
        assert reply.id is not None
        own = reply.kind == Kind.OWN_WORDS and reply.value is None and reply.checked is None
        if own and reply.state == ReplyState.CONFIRMED and sampling.is_checked(reply.language, reply.id):
            reply.checked = "asked"
            self.session.add(reply)
            self._handover("check", reply=str(reply.inbound_id))

    def _reply(self, key: str | None) -> Reply | None:
        if key is None:
            return None
        return self.session.exec(select(Reply).where(col(Reply.inbound_id) == int(key))).first()

    def _call_staff(self, call: events.CallStaff) -> None:
        self._handover(call.why, reply=call.reply, promised=call.promise, restricted=call.restricted)

    def _handover(
        self, why: str, *, reply: str | None = None, promised: bool = False, restricted: bool = False
    ) -> None:
        kept = self._reply(reply)
        self.session.add(
            Handover(
                contact_point_id=self.contact_id,
                reply_id=kept.id if kept else None,
                # What is restricted hides its message too, also where no message is being dealt with.
                inbound_id=self._inbound_id or (kept.inbound_id if kept and restricted else None),
                why=why,
                restricted=restricted,
                promised_at=self._facts().promised if promised else None,
                made_at=self.now,
            )
        )

    def _close_keyboard(self, closed: events.CloseKeyboard) -> None:
        if self.contact.channel != ChannelName.TELEGRAM:
            return
        whose = (
            [col(Delivery.broadcast_id) == closed.broadcast_id]
            if closed.question == 1
            else [col(Delivery.broadcast_id).is_(None), _offers(closed)]
        )
        rows = self.session.exec(
            select(col(Delivery.provider_id), col(Lane.name))
            .join(Lane, col(Lane.id) == Delivery.lane_id)
            .where(
                col(Delivery.contact_point_id) == self.contact_id,
                *whose,
                col(Delivery.provider_id).is_not(None),
            )
        )
        self.keyboards.extend(
            Message(
                channel=ChannelName.TELEGRAM,
                provider_id="",
                lane=lane,
                address=self.contact.address,
                message_id=provider_id,
            )
            for provider_id, lane in rows
            if provider_id and (self.message is None or provider_id != self.message.message_id)
        )


def _offers(question: events.CloseKeyboard) -> sa.ColumnElement[bool]:
    """Say that a delivery's buttons answer this question of an inquiry."""
    data = events.button_data(question.broadcast_id, 1, number=question.question)
    return sa.cast(col(Delivery.buttons), sa.String).contains(f'"{data}"', autoescape=True)
