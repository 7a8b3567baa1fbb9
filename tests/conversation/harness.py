"""Runs a transcript: a conversation as text, with everything the engine does about it.

    @ language es                     the phone's language; also: adults 2, night, day, speakable en so,
                                      wrote en (what a text of theirs is written in)
    @ question 12 one_of topic=… choices=a/b staff=a/b     a question is sent (uncertain: delivery unknown)
    @ part 12 yes_no topic=… skip=no:end,2:4 …            one question of an inquiry of several, in order
    @ question 12 parts               … and the first of them is sent; `= STATE kind 2: …` is of the second
    @ at once                         their next text comes within two seconds
    @ reminder 12                     the same question is put once more, because nobody has answered it
    @ later 26h                       time passes (5m, 2h, 3d); `@ woke` is the tick after it
    @ liaison Faadumo home=… staff=… [reply=1]             a liaison writes the read-back of the newest reply
    @ person                          … or decides that a person deals with it
    @ no engine                       no engine could write it: a liaison is asked
    @ danger                          what an engine understood is on the danger list
    @ staff, handed back, linked, blocked, unblocked, provider stopped
    > words                           they; > [media] words, > [button 12 2], > [button r1 12 1];
                                      > [answered] START: the provider has answered it
    < words                           we: English as it is read, other languages as `key value=…`
    = STATE kind: words → value (home · staff) by whom     a reply as it is recorded
    ! …                               everything else that is to be done
    ---                               a new family; ⏎ is a line break; # is a comment

Every effect of an event stands below it, in order. `write` puts them there, for whoever then reads them.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import languages
from bot.conversation import times
from bot.conversation.engine import Passage, follow
from bot.conversation.events import (
    NEXT_QUESTION,
    Asked,
    Blocked,
    CallStaff,
    ChangeLanguage,
    CloseKeyboard,
    ClosingsOnly,
    Effect,
    Event,
    Facts,
    HandedBack,
    LeftToPerson,
    Linked,
    NoReadBack,
    Press,
    Pressed,
    ProviderStopped,
    ReadBackWritten,
    Record,
    Said,
    Say,
    StaffTookOver,
    StartWriting,
    StopWriting,
    Unblocked,
    Woke,
    WriteReadBack,
)
from bot.conversation.intent import lexicon
from bot.conversation.talk import END, Kind, Question, Talk, from_json, to_json
from bot.messages import ReplyState

TRANSCRIPTS = Path(__file__).parent.parent / "transcripts"
ZONE = ZoneInfo("America/Chicago")
TUESDAY = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)  # ten in the morning at the school

_PLAIN: dict[str, Callable[[datetime], Event]] = {
    "staff": StaffTookOver,
    "handed back": HandedBack,
    "linked": Linked,
    "blocked": Blocked,
    "unblocked": Unblocked,
    "provider stopped": ProviderStopped,
    "woke": Woke,
}


@dataclass
class Scene:
    """One family's conversation while it is being read."""

    tag: str = "en"
    adults: int = 1
    night: bool = False
    speakable: tuple[str, ...] = languages.catalog_languages()
    now: datetime = TUESDAY
    talk: Talk = field(default_factory=lambda: Talk("en"))
    wrote: str | None = None
    gap: int = 30  #: seconds until their next text
    inbounds: int = 0
    replies: list[str] = field(default_factory=list)
    parts: dict[int, list[Question]] = field(default_factory=dict)
    questions: dict[tuple[int, int], Question] = field(default_factory=dict)
    given: dict[tuple[int, int], str] = field(default_factory=dict)  #: question -> the reply to it

    def facts(self) -> Facts:
        """Return the world at this moment."""
        local = self.now.astimezone(ZONE)
        promised = local.replace(hour=16, minute=0, second=0)
        if promised <= local:
            promised += timedelta(days=1)
        if self.night:
            promised = (local + timedelta(days=1)).replace(hour=8, minute=0, second=0)
        spoken = self.tag if self.tag in self.speakable else "en"
        return Facts(
            school="Lincoln School",
            phone="715-555-0100",
            reader="Ms Ruiz",
            promised=promised,
            lexicon=lexicon(self.talk.language),
            night=self.night,
            adults=self.adults,
            speakable=frozenset(self.speakable),
            yes=languages.phrase("yes", spoken),
            no=languages.phrase("no", spoken),
            wrote=self.wrote,
        )

    def happens(self, event: Event) -> tuple[list[Effect], list[Passage]]:
        """Take one step, through JSON as the store does it."""
        talk, effects, passages = follow(from_json(to_json(self.talk)), event, self.facts())
        self.talk = talk
        for effect in effects:
            if isinstance(effect, Record):
                self.replies += [] if effect.reply in self.replies else [effect.reply]
                self.given[effect.broadcast_id or 0, effect.question] = effect.reply
        return effects, passages


@dataclass
class Turn:
    """One line that makes something happen, what was expected below it, and what did happen."""

    line: str
    expected: list[str]
    found: list[str]
    effects: list[Effect]
    passages: list[Passage]
    event: Event
    question: Question | None = None


def play(text: str) -> Iterator[Turn]:
    """Play a transcript and yield every turn of it."""
    scene = Scene()
    turn: Turn | None = None
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] in "<=!":
            assert turn is not None, f"nothing happened before: {line}"
            turn.expected.append(line)
            continue
        if turn is not None:
            yield turn
        turn = None
        if line == "---":
            scene = Scene()
            continue
        event = _event(scene, line)
        if event is not None:
            effects, passages = scene.happens(event)
            question = event.question if isinstance(event, Asked) else None
            found = [_shown(effect, scene) for effect in effects]
            turn = Turn(line, [], found, effects, passages, event, question)
    if turn is not None:
        yield turn


def _event(scene: Scene, line: str) -> Event | None:
    if line.startswith("> "):
        return _theirs(scene, line[2:].replace("⏎", "\n"))
    assert line.startswith("@ "), f"a line begins with @ > < = ! or #: {line}"
    order = line[2:]
    if order in _PLAIN:
        return _PLAIN[order](scene.now)
    return _directive(scene, shlex.split(order))


def _theirs(scene: Scene, text: str) -> Event:
    scene.inbounds += 1
    scene.now += timedelta(seconds=scene.gap)
    scene.gap = 30
    key = str(scene.inbounds)
    if text.startswith("[button "):
        *about, broadcast, choice = text[8:-1].split()
        broadcast, _, number = broadcast.partition(".")
        press = Press(int(broadcast), int(choice), about[0] if about else "q", int(number or 1))
        question, reply = scene.questions.get(press.key), scene.given.get(press.key)
        return Pressed(press, scene.now, key, question, reply)
    media = answered = False
    if text.startswith("[media]"):
        media, text = True, text[7:].strip()
    if text.startswith("[answered]"):
        answered, text = True, text[10:].strip()
    return Said(text, scene.now, key, media=int(media), answered=answered)


def _directive(scene: Scene, words: list[str]) -> Event | None:
    named = dict(word.split("=", 1) for word in words if "=" in word)
    bare = [word for word in words if "=" not in word]
    if f"@ {' '.join(words)}".startswith(_SETTINGS):
        _set(scene, bare, named)
        return None
    match bare:
        case ["question", broadcast, kind, *rest]:
            question = _put(scene, int(broadcast), kind, named)
            return Asked(question, scene.now, certain="uncertain" not in rest)
        case ["reminder", broadcast]:
            return Asked(scene.questions[int(broadcast), 1], scene.now, again=True)
        case ["liaison", name]:
            reply = scene.replies[int(named.get("reply", 0)) - 1]
            return ReadBackWritten(reply, named["home"], named["staff"], f"liaison:{name}", scene.now)
        case ["person"]:
            return NoReadBack(scene.replies[int(named.get("reply", 0)) - 1], scene.now)
        case ["danger"]:
            reply = scene.replies[int(named.get("reply", 0)) - 1]
            return NoReadBack(reply, scene.now, danger=True)
        case ["no", "engine"]:
            return LeftToPerson(scene.replies[int(named.get("reply", 0)) - 1], scene.now)
    raise AssertionError(f"no such directive: {words}")


def _set(scene: Scene, bare: list[str], named: dict[str, str]) -> None:
    """Change what the next events find; nothing happens by it."""
    match bare:
        case ["language", tag]:
            scene.tag, scene.talk = tag, Talk(tag)
        case ["wrote", tag]:
            scene.wrote = tag
        case ["at", "once"]:
            scene.gap = 2
        case ["adults", number]:
            scene.adults = int(number)
        case ["night" | "day" as part]:
            scene.night = part == "night"
        case ["speakable", *tags]:
            scene.speakable = tuple(tags)
        case ["later", amount]:
            scene.now += timedelta(**{_UNITS[amount[-1]]: int(amount[:-1])})
        case ["part", broadcast, kind]:
            parts = scene.parts.setdefault(int(broadcast), [])
            parts.append(_question(int(broadcast), kind, named, len(parts) + 1))
        case _:
            raise AssertionError(f"no such setting: {bare}")


def _put(scene: Scene, broadcast: int, kind: str, named: dict[str, str]) -> Question:
    """Return the question that is sent; of an inquiry of several the first."""
    series = tuple(scene.parts[broadcast]) if kind == "parts" else ()
    asked = [replace(one, series=series) for one in series] or [_question(broadcast, kind, named)]
    scene.questions |= {one.key: one for one in asked}
    return asked[0]


_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _question(broadcast_id: int, kind: str, named: dict[str, str], number: int = 1) -> Question:
    def parts(key: str) -> tuple[str, ...]:
        return tuple(named[key].split("/")) if key in named else ()

    return Question(
        broadcast_id,
        Kind(kind),
        named["topic"],
        parts("choices"),
        parts("staff"),
        named.get("asked"),
        _limit(named.get("low")),
        _limit(named.get("high")),
        parts("grades"),
        parts("staff_grades"),
        date.fromisoformat(named["decided"]) if "decided" in named else None,
        datetime.fromisoformat(named["closes"]) if "closes" in named else None,
        number,
        "\n".join([named["topic"], *(f"{n} {one}" for n, one in enumerate(parts("choices"), 1))]),
        tuple(_skip(one) for one in named["skip"].split(",")) if "skip" in named else (),
    )


def _limit(said: str | None) -> int | None:
    """Read a number, or a time of day as minutes since midnight."""
    if said is None:
        return None
    return times.minutes(said) if ":" in said else int(said)


def _skip(rule: str) -> tuple[str, int]:
    value, _, to = rule.partition(":")
    return value, END if to == "end" else int(to)


def _shown(effect: Effect, scene: Scene) -> str:
    match effect:
        case Say():
            return _said(effect, scene)
        case Record():
            return _recorded(effect)
        case CallStaff(why=why, promise=promise, restricted=restricted):
            return f"! call: {why}{', promised' * promise}{', restricted' * restricted}"
        case WriteReadBack(person=person):
            return f"! write a read-back{': a person' * person}"
        case StopWriting(why=why):
            return f"! stop writing: {why}"
        case ClosingsOnly():
            return "! closings only"
        case StartWriting(why=why):
            return f"! start writing: {why}"
        case ChangeLanguage(tag=tag):
            return f"! language {tag}"
        case CloseKeyboard(broadcast_id=broadcast_id, question=number):
            return f"! close keyboard {broadcast_id}{f'.{number}' * (number > 1)}"


def _said(say: Say, scene: Scene) -> str:
    if say.language == "en":
        words = rendered(say, "en", scene.now)
    else:
        values = {name: _value(value, "en", scene.now) for name, value in say.values.items()}
        words = " ".join([say.key, *(f'{name}="{value}"' for name, value in values.items())])
        rendered(say, say.language, scene.now)
    marks = " (and in English)" * say.also_english
    return f"< {words}{marks}".replace("\n", "⏎")


def rendered(say: Say, tag: str, now: datetime) -> str:
    """Return a phrase as the family reads it."""
    values = {name: _value(value, tag, now) for name, value in say.values.items()}
    return values["question"] if say.key == NEXT_QUESTION else languages.phrase(say.key, tag, **values)


def _value(value: str | date | datetime | time, tag: str, now: datetime) -> str:
    today = now.astimezone(ZONE).date()
    if isinstance(value, datetime):
        hour = languages.family_time(value.time(), tag)
        if value.date() == today:
            return languages.phrase("when_today", tag, time=hour)
        day = languages.family_date(value.date(), tag, today=today)
        return languages.phrase("when_day", tag, day=day, time=hour)
    if isinstance(value, time):
        return languages.family_time(value, tag)
    if isinstance(value, date):
        return languages.family_date(value, tag, today=today)
    return value


def _recorded(record: Record) -> str:
    value = f" → {record.value}" if record.value is not None else ""
    understood = f" ({record.home} · {record.staff})" if record.home is not None else ""
    by = f" by {record.by}" if record.by != "family" else ""
    state = ReplyState(record.state).name
    kind = f"{record.kind} {record.question}" if record.question > 1 else record.kind
    line = f"= {state} {kind}: {record.words}{value}{understood}{by}{', late' * record.late}"
    return line.replace("\n", "⏎")


def write(path: Path) -> None:
    """Put what happens below every line of a transcript."""
    turns = play(path.read_text(encoding="utf-8"))
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line[:1] in {"<", "=", "!"}:
            continue
        lines.append(line)
        if line.startswith(("> ", "@ ")) and not line.startswith(_SETTINGS):
            turn = next(turns)
            assert turn.line == line
            lines += turn.found
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


_SETTINGS = (
    "@ language",
    "@ part",
    "@ at once",
    "@ wrote",
    "@ adults",
    "@ night",
    "@ day",
    "@ speakable",
    "@ later",
)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write(Path(name))
