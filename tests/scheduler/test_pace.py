"""A lane never sends faster than it may, in any stretch of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pace import Bucket, available, full, refuse_until, spend, take, wait_for

rates = st.floats(0.1, 200)
bursts = st.floats(1, 100)
steps = st.lists(st.tuples(st.floats(0, 5), st.integers(1, 10)), min_size=1, max_size=60)

Given = list[tuple[float, float]]


def send(bucket: Bucket, asked: list[tuple[float, int]], *, obedient: bool) -> Given:
    """Ask again and again, waiting as told or not at all; return when how much was given."""
    now, given_out = bucket.at, []
    for pause, n in asked:
        now += pause
        bucket, wait = take(bucket, n, now)
        while wait and obedient:
            now += wait
            bucket, wait = take(bucket, n, now)
        if not wait:
            given_out.append((now, float(n)))
    return given_out


def most_in_any_window(given_out: Given, rate: float) -> float:
    """Return the largest excess over `rate` of any stretch between two sendings."""
    return max(
        sum(n for _, n in given_out[first : last + 1]) - rate * (given_out[last][0] - given_out[first][0])
        for first in range(len(given_out))
        for last in range(first, len(given_out))
    )


@given(rate=rates, burst=bursts, asked=steps, obedient=st.booleans(), start=st.floats(0, 1e6))
def test_never_more_than_the_burst_and_the_rate_in_any_window(
    rate: float, burst: float, asked: list[tuple[float, int]], obedient: bool, start: float
) -> None:
    given_out = send(full(rate, burst, start), asked, obedient=obedient)
    largest = max(burst, *(n for _, n in asked))
    if given_out:
        assert most_in_any_window(given_out, rate) <= largest + 1e-4


@given(rate=rates, burst=bursts, asked=steps)
def test_whoever_waits_as_told_is_served_every_time(
    rate: float, burst: float, asked: list[tuple[float, int]]
) -> None:
    assert [n for _, n in send(full(rate, burst, 0.0), asked, obedient=True)] == [n for _, n in asked]


def test_a_wait_is_never_too_short_for_the_clock_to_notice() -> None:
    """Late in a machine's life a clock's numbers are coarse: adding a wait to one must change it."""
    now = 1e6 + 0.1
    bucket = Bucket(rate=200, burst=1, tokens=1 - 2e-9, at=now)
    _, wait = take(bucket, 1, now)
    assert wait == 0 or now + wait > now


def test_three_parts_a_second() -> None:
    bucket = full(rate=3, burst=3, now=100.0)
    bucket, wait = take(bucket, 3, 100.0)
    assert wait == 0
    bucket, wait = take(bucket, 2, 100.0)
    assert wait == pytest.approx(2 / 3)
    bucket, wait = take(bucket, 2, 100.0 + wait)
    assert wait == 0


def test_a_text_longer_than_the_burst_goes_and_is_paid_back() -> None:
    bucket, wait = take(full(rate=1, burst=3, now=0.0), 6, 0.0)
    assert wait == 0
    bucket, wait = take(bucket, 1, 0.0)
    assert wait == pytest.approx(4)


@given(rate=rates, burst=bursts, asked=steps, refused=st.floats(0, 60))
def test_nothing_is_given_while_the_provider_refuses(
    rate: float, burst: float, asked: list[tuple[float, int]], refused: float
) -> None:
    bucket = refuse_until(full(rate, burst, 0.0), refused)
    given_out = send(bucket, [(pause - bucket.at, n) for pause, n in asked[:1]] + asked[1:], obedient=False)
    assert all(moment >= refused for moment, _ in given_out)


def test_after_a_refusal_sending_begins_gently() -> None:
    bucket = refuse_until(full(rate=1, burst=30, now=0.0), 10.0)
    assert take(bucket, 1, 4.0)[1] == pytest.approx(6)
    bucket, wait = take(bucket, 1, 10.0)
    assert wait == 0
    assert take(bucket, 1, 10.0)[1] == pytest.approx(1)


def test_an_older_refusal_does_not_shorten_a_newer_one() -> None:
    bucket = refuse_until(refuse_until(full(1, 1, 0.0), 30.0), 5.0)
    assert take(bucket, 1, 6.0)[1] == pytest.approx(24)


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (1, 0), (-1, 1)])
def test_a_bucket_that_never_fills_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        full(rate, burst, 0.0)


@given(rate=rates, burst=bursts, asked=steps)
def test_spending_only_what_is_saved_keeps_to_the_pace_too(
    rate: float, burst: float, asked: list[tuple[float, int]]
) -> None:
    bucket, now, given_out = full(rate, burst, 0.0), 0.0, []
    for pause, n in asked:
        now += pause
        if n <= available(bucket, now):
            bucket = spend(bucket, n, now)
            given_out.append((now, float(n)))
    if given_out:
        assert most_in_any_window(given_out, rate) <= burst + 1e-4


def test_what_is_owed_is_still_owed_after_a_refusal() -> None:
    bucket = refuse_until(spend(full(rate=1, burst=3, now=0.0), 8, 0.0), 10.0)
    bucket = spend(bucket, 1, 4.0)
    assert available(bucket, 4.0) == pytest.approx(-6)
    assert available(bucket, 10.0) == pytest.approx(-6)
    assert wait_for(bucket, 1, 10.0) == pytest.approx(7)


def test_looking_takes_nothing() -> None:
    bucket = full(rate=2, burst=2, now=0.0)
    assert wait_for(bucket, 2, 0.0) == 0
    assert available(bucket, 0.0) == 2
    assert available(refuse_until(bucket, 9.0), 1.0) == 0
