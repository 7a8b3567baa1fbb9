"""Every reason that can stand beside a failed text is sorted by what a school can do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import causes
from bot.broadcasts import course
from bot.causes import Cause, cause_of, foremost
from bot.channels import telegram, twilio_codes
from bot.store import outbox
from bot.store.outbox import doubts


@pytest.mark.parametrize("code", sorted(twilio_codes.CODES))
def test_every_code_of_twilio_asks_for_something(code: int) -> None:
    assert cause_of(twilio_codes.CODES[code].sentence, str(code)) is not Cause.OTHER


@pytest.mark.parametrize("refusal", telegram.REFUSALS, ids=lambda one: one.sentence[:30])
def test_every_refusal_of_telegram_asks_for_something(refusal: telegram.Refusal) -> None:
    assert cause_of(refusal.sentence, str(refusal.status)) is not Cause.OTHER


@pytest.mark.parametrize(
    ("reason", "code", "cause"),
    [
        (twilio_codes.CODES[21211].sentence, "21211", Cause.WRONG_NUMBER),
        (twilio_codes.CODES[30006].sentence, "30006", Cause.LANDLINE),
        (twilio_codes.CODES[21610].sentence, "21610", Cause.STOPPED),
        (twilio_codes.CODES[30007].sentence, "30007", Cause.WORDING),
        (twilio_codes.CODES[30034].sentence, "30034", Cause.SENDER),
        (twilio_codes.CODES[30004].sentence, "30004", Cause.BLOCKED),
        (twilio_codes.CODES[30023].sentence, "30023", Cause.LIMIT),
        (f"{twilio_codes.CODES[30003].sentence} Given up after 5 tries.", "30003", Cause.UNREACHABLE),
        (f"{twilio_codes.CODES[30003].sentence} Given up after 1 try.", None, Cause.UNREACHABLE),
        ("Telegram knows no such chat; link the account again.", "400", Cause.NOT_LINKED),
        ("The family blocked the bot or left Telegram; reach them another way.", "403", Cause.STOPPED),
        (
            "Telegram could not take the text (HTTP status 418); again later. Given up after 5 tries.",
            None,
            Cause.UNREACHABLE,
        ),
        (outbox.PHONE_STOPPED, None, Cause.STOPPED),
        (outbox.BROADCAST_STOPPED, None, Cause.BY_STAFF),
        (course.RECALLED, None, Cause.BY_STAFF),
        (causes.DROPPED, None, Cause.BY_STAFF),
        (twilio_codes.CODES[21211].sentence, None, Cause.WRONG_NUMBER),
        ("The text did not arrive (Twilio error 99999).", "99999", Cause.OTHER),
        ("The text did not arrive (Twilio error not stated).", None, Cause.OTHER),
        (None, None, Cause.OTHER),
        (None, "30006", Cause.LANDLINE),
        ("Something new", "not a code", Cause.OTHER),
    ],
)
def test_a_reason_is_sorted(reason: str | None, code: str | None, cause: Cause) -> None:
    assert cause_of(reason, code) is cause


def test_what_dropping_writes_down_is_known_here_word_for_word() -> None:
    assert f'"{causes.DROPPED}"' in Path(doubts.__file__).read_text()


def test_what_a_bad_number_writes_down_without_a_reason_is_known_here() -> None:
    written = (Path(outbox.__file__).parents[2] / "receipts.py").read_text()
    (found,) = re.findall(r'report\.reason or "(The number[^"]+)"', written)
    assert cause_of(found) is Cause.WRONG_NUMBER


def test_the_foremost_cause_is_the_one_that_most_can_be_done_about() -> None:
    assert foremost([Cause.STOPPED, Cause.WRONG_NUMBER, Cause.SENDER]) is Cause.SENDER
    assert foremost([Cause.OTHER, Cause.NO_PHONE]) is Cause.NO_PHONE
