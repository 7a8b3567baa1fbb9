"""Which conversations an account may see: a reviewer's are those in the languages of the account."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot import languages
from bot.errors import InboxError
from bot.roles import Role
from bot.store.accounts import Account
from bot.store.erasure import ERASED
from bot.store.tables import ContactPoint, Handover


def sees(account: Account, tag: str) -> bool:
    """Say whether this account may read families that are written to in that language."""
    return account.role is not Role.REVIEWER or tag in account.languages


def in_their_languages(account: Account) -> list[sa.ColumnElement[bool]]:
    """The same as a condition on `contact_point`; empty for those who see all."""
    if account.role is not Role.REVIEWER:
        return []
    return [col(ContactPoint.language).in_(account.languages)]


def phone_of(session: Session, phone: int, account: Account) -> ContactPoint:
    """Return a phone whose conversation this account may see. Raises `InboxError`."""
    found = session.get(ContactPoint, phone, populate_existing=True)
    if found is None or found.stopped_why == ERASED:
        raise InboxError("There is no such conversation: the family may have been erased.")
    if not sees(account, found.language):
        name = languages.language(found.language).english
        raise InboxError(f"This family writes in {name}, and your account is for other languages.")
    return found


def restricted_inbounds() -> Any:
    """Return, as SQL, the ids of every message that only those on call may read."""
    return sa.select(col(Handover.inbound_id)).where(
        col(Handover.restricted), col(Handover.inbound_id).is_not(None)
    )


def restricted_replies() -> Any:
    """Return, as SQL, the ids of replies that belong to such a message."""
    return sa.select(col(Handover.reply_id)).where(
        col(Handover.restricted), col(Handover.reply_id).is_not(None)
    )
