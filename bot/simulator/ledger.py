"""What the provider knows: every text accepted, refused, heard; the oracle of the tests.

It lives in the simulator's own process, so that it survives whatever is done to the program under test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import TypeAdapter

from bot.messages import ChannelName


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Status:
    """One step of a text's way to the handset."""

    status: str
    at: datetime
    code: str | None = None


@dataclass(slots=True)
class Accepted:
    """One text of ours that the provider took."""

    provider_id: str
    channel: ChannelName
    sender: str
    address: str
    text: str
    accepted_at: datetime
    number: int  #: counts up over both channels: the order of acceptance
    buttons: tuple[tuple[str, str | None], ...] = ()  #: (label, data) as the phone shows them now
    parts: int = 1
    service: str | None = None
    status_callback: str | None = None
    statuses: list[Status] = field(default_factory=list)
    answered: bool = True  #: False: the connection was cut, so our side never learned of it
    webhook_answer: bool = False  #: it came as the answer to an inbound webhook

    @property
    def attempt(self) -> str | None:
        """The attempt id that the StatusCallback carries as its `attempt` parameter."""
        found = parse_qs(urlsplit(self.status_callback or "").query).get("attempt")
        return found[0] if found else None

    @property
    def status(self) -> Status:
        """The newest status."""
        return self.statuses[-1]


@dataclass(frozen=True, slots=True)
class Refused:
    """One request of ours that the provider did not take."""

    channel: ChannelName
    call: str
    sender: str
    address: str
    text: str
    at: datetime
    status: int  #: HTTP; 0 when the connection was cut
    code: str
    reason: str
    inside_wait: float | None = None  #: seconds since the 429 whose wait it did not keep


@dataclass(slots=True)
class Heard:
    """One thing a family sent."""

    provider_id: str
    channel: ChannelName
    kind: str  #: "text", "press", "picture", "start", "block", "unblock"
    sender: str  #: ours, that it came to
    address: str
    at: datetime
    text: str = ""
    data: str | None = None  #: of the pressed button
    message_id: str | None = None  #: of the text whose button was pressed
    told: list[int] = field(default_factory=list)  #: what our webhook answered; 0: nothing
    acknowledged_at: datetime | None = None  #: of a press
    update_id: int | None = None  #: Telegram: of the update that carried it


@dataclass(frozen=True, slots=True)
class OptOut:
    """A STOP or START that the provider itself acted on, or a bot blocked or unblocked."""

    channel: ChannelName
    scope: str  #: sender number, messaging service or bot
    address: str
    word: str
    stopped: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ProviderText:
    """A text that the provider itself wrote to a family: never counted as ours."""

    sender: str
    address: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """One status callback that was posted, or dropped on purpose."""

    provider_id: str
    status: str
    at: datetime
    answer: int  #: HTTP status of our webhook; 0: no connection; -1: dropped on purpose


@dataclass(slots=True)
class Ledger:
    """All of it, in the order in which it happened."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    opt_outs: list[OptOut] = field(default_factory=list)
    provider_texts: list[ProviderText] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)  #: tolerated by the provider, meant by nobody

    def view(
        self,
        *,
        channel: str | None = None,
        address: str | None = None,
        sender: str | None = None,
        since: datetime | None = None,
        only: Iterable[str] = (),
    ) -> dict[str, Any]:
        """Return the entries that match, as JSON; `only` names the lists wanted, none means all."""

        def wanted(entry: Any) -> bool:
            return all(
                value is None or getattr(entry, name, value) == value
                for name, value in (("channel", channel), ("address", address), ("sender", sender))
            ) and (since is None or _moment_of(entry) >= since)

        names = set(only) or {part.name for part in fields(self)}
        return {
            name: [_json(entry) for entry in getattr(self, name) if _keep(wanted, entry)]
            for name in (part.name for part in fields(self))
            if name in names
        }

    def counts(self) -> dict[str, int]:
        """Return how long each list is."""
        return {part.name: len(getattr(self, part.name)) for part in fields(self)}


def _keep(wanted: Callable[[Any], bool], entry: Any) -> bool:
    return isinstance(entry, str) or wanted(entry)


def _moment_of(entry: Any) -> datetime:
    moment: datetime = entry.accepted_at if isinstance(entry, Accepted) else entry.at
    return moment


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _json(entry: Any) -> Any:
    kind = type(entry)
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    value = _ADAPTERS[kind].dump_python(entry, mode="json")
    if isinstance(entry, Accepted):
        value["attempt"] = entry.attempt
    return value
