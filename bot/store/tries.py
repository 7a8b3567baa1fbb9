"""How often somebody may guess: counted on the disk, before a guess is looked at.

Theory. A whole school sits behind one address, so addresses count for nothing. What is counted is guesses
at one name, whether an account has it or not: in any five minutes five from browsers that account never
signed in with, and five from those it did. So whoever hammers a name from outside locks everybody out but
its owner on their own machine. Somebody who has the password may still guess codes of the second factor at
that pace, so a day has a limit of its own for those.

The count is taken and added to in one transaction of the only writer: of any number of guesses at the same
moment no more than the limit slip through, and a restart forgets none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import Session, col

from bot.credentials import digest
from bot.store.tables import SignInTry

WINDOW: Final = timedelta(minutes=5)
MOST: Final = 5  #: evaluations of one name in a window, from known browsers and from others alike
DAY: Final = timedelta(days=1)
MOST_CODES: Final = 20  #: codes for one name in a day, from browsers it never signed in with


class Step(StrEnum):
    """What is guessed at."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    CODE = "code"  #: of the second factor, or a recovery code


# Put together once: a flood of guesses asks these and nothing else.
_IN_WINDOW: Final = sa.select(func.count()).where(
    col(SignInTry.account) == bindparam("account"),
    col(SignInTry.known_device) == bindparam("known"),
    col(SignInTry.at) > bindparam("since"),
)
_CODES: Final = _IN_WINDOW.where(col(SignInTry.step) == bindparam("step"))


def full(session: Session, name: str, step: Step, now: datetime, *, known: bool) -> bool:
    """Say whether a guess at this name would be refused unseen; reads only."""
    whose = {"account": digest(name), "known": known}
    if _count(session, _IN_WINDOW, whose | {"since": now - WINDOW}) >= MOST:
        return True
    if known or step is Step.PASSWORD:
        return False
    return _count(session, _CODES, whose | {"since": now - DAY, "step": step}) >= MOST_CODES


def admit(session: Session, name: str, step: Step, now: datetime, *, known: bool) -> bool:
    """Count one guess at this name, unless there were too many; only a counted one may be evaluated."""
    if full(session, name, step, now, known=known):
        return False
    _prune(session, now)
    session.add(SignInTry(account=digest(name), step=step, known_device=known, at=now))
    session.flush()
    return True


def _count(session: Session, which: sa.Select[int], values: dict[str, Any]) -> int:
    session.flush()
    return session.connection().execute(which, values).scalar_one()


def _prune(session: Session, now: datetime) -> None:
    old = sa.and_(col(SignInTry.at) <= now - WINDOW, col(SignInTry.step) == Step.PASSWORD)
    session.execute(sa.delete(SignInTry).where(sa.or_(col(SignInTry.at) <= now - DAY, old)))
