"""The composition root: settings in, App out. The only module that names concrete classes."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot import hours
from bot.app import App, Sender
from bot.channels.transport import PyreqwestTransport
from bot.channels.wire import WireTransport
from bot.messages import ChannelName
from bot.ports import Translator, Transport
from bot.settings import Settings, Sms, Telegram, Translation, load
from bot.store import outbox
from bot.store.store import Store


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
        translator=_translator(settings.translation, engines),
        second_translator=_second_translator(settings.translation, engines),
        transports=(*transports, engines),
    )


def at_rest() -> None:
    """Leave what was made at the start out of every later garbage collection; call it once all is up.

    Half a million objects (templates, catalogs, tables, routes) were otherwise gone through again and
    again while pages are drawn and texts are sent.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _senders(settings: Settings, store: Store) -> tuple[tuple[Sender, ...], tuple[Transport, ...]]:
    senders: list[Sender] = []
    transports: list[Transport] = []
    if settings.sms is not None and settings.server.public_url is not None:
        transports.append(WireTransport())
        senders.append(_sms(settings.sms, settings.server.public_url, transports[-1], store))
    if settings.telegram is not None:
        transports.append(WireTransport())
        senders.append(_telegram(settings.telegram, transports[-1], store))
    return tuple(senders), tuple(transports)


# What a school has not set up is not imported either: after a crash, sending begins again that much sooner.


def _sms(sms: Sms, public_url: str, transport: Transport, store: Store) -> Sender:
    from bot.channels.sms import SmsChannel
    from bot.channels.twilio_lists import SmsLists

    port = SmsChannel(sms, transport, public_url=public_url)
    lane = store.writing(outbox.ensure_lane, ChannelName.SMS, sms.sender)
    return Sender(
        lane,
        sms.sender,
        ChannelName.SMS,
        port,
        sms.parts_per_second,
        sms.in_flight,
        hours.day_limit(sms),
        SmsLists(sms, transport),
    )


def _telegram(bot: Telegram, transport: Transport, store: Store) -> Sender:
    from bot.channels import telegram

    name = telegram.lane(telegram.bot_id(bot))
    lane = store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, name)
    port = telegram.TelegramChannel(bot, transport)
    return Sender(lane, name, ChannelName.TELEGRAM, port, bot.messages_per_second, bot.in_flight)


def _translator(translation: Translation, transport: Transport) -> Translator | None:
    if translation.engine == "none":
        return None
    from bot.translation.engines import engine_for

    return engine_for(translation, transport)


def _second_translator(translation: Translation, transport: Transport) -> Translator | None:
    if translation.second_url is None:
        return None
    from bot.translation.engines import second_engine_for

    return second_engine_for(translation, transport)
