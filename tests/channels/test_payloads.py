"""Both adapters run over the providers' payloads in tests/payloads, one table each."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest

from bot import errors
from bot.channels.sms import SmsChannel
from bot.channels.sms_webhook import SmsWebhook
from bot.channels.telegram import TelegramChannel, parse_update
from bot.errors import SendError, Throttled
from bot.messages import ChannelName, Inbound, Outbound, Receipt, Response, StatusReport
from bot.ports import Channel
from bot.settings import Settings
from tests.channels.twilio_signature import signed
from tests.fakes import FakeTransport

PAYLOADS = Path(__file__).parent.parent / "payloads"
PUBLIC = "https://homeloop.example"

Row = Mapping[str, Any]


def table(provider: str, *kinds: str) -> list[Any]:
    expected = tomllib.loads((PAYLOADS / provider / "expected.toml").read_text(encoding="utf-8"))
    return [
        pytest.param(PAYLOADS / provider / name, row, id=name)
        for name, row in expected.items()
        if name.startswith(kinds)
    ]


@pytest.mark.parametrize("provider", ["sms", "telegram"])
def test_every_payload_is_expected_to_be_something(provider: str) -> None:
    expected = tomllib.loads((PAYLOADS / provider / "expected.toml").read_text(encoding="utf-8"))
    assert {file.name for file in (PAYLOADS / provider).iterdir()} - {"expected.toml"} == set(expected)


@pytest.mark.parametrize(("file", "row"), table("sms", "inbound-"))
def test_what_a_family_texts(file: Path, row: Row, settings: Settings) -> None:
    assert settings.sms
    body = file.read_bytes()
    form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    url = f"{PUBLIC}/sms/inbound"
    token = settings.sms.auth_token.get_secret_value()
    request = signed(token, url, form, body=body)
    webhook = SmsWebhook(settings.sms)
    if "error" in row:
        with pytest.raises(getattr(errors, row["error"])):
            webhook.parse_inbound(request)
        return
    assert webhook.parse_inbound(request) == Inbound(
        channel=ChannelName.SMS,
        provider_id=form["MessageSid"],
        lane=settings.sms.sender,
        address="+17155550142",
        **row,
    )


@pytest.mark.parametrize(("file", "row"), table("sms", "status-"))
def test_what_became_of_a_text(file: Path, row: Row, settings: Settings) -> None:
    assert settings.sms
    form = dict(parse_qsl(file.read_text()))
    url = f"{PUBLIC}/sms/status?attempt=a-17"
    request = signed(settings.sms.auth_token.get_secret_value(), url, form)
    webhook = SmsWebhook(settings.sms)
    if "error" in row:
        with pytest.raises(getattr(errors, row["error"])):
            webhook.parse_status(request)
        return
    assert webhook.parse_status(request) == StatusReport(
        channel=ChannelName.SMS, provider_id=form["MessageSid"], attempt="a-17", raw=form, **row
    )


@pytest.mark.parametrize(("file", "row"), table("telegram", "update-"))
def test_what_a_family_does_in_telegram(file: Path, row: Row) -> None:
    body = file.read_bytes()
    if "error" in row:
        with pytest.raises(getattr(errors, row["error"])):
            parse_update(body, "7155")
        return
    sender = {"name": "Faadumo Warsame", "language_hint": "so"}
    expected = Inbound(
        **{
            "channel": ChannelName.TELEGRAM,
            "provider_id": f"7155:{json.loads(body)['update_id']}",
            "lane": "bot:7155",
            "address": "715550142",
            **({} if row.get("private") is False else sender),
            **{key: value for key, value in row.items() if key != "nothing"},
        }
    )
    wanted = [] if row.get("nothing") else [expected]
    assert parse_update(body, "7155") == wanted
    assert parse_update(json.loads(body), "7155") == wanted


@pytest.mark.parametrize(("file", "row"), table("sms", "answer-", "error-"))
async def test_what_twilio_answers_to_a_text(file: Path, row: Row, settings: Settings) -> None:
    assert settings.sms
    transport = FakeTransport.playing(_answer(file, row))
    channel = SmsChannel(settings.sms, transport, public_url=PUBLIC)
    await _send_and_check(channel, "+17155550142", row)
    assert len(transport.requests) == 1


@pytest.mark.parametrize(("file", "row"), table("telegram", "answer-", "error-"))
async def test_what_telegram_answers_to_a_text(file: Path, row: Row, settings: Settings) -> None:
    assert settings.telegram
    transport = FakeTransport.playing(_answer(file, row))
    await _send_and_check(TelegramChannel(settings.telegram, transport), "715550142", row)
    assert len(transport.requests) == 1


def _answer(file: Path, row: Row) -> Response:
    return Response(row["http"], row.get("headers", {}), file.read_bytes())


async def _send_and_check(channel: Channel, address: str, row: Row) -> None:
    message = Outbound("a-17", address, "Lincoln School is CLOSED today.")
    if "error" not in row:
        assert await channel.send(message) == Receipt(row["provider_id"])
        return
    with pytest.raises(SendError) as caught:
        await channel.send(message)
    assert type(caught.value) is getattr(errors, row["error"])
    assert caught.value.code == row.get("code")
    if isinstance(caught.value, Throttled):
        assert caught.value.wait == row["wait"]
