"""Style sheets, scripts and pictures, read once and named by their content so that browsers keep them."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bot.web.access import OPEN

_SERVED = (".css", ".js", ".svg", ".png", ".ico", ".webmanifest")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it goes over the wire."""

    body: bytes
    packed: bytes  #: gzip
    kind: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Return every file under bot/web/static by its path there ("vendor/htmx.min.js")."""
    return dict(_walk(files("bot.web") / "static", ""))


def _walk(folder: Traversable, path: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for one in folder.iterdir():
        if one.is_dir():
            found += _walk(one, f"{path}{one.name}/")
        elif one.name.endswith(_SERVED):
            found.append((path + one.name, _asset(one.name, one.read_bytes())))
    return found


def _asset(name: str, body: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    version = hashlib.sha256(body).hexdigest()[:12]
    return Asset(body, gzip.compress(body, 9, mtime=0), kind, version)


def address(name: str) -> str:
    """Return where a file is served; a changed file has another address. Raises KeyError."""
    return f"/static/{assets()[name].version}/{name}"


@get("/static/{version:str}/{name:path}", opt=OPEN)
async def static(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Serve one file, for good: its address changes with its content."""
    one = assets().get(name.lstrip("/"))
    if one is None or one.version != version:
        raise NotFoundException
    return Response(
        one.packed,
        media_type=one.kind,
        headers={"cache-control": "public, max-age=31536000, immutable", "content-encoding": "gzip"},
    )


HANDLERS = [static]
