"""Everything that can go wrong, drawn as one tree.

    HomeloopError                 its text is one sentence: what happened, to what, what to do
    ├── Complaint                 somebody can put it right; shown as it is, without a traceback
    │   ├── SettingsError         a key of config.toml or of the environment
    │   ├── RosterError           a file of people that cannot be read at all
    │   ├── BroadcastError        an announcement or question that cannot go out as it stands
    │   ├── RecordsError          people, phones and consent: what cannot be done to them as they stand
    │   ├── LanguageError         a name that is no language we know
    │   ├── AccessError           who may come in, and what an account may become
    │   ├── InboxError            a conversation that cannot take this step as it stands
    │   ├── StoreError            the database: newer than the program, unreadable, full
    │   └── AlreadyRunning        a second process wants to send from the same database
    ├── BadRequest                an inbound request that is not what it claims to be
    │   ├── Forged                no signature, or a wrong one
    │   └── Malformed             signed, but with values the provider never sends
    ├── TranslationFailed         an engine gave nothing we may use
    └── SendError                 a text that was not handed over; carries its policy
        ├── NotAccepted           the provider certainly does not have it
        │   ├── Throttled         again, not before `wait` seconds
        │   ├── Temporary         again, after a while, a few times
        │   │   ├── Unreachable   again, after a while, for as long as it takes
        │   │   └── Moved         again, once, to another address
        │   ├── Permanent         never again to this address with this text
        │   │   ├── OptedOut      the family or its carrier stopped us: stop the contact point
        │   │   ├── BadAddress    no such phone or chat: a task for the office
        │   │   └── Content       this text is refused: a task for whoever wrote it
        │   └── Setup             the account or sender is wrong: stop the lane, keep its queue
        └── Uncertain             it may have it: never sent again unless proven absent

The sender never looks at HTTP codes: an adapter's table maps them to these once.
"""

from __future__ import annotations

from enum import StrEnum


class Again(StrEnum):
    """Whether a text that the provider took, and that then did not arrive, is tried again (bot.retries)."""

    NEVER = "never"
    PHONE_OFF = "phone off"  #: soon, later, each next morning; after three days the phone is unreachable
    BRIEFLY = "briefly"  #: once or twice
    SLOWER = "slower"  #: when the provider's queue has room
    TOMORROW = "tomorrow"  #: a carrier's daily cap
    EMERGENCY = "emergency"  #: it may have arrived: once, and only what cannot wait
    LATE = "late"  #: the time in which it might go ran out at the provider: in the next such time
    SENDER = "sender"  #: nothing is wrong with the text: when the sender is in order


class HomeloopError(Exception):
    """Root of the tree. `str()` is one sentence fit to be shown."""


class Complaint(HomeloopError):
    """Something a person can put right."""


class SettingsError(Complaint):
    """A setting is missing, unknown or impossible."""


class RosterError(Complaint):
    """A roster file could not be read as a table of people."""


class BroadcastError(Complaint):
    """A broadcast cannot take this step as it stands."""


class RecordsError(Complaint):
    """Something cannot be done to a person, a phone or a household as it stands."""


class LanguageError(Complaint):
    """A language name or code is not in the registry."""


class AccessError(Complaint):
    """Somebody may not come in, or an account cannot become what was asked."""


class InboxError(Complaint):
    """Something for a family cannot be done as it was asked."""


class StoreError(Complaint):
    """The database cannot be used as it is."""


class AlreadyRunning(Complaint):
    """Another process holds the database's sender lock."""


class BadRequest(HomeloopError):
    """An inbound request is refused before anything of it is stored."""


class Forged(BadRequest):
    """Signature or secret missing or wrong: answered 403."""


class Malformed(BadRequest):
    """A signed request with impossible values: answered 400."""


class TranslationFailed(HomeloopError):
    """An engine is unreachable, or returned nothing, or returned the source unchanged."""


class SendError(HomeloopError):
    """A text was not handed over.

    `code` is the provider's own, kept beside our sentence ("21610", "403").
    """

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.code = code


class NotAccepted(SendError):
    """The provider certainly does not have the text."""


class Throttled(NotAccepted):
    """The provider asks us to wait; `wait` is in seconds and nothing is sent inside it."""

    def __init__(self, sentence: str, *, wait: float, code: str | None = None) -> None:
        super().__init__(sentence, code=code)
        self.wait = wait


class Temporary(NotAccepted):
    """Worth another try after a while: a connection never made, a refusal that names a passing cause."""


class Unreachable(Temporary):
    """No connection to the provider was made: no fault of the text's, so it uses up none of its tries."""


class Moved(Temporary):
    """The chat has another address now, which is kept; the text goes there once."""

    def __init__(self, sentence: str, *, address: str, code: str | None = None) -> None:
        super().__init__(sentence, code=code)
        self.address = address


class Permanent(NotAccepted):
    """Trying again cannot help."""


class OptedOut(Permanent):
    """The address refuses texts from this sender."""


class BadAddress(Permanent):
    """The address does not exist or cannot receive this kind of text."""


class Content(Permanent):
    """The provider refuses this text."""


class Setup(NotAccepted):
    """The account, sender or token is wrong: every text on this lane would fail alike."""


class Uncertain(SendError):
    """The connection broke, or the answer is unreadable, after the request may have been read."""


def sayable(error: Exception) -> str:
    """Return what a log may say of an error: only our own are sure to hold no family's words."""
    return str(error) if isinstance(error, HomeloopError) else type(error).__name__
