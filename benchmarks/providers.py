"""The providers that are sent to: nginx answering from its configuration, and two that behave.

nginx is the one for speed, since one written in Python is the bottleneck long before a sender is. `serve`
is for what nginx cannot do: an answer that takes its time, or a limit that is enforced.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop

from bot.simulator.misbehaviour import Bucket

#: the core of the provider; the sender has the other
CORE: Final = max(os.sched_getaffinity(0))

_TWILIO: Final = {
    "account_sid": "AC" + "0" * 32, "api_version": "2010-04-01", "body": "Lincoln School is closed today.",
    "date_created": "Tue, 17 Nov 2026 16:00:05 +0000", "date_sent": None, "direction": "outbound-api",
    "date_updated": "Tue, 17 Nov 2026 16:00:05 +0000", "error_code": None, "error_message": None,
    "from": "+17155550100", "messaging_service_sid": None, "num_media": "0", "num_segments": "1",
    "price": None, "price_unit": "USD", "sid": "SM$request_id", "status": "queued", "to": "+17155550142",
    "uri": "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/SM$request_id.json",
}  # fmt: skip
_BOT: Final = {"id": 7155, "is_bot": True, "first_name": "Lincoln School", "username": "lincoln_bot"}
_TELEGRAM: Final = {
    "ok": True,
    "result": {
        "message_id": 7155, "date": 1795000000, "text": "Lincoln School is closed today.",
        "from": _BOT,
        "chat": {"id": 715555, "first_name": "A", "type": "private"},
    },
}  # fmt: skip

_ACCEPTED: Final = json.dumps(_TWILIO)

_NGINX: Final = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_timeout 75s; tcp_nodelay on;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ default_type application/json; return 201 '{twilio}'; }}
        location /bot {{ default_type application/json; return 200 '{telegram}'; }}
        location ~ /getMe$ {{ default_type application/json; return 200 '{me}'; }}
        location /status {{ stub_status; }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Provider:
    """One that is running."""

    port: int

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def accepted(self) -> int:
        """Ask nginx how many requests it has read by now."""
        return int(self._read("status").split(b"requests\n")[1].split()[2])

    def counts(self) -> dict[str, float]:
        """Ask a provider of `serve` what it has seen."""
        found: dict[str, float] = json.loads(self._read("counts"))
        return found

    def _read(self, page: str) -> bytes:
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        caller.request("GET", f"/{page}")
        body = caller.getresponse().read()
        caller.close()
        return body


def nginx_version() -> str | None:
    """Name the nginx of this machine; None if there is none."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        return None
    said = subprocess.run([found, "-v"], capture_output=True, text=True, check=True).stderr  # noqa: S603
    return said.strip().rpartition("/")[2]


@contextmanager
def nginx(folder: Path) -> Iterator[Provider]:
    """Run nginx on the provider's core until the block ends."""
    provider = Provider(free_port())
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _NGINX.format(
            folder=folder,
            port=provider.port,
            twilio=json.dumps(_TWILIO),
            telegram=json.dumps(_TELEGRAM),
            me=json.dumps({"ok": True, "result": _BOT}),
        )
    )
    command = [shutil.which("nginx") or "/usr/sbin/nginx", "-e", "stderr", "-c", str(configuration)]
    with running(command, CORE):
        listening(provider.port)
        yield provider


@contextmanager
def served(*, delay: float = 0.0, per_second: float | None = None) -> Iterator[Provider]:
    """Run a provider that answers after `delay` seconds, or enforces a limit in parts a second."""
    provider = Provider(free_port())
    options = [str(provider.port), str(delay), str(per_second or 0)]
    with running([sys.executable, "-m", "benchmarks.providers", *options], CORE):
        listening(provider.port)
        yield provider


@contextmanager
def running(command: list[str], core: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program on one core, and end it with the block."""
    process = subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def listening(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


class Served(asyncio.Protocol):
    """One connection to a provider that takes its time or keeps its limit. Knows POST and GET /counts."""

    accepted = throttled = 0
    first = last = 0.0

    def __init__(self, delay: float, bucket: Bucket | None) -> None:
        self._delay = delay
        self._bucket = bucket
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        seen = type(self)
        if head.startswith(b"get"):
            kept = {"accepted": seen.accepted, "throttled": seen.throttled}
            self._write(200, json.dumps(kept | {"first": seen.first, "last": seen.last}))
            return
        now = time.monotonic()
        if self._bucket is not None and self._bucket.take(1, now) > 0:
            seen.throttled += 1
            self._write(429, '{"code": 20429}')
            return
        seen.accepted += 1
        seen.first, seen.last = seen.first or now, now
        body = _ACCEPTED.replace("$request_id", f"{seen.accepted:032x}")
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._write, 201, body)
        else:
            self._write(201, body)

    def _write(self, status: int, body: str) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write((head + body).encode())


async def serve(port: int, delay: float, per_second: float) -> None:
    """Serve until killed."""
    bucket = Bucket(per_second) if per_second else None
    server = await asyncio.get_running_loop().create_server(
        lambda: Served(delay, bucket), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
