"""A yes or no that repeats the question's verb, in another person or denied, and says nothing else.

"Ndamukeneye", "simukeneye" to "Mukeneye umusemuzi?"; "唔食" to "要吃…嗎"; "hatapanda" to "atapanda basi?".
What is understood this way is never sure, and is read back once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversation.grammar import Grammar, Piece

_NEGATES = frozenset({"no", "refuse", "not"})
_EMPTY = frozenset({"filler", "courtesy", "and", "around", "only", "agree", "yes", "ok"})
#: with one of these a text says more than yes or no
_OPEN = frozenset({"hedge", "or", "except", "limit", "week", "problem", "but", "busy"})
#: how a verb is denied by what is written onto it
_DENIED = {
    "sw": r"(?:ha|si|hu)\w{3,}",
    "rw": r"(?:si|nti|nta|ntu|nto|ta)\w{3,}",
    "pl": r"nie\w{4,}",
    "ru": r"не\w{4,}",
    "uk": r"не\w{4,}",
    "fa": r"(?:ن|nemi|nami|ne|na)\w{3,}",
    "prs": r"(?:ن|nemi|nami|ne|na)\w{3,}",
    "ps": r"نه\w{2,}",
    "hi": r"न\w{3,}",
    "ne": r"न\w{3,}|\w+(?:दैन|दिन|दैनन|दैनौं|छैन|छैनौं|daina|dina|dainan|chhaina|chaina|xaina|naina)",
    "ko": r"(?:안|못)\w+|\w*(?:지않|지못|없)\w*",
    "am": r"(?:[አኣዐዓ][ልይትንላያታና]|የለ|የሉ)\w*ም",
    "ti": r"[ኣአዓዐ][ይየ]\w+|የብ[ለልሉላሎ]\w*",
    "om": r"hin\w{4,}",
    "ar": r"ما\w{3,}|م\w{3,}ش",
}
#: languages that write the person before the verb, so that the ends are alike
_ENDS = frozenset({"sw", "rw", "tl", "ar"})
_ETHIOPIC = frozenset({"am", "ti"})
#: signs of one meaning, Cantonese first
_SAME = str.maketrans(
    {
        "食": "吃",
        "嚟": "來",
        "睇": "看",
        "搭": "坐",
        "畀": "給",
        "俾": "給",
        "飲": "喝",
        "返": "回",
        "来": "來",
        "给": "給",
        "带": "帶",
        "签": "簽",
        "见": "見",
    }
)
_AROUND_VERB = {
    "zh": (
        "我们|我們|我|他|她|佢哋|佢|孩子|您|会|會|想|能|可以|都|就|也|已经|已經|好|唔该|先|啊|哦|嗯|这次|這次|今次|早上|上午|中午|下午|晚上|昨天|昨晚|今天|今早|前天|刚才|刚刚|剛剛|上周|上個月|上个月|上礼拜|尋日|琴日|早就|全都|全部",
        "不用|不会|不會|不想|不要|不|没有|沒有|没|沒|冇|唔使|唔會|唔想|唔|未|还没|還沒|還未",
        "了|吧|啊|呀|啦|的|喔|哦|呢|嘛|哈|嘅|㗎|喇|咗|过|過|到|得到|好|囉|咯",
    ),
    "my": (
        "ကျွန်တော်|ကျွန်မ|ကျမ|ကလေးက|ကလေး|ဟုတ်ကဲ့|ဟုတ်|မနေ့က|သူက|သူ",
        "မ",
        "သေးပါဘူး|ပါဘူး|ဘူး|ပါနဲ့|ပါတယ်|တယ်|ပါမယ်|မယ်|ပါ|ရှင့်|ရှင်|ခင်ဗျာ|ဗျ|နော်",
    ),
    "km": ("ខ្ញុំ|កូន|គាត់|បាទ|ចាស|ចា៎|យើង|ពួកយើង|នឹង|អាច|ចង់", "មិនបាច់|មិន|អត់|ឥត|កុំ", "ទេ|ណា|បាទ|ចាស|ហើយ|បាន|អី"),
    "lo": ("ຂ້ອຍ|ຂ້າພະເຈົ້າ|ລູກ|ລາວ|ພວກເຮົາ|ເຮົາ|ຈະ|ເຈົ້າ|ໂດຍ", "ບໍ່ໄດ້|ບໍ່|ບໍ|ບ", "ເດີ|ເດີ້|ຈ້າ|ເຈົ້າ|ດອກ|ແລ້ວ|ໄດ້|ຢູ່|ແຫຼະ"),
}  # fmt: skip
_STEM, _SKELETON = 4, 3


def read(clause: str, asked: str, grammar: Grammar, tag: str) -> tuple[int, bool] | None:
    """Return 1 for a clause that repeats the question's verb, 2 for one that denies it; None for others."""
    if not asked or any(letter.isdigit() for letter in clause):
        return None
    if any(piece.kinds & {"hedge", "or", "problem", "busy"} for piece in grammar.cut(clause)):
        return None
    if grammar.unspaced:
        return _run_on(clause, asked, grammar, tag[:2])
    return _in_words(grammar.cut(clause), grammar.level(asked).split(), tag, grammar)


def _run_on(clause: str, asked: str, grammar: Grammar, tag: str) -> tuple[int, bool] | None:
    """Read it where words run together: around the verb stand who, a negation and what ends a sentence."""
    heads, denials, tails = _AROUND_VERB[tag]
    said = _alike(grammar, clause)
    found = re.fullmatch(f"(?:{heads})*({denials})?(?:{heads})*(.+?)(?:{tails})*", said)
    if found is None or found[2] not in _alike(grammar, asked) or (len(found[2]) < 2 and tag != "zh"):
        return None
    return (2 if found[1] else 1), False


def _alike(grammar: Grammar, text: str) -> str:
    return grammar.level(text).replace(" ", "").translate(_SAME)


def _in_words(
    pieces: Sequence[Piece], asked: Sequence[str], tag: str, grammar: Grammar
) -> tuple[int, bool] | None:
    """Weigh the pieces; a small word within one repeats nothing ("il va mieux" to "est-il malade ?")."""
    told = [piece for piece in pieces if not piece.kinds & _EMPTY or piece.kinds & _NEGATES]
    denials, repeated, others = 0, 0, 0
    settled = False
    for place, piece in enumerate(told):
        if piece.kinds & _OPEN or _denies_within(piece, grammar):
            return None
        if piece.kinds & _NEGATES:
            denials += 1
        elif "zero" in piece.kinds:  # "nobody": what the question asks about, denied
            denials, repeated = denials + 1, repeated + 1
        elif (denied := _denies(piece.said, tag)) and _repeats(denied, asked, tag):
            denials, repeated = denials + 1, repeated + 1
            settled = settled or place == 0
        elif any(_repeats(word, asked, tag) for word in _weighty(piece.said, grammar)):
            repeated += 1
            settled = settled or (denials == 1 and place == 1)
        else:
            others += 1
    if not repeated or denials > 1 or (others and not (settled and denials)):
        return None
    return (2 if denials else 1), False


def _denies_within(piece: Piece, grammar: Grammar) -> bool:
    """ "No car", where that is a name for needing a ride."""
    words = piece.said.split()
    within = any(grammar.known.get(word, frozenset()) & {"not", "no"} for word in words)
    return len(words) > 1 and within and not piece.kinds & _NEGATES


def _weighty(said: str, grammar: Grammar) -> list[str]:
    words = said.split()
    return [word for word in words if len(words) == 1 or "filler" not in grammar.known.get(word, ())]


def is_denied(word: str, tag: str) -> bool:
    """Say whether a word is a verb denied by its form, in the languages that have such forms."""
    return bool(_denies(word, tag))


def _denies(word: str, tag: str) -> str:
    """Return a word that is denied by its form; nothing if it is not."""
    return word if tag in _DENIED and re.fullmatch(_DENIED[tag], word) else ""


def _repeats(word: str, asked: Sequence[str], tag: str) -> bool:
    """Say whether a word is one of the question's, in another form."""
    return any(akin(word, each, tag) for each in asked)


def akin(word: str, other: str, tag: str) -> bool:
    """Say whether two words are forms of one."""
    if word == other and len(word) > 1:
        return True
    if tag in _ETHIOPIC:
        return _shared(_skeleton(word), _skeleton(other)) >= _SKELETON
    least = 3 if tag == "ar" else _STEM
    if tag in _ENDS:
        shared = _shared(word, other)
        return shared >= least and shared * 2 > min(len(word), len(other))
    begin = next(
        (n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other))
    )
    without = re.sub("^(?:nie|не)", "", word)
    return (begin >= _STEM and begin * 2 >= len(word)) or (
        without != word and without[:_STEM] == other[:_STEM]
    )


def _shared(one: str, other: str) -> int:
    """Return the length of the longest run of letters that two words share."""
    return max(
        (length for length in range(1, len(one) + 1) for at in range(len(one) - length + 1)
         if one[at : at + length] in other),
        default=0,
    )  # fmt: skip


def _skeleton(word: str) -> str:
    """Return the consonants of an Ethiopic word, without what stands for the person."""
    return "".join(chr(ord(letter) & ~7) for letter in word if "\u1200" <= letter <= "\u137f")
