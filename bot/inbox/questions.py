"""What a conversation's page asks the database: built once, since building costs more than asking.

Each takes `phone`; those that leave something out take `inbounds` or `replies`, ids of what is hidden.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import col

from bot.store.tables import (
    Broadcast,
    Child,
    Delivery,
    Group,
    Handover,
    Inbound,
    Note,
    Occurrence,
    Person,
    PersonChild,
    PersonContactPoint,
    Rendering,
    Reply,
    ReplyVersion,
    Staff,
    Translation,
)

_TAKEN, _DOER = (Staff.__table__.alias(name) for name in ("taken", "doer"))  # type: ignore[attr-defined]
_SOURCE = Translation.__table__.alias("source")  # type: ignore[attr-defined]
_PHONE: Final[Any] = bindparam("phone")


def _apart(column: Any, hidden: str) -> sa.ColumnElement[bool]:
    return sa.or_(column.is_(None), column.not_in(bindparam(hidden, expanding=True)))


@cache
def hidden() -> Any:
    """(inbound_id, reply_id) of everything restricted."""
    return sa.select(col(Handover.inbound_id), col(Handover.reply_id)).where(
        col(Handover.contact_point_id) == _PHONE, col(Handover.restricted)
    )


@cache
def stands() -> Any:
    """The newest message of theirs and the newest text that a person wrote; takes `inbounds`."""
    heard = sa.select(func.max(col(Inbound.id))).where(
        col(Inbound.contact_point_id) == _PHONE, _apart(col(Inbound.id), "inbounds")
    )
    wrote = sa.select(func.max(col(Delivery.id))).where(
        col(Delivery.contact_point_id) == _PHONE, col(Delivery.written_at).is_not(None)
    )
    return sa.select(heard.scalar_subquery(), wrote.scalar_subquery())


@cache
def people() -> Any:
    """Who uses the phone, a row for each of their children."""
    return (
        sa.select(
            col(Person.id),
            col(Person.name),
            col(Person.kind),
            col(Child.grade),
            col(Group.name).label("school"),
        )
        .join(PersonContactPoint, col(PersonContactPoint.person_id) == col(Person.id))
        .outerjoin(PersonChild, col(PersonChild.person_id) == col(Person.id))
        .outerjoin(Child, col(Child.id) == col(PersonChild.child_id))
        .outerjoin(Group, col(Group.id) == col(Child.school_id))
        .where(col(PersonContactPoint.contact_point_id) == _PHONE)
        .order_by(col(Person.id), col(Child.id))
    )


@cache
def heard() -> Any:
    """Their messages, newest first; takes `inbounds` and `most`."""
    return (
        sa.select(Inbound)
        .where(col(Inbound.contact_point_id) == _PHONE, _apart(col(Inbound.id), "inbounds"))
        .order_by(col(Inbound.id).desc())
        .limit(bindparam("most"))
    )


@cache
def sent() -> Any:
    """Our texts, newest first, each with its broadcast, that one's source text, and its author.

    Takes `inbounds` and `most`.
    """
    at = func.coalesce(
        col(Delivery.started_at),
        col(Delivery.written_at),
        col(Inbound.received_at),
        col(Occurrence.released_at),
    )
    in_its_language = _SOURCE.c.language == col(Broadcast.source_language)
    return (
        sa.select(
            Delivery,
            Rendering,
            Broadcast,
            _SOURCE.c.text.label("source"),
            col(Staff.name).label("author"),
            at.label("at"),
        )
        .outerjoin(Inbound, col(Inbound.id) == col(Delivery.inbound_id))
        .outerjoin(Occurrence, col(Occurrence.id) == col(Delivery.occurrence_id))
        .outerjoin(Rendering, col(Rendering.id) == col(Delivery.rendering_id))
        .outerjoin(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
        .outerjoin(_SOURCE, (_SOURCE.c.broadcast_id == col(Broadcast.id)) & in_its_language)
        .outerjoin(Staff, col(Staff.id) == col(Delivery.written_by))
        .where(col(Delivery.contact_point_id) == _PHONE, _apart(col(Delivery.inbound_id), "inbounds"))
        .order_by(col(Delivery.id).desc())
        .limit(bindparam("most"))
    )


@cache
def replies() -> Any:
    """Every reply with the title of its broadcast; takes `inbounds` and `replies`."""
    return (
        sa.select(Reply, col(Broadcast.title))
        .outerjoin(Broadcast, col(Broadcast.id) == col(Reply.broadcast_id))
        .where(
            col(Reply.contact_point_id) == _PHONE,
            _apart(col(Reply.id), "replies"),
            _apart(col(Reply.inbound_id), "inbounds"),
        )
        .order_by(col(Reply.id))
    )


@cache
def versions() -> Any:
    """Every version of every reply, oldest first."""
    return (
        sa.select(ReplyVersion)
        .join(Reply, col(Reply.id) == col(ReplyVersion.reply_id))
        .where(col(Reply.contact_point_id) == _PHONE)
        .order_by(col(ReplyVersion.id))
    )


@cache
def notes() -> Any:
    """Every note with who wrote it, oldest first."""
    return (
        sa.select(Note, col(Staff.name))
        .outerjoin(Staff, col(Staff.id) == col(Note.staff_id))
        .where(col(Note.contact_point_id) == _PHONE)
        .order_by(col(Note.id))
    )


@cache
def handovers(*, restricted: bool) -> Any:
    """What is owed and what was done last, with its words and whose it is; takes `inbounds` and `most`."""
    open_text = (col(Inbound.id) == col(Handover.inbound_id)) & _apart(col(Inbound.id), "inbounds")
    return (
        sa.select(Handover, Reply, Inbound, _TAKEN.c.name.label("taker"), _DOER.c.name.label("doer"))
        .outerjoin(Reply, col(Reply.id) == col(Handover.reply_id))
        .outerjoin(Inbound, open_text)
        .outerjoin(_TAKEN, _TAKEN.c.id == col(Handover.assigned_to))
        .outerjoin(_DOER, _DOER.c.id == col(Handover.done_by))
        .where(
            col(Handover.contact_point_id) == _PHONE,
            sa.true() if restricted else sa.not_(col(Handover.restricted)),
        )
        .order_by(col(Handover.done_at).is_not(None), col(Handover.id).desc())
        .limit(bindparam("most"))
    )
