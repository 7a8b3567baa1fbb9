"""An export as one page of HTML that a family can read and print; every word of theirs is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from bot import languages


def readable(found: dict[str, Any]) -> str:
    """Return the same as one page of HTML that needs nothing else."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f"<title>{escape(found['school'])}: what we keep</title></head><body>",
        f"<h1>{escape(found['school'])}: what we keep about household {found['household']['number']}</h1>",
        f"<p>Made on {escape(found['made_at'])} for {_words(found['made_for'])}.</p>",
        "<h2>People</h2>",
        *(_facts(person) for person in found["people"]),
    ]
    for phone in found["phones"]:
        parts += _phone_part(phone)
    parts += ["<h2>Telegram codes</h2>", _list(found["telegram_codes"]), "</body></html>"]
    return "\n".join(parts)


def _phone_part(phone: dict[str, Any]) -> list[str]:
    lists = ("consent", "texts", "replies", "notes_of_staff", "owed")
    plain = {key: value for key, value in phone.items() if key not in lists}
    parts = [f"<h2>Phone {_words(phone['address'])}</h2>", _facts(plain)]
    for key in lists:
        parts += [f"<h3>{_title(key)}</h3>", _list(phone[key])]
    return parts


def _list(rows: Sequence[dict[str, Any]]) -> str:
    return "\n".join(map(_facts, rows)) if rows else "<p>Nothing.</p>"


def _facts(row: dict[str, Any]) -> str:
    lines = (f"<dt>{_title(key)}</dt><dd>{_value(key, value, row)}</dd>" for key, value in row.items())
    return f"<dl>{''.join(lines)}</dl>"


def _value(key: str, value: Any, row: dict[str, Any]) -> str:
    match value:
        case None | [] | "":
            return "—"
        case bool():
            return "yes" if value else "no"
        case [dict(), *_]:
            return "".join(_facts(one) for one in value)
        case list():
            return ", ".join(_words(one) for one in value)
        case _ if key in {"language", "reads", "hears"}:
            return escape(languages.language(str(value)).english)
        case _ if key in {"text", "words"}:
            return _words(value, row.get("language"))
        case _:
            return _words(value)


def _words(value: object, tag: str | None = None) -> str:
    spoken = f' lang="{escape(tag)}"' if tag else ""
    return f'<bdi{spoken} dir="auto">{escape(str(value))}</bdi>'


def _title(key: str) -> str:
    return escape(key.replace("_", " ").capitalize())
