"""What a broadcast asks, before it is put to any family in particular."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """What a broadcast asks, in the staff's language; texts per language are in translations."""

    kind: str  #: one of `talk.Kind`
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    other: bool = True  #: one_of, several_of: the last choice is "something else" (rule 1)
    per_child: bool = False  #: the answer may differ from child to child: ask whom it is for (rule 17)

    def to_json(self) -> dict[str, Any]:
        """Return what `Broadcast.question` keeps."""
        return {
            "kind": self.kind,
            "choices": list(self.choices),
            "low": self.low,
            "high": self.high,
            "other": self.other,
            "per_child": self.per_child,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Ask:
        """Read what `to_json` wrote."""
        return cls(**{**kept, "choices": tuple(kept["choices"])})

    @property
    def offers_digits(self) -> bool:
        """Say whether its text is a menu."""
        return self.kind in {"yes_no", "one_of", "several_of"}

    @property
    def choices_needed(self) -> int:
        """How many choices somebody must word in each language; "something else" is in the catalogs."""
        return 2 if self.kind == "yes_no" else len(self.choices)
