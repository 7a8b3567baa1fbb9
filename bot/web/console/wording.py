"""The console's own words: gettext catalogs of the domain "console", and how moments and numbers are written.

Catalogs are read from locales/<tag>/console.po at start; the English sentence is the key. Numbers keep
Latin digits in every language of the console, as they stand in texts and on school paper.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time, format_timedelta, get_datetime_format
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

import locales
from bot import languages

_JUST_NOW: Final = timedelta(seconds=2)

#: tag -> its name in itself; the first is what is shown to somebody whose browser wants none of them
CONSOLE_LANGUAGES: Final = {"en": "English", "es": "Español", "ar": "العربية"}


def N_(text: str) -> str:  # noqa: N802 - the usual mark for "translate this where it is shown"
    """Mark a sentence for the catalog without translating it here."""
    return text


#: families' languages that CLDR names neither in Spanish nor in Arabic
UNNAMED: Final = (N_("Dari"), N_("Karen"))


@cache
def catalog(tag: str) -> gettext.NullTranslations:
    """Return the console's sentences in one language; English ones stand for themselves."""
    text = locales.console(tag)
    if text is None:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(text.encode()), locale=tag))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def wanted(accept: str) -> str:
    """Choose a console language from an Accept-Language header (RFC 9110, 12.5.4)."""
    best, weight = next(iter(CONSOLE_LANGUAGES)), 0.0
    for part in accept.split(","):
        tag, _, quality = part.strip().partition(";q=")
        primary = tag.partition("-")[0].strip().lower()
        try:
            value = float(quality or 1)
        except ValueError:
            continue
        if primary in CONSOLE_LANGUAGES and value > weight:
            best, weight = primary, value
    return best


@dataclass(frozen=True, slots=True)
class Wording:
    """How one visitor reads: a language of the console and the school's clock."""

    language: str
    zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        """Babel's facts about the language."""
        return _locale(self.language)

    @property
    def direction(self) -> str:
        """`"ltr"` or `"rtl"`."""
        return languages.direction(self.language)

    @property
    def catalog(self) -> gettext.NullTranslations:
        """Its sentences."""
        return catalog(self.language)

    def say(self, text: str, /, **values: object) -> str:
        """Translate a sentence and fill its placeholders in."""
        said = catalog(self.language).gettext(text)
        return said % values if values else said

    def say_many(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Translate a sentence that depends on a number; `%(num)s` is the number."""
        return catalog(self.language).ngettext(one, many, number) % {"num": self.number(number), **values}

    def said(self, text: str) -> str | Markup:
        """Translate a stored sentence where the catalog knows it; else mark it as English."""
        found = catalog(self.language).gettext(text)
        if found != text or self.language == "en":
            return found
        return Markup('<span lang="en" dir="ltr">{}</span>').format(text)

    def day(self, moment: datetime) -> str:
        """“Tue, Nov 17”."""
        return _day(_to_the_minute(moment), self.zone, self.language)

    def clock(self, moment: datetime) -> str:
        """“4:00 PM”."""
        return _clock(_to_the_minute(moment), self.zone, self.language)

    def moment(self, moment: datetime) -> str:
        """“Tue, Nov 17, 4:00 PM”."""
        return _both(self.language).format(self.clock(moment), self.day(moment))

    def number(self, number: float) -> str:
        """“1,200”."""
        return _number(number, self.language)

    def percent(self, share: float) -> str:
        """“42%”, of a share between 0 and 1."""
        return format_percent(share, locale=self.locale, numbering_system="latn")

    def between(self, moment: datetime, now: datetime) -> str:
        """“20 minutes ago”, “in 3 hours”, “just now”."""
        if abs(moment - now) < _JUST_NOW:
            return self.say(N_("just now"))
        return _plain(format_timedelta(moment - now, add_direction=True, locale=self.locale))

    def language_name(self, tag: str) -> str:
        """Name a family's language in the language of the console."""
        return _language_name(tag, self.language)


@lru_cache(maxsize=4096)
def _number(number: float, tag: str) -> str:
    return format_decimal(number, locale=_locale(tag), numbering_system="latn")


@lru_cache(maxsize=1024)
def _language_name(tag: str, console: str) -> str:
    known = _locale(console).languages.get(tag.replace("-", "_")) if console != "en" else None
    if known is None and any(one.tag == tag for one in languages.all_languages()):
        known = catalog(console).gettext(languages.language(tag).english)
    return known or tag


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag)


def _to_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


@lru_cache(maxsize=4096)
def _day(moment: datetime, zone: ZoneInfo, tag: str) -> str:
    return _plain(format_skeleton("MMMEd", moment, zone, locale=_locale(tag)))


@lru_cache(maxsize=4096)
def _clock(moment: datetime, zone: ZoneInfo, tag: str) -> str:
    return _plain(format_time(moment, "short", tzinfo=zone, locale=_locale(tag)))


@cache
def _both(tag: str) -> str:
    """Return how a day and an hour are put together, as "{1}, {0}"."""
    return str(get_datetime_format("medium", locale=_locale(tag))).replace("'", "")


def _plain(text: str) -> str:
    """CLDR puts a narrow no-break space before AM and PM; screens read better with a plain one."""
    return text.replace("\u202f", " ")
