"""The families' end of the line: what arrives is read, and answered by rule."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.errors import Complaint
from bot.messages import ChannelName
from bot.simulator.families import Family, Rule, chosen
from bot.simulator.ledger import Accepted


class PhoneError(Complaint):
    """A family was asked to do what its phone cannot do."""


class Line(Protocol):
    """How a family's phone reaches us on one channel."""

    async def hear(self, family: Family, sender: str | None, text: str, pictures: int = 0) -> None:
        """Carry a family's text, or picture, to us."""

    async def press(self, family: Family, message: Accepted, data: str) -> None:
        """Carry a pressed button to us."""

    async def block(self, family: Family, *, blocked: bool) -> None:
        """Block or unblock us, where the channel knows such a thing."""


class Errands:
    """Work in the background that ends with the simulator."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def stop(self) -> None:
        """Cancel what is running and wait until it is gone."""
        while self._tasks:
            waiting = tuple(self._tasks)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def done(self) -> None:
        """Wait until nothing is running, what the running ones start included."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def __len__(self) -> int:
        return len(self._tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "the simulator's own work failed", "exception": task.exception(), "task": task}
            )


@dataclass(slots=True)
class Phone:
    """One family's phone: its rules' counters and the texts it shows."""

    family: Family
    used: list[int]
    inbox: list[Accepted] = field(default_factory=list)

    def rule_for(self, message: Accepted) -> Rule | None:
        """Take the first rule that fits and is not used up."""
        for number, rule in enumerate(self.family.rules):
            if self.used[number] < rule.times and rule.answers(message.text, message.buttons):
                self.used[number] += 1
                return rule
        return None


class Phones:
    """All families' phones, by channel and address."""

    def __init__(self, errands: Errands) -> None:
        self.lines: dict[ChannelName, Line] = {}
        self._errands = errands
        self._phones: dict[tuple[ChannelName, str], Phone] = {}

    def know(self, family: Family) -> None:
        """Put a family behind its address; a family already there is replaced."""
        self._phones[family.channel, family.address] = Phone(family, [0] * len(family.rules))

    def forget_all(self) -> None:
        """Leave no family behind."""
        self._phones.clear()

    def family(self, channel: ChannelName, address: str) -> Family | None:
        """Return who is behind an address."""
        phone = self._phones.get((channel, address))
        return phone.family if phone else None

    def arrive(self, message: Accepted) -> None:
        """Show a text of ours on its phone and let the family answer in its own time."""
        phone = self._phones.get((message.channel, message.address))
        if phone is None:
            return
        phone.inbox.append(message)
        rule = phone.rule_for(message)
        if rule is not None:
            self._errands.start(self._answer(phone, rule, message))

    async def say(
        self,
        address: str,
        text: str,
        *,
        channel: ChannelName = ChannelName.SMS,
        sender: str | None = None,
        pictures: int = 0,
    ) -> None:
        """Let a family write unprompted, to `sender` or to whoever wrote to it last."""
        phone = self._phone(channel, address)
        if sender is None and phone.inbox:
            sender = phone.inbox[-1].sender
        await self.lines[channel].hear(phone.family, sender, text, pictures)

    async def press(
        self, address: str, button: int | str, *, channel: ChannelName = ChannelName.TELEGRAM
    ) -> None:
        """Let a family press a button of the newest text that has that button. Raises `PhoneError`."""
        phone = self._phone(channel, address)
        for message in reversed(phone.inbox):
            if chosen(message.buttons, button) is not None:
                await self._press(phone.family, message, button)
                return
        raise PhoneError(f"The phone {address} shows no button {button!r}; let us send it a keyboard first.")

    async def block(self, address: str, *, blocked: bool = True) -> None:
        """Let a Telegram family block the bot, or unblock it."""
        phone = self._phone(ChannelName.TELEGRAM, address)
        await self.lines[ChannelName.TELEGRAM].block(phone.family, blocked=blocked)

    def _phone(self, channel: ChannelName, address: str) -> Phone:
        if (channel, address) not in self._phones:
            self.know(Family(address, channel))
        return self._phones[channel, address]

    async def _answer(self, phone: Phone, rule: Rule, message: Accepted) -> None:
        line = self.lines[message.channel]
        for text in rule.texts:
            await asyncio.sleep(rule.after)
            await line.hear(phone.family, message.sender, text)
        if rule.press is not None:
            await asyncio.sleep(rule.after)
            await self._press(phone.family, message, rule.press)
        if rule.block:
            await line.block(phone.family, blocked=True)

    async def _press(self, family: Family, message: Accepted, button: int | str) -> None:
        found = chosen(message.buttons, button)
        if found is None:
            return  # the keyboard was taken away in the meantime: there is nothing to press
        label, data = found
        line = self.lines[message.channel]
        if data is None:
            await line.hear(family, message.sender, label)
        else:
            await line.press(family, message, data)
