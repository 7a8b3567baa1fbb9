"""Commands for people: import a roster, look a household up, print codes for Telegram."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bot import households, languages, roster
from bot.app import App
from bot.cli.front import Json, console, front
from bot.errors import Complaint
from bot.households import Address, Home, Member
from bot.rosters.file import RosterFile, parse_mapping, read
from bot.rosters.plan import ImportPlan

app = typer.Typer()

SHOWN = 30  #: lines of one table on screen; --json has them all

School = Annotated[list[str] | None, typer.Option(help="Only this school. Repeatable.")]
Grade = Annotated[list[str] | None, typer.Option(help="Only this grade. Repeatable.")]
Language = Annotated[list[str] | None, typer.Option(help="Only people who read this language. Repeatable.")]


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The school's roster: CSV, TSV or a spreadsheet.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    accept_valid: Annotated[
        bool, typer.Option("--accept-valid", help="Take the good rows though others are refused.")
    ] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", help="What a column is: “Their header=our field”, or “=ignore”. Repeatable."),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of a workbook.")] = None,
    as_json: Json = False,
) -> None:
    """Bring people in from a school's roster, or see what that would change."""
    opened = front(ctx).app()
    found = read(
        file, region=opened.settings.school.region, mapping=parse_mapping(mapping or ()), sheet=sheet
    )
    plan = opened.store.reading(roster.plan, found.rows, refused=found.refused)
    stands_in_the_way = bool(found.refused) and not accept_valid
    written = not (dry_run or stands_in_the_way or plan.touched == 0)
    if not as_json:
        _show(file, found, plan)
    if written:
        _carry_out(opened, found, plan)
    if as_json:
        head = {"file": file.name, "written": written, "ignored_columns": list(found.ignored)}
        console.print_json(data=head | plan.to_json())
    else:
        console.print(_outcome(found, plan, dry_run=dry_run, in_the_way=stands_in_the_way))
    if stands_in_the_way:
        raise typer.Exit(1)


def _carry_out(opened: App, found: RosterFile, plan: ImportPlan) -> None:
    opened.store.writing(roster.carry_out, found.rows, plan, opened.clock.now(), refused=found.refused)


def _outcome(found: RosterFile, plan: ImportPlan, *, dry_run: bool, in_the_way: bool) -> str:
    if in_the_way:
        return (
            f"[bold red]Nothing was written:[/] {_count(found.lines_refused, 'row is', 'rows are')} refused. "
            f"Put them right in the file, or take the other {len(found.rows)} with --accept-valid."
        )
    if plan.touched == 0:
        return (
            f"Nothing to change: the people of these {len(found.rows)} rows are stored as the file has them."
        )
    if dry_run:
        return "This was a dry run: nothing was written."
    return (
        f"[bold green]Done:[/] {_count(len(plan.new), 'person is', 'people are')} new, "
        f"{len({(one.who, one.line) for one in plan.changed})} changed, {plan.unchanged} are as they were."
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _show(file: Path, found: RosterFile, plan: ImportPlan) -> None:
    console.print(
        f"[bold]{escape(file.name)}[/]: {_count(plan.rows + found.lines_refused, 'row', 'rows')}, "
        f"{found.lines_refused} refused, {plan.repeated} repeated word for word."
    )
    if found.ignored:
        console.print(f"Columns not read: {escape(', '.join(found.ignored))}.")
    console.print(
        f"People: {len(plan.new)} new, {plan.unchanged} unchanged, {len(plan.missing)} missing. "
        f"Children: {plan.new_children} new, {len(plan.missing_children)} missing. "
        f"Phones: {len(plan.new_phones)} new."
    )
    _table("Refused rows", "line column value reason", plan.to_json()["refused"])
    _table("Two rows disagree; the first is kept", "line who what kept refused", _dicts(plan.conflicts))
    _table("The family's own choice stays", "line who phone what ours file", _dicts(plan.kept))
    _table("Phones that cannot be reached", "line who phone why", _dicts(plan.bad_numbers))
    _table("New schools and grades", "kind school name", _dicts(plan.new_groups))
    changes = (*plan.changed, *plan.changed_children, *plan.changed_phones)
    _table("What changes", "line who what before after", _dicts(changes))
    _table("Missing from this file; they stay", "name reference newly", _dicts(plan.missing))


def _dicts(values: Iterable[object]) -> list[dict[str, object]]:
    return [value._asdict() for value in values]  # type: ignore[attr-defined]


def _table(title: str, columns: str, rows: Sequence[dict[str, object]]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in columns.split():
        table.add_column(name, overflow="fold")
    for row in rows[:SHOWN]:
        table.add_row(*(_words(row[name]) for name in columns.split()))
    console.print(table)
    if len(rows) > SHOWN:
        console.print(f"… and {len(rows) - SHOWN} more; --json lists them all.")


def _words(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else ""
        case _:
            return escape(str(value))


@app.command()
def people(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="Part of a name, a phone, or a number from the roster.")] = "",
    as_json: Json = False,
) -> None:
    """Show households: people, phones, languages, consent."""
    opened = front(ctx).app()
    homes, total = opened.store.reading(households.look_up, text, region=opened.settings.school.region)
    if as_json:
        console.print_json(data={"total": total, "households": [home.to_json() for home in homes]})
        return
    for home in homes:
        _show_home(home)
    if not homes:
        console.print(f"Nobody is found under “{escape(text)}”." if text else "There are no people yet.")
    elif total > len(homes):
        console.print(f"… and {total - len(homes)} more households: add a name or a phone.")


def _show_home(home: Home) -> None:
    table = Table(title=f"Household {escape(home.reference)}", title_justify="left", title_style="bold")
    for name in ("person", "reads / hears", "children", "address", "written to in", "state", "consent"):
        table.add_column(name, overflow="fold")
    for member in home.members:
        first = _member_cells(member)
        for line in [_address_cells(one) for one in member.addresses] or [("no address", "", "", "")]:
            table.add_row(*(escape(cell) for cell in (*first, *line)))
            first = ("", "", "")
    console.print(table)


def _member_cells(member: Member) -> tuple[str, str, str]:
    name = member.name if member.in_roster else f"{member.name} (not in the newest roster)"
    children = ", ".join(f"{child.school or '?'} {child.grade or ''}".strip() for child in member.children)
    return name, f"{_language(member.reads)} / {_language(member.hears)}", children


def _address_cells(one: Address) -> tuple[str, str, str, str]:
    shared = f", shared with {one.shared_with}" if one.shared_with else ""
    choice = ", own choice" if one.chosen_by == "family" else ""
    return f"{one.address} ({one.channel}{shared})", _language(one.language) + choice, one.state, one.consent


def _language(tag: str) -> str:
    return languages.language(tag).english


@app.command("link-codes")
def link_codes(
    ctx: typer.Context,
    bot: Annotated[str, typer.Option(help="The bot's username at Telegram, without @.")],
    school: School = None,
    grade: Grade = None,
    language: Language = None,
    tabs: Annotated[bool, typer.Option("--tsv", help="Tabs instead of commas.")] = False,
) -> None:
    """Print one-time Telegram codes, one a person, as a table for letters."""
    username = bot.removeprefix("@")
    if not (5 <= len(username) <= 32 and username.isascii() and username.replace("_", "").isalnum()):
        raise Complaint(f"“{bot}” is no Telegram username: BotFather shows it, such as LincolnSchoolBot.")
    opened = front(ctx).app()
    audience = opened.store.reading(
        roster.resolve, schools=school or (), grades=grade or (), languages=language or ()
    )
    invitations = opened.store.writing(households.link_codes, audience, opened.clock.now())
    written = io.StringIO()
    lines = csv.writer(written, delimiter="\t" if tabs else ",", lineterminator="\n")
    lines.writerow(["name", "language", "household", "code", "link"])
    for one in invitations:
        row = (one.name, _language(one.reads), one.household, one.code, one.link(username))
        lines.writerow([_inert(cell) for cell in row])
    typer.echo(written.getvalue(), nl=False)


def _inert(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula (owasp.org, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
