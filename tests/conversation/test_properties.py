"""What holds in every conversation, however it goes (docs/dialogue.md)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation import engine, intent, survey
from bot.conversation.engine import Passage, follow
from bot.conversation.events import (
    NEXT_QUESTION,
    Asked,
    Blocked,
    CallStaff,
    Effect,
    Event,
    Facts,
    HandedBack,
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
)
from bot.conversation.heard import Heard
from bot.conversation.intent import lexicon
from bot.conversation.talk import (
    END,
    Kind,
    Open,
    Question,
    ReadBack,
    State,
    Talk,
    Which,
    from_json,
    open_until,
    to_json,
)
from bot.messages import ReplyState
from tests.conversation.harness import TUESDAY, ZONE

DANGEROUS = ("he hits me", "tengo miedo", "my husband has a gun, yes", "1 but I am afraid of my father")
STOPS = ("STOP", "stop!", "alto", "please stop", "no me manden más")
THANKS = ("gracias", "ok", "👍", "❤️", "hola", "")
TEXTS = (
    *DANGEROUS, *STOPS, *THANKS,
    *"0123456789", "sí", "no", "si y tambien los lunes", "no, solo los lunes", "sip", "correto", "otra hora",
    "otra hra", "3 a 5", "somos 4", "15", "trabajo de noche", "no tengo dinero", "¿a qué hora es?", "?",
    "START", "HELP", "quién es", "número equivocado", "una persona", "English", "Español", "no entiendo",
    "en la tarde por favor", "grado 6", "¿Puede venir?", "1 y 3", "todos", "el viernes", "mañana", "3/4",
    "in English please", "no hablo inglés", "para las 3?", "no dejen de mandarme mensajes",
    "mi hijo es muy alto",
    "Liked “Reply STOP to end”", "talvez", "sí no", "no, sí puedo",
)  # fmt: skip

QUESTIONS = (
    Question(1, Kind.YES_NO, "¿Puede venir?", ("sí", "no"), ("yes", "no")),
    Question(2, Kind.ONE_OF, "¿A qué hora?", ("8 a 11", "3 a 5", "otra hora"), ("8-11", "3-5", "other")),
    Question(3, Kind.NUMBER, "¿Cuántos?", low=0, high=12),
    Question(4, Kind.OWN_WORDS, "¿Qué necesita?", decided_on=TUESDAY.date() + timedelta(days=90)),
    Question(
        5, Kind.ONE_OF, "¿Qué talla?", ("chica", "grande"), ("small", "large"),
        grades=("grado 3", "grado 6", "los dos"), staff_grades=("grade 3", "grade 6", "both"),
    ),
    Question(6, Kind.OWN_WORDS, "¿Qué cambiaría?"),
    Question(7, Kind.SEVERAL_OF, "¿Qué le ayuda?", ("comida", "transporte", "nada"), ("food", "a ride",
    "no")),
    Question(8, Kind.SCALE, "¿Qué tan fácil?"),
    Question(9, Kind.DATE, "¿Qué día?"),
    Question(10, Kind.TIME, "¿A qué hora?", low=15 * 60, high=18 * 60),
)  # fmt: skip


def _series(*questions: Question) -> Question:
    """Return the first question of an inquiry of these."""
    numbered = tuple(replace(one, number=number) for number, one in enumerate(questions, 1))
    return replace(numbered[0], series=numbered)


def _by_child(question: Question) -> Question:
    return replace(question, grades=QUESTIONS[4].grades, staff_grades=QUESTIONS[4].staff_grades)


INQUIRIES = (
    _series(replace(QUESTIONS[0], skips=(("no", END),)), QUESTIONS[1], QUESTIONS[3], QUESTIONS[2]),
    _series(replace(QUESTIONS[1], skips=(("2", 3), ("3", 4))), QUESTIONS[0], QUESTIONS[6], QUESTIONS[5]),
    _series(QUESTIONS[5], _by_child(QUESTIONS[0]), _by_child(QUESTIONS[4]), QUESTIONS[0]),
    _series(
        replace(QUESTIONS[7], decided_on=TUESDAY.date(), closes_at=TUESDAY + timedelta(days=2)),
        replace(QUESTIONS[8], closes_at=TUESDAY + timedelta(days=2)),
    ),
)


def _fresh(question: Question, broadcast_id: int) -> Question:
    """Return a question as another broadcast asks it."""
    series = tuple(replace(one, broadcast_id=broadcast_id) for one in question.series)
    return replace(question, broadcast_id=broadcast_id, series=series)


#: texts of ours that are about one question; hand-overs and the like are not
ABOUT_A_QUESTION = {
    "noted", "noted_next", "noted_then", "read_back", "read_back_later", "read_back_again", "tell_again",
    "closing",
    "got_it", "will_call", "ask_again", "ask_number_again", "which_question", "which_child",
    "ask_several_again", "ask_scale_again", "ask_day_again",
}  # fmt: skip
HAND_OVERS = {"handover", "handover_night"}


@dataclass
class Walk:
    """A conversation that goes anywhere."""

    adults: int = 1
    night: bool = False
    speakable: frozenset[str] = frozenset({"en", "es"})
    wrote: str | None = None  #: what the newest text seems to be written in
    talk: Talk = field(default_factory=lambda: Talk("es"))
    replies: dict[tuple[int, int], str] = field(default_factory=dict)  #: to every question
    minutes: int = 0
    count: int = 0

    def facts(self) -> Facts:
        now = TUESDAY + timedelta(minutes=self.minutes)
        return Facts(
            "Lincoln School", "715-555-0100", "Ms Ruiz", now.astimezone(ZONE) + timedelta(hours=4),
            lexicon(self.talk.language), self.night, self.adults, self.speakable, "sí", "no", self.wrote,
        )  # fmt: skip

    def event(self, kind: str, what: int, later: int) -> Event:
        self.minutes += later
        self.count += 1
        at, key = TUESDAY + timedelta(minutes=self.minutes), str(self.count)
        match kind:
            case "said":
                self.wrote = (None, None, "en", "es", "fr")[what % 5]
                return Said(TEXTS[what % len(TEXTS)], at, key)
            case "media":
                return Said("", at, key, media=1)
            case "asked":
                every = (*QUESTIONS, *INQUIRIES, *INQUIRIES)
                question = every[what % len(every)]
                fresh = _fresh(question, question.broadcast_id + 10 * self.count)
                return Asked(fresh, at, certain=what % 5 > 0)
            case "reminded":
                asked = self._question()
                if asked is None or (asked.broadcast_id, 1) in self.replies:
                    return Woke(at)
                first = replace(asked.series[0], series=asked.series) if asked.series else asked
                return Asked(first, at, certain=what % 5 > 0, again=True)
            case "pressed":
                about = ("q", "r1", "r2")[what % 3]
                asked = self._question()
                if asked is None or not asked.series:
                    broadcast = asked.broadcast_id if asked else 1
                    older = QUESTIONS[what % len(QUESTIONS)]
                    return Pressed(Press(broadcast, what % 4, about), at, key, older)
                older = replace(asked.series[what % len(asked.series)], series=asked.series)
                press = Press(asked.broadcast_id, what % 4, about, older.number)
                return Pressed(press, at, key, older, self.replies.get(older.key))
            case "written":
                reply = self.talk.waiting[what % len(self.talk.waiting)].reply if self.talk.waiting else "0"
                return ReadBackWritten(reply, "usted trabaja", "works", "liaison:Faadumo", at)
            case "not written":
                return NoReadBack(self.talk.waiting[0].reply if self.talk.waiting else "0", at)
            case _:
                others = (
                    Woke, StaffTookOver, HandedBack, Blocked, Unblocked, ProviderStopped, HandedBack, Woke,
                )  # fmt: skip
                return others[what % len(others)](at)

    def _question(self) -> Question | None:
        match self.talk.now:
            case Open(question=question):
                return question
            case ReadBack(own=own):
                return own.question
        return self.talk.waiting[-1].question if self.talk.waiting else None

    def step(self, event: Event) -> tuple[Talk, list[Effect], list[Passage]]:
        before = self.talk
        self.talk, effects, passages = follow(before, event, self.facts())
        given = {
            (one.broadcast_id, one.question): one.reply
            for one in effects
            if isinstance(one, Record) and one.broadcast_id is not None
        }
        self.replies.update(given)
        return before, effects, passages


SELDOM = ("pressed", "media", "not written", "other", "other", "reminded")
KINDS = ("said",) * 8 + ("asked",) * 4 + ("written",) * 4 + SELDOM
LATER = st.sampled_from((0, 0, 1, 1, 3, 14, 16, 60, 23 * 60, 25 * 60, 49 * 60))
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 10_000), LATER), min_size=1, max_size=25)
WALKS = st.builds(
    Walk,
    adults=st.integers(1, 3),
    night=st.booleans(),
    speakable=st.sampled_from((frozenset({"en", "es"}), frozenset({"en"}))),
)
bounded = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


def keeps_the_rules(walk: Walk, steps: list[tuple[str, int, int]]) -> int:
    """Walk on, and look after every step whether the rules hold; return how many events there were."""
    texts: Counter[tuple[int, int]] = Counter()
    for kind, what, later in steps:
        event = walk.event(kind, what, later)
        before, effects, passages = walk.step(event)
        said = [effect for effect in effects if isinstance(effect, Say)]
        _stays_on_the_table(passages)
        assert from_json(to_json(walk.talk)) == walk.talk
        _at_most_one_is_open(walk.talk)
        _danger_wins(event, before, effects, said)
        _stop_wins(event, before, walk.talk, effects)
        _silence_after_stop(event, before, effects, said)
        _thanks_get_nothing(event, before, said)
        _promises_are_kept_by_somebody(said, effects)
        _digits_mean_what_was_offered_last(event, before, effects)
        _one_menu_at_a_time(said)
        _in_a_language_of_theirs(before, walk, said)
        _one_question_of_an_inquiry(walk.talk)
        _what_is_put_is_next(event, before, walk.talk, said)
        texts.update(_about(effects, walk.talk, before))
        if isinstance(event, Asked) and event.again:
            texts[event.question.key] += 1
    assert all(count <= 4 for count in texts.values()), texts
    return len(steps)


@bounded
@given(WALKS, STEPS)
def test_every_conversation_keeps_the_rules(walk: Walk, steps: list[tuple[str, int, int]]) -> None:
    keeps_the_rules(walk, steps)


def a_person_is_one_word_away(walk: Walk) -> None:
    """Wherever a conversation stands, "a person please" and danger reach somebody."""
    walk.minutes += 6  # a text of this minute's burst may be the last of too many
    at = TUESDAY + timedelta(minutes=walk.minutes)
    for words in ("a person please", "he hits me"):
        _, effects, _ = replace(walk).step(Said(words, at, "last"))
        assert any(isinstance(effect, CallStaff) for effect in effects), (walk.talk.state, words)


@bounded
@given(WALKS, STEPS)
def test_a_person_is_always_one_word_away(walk: Walk, steps: list[tuple[str, int, int]]) -> None:
    for kind, what, later in steps:
        walk.step(walk.event(kind, what, later))
    a_person_is_one_word_away(walk)


@bounded
@given(WALKS, STEPS, st.sampled_from(DANGEROUS))
def test_danger_is_answered_as_an_ordinary_question_is(
    walk: Walk, steps: list[tuple[str, int, int]], dangerous: str
) -> None:
    for kind, what, later in steps:
        walk.step(walk.event(kind, what, later))
    walk.minutes += 20
    calm = replace(walk, talk=replace(walk.talk, with_staff=False))
    at = TUESDAY + timedelta(minutes=walk.minutes)
    _, of_danger, _ = replace(calm).step(Said(dangerous, at, "last"))
    _, of_question, _ = replace(calm).step(Said("¿a qué hora sale el autobús?", at, "last"))
    assert [say for say in of_danger if isinstance(say, Say)] == [
        say for say in of_question if isinstance(say, Say)
    ]


def _stays_on_the_table(passages: list[Passage]) -> None:
    for state, heard, end in passages:
        assert end in (engine.row(state, heard).to or (state,)), (state, heard, end)


def _at_most_one_is_open(talk: Talk) -> None:
    """A read-back and an unanswered question are never both asked for at the same time."""
    if talk.stopped is not None:
        assert talk.now is None
        assert open_until(talk) is None
    if talk.aside is not None and not talk.with_staff:
        answered = isinstance(talk.now, Open) and talk.now.value is not None
        assert talk.now is not None
        assert not answered


def _danger_wins(event: Event, before: Talk, effects: list[Effect], said: list[Say]) -> None:
    if not isinstance(event, Said) or not intent.is_danger(event.text, lexicon(before.language)):
        return
    assert any(isinstance(effect, CallStaff) and effect.restricted for effect in effects)
    assert {say.key for say in said} <= HAND_OVERS
    assert not any(event.text in str(say.values) for say in said)
    assert not any(isinstance(effect, Record) and event.text in effect.words for effect in effects)


def _stop_wins(event: Event, before: Talk, after: Talk, effects: list[Effect]) -> None:
    words = lexicon(before.language)
    if isinstance(event, Said) and event.text in STOPS and intent.is_stop(event.text, words):
        assert any(isinstance(effect, StopWriting) for effect in effects)
        assert after.stopped is not None
        assert sum(isinstance(effect, Say) for effect in effects) == (before.stopped is None)


def _silence_after_stop(event: Event, before: Talk, effects: list[Effect], said: list[Say]) -> None:
    """After STOP only her own START, HELP and the offered 1 are answered."""
    if before.stopped is None or any(isinstance(effect, StartWriting) for effect in effects):
        return
    assert {say.key for say in said} <= {"closings_only", "help"}
    assert all(say.passes_stop for say in said)


def _thanks_get_nothing(event: Event, before: Talk, said: list[Say]) -> None:
    if before.state is State.QUIET and isinstance(event, Said) and event.text in THANKS and not event.media:
        assert said == []


def _promises_are_kept_by_somebody(said: list[Say], effects: list[Effect]) -> None:
    if any("when" in say.values for say in said):
        assert any(isinstance(effect, CallStaff) and effect.promise for effect in effects)


def _digits_mean_what_was_offered_last(event: Event, before: Talk, effects: list[Effect]) -> None:
    """One digit, one meaning: what is recorded is what the menu that is open says it is (rules 1 to 3)."""
    if not isinstance(event, Said) or event.text not in {"1", "2", "3", "4", "5", "6", "7", "8"}:
        return
    records = [effect for effect in effects if isinstance(effect, Record)]
    match before.now:
        case _ if before.stopped is not None or before.with_staff:
            assert records == []
        case Open(question=question) if question.closed:
            of_it = [each for each in records if _answers(each, question)]
            assert {each.value for each in of_it} <= {_value(question, int(event.text)), None}
        case ReadBack(own=own) if own.about is None:
            of_it = [each for each in records if _answers(each, own.question)]
            sure = {ReplyState.CONFIRMED, ReplyState.CORRECTED}
            assert all((each.state in sure) == (event.text == "1") for each in of_it[:1])


def _answers(record: Record, question: Question) -> bool:
    return (record.broadcast_id, record.question) == question.key


def _one_menu_at_a_time(said: list[Say]) -> None:
    """No two texts of one step offer digits, so that none has two meanings."""
    assert sum(say.digits for say in said) <= 1


def _in_a_language_of_theirs(before: Talk, walk: Walk, said: list[Say]) -> None:
    """Only in the language that the family reads, in one it wrote in, or in English (rule 18)."""
    theirs = {"en", before.language, walk.talk.language, walk.wrote}
    assert {say.language for say in said} <= theirs & walk.speakable


def _one_question_of_an_inquiry(talk: Talk) -> None:
    """Of one inquiry no two questions wait for their answers."""
    unanswered = [one for one in (talk.now, talk.earlier, talk.aside) if isinstance(one, Open)]
    waiting = Counter(one.question.broadcast_id for one in unanswered if one.value is None)
    assert all(count == 1 for count in waiting.values()), waiting


def _what_is_put_is_next(event: Event, before: Talk, after: Talk, said: list[Say]) -> None:
    """A question follows what she said, a button or a liaison; it is the next on her way, and open."""
    if not any(one.key in {"noted_then", NEXT_QUESTION} for one in said):
        return
    assert not isinstance(event, Woke | Asked)
    assert not before.with_staff
    assert isinstance(after.now, Open)
    question = after.now.question
    given = dict(survey.of(after, question.broadcast_id).given)
    assert after.now.value is None
    assert question.number not in given
    assert survey.way([one.skips for one in question.series], given)[-1] == question.number
    assert question.closes_at is None or event.at <= question.closes_at


def _value(question: Question, digit: int) -> str | None:
    values = ("yes", "no") if question.kind is Kind.YES_NO else ("1", "2", "3")[: len(question.choices)]
    return values[digit - 1] if digit <= len(values) else None


def _about(effects: list[Effect], after: Talk, before: Talk) -> list[tuple[int, int]]:
    """Name the question that each of our texts is about."""
    recorded = [(each.broadcast_id, each.question) for each in effects if isinstance(each, Record)]
    named: list[tuple[int, int]] = []
    for position, effect in enumerate(effects):
        if not isinstance(effect, Say) or effect.key not in ABOUT_A_QUESTION:
            continue
        if effect.key == "which_question":
            assert isinstance(after.now, Which)
            second = after.now.second
            question = second.question if isinstance(second, Open) else second.own.question
            named.append(question.key)
            continue
        earlier = recorded[: sum(isinstance(each, Record) for each in effects[:position])]
        found = [(each, n) for each, n in [*reversed(earlier), *recorded] if each is not None]
        if found:
            named.append(found[0])
        elif isinstance(before.now, ReadBack):
            named.append(before.now.own.question.key)
    return named


def test_the_texts_of_the_walks_reach_most_of_the_table() -> None:
    """The walks are worth something only if they go everywhere that family's words can lead."""
    words = lexicon("es")
    assert sum(intent.is_danger(text, words) for text in TEXTS) == len(DANGEROUS)
    assert all(intent.is_stop(text, words) for text in STOPS)
    assert all(intent.is_chatter(text, words) for text in THANKS)
    assert Heard.DANGER in engine.ANYWHERE
