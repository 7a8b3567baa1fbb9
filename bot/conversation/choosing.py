"""Which one of several choices a text names: by place, letter, or words that only one of them has.

Two of them named, a negation or "either" beside one: none is understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from bot.conversation import day_parts, naming, weekdays
from bot.conversation.clauses import clauses, is_busy
from bot.conversation.day_parts import TURNS
from bot.conversation.grammar import PEOPLE, SIZES, THINGS, Grammar, Piece
from bot.conversation.letters import unmarked
from bot.conversation.lexicon import Lexicon
from bot.conversation.slips import near

#: ideas of which only one is meant
_WAYS = frozenset({"call", "texted", "email", "paper", "video", "in_person"})
#: kinds of words that say nothing about which choice is meant
_EMPTY = frozenset({"filler", "courtesy", "option", "yes", "ok", "agree", "and", "around", "only", "want"})
#: a word and a longer form of it: "galab" and "galabtii"
_STEM, _ENDING, _CUT = 4, 3, 2
_DIMINUTIVES = tuple(map(re.compile, (r"(?:c?it[oa]s?|(?:z|qu)?inh[oa]s?)$", r"sit[oa]s?$")))
_LETTERS = "abcdef"
#: an "and" that Amharic and Korean write onto the end of a word
_WRITTEN_ON = ("ና", "이랑", "랑", "하고", "과", "와")
#: words of a choice that could be any other's
_BETWEEN = frozenset({"filler", "and", "or", "option", "range_from", "range_to", "limit", "at", "timeword"})
_DENIES = frozenset({"not", "no", "refuse", "none"})
#: unknown words beside what names one choice
_FEW = 2
#: signs that make a part of a word where words run together
_RUN = 2
#: and letters of Khmer, Lao or Burmese, of which a syllable takes two or three
_SYLLABLES = 5
_LEAST_LETTERS = 4
#: signs too common to tell choices apart
_COMMON_SIGNS = frozenset(
    "的了吧我他她你您在有要不没沒是就好都也去来來人個个一二三四五六七八九十上下到和话話语語文"
)
_DEVANAGARI = re.compile("[\u0900-\u097f]")
#: an hour as French and Portuguese write it
_CLOCK = re.compile(r"\d{1,2}h(?:\d{2})?")
#: sizes by their letters, in English and in Portuguese; all beyond M are large
_LETTERED: Final = {
    "xs": "small", "s": "small", "p": "small", "pp": "small", "m": "medium",
    "l": "large", "g": "large", "xl": "large", "gg": "large", "xg": "large", "xxl": "large", "2xl": "large",
}  # fmt: skip
_SIZES = frozenset(_LETTERED.values())
#: a text of more signs tells a story, in which one sign of a choice stands by chance
_FEW_SIGNS: Final = 10


def read(text: str, labels: Sequence[str], lexicon: Lexicon) -> tuple[int, bool] | None:
    """Return the number of the choice that is named, from 1, and whether that is sure."""
    grammar = lexicon.grammar
    text = _without_every_day(text, labels, lexicon)
    if day_parts.names_work(grammar.cut(text)):
        return None
    if both := naming.by_both(text, labels, lexicon):
        return both, False  # "tou le 2" is not the second
    if (half := _by_half_hour(text, labels, grammar)) is not None:
        return (half, False) if half else None
    named = placed(text, len(labels), lexicon)
    by_name = (_by_unspaced if grammar.unspaced else _by_words)(text, labels, grammar)
    if named is not None:
        if by_name is None or not by_name[1] or by_name[0] == named:
            return named, True
        chosen = any("option" in piece.kinds and "filler" not in piece.kinds for piece in grammar.cut(text))
        return (named if chosen else by_name[0]), False  # "kan dambe", where "dambe" is a choice's own word
    if by_name and _is_at_work(text, by_name[0], labels, grammar):
        return None
    by_idea = _by_idea(text, labels, grammar)
    apart = len(clauses(text, grammar)) > 1
    if by_name is None and by_idea and apart and named_in(text, labels, grammar) - {by_idea[0]}:
        by_idea = None  # "the tablet, the chromebook", of which only one has other names
    if by_name and by_idea and by_name[0] != by_idea[0] and not by_name[1]:
        return None  # "send it home in his backpack" for "by mail to your home"
    if by_name and not by_name[1] and _names_another(by_name[0], text, labels, grammar):
        return None  # "he used to take the bus but now he walks"
    if at_once := naming.read(text, labels, lexicon):
        return at_once, by_name == (at_once, True)
    return (
        by_name
        or _by_part(text, labels, grammar)
        or by_idea
        or _by_beginning(text, labels, grammar)
        or (_by_few_signs(text, labels, grammar) if grammar.unspaced else None)
    )


def _without_every_day(text: str, labels: Sequence[str], lexicon: Lexicon) -> str:
    """ "She walks every day": how often says nothing where no choice is a day."""
    often = frozenset({"every"})
    pieces = lexicon.grammar.cut(text, often)
    if lexicon.grammar.unspaced or not any(piece.kinds for piece in pieces):
        return text
    if weekdays.of_choices(labels, lexicon) or not any(not piece.kinds for piece in pieces):
        return text
    rest = " ".join(piece.said for piece in pieces if not piece.kinds)
    return text if any(letter.isdigit() for letter in rest) else rest  # "tou le 2": both


def _by_half_hour(text: str, labels: Sequence[str], grammar: Grammar) -> int | None:
    """ "Half an hour" for "30 minutes", never for "1 hour": 0 where none is that, None for another text."""
    half = frozenset({"half_hour"})
    if not grammar.holds(text, *half) or day_parts.is_turned(grammar.cut(text)):
        return None
    held = [
        n
        for n, label in enumerate(labels, 1)
        if any(piece.kinds or piece.said == "30" for piece in grammar.cut(label, half))
    ]
    return held[0] if len(held) == 1 else 0


def _is_at_work(text: str, number: int, labels: Sequence[str], grammar: Grammar) -> bool:
    """ "Mom works nights, ask his dad": the clause that names this choice says that it is taken."""
    by_name = _by_unspaced if grammar.unspaced else _by_words
    parts = clauses(text, grammar)
    return len(parts) > 1 and any(
        is_busy(part, grammar) and (found := by_name(part, labels, grammar)) and found[0] == number
        for part in parts
    )


def all_named(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[frozenset[int], bool]:
    """Return every choice of which something of its own is said, and whether little else is.

    None where a word turns the text round.
    """
    pieces = grammar.cut(text)
    turning = (p for p in pieces if p.kinds & (TURNS - {"all"}) and not p.kinds & {"filler", "option"})
    if any(not named_in(piece.said, labels, grammar) for piece in turning):
        return frozenset(), False
    if grammar.unspaced:
        said = grammar.level(text).replace(" ", "")
        runs = _own_parts([grammar.level(label) for label in labels], _run_of(said))
        held = frozenset(n for n, its in enumerate(runs, 1) if any(run in said for run in its))
        return held, not any("and" in piece.kinds for piece in pieces)
    own, found, rest = _own_words(labels, grammar), set[int](), list[str]()
    for word in grammar.level(text).split():
        hits = [n for n, its in enumerate(own, 1) if grammar.fronts(word) & its] or _nearly_whose(word, own)
        if len(hits) > 1:
            return frozenset(), False
        found.update(hits)
        rest += [word] if not hits else []
    found.update(n for idea in _ideas_of(text, grammar) if (n := _only_with(idea, labels, grammar)))
    bare = _by_bare_pairs(text, labels, grammar)
    found.update(bare)
    others = [piece for piece in grammar.cut(" ".join(rest)) if not piece.kinds & (_EMPTY | THINGS)]
    others += [
        each for each in grammar.cut(" ".join(rest), THINGS - SIZES) if _is_no_choice(each, labels, grammar)
    ]
    joined = any("and" in piece.kinds for piece in pieces)
    joined = joined or any(word.endswith(_WRITTEN_ON) for word in grammar.level(text).split())
    joined = joined or (
        grammar.arabic and any(word.startswith("و") and len(word) > _STEM - 1 for word in rest)
    )
    if joined and bare == found and len(found) == 1:
        return frozenset(), False  # "anh van voi vi tinh", of which one is not understood
    return frozenset(found), len(others) <= (0 if joined else _FEW)


def _by_bare_pairs(text: str, labels: Sequence[str], grammar: Grammar) -> frozenset[int]:
    """ "Vi tinh" for "vi tính": where marks matter, two words that only one choice has without them."""
    said = grammar.level(text)
    if not grammar.keeps_marks or not said.isascii():
        return frozenset()
    pairs = [set(pairwise(unmarked(grammar.level(label)).split())) for label in labels]
    its = set(pairwise(said.split()))
    return frozenset(
        n for n, own in enumerate(pairs, 1) if its & own - set().union(*pairs[: n - 1], *pairs[n:])
    )


def named_in(text: str, labels: Sequence[str], grammar: Grammar) -> frozenset[int]:
    """Return every choice of which a word of its own is said, whatever is said of it."""
    if grammar.unspaced:
        said = grammar.level(text).replace(" ", "")
        runs = _own_parts([grammar.level(label) for label in labels], _run_of(said))
        return frozenset(n for n, its in enumerate(runs, 1) if any(run in said for run in its))
    own = _own_words(labels, grammar)
    words = grammar.level(text).split()
    return frozenset(n for n, its in enumerate(own, 1) for word in words if grammar.fronts(word) & its)


def _run_of(said: str) -> int:
    """Return how many letters tell a choice: a sign of Chinese is a word's half, one of Burmese a letter."""
    return _LEAST_LETTERS if any("\u0e00" <= letter <= "\u1fff" for letter in said) else _RUN


def mentioned(piece: Piece, labels: Sequence[str], grammar: Grammar) -> frozenset[int]:
    """Return every choice that one piece names, by a word of its own or by another name of the thing."""
    held = {n for idea in piece.kinds & THINGS if (n := _only_with(idea, labels, grammar))}
    return named_in(piece.said, labels, grammar) | held


def is_denied(number: int, text: str, labels: Sequence[str], grammar: Grammar) -> bool:
    """ "Not the violin please. Drums": a "not" right before this choice, which no other clause names."""
    if begins_no(labels[number - 1], grammar):
        return False  # "no lunch" is the choice itself
    denied, again = False, False
    for part in clauses(text, grammar):
        pieces = [piece for piece in grammar.cut(part) if not piece.kinds & {"filler", "courtesy"}]
        names = [number in named_in(piece.said, labels, grammar) for piece in pieces]
        if names[1:2] == [True] and pieces[0].kinds & {"not", "no", "dont"}:
            denied = True
        else:
            again = again or any(names)
    return denied and not again


def _is_no_choice(piece: Piece, labels: Sequence[str], grammar: Grammar) -> bool:
    """ "Eyes and ears" where no choice is about ears: a thing that is wanted, and cannot be had."""
    return bool(piece.kinds) and not any(piece.kinds & _ideas_of(label, grammar) for label in labels)


def declined(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    """ "None, he brings his own" for "no lunch": the text begins with a no, and one choice does."""
    pieces = [piece for piece in grammar.cut(text) if not piece.kinds & {"courtesy"}]
    held = [n for n, label in enumerate(labels, 1) if _begins_no(grammar.cut(label))]
    if len(held) != 1 or not _begins_no(pieces) or any(piece.kinds & {"hedge", "or"} for piece in pieces):
        return None
    others = [label for n, label in enumerate(labels, 1) if n != held[0]]
    if all_words(text, others, grammar):
        return None
    return held[0], False


def all_words(text: str, labels: Sequence[str], grammar: Grammar) -> bool:
    """Say whether a text has a word of weight in common with any of these choices."""
    if grammar.unspaced:
        said = grammar.level(text).replace(" ", "")
        return any(
            run in said for its in _own_parts([grammar.level(each) for each in labels], 2) for run in its
        )
    words = frozenset().union(*_own_words(labels, grammar))
    return any(grammar.fronts(word) & words for word in grammar.level(text).split())


def begins_no(label: str, grammar: Grammar) -> bool:
    """Say whether a choice is that nothing is wanted: "no lunch", "不需要"."""
    return _begins_no(grammar.cut(label))


def _begins_no(pieces: Sequence[Piece]) -> bool:
    lead = next((piece for piece in pieces if "filler" not in piece.kinds or piece.kinds & _DENIES), None)
    return lead is not None and bool(lead.kinds & _DENIES) and "fine" not in lead.kinds


def _ideas_of(text: str, grammar: Grammar) -> frozenset[str]:
    return frozenset(idea for piece in grammar.cut(text, THINGS) for idea in piece.kinds)


def _only_with(idea: str, labels: Sequence[str], grammar: Grammar) -> int:
    """Return the one choice that has an idea; 0 for none, or several."""
    if _are_sizes(labels):
        return _of_sizes(idea, labels)
    held = [n for n, label in enumerate(labels, 1) if idea in _ideas_of(label, grammar)]
    return held[0] if len(held) == 1 else 0


def _are_sizes(labels: Sequence[str]) -> bool:
    letters = {label.strip().casefold() for label in labels}
    return len(letters) > 1 and letters <= _LETTERED.keys()


def _of_sizes(idea: str, labels: Sequence[str]) -> int:
    """Return which of "S; M; L; XL" is meant; "the big one" means none where there is more than one."""
    held = [n for n, label in enumerate(labels, 1) if _LETTERED[label.strip().casefold()] == idea]
    bare = [n for n in held if labels[n - 1].strip().casefold() in {"s", "p", "l", "g"}]
    if len(bare) == 1 and idea == "small":
        held = bare
    return held[0] if len(held) == 1 else 0


def _by_idea(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    """ "Camión" for "autobús", "call me" for "telephone": another word for what one choice alone offers."""
    ideas = _ideas_of(text, grammar)
    if len(ideas & _SIZES) > 1 and _are_sizes(labels):
        return None  # "M is too tight, I take L", where one of them alone is a choice
    held = {n for idea in ideas if (n := _only_with(idea, labels, grammar))}
    return _weighed(held.pop(), grammar.cut(text), slips=True) if len(held) == 1 else None


def _by_beginning(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    """ "Укр" for "українською": one short word with which a word of one choice alone begins."""
    words = [piece.said for piece in grammar.cut(text) if not piece.kinds & {"courtesy", "filler"}]
    if grammar.unspaced or len(words) != 1 or len(words[0]) < _STEM - 1 or grammar.known.get(words[0]):
        return None
    its = [grammar.level(label).split() for label in labels]
    held = [n for n, own in enumerate(its, 1) if any(word.startswith(words[0]) for word in own)]
    if len(held) != 1 or words[0].isdecimal():
        return None
    long = any(word.startswith(words[0]) and len(word) >= 2 * len(words[0]) for word in its[held[0] - 1])
    return (held[0], False) if long else None  # "even" is no "evening"


def _names_another(number: int, text: str, labels: Sequence[str], grammar: Grammar) -> bool:
    """Say whether a text also has another name of a thing that another choice alone offers."""
    held = {n for idea in _ideas_of(text, grammar) if (n := _only_with(idea, labels, grammar))}
    return bool(held - {number})


def _by_few_signs(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    """ "福州的" for "福州话": where words run together, a part of what one choice alone has."""
    said = grammar.level(text).replace(" ", "")
    levelled = [grammar.level(label) for label in labels]
    for length in (_RUN, 1) if "\u2e80" <= said[:1] <= "\u9fff" else (_SYLLABLES,):
        parts = _own_parts(levelled, length)
        held = [n for n, its in enumerate(parts, 1) if any(part in said for part in its)]
        if length == 1 and len(said) > _FEW_SIGNS:
            return None  # "校" of "校门口" is no "校车"
        if len(held) == 1:
            return _weighed(held[0], grammar.cut(said), slips=True)
        if held:
            return None
    return None


def _own_parts(labels: Sequence[str], length: int) -> list[set[str]]:
    """Return, choice by choice, the runs of so many signs that no other choice has."""
    parts = [
        {run[at : at + length] for run in re.split(r"[\d\s]+", label) for at in range(len(run) - length + 1)}
        for label in labels
    ]
    return [
        its - set[str]().union(*parts[:n], *parts[n + 1 :]) - _COMMON_SIGNS for n, its in enumerate(parts)
    ]


def placed(text: str, count: int, lexicon: Lexicon) -> int | None:
    """ "The second one", "option b", "number 2", "2)": a place and nothing else of weight."""
    grammar = lexicon.grammar
    another = any("another" in piece.kinds for piece in grammar.cut(text))
    ordinal = _ordinal(" ".join(map(grammar.bare, grammar.level(text).split())), grammar)
    if ordinal is not None and grammar.holds(text, *PEOPLE):
        return None  # "my husband first"
    if ordinal is not None and not another and ordinal <= count:
        return ordinal
    if _is_last(grammar.cut(text)):
        return count
    pieces = grammar.cut(text, frozenset({"option", "courtesy"}))
    kept = [piece.said for piece in pieces if not piece.kinds]
    if len(kept) != 1:
        return None
    if kept[0] in _LETTERS and _LETTERS.index(kept[0]) < count:
        return _LETTERS.index(kept[0]) + 1
    place = int(kept[0]) if kept[0].isdecimal() and len(kept[0]) == 1 else 0
    if not place and any("option" in piece.kinds for piece in pieces):
        place = lexicon.numbers.get(kept[0], 0)
    return place if 1 <= place <= count else None


def _is_last(pieces: Sequence[Piece]) -> bool:
    """ "The last one", and nothing else of weight."""
    others = [piece for piece in pieces if "last" not in piece.kinds]
    return len(others) < len(pieces) and all(piece.kinds & _EMPTY for piece in others)


def _ordinal(said: str, grammar: Grammar) -> int | None:
    """Return the one ordinal of a text in which nothing else weighs."""
    spaced = said.replace(" ", "") if grammar.unspaced else f" {said} "
    found: set[int] = set()
    for form in sorted(grammar.ordinals, key=len, reverse=True):
        wanted = form.replace(" ", "") if grammar.unspaced else f" {form} "
        if wanted in spaced:
            found.add(grammar.ordinals[form])
            spaced = spaced.replace(wanted, "" if grammar.unspaced else "  ")
    if len(found) != 1:
        return None
    rest = grammar.cut(spaced)
    light = all(
        piece.kinds & _EMPTY and ("filler" in piece.kinds or not piece.kinds & {"not", "hedge"})
        for piece in rest
    )
    return found.pop() if light else None


def _own_words(labels: Sequence[str], grammar: Grammar) -> tuple[frozenset[str], ...]:
    """Return, choice by choice, the words that no other choice has; Arabic ones without their article too."""
    words = [
        {
            form
            for word in grammar.level(label).split()
            for form in (grammar.fronts(word) if grammar.arabic or _DEVANAGARI.match(word) else (word,))
            if not word.isdecimal()
            and not grammar.known.get(word, frozenset()) & _BETWEEN
            and (len(word) > 2 or not word.isascii())
        }
        for label in labels
    ]
    return tuple(
        frozenset(own - set[str]().union(*(other for m, other in enumerate(words) if m != n)))
        for n, own in enumerate(words)
    )


def _by_words(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    own = _own_words(labels, grammar)
    words = _without_work(text, grammar)
    hits = {word: tuple(n for n, its in enumerate(own, 1) if grammar.fronts(word) & its) for word in words}
    slips = not any(hits.values())
    if slips:
        hits = {word: _nearly_whose(word, own) for word in words}
    meant = {n for found in hits.values() for n in found}
    if not slips:
        hits = _without_other_things(hits, text, labels, grammar)
        meant = {n for found in hits.values() for n in found}
    if len(meant) != 1 or any(len(found) > 1 for found in hits.values()):
        return None
    label = set(grammar.level(labels[next(iter(meant)) - 1]).split())
    rest = [word for word in words if not hits[word] and word not in label]
    return _weighed(next(iter(meant)), grammar.cut(" ".join(rest)), slips=slips)


def _without_other_things(
    hits: Mapping[str, tuple[int, ...]], text: str, labels: Sequence[str], grammar: Grammar
) -> dict[str, tuple[int, ...]]:
    """ "Ba ngoại" is a grandmother though "ba" is a father: a word within another name names nothing."""
    kept = {**hits}
    for piece in grammar.cut(text, THINGS):
        words = piece.said.split()
        for word in words if len(words) > 1 else ():
            kept[word] = tuple(
                n for n in kept.get(word, ()) if not _rivals(piece.kinds, _ideas_of(labels[n - 1], grammar))
            )
    return kept


def _rivals(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether two names are of different people, or of different ways to reach them."""
    return not one & other and any(one & sort and other & sort for sort in (PEOPLE, _WAYS))


def _without_work(text: str, grammar: Grammar) -> list[str]:
    """Return the words of a text but those of "at work", which name no choice: Hmong "hauj lwm"."""
    busy = frozenset({"busy"})
    return [word for piece in grammar.cut(text, busy) if not piece.kinds for word in piece.said.split()]


def _weighed(number: int, rest: Sequence[Piece], *, slips: bool) -> tuple[int, bool] | None:
    """A choice beside a negation, an "or" or other figures is none; beside unknown words it is unsure."""
    if any(piece.kinds & TURNS and not piece.kinds & {"filler", "option", "only"} for piece in rest):
        return None
    if any(_is_figure(rest, at) for at in range(len(rest))):
        return None
    return number, not slips and all(piece.kinds & _EMPTY for piece in rest)


def _is_figure(pieces: Sequence[Piece], at: int) -> bool:
    """Say whether a piece is a figure that may be a choice's: it is none behind "at", before "o'clock"."""
    if not any(letter.isdigit() for letter in pieces[at].said) or _CLOCK.fullmatch(pieces[at].said):
        return False
    beside = (*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2])
    return not any(piece.kinds & {"at", "oclock", "timeword", "limit", "years"} for piece in beside)


def _nearly_whose(word: str, own: Sequence[frozenset[str]]) -> tuple[int, ...]:
    """Name the choices that have another form of a word, or the word without a slip of the keys."""
    akin = tuple(n for n, words in enumerate(own, 1) if any(_akin(word, each) for each in words))
    return akin or tuple(n for n, words in enumerate(own, 1) if any(near(word, each) for each in words))


def _akin(word: str, its: str) -> bool:
    if min(len(word), len(its)) < _STEM:
        return False
    if _declined(word, its) or _is_small(word, its):
        return True
    longer = word.startswith(its) and len(word) - len(its) <= _ENDING
    return longer or (its.startswith(word) and len(its) - len(word) <= _CUT)


def _is_small(word: str, its: str) -> bool:
    """ "Botitas" for "botas", "casaquinho" for "casaco": a diminutive."""
    stems = (ending.sub("", word) for ending in _DIMINUTIVES)
    return any(
        stem != word and len(stem) >= _STEM - 1 and its.startswith(stem) and len(its) - len(stem) <= _CUT
        for stem in stems
    )


def _declined(word: str, its: str) -> bool:
    """ "Ботинок" and "ботинки": one Cyrillic word with two endings."""
    if not "\u0400" <= word[0] <= "\u04ff":
        return False
    shared = next(
        (n for n, (a, b) in enumerate(zip(word, its, strict=False)) if a != b), min(len(word), len(its))
    )
    return shared > _STEM and max(len(word), len(its)) - shared <= _ENDING


def _by_unspaced(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    """The same where words run together: a run of letters that one choice alone has."""
    said = grammar.level(text).replace(" ", "")
    runs = _own_runs([grammar.level(label) for label in labels])
    held = [n for n, its in enumerate(runs, 1) if any(run in said for run in its)]
    if len(held) != 1:
        return None
    rest = said
    for run in sorted(runs[held[0] - 1], key=len, reverse=True):
        rest = rest.replace(run, "")
    return _weighed(held[0], grammar.cut(rest), slips=False)


def _own_runs(labels: Sequence[str]) -> list[set[str]]:
    runs = [{run for run in re.split(r"[\d\s]+", label) if len(run) > 1} for label in labels]
    return [
        {own for run in its if len(own := _apart(run, runs[:n] + runs[n + 1 :])) > 1}
        for n, its in enumerate(runs)
    ]


def _apart(run: str, others: Sequence[set[str]]) -> str:
    """Return what a run has after the beginning it shares with another choice; nothing if it is another's."""
    theirs = [other for its in others for other in its]
    if run in theirs:
        return ""
    shared = max((_alike(run, other) for other in theirs), default=0)
    return run[shared:] if shared > 1 else run


def _alike(one: str, other: str) -> int:
    """Return with how many letters two runs begin alike."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _by_part(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    found = day_parts.by_part(text, labels, grammar)
    return _weighed(*found, slips=True) if found is not None else None
