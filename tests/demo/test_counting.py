"""The demo's judge: a ledger written by hand, spoiled in one way at a time, must show just that."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from bot.demo import counting
from bot.demo.counting import Counts, Due, Kept
from bot.demo.district import Resident
from bot.messages import ChannelName, DeliveryState, ReplyState
from bot.settings import Settings
from bot.simulator import Ledger
from bot.simulator.ledger import Accepted, Heard, Status
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import ContactPoint, Delivery, Inbound, Reply
from tests import school
from tests.conftest import StandingClock

BEGAN = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
SCHOOL = "Lincoln"
SMS, CHAT = ChannelName.SMS, ChannelName.TELEGRAM
NEWS = {"en": "Late start tomorrow.", "so": "Berri waa la soo daahayaa."}
THANKS = "Thanks. We wrote: 3-5."
STOPPED = "Waan joojinnay."


def resident(number: int, tag: str, telegram: int | None = None) -> Resident:
    return Resident(
        number,
        f"Guardian {number}",
        f"+1715200{number:04}",
        tag,
        tag,
        SCHOOL,
        "3",
        f"C{number}",
        telegram,
        False,
    )


EVERYBODY = (resident(0, "en"), resident(1, "so"), resident(2, "so", 715_000_002), resident(3, "en"))
ENGLISH, SOMALI, CHATS, OTHER = (one.address for one in EVERYBODY)


class Hand:
    """A ledger in which everything went well: the news to four, an answer on each channel, one STOP."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.answers: dict[tuple[str, str], tuple[str, str]] = {}
        self.written: dict[tuple[str, str], int] = {}
        self.replies: dict[tuple[str, str], str] = {}
        for place, one in enumerate(EVERYBODY):
            self.accept(one.address, NEWS[one.tag], attempt=f"a.{place + 1}", second=place)
        self.hear("IN1", ENGLISH, "2", second=60, state=ReplyState.CONFIRMED)
        self.answer(ENGLISH, THANKS, attempt="a.11", second=61)
        self.hear("IN2", CHATS, "2", second=60, state=ReplyState.WITH_STAFF)
        self.answer(CHATS, THANKS, second=61)
        self.hear("IN3", SOMALI, "JOOJI", second=70)
        self.answer(SOMALI, STOPPED, attempt="a.12", second=71)

    def accept(self, address: str, text: str, *, attempt: str | None = None, second: int = 90) -> Accepted:
        channel = SMS if address.startswith("+") else CHAT
        number = len(self.ledger.accepted) + 1
        made = Accepted(
            provider_id=f"SM{number}" if channel is SMS else str(number),
            channel=channel,
            sender="+17155550100",
            address=address,
            text=text,
            accepted_at=BEGAN + timedelta(seconds=second),
            number=number,
            status_callback=f"https://x/sms/status?attempt={attempt}" if channel is SMS else None,
            statuses=[Status("delivered", BEGAN)],
        )
        self.ledger.accepted.append(made)
        return made

    def answer(self, address: str, text: str, *, attempt: str | None = None, second: int) -> None:
        """A text of ours that the tables know."""
        made = self.accept(address, text, attempt=attempt, second=second)
        self.answers[made.channel, made.provider_id] = (address, text)
        self.written[address, text] = self.written.get((address, text), 0) + 1

    def hear(
        self, key: str, address: str, text: str, *, second: int, state: ReplyState | None = None
    ) -> None:
        channel = SMS if address.startswith("+") else CHAT
        at = BEGAN + timedelta(seconds=second)
        heard = Heard(key, channel, "text", "+17155550100", address, at, text)
        if channel is CHAT:
            heard.update_id = 700 + len(self.ledger.heard)  # what we know it by; `key` is its message's id
        self.ledger.heard.append(heard)
        if state is not None:
            self.replies[channel, key if channel is SMS else f"7155:{heard.update_id}"] = state

    def count(self) -> Counts:
        due = tuple(Due(1, tag, channel, text) for tag, text in NEWS.items() for channel in (SMS, CHAT))
        kept = Kept(due, {1: frozenset({SCHOOL})}, self.answers, self.written, self.replies)
        return counting.count(self.ledger, EVERYBODY, kept, BEGAN, 1.23)


CLEAN = {"duplicates": 0, "lost": 0, "after_stop": 0, "wrong_language": 0}


def bad(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in CLEAN}


@pytest.fixture
def hand() -> Hand:
    return Hand()


def test_a_day_on_which_everything_went_well(hand: Hand) -> None:
    assert (
        hand.count().to_json()
        == {
            "people": 4,
            "languages": 2,
            "accepted": 7,
            "delivered": 7,
            "replies": 2,
            "confirmed": 1,
            "corrected": 0,
            "unconfirmed": 0,
            "with_staff": 1,
            "opted_out": 1,
            "seconds": 1.2,
        }
        | CLEAN
    )
    assert hand.count().clean


def test_the_news_that_never_came_is_lost(hand: Hand) -> None:
    hand.ledger.accepted = [one for one in hand.ledger.accepted if one.address != OTHER]
    assert bad(hand.count()) == CLEAN | {"lost": 1}
    assert not hand.count().clean


def test_the_news_in_another_language_is_lost_and_wrong(hand: Hand) -> None:
    (one,) = [one for one in hand.ledger.accepted if one.address == OTHER]
    one.text = NEWS["so"]
    assert bad(hand.count()) == CLEAN | {"lost": 1, "wrong_language": 1}


def test_one_byte_more_is_another_text(hand: Hand) -> None:
    (one,) = [one for one in hand.ledger.accepted if one.address == OTHER]
    one.text += " "
    assert hand.count().wrong_language == 1


def test_an_answer_that_is_not_what_we_wrote_to_that_phone_is_wrong(hand: Hand) -> None:
    (one,) = [one for one in hand.ledger.accepted if one.text == THANKS and one.address == ENGLISH]
    one.address = OTHER
    assert hand.count().wrong_language == 1


def test_a_text_to_a_stranger_is_wrong(hand: Hand) -> None:
    hand.accept("+17159999999", NEWS["en"], attempt="a.99")
    assert hand.count().wrong_language == 1


@pytest.mark.parametrize(("address", "attempt"), [(OTHER, "b.4"), (CHATS, None)])
def test_the_news_twice_is_a_duplicate_on_either_channel(
    hand: Hand, address: str, attempt: str | None
) -> None:
    tag = "en" if address == OTHER else "so"
    hand.accept(address, NEWS[tag], attempt=attempt)
    assert bad(hand.count()) == CLEAN | {"duplicates": 1}


@pytest.mark.parametrize(("address", "attempt"), [(ENGLISH, "b.11"), (CHATS, None)])
def test_an_answer_twice_is_a_duplicate_on_either_channel(
    hand: Hand, address: str, attempt: str | None
) -> None:
    hand.accept(address, THANKS, attempt=attempt)
    assert hand.count().duplicates == 1


def test_the_same_answer_to_two_messages_is_none(hand: Hand) -> None:
    """She answered twice, and was told the same twice."""
    hand.answer(CHATS, THANKS, second=80)
    hand.answer(ENGLISH, THANKS, attempt="a.13", second=80)
    assert bad(hand.count()) == CLEAN


def test_a_second_text_after_a_stop_is_after_it(hand: Hand) -> None:
    hand.answer(SOMALI, "Mahadsanid.", attempt="a.14", second=80)
    assert bad(hand.count()) == CLEAN | {"after_stop": 1}


def test_the_news_after_a_stop_is_after_it_though_the_provider_confirmed_the_stop(hand: Hand) -> None:
    """Then no text of ours confirms it, and the first one is one too many."""
    hand.hear("IN9", OTHER, "STOP", second=75)
    (one,) = [one for one in hand.ledger.accepted if one.address == OTHER]
    one.accepted_at = BEGAN + timedelta(seconds=80)
    assert bad(hand.count()) == CLEAN | {"after_stop": 1}


def test_who_stopped_before_the_news_is_due_none(hand: Hand) -> None:
    hand.ledger.accepted = [
        one for one in hand.ledger.accepted if one.address != SOMALI or one.text == STOPPED
    ]
    assert bad(hand.count()) == CLEAN


def test_what_an_earlier_run_sent_is_not_counted(hand: Hand) -> None:
    old = hand.accept(OTHER, NEWS["en"], attempt="a.4", second=-3600)
    assert old.accepted_at < BEGAN
    assert bad(hand.count()) == CLEAN


@pytest.mark.parametrize("state", [ReplyState.RECEIVED, ReplyState.READ_BACK, ReplyState.UNCONFIRMED])
def test_every_reply_is_in_exactly_one_state(hand: Hand, state: ReplyState) -> None:
    hand.replies[SMS, "IN1"] = state
    counts = hand.count()
    assert (counts.replies, counts.unconfirmed, counts.clean) == (2, 1, True)
    hand.replies[SMS, "IN1"] = "somewhere else"
    assert not hand.count().clean


def test_a_reply_to_nothing_that_was_heard_is_not_counted(hand: Hand) -> None:
    hand.replies[SMS, "IN404"] = ReplyState.CONFIRMED
    assert hand.count().replies == 2


@pytest.mark.parametrize("name", sorted(CLEAN))
def test_any_badness_is_not_clean(hand: Hand, name: str) -> None:
    assert name in {one.name for one in fields(Counts)}
    assert not replace(hand.count(), **{name: 1}).clean


def test_what_the_tables_hold_is_read_for_the_judge(
    store: Store, settings: Settings, clock: StandingClock
) -> None:
    ours = school.lively(settings)

    def work(session: Session) -> int:
        lane = outbox.ensure_lane(session, SMS, school.SMS)
        chat = outbox.ensure_lane(session, CHAT, school.TELEGRAM)
        school.family(session, 1)
        made = school.send_out(session, ours, clock.now())
        contact = ContactPoint(channel=CHAT, address="900", language="en")
        session.add(contact)
        session.flush()
        for number, (to, on, key) in enumerate(((1, lane, "SM1"), (contact.id or 0, chat, "900:17"))):
            one = outbox.answer(session, contact_point_id=to, lane_id=on, text=THANKS, language="en")
            row = session.get(Delivery, one)
            assert row is not None
            row.state, row.provider_id = DeliveryState.SENT, key
            inbound = Inbound(channel=(SMS, CHAT)[number], provider_id=("IN1", "7155:4")[number], lane="x",
                              address="y", message={}, received_at=clock.now())  # fmt: skip
            session.add_all([row, inbound])
            session.flush()
            reply = Reply(contact_point_id=to, kind="one_of", state="confirmed", language="en", words="2",
                          inbound_id=inbound.id or 0)  # fmt: skip
            reply.made_at = reply.changed_at = clock.now()
            session.add(reply)
        return made

    made = store.writing(work)
    held = store.reading(counting.kept, {made: frozenset({SCHOOL})})
    assert [(one.broadcast_id, one.language, one.channel) for one in held.due] == [
        (made, "en", "sms"),
        (made, "en", "telegram"),
    ]
    assert held.answers == {("sms", "SM1"): (school.phone(1), THANKS), ("telegram", "17"): ("900", THANKS)}
    assert held.written == {(school.phone(1), THANKS): 1, ("900", THANKS): 1}
    assert held.replies == {("sms", "IN1"): "confirmed", ("telegram", "7155:4"): "confirmed"}
