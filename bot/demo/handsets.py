"""What each simulated phone shows: every text to and from its family, in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from bot import languages
from bot.demo.district import Resident
from bot.messages import ChannelName
from bot.rosters.values import fold
from bot.simulator import Ledger
from bot.simulator.ledger import Accepted, Heard, ProviderText

Entry = Accepted | Heard | ProviderText


@dataclass(frozen=True, slots=True)
class Shown:
    """One text as the phone shows it."""

    ours: bool
    text: str
    at: datetime
    kind: str  #: "text", "press", "picture", "start", "block", "unblock"
    parts: int | None = None  #: of an SMS of ours
    buttons: tuple[str, ...] = ()  #: that can be pressed now


@dataclass(slots=True)
class Handset:
    """One phone, the guardians behind it, and what came and went."""

    number: int  #: its name in addresses of pages: no phone number ever stands there
    owners: list[Resident]
    entries: list[Entry] = field(default_factory=list)
    looked: int = 0  #: texts of ours that were there when somebody last looked

    @property
    def owner(self) -> Resident:
        """Whoever the phone was registered for first."""
        return self.owners[0]

    @property
    def telegram(self) -> bool:
        """Whether its family reads us in Telegram."""
        return self.owner.telegram is not None

    @property
    def channel(self) -> ChannelName:
        """How its texts travel."""
        return ChannelName.TELEGRAM if self.telegram else ChannelName.SMS

    @property
    def names(self) -> str:
        """Who shares it: “Ana Garcia, Luis Lopez”."""
        return ", ".join(dict.fromkeys(one.name for one in self.owners))

    @property
    def arrived(self) -> list[Entry]:
        """What its family has seen or sent, oldest first."""
        return sorted((one for one in self.entries if _is_there(one)), key=moment_of)

    @property
    def unseen(self) -> int:
        """How many texts of ours have come since somebody last looked."""
        return sum(not isinstance(one, Heard) for one in self.arrived) - self.looked

    def look(self) -> None:
        """Somebody looks at it now."""
        self.looked += self.unseen


@dataclass
class Handsets:
    """Every phone of the district, kept up with the provider's ledger."""

    ledger: Ledger
    phones: list[Handset] = field(default_factory=list)
    _at: dict[str, Handset] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _labels: dict[tuple[str, str], str] = field(default_factory=dict)  #: (text, data) -> what the button said

    def give_out(self, everybody: Iterable[Resident]) -> None:
        """Put a phone into every hand; who shares one is added to it."""
        for one in everybody:
            phone = self._at.get(one.address)
            if phone is not None:
                phone.owners.append(one)
                continue
            self._at[one.address] = made = Handset(one.number, [one])
            self.phones.append(made)

    @property
    def tongues(self) -> int:
        """How many languages are spoken."""
        return len({one.owner.tag for one in self.phones})

    def numbered(self, number: int) -> Handset | None:
        """Return the phone that a page's address names."""
        self._catch_up()
        return next((one for one in self.phones if one.number == number), None)

    def at(self, address: str) -> Handset | None:
        """Return the phone behind an address."""
        return self._at.get(address)

    def found(self, sought: str) -> list[Handset]:
        """List phones whose names or language hold what is sought: new texts first, then the latest."""
        self._catch_up()
        wanted = fold(sought)
        return sorted((one for one in self.phones if wanted in _searched(one)), key=_urgency)

    def latest(self, most: int) -> list[tuple[Handset, Heard]]:
        """List the newest things that families wrote, newest first."""
        wrote = (one for one in reversed(self.ledger.heard) if one.kind == "text")
        known = ((self._at[one.address], one) for one in wrote if one.address in self._at)
        return list(islice(known, most))

    def shown(self, phone: Handset) -> list[Shown]:
        """Return what a phone's screen shows, oldest first."""
        return [self._shown(one) for one in phone.arrived]

    def _shown(self, one: Entry) -> Shown:
        match one:
            case Accepted():
                labels = tuple(label for label, _ in one.buttons)
                parts = one.parts if one.channel == ChannelName.SMS else None
                return Shown(True, one.text, one.accepted_at, "text", parts, labels)
            case Heard(kind="press"):
                return Shown(
                    False, self._labels.get((one.message_id or "", one.data or ""), ""), one.at, "press"
                )
            case Heard(kind="start"):
                return Shown(False, "/start", one.at, one.kind)
            case Heard():
                return Shown(False, one.text, one.at, one.kind)
            case _:
                return Shown(True, one.text, one.at, "text")

    def _catch_up(self) -> None:
        for name in ("accepted", "heard", "provider_texts"):
            entries: Sequence[Entry] = getattr(self.ledger, name)
            for one in entries[self._read[name] :]:
                self._keep(one)
            self._read[name] = len(entries)

    def _keep(self, one: Entry) -> None:
        phone = self._at.get(one.address)
        if phone is not None:
            phone.entries.append(one)
        if isinstance(one, Accepted):
            # The bot takes a keyboard away once it is used; the phone remembers what was pressed.
            self._labels |= {(one.provider_id, data): label for label, data in one.buttons if data}


def moment_of(one: Entry) -> datetime:
    """Return when a text left its sender."""
    return one.accepted_at if isinstance(one, Accepted) else one.at


def _is_there(one: Entry) -> bool:
    if not isinstance(one, Accepted) or one.channel == ChannelName.TELEGRAM:
        return True
    return any(status.status == "delivered" for status in one.statuses)


def _searched(phone: Handset) -> str:
    language = languages.language(phone.owner.tag)
    return fold(f"{phone.names} {language.english} {language.autonym} {phone.owner.tag}")


def _urgency(phone: Handset) -> tuple[bool, float]:
    arrived = phone.arrived
    latest = moment_of(arrived[-1]).timestamp() if arrived else 0.0
    return (phone.unseen <= 0, -latest)
