"""One in twenty of the understandings that families called right, looked at again by somebody who reads both
languages (docs/dialogue.md, rule 12). The share that is found wrong stands beside the results."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.errors import InboxError
from bot.inbox.handling import open_thing
from bot.store.accounts import Account
from bot.store.tables import Reply, ReplyVersion

CHECK: Final = "check"  #: why such a thing was handed over
RIGHT, WRONG = "right", "wrong"
MOST: Final = 600  #: characters


def judge(session: Session, owed: int, who: Account, *, right: bool, meaning: str, now: datetime) -> None:
    """Keep what a liaison found: our understanding says what the family's words say, or something else.

    `meaning` is then what they do say, in the staff's language; it stands in place of ours. The family's own
    judgement stays as it was. Raises `InboxError`.
    """
    thing = open_thing(session, owed, who)
    reply = session.get(Reply, thing.reply_id, populate_existing=True) if thing.reply_id else None
    if reply is None or reply.id is None or thing.why != CHECK:
        raise InboxError("There is nothing to check here any more.")
    if not right and (not meaning.strip() or len(meaning) > MOST):
        raise InboxError(f"Write what their words say, in at most {MOST} letters.")
    reply.checked, reply.checked_at, reply.checked_by = RIGHT if right else WRONG, now, who.name
    if not right:
        reply.understood_staff = meaning.strip()
        session.add(_version(reply, who, now))
    thing.done_at, thing.done_by, thing.done_how = now, who.id, "checked"
    session.add_all([reply, thing])


def _version(reply: Reply, who: Account, now: datetime) -> ReplyVersion:
    return ReplyVersion(
        reply_id=reply.id or 0,
        at=now,
        state=reply.state,
        words=reply.words,
        value=reply.value,
        understood_home=reply.understood_home,
        understood_staff=reply.understood_staff,
        by=f"liaison:{who.name}",
    )
