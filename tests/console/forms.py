"""The fields of a form on a page, as a browser without scripts would send them back."""

from __future__ import annotations

from html.parser import HTMLParser

Fields = dict[str, list[str]]


def fields(page: str, action: str) -> Fields:
    """Read the form that posts to `action`; buttons are left out. Fails if there is none."""
    reader = _Reader(action)
    reader.feed(page)
    assert reader.found, f"no form for {action}"
    return reader.fields


class _Reader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: Fields = {}
        self.found = False
        self._action = action
        self._inside = False
        self._area: str | None = None
        self._words = ""
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self._action
            self.found = self.found or self._inside
        if not self._inside:
            return
        match tag:
            case "input" if given.get("type") not in {"radio", "checkbox"} or "checked" in given:
                self._put(given.get("name"), given.get("value", "on"))
            case "textarea":
                self._area, self._words = given.get("name"), ""
            case "select":
                self._select, self._options = given.get("name"), []
            case "option":
                self._options.append((given.get("value", ""), "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._inside = False
            case "textarea" if self._area:
                self._put(self._area, self._words.removeprefix("\n"))
                self._area = None
            case "select" if self._select:
                chosen = [value for value, on in self._options if on] or [self._options[0][0]]
                self._put(self._select, chosen[0])
                self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._words += data

    def _put(self, name: str | None, value: str) -> None:
        if name:
            self.fields.setdefault(name, []).append(value)
