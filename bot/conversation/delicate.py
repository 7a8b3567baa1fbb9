"""Words that send a family's own words to a person instead of into a read-back (DIALOGUE.md, rule 8, ii).

Health, custody, discipline, special education, money, immigration, accusations. Short lists that no
native reader has seen; a false alarm only means that a person reads it. The danger list (rule 19) is
another matter and is checked before this one.
"""

from __future__ import annotations

from collections.abc import Mapping

#: language tag -> words and phrases; a trailing * stands for any ending
WORDS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "sick*", "illness", "disease", "doctor", "hospital", "medicine*", "medication*", "pregnan*",
        "depress*", "custody", "divorce*", "court", "lawyer", "restraining order", "suspend*", "expel*",
        "detention", "bully*", "bullie*", "special education", "iep", "disab*", "autis*", "money",
        "rent", "cannot pay", "cant pay", "eviction", "evicted", "homeless", "visa", "papers",
        "undocumented", "asylum", "racis*", "discriminat*", "the teacher hit", "unfair*",
    ),
    "es": (
        "enferm*", "doctor", "hospital", "medicina*", "embaraz*", "deprimid*", "custodia", "divorcio",
        "corte", "abogad*", "suspend*", "expuls*", "castig*", "acoso", "educacion especial",
        "discapacidad", "autis*", "dinero", "renta", "no puedo pagar", "desaloj*", "papeles", "visa",
        "asilo", "indocumentad*", "racis*", "discrimin*",
    ),
    "fr": (
        "malad*", "medecin", "hopital", "medicament*", "enceinte", "garde des enfants", "divorce*",
        "tribunal", "avocat*", "exclu*", "handicap*", "autis*", "argent", "loyer", "expuls*", "papiers",
        "visa", "asile", "racis*", "discrimin*",
    ),
    "so": (
        "xanuun*", "jirran", "isbitaal*", "dhakhtar*", "daawo", "furriin", "maxkamad*", "qareen",
        "lacag*", "kirada", "sharci", "qaxooti", "naafo*", "cunsuri*",
    ),
    "hmn": (
        "mob", "tsev kho mob", "kws kho mob", "tshuaj", "sib nrauj", "tsev hais plaub", "nyiaj",
        "ntaub ntawv nkag teb chaws",
    ),
    "vi": (
        "bị ốm", "bệnh*", "bác sĩ", "bệnh viện", "thuốc", "mang thai", "ly hôn", "tòa án", "luật sư",
        "khuyết tật", "tự kỷ", "tiền", "giấy tờ", "nhập cư", "tị nạn", "phân biệt chủng tộc",
    ),
    "zh-Hans": (
        "生病", "医院", "医生", "吃药", "怀孕", "抑郁", "抚养权", "离婚",
        "法院", "律师", "停学", "开除", "残疾", "自闭", "没钱", "房租",
        "签证", "身份问题", "移民", "庇护", "歧视",
    ),
    "ar": (
        "مريض", "مرض", "مستشفى", "طبيب", "دواء", "حامل", "حضانة", "طلاق", "محكمة", "محامي", "إعاقة",
        "توحد", "فلوس", "لا أملك المال", "إيجار", "إقامة", "تأشيرة", "لجوء", "عنصري", "تمييز",
    ),
}  # fmt: skip
