"""What came of a demo, counted from the provider's ledger and the district, and held against the tables.

`lost`: an address that a release was due to, by the district's own list, and that the ledger does not show;
those that had stopped before are not due. `duplicates`: one delivery accepted more than once, or one text
of a broadcast more than once at one address. `after_stop`: accepted after the ledger heard a STOP there,
but for the one text that confirms it. `wrong_language`: not byte-equal to the rendering that the address
was due, by the language that the district's list gives it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from bot.demo.district import Resident
from bot.demo.families import script
from bot.messages import ChannelName, ReplyState
from bot.simulator import Ledger
from bot.simulator.ledger import Accepted
from bot.store.tables import ContactPoint, Delivery, Inbound, Rendering, Reply

_OPEN = {ReplyState.RECEIVED, ReplyState.READ_BACK, ReplyState.UNCONFIRMED}


@dataclass(frozen=True, slots=True)
class Counts:
    """The demo's result; every number is explained above or is what it says."""

    people: int
    languages: int
    accepted: int
    delivered: int
    replies: int
    confirmed: int
    corrected: int
    unconfirmed: int
    with_staff: int
    opted_out: int
    duplicates: int
    lost: int
    after_stop: int
    wrong_language: int
    seconds: float

    @property
    def clean(self) -> bool:
        """Say whether all zeros are where zeros belong, and every reply in exactly one state."""
        states = self.confirmed + self.corrected + self.unconfirmed + self.with_staff
        bad = self.duplicates + self.lost + self.after_stop + self.wrong_language
        return bad == 0 and states == self.replies

    def to_json(self) -> dict[str, int | float]:
        """Return the counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Due:
    """One text of a broadcast as the tables froze it."""

    broadcast_id: int
    language: str
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What the tables hold that the ledger is read against."""

    due: tuple[Due, ...]
    schools: Mapping[int, frozenset[str]]  #: broadcast -> schools it was for
    answers: Mapping[tuple[str, str], tuple[str, str]]  #: (channel, provider id) -> (address, text)
    written: Mapping[tuple[str, str], int]  #: (address, text) -> how many answers of ours say so
    replies: Mapping[tuple[str, str], str]  #: (channel, inbound's provider id) -> state
    stopped: Mapping[str, datetime] = field(default_factory=dict)  #: address -> since when


def kept(session: Session, released: Mapping[int, frozenset[str]]) -> Kept:
    """Read what is needed from the tables; `released` says for which schools each broadcast was."""
    renderings = session.exec(select(Rendering).where(col(Rendering.broadcast_id).in_(released)))
    answers = session.exec(
        select(ContactPoint.channel, Delivery.provider_id, ContactPoint.address, Delivery.text)
        .join(ContactPoint, col(ContactPoint.id) == Delivery.contact_point_id)
        .where(col(Delivery.text).is_not(None))
    ).all()
    replies = session.exec(
        select(Inbound.channel, Inbound.provider_id, Reply.state).join(
            Reply, col(Reply.inbound_id) == Inbound.id
        )
    )
    stopped = session.exec(select(ContactPoint.address, ContactPoint.stopped_at))
    return Kept(
        tuple(Due(one.broadcast_id, one.language, one.channel, one.text) for one in renderings),
        released,
        {(channel, _bare(sid)): (address, text or "") for channel, sid, address, text in answers if sid},
        Counter((address, text or "") for _, _, address, text in answers),
        {(channel, sid): state for channel, sid, state in replies},
        {address: since for address, since in stopped if since is not None},
    )


def count(
    ledger: Ledger, everybody: Sequence[Resident], held: Kept, began: datetime, seconds: float
) -> Counts:
    """Count a demo's run; `began` leaves out what an earlier one on the same ledger did."""
    accepted = [one for one in ledger.accepted if one.accepted_at >= began and not one.webhook_answer]
    stops = _stops(ledger, accepted)
    states = Counter(_states(ledger, held))
    before = {address: since for address, since in held.stopped.items() if since < began}
    return Counts(
        people=len(everybody),
        languages=len({one.tag for one in everybody}),
        accepted=len(accepted),
        delivered=sum(one.status.status == "delivered" for one in accepted if one.channel == ChannelName.SMS)
        + sum(one.channel == ChannelName.TELEGRAM for one in accepted),
        replies=sum(states.values()),
        confirmed=states[ReplyState.CONFIRMED],
        corrected=states[ReplyState.CORRECTED],
        unconfirmed=sum(states[one] for one in _OPEN),
        with_staff=states[ReplyState.WITH_STAFF],
        opted_out=len(stops),
        duplicates=_duplicates(accepted, held),
        lost=_lost(accepted, everybody, held, {**before, **stops}),
        after_stop=_after_stop(accepted, held, {**before, **stops}),
        wrong_language=_wrong_language(accepted, everybody, held),
        seconds=round(seconds, 1),
    )


def _bare(ours: str | None) -> str:
    """Return the provider's id as its ledger has it: ours of Telegram have the bot or the chat in front."""
    return (ours or "").rpartition(":")[2]


def _states(ledger: Ledger, held: Kept) -> Iterable[str]:
    """The state of every reply that the ledger heard begin."""
    heard = {(one.channel, str(one.update_id or one.provider_id)) for one in ledger.heard}
    for (channel, ours), state in held.replies.items():
        if (channel, _bare(ours)) in heard:
            yield state


def _stops(ledger: Ledger, accepted: Sequence[Accepted]) -> dict[str, datetime]:
    """Address -> when the ledger first heard it say STOP, in whichever of the script's words."""
    words = {entry["stop"] for entry in script()["aside"].values()}
    reached = {one.address for one in accepted}
    stops: dict[str, datetime] = {}
    for one in ledger.heard:
        if one.text in words and one.address in reached:
            stops.setdefault(one.address, one.at)
    return stops


def _duplicates(accepted: Sequence[Accepted], held: Kept) -> int:
    texts = {one.text for one in held.due}
    broadcast = Counter((one.address, one.text) for one in accepted if one.text in texts)
    answers = [one for one in accepted if one.text not in texts]
    tries = Counter(one.attempt.rpartition(".")[2] for one in answers if one.attempt is not None)
    # Telegram carries no attempt back, so there the texts we wrote are counted.
    said = Counter((one.address, one.text) for one in answers if one.attempt is None)
    more = sum(max(0, number - max(1, held.written.get(key, 0))) for key, number in said.items())
    return more + sum(number - 1 for counter in (broadcast, tries) for number in counter.values())


def _addresses(everybody: Sequence[Resident]) -> dict[str, tuple[str, frozenset[str]]]:
    """Address -> its language and the schools of those behind it."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for one in everybody:
        tag, schools = found.get(one.address, (one.tag, frozenset()))
        found[one.address] = (tag, schools | {one.school})
    return found


def _lost(
    accepted: Sequence[Accepted], everybody: Sequence[Resident], held: Kept, stops: Mapping[str, datetime]
) -> int:
    arrived = {(one.address, one.text) for one in accepted}
    lost = 0
    for address, (tag, schools) in _addresses(everybody).items():
        channel = ChannelName.SMS if address.startswith("+") else ChannelName.TELEGRAM
        for due in held.due:
            wanted = (
                due.language == tag and due.channel == channel and schools & held.schools[due.broadcast_id]
            )
            if wanted and address not in stops and (address, due.text) not in arrived:
                lost += 1
    return lost


def _after_stop(accepted: Sequence[Accepted], held: Kept, stops: Mapping[str, datetime]) -> int:
    """Only an answer of ours can be the text that confirms a STOP; the provider may have done it itself."""
    texts = {one.text for one in held.due}
    later = [one for one in accepted if one.address in stops and one.accepted_at > stops[one.address]]
    answers = Counter(one.address for one in later if one.text not in texts)
    return sum(one.text in texts for one in later) + sum(number - 1 for number in answers.values())


def _wrong_language(accepted: Sequence[Accepted], everybody: Sequence[Resident], held: Kept) -> int:
    addresses = _addresses(everybody)
    due = {(one.language, one.channel, one.text) for one in held.due}
    wrong = 0
    for one in accepted:
        answer = held.answers.get((one.channel, one.provider_id))
        if answer is not None:
            wrong += answer != (one.address, one.text)
            continue
        tag = addresses.get(one.address, ("", frozenset()))[0]
        wrong += (tag, one.channel, one.text) not in due
    return wrong
