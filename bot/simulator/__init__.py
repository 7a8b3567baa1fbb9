"""Twilio and Telegram on your own machine: a provider that keeps a ledger and misbehaves on request.

`Simulator` is the server; `Account` how it is set; `Family` and `Rule` script the phones; `Plan`, `Fault`
and `Trouble` spoil the day. `python -m bot.simulator` runs it as a process of its own, which is then driven
through /_simulator/ (control.py). What both APIs promise stands in promises/, and every request and every
answer is held against it.
"""

from bot.simulator.account import Account
from bot.simulator.control import Say
from bot.simulator.families import Family, Rule
from bot.simulator.ledger import Ledger
from bot.simulator.libretranslate_api import Sentence
from bot.simulator.misbehaviour import Fault, Plan, Trouble
from bot.simulator.server import Simulator

__all__ = ["Account", "Family", "Fault", "Ledger", "Plan", "Rule", "Say", "Sentence", "Simulator", "Trouble"]
