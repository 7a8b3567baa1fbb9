"""A school's day on your own machine: a fictional district, simulated providers, the real program.

Everything between the roster file and the phones is what `homeloop run` does with real providers: the
import, approval, release, both SDKs over HTTP, webhooks, conversations, the console. Only the phones are not
real, and the liaison, whose read-backs come from script.toml. `Demo` plays the day; `pages` are what a
newcomer sees of it.
"""

from bot.demo.config import Place, place_of
from bot.demo.day import PEOPLE, REHEARSING, Demo, Manner

__all__ = ["PEOPLE", "REHEARSING", "Demo", "Manner", "Place", "place_of"]
