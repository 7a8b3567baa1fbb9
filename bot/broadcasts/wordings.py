"""What each language of an audience gets: its own text, another's with a label, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session, col, select

from bot import languages
from bot.channels import segments
from bot.conversation.ask import Ask, Worded
from bot.settings import Settings
from bot.store.audience import Reach
from bot.store.tables import Broadcast, Translation, TranslationState

NO_TEXT = "none"  #: the fallback that sends nothing and lists the phones for a call

LONGEST = 1600  #: characters Twilio takes (error 21617)

SENDABLE = (TranslationState.REVIEWED, TranslationState.APPROVED)


@dataclass(frozen=True, slots=True)
class Line:
    """One language of a preview: who is due what."""

    language: str
    phones: int
    written_in: str | None  #: None: these people get no text
    state: str  #: "approved", "reviewed", "machine", "stale", "missing"
    text: str
    parts: int
    encoding: str
    fallback: bool
    provenance: str = ""  #: of the text that they get: "typed", "notice:snow-closing (no native reader yet)"
    more: tuple[str, ...] = ()  #: the questions after the first, as they are put one after the other


@dataclass(frozen=True, slots=True)
class Preview:
    """What approval would send, language by language, and what stands against it."""

    lines: tuple[Line, ...]
    reach: Reach
    phones: int
    objections: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Text:
    """A broadcast's words in one language, with those of its choices."""

    words: str
    choices: tuple[str, ...]
    state: str
    complete: bool  #: every choice has its words
    provenance: str
    asked: str | None = None  #: the verb of a yes/no question (rule 5)
    hint: str = ""  #: the menu's last line: that several choices may be sent
    more: tuple[Text, ...] = ()  #: the questions after the first

    @property
    def sendable(self) -> bool:
        """Say whether it may go out."""
        return self.state in SENDABLE and self.complete

    @property
    def put(self) -> str:
        """Return it as a phone shows it."""
        return menu(self.words, self.choices, self.hint)


def texts_of(session: Session, broadcast: Broadcast, settings: Settings) -> dict[str, Text]:
    """Return a broadcast's texts by language."""
    rows = session.exec(select(Translation).where(col(Translation.broadcast_id) == broadcast.id))
    return worded(rows.all(), broadcast, settings)


def worded(rows: Sequence[Translation], broadcast: Broadcast, settings: Settings) -> dict[str, Text]:
    """Return these rows of a broadcast as texts by language; a row without words is none."""
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    return {row.language: _text(row, ask, settings) for row in rows if row.text}


def _text(row: Translation, ask: Ask | None, settings: Settings) -> Text:
    first = _one(row, Worded(row.text, tuple(row.choices or ()), row.asked), ask, settings)
    if ask is None or not ask.more:
        return first
    worded = [Worded.from_json(one) for one in row.more or ()]
    more = tuple(_one(row, words, one, settings) for words, one in zip(worded, ask.more, strict=False))
    whole = len(more) == len(ask.more) and all(one.words and one.complete for one in more)
    return replace(first, more=more, complete=first.complete and whole)


def _one(row: Translation, words: Worded, ask: Ask | None, settings: Settings) -> Text:
    if ask is None or not ask.offers_digits:
        return Text(words.text, (), row.state, True, row.provenance)
    said = words.choices
    speaks = languages.speakable(row.language, settings.unreviewed)
    if ask.kind == "yes_no" and not said and speaks:
        said = (languages.phrase("yes", row.language), languages.phrase("no", row.language))
    complete = len(said) == ask.choices_needed
    if ask.kind != "yes_no" and ask.other and complete and speaks:
        said = (*said, languages.phrase("other", row.language))
    hint = languages.phrase("several_hint", row.language) if ask.kind == "several_of" and speaks else ""
    return Text(words.text, said, row.state, complete, row.provenance, words.asked, hint)


def menu(text: str, choices: Sequence[str], hint: str = "") -> str:
    """Lay a question out for a phone: every choice on its own line, beginning with its digit (rule 21)."""
    lines = (f"{number} {words}" for number, words in enumerate(choices, start=1))
    return "\n".join(filter(None, (text, *lines, hint)))


def by_language(phones: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Add up the phones of every channel, language by language."""
    counted: dict[str, int] = {}
    for (_channel, tag), count in sorted(phones.items(), key=lambda one: one[0][1]):
        counted[tag] = counted.get(tag, 0) + count
    return counted


def lines_of(
    broadcast: Broadcast, phones: Mapping[str, int], texts: Mapping[str, Text], fallback: str | None
) -> tuple[Line, ...]:
    """Say language by language who gets what; `phones` counts them by language."""
    return tuple(line(broadcast, tag, count, texts, fallback) for tag, count in phones.items())


def line(broadcast: Broadcast, tag: str, count: int, texts: Mapping[str, Text], fallback: str | None) -> Line:
    """Say what one language gets."""
    own = texts.get(tag)
    if own is not None and own.sendable:
        parts, more = segments.measure(own.put), tuple(one.put for one in own.more)
        return Line(
            tag, count, tag, own.state, own.put, parts.count, parts.encoding, False, own.provenance, more
        )
    state = own.state if own else "missing"
    other = texts.get(fallback) if fallback and fallback != NO_TEXT else None
    if fallback is None or other is None or not other.sendable:
        return Line(tag, count, None, state, "", 0, "", True)
    label = languages.fallback_label(tag, fallback, offer_person=broadcast.purpose != "emergency")
    body, more = label + other.put, tuple(one.put for one in other.more)
    parts = segments.measure(body)
    return Line(tag, count, fallback, state, body, parts.count, parts.encoding, True, other.provenance, more)
