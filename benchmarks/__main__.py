"""`make bench`: every measurement, or those of ONLY; QUICK=1 makes them short.

python -m benchmarks [--quick] [send inbound pages …]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Final

#: name -> the module, and what makes it short
PARTS: Final = {
    "send": ("benchmarks.sending", "--quick"),
    "inbound": ("benchmarks.inbound", "--quick"),
    "pages": ("benchmarks.pages", None),
}


def main() -> None:
    """Run each part in a process of its own; one that fails makes the whole fail, after the others."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks")
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all, when none is named")
    chosen = arguments.parse_args()
    failed = [name for name in chosen.parts or PARTS if not run(name, quick=chosen.quick)]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def run(name: str, *, quick: bool) -> bool:
    """Run one part; say whether it went well."""
    module, shortly = PARTS[name]
    options = [shortly] if quick and shortly else []
    return subprocess.run([sys.executable, "-m", module, *options], check=False).returncode == 0  # noqa: S603


if __name__ == "__main__":
    main()
