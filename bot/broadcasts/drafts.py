"""Drafts: what the house rules have against one, and its texts in every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as by_default
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import languages
from bot.channels import segments
from bot.conversation import times
from bot.conversation.ask import Ask, Worded
from bot.conversation.talk import END, Kind
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
    worth: str | None = None  #: see `Broadcast.worth`
    routes: str | None = None  #: see `Broadcast.routes`
    remind_after: int | None = None  #: days; see `Broadcast.remind_after`
    more: tuple[str, ...] = ()  #: the texts of the questions after the first, of an inquiry of several


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
    question: int = 1  #: which of an inquiry's questions it is about

    def __str__(self) -> str:
        said = self.sentence % {name: _in_english(value) for name, value in self.values.items()}
        return said if self.question == 1 else f"Question {self.question}: {said}"


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
        worth=written.worth,
        routes=written.routes,
        remind_after=written.remind_after,
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
        more=_source_of(written),
        provenance=written.provenance,
        state=TranslationState.REVIEWED,
        now=now,
    )
    return broadcast.id


def _source_of(written: Draft) -> list[Worded]:
    later = written.ask.more if written.ask else ()
    return [Worded(text, one.choices) for text, one in zip(written.more, later, strict=True)]


def objections(written: Draft) -> list[str]:
    """Say in sentences what the house rules have against a draft (rules 1, 3, 4, 22)."""
    return [str(one) for one in against(written.text, written.purpose, written.ask, written.more)]


def against(text: str, purpose: str, ask: Ask | None, more: Sequence[str] = ()) -> list[Objection]:
    """Say at which field the house rules have what against a text and its question.

    `more` are the texts of the questions after the first, in the same language.
    """
    if ask is None or not ask.more:
        return [*_against_one(text, purpose, ask), *(_against_skips(ask.series, 1) if ask else ())]
    said = (
        [] if len(ask.series) <= MOST_QUESTIONS else [Objection("more", _TOO_MANY, {"most": MOST_QUESTIONS})]
    )
    texts = [text, *more, *[""] * (len(ask.more) - len(more))]
    for number, (words, one) in enumerate(zip(texts, ask.series, strict=False), 1):
        found = [*_against_one(words, purpose if number == 1 else "school", one)]
        said += [replace(each, question=number) for each in (*found, *_against_skips(ask.series, number))]
    return said


#: as many questions as a menu has lines; more belong on paper
MOST_QUESTIONS: Final = 6
_TOO_MANY: Final = N_(
    "Ask at most %(most)s questions in one inquiry: families answer them one after the other."
)


def _against_skips(series: Sequence[Ask], number: int) -> list[Objection]:
    """Skips lead forward, and only after an answer that can be given."""
    ask = series[number - 1]
    said = []
    for value, to in ask.skips:
        if value not in ask.values:
            sentence = N_(
                "A skip needs an answer that can be chosen; “%(value)s” is none of this question's."
            )
            said.append(Objection("skips", sentence, {"value": value}))
        elif to != END and not number < to <= len(series):
            sentence = N_(
                "A skip leads to a later question or the end: question %(to)s does not come after this one."
            )
            said.append(Objection("skips", sentence, {"to": to}))
    return said


def _against_one(text: str, purpose: str, ask: Ask | None) -> list[Objection]:
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
    if ask.kind not in set(Kind):
        said.append(Objection("ask", N_("Choose how families answer."), missing=True))
    if ask.kind in {"one_of", "several_of"} and not 2 <= len(ask.choices) <= (5 if ask.other else 6):
        sentence = (
            N_("Give 2 to 5 choices: the menu ends with “something else” and has no more than 6 lines.")
            if ask.other
            else N_("Give 2 to 6 choices: a menu has no more than 6 lines.")
        )
        said.append(Objection("choices", sentence))
    if ask.low is None or ask.high is None or ask.low < ask.high:
        return said
    if ask.kind == Kind.TIME:
        sentence = N_("The earliest time (%(low)s) must be before the latest (%(high)s).")
        values = {"low": times.in_figures(ask.low), "high": times.in_figures(ask.high)}
        said.append(Objection("window", sentence, values))
    else:
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
    more: Sequence[Worded] = (),
    provenance: str,
    state: TranslationState,
    now: datetime,
) -> None:
    """Keep a broadcast's text in one language, in place of an older one. Raises `BroadcastError`.

    `more` words the questions after the first; without them a text of several questions is not complete.

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
    _check_more(ask, more, languages.language(tag).english)
    keep_text(
        session, broadcast, tag, text, choices=choices, asked=asked, more=more, provenance=provenance,
        state=state, now=now,
    )  # fmt: skip


def _check_more(ask: Ask | None, more: Sequence[Worded], language: str) -> None:
    later = ask.more if ask else ()
    if more and len(more) != len(later):
        raise BroadcastError(
            f"The text in {language} words {len(more) + 1} questions, the inquiry has {len(later) + 1}: "
            "give each of them, in the same order."
        )
    for number, (words, one) in enumerate(zip(more, later, strict=False), 2):
        if words.choices and len(words.choices) != one.choices_needed:
            raise BroadcastError(
                f"Question {number} in {language} has {len(words.choices)} choices, it needs "
                f"{one.choices_needed}: give one for each, in the same order."
            )


def keep_text(
    session: Session,
    broadcast: Broadcast,
    tag: str,
    text: str,
    *,
    choices: Sequence[str] = (),
    asked: str | None = None,
    more: Sequence[Worded] = (),
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
    later = [replace(one, text=segments.normalise(one.text.strip())).to_json() for one in more]
    new = (words, list(choices) or None, later or None)
    old = (found.text, found.choices, found.more) if found is not None else None
    if tag == broadcast.source_language and old is not None and new != old:
        _make_stale(session, broadcast)
    kept.text, kept.choices, kept.more = new
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


def more_of(row: Translation | None) -> tuple[Worded, ...]:
    """Return the words of the questions after the first in one language."""
    return tuple(Worded.from_json(one) for one in (row.more if row else None) or ())


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
