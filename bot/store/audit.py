"""The trail of who did what: rows are only ever added, and each seals the one before it.

Theory. A seal is an HMAC-SHA256 of the entry and of the seal before it, under a key that lies beside the
database (`homeloop.db.key`) and not in it. So whoever can write to the database but not read that file can
neither change an entry nor take one from the middle without every later seal failing; `verify` names the
first that does. Entries are numbered without gaps, so a missing number shows as well.

A tail that is cut off leaves a shorter chain that fits. Against that, the number and seal of the newest entry
are noted in a second file (`homeloop.db.trail`), signed with the same key, after each commit that added
entries: a crash between the two leaves the note behind the trail, which is no fault. The note ahead of the
trail means that entries are gone, and `record` goes on counting from the note, so that the gap stays.
SQLite's triggers (migration 0003) refuse UPDATE, DELETE and REPLACE to begin with.

What it cannot show: what somebody did who can read the key file, or who put back an old note together with
the old database. Whoever must be safe from their own administrator keeps copies of the note elsewhere.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Session, col

from bot.errors import StoreError
from bot.store.tables import AuditEntry, micros

#: the execution option under which `Store` hands the key to every session
KEY: Final = "homeloop_trail_key"
_NEWEST: Final = "homeloop_trail_newest"  # on the connection, until the commit

_WHAT = re.compile(r"[a-z_-]+\.[a-z_-]+", re.ASCII)
_ABOUT = re.compile(r"[a-z_-]+:[\w./-]{1,60}", re.ASCII)
_CODE = re.compile(r"(?!.*\d{7})[\w.:/+-]{0,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: an account, or the program itself."""

    staff_id: int | None
    name: str


COMMAND_LINE = Actor(None, "command line")
HOMELOOP = Actor(None, "Homeloop")


class Fault(StrEnum):
    """What `verify` can find."""

    CHANGED = "changed"  #: the entry is not what was sealed, or another key sealed it
    MISSING = "missing"  #: there is no entry of this number
    NO_NOTE = "no note"  #: the note of the newest entry is gone or not ours


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which the trail does not fit."""

    entry: int
    why: Fault


@dataclass(frozen=True, slots=True)
class _Place:
    """A number in the trail and the seal of the entry that has it."""

    entry: int
    seal: str


_BEGINNING = _Place(0, "")


class TrailKey:
    """The key beside a database, made at its first use, and the note of the newest entry beside that."""

    def __init__(self, database: Path) -> None:
        self._key_file = database.with_name(database.name + ".key")
        self._note_file = database.with_name(database.name + ".trail")
        self._key: bytes | None = None

    @property
    def made(self) -> bool:
        """Whether anything was ever sealed here."""
        return self._key is not None or self._key_file.exists()

    def seal(self, text: str) -> str:
        """Return the HMAC-SHA256 of a text, in hexadecimal. Raises `StoreError` without a usable key."""
        if self._key is None:
            try:
                self._key = self._read_or_make()
            except (OSError, ValueError):
                raise StoreError(
                    f"{self._key_file} cannot be read or made, and without it nothing can be recorded: "
                    "give it back to Homeloop's user, or take it from a backup."
                ) from None
        return hmac.digest(self._key, text.encode(), "sha256").hex()

    def note(self) -> _Place | None:
        """Return the newest entry that was noted, or None if there is no such note or it is not ours."""
        try:
            number, seal, signature = self._note_file.read_text(encoding="ascii").split()
            place = _Place(int(number), "" if seal == "-" else seal)
        except (OSError, ValueError):
            return None
        return place if hmac.compare_digest(self._signature(place), signature) else None

    def keep(self, place: _Place) -> None:
        """Note the newest entry, unless a newer one is noted."""
        noted = self.note()
        if noted is None or noted.entry < place.entry:
            line = f"{place.entry} {place.seal or '-'} {self._signature(place)}\n"
            _written(self._note_file, line).replace(self._note_file)

    def _signature(self, place: _Place) -> str:
        return self.seal(f"newest {place.entry} {place.seal}")

    def _read_or_make(self) -> bytes:
        if not self._key_file.exists():
            fresh = _written(self._key_file, secrets.token_hex(32) + "\n")
            # A link fails if another process was quicker, and is never seen half written.
            with contextlib.suppress(FileExistsError):
                self._key_file.hardlink_to(fresh)
                self._key = bytes.fromhex(fresh.read_text(encoding="ascii"))
                self.keep(_BEGINNING)
            fresh.unlink()
        return bytes.fromhex(self._key_file.read_text(encoding="ascii"))


def _written(beside: Path, line: str) -> Path:
    """Write a line durably to a new private file beside another one, and return it."""
    place = beside.with_name(f"{beside.name}.{secrets.token_hex(8)}")
    handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(line)
        file.flush()
        os.fsync(handle)
    return place


def record(
    session: Session, /, who: Actor, what: str, about: str | None = None, *, now: datetime, **detail: Any
) -> None:
    """Add one entry, in the transaction of what it tells of.

    `detail` holds numbers and codes, never a family's words, name or number. Raises ValueError for
    anything else, which is a mistake in the program.
    """
    _only_codes(what, about, detail)
    session.flush()
    connection = session.connection()
    before = _newest(connection)
    values = {
        "id": before.entry + 1,
        "at": now,
        "staff_id": who.staff_id,
        "who": who.name,
        "what": what,
        "about": about,
        "detail": detail or None,
    }
    sealed = _sealed_text(before, micros(now), *(values[name] for name in _SEALED))
    seal = key_of(connection).seal(sealed)
    connection.execute(sa.insert(AuditEntry), values | {"seal": seal})
    connection.info[_NEWEST] = _Place(before.entry + 1, seal)


def committed(connection: Connection) -> None:
    """Note the newest entry of the transaction that was just committed, if it added any."""
    place = connection.info.pop(_NEWEST, None)
    if place is not None:
        # What is done is done: a note that cannot be written undoes nothing; the next makes up for it.
        with contextlib.suppress(OSError):
            key_of(connection).keep(place)


def rolled_back(connection: Connection) -> None:
    """Forget what the transaction added."""
    connection.info.pop(_NEWEST, None)


def key_of(connection: Connection) -> TrailKey:
    """Return the key that `Store` gave this connection."""
    key = connection.get_execution_options()[KEY]
    assert isinstance(key, TrailKey)
    return key


#: what a seal covers, besides the moment and the seal before it
_SEALED: Final = ("id", "staff_id", "who", "what", "about", "detail")
_ALL: Final = sa.select(
    col(AuditEntry.seal),
    sa.type_coerce(AuditEntry.at, sa.BigInteger),
    *(getattr(AuditEntry, name) for name in _SEALED),
).order_by(col(AuditEntry.id))


def verify(session: Session, key: TrailKey | None = None) -> Broken | None:
    """Go through the whole trail and return the first entry that does not fit; None if it is whole.

    Ask it in a transaction of its own, which must not be older than the note of the newest entry.
    """
    connection = session.connection()
    key = key or key_of(connection)
    note = key.note() if key.made else _BEGINNING
    before = _BEGINNING
    for seal, at, number, *rest in connection.execute(_ALL).yield_per(500):
        if number != before.entry + 1:
            return Broken(before.entry + 1, Fault.MISSING)
        if not hmac.compare_digest(key.seal(_sealed_text(before, at, number, *rest)), seal):
            return Broken(number, Fault.CHANGED)
        before = _Place(number, seal)
        if note is not None and note.entry == number and note.seal != seal:
            return Broken(number, Fault.CHANGED)
    if note is None:
        return Broken(before.entry + 1, Fault.NO_NOTE)
    return Broken(before.entry + 1, Fault.MISSING) if note.entry > before.entry else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail, as it is shown."""

    id: int
    at: datetime
    staff_id: int | None
    who: str
    what: str
    about: str | None
    detail: dict[str, Any]


def entries(
    session: Session,
    *,
    about: str = "",
    staff_id: int | None = None,
    older_than: int | None = None,
    without: str = "",
    limit: int = 25,
) -> tuple[Entry, ...]:
    """Return entries, newest first.

    `about` is a thing ("broadcast:12") or a kind of thing ("broadcast"); `without` leaves a kind of
    doing out ("danger").
    """
    table = AuditEntry
    rows = sa.select(table)
    if about:
        thing = col(table.about)
        kind = sa.and_(thing >= f"{about}:", thing < f"{about};")  # ";" is the character after ":"
        rows = rows.where(thing == about if ":" in about else kind)
    if without:
        rows = rows.where(col(table.what).not_like(f"{without}.%"))
    if staff_id is not None:
        rows = rows.where(col(table.staff_id) == staff_id)
    if older_than is not None:
        rows = rows.where(col(table.id) < older_than)
    found = session.connection().execute(rows.order_by(col(table.id).desc()).limit(limit))
    return tuple(
        Entry(row.id, row.at, row.staff_id, row.who, row.what, row.about, row.detail or {}) for row in found
    )


def newest(session: Session, what: str, about: str) -> datetime | None:
    """Return when this was last recorded of this thing."""
    same = sa.and_(col(AuditEntry.about) == about, col(AuditEntry.what) == what)
    found = sa.select(col(AuditEntry.at)).where(same).order_by(col(AuditEntry.id).desc()).limit(1)
    return session.connection().execute(found).scalar()


_LAST: Final = (
    sa.select(col(AuditEntry.id), col(AuditEntry.seal)).order_by(col(AuditEntry.id).desc()).limit(1)
)


def _newest(connection: Connection) -> _Place:
    """Return where the next entry goes on: behind the newest one, and never before what was noted."""
    row = connection.execute(_LAST).first()
    newest = _BEGINNING if row is None else _Place(row[0] or 0, row[1])
    key = key_of(connection)
    key.seal("")  # made now, if this is the first entry of all
    note = key.note()
    if note is None:  # somebody took it away: how much is gone is unknown, and a gap says so
        return _Place(newest.entry + 1, newest.seal)
    return note if note.entry > newest.entry else newest


def _sealed_text(before: _Place, at: int, *kept: Any) -> str:
    return json.dumps([before.seal, at, *kept], sort_keys=True, separators=(",", ":"))


def _only_codes(what: str, about: str | None, detail: dict[str, Any]) -> None:
    if not _WHAT.fullmatch(what) or not (about is None or _ABOUT.fullmatch(about)):
        raise ValueError(f"an audit entry reads “noun.verb-ed” about “thing:id”, not {what!r}, {about!r}")
    for name, value in detail.items():
        if not all(_is_code(one) for one in _single(value)):
            raise ValueError(f"an audit entry holds numbers and codes only: not what {what} says as {name!r}")


def _single(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (one for pair in value.items() for one in pair)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from value
    else:
        yield value


def _is_code(value: Any) -> bool:
    if isinstance(value, str):
        return _CODE.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float)
