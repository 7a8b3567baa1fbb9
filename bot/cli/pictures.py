"""Reports drawn for a terminal: figures in, tables and sentences out; nothing is read here.

Families' words come from strangers and in every script. They are shown as text, never as markup; control
characters, which a terminal would obey, are replaced; and each line from right to left is an isolate
(Unicode UAX 9), so that Arabic stays in logical order and the columns beside it stay where they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from bot import languages
from bot.errors import LanguageError
from bot.figures import Answer, Failure, Families, Moved, Overview, Results, Said, Unknown, Waiting
from bot.forecast import UsedUp

BAR = 24  #: cells of the longest bar

_FIRST_STRONG, _POP = "\u2068", "\u2069"
_DIRECTIONS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))

#: how a reply's state reads on screen
STATES = {
    "received": "kept",
    "read_back": "asked whether right",
    "confirmed": "family says: right",
    "corrected": "family put it right",
    "unconfirmed": "never judged",
    "with_staff": "with staff",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Somebody's words in a cell, wrapped and isolated line by line."""

    text: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        style = console.get_style(self.style) if self.style else None
        for line in Text(clean(self.text)).wrap(console, options.max_width):
            yield Segment(_isolated(line.plain.rstrip()), style)
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        lines = clean(self.text).split("\n")
        words = clean(self.text).split() or [""]
        widest = max(cell_len(line) for line in lines)
        return Measurement(min(max(map(cell_len, words)), 12), max(widest, 1)).clamp(
            max_width=options.max_width
        )


def clean(text: str) -> str:
    """Return text that a terminal only shows: no control characters, no directions of its own."""
    shown = text.replace("\r\n", "\n").replace("\t", " ").translate(_DIRECTIONS)
    return "".join(
        "\ufffd" if unicodedata.category(letter) == "Cc" and letter != "\n" else letter for letter in shown
    )


def _isolated(line: str) -> str:
    """Isolate a line that runs from right to left; others need no invisible characters."""
    leftward = any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in line)
    return f"{_FIRST_STRONG}{line}{_POP}" if leftward else line


def language_name(tag: str) -> str:
    """Return a language's English name; the tag itself if nobody knows it."""
    try:
        return languages.language(tag).english
    except LanguageError:
        return tag


def moved(rows: Sequence[Moved], title: str) -> Table:
    """Draw deliveries by language and channel."""
    table = Table(title=title, title_justify="left", show_footer=True)
    table.add_column("Language", "all")
    table.add_column("By")
    table.add_column("Told", no_wrap=True, min_width=6)
    sums = [
        ("Texts", [one.total for one in rows]),
        ("To go", [one.to_go for one in rows]),
        ("Sent", [one.sent for one in rows]),
        ("Arrived", [one.delivered for one in rows]),
        ("Failed", [one.failed for one in rows]),
        ("Not known", [one.not_known for one in rows]),
    ]
    for head, column in sums:
        table.add_column(head, f"{sum(column):,}", justify="right")
    for place, one in enumerate(rows):
        name = language_name(one.language) + (" *" if one.fallback else "")
        numbers = (f"{column[place]:,}" if column[place] else "·" for _, column in sums)
        table.add_row(name, one.channel, bar(one.told, one.total, 10), *numbers)
    if any(one.fallback for one in rows):
        labelled = sum(one.fallback for one in rows)
        table.caption = f"* {labelled:,} of these texts are labelled ones in another language."
    return table


def moving(rows: Sequence[Moved]) -> Table:
    """Draw the same in one line a language, for a screen that has to hold everything at once."""
    channels = sorted({one.channel for one in rows})
    table = Table(show_footer=True)
    table.add_column("Language", "all")
    for channel in channels:
        those = [one for one in rows if one.channel == channel]
        table.add_column(f"Told by {channel}", _told(those), justify="right", no_wrap=True)
        table.add_column("", no_wrap=True, min_width=10)
    for head, numbers in _troubles(rows):
        table.add_column(head, f"{numbers:,}", justify="right")
    for tag in dict.fromkeys(one.language for one in rows):
        cells: list[str] = []
        for channel in channels:
            those = [one for one in rows if (one.language, one.channel) == (tag, channel)]
            told, total = sum(one.told for one in those), sum(one.total for one in those)
            cells += [_told(those), bar(told, total, 10)]
        cells += [
            f"{number:,}" if number else "·"
            for _, number in _troubles([one for one in rows if one.language == tag])
        ]
        table.add_row(language_name(tag), *cells)
    return table


def _told(rows: Sequence[Moved]) -> str:
    total = sum(one.total for one in rows)
    return f"{sum(one.told for one in rows):,} of {total:,}" if total else ""


def _troubles(rows: Sequence[Moved]) -> list[tuple[str, int]]:
    return [
        ("To go", sum(one.to_go for one in rows)),
        ("Failed", sum(one.failed for one in rows)),
        ("Not known", sum(one.not_known for one in rows)),
    ]


def failures(rows: Sequence[Failure]) -> RenderableType:
    """Draw what went wrong, in coordinators' sentences."""
    if not rows:
        return Text("Nothing has failed.")
    table = Table(title="What failed, and why", title_justify="left")
    table.add_column("Texts", justify="right")
    table.add_column("By")
    table.add_column("Why", ratio=1)
    table.add_column("Code")
    for one in rows:
        table.add_row(f"{one.count:,}", one.channel, Words(one.reason), Words(one.code or ""))
    return table


def results(found: Results) -> RenderableType:
    """Draw an inquiry: answers with bars, by language, own words, and who is missing in one sentence."""
    parts: list[RenderableType] = []
    if found.steps:
        parts += _by_question(found)
    elif found.answers:
        parts += [_choices(found.answers), _by_language(found)]
    if found.own_words:
        parts.append(said(found.own_words, "In their own words"))
    if found.own_words_left_out:
        parts.append(Text(f"… and {found.own_words_left_out:,} older ones: use --words to see more."))
    if found.states:
        parts.append(Text(states(found)))
    parts.append(Text(missing(found)))
    return Group(*parts)


def states(found: Results) -> str:
    """Say how sure we are of the replies, in one sentence."""
    total = sum(found.states.values())
    each = ", ".join(f"{number:,} {STATES.get(state, state)}" for state, number in found.states.items())
    late = f" {found.late:,} came after closing and {_are(found.late)} not counted." if found.late else ""
    return f"{total:,} {_plural(total, 'reply', 'replies')}: {each}.{late}"


def missing(found: Results) -> str:
    """Say in plain words who has not been heard."""
    if not found.asked:
        return "Nothing has gone out yet."
    said = []
    silent = {one.language: one.silent for one in found.by_language if one.silent}
    if silent:
        one_has = "phone that has the text has" if found.silent == 1 else "phones that have the text have"
        said.append(f"{found.silent:,} {one_has} not answered: {_listed(silent)}.")
    elif found.reached:
        said.append("Every phone that has the text has answered.")
    lost = {one.language: one.asked - one.heard - one.silent for one in found.by_language}
    lost = {tag: number for tag, number in lost.items() if number}
    if lost:
        count = sum(lost.values())
        said.append(f"{count:,} {_plural(count, 'phone does', 'phones do')} not have it: {_listed(lost)}.")
    if found.without_text:
        count = sum(found.without_text.values())
        why = ", ".join(f"{number:,} {reason}" for reason, number in found.without_text.items())
        said.append(f"{count:,} {_plural(count, 'person', 'people')} cannot be texted: {why}.")
    return " ".join(said)


def heard(found: Results) -> str:
    """Say how much of the audience has been heard, in one sentence."""
    if found.share is None:
        return "Nobody has had the chance to answer yet."
    could = found.heard + found.silent
    said = f"Heard from {found.heard:,} of {could:,} phones that could answer ({found.share:.0%})."
    if found.reminded:
        said += f" Reminded: {found.reminded:,}; of those {found.answered_after:,} answered after it."
    return said


def said(rows: Sequence[Said], title: str, zone: ZoneInfo | None = None) -> Table:
    """Draw replies: the original words beside the understanding."""
    table = Table(title=title, title_justify="left", show_lines=True)
    table.add_column("No.", justify="right")
    table.add_column("From", no_wrap=True)
    table.add_column("Their words", ratio=3)
    table.add_column("Understood", ratio=3)
    table.add_column("How sure", ratio=2)
    for one in rows:
        sender = f"{language_name(one.language)}\n{one.channel} {one.address}"
        if zone is not None:
            sender += f"\n{when(one.made_at, zone)}"
        words = Text("for those on call only", style="dim") if one.words is None else Words(one.words)
        table.add_row(str(one.id), sender, words, _understood(one), _how_sure(one))
    return table


def waiting(rows: Sequence[Waiting], now: datetime, zone: ZoneInfo) -> RenderableType:
    """Draw what people owe families."""
    if not rows:
        return Text("No family is waiting for a person.")
    table = Table(title="Families waiting for a person", title_justify="left")
    table.add_column("No.", justify="right")
    table.add_column("Promised", no_wrap=True)
    table.add_column("From", no_wrap=True)
    table.add_column("Why", ratio=2)
    table.add_column("Their words", ratio=3)
    for one in rows:
        promised = Text(when(one.promised_at, zone) if one.promised_at else "nothing promised")
        if one.overdue(now):
            promised = Text(f"{promised.plain} late", style="bold red")
        who = f"{language_name(one.language)}\n{one.channel} {one.address}" if one.language else ""
        words = Text("for those on call only", style="dim") if one.restricted else Text("")
        why = f"{one.why}\n(reply {one.reply_id})" if one.reply_id is not None else one.why
        table.add_row(str(one.id), promised, who, Words(why), Words(one.words) if one.words else words)
    return table


def unknown(rows: Sequence[Unknown]) -> RenderableType:
    """Draw texts of which nobody knows whether they arrived."""
    if not rows:
        return Text("Nothing is held: it is known of every text whether it was accepted.")
    table = Table(title="Not known whether they arrived", title_justify="left", show_lines=True)
    table.add_column("No.", justify="right")
    table.add_column("State", no_wrap=True)
    table.add_column("To", no_wrap=True)
    table.add_column("Text", ratio=3)
    table.add_column("Why", ratio=2)
    for one in rows:
        state = "held" if one.state == "held" else f"looking ({one.looks})"
        to = f"{language_name(one.language)}\n{one.channel} {one.address}"
        table.add_row(str(one.id), state, to, Words(one.text), Words(one.reason or ""))
    table.caption = "“homeloop send-again No.” sends a held text after all, “homeloop drop No.” lets it go."
    return table


def families(rows: Sequence[Families]) -> Table:
    """Draw people and phones by language."""
    table = Table(title="Families", title_justify="left", show_footer=True)
    table.add_column("Language", "all")
    columns = [
        ("People", [one.people for one in rows]),
        ("Cannot be texted", [one.without_phone for one in rows]),
        ("Phones", [one.phones for one in rows]),
        ("Stopped", [one.stopped for one in rows]),
        ("Bad number", [one.bad for one in rows]),
    ]
    for head, numbers in columns:
        table.add_column(head, f"{sum(numbers):,}", justify="right")
    for place, one in enumerate(rows):
        cells = (f"{numbers[place]:,}" if numbers[place] else "·" for _, numbers in columns)
        table.add_row(language_name(one.language), *cells)
    return table


def overview(seen: Overview) -> str:
    """Say where everything stands, in two sentences and one for each sender that is stopped."""
    replies, texts = sum(seen.replies.values()), sum(seen.deliveries.values())
    stopped = [
        f" Sender {lane.name} is stopped: {lane.why or 'by staff'}"
        for lane in seen.lanes
        if lane.state != "running"
    ]
    return (
        f"{seen.people:,} people, {seen.phones:,} phones, {seen.languages} languages. "
        f"{texts:,} texts, {seen.accepted:,} accepted by the providers; {replies:,} "
        f"{_plural(replies, 'reply', 'replies')}; {seen.handovers:,} waiting for a person." + "".join(stopped)
    )


def used_up(held: UsedUp, zone: ZoneInfo) -> str:
    """Say what the day's limit of a sender holds back."""
    go = "text goes" if held.texts == 1 else "texts go"
    moment = held.again.astimezone(zone)
    return f"The daily limit of this sender is used up; {held.texts:,} {go} on {moment:%A from %H:%M}."


def bar(part: int, whole: int, width: int = BAR) -> str:
    """Return a bar for `part` of `whole`; something always shows something, and only all shows all."""
    if whole <= 0 or part <= 0:
        return ""
    cells = min(max(1, round(width * part / whole)), width)
    return "█" * (cells - 1 if part < whole and cells == width and width > 1 else cells)


def when(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment on the school's clock."""
    return f"{moment.astimezone(zone):%a %d %H:%M}"


def _by_question(found: Results) -> list[RenderableType]:
    """How far phones came, and what they answered, question by question."""
    table = Table(title="How far phones came", title_justify="left")
    table.add_column("Question", ratio=3)
    for head in ("Asked", "Answered", "Stopped here"):
        table.add_column(head, justify="right")
    for one in found.steps:
        numbers = (one.put, one.answered, one.put - one.answered)
        table.add_row(Words(f"{one.number}. {one.text}"), *(f"{number:,}" for number in numbers))
    parts: list[RenderableType] = [table]
    for one in found.steps:
        answers = [each for each in found.answers if each.question == one.number]
        if answers:
            parts.append(_choices(answers, f"{one.number}. {one.text}"))
    return parts


def _choices(answers: Sequence[Answer], title: str = "Answers") -> Table:
    whole = sum(one.count for one in answers)
    table = Table(title=Text(clean(title)), title_justify="left")
    table.add_column("Answer", ratio=2)
    table.add_column("Phones", justify="right")
    table.add_column("Right, they say", justify="right")
    table.add_column("", no_wrap=True, min_width=BAR)
    table.add_column("In which languages", ratio=3)
    for label, those in _by_label(answers).items():
        count = sum(one.count for one in those)
        spoken = {one.language: one.count for one in those}
        sure = sum(one.sure for one in those)
        table.add_row(Words(label), f"{count:,}", f"{sure:,}", bar(count, whole), _listed(spoken))
    return table


def _by_label(answers: Iterable[Answer]) -> Mapping[str, list[Answer]]:
    labels: dict[str, list[Answer]] = {}
    for one in answers:
        labels.setdefault(one.label, []).append(one)
    return labels


def _by_language(found: Results) -> Table:
    labels = _by_label(found.answers)
    counts = {(one.language, one.label): one.count for one in found.answers}
    table = Table(title="By language", title_justify="left")
    table.add_column("Language")
    for head in ("Asked", "Have it", "Heard"):
        table.add_column(head, justify="right")
    for label in labels:
        table.add_column(clean(label), justify="right")
    for one in found.by_language:
        cells = (counts.get((one.language, label), 0) for label in labels)
        numbers = [one.asked, one.reached, one.heard, *cells]
        table.add_row(language_name(one.language), *(f"{number:,}" if number else "·" for number in numbers))
    return table


def _understood(one: Said) -> RenderableType:
    if one.words is None:
        return ""
    if one.understood_staff is None and one.understood_home is None:
        return Text("not yet", style="dim") if one.value is None else Words(one.value)
    lines: list[RenderableType] = [Words(one.understood_staff)] if one.understood_staff else []
    if one.understood_home:
        lines.append(Words(one.understood_home, style="dim"))
    return Group(*lines)


def _how_sure(one: Said) -> str:
    by = "" if one.by == "family" else f"\nby {one.by.removeprefix('liaison:')}"
    return STATES.get(one.state, one.state) + by + ("\nlate" if one.late else "")


def _listed(numbers: Mapping[str, int]) -> str:
    ranked = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number:,} {language_name(tag)}" for tag, number in ranked)


def _plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def _are(number: int) -> str:
    return _plural(number, "is", "are")
