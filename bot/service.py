"""`homeloop run`: the one process that sends, listens and ticks, and stops cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import structlog

from bot import replies
from bot.app import App
from bot.bootstrap import at_rest
from bot.channels import telegram
from bot.channels.sms_webhook import SmsWebhook
from bot.channels.telegram import TelegramPoller, TelegramWebhook
from bot.channels.telegram_menu import TelegramMenu, menus
from bot.channels.transport import PyreqwestTransport
from bot.errors import Setup, StoreError, sayable
from bot.messages import Inbound, StatusReport
from bot.store import outbox
from bot.web.console import Doorkeeper, console
from bot.web.doors import Doors
from bot.web.intake import Intake
from bot.web.server import WebServer
from bot.web.webhooks import Webhooks
from scheduler.service import Service

log = structlog.get_logger()

AGAIN = 2.0  #: seconds before a provider that could not be asked is asked again


class Running:
    """Homeloop at work: web server, Telegram poller and scheduler on one loop."""

    def __init__(self, app: App, *, rooms: Sequence[Any] = (), entrance: str = "/sign-in") -> None:
        """`rooms` are handlers that the console gets besides its own; strangers are led to `entrance`."""
        self.app = app
        self.service = Service(app)
        self._inbound = Intake(self._keep_inbound)
        self._reports = Intake(self._keep_reports)
        self.doorkeeper = Doorkeeper(app, entrance)
        self._rooms = rooms
        self.address: tuple[str, int] | None = None
        self._web: WebServer | None = None
        self._polling: asyncio.Task[None] | None = None
        self._menu: asyncio.Task[None] | None = None
        self._stopping = False
        self._unheard: str | None = ""  #: why Telegram does not let us listen; empty: not asked yet

    async def start(self) -> None:
        """Take the sender lock, open the door for providers, begin to send. Raises `Complaint`."""
        self.app.store.take_sender_lock()
        await self.app.store.write(outbox.keep_lanes, [sender.lane_id for sender in self.app.senders])
        doors = Doors(self.webhooks(), console(self.app, more=self._rooms, doorkeeper=self.doorkeeper))
        self._web = WebServer(doors, self.app.settings.server.host, self.app.settings.server.port)
        self.address = await self._web.start()
        await self.service.start()
        if self.app.settings.telegram is not None:
            self._polling = asyncio.create_task(self._listen())
            self._menu = asyncio.create_task(self._show_menu())

    async def stop(self) -> None:
        """Close the door, settle what is on the wire, let everything go."""
        # A cancellation can get lost in a request that is answered at that very moment.
        self._stopping = True
        self.doorkeeper.closing.set()
        listening = [task for task in (self._polling, self._menu) if task is not None]
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        if self._web is not None:
            await self._web.stop()
            await self.service.stop()
        await self.app.close()

    def webhooks(self) -> Webhooks:
        """Return what providers post to, as it is served."""
        sms, bot = self.app.settings.sms, self.app.settings.telegram
        return Webhooks(
            accept_inbound=self._inbound.keep,
            accept_status=self.accept_status,
            public_url=self.app.settings.server.public_url,
            sms=SmsWebhook(sms) if sms else None,
            telegram=TelegramWebhook(bot) if bot and bot.mode == "webhook" else None,
            healthy=lambda: {"working": self.service.alive, "listening": self._listens},
        )

    @property
    def _listens(self) -> bool:
        bot = self.app.settings.telegram
        if self._unheard:
            return False
        return (
            self._polling is None or not self._polling.done() or (bot is not None and bot.mode == "webhook")
        )

    async def accept(self, messages: list[Inbound]) -> None:
        """Keep what families sent; durable when this returns."""
        if messages:
            await self._inbound.keep(messages)

    async def accept_status(self, report: StatusReport) -> None:
        """Keep a status report, durable when this returns; soon after it is carried out."""
        await self._reports.keep([report])

    async def _keep_inbound(self, messages: list[Inbound]) -> None:
        await self.app.store.put(replies.keep, messages, self.app.clock.now())
        self.service.came()

    async def _keep_reports(self, reports: list[StatusReport]) -> None:
        await self.app.store.put(outbox.keep_statuses, reports, self.app.clock.now())
        self.service.reports.came()

    async def _listen(self) -> None:
        """Tell Telegram how we listen and, when polling, listen until cancelled."""
        settings = self.app.settings.telegram
        assert settings is not None
        transport = PyreqwestTransport()
        poller = TelegramPoller(settings, transport)
        bot = telegram.bot_id(settings)
        try:
            await self._patiently(lambda: poller.prepare(settings.mode, self.app.settings.server.public_url))
            offset: int | None = None
            while settings.mode == "polling" and not self._stopping:
                try:
                    updates = await poller.updates(offset)
                    # Only asking with the next offset tells Telegram that these are stored.
                    await self.accept(
                        [one for update in updates for one in telegram.parse_update(update, bot)]
                    )
                    await self._say_of_listening(telegram.lane(bot), None)
                except Exception as error:  # noqa: BLE001 - families there must go on being heard
                    log.warning("Telegram cannot be listened to", why=sayable(error))
                    if isinstance(error, Setup):
                        await self._say_of_listening(telegram.lane(bot), str(error))
                    await asyncio.sleep(AGAIN)
                    continue
                offset = max((int(update["update_id"]) + 1 for update in updates), default=offset)
        finally:
            await transport.close()

    async def _show_menu(self) -> None:
        """Give Telegram the bot's commands; without them everything works but the menu."""
        settings = self.app.settings.telegram
        assert settings is not None
        transport = PyreqwestTransport()
        try:
            changed = await TelegramMenu(settings, transport).show(menus(self.app.settings.unreviewed))
            log.info("Telegram shows the bot's commands", changed=len(changed))
        except Exception as error:  # noqa: BLE001 - a menu is no reason to stop; the next start asks again
            log.warning("Telegram did not take the bot's commands", why=sayable(error))
        finally:
            await transport.close()

    async def _say_of_listening(self, lane: str, why: str | None) -> None:
        """Tell staff, beside the sender, that somebody must act before families there are heard again."""
        sender = self.app.sender(lane)
        if sender is None or why == self._unheard:
            return
        self._unheard = why
        with contextlib.suppress(StoreError):
            await self.app.store.write(outbox.note_lane, sender.lane_id, why)

    async def _patiently(self, ask: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping:
            try:
                await ask()
            except Exception as error:  # noqa: BLE001 - as above
                log.warning("Telegram cannot be asked", why=sayable(error))
                await asyncio.sleep(AGAIN)
            else:
                return


@contextlib.contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Give an event that Ctrl-C and SIGTERM set; the second Ctrl-C ends the process as usual."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask_to_stop() -> None:
        stop.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask_to_stop)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def run(app: App, ready: Callable[[Running], None] = lambda _running: None) -> None:
    """Run until Ctrl-C or SIGTERM. Raises `Complaint` if it cannot begin."""
    running = Running(app)
    with stop_signals() as stop:
        try:
            await running.start()
            at_rest()
            ready(running)
            await stop.wait()
        finally:
            await running.stop()
