"""The composition root: settings in, App out. The only module that names concrete classes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.app import App, Sender
from bot.channels import telegram
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.transport import PyreqwestTransport
from bot.messages import ChannelName
from bot.ports import Transport
from bot.settings import Settings, load
from bot.store import outbox
from bot.store.store import Store
from bot.translation.engines import engine_for


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


def open_app(config: Path, environment: Mapping[str, str] | None = None) -> App:
    """Read the settings, bring the database up to date and connect nothing yet. Raises `Complaint`."""
    return assemble(load(config, os.environ if environment is None else environment))


def assemble(settings: Settings) -> App:
    """Put Homeloop together from settings. Raises `StoreError`."""
    store = Store(settings.database.path, busy_seconds=settings.database.busy_seconds)
    try:
        store.upgrade()
        senders, transports = _senders(settings, store)
    except BaseException:
        store.close()
        raise
    engines = PyreqwestTransport()
    return App(
        settings=settings,
        store=store,
        clock=SystemClock(),
        senders=senders,
        translator=engine_for(settings.translation, engines),
        transports=(*transports, engines),
    )


def _senders(settings: Settings, store: Store) -> tuple[tuple[Sender, ...], tuple[Transport, ...]]:
    senders: list[Sender] = []
    transports: list[Transport] = []
    if settings.sms is not None and settings.server.public_url is not None:
        sms = settings.sms
        transports.append(PyreqwestTransport())
        port = SmsChannel(sms, transports[-1], public_url=settings.server.public_url)
        lane = store.writing(outbox.ensure_lane, ChannelName.SMS, sms.sender)
        senders.append(Sender(lane, sms.sender, ChannelName.SMS, port, sms.parts_per_second, sms.in_flight))
    if settings.telegram is not None:
        bot = settings.telegram
        transports.append(PyreqwestTransport())
        name = telegram.lane(telegram.bot_id(bot))
        lane = store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, name)
        chat = TelegramChannel(bot, transports[-1])
        senders.append(Sender(lane, name, ChannelName.TELEGRAM, chat, bot.messages_per_second, bot.in_flight))
    return tuple(senders), tuple(transports)
