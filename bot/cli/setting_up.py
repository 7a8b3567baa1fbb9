"""Commands that set Homeloop up and keep it going: init, run, doctor, lanes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated

import typer
import uvloop
from rich.table import Table
from rich.text import Text
from sqlmodel import col, select

from bot import broadcasts, languages, service, staff
from bot.app import App
from bot.channels.telegram import TelegramPoller
from bot.cli import pictures
from bot.cli.front import Front, Json, console, front
from bot.errors import HomeloopError, SettingsError
from bot.forecast import used_up
from bot.messages import ChannelName
from bot.settings import load
from bot.store import outbox, store
from bot.store.tables import ContactPoint, Lane, Staff

app = typer.Typer()


@app.command()
def run(ctx: typer.Context) -> None:
    """Send, listen and tick until Ctrl-C. One process for each database."""
    homeloop = front(ctx).app()

    def ready(running: service.Running) -> None:
        host, port = running.address or ("", 0)
        senders = ", ".join(sender.name for sender in homeloop.senders) or "no sender is configured"
        address = homeloop.settings.console.url or f"http://{host}:{port}"
        console.print(f"Homeloop is running on {address} ({senders}). Ctrl-C stops it.")
        _welcome_the_owner(homeloop, address)

    uvloop.run(service.run(homeloop, ready))


def _welcome_the_owner(homeloop: App, address: str) -> None:
    """Hand out the one link that makes the first account, while there is none."""
    token = homeloop.store.writing(staff.first_invitation, homeloop.clock.now())
    if token is not None:
        console.print(
            f"Nobody has an account yet. Open this link to make the owner's:\n  {address}/invitation/{token}",
            soft_wrap=True,
            highlight=False,
        )


@app.command()
def lane(
    ctx: typer.Context,
    name: str,
    start: Annotated[bool, typer.Option("--start", help="Send again.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop sending, keep the queue.")] = False,
) -> None:
    """Stop a sender, or start one that was stopped (after a wrong token was put right, say)."""
    homeloop = front(ctx).app()
    sender = homeloop.sender(name)
    if sender is None or start == stop:
        known = ", ".join(one.name for one in homeloop.senders)
        raise SettingsError(
            f"Say --start or --stop for one of these senders: {known or 'none is configured'}."
        )
    if start:
        homeloop.store.writing(outbox.start_lane, sender.lane_id)
    else:
        homeloop.store.writing(outbox.stop_lane, sender.lane_id, "Stopped by staff.")
    console.print(f"{name} is {'sending' if start else 'stopped; its queue is kept'}.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, what to do."""

    what: str
    state: str  #: "good" | "missing" | "wrong"
    detail: str


@app.command()
def doctor(ctx: typer.Context, as_json: Json = False) -> None:
    """Say what is configured, what can be reached, and what is missing."""
    findings = asyncio.run(_examine(front(ctx)))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False))
    else:
        table = Table("", "what", "detail", show_header=False)
        marks = {"good": ("✓", "green"), "missing": ("–", "yellow"), "wrong": ("✗", "red")}
        for one in findings:
            mark, style = marks[one.state]
            table.add_row(Text(mark, style=style), one.what, Text(one.detail))
        console.print(table)
    if any(one.state == "wrong" for one in findings):
        raise typer.Exit(1)


async def _examine(place: Front) -> list[Finding]:
    try:
        homeloop = place.app()
    except HomeloopError as error:
        return [Finding("settings and database", "wrong", str(error))]
    found = [_database(homeloop), _address(homeloop)]
    found += [await _sms(homeloop), await _telegram(homeloop)]
    found += _languages(homeloop)
    found += [_engine(homeloop), _on_call(homeloop)]
    found += [*_lanes(homeloop), *_day_limit(homeloop), *_newcomers(homeloop)]
    for transport in homeloop.transports:
        await transport.close()
    return found


def _database(homeloop: App) -> Finding:
    facts = store.versions()
    sound = facts["journal"] == "WAL"
    detail = (
        f"{homeloop.store.path}: SQLite {facts['sqlite']} ({facts['module']}), journal {facts['journal']}"
    )
    if not sound:
        detail += "; this SQLite has the WAL-reset bug, so the slower rollback journal is used"
    return Finding("database", "good", detail)


def _address(homeloop: App) -> Finding:
    url = homeloop.settings.server.public_url
    if url is None:
        return Finding("public address", "missing", "server.public_url is not set: no webhooks, so no SMS")
    if not url.startswith("https://"):
        return Finding("public address", "missing", f"{url} is not https: fine on your own machine only")
    return Finding("public address", "good", url)


async def _sms(homeloop: App) -> Finding:
    sender = next((one for one in homeloop.senders if one.channel == ChannelName.SMS), None)
    if sender is None:
        return Finding("SMS (Twilio)", "missing", "there is no [sms] section in the settings")
    try:
        await sender.port.find("+15005550006", homeloop.clock.now())
    except HomeloopError as error:
        return Finding("SMS (Twilio)", "wrong", f"{sender.name}: {error}")
    return Finding("SMS (Twilio)", "good", f"{sender.name}: Twilio answers and accepts the account")


async def _telegram(homeloop: App) -> Finding:
    settings = homeloop.settings.telegram
    if settings is None:
        return Finding("Telegram", "missing", "there is no [telegram] section in the settings")
    poller = TelegramPoller(settings, homeloop.transports[0])
    try:
        me = await poller.me()
    except HomeloopError as error:
        return Finding("Telegram", "wrong", str(error))
    return Finding("Telegram", "good", f"@{me}, by {settings.mode}")


def _languages(homeloop: App) -> list[Finding]:
    used = homeloop.store.reading(
        lambda session: sorted(set(session.exec(select(ContactPoint.language).distinct())))
    )
    findings = []
    for tag in used:
        language = languages.language(tag)
        review = languages.review(tag)
        if languages.speakable(tag, homeloop.settings.unreviewed):
            seen = "" if review is not languages.Review.UNREVIEWED else ", not yet read by a native speaker"
            findings.append(Finding(f"language: {language.english}", "good", f"Homeloop speaks it{seen}"))
        elif review is languages.Review.UNREVIEWED:
            detail = (
                "our sentences wait for a native reader and are not sent; English is used. "
                f"unreviewed.{tag} = true in the settings sends them all the same"
            )
            findings.append(Finding(f"language: {language.english}", "missing", detail))
        else:
            detail = "Homeloop has no sentences of its own: type each text, or choose a fallback"
            findings.append(Finding(f"language: {language.english}", "missing", detail))
    return findings


def _engine(homeloop: App) -> Finding:
    name = homeloop.settings.translation.engine
    if homeloop.translator is None:
        return Finding("translation engine", "missing", "none: texts are typed, or taken from the notices")
    contract = "may" if homeloop.settings.translation.under_contract else "must not"
    return Finding(
        "translation engine", "good", f"{name}, for staff's drafts; it {contract} see families' words"
    )


def _on_call(homeloop: App) -> Finding:
    people = homeloop.settings.on_call.people
    if not people:
        return Finding(
            "on call", "missing",
            "nobody is in on_call.people: that a family writes of danger is shown in the console only",
        )  # fmt: skip
    accounts = homeloop.store.reading(
        lambda session: set(session.exec(select(Staff.email).where(Staff.on_call)).all())
    )
    strangers = [email for email in people if email not in accounts]
    if strangers:
        return Finding(
            "on call", "missing", f"no account that is on call has the e-mail {', '.join(strangers)}"
        )
    return Finding("on call", "good", f"{len(people)} are paged, one after the other")


def _lanes(homeloop: App) -> list[Finding]:
    found = homeloop.store.reading(
        lambda session: [
            (one.name, one.state, one.why)
            for one in session.exec(select(Lane).where(col(Lane.state).in_(("stopped", "running"))))
        ]
    )
    said = {"stopped": "stopped: ", "running": "what families write there is not heard: "}
    return [
        Finding(f"sender {name}", "wrong", f"{said[state]}{why}")
        for name, state, why in found
        if why is not None or state == "stopped"
    ]


def _newcomers(homeloop: App) -> list[Finding]:
    today = homeloop.clock.now().astimezone(homeloop.settings.school.zone).date()
    found = homeloop.store.reading(broadcasts.newcomers, today)
    if not found.told:
        return []
    detail = f"{len(found.told):,} people were told of us and have had no text: homeloop first-contact"
    return [Finding("first text", "missing", detail)]


def _day_limit(homeloop: App) -> list[Finding]:
    held = homeloop.store.reading(used_up, homeloop.settings, homeloop.clock.now())
    if held is None:
        return []
    detail = pictures.used_up(held, homeloop.settings.school.zone)
    return [Finding(f"sender {held.sender}", "missing", detail)]


@app.command()
def init(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(prompt="The school's name, as families know it")],
    phone: Annotated[str, typer.Option(prompt="The office's phone, for what is urgent")],
    reader: Annotated[str, typer.Option(prompt="Who reads families' answers (a name families know)")],
    zone: Annotated[str, typer.Option(prompt="Its time zone")] = "America/Chicago",
    unreviewed: Annotated[
        list[str] | None,
        typer.Option(help="Send our sentences in this language though no native has read them."),
    ] = None,
    ask: Annotated[bool, typer.Option(help="Ask about every language.")] = True,
) -> None:
    """Write a settings file for a school, asking for what is needed."""
    place = front(ctx).config
    if place.exists():
        raise SettingsError(f"{place} is already there: change it by hand, or name another with --config.")
    chosen = {languages.by_name(one).tag for one in unreviewed or ()}
    if ask:
        chosen |= _ask_about_languages(chosen)
    place.write_text(_settings_file(name, phone, zone, reader, sorted(chosen)), encoding="utf-8")
    place.chmod(0o600)
    try:
        load(place, {})
    except SettingsError:
        place.unlink()
        raise
    console.print(
        f"{place} is written. Add \\[sms] and \\[telegram] as docs/going-live.md says; then homeloop doctor."
    )


def _ask_about_languages(chosen: set[str]) -> set[str]:
    console.print(
        "Homeloop's own short sentences (“Thanks. We wrote: …”, “Is it right? 1 yes 2 no”) exist in these "
        "languages, but no native speaker has read them yet. Where you say no, families get them in English."
    )
    return {
        tag
        for tag in languages.catalog_languages()
        if tag not in chosen
        and languages.review(tag) is languages.Review.UNREVIEWED
        and typer.confirm(f"  Send them in {languages.language(tag).english} as they are?", default=False)
    }


def _settings_file(name: str, phone: str, zone: str, reader: str, unreviewed: list[str]) -> str:
    quoted = partial(json.dumps, ensure_ascii=False)
    lines = [
        "# Homeloop's settings. config.example.toml explains every one.",
        "[school]",
        f"name = {quoted(name)}",
        f"phone = {quoted(phone)}",
        f"time_zone = {quoted(zone)}",
        "",
        "[staff]",
        f"reader = {quoted(reader)}",
        "",
        "[unreviewed]",
        *(f"{json.dumps(tag)} = true" for tag in unreviewed),
        "",
    ]
    return "\n".join(lines)
