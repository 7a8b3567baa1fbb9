"""What a text means as the answer to a question, or as the judgement of a read-back.

A sure answer is a digit, an exact word, or one of these with a comment after it; anything guessed
(a slip of the keys, a digit run into a sentence) is unsure and is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from bot import languages
from bot.conversation import (
    choosing,
    clauses,
    corrections,
    dates,
    days,
    echo,
    matching,
    numbers,
    problems,
    several,
    times,
    verbs,
    weekdays,
    yes_no,
)
from bot.conversation.grammar import Grammar
from bot.conversation.intent import (
    has_question_mark,
    is_tapback,
    is_without_marks,
    without_courtesy,
)
from bot.conversation.letters import plain, thumb, unmarked
from bot.conversation.lexicon import Lexicon
from bot.conversation.lexicon import answering as words_of
from bot.conversation.talk import Kind, Question

_BROKEN_NUMBER = re.compile(r"\d[.,:/\-–]\d|[-−]\s?\d")
#: "ok 4 me"
_FOR_ME = re.compile(r"(?<=[a-z] )4(?= (?:me|us|my|him|her)\b)", re.IGNORECASE)
#: letters that weep or laugh
_KOREAN_TEARS = re.compile("[ㅠㅜㅎㅋ]{2,}")
#: "or" that begins a text means "rather"
_HAN_RATHER = re.compile("^\\s*(?:还是|還是)(?!不)")
_KOREAN_ENDS = {"니당": "니다", **dict.fromkeys(("용", "염", "욤", "여"), "요")}
_KOREAN_PLAYFUL = re.compile(r"니당(?!\w)|(?<=[어아세해예네에])[용염욤여](?!\w)")
#: "yes and …" adds; "yes I can …" may well be the correction
_AND = frozenset({"and", "also", "plus", "y", "tambien", "también", "et", "aussi", "iyo", "thiab", "và"})
_LIGHT = frozenset({"filler", "supplied", "courtesy"})
#: of two figures in an answer to these one is not meant
_ONE_FIGURE = frozenset({Kind.ONE_OF, Kind.NUMBER, Kind.SCALE})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is recorded: `value`, and the same in both languages."""

    value: str  #: "yes", "no", a choice's number from 1, a number, "2026-11-20", "16:30"
    home: str
    staff: str
    sure: bool = True


class Judgement(StrEnum):
    """What a family says of our understanding (rule 7)."""

    YES = "yes"
    YES_AND_MORE = "yes_and_more"
    NO = "no"
    UNSURE = "unsure"  #: a word that without its marks means two things
    OTHER = "other"  #: the correction itself


def answer(text: str, question: Question, lexicon: Lexicon, today: date | None = None) -> Answer | None:
    """Read a text as an answer; None when it is none. Own words are always one and not read here.

    `today`, the day on the school's clock, is what a question for a date counts from.
    """
    lexicon = words_of(lexicon.tag)
    text = _HAN_RATHER.sub("", text) if lexicon.tag.startswith("zh") else text
    text = _in_plain_korean(text) if lexicon.tag == "ko" else _FOR_ME.sub("for", text)
    corrected, found = _corrected(text, question, lexicon, today)
    if corrected or (question.kind in _ONE_FIGURE and clauses.takes_back(text, lexicon.grammar)):
        return found
    return _read(text, question, lexicon, today)


def _corrected(
    text: str, question: Question, lexicon: Lexicon, today: date | None
) -> tuple[bool, Answer | None]:
    """Read "3, no wait, 1": whether an answer takes another one's place, and which; never sure.

    "Yes, sorry, no" may excuse as well as correct, so that of yes and no only figures take back there.
    Where two answers are told apart by a bare "no" nobody knows which of them is meant.
    """
    if question.kind is Kind.SEVERAL_OF:
        return False, None
    cut = corrections.split(text, lexicon.grammar)
    if cut is None:
        return question.kind is Kind.ONE_OF and _is_torn(text, question, lexicon), None
    after = _from_figure(cut.after, lexicon.grammar)
    if (
        question.kind is Kind.YES_NO
        and cut.polite
        and not all(plain(each)[:1].isdecimal() for each in (cut.before, after))
    ):
        return False, None
    first = _read(cut.before, question, lexicon, today)
    last = _read(after, question, lexicon, today) or _begun(after, question, lexicon, today)
    if first is None or (last is None and not cut.denied):
        return False, None
    return True, _unless(True, last)


def _is_torn(text: str, question: Question, lexicon: Lexicon) -> bool:
    """Say whether a plain "no" stands between two choices: "martes no jueves"."""
    for before, after in corrections.at_no(text, lexicon.grammar):
        two = [_read(each, question, lexicon, None) for each in (before, after)]
        if two[0] is not None and two[1] is not None and two[0].value != two[1].value:
            return True
    return False


def _from_figure(text: str, grammar: Grammar) -> str:
    """Leave out the small words before a figure: "it is 1, I will be there"."""
    pieces = grammar.cut(text)
    at = next((n for n, piece in enumerate(pieces) if "filler" not in piece.kinds), 0)
    if grammar.unspaced or not at or not pieces[at].said.isdecimal():
        return text
    return text[text.find(next(letter for letter in text if letter.isdecimal())) :]


def _begun(text: str, question: Question, lexicon: Lexicon, today: date | None) -> Answer | None:
    """Read the figure that a text begins with, if it has no other: "5, my mother comes too"."""
    words = plain(text).split()
    alone = len(words) > 1 and words[0].isdecimal() and not any(word.isdecimal() for word in words[1:])
    return _read(words[0], question, lexicon, today) if alone else None


def _read(text: str, question: Question, lexicon: Lexicon, today: date | None) -> Answer | None:
    match question.kind:
        case Kind.YES_NO | Kind.ONE_OF:
            return _closed(text, question, lexicon)
        case Kind.NUMBER:
            return _number(text, question, lexicon)
        case Kind.SEVERAL_OF:
            return _several(text, question, lexicon)
        case Kind.SCALE:
            return _scale(text, question, lexicon)
        case Kind.DATE if today is not None:
            return _date(text, question, lexicon, today)
        case Kind.TIME:
            return _time(text, question, lexicon)
        case _:
            return None


def _in_plain_korean(text: str) -> str:
    """Leave out tears and laughter, and write playful endings as they are taught: "없습니당"."""
    return _KOREAN_PLAYFUL.sub(lambda found: _KOREAN_ENDS[found[0]], _KOREAN_TEARS.sub(" ", text))


def _several(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    told = clauses.told(text, lexicon.grammar)
    parts = clauses.clauses(told, lexicon.grammar)
    kept = [part for part in parts if not several.is_left_out(part, lexicon.grammar)]
    if len(kept) < len(parts):
        told, parts = ", ".join(kept), kept
    if (wanted := _without_unwanted(parts, question, lexicon)) is not None:
        return _unless(True, _chosen(question, wanted))
    if _is_only_first(parts, question, lexicon):
        found = several.several(parts[0], question.choices, lexicon)
        if found is not None:
            return _unless(True, _chosen(question, found[0]))
    found = several.several(told, question.choices, lexicon)
    if found is None:
        about = [part for part in parts if several.mentions(part, question.choices, lexicon)]
        if any(several.adds(part, lexicon.grammar) for part in parts if part not in about):
            return None
        told = about[0] if len(about) == 1 else ""
        found = several.several(told, question.choices, lexicon) if told else None
        found = None if found is None or clauses.is_open(text, lexicon.grammar) else (found[0], False)
    return None if found is None else _unless(not found[1], _chosen(question, found[0]))


def _without_unwanted(parts: Sequence[str], question: Question, lexicon: Lexicon) -> tuple[int, ...] | None:
    """ "Soccer and swimming, not music": clauses that name choices, and one that says which is not wanted."""
    grammar, choices = lexicon.grammar, question.choices
    if weekdays.of_choices(choices, lexicon) or any(
        each.isdecimal() for part in parts for each in plain(part).split()
    ):
        return None
    pieces = [piece for part in parts for piece in clauses.at_but(part, grammar)]
    denied = [piece for piece in pieces if several.denies(piece, grammar)]
    out = {n for piece in denied for n in choosing.named_in(piece, choices, grammar)}
    rest = ", ".join(piece for piece in pieces if piece not in denied)
    if not out or len(denied) != 1 or not rest or clauses.is_open(rest, grammar):
        return None
    found = several.several(rest, choices, lexicon)
    return (
        None if found is None or out & set(found[0]) or len(found[0]) + len(out) > len(choices) else found[0]
    )


def _is_only_first(parts: Sequence[str], question: Question, lexicon: Lexicon) -> bool:
    """ "Just the interpreter, we eat before": behind an "only" no clause has words of another choice."""
    if len(parts) < 2 or not any("only" in piece.kinds for piece in lexicon.grammar.cut(parts[0])):
        return False
    return not any(
        several.mentions(part, question.choices, lexicon) or several.adds(part, lexicon.grammar)
        for part in parts[1:]
    )


def _scale(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    found = clauses.by_clause(
        text, lexicon.grammar, lambda said: several.scale(said, *question.marks, lexicon)
    )
    return None if found is None else Answer(str(found[0]), str(found[0]), str(found[0]), found[1])


def _date(text: str, question: Question, lexicon: Lexicon, today: date) -> Answer | None:
    asked = question.asked or question.topic
    found = clauses.by_clause(text, lexicon.grammar, lambda said: dates.read(said, lexicon, today, asked))
    if found is None:
        return None
    day, sure = found
    staff = languages.family_date(day, "en", today=today)
    return Answer(day.isoformat(), languages.family_date(day, lexicon.tag, today=today), staff, sure)


def _time(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    found = times.read(text, lexicon, question.low, question.high)
    if found is None:
        return None
    clock, sure = found
    home, staff = (languages.family_time(clock, tag) for tag in (lexicon.tag, "en"))
    return Answer(f"{clock:%H:%M}", home, staff, sure)


def choice(question: Question, number: int) -> Answer | None:
    """Return the answer behind a menu's digit or button; None beyond the menu."""
    if question.kind is Kind.SCALE:
        low, high = question.marks
        return Answer(str(number), str(number), str(number)) if low <= number <= high else None
    if not question.menu or not 1 <= number <= len(question.choices):
        return None
    home = question.choices[number - 1]
    staff = question.staff_choices[number - 1] if len(question.staff_choices) >= number else home
    value = ("yes", "no")[number - 1] if question.kind is Kind.YES_NO else str(number)
    return Answer(value, home, staff)


def added(question: Question, before: str, found: Answer) -> Answer:
    """Join a pressed choice to those that were pressed before it; elsewhere the newer answer holds."""
    if question.kind is not Kind.SEVERAL_OF:
        return found
    numbers = sorted({*map(int, before.split(",")), int(found.value)})
    return _chosen(question, numbers)


def _chosen(question: Question, numbers: Sequence[int]) -> Answer:
    each = [one for number in numbers if (one := choice(question, number)) is not None]
    home, staff = ", ".join(one.home for one in each), ", ".join(one.staff for one in each)
    return Answer(several.joined(numbers), home, staff)


def pick(text: str, labels: Iterable[str], lexicon: Lexicon) -> int | None:
    """Return the number, from 1, of the label that a digit, a number word or its own words name."""
    spoken = {number: matching.labelled(number, label, lexicon) for number, label in enumerate(labels, 1)}
    return matching.whole(text, spoken, lexicon)


def judge(text: str, lexicon: Lexicon) -> Judgement:
    """Read a text as the judgement of a read-back: 1 and 2, yes and no in words."""
    spoken = {
        1: lexicon.yes | lexicon.ok | matching.labelled(1, "", lexicon),
        2: lexicon.no | matching.labelled(2, "", lexicon),
    }
    if is_without_marks(text, lexicon):
        return Judgement.UNSURE
    whole = matching.whole(text, spoken, lexicon)
    if whole is not None:
        return Judgement.YES if whole == 1 else Judgement.NO
    begun, comment = matching.begun(text, spoken, lexicon)
    if begun is None and _AND.intersection(plain(text).split()[1:2]):
        begun = matching.whole(plain(text).split()[0], spoken, lexicon)
    return Judgement.YES_AND_MORE if begun == 1 and not matching.says(comment, spoken[2]) else Judgement.OTHER


def is_bare_number(text: str) -> bool:
    """Say whether a text is nothing but a number, in any script."""
    return plain(text).isdecimal()


def _closed(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    spoken = _spoken(question, lexicon)
    if is_without_marks(text, lexicon) or is_tapback(text):
        return None
    if _asks_problem(question, lexicon):
        return _problem(text, question, spoken, lexicon)
    number = matching.whole(text, spoken, lexicon)
    if number is not None:
        return choice(question, number)
    if _is_supplied(text, question, lexicon):
        return _unless(True, choice(question, 2))
    cannot = _cannot(text, question, lexicon)
    if cannot is not None:
        return cannot
    if question.kind is Kind.YES_NO:
        return _yes_no(text, question, spoken, lexicon)
    return _one_of(text, question, spoken, lexicon)


def _yes_no(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | None:
    """Read a digit with a comment, then a sentence, then a slip of the keys; never across yes and no."""
    digit = _digit_first(text, question, lexicon)
    if digit is not None:
        return digit
    contented = _contented(text, question, lexicon)
    if contented is not None:
        return contented
    if (shown := thumb(text)) and _is_light(text, lexicon):
        return _unless(True, choice(question, 1 if shown == "yes" else 2))
    agree, refuse = (spoken[n] - _figures(spoken[n]) - _counted(lexicon) for n in (1, 2))
    grammar = _with_words(lexicon.tag, agree, refuse)
    if _names_other_day(text, question, lexicon, grammar):
        return None
    asks = "" if _names_day(text, lexicon) else question.asked or ""
    found = yes_no.read(
        text,
        grammar,
        lambda said: echo.read(said, asks, grammar, lexicon.tag),
        grammar.level(question.asked or ""),
    )
    found = found or yes_no.drawn_out(text, grammar)
    if found is not None:
        number, sure = found
        return _unless(not sure, choice(question, number))
    if has_question_mark(text):
        return None
    slip = matching.misspelt(text, spoken, lexicon)
    return None if slip is None else _unless(True, choice(question, slip))


def _is_light(text: str, lexicon: Lexicon) -> bool:
    """ "👍🏾 thank you teacher": nothing beside the sign has weight."""
    return all(piece.kinds & {"filler", "courtesy"} for piece in lexicon.grammar.cut(text))


def _is_supplied(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "She already has one": a no to "do you need …", whatever stands around it but a yes."""
    if question.kind is not Kind.YES_NO or has_question_mark(text):
        return False
    needs = any(piece.kinds for piece in lexicon.grammar.cut(question.asked or "", frozenset({"need"})))
    pieces = lexicon.grammar.cut(text)
    turned = any(piece.kinds & {"yes", "but", "hedge", "or"} and not piece.kinds & _LIGHT for piece in pieces)
    return needs and not turned and any("supplied" in piece.kinds for piece in pieces)


def _contented(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    """ "We are fine": a no to "do you need …", a yes where the question asks whether it is fine."""
    pieces = [piece for piece in lexicon.grammar.cut(text) if "courtesy" not in piece.kinds]
    asked = lexicon.grammar.cut(question.asked or "", frozenset({"content", "need"}))
    kinds = frozenset[str]().union(*(piece.kinds for piece in asked))
    if not pieces or "content" not in pieces[0].kinds or len(kinds) != 1:
        return None
    if any(
        piece.kinds & {"agree", "yes", "but", "hedge"} and "content" not in piece.kinds for piece in pieces
    ):
        return None
    return _unless(True, choice(question, 1 if "content" in kinds else 2))


@lru_cache(maxsize=64)
def _with_words(tag: str, agree: frozenset[str], refuse: frozenset[str]) -> Grammar:
    """Return the small words of a language with those of one question: its choices, its verb."""
    return words_of(tag).grammar.joined({"agree": agree, "refuse": refuse})


def _names_day(text: str, lexicon: Lexicon) -> bool:
    """A day of the question is repeated to ask about it, not to agree."""
    words = dates.calendar_of(lexicon.tag)
    return any(word in words.weekdays or word in words.months for word in plain(text).split())


def _names_other_day(text: str, question: Question, lexicon: Lexicon, grammar: Grammar) -> bool:
    """ "I can on Friday" to a question about Thursday; a no, or a yes in a clause before it, stands."""
    asked, named = (
        set(days.values(days.tokens(plain(each), lexicon.tag), days.Is.WEEKDAY))
        for each in (question.asked or "", text)
    )
    if not asked or not named - asked:
        return False
    first = clauses.clauses(text, grammar)[0]
    found = yes_no.read(first, grammar)
    return found is None or (found[0] == 1 and first == text)


def _asks_problem(question: Question, lexicon: Lexicon) -> bool:
    asked = question.asked or question.topic
    return question.kind is Kind.YES_NO and problems.asks(asked, lexicon.grammar)


def _problem(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | None:
    """Read the answer to "is there a problem?"; an "ok" to it may mean either."""
    whole, found = matching.whole(text, spoken, lexicon), problems.read(text, lexicon.grammar)
    if whole == 2 or (whole == 1 and (found is None or found[0] == 1)):
        bare = without_courtesy(text, lexicon)
        return None if whole == 1 and bare in lexicon.ok - lexicon.yes else choice(question, whole)
    digit = _digit_first(text, question, lexicon)
    if digit is not None:
        return digit
    return None if found is None else _unless(not found[1], choice(question, found[0]))


def _counted(lexicon: Lexicon) -> frozenset[str]:
    """Return the number words, which in a sentence say neither yes nor no: "she has one"."""
    return frozenset(lexicon.numbers) - lexicon.yes - lexicon.no - lexicon.ok


def _figures(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.isdecimal())


def _digit_first(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    """ "1, but late", "2 creo": the menu's digit with a comment, which must not say the contrary."""
    digits = {n: frozenset({str(n)}) for n in range(1, len(question.choices) + 1)}
    number, comment = matching.begun(text, digits, lexicon)
    if number is None and not has_question_mark(text):
        number, comment = matching.run_in(text, digits, lexicon), " ".join(plain(text).split()[1:])
        if number is not None and question.kind is not Kind.YES_NO and not comment:
            return choice(question, number)
        doubtful = True
    else:
        doubtful = False
    if number is None:
        return None
    if question.kind is Kind.YES_NO:
        other = yes_no.read(comment, lexicon.grammar)
        doubtful = doubtful or (other is not None and other[0] != number)
    return _unless(doubtful, choice(question, number))


def _one_of(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | None:
    part, sure = matching.part(text, question, lexicon)
    if part is not None:
        return _unless(not sure, choice(question, part))
    number, comment = matching.begun(text, spoken, lexicon)
    if number is not None:
        others = frozenset[str]().union(*(said for n, said in spoken.items() if n != number))
        return _unless(matching.says(comment, others), choice(question, number))
    if has_question_mark(text):
        return None
    if (place := _by_place(text, question, lexicon)) is not None:
        return _unless(True, choice(question, place))
    named = clauses.by_clause(
        text, lexicon.grammar, lambda said: choosing.read(said, question.choices, lexicon)
    )
    named = named or choosing.declined(text, question.choices, lexicon.grammar)
    if named is not None:
        return _unless(not named[1], choice(question, named[0]))
    digits = {n: frozenset({str(n)}) for n in range(1, len(question.choices) + 1)}
    slip = (
        (None if _names_hour(text, lexicon) else matching.run_in(text, digits, lexicon))
        or matching.misspelt(text, spoken, lexicon)
        or matching.misspelt_part(text, question, lexicon)
    )
    return None if slip is None else _unless(True, choice(question, slip))


def _names_hour(text: str, lexicon: Lexicon) -> bool:
    """ "3 baje ke baad", "3 o'clock": a figure right before a word for an hour, or for after it."""
    pieces = lexicon.grammar.cut(text, frozenset({"oclock", "limit", "till", "range_to", "past"}))
    return any(one.said.isdecimal() and two.kinds for one, two in pairwise(pieces))


def _by_place(text: str, question: Question, lexicon: Lexicon) -> int | None:
    """ "The second one, we eat no chicken": a clause that is nothing but a place."""
    parts = clauses.clauses(text, lexicon.grammar)
    if len(parts) < 2 or clauses.is_open(text, lexicon.grammar):
        return None
    places = {choosing.placed(part, len(question.choices), lexicon) for part in parts} - {None}
    return places.pop() if len(places) == 1 else None


def _unless(doubtful: bool, found: Answer | None) -> Answer | None:
    if found is None or not doubtful:
        return found
    return Answer(found.value, found.home, found.staff, sure=False)


def _spoken(question: Question, lexicon: Lexicon) -> dict[int, frozenset[str]]:
    """Map each choice's number to everything that means it."""
    spoken = {n: matching.labelled(n, label, lexicon) for n, label in enumerate(question.choices, 1)}
    if question.kind is Kind.YES_NO:
        asked = verbs.asked(question.asked or "", lexicon)
        if lexicon.marks_matter:
            asked |= {bare for verb in asked if (bare := unmarked(verb)) not in lexicon.yes | lexicon.no}
        spoken[1] |= lexicon.yes | lexicon.ok | matching.with_verb(lexicon.verb_yes, asked)
        spoken[2] |= lexicon.no | matching.with_verb(lexicon.verb_no, asked)
    return spoken


def _cannot(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    """Read "tuaj tsis tau": wants to and cannot, which counts as a no and keeps its own words (rule 5)."""
    if question.kind is not Kind.YES_NO or not question.asked:
        return None
    forms = matching.with_verb(lexicon.verb_cannot, verbs.asked(question.asked, lexicon))
    found = choice(question, 2)
    said = without_courtesy(text, lexicon)
    if found is None or not any(said == form or said.startswith(f"{form} ") for form in forms):
        return None
    return Answer(found.value, " ".join(text.split()), f"{found.staff} (cannot)")


def _number(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    """Read the one number of a text, in digits of any script or in words, within the question's limits."""
    if _BROKEN_NUMBER.search(text) or (has_question_mark(text) and len(plain(text).split()) > 1):
        return None
    found = numbers.one(text, lexicon, question.asked or "")
    if found is None:
        return None
    value, sure = found
    if question.low is not None and value < question.low:
        return None
    if question.high is not None and value > question.high:
        return None
    return Answer(str(value), str(value), str(value), sure)
