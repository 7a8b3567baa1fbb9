"""The simulator itself: one HTTP server that is both providers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from bot.messages import ChannelName
from bot.simulator.account import Account
from bot.simulator.carrier import Carrier
from bot.simulator.chats import Chats
from bot.simulator.control import Control, Say, carry_out
from bot.simulator.desk import World
from bot.simulator.families import Family
from bot.simulator.ledger import Ledger
from bot.simulator.libretranslate_api import LibreTranslateApi
from bot.simulator.misbehaviour import Day, Plan
from bot.simulator.phones import Phones
from bot.simulator.promise import promise
from bot.simulator.telegram_api import TelegramApi
from bot.simulator.twilio_api import TwilioApi
from bot.simulator.updates import Updates
from bot.simulator.webhooks import Webhooks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Simulator:
    """Twilio and Telegram on your own machine, with families behind them.

    Both base URLs are the address that `start` returns; Telegram's SDK wants "/bot" after it.
    """

    def __init__(self, account: Account | None = None) -> None:
        self._world = World(
            account or Account(), Webhooks(seconds=promise("twilio").limits["webhook_seconds"])
        )
        self._updates = Updates(self._world)
        self._chats = Chats(self._world, self._updates)
        self._carrier = Carrier(self._world)
        self._telegram = TelegramApi(self._world, self._chats, self._updates)
        self._twilio = TwilioApi(self._world, self._carrier)
        #: a translation engine beside them, which a school could run itself
        self.engine = LibreTranslateApi()
        self._world.phones.lines.update({ChannelName.SMS: self._carrier, ChannelName.TELEGRAM: self._chats})
        self._runner: web.AppRunner | None = None
        self._touched = time.monotonic()
        self.base_url = ""

    @property
    def account(self) -> Account:
        """How the provider is set; replace it with `set`."""
        return self._world.account

    @property
    def ledger(self) -> Ledger:
        """What the provider knows."""
        return self._world.ledger

    @property
    def phones(self) -> Phones:
        """The families' phones: `know`, `say`, `press`, `block`."""
        return self._world.phones

    @property
    def idle_seconds(self) -> float:
        """How long nobody has asked for anything."""
        return time.monotonic() - self._touched

    @property
    def busy(self) -> int:
        """How much is still under way: texts to their phones, answers, webhooks."""
        return len(self._world.errands)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve, and return the base URL. Port 0 takes any free one."""
        app = web.Application(middlewares=[self._touch])
        app.add_routes(Control(self._world, self.reset).routes())
        app.add_routes(self._twilio.routes())
        app.add_routes(self._telegram.routes())
        app.add_routes(self.engine.routes())
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, backlog=1024).start()
        bound = self._runner.addresses[0][1]
        self.base_url = f"http://{host}:{bound}"
        return self.base_url

    async def stop(self) -> None:
        """Stop serving; nothing is left running."""
        self._updates.end_poll(None)
        await self._world.errands.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._world.errands.stop()  # what the last requests began
        await self._world.webhooks.close()

    async def reset(self) -> None:
        """Forget every text, family, opt-out, update and fault; keep the settings."""
        await self._world.errands.stop()
        self._world.ledger = Ledger()
        self._world.day = Day(Plan(), time.monotonic)
        self._world.buckets.clear()
        self._world.phones.forget_all()
        for part in (self._carrier, self._chats, self._updates, self._telegram, self.engine):
            part.forget_all()

    def set(self, account: Account) -> None:
        """Change how the provider is set."""
        self._world.account = account

    def misbehave(self, plan: Plan) -> None:
        """Begin a bad day; `Plan()` ends it."""
        self._world.day = Day(plan, time.monotonic)

    def know(self, families: Iterable[Family]) -> None:
        """Put families behind their addresses."""
        for family in families:
            self._world.phones.know(family)

    async def say(self, wish: Say) -> None:
        """Let a family write, press, start or block unprompted."""
        await carry_out(self._world, wish)

    async def quiet(self, within: float = 10.0) -> None:
        """Wait until nothing is under way. Raises `TimeoutError` after `within` seconds."""
        async with asyncio.timeout(within):
            await self._world.errands.done()

    @web.middleware
    async def _touch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._touched = time.monotonic()
        return await handler(request)
