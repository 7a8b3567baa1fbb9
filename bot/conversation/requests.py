"""What makes a run of small words a request to stop: what is to cease, what not to be sent, what to take off.

Each reading looks at the pieces of one sentence that bot/conversation/optout.py has cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.conversation.grammar import Grammar, Piece

#: pieces from a negation to the verb that it denies
_APART = 4
#: what a negation turns round although it stands beside it: "do not want to be taken off"
_BETWEEN = frozenset({"courtesy", "me", "around", "more", "want"})
#: how an infinitive ends
_INFINITIVE = re.compile(r"(?:[aei]r|re|ть|ти|c)$")
_TRYING = frozenset({"trying", "asking", "looking"})


def names_them(piece: Piece) -> bool:
    """Say whether a piece means our texts, not only "these", which may be anything."""
    return "message" in piece.kinds and "them" not in piece.kinds


def turned(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """ "Don't stop sending", "don't take me off": a negation right beside the word for it asks for more."""
    return (
        _goes_on(pieces, last=grammar.cease_last) or _stays(pieces, grammar) or _wants_no_end(pieces, grammar)
    )


def _wants_no_end(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """ "No quiero cancelar los mensajes", "I am not trying to stop them": a verb that is not wanted."""
    for at, piece in enumerate(pieces):
        if not piece.kinds & {"not", "dont", "unwant"} or piece.kinds & {"cease", "remove", "message"}:
            continue
        wanting, before = "unwant" in piece.kinds, piece.said
        for behind in pieces[at + 1 : at + _APART]:
            if behind.kinds & {"cease", "remove"}:
                infinitive = _INFINITIVE.search(behind.said.split()[0]) or before.split()[-1] == "to"
                if wanting and infinitive:
                    return True
                break
            wanting = wanting or "want" in behind.kinds or before in _TRYING or behind.said in _TRYING
            if behind.kinds and not behind.kinds & _BETWEEN:
                break
            before = behind.said
    return False


def _goes_on(pieces: Sequence[Piece], *, last: bool) -> bool:
    told = [
        piece.kinds
        for piece in pieces
        if not piece.kinds or not piece.kinds <= {"courtesy", "me", "around", "more", "do"}
    ]
    pairs = pairwise(reversed(told)) if last else pairwise(told)
    return any(
        one & {"not", "dont"}
        and not one & {"cease", "message"}
        and ("cease" in two or ("dont" in one and "stop_said" in two))
        and not two & {"not", "dont"}
        for one, two in pairs
    ) or (not last and _keeps_texts(told))


def _keeps_texts(told: Sequence[frozenset[str]]) -> bool:
    """ "别把短信停了": our texts between the "don't" and the verb."""
    return any(
        "dont" in one and not one & {"cease", "unwant"} and "message" in texts and "cease" in two
        for one, texts, two in zip(told, told[1:], told[2:], strict=False)
    )


def _stays(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    told = [piece for piece in pieces if not piece.kinds or not piece.kinds <= _BETWEEN]
    return any(
        (_refuses(one) and takes_off(two, grammar))
        or (grammar.cease_last and "remove" in one.kinds and _refuses(two))
        for one, two in pairwise(told)
    )


def _refuses(piece: Piece) -> bool:
    return bool(piece.kinds & {"not", "dont"}) and not piece.kinds & {
        "cease", "message", "more", "nomore", "forbid", "remove", "unwant", "needless",
    }  # fmt: skip


def takes_off(piece: Piece, grammar: Grammar) -> bool:
    """Say whether a piece is a word for taking off a list, or a phrase that holds one."""
    if "forbid" not in piece.kinds:
        return "remove" in piece.kinds
    words = grammar.kinds.get("remove", frozenset())
    return grammar.unspaced or any(f" {word} " in f" {piece.said} " for word in words)


def ceases(pieces: Sequence[Piece], *, last: bool) -> bool:
    """ "Stop sending", "no more texts, stop": the word for stopping, and what is to stop."""
    at = [place for place, piece in enumerate(pieces) if "cease" in piece.kinds]
    if not at:
        return False
    rest = pieces if last else pieces[at[0] + 1 :]
    if any({"write", "send", "message"} & piece.kinds for piece in rest if "cease" not in piece.kinds):
        return True
    return any(names_them(piece) for piece in pieces[: at[0]])


def denies(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """ "Don't write", "don't send me messages", "I don't want messages"."""
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if "forbid" in have:
        return True
    dont = negation_of(grammar)
    wanted = any("message" in piece.kinds and "anything" not in piece.kinds for piece in pieces)
    told = bool(have & {"message", "me", "more", "anything"})
    if _near(pieces, dont, "write", grammar) or (told and _near(pieces, dont, "send", grammar)):
        return True
    if "dont_send" in have and told:
        return True
    if "nomore" in have and wanted:
        return True
    if "needless" in have and (_beside(pieces, "needless", "write") or (told and "send" in have)):
        return True
    received = "receive" in have and bool({"thing", "more", "anything"} & have)
    return unwants(pieces, grammar) and (wanted or received)


def unwants(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """ "I don't want": a negation a few words from the wish, before it unless the verb comes last."""
    if any("unwant" in piece.kinds for piece in pieces) or _wishes_not_to(pieces):
        return True
    return _near(pieces, "not", "want", grammar, itself=True)


def _wishes_not_to(pieces: Sequence[Piece]) -> bool:
    """ "I would like to no longer receive", "quisiera que ya no me llegaran": a wish, and what it denies."""
    return any(
        any("want" in piece.kinds for piece in pieces[max(0, at - _APART) : at])
        and any("receive" in piece.kinds for piece in pieces[at + 1 : at + _APART])
        for at, piece in enumerate(pieces)
        if piece.kinds & {"not", "dont"} and "unwant" not in piece.kinds
    )


def negation_of(grammar: Grammar) -> str:
    """Return the kind of word that forbids: a language's own "don't", or any negation where it lists none."""
    return "dont" if grammar.kinds.get("dont") else "not"


def _near(
    pieces: Sequence[Piece], negation: str, verb: str, grammar: Grammar, *, itself: bool = False
) -> bool:
    """Say whether a verb stands a few words from its negation; one piece may be both if `itself`."""
    denied = [place for place, piece in enumerate(pieces) if negation in piece.kinds]
    told = [place for place, piece in enumerate(pieces) if verb in piece.kinds]
    least = -_APART if grammar.cease_last or grammar.unspaced else -1
    return any(
        least <= place - no <= _APART
        and (itself or place != no)
        and not (verb == "write" and no < place and "anything" in pieces[no].kinds)  # "nothing you wrote"
        for no in denied
        for place in told
    )


def is_fed_up(pieces: Sequence[Piece], *, angry: bool) -> bool:
    """ "I am tired of your texts", "enough of these messages", "enough!!": all that is said is that.

    "Enough" alone may speak of food or of time: it counts with our texts beside it, or said in anger.
    """
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if any(_refuses(piece) and "around" not in piece.kinds for piece in pieces):
        return False
    texts = any(names_them(piece) and "anything" not in piece.kinds for piece in pieces)
    weary = any("tired" in piece.kinds and "enough" not in piece.kinds for piece in pieces)
    if "tired" in have and (texts or (weary and "enough" in have)):
        return True
    return "enough" in have and (texts or angry or "write" in have)


def _beside(pieces: Sequence[Piece], one: str, other: str) -> bool:
    """Two pieces, each of its kind."""
    firsts = [place for place, piece in enumerate(pieces) if one in piece.kinds]
    return any(other in piece.kinds for place, piece in enumerate(pieces) if [place] != firsts)


def removes(pieces: Sequence[Piece]) -> bool:
    """ "Take me off the list"; a negation in it means something else."""
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    denied = any(piece.kinds & {"not", "dont"} and "around" not in piece.kinds for piece in pieces)
    return "remove" in have and bool(have & {"me", "list"}) and not denied
