"""The simulated families of the demo: who answers what, by rule, in their own language.

Habits follow from a family's number, so every run is the same: about a third of those asked answer, some
with typos, some press a button, a few send STOP or a question of their own, and somebody says thanks.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bot import languages
from bot.demo.district import SCHOOLS, Resident
from bot.messages import ChannelName
from bot.simulator import Family, Rule, Sentence
from bot.translation import pipeline

SLOWLY = 0.4  #: seconds until a family answers

_WHO_ANSWERS = frozenset({0, 3, 5})  #: last digits of the families that answer a question
SAY_LATER = frozenset({2, 4, 6})  #: of those who say what the demo's liaison does not know


@cache
def script() -> Mapping[str, Any]:
    """Return script.toml: what is read and written in each language."""
    return tomllib.loads(resources.files("bot.demo").joinpath("script.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the demo's liaison writes for words that a family sent."""

    home: str
    staff: str


def casting(everybody: Iterable[Resident]) -> Mapping[int, int]:
    """Say which families tell us something in their own words: number -> place in the script.

    The first families of each language say the script's answers one by one; of the others some do.
    """
    parts: dict[int, int] = {}
    cast: Counter[str] = Counter()
    for one in everybody:
        said = script()["needs"].get(one.tag, {}).get("families", ())
        if not said or one.school != SCHOOLS[2] or one.shares_phone or one.number % 10 in SAY_LATER:
            continue
        if cast[one.tag] < len(said):
            parts[one.number] = cast[one.tag]
            cast[one.tag] += 1
        elif one.number % 10 in _WHO_ANSWERS:
            parts[one.number] = one.number // 15 % len(said)
    return parts


def engine() -> list[Sentence]:
    """Return the sentences that the demo's translation engine knows."""
    return [
        sentence
        for tag, needs in script()["needs"].items()
        for entry in needs.get("families", ())
        for sentence in _sentences(languages.language(tag).code("libretranslate") or tag, tag, entry)
    ]


def _sentences(code: str, tag: str, entry: Mapping[str, Any]) -> list[Sentence]:
    if entry.get("unreachable"):
        return [Sentence(code, "en", entry["words"], "", unreachable=True)]
    known = []
    for words, understood in ((entry["words"], entry), (entry["then"], entry.get("again", {}))):
        if "english" in understood:
            yours = pipeline.second_person(understood["english"]) or ""
            known.append(Sentence(code, "en", pipeline.correction(words, tag), understood["english"]))
            known.append(Sentence("en", code, yours, understood["home"]))
    return known


def family(one: Resident, part: int | None = None) -> Family:
    """Return the phone of a resident with the rules by which its family answers; `part`: see `casting`."""
    return Family(
        address=one.address,
        channel=ChannelName.SMS if one.telegram is None else ChannelName.TELEGRAM,
        rules=tuple(_rules(one, part)),
        name=one.name,
        language_code=one.tag.partition("-")[0] if len(one.tag.partition("-")[0]) == 2 else None,
        started=one.telegram is not None,
    )


def liaison(tag: str, words: str) -> Understanding | None:
    """Return what the liaison of a language understood from these words, if the script says so."""
    for entry in script()["needs"].get(tag, {}).get("families", ()):
        again = entry.get("again")
        if again and words == entry["then"]:
            return Understanding(again["home"], again["staff"])
        if words == entry["words"]:
            return Understanding(entry["home"], entry["staff"])
    return None


def _rules(one: Resident, part: int | None) -> list[Rule]:
    aside = script()["aside"].get(one.tag, script()["aside"]["en"])
    rules = []
    if one.school != SCHOOLS[2]:
        rules += _meeting(one)
    else:
        rules += _needs(one, part)
    rules += _judges(one)
    match one.number % 60:
        case 7 | 37:
            rules.append(Rule(aside["stop"], when=_news(), after=SLOWLY))
        case 19 | 49:
            rules.append(Rule(aside["question"], when=_news(), after=SLOWLY))
        case 11 | 31 | 51:
            rules.append(Rule(aside["thanks"], when=_news(), after=SLOWLY))
    return rules


def _news() -> str:
    """The announcement carries no menu and asks nothing, unlike everything else we send first."""
    return r"\A(?!.*\n1 )(?!.*[?؟？]).*Riverbend|\A(?!.*\n1 )(?!.*[?؟？]).*ريفربند"


def _meeting(one: Resident) -> list[Rule]:
    if one.number % 10 not in _WHO_ANSWERS:
        return []
    said = script()["meeting"].get(one.tag, script()["meeting"]["en"])
    answers = said["answers"] if one.tag in script()["meeting"] else ["2", "3"]
    if one.telegram is not None and one.number % 2:
        return [Rule(press=1 + one.number % 3, buttons=True, after=SLOWLY)]
    return [Rule(answers[one.number // 5 % len(answers)], when=r"\n1 .*\n2 .*\n3 ", after=SLOWLY)]


def _needs(one: Resident, part: int | None) -> list[Rule]:
    if part is None:
        return []
    needs = script()["needs"][one.tag]
    entry = needs["families"][part]
    rules = [
        Rule(entry["words"], when=_beginning(needs["text"]), after=SLOWLY),
        Rule(entry["then"], when=re.escape(entry["home"]), after=SLOWLY),
    ]
    if "again" in entry:
        again = entry["again"]
        rules.insert(0, Rule(again["then"], when=re.escape(again["home"]), after=SLOWLY))
    return rules


def _judges(one: Resident) -> list[Rule]:
    """Whoever spelled a choice oddly is asked whether we read it right, and says yes."""
    if one.tag not in languages.catalog_languages():
        return []
    before, _, _ = languages.phrase("read_back", one.tag, meaning="\0").partition("\0")
    return [Rule("1", when=_beginning(before), after=SLOWLY)]


def _beginning(text: str) -> str:
    return re.escape(text[:24].strip())
