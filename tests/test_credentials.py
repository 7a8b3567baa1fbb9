"""Passwords, codes and tokens: what is refused, and that nothing can be read back."""

from __future__ import annotations

import pytest

from bot.credentials import (
    Passwords,
    check_password,
    digest,
    fresh_recovery_codes,
    fresh_token,
    recovery_digest,
)
from bot.errors import AccessError

SCHOOL = ("Lincoln School", "Ana Ruiz", "ana.ruiz@riverbend.example")


@pytest.mark.parametrize(
    "password",
    [
        "four brave otters paddling",
        "correct horse battery staple",
        "xk2 9Qlm!vp7 Tz",
        "83749201736452",
        "Mi perro come tortillas azules",
        "habeenkii waan shaqeeyaa",
        "мы любим зелёные яблоки",
        "我们的老师喜欢蓝色的苹果和书本",
        "paddling otters at lincoln school",
    ],
)
def test_long_passwords_of_any_make_are_taken(password: str) -> None:
    check_password(password, words=SCHOOL)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("elevenchars", "too short"),
        ("a" * 257, "too long"),
        ("aaaaaaaaaaaaaaaa", "guessed"),
        ("123456789012", "guessed"),
        ("abcdefghijklmnop", "guessed"),
        ("password1234", "guessed"),
        ("Password2026!!", "guessed"),
        ("qwertyqwerty12", "guessed"),
        ("LincolnSchool2026", "guessed"),
        ("lincoln-lincoln-1", "guessed"),
        ("anaruiz-2026!", "guessed"),
        ("ana.ruiz@riverbend.example", "guessed"),
        ("Homeloop12345", "guessed"),
        ("Contraseña2026", "guessed"),
        ("abababababab", "guessed"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, said: str) -> None:
    with pytest.raises(AccessError, match=said):
        check_password(password, words=SCHOOL)


async def test_a_password_is_right_however_its_letters_are_composed() -> None:
    passwords = Passwords(time_cost=1, memory_kib=8, lanes=1)
    stored = await passwords.hash("cafe\u0301 con leche caliente")
    assert (await passwords.judge("caf\u00e9 con leche caliente", stored, known=True)).right
    assert not (await passwords.judge("cafe con leche caliente", stored, known=True)).right
    passwords.close()


async def test_nothing_is_right_where_nothing_is_stored() -> None:
    passwords = Passwords(time_cost=1, memory_kib=8, lanes=1)
    assert not (await passwords.judge("", None, known=False)).right
    assert not (await passwords.judge("x" * 100_000, passwords.hash_now("x" * 257), known=False)).right
    assert not (await passwords.judge("anything", "not a hash", known=False)).right
    passwords.close()


def test_hashes_are_argon2id_of_the_recommended_cost() -> None:
    stored = Passwords().hash_now("four brave otters paddling")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_recovery_codes_hold_eighty_bits_and_are_read_back_as_people_type() -> None:
    codes = fresh_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(one.replace("-", "")) * 5 == 80 for one in codes)
    one = codes[0]
    for typed in (one.lower(), one.replace("-", ""), one.replace("-", " "), f" {one} "):
        assert recovery_digest(typed) == recovery_digest(one)
    assert recovery_digest("O0I1") == recovery_digest("OOII")


def test_tokens_are_long_and_kept_only_as_digests() -> None:
    assert len({fresh_token() for _ in range(100)}) == 100
    assert len(fresh_token()) >= 43
    assert fresh_token() not in digest(fresh_token())
    assert len(digest("\ud800")) == 64
