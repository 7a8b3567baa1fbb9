"""Telegram's updates: kept until fetched by polling, or posted to a webhook until it says 2xx."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.simulator.desk import Denied, World, noted_faults
from bot.simulator.ledger import Heard
from bot.simulator.promise import promise
from bot.simulator.webhooks import Answer

LONGEST_PAUSE = 2.0  #: seconds between two tries of a webhook


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are posted."""

    url: str
    secret: str | None
    max_connections: int


@dataclass(frozen=True, slots=True)
class Update:
    """One update and what the ledger says of it."""

    number: int
    payload: dict[str, Any]
    heard: Heard


class Updates:
    """The queue of one bot."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: deque[Update] = deque()
        self._next = 700_000_001
        self._poller: asyncio.Future[str | None] | None = None
        self._posting = False
        self._last_error: tuple[int, str] | None = None
        self._allowed: list[str] = []  #: empty: every kind
        self.webhook: Webhook | None = None

    def forget_all(self) -> None:
        """Lose the queue and the webhook."""
        self.end_poll(None)
        self._waiting.clear()
        self._allowed = []
        self._posting = False
        self.webhook = None

    def add(self, kind: str, content: dict[str, Any], heard: Heard) -> None:
        """Queue an update of this kind, unless we asked not to be told of it."""
        if self._allowed and kind not in self._allowed:
            return
        payload = {"update_id": self._next, kind: content}
        heard.update_id = self._next
        self._waiting.append(Update(self._next, payload, heard))
        self._next += 1
        noted_faults(self._world, "update", promise("telegram").faults("update", payload), payload)
        self.end_poll(None)
        self._start_posting()

    def allow(self, kinds: list[str] | None) -> None:
        """Note which kinds are wanted from now on; None keeps what was said before."""
        if kinds is not None:
            self._allowed = kinds

    async def poll(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Return updates from `offset` on, waiting for one if there is none. Raises `Denied`."""
        if self.webhook is not None:
            raise Denied("webhook_active")
        self.end_poll("two_pollers")
        self._confirm(offset)
        if not self._waiting and seconds > 0:
            verdict = await self._wait(seconds)
            if verdict is not None:
                raise Denied(verdict)
        return [update.payload for update in list(self._waiting)[:limit]]

    def end_poll(self, verdict: str | None) -> None:
        """Let the poll that waits return: with updates, or with the error `verdict`."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(verdict)
        self._poller = None

    def set_webhook(self, webhook: Webhook | None, *, drop: bool) -> None:
        """Post updates there from now on; None goes back to polling."""
        if webhook is not None:
            self.end_poll("webhook_set")
        if drop:
            self._waiting.clear()
        self.webhook = webhook
        self._last_error = None
        self._start_posting()

    def info(self) -> dict[str, Any]:
        """Return WebhookInfo."""
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._waiting),
        }
        if hook is not None:
            info["max_connections"] = hook.max_connections
        if self._allowed:
            info["allowed_updates"] = self._allowed
        if self._last_error is not None:
            info["last_error_date"], info["last_error_message"] = self._last_error
        return info

    def _confirm(self, offset: int) -> None:
        """Forget what came before `offset`; a negative one counts from the end of the queue."""
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
        while offset > 0 and self._waiting and self._waiting[0].number < offset:
            self._waiting.popleft()

    async def _wait(self, seconds: float) -> str | None:
        poller: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._poller = poller
        try:
            return await asyncio.wait_for(poller, min(seconds, promise("telegram").limits["poll_seconds"]))
        except TimeoutError:
            return None
        finally:
            if self._poller is poller:
                self._poller = None

    def _start_posting(self) -> None:
        if self.webhook is not None and self._waiting and not self._posting:
            self._posting = True
            self._world.errands.start(self._post_all())

    async def _post_all(self) -> None:
        pause = self._world.account.webhook_pause
        try:
            while self.webhook is not None and self._waiting:
                update = self._waiting[0]
                answer = await self._world.webhooks.post_json(
                    self.webhook.url, update.payload, self.webhook.secret
                )
                update.heard.told.append(answer.status)
                if answer.good:
                    self._done_with(update)
                    pause = self._world.account.webhook_pause
                    continue
                self._last_error = (int(time.time()), _why(answer))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            self._posting = False

    def _done_with(self, update: Update) -> None:
        if self._waiting and self._waiting[0] is update:
            self._waiting.popleft()


def _why(answer: Answer) -> str:
    if not answer.status:
        return "Connection failed"
    return f"Wrong response from the webhook: {answer.status}"
