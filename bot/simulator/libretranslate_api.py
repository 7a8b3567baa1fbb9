"""LibreTranslate as far as Homeloop uses it, with an engine that knows only the sentences it was taught."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.simulator.desk import reply


@dataclass(frozen=True, slots=True)
class Sentence:
    """One text and what the engine makes of it; the codes are LibreTranslate's."""

    source: str
    target: str
    text: str
    said: str
    unreachable: bool = False  #: the connection breaks whenever this is asked


@dataclass
class LibreTranslateApi:
    """POST /translate (docs.libretranslate.com); what it does not know it refuses with 400."""

    asked: list[str] = field(default_factory=list)  #: every text, in order
    lines: list[str] = field(default_factory=list)  #: path and query of every request
    _known: dict[tuple[str, str, str], Sentence] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Return what the server must route here."""
        return [web.post("/translate", self._translate)]

    def teach(self, sentences: Iterable[Sentence]) -> None:
        """Let it know more; what it knew of the same text is replaced."""
        self._known |= {(one.source, one.target, _levelled(one.text)): one for one in sentences}

    def forget_all(self) -> None:
        """Forget every sentence and question."""
        self.asked.clear()
        self.lines.clear()
        self._known.clear()

    async def _translate(self, request: web.Request) -> web.StreamResponse:
        body: dict[str, Any] = await request.json()
        text = str(body.get("q", ""))
        self.asked.append(text)
        self.lines.append(request.path_qs)
        found = self._known.get((str(body.get("source")), str(body.get("target")), _levelled(text)))
        if found is None:
            return reply(400, {"error": "This engine was not taught this text."})
        if found.unreachable:
            assert request.transport is not None
            request.transport.abort()
        return reply(200, {"translatedText": found.said})


def _levelled(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
