"""The transition table of a conversation with one family, and the step through it.

Theory of operation. `step(talk, event, facts)` asks three questions. *Where are we?* `Talk.state`,
derived from what is open. *What was heard?* `hearing.hear`, which looks for danger first, then STOP,
then what passes in every state, then what could answer the thing that is open. *What is done?* The row
of `TABLE` for both, or, where a state has no row of its own, the row of `ANYWHERE`. A move is a pure
function; it returns the new talk and effects, which the caller carries out in the same transaction that
stores the talk. After a move the table may take one step more by itself: a read-back that waited for a
free moment is said (ROOM), or what was open before is open again (BACK). docs/conversation.md is drawn
from these tables (`document`), and a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, cast

from bot.conversation import closed_answers as closed
from bot.conversation import own_words, people, reading_back, stopping, survey, which
from bot.conversation.events import CallStaff, Effect, Event, Facts, Said, Say
from bot.conversation.heard import Heard, Hearing
from bot.conversation.hearing import hear, paced
from bot.conversation.talk import Open, State, Talk, Which
from bot.conversation.wording import Step, let_go

Act: TypeAlias = Callable[[Talk, Hearing, Event, Facts], Step]
Passage: TypeAlias = tuple[State, Heard, State]


@dataclass(frozen=True, slots=True)
class Move:
    """One row: what is done, and the states it may lead to; none means that the state stays."""

    act: Act
    to: tuple[State, ...] = ()


S, H = State, Heard
#: nothing is open any more
REST = (S.QUIET, S.WAITING)
#: wherever the texts that are put aside lead
OPEN = (
    S.QUIET, S.WAITING, S.ASKED, S.ANSWERED, S.FOR_WHOM, S.WHICH, S.READ_BACK, S.READ_BACK_AGAIN, S.TELLING,
)  # fmt: skip


def take_picked(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> Step:
    """Give the words to the text they were meant for; the other one stays as it was."""
    asked = cast("Which", talk.now)
    chosen, other = (asked.first, asked.second) if hearing.number == 1 else (asked.second, asked.first)
    said = Said(asked.words, event.at, asked.key)
    if hearing.number == 1 and survey.is_sequel(other, chosen):
        return _once(replace(talk, now=chosen, aside=other), said, facts)[:2]
    aside, effects, _ = _once(replace(talk, now=chosen), said, facts)
    if hearing.number == 2:
        return aside, [*effects, *let_go(other, event.at)]
    return replace(aside, aside=other), effects


#: rows for every state that has none of its own
ANYWHERE: Mapping[Heard, Move] = {
    H.DANGER: Move(people.danger),
    H.DANGER_AND_STOP: Move(stopping.stop_in_danger, (S.OFFERED,)),
    H.STOP: Move(stopping.stop, (S.OFFERED,)),
    H.PROVIDER_STOPPED: Move(stopping.provider_stopped, (S.OFFERED,)),
    H.START: Move(stopping.start),
    H.HELP: Move(stopping.help_them),
    H.WRONG_NUMBER: Move(stopping.wrong_number, (S.STOPPED,)),
    H.BLOCKED: Move(stopping.blocked, (S.STOPPED,)),
    H.UNBLOCKED: Move(stopping.unblocked),
    H.LINKED: Move(stopping.linked),
    H.WHO: Move(people.who_are_we),
    H.PERSON: Move(people.call_person),
    H.UNCLEAR: Move(people.unclear),
    H.LANGUAGE: Move(people.change_language),
    H.CHATTER: Move(people.nothing),
    H.MEDIA: Move(people.media),
    H.LOOP: Move(people.loop),
    H.OWN_MESSAGE: Move(people.own_message),
    H.ASKED: Move(closed.asked, (S.ASKED,)),
    H.LATE_PRESS: Move(closed.late_press),
    H.DEAD_PRESS: Move(people.nothing),
    H.WRITTEN: Move(reading_back.read_back_written),
    H.NOT_WRITTEN: Move(reading_back.no_read_back),
    H.LEFT_TO_PERSON: Move(reading_back.left_to_person),
    H.PATIENCE_OVER: Move(people.time_over),
    H.NOTHING_DUE: Move(people.nothing),
    H.TOOK_OVER: Move(people.took_over, (S.WITH_STAFF,)),
    H.HANDED_BACK: Move(people.nothing),
}

TABLE: Mapping[tuple[State, Heard], Move] = {
    (S.ASKED, H.ANSWER): Move(closed.take_answer, (S.ANSWERED, S.ASKED, S.FOR_WHOM)),
    (S.ASKED, H.ODD_ANSWER): Move(reading_back.odd_answer, (S.READ_BACK, S.ASKED)),
    (S.ASKED, H.NOT_UNDERSTOOD): Move(closed.misread, (S.ASKED,)),
    (S.ASKED, H.NOT_UNDERSTOOD_AGAIN): Move(closed.misread_again, (S.ASKED,)),
    (S.ASKED, H.OWN_WORDS): Move(own_words.take_words, (S.WAITING,)),
    (S.ASKED, H.DELICATE): Move(own_words.delicate_words, (*REST, S.ASKED)),
    (S.ASKED, H.LATE_PRESS): Move(closed.late_press, (S.ASKED, S.ANSWERED)),
    (S.ASKED, H.MEDIA): Move(own_words.media_instead, (S.ASKED, *REST)),
    (S.ASKED, H.AMBIGUOUS): Move(which.ask_which, (S.WHICH,)),
    (S.ASKED, H.ROOM): Move(reading_back.read_next, (S.READ_BACK, S.READ_BACK_AGAIN, S.ASKED)),
    (S.ANSWERED, H.ANSWER): Move(closed.take_answer, (S.ANSWERED, S.ASKED, S.FOR_WHOM)),
    (S.ANSWERED, H.LATE_PRESS): Move(closed.late_press, (S.ANSWERED, S.ASKED)),
    (S.ANSWERED, H.ODD_ANSWER): Move(reading_back.odd_answer, (S.READ_BACK, S.ANSWERED)),
    (S.ANSWERED, H.ASKED): Move(closed.asked, (S.ASKED, S.ANSWERED)),
    (S.ANSWERED, H.ROOM): Move(reading_back.read_next, (S.READ_BACK, S.READ_BACK_AGAIN, S.ANSWERED, S.ASKED)),
    (S.FOR_WHOM, H.CHILD): Move(closed.take_child, (S.ANSWERED, S.ASKED)),
    (S.FOR_WHOM, H.NOT_UNDERSTOOD): Move(closed.child_unclear, (S.ANSWERED,)),
    (S.FOR_WHOM, H.PATIENCE_OVER): Move(people.time_over, REST),
    (S.WHICH, H.PICKED): Move(take_picked, OPEN),
    (S.WHICH, H.NOT_UNDERSTOOD): Move(which.which_unclear, (S.ASKED, S.READ_BACK, S.READ_BACK_AGAIN)),
    (S.WHICH, H.PATIENCE_OVER): Move(people.time_over, REST),
    (S.WAITING, H.MORE_WORDS): Move(own_words.more_words, (S.WAITING,)),
    (S.WAITING, H.DELICATE): Move(own_words.delicate_words, REST),
    (S.WAITING, H.NOT_WRITTEN): Move(reading_back.no_read_back, REST),
    (S.WAITING, H.ROOM): Move(reading_back.read_next, (S.READ_BACK, S.READ_BACK_AGAIN, S.ASKED, *REST)),
    (S.WAITING, H.LATE_PRESS): Move(closed.late_press, (S.WAITING, S.ASKED)),
    (S.WAITING, H.BACK): Move(which.back, (S.ASKED, S.READ_BACK, S.READ_BACK_AGAIN)),
    (S.QUIET, H.BACK): Move(which.back, (S.ASKED,)),
    (S.QUIET, H.LATE_PRESS): Move(closed.late_press, (S.QUIET, S.ASKED)),
    (S.ANSWERED, H.BACK): Move(which.back, (S.ASKED, S.READ_BACK, S.READ_BACK_AGAIN)),
    (S.READ_BACK, H.YES): Move(reading_back.agree, (*REST, S.ANSWERED, S.ASKED, S.FOR_WHOM)),
    (S.READ_BACK, H.YES_AND_MORE): Move(reading_back.agree_and_add, (*REST, S.ANSWERED, S.ASKED, S.FOR_WHOM)),
    (S.READ_BACK, H.NO): Move(reading_back.disagree, (S.TELLING, S.ASKED, *REST)),
    (S.READ_BACK, H.CORRECTION): Move(reading_back.correct, (S.WAITING, S.ASKED)),
    (S.READ_BACK, H.ANSWER): Move(closed.take_answer, (S.ANSWERED, S.ASKED, S.FOR_WHOM)),
    (S.READ_BACK, H.DELICATE): Move(own_words.delicate_words, REST),
    (S.READ_BACK, H.NOT_UNDERSTOOD): Move(reading_back.unsure_judgement, (S.READ_BACK, *REST)),
    (S.READ_BACK, H.NOT_UNDERSTOOD_AGAIN): Move(reading_back.unsure_again, REST),
    (S.READ_BACK, H.AMBIGUOUS): Move(which.ask_which, (S.WHICH,)),
    (S.READ_BACK, H.PATIENCE_OVER): Move(people.time_over, REST),
    (S.READ_BACK_AGAIN, H.YES): Move(reading_back.agree, (*REST, S.ASKED)),
    (S.READ_BACK_AGAIN, H.YES_AND_MORE): Move(reading_back.agree_and_add, (*REST, S.ASKED)),
    (S.READ_BACK_AGAIN, H.NO): Move(reading_back.disagree_again, REST),
    (S.READ_BACK_AGAIN, H.CORRECTION): Move(reading_back.disagree_again, REST),
    (S.READ_BACK_AGAIN, H.DELICATE): Move(own_words.delicate_words, REST),
    (S.READ_BACK_AGAIN, H.NOT_UNDERSTOOD): Move(reading_back.unsure_judgement, (S.READ_BACK_AGAIN, *REST)),
    (S.READ_BACK_AGAIN, H.NOT_UNDERSTOOD_AGAIN): Move(reading_back.unsure_again, REST),
    (S.READ_BACK_AGAIN, H.AMBIGUOUS): Move(which.ask_which, (S.WHICH,)),
    (S.READ_BACK_AGAIN, H.PATIENCE_OVER): Move(people.time_over, REST),
    (S.TELLING, H.OWN_WORDS): Move(reading_back.correct, (S.WAITING,)),
    (S.TELLING, H.DELICATE): Move(own_words.delicate_words, (*REST, S.ASKED)),
    (S.TELLING, H.MEDIA): Move(own_words.media_instead, (*REST, S.ASKED)),
    (S.TELLING, H.PATIENCE_OVER): Move(people.time_over, REST),
    (S.WITH_STAFF, H.OWN_MESSAGE): Move(people.pass_on),
    (S.WITH_STAFF, H.ASKED): Move(closed.asked, (S.WITH_STAFF,)),
    (S.WITH_STAFF, H.HANDED_BACK): Move(people.handed_back, OPEN),
    (S.OFFERED, H.CLOSINGS): Move(stopping.closings_only, (S.STOPPED,)),
    (S.OFFERED, H.OFFER_OVER): Move(stopping.offer_over, (S.STOPPED,)),
    (S.OFFERED, H.START): Move(stopping.start, REST),
    (S.OFFERED, H.LINKED): Move(stopping.linked, REST),
    (S.OFFERED, H.STOP): Move(stopping.stop_again, (S.STOPPED,)),
    (S.OFFERED, H.DANGER_AND_STOP): Move(stopping.stop_again_in_danger, (S.STOPPED,)),
    (S.OFFERED, H.PROVIDER_STOPPED): Move(people.nothing),
    (S.OFFERED, H.OWN_MESSAGE): Move(people.pass_on),
    (S.OFFERED, H.ASKED): Move(people.nothing),
    (S.OFFERED, H.TOOK_OVER): Move(people.nothing),
    (S.OFFERED, H.BLOCKED): Move(people.nothing),
    (S.OFFERED, H.ROOM): Move(reading_back.read_next),
    (S.STOPPED, H.START): Move(stopping.start, REST),
    (S.STOPPED, H.LINKED): Move(stopping.linked, REST),
    (S.STOPPED, H.STOP): Move(stopping.stop_again, (S.STOPPED,)),
    (S.STOPPED, H.DANGER_AND_STOP): Move(stopping.stop_again_in_danger, (S.STOPPED,)),
    (S.STOPPED, H.PROVIDER_STOPPED): Move(stopping.stop_again, (S.STOPPED,)),
    (S.STOPPED, H.UNBLOCKED): Move(stopping.unblocked, (*REST, S.STOPPED)),
    (S.STOPPED, H.OWN_MESSAGE): Move(people.pass_on),
    (S.STOPPED, H.ASKED): Move(people.nothing),
    (S.STOPPED, H.TOOK_OVER): Move(people.nothing),
    (S.STOPPED, H.BLOCKED): Move(people.nothing),
    (S.STOPPED, H.ROOM): Move(reading_back.read_next),
}


def step(talk: Talk, event: Event, facts: Facts) -> tuple[Talk, list[Effect]]:
    """Return where the conversation stands after an event, and what is to be done about it."""
    talk, effects, _ = follow(talk, event, facts)
    return talk, effects


def follow(talk: Talk, event: Event, facts: Facts) -> tuple[Talk, list[Effect], list[Passage]]:
    """`step`, and the rows of the table it went through."""
    talk, effects, passage = _once(talk, event, facts)
    passages = [passage]
    while (more := _by_itself(talk, event.at, effects)) is not None:
        talk, again, passage = _apply(talk, Hearing(more), event, facts)
        effects, passages = [*effects, *again], [*passages, passage]
    return talk, effects, passages


def row(state: State, heard: Heard) -> Move:
    """Return the row for what was heard in a state. Raises `KeyError` where the table has none."""
    return TABLE.get((state, heard)) or ANYWHERE[heard]


def _once(talk: Talk, event: Event, facts: Facts) -> tuple[Talk, list[Effect], Passage]:
    if isinstance(event, Said):
        talk = paced(talk, event)
    hearing = hear(talk, event, facts)
    after, effects, passage = _apply(talk, hearing, event, facts)
    effects = [_in_their_tongue(effect, facts) for effect in effects]
    if isinstance(event, Said) and event.answered and hearing.heard in {H.STOP, H.START, H.HELP}:
        effects = [effect for effect in effects if not isinstance(effect, Say)]
    return after, effects, passage


#: texts of ours that hold no words of the question, so they may be said in another language than it
_ANY_TONGUE = frozenset(
    {"handover", "handover_night", "unclear_text", "got_it", "media", "help", "will_call"}
)


def _in_their_tongue(effect: Effect, facts: Facts) -> Effect:
    """She is answered in the language she writes in, if it is one of hers or English (rule 18)."""
    wrote = facts.wrote
    if wrote is None or not isinstance(effect, Say) or effect.key not in _ANY_TONGUE:
        return effect
    return replace(effect, language=wrote) if wrote in facts.speakable else effect


def _apply(talk: Talk, hearing: Hearing, event: Event, facts: Facts) -> tuple[Talk, list[Effect], Passage]:
    after, effects = row(talk.state, hearing.heard).act(talk, hearing, event, facts)
    return after, effects, (talk.state, hearing.heard, after.state)


def _by_itself(talk: Talk, at: datetime, said: Sequence[Effect]) -> Heard | None:
    done = talk.now is None or (isinstance(talk.now, Open) and talk.now.value is not None)
    if done and talk.aside is not None and not talk.with_staff:
        return H.BACK
    # One menu at a time, and nothing beside the answer to a danger: the next tick says the other.
    alone = any(
        (isinstance(one, Say) and one.digits) or (isinstance(one, CallStaff) and one.restricted)
        for one in said
    )
    free = talk.stopped is not None or not alone
    return H.ROOM if free and reading_back.has_room(talk, at) else None


def document() -> str:
    """Return docs/conversation.md: the diagram and the tables, from the rows above."""
    return "\n".join(_document())


def _document() -> Iterator[str]:
    yield "# Where a conversation can stand"
    yield ""
    yield "Drawn from the tables in `bot/conversation/engine.py` by `document()`; a test holds them equal."
    yield "What passes in every state, and what changes no state, stands below the diagram only."
    yield "Where nothing is open any more an arrow ends in quiet; it is waiting while a read-back is written."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> quiet"
    yield "    quiet --> asked: a question is sent"
    yield "    quiet --> offered: STOP"
    yield "    quiet --> with_staff: staff took over"
    yield "    with_staff --> quiet: staff handed back"
    yield "    which --> answered: which of the two"
    for (start, end), heard in sorted(_arrows().items()):
        yield f"    {start} --> {end}: {' · '.join(heard)}"
    yield "```"
    yield ""
    yield "## In every state"
    yield ""
    yield "| heard | leads to | what is done |"
    yield "|---|---|---|"
    for heard_here, move in ANYWHERE.items():
        yield f"| {heard_here} | {_ends(move)} | {_purpose(move)} |"
    yield ""
    yield "## State by state"
    yield ""
    yield "| state | heard | leads to | what is done |"
    yield "|---|---|---|---|"
    for (state, heard_here), move in TABLE.items():
        yield f"| {state} | {heard_here} | {_ends(move)} | {_purpose(move)} |"
    yield ""


def _arrows() -> dict[tuple[str, str], list[str]]:
    """Leave out what stays where it is; an end that may be quiet or waiting is drawn as quiet."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, heard), move in TABLE.items():
        hidden = {state, S.WAITING if S.QUIET in move.to else None}
        for end in move.to if move.to != OPEN else ():
            if end in hidden:
                continue
            arrows.setdefault((state.value, end.value), []).append(heard.value.replace(":", ","))
    return arrows


def _ends(move: Move) -> str:
    if move.to == OPEN:
        return "what was open"
    return ", ".join(state.value for state in move.to) or "the same"


def _purpose(move: Move) -> str:
    return " ".join((move.act.__doc__ or "").split("\n\n")[0].split())
