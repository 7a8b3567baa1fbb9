"""What lies on the desk of somebody who writes a broadcast: everything as it was typed, valid or not. Pure.

A closed browser loses nothing, so a draft keeps what was typed as it was typed, and derives from it what
the rest of the house reads: audience, question, text. What is missing or wrong is said, never refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Final

from bot.broadcasts import notices
from bot.broadcasts.drafts import MOST_QUESTIONS, N_, Objection, against
from bot.broadcasts.reminding import against_reminder
from bot.broadcasts.when import AT_ONCE, Plan, When, clock_of, day_of, planned
from bot.conversation import times
from bot.conversation.ask import Ask, Worded
from bot.conversation.talk import END, Kind
from bot.rosters.values import grade_order
from bot.settings import Settings
from bot.store.audience import Audience, Reach
from bot.store.tables import EPOCH, Broadcast, Group, GroupKind, Schedule, micros

NOBODY: Final = Audience(kinds=())  #: while nobody is chosen, nobody is written to

PHASES: Final = ("inform", "inquire", "involve", "inspire")
PURPOSES: Final = ("school", "optional", "emergency")
ASKS: Final = ("yes_no", "one_of", "several_of", "number", "scale", "date", "time", "own_words")


@dataclass(frozen=True, slots=True)
class Counted:
    """Whom the audience came to when it was last counted: numbers only, nobody's name."""

    at: datetime
    key: str  #: of the audience that was counted
    phones: tuple[tuple[str, str, int], ...]  #: channel, language, phones
    people: int
    unreached: tuple[tuple[str, str, int], ...]  #: reason, language, people
    departed: int = 0
    full: tuple[tuple[str, int], ...] = ()  #: ISO date from which families have room again, families

    @property
    def total(self) -> int:
        """Phones on every channel and in every language."""
        return sum(count for _channel, _tag, count in self.phones)

    @property
    def by_channel(self) -> dict[tuple[str, str], int]:
        """Phones by channel and language, as `Reach.phones`."""
        return {(channel, tag): count for channel, tag, count in self.phones}

    @property
    def missed(self) -> int:
        """People to whom no text can go."""
        return sum(count for _why, _tag, count in self.unreached)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self) | {"at": micros(self.at)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Counted:
        """Read what `to_json` gave."""
        return cls(
            at=datetime.fromtimestamp(kept["at"] / 1e6, tz=EPOCH.tzinfo),
            key=kept["key"],
            phones=tuple((channel, tag, count) for channel, tag, count in kept["phones"]),
            people=kept["people"],
            unreached=tuple((why, tag, count) for why, tag, count in kept["unreached"]),
            departed=kept["departed"],
            full=tuple((day, families) for day, families in kept.get("full", ())),
        )


def counted(reach: Reach, key: str, now: datetime, full: Iterable[tuple[date, int]] = ()) -> Counted:
    """Keep of a count what a draft may keep; `full` as `bot.forecast.over_budget` gives it."""
    why: dict[tuple[str, str], int] = {}
    for one in reach.unreached:
        why[one.why, one.language] = why.get((one.why, one.language), 0) + 1
    return Counted(
        at=now,
        key=key,
        phones=tuple((channel, tag, count) for (channel, tag), count in sorted(reach.phones.items())),
        people=reach.people,
        unreached=tuple((reason, tag, count) for (reason, tag), count in sorted(why.items())),
        departed=reach.departed,
        full=tuple((day.isoformat(), families) for day, families in full),
    )


@dataclass(frozen=True, slots=True)
class Later:
    """A question after the first, as it was typed; fields as `Desk` has them."""

    text: str = ""
    ask: str = ""
    choices: str = ""
    low: str = ""
    high: str = ""
    earliest: str = ""
    latest: str = ""
    other: bool = True
    skips: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """See the module. Numbers of groups are their ids; grades go by name, whatever the school."""

    phase: str = "inform"
    purpose: str = "school"
    title: str = ""
    words: str = "own"  #: "own" | "notice"
    text: str = ""
    notice: str = ""
    values: Mapping[str, str] = field(default_factory=dict)  #: of the notice's blanks
    whom: str = ""  #: "" | "everybody" | "some" | "kept": chosen elsewhere, not to be shown here
    schools: tuple[int, ...] = ()
    grades: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("guardian",)
    ask: str = ""  #: "" or one of `ASKS`
    choices: str = ""  #: one on a line
    low: str = ""
    high: str = ""
    earliest: str = ""  #: "15:00"
    latest: str = ""
    other: bool = True
    per_child: bool = False
    skips: Mapping[str, str] = field(default_factory=dict)  #: after this answer a question's number, or "end"
    more: tuple[Later, ...] = ()  #: the questions after the first
    decided_on: str = ""  #: ISO date
    remind: bool = False  #: whoever has not answered is reminded, once
    remind_after: str = "3"  #: days
    fallback: str = ""  #: "": not chosen; "none"; a language
    worth: str = ""  #: one of `bot.broadcasts.worth.WORTHS`
    worth_clock: str = ""  #: "10:00", for "clock"
    routes: str = ""  #: ways after a failure, with commas; "": as usual; "call": none but a call
    when: When = field(default_factory=When)


_LISTS: Final = ("schools", "grades", "groups", "languages", "kinds")


def to_json(desk: Desk) -> dict[str, Any]:
    """Return what `from_json` reads."""
    return asdict(desk) | {"when": desk.when.to_json()}


def from_json(kept: Mapping[str, Any]) -> Desk:
    """Read what `to_json` gave; what another version of Homeloop added is left out."""
    names = {one.name for one in fields(Desk)}
    found = {name: value for name, value in kept.items() if name in names}
    found |= {name: tuple(found[name]) for name in _LISTS if name in found}
    found["more"] = tuple(_later(one) for one in found.get("more", ()))
    return Desk(**{**found, "when": When.from_json(kept["when"])})


def _later(kept: Mapping[str, Any]) -> Later:
    names = {one.name for one in fields(Later)}
    return Later(**{name: value for name, value in kept.items() if name in names})


def desk_of(
    broadcast: Broadcast,
    text: str,
    groups: Iterable[Group],
    plan: Schedule | None = None,
    more: Sequence[Worded] = (),
) -> Desk:
    """Return a broadcast's desk; one that was written elsewhere is laid out from its columns.

    `text` is the source text, `more` words the questions after the first.
    """
    if broadcast.desk and "desk" in broadcast.desk:
        return from_json(broadcast.desk["desk"])
    ask = Ask.from_json(broadcast.question) if broadcast.question else None
    desk = Desk(
        phase=broadcast.phase,
        purpose=broadcast.purpose,
        title=broadcast.title,
        text=text,
        decided_on=(broadcast.closing or {}).get("decided_on", ""),
        remind=broadcast.remind_after is not None,
        remind_after=str(broadcast.remind_after or 3),
        fallback=broadcast.fallback or "",
        when=_when_of(plan),
    )
    desk = _with_audience(desk, Audience.from_json(broadcast.audience), groups)
    return _with_ask(desk, ask, more) if ask else desk


def _when_of(plan: Schedule | None) -> When:
    if plan is None or plan.rrule is not None or plan.zone == "UTC":
        return When()
    day, _, clock = plan.starts.partition("T")
    return When("later", day, clock[:5])


def _with_audience(desk: Desk, audience: Audience, groups: Iterable[Group]) -> Desk:
    if audience == Audience():
        return replace(desk, whom="everybody")
    if audience.people or audience.except_people:
        return replace(desk, whom="kept")
    names = {one.id: one.name for one in groups}
    return replace(
        desk,
        whom="some" if audience.kinds else "",
        schools=audience.schools,
        grades=tuple(sorted({names.get(one, "") for one in audience.grades} - {""}, key=grade_order)),
        groups=audience.groups,
        languages=audience.languages,
        kinds=audience.kinds or ("guardian",),
    )


def _with_ask(desk: Desk, ask: Ask, more: Sequence[Worded] = ()) -> Desk:
    texts = [*(one.text for one in more), *[""] * len(ask.more)]
    later = tuple(_later_of(one, text) for one, text in zip(ask.more, texts, strict=False))
    clock = ask.kind == Kind.TIME
    write = times.in_figures if clock else str
    low, high = ("" if limit is None else write(limit) for limit in (ask.low, ask.high))
    return replace(
        desk,
        ask=ask.kind,
        choices="\n".join(ask.choices),
        low="" if clock else low,
        high="" if clock else high,
        earliest=low if clock else "",
        latest=high if clock else "",
        other=ask.other,
        per_child=ask.per_child,
        skips={value: str(to) if to else "end" for value, to in ask.skips},
        more=later,
    )


def _later_of(ask: Ask, text: str) -> Later:
    laid = _with_ask(Desk(), ask)
    return Later(text, **{one.name: getattr(laid, one.name) for one in fields(Later) if one.name != "text"})


def lines_in(text: str) -> tuple[str, ...]:
    """Return what stands on the lines of a field, empty ones left out."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def asked(desk: Desk) -> Ask | None:
    """Return the question, as far as it has been typed, with those that follow it."""
    if desk.ask not in ASKS:
        return None
    return replace(_ask(desk), more=tuple(_ask(_alone(one)) for one in _more(desk)))


def _more(desk: Desk) -> tuple[Later, ...]:
    """A ready notice asks one thing: its words are there already."""
    return desk.more if desk.words == "own" and desk.ask in ASKS else ()


def later_words(desk: Desk) -> list[Worded]:
    """Return the source words of the questions after the first."""
    return [Worded(one.text, _ask(_alone(one)).choices) for one in _more(desk)]


def _alone(later: Later) -> Desk:
    """Return a later question as if it were the only one."""
    return Desk(**{one.name: getattr(later, one.name) for one in fields(Later)})


def answers_of(desk: Desk, number: int) -> tuple[str, ...]:
    """Return the answers to one question that may lead elsewhere than to the next, as replies keep them."""
    series = asked(desk)
    return series.series[number - 1].values if series and number <= len(series.series) else ()


def with_one_more(desk: Desk) -> Desk:
    """Add an empty question, up to as many as may be asked."""
    return replace(desk, more=(*desk.more, Later())) if len(desk.more) < MOST_QUESTIONS - 1 else desk


def without(desk: Desk, number: int) -> Desk:
    """Take a question after the first away; skips that led to it lead nowhere, others follow it up."""
    if not 2 <= number <= len(desk.more) + 1:
        return desk
    left = (one for place, one in enumerate(desk.more, 2) if place != number)
    more = tuple(replace(one, skips=_moved_up(one.skips, number)) for one in left)
    return replace(desk, skips=_moved_up(desk.skips, number), more=more)


def _moved_up(skips: Mapping[str, str], gone: int) -> dict[str, str]:
    kept = {value: to for value, to in skips.items() if to != str(gone)}
    return {
        value: str(int(to) - 1) if to.isdecimal() and int(to) > gone else to for value, to in kept.items()
    }


def _skips(desk: Desk, values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return the skips of answers that there still are, in their order."""
    chosen = ((value, desk.skips.get(value, "")) for value in values)
    return tuple((value, END if to == "end" else int(to)) for value, to in chosen if to)


def _ask(desk: Desk) -> Ask:
    low, high = _limits(desk)
    ask = Ask(
        kind=desk.ask,
        choices=lines_in(desk.choices) if desk.ask in {"one_of", "several_of"} else (),
        low=low,
        high=high,
        other=desk.other,
        per_child=desk.per_child,
    )
    return replace(ask, skips=_skips(desk, ask.values))


def _limits(desk: Desk) -> tuple[int | None, int | None]:
    """Return the limits of a number, and of a time in minutes since midnight."""
    match desk.ask:
        case "number":
            return _whole(desk.low), _whole(desk.high)
        case "time":
            return _minutes(desk.earliest), _minutes(desk.latest)
    return None, None


def _minutes(text: str) -> int | None:
    clock = clock_of(text)
    return None if clock is None else clock.hour * 60 + clock.minute


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def audience_of(desk: Desk, groups: Iterable[Group], kept: Audience) -> Audience:
    """Return the audience; a choice that finds no group is for nobody, never for everybody."""
    match desk.whom:
        case "everybody":
            return Audience()
        case "kept":
            return kept
        case "some":
            return _some(desk, groups)
        case _:
            return NOBODY


def _some(desk: Desk, groups: Iterable[Group]) -> Audience:
    grades = tuple(
        one.id
        for one in groups
        if one.id is not None
        and one.kind == GroupKind.GRADE
        and one.name in desk.grades
        and (not desk.schools or one.parent_id in desk.schools)
    )
    nothing = not (desk.schools or desk.grades or desk.groups or desk.languages)
    if not desk.kinds or (desk.grades and not grades) or (nothing and desk.kinds == ("guardian",)):
        return NOBODY
    return Audience(desk.schools, grades, desk.groups, desk.languages, desk.kinds)


def title_of(desk: Desk, text: str) -> str:
    """Return the name that lists show: as it was typed, or the beginning of the text."""
    if desk.title:
        return desk.title[:120]
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:60].rsplit(" ", 1)[0] + "…"


def closing_of(desk: Desk) -> dict[str, Any] | None:
    """Return what `Broadcast.closing` keeps."""
    day = day_of(desk.decided_on)
    return {"decided_on": day.isoformat()} if day and desk.ask in ASKS else None


def plan_of(desk: Desk, now: datetime, settings: Settings) -> Plan | None:
    """Return when it goes out, or None while that cannot be said."""
    return planned(desk.when, now, settings.school.zone, settings.calendar.closed_days)[0]


def read_on(desk: Desk, now: datetime, settings: Settings) -> date:
    """Return the day on which the first family reads it, as far as is known."""
    plan = plan_of(desk, now, settings) or AT_ONCE
    return (plan.first or now).astimezone(settings.school.zone).date()


def objections(desk: Desk, text: str, now: datetime, settings: Settings) -> list[Objection]:
    """Say what is missing or wrong, apart from the audience's languages; `text` is the source text."""
    said = [*_about_words(desk, text, now, settings), *_about_whom(desk), *_about_question(desk)]
    said += _about_decision(desk, now, settings)
    said += _about_reminder(desk, now, settings)
    said += _about_worth(desk)
    return [*said, *planned(desk.when, now, settings.school.zone, settings.calendar.closed_days)[1]]


def _about_worth(desk: Desk) -> list[Objection]:
    if desk.worth != "clock" or clock_of(desk.worth_clock) is not None:
        return []
    sentence = N_("Say until what time it is worth sending.")
    return [Objection("worth_clock", sentence, missing=not desk.worth_clock)]


def _about_words(desk: Desk, text: str, now: datetime, settings: Settings) -> list[Objection]:
    if desk.words != "notice":
        return against(text, desk.purpose, asked(desk), [one.text for one in desk.more])
    if desk.notice not in notices.known():
        return [Objection("notice", N_("Choose a notice."), missing=True)]
    said = [
        Objection(f"blank-{one.name}", _BLANK[one.kind], {"blank": one.name}, missing=True)
        for one in notices.unfilled(desk.notice, desk.values)
    ]
    if not said:
        said = _about_day(desk, now, settings)
    said += _about_notices_purpose(desk)
    return said + [one for one in against("-", desk.purpose, asked(desk)) if one.field != "text"]


_BLANK: Final = {
    "day": N_("Say which day the notice is about."),
    "time": N_("Say which time the notice names."),
    "text": N_("Fill in what the notice calls “%(blank)s”."),
}


def _about_notices_purpose(desk: Desk) -> list[Objection]:
    """Only an emergency reaches those who want closings alone, and only an emergency waits for nobody."""
    meant = notices.known()[desk.notice].purpose == "emergency"
    if meant == (desk.purpose == "emergency"):
        return []
    sentence = (
        N_("This notice is meant as an emergency: choose that, or write your own words.")
        if meant
        else N_("This notice is no emergency: choose another purpose, or write your own words.")
    )
    return [Objection("purpose", sentence)]


def _about_day(desk: Desk, now: datetime, settings: Settings) -> list[Objection]:
    """A notice names one day: it cannot be over when the text is read, nor be repeated."""
    day = day_of(desk.values.get("day", ""))
    if day is None or all(one.name != "day" for one in notices.blanks(desk.notice)):
        return []
    if desk.when.how == "repeat":
        return [Objection("when", N_("This notice names one day, so it cannot be repeated."))]
    if day < read_on(desk, now, settings):
        return [Objection("blank-day", N_("The day in the notice is over when families read it."))]
    return []


def _about_whom(desk: Desk) -> list[Objection]:
    if not desk.whom:
        return [Objection("whom", N_("Choose whom it is for."), missing=True)]
    if desk.whom == "some" and not desk.kinds:
        return [Objection("kinds", N_("Choose what the people are to the school."), missing=True)]
    picked = desk.schools or desk.grades or desk.groups or desk.languages or desk.kinds != ("guardian",)
    if desk.whom == "some" and not picked:
        sentence = N_("Choose at least one school, grade, group or language.")
        return [Objection("whom", sentence, missing=True)]
    return []


def _about_question(desk: Desk) -> list[Objection]:
    if desk.phase == "inquire" and desk.ask not in ASKS:
        return [Objection("ask", N_("Choose how families answer."), missing=True)]
    said = _about_limits(desk)
    for number, one in enumerate(_more(desk), 2):
        said += [replace(each, question=number) for each in _about_limits(_alone(one))]
    return said


def _about_limits(desk: Desk) -> list[Objection]:
    if desk.ask != "number":
        return []
    if _whole(desk.low) is None or _whole(desk.high) is None:
        sentence = N_("Give the lowest and the highest number that can be answered.")
        return [Objection("limits", sentence, missing=not (desk.low and desk.high))]
    return []


def _about_reminder(desk: Desk, now: datetime, settings: Settings) -> list[Objection]:
    if not desk.remind or desk.ask not in ASKS:
        return []
    return against_reminder(
        _whole(desk.remind_after) or 0,
        asks=True,
        repeats=desk.when.how == "repeat",
        sent_on=read_on(desk, now, settings),
        decided_on=day_of(desk.decided_on),
    )


def remind_after_of(desk: Desk) -> int | None:
    """Return what `Broadcast.remind_after` keeps."""
    return (_whole(desk.remind_after) or None) if desk.remind and desk.ask in ASKS else None


def _about_decision(desk: Desk, now: datetime, settings: Settings) -> list[Objection]:
    if not desk.decided_on or desk.ask not in ASKS:
        return []
    day = day_of(desk.decided_on)
    if day is None or day < read_on(desk, now, settings):
        sentence = N_("The day on which families hear what came of it must still be to come.")
        return [Objection("decided_on", sentence)]
    return []
