"""Drafts: what the house rules have against one, and its texts in every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as by_default
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import languages
from bot.channels import segments
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.store.audience import Audience
from bot.store.tables import Broadcast, BroadcastState, Translation, TranslationState

#: U.S. school acronyms that no family is expected to know (docs/dialogue.md, rule 22)
_ACRONYMS = frozenset({"IEP", "PTO", "PTA", "ELL", "ESL", "EL", "FRL", "SPED", "MTSS", "LEP"})

_AROUND = ".,;:!?()[]{}\"'“”‘’…"  #: what may stand about a word

#: beginnings of a yes/no question whose "yes" means two things (rule 4)
_NEGATIVE = ("don't ", "dont ", "doesn't ", "didn't ", "isn't ", "aren't ", "won't ", "can't ", "wouldn't ")


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast as staff wrote it down."""

    title: str
    text: str
    audience: Audience
    source_language: str = "en"
    purpose: str = "school"
    phase: str = "inform"
    ask: Ask | None = None
    decided_on: date | None = None  #: when families are told what came of it (rule 15)
    provenance: str = "typed"
    fallback: str | None = None  #: see `Broadcast.fallback`


def N_(text: str) -> str:  # noqa: N802 - the usual mark for "translate this where it is shown"
    """Mark a sentence for the console's catalog without translating it here."""
    return text


@dataclass(frozen=True, slots=True)
class Objection:
    """What stands against a broadcast, and at which field; `str()` is the sentence in English."""

    field: str  #: "text", "ask", "choices", "limits", "whom" …
    sentence: str  #: with %(name)s where a value belongs, so that it can be translated
    values: Mapping[str, Any] = by_default(default_factory=dict)
    missing: bool = False  #: nothing is wrong, only not there yet

    def __str__(self) -> str:
        return self.sentence % {name: _in_english(value) for name, value in self.values.items()}


def _in_english(value: Any) -> Any:
    """Phones by language are a tuple of (tag, phones); whoever shows them names the languages."""
    if not isinstance(value, tuple):
        return value
    return ", ".join(f"{languages.language(tag).english} ({phones})" for tag, phones in value)


def draft(session: Session, written: Draft, now: datetime) -> int:
    """Keep a new broadcast with its source text; return its id. Raises `BroadcastError`."""
    broadcast = Broadcast(
        title=written.title,
        phase="inquire" if written.ask else written.phase,
        purpose=written.purpose,
        source_language=written.source_language,
        fallback=written.fallback,
        audience=written.audience.to_json(),
        question=written.ask.to_json() if written.ask else None,
        closing={"decided_on": written.decided_on.isoformat()} if written.decided_on else None,
        made_at=now,
    )
    wrong = objections(written)
    if wrong:
        raise BroadcastError(" ".join(wrong))
    session.add(broadcast)
    session.flush()
    assert broadcast.id is not None
    translate(
        session,
        broadcast.id,
        written.source_language,
        written.text,
        choices=written.ask.choices if written.ask else (),
        provenance=written.provenance,
        state=TranslationState.REVIEWED,
        now=now,
    )
    return broadcast.id


def objections(written: Draft) -> list[str]:
    """Say in sentences what the house rules have against a draft (rules 1, 3, 4, 22)."""
    return [str(one) for one in against(written.text, written.purpose, written.ask)]


def against(text: str, purpose: str, ask: Ask | None) -> list[Objection]:
    """Say at which field the house rules have what against a text and its question."""
    said = []
    if not text.strip():
        said.append(
            Objection("text", N_("The text is empty: write what families should read."), missing=True)
        )
    found = sorted(_ACRONYMS & {word.strip(_AROUND) for word in text.replace("/", " ").split()})
    if found:
        sentence = N_("Families cannot know “%(words)s”: write it out in plain words.")
        said.append(Objection("text", sentence, {"words": ", ".join(found)}))
    if ask is None:
        return said
    if purpose == "emergency":
        said.append(
            Objection(
                "ask", N_("An emergency carries no question: send the emergency first and ask afterwards.")
            )
        )
    if ask.kind == "yes_no" and text.replace("’", "'").casefold().startswith(_NEGATIVE):
        said.append(
            Objection(
                "text", N_("A negative question has two meanings for “yes”: ask it the positive way round.")
            )
        )
    return [*said, *_against_answers(ask)]


def _against_answers(ask: Ask) -> list[Objection]:
    said = []
    if ask.kind in {"one_of", "several_of"} and not 2 <= len(ask.choices) <= (5 if ask.other else 6):
        sentence = (
            N_("Give 2 to 5 choices: the menu ends with “something else” and has no more than 6 lines.")
            if ask.other
            else N_("Give 2 to 6 choices: a menu has no more than 6 lines.")
        )
        said.append(Objection("choices", sentence))
    if ask.low is not None and ask.high is not None and ask.low >= ask.high:
        sentence = N_("The lowest number (%(low)s) must be less than the highest (%(high)s).")
        said.append(Objection("limits", sentence, {"low": ask.low, "high": ask.high}))
    return said


def translate(
    session: Session,
    broadcast_id: int,
    language: str,
    text: str,
    *,
    choices: Sequence[str] = (),
    asked: str | None = None,
    provenance: str,
    state: TranslationState,
    now: datetime,
) -> None:
    """Keep a broadcast's text in one language, in place of an older one. Raises `BroadcastError`.

    A new source text makes every other language's stale: what was read was read beside the old one.
    """
    broadcast = in_draft(session, broadcast_id)
    tag = languages.language(language).tag
    if not text.strip():
        raise BroadcastError(
            f"The text in {languages.language(tag).english} is empty: type it or leave it out."
        )
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    if ask and choices and len(choices) != ask.choices_needed:
        raise BroadcastError(
            f"The text in {languages.language(tag).english} has {len(choices)} choices, "
            f"the question has {ask.choices_needed}: give one for each, in the same order."
        )
    keep_text(
        session, broadcast, tag, text, choices=choices, asked=asked, provenance=provenance, state=state,
        now=now,
    )  # fmt: skip


def keep_text(
    session: Session,
    broadcast: Broadcast,
    tag: str,
    text: str,
    *,
    choices: Sequence[str] = (),
    asked: str | None = None,
    provenance: str,
    state: TranslationState,
    now: datetime,
    read_by: int | None = None,
) -> None:
    """`translate` for what has been checked."""
    assert broadcast.id is not None
    found = text_of(session, broadcast.id, tag)
    kept = found or Translation(broadcast_id=broadcast.id, language=tag, text="", provenance="", made_at=now)
    words = segments.normalise(text.strip())
    new = (words, list(choices) or None)
    if tag == broadcast.source_language and found is not None and new != (found.text, found.choices):
        _make_stale(session, broadcast)
    kept.text, kept.choices = new
    kept.asked, kept.provenance, kept.state, kept.made_at = asked, provenance, state, now
    kept.read_by, kept.read_at = read_by, None if read_by is None else now
    session.add(kept)
    session.flush()


def _make_stale(session: Session, broadcast: Broadcast) -> None:
    """Texts from a notice follow its blanks by themselves; all others must be read again."""
    session.execute(
        sa.update(Translation)
        .where(
            col(Translation.broadcast_id) == broadcast.id,
            col(Translation.language) != broadcast.source_language,
            col(Translation.provenance).not_like("notice:%"),
        )
        .values(state=TranslationState.STALE, read_by=None, read_at=None)
    )


def text_of(session: Session, broadcast_id: int, tag: str) -> Translation | None:
    """Return a broadcast's text in one language as it is kept, or None."""
    return session.exec(
        select(Translation)
        .where(col(Translation.broadcast_id) == broadcast_id, col(Translation.language) == tag)
        .execution_options(populate_existing=True)
    ).first()


def accept_drafts(
    session: Session,
    broadcast_id: int,
    tags: Sequence[str],
    *,
    read_by: int | None = None,
    now: datetime | None = None,
) -> None:
    """Somebody who reads these languages has read the drafts and lets them go out."""
    in_draft(session, broadcast_id)
    for tag in tags:
        found = text_of(session, broadcast_id, tag)
        if found is None or not found.text:
            raise BroadcastError(f"Broadcast {broadcast_id} has no text in “{tag}” that could be accepted.")
        found.state, found.read_by, found.read_at = TranslationState.REVIEWED, read_by, now
        session.add(found)


def in_draft(session: Session, broadcast_id: int) -> Broadcast:
    """Return a broadcast that may still be changed. Raises `BroadcastError`."""
    broadcast = known(session, broadcast_id)
    if broadcast.state != BroadcastState.DRAFT:
        raise BroadcastError(
            f"Broadcast {broadcast_id} is {broadcast.state} and its texts are frozen: "
            "recall it, or write a new one."
        )
    return broadcast


def known(session: Session, broadcast_id: int) -> Broadcast:
    """Return a broadcast as it is kept now. Raises `BroadcastError`."""
    broadcast = session.get(Broadcast, broadcast_id, populate_existing=True)
    if broadcast is None:
        raise BroadcastError(f"There is no broadcast {broadcast_id}: “homeloop broadcasts” lists them.")
    return broadcast
