"""Every page of the console, from its own router, with an address to look at for each.

A page whose address has a number or a word in it needs a line in `SAMPLES`; a test fails for one without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from litestar.handlers import HTTPRouteHandler

from bot.web.access import Policy, policy_of
from bot.web.console import assets, rooms
from tests.console.busy_school import BusySchool

Sample = Callable[[BusySchool], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one address of the router."""

    method: str
    path: str  #: as declared: "/inbox/{phone:int}"
    policy: Policy

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def routes() -> tuple[Route, ...]:
    """Return every method of every handler, the same order each time."""
    return tuple(sorted(_routes([*assets.HANDLERS, *rooms.handlers()]), key=str))


def _routes(handlers: Sequence[Any]) -> Iterator[Route]:
    for handler in handlers:
        assert isinstance(handler, HTTPRouteHandler), f"{handler} is no handler"
        for path in handler.paths:
            for method in handler.http_methods:
                yield Route(str(method), path if path.startswith("/") else f"/{path}", policy_of(handler))


def pages() -> tuple[str, ...]:
    """Return the declared addresses of what a person looks at."""
    return tuple(one.path for one in routes() if one.method == "GET" and one.path not in NO_PAGES)


def addresses(path: str, school: BusySchool | None) -> Sequence[str]:
    """Return addresses of one declared page; without a school, only those that need none."""
    if "{" not in path:
        return (path, *SEARCHES.get(path, ()))
    if path in NO_PAGES:
        return [any_number(path)]
    return SAMPLES[path](school) if school is not None else ()


_BLANK = re.compile(r"\{\w+:(\w+)\}")
_ANY = {"int": "1", "str": "en", "path": "x"}


def any_number(path: str) -> str:
    """Return number 1 of everything, for addresses that nobody looks at."""
    return _BLANK.sub(lambda found: _ANY[found[1]], path)


#: answers to GET that nobody looks at, and what they are
NO_PAGES: Mapping[str, str] = {
    "/static/{version:str}/{name:path}": "files",
    "/broadcasts/{number:int}/live": "a stream",
    "/inbox/{phone:int}/here": "a piece of a page",
    "/broadcasts/{number:int}/results/csv": "a file",
    "/broadcasts/{number:int}/results/xlsx": "a file",
}


def _broadcast(after: str, *names: str) -> Sample:
    return lambda school: [f"/broadcasts/{school.broadcasts[name]}{after}" for name in names]


def _household(after: str) -> Sample:
    return lambda school: [f"/households/{school.households[0]}{after}"]


#: an address or more for each page that has a number or a word in its path
SAMPLES: Mapping[str, Sample] = {
    "/broadcasts/{number:int}": _broadcast("", "untold", "inquiry", "approved", "stopped", "recalled"),
    "/broadcasts/{number:int}/compose": _broadcast("/compose", "draft"),
    "/broadcasts/{number:int}/approve": _broadcast("/approve", "pending", "draft"),
    "/broadcasts/{number:int}/results": _broadcast("/results", "inquiry", "own_words"),
    "/translations/{number:int}/{tag:str}": lambda school: [f"/translations/{school.broadcasts['draft']}/es"],
    "/inbox/{phone:int}": lambda school: [f"/inbox/{school.conversation}", f"/inbox/{school.danger}"],
    "/broadcasts/{number:int}/schools": _broadcast("/schools", "untold"),
    "/broadcasts/{number:int}/nothing": _broadcast("/nothing", "untold"),
    "/broadcasts/{number:int}/calls": _broadcast("/calls", "untold"),
    "/broadcasts/{number:int}/unreached": _broadcast("/unreached", "draft"),
    "/inbox/danger/{number:int}": lambda school: [f"/inbox/danger/{school.alarm}"],
    "/inbox/task/{number:int}": lambda school: [f"/inbox/task/{school.task}"],
    "/answers/{number:int}": lambda school: [f"/answers/{school.canned}"],
    "/people/import/{token:str}": lambda school: [f"/people/import/{school.upload}"],
    "/people/import/{token:str}/plan": lambda school: [f"/people/import/{school.upload}/plan"],
    "/people/{person:int}/phones/{phone:int}": lambda school: [
        f"/people/{school.people[2]}/phones/{school.phones[2]}"
    ],
    "/people/{person:int}/telegram": lambda school: [f"/people/{school.people[2]}/telegram"],
    "/phones/{phone:int}/stop": lambda school: [f"/phones/{school.phones[2]}/stop"],
    "/phones/{phone:int}/start": lambda school: [f"/phones/{school.phones[7]}/start"],
    "/phones/{phone:int}/erase": lambda school: [f"/phones/{school.phones[2]}/erase"],
    "/households/{number:int}/erase": _household("/erase"),
    "/households/{number:int}/export": _household("/export"),
    "/households/{number:int}/merge": _household("/merge"),
    "/households/{number:int}/merge/{other:int}": lambda school: [
        "/households/{}/merge/{}".format(*school.households[:2])
    ],
    "/households/{number:int}": lambda school: [f"/households/{one}" for one in school.households[:2]],
    "/phones/{phone:int}": lambda school: [f"/phones/{one}" for one in school.phones[5:8]],
    "/invitation/{token:str}": lambda _: ["/invitation/invitation-0"],
    "/staff/{number:int}": lambda school: [f"/staff/{one}" for one in school.staff.values()][:2],
}

#: further addresses of pages that can be asked something
SEARCHES: Mapping[str, Sequence[str]] = {
    "/inbox": ("/inbox?view=mine", "/inbox?view=done", "/inbox?page=2"),
    "/people": ("/people?page=2",),
    "/broadcasts": ("/broadcasts?page=2",),
}


def rows_of(path: str, school: BusySchool) -> Sequence[str]:
    """Return the address of one declared page for every row that has one."""
    kind = path.split("/")[1]
    numbers: Mapping[str, Sequence[int]] = {
        "inbox": school.phones,
        "phones": school.phones,
        "households": school.households,
        "broadcasts": range(1, len(school.households) + len(school.broadcasts) + 1),
        "translations": range(1, len(school.households) + len(school.broadcasts) + 1),
    }
    if "{" not in path or kind not in numbers:
        return ()
    if path.count(":int}") > 1 or path.startswith(("/inbox/danger", "/inbox/task")):
        return ()
    return [re.sub(r"\{\w+:int\}", str(one), path).replace("{tag:str}", "es") for one in numbers[kind]]
