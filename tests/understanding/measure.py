"""How well labelled sentences are understood, language by language: `make understanding` prints the table.

A line is right when `homeloop explain` gives what its label says (README.md beside this). What counts most
is never to be wrong: a yes read as a no, a family stopped that did not ask for it, a danger missed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bot.cli.explain import answer

HERE = Path(__file__).parent
#: every set, in the order in which they were written
FOLDERS = (
    "unseen", "unseen_second", "unseen_third", "unseen_fourth", "unseen_fifth", "unseen_sixth",
    "unseen_seventh", "unseen_eighth", "unseen_ninth", "unseen_tenth", "unseen_eleventh", "unseen_twelfth",
    "unseen_thirteenth", "unseen_fourteenth", "unseen_fifteenth", "unseen_sixteenth", "unseen_seventeenth",
    "unseen_eighteenth", "unseen_nineteenth", "seen", "seen_more",
)  # fmt: skip
#: what may be counted of a language, in the order of the table
COUNTS = (
    "answers", "understood", "wrong", "swaps", "hard_wrong", "optouts", "caught", "false_optouts",
    "dangers", "missed", "lookalikes", "alarms", "others", "others_right",
)  # fmt: skip


def labelled(which: str, every: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the labelled lines of a folder ("seen", "unseen", …), or one in so many of each file."""
    for path in sorted((HERE / which).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines()[::every]:
            if line.strip():
                yield {"set": which, "file": path.stem, **json.loads(line)}


@cache
def measured(which: str, every: int = 1) -> dict[str, Counter[str]]:
    """Count a folder, or one line in so many of it, language by language."""
    found: dict[str, Counter[str]] = {}
    for line in labelled(which, every):
        found.setdefault(line["file"], Counter()).update(judged(line))
    return found


def judged(line: dict[str, Any]) -> list[str]:
    """Return what one line counts as."""
    said = answer(
        json.dumps({key: line[key] for key in ("ask", "language", "text", "question") if key in line})
    )
    return _answer(line, said) if line["ask"] == "reply" else _intent(line, said)


def _answer(line: dict[str, Any], said: dict[str, Any]) -> list[str]:
    expect, clear = line["expect"], line.get("clear", True)
    counts = _stopped(line)
    if expect.get("understood"):
        return [*counts, "answers", *(["understood"] if said.get("understood") else [])]
    if "value" not in expect:
        return [*counts, *(["hard_wrong"] if said.get("understood") else [])]
    right = said.get("understood") and said.get("value") == expect["value"]
    wrong = bool(said.get("understood")) and not right
    swapped = wrong and sorted((str(said["value"]), str(expect["value"]))) == ["no", "yes"]
    counts += ["swaps"] * swapped
    if not clear or expect.get("or_ask"):
        return counts + ["hard_wrong"] * wrong
    return counts + ["answers"] + ["understood"] * bool(right) + ["wrong"] * wrong


def _stopped(line: dict[str, Any]) -> list[str]:
    """An answer that would stop everything is the worst reading of all."""
    found = answer(json.dumps({"ask": "intent", "language": line["language"], "text": line["text"]}))
    return ["false_optouts"] if found.get("intent") == "optout" else []


def _intent(line: dict[str, Any], said: dict[str, Any]) -> list[str]:
    meant, found = line["expect"]["intent"], said.get("intent")
    counts = ["false_optouts"] if found == "optout" and meant not in {"optout", "danger"} else []
    if meant == "danger":
        return counts + ["dangers"] + ["missed"] * (found != "danger")
    if line.get("lookalike"):
        return counts + ["lookalikes"] + ["alarms"] * (found == "danger")
    if meant == "optout":
        return counts + ["optouts"] + ["caught"] * (found == "optout")
    return counts + ["others"] + ["others_right"] * (found == meant)


def wrong_lines(which: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield what was not right, with what it was taken for."""
    bad = {"wrong", "swaps", "hard_wrong", "false_optouts", "missed", "alarms"}
    for line in labelled(which):
        counts = judged(line)
        short = ("answers" in counts and "understood" not in counts) or (
            "optouts" in counts and "caught" not in counts
        )
        if short or bad.intersection(counts) or ("others" in counts and "others_right" not in counts):
            yield line, counts


def table(which: str) -> str:
    """Return the counts of a folder as a table."""
    counts = measured(which)
    heads = ("", "answers", "wrong", "swaps", "opt-outs", "false", "danger", "missed", "alarms", "others")
    rows = [heads, *(_row(tag, each) for tag, each in counts.items())]
    rows.append(_row("all", sum(counts.values(), Counter())))
    return "\n".join("".join(cell.ljust(11) for cell in row).rstrip() for row in rows)


def _row(tag: str, each: Counter[str]) -> tuple[str, ...]:
    return (
        tag, f"{each['understood']}/{each['answers']}", f"{each['wrong']}+{each['hard_wrong']}",
        str(each["swaps"]),
        f"{each['caught']}/{each['optouts']}", str(each["false_optouts"]),
        f"{each['dangers'] - each['missed']}/{each['dangers']}", str(each["missed"]),
        f"{each['alarms']}/{each['lookalikes']}", f"{each['others_right']}/{each['others']}",
    )  # fmt: skip


if __name__ == "__main__":
    for folder in sys.argv[1:] or FOLDERS:
        sys.stdout.write(f"{folder}\n{table(folder)}\n\n")
