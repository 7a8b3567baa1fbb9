"""Texts between Twilio and the handsets: statuses, deliveries, opt-outs, inbound."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

import smsutil

from bot.messages import ChannelName
from bot.simulator.desk import Faults, World, noted_faults
from bot.simulator.families import Family
from bot.simulator.ledger import Accepted, Heard, OptOut, ProviderText, Status, now
from bot.simulator.misbehaviour import Trouble
from bot.simulator.promise import promise
from bot.simulator.reports import Reports, first
from bot.simulator.webhooks import UNREACHED, Answer


@lru_cache(maxsize=4096)
def parts_of(text: str) -> int:
    """Return how many SMS parts a text takes."""
    return max(1, len(smsutil.split(text).parts))


class Carrier:
    """Every text of the account, both ways, and who has stopped whom."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._words: Mapping[str, list[str]] = promise("twilio").table["words"]
        self.by_sid: dict[str, Accepted | Heard] = {}
        self.order: list[Accepted | Heard] = []  #: oldest first
        #: the same by the number that a text went to, and by the one that it came from
        self.to: dict[str, list[Accepted | Heard]] = defaultdict(list)
        self.came_from: dict[str, list[Accepted | Heard]] = defaultdict(list)
        self._stopped: set[tuple[str, str]] = set()
        self._chance = random.Random()  # noqa: S311 - names texts; seeded once by the system

    def forget_all(self) -> None:
        """Start with no texts and no opt-outs."""
        self.by_sid.clear()
        self.order.clear()
        self.to.clear()
        self.came_from.clear()
        self._stopped.clear()

    def has_stopped(self, scope: str, address: str) -> bool:
        """Say whether this phone blocks this sender or messaging service."""
        return (scope, address) in self._stopped

    def accept(
        self,
        *,
        sender: str,
        address: str,
        text: str,
        service: str | None = None,
        callback: str | None = None,
        faults: Faults = (),
        webhook_answer: bool = False,
    ) -> Accepted:
        """Take a text and set it on its way; it is in the ledger when this returns."""
        message = Accepted(
            provider_id=self._sid("SM"),
            channel=ChannelName.SMS,
            sender=sender,
            address=address,
            text=text,
            accepted_at=now(),
            number=next(self._world.numbers),
            parts=parts_of(text),
            service=service,
            status_callback=callback,
            webhook_answer=webhook_answer,
        )
        message.statuses.append(Status("accepted" if service else "queued", message.accepted_at))
        self._world.ledger.accepted.append(message)
        self._remember(message)
        self._world.errands.start(self._carry(message, faults))
        return message

    async def hear(self, family: Family, sender: str | None, text: str, pictures: int = 0) -> None:
        """Take a family's text: act on STOP words as Twilio does, then tell our webhook."""
        account = self._world.account
        number = account.number_of(sender or "") if sender is None or sender.startswith("MG") else sender
        kind = "picture" if pictures else "text"
        sid = self._sid("MM" if pictures else "SM")
        heard = Heard(sid, ChannelName.SMS, kind, number, family.address, now(), text)
        self._world.ledger.heard.append(heard)
        self._remember(heard)
        meaning = self._meaning(text)
        if meaning is not None:
            self._obey(meaning, text.strip(), number, family.address)
        self._world.errands.start(self._tell(heard, meaning, pictures))

    async def press(self, family: Family, message: Accepted, data: str) -> None:
        """Nothing: a text message has no buttons."""

    async def block(self, family: Family, *, blocked: bool) -> None:
        """Nothing: a phone blocks a number without telling anyone."""

    def _sid(self, kind: str) -> str:
        return f"{kind}{self._chance.getrandbits(128):032x}"

    def _remember(self, entry: Accepted | Heard) -> None:
        self.by_sid[entry.provider_id] = entry
        self.order.append(entry)
        ends = (entry.address, entry.sender)
        to, sender = ends if isinstance(entry, Accepted) else reversed(ends)
        self.to[to].append(entry)
        self.came_from[sender].append(entry)

    def _meaning(self, text: str) -> str | None:
        """Return STOP, START or HELP for a text that is one of those words and nothing else."""
        word = text.strip().upper()
        if word in self._words["stop"] or word in self._world.account.stop_words:
            return "STOP"
        if word in self._words["start"]:
            return "START"
        return "HELP" if word in self._words["help"] else None

    def _obey(self, meaning: str, word: str, number: str, address: str) -> None:
        scope = self._world.account.opt_out_scope(number)
        stopped = self.has_stopped(scope, address)
        if (meaning == "STOP" and stopped) or (meaning == "START" and not stopped):
            return
        if meaning != "HELP":
            stops = meaning == "STOP"
            (self._stopped.add if stops else self._stopped.discard)((scope, address))
            self._world.ledger.opt_outs.append(OptOut(ChannelName.SMS, scope, address, word, stops, now()))
        answer = {
            "STOP": "This number will send you nothing more. START brings it back.",
            "START": "This number may write to you again. STOP ends it.",
            "HELP": "STOP ends texts from this number, START brings them back.",
        }[meaning]
        self._world.ledger.provider_texts.append(ProviderText(number, address, answer, now()))

    async def _carry(self, message: Accepted, faults: Faults) -> None:
        """Move a text through its statuses, telling our webhook of each."""
        account = self._world.account
        reports = Reports(self._world, message, faults)
        if message.service is not None:
            reports.status("queued")
        await asyncio.sleep(account.queued_for)
        failing = first(faults, Trouble.FAILED)
        if failing is not None:
            await reports.last("failed", failing.code)
            return
        reports.status("sent")
        await asyncio.sleep(account.sent_for)
        lost = first(faults, Trouble.UNDELIVERED)
        if lost is not None:
            await reports.last("undelivered", lost.code)
            return
        self._world.phones.arrive(message)
        await reports.last("delivered")

    async def _tell(self, heard: Heard, meaning: str | None, pictures: int) -> None:
        account = self._world.account
        if account.inbound_url is None:
            return
        fields = self._inbound_fields(heard, meaning, pictures)
        noted_faults(self._world, "inbound", promise("twilio").faults("inbound", fields), fields)
        pause = account.webhook_pause
        answer = Answer(UNREACHED)
        for turn in range(account.webhook_tries):
            if turn:
                await asyncio.sleep(pause)
            answer = await self._world.webhooks.post_form(account.inbound_url, fields, account.auth_token)
            heard.told.append(answer.status)
            if answer.status != UNREACHED:
                break
        if answer.good and answer.content_type == "text/plain" and answer.text.strip():
            self.accept(sender=heard.sender, address=heard.address, text=answer.text, webhook_answer=True)

    def _inbound_fields(self, heard: Heard, meaning: str | None, pictures: int) -> dict[str, str]:
        account = self._world.account
        service = account.service_of(heard.sender)
        fields = {
            "MessageSid": heard.provider_id,
            "SmsSid": heard.provider_id,
            "SmsMessageSid": heard.provider_id,
            "SmsStatus": "received",
            "AccountSid": account.account_sid,
            "ApiVersion": "2010-04-01",
            "From": heard.address,
            "To": heard.sender,
            "Body": heard.text,
            "NumMedia": str(pictures),
            "NumSegments": str(parts_of(heard.text)),
            "ToCountry": "US",
            "FromCountry": "US",
        }
        fields |= dict.fromkeys(("ToState", "ToCity", "ToZip", "FromState", "FromCity", "FromZip"), "")
        if service is not None:
            fields["MessagingServiceSid"] = service
        if account.advanced_opt_out and meaning is not None:
            fields["OptOutType"] = meaning
        if pictures:
            fields["MediaUrl0"] = f"https://api.twilio.com/2010-04-01/Accounts/{account.account_sid}/Media/0"
            fields["MediaContentType0"] = "image/jpeg"
        return fields
