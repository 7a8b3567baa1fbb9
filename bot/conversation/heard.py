"""The names of everything that can be heard in a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.conversation.recorded import Answer


class Heard(StrEnum):
    """What happened, as the table knows it."""

    # whatever is open
    DANGER = "danger"  #: the danger list (rule 19)
    DANGER_AND_STOP = "danger and STOP"
    STOP = "STOP"
    START = "START"
    HELP = "HELP"
    WRONG_NUMBER = "wrong number"
    WHO = "who is this?"
    PERSON = "0 or “a person”"
    UNCLEAR = "9 or a lone ?"
    LANGUAGE = "a language's name"
    CHATTER = "thanks, greeting, emoji"
    MEDIA = "voice note or picture"
    LOOP = "another machine"
    OWN_MESSAGE = "a message of their own"
    # answers
    ANSWER = "a sure answer"
    ODD_ANSWER = "an answer with a slip"
    LATE_PRESS = "a button of another text"
    DEAD_PRESS = "a button that means nothing now"
    OWN_WORDS = "own words"
    DELICATE = "own words for a person"
    MORE_WORDS = "more of the same"
    NOT_UNDERSTOOD = "not understood"
    NOT_UNDERSTOOD_AGAIN = "not understood again"
    AMBIGUOUS = "could answer two texts"
    PICKED = "which of the two"
    CHILD = "whom it is for"
    CLOSINGS = "1: closings only"
    # judgements
    YES = "yes"
    YES_AND_MORE = "yes and more"
    NO = "no"
    CORRECTION = "the correction"
    # from our side
    ASKED = "a question is sent"
    WRITTEN = "read-back written"
    NOT_WRITTEN = "no read-back: a person"
    LEFT_TO_PERSON = "no engine could: a liaison writes"
    ROOM = "a read-back may go now"
    OFFER_OVER = "24 h after STOP"
    PATIENCE_OVER = "48 h without an answer"
    NOTHING_DUE = "time passed"
    BACK = "back to what was open before"
    TOOK_OVER = "staff took over"
    HANDED_BACK = "staff handed back"
    LINKED = "linked"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    PROVIDER_STOPPED = "provider took a STOP"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard, with what it holds."""

    heard: Heard
    answer: Answer | None = None
    number: int | None = None  #: of a picked text or child
    tag: str | None = None  #: of a language
