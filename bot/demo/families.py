"""The simulated families of the demo: who answers what, by rule, in their own language.

Habits follow from a family's number, so every run is the same: about a third of those asked answer, some
with typos, some press a button, a few send STOP or a question of their own, and somebody says thanks.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bot import languages
from bot.demo.district import SCHOOLS, Resident
from bot.messages import ChannelName
from bot.simulator import Family, Rule

SLOWLY = 0.4  #: seconds until a family answers

_WHO_ANSWERS = frozenset({0, 3, 5})  #: last digits of the families that answer a question


@cache
def script() -> Mapping[str, Any]:
    """Return script.toml: what is read and written in each language."""
    return tomllib.loads(resources.files("bot.demo").joinpath("script.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the demo's liaison writes for words that a family sent."""

    home: str
    staff: str


def family(one: Resident) -> Family:
    """Return the phone of a resident with the rules by which its family answers."""
    return Family(
        address=one.address,
        channel=ChannelName.SMS if one.telegram is None else ChannelName.TELEGRAM,
        rules=tuple(_rules(one)),
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


def _rules(one: Resident) -> list[Rule]:
    aside = script()["aside"].get(one.tag, script()["aside"]["en"])
    rules = []
    if one.school != SCHOOLS[2]:
        rules += _meeting(one)
    else:
        rules += _needs(one)
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


def _needs(one: Resident) -> list[Rule]:
    needs = script()["needs"].get(one.tag)
    if needs is None or one.number % 10 not in _WHO_ANSWERS:
        return []
    entry = needs["families"][one.number // 15 % len(needs["families"])]
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
