"""`homeloop explain`: how a text would be understood, one JSON line in, one JSON line out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import typer

from bot import languages
from bot.channels import segments
from bot.conversation import answers, intent, tongue
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon, lexicon
from bot.conversation.talk import Kind, Question
from bot.errors import HomeloopError

app = typer.Typer()

_SURE, _GUESSED = 0.95, 0.6

#: what a text is about, in the order in which it is looked for
_INTENTS: tuple[tuple[str, Callable[[str, Lexicon], bool], str], ...] = (
    ("danger", intent.is_danger, "it touches the danger list: a person on call reads it"),
    ("optout", intent.is_stop, "it asks us to stop"),
    ("optin", intent.is_start, "it asks us to write again, by an explicit word"),
    ("help", intent.is_help, "it asks for help"),
    ("wrong_number", intent.is_wrong_number, "it says that this phone is not a family's"),
    ("language", intent.lacks_language, "it says that a language is not understood"),
    ("language", intent.asks_other_language, "it asks for another language"),
    ("person", intent.wants_person, "it asks for a person"),
    ("who", intent.asks_who, "it asks who we are"),
)
#: the digits that mean the same in every menu (docs/dialogue.md, rule 1)
_DIGITS = {"0": ("person", "0 asks for a person"), "9": ("unclear_text", "9: our text makes no sense")}


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
        match asked["ask"]:
            case "reply":
                return _reply(asked)
            case "intent":
                return _intent(str(asked["text"]), _lexicon(asked))
            case "language":
                return _language(str(asked["text"]))
            case "segments":
                return _segments(str(asked["text"]))
    except KeyError as missing:
        return {"error": f"The line lacks {missing}: docs/dialogue.md shows what each question needs."}
    except (ValueError, TypeError, HomeloopError) as error:
        return {"error": f"This line cannot be answered: {error}"}
    return {"error": f"“{asked['ask']}” is not asked here: reply, intent, language or segments."}


def _lexicon(asked: Mapping[str, Any]) -> Lexicon:
    return lexicon(languages.language(str(asked["language"])).tag)


def _reply(asked: Mapping[str, Any]) -> dict[str, Any]:
    text, words, question = str(asked["text"]), _lexicon(asked), _question(asked["question"])
    if question.kind is Kind.OWN_WORDS:
        said = bool(text.strip())
        return _understood(said, text.strip() or None, 1.0, "own words are kept as they are")
    today = asked["question"].get("today")
    day = date.fromisoformat(today) if today else datetime.now(UTC).date()
    found = answers.answer(text, question, words, day)
    if found is None:
        return _understood(False, None, 0.0, "no one answer is meant for certain, so the family is asked")
    why = "it is an answer, word for word or with a comment" if found.sure else "a guess, read back once"
    return _understood(True, _value(found.value, question.kind), _SURE if found.sure else _GUESSED, why)


def _understood(understood: bool, value: Any, confidence: float, why: str) -> dict[str, Any]:
    return {"understood": understood, "value": value, "confidence": confidence, "why": why}


def _question(asked: Mapping[str, Any]) -> Question:
    kind = Kind(asked["kind"])
    choices = tuple(str(one) for one in asked.get("choices") or ())
    if kind is Kind.YES_NO and not choices:
        choices = ("", "")  # a menu without words of its own
    return Question(
        0, kind, "", choices, choices, asked.get("asked"), low=asked.get("low"), high=asked.get("high")
    )


def _value(value: str, kind: Kind) -> Any:
    match kind:
        case Kind.ONE_OF | Kind.NUMBER | Kind.SCALE:
            return int(value)
        case Kind.SEVERAL_OF:
            return [int(one) for one in value.split(",")]
    return value


def _intent(text: str, words: Lexicon) -> dict[str, Any]:
    if (digit := _DIGITS.get(plain(text))) is not None:
        return {"intent": digit[0], "confidence": _SURE, "why": digit[1]}
    for name, is_meant, why in _INTENTS:
        if is_meant(text, words):
            return {"intent": name, "confidence": _SURE, "why": why}
    if (tag := intent.language_named(text, words)) is not None:
        return {"intent": "language", "confidence": _SURE, "why": f"it names a language: {tag}"}
    if intent.is_unclear(text, words):
        return {"intent": "unclear_text", "confidence": _SURE, "why": "it says that our text makes no sense"}
    return {"intent": "none", "confidence": _SURE, "why": "nothing but an answer, or something of their own"}


def _language(text: str) -> dict[str, Any]:
    found = tongue.guess(text)
    if found is None:
        return {"language": None, "confidence": 0.0}
    return {"language": found.tag, "confidence": found.confidence}


def _segments(text: str) -> dict[str, Any]:
    parts = segments.measure(text)
    return {
        "encoding": parts.encoding,
        "segments": parts.count,
        "units": parts.units,
        "culprits": list(parts.culprits),
    }
