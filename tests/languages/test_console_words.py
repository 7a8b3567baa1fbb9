"""The console speaks Spanish and Arabic whole: no sentence is missing, and no placeholder is lost."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog

from tests.languages.console_words import LANGUAGES, complete, gathered, written

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def sentences(catalog: Catalog) -> set[str]:
    return {one.id if isinstance(one.id, str) else one.id[0] for one in catalog if one.id}


def forms(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def test_the_template_holds_what_templates_and_code_say() -> None:
    assert sentences(written("console.pot")) == sentences(gathered()), "run “make words”"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_sentence_is_translated(tag: str) -> None:
    catalog = written(f"{tag}/console.po")
    assert sentences(catalog) == sentences(gathered()), "run “make words”"
    assert [one.id for one in catalog if one.id and not complete(one.string)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_placeholder_survives(tag: str) -> None:
    """A plural form may leave out the number it stands for (“two families”), nothing else."""
    for one in written(f"{tag}/console.po"):
        wanted = {name for text in forms(one.id) for name in placeholders(text)}
        for form in forms(one.string):
            lost = wanted - placeholders(form)
            assert placeholders(form) <= wanted, one.id
            assert lost <= ({"num"} if one.pluralizable else set()), one.id


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_sentence_carries_markup_of_its_own(tag: str) -> None:
    for one in written(f"{tag}/console.po"):
        if one.id and "<" not in str(one.id):
            assert not any("<" in form for form in forms(one.string)), one.id
