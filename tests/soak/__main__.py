"""`python -m tests.soak [--quick] [name …]`: run these parts, or all, and print each row as a JSON line.

A part is a module of this package with `rows(quick) -> Iterator[Row]`. A row names its figures and says
with "ok" whether the promise held; the exit status is 1 if any did not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
#: rooms of the tests of which `make test` looks at less
ROOMS = ("browser", "understanding")

Row = dict[str, object]


def parts() -> list[str]:
    """Every part by name: the modules here that give rows, and the long looks of other rooms."""
    modules = sorted(HERE.glob("[a-z]*.py"))
    told = [file.stem for file in modules if "\ndef rows(quick" in file.read_text(encoding="utf-8")]
    return [*told, *ROOMS]


def rows(name: str, *, quick: bool) -> Iterator[Row]:
    if name in ROOMS:
        yield _long_look(name)
    else:
        yield from import_module(f"tests.soak.{name}").rows(quick)


def _long_look(room: str) -> Row:
    """Every hostile string in every place, in every language and width; every labelled sentence."""
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile", f"tests/{room}"]
    done = subprocess.run(command, env={**os.environ, "HOMELOOP_SOAK": "1"}, check=False)
    return {"name": room, "exit_status": done.returncode, "ok": done.returncode == 0}


def main() -> int:
    known = parts()
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Long proofs, as JSON lines.")
    parser.add_argument("name", nargs="*", help=f"what to prove: {', '.join(known)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="a small form of each, without these long looks")
    chosen = parser.parse_args()
    if unknown := sorted(set(chosen.name) - set(known)):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    every = [name for name in known if not (chosen.quick and name in ROOMS)]
    held = True
    for name in chosen.name or every:
        for row in rows(name, quick=chosen.quick):
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()
            held = held and bool(row.get("ok"))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
