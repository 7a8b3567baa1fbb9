"""Two doors on one address: providers post to the webhooks, people look at the console."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.web.webhooks import Receive, Scope, Send

Application = Callable[[Any, Any, Any], Awaitable[None]]

#: what belongs to the webhooks, which stay a bare ASGI application: they are the hot path
_PROVIDERS: Final = ("/sms/", "/telegram/", "/health")


@dataclass(frozen=True, slots=True)
class Doors:
    """The whole ASGI application."""

    webhooks: Application
    console: Application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            return
        provider = scope["path"].startswith(_PROVIDERS)
        await (self.webhooks if provider else self.console)(scope, receive, send)
