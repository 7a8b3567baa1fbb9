"""What docs/design.md promises about colour, direction and inline code, held against the files."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest

VENDOR = files("bot.web") / "static" / "vendor"

#: SHA-256 of what was published; ours is Pico inside "@layer pico{…}", the others byte for byte
PUBLISHED = {
    "pico.min.css": "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db",  # @picocss/pico 2.1.1
    "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",  # htmx.org 2.0.11
    "sse.js": "3b5992a541619babefc4c169505af474df5c3039da51e59b96ccf9241ecd61d2",  # htmx-ext-sse 2.2.4
}

STYLE = (files("bot.web") / "static" / "homeloop.css").read_text(encoding="utf-8")
TEMPLATES = sorted((Path(str(files("bot.web"))) / "templates").rglob("*.html"))
PAGE = Path("docs/design.md").read_text(encoding="utf-8")

#: words on grounds: (token, token, at least)
READ = [(ink, ground, 4.5) for ink in ("ink", "muted") for ground in ("paper", "surface", "sunken")] + [
    ("accent", "paper", 4.5),
    ("accent", "surface", 4.5),
    ("accent-strong", "sunken", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    ("on-danger", "danger", 4.5),
    ("on-danger", "danger-strong", 4.5),
    ("danger", "paper", 4.5),
    ("danger", "surface", 4.5),
    ("danger", "danger-tint", 4.5),
    ("accent", "accent-tint", 4.5),
    ("good", "good-tint", 4.5),
    ("warn", "warn-tint", 4.5),
    ("ink", "accent-tint", 4.5),
    ("ink", "good-tint", 4.5),
    ("ink", "warn-tint", 4.5),
    ("ink", "danger-tint", 4.5),
    ("muted", "accent-tint", 4.5),
    ("ink", "halo", 4.5),
]

#: shapes that mean something: borders of fields, bars, the ring around what has the focus
SEEN = [("edge", ground, 3.0) for ground in ("paper", "surface")] + [
    (f"series-{number}", "surface", 3.0) for number in range(1, 7)
]


def tokens(dark: bool) -> dict[str, str]:
    roots = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", roots[0]))
    return light | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", roots[1])) if dark else light


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), READ + SEEN)
def test_words_and_shapes_stand_out(dark: bool, ink: str, ground: str, least: float) -> None:
    colours = tokens(dark)
    assert contrast(colours[ink], colours[ground]) >= least


def test_the_page_on_design_states_the_contrasts_that_the_tokens_have() -> None:
    rows = re.findall(r"^\| `(\S+)` on `(\S+)` \| ([\d.]+) \| ([\d.]+) \|", PAGE, re.MULTILINE)
    assert len(rows) >= 12
    for ink, ground, light, dark in rows:
        for stated, colours in ((light, tokens(False)), (dark, tokens(True))):
            assert float(stated) == round(contrast(colours[ink], colours[ground]), 1), (ink, ground)


def test_our_style_knows_no_left_and_no_right() -> None:
    sides = r"(?:margin|padding|border)-(?:left|right)|^\s*(?:left|right|float): (?!none)|: (?:left|right);"
    assert not re.findall(sides, STYLE, re.MULTILINE)


def test_no_font_and_nothing_else_is_fetched_from_elsewhere() -> None:
    assert not re.findall(r"@font-face|@import|https?:", STYLE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_inline_code_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.findall(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:|hx-vals=.js:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_others_wrote_is_as_they_published_it_with_its_licence(name: str) -> None:
    body = (VENDOR / name).read_text(encoding="utf-8")
    unwrapped = re.sub(r'^(@charset "UTF-8";)@layer pico\{(.*)\}\n$', r"\1\2", body, flags=re.DOTALL)
    assert hashlib.sha256(unwrapped.encode()).hexdigest() == PUBLISHED[name]
    assert "copy" in (VENDOR / f"{name.partition('.')[0]}.LICENSE.txt").read_text(encoding="utf-8")
