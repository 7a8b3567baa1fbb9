"""Providers say things often and in any order; `make soak ONLY=inbound` does this at length."""

from __future__ import annotations

from tests.soak import inbound


async def test_texts_that_come_one_to_five_times_are_kept_once() -> None:
    row = await inbound.texts(200, seed=7)
    assert row["ok"], row


async def test_reports_in_any_order_never_take_a_text_back() -> None:
    row = await inbound.reports(100, seed=7)
    assert row["ok"], row
