"""Who was told, who answered, who is missing: reads only, in a few queries however many the rows.

What each number means stands in `bot.figures`. Words on the danger list (docs/dialogue.md, rule 19) are left
out unless the caller is on call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col

from bot import steps
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.figures import (
    Answer,
    Failure,
    Families,
    Heard,
    HowFar,
    LaneSeen,
    Moved,
    Overview,
    Progress,
    Results,
    Said,
    Unknown,
    Waiting,
)
from bot.messages import DeliveryState, ReplyState
from bot.store import outbox
from bot.store.audience import Audience, reach
from bot.store.tables import (
    Broadcast,
    ContactPoint,
    Delivery,
    Handover,
    Household,
    Inbound,
    Lane,
    Person,
    PersonContactPoint,
    Rendering,
    Reply,
    Translation,
)

TOLD = (DeliveryState.SENT, DeliveryState.DELIVERED)
SURE = (ReplyState.CONFIRMED, ReplyState.CORRECTED)
NO_REASON = "The provider gave no reason."
OTHER = "something else"


def progress(session: Session, broadcast_id: int | None = None) -> Progress:
    """Count texts by language, channel and state. Raises `BroadcastError` for an unknown broadcast."""
    title = _broadcast(session, broadcast_id).title if broadcast_id is not None else None
    other = col(Rendering.written_in) != col(Delivery.language)
    answer = col(Delivery.broadcast_id).is_(None).label("answer")
    rows = (
        sa.select(
            answer,
            col(Delivery.language),
            col(Lane.channel),
            col(Delivery.state),
            func.count().label("texts"),
            func.count(col(Delivery.provider_id)).label("accepted"),
            _how_many(other).label("fallback"),
        )
        .join(Lane, col(Lane.id) == col(Delivery.lane_id))
        .outerjoin(Rendering, col(Rendering.id) == col(Delivery.rendering_id))
        .group_by(answer, col(Delivery.language), col(Lane.channel), col(Delivery.state))
        .order_by(col(Delivery.language), col(Lane.channel))
    )
    if broadcast_id is not None:
        rows = rows.where(col(Delivery.broadcast_id) == broadcast_id, col(Delivery.reminds).is_(None))
    sums: dict[tuple[bool, str, str], dict[str, int]] = {}
    for one in _all(session, rows):
        line = sums.setdefault((bool(one.answer), one.language, one.channel), {})
        line[one.state] = one.texts
        for name, number in (("total", one.texts), ("accepted", one.accepted), ("fallback", one.fallback)):
            line[name] = line.get(name, 0) + number
    moved = [(key[0], Moved(key[1], key[2], **line)) for key, line in sums.items()]
    return Progress(
        broadcast_id,
        title,
        broadcasts=tuple(one for is_answer, one in moved if not is_answer),
        answers=tuple(one for is_answer, one in moved if is_answer),
    )


def failures(session: Session, broadcast_id: int | None = None) -> tuple[Failure, ...]:
    """Group what ended for good by reason, code and channel, the most frequent first."""
    reason = func.coalesce(col(Delivery.reason), NO_REASON).label("reason")
    rows = (
        sa.select(reason, col(Delivery.code), col(Lane.channel), func.count().label("texts"))
        .join(Lane, col(Lane.id) == col(Delivery.lane_id))
        .where(col(Delivery.state) == DeliveryState.FAILED)
        .group_by(reason, col(Delivery.code), col(Lane.channel))
        .order_by(sa.desc("texts"), "reason")
    )
    if broadcast_id is not None:
        rows = rows.where(col(Delivery.broadcast_id) == broadcast_id)
    return tuple(Failure(one.reason, one.code, one.channel, one.texts) for one in _all(session, rows))


def replies(
    session: Session, broadcast_id: int | None = None, *, limit: int = 20, on_call: bool = False
) -> tuple[Said, ...]:
    """List the newest replies, to one broadcast or to all and of families' own accord."""
    conditions = [] if broadcast_id is None else [col(Reply.broadcast_id) == broadcast_id]
    return _said(session, conditions, limit, on_call)


def results(session: Session, broadcast_id: int, *, own_words: int = 50, on_call: bool = False) -> Results:
    """Say what an inquiry has brought in; at most `own_words` of them are listed.

    Raises `BroadcastError` for an unknown broadcast.
    """
    broadcast = _broadcast(session, broadcast_id)
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    heard = _heard(session, broadcast_id)
    states, late = _reply_states(session, broadcast_id)
    open_answers = [col(Reply.broadcast_id) == broadcast_id, col(Reply.value).is_(None)]
    listed = _said(session, open_answers, own_words, on_call)
    there_are = session.connection().scalar(sa.select(func.count()).select_from(Reply).where(*open_answers))
    again = outbox.reminded(session, broadcast_id)
    could_answer = sum(one.heard + one.silent for one in heard)
    heard_from = sum(one.heard for one in heard)
    return Results(
        broadcast_id=broadcast_id,
        title=broadcast.title,
        kind=ask.kind if ask else None,
        asked=sum(one.asked for one in heard),
        reached=sum(one.reached for one in heard),
        heard=heard_from,
        silent=sum(one.silent for one in heard),
        share=round(heard_from / could_answer, 4) if could_answer else None,
        by_language=heard,
        answers=_answers(session, broadcast_id, ask),
        steps=_steps(session, broadcast, ask),
        states=states,
        late=late,
        own_words=listed,
        own_words_left_out=int(there_are or 0) - len(listed),
        without_text=_without_text(session, broadcast),
        reminded=again.sent,
        answered_after=again.answered,
    )


def handovers(session: Session, *, on_call: bool = False) -> tuple[Waiting, ...]:
    """List what people still owe families, the soonest promise first, then what nobody promised."""
    rows = (
        sa.select(Handover, ContactPoint, col(Reply.words), Inbound, _beside_danger())
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id))
        .outerjoin(Reply, col(Reply.id) == col(Handover.reply_id))
        .outerjoin(Inbound, col(Inbound.id) == col(Handover.inbound_id))
        .where(col(Handover.done_at).is_(None))
        .order_by(col(Handover.promised_at).is_(None), col(Handover.promised_at), col(Handover.id))
    )
    return tuple(_waiting(*row, on_call=on_call) for row in _all(session, rows))


def held(session: Session) -> tuple[Unknown, ...]:
    """List texts of which nobody knows whether they arrived, those that staff must decide on first."""
    text = func.coalesce(col(Rendering.text), col(Delivery.text)).label("text")
    rows = (
        sa.select(
            col(Delivery.id),
            col(Delivery.state),
            col(Delivery.broadcast_id),
            col(Broadcast.title),
            col(Delivery.contact_point_id),
            col(ContactPoint.address),
            col(ContactPoint.channel),
            col(Delivery.language),
            text,
            col(Delivery.started_at),
            col(Delivery.looks),
            col(Delivery.reason),
        )
        .join(ContactPoint, col(ContactPoint.id) == col(Delivery.contact_point_id))
        .outerjoin(Rendering, col(Rendering.id) == col(Delivery.rendering_id))
        .outerjoin(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
        .where(col(Delivery.state).in_((DeliveryState.HELD, DeliveryState.UNCERTAIN)))
        .order_by(col(Delivery.state), col(Delivery.id))
    )
    return tuple(Unknown(**{**one._mapping, "address": masked(one.address)}) for one in _all(session, rows))


def families(session: Session) -> tuple[Families, ...]:
    """Count people and phones by language, the largest language first."""
    working = sa.select(col(PersonContactPoint.person_id)).join(
        ContactPoint, col(ContactPoint.id) == col(PersonContactPoint.contact_point_id)
    )
    working = working.where(col(ContactPoint.stopped_at).is_(None), col(ContactPoint.bad_at).is_(None))
    people: Any = (
        sa.select(
            col(Person.reads).label("language"),
            func.count().label("people"),
            _how_many(col(Person.id).not_in(working)).label("without_phone"),
        )
        .where(col(Person.in_roster))
        .group_by(col(Person.reads))
    )
    phones = (
        sa.select(col(ContactPoint.language), *_phone_counts())
        .where(_belongs_to_somebody())
        .group_by(col(ContactPoint.language))
    )
    none = {"people": 0, "without_phone": 0, "phones": 0, "stopped": 0, "closings_only": 0, "bad": 0}
    lines: dict[str, dict[str, Any]] = {}
    for query in (people, phones):
        for one in _all(session, query):
            lines.setdefault(one.language, dict(none)).update(one._mapping)
    found = (Families(**{**line, "language": tag}) for tag, line in lines.items())
    return tuple(sorted(found, key=lambda one: (-max(one.people, one.phones), one.language)))


def overview(session: Session) -> Overview:
    """Say where everything stands."""
    (phones,) = _all(
        session,
        sa.select(*_phone_counts(), func.count(col(ContactPoint.language).distinct()).label("languages"))
        .select_from(ContactPoint)
        .where(_belongs_to_somebody()),
    )
    lanes = _all(
        session,
        sa.select(col(Lane.name), col(Lane.channel), col(Lane.state), col(Lane.why), col(Lane.not_before))
        .order_by(col(Lane.id)),
    )  # fmt: skip
    (single,) = _all(
        session,
        sa.select(
            _scalar(Person, col(Person.in_roster)).label("people"),
            _scalar(Household, col(Household.ended_at).is_(None)).label("households"),
            _scalar(Delivery, col(Delivery.provider_id).is_not(None)).label("accepted"),
            _scalar(Inbound).label("inbound"),
            _scalar(Inbound, col(Inbound.handled_at).is_(None)).label("unread"),
            _scalar(Handover, col(Handover.done_at).is_(None)).label("handovers"),
        ),
    )
    return Overview(
        phones=phones.phones,
        languages=phones.languages,
        stopped=phones.stopped,
        bad=phones.bad,
        broadcasts=_by_state(session, col(Broadcast.state)),
        deliveries=_by_state(session, col(Delivery.state)),
        replies=_by_state(session, col(Reply.state)),
        lanes=tuple(LaneSeen(**one._mapping) for one in lanes),
        **single._mapping,
    )


def masked(address: str) -> str:
    """Return an address as reports show it: enough to tell two apart, too little to ring it."""
    return f"…{address[-2:]}"


def _broadcast(session: Session, broadcast_id: int) -> Broadcast:
    found = session.get(Broadcast, broadcast_id)
    if found is None:
        raise BroadcastError(f"There is no broadcast {broadcast_id}: “homeloop broadcasts” lists them.")
    return found


def _all(session: Session, rows: Any) -> list[Any]:
    return list(session.exec(rows))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(sa.case((condition, 1), else_=0)), 0)


def _scalar(table: Any, *conditions: Any) -> Any:
    return sa.select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def _by_state(session: Session, state: Any) -> dict[str, int]:
    rows = sa.select(state.label("state"), func.count().label("number")).group_by(state).order_by(state)
    return {one.state: one.number for one in _all(session, rows)}


def _belongs_to_somebody() -> ColumnElement[bool]:
    return col(ContactPoint.id).in_(sa.select(col(PersonContactPoint.contact_point_id)))


def _phone_counts() -> tuple[Any, ...]:
    stopped = col(ContactPoint.stopped_at).is_not(None)
    return (
        func.count().label("phones"),
        _how_many(stopped).label("stopped"),
        _how_many(stopped & col(ContactPoint.closings_only)).label("closings_only"),
        _how_many(col(ContactPoint.bad_at).is_not(None)).label("bad"),
    )


def _restricted() -> ColumnElement[bool]:
    """Say whether a reply belongs to something that only those on call may read (rule 19)."""
    reply = sa.select(col(Handover.reply_id)).where(
        col(Handover.restricted), col(Handover.reply_id).is_not(None)
    )
    inbound = sa.select(col(Handover.inbound_id)).where(
        col(Handover.restricted), col(Handover.inbound_id).is_not(None)
    )
    return col(Reply.id).in_(reply) | col(Reply.inbound_id).in_(inbound)


def _said(session: Session, conditions: list[Any], limit: int, on_call: bool) -> tuple[Said, ...]:
    rows = (
        sa.select(Reply, col(ContactPoint.address), col(ContactPoint.channel), _restricted())
        .join(ContactPoint, col(ContactPoint.id) == col(Reply.contact_point_id))
        .where(*conditions)
        .order_by(col(Reply.id).desc())
        .limit(limit)
    )
    return tuple(
        _one_said(reply, address, channel, restricted=restricted, hidden=restricted and not on_call)
        for reply, address, channel, restricted in _all(session, rows)
    )


def _one_said(reply: Reply, address: str, channel: str, *, restricted: bool, hidden: bool) -> Said:
    assert reply.id is not None
    return Said(
        id=reply.id,
        broadcast_id=reply.broadcast_id,
        contact_point_id=reply.contact_point_id,
        address=masked(address),
        channel=channel,
        language=reply.language,
        kind=reply.kind,
        state=reply.state,
        words=None if hidden else reply.words,
        understood_home=None if hidden else reply.understood_home,
        understood_staff=None if hidden else reply.understood_staff,
        value=None if hidden else reply.value,
        by=reply.by,
        late=reply.late,
        restricted=bool(restricted),
        made_at=reply.made_at,
        changed_at=reply.changed_at,
        question=reply.question,
    )


def _beside_danger() -> ColumnElement[bool]:
    """Say whether something comes of a text that only those on call may read: "STOP. He hits me"."""
    other = Handover.__table__.alias("danger")  # type: ignore[attr-defined]
    return sa.exists().where(other.c.restricted, other.c.inbound_id == col(Handover.inbound_id))


def _waiting(
    owed: Handover,
    contact: ContactPoint | None,
    words: str | None,
    inbound: Inbound | None,
    beside_danger: bool,
    *,
    on_call: bool,
) -> Waiting:
    assert owed.id is not None
    if words is None and inbound is not None:
        words = inbound.message.get("text") or None
    return Waiting(
        id=owed.id,
        why=owed.why,
        promised_at=owed.promised_at,
        made_at=owed.made_at,
        contact_point_id=owed.contact_point_id,
        address=masked(contact.address) if contact else None,
        channel=contact.channel if contact else None,
        language=contact.language if contact else None,
        reply_id=owed.reply_id,
        words=None if (owed.restricted or beside_danger) and not on_call else words,
        restricted=owed.restricted,
    )


def _heard(session: Session, broadcast_id: int) -> tuple[Heard, ...]:
    told = func.max(sa.case((col(Delivery.state).in_(TOLD), 1), else_=0)).label("told")
    phones = (
        sa.select(col(Delivery.contact_point_id), func.max(col(Delivery.language)).label("language"), told)
        .where(col(Delivery.broadcast_id) == broadcast_id)
        .group_by(col(Delivery.contact_point_id))
    ).subquery("phones")
    replied = phones.c.contact_point_id.in_(
        sa.select(col(Reply.contact_point_id)).where(col(Reply.broadcast_id) == broadcast_id)
    )
    rows = sa.select(
        phones.c.language,
        func.count().label("asked"),
        func.sum(phones.c.told).label("reached"),
        _how_many(replied).label("heard"),
        _how_many((phones.c.told == 1) & ~replied).label("silent"),
    )
    rows = rows.group_by(phones.c.language).order_by(phones.c.language)
    return tuple(Heard(**one._mapping) for one in _all(session, rows))


def _reply_states(session: Session, broadcast_id: int) -> tuple[dict[str, int], int]:
    rows = (
        sa.select(
            col(Reply.state), func.count().label("number"), _how_many(col(Reply.late).is_(True)).label("late")
        )
        .where(col(Reply.broadcast_id) == broadcast_id)
        .group_by(col(Reply.state))
        .order_by(col(Reply.state))
    )
    found = _all(session, rows)
    return {one.state: one.number for one in found}, sum(one.late for one in found)


def _steps(session: Session, broadcast: Broadcast, ask: Ask | None) -> tuple[HowFar, ...]:
    if ask is None or not ask.more:
        return ()
    assert broadcast.id is not None
    source = sa.select(col(Translation.text), col(Translation.more)).where(
        col(Translation.broadcast_id) == broadcast.id, col(Translation.language) == broadcast.source_language
    )
    words = next(iter(_all(session, source)), None)
    texts = [words.text, *(one.get("text", "") for one in words.more or ())] if words else []
    texts = [*texts, *[""] * len(ask.series)][: len(ask.series)]
    return tuple(
        HowFar(one.number, one.text, one.put.number or 0, one.answered.number or 0)
        for one in steps.read(session, broadcast.id, ask.series, texts)
    )


def _answers(session: Session, broadcast_id: int, ask: Ask | None) -> tuple[Answer, ...]:
    newest = func.row_number().over(
        partition_by=(col(Reply.contact_point_id), col(Reply.question)),
        order_by=(col(Reply.changed_at).desc(), col(Reply.id).desc()),
    )
    counted = (
        sa.select(
            col(Reply.question),
            col(Reply.value),
            col(Reply.language),
            col(Reply.state),
            newest.label("place"),
        )
        .where(
            col(Reply.broadcast_id) == broadcast_id,
            col(Reply.value).is_not(None),
            col(Reply.late).is_(False),
            col(Reply.state) != ReplyState.WITH_STAFF,
        )
        .subquery("counted")
    )
    rows = (
        sa.select(
            counted.c.question,
            counted.c.value,
            counted.c.language,
            func.count().label("phones"),
            _how_many(counted.c.state.in_(SURE)).label("sure"),
        )
        .where(counted.c.place == 1)
        .group_by(counted.c.question, counted.c.value, counted.c.language)
    )
    labels = {number: _labels(one) for number, one in enumerate(ask.series if ask else (None,), 1)}
    found = [
        Answer(one.value, _called(one.value, known), one.language, one.phones, one.sure, one.question)
        for one in _all(session, rows)
        for known in (labels.get(one.question, {}),)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.question, _place(one.value, labels[one.question]), one.language))
    )


def _labels(ask: Ask | None) -> dict[str, str]:
    """Return what each value means in the staff's words, in the order of the menu."""
    if ask is None:
        return {}
    if ask.kind == "yes_no":
        return {"yes": "yes", "no": "no"}
    choices = [*ask.choices, OTHER] if ask.other else list(ask.choices)
    listed = ask.kind in {"one_of", "several_of"}
    return {str(number): choice for number, choice in enumerate(choices, 1)} if listed else {}


def _called(value: str, labels: Mapping[str, str]) -> str:
    """Return what a value means; several choices are kept as "1,3"."""
    return ", ".join(labels.get(one, one) for one in value.split(","))


def _place(value: str, labels: Mapping[str, str]) -> tuple[int, float, str]:
    """Order answers as the menu does, then numbers by size, then the rest."""
    if value in labels:
        return 0, list(labels).index(value), ""
    try:
        return 1, float(value), ""
    except ValueError:
        return 2, 0.0, value


def _without_text(session: Session, broadcast: Broadcast) -> dict[str, int]:
    audience = Audience.from_json(broadcast.audience)
    found: dict[str, int] = {}
    for one in reach(session, audience, emergency=broadcast.purpose == "emergency").unreached:
        found[one.why] = found.get(one.why, 0) + 1
    return dict(sorted(found.items()))
