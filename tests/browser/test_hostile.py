"""300 hostile strings in every name, answer, title, note and text: none of them runs, none of them grows.

All of them are on the pages' own lists within thirty rows (`tests.browser.words.hostile_batches`), so that
every page is looked at in a minute or two. `make soak` looks at every row's own pages, at both widths.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.browser.look import DESK, POCKET, Eyes
from tests.browser.site import Site
from tests.browser.walk import SOAK, Windows
from tests.browser.words import hostile_strings
from tests.console.pages import addresses, pages, rows_of

#: what a template engine would make of “7777*7”
COUNTED = "54439"


def test_there_are_three_hundred_different_ones() -> None:
    assert len(set(hostile_strings())) == len(hostile_strings()) == 300


async def harm(eyes: Eyes, address: str, *, sizes: Sequence[tuple[int, int]]) -> list[str]:
    """Open one page and say what the strings on it have done."""
    await eyes.resize(sizes[0])
    await eyes.open(address)
    said = await eyes.grown()
    for size in sizes:
        await eyes.resize(size)
        said += [f"{one} (at {size[0]} pixels)" for one in await eyes.sticking_out()]
    if COUNTED in await eyes.page.inner_text("body"):
        said.append("a template was filled in")
    return [f"{address} {one}" for one in [*eyes.seen(), *said]]


@pytest.mark.parametrize("path", pages())
async def test_no_string_does_anything_on_any_page(windows: Windows, hostile_site: Site, path: str) -> None:
    assert hostile_site.school is not None
    said = []
    # Each string is in some row; a page about one row is looked at for every row, or for one in fifteen.
    rows = rows_of(path, hostile_site.school)[:: 1 if SOAK else 15]
    eyes = await windows.at(hostile_site, path)
    for address in dict.fromkeys([*addresses(path, hostile_site.school), *rows]):
        found = await harm(eyes, address, sizes=(DESK, POCKET) if SOAK else (POCKET,))
        # Not every broadcast has every page: a draft has no results.
        said += [one for one in found if address not in rows or not one.endswith("answered 404")]
    assert not said, "\n".join(said)
