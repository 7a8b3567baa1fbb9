"""How the moves put a text or a record together, and how many texts a question may cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from bot import languages
from bot.conversation.events import (
    NEXT_QUESTION,
    CallStaff,
    Effect,
    Facts,
    Key,
    Record,
    Said,
    Say,
    button_data,
)
from bot.conversation.hearing import BURST
from bot.conversation.talk import (
    ForWhom,
    Kind,
    Now,
    Open,
    OwnWords,
    Question,
    ReadBack,
    Talk,
    Telling,
    Which,
)
from bot.messages import ReplyState

Step: TypeAlias = tuple[Talk, list[Effect]]

#: texts of ours about one question, the asking not counted (rule 13); the last one asks nothing
TEXTS = 4
DAY = timedelta(hours=24)


def say(talk: Talk, facts: Facts, key: str, **values: str | date | datetime | time) -> Say:
    """Choose the phrase and the language; fill in what every phrase may need."""
    known: dict[str, str | date | datetime | time] = {
        "school": facts.school,
        "phone": facts.phone,
        "reader": facts.reader,
        "when": facts.promised,
    }
    needed = {"question"} if key == NEXT_QUESTION else languages.placeholders(key)
    filled = {name: value for name, value in {**known, **values}.items() if name in needed}
    language = talk.language if talk.language in facts.speakable else languages.SOURCE
    return Say(key, language, filled)


def in_both(said: Say) -> Say:
    """Say it in the home language and in English, once (rule 18)."""
    return replace(said, also_english=said.language != languages.SOURCE)


def may_ask(texts: int) -> bool:
    """Say whether one more text that wants an answer is allowed."""
    return texts < TEXTS - 1


def may_tell(texts: int) -> bool:
    """Say whether one more text that wants nothing is allowed."""
    return texts < TEXTS


def menu(choices: tuple[str, ...]) -> str:
    """Write each choice on a line that begins with its digit (rule 21)."""
    return "\n".join(f"{number} {choice}" for number, choice in enumerate(choices, 1))


def choice_keys(question: Question) -> tuple[Key, ...]:
    """Return a question's choices as buttons, or the marks of a scale."""
    if question.kind is Kind.SCALE:
        low, high = question.marks
        labels = [(n, str(n)) for n in range(low, high + 1)]
    else:
        labels = list(enumerate(question.choices, 1))
    return tuple(Key(label, button_data(*_key(question, n))) for n, label in labels)


def _key(question: Question, choice: int, about: str = "q") -> tuple[int, int, str, int]:
    return question.broadcast_id, choice, about, question.number


def judgement_keys(own: OwnWords, facts: Facts) -> tuple[Key, ...]:
    """Return yes and no as buttons under one round of a read-back."""
    about, labels = f"r{own.round}", (facts.yes, facts.no)
    return tuple(Key(label, button_data(*_key(own.question, n, about))) for n, label in enumerate(labels, 1))


def record_answer(about: Open, state: ReplyState, at: datetime) -> Record:
    """Record a question's answer as it stands."""
    question = about.question
    late = question.closes_at is not None and at > question.closes_at
    return Record(
        about.reply or "",
        question.broadcast_id,
        question.kind,
        about.words,
        state,
        about.value,
        about.home,
        about.staff,
        late=late,
        question=question.number,
    )


def record_words(own: OwnWords, state: ReplyState) -> Record:
    """Record somebody's own words and what we understood of them."""
    question = own.question
    value = own.about.value if own.about else None
    late = question.closes_at is not None and own.said_at > question.closes_at
    return Record(
        own.reply,
        question.broadcast_id,
        question.kind,
        own.words,
        state,
        value,
        own.home,
        own.staff,
        own.by,
        late,
        question.number,
    )


def let_go(thing: Now | None, at: datetime) -> list[Effect]:
    """Close what nobody will answer any more: recorded, never dropped, nothing said."""
    match thing:
        case Open(value=None, misread_at=datetime()):
            return [record_answer(thing, ReplyState.UNCONFIRMED, at)]
        case ReadBack(own=own):
            return [record_words(own, ReplyState.UNCONFIRMED)]
        case Telling(own=own):
            called = CallStaff("not told again", promise=False, reply=own.reply)
            return [record_words(own, ReplyState.WITH_STAFF), called]
        case ForWhom(open=about):
            return [record_answer(about, ReplyState.UNCONFIRMED, at)]
        case Which(words=words, key=key, first=first, second=second):
            kept = Record(key, None, "own_question", words, ReplyState.UNCONFIRMED)
            return [kept, *let_go(first, at), *let_go(second, at)]
    return []


def own_message_record(said: Said) -> Record:
    """Keep a message of their own, which a person deals with."""
    return Record(said.key, None, "own_question", said.text, ReplyState.WITH_STAFF)


def is_future(day: date | None, at: datetime, facts: Facts) -> bool:
    """Say whether a promised day still lies ahead; what has passed is not promised (rule 15)."""
    return day is not None and day >= at.astimezone(facts.promised.tzinfo).date()


def hand_over(
    talk: Talk, facts: Facts, at: datetime, why: str, *, restricted: bool = False, reply: str | None = None
) -> tuple[Talk, list[Effect]]:
    """Give it to a person and promise an hour.

    The text is the same whatever was said (rule 19). Within one burst the promise is not repeated,
    except for danger, which is always answered.
    """
    recent = talk.handed_over_at is not None and at - talk.handed_over_at < BURST
    if recent and not restricted:
        return talk, [CallStaff(why, promise=False, reply=reply)]
    key = "handover_night" if facts.night else "handover"
    called = CallStaff(why, promise=True, restricted=restricted, reply=reply)
    return replace(talk, handed_over_at=at), [called, say(talk, facts, key)]
