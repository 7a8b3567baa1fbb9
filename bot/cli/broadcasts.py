"""Commands for what goes out: announce, ask, first-contact, translate, approve, recall, stop, broadcasts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text
from sqlmodel import Session, col, select

from bot import broadcasts, calendar, hours, languages
from bot.app import App
from bot.broadcasts import Draft, Line, Preview, question_file
from bot.cli.front import Json, console, errors, front
from bot.conversation import times
from bot.conversation.ask import Ask, Worded
from bot.errors import BroadcastError, TranslationFailed
from bot.store import audience as audiences
from bot.store import outbox
from bot.store.tables import EPOCH, Broadcast, Schedule, TranslationState

app = typer.Typer()

UNREAD = " (no native reader yet)"  #: behind the provenance of an unreviewed notice

Texts = Annotated[str | None, typer.Option("--text", "-t", help="What families read, in your language.")]
Notice = Annotated[
    str | None, typer.Option(help="A ready-made notice instead of --text; “homeloop notices” lists them.")
]
Value = Annotated[list[str] | None, typer.Option(help="Fill a notice's gap: day=“Tuesday 14”. Repeatable.")]
Title = Annotated[str | None, typer.Option(help="Its name in lists; families do not see it.")]
School = Annotated[list[str] | None, typer.Option(help="Only this school. Repeatable.")]
Grade = Annotated[list[str] | None, typer.Option(help="Only this grade. Repeatable.")]
Group = Annotated[list[str] | None, typer.Option(help="Only this class, programme or committee. Repeatable.")]
Language = Annotated[
    list[str] | None, typer.Option(help="Only phones written to in this language. Repeatable.")
]
Typed = Annotated[
    list[str] | None, typer.Option("--translation", help="A text you have: so=“Iskuulka…”. Repeatable.")
]
Choices = Annotated[
    list[str] | None,
    typer.Option("--choices-in", help="The choices in a language: so=“subax|galab|fiid”. Repeatable."),
]
DraftMissing = Annotated[bool, typer.Option(help="Let the translation engine draft missing languages.")]
Accept = Annotated[
    list[str] | None,
    typer.Option(help="This language's draft was read by somebody who reads it. Repeatable."),
]
Fallback = Annotated[
    str | None,
    typer.Option(help="For languages without a text: “en” (labelled) or another, or “none” for a call list."),
]
At = Annotated[
    str, typer.Option(help="When, on the school's clock: “06:00”, “tomorrow 06:00”, a date, “now”.")
]
Rule = Annotated[str | None, typer.Option("--repeat", help="An RFC 5545 rule: FREQ=WEEKLY;BYDAY=MO.")]
Expires = Annotated[
    str | None,
    typer.Option(help="What has not left by then is given up: 4h, 10:00, 2026-12-01T10:00, or always."),
]
Ways = Annotated[
    str | None,
    typer.Option(
        "--if-unreached",
        help="Ways tried after a failure, in order: number,channel,guardian, or some of them; “call”: none.",
    ),
]
RemindAfter = Annotated[
    str | None,
    typer.Option(help="Remind whoever has not answered, once, after so many days: 3d. It decides something."),
]
Approve = Annotated[bool, typer.Option("--approve", help="Approve and schedule without being asked.")]
Count = Annotated[int | None, typer.Option(help="The number of phones, typed, for a large broadcast.")]


@dataclass(frozen=True, slots=True)
class Words:
    """The texts that a command was given."""

    text: str | None
    notice: str | None
    values: Mapping[str, str]
    translations: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    verbs: Mapping[str, str]
    later: tuple[str, ...] = ()  #: of an inquiry's questions after the first
    later_in: Mapping[str, tuple[Worded, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Going:
    """How it is to go out."""

    fallback: str | None
    at: str
    rrule: str | None
    approve: bool
    count: int | None
    draft_missing: bool
    accept: Sequence[str]
    as_json: bool
    expires: str | None = None
    ways: str | None = None
    remind_after: int | None = None


@app.command()
def announce(
    ctx: typer.Context,
    text: Texts = None,
    notice: Notice = None,
    value: Value = None,
    title: Title = None,
    school: School = None,
    grade: Grade = None,
    group: Group = None,
    language: Language = None,
    translation: Typed = None,
    draft_missing: DraftMissing = False,
    accept: Accept = None,
    fallback: Fallback = None,
    emergency: Annotated[
        bool, typer.Option(help="Closings and danger: goes first, and at any hour.")
    ] = False,
    at: At = "now",
    repeat: Rule = None,
    expires: Expires = None,
    if_unreached: Ways = None,
    approve: Approve = False,
    count: Count = None,
    as_json: Json = False,
) -> None:
    """Tell families something: draft it, look at it, approve it, schedule it."""
    homeloop = front(ctx).app()
    ours = {"school": homeloop.settings.school.name, "phone": homeloop.settings.school.phone}
    words = Words(text, notice, ours | _pairs(value), _pairs(translation, language=True), {}, {})
    worth, ways = _expiry(expires), _ways(if_unreached)
    going = Going(fallback, at, repeat, approve, count, draft_missing, accept or (), as_json, worth, ways)
    purpose = "emergency" if emergency else _purpose(notice)
    _make(homeloop, words, _names(school, grade, group, language), going, title, purpose=purpose)


@app.command()
def ask(
    ctx: typer.Context,
    text: Texts = None,
    choice: Annotated[
        list[str] | None, typer.Option(help="One choice, in your language. Repeatable.")
    ] = None,
    yes_no: Annotated[bool, typer.Option("--yes-no", help="A yes/no question.")] = False,
    number: Annotated[str | None, typer.Option(help="A number within limits: 1-12.")] = None,
    own_words: Annotated[bool, typer.Option("--own-words", help="They answer in their own words.")] = False,
    several: Annotated[bool, typer.Option("--several", help="Several of the choices may be sent.")] = False,
    scale: Annotated[bool, typer.Option("--scale", help="A mark from 1 to 5.")] = False,
    day: Annotated[bool, typer.Option("--day", help="They answer with a day.")] = False,
    clock: Annotated[
        str | None, typer.Option("--time", help="A time of day within limits: 15:00-18:00; or “any”.")
    ] = None,
    other: Annotated[bool, typer.Option(help="End the choices with “something else”.")] = True,
    per_child: Annotated[bool, typer.Option(help="The answer may differ from child to child.")] = False,
    questions: Annotated[
        Path | None,
        typer.Option(
            "--questions",
            help="A TOML file of 1 to 6 questions, put one after the other, with skips; in place of --text.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    decide_by: Annotated[str | None, typer.Option(help="The day families hear what came of it.")] = None,
    title: Title = None,
    school: School = None,
    grade: Grade = None,
    group: Group = None,
    language: Language = None,
    translation: Typed = None,
    choices_in: Choices = None,
    verb: Annotated[
        list[str] | None, typer.Option(help="A yes/no question's verb, which is its “yes”: hmn=tuaj.")
    ] = None,
    draft_missing: DraftMissing = False,
    accept: Accept = None,
    fallback: Fallback = None,
    at: At = "now",
    repeat: Rule = None,
    expires: Expires = None,
    if_unreached: Ways = None,
    remind_after: RemindAfter = None,
    approve: Approve = False,
    count: Count = None,
    as_json: Json = False,
) -> None:
    """Ask families something; answers are read back until they say “that is what I meant”."""
    marked = "scale" if scale else "date" if day else "time" if clock else None
    written = None
    if questions is not None:
        if text or choice or yes_no or number or own_words or marked or translation:
            raise BroadcastError("With --questions everything that is asked stands in the file.")
        written = question_file.read(questions.read_text(encoding="utf-8"))
        question, words = written.ask, _from_file(written)
        title = title or written.title
    else:
        question = _question(
            tuple(choice or ()), yes_no, number, own_words, other, per_child, several, marked, clock or ""
        )
        words = Words(
            text,
            None,
            {},
            _pairs(translation, language=True),
            {tag: _split(line) for tag, line in _pairs(choices_in, language=True).items()},
            _pairs(verb, language=True),
        )
    decided_on = _day(decide_by) or (written.decide_by if written else None)
    worth, ways = _expiry(expires), _ways(if_unreached)
    going = Going(
        fallback, at, repeat, approve, count, draft_missing, accept or (), as_json, worth, ways,
        _days(remind_after),
    )  # fmt: skip
    names = _names(school, grade, group, language)
    _make(front(ctx).app(), words, names, going, title, ask=question, decided_on=decided_on)


def _from_file(written: question_file.Written) -> Words:
    """Lay the words of a file out as those of the options."""
    firsts = {tag: words[0] for tag, words in written.languages.items()}
    return Words(
        written.texts[0],
        None,
        {},
        {tag: words.text for tag, words in firsts.items()},
        {tag: words.choices for tag, words in firsts.items() if words.choices},
        {tag: words.asked for tag, words in firsts.items() if words.asked},
        written.texts[1:],
        {tag: words[1:] for tag, words in written.languages.items()},
    )


@app.command("first-contact")
def first_contact(
    ctx: typer.Context,
    at: At = "now",
    accept: Accept = None,
    fallback: Fallback = None,
    approve: Approve = False,
    count: Count = None,
    as_json: Json = False,
) -> None:
    """Introduce us to phones that we have never written to, and whose families were told of us before."""
    homeloop = front(ctx).app()
    _starts(homeloop, at)
    now, zone = homeloop.clock.now(), homeloop.settings.school.zone
    broadcast = homeloop.store.writing(broadcasts.first_contact, homeloop.settings, now)
    untold = homeloop.store.reading(broadcasts.newcomers, now.astimezone(zone).date()).untold
    if untold and not as_json:
        console.print(f"{untold} people more must be told of us first: on paper, by a partner, by a person.")
    _send(homeloop, broadcast, Going(fallback, at, None, approve, count, False, accept or (), as_json))


@app.command()
def translate(
    ctx: typer.Context,
    broadcast: int,
    language: str,
    text: str,
    choices: Annotated[str | None, typer.Option(help="The choices, with | between them.")] = None,
    verb: Annotated[str | None, typer.Option(help="A yes/no question's verb.")] = None,
    then: Annotated[
        list[str] | None,
        typer.Option(help="The next question's words, its choices after |: “Which?|one|two”. Repeatable."),
    ] = None,
) -> None:
    """Type a draft broadcast's text in one language."""
    homeloop = front(ctx).app()
    homeloop.store.writing(
        broadcasts.translate,
        broadcast,
        languages.by_name(language).tag,
        text,
        choices=_split(choices) if choices else (),
        asked=verb,
        more=[Worded(words[0], words[1:]) for words in map(_split, then or ())],
        provenance="typed",
        state=TranslationState.REVIEWED,
        now=homeloop.clock.now(),
    )
    _show(homeloop, broadcast, homeloop.store.reading(broadcasts.preview, broadcast, homeloop.settings))


@app.command()
def approve(
    ctx: typer.Context,
    broadcast: int,
    accept: Accept = None,
    fallback: Fallback = None,
    at: At = "now",
    repeat: Rule = None,
    yes: Annotated[bool, typer.Option("--approve", help="Without being asked.")] = False,
    count: Count = None,
    as_json: Json = False,
) -> None:
    """Approve a draft and schedule it."""
    _send(front(ctx).app(), broadcast, Going(fallback, at, repeat, yes, count, False, accept or (), as_json))


@app.command()
def recall(ctx: typer.Context, broadcast: int) -> None:
    """Take a broadcast back before any of it has gone."""
    front(ctx).app().store.writing(broadcasts.recall, broadcast)
    console.print(f"Broadcast {broadcast} is recalled: nobody got it.")


@app.command()
def stop(ctx: typer.Context, broadcast: int) -> None:
    """Stop a broadcast that is going out."""
    left = front(ctx).app().store.writing(broadcasts.stop, broadcast)
    console.print(
        f"Broadcast {broadcast} is stopped: {left} texts will not be sent. What is on its way arrives."
    )


@app.command("broadcasts")
def list_broadcasts(ctx: typer.Context) -> None:
    """List broadcasts, newest first."""
    homeloop = front(ctx).app()
    table = Table("no.", "title", "purpose", "state", "next")
    zone = homeloop.settings.school.zone
    for broadcast, plan in homeloop.store.reading(_newest):
        coming = f"{plan.next_at.astimezone(zone):%Y-%m-%d %H:%M}" if plan and plan.next_at else ""
        table.add_row(str(broadcast.id), Text(broadcast.title), broadcast.purpose, broadcast.state, coming)
    console.print(table)


@app.command()
def notices(ctx: typer.Context) -> None:
    """List the ready-made notices, with what each needs."""
    table = Table("name", "what it says", "needs")
    for notice in languages.notices():
        table.add_row(notice.name, Text(notice.about), ", ".join(sorted(notice.placeholders)))
    console.print(table)


def _newest(session: Session) -> list[tuple[Broadcast, Schedule | None]]:
    rows = session.exec(
        select(Broadcast, Schedule)
        .outerjoin(Schedule, col(Schedule.broadcast_id) == Broadcast.id)
        .order_by(col(Broadcast.id).desc())
        .limit(50)
    )
    return [(broadcast, plan) for broadcast, plan in rows]


def _make(
    homeloop: App,
    words: Words,
    names: Mapping[str, Sequence[str]],
    going: Going,
    title: str | None,
    *,
    purpose: str = "school",
    ask: Ask | None = None,
    decided_on: date | None = None,
) -> None:
    now = homeloop.clock.now()
    zone = homeloop.settings.school.zone
    if going.rrule is not None:
        calendar.parse_rrule(going.rrule, _starts(homeloop, going.at), zone)
    else:
        _starts(homeloop, going.at)  # a wrong time is said before anything is kept
    today = now.astimezone(zone).date()
    text = _source(words, today)
    audience = homeloop.store.reading(audiences.resolve, **names)
    written = Draft(
        title=title or words.notice or text[:40],
        text=text,
        audience=audience,
        source_language=homeloop.settings.school.staff_language,
        purpose=purpose,
        ask=ask,
        decided_on=decided_on,
        provenance=f"notice:{words.notice}" if words.notice else "typed",
        fallback=going.fallback,
        worth=going.expires,
        routes=going.ways,
        remind_after=going.remind_after,
        more=words.later,
    )
    _may_remind(homeloop, written, going)

    def keep(session: Session) -> int:
        made = broadcasts.draft(session, written, now)
        _keep_texts(session, homeloop, made, words, today)
        return made

    broadcast = homeloop.store.writing(keep)
    if going.draft_missing:
        asyncio.run(_draft_missing(homeloop, broadcast, written))
    _send(homeloop, broadcast, going)


def _source(words: Words, today: date) -> str:
    if words.notice is None:
        if words.text is None:
            raise BroadcastError("Say what families should read: --text “…”, or --notice NAME.")
        return words.text
    return _notice(words, "en", today)


def _notice(words: Words, tag: str, today: date) -> str:
    """Fill a notice; days ("2026-12-01") and times ("06:00") are written as families of `tag` read them."""
    assert words.notice is not None
    values = {name: _family_value(value, tag, today) for name, value in words.values.items()}
    try:
        return languages.notice_text(words.notice, tag, **values)
    except KeyError as error:
        raise BroadcastError(f"{error.args[0]} Give it with --value NAME=….") from None


def _family_value(value: str, tag: str, today: date) -> str:
    for read in (date.fromisoformat, time.fromisoformat):
        try:
            found = read(value)
        except ValueError:
            continue
        if isinstance(found, date):
            return languages.family_date(found, tag, today=today)
        return languages.family_time(found, tag)
    return value


def _keep_texts(session: Session, homeloop: App, broadcast: int, words: Words, today: date) -> None:
    now, source = homeloop.clock.now(), homeloop.settings.school.staff_language
    if words.notice is not None:
        for tag in _known_notice(words.notice).languages:
            if tag in {source, *words.translations}:
                continue
            text = _notice(words, tag, today)
            reviewed = languages.notice_review(words.notice, tag) is not languages.Review.UNREVIEWED
            seen = reviewed or homeloop.settings.unreviewed.get(tag, False)
            state = TranslationState.REVIEWED if seen else TranslationState.MACHINE
            source_of = f"notice:{words.notice}" + ("" if reviewed else UNREAD)
            broadcasts.translate(session, broadcast, tag, text, provenance=source_of, state=state, now=now)
    for tag, text in words.translations.items():
        broadcasts.translate(
            session,
            broadcast,
            tag,
            text,
            choices=words.choices.get(tag, ()),
            asked=words.verbs.get(tag),
            more=words.later_in.get(tag, ()),
            provenance="typed",
            state=TranslationState.REVIEWED,
            now=now,
        )


async def _draft_missing(homeloop: App, broadcast: int, written: Draft) -> None:
    """Let the engine draft every language of the audience that has no text yet; say which it could not."""
    engine = homeloop.translator
    if engine is None:
        raise BroadcastError("No translation engine is configured: set translation.engine in config.toml.")
    shown = await homeloop.store.read(broadcasts.preview, broadcast, homeloop.settings, fallback="none")
    for line in shown.lines:
        if line.state != "missing":
            continue
        try:
            text = await engine.translate(written.text, written.source_language, line.language)
            wanted = written.ask.choices if written.ask else ()
            choices = [await engine.translate(one, written.source_language, line.language) for one in wanted]
            later = [
                await engine.translate(one, written.source_language, line.language)
                for one in _later_words(written)
            ]
        except TranslationFailed as error:
            errors.print(f"{languages.language(line.language).english}: {error}", style="yellow")
            continue
        await homeloop.store.write(
            broadcasts.translate,
            broadcast,
            line.language,
            text,
            choices=choices,
            more=_reworded(written, later),
            provenance=f"engine:{homeloop.settings.translation.engine}",
            state=TranslationState.MACHINE,
            now=homeloop.clock.now(),
        )


def _later_words(written: Draft) -> list[str]:
    """Return every text and choice of the questions after the first, in order."""
    later = zip(written.more, written.ask.more if written.ask else (), strict=True)
    return [words for text, ask in later for words in (text, *ask.choices)]


def _reworded(written: Draft, words: Sequence[str]) -> list[Worded]:
    """Put words in the order of `_later_words` back into their questions."""
    rest, later = iter(words), written.ask.more if written.ask else ()
    return [Worded(next(rest), tuple(next(rest) for _ in ask.choices)) for ask in later]


def _send(homeloop: App, broadcast: int, going: Going) -> None:
    """Show what would go, have it approved, schedule it."""
    now = homeloop.clock.now()
    if going.accept:
        tags = [languages.by_name(one).tag for one in going.accept]
        homeloop.store.writing(broadcasts.accept_drafts, broadcast, tags)
    shown = homeloop.store.reading(broadcasts.preview, broadcast, homeloop.settings, fallback=going.fallback)
    if not going.as_json:
        _show(homeloop, broadcast, shown)
    count = going.count
    if not going.approve:
        if shown.objections or not sys.stdin.isatty():
            console.print(f"Kept as a draft. “homeloop approve {broadcast}” sends it once it is ready.")
            return
        count = typer.prompt(
            "To approve it, type the number of phones; anything else keeps it as a draft", type=int
        )
        if count != shown.phones:
            console.print(f"Kept as a draft: {count} is not {shown.phones}.")
            return
    starts = _starts(homeloop, going.at)

    def go(session: Session) -> Any:
        broadcasts.approve(
            session, broadcast, homeloop.settings, now=now, fallback=going.fallback, typed_count=count
        )
        return broadcasts.schedule(session, broadcast, starts, homeloop.settings, rrule=going.rrule, now=now)

    first = homeloop.store.writing(go).astimezone(homeloop.settings.school.zone)
    if going.as_json:
        kept = {"broadcast": broadcast, "first": first.isoformat(), "phones": shown.phones}
        lines = [asdict(line) for line in shown.lines]
        typer.echo(json.dumps({**kept, "languages": lines}, ensure_ascii=False))
    else:
        console.print(f"Broadcast {broadcast} is approved and goes out on {first:%A %Y-%m-%d at %H:%M}.")


def _starts(homeloop: App, at: str) -> Any:
    zone, now = homeloop.settings.school.zone, homeloop.clock.now()
    if at.strip().lower() == "now":
        return now.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return calendar.parse_local(at, now, zone)


def _show(homeloop: App, broadcast: int, shown: Preview) -> None:
    table = Table(
        "language", "phones", "text", "parts", "state", title=f"Broadcast {broadcast}", show_lines=True
    )
    for line in shown.lines:
        name = languages.language(line.language).english
        body = "\n\n".join((line.text, *line.more))
        text = Text(body or "— no text: a list for a call —", style="" if body else "red")
        style = "yellow" if line.fallback or UNREAD in line.provenance else ""
        standing = Text(_standing(line), style=style)
        table.add_row(name, str(line.phones), text, f"{line.parts} {line.encoding}".strip("0 "), standing)
    console.print(table)
    console.print(f"{shown.phones} phones, {shown.reach.people} people.", end=" ")
    if shown.reach.unreached:
        console.print(f"{len(shown.reach.unreached)} people cannot be reached:")
        why: dict[str, int] = {}
        for one in shown.reach.unreached:
            why[one.why] = why.get(one.why, 0) + 1
        console.print("  " + ", ".join(f"{count} {reason}" for reason, count in sorted(why.items())))
    else:
        console.print("Everybody can be reached.")
    for objection in shown.objections:
        errors.print(objection, style="red")


def _standing(line: Line) -> str:
    """Say where a text comes from, and what is missing where there is none."""
    if not line.fallback:
        return line.provenance
    match line.state:
        case "missing":
            missing = "no text"
        case TranslationState.MACHINE | TranslationState.STALE:
            missing = f"a draft waits: --accept {line.language}"
        case _:
            missing = f"a question or its choices have no words: --choices-in {line.language}=“…|…”"
    if line.written_in is None:
        return missing
    return f"{missing}; they get {languages.language(line.written_in).english}, labelled"


def _question(
    choices: tuple[str, ...],
    yes_no: bool,
    number: str | None,
    own_words: bool,
    other: bool,
    per_child: bool,
    several: bool = False,
    marked: str | None = None,
    clock: str = "",
) -> Ask:
    if sum((bool(choices), yes_no, number is not None, own_words, marked is not None)) != 1:
        raise BroadcastError(
            "Say what kind of answer you want: --yes-no, several --choice “…” (with --several if more "
            "than one may be sent), --number 1-12, --scale, --day, --time 15:00-18:00, or --own-words."
        )
    if marked == "time":
        earliest, latest = _window(clock)
        return Ask("time", low=earliest, high=latest, per_child=per_child)
    if marked is not None:
        return Ask(marked, per_child=per_child)
    if yes_no:
        return Ask("yes_no", per_child=per_child)
    if choices:
        return Ask("several_of" if several else "one_of", choices, other=other, per_child=per_child)
    if own_words:
        return Ask("own_words", per_child=per_child)
    low, _, high = (number or "").partition("-")
    if not low.strip().isdecimal() or not high.strip().isdecimal():
        raise BroadcastError(
            f"“{number}” gives no limits: write the lowest and the highest number, as in 1-12."
        )
    return Ask("number", low=int(low), high=int(high), per_child=per_child)


def _window(clock: str) -> tuple[int | None, int | None]:
    """Return the limits of "15:00-18:00" in minutes since midnight; none for "any"."""
    if clock.strip() == "any":
        return None, None
    first, _, last = clock.partition("-")
    try:
        return times.minutes(first.strip()), times.minutes(last.strip())
    except ValueError:
        raise BroadcastError(
            f"“{clock}” gives no limits: write the earliest and the latest time, as in 15:00-18:00, or any."
        ) from None


def _purpose(notice: str | None) -> str:
    if notice is None:
        return "school"
    return _known_notice(notice).purpose


def _known_notice(name: str) -> languages.Notice:
    known = {notice.name: notice for notice in languages.notices()}
    if name not in known:
        raise BroadcastError(f"There is no notice “{name}”: choose one of {', '.join(sorted(known))}.")
    return known[name]


def _names(
    school: list[str] | None, grade: list[str] | None, group: list[str] | None, language: list[str] | None
) -> dict[str, Sequence[str]]:
    return {
        "schools": school or (),
        "grades": grade or (),
        "groups": group or (),
        "languages": language or (),
    }


def _pairs(given: list[str] | None, *, language: bool = False) -> dict[str, str]:
    """Read repeated NAME=VALUE options; with `language` the names are languages, turned into tags."""
    pairs = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not equals:
            raise BroadcastError(f"“{one}” has no “=”: write NAME=TEXT.")
        pairs[languages.by_name(name).tag if language else name.strip()] = value
    return pairs


def _split(line: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.split("|"))


def _expiry(text: str | None) -> str | None:
    """Return until when it is worth sending, as `Broadcast.worth` keeps it."""
    if text is None:
        return None
    try:
        hours.worth_until(text.strip(), EPOCH, ZoneInfo("UTC"))
    except ValueError:
        raise BroadcastError(
            f"“{text}” is no time to give up at: write hours as 4h, a time as 10:00, a day with its time as "
            "2026-12-01T10:00, or always."
        ) from None
    return text.strip()


def _ways(text: str | None) -> str | None:
    """Return the ways after a failure, as `Broadcast.routes` keeps them."""
    if text is None:
        return None
    named = [one.strip() for one in text.split(",") if one.strip()]
    if named == ["call"]:
        return ""
    if not named or len(set(named)) < len(named) or not set(named) <= set(outbox.ROUTES):
        raise BroadcastError(
            f"“{text}” is no order of ways: write {', '.join(outbox.ROUTES)} in the order you want, or call."
        )
    return ",".join(named)


def _days(text: str | None) -> int | None:
    """Return a number of days, written as “3d” or “3”."""
    if text is None:
        return None
    number = text.strip().removesuffix("d")
    if not number.isascii() or not number.isdecimal():
        raise BroadcastError(f"“{text}” is no number of days: write it as 3d.")
    return int(number)


def _may_remind(homeloop: App, written: Draft, going: Going) -> None:
    """Raise `BroadcastError` if a reminder cannot come when it is wanted."""
    said = broadcasts.against_reminder(
        written.remind_after,
        asks=written.ask is not None,
        repeats=going.rrule is not None,
        sent_on=_starts(homeloop, going.at).date(),
        decided_on=written.decided_on,
    )
    if said:
        raise BroadcastError(" ".join(str(one) for one in said))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BroadcastError(f"“{text}” is no day: write it as 2026-12-01.") from None
