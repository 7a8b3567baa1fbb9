"""The simulator's own API, under /_simulator/: read the ledger, script families, spoil the day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import Complaint
from bot.messages import ChannelName
from bot.simulator.account import Account
from bot.simulator.desk import World, reply
from bot.simulator.families import Family
from bot.simulator.misbehaviour import Day, Plan


@dataclass(frozen=True, slots=True)
class Say:
    """Something a family does unprompted; the first of `press`, `block`, `start`, `text` that is set."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    address: str
    text: str = ""
    channel: ChannelName = ChannelName.SMS
    sender: str | None = None  #: ours that it goes to; None: whoever wrote to this phone last
    press: int | str | None = None
    block: bool | None = None  #: Telegram: True blocks the bot, False unblocks it
    start: str | None = None  #: Telegram: press Start with this code
    pictures: Annotated[int, Field(ge=0, le=10)] = 0


_PLAN = TypeAdapter(Plan)
_FAMILIES = TypeAdapter(tuple[Family, ...])
_SAY = TypeAdapter(Say)
_ACCOUNT = TypeAdapter(Account)


async def carry_out(world: World, wish: Say) -> None:
    """Let a family do what it is told to. Raises `PhoneError`."""
    phones = world.phones
    if wish.press is not None:
        await phones.press(wish.address, wish.press, channel=wish.channel)
    elif wish.block is not None:
        await phones.block(wish.address, blocked=wish.block)
    elif wish.start is not None:
        text = f"/start {wish.start}".strip()
        await phones.say(wish.address, text, channel=ChannelName.TELEGRAM)
    else:
        await phones.say(
            wish.address, wish.text, channel=wish.channel, sender=wish.sender, pictures=wish.pictures
        )


class Control:
    """The HTTP handlers."""

    def __init__(self, world: World, reset: Callable[[], Awaitable[None]]) -> None:
        self._world = world
        self._reset_all = reset

    def routes(self) -> list[web.RouteDef]:
        """Return what the server must route here."""
        return [
            web.get("/_simulator/health", self._health, allow_head=False),
            web.get("/_simulator/ledger", self._ledger, allow_head=False),
            web.get("/_simulator/settings", self._settings, allow_head=False),
            web.post("/_simulator/settings", self._set),
            web.post("/_simulator/misbehaviour", self._misbehave),
            web.post("/_simulator/families", self._families),
            web.post("/_simulator/say", self._say),
            web.post("/_simulator/reset", self._reset),
        ]

    async def _health(self, _: web.Request) -> web.Response:
        return reply(200, {"ok": True, "busy": len(self._world.errands)} | self._world.ledger.counts())

    async def _ledger(self, request: web.Request) -> web.Response:
        query = request.query
        since = query.get("since")
        try:
            moment = datetime.fromisoformat(since) if since else None
        except ValueError:
            return _complaint(f"since={since} is no ISO 8601 moment; write one with its offset from UTC.")
        if moment is not None and moment.tzinfo is None:
            return _complaint(f"since={since} has no offset from UTC; add one, such as +00:00.")
        view = self._world.ledger.view(
            channel=query.get("channel"),
            address=query.get("address"),
            sender=query.get("sender"),
            since=moment,
            only=query.getall("only", []),
        )
        return reply(200, view)

    async def _settings(self, _: web.Request) -> web.Response:
        return reply(200, _ACCOUNT.dump_python(self._world.account, mode="json"))

    async def _set(self, request: web.Request) -> web.Response:
        async def act(sent: Any) -> None:
            self._world.account = _ACCOUNT.validate_python(asdict(self._world.account) | sent)

        return await _obey(request, act)

    async def _misbehave(self, request: web.Request) -> web.Response:
        async def act(sent: Any) -> None:
            self._world.day = Day(_PLAN.validate_python(sent), self._world.day.monotonic)

        return await _obey(request, act)

    async def _families(self, request: web.Request) -> web.Response:
        async def act(sent: Any) -> None:
            for family in _FAMILIES.validate_python(sent):
                self._world.phones.know(family)

        return await _obey(request, act)

    async def _say(self, request: web.Request) -> web.Response:
        async def act(sent: Any) -> None:
            await carry_out(self._world, _SAY.validate_python(sent))

        return await _obey(request, act)

    async def _reset(self, _: web.Request) -> web.Response:
        await self._reset_all()
        return reply(200, {"ok": True})


async def _obey(request: web.Request, act: Callable[[Any], Awaitable[None]]) -> web.Response:
    """Read the JSON that was sent and do `act` with it; say in a sentence what is wrong with it."""
    try:
        await act(await request.json())
    except ValidationError as error:
        places = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        return _complaint(f"{request.path} does not take that: {'; '.join(places)}.")
    except (ValueError, TypeError):
        return _complaint(f"{request.path} takes JSON; see bot/simulator/control.py.")
    except Complaint as error:
        return _complaint(str(error))
    return reply(200, {"ok": True})


def _complaint(sentence: str) -> web.Response:
    return reply(400, {"ok": False, "error": sentence})
