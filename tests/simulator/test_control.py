"""Another process drives the simulator over HTTP: everything that Python can do, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth

from bot.simulator import Simulator
from tests.simulator.conftest import CHAT, FAMILY, OURS, OurServer


async def post(http: ClientSession, path: str, body: Any, status: int = 200) -> Any:
    async with http.post(f"/_simulator/{path}", json=body) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def ledger(http: ClientSession, **query: Any) -> dict[str, Any]:
    async with http.get("/_simulator/ledger", params=query) as response:
        assert response.status == 200, await response.text()
        view: dict[str, Any] = await response.json()
        return view


async def text(http: ClientSession, simulator: Simulator, body: str, to: str = FAMILY) -> int:
    account = simulator.account
    async with http.post(
        f"/2010-04-01/Accounts/{account.account_sid}/Messages.json",
        data={"To": to, "From": OURS, "Body": body},
        headers={"Authorization": encode_basic_auth(account.account_sid, account.auth_token)},
    ) as response:
        return response.status


async def test_families_and_faults_are_told_as_json_and_the_ledger_read(
    simulator: Simulator, http: ClientSession, ours: OurServer
) -> None:
    rules = [{"when": "bus", "say": ["haa", "mahadsanid"], "after": 0.01}]
    await post(http, "families", [{"address": FAMILY, "rules": rules, "name": "Hodan"}])
    fault = {"trouble": "refuse", "code": "21614", "addresses": ["+17155550198"]}
    await post(http, "misbehaviour", {"faults": [fault], "seed": 3})
    assert await text(http, simulator, "The bus is late.") == 201
    assert await text(http, simulator, "The bus is late.", to="+17155550198") == 400
    await simulator.quiet()
    view = await ledger(http)
    assert [entry["text"] for entry in view["accepted"]] == ["The bus is late."]
    assert [entry["status"] for entry in view["accepted"][0]["statuses"]] == ["queued", "sent", "delivered"]
    assert [entry["code"] for entry in view["refused"]] == ["21614"]
    assert [entry["text"] for entry in view["heard"]] == ["haa", "mahadsanid"]
    assert [entry["told"] for entry in view["heard"]] == [[200], [200]]


async def test_the_ledger_is_filtered(simulator: Simulator, http: ClientSession) -> None:
    await text(http, simulator, "one")
    await text(http, simulator, "two", to="+17155550143")
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    assert len((await ledger(http, address=FAMILY))["accepted"]) == 1
    assert len((await ledger(http, channel="sms", sender=OURS))["accepted"]) == 2
    assert (await ledger(http, channel="telegram"))["accepted"] == []
    assert (await ledger(http, since=later))["accepted"] == []
    assert list(await ledger(http, only="refused")) == ["refused"]


async def test_telegram_families_start_write_press_and_block_by_request(
    simulator: Simulator, http: ClientSession
) -> None:
    await post(http, "say", {"address": CHAT, "start": "code"})
    send = f"/bot{simulator.account.bot_token}/sendMessage"
    markup = {"inline_keyboard": [[{"text": "Haa", "callback_data": "1"}]]}
    async with http.post(send, json={"chat_id": CHAT, "text": "Right?", "reply_markup": markup}) as response:
        assert response.status == 200
    await post(http, "say", {"address": CHAT, "channel": "telegram", "press": 1})
    await post(http, "say", {"address": CHAT, "channel": "telegram", "text": "haa"})
    await post(http, "say", {"address": CHAT, "channel": "telegram", "block": True})
    assert [entry["kind"] for entry in (await ledger(http))["heard"]] == ["start", "press", "text", "block"]


async def test_settings_change_and_reset_forgets_all_but_them(
    simulator: Simulator, http: ClientSession, ours: OurServer
) -> None:
    await post(http, "settings", {"inbound_url": f"{ours.url}/elsewhere", "auth_token": "another-token"})
    await text(http, simulator, "one")
    await post(http, "say", {"address": FAMILY, "text": "STOP", "sender": OURS})
    assert await text(http, simulator, "two") == 400
    await simulator.quiet()
    assert len(ours.at("/elsewhere")) == 1
    await post(http, "reset", None)
    assert all(entries == [] for entries in (await ledger(http)).values())
    assert await text(http, simulator, "three") == 201
    async with http.get("/_simulator/settings") as response:
        assert (await response.json())["auth_token"] == "another-token"


async def test_health_says_how_much_there_is(simulator: Simulator, http: ClientSession) -> None:
    await text(http, simulator, "one")
    await simulator.quiet()
    async with http.get("/_simulator/health") as response:
        health = await response.json()
    assert (health["ok"], health["busy"], health["accepted"]) == (True, 0, 1)


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("families", [{"adress": FAMILY}], "adress"),
        ("misbehaviour", {"faults": [{"trouble": "rain"}]}, "faults.0.trouble"),
        ("settings", {"colour": "red"}, "colour"),
        ("say", {"address": CHAT, "channel": "telegram", "press": 1}, "shows no button 1"),
        ("settings", "nothing", "takes JSON"),
    ],
)
async def test_a_wrong_wish_gets_a_sentence(http: ClientSession, path: str, body: Any, words: str) -> None:
    answer = await post(http, path, body, status=400)
    assert words in answer["error"]


@pytest.mark.parametrize("since", ["yesterday", "2026-11-17T10:00:00"])
async def test_a_moment_must_be_one(http: ClientSession, since: str) -> None:
    async with http.get("/_simulator/ledger", params={"since": since}) as response:
        assert response.status == 400
        assert since in (await response.json())["error"]
