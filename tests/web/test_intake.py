"""What gathers while a write is under way: kept together, told apart."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import StoreError
from bot.web.intake import MOST, Intake


class Store:
    """Notes what it was given at once, and refuses what it is told to."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.gate = asyncio.Event()
        self.bad: set[int] = set()
        self.full = False

    async def write(self, things: list[int]) -> None:
        await self.gate.wait()
        if self.full:
            raise StoreError("The disk is full.")
        if self.bad & set(things):
            raise ValueError("one of these")
        self.groups.append(things)


@pytest.fixture
def store() -> Store:
    return Store()


async def test_what_comes_while_a_write_is_under_way_goes_with_the_next(store: Store) -> None:
    intake = Intake(store.write)
    waiting = [asyncio.create_task(intake.keep([number])) for number in range(5)]
    await asyncio.sleep(0)
    assert store.groups == [], "nobody is answered before it is kept"
    assert not any(task.done() for task in waiting)
    store.gate.set()
    await asyncio.gather(*waiting)
    assert [one for group in store.groups for one in group] == [0, 1, 2, 3, 4], (
        "in the order in which it came"
    )
    assert len(store.groups) <= 2


async def test_a_group_has_its_bounds(store: Store) -> None:
    intake = Intake(store.write)
    store.gate.set()
    await asyncio.gather(*(intake.keep([number]) for number in range(MOST * 2 + 1)))
    assert max(len(group) for group in store.groups) <= MOST


async def test_one_that_cannot_be_kept_fails_alone(store: Store) -> None:
    intake = Intake(store.write)
    store.bad = {3}
    waiting = [asyncio.create_task(intake.keep([number])) for number in range(6)]
    store.gate.set()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in ended] == [type(None)] * 3 + [ValueError] + [type(None)] * 2
    assert sorted(one for group in store.groups for one in group) == [0, 1, 2, 4, 5]


async def test_a_database_that_refuses_everything_is_asked_once(store: Store) -> None:
    intake = Intake(store.write)
    store.full = True
    waiting = [asyncio.create_task(intake.keep([number])) for number in range(6)]
    await asyncio.sleep(0)
    store.gate.set()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(one) for one in ended} == {StoreError}
    store.full = False
    await intake.keep([7])
    assert store.groups == [[7]], "and it goes on afterwards"


async def test_whoever_hangs_up_takes_nobody_along(store: Store) -> None:
    intake = Intake(store.write)
    first, second = (asyncio.create_task(intake.keep([number])) for number in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    store.gate.set()
    await second
    assert sorted(one for group in store.groups for one in group) == [1, 2]
