"""How a text would be understood, and why: for `homeloop explain` and for the console.

What is asked and answered are plain JSON values, as docs/dialogue.md lays them out. Nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot import languages
from bot.channels import segments
from bot.conversation import answers, intent, learned, likely, times, tongue
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon, lexicon
from bot.conversation.talk import Kind, Question
from bot.errors import HomeloopError

_SURE, _GUESSED = 0.95, 0.6


def N_(text: str) -> str:  # noqa: N802 - the usual mark for "translate this where it is shown"
    """Mark a sentence for the console's catalog without translating it here."""
    return text


#: what a text is about, in the order in which it is looked for
_INTENTS: tuple[tuple[str, Callable[[str, Lexicon], bool], str], ...] = (
    ("danger", intent.is_danger, N_("it touches the danger list: a person on call reads it")),
    ("optout", intent.is_stop, N_("it asks us to stop")),
    ("optin", intent.is_start, N_("it asks us to write again, by an explicit word")),
    ("help", intent.is_help, N_("it asks for help")),
    ("wrong_number", intent.is_wrong_number, N_("it says that this phone is not a family's")),
    ("language", intent.lacks_language, N_("it says that a language is not understood")),
    ("language", intent.asks_other_language, N_("it asks for another language")),
    ("person", intent.wants_person, N_("it asks for a person")),
    ("who", intent.asks_who, N_("it asks who we are")),
)
#: the digits that mean the same in every menu (docs/dialogue.md, rule 1)
_DIGITS = {
    "0": ("person", N_("0 asks for a person")),
    "9": ("unclear_text", N_("9: our text makes no sense")),
}
_KEPT = N_("own words are kept as they are")
_NOT_ONE = N_("no one answer is meant for certain, so the family is asked")
_EXACT = N_("it is an answer, word for word or with a comment")
_A_GUESS = N_("a guess, read back once")
_NAMED = N_("it names a language")
_UNCLEAR = N_("it says that our text makes no sense")
_LIKENESS = N_("no rule knows it; it is most like texts that mean this")
_NOTHING = N_("nothing but an answer, or something of their own")


def explained(asked: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Answer one question; a complaint is an answer too. Days count from `today` unless one is given."""
    try:
        match asked["ask"]:
            case "reply":
                return reply(asked, today)
            case "intent":
                return meant(str(asked["text"]), str(asked["language"]))
            case "language":
                return language(str(asked["text"]))
            case "segments":
                return parts(str(asked["text"]))
    except KeyError as missing:
        return {"error": f"The line lacks {missing}: docs/dialogue.md shows what each question needs."}
    except (ValueError, TypeError, HomeloopError) as error:
        return {"error": f"This line cannot be answered: {error}"}
    return {"error": f"“{asked['ask']}” is not asked here: reply, intent, language or segments."}


def reply(asked: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return what a text means as an answer. Raises `ValueError` or `LanguageError`, `KeyError` for a gap."""
    text, words, question = str(asked["text"]), _lexicon(str(asked["language"])), _question(asked["question"])
    if question.kind is Kind.OWN_WORDS:
        said = bool(text.strip())
        return _understood(said, text.strip() or None, 1.0, _KEPT)
    given = asked["question"].get("today")
    found = answers.answer(text, question, words, date.fromisoformat(given) if given else today)
    if found is None:
        return _understood(False, None, 0.0, _NOT_ONE)
    sure, why = (_SURE, _EXACT) if found.sure else (_GUESSED, _A_GUESS)
    return _understood(True, _value(found.value, question.kind), sure, why)


def _lexicon(tag: str) -> Lexicon:
    return lexicon(languages.language(tag).tag)


def _understood(understood: bool, value: Any, confidence: float, why: str) -> dict[str, Any]:
    return {"understood": understood, "value": value, "confidence": confidence, "why": why}


def _question(asked: Mapping[str, Any]) -> Question:
    kind = Kind(asked["kind"])
    choices = tuple(str(one) for one in asked.get("choices") or ())
    if kind is Kind.YES_NO and not choices:
        choices = ("", "")  # a menu without words of its own
    low, high = (_limit(asked.get(end), kind) for end in ("low", "high"))
    return Question(0, kind, "", choices, choices, asked.get("asked"), low=low, high=high)


def _limit(said: Any, kind: Kind) -> int | None:
    """Read a limit: "15:00" for a time, else a number."""
    if said is None:
        return None
    return times.minutes(str(said)) if kind is Kind.TIME else int(said)


def _value(value: str, kind: Kind) -> Any:
    match kind:
        case Kind.ONE_OF | Kind.NUMBER | Kind.SCALE:
            return int(value)
        case Kind.SEVERAL_OF:
            return [int(one) for one in value.split(",")]
    return value


def meant(text: str, tag: str) -> dict[str, Any]:
    """Return what a text is about, whatever is open. Raises `LanguageError`."""
    found = ruled(text, tag)
    if found is not None:
        return _intent(*found)
    guessed = likely.intent_of(text, _lexicon(tag))
    if guessed is not None:
        pieces = learned.learned().telling(text, guessed)
        return {**_intent(guessed, _LIKENESS, _GUESSED), "pieces": pieces}
    return _intent("none", _NOTHING)


def ruled(text: str, tag: str) -> tuple[str, str] | None:
    """Return what a text is about as far as rules know it, and the reason. Raises `LanguageError`."""
    words = _lexicon(tag)
    if (digit := _DIGITS.get(plain(text))) is not None:
        return digit
    for name, is_meant, why in _INTENTS:
        if is_meant(text, words):
            return name, why
    if intent.language_named(text, words) is not None:
        return "language", _NAMED
    return ("unclear_text", _UNCLEAR) if intent.is_unclear(text, words) else None


def _intent(name: str, why: str, confidence: float = _SURE) -> dict[str, Any]:
    return {"intent": name, "confidence": confidence, "why": why}


def language(text: str) -> dict[str, Any]:
    """Return which language a text is written in, and how likely."""
    found = tongue.guess(text)
    if found is None:
        return {"language": None, "confidence": 0.0}
    return {"language": found.tag, "confidence": found.confidence}


def parts(text: str) -> dict[str, Any]:
    """Return what a text costs as an SMS."""
    measured = segments.measure(text)
    return {
        "encoding": measured.encoding,
        "segments": measured.count,
        "units": measured.units,
        "culprits": list(measured.culprits),
    }
