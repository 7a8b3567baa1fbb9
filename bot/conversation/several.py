"""What a text means as the answer to "which of these, as many as you like"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.conversation import choosing, numbers, weekdays
from bot.conversation.clauses import at_but, clauses, is_open
from bot.conversation.grammar import PEOPLE, SIZES, THINGS, Grammar, Piece
from bot.conversation.intent import has_question_mark, is_chatter, without_courtesy
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon
from bot.conversation.scales import EMPTY, TURNS, mark_of

_APART = re.compile(r"[,;/&+\n،；，、]+")
#: marks that make a list of what stands beside them
_SENTENCE = re.compile(r"[.!;\n。！；።။។]\s*")
_SIGNS_OF_LIST = re.compile(r"[+&/]")
_RANGE = re.compile(r"^\s*\d\s*[-–]\s*\d\s*$")
#: digits that stand alone between spaces: "1 3"
_DIGITS = re.compile(r"[\d\s]+")
_ALL = frozenset(
    {"all", "all of them", "both", "todos", "todas", "tous", "toutes", "dhammaan", "kulli", "tag nrho",
     "الكل", "كلها", "全部", "都可以", "tất cả", "tat ca", "все", "zote", "lahat"}
)  # fmt: skip
_EVERY = frozenset({"all", "every"})
_PLURALS = frozenset({"las", "los", "les", "os", "as"})
#: pieces that make a list
_LISTED = 3
#: pieces at the end of a text, where verbs come last: "all are fine"
_TAIL = 2
_BOTH_OF = 2
_DENIES = frozenset({"not", "no", "refuse"})
#: "both" of three is a question
_BOTH = frozenset(
    {"both", "los dos", "las dos", "ambos", "ambas", "les deux", "os dois", "as duas", "tou de", "toude",
     "оба", "обе", "обидва", "обидві", "labada", "labadaba", "ob leeg", "ob tug", "ob qho", "كلاهما",
     "الاثنين", "cả hai",
     "ca hai",     "两个都要", "兩個都要", "dono", "donon", "zote mbili", "dalawa", "둘 다", "둘다"}
)  # fmt: skip
#: Arabic writes "and" onto the next word
_ARABIC_AND = re.compile(r" و(?=\w{3,})")
#: an "and" written onto a figure: "1ን 3ን", "۱و۲"
_FIGURES_AND = re.compile(r"(?<=\d)(?:ን|ና|ይን|و)(?!\w)|(?<=\d)(?:و|y|e|et|и|va|na)(?=\d)")


def several(text: str, choices: Sequence[str], lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """Return the choices' numbers from 1, in order, and whether that is sure; None if a piece is no choice.

    A piece is a digit, a number word or a choice's own words. "1-3" may mean three choices or two: none.
    """
    if has_question_mark(text) or not choices or _RANGE.search(text):
        return None
    if _lists_oneself(text, choices, lexicon.grammar):
        return None
    if _counts_all(text, choices, lexicon):
        return tuple(range(1, len(choices) + 1)), False
    of_days, excepts = weekdays.of_choices(choices, lexicon), _excepts(text, lexicon.grammar)
    if of_days and (named := weekdays.read(text, of_days, lexicon)) is not None:
        return named
    if of_days and weekdays.names_any(text, lexicon):
        return _all_but(text, choices, lexicon) if excepts else None
    text = _FIGURES_AND.sub(" ", text)
    said, grammar = without_courtesy(text, lexicon), lexicon.grammar
    kinds = [piece.kinds for piece in grammar.cut(said)]
    if excepts:
        return _all_but(text, choices, lexicon)
    if (rest := _rest_of_them(text, choices, lexicon)) is not None:
        return rest
    turning = [piece for piece in grammar.cut(said) if piece.kinds & TURNS and not piece.kinds & EMPTY]
    if any(not choosing.named_in(piece.said, choices, grammar) for piece in turning):
        return None  # but "the bus pass", where "pass" is a choice's own word
    if (begun := _figures_alone(text, len(choices), lexicon)) is not None:
        return begun
    if said in _ALL or (any(each & _EVERY for each in kinds) and all(each & EMPTY for each in kinds)):
        return None if grammar.holds(text, "well") else _all_of_them(said, kinds, choices, grammar)
    return _listed(text, said, choices, lexicon, of_days=bool(of_days))


def _all_of_them(
    said: str, kinds: Sequence[frozenset[str]], choices: Sequence[str], grammar: Grammar
) -> tuple[tuple[int, ...], bool] | None:
    """ "All", "both": every choice; "both" of three, and "all is well", are none."""
    if _two(said, grammar) and len(choices) > _BOTH_OF:
        return None
    return tuple(range(1, len(choices) + 1)), not any("wish" in each for each in kinds)


def _listed(
    text: str, said: str, choices: Sequence[str], lexicon: Lexicon, *, of_days: bool
) -> tuple[tuple[int, ...], bool] | None:
    """Read a list piece by piece, or else whatever of the choices is named."""
    if ends := _at_one_end(said, len(choices), lexicon):
        return ends, False
    found = [_one(piece, choices, lexicon) for piece in _pieces(text, choices, lexicon)]
    if found and None not in found:
        return tuple(sorted({each for each in found if each is not None})), True
    if _asks_all(text, lexicon.grammar) and not mentions(text, choices, lexicon):
        return tuple(range(1, len(choices) + 1)), False
    return (
        _run_together(said, len(choices))
        or _figures(said, len(choices), lexicon.grammar)
        or (None if of_days else _gathered(text, choices, lexicon))
    )


def _lists_oneself(text: str, choices: Sequence[str], grammar: Grammar) -> bool:
    """ "Eu o pai e a vovó" where the choices are kin: who is "I" among them, only the family knows."""
    kin = sum(grammar.holds(label, *PEOPLE) for label in choices)
    pieces = grammar.cut(text, PEOPLE | {"myself", "and", "filler"})
    told = [piece for piece in pieces if piece.kinds & (PEOPLE | {"myself", "and"}) or not piece.kinds]
    return kin > 1 and any(
        "myself" in one.kinds and other.kinds & (PEOPLE | {"and"}) and not one.kinds & PEOPLE
        for one, other in pairwise(told)
    )


def _counts_all(text: str, choices: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a text is "all four", "las 4": the number of all choices behind an "all" or a plural."""
    pieces = [piece for piece in lexicon.grammar.cut(text) if "courtesy" not in piece.kinds]
    numbered = [each for each in pieces if mark_of(each.said, lexicon) is not None]
    if len(numbered) != 1 or mark_of(numbered[0].said, lexicon) != len(choices):
        return False
    others = [piece for piece in pieces if piece is not numbered[0]]
    every = any(piece.kinds & _EVERY or piece.said in _PLURALS for piece in others)
    return every and all(piece.kinds & (EMPTY | {"wish"}) for piece in others)


def _at_one_end(said: str, count: int, lexicon: Lexicon) -> tuple[int, ...]:
    """ "The first two", "las 3 últimas", "前两个": so many choices from one end; none for anything else."""
    ends = frozenset({"firsts", "lasts"})
    pieces = lexicon.grammar.cut(
        said, ends | {"option", "courtesy", "counter", "wish", "want", "filler", "only"}
    )
    marked = [piece.kinds & ends for piece in pieces if piece.kinds & ends]
    unknown = [piece.said for piece in pieces if not piece.kinds]
    if len(marked) != 1 or len(marked[0]) != 1 or len(unknown) != 1:
        return ()
    many = mark_of(unknown[0], lexicon) or numbers.run_on(unknown[0], lexicon) or 0
    if not 1 < many < count:
        return ()
    return tuple(range(1, many + 1)) if "firsts" in marked[0] else tuple(range(count - many + 1, count + 1))


def _asks_all(text: str, grammar: Grammar) -> bool:
    """ "All please, we have just moved": a polite word right behind "all", whatever follows."""
    pieces = grammar.cut(text)
    return len(pieces) > 1 and "every" in pieces[0].kinds and "courtesy" in pieces[1].kinds


def _figures(said: str, most: int, grammar: Grammar) -> tuple[tuple[int, ...], bool] | None:
    """ "1 and 3, both": figures of choices among words that weigh nothing; never as sure."""
    pieces = grammar.cut(said)
    figures = [int(piece.said) for piece in pieces if piece.said.isdecimal()]
    light = all(piece.said.isdecimal() or piece.kinds & (EMPTY | {"wish"}) for piece in pieces)
    first = len(figures) > 1 and all(piece.said.isdecimal() for piece in pieces[: len(figures)])
    light = light or first  # "1 3 4, she likes them"
    fits = len(figures) > 1 and len(set(figures)) == len(figures) and all(1 <= n <= most for n in figures)
    return (tuple(sorted(figures)), False) if fits and light else None


def _figures_alone(text: str, most: int, lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """ "1, 2 and 4. The third one is in March": a sentence of figures, and one without any."""
    first, *others = [part for part in _SENTENCE.split(text) if plain(part)] or [""]
    if not others or any(map(str.isdigit, " ".join(others))):
        return None
    pieces = lexicon.grammar.cut(plain(first))
    if not all(piece.said.isdecimal() or piece.kinds & EMPTY for piece in pieces):
        return None
    return _figures(plain(first), most, lexicon.grammar)


def _gathered(text: str, choices: Sequence[str], lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """ "Somebody to mind the children and a ride too": every choice of which a word of its own is said."""
    pieces = lexicon.grammar.cut(text)
    every = [place for place, piece in enumerate(pieces) if piece.kinds & _EVERY]
    if _lists_unknown(text, choices, lexicon) or _comments_on_choice(text, choices, lexicon):
        return None
    if every and (every[0] < len(pieces) - _TAIL or not lexicon.grammar.cease_last):
        return None  # "오후랑 저녁 다 돼요" names two; "every day, morning too" nobody knows what
    named, light = choosing.all_named(text, choices, lexicon.grammar)
    if not named or len(named) == len(choices) or (len(named) == 1 and not light):
        return None
    return tuple(sorted(named)), False


def _comments_on_choice(text: str, choices: Sequence[str], lexicon: Lexicon) -> bool:
    """ "Mom and grandma, dad is far away": behind a list that an "and" closed, one is told of."""
    parts, grammar = clauses(text, lexicon.grammar), lexicon.grammar
    closed = next(
        (n for n, part in enumerate(parts) if any("and" in piece.kinds for piece in grammar.cut(part)[1:])),
        -1,
    )
    if closed < 0 or grammar.unspaced:
        return False
    behind = [
        part for part in parts[closed + 1 :] if not any("and" in each.kinds for each in grammar.cut(part)[:1])
    ]
    return any(
        choosing.named_in(part, choices, grammar)
        and sum(not piece.kinds for piece in grammar.cut(part))
        > len(choosing.named_in(part, choices, grammar))
        for part in behind
    )


def _lists_unknown(text: str, choices: Sequence[str], lexicon: Lexicon) -> bool:
    """ "Foot, music and dance": a list in which a short piece is none of the choices that we know."""
    pieces = _pieces(text, choices, lexicon)
    least = _LISTED - 1 if _SIGNS_OF_LIST.search(text) else _LISTED
    if len(pieces) < least or lexicon.grammar.unspaced:
        return False
    others = [piece for piece in pieces if not choosing.all_named(piece, choices, lexicon.grammar)[0]]
    return any(
        sum(not lexicon.grammar.known.get(word) for word in lexicon.grammar.level(piece).split()) == 1
        and all(not each.kinds or "filler" in each.kinds for each in lexicon.grammar.cut(piece))
        for piece in others
    ) or any(each.kinds for piece in others for each in lexicon.grammar.cut(piece, THINGS - PEOPLE - SIZES))


def is_no_matter(clause: str, asked: str, choices: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a clause tells of a choice that is all right: "milk she grew out of", "eggs he can eat".

    Where an allergy or a trouble is asked for, so is what she "can" eat; what stands before the choice says
    nothing of it.
    """
    grammar = lexicon.grammar
    if grammar.holds(clause, "broken") and not grammar.holds(asked, "need", "offers", "trouble", "problem"):
        return bool(choosing.named_in(clause, choices, grammar))  # "the printer broke", of what there is
    fine = {"fine", "well", "over"}
    if grammar.holds(asked, "ailment", "problem", "matter", "trouble"):
        fine |= {"agree", "ok", "exists"}
    elif grammar.holds(asked, "worries"):
        fine.add("content")
    elif not grammar.holds(asked, "need", "offers"):
        fine = {"over"}
    fine.add("has_it")
    pieces = grammar.cut(clause)
    if grammar.holds(asked, "ailment", "not", "refuse", "dont") and grammar.holds(clause, "may_eat"):
        if grammar.holds(clause, "cannot_eat"):
            return False
        return bool(choosing.named_in(clause, choices, grammar)) and not denies(clause, grammar)
    at = max((n for n, each in enumerate(pieces) if each.kinds & fine and "and" not in each.kinds), default=0)
    return any(choosing.mentioned(piece, choices, grammar) for piece in pieces[:at])


def without_unwanted(
    parts: Sequence[str], choices: Sequence[str], lexicon: Lexicon
) -> tuple[int, ...] | None:
    """ "Soccer and swimming, not music": clauses that name choices, and one that says which is not wanted."""
    grammar = lexicon.grammar
    figures = any(each.isdecimal() for part in parts for each in plain(part).split())
    if figures or weekdays.of_choices(choices, lexicon):
        return None
    pieces = [piece for part in parts for piece in at_but(part, grammar)]
    denied = [piece for piece in pieces if denies(piece, grammar)]
    rest = ", ".join(piece for piece in pieces if piece not in denied)
    if len(denied) != 1 or not rest or is_open(rest, grammar):
        return None
    out, found = choosing.named_in(denied[0], choices, grammar), several(rest, choices, lexicon)
    if not out or found is None or out & set(found[0]) or len(found[0]) + len(out) > len(choices):
        return None
    return found[0]


def is_only_first(parts: Sequence[str], choices: Sequence[str], lexicon: Lexicon) -> bool:
    """ "Just the interpreter, we eat before": behind an "only" no clause has words of another choice."""
    if len(parts) < 2 or not any("only" in piece.kinds for piece in lexicon.grammar.cut(parts[0])):
        return False
    return not any(mentions(part, choices, lexicon) or adds(part, lexicon.grammar) for part in parts[1:])


def denies(clause: str, grammar: Grammar) -> bool:
    """Say whether a clause is about what is not wanted: "no music", "but not the drawing"."""
    return any(
        piece.kinds & _DENIES and not piece.kinds & {"filler", "fine", "and"} for piece in grammar.cut(clause)
    )


def adds(clause: str, grammar: Grammar) -> bool:
    """Say whether a clause adds something that is not understood: "and I can take photos"."""
    pieces = grammar.cut(clause)
    begins = bool(pieces) and "and" in pieces[0].kinds and "courtesy" not in pieces[0].kinds
    return begins and any(not piece.kinds for piece in pieces)


def mentions(text: str, choices: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a text has anything of a choice, or a weekday or figure."""
    named = weekdays.names_any(text, lexicon) or any(letter.isdigit() for letter in plain(text))
    return named or choosing.all_words(text, choices, lexicon.grammar)


def _excepts(text: str, grammar: Grammar) -> bool:
    """Say whether something is left out; "without problems" leaves out nothing."""
    return any("except" in piece.kinds for piece in grammar.cut(text))


def _all_but(text: str, choices: Sequence[str], lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """ "Everything except the babysitting", "all the hat except": what is named is left out; never sure."""
    grammar = lexicon.grammar
    pieces = grammar.cut(text)
    at = next(place for place, piece in enumerate(pieces) if "except" in piece.kinds)
    before, behind = pieces[:at], pieces[at + 1 :]
    if grammar.unspaced and at == 0:  # "除了游泳都要"
        behind = behind[: next((n for n, piece in enumerate(behind) if piece.kinds & _EVERY), 0)]
    elif all(piece.kinds & EMPTY for piece in before) and (
        ends := next((n for n, piece in enumerate(behind) if piece.kinds & (_EVERY | {"others"})), 0)
    ):
        before, behind = [behind[ends]], behind[:ends]  # "menos la chamarra, lo demás sí"
    if not any(_is_weighty(piece) for piece in behind):
        left = [piece for piece in before if not piece.kinds & _EVERY]
    elif (
        any(piece.kinds & (_EVERY | {"others"}) for piece in (*pieces[: at + 1], *before))
        or sum(not piece.kinds for piece in before) == 1
    ):
        left = behind
        if mentions(" ".join(piece.said for piece in before), choices, lexicon):
            return None
    else:
        left = behind if grammar.unspaced and at == 0 else []
    out = several(" ".join(piece.said for piece in left), choices, lexicon) if left else None
    kept = () if out is None else tuple(n for n in range(1, len(choices) + 1) if n not in out[0])
    return (kept, False) if kept else None


def _is_weighty(piece: Piece) -> bool:
    return not piece.kinds or not piece.kinds & (EMPTY | _EVERY | {"wish", "agree", "well", "suits"})


def _rest_of_them(text: str, choices: Sequence[str], lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """ "No milk everything else is fine": what is denied is left out; never sure."""
    grammar = lexicon.grammar
    pieces = grammar.cut(text)
    if not any("others" in piece.kinds for piece in pieces) or not denies(text, grammar):
        return None
    if any(piece.kinds & {"hedge", "or", "except", "condition"} for piece in pieces):
        return None
    others = next(place for place, piece in enumerate(pieces) if "others" in piece.kinds)
    first = next(place for place, piece in enumerate(pieces) if piece.kinds & _DENIES)
    out = choosing.named_in(text, choices, grammar)
    if first > others:  # "reading and basketball, the others not"
        return (tuple(sorted(out)), False) if out else None
    kept = tuple(n for n in range(1, len(choices) + 1) if n not in out)
    return (kept, False) if out and kept else None


def _two(said: str, grammar: Grammar) -> bool:
    return any(grammar.level(word) in said for word in _BOTH)


def _pieces(text: str, choices: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Cut a text where one answer ends; a choice whose own words hold an "and" stays whole."""
    labels = {plain(label) for label in choices}
    pieces: list[str] = []
    for part in _APART.split(text):
        said = without_courtesy(part, lexicon)
        if is_chatter(part, lexicon):
            continue
        if said in labels:
            pieces.append(said)
        elif _DIGITS.fullmatch(said):
            pieces += said.split()
        else:
            pieces += _at_and(said, lexicon.grammar)
    return pieces


def _at_and(said: str, grammar: Grammar) -> list[str]:
    """Cut at "and", and where nothing but digits stands."""
    if grammar.unspaced:
        for word in sorted(grammar.kinds.get("and", frozenset()), key=len, reverse=True):
            said = said.replace(word, "\n")
        return [piece.strip() for piece in said.split("\n") if piece.strip()]
    if grammar.arabic:
        said = _ARABIC_AND.sub(" و ", said)
    pieces: list[list[str]] = [[]]
    for word in said.split():
        if "and" in grammar.known.get(grammar.level(word), frozenset()):
            pieces.append([])
        else:
            pieces[-1].append(word)
    return [" ".join(piece) for piece in pieces if piece]


def _one(piece: str, choices: Sequence[str], lexicon: Lexicon) -> int | None:
    number = int(piece) if piece.isdecimal() and len(piece) < 3 else lexicon.numbers.get(piece)
    if number is not None:
        return number if 1 <= number <= len(choices) else None
    flat = str if lexicon.marks_matter and not piece.isascii() else unmarked
    labels = [flat(plain(label)) for label in choices]
    whole = [n for n, label in enumerate(labels, 1) if label == flat(piece)]
    whole = whole or [n for n, label in enumerate(labels, 1) if _closed_up(label) == _closed_up(flat(piece))]
    held = [n for n, label in enumerate(labels, 1) if len(piece) > 2 and f" {flat(piece)} " in f" {label} "]
    found = whole or held
    if len(found) == 1:
        return found[0]
    if lexicon.grammar.unspaced and len(choosing.named_in(piece, choices, lexicon.grammar)) > 1:
        return None  # "早饭午饭" is two
    named = choosing.read(piece, choices, lexicon)
    return named[0] if named is not None and (named[1] or len(piece.split()) == 1) else None


def _closed_up(said: str) -> str:
    return said.replace(" ", "")


def _run_together(said: str, most: int) -> tuple[tuple[int, ...], bool] | None:
    """Read "13" for "1 and 3": only where no such choice exists, and never as sure."""
    digits = [int(digit) for digit in said] if said.isdecimal() and said.isascii() else []
    if len(digits) < 2 or len(set(digits)) < len(digits) or most > 9:
        return None
    if not all(1 <= digit <= most for digit in digits) or digits != sorted(digits):
        return None
    return tuple(digits), False
