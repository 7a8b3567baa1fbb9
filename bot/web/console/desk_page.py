"""A draft as the templates of compose draw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zlib import crc32

from babel.numbers import format_currency
from sqlmodel import Session

from bot import forecast, languages
from bot.broadcasts import view
from bot.broadcasts.desk import Counted, Desk, answers_of, lines_in
from bot.broadcasts.drafts import MOST_QUESTIONS, Objection
from bot.broadcasts.view import Composed
from bot.broadcasts.when import WEEKDAYS
from bot.forecast import Due, Forecast
from bot.messages import ChannelName
from bot.settings import Settings
from bot.web.console.visit import Visit
from bot.web.console.wording import N_

#: the ready emergencies, the likeliest first
EMERGENCIES: Final = tuple(
    one.name for one in languages.notices() if one.purpose is languages.Purpose.EMERGENCY
)

NOTICES: Final = {
    "snow-closing": N_("School is closed because of snow"),
    "late-start": N_("School starts late"),
    "early-dismissal": N_("School ends early"),
    "school-reopens": N_("School is open again"),
    "conferences-open": N_("Talks with teachers can be booked"),
    "bus-change": N_("A bus comes at another time"),
    "free-meals": N_("Meals at school are free"),
    "health-form": N_("The health form is due"),
}

STATES: Final = {
    "all": N_("All"),
    "drafts": N_("Drafts"),
    "pending": N_("To approve"),
    "scheduled": N_("Scheduled"),
    "going": N_("Going out"),
    "done": N_("Done"),
}

#: how a question after the first is answered
KINDS: Final = {
    "": N_("Choose one"),
    "yes_no": N_("yes or no"),
    "one_of": N_("one of several choices"),
    "several_of": N_("as many of several choices as they like"),
    "number": N_("a number"),
    "scale": N_("a mark from 1 to 5"),
    "date": N_("a day"),
    "time": N_("a time of day"),
    "own_words": N_("in their own words"),
}

DAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One draft with what is to be expected of it."""

    draft: Composed
    coming: Forecast


@dataclass(frozen=True, slots=True)
class Look:
    """One language as a phone shows it."""

    value: str  #: "so" or "so.telegram": what a button sends
    tag: str
    channel: str
    text: str
    written_in: str | None
    parts: int
    encoding: str
    keys: tuple[str, ...]
    more: tuple[str, ...] = ()  #: the questions after the first, as they are put one after the other

    @property
    def bubbles(self) -> list[dict[str, Any]]:
        """What the phone component draws."""
        first = {
            "ours": True,
            "text": self.text,
            "lang": self.written_in,
            "parts": self.parts if self.channel == ChannelName.SMS else 0,
            "buttons": self.keys if self.channel == ChannelName.TELEGRAM else (),
        }
        later = [{"ours": True, "text": text, "lang": self.written_in} for text in self.more]
        return [first, *later]


async def seen_by(visit: Visit, number: int, counted: Counted | None = None) -> Seen:
    return await visit.read(_look_at, number, visit.settings, visit.now, visit.actor.staff_id, counted)


def _look_at(
    session: Session, number: int, settings: Settings, now: datetime, by: int | None, counted: Counted | None
) -> Seen:
    """Read everything a page shows, in one transaction."""
    draft = view.composed(session, number, settings, now, by=by, counted=counted)
    at_once = now + timedelta(seconds=settings.sending.undo_seconds)
    starts = draft.plan.first if draft.plan and draft.plan.first else at_once
    emergency = draft.purpose == "emergency"
    coming = forecast.forecast(session, _due(draft), settings, starts=starts, now=now, emergency=emergency)
    return Seen(draft, coming)


def _due(draft: Composed) -> list[Due]:
    parts = {one.language: one.parts for one in draft.lines if one.written_in}
    return [
        Due(channel, tag, phones, parts[tag] if channel == ChannelName.SMS else 1)
        for channel, tag, phones in (draft.counted.phones if draft.counted else ())
        if tag in parts
    ]


def values(visit: Visit, seen: Seen, look: str = "") -> dict[str, Any]:
    """Everything that the pieces of the page are drawn from."""
    draft = seen.draft
    looks = _looks(draft)
    said = [(one, sentence(visit, one)) for one in draft.objections]
    return {
        "draft": draft,
        "desk": draft.desk,
        "coming": seen.coming,
        "number": draft.number,
        "errors": [(_place(one, draft), text) for one, text in said],
        "leads": {place: _after(visit, draft.desk, place) for place in range(1, len(draft.desk.more) + 2)},
        "kinds": {name: visit._(label) for name, label in KINDS.items()},
        "most_questions": MOST_QUESTIONS,
        "wrong": _wrong(said),
        "troubled": {_section(one) for one, _ in said},
        "looks": looks,
        "look": _chosen(looks, look, draft.source.tag),
        "arrivals": _arrivals(seen),
        "full": _full(visit, draft.counted),
        "notices": NOTICES,
        "days": list(zip(WEEKDAYS, DAYS, strict=True)),
        "repeats": repeated(visit, draft.desk, draft),
        "money": lambda cost: money(visit, cost, seen.coming.currency),
        "fallbacks": _fallbacks(draft),
        "large": draft.phones > visit.settings.staff.large_broadcast,
        "drawn_now": drawn(draft, large=draft.phones > visit.settings.staff.large_broadcast),
        "engine": visit.app.translator is not None and visit.settings.translation.engine != "none",
    }


def _full(visit: Visit, counted: Counted | None) -> list[tuple[datetime, int]]:
    """Families that have had their texts of the week, by the day on which there is room again."""
    noon = time(12)
    return [
        (datetime.combine(date.fromisoformat(day), noon, visit.wording.zone), families)
        for day, families in (counted.full if counted else ())
    ]


def _wrong(said: Sequence[tuple[Objection, str]]) -> dict[str, str]:
    """What stands at each field; what is merely missing is not called wrong."""
    found: dict[str, str] = {}
    for one, text in said:
        if not one.missing:
            field = _field(one)
            found[field] = f"{found[field]} {text}" if field in found else text
    return found


def _field(objection: Objection) -> str:
    """Fields of the questions after the first have the question's number before their name."""
    return objection.field if objection.question == 1 else f"q{objection.question}-{objection.field}"


@dataclass(frozen=True, slots=True)
class After:
    """Where one answer to a question of several leads."""

    value: str
    answer: str
    to: str  #: "" for the next question


def _after(visit: Visit, desk: Desk, number: int) -> tuple[tuple[After, ...], list[tuple[str, str]]]:
    """Return each answer that may lead elsewhere, and where it may lead; nothing after the last question."""
    last = len(desk.more) + 1
    if number >= last:
        return (), []
    later = desk.more[number - 2] if number > 1 else desk
    choices = dict(enumerate(lines_in(later.choices), 1)) if later.ask == "one_of" else {}
    answers = {"yes": visit._("yes"), "no": visit._("no")} if later.ask == "yes_no" else {}
    found = tuple(
        After(
            value, answers.get(value) or _choice(visit, choices, value, later.ask), later.skips.get(value, "")
        )
        for value in answers_of(desk, number)
    )
    further = [(str(n), visit._("question %(number)s", number=n)) for n in range(number + 2, last + 1)]
    return found, [("", visit._("the next question")), *further, ("end", visit._("the end"))]


def _choice(visit: Visit, choices: Mapping[int, str], value: str, kind: str) -> str:
    number = int(value)
    return visit.wording.number(number) if kind == "scale" else choices.get(number, visit._("something else"))


def drawn(draft: Composed, *, large: bool) -> str:
    """Name what of the page depends on choices, so that only that is drawn anew when they change."""
    tags = ",".join(one.tag for one in draft.wordings)
    asks = ",".join(one.kind for one in draft.ask.series) if draft.ask else ""
    ways = ",".join("/".join(one.values) for one in draft.ask.series) if draft.ask and draft.ask.more else ""
    named = [*lines_in(draft.desk.choices), *(one.choices for one in draft.desk.more)] if ways else []
    drawn_for = crc32("|".join([ways, *named]).encode()) if ways else ""
    return "|".join(
        [draft.desk.words, draft.desk.notice, tags, asks, "large" if large else "", str(drawn_for)]
    )


def sentence(visit: Visit, objection: Objection) -> str:
    """Say an objection in the visitor's language."""
    values = {name: _named(visit, value) for name, value in objection.values.items()}
    said = visit._(objection.sentence, **values) if values else visit._(objection.sentence)
    if objection.question == 1:
        return said
    return visit._("Question %(number)s: %(sentence)s", number=objection.question, sentence=said)


def _named(visit: Visit, value: Any) -> Any:
    if isinstance(value, tuple):
        return ", ".join(
            f"{visit.wording.language_name(tag)} ({visit.wording.number(n)})" for tag, n in value
        )
    return visit.wording.number(value) if isinstance(value, int) else value


#: where the field of an objection stands
_SECTIONS: Final = {
    "purpose": "purpose",
    "text": "words",
    "notice": "words",
    "whom": "whom",
    "kinds": "whom",
    "ask": "question",
    "choices": "question",
    "limits": "question",
    "window": "question",
    "decided_on": "question",
    "skips": "question",
    "more": "question",
    "remind_after": "question",
    "fallback": "languages",
    "day": "when",
    "clock": "when",
    "days": "when",
    "until": "when",
    "worth_clock": "when",
    "when": "when",
}


def _section(objection: Objection) -> str:
    if objection.field.startswith("blank-"):
        return "words"
    if objection.field.startswith("text-"):
        return "languages"
    return _SECTIONS[objection.field] if objection.question == 1 else "question"


def _place(objection: Objection, draft: Composed) -> str:
    """The id of the field that an objection is about."""
    special = {"limits": "low", "window": "earliest", "when": "how"}
    if objection.field == "fallback" and not draft.wordings:
        return "whom"
    if objection.field in {"skips", "more"}:
        return "part-question"
    field = special.get(objection.field, objection.field)
    return field if objection.question == 1 else f"q{objection.question}-{field}"


def _looks(draft: Composed) -> tuple[Look, ...]:
    """Every language and channel that somebody is due, and the staff's own text while nobody is."""
    lines = {one.language: one for one in draft.lines}
    found = []
    for channel, tag, _ in sorted(draft.counted.phones if draft.counted else (), key=lambda one: one[1]):
        line = lines[tag]
        found.append(
            Look(
                tag if channel == ChannelName.SMS else f"{tag}.{channel}",
                tag,
                channel,
                line.text,
                line.written_in,
                line.parts,
                line.encoding,
                draft.keys.get(tag, ()),
                line.more,
            )
        )
    return tuple(found)


def _chosen(looks: Sequence[Look], wanted: str, source: str) -> Look | None:
    by_value = {one.value: one for one in looks}
    others = [one for one in looks if one.tag != source]
    return by_value.get(wanted) or next(iter((*others, *looks)), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One language of the last check."""

    tag: str
    phones: int
    written_in: str | None
    state: str
    parts: int
    encoding: str
    cost: Decimal | None
    first: datetime | None
    last: datetime | None


def _arrivals(seen: Seen) -> tuple[Row, ...]:
    rows = []
    for line in sorted(seen.draft.lines, key=lambda one: -one.phones):
        mine = [one for one in seen.coming.arrivals if one.language == line.language]
        costs = [one.cost for one in mine if one.cost is not None]
        rows.append(
            Row(
                line.language,
                line.phones,
                line.written_in,
                line.state,
                line.parts,
                line.encoding,
                sum(costs, Decimal(0)) if costs else None,
                min((one.first for one in mine), default=None),
                max((one.last for one in mine), default=None),
            )
        )
    return tuple(rows)


def _fallbacks(draft: Composed) -> tuple[str, ...]:
    """Languages whose own text may go out, to stand in for others: never guessed, only offered."""
    ready = [one.tag for one in draft.wordings if one.read]
    return tuple(dict.fromkeys((draft.source.tag, *ready)))


def money(visit: Visit, cost: Decimal | None, currency: str) -> str:
    """Write an amount as the visitor reads it."""
    if cost is None:
        return ""
    return format_currency(cost, currency, locale=visit.wording.locale, numbering_system="latn")


def repeated(visit: Visit, desk: Desk, draft: Composed) -> list[tuple[str, str]]:
    """Offer the ways of repeating; those of a month are named after the first day."""
    first = (
        draft.plan.starts if draft.plan and draft.plan.starts else visit.now.astimezone(visit.wording.zone)
    )
    weekday = visit._(DAYS[first.weekday()])
    place = (first.day - 1) // 7
    by_date = (
        visit._("Every month on day %(day)s", day=first.day)
        if first.day <= 28
        else visit._("Every month on its last day")
    )
    return [
        ("school_day", visit._("Every school day, Monday to Friday")),
        ("week", visit._("Every week, on the days ticked below")),
        ("month_day", by_date),
        ("month_weekday", visit._(_NTH[min(place, 4)], weekday=weekday)),
    ]


_NTH: Final = (
    N_("Every month on its first %(weekday)s"),
    N_("Every month on its second %(weekday)s"),
    N_("Every month on its third %(weekday)s"),
    N_("Every month on its fourth %(weekday)s"),
    N_("Every month on its last %(weekday)s"),
)
