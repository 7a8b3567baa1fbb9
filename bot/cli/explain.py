"""`homeloop explain`: how a text would be understood, one JSON line in, one JSON line out."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import typer

from bot.explaining import explained

app = typer.Typer()


@app.command()
def explain() -> None:
    """Read JSON lines on standard input; say of each how Homeloop understands it, and why."""
    for line in sys.stdin:
        if line.strip():
            sys.stdout.write(json.dumps(answer(line), ensure_ascii=False) + "\n")
            sys.stdout.flush()


def run() -> None:
    """Start `homeloop explain` by itself."""
    app(args=sys.argv[2:], prog_name="homeloop explain")


def answer(line: str) -> dict[str, Any]:
    """Answer one line; a complaint is an answer too."""
    try:
        asked = json.loads(line)
    except ValueError as error:
        return {"error": f"This line cannot be answered: {error}"}
    if not isinstance(asked, dict):
        return {"error": "This line cannot be answered: it is no JSON object."}
    return explained(asked, datetime.now(UTC).date())
