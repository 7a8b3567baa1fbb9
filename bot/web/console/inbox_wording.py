"""What the inbox says in words for what the tables keep in codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.web.console.wording import N_

#: why something was handed to a person
WHY: Final[Mapping[str, str]] = {
    "own question": N_("Their own question"),
    "asked for a person": N_("Asked for a person"),
    "who is this": N_("Asks who we are"),
    "language": N_("Asks for another language"),
    "after stop": N_("Wrote after stopping our texts"),
    "while staff write": N_("Wrote to the person who writes with them"),
    "read back": N_("Words to read back"),
    "check": N_("An understanding to look at again"),
    "unclear text": N_("Our text made no sense to them"),
    "not understood": N_("We could not read their answer"),
    "unclear which": N_("We do not know which text they answer"),
    "for whom": N_("We do not know which child it is for"),
    "second no": N_("Said twice that we got it wrong: call today"),
    "questions unanswered": N_("Three questions unanswered: call, or ask a partner"),
    "media": N_("A picture or voice note to look at"),
    "delicate": N_("Words that no machine may read back"),
    "no read-back in this language": N_("Words in a language we cannot read back in"),
    "no read-back": N_("Words that a person deals with"),
    "not told again": N_("Said we got it wrong, and did not say it again"),
    "many answers": N_("Changed their answer many times"),
    "the program could not deal with this message": N_("The program could not deal with this message"),
    "with a person": N_("You write with them yourselves"),
    "call: no text in their language": N_("No text in their language: call"),
    "call: no sender for their channel": N_("No sender for their phone: call"),
    "call: no other way to reach them": N_("No phone of theirs could be reached: call"),
}

#: the kinds of `bot.inbox.KINDS`, as filters
KINDS: Final[Mapping[str, str]] = {
    "question": N_("Questions to us"),
    "read_back": N_("Words to read back"),
    "unclear": N_("Unclear texts"),
    "call": N_("Families to call"),
    "mine": N_("Taken over by a person"),
    "read": N_("Other words to read"),
    "list": N_("Families without a text"),
}

#: what a family did without words
ACTS: Final[Mapping[str, str]] = {
    "blocked": N_("blocked our Telegram bot"),
    "unblocked": N_("unblocked our Telegram bot"),
    "linked": N_("opened our Telegram bot"),
}

#: how something was done
HOW: Final[Mapping[str, str]] = {
    "answered": N_("answered by text"),
    "read_back": N_("read back"),
    "checked": N_("looked at again"),
    "called": N_("called"),
    "letter": N_("wrote a letter"),
    "in_person": N_("spoke in person"),
    "nothing": N_("nothing was needed"),
    "handed_back": N_("handed back"),
    "passed_on": N_("passed on to somebody who helps"),
    "false_alarm": N_("no danger"),
}

CLOSINGS: Final = ("called", "letter", "in_person", "nothing")
DANGER_CLOSINGS: Final = ("called", "in_person", "passed_on", "false_alarm")

#: the states of a reply; the badge says the same in fewer words
STATES: Final[Mapping[str, str]] = {
    "received": N_("Not said back yet"),
    "read_back": N_("Said back; the family has not judged it yet"),
    "confirmed": N_("The family says: right"),
    "corrected": N_("Put right by the family"),
    "unconfirmed": N_("Not judged by the family"),
    "with_staff": N_("With staff"),
}

STOPPED: Final[Mapping[str, str]] = {
    "family": N_("They asked us to stop."),
    "wrong number": N_("They say that this is a wrong number."),
    "provider": N_("Their phone company or the provider has stopped our texts."),
    "blocked": N_("They blocked our Telegram bot."),
    "staff": N_("Staff stopped it at their wish."),
}

#: what became of a read-back, by the state its reply is in afterwards
BECAME: Final[Mapping[str, str]] = {
    "read_back": N_("The family is asked whether it is right."),
    "received": N_("Kept. The family is asked as soon as nothing else is open on their phone."),
    "unconfirmed": N_("Kept, and not said to the family: it may not be read back to this phone now."),
}


def way_of(way: str | None) -> str:
    """Say how an answer came to be in the family's language; empty where there is nothing to say."""
    kind, _, _ = (way or "").partition(":")
    return {
        "liaison": N_("written in both languages"),
        "canned": N_("a ready answer"),
        "engine": N_("a machine's translation that nobody has read"),
        "read": N_("a machine's translation, read by who sent it"),
    }.get(kind, "")


def by_whom(by: str) -> str:
    """Return who wrote an understanding, a liaison or an engine; empty for what the family answered."""
    kind, _, name = by.partition(":")
    return name if kind in {"liaison", "engine"} else ""
