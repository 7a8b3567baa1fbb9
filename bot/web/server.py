"""An ASGI application on uvicorn, inside our own loop, leaving signals to us.

Uvicorn's own server takes SIGINT and SIGTERM and raises them again when it is done, which ends the
process before anything else can clean up.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from bot.errors import SettingsError

#: seconds that requests in progress get to finish when we stop
GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers, saying when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.serving.set()


class WebServer:
    """Serves one application on one address, from `start` until `stop`."""

    def __init__(self, application: Any, host: str, port: int) -> None:
        self._application = application
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> tuple[str, int]:
        """Listen, and return the address; port 0 takes any that is free. Raises `SettingsError`."""
        listener = self._bind()
        config = uvicorn.Config(
            self._application,
            interface="asgi3",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,  # uvicorn's would print a line a request, with numbers in it
            access_log=False,
            server_header=False,
            proxy_headers=False,  # nothing of ours asks who is calling; signatures prove it
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve([listener]), name="web server")
        await self._until_serving(self._server, self._task)
        host, port = listener.getsockname()[:2]
        return host, port

    @staticmethod
    async def _until_serving(server: _Server, task: asyncio.Task[None]) -> None:
        serving = asyncio.ensure_future(server.serving.wait())
        await asyncio.wait({serving, task}, return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            serving.cancel()
            task.result()

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family, backlog=2048)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise SettingsError(
                f"Homeloop cannot listen on {self._host}, port {self._port}: {why}. "
                "Stop the other program there, or change server.host and server.port in config.toml."
            ) from None

    async def stop(self) -> None:
        """Finish requests in progress and close the address; does nothing if it never started."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._server = self._task = None
