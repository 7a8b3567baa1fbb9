"""What a simulated phone shows, from a ledger written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.district import Resident, residents
from bot.demo.handsets import Handset, Handsets
from bot.messages import ChannelName
from bot.simulator import Ledger
from bot.simulator.ledger import Accepted, Heard, ProviderText, Status

BEGAN = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
EVERYBODY = residents(120)
CHAT = next(one for one in EVERYBODY if one.telegram is not None)
SMS = EVERYBODY[0]


def at(second: int) -> datetime:
    return BEGAN + timedelta(seconds=second)


def ours(
    to: Resident, text: str, second: int, *states: str, buttons: tuple[tuple[str, str | None], ...] = ()
) -> Accepted:
    channel = ChannelName.SMS if to.telegram is None else ChannelName.TELEGRAM
    statuses = [Status(state, at(second)) for state in states or ("queued", "delivered")]
    return Accepted(
        f"SM{second}", channel, "us", to.address, text, at(second), second, buttons=buttons, statuses=statuses
    )


def theirs(by: Resident, text: str, second: int) -> Heard:
    return Heard(f"IN{second}", ChannelName.SMS, "text", "us", by.address, at(second), text)


def pressed(by: Resident, data: str, message: str, second: int) -> Heard:
    return Heard(
        f"IN{second}",
        ChannelName.TELEGRAM,
        "press",
        "us",
        by.address,
        at(second),
        data=data,
        message_id=message,
    )


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def handsets(ledger: Ledger) -> Handsets:
    made = Handsets(ledger)
    made.give_out(EVERYBODY)
    return made


def phone(handsets: Handsets, one: Resident) -> Handset:
    found = handsets.numbered(one.number)
    assert found is not None
    return found


def texts(handsets: Handsets, one: Resident) -> list[tuple[str, str]]:
    return [("<" if line.ours else ">", line.text) for line in handsets.shown(phone(handsets, one))]


def test_texts_stand_in_the_order_of_time_whoever_wrote_them(ledger: Ledger, handsets: Handsets) -> None:
    ledger.accepted += [ours(SMS, "Late start.", 1), ours(SMS, "Who is it for?", 9)]
    ledger.heard.append(theirs(SMS, "STOP", 5))
    ledger.provider_texts.append(ProviderText("us", SMS.address, "Stopped.", at(6)))
    assert texts(handsets, SMS) == [
        ("<", "Late start."),
        (">", "STOP"),
        ("<", "Stopped."),
        ("<", "Who is it for?"),
    ]


def test_a_text_that_never_reached_the_handset_is_not_on_it(ledger: Ledger, handsets: Handsets) -> None:
    ledger.accepted.append(ours(SMS, "Late start.", 1, "queued", "sent", "undelivered"))
    assert texts(handsets, SMS) == []


def test_what_comes_later_is_there_when_the_phone_is_looked_at_again(
    ledger: Ledger, handsets: Handsets
) -> None:
    ledger.accepted.append(ours(SMS, "One.", 1))
    assert texts(handsets, SMS) == [("<", "One.")]
    ledger.accepted.append(ours(SMS, "Two.", 2))
    assert texts(handsets, SMS) == [("<", "One."), ("<", "Two.")]


def test_a_pressed_button_says_what_stood_on_it_though_it_is_gone(ledger: Ledger, handsets: Handsets) -> None:
    text = ours(CHAT, "When?", 1, "sent", buttons=(("1 morning", "b1"), ("2 evening", "b2")))
    ledger.accepted.append(text)
    assert handsets.shown(phone(handsets, CHAT))[0].buttons == ("1 morning", "2 evening")
    text.buttons = ()
    ledger.heard.append(pressed(CHAT, "b2", "SM1", 2))
    assert texts(handsets, CHAT) == [("<", "When?"), (">", "2 evening")]


def test_a_phone_with_something_new_stands_first_until_it_is_looked_at(
    ledger: Ledger, handsets: Handsets
) -> None:
    ledger.accepted += [ours(EVERYBODY[4], "One.", 1), ours(EVERYBODY[5], "Two.", 2)]
    assert [one.number for one in handsets.found("")[:2]] == [5, 4]
    phone(handsets, EVERYBODY[5]).look()
    assert [(one.number, one.unseen) for one in handsets.found("")[:2]] == [(4, 1), (5, 0)]


def test_two_who_share_a_phone_have_one_between_them(handsets: Handsets) -> None:
    second = next(one for one in EVERYBODY if one.shares_phone)
    assert handsets.numbered(second.number) is None
    shared = handsets.at(second.address)
    assert shared is not None
    assert second.name in shared.names
    assert len(handsets.phones) == len({one.address for one in EVERYBODY})


@pytest.mark.parametrize("sought", ["somali", "Soomaali", "SO"])
def test_phones_are_found_by_language(handsets: Handsets, sought: str) -> None:
    assert {"so"} <= {one.owner.tag for one in handsets.found(sought)}
    assert handsets.found("nobody is called that") == []


def test_the_newest_words_of_families_come_first_and_presses_are_no_words(
    ledger: Ledger, handsets: Handsets
) -> None:
    ledger.heard += [theirs(SMS, "one", 1), pressed(CHAT, "b2", "SM1", 2), theirs(SMS, "two", 3)]
    assert [heard.text for _, heard in handsets.latest(5)] == ["two", "one"]
