"""What a text means as the answer to yes or no, or to one of some choices.

A digit and an exact word are sure; a sentence, a slip of the keys and a digit run into a sentence are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from bot.conversation import (
    asides,
    choosing,
    circumstances,
    clauses,
    contraries,
    dates,
    days,
    denials,
    echo,
    first_words,
    having,
    home_languages,
    matching,
    naming,
    pointing,
    polarity,
    preferring,
    problems,
    reasons,
    refused,
    remainders,
    sizes,
    verbs,
    weekdays,
    yes_no,
)
from bot.conversation.grammar import THINGS, Grammar
from bot.conversation.intent import has_question_mark, is_tapback, is_without_marks, without_courtesy
from bot.conversation.letters import plain, thumb, unmarked
from bot.conversation.lexicon import Lexicon
from bot.conversation.lexicon import answering as words_of
from bot.conversation.lexicon import lexicon as words_alone
from bot.conversation.recorded import Answer, choice, unless
from bot.conversation.talk import Kind, Question

#: letters that a verb's forms have in common, at least: "keni", "kemi"
_LEAST_ALIKE = 2
#: letters by which a word of the question is known again
_STEM = 4
#: signs of a no that begin a text
_REFUSING = "👎❌🚫"
#: unknown words that tell of something else
_TOO_MANY = 3
_LIGHT = frozenset({"filler", "supplied", "courtesy"})
#: what is asked for and nobody wishes for
_UNWELCOME = ("problem", "matter", "ailment", "trouble", "absence", "late", "broken", "moved")


def closed(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    text = _without_regret(text, question, lexicon)
    spoken = _spoken(question, lexicon)
    if is_without_marks(text, lexicon) or is_tapback(text):
        return None
    if _is_turned(question, lexicon) and not plain(text).isdecimal():
        return _turned(text, question, lexicon)
    if question.kind is Kind.YES_NO and (told := contraries.told(text, question.asked or "", lexicon)):
        return unless(True, choice(question, told)) if told > 0 else None
    if _asks_problem(question, lexicon):
        return _problem(text, question, spoken, lexicon)
    return _named(text, question, spoken, lexicon)


def _named(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | None:
    """Read a text as one of the choices, whatever is asked with them."""
    if (there := having.told(text, question, lexicon)) is not None:
        return unless(True, choice(question, there)) if there else None
    if question.kind is Kind.YES_NO and (denied := denials.weigh(text, question.asked or "", lexicon)):
        return unless(True, choice(question, denied)) if denied > 0 else None
    number = matching.whole(text, spoken, lexicon)
    if number is not None and not (number == 1 and _may_decline(text, question, lexicon)):
        return choice(question, number)
    if told := _circumstances(text, question, lexicon):
        return unless(True, choice(question, told))
    cannot = _cannot(text, question, lexicon)
    if cannot is not None:
        return cannot
    if question.kind is Kind.ONE_OF and _only_denies(text, question.choices, lexicon):
        return None
    read = _yes_no if question.kind is Kind.YES_NO else _one_of
    found = read(text, question, spoken, lexicon)
    if question.kind is Kind.YES_NO and circumstances.speaks_no_english(text, question.asked or "", lexicon):
        return unless(True, choice(question, 1)) if found is None else None
    if found is not None:
        return found
    if question.kind is Kind.YES_NO and (
        at_last := contraries.told_at_last(text, question.asked or "", lexicon)
    ):
        return unless(True, choice(question, at_last))
    pointed = pointing.read(text, len(question.choices), lexicon.grammar)
    if not pointed and question.kind is Kind.ONE_OF and not has_question_mark(text):
        pointed = naming.later_or_sooner(text, question.choices, lexicon)
    return unless(True, choice(question, pointed)) if pointed else None


def _only_denies(text: str, labels: Sequence[str], lexicon: Lexicon) -> bool:
    """ "Lunes no puedo", "I don't read English": a choice is named only to say that it is not meant."""
    return home_languages.only_denied(text, labels, lexicon) or refused.of_choices(text, labels, lexicon)


def _without_regret(text: str, question: Question, lexicon: Lexicon) -> str:
    """ "Yes, unfortunately", "unfortunately" to "is he ill?": leave the word out where it refuses nothing."""
    grammar = lexicon.grammar
    if question.kind is not Kind.YES_NO or not grammar.holds(text, "regret"):
        return text
    parts = [grammar.cut(part) for part in clauses.clauses(text, grammar)]
    agreed = any("yes" in piece.kinds and "no" not in piece.kinds for part in parts for piece in part)
    if not agreed and not grammar.holds(question.asked or "", *_UNWELCOME):
        return text
    kept = ([piece for piece in part if "regret" not in piece.kinds] for part in parts)
    return ", ".join(grammar.written(part) for part in kept if part)


def _may_decline(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "Está bien, gracias" to "do you need …?" may be a yes and may be "we are fine"."""
    if question.kind is not Kind.YES_NO or not lexicon.grammar.holds(question.asked or "", "need"):
        return False
    bare = without_courtesy(text, lexicon)
    thanks = bare != plain(text)
    return thanks and bare in lexicon.ok - lexicon.yes


def _circumstances(text: str, question: Question, lexicon: Lexicon) -> int:
    """Return 2 where what was asked for is over, never was or is there, 1 or 2 by what else is told; or 0."""
    asked, grammar = question.asked or "", lexicon.grammar
    if question.kind is not Kind.YES_NO or has_question_mark(text):
        return 0
    past = polarity.is_over(text, asked, grammar) or polarity.never(text, asked, grammar)
    if past or polarity.comes(text, asked, grammar) or circumstances.no_longer(text, asked, lexicon):
        return 2
    return circumstances.read(text, asked, lexicon) or 2 * having.is_supplied(text, question, lexicon)


def _is_turned(question: Question, lexicon: Lexicon) -> bool:
    """Say whether a yes would answer nothing: "do you mind …?", "is it that he eats no pork?"."""
    asked, grammar = question.asked or "", lexicon.grammar
    if question.kind is not Kind.YES_NO:
        return False
    return polarity.asks_bother(asked, grammar) or polarity.asks_negative(asked, grammar)


def _turned(text: str, question: Question, lexicon: Lexicon) -> Answer | None:
    """Read what denies a bother, or gives a reason for it; of a question that asks the negative nothing."""
    if has_question_mark(text) or polarity.asks_negative(question.asked or "", lexicon.grammar):
        return None
    if polarity.affirms_bother(text, lexicon.grammar):
        return unless(True, choice(question, 1))
    return unless(True, choice(question, 2)) if polarity.denies_bother(text, lexicon.grammar) else None


def _yes_no(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | None:
    """Read a digit with a comment, then a sentence, then a slip of the keys; never across yes and no."""
    digit = _digit_first(text, question, lexicon)
    if digit is not None:
        return digit
    if _is_fine_with_ailment(text, question, lexicon):
        return None
    if having.only_has(text, question, lexicon):
        return None
    if _asks_if_possible(text, question, lexicon):
        return unless(True, choice(question, 1))
    text = _without_all_is_well(text, question, lexicon)
    contented = _contented(text, question, lexicon)
    if contented is not None:
        return contented
    if (shown := thumb(text)) and _is_shown(text, shown, lexicon):
        return unless(True, choice(question, 1 if shown == "yes" else 2))
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
        if number == 1 and _tells_trouble(text, question, lexicon):
            return None
        if (
            number == 1
            and not sure
            and (_is_about_else(text, question, lexicon) or having.has_one(text, question, lexicon))
        ):
            return None
        return unless(not sure, choice(question, number))
    if has_question_mark(text):
        return None
    slip = matching.misspelt(text, spoken, lexicon) or first_words.read(text, question.asked or "", lexicon)
    return unless(True, choice(question, slip)) if slip else None


def _is_shown(text: str, shown: str, lexicon: Lexicon) -> bool:
    """ "👍🏾 thank you teacher", "👎 he has had it": nothing beside the sign weighs, or agrees to its no."""
    pieces = lexicon.grammar.cut(text)
    if shown == "no" and text.lstrip()[:1] in _REFUSING:
        return not any(piece.kinds & {"yes", "ok", "agree", "hedge"} - {"filler"} for piece in pieces)
    return all(piece.kinds & {"filler", "courtesy"} for piece in pieces)


def _is_fine_with_ailment(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "No problem, he eats everything" agrees to nothing where an allergy is asked for."""
    ailment = lexicon.grammar.holds(question.asked or "", "ailment")
    return ailment and any("fine" in piece.kinds for piece in lexicon.grammar.cut(text))


def _asks_if_possible(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "Please, if possible": a yes to "would you like …?", and to nothing else."""
    grammar = lexicon.grammar
    if not grammar.holds(question.asked or "", "need", "offers"):
        return False
    pieces = grammar.cut(text)
    possible = any("if_possible" in piece.kinds for piece in pieces)
    return possible and all(piece.kinds & (_LIGHT | {"if_possible", "yes", "ok", "wish"}) for piece in pieces)


def _without_all_is_well(text: str, question: Question, lexicon: Lexicon) -> str:
    """ "C'est bon merci" to "would you like …?" accepts or declines: leave out what says neither."""
    grammar, suits = lexicon.grammar, frozenset({"suits"})
    if not grammar.holds(question.asked or "", "need", "offers") or not grammar.holds(text, *suits):
        return text
    pieces = grammar.cut(text, suits)
    return grammar.written(piece for piece in pieces if not piece.kinds)


def _is_about_else(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "Le voy a mandar lonche" to "will she eat there?": a verb that agrees, said of something else."""
    grammar = lexicon.grammar
    asked = grammar.level(question.asked or "")
    if grammar.unspaced or not asked:
        return False
    pieces = grammar.cut(clauses.at_but(text, grammar)[0])
    if any(piece.kinds & {"yes", "ok", "fine"} for piece in pieces):
        return False
    if lexicon.yes.intersection(grammar.level(text).split()):
        return False
    if any("agree" in piece.kinds and f" {piece.said} " in f" {asked} " for piece in pieces):
        return False
    words = [word for piece in pieces for word in piece.said.split() if len(word) >= _STEM]
    unknown = [piece for piece in pieces if not piece.kinds or piece.kinds & THINGS]
    return len(unknown) >= _TOO_MANY and not any(word[:_STEM] in asked for word in words)


def _tells_trouble(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "He threw up all night, I'm going to the doctor" to "is he coming?": the verb agrees to nothing."""
    grammar = lexicon.grammar
    if grammar.holds(question.asked or "", *_UNWELCOME):
        return False
    first = grammar.cut(clauses.clauses(text, grammar)[0])
    agrees = any("yes" in piece.kinds for piece in grammar.cut(text))
    return any("trouble" in piece.kinds for piece in first) and not agrees


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
    return unless(True, choice(question, 1 if "content" in kinds else 2))


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
    fine = lexicon.grammar.holds(
        asked, "asks_fine"
    )  # "may he, no problem?": what is asked is whether all is well
    return question.kind is Kind.YES_NO and not fine and problems.asks(asked, lexicon.grammar)


def _problem(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | None:
    """Read the answer to "is there a problem?"; an "ok" to it may mean either."""
    whole, found = matching.whole(text, spoken, lexicon), problems.read(text, lexicon.grammar)
    if whole == 2 and found is not None and found[0] == 1:
        return None  # "不方便", which is a "no" elsewhere
    if whole == 2 or (whole == 1 and (found is None or found[0] == 1)):
        bare = without_courtesy(text, lexicon)
        return None if whole == 1 and bare in lexicon.ok - lexicon.yes else choice(question, whole)
    digit = _digit_first(text, question, lexicon)
    if digit is not None:
        return digit
    return None if found is None else unless(not found[1], choice(question, found[0]))


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
    return unless(doubtful, choice(question, number))


def _of_kind(text: str, labels: Sequence[str], lexicon: Lexicon) -> int | None:
    """Read what only some choices have: sizes, reasons, one that is left."""
    grammar = lexicon.grammar
    size = sizes.named(text, labels, grammar) or reasons.named(text, labels, grammar)
    return size or remainders.the_one_left(text, labels, lexicon) or None


def _one_of(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | None:
    if (above := sizes.one_up(text, question.choices, lexicon.grammar)) is not None:
        return unless(True, choice(question, above)) if above else None
    if liked := preferring.liked_better(text, question.choices, lexicon):
        return unless(True, choice(question, liked))
    at_once = _named_at_once(text, question, spoken, lexicon)
    if at_once is not None:
        return at_once or None
    if has_question_mark(text):
        return None
    if (of_kind := _of_kind(text, question.choices, lexicon)) is not None:
        return unless(True, choice(question, of_kind))
    if rest := having.without_had(text, question.asked or "", question.choices, lexicon):
        found = _one_of(rest, question, spoken, lexicon)
        return None if found is None else unless(True, found)
    if (place := _by_place(text, question, lexicon)) is not None:
        return unless(True, choice(question, place))
    if (none := having.needs_none(text, question, lexicon)) and having.is_there(text, question, lexicon):
        return unless(True, choice(question, none))
    if aside := asides.one_of(text, question.choices, lexicon):
        return unless(True, choice(question, aside)) if aside > 0 else None
    named = clauses.by_clause(
        text, lexicon.grammar, lambda said: choosing.read(said, question.choices, lexicon)
    )
    named = named or _sure_first(text, question, lexicon)
    named = named or choosing.declined(text, question.choices, lexicon.grammar)
    if named is None and (wanted := _wanted(text, question, lexicon)):
        return unless(True, choice(question, wanted))
    if named is not None:
        denied = choosing.is_denied(named[0], text, question.choices, lexicon.grammar)
        return None if denied else unless(not named[1], choice(question, named[0]))
    digits = {n: frozenset({str(n)}) for n in range(1, len(question.choices) + 1)}
    slip = (
        (None if _names_hour(text, lexicon) else matching.run_in(text, digits, lexicon))
        or matching.misspelt(text, spoken, lexicon)
        or matching.misspelt_part(text, question, lexicon)
    )
    return None if slip is None else unless(True, choice(question, slip))


def _sure_first(text: str, question: Question, lexicon: Lexicon) -> tuple[int, bool] | None:
    """ "The cheese one, he eats no meat": the first clause is a choice, others sound like another."""
    grammar = lexicon.grammar
    first, *others = clauses.clauses(text, grammar) or [""]
    found = choosing.read(first, question.choices, lexicon) if others else None
    if found is None or not found[1] or clauses.is_open(text, grammar):
        return None
    read = [choosing.read(part, question.choices, lexicon) for part in others]
    return None if any(one and one[1] for one in read) else (found[0], False)


def _named_at_once(
    text: str, question: Question, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon
) -> Answer | Literal[False] | None:
    """Read what names a choice before anything is weighed; False where nothing can be understood, or None."""
    if spoken_at_home := home_languages.one_of(text, question.choices, lexicon):
        return unless(True, choice(question, spoken_at_home))
    free = weekdays.free_day(text, question.choices, lexicon)
    if free is not None and not has_question_mark(text):
        return (free > 0 and unless(True, choice(question, free))) or False
    part, sure = matching.part(text, question, lexicon)
    if part is not None:
        return unless(not sure, choice(question, part))
    if amount := naming.by_amount(text, question.choices, lexicon):
        return unless(True, choice(question, amount))
    number, comment = matching.begun(text, spoken, lexicon)
    if number is not None:
        others = frozenset[str]().union(*(said for n, said in spoken.items() if n != number))
        return unless(matching.says(comment, others), choice(question, number))
    return None


def _wanted(text: str, question: Question, lexicon: Lexicon) -> int:
    """Return the choice that needs nothing, or of two the one that is neither denied nor liked less; or 0."""
    if none := having.needs_none(text, question, lexicon):
        return none
    liked = preferring.liked_better(text, question.choices, lexicon)
    return liked or preferring.read(text, question.choices, lexicon)


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
    named = {each[0] for part in parts if (each := choosing.read(part, question.choices, lexicon))}
    return places.pop() if len(places) == 1 and named <= places else None


def _spoken(question: Question, lexicon: Lexicon) -> dict[int, frozenset[str]]:
    """Map each choice's number to everything that means it."""
    # "both kids" is the second of two choices, and no "no"
    counted = words_alone(lexicon.tag) if question.kind is Kind.YES_NO else lexicon
    spoken = {n: matching.labelled(n, label, counted) for n, label in enumerate(question.choices, 1)}
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
