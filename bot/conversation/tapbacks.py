"""What a telephone writes by itself for a tap on one of our texts, and question marks."""

from __future__ import annotations

import re

QUESTION_MARKS = "?؟？"
#: what telephones send for a tap on one of our texts, in the languages they are set to
_TAPBACK = re.compile(
    r"^\W*(liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted|removed an?|le gustó|le gusta|"
    r"me gusta|no me gusta|le encantó|me encanta|indicó|marcó|destacó|se rio|se rió|reaccionó|exclamó|"
    r"a aimé|aime|j.aime|a adoré|curtiu|gostei|gostou|amou|adorou|reagiu|enfatizou|понравилось|нравится|"
    r"поставил[аи]?|вподобав|вподобала|polubi\w*|to)\b.*[“”\"«„]|^\s*\S{1,4}\s+(to|a|à|на)\s+[“\"«„]"
    r"|^\s*a\s+[“\"«„].{12,}[”\"»]\s+le\s+(dio|puso|gust|encant)",
    re.IGNORECASE | re.DOTALL,
)
#: the same in any other language: a few words, and our text in quotation marks to the end
_QUOTED = re.compile(r"^\s*(?:\S+\s+){0,4}\S{0,12}\s*[“„«\"「『][^“„«\"]{12,}[”“»\"」』]\s*$", re.DOTALL)
#: and in languages that name our text first: "對「…」按了讚", "“…”에 👍 표시함"
_QUOTED_FIRST = re.compile(
    r"^\s*\S{0,3}\s*[“„«\"「『][^“„«\"「『]{6,}[”“»\"」』](?:\s*\S{0,3}){0,2}\s*"
    r"(讚|赞|喜歡|喜欢|喜愛|喜爱|愛心|爱心|強調|强调|哈哈|표시|좋아|공감|반응)\S*\s*\S*\s*$",
    re.DOTALL,
)


def is_tapback(text: str) -> bool:
    """Say whether a phone wrote this by itself: "Liked “…”", with our own words in it."""
    return any(shape.match(text) for shape in (_TAPBACK, _QUOTED, _QUOTED_FIRST))


def has_question_mark(text: str) -> bool:
    """Say whether a text asks something."""
    return any(mark in text for mark in QUESTION_MARKS)
