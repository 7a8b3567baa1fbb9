"""Answers that staff give often, in the languages in which somebody wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot import languages
from bot.errors import InboxError
from bot.store.accounts import Account
from bot.store.tables import CannedAnswer

MOST_TITLE: Final = 80
MOST_TEXT: Final = 1000


@dataclass(frozen=True, slots=True)
class Canned:
    """One of them."""

    id: int
    title: str
    texts: Mapping[str, str]  #: language tag -> text
    written_by: Mapping[str, str]  #: language tag -> name of who wrote it
    changed_at: datetime


def canned_answers(session: Session, tag: str | None = None) -> tuple[Canned, ...]:
    """List them by title; with a language, those that have a text in it."""
    rows = session.execute(sa.select(CannedAnswer).order_by(col(CannedAnswer.title))).scalars()
    return tuple(_canned(one) for one in rows if tag is None or tag in one.texts)


def canned_answer(session: Session, number: int) -> Canned:
    """Return one. Raises `InboxError`."""
    return _canned(_known(session, number))


def keep_canned(
    session: Session,
    number: int | None,
    *,
    title: str,
    texts: Mapping[str, str],
    who: Account,
    now: datetime,
) -> int:
    """Write one anew (`number` None) or change one; return its number. Raises `InboxError`.

    A text that stays as it was keeps the name of who wrote it; an empty one goes.
    """
    title = " ".join(title.split())
    kept = {languages.language(tag).tag: text.strip() for tag, text in texts.items() if text.strip()}
    _check(session, number, title, kept)
    row = _known(session, number) if number is not None else None
    before = row.texts if row else {}
    authors = (row.written_by if row else None) or {}
    row = row or CannedAnswer(title=title, texts={}, written_by={}, changed_at=now)
    row.title, row.texts, row.changed_at = title, kept, now
    row.written_by = {
        tag: authors.get(tag, who.name) if before.get(tag) == text else who.name for tag, text in kept.items()
    }
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def forget_canned(session: Session, number: int) -> None:
    """Throw one away. Raises `InboxError`."""
    session.delete(_known(session, number))


def _check(session: Session, number: int | None, title: str, texts: Mapping[str, str]) -> None:
    if not title or len(title) > MOST_TITLE:
        raise InboxError(f"Give it a title of at most {MOST_TITLE} letters.")
    if not texts:
        raise InboxError("Write the answer in one language at least.")
    if any(len(text) > MOST_TEXT for text in texts.values()):
        raise InboxError(f"A text is longer than {MOST_TEXT} letters: shorten it.")
    same = session.execute(
        sa.select(col(CannedAnswer.id)).where(col(CannedAnswer.title) == title)
    ).scalar_one_or_none()
    if same is not None and same != number:
        raise InboxError("Another answer has this title already: choose another title.")


def _known(session: Session, number: int | None) -> CannedAnswer:
    found = session.get(CannedAnswer, number, populate_existing=True)
    if found is None:
        raise InboxError("There is no such answer any more.")
    return found


def _canned(row: CannedAnswer) -> Canned:
    assert row.id is not None
    return Canned(row.id, row.title, row.texts, row.written_by or {}, row.changed_at)
