"""What the demo's school sends on its day: one announcement, and two questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlmodel import Session

from bot import broadcasts, languages
from bot.broadcasts import Draft
from bot.conversation.ask import Ask
from bot.demo.district import SCHOOLS
from bot.demo.families import script
from bot.settings import Settings
from bot.store import audience as audiences
from bot.store.tables import TranslationState

MEETING: Final = "When can you meet the teacher?"
NEEDS: Final = "What do you need to come to meetings?"

_TEN: Final = time(10, 0)
_NAMES: Final = {"ar": "ريفربند"}  #: a text that begins with Latin letters is laid out from the left
_NOBODY: Final = audiences.Audience()
_DECIDED: Final = timedelta(days=5)  #: until families are told what came of a question


def news(session: Session, settings: Settings, now: datetime) -> int:
    """Tell every family that school starts late; return the broadcast."""
    today = _today(settings, now)
    texts = {}
    for tag in languages.catalog_languages():
        day = languages.family_date(_next_school_day(today), tag, today=today)
        values = {
            "school": _NAMES.get(tag, "Riverbend"),
            "day": day,
            "time": languages.family_time(_TEN, tag),
        }
        texts[tag] = languages.notice_text("late-start", tag, **values)
    draft = Draft("Late start", texts["en"], _NOBODY, provenance="notice:late-start")
    return _send(session, draft, texts, {}, SCHOOLS, settings, now)


def meeting(session: Session, schools: Sequence[str], settings: Settings, now: datetime) -> int:
    """Ask some schools' families to choose; return the broadcast."""
    said = script()["meeting"]
    ask = Ask("one_of", tuple(said["en"]["choices"]))
    draft = Draft(MEETING, said["en"]["text"], _NOBODY, ask=ask, decided_on=_today(settings, now) + _DECIDED)
    choices = {tag: entry["choices"] for tag, entry in said.items()}
    return _send(session, draft, _texts(said), choices, schools, settings, now)


def needs(session: Session, schools: Sequence[str], settings: Settings, now: datetime) -> int:
    """Ask some schools' families for their own words; return the broadcast."""
    said = script()["needs"]
    decided = _today(settings, now) + _DECIDED
    draft = Draft(NEEDS, said["en"]["text"], _NOBODY, ask=Ask("own_words"), decided_on=decided)
    return _send(session, draft, _texts(said), {}, schools, settings, now)


def _texts(said: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {tag: entry["text"] for tag, entry in said.items()}


def _send(
    session: Session,
    draft: Draft,
    texts: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    schools: Sequence[str],
    settings: Settings,
    now: datetime,
) -> int:
    """Draft, translate, approve and schedule one broadcast for now, as staff would."""
    made = broadcasts.draft(
        session, replace(draft, audience=audiences.resolve(session, schools=schools)), now
    )
    for tag in texts.keys() - {draft.source_language}:
        broadcasts.translate(
            session,
            made,
            tag,
            texts[tag],
            choices=choices.get(tag, ()),
            provenance=draft.provenance,
            state=TranslationState.REVIEWED,
            now=now,
        )
    shown = broadcasts.preview(session, made, settings, fallback="en")
    broadcasts.approve(session, made, settings, now=now, fallback="en", typed_count=shown.phones)
    local = now.astimezone(settings.school.zone).replace(tzinfo=None, microsecond=0)
    broadcasts.schedule(session, made, local, settings, rrule=None, now=now)
    return made


def _today(settings: Settings, now: datetime) -> date:
    return now.astimezone(settings.school.zone).date()


def _next_school_day(today: date) -> date:
    day = today + timedelta(days=1)
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())
