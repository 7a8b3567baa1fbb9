"""Status callbacks of Twilio's: one text's way to the handset, told to our webhook."""

from __future__ import annotations

import asyncio

from bot.simulator.desk import Faults, World, noted_faults
from bot.simulator.ledger import Accepted, Report, Status, now
from bot.simulator.misbehaviour import Fault, Trouble
from bot.simulator.promise import promise
from bot.simulator.webhooks import UNREACHED

DROPPED = -1  #: in place of an answer: a status callback that was never posted


class Reports:
    """The status callbacks of one text, with what the day does to them."""

    def __init__(self, world: World, message: Accepted, faults: Faults) -> None:
        self._world = world
        self._message = message
        self._faults = faults
        self._held: list[Status] = []

    def status(self, name: str) -> None:
        """Note a status on the way and tell it, or keep it back for later."""
        status = Status(name, now())
        self._message.statuses.append(status)
        if first(self._faults, Trouble.REPORT_DISORDER) is not None:
            self._held.append(status)
        else:
            self._world.errands.start(self._post(status))

    async def last(self, name: str, code: str | None = None) -> None:
        """Note the final status and tell it, then whatever was kept back."""
        status = Status(name, now(), code)
        self._message.statuses.append(status)
        await self._post(status)
        for earlier in self._held:
            await self._post(earlier)

    async def _post(self, status: Status) -> None:
        url = self._message.status_callback
        if url is None:
            return
        if first(self._faults, Trouble.REPORT_LOST) is not None:
            self._note(status, DROPPED)
            return
        late = first(self._faults, Trouble.REPORT_LATE)
        if late is not None:
            await asyncio.sleep(late.seconds)
        twice = first(self._faults, Trouble.REPORT_TWICE) is not None
        for _ in range(2 if twice else 1):
            await self._post_once(url, status)

    async def _post_once(self, url: str, status: Status) -> None:
        account = self._world.account
        fields = self._fields(status)
        noted_faults(
            self._world, "status callback", promise("twilio").faults("status_callback", fields), fields
        )
        for turn in range(account.webhook_tries):
            if turn:
                await asyncio.sleep(account.webhook_pause)
            answer = await self._world.webhooks.post_form(url, fields, account.auth_token)
            self._note(status, answer.status)
            if answer.status != UNREACHED:
                return

    def _fields(self, status: Status) -> dict[str, str]:
        message = self._message
        fields = {
            "MessageSid": message.provider_id,
            "SmsSid": message.provider_id,
            "MessageStatus": status.status,
            "SmsStatus": status.status,
            "To": message.address,
            "From": message.sender,
            "AccountSid": self._world.account.account_sid,
            "ApiVersion": "2010-04-01",
        }
        if message.service is not None:
            fields["MessagingServiceSid"] = message.service
        if status.code is not None:
            fields["ErrorCode"] = status.code
        if status.status in {"delivered", "undelivered"}:
            fields["RawDlrDoneDate"] = status.at.strftime("%y%m%d%H%M")
        return fields

    def _note(self, status: Status, answer: int) -> None:
        self._world.ledger.reports.append(Report(self._message.provider_id, status.status, now(), answer))


def first(faults: Faults, trouble: Trouble) -> Fault | None:
    """Return the fault that makes this trouble, or None."""
    return next((fault for fault in faults if fault.trouble is trouble), None)
