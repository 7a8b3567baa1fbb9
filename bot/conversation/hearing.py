"""What an event means in the state a conversation is in: the left side of the transition table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zlib import crc32

from bot.conversation import answers, intent, likely, recorded
from bot.conversation.answers import Judgement
from bot.conversation.events import (
    Asked,
    Blocked,
    Event,
    Facts,
    HandedBack,
    LeftToPerson,
    Linked,
    NoReadBack,
    Pressed,
    ProviderStopped,
    ReadBackWritten,
    Said,
    StaffTookOver,
    Unblocked,
    Woke,
)
from bot.conversation.heard import Heard, Hearing
from bot.conversation.letters import plain
from bot.conversation.talk import (
    ForWhom,
    Kind,
    Now,
    Offer,
    Open,
    Pace,
    Question,
    ReadBack,
    State,
    Talk,
    Telling,
    Which,
    patience_ends,
)

#: a digit so soon after a newer text may belong to the one before it (rule 3)
TOO_SOON = timedelta(minutes=2)
#: the next question of an inquiry comes as the answer to her own text; this soon she cannot have read it
TOO_QUICK = timedelta(seconds=5)
#: within this time more texts than that, or the same one more often, come from another machine
STRETCH, MOST_TEXTS, MOST_SAME = timedelta(minutes=5), 20, 5
#: texts that come in one go belong together
BURST = timedelta(minutes=15)


_PLAIN_EVENTS: dict[type[object], Heard] = {
    Asked: Heard.ASKED,
    ReadBackWritten: Heard.WRITTEN,
    NoReadBack: Heard.NOT_WRITTEN,
    LeftToPerson: Heard.LEFT_TO_PERSON,
    StaffTookOver: Heard.TOOK_OVER,
    HandedBack: Heard.HANDED_BACK,
    Linked: Heard.LINKED,
    Blocked: Heard.BLOCKED,
    Unblocked: Heard.UNBLOCKED,
    ProviderStopped: Heard.PROVIDER_STOPPED,
}

#: what is answered to a text that is only like others (`likely.py`)
_ALIKE: dict[str, Heard] = {
    "danger": Heard.DANGER,
    "optout": Heard.STOP,
    "wrong_number": Heard.WRONG_NUMBER,
    "language": Heard.PERSON,
    "person": Heard.PERSON,
    "who": Heard.WHO,
    "unclear_text": Heard.UNCLEAR,
    "help": Heard.HELP,
}


def hear(talk: Talk, event: Event, facts: Facts) -> Hearing:
    """Say what an event means here. Danger is looked for first, then STOP (rules 16 and 19)."""
    match event:
        case Said():
            found = _first(talk, event, facts) or _in_state(talk, event, facts)
            return found if isinstance(found, Hearing) else Hearing(found)
        case Pressed():
            return _pressed(talk, event)
        case Woke(at=at):
            return Hearing(_due(talk, at))
        case _:
            return Hearing(_PLAIN_EVENTS[type(event)])


def _first(talk: Talk, event: Said, facts: Facts) -> Heard | None:
    theirs = [facts.lexicon, *(intent.lexicon(tag) for tag in talk.spoke if tag != facts.lexicon.tag)]
    if any(intent.is_danger(event.text, words) for words in theirs):
        stops = any(intent.has_stop_clause(event.text, words) for words in theirs)
        return Heard.DANGER_AND_STOP if stops else Heard.DANGER
    return Heard.STOP if any(intent.is_stop(event.text, words) for words in theirs) else None


def paced(talk: Talk, event: Said) -> Talk:
    """Count a text of theirs, and how often the same one has come."""
    pace, mark = talk.pace, crc32(plain(event.text).encode())
    if pace.since is None or event.at - pace.since > STRETCH:
        return replace(talk, pace=Pace(event.at, 1, 1, mark))
    same = pace.same + 1 if mark == pace.mark else 1
    return replace(talk, pace=Pace(pace.since, pace.texts + 1, same, mark))


def is_loop(talk: Talk) -> bool:
    """Say whether so many texts come, or so often the same one, that a machine must be writing."""
    return talk.pace.texts > MOST_TEXTS or talk.pace.same > MOST_SAME


def _in_state(talk: Talk, event: Said, facts: Facts) -> Heard | Hearing:
    words, text = facts.lexicon, event.text
    if intent.is_start(text, words) or event.meant == "START":
        return Heard.START
    if intent.is_help(text, words) or event.meant == "HELP":
        return Heard.HELP
    if event.answered:
        return Heard.PROVIDER_STOPPED  # it answers only STOP, START and HELP: a word that the school has set
    if is_loop(talk):
        return Heard.LOOP
    if talk.stopped is not None:
        return _after_stop(talk, event, facts)
    if intent.is_wrong_number(text, words):
        return Heard.WRONG_NUMBER
    if talk.with_staff:
        return _chatter_or_message(event, facts)
    if event.media:
        return Heard.MEDIA
    if intent.asks_who(text, words):
        return Heard.WHO
    return _of_what_is_open(talk, event, facts)


def _after_stop(talk: Talk, event: Said, facts: Facts) -> Heard:
    offer = talk.stopped.offer_until if talk.stopped else None
    if offer is not None and event.at <= offer and plain(event.text) == "1":
        return Heard.CLOSINGS
    return _chatter_or_message(event, facts)


def _chatter_or_message(event: Said, facts: Facts) -> Heard:
    silent = not event.media and intent.is_chatter(event.text, facts.lexicon)
    return Heard.CHATTER if silent else Heard.OWN_MESSAGE


def _of_what_is_open(talk: Talk, event: Said, facts: Facts) -> Heard | Hearing:
    if isinstance(talk.now, Open | ReadBack) and _ambiguous(talk.now, talk.earlier, event, facts):
        return Heard.AMBIGUOUS
    match talk.now:
        case Open() as now:
            return _to_question(now, event, facts)
        case ReadBack() as now:
            return _to_read_back(now, event, facts)
        case Telling():
            return _own_words(event, facts)
        case ForWhom(open=about):
            number = answers.pick(event.text, about.question.grades, facts.lexicon)
            return Hearing(Heard.CHILD, number=number) if number else _no_pick(event, facts)
        case Which() as which:
            number = answers.pick(event.text, topics(which), facts.lexicon)
            return Hearing(Heard.PICKED, number=number) if number else _no_pick(event, facts)
    return _with_nothing_open(talk, event, facts)


def topics(which: Which) -> tuple[str, str]:
    """Return what the two texts are about, in the family's language."""
    return topic(which.first), topic(which.second)


def topic(offer: Offer) -> str:
    """Return what a question or a read-back is about."""
    return _question_of(offer).topic


def _ambiguous(now: Offer, earlier: Offer | None, event: Said, facts: Facts) -> bool:
    """Rule 3: only short answers, and only if the one before could be meant as well."""
    if earlier is None or not _fits(earlier, event, facts):
        return False
    sent = now.asked_at if isinstance(now, Open) else now.sent_at
    certain = now.certain if isinstance(now, Open) else True
    soon = TOO_QUICK if _follows(now, earlier) else TOO_SOON
    return event.at - sent < soon or not certain or not _takes(now, event, facts)


def _follows(now: Offer, earlier: Offer) -> bool:
    """Say whether both are of one inquiry of several questions."""
    here, before = _question_of(now), _question_of(earlier)
    return bool(here.series) and here.broadcast_id == before.broadcast_id


def _question_of(offer: Offer) -> Question:
    return offer.question if isinstance(offer, Open) else offer.own.question


def day_of(at: datetime, facts: Facts) -> date:
    """Return the day on the school's clock."""
    return at.astimezone(facts.promised.tzinfo).date()


def _fits(offer: Offer, event: Said, facts: Facts) -> bool:
    text, day = event.text, day_of(event.at, facts)
    if isinstance(offer, ReadBack):
        return answers.judge(text, facts.lexicon) in {Judgement.YES, Judgement.NO}
    if offer.question.kind is Kind.OWN_WORDS:
        return answers.is_bare_number(text)
    found = answers.answer(text, offer.question, facts.lexicon, day)
    return found is not None and found.sure and found.value != offer.value


def _takes(offer: Offer, event: Said, facts: Facts) -> bool:
    if isinstance(offer, Open) and not offer.question.menu:
        return True
    menu_digit = plain(event.text) in {"0", "9"}
    return menu_digit or _fits(offer, event, facts) or isinstance(offer, ReadBack)


def _to_question(now: Open, event: Said, facts: Facts) -> Heard | Hearing:
    question, words = now.question, facts.lexicon
    if question.kind is Kind.OWN_WORDS:
        return _own_words(event, facts)
    if question.menu and (called := _for_a_person(event.text)):
        return called
    found = answers.answer(event.text, question, words, day_of(event.at, facts))
    if found is not None and found.sure:
        return Hearing(Heard.ANSWER, answer=found)
    other = _beside(event.text, facts)
    if other is not None:
        return other
    if found is not None:
        return Hearing(Heard.ODD_ANSWER, answer=found)
    if now.value is not None:
        return Heard.OWN_MESSAGE
    return Heard.NOT_UNDERSTOOD_AGAIN if now.misread else Heard.NOT_UNDERSTOOD


def _to_read_back(now: ReadBack, event: Said, facts: Facts) -> Heard | Hearing:
    words, text = facts.lexicon, event.text
    if called := _for_a_person(text):
        return called
    match answers.judge(text, words):
        case Judgement.YES:
            return Heard.YES
        case Judgement.NO:
            return Heard.NO
        case Judgement.UNSURE:
            return Heard.NOT_UNDERSTOOD_AGAIN if now.asked_again else Heard.NOT_UNDERSTOOD
        case Judgement.YES_AND_MORE:
            return Heard.YES_AND_MORE
    if now.own.about is not None:
        found = answers.answer(text, now.own.question, words, day_of(event.at, facts))
        if found is not None and found.sure:
            return Hearing(Heard.ANSWER, answer=found)
    other = _beside(text, facts, own_words=True)
    if other is not None:
        return other
    return Heard.DELICATE if intent.is_delicate(text, words) else Heard.CORRECTION


def _own_words(event: Said, facts: Facts) -> Heard | Hearing:
    """A bare number is the answer here, and 0 and 9 mean nothing else (rule 2)."""
    other = _beside(event.text, facts, own_words=True)
    if other is not None:
        return other
    speakable = facts.lexicon.tag in facts.speakable
    delicate = intent.is_delicate(event.text, facts.lexicon)
    return Heard.OWN_WORDS if speakable and not delicate else Heard.DELICATE


def _no_pick(event: Said, facts: Facts) -> Heard | Hearing:
    return _for_a_person(event.text) or _beside(event.text, facts) or Heard.NOT_UNDERSTOOD


def _with_nothing_open(talk: Talk, event: Said, facts: Facts) -> Heard | Hearing:
    if any(intent.is_chatter(event.text, intent.lexicon(tag)) for tag in talk.spoke):
        return Heard.CHATTER
    found = _for_a_person(event.text) or _beside(event.text, facts, asked=False)
    if found is not None:
        return found
    if talk.waiting and event.at - talk.waiting[-1].said_at <= BURST:
        delicate = intent.is_delicate(event.text, facts.lexicon)
        return Heard.DELICATE if delicate else Heard.MORE_WORDS
    return Heard.OWN_MESSAGE


def _for_a_person(text: str) -> Heard | None:
    """The two digits that mean the same in every menu and with nothing open (rule 1)."""
    return {"0": Heard.PERSON, "9": Heard.UNCLEAR}.get(plain(text))


def _beside(
    text: str, facts: Facts, *, own_words: bool = False, asked: bool = True
) -> Heard | Hearing | None:
    """Recognise what is no answer, whatever was `asked`; where own words are, only by whole messages."""
    words = facts.lexicon
    if intent.is_unclear(text, words, sentences=not own_words):
        return Heard.UNCLEAR
    if intent.wants_person(text, words, sentences=not own_words):
        return Heard.PERSON
    if not own_words and intent.lacks_language(text, words):
        return Heard.PERSON
    tag = None if own_words else intent.language_named(text, words)
    if tag is not None:
        return Hearing(Heard.LANGUAGE, tag=tag)
    if intent.is_chatter(text, words):
        return Heard.CHATTER
    if (alike := likely.intent_of(text, words, over_question=asked)) is not None:
        return _ALIKE[alike]
    return Heard.OWN_MESSAGE if intent.has_question_mark(text) else None


def _pressed(talk: Talk, event: Pressed) -> Hearing:
    press, now = event.press, talk.now
    if talk.stopped is not None or talk.with_staff:
        return Hearing(Heard.OWN_MESSAGE)
    if press.about != "q":
        return Hearing(_judged_by_button(now, event))
    if isinstance(now, Open) and now.question.key == press.key:
        found = recorded.choice(now.question, press.choice)
        return Hearing(Heard.ANSWER, answer=found) if found else Hearing(Heard.DEAD_PRESS)
    question = pressed_question(talk, event)
    found = recorded.choice(question, press.choice) if question else None
    return Hearing(Heard.LATE_PRESS, answer=found) if found else Hearing(Heard.DEAD_PRESS)


def pressed_question(talk: Talk, event: Pressed) -> Question | None:
    """Return the question whose button was pressed, if it is not the one that is open."""
    earlier = talk.earlier
    if isinstance(earlier, Open) and earlier.question.key == event.press.key:
        return earlier.question
    busy = isinstance(talk.now, ForWhom | Which)
    return None if busy else event.question


def _judged_by_button(now: Now | None, event: Pressed) -> Heard:
    if not isinstance(now, ReadBack):
        return Heard.DEAD_PRESS
    if now.own.question.key != event.press.key or event.press.about != f"r{now.own.round}":
        return Heard.DEAD_PRESS
    return {1: Heard.YES, 2: Heard.NO}.get(event.press.choice, Heard.DEAD_PRESS)


def _due(talk: Talk, at: datetime) -> Heard:
    if talk.state is State.OFFERED and talk.stopped and talk.stopped.offer_until:
        return Heard.OFFER_OVER if at >= talk.stopped.offer_until else Heard.NOTHING_DUE
    if talk.stopped is None and any(is_over(each, at) for each in (talk.now, talk.earlier, talk.aside)):
        return Heard.PATIENCE_OVER
    return Heard.NOTHING_DUE


def is_over(thing: Now | None, at: datetime) -> bool:
    """Say whether we have waited long enough for this."""
    ends = patience_ends(thing)
    return ends is not None and at >= ends
