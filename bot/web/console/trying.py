"""Try a sentence: what Homeloop would make of a text, without keeping it or answering anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from litestar import get, post

from bot import explaining, languages
from bot.broadcasts.desk import ASKS, lines_in
from bot.roles import Right
from bot.web.access import needs
from bot.web.console.visit import Form, OneVisit, Page, Visit
from bot.web.console.wording import N_

#: the longest text that is looked at: what Twilio takes in one message
_LONGEST: Final = 1600
_MENU: Final = 6  #: choices of a menu, at most (docs/dialogue.md, rule 1)

#: what a text can be about, in a few words
_ABOUT: Final[Mapping[str, str]] = {
    "danger": N_("Danger"),
    "optout": N_("Stop"),
    "optin": N_("Write to me again"),
    "help": N_("Help"),
    "wrong_number": N_("Wrong number"),
    "person": N_("A person"),
    "who": N_("Who is this?"),
    "language": N_("Another language"),
    "unclear_text": N_("Our text is not understood"),
    "none": N_("nothing but an answer, or something of their own"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What was typed."""

    text: str = ""
    language: str = "en"
    kind: str = "yes_no"  #: of the question; "": none was asked
    asked: str = ""  #: the question or its verb
    choices: str = ""  #: one on a line
    low: str = ""
    high: str = ""
    earliest: str = ""
    latest: str = ""

    @property
    def menu(self) -> tuple[str, ...]:
        """The choices of the question."""
        return lines_in(self.choices)[:_MENU]

    def question(self) -> dict[str, Any]:
        """Return the question as `bot.explaining` reads it."""
        low, high = (self.earliest, self.latest) if self.kind == "time" else (self.low, self.high)
        limited = self.kind in {"number", "time"}
        return {
            "kind": self.kind,
            "asked": self.asked or None,
            "choices": self.menu if self.kind in {"one_of", "several_of"} else (),
            "low": (low or None) if limited else None,
            "high": (high or None) if limited else None,
        }


@dataclass(frozen=True, slots=True)
class Understood:
    """What Homeloop makes of it, as the page shows it."""

    answer: Mapping[str, Any] | None  #: of `explaining.reply`; None: nothing was asked
    value: str | None  #: the answer in words
    about: str
    why: str  #: empty where there is nothing to explain
    language: str | None
    likely: float
    parts: Mapping[str, Any]


@get("/try", opt=needs(Right.WRITE))
async def page(visit: Visit) -> Page:
    """Show the empty form."""
    return _page(visit, Tried(language=visit.settings.school.staff_language))


@post("/try", opt=needs(Right.WRITE))
async def show(visit: Visit) -> Page:
    """Show what would be understood. Nothing is kept, so the answer is a page and no redirection."""
    tried = _typed(await visit.form(), visit.settings.school.staff_language)
    wrong = _wrong(tried)
    if not tried.text or wrong:
        return _page(visit, tried, wrong=wrong or {"text": N_("Type a text.")})
    try:
        return _page(visit, tried, _understood(visit, tried))
    except ValueError:
        field = "earliest" if tried.kind == "time" else "low"
        return _page(visit, tried, wrong={field: N_("These limits cannot be read.")})


def _typed(form: Form, usual: str) -> Tried:
    language, kind = form.text("language"), form.text("kind")
    return Tried(
        text=form.text("text")[:_LONGEST],
        language=language if language in _tags() else usual,
        kind=kind if kind in ASKS else "",
        asked=form.text("asked")[:_LONGEST],
        choices=form.text("choices")[:_LONGEST],
        **{name: form.text(name)[:8] for name in ("low", "high", "earliest", "latest")},
    )


def _tags() -> tuple[str, ...]:
    """Return the languages in which we know what families write."""
    return tuple(one.tag for one in languages.all_languages() if languages.words("yes", one.tag))


def _wrong(tried: Tried) -> dict[str, str]:
    if tried.kind in {"one_of", "several_of"} and len(tried.menu) < 2:
        return {"choices": N_("Give at least two choices, one on each line.")}
    return {}


def _understood(visit: OneVisit, tried: Tried) -> Understood:
    """Ask what `homeloop explain` asks. Raises `ValueError` for limits that are none."""
    today = visit.now.astimezone(visit.settings.school.zone).date()
    asked = {"text": tried.text, "language": tried.language, "question": tried.question()}
    answer = explaining.reply(asked, today) if tried.kind else None
    about = explaining.meant(tried.text, tried.language)
    name = _ABOUT[about["intent"]]
    written = explaining.language(tried.text)
    return Understood(
        answer,
        _in_words(visit, tried, answer["value"]) if answer and answer["understood"] else None,
        visit._(name),
        about["why"] if about["intent"] != "none" else "",
        written["language"],
        written["confidence"],
        explaining.parts(tried.text),
    )


def _in_words(visit: OneVisit, tried: Tried, value: Any) -> str:
    say, zone = visit.wording, visit.settings.school.zone
    match tried.kind:
        case "yes_no":
            return visit._(N_("yes") if value == "yes" else N_("no"))
        case "one_of":
            return tried.menu[int(value) - 1]
        case "several_of":
            return ", ".join(tried.menu[number - 1] for number in value)
        case "date":
            return say.day(datetime.combine(date.fromisoformat(value), time(12), zone))
        case "time":
            return say.clock(datetime.combine(visit.now.astimezone(zone), time.fromisoformat(value), zone))
    return str(value)


def _page(
    visit: OneVisit, tried: Tried, found: Understood | None = None, wrong: Mapping[str, str] | None = None
) -> Page:
    said = {name: visit._(sentence) for name, sentence in (wrong or {}).items()}
    known = sorted((visit.wording.language_name(tag), tag) for tag in _tags())
    return visit.page(
        "trying/page.html",
        status=422 if wrong else 200,
        tried=tried,
        found=found,
        wrong=said,
        languages=[(tag, name) for name, tag in known],
        longest=_LONGEST,
    )


HANDLERS = [page, show]
