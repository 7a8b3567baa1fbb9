"""Families read what arrives and answer by their rules."""

from __future__ import annotations

import asyncio

import pytest
from twilio.rest import Client

from bot.messages import ChannelName
from bot.simulator import Family, Fault, Plan, Rule, Say, Simulator, Trouble
from bot.simulator.phones import PhoneError
from tests.simulator.conftest import FAMILY, OURS, OurServer

QUICK = 0.01


async def send(twilio: Client, simulator: Simulator, text: str) -> None:
    await asyncio.to_thread(twilio.messages.create, to=FAMILY, from_=OURS, body=text)
    await simulator.quiet()


def said(ours: OurServer) -> list[str]:
    return [posted.form["Body"] for posted in ours.at("/sms/inbound")]


async def test_the_first_rule_that_fits_answers_and_is_used_up(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    rules = (
        Rule(when="shir|meeting", say="haa", after=QUICK),
        Rule(fits=lambda text: text.endswith("?"), say="2", after=QUICK, times=2),
    )
    simulator.know([Family(FAMILY, rules=rules)])
    for text in ("Shirka ma imanaysaa?", "Shirka ma imanaysaa?", "Ma saxbaa?", "Ma saxbaa?", "Mahadsanid."):
        await send(twilio, simulator, text)
    assert said(ours) == ["haa", "2", "2"]
    assert [(heard.address, heard.sender) for heard in simulator.ledger.heard] == [(FAMILY, OURS)] * 3


async def test_a_family_may_answer_with_several_texts(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    simulator.know([Family(FAMILY, rules=(Rule(say=("1", "mahadsanid"), after=QUICK),))])
    await send(twilio, simulator, "Ma saxbaa?")
    assert said(ours) == ["1", "mahadsanid"]


async def test_a_rule_about_buttons_waits_for_buttons(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    simulator.know([Family(FAMILY, rules=(Rule(buttons=True, say="?"), Rule(press=1)))])
    await send(twilio, simulator, "Hello")
    assert said(ours) == []


async def test_a_text_that_never_arrives_is_never_answered(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    simulator.know([Family(FAMILY, rules=(Rule(say="haa", after=QUICK),))])
    simulator.misbehave(Plan((Fault(Trouble.UNDELIVERED, code="30005", times=1),)))
    await send(twilio, simulator, "one")
    assert said(ours) == []
    await send(twilio, simulator, "two")
    assert said(ours) == ["haa"]


async def test_an_unprompted_text_goes_to_whoever_wrote_last(
    simulator: Simulator, twilio: Client, ours: OurServer
) -> None:
    simulator.know([Family(FAMILY)])
    await asyncio.to_thread(twilio.messages.create, to=FAMILY, from_="+17155550177", body="Hello")
    await simulator.quiet()
    await simulator.say(Say(FAMILY, "who is this?"))
    await simulator.quiet()
    assert ours.at("/sms/inbound")[0].form["To"] == "+17155550177"


async def test_a_phone_without_such_a_button_says_so(simulator: Simulator) -> None:
    with pytest.raises(PhoneError, match="shows no button 3"):
        await simulator.say(Say("715", channel=ChannelName.TELEGRAM, press=3))
