"""The provider and the machine of a journey; both end with the test, whatever happens in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine, machine_in
from tests.journeys.provider import Provider, simulating, surroundings
from tests.journeys.typist import Typist


@pytest.fixture(scope="session")
def typist() -> Iterator[Typist]:
    made = Typist(surroundings())
    yield made
    made.leave()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with simulating() as made:
        yield made


@pytest.fixture
def machine(tmp_path: Path, provider: Provider) -> Iterator[Machine]:
    with machine_in(tmp_path, provider) as made:
        yield made
