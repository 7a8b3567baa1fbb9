"""Days that lie behind: what is meant where a question asks when something was.

"Yesterday" and "the day before" are read; a weekday is the last one, a date the last of its name. To a
question about a coming day all this says nothing, and there nothing of it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bot.conversation.days import Is, tokens, values
from bot.conversation.grammar import Grammar, listed
from bot.conversation.intent import without_courtesy
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

_WEEK = timedelta(days=7)
_OPEN = frozenset({"hedge", "or", "not", "no", "except"})

Reader = Callable[[str, date], tuple[date, bool] | None]


def asks(question: str, grammar: Grammar) -> bool:
    """Say whether a question asks when something was: "When did the fever begin?"."""
    return bool(question) and grammar.holds(question, "past", "asks_past")


def read(text: str, lexicon: Lexicon, today: date, ahead: Reader) -> tuple[date, bool] | None:
    """Return the day behind that a text names, never sure; `ahead` reads a text as days from a given one."""
    named = _days_ago(text, lexicon)
    if len(named) > 1 or any(
        piece.kinds & _OPEN and "filler" not in piece.kinds for piece in lexicon.grammar.cut(text)
    ):
        return None
    row = tokens(without_courtesy(text, lexicon), lexicon.tag)
    weekdays = values(row, Is.WEEKDAY)
    if named:
        day = today - timedelta(days=named.pop())
        return (day, False) if not weekdays or weekdays == [day.weekday()] else None
    if (now := values(row, Is.AHEAD)) and not values(row, Is.MONTH):
        return (today, False) if now == [0] and not weekdays else None
    if weekdays and not any(letter.isdigit() for letter in text):
        back = (today.weekday() - weekdays[0]) % 7
        return (today - timedelta(days=back), False) if len(weekdays) == 1 and back else None
    return _behind(ahead(text, today), today)


def _behind(found: tuple[date, bool] | None, today: date) -> tuple[date, bool] | None:
    """Put a date that was read as one to come where it last was."""
    if found is None or found[0] <= today:
        return found
    day = found[0]
    try:
        return day.replace(year=day.year - 1), False
    except ValueError:
        return None


def _days_ago(text: str, lexicon: Lexicon) -> set[int]:
    """Return how many days back a text names: "yesterday", "antier"; the longest name counts.

    In Hindi and Urdu one word is yesterday and tomorrow, "kal": behind, where that is asked for.
    """
    said, found = f" {plain(text)} ", set[int]()
    lists = [(tag, "days_ago") for tag in ("en", lexicon.tag)] + [(lexicon.tag, "days_ago_asked")]
    names = {word: n for tag, kind in lists for word, n in listed(tag, kind).items()}
    for name in sorted(names, key=len, reverse=True):
        wanted = name if lexicon.grammar.unspaced and not name.isascii() else f" {name} "
        if wanted in said:
            found.add(names[name])
            said = said.replace(wanted, " ")
    return found
