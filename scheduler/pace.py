"""How fast a lane may send: a token bucket as a frozen value. Time is in monotonic seconds, given."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: seconds so few are rounding: waiting exactly as long as told is waiting long enough, and a clock that
#: counts from a machine's start for years can still tell one such moment from the next
_TINY = 1e-7


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a lane may send at once, and how fast that grows again. A token is one part of a text."""

    rate: float  #: tokens a second
    burst: float  #: most tokens that can be saved up
    tokens: float  #: saved up at `at`; below zero after a text of more parts than `burst`
    at: float  #: monotonic seconds; later than now while the provider refuses us


def full(rate: float, burst: float, now: float) -> Bucket:
    """Return a bucket with everything saved up. Both numbers are above zero; raises ValueError."""
    if not (rate > 0 and burst > 0):
        raise ValueError(f"a lane needs a rate and a burst above zero, not {rate} and {burst}")
    return Bucket(rate, burst, burst, now)


def take(bucket: Bucket, n: float, now: float) -> tuple[Bucket, float]:
    """Take `n` tokens and return 0.0, or take nothing and return the seconds until it is worth asking again.

    In no stretch of t seconds are more than burst + rate * t tokens given. A text of more parts than
    `burst` goes once the bucket is full, and what it owes is paid back before the next one.
    """
    filled = _filled(bucket, now)
    missing = max(0.0, min(n, filled.burst) - filled.tokens)
    refused = max(0.0, filled.at - now)
    if refused > 0 or missing / filled.rate > _TINY:
        return filled, refused + missing / filled.rate
    return replace(filled, tokens=filled.tokens - n), 0.0


def available(bucket: Bucket, now: float) -> float:
    """Return the tokens saved up by now: 0 or less while the lane must wait."""
    filled = _filled(bucket, now)
    return filled.tokens if filled.at <= now else min(0.0, filled.tokens)


def wait_for(bucket: Bucket, n: float, now: float) -> float:
    """Return the seconds until `take` would give `n` tokens; takes none."""
    return take(bucket, n, now)[1]


def spend(bucket: Bucket, n: float, now: float) -> Bucket:
    """Take `n` tokens for a text that has begun, into debt if need be; the debt is waited for next."""
    filled = _filled(bucket, now)
    return replace(filled, tokens=filled.tokens - n)


def refuse_until(bucket: Bucket, moment: float) -> Bucket:
    """Give nothing before `moment`, then begin with one token at most: the provider has asked us to wait."""
    if moment <= bucket.at:
        return bucket
    return replace(bucket, tokens=min(bucket.tokens, 1.0), at=moment)


def is_refused(bucket: Bucket, now: float) -> bool:
    """Say whether the provider has asked us to wait beyond `now`."""
    return bucket.at > now


def _filled(bucket: Bucket, now: float) -> Bucket:
    """Return the bucket with what has grown since; unchanged while the provider refuses us."""
    if now <= bucket.at:
        return bucket
    saved = min(bucket.burst, bucket.tokens + (now - bucket.at) * bucket.rate)
    return replace(bucket, tokens=saved, at=now)
