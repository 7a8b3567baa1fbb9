"""Passwords, second factors, recovery codes and tokens: made, hashed, compared.

Passwords are argon2id (RFC 9106, second recommended choice, unless told otherwise). What chance has made
is long enough that SHA-256 keeps it: nobody guesses 80 bits.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import secrets
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.errors import AccessError

SHORTEST: Final = 12  #: characters of a password (NIST SP 800-63B asks for 8, and for no composition rules)
LONGEST: Final = 256
RECOVERY_CODES: Final = 10
STEP: Final = 30  #: seconds that one code of the second factor stands for (RFC 6238)
WINDOW: Final = 1  #: steps that a phone's clock may be wrong

_COMMON: Final = (
    "password", "passwort", "qwerty", "asdfgh", "zxcvbn", "letmein", "welcome", "iloveyou", "administrator",
    "contrasena", "school", "escuela", "homeloop", "superintendent", "principal", "teacher", "changeme",
    "monkey", "dragon", "sunshine", "football", "baseball", "princess", "summer", "winter", "spring",
    "autumn", "january", "february", "september", "october", "november", "december", "abcdefghijkl", "secret",
)  # fmt: skip


def fresh_token() -> str:
    """Return 256 bits of chance, fit for a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def account_name(typed: str) -> str:
    """Return what somebody typed as their name, as accounts are stored under it."""
    return unicodedata.normalize("NFKC", typed[:320]).strip().casefold()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right, and its new hash if the stored one is of an older make."""

    right: bool
    fresh: str | None = None


class Passwords:
    """argon2id off the event loop, at most two at once; one of the two is kept for known devices.

    So a flood of guesses from outside makes nobody wait who has signed in on their machine before.
    """

    def __init__(
        self, *, time_cost: int = 3, memory_kib: int = 65536, lanes: int = 4, patience: int = 100
    ) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=lanes)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._strangers = asyncio.Semaphore(1)
        self._patience = patience  #: strangers that may wait in line
        self._waiting = 0

    @cached_property
    def _nobody(self) -> str:
        """What a name that nobody has is compared with, so that it takes as long as any other."""
        return self._hasher.hash(fresh_token())

    async def judge(self, password: str, stored: str | None, *, known: bool) -> Verdict:
        """Compare; with nothing stored it takes as long and is wrong.

        Raises `AccessError` if too many are waiting.
        """
        if known:
            return await self._judge(password, stored)
        if self._waiting >= self._patience:
            raise AccessError("Too many people are signing in at this moment. Try again in a minute.")
        self._waiting += 1
        try:
            async with self._strangers:
                return await self._judge(password, stored)
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.hash_now, password)

    def hash_now(self, password: str) -> str:
        """`hash` for code that is not async."""
        return self._hasher.hash(_typed(password))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(cancel_futures=True)

    async def _judge(self, password: str, stored: str | None) -> Verdict:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._compare, password, stored)

    def _compare(self, password: str, stored: str | None) -> Verdict:
        try:
            self._hasher.verify(stored or self._nobody, _typed(password))
        except (Argon2Error, InvalidHashError):
            return Verdict(False)
        if stored is None or len(password) > LONGEST:
            return Verdict(False)
        stale = self._hasher.check_needs_rehash(stored)
        return Verdict(True, self.hash_now(password) if stale else None)


def _typed(password: str) -> str:
    """One form for one password, whatever keyboard it came from."""
    return unicodedata.normalize("NFKC", password[: LONGEST + 1])


def check_password(password: str, *, words: Iterable[str]) -> None:
    """Refuse what is guessed first; `words` are the school's name, the person's and their e-mail.

    Raises `AccessError` that says what to do.
    """
    if len(password) < SHORTEST:
        raise AccessError(
            "This password is too short. Take at least 12 characters: four words in a row do well."
        )
    if len(password) > LONGEST:
        raise AccessError("This password is too long. Take at most 256 characters.")
    if _easily_guessed(_letters(password), words):
        raise AccessError(
            "This password is guessed easily. Take one that is not made of the school's name, your own, "
            "or a common word: four words in a row do well."
        )


def _letters(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if letter.isalnum())


def _easily_guessed(password: str, words: Iterable[str]) -> bool:
    """Say whether little is left of it without well-known words, rows such as 4567, and repetition."""
    own = {part for word in words for part in (_letters(word), *map(_letters, word.split())) if len(part) > 3}
    left = password
    for word in sorted((*own, *_COMMON), key=len, reverse=True):
        left = left.replace(word, "")
    turns = sum(1 for one, two in itertools.pairwise(left) if abs(ord(two) - ord(one)) > 1)
    return turns < 5 or len(set(left)) < 5


def fresh_secret() -> str:
    """Return the secret of a new second factor, base32."""
    return pyotp.random_base32()


def setup_link(secret: str, email: str, school: str) -> str:
    """Return what the QR code of a second factor holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Homeloop {school}")


def step_of(secret: str, code: str, now: datetime, *, after: int | None) -> int | None:
    """Return which time step this code belongs to, if it is right now and newer than `after`; else None."""
    typed = "".join(code.split())
    present = int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    for step in range(present - WINDOW, present + WINDOW + 1):
        right = hmac.compare_digest(made.generate_otp(step).encode(), typed.encode(errors="replace"))
        if right and (after is None or step > after):
            return step
    return None


def fresh_recovery_codes() -> tuple[str, ...]:
    """Return ten codes of 80 bits each, in groups that can be read aloud."""
    return tuple(_grouped(base64.b32encode(secrets.token_bytes(10)).decode()) for _ in range(RECOVERY_CODES))


def _grouped(code: str) -> str:
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def recovery_digest(typed: str) -> str:
    """Return what is stored of a recovery code, however it was typed."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    return digest(plain.replace("0", "O").replace("1", "I"))
