"""The one number of a text: figures of any script, or words; none where there are two or a negation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversation import amounts, heads
from bot.conversation.clauses import clauses, is_open, told
from bot.conversation.grammar import PEOPLE, Grammar, Piece
from bot.conversation.intent import without_courtesy
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon
from bot.conversation.slips import distance

#: words that turn a number round or leave it open
_TURNS = frozenset({"not", "or", "hedge", "refuse", "condition"})
_EMPTY = frozenset(
    {"filler", "courtesy", "yes", "ok", "agree", "around", "option", "all", "counter", "only", "about",
     "want", "unit", "and"}
)  # fmt: skip
#: what may stand before "none"
_LEADS = frozenset({"filler", "courtesy", "yes", "ok", "no", "refuse"})
#: a number among more words than this is read back
_SHORT = 5
_DIGITS = 7
_HAN = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2, "〇": 0}
_HAN_NUMBER = re.compile("[零〇一二三四五六七八九十百千两兩俩倆仨]+")
#: not how many: "third grade", "the first", "together", "a little"
_HAN_OTHER = re.compile(
    "第[一二三四五六七八九十]+|小[一二三四五六]|初[一二三]|高[一二三]|[一二三四五六七八九十]+(?:年级|年級|班)|一起|一点|一點|一下|一样|一樣|一定|一直|[一1]共|一家|十分(?!钟|鐘)|一般"
)
#: two parents beside their children
_PARENTS = 2
_HAN_AND_HALF = re.compile("[号號码碼岁歲个個]半(?![个個小])")
_SLIP = 5
#: words of a total: "so six in all"
_SO_IN_ALL = 2
_TWICE, _LETTERS = re.compile(r"(\w)\1"), 2
_DOZEN = 12
#: words of a number and what it counts
_UNIT = 2
_PAIR = re.compile("[一1][对對双雙]")
_PAIRS = re.compile("[几幾][对對双雙]|多少[对對双雙]")
#: "in 2nd grade" counts nobody
_GRADE = re.compile(
    r"\b\d+(?:st|nd|rd|th|er|ème|eme|em|º|ª|ro|do|to|aad)\b|\b\d{1,2}[a-dа-г]\b"
    r"|\b(?:grade|grado|fasalka|qib|lớp) \d+\b"
)
#: "arba3a": a figure that is a letter
_ARABIZI = re.compile(r"\b[a-z]+\d[a-z\d]*\b", re.IGNORECASE)
#: "and" is written onto the next word
_ARABIC_AND = re.compile(r"و(?!ال)\w{3,}")


def one(text: str, lexicon: Lexicon, asked: str = "") -> tuple[int, bool] | None:
    """Return the number and whether it is sure; beside a comment it is not.

    `asked` is the question: to "how many minutes" half an hour is thirty. People who are counted up
    ("me, my husband and two boys") are a sum only where every word is accounted for.
    """
    text = text.replace("廿", "二十").replace("卅", "三十") if lexicon.tag.startswith("zh") else text
    text = _ARABIZI.sub(" ", text) if lexicon.tag == "ar" and plain(text) not in lexicon.numbers else text
    if lexicon.tag.startswith("zh") and _HAN_AND_HALF.search(text):
        return None  # "六號半"
    text = _before_soon(text, asked, lexicon.grammar)
    told_otherwise = amounts.read(text, asked, lexicon.grammar, lambda word: _figure_or(word, lexicon))
    if told_otherwise is not None:
        return told_otherwise, False
    if _and_half(text, lexicon):
        return None  # "28 ký rưỡi"
    found = _one(text, lexicon, asked)
    if found is None and asked:
        found = _otherwise(text, lexicon, asked)
    counted = heads.count(text, lexicon.grammar, asked, lambda word: of(word, lexicon))
    told = (lexicon.grammar.holds(text, kind) for kind in ("myself", "children"))
    if found is not None and counted == found[0] + _PARENTS and all(told):
        return counted, False  # "I, their mother and five children"
    if found is not None and _counts_rest(text, lexicon):
        return None if counted is None else (counted, False)
    if found is not None and found[0] != 1:
        return found
    if found is not None and (not counted or _numbers_in(text, lexicon)):
        return found  # but "just me and my husband" is two
    return None if counted is None else (counted, False)


def _and_half(text: str, lexicon: Lexicon) -> bool:
    """Say whether a half stands behind the number: it is no whole one."""
    pieces = lexicon.grammar.cut(text, frozenset({"and_half"}))
    at = next((n for n, piece in enumerate(pieces) if piece.kinds), 0)
    before = " ".join(piece.said for piece in pieces[:at]).split()[-_UNIT:]
    return any(_figure_or(word, lexicon) is not None or word[:1].isdecimal() for word in before)


def _counts_rest(text: str, lexicon: Lexicon) -> bool:
    """ "Me, my husband and three kids": the number may be that of the children alone."""
    grammar = lexicon.grammar
    if grammar.holds(text, "total", "hence"):
        return False
    pieces = grammar.cut(text)
    named = [n for n, piece in enumerate(pieces) if piece.kinds & (PEOPLE | {"spouse", "couple"})]
    figures = [n for n, piece in enumerate(pieces) if _tells_figure(piece.said, lexicon)]
    if not named or not figures or figures[0] <= named[-1]:
        return False
    if any("couple" in pieces[n].kinds for n in named):
        return True
    around = pieces[max(0, figures[0] - 1) : figures[0] + 2]
    children = any(piece.kinds & {"children", "sister", "brother"} for piece in around)
    return children and grammar.holds(text, "myself")


def _tells_figure(said: str, lexicon: Lexicon) -> bool:
    """Say whether a word is a number, behind what Arabic writes onto its front too: "وولدين"."""
    forms = {said, *lexicon.grammar.fronts(said)} if lexicon.grammar.arabic else {said}
    return any(_figure_or(form, lexicon) is not None for form in forms)


def _before_soon(text: str, asked: str, grammar: Grammar) -> str:
    """ "Five, soon six" to "how old is she?": what is to come counts for nothing."""
    soon = frozenset({"soon"})
    if not grammar.holds(asked, "years", "how_old") or not grammar.holds(text, *soon):
        return text
    pieces = grammar.cut(text, soon)
    at = next(n for n, piece in enumerate(pieces) if piece.kinds)
    return grammar.written(pieces[:at]) or text


def _figure_or(word: str, lexicon: Lexicon) -> int | None:
    return int(word) if word.isdecimal() and len(word) < _DIGITS else of(word, lexicon)


def _otherwise(text: str, lexicon: Lexicon, asked: str) -> tuple[int, bool] | None:
    """Read a class by its ordinal, or the number that stands before its reason; never sure."""
    grade = amounts.grade(text, asked, lexicon, lambda word: _figure_or(word, lexicon))
    if grade is not None:
        return grade, False
    if lexicon.grammar.holds(asked, "children") and not lexicon.grammar.holds(text, "only"):
        return None  # children of two clauses may be counted up
    before = amounts.before_reason(text, lexicon.grammar, lambda said: _one(said, lexicon, asked))
    return None if before is None else (before, False)


def _one(text: str, lexicon: Lexicon, asked: str) -> tuple[int, bool] | None:
    if _PAIRS.search(asked):
        text = _PAIR.sub("一", text)
    grammar = lexicon.grammar
    whole = told(text, grammar)
    if (ageless := _without_years(whole, asked, lexicon)) is not None:
        found = _one(ageless, lexicon, asked)
        return None if found is None else (found[0], False)
    pieces = grammar.cut(whole)
    if (hours := _hours(pieces, grammar.cut(asked))) is not None:
        return (hours, False) if hours else None
    if (worded := _worded(whole, pieces, lexicon)) is not None:
        return (worded, False) if worded else None
    parts = _without_ages(clauses(whole, grammar), lexicon)
    if (total := _total(whole, lexicon)) is not None:
        return total, False
    if len(parts) < 2:
        found = _in(parts[0] if parts else whole, lexicon)
        return found if found is None or parts == clauses(whole, grammar) else (found[0], False)
    if is_open(whole, grammar):
        return None
    each = [_numbers_in(part, lexicon, ones=grammar.unspaced) for part in parts]
    if (summed := _summed(parts, each, grammar)) is not None:
        return summed, False
    at = next((place for place, found in enumerate(each) if found), None)
    if at is None or len(each[at]) > 1:
        return _zero_first(parts, each, lexicon)
    joined = sum(
        "and" in piece.kinds and "filler" not in piece.kinds
        for part in parts[:at]
        for piece in grammar.cut(part)
    )
    if joined and (at < len(parts) - 1 or each[at][0] != joined + 1):
        return None  # "me and my wife, two" is two
    if not _is_sum(parts[at], each[at:], lexicon):
        return None
    found = _in(parts[at], lexicon)
    return None if found is None else (found[0], found[1] and len(parts) == 1)


def _is_sum(part: str, each: Sequence[Sequence[int]], lexicon: Lexicon) -> bool:
    """Say whether the first number holds for all: those of later clauses add up to it, or are ones."""
    first, rest = each[0][0], [n for found in each[1:] for n in found]
    if rest and first < sum(rest) and first != rest.count(1):
        return False
    bare = plain(part).isdecimal() or of(plain(part), lexicon) is not None
    return rest != [first] or bare  # "大人兩個 小孩兩個": two or four


def _without_years(text: str, asked: str, lexicon: Lexicon) -> str | None:
    """ "One daughter, she is 7 years old": leave out an age or grade with its figure; None if there is none.

    Nothing is left out where the question is about years; where nothing else counts, nothing is left.
    """
    grammar, years = lexicon.grammar, frozenset({"years"})
    if not asked or any(piece.kinds for piece in grammar.cut(asked, years)):
        return None
    if grammar.unspaced:
        return _without_years_run_on(text, lexicon)
    kept, left_out = list[str](), False
    for part in clauses(text, grammar):
        if left_out and _joins_figures(part, lexicon):
            continue
        row = [(piece.said, bool(piece.kinds)) for piece in grammar.cut(part, years)]
        out = {at for at, (_, old) in enumerate(row) if old}
        out |= {_age_beside([said for said, _ in row], at) for at in out}
        kept.append(" ".join(said for at, (said, _) in enumerate(row) if at not in out))
        left_out = left_out or any(row[at][0].isdecimal() for at in out if 0 <= at < len(row))
    return ", ".join(each for each in kept if each) if left_out else None


def _without_years_run_on(text: str, lexicon: Lexicon) -> str | None:
    """The same where words run together: a figure or numeral right before a word for years, or behind it."""
    said = lexicon.grammar.level(text)
    words = "|".join(sorted(map(re.escape, lexicon.grammar.kinds.get("years", ())), key=len, reverse=True))
    figure = r"(?:\d+|[一二三四五六七八九十]+)"
    rest = re.sub(rf"{figure}\s*(?:{words})|(?:{words})\s*{figure}", ",", said) if words else said
    return rest if rest != said else None


def _age_beside(row: Sequence[str], at: int) -> int:
    """Return the place of the figure that belongs to a word for years, before it or behind; -1 for none."""
    return next((n for n in (at - 1, at + 1) if 0 <= n < len(row) and row[n].isdecimal()), -1)


def _without_ages(parts: list[str], lexicon: Lexicon) -> list[str]:
    """Leave out what a count is told of: "just one, he is 7", "I have 3, grades 1, 4 and 5"."""
    kept, told_of = list[str](), False
    for part in parts:
        aged = any("aged" in piece.kinds for piece in lexicon.grammar.cut(part, frozenset({"aged"})))
        figures = plain(part).replace(" ", "").isdecimal() or _joins_figures(part, lexicon)
        told_of = bool(kept) and (aged or (told_of and figures))
        kept += [] if told_of else [part]
    return kept


def _joins_figures(part: str, lexicon: Lexicon) -> bool:
    """ "4 and 5": nothing but figures and what joins them."""
    return all(piece.said.isdecimal() or "and" in piece.kinds for piece in lexicon.grammar.cut(part))


def _hours(pieces: Sequence[Piece], asked: Sequence[Piece]) -> int | None:
    """Return 30 for half an hour where minutes are asked for, 0 for other counts of hours; None for none."""
    if not any("minute" in piece.kinds for piece in asked):
        return None
    if any("half_hour" in piece.kinds for piece in pieces):
        others = [
            each for each in pieces if each.kinds & (_TURNS | {"hour", "and"}) and not each.kinds & _EMPTY
        ]
        figures = any(letter.isdigit() for piece in pieces for letter in piece.said)
        return 0 if figures or [each for each in others if "half_hour" not in each.kinds] else 30
    return 0 if any("hour" in piece.kinds for piece in pieces) else None


def _worded(text: str, pieces: Sequence[Piece], lexicon: Lexicon) -> int | None:
    """Read "only me", "a dozen", "half a dozen"; 0 where that is said among other numbers, None for none."""
    kinds = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if not kinds & {"alone", "dozen"}:
        return None
    if any(piece.kinds & _TURNS and not piece.kinds & _EMPTY for piece in pieces):
        return 0
    if any(piece.kinds & {"zero", "none"} and "alone" not in piece.kinds for piece in pieces):
        return 0  # "no brother, no sister, he is the only one"
    rest = " ".join(piece.said for piece in pieces if not piece.kinds & {"alone", "dozen", "half"})
    numbers = [n for n in _numbers_in(rest, lexicon) if n != 1]
    if "dozen" in kinds and len(numbers) == 1 and pieces[0].said != rest and numbers[0] < _DOZEN:
        return numbers[0] * _DOZEN  # "two dozen"
    if numbers or (not kinds & {"dozen"} and _adds(pieces)):
        return 0
    if "dozen" in kinds:
        return _DOZEN // 2 if "half" in kinds else _DOZEN
    return 1


def _adds(pieces: Sequence[Piece]) -> bool:
    """Say whether somebody else is named behind an "only me"."""
    at = next(place for place, piece in enumerate(pieces) if "alone" in piece.kinds)
    return any("and" in piece.kinds for piece in pieces[at + 1 :])


def _total(text: str, lexicon: Lexicon) -> int | None:
    """ "My husband, me and three kids, five in all": the number beside the "in all", if none is greater."""
    grammar = lexicon.grammar
    pieces = grammar.cut(text)
    at = [place for place, piece in enumerate(pieces) if "total" in piece.kinds]
    if not 0 < len(at) <= _SO_IN_ALL or is_open(text, grammar) or len(pieces) == 1:
        return None
    first = at[-1] if len(at) > 1 and at[-1] - at[0] > _SO_IN_ALL else at[0]
    behind = _numbers_in(
        " ".join(piece.said for piece in pieces[first + 1 :]), lexicon, ones=grammar.unspaced
    )
    before = _numbers_in(" ".join(piece.said for piece in pieces[:first]), lexicon, ones=grammar.unspaced)
    total = behind[0] if len(behind) == 1 else before[-1] if before and not behind else None
    named = before or any("and" in piece.kinds for piece in pieces[: at[0]])
    fewer = any("but" in piece.kinds for piece in pieces[:first]) and behind  # "four, but …, so three"
    return total if total is not None and named and (fewer or total >= max(before, default=0)) else None


def _summed(parts: Sequence[str], each: Sequence[Sequence[int]], grammar: Grammar) -> int | None:
    """ "Two girls and two boys, four in all": the last clause's number, where it is the sum of all others."""
    last = each[-1]
    others = [n for found in each[:-1] for n in found]
    total = any("total" in piece.kinds for piece in grammar.cut(parts[-1]))
    return last[0] if len(last) == 1 and total and sum(others) == last[0] and len(others) > 1 else None


def _zero_first(
    parts: Sequence[str], each: Sequence[Sequence[int]], lexicon: Lexicon
) -> tuple[int, bool] | None:
    """ "None, they walk"."""
    if any(each):
        return None
    if any(_is_zero(without_courtesy(part, lexicon), lexicon) for part in parts):
        return 0, False
    weighty = [part for part in parts if any(not piece.kinds & _EMPTY for piece in lexicon.grammar.cut(part))]
    if len(weighty) != 1:
        return None
    said = without_courtesy(weighty[0], lexicon)
    return _none_of_them(said, lexicon.grammar.cut(said), (), lexicon)  # "nobody can come, sorry"


def _in(text: str, lexicon: Lexicon) -> tuple[int, bool] | None:
    """Read the one number of a clause."""
    said = without_courtesy(text, lexicon)
    if _is_zero(said, lexicon):
        return 0, True
    pieces = lexicon.grammar.cut(said)
    light = len(said.split()) <= _SHORT
    found = _numbers_in(text, lexicon)
    if any(piece.kinds & _TURNS and not piece.kinds & _EMPTY for piece in pieces):
        return _none_of_them(said, pieces, found, lexicon)
    if len(found) > 1 or (found and _adds_up(said, pieces, lexicon)):
        return None
    if found:
        return found[0], light
    return _none_of_them(said, pieces, found, lexicon)


def _none_of_them(
    said: str, pieces: Sequence[Piece], found: Sequence[int], lexicon: Lexicon
) -> tuple[int, bool] | None:
    """ "None": the whole text, or its first words and no number behind."""
    if _is_zero(said, lexicon):
        return 0, True
    lead = next((each for each in pieces if "zero" in each.kinds or not each.kinds & _LEADS), None)
    opened = any(piece.kinds & {"or", "hedge"} for piece in pieces)
    if lead is not None and "zero" in lead.kinds and not any(found) and not opened:
        return 0, False
    return None


def _adds_up(said: str, pieces: Sequence[Piece], lexicon: Lexicon) -> bool:
    """ "My sister and two boys": an "and" that belongs to no number."""
    if _tens_and_ones(said, lexicon) is not None or of(said, lexicon) is not None:
        return False
    if _says_sum(pieces):
        return False
    dual = any("counter" in piece.kinds and of(piece.said, lexicon) is not None for piece in pieces)
    joining = [piece for piece in pieces if dual or "counter" not in piece.kinds]
    if lexicon.tag == "ar" and any(_joins(piece, lexicon) for piece in joining):
        return True
    summed = any("total" in piece.kinds for piece in pieces)
    lead = next((piece for piece in pieces if "and" in piece.kinds or not piece.kinds & _EMPTY), pieces[0])
    if lead.said.isdecimal() and sum("and" in piece.kinds for piece in pieces) == 1:
        summed = summed or any("with" in piece.kinds for piece in pieces[1:])  # "5 with grandma"
    return not summed and any("and" in piece.kinds for piece in pieces[1:])


def _says_sum(pieces: Sequence[Piece]) -> bool:
    """ "我和我老公两个去": two who are named, "both" behind them, and nobody else."""
    at = next((n for n, piece in enumerate(pieces) if piece.kinds & PEOPLE), len(pieces))
    joined = sum("and" in piece.kinds for piece in pieces)
    behind = pieces[at + 1 :]
    both = bool(behind) and "both" in behind[0].kinds
    return joined == 1 and both and not any(each.kinds & (PEOPLE | {"counter"}) for each in behind[1:])


def _joins(piece: Piece, lexicon: Lexicon) -> bool:
    """ "And my wife", written as one word; no number and no ordinal."""
    if piece.kinds & {"courtesy", "yes", "ok", "agree", "total", "only"}:
        return False
    return bool(_ARABIC_AND.fullmatch(piece.said)) and of(piece.said, lexicon) is None


def _is_zero(said: str, lexicon: Lexicon) -> bool:
    zero = lexicon.grammar.kinds.get("zero", frozenset())
    level = lexicon.grammar.level(said)
    return level in zero or (
        level.replace(" ", "") in {each.replace(" ", "") for each in zero} and lexicon.grammar.unspaced
    )


def _numbers_in(text: str, lexicon: Lexicon, *, ones: bool = False) -> list[int]:
    """Return every number of a text; "one" counts only alone or where something says that it is a number."""
    said = _GRADE.sub(" ", without_courtesy(text, lexicon))
    figures = [int(found) for found in re.findall(r"\d+", said) if len(found) <= _DIGITS]
    if figures:
        return figures
    if (whole := of(said, lexicon)) is not None:
        return [whole]
    if lexicon.tag.startswith("zh"):
        said = _HAN_OTHER.sub(" ", _PAIR.sub("二", said))
        return [of_han(run) for run in _HAN_NUMBER.findall(said)]
    if (tens := _tens_and_ones(said, lexicon)) is not None:
        return [tens]
    if lexicon.grammar.unspaced:
        together = run_on(said, lexicon)
        return [together] if together is not None else _scattered(said, lexicon, ones=ones)
    return _in_words(said, lexicon)


def _in_words(said: str, lexicon: Lexicon) -> list[int]:
    """Find number words, the longest first: "kudha lama", "labing isa"."""
    words, found, ones, at = said.split(), list[int](), 0, 0
    while at < len(words):
        if (passed := _phrase_at(words, at, lexicon.grammar)) > 1:
            at += passed
            continue
        for length in range(min(4, len(words) - at), 0, -1):
            number = of(" ".join(words[at : at + length]), lexicon)
            if number is not None:
                found.append(number)
                ones += number == 1
                break
        at += length
    bare = ones and not _marks_one(said, lexicon.grammar)
    if bare and len(found) > ones:
        return [n for n in found if n != 1] + ([1] if _counts_one(said, lexicon) else [])
    if not found:
        slips = [n for word in words if (n := _misspelt(word, lexicon)) is not None]
        return slips if len(slips) == 1 and len(words) <= _SHORT else []
    return [] if bare and len(words) > 1 and not _is_light(said, lexicon) else found


def _is_light(said: str, lexicon: Lexicon) -> bool:
    """ "Yes, one": nothing but the number has weight."""
    pieces = lexicon.grammar.cut(said)
    return all(piece.kinds & _EMPTY or of(piece.said, lexicon) is not None for piece in pieces)


def _phrase_at(words: Sequence[str], at: int, grammar: Grammar) -> int:
    """Return how many words a phrase has that means nothing here, though a number may stand in it."""
    for length in range(min(4, len(words) - at), 1, -1):
        run = " ".join(words[at : at + length])
        if grammar.known.get(grammar.level(run), frozenset()) & {"filler", "courtesy"}:
            return length
    return 0


def _counts_one(said: str, lexicon: Lexicon) -> bool:
    """Say whether "one" is counted beside another number: both stand before something unknown."""
    words = said.split()
    return sum(of(word, lexicon) is not None for word in words) > 1


def _marks_one(said: str, grammar: Grammar) -> bool:
    """ "Only one", "the one", "one child": here "one" is a number."""
    return any(piece.kinds & {"only", "counter"} for piece in grammar.cut(said))


def _misspelt(word: str, lexicon: Lexicon) -> int | None:
    """Return the number that a word of five letters or more is one slip from, and no other word.

    A letter written twice ("tress") is a slip in a shorter word too.
    """
    level = lexicon.grammar.level(word)
    if lexicon.marks_matter or level in lexicon.grammar.known:
        return None
    single = _TWICE.sub(r"\1", level)
    if len(single) > _LETTERS and single in lexicon.numbers:
        return lexicon.numbers[single]
    if len(level) < _SLIP:
        return None
    near = {n for each, n in lexicon.numbers.items() if len(each) >= _SLIP and distance(level, each, 1) <= 1}
    return near.pop() if len(near) == 1 else None


def of(word: str, lexicon: Lexicon) -> int | None:
    """Return the number that a word is; None for another word."""
    written = (word, lexicon.grammar.level(word), lexicon.grammar.bare(word))
    return next((lexicon.numbers[each] for each in written if each in lexicon.numbers), None)


def _scattered(said: str, lexicon: Lexicon, *, ones: bool) -> list[int]:
    """Find number words among others where words run together; "one" only beside "only"."""
    rest, found = said.replace(" ", ""), list[int]()
    for word in _longest_first(lexicon):
        if word in rest and not word.isascii():
            found += [lexicon.numbers[word]] * rest.count(word)
            rest = rest.replace(word, "|")
    bare = 1 in found and len(found) == 1 and not _marks_one(said, lexicon.grammar)
    return [] if bare and not ones else found


def _longest_first(lexicon: Lexicon) -> list[str]:
    return sorted((word for word in lexicon.numbers if len(word) > 1), key=len, reverse=True)


def run_on(said: str, lexicon: Lexicon) -> int | None:
    """Read a number word that is written together with its counter, and with nothing unknown."""
    level = lexicon.grammar.level(said).replace(" ", "")
    for word in sorted(lexicon.numbers, key=len, reverse=True):
        written = lexicon.grammar.level(word).replace(" ", "")
        if not written.isascii() and level.startswith(written):
            rest = lexicon.grammar.cut(level[len(written) :])
            return lexicon.numbers[word] if all(piece.kinds & _EMPTY for piece in rest) else None
    return None


def _tens_and_ones(said: str, lexicon: Lexicon) -> int | None:
    """Read "twenty five", "veinte y cinco"."""
    words = [word for word in said.split() if "and" not in lexicon.grammar.known.get(word, frozenset())]
    if len(words) != 2 or words[0] not in lexicon.grammar.tens:
        return None
    last = lexicon.numbers.get(words[1], 0)
    return lexicon.grammar.tens[words[0]] + last if 0 < last < 10 else None


def of_han(run: str) -> int:
    """Read Chinese numerals up to 9,999, and years written sign by sign."""
    if run in {"俩", "倆"}:
        return 2
    if run == "仨":
        return 3
    for sign, worth in (("千", 1000), ("百", 100)):
        if sign in run:
            before, _, after = run.partition(sign)
            rest = of_han(after.lstrip("零〇")) if after else 0
            tens = len(after) == 1 and after in _HAN and rest  # "两百五" is 250
            return (of_han(before) if before else 1) * worth + (rest * worth // 10 if tens else rest)
    if "十" not in run:
        return int("".join(str(_HAN[letter]) for letter in run if letter in _HAN) or 0)
    before, _, after = run.partition("十")
    return (_HAN.get(before[-1], 1) if before else 1) * 10 + (_HAN.get(after[0], 0) if after else 0)
