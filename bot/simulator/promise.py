"""What a provider promises, read from committed data, and whether a request or an answer keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.resources import files
from typing import Any

Rule = Mapping[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request."""

    error: str  #: key of the promise's `errors`
    field: str
    says: str  #: one sentence for the ledger


@dataclass(frozen=True, slots=True)
class Request:
    """A request's fields, decoded as the promise types them."""

    values: Mapping[str, Any]
    problem: Problem | None
    unknown: tuple[str, ...]  #: fields the reference does not know; the provider ignores them


@dataclass(frozen=True, slots=True)
class Promise:
    """One provider's reference: calls, shapes, errors and limits."""

    name: str
    table: Mapping[str, Any]

    @property
    def limits(self) -> Mapping[str, int]:
        """Return the provider's numbers by name."""
        limits: Mapping[str, int] = self.table["limits"]
        return limits

    def error(self, key: str, field: object = "") -> tuple[int, str]:
        """Return (HTTP status, message) of a documented error."""
        entry = self.table["errors"][key]
        return entry["status"], entry["message"].format(field=field)

    def read(self, call: str, fields: Mapping[str, Any]) -> Request:
        """Decode and check the fields of one request; the first wrong one becomes the problem."""
        rules: Mapping[str, Rule] = self.table["calls"][call]["fields"]
        values: dict[str, Any] = {}
        problem = None
        for name, rule in rules.items():
            if name not in fields:
                found = Problem(rule["missing"], name, f"{name} is missing") if "missing" in rule else None
            else:
                values[name] = _decoded(fields[name], rule)
                found = next(self._refused(name, values[name], rule), None)
            problem = problem or found
        return Request(values, problem, tuple(name for name in fields if name not in rules))

    def faults(self, shape: str, value: object) -> list[str]:
        """Return every way in which `value` is not the promised shape; none if it fits."""
        return list(self._check(value, {"type": "object", "shape": shape}, shape))

    def answer_faults(self, call: str, answer: object) -> list[str]:
        """Return every way in which `answer` is not what `call` promises."""
        rule = self.table["calls"][call]["answer"]
        if isinstance(rule, str):
            rule = {"type": "object", "shape": rule}
        return list(self._check(answer, rule, call))

    def markup_faults(self, markup: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a Telegram `reply_markup`."""
        kinds: Mapping[str, Rule] = self.table["markups"]
        kind = next((name for name in kinds if name in markup), None)
        if kind is None:
            return ["reply_markup is no kind of keyboard"]
        return list(self._check(markup[kind], kinds[kind], kind))

    def _refused(self, name: str, value: object, rule: Rule) -> Iterator[Problem]:
        for says in self._check(value, rule, name):
            yield Problem(rule.get("invalid", "parameter"), name, says)

    def _check(self, value: Any, rule: Rule, place: str) -> Iterator[str]:
        names = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
        if not any(_is(value, name) for name in names):
            yield f"{place} is not {' or '.join(names)}"
            return
        if value is None:
            return
        yield from _bounds(value, rule, place)
        if isinstance(value, list) and "items" in rule:
            for number, item in enumerate(value):
                yield from self._check(item, rule["items"], f"{place}[{number}]")
        if isinstance(value, dict) and "shape" in rule:
            yield from self._shape(value, self.table["shapes"][rule["shape"]], place)

    def _shape(self, value: Mapping[str, Any], shape: Mapping[str, Rule], place: str) -> Iterator[str]:
        for name, rule in shape.items():
            if name in value:
                yield from self._check(value[name], rule, f"{place}.{name}")
            elif rule.get("required", True):
                yield f"{place}.{name} is missing"
        for name in value:
            if name not in shape:
                yield f"{place}.{name} is not in the reference"


@cache
def promise(name: str) -> Promise:
    """Read the promise of "twilio" or "telegram"."""
    text = files("bot.simulator").joinpath("promises", f"{name}.json").read_text(encoding="utf-8")
    return Promise(name, json.loads(text))


def _is(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _decoded(value: Any, rule: Rule) -> Any:
    """Read a form's text as the type that the promise names; leave what cannot be read as it is."""
    if not isinstance(value, str) or "string" in rule["type"]:
        return value
    try:
        return json.loads(value.lower() if rule["type"] == "boolean" else value)
    except ValueError:
        return value


def _bounds(value: Any, rule: Rule, place: str) -> Iterator[str]:
    if "one_of" in rule and value not in rule["one_of"]:
        yield f"{place} is none of {rule['one_of']}"
    if "range" in rule and not rule["range"][0] <= value <= rule["range"][1]:
        yield f"{place} is not within {rule['range']}"
    if "length" in rule and not rule["length"][0] <= len(value) <= rule["length"][1]:
        yield f"{place} has {len(value)} characters, not {rule['length']}"
    if "bytes" in rule and not rule["bytes"][0] <= len(value.encode()) <= rule["bytes"][1]:
        yield f"{place} has {len(value.encode())} bytes, not {rule['bytes']}"
    if "pattern" in rule and isinstance(value, str) and not re.fullmatch(rule["pattern"], value):
        yield f"{place} does not match {rule['pattern']}"
    if "format" in rule and not _formatted(value, rule["format"]):
        yield f"{place} is no {rule['format']}"


def _formatted(value: str, name: str) -> bool:
    try:
        match name:
            case "rfc2822":
                parsedate_to_datetime(value)
            case "moment":
                datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
