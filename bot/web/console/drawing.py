"""The templates, and what every one of them may use."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot import languages
from bot.web.console import forgery
from bot.web.console.assets import address
from bot.web.console.badges import badge_of
from bot.web.console.wording import catalog

#: whose page is being drawn
_LOOKING: ContextVar[Any] = ContextVar("visit")
#: what every form of that page carries: masked anew for each page, the same in all its forms
_PROOF: ContextVar[Markup | None] = ContextVar("proof", default=None)


class _Visit:
    """What templates call `visit`, for those that are imported: an import with its own context is built
    anew for every page, one without is built once.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(_LOOKING.get(), name)


def _translate(text: str, /, **values: Any) -> Markup:
    said = _marked(_LOOKING.get().wording.language, text)
    return said % values if values or "%" in said else said


def _translate_many(one: str, many: str, number: int, /, **values: Any) -> Markup:
    said = Markup(_LOOKING.get().wording.catalog.ngettext(one, many, number))  # noqa: S704
    return said % {"num": number, **values}


@lru_cache(maxsize=8192)
def _marked(tag: str, text: str) -> Markup:
    """Return a sentence of a catalog; our own sentences are trusted, what is filled in is escaped."""
    return Markup(catalog(tag).gettext(text))  # noqa: S704


@cache
def templates() -> Environment:
    """Return the environment: autoescape on, an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("bot.web", "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.globals |= {"_": _translate, "gettext": _translate, "ngettext": _translate_many}
    made.globals |= {"csrf": _csrf, "static": address, "may": _may, "badge_of": badge_of, "visit": _Visit()}
    made.filters |= {
        name: _with_wording(name)
        for name in ("day", "clock", "moment", "number", "percent", "said", "language_name")
    }
    made.filters |= {"language": made.filters["language_name"], "ago": _ago, "direction": _direction}
    return made


def draw(name: str, values: Mapping[str, Any]) -> str:
    """Fill one template in; `values` has the visit."""
    looking, proof = _LOOKING.set(values["visit"]), _PROOF.set(None)
    try:
        return templates().get_template(name).render(values)
    finally:
        _LOOKING.reset(looking)
        _PROOF.reset(proof)


def _csrf() -> Markup:
    field = _PROOF.get()
    if field is None:
        token = forgery.proof(_LOOKING.get().token)
        field = Markup('<input type="hidden" name="{}" value="{}">').format(forgery.FIELD, token)
        _PROOF.set(field)
    return field


def _may(right: str) -> bool:
    return _LOOKING.get().may(right)  # type: ignore[no-any-return]


def _ago(moment: Any) -> str:
    visit = _LOOKING.get()
    return visit.wording.between(moment, visit.now)  # type: ignore[no-any-return]


def _direction(tag: str) -> str:
    return languages.direction(tag)


def _with_wording(name: str) -> Any:
    def write(value: Any) -> Any:
        return getattr(_LOOKING.get().wording, name)(value)

    return write
