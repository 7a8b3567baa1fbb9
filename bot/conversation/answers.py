"""What a text means as the answer to a question, or as the judgement of a read-back.

A sure answer is a digit, an exact word, or one of these with a comment after it; anything guessed
(a slip of the keys, a digit run into a sentence) is unsure and is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

from bot import languages
from bot.conversation import (
    asides,
    clauses,
    confirming,
    corrections,
    cyrillic,
    dates,
    having,
    leading,
    matching,
    numbers,
    refused,
    remainders,
    scales,
    several,
    times,
)
from bot.conversation.grammar import Grammar
from bot.conversation.intent import (
    has_question_mark,
    is_without_marks,
)
from bot.conversation.letters import plain, undrawn
from bot.conversation.lexicon import Lexicon
from bot.conversation.lexicon import answering as words_of
from bot.conversation.menu_answers import closed
from bot.conversation.recorded import Answer, chosen, unless
from bot.conversation.talk import Kind, Question

_BROKEN_NUMBER = re.compile(r"\d[.,:/\-–]\d|[-−]\s?\d")
#: laughter in Latin letters, which is no size
_GRIN = re.compile(r"(?<![A-Za-z])[xX]+[dD]+(?![A-Za-z])")
#: "ok 4 me"
_FOR_ME = re.compile(r"(?<=[a-z] )4(?= (?:me|us|my|him|her)\b)", re.IGNORECASE)
#: "mpa", "nap": a pronoun written together with the verb's small word
_HAITIAN = re.compile(r"\b([mnlwy])(pa|ap|te|ka|pral|pap)\b", re.IGNORECASE)
#: "+" is a yes where Russian and Ukrainian are written
_PLUS, _PLUS_AGREES = re.compile(r"^\s*\++(?!\s*\d)"), frozenset({"ru", "uk"})
#: "or", written onto a day's name
_KOREAN_OR = re.compile("(?<=요일)이나(?=\\s)")
#: letters that weep or laugh
_KOREAN_TEARS = re.compile("[ㅠㅜㅎㅋ]{2,}|(?<=[가-힣])[ㅠㅜ]")
_MONTH, _HAN_MONTH = re.compile(r"(?<!\d)(\d{1,2})\s?月(?!\d)"), re.compile("([一二三四五六七八九十]{1,2})月")
_HAN_MONTHS = dict(enumerate(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"], 1))
#: "or" that begins a text means "rather"
_HAN_RATHER = re.compile("^\\s*(?:还是|還是)(?!不)")
_KOREAN_ENDS = {"니당": "니다", **dict.fromkeys(("용", "염", "욤", "여"), "요")}
_KOREAN_PLAYFUL = re.compile(r"니당(?!\w)|(?<=[어아세해예네에])[용염욤여](?!\w)")
#: "yes and …" adds; "yes I can …" may well be the correction
_AND = frozenset({"and", "also", "plus", "y", "tambien", "también", "et", "aussi", "iyo", "thiab", "và"})
#: of two figures in an answer to these one is not meant
_ONE_FIGURE = frozenset({Kind.ONE_OF, Kind.NUMBER, Kind.SCALE})
#: what a family may propose by asking: "how about Tuesday?"
_PROPOSED = frozenset({Kind.DATE, Kind.ONE_OF})


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
    text = _GRIN.sub(" ", text)
    text = _HAN_RATHER.sub("", text) if lexicon.tag.startswith("zh") else text
    text = _months_alike(text, question.choices) if lexicon.tag.startswith("zh") else text
    text = _FOR_ME.sub("for", text) if lexicon.tag == "en" else text
    text = _in_plain_korean(text) if lexicon.tag == "ko" else text
    if question.kind is Kind.YES_NO and lexicon.tag in _PLUS_AGREES:
        text = _PLUS.sub("да ", text)
    if question.kind is Kind.DATE and (spelled := cyrillic.spelled(text, lexicon.tag)):
        found = _read(spelled, question, lexicon, today)
        if found is not None:
            return unless(True, found)  # "17 marta" names a month
    corrected, found = _corrected(text, question, lexicon, today)
    if corrected or (question.kind in _ONE_FIGURE and corrections.takes_back(text, lexicon.grammar)):
        return found
    if (found := _read(text, question, lexicon, today)) is not None:
        return found
    for said in _otherwise(text, question, lexicon):
        if (found := _read(said, question, lexicon, today)) is not None:
            return unless(True, found)
    return _leading(text, question, lexicon, today)


def _leading(text: str, question: Question, lexicon: Lexicon, today: date | None) -> Answer | None:
    """Read the first clause alone, where nothing behind it answers otherwise; never sure."""
    if (parted := leading.parted(text, question, lexicon)) is None:
        return None
    found = _read(parted[0], question, lexicon, today)
    behind = () if question.kind is Kind.SCALE else parted[1]
    if found is None or any(_read(part, question, lexicon, today) for part in behind):
        return None
    return unless(True, found)


def _months_alike(text: str, choices: Iterable[str]) -> str:
    """ "7月那个" for the choice "七月": write months as the choices have them."""
    labels = " ".join(choices)
    if _HAN_MONTH.search(labels):
        return _MONTH.sub(lambda found: _HAN_MONTHS.get(int(found[1]), found[1]) + "月", text)
    if _MONTH.search(labels):
        numbers_of = {name: number for number, name in _HAN_MONTHS.items()}
        return _HAN_MONTH.sub(lambda found: f"{numbers_of.get(found[1], found[1])}月", text)
    return text


def _otherwise(text: str, question: Question, lexicon: Lexicon) -> Iterator[str]:
    """Write a text that is not understood another way: "ouiii", "mpa", "how about Tuesday?"."""
    yield from undrawn(text)[:1]
    if spelled := cyrillic.spelled(text, lexicon.tag):
        yield spelled
    if lexicon.tag == "ht" and (parted := _HAITIAN.sub(r"\1 \2", text)) != text:
        yield parted
    if question.kind in _PROPOSED and (bare := clauses.before_excuse(text, lexicon.grammar)):
        yield bare
    if question.kind in _PROPOSED and (proposed := clauses.proposed(text, lexicon.grammar)):
        yield proposed


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
    return True, unless(True, last)


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
            return closed(text, question, lexicon)
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
    text = _KOREAN_OR.sub(" 아니면 ", text)
    return _KOREAN_PLAYFUL.sub(lambda found: _KOREAN_ENDS[found[0]], _KOREAN_TEARS.sub(" ", text))


def _several(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    text = remainders.without_pronoun(text, lexicon.grammar)
    if having.needs_nothing(text, question.asked or question.topic, lexicon):
        return None
    asked = question.asked or question.topic
    if remainders.tells_the_contrary(text, asked, question.choices, lexicon):
        return None
    if (but := remainders.all_but(text, asked, question.choices, lexicon)) is not None:
        return unless(True, chosen(question, but)) if but else None
    rest = remainders.rest(text, asked, question.choices, lexicon)
    rest = rest or remainders.other_days(text, question.choices, lexicon)
    if rest:
        return unless(True, chosen(question, rest))
    if (found := _listed(text, question, lexicon)) is not None:
        return found
    if remainders.all_wanted(text, question.choices, lexicon):
        return unless(True, chosen(question, tuple(range(1, len(question.choices) + 1))))
    if times_said := remainders.either_time(text, question.choices, lexicon):
        return unless(True, chosen(question, times_said))
    if remainders.all_there(text, question.asked or question.topic, lexicon.grammar):
        return unless(True, chosen(question, tuple(range(1, len(question.choices) + 1))))
    named = remainders.languages_named(text, question.choices, lexicon)
    return unless(True, chosen(question, named)) if named else None


def _listed(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    told = clauses.told(text, lexicon.grammar)
    if remainders.asks_avoided(question.asked or question.topic, lexicon.grammar):
        avoided = remainders.avoided(told, question.choices, lexicon)
        found = several.several(avoided, question.choices, lexicon) if avoided else None
        if found is not None:
            return unless(True, chosen(question, found[0]))
        told = remainders.without_fine(told, question.asked or question.topic, lexicon)
    parts = clauses.clauses(told, lexicon.grammar)
    asked = question.asked or question.topic
    kept = [part for part in parts if not having.is_left_out(part, asked, question.choices, lexicon.grammar)]
    if len(kept) < len(parts):
        told, parts = ", ".join(kept), kept
    matters = [part for part in parts if not several.is_no_matter(part, asked, question.choices, lexicon)]
    if matters and len(matters) < len(parts):
        found = several.several(", ".join(matters), question.choices, lexicon)
        return None if found is None else unless(True, chosen(question, found[0]))
    if (wanted := several.without_unwanted(parts, question.choices, lexicon)) is not None:
        return unless(True, chosen(question, wanted))
    if listed := asides.several_of(told, asked, question.choices, lexicon):
        found = several.several(listed, question.choices, lexicon)
        return None if found is None else unless(True, chosen(question, found[0]))
    if several.is_only_first(parts, question.choices, lexicon):
        found = several.several(parts[0], question.choices, lexicon)
        if found is not None:
            return unless(True, chosen(question, found[0]))
    found = several.several(told, question.choices, lexicon)
    if found is None:
        about = [part for part in parts if several.mentions(part, question.choices, lexicon)]
        if any(several.adds(part, lexicon.grammar) for part in parts if part not in about):
            return None
        told = about[0] if len(about) == 1 else ""
        found = several.several(told, question.choices, lexicon) if told else None
        found = None if found is None or clauses.is_open(text, lexicon.grammar) else (found[0], False)
    return None if found is None else unless(not found[1], chosen(question, found[0]))


def _scale(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    found = clauses.by_clause(
        text, lexicon.grammar, lambda said: scales.scale(said, *question.marks, lexicon)
    )
    return None if found is None else Answer(str(found[0]), str(found[0]), str(found[0]), found[1])


def _date(text: str, question: Question, lexicon: Lexicon, today: date) -> Answer | None:
    asked = question.asked or question.topic
    found = clauses.by_clause(text, lexicon.grammar, lambda said: dates.read(said, lexicon, today, asked))
    if found is None or refused.all_of(text, lexicon):
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
    if (said := confirming.judged(text, lexicon.tag)) is not None:
        return Judgement.YES if said else Judgement.NO
    begun, comment = matching.begun(text, spoken, lexicon)
    if begun is None and _AND.intersection(plain(text).split()[1:2]):
        begun = matching.whole(plain(text).split()[0], spoken, lexicon)
    if begun != 1 or matching.says(comment, spoken[2]) or confirming.turns(comment, lexicon.tag):
        return Judgement.OTHER
    return Judgement.YES_AND_MORE


def is_bare_number(text: str) -> bool:
    """Say whether a text is nothing but a number, in any script."""
    return plain(text).isdecimal()


def _number(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    """Read the one number of a text, in digits of any script or in words, within the question's limits."""
    if _BROKEN_NUMBER.search(text) or (has_question_mark(text) and len(plain(text).split()) > 1):
        return None
    found = numbers.one(text, lexicon, question.asked or "")
    if found is None or (found[0] and refused.of_number(text, lexicon)):
        return None
    value, sure = found
    if question.low is not None and value < question.low:
        return None
    if question.high is not None and value > question.high:
        return None
    return Answer(str(value), str(value), str(value), sure)
