"""The fields in which staff write down what a family told them, and the languages they choose from."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot import languages
from bot.consent import How, Told
from bot.errors import RecordsError
from bot.web.console.visit import Form, OneVisit
from bot.web.console.wording import N_

#: how a family told us, as it stands in a form
HOW: Final = {
    How.PHONE: N_("They called"),
    How.PAPER: N_("On paper"),
    How.PERSON: N_("Face to face"),
}


def how_options(visit: OneVisit) -> list[tuple[str, str]]:
    """Return the ways in which a family tells us something."""
    return [(how.value, visit._(text)) for how, text in HOW.items()]


def today(visit: OneVisit) -> date:
    """Return the day it is at the school."""
    return visit.now.astimezone(visit.settings.school.zone).date()


def told_fields(visit: OneVisit, form: Form | None, who: str = "") -> dict[str, str]:
    """Return what the fields hold: what was typed, else what is likeliest."""
    if form is None:
        return {"how": How.PHONE.value, "who": who, "on": today(visit).isoformat()}
    return {name: form.text(name) for name in ("how", "who", "on")}


def told(visit: OneVisit, form: Form) -> Told:
    """Read the fields. Raises `RecordsError`."""
    assert visit.staff is not None
    try:
        how = How(form.text("how"))
    except ValueError:
        raise RecordsError(N_("Say how they told you.")) from None
    try:
        on = date.fromisoformat(form.text("on"))
    except ValueError:
        raise RecordsError(N_("Write the day on which they told you.")) from None
    return Told(how, form.text("who")[:120], on, visit.staff.name)


def tongues(visit: OneVisit) -> list[tuple[str, str]]:
    """Return every language as (tag, name), by name."""
    known = [(one.tag, visit.wording.language_name(one.tag)) for one in languages.all_languages()]
    return sorted(known, key=lambda pair: pair[1].casefold())
