"""Whether a free sentence asks us to stop: put together from small words.

Either every word of it is accounted for: "don't stop the bus" and "stop by at 3" hold words that are no
part of such a sentence, so they are none (docs/dialogue.md, rule 16). Or one part of it is a whole request
that names our texts, and nothing makes it narrower: no bus, no homework, no night, no language ("don't send
it in English"). Whole messages that mean STOP are words of the family's list, not of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.conversation.grammar import Grammar, Piece
from bot.conversation.misspelt import mended
from bot.conversation.requests import (
    ceases,
    denies,
    is_fed_up,
    names_them,
    negation_of,
    removes,
    takes_off,
    turned,
    unwants,
)

_PARTS = frozenset(
    {"not", "dont", "cease", "write", "send", "message", "me", "want", "remove", "list", "around", "forbid",
     "dont_send", "unwant", "nomore", "more", "receive", "thing", "courtesy", "but", "and", "do", "stop_said",
     "anything", "tired", "enough", "needless"}
)  # fmt: skip
#: what makes a request a narrower one: the bus, homework, at night, in a language, only this one
_NARROWS = frozenset({"topic", "tongue", "other_language"})
#: why they ask, which changes nothing: "my son has changed schools", "I pay for each"
_REASON = frozenset({"reason", "tired"})
_SAID = frozenset({"stop_said"})
#: how somebody says to be tired of something, with the reasons for it
_TIRED = _PARTS | _REASON
_AMID = (_PARTS - {"enough"}) | _NARROWS | _REASON | {"before_what", "after_what", "them"}
#: the telephone it came to, and who it came from
_HERE = frozenset({"this_phone", "from_school"})
#: what makes another sentence of it: "don't stop", "why", "I didn't get"
_BARS = frozenset({"bars"})
#: who is taken off a club's list: a child, not a telephone
_CHILD = frozenset({"child"})
#: words of a "so" at most
_HENCE = 4
_ANGRY = re.compile(r"[!！]\s*[!！]")


def asks(sentence: str, grammar: Grammar, *, clause: bool = False) -> bool:
    """Say whether a sentence asks us to stop writing; in a `clause` a short phrase is too little."""
    if _takes_child_off(sentence, grammar):
        return False
    cuts = [mended(grammar.cut(sentence, parts | _BARS), grammar) for parts in (_PARTS, _PARTS - _SAID)]
    if any(turned(pieces, grammar) for pieces in cuts):
        return False
    if any(_asks(pieces, grammar, clause=clause) for pieces in cuts):
        return True
    if any("bars" in piece.kinds for piece in grammar.cut(sentence, _TIRED | _BARS)):
        return False
    angry = bool(_ANGRY.search(sentence))
    return any(_only_fed_up(grammar.cut(sentence, parts), angry=angry) for parts in (_TIRED, _PARTS))


def wants_them(sentence: str, grammar: Grammar) -> bool:
    """ "Don't stop the texts": the contrary of a request to stop."""
    return turned(grammar.cut(sentence, _PARTS | _BARS), grammar)


def is_barred(sentence: str, grammar: Grammar) -> bool:
    """Say whether words make something else of a request: "why don't you stop", "I didn't get any"."""
    return any(piece.kinds for piece in grammar.cut(sentence, _BARS))


def _only_fed_up(pieces: Sequence[Piece], *, angry: bool) -> bool:
    return all(piece.kinds for piece in pieces) and is_fed_up(pieces, angry=angry)


def _takes_child_off(sentence: str, grammar: Grammar) -> bool:
    """ "Take my son off the list" is about a club; "my son has left the school, take me off" is about us."""
    pieces = grammar.cut(sentence, _AMID | _CHILD)
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    taken = any(takes_off(piece, grammar) for piece in pieces)
    return taken and "child" in have and not have & (_REASON | {"message", "write", "send", "dont_send"})


def _asks(pieces: Sequence[Piece], grammar: Grammar, *, clause: bool) -> bool:
    if not pieces or any("bars" in piece.kinds for piece in pieces) or turned(pieces, grammar):
        return False
    if all(piece.kinds for piece in pieces):
        return _is_request(pieces, grammar, whole=not clause)
    return _ends_so(pieces, grammar) and not _is_narrow(" ".join(one.said for one in pieces), grammar)


def _is_narrow(sentence: str, grammar: Grammar) -> bool:
    return any(piece.kinds & _NARROWS for piece in grammar.cut(sentence, _AMID))


def _ends_so(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """ "My kids changed schools please don't text me any more": a story, and a whole request behind it."""
    begins = max(place for place, piece in enumerate(pieces) if not piece.kinds) + 1
    rest = pieces[begins:]
    pressed = any(piece.kinds & {"courtesy", "more", "nomore", "forbid"} for piece in rest)
    have = frozenset[str]().union(*(piece.kinds for piece in rest))
    other = any("remove" in piece.kinds and "forbid" not in piece.kinds for piece in rest)
    taken = "me" in have or not other
    return (
        pressed
        and taken
        and (_says_what(rest, grammar) or _told_why(pieces, grammar))
        and _is_request(rest, grammar, whole=False)
    )


def _says_what(run: Sequence[Piece], grammar: Grammar) -> bool:
    """ "Umbrella, no need to send": what stands before may be not to be sent, unless texts are named."""
    what = ("message", "me", "write", "list")
    words = frozenset[str]().union(*(grammar.kinds.get(kind, frozenset()) for kind in what))
    return any(
        piece.kinds.intersection(what) or (piece.kinds and _holds_word(piece.said, words, grammar))
        for piece in run
    )


def _told_why(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """Say whether a reason stands there, or texts are named anywhere."""
    again = grammar.cut(" ".join(piece.said for piece in pieces), _AMID)
    return any(piece.kinds & _REASON or names_them(piece) for piece in again)


def _holds_word(said: str, words: frozenset[str], grammar: Grammar) -> bool:
    if grammar.unspaced:
        return any(len(word) > 1 and word.replace(" ", "") in said for word in words)
    return not words.isdisjoint(said.split())


def _is_request(pieces: Sequence[Piece], grammar: Grammar, *, whole: bool) -> bool:
    if (whole and _only_the_word(pieces)) or _holds_sentence(pieces):
        return True
    return ceases(pieces, last=grammar.cease_last) or denies(pieces, grammar) or removes(pieces)


def asks_amid(clause: str, grammar: Grammar) -> bool:
    """Say whether one part of a clause is a whole request, whatever else the clause tells."""
    if _takes_child_off(clause, grammar):
        return False
    kinds = _AMID | _BARS
    cuts = [mended(grammar.cut(clause, only), grammar) for only in (kinds, kinds - _SAID)]
    return not any(turned(pieces, grammar) for pieces in cuts) and any(_amid(each, grammar) for each in cuts)


def _amid(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    if any(piece.kinds & (_NARROWS | _BARS) for piece in pieces) or turned(pieces, grammar):
        return False
    return any(_stands(pieces, begins, ends, grammar) for begins, ends in _runs(pieces))


def asks_hence(clause: str, grammar: Grammar) -> bool:
    """ "They have left that school so send me no texts": a story, a "so", and a whole request behind it.

    The request has to name our texts, or what stands before it a reason.
    """
    return any(
        asks(rest, grammar, clause=True) and (_is_about_texts(rest, grammar) or gives_reason(told, grammar))
        for told, rest in at_hence(clause, grammar)
    )


def _is_about_texts(clause: str, grammar: Grammar) -> bool:
    """Say whether a request names our texts, or holds the word for them in a phrase of its own."""
    return mentions_messages(clause, grammar) or _names_texts(grammar.cut(clause, _PARTS), grammar)


def at_hence(clause: str, grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Part a clause at each "so" within it: what is told before it, and what behind."""
    hence = grammar.kinds.get("so_then", frozenset())
    if grammar.unspaced:
        said = grammar.level(clause).replace(" ", "")
        yield from ((said[:at], said[at + len(each) :]) for each in hence if (at := said.find(each)) > 0)
        return
    words = grammar.level(clause).split()
    for at in range(1, len(words) - 1):
        for length in range(min(_HENCE, len(words) - at - 1), 0, -1):
            if " ".join(words[at : at + length]) in hence:
                yield " ".join(words[:at]), " ".join(words[at + length :])


def refuses_behind_reason(clause: str, grammar: Grammar) -> bool:
    """ "We moved to Ohio don't send": a reason, and right behind it a request that names nothing else."""
    pieces = grammar.cut(clause, _AMID | _BARS)
    if not gives_reason(clause, grammar):
        return False
    begins = max(n for n, piece in enumerate(pieces) if not piece.kinds or piece.kinds & _REASON) + 1
    rest = " ".join(piece.said for piece in pieces[begins:])
    only = any("only" in piece.kinds for piece in grammar.cut(rest))  # "đổi số thôi": changed it, that is all
    stops = not grammar.cease_last and not only and says_stop(rest, grammar)
    return bool(rest) and (only_refuses(rest, grammar) or stops or only_removes(rest, grammar))


def refuses_here(clause: str, grammar: Grammar) -> bool:
    """ "I want nothing from the school on this phone": the phone is named, and that nothing is to come there.

    Where anything makes it narrower, or more than a word is unknown, it may be about something else.
    """
    pieces = grammar.cut(clause, _AMID | _BARS | _HERE)
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if "this_phone" not in have or have & (_BARS | {"tongue", "other_language"}) or turned(pieces, grammar):
        return False
    rest = [piece for piece in pieces if not piece.kinds & _HERE]
    if not rest or sum(not piece.kinds for piece in rest) > 1:
        return False
    no_more = bool(have & {"dont_send", "forbid", "nomore"})
    return no_more or unwants(rest, grammar) or denies(rest, grammar)


def gives_reason(clause: str, grammar: Grammar) -> bool:
    """Say whether a clause tells why somebody wants no more texts, and asks for nothing narrower."""
    pieces = grammar.cut(clause, _AMID | _BARS)
    narrow = any(piece.kinds & (_NARROWS | _BARS) for piece in pieces)
    return not narrow and any(piece.kinds & _REASON for piece in pieces)


def complains(clause: str, grammar: Grammar) -> bool:
    """Say whether a clause tells why, and names our texts."""
    named = any(names_them(piece) or "write" in piece.kinds for piece in grammar.cut(clause, _AMID))
    return named and gives_reason(clause, grammar)


def _runs(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Yield where each stretch of small words and reasons begins and ends."""
    small = [bool(piece.kinds & (_PARTS | _REASON)) for piece in pieces]
    begins = None
    for place, is_small in enumerate([*small, False]):
        if is_small and begins is None:
            begins = place
        elif not is_small and begins is not None:
            yield begins, place
            begins = None


def _stands(pieces: Sequence[Piece], begins: int, ends: int, grammar: Grammar) -> bool:
    """Say whether a stretch is a request by itself, and what stands beside it is no part of it."""
    run = pieces[begins:ends]
    if not _is_request(run, grammar, whole=False):
        return False
    before = pieces[begins - 1] if begins and not run[0].kinds & _REASON else None
    after = pieces[ends] if ends < len(pieces) and not run[-1].kinds & _REASON else None
    if (before and _joins_before(run, grammar)) or (after and _joins_after(run, after)):
        return False
    whole = _names_texts(run, grammar) or _leaves_list(run) or any(one.kinds & _REASON for one in pieces)
    return whole or (before is None and after is None)


def _names_texts(run: Sequence[Piece], grammar: Grammar) -> bool:
    """ "Messages", or the very verb for writing them; not only "these", which may be anything."""
    told = any({"me", "more", "nomore"} & piece.kinds for piece in run)
    texts = grammar.kinds.get("message", frozenset())
    return any(
        (names_them(piece) and "write" not in piece.kinds)
        or (told and "write" in piece.kinds)
        or ("forbid" in piece.kinds and any(word in texts for word in piece.said.split()))
        for piece in run
    )


def _leaves_list(run: Sequence[Piece]) -> bool:
    return removes(run) and all(any(kind in piece.kinds for piece in run) for kind in ("me", "list"))


_CORE = frozenset(
    {
        "stop_said",
        "cease",
        "write",
        "send",
        "message",
        "remove",
        "list",
        "forbid",
        "dont_send",
        "unwant",
        "nomore",
    }
)


def _joins_after(run: Sequence[Piece], after: Piece) -> bool:
    """ "No more texts about football": what follows says which texts, or when."""
    last = max((place for place, piece in enumerate(run) if piece.kinds & _CORE), default=-1)
    if any(piece.kinds & _REASON for piece in run[last + 1 :]):
        return False
    joining = any("before_what" in piece.kinds for piece in (*run[last + 1 :], after))
    return joining or after.said[:1].isdigit()


def _joins_before(run: Sequence[Piece], grammar: Grammar) -> bool:
    """ "Football texts, stop": a word right before them, or joined to them by "of", says which texts."""
    first = min((place for place, piece in enumerate(run) if piece.kinds & _CORE), default=0)
    joined = any("after_what" in piece.kinds for piece in run[: first + 1])
    nouns_follow = grammar.cease_last or grammar.unspaced
    return joined or (nouns_follow and first == 0 and "message" in run[0].kinds)


def _holds_sentence(pieces: Sequence[Piece]) -> bool:
    """ "Remove me from the list", with no "don't" right before it."""
    before = [frozenset[str](), *(piece.kinds for piece in pieces)]
    return any(
        "stop_said" in piece.kinds and _is_sentence(piece.said) and not last & {"not", "dont"}
        for last, piece in zip(before, pieces, strict=False)
    )


#: what may stand beside a short word or phrase that means STOP by itself
_BESIDE = frozenset({"courtesy", "more", "but", "and", "me", "message", "do", "stop_said"})
#: a phrase of so many words, or so many letters without spaces, is no chance
_WORDS, _RUN = 3, 5


def _only_the_word(pieces: Sequence[Piece]) -> bool:
    """ "Stop fadlan", "no más por favor": a phrase of the list among words that change nothing."""
    said = [piece.said for piece in pieces if "stop_said" in piece.kinds]
    words = [piece for piece in pieces if "stop_said" not in piece.kinds or " " not in piece.said]
    single = all(" " not in each for each in said)
    beside = frozenset({"courtesy", "do", "and", "stop_said"}) if single else _BESIDE
    return bool(said) and all(piece.kinds & beside for piece in words)


def _is_sentence(said: str) -> bool:
    return len(said.split()) >= _WORDS or (" " not in said and not said.isascii() and len(said) >= _RUN)


def is_nothing_else(text: str, grammar: Grammar) -> bool:
    """Say whether a text is a request to stop, and every word of it is part of that."""
    pieces = grammar.cut(text, _PARTS | _BARS)
    return bool(pieces) and all(piece.kinds for piece in pieces) and asks(text, grammar)


def mentions_messages(sentence: str, grammar: Grammar) -> bool:
    """Say whether a sentence speaks of our texts."""
    return any({"message", "write"} & piece.kinds for piece in grammar.cut(sentence, _PARTS))


def bothers_other(clause: str, grammar: Grammar) -> bool:
    """ "Tell that boy to stop bothering my son": the verb may be our writing, but no texts are named."""
    pieces = grammar.cut(clause, _AMID)
    return any("topic" in piece.kinds for piece in pieces) and not any(
        "message" in piece.kinds for piece in pieces
    )


def says_no_to_nothing(sentence: str, grammar: Grammar) -> bool:
    """Say whether every word is a known small one, and none of them refuses, ends or takes off anything."""
    pieces = grammar.cut(sentence, _PARTS)
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    return all(piece.kinds for piece in pieces) and not have & (
        _CORE - {"write", "send", "message", "list"}
        | {
            "not",
            "dont",
            "tired",
            "enough",
            "needless",
        }
    )


def refuses_more(clause: str, grammar: Grammar) -> bool:
    """ "I don't want any more": of what, another clause has to say."""
    pieces = grammar.cut(clause, (_PARTS | _BARS) - {"stop_said"})
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if "bars" in have or not all(piece.kinds for piece in pieces):
        return False
    words = {word for piece in pieces for word in piece.said.split()}
    more = "more" in have or bool(words & grammar.kinds.get("more", frozenset()))
    return more and (unwants(pieces, grammar) or bool({"dont_send", "dont"} & have))


def only_refuses(clause: str, grammar: Grammar) -> bool:
    """ "Don't send", "please stop": of what, another clause has to say."""
    pieces = grammar.cut(clause, _PARTS | _BARS)
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if "bars" in have or turned(pieces, grammar) or not all(piece.kinds for piece in pieces):
        return False
    dont = negation_of(grammar)
    return "dont_send" in have or (dont in have and bool(have & {"send", "write"}))


def only_unwants(clause: str, grammar: Grammar) -> bool:
    """ "Ya no quiero", "我不要这个": of what, another clause has to say."""
    pieces = grammar.cut(clause, _PARTS | _BARS)
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    small = all(piece.kinds for piece in pieces) and not have & {"bars", "cease", "remove"}
    return small and (unwants(pieces, grammar) or only_refuses(clause, grammar))


def only_removes(clause: str, grammar: Grammar) -> bool:
    """ "Take it off": what, another clause has to say: "this is my work phone"."""
    pieces = grammar.cut(clause, _PARTS | _BARS)
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    small = all(piece.kinds for piece in pieces) and not have & {"bars", "not", "dont"}
    return small and "remove" in have and not turned(pieces, grammar)


def says_stop(clause: str, grammar: Grammar) -> bool:
    """ "Stop this": of what, another clause has to say."""
    pieces = grammar.cut(clause, _PARTS | _BARS)
    if turned(pieces, grammar) or not all(piece.kinds for piece in pieces):
        return False
    return any("cease" in piece.kinds for piece in pieces) and not any("bars" in one.kinds for one in pieces)
