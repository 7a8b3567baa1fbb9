"""The templates, and what every one of them may use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from bot import languages
from bot.web.console import forgery
from bot.web.console.assets import address
from bot.web.console.badges import badge_of


def _translate(context: Context, text: str) -> str:
    return context["visit"].wording.say(text)  # type: ignore[no-any-return]


def _translate_many(context: Context, one: str, many: str, number: int) -> str:
    return context["visit"].wording.catalog.ngettext(one, many, number)  # type: ignore[no-any-return]


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
    made.install_gettext_callables(  # type: ignore[attr-defined]
        pass_context(_translate), pass_context(_translate_many), newstyle=True
    )
    made.globals |= {"csrf": _csrf, "static": address, "may": _may, "badge_of": badge_of}
    made.filters |= {
        name: _with_wording(name)
        for name in ("day", "clock", "moment", "number", "percent", "said", "language_name")
    }
    made.filters |= {"language": made.filters["language_name"], "ago": _ago, "direction": _direction}
    return made


def draw(name: str, values: Mapping[str, Any]) -> str:
    """Fill one template in."""
    return templates().get_template(name).render(values)


@pass_context
def _csrf(context: Context) -> Markup:
    token = forgery.proof(context["visit"].token)
    return Markup('<input type="hidden" name="{}" value="{}">').format(forgery.FIELD, token)


@pass_context
def _may(context: Context, right: str) -> bool:
    return context["visit"].may(right)  # type: ignore[no-any-return]


@pass_context
def _ago(context: Context, moment: Any) -> str:
    visit = context["visit"]
    return visit.wording.between(moment, visit.now)  # type: ignore[no-any-return]


def _direction(tag: str) -> str:
    return languages.direction(tag)


def _with_wording(name: str) -> Any:
    @pass_context
    def write(context: Context, value: Any) -> Any:
        return getattr(context["visit"].wording, name)(value)

    return write
