"""The committed promises are complete, and the checker finds what breaks them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.simulator.promise import Promise, promise

BOTH = pytest.mark.parametrize("name", ["twilio", "telegram"])


def rules(table: Any) -> Iterator[dict[str, Any]]:
    """Every rule of a promise, however deep."""
    if isinstance(table, dict):
        if isinstance(table.get("type"), str | list) and "sources" not in table:
            yield table
        for value in table.values():
            yield from rules(value)


@BOTH
def test_every_error_and_shape_that_is_named_exists(name: str) -> None:
    known = promise(name)
    for rule in rules(known.table):
        for key in ("missing", "invalid"):
            if key in rule:
                known.error(rule[key])
        if "shape" in rule:
            assert rule["shape"] in known.table["shapes"]


@BOTH
def test_every_error_says_what_it_means(name: str) -> None:
    for key, error in promise(name).table["errors"].items():
        assert set(error) == {"status", "message", "means"}, key
        assert error["means"], key


def test_the_lists_of_words_are_twilios() -> None:
    words = promise("twilio").table["words"]
    assert words["stop"] == ["STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"]
    assert words["start"] == ["START", "YES", "UNSTOP"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"sid": "SM1"}, "message.sid does not match"),
        ({"status": "gone"}, "message.status is none of"),
        ({"num_segments": 1}, "message.num_segments is not string"),
        ({"date_created": "today"}, "message.date_created is no rfc2822"),
        ({"colour": "red"}, "message.colour is not in the reference"),
        ({"to": ...}, "message.to is missing"),
    ],
)
def test_an_answer_that_breaks_the_promise_is_found(changed: dict[str, Any], says: str) -> None:
    good: dict[str, Any] = {
        "sid": "SM" + "0" * 32,
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "body": "",
        "date_created": "Tue, 17 Nov 2026 16:00:00 +0000",
        "date_sent": None,
        "date_updated": "Tue, 17 Nov 2026 16:00:00 +0000",
        "direction": "inbound",
        "error_code": None,
        "error_message": None,
        "from": "+17155550142",
        "to": "+17155550100",
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "status": "received",
        "subresource_uris": {},
        "uri": "/2010-04-01/Accounts/AC/Messages/SM.json",
    }
    assert promise("twilio").faults("message", good) == []
    bad = {key: value for key, value in (good | changed).items() if value is not ...}
    (fault,) = promise("twilio").faults("message", bad)
    assert fault.startswith(says)


def test_form_fields_are_read_as_their_types() -> None:
    read = promise("telegram").read(
        "getUpdates", {"offset": "-1", "allowed_updates": '["message"]', "x": "1"}
    )
    assert read.values == {"offset": -1, "allowed_updates": ["message"]}
    assert read.problem is None
    assert read.unknown == ("x",)


@pytest.mark.parametrize(
    ("markup", "faults"),
    [
        ({"inline_keyboard": [[{"text": "a", "callback_data": "1"}]]}, 0),
        ({"keyboard": [["a", {"text": "b"}]], "resize_keyboard": True}, 0),
        ({"inline_keyboard": [{"text": "a"}]}, 1),
        ({"inline_keyboard": [[{"text": "", "callback_data": ""}]]}, 2),
        ({"buttons": []}, 1),
    ],
)
def test_keyboards_are_checked(markup: dict[str, Any], faults: int) -> None:
    assert len(promise("telegram").markup_faults(markup)) == faults


def test_a_promise_is_read_once() -> None:
    assert promise("twilio") is promise("twilio")
    assert isinstance(promise("twilio"), Promise)
