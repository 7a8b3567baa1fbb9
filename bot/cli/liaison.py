"""Commands for the person who reads families' words: read-back, take-over, answer, done."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import replies
from bot.cli.front import console, front

app = typer.Typer()


@app.command("read-back")
def read_back(
    ctx: typer.Context,
    reply: int,
    home: Annotated[str, typer.Option(help="What you understood, in their language, to “you”.")],
    staff: Annotated[str, typer.Option(help="The same in your language.")],
    by: Annotated[str, typer.Option(help="Who wrote it: Faadumo.")],
) -> None:
    """Write what you understood; the family says whether it is right."""
    homeloop = front(ctx).app()
    said = homeloop.store.writing(
        replies.read_back, reply, homeloop.settings, home=home, staff=staff, by=by, now=homeloop.clock.now()
    )
    console.print(said)


@app.command("take-over")
def take_over(ctx: typer.Context, reply: int) -> None:
    """A person deals with these words; nothing is read back."""
    homeloop = front(ctx).app()
    homeloop.store.writing(replies.take_over, reply, homeloop.settings, homeloop.clock.now())
    console.print(f"Reply {reply} is with staff.")


@app.command()
def answer(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="The number in “homeloop waiting”.")],
    text: Annotated[str, typer.Option("--text", "-t", help="Your answer, in the family's language.")],
) -> None:
    """Answer a family that waits for a person."""
    homeloop = front(ctx).app()
    homeloop.store.writing(replies.answer, number, homeloop.settings, text=text, now=homeloop.clock.now())
    console.print(f"Number {number} is answered: the text goes out ahead of everything else.")


@app.command()
def done(
    ctx: typer.Context, number: Annotated[int, typer.Argument(help="The number in “homeloop waiting”.")]
) -> None:
    """You called them, or it is settled: nobody waits for it any more."""
    homeloop = front(ctx).app()
    homeloop.store.writing(replies.close, number, homeloop.clock.now())
    console.print(f"Number {number} is done.")
