"""What a broadcast asks, before it is put to any family in particular."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """What a broadcast asks, in the staff's language; texts per language are in translations."""

    kind: str  #: one of `talk.Kind`
    choices: tuple[str, ...] = ()
    low: int | None = None  #: of a number; of a time in minutes since midnight
    high: int | None = None
    other: bool = True  #: one_of, several_of: the last choice is "something else" (rule 1)
    per_child: bool = False  #: the answer may differ from child to child: ask whom it is for (rule 17)
    skips: tuple[tuple[str, int], ...] = ()  #: after this value that question is next, or `talk.END`
    more: tuple[Ask, ...] = ()  #: the questions after the first, of an inquiry of several

    def to_json(self) -> dict[str, Any]:
        """Return what `Broadcast.question` keeps; skips and more questions only where there are any."""
        several: dict[str, Any] = {"skips": [list(skip) for skip in self.skips]} if self.skips else {}
        if self.more:
            several["more"] = [one.to_json() for one in self.more]
        return {
            "kind": self.kind,
            "choices": list(self.choices),
            "low": self.low,
            "high": self.high,
            "other": self.other,
            "per_child": self.per_child,
            **several,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Ask:
        """Read what `to_json` wrote."""
        skips = tuple((str(value), int(to)) for value, to in kept.get("skips", ()))
        more = tuple(cls.from_json(one) for one in kept.get("more", ()))
        return cls(**{**kept, "choices": tuple(kept["choices"]), "skips": skips, "more": more})

    @property
    def series(self) -> tuple[Ask, ...]:
        """Return every question of the inquiry, each by itself."""
        return (replace(self, more=()), *self.more)

    @property
    def values(self) -> tuple[str, ...]:
        """Return the answers after which something may be skipped, as replies keep them."""
        match self.kind:
            case "yes_no":
                return "yes", "no"
            case "one_of":
                return tuple(str(number) for number in range(1, len(self.choices) + 1 + self.other))
            case "scale":
                return tuple(str(mark) for mark in range(self.low or 1, (self.high or 5) + 1))
        return ()

    @property
    def offers_digits(self) -> bool:
        """Say whether its text is a menu."""
        return self.kind in {"yes_no", "one_of", "several_of"}

    @property
    def choices_needed(self) -> int:
        """How many choices somebody must word in each language; "something else" is in the catalogs."""
        return 2 if self.kind == "yes_no" else len(self.choices)


@dataclass(frozen=True, slots=True)
class Worded:
    """The words of one question in one language, as `Translation.more` keeps those after the first."""

    text: str = ""
    choices: tuple[str, ...] = ()
    asked: str | None = None  #: the verb of a yes/no question (rule 5)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {"text": self.text, "choices": list(self.choices), "asked": self.asked}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Worded:
        """Read what `to_json` gave."""
        return cls(kept.get("text", ""), tuple(kept.get("choices") or ()), kept.get("asked"))
