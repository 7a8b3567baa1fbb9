"""Gathers the console's sentences from templates and Python, as `make words` does."""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "locales"
LANGUAGES = ("es", "ar")

#: catalogs that say the same are the same file, whenever they were written
WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)

#: how a sentence is marked: `_`, `N_` and `gettext` for one, the others with a plural
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "n_": (1, 2),
    "ngettext": (1, 2),
    # what goes wrong is said in the same sentence on every screen
    **dict.fromkeys(("AccessError", "InboxError")),
}


#: what translates and shows at once; looked for by itself: Babel sees no mark inside a call that is one
SAYING = {"say": None, "say_many": (1, 2)}


def gathered() -> Catalog:
    """Return every sentence of the console, without places: those change with every edit."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    mappings = [(one["pattern"], one["method"]) for one in settings["tool"]["babel"]["mappings"]]
    options = {
        pattern: {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
        for pattern, method in mappings
        if method == "jinja2"
    }
    rows = [
        row
        for keywords in (KEYWORDS, SAYING)
        for row in extract_from_dir(ROOT, mappings, options_map=options, keywords=keywords)
    ]
    found = _empty()
    for _file, _line, message, _comments, context in sorted(rows, key=lambda row: str(row[2])):
        found.add(message, context=context)
    return found


def written(name: str) -> Catalog:
    """Return a catalog as it lies in locales/."""
    with (LOCALES / name).open("rb") as file:
        return read_po(file, abort_invalid=True)


def main() -> None:
    """Write console.pot and bring each language's console.po up to it, keeping what is translated."""
    template = gathered()
    _write(template, "console.pot")
    for tag in LANGUAGES:
        place = LOCALES / tag / "console.po"
        known = written(f"{tag}/console.po") if place.exists() else _empty(tag)
        known.update(template, no_fuzzy_matching=True)
        known.obsolete.clear()
        _write(known, f"{tag}/console.po")
        missing = sum(1 for one in known if one.id and not complete(one.string))
        sys.stdout.write(f"{tag}: {len(known)} sentences, {missing} without a translation\n")


def _empty(tag: str | None = None) -> Catalog:
    return Catalog(
        locale=tag,
        project="Homeloop",
        version="console",
        header_comment="# The console's sentences. “make words” gathers them; the English one is the key.",
        msgid_bugs_address="the issue tracker",
        language_team="nobody yet",
        last_translator="nobody yet",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        charset="utf-8",
        fuzzy=False,
    )


def complete(said: object) -> bool:
    return all(said) if isinstance(said, (tuple, list)) else bool(said)


def _write(catalog: Catalog, name: str) -> None:
    with (LOCALES / name).open("wb") as file:
        write_po(file, catalog, width=110, omit_header=False, sort_output=True, ignore_obsolete=True)


if __name__ == "__main__":
    main()
