"""What the page of compose sends, as values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from bot import broadcasts, languages
from bot.broadcasts import desk as desks
from bot.broadcasts import notices
from bot.broadcasts.composing import Sent, Typed
from bot.broadcasts.desk import Desk, Later
from bot.broadcasts.drafts import MOST_QUESTIONS
from bot.broadcasts.sending import Shown
from bot.broadcasts.when import WEEKDAYS, When
from bot.broadcasts.worth import WORTHS
from bot.conversation.ask import Worded
from bot.web.console.visit import Form

#: orders of ways after a failure that can be chosen (bot.store.outbox.following)
ROUTES: Final = ("", "channel,number,guardian", "guardian,number,channel", "number,channel", "call")
#: characters of one field that are kept; a text may have 1,600 at most anyway
LONGEST_TYPED: Final = 10_000


def sent_in(form: Form, *, by_itself: bool = False) -> Sent:
    """Read a whole page; one that saves itself names the button that was pressed last, which is not meant."""
    tags = _tags(form, "tag")
    return Sent(
        desk=_desk_in(form) if by_itself else desk_in(form),
        texts={tag: _typed(form, tag) for tag in tags},
        version=form.text("version"),
        tab=form.text("tab")[:32],
        overwrite=form.on("overwrite"),
    )


def _typed(form: Form, tag: str) -> Typed:
    return Typed(
        text=form.text(f"text-{tag}")[:LONGEST_TYPED],
        choices=form.text(f"choices-{tag}")[:LONGEST_TYPED],
        asked=form.text(f"asked-{tag}")[:80],
        more=later_words(form, f"-{tag}"),
        read=form.on(f"read-{tag}"),
        was=form.text(f"was-{tag}"),
    )


def later_words(form: Form, ending: str) -> tuple[Worded, ...]:
    """Read the words of the questions after the first in one language; `ending` names its fields."""
    return tuple(
        Worded(
            form.text(f"q{number}-text{ending}")[:LONGEST_TYPED].strip(),
            desks.lines_in(form.text(f"q{number}-choices{ending}")[:LONGEST_TYPED]),
            form.text(f"q{number}-asked{ending}")[:80] or None,
        )
        for number in _LATER
        if f"q{number}-text{ending}" in form.fields
    )


_LATER: Final = range(2, MOST_QUESTIONS + 1)


def _later(form: Form, number: int) -> Later:
    name = f"q{number}-"
    return Later(
        text=form.text(f"{name}text")[:LONGEST_TYPED],
        ask=_one(form, f"{name}ask", ("", *desks.ASKS)),
        choices=form.text(f"{name}choices")[:LONGEST_TYPED],
        low=form.text(f"{name}low")[:8],
        high=form.text(f"{name}high")[:8],
        earliest=form.text(f"{name}earliest")[:8],
        latest=form.text(f"{name}latest")[:8],
        other=form.on(f"{name}other"),
        skips=_skips(form, number),
    )


def _skips(form: Form, number: int) -> dict[str, str]:
    """Read where answers to a question lead; "" is the next question and not kept."""
    begins, there = f"q{number}-after-", {"end", *map(str, range(number + 1, MOST_QUESTIONS + 1))}
    found = {name.removeprefix(begins): form.text(name) for name in form.fields if name.startswith(begins)}
    return {value[:8]: to for value, to in found.items() if to in there}


def desk_in(form: Form) -> Desk:
    """Read the desk, with a question more or less if a button said so."""
    desk = _desk_in(form)
    dropped = form.number("drop")
    if dropped is not None:
        return desks.without(desk, dropped)
    return desks.with_one_more(desk) if form.on("add") else desk


def _desk_in(form: Form) -> Desk:
    """Read the desk; what no browser of ours would send is left at its default."""
    notice = form.text("notice")
    return Desk(
        phase=_one(form, "phase", desks.PHASES),
        purpose=_one(form, "purpose", desks.PURPOSES),
        title=form.text("title")[:120],
        words=_one(form, "words", ("own", "notice")),
        text=form.text("text")[:LONGEST_TYPED],
        notice=notice if notice in notices.known() else "",
        values={one.name: form.text(f"blank-{one.name}")[:80] for one in notices.blanks(notice)},
        whom=_one(form, "whom", ("", "everybody", "some", "kept")),
        schools=_numbers(form, "schools"),
        grades=form.all("grades"),
        groups=_numbers(form, "groups"),
        languages=_tags(form, "languages"),
        kinds=form.all("kinds"),
        ask=_one(form, "ask", ("", *desks.ASKS)),
        choices=form.text("choices")[:LONGEST_TYPED],
        low=form.text("low"),
        high=form.text("high"),
        earliest=form.text("earliest")[:8],
        latest=form.text("latest")[:8],
        other=form.on("other"),
        per_child=form.on("per_child"),
        skips=_skips(form, 1),
        more=tuple(_later(form, number) for number in _LATER if f"q{number}-ask" in form.fields),
        decided_on=form.text("decided_on"),
        remind=form.on("remind"),
        remind_after=form.text("remind_after", "3")[:3],
        fallback=_fallback(form),
        worth=_one(form, "worth", WORTHS),
        worth_clock=form.text("worth_clock"),
        routes=_one(form, "routes", ROUTES),
        when=_when(form),
    )


def _one(form: Form, name: str, known: Sequence[str]) -> str:
    value = form.text(name)
    return value if value in known else known[0]


def _tags(form: Form, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in form.all(name) if tag in _known_tags()))


@cache
def _known_tags() -> frozenset[str]:
    return frozenset(one.tag for one in languages.all_languages())


def _numbers(form: Form, name: str) -> tuple[int, ...]:
    return tuple(int(one) for one in form.all(name) if one.isascii() and one.isdecimal() and len(one) < 16)


def _fallback(form: Form) -> str:
    value = form.text("fallback")
    return value if value == broadcasts.NO_TEXT or value in _known_tags() else ""


def _when(form: Form) -> When:
    return When(
        how=_one(form, "how", ("now", "later", "repeat")),
        day=form.text("day"),
        clock=form.text("clock"),
        every=_one(form, "every", ("school_day", "week", "month_day", "month_weekday")),
        days=tuple(one for one in WEEKDAYS if one in form.all("days")),
        until=form.text("until"),
        skip_closed=form.on("skip_closed"),
    )


def shown_in(form: Form) -> Shown:
    """Read what somebody had before their eyes when they said yes."""
    return Shown(form.text("fingerprint"), form.number("phones") or 0, form.number("count"))
