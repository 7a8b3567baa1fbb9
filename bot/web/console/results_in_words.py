"""What an inquiry has brought in as sentences, chart labels and tables, in the language of the console."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.exports import Table, Value, without_phone_numbers
from bot.inquiry import LANGUAGE, Cell, Choice, Gap, Line, Missing, Range, Results, Span, Words
from bot.inquiry import Step as HowFar
from bot.messages import ReplyState
from bot.small_cells import Seen
from bot.store.tables import GroupKind
from bot.web.charts import SERIES, Bar, Piece, Step
from bot.web.console.wording import N_, Wording

#: what a table of one kind of line is called
HEADINGS: Final[Mapping[str, str]] = {
    LANGUAGE: N_("By language"),
    GroupKind.SCHOOL: N_("By school"),
    GroupKind.GRADE: N_("By grade"),
    GroupKind.CLASS: N_("By class"),
    GroupKind.PROGRAMME: N_("By programme"),
    GroupKind.COMMITTEE: N_("By committee"),
}

#: what the table of their answers is called
ANSWERS: Final[Mapping[str, str]] = {
    LANGUAGE: N_("What families of each language answered"),
    GroupKind.SCHOOL: N_("What families of each school answered"),
    GroupKind.GRADE: N_("What families of each grade answered"),
    GroupKind.CLASS: N_("What families of each class answered"),
    GroupKind.PROGRAMME: N_("What families of each programme answered"),
    GroupKind.COMMITTEE: N_("What families of each committee answered"),
}

_LINES: Final[Mapping[str, str]] = {
    LANGUAGE: N_("Language"),
    GroupKind.SCHOOL: N_("School"),
    GroupKind.GRADE: N_("Grade"),
    GroupKind.CLASS: N_("Class"),
    GroupKind.PROGRAMME: N_("Programme"),
    GroupKind.COMMITTEE: N_("Committee"),
}

_ANY_DAY: Final = date(2000, 1, 3)  #: a time of day needs one to be written
_FIXED: Final[Mapping[str, str]] = {"yes": N_("yes"), "no": N_("no")}
_STATES: Final[Mapping[str, str]] = {
    ReplyState.RECEIVED: N_("received"),
    ReplyState.READ_BACK: N_("read back"),
    ReplyState.CONFIRMED: N_("family says: right"),
    ReplyState.CORRECTED: N_("family put it right"),
    ReplyState.UNCONFIRMED: N_("not confirmed"),
    ReplyState.WITH_STAFF: N_("with a person"),
}
_HIDDEN: Final[Mapping[Seen, str]] = {Seen.FEW: N_("fewer than 10"), Seen.COVERED: N_("not shown")}


def who_is_missing(say: Wording, missing: Missing) -> str:
    """Say how many families were heard from, and who is missing."""
    if not missing.reached:
        return say.say("No family has been reached so far, so nobody is missing yet.")
    heard = say.number(missing.heard)
    if not missing.enough:
        return say.say_many(
            "We have heard from %(heard)s of %(num)s family: too few to say who is missing.",
            "We have heard from %(heard)s of %(num)s families: too few to say who is missing.",
            missing.reached,
            heard=heard,
        )
    said = say.say_many(
        "We have heard from %(heard)s of %(num)s family.",
        "We have heard from %(heard)s of %(num)s families.",
        missing.reached,
        heard=heard,
    )
    return f"{said} {_missing_most(say, missing)}" if missing.heard < missing.reached else said


def _missing_most(say: Wording, missing: Missing) -> str:
    named = [_counted(say, gap) for gap in missing.named]
    if not named:
        return say.say("No language, school or group stands out among the rest.")
    if len(named) == 1:
        return say.say("Missing most: %(families)s.", families=named[0])
    return say.say("Missing most: %(families)s and %(others)s.", families=named[0], others=named[1])


def _counted(say: Wording, gap: Gap) -> str:
    numbers = {"heard": say.number(gap.heard), "reached": say.number(gap.reached)}
    return say.say("%(families)s (%(heard)s of %(reached)s)", families=families(say, gap), **numbers)


def families(say: Wording, gap: Gap) -> str:
    """Name a part of the families, as the middle of a sentence."""
    language = say.language_name(gap.language) if gap.language else ""
    group = set_apart(say, gap.group or "")
    match gap.kind:
        case None:
            return say.say("%(language)s-speaking families", language=language)
        case GroupKind.SCHOOL if gap.language:
            return say.say("%(language)s-speaking families of %(school)s", language=language, school=group)
        case GroupKind.GRADE:
            return say.say("families with a child in grade %(grade)s", grade=group)
    return say.say("families of %(group)s", group=group)


def set_apart(say: Wording, name: str) -> str:
    """Keep a name of the other direction from turning the words around it."""
    turns = say.direction == "rtl" or any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in name)
    return f"\u2068{name}\u2069" if turns else name


def line_name(say: Wording, line: Line) -> str:
    """Name a line of a table."""
    return say.language_name(line.key) if line.kind == LANGUAGE else line.name


def line_heading(say: Wording, kind: str) -> str:
    """Name the first column of a table."""
    return say.say(_LINES.get(kind, "Group"))


def choice_name(say: Wording, choice: Choice) -> str:
    """Name something that could be answered."""
    if choice.label is not None:
        return choice.label
    return say.say(_FIXED.get(choice.value, N_("something else")))


def seen(say: Wording, cell: Cell) -> str:
    """Say a number, or why it is not shown."""
    return say.number(cell.number) if cell.number is not None else say.say(_HIDDEN[cell.seen])


def state_name(say: Wording, state: str) -> str:
    """Say how sure we are of a reply."""
    return say.say(_STATES.get(state, state))


def range_name(say: Wording, found: Range, kind: str) -> str:
    """Say one number or day, or from which to which."""
    low, high = _value(say, found.low, kind), _value(say, found.high, kind)
    return low if low == high else say.say("%(low)s to %(high)s", low=low, high=high)


def _value(say: Wording, value: float, kind: str) -> str:
    match kind:
        case "date":
            return day(say, date.fromordinal(int(value)))
        case "time":
            return say.clock(datetime.combine(_ANY_DAY, time(*divmod(int(value), 60)), say.zone))
    return say.number(value)


def day(say: Wording, found: date) -> str:
    """Write a day of the school's calendar."""
    return say.day(datetime.combine(found, time(12), say.zone))


def span_name(say: Wording, span: Span) -> str:
    """Say a day, some days, or some hours."""
    last = span.ends - timedelta(minutes=1)
    if (span.ends - span.begins) % timedelta(days=1):
        return say.say("%(day)s, %(from)s to %(until)s", **{
            "day": say.day(span.begins), "from": say.clock(span.begins), "until": say.clock(span.ends),
        })  # fmt: skip
    first_day, last_day = say.day(span.begins), say.day(last)
    if first_day == last_day:
        return first_day
    return say.say("%(low)s to %(high)s", low=first_day, high=last_day)


def choice_bars(say: Wording, results: Results) -> list[Bar]:
    """Draw what was answered; each bar is cut by language where that may be seen."""
    return [
        Bar(_choice_label(say, results, choice, cell), _cut_by_language(results, place, cell))
        for place, (choice, cell) in enumerate(zip(results.choices, results.by_choice, strict=True))
    ]


def _choice_label(say: Wording, results: Results, choice: Choice, cell: Cell) -> str:
    name = set_apart(say, choice_name(say, choice))
    if cell.number is None:
        return say.say("%(name)s: %(number)s", name=name, number=seen(say, cell))
    return _share(say, name, cell.number, results.answers)


def _cut_by_language(results: Results, place: int, cell: Cell) -> list[Piece] | None:
    """Give each of the largest languages a piece, and what is left one more; one piece if there are none."""
    if cell.number is None:
        return None
    whole, languages = results.answers or 1, _drawn_languages(results)
    if not languages:
        return [Piece(cell.number / whole)]
    parts = [line.answers[place].number or 0 for line in languages]
    pieces = [Piece(part / whole, series) for series, part in enumerate(parts, 1) if part]
    rest = cell.number - sum(parts)
    return [*pieces, Piece(rest / whole, SERIES)] if rest > 0 else pieces


def _drawn_languages(results: Results) -> tuple[Line, ...]:
    """The largest languages, if any cell of theirs may be seen at all."""
    lines = results.of(LANGUAGE)[: SERIES - 1]
    return lines if any(cell.number for line in lines for cell in line.answers) else ()


def choice_legend(say: Wording, results: Results) -> list[tuple[int, str]]:
    """Return the series of `choice_bars` and what each means; nothing where bars are not cut."""
    languages = _drawn_languages(results)
    used = {piece.series for bar in choice_bars(say, results) for piece in bar.pieces or ()}
    named = [(series, line_name(say, line)) for series, line in enumerate(languages, 1)]
    other = N_("other languages") if results.small else N_("other languages, and numbers that are not shown")
    rest = (SERIES, say.say(other))
    return [(series, name) for series, name in [*named, rest] if series in used] if languages else []


def heard_bars(say: Wording, results: Results, kind: str) -> list[Bar]:
    """Draw which share of each line's families was heard from."""
    bars = []
    for line in results.of(kind):
        name = set_apart(say, line_name(say, line))
        if line.reached.number is None or line.heard.number is None:
            number = seen(say, line.reached)
            bars.append(Bar(say.say("%(name)s: %(number)s", name=name, number=number)))
        else:
            label = _share(say, name, line.heard.number, line.reached.number)
            bars.append(Bar(label, [Piece(line.share or 0.0)]))
    return bars


def _share(say: Wording, name: str, number: int, whole: int) -> str:
    return say.say(
        "%(name)s: %(number)s of %(whole)s (%(share)s)",
        name=name,
        number=say.number(number),
        whole=say.number(whole),
        share=say.percent(number / whole if whole else 0.0),
    )


def time_steps(spans: Sequence[Span]) -> list[Step]:
    """Place spans along the width of a chart, each as wide as it took."""
    if not spans:
        return []
    begins, ends = spans[0].begins.replace(tzinfo=None), spans[-1].ends.replace(tzinfo=None)
    return [
        Step(
            (span.begins.replace(tzinfo=None) - begins) / (ends - begins),
            (span.ends.replace(tzinfo=None) - begins) / (ends - begins),
            span.replies,
        )
        for span in spans
    ]


def figure_tables(say: Wording, results: Results) -> list[Table]:
    """Put every figure of a page into tables, for a file."""
    tables = [_summary(say, results)]
    if results.choices:
        rows = [
            (choice_name(say, choice), _in_file(say, cell))
            for choice, cell in zip(results.choices, results.by_choice, strict=True)
        ]
        tables.append(Table(say.say("By answer"), (say.say("Answer"), say.say("Answers")), rows, (40, 14)))
    if results.ranges:
        rows = [(range_name(say, one, results.kind), _in_file(say, one.cell)) for one in results.ranges]
        tables.append(Table(say.say("By answer"), (say.say("Answer"), say.say("Answers")), rows, (40, 14)))
    tables += [_of_kind(say, results, kind) for kind in results.kinds]
    when = [(span_name(say, span), span.replies) for span in results.spans]
    tables.append(Table(say.say("Over time"), (say.say("When"), say.say("Replies")), when, (40, 14)))
    return tables


def tables_of(say: Wording, every: Sequence[Results]) -> list[Table]:
    """Put every question's figures into tables; where there are several, each says whose they are."""
    first = every[0]
    if not first.steps:
        return figure_tables(say, first)
    numbered = [
        replace(table, name=f"{one.question}. {table.name}")
        for one in every
        for table in figure_tables(say, one)
    ]
    return [_how_far(say, first), *numbered]


def _how_far(say: Wording, results: Results) -> Table:
    heads = (say.say("Question"), say.say("Phones asked"), say.say("Answered"), say.say("Stopped here"))
    rows = [
        (f"{one.number}. {one.text}", _in_file(say, one.put), _in_file(say, one.answered), left(say, one))
        for one in results.steps
    ]
    return Table(say.say("How far phones came"), heads, rows, (60, 14, 14, 14))


def left(say: Wording, step: HowFar) -> Value:
    """Say how many phones stopped at a question, or why that is not shown."""
    return step.left if step.left is not None else seen(say, step.put)


def _summary(say: Wording, results: Results) -> Table:
    rows: list[tuple[Value, Value]] = [
        (say.say("Question"), results.asked_text or results.title),
        (say.say("In one sentence"), who_is_missing(say, results.missing)),
        (say.say("Families asked"), results.asked),
        (say.say("Families reached"), results.reached),
        (say.say("Families heard from"), results.heard),
        (say.say("Replies in time"), results.replies),
        (say.say("Replies that came late, not counted"), results.late),
    ]
    return Table(say.say("Summary"), (say.say("What"), say.say("Value")), rows, (44, 60))


def _of_kind(say: Wording, results: Results, kind: str) -> Table:
    names = [choice_name(say, choice) for choice in results.choices]
    heads = (line_heading(say, kind), say.say("Families reached"), say.say("Families heard from"), *names)
    rows = [
        (line_name(say, line), *(_in_file(say, cell) for cell in (line.reached, line.heard, *line.answers)))
        for line in results.of(kind)
    ]
    return Table(say.say(HEADINGS.get(kind, kind)), heads, rows, (30, *(14,) * (len(heads) - 1)))


def _in_file(say: Wording, cell: Cell) -> Value:
    return cell.number if cell.number is not None else seen(say, cell)


def one_table(say: Wording, tables: Sequence[Table]) -> Table:
    """Put several tables into one, a number a row, for a file that holds only one."""
    heads = (say.say("Table"), say.say("Line"), say.say("What"), say.say("Number"))
    return Table("", heads, list(_unfolded(tables)))


def _unfolded(tables: Sequence[Table]) -> Iterator[tuple[Value, ...]]:
    for table in tables:
        for name, *values in table.rows:
            for head, value in zip(table.heads[1:], values, strict=True):
                yield table.name, name, head, value


def words_table(say: Wording, answers: Sequence[Words], choices: Mapping[int, Sequence[Choice]]) -> Table:
    """Put every reply with its words into a table: no name, and no number that may be a phone's.

    `choices` are those of each question; where there are several, the question's number stands in a row.
    """
    several = len(choices) > 1
    names = {
        question: {choice.value: choice_name(say, choice) for choice in of}
        for question, of in choices.items()
    }
    instead = say.say("[number left out]")
    heads = [
        N_("Reply"), N_("Came"), N_("Language"), N_("Answer"), N_("In their own words"),
        N_("What we understood"), N_("What we read back"), N_("How sure"), N_("Understood by"), N_("Late"),
    ]  # fmt: skip
    rows = [_word_row(say, one, names.get(one.question, {}), instead) for one in answers]
    widths: tuple[int, ...] = (8, 17, 14, 20, 60, 60, 60, 18, 18, 8)
    if several:
        heads, widths = [*heads, N_("Question")], (*widths, 8)
        rows = [(*row, one.question) for row, one in zip(rows, answers, strict=True)]
    return Table(say.say("Answers in words"), [say.say(head) for head in heads], rows, widths)


def _word_row(say: Wording, one: Words, names: Mapping[str, str], instead: str) -> tuple[Value, ...]:
    answer = ", ".join(names.get(value, value) for value in (one.value or "").split(",") if value)
    texts = [
        without_phone_numbers(text or "", instead)
        for text in (one.words, one.understood_staff, one.understood_home)
    ]
    return (
        one.number,
        one.made_at.astimezone(say.zone).strftime("%Y-%m-%d %H:%M"),
        say.language_name(one.language),
        answer,
        *texts,
        state_name(say, one.state),
        understood_by(say, one.by),
        say.say("late") if one.late else "",
    )


def understood_by(say: Wording, by: str) -> str:
    """Say who wrote what we understood: nobody had to for a choice."""
    kind, _, name = by.partition(":")
    return name if kind in {"liaison", "engine"} and name else say.say("the family itself")
