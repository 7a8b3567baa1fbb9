"""The verb of a yes/no question, where yes and no are that verb repeated (docs/dialogue.md, rule 5).

A question may come with its verb alone ("tuaj") or whole ("Koj puas tuaj hnub Thursday?"). Of a whole one
the verb is what stands where the language puts it: behind Hmong "puas", between Vietnamese "có" and
"không", in "来不来" or before a particle that asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

#: a verb alone has no more words than this, or letters in a script without spaces
_WORDS, _LETTERS = 3, 4
_HMONG = re.compile(r"\bpuas (\w+)(?: (\w+))?(?: (\w+))?")
_VIETNAMESE = re.compile(
    r"(?:\bcó (?:thể )?(?:muốn |cần )?)(\w+)(?: (\w+))?.* (?:không|chưa|ko)\b|(\w+) được không"
)
_VIETNAMESE_WISH = re.compile(r"\b(?:có|chị|anh|vị|nhà) (cần|muốn)\b")
_CHINESE_PAIR = re.compile(r"(.)[不没沒](\1.?)")
_CHINESE = re.compile(
    "参加|參加|出席|需要|同意|愿意|願意|收到|可以|方便|到场|到場|来|來|去|带|帶|签|簽|交|坐|吃|要|想|能|会|會|有|是|填"
)
_AUXILIARY = frozenset({"xav", "kam", "không", "được", "có"})


def asked(question: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the verbs, made plain, that answer a question when they are repeated; none for none."""
    said = plain(question)
    if not said:
        return frozenset()
    words = said.split()
    alone = len(words) <= _WORDS if " " in said or said.isascii() else len(said) <= _LETTERS
    if alone and not any(mark in question for mark in "?？"):
        return frozenset({said})
    return frozenset(_found(said, lexicon.tag)) - {""}


def _found(said: str, tag: str) -> Iterator[str]:
    if tag == "hmn":
        for one, two, three in _HMONG.findall(said):
            lead, *rest = (two, three) if one == "yuav" else (one, two, three)
            yield lead
            if rest and rest[0] and (rest[0] == "tau" or lead in _AUXILIARY):
                yield f"{lead} {rest[0]}"
                yield rest[0] if rest[0] != "tau" else ""
    elif tag == "vi":
        for one, two, before in _VIETNAMESE.findall(said):
            yield from (
                each
                for each in (one, f"{one} {two}".strip() if two else "", before)
                if each not in _AUXILIARY
            )
        yield from _VIETNAMESE_WISH.findall(said)
    elif tag.startswith("zh"):
        yield from _CHINESE.findall(said)
        for one, other in _CHINESE_PAIR.findall(said):
            yield from (one, other)
