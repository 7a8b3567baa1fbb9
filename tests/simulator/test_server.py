"""The server as a guest in somebody's event loop: it comes and goes without a trace."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aiohttp import ClientSession, encode_basic_auth

from bot.messages import ChannelName
from bot.simulator import Account, Family, Simulator
from tests.simulator.conftest import CHAT, FAMILY, OURS, until


async def test_stopping_leaves_nothing_behind_however_much_was_under_way() -> None:
    simulator = Simulator(replace(Account(), queued_for=60.0, inbound_url="http://127.0.0.1:1/nobody"))
    account = simulator.account
    async with ClientSession(await simulator.start()) as http:
        poll = asyncio.create_task(http.get(f"/bot{account.bot_token}/getUpdates?timeout=50"))
        await until(lambda: simulator._updates._poller)
        texts = f"/2010-04-01/Accounts/{account.account_sid}/Messages.json"
        fields = {"To": FAMILY, "From": OURS, "Body": "Hello"}
        headers = {"Authorization": encode_basic_auth(account.account_sid, account.auth_token)}
        async with http.post(texts, data=fields, headers=headers) as response:
            assert response.status == 201
        assert simulator.busy == 1
        await asyncio.wait_for(simulator.stop(), 3)
        async with await poll as answer:
            assert (await answer.json()) == {"ok": True, "result": []}
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_simulator_can_be_started_again_where_it_was() -> None:
    simulator = Simulator()
    address = await simulator.start()
    simulator.know([Family(CHAT, ChannelName.TELEGRAM, started=True)])
    await simulator.stop()
    assert await simulator.start(port=int(address.rpartition(":")[2])) == address
    assert simulator.phones.family(ChannelName.TELEGRAM, CHAT) is not None
    await simulator.stop()


async def test_ten_score_of_texts_at_once_are_each_accepted_once(
    simulator: Simulator, http: ClientSession
) -> None:
    account = simulator.account
    simulator.know(Family(str(chat), ChannelName.TELEGRAM, started=True) for chat in range(1, 201))
    send = f"/bot{account.bot_token}/sendMessage"

    async def one(chat: int) -> int:
        async with http.post(send, json={"chat_id": chat, "text": f"text {chat}"}) as response:
            answer = await response.json()
            number: int = answer["result"]["message_id"]
            return number

    numbers = await asyncio.gather(*(one(chat) for chat in range(1, 201)))
    assert len(set(numbers)) == 200
    assert sorted(int(entry.address) for entry in simulator.ledger.accepted) == list(range(1, 201))
    assert [entry.number for entry in simulator.ledger.accepted] == list(range(1, 201))
