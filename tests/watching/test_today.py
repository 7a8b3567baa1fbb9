"""The first page: what needs whom, what goes out today, and whether the system is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import watching
from bot.causes import Cause
from bot.cli import pictures
from bot.roles import Role
from bot.settings import Settings
from bot.store import outbox, pulse
from bot.store.accounts import Account
from bot.store.store import Store
from bot.store.tables import (
    Broadcast,
    Delivery,
    Inbound,
    Lane,
    Occurrence,
    ProviderEvent,
    Schedule,
    Staff,
    Translation,
)
from bot.watching import Ailment, Today
from tests.reports.rows import LANES, TUESDAY, Rows

Build = Callable[[Callable[[Rows], Any]], Any]

ZONE = ZoneInfo("America/Chicago")


def account(role: Role = Role.OWNER, languages: tuple[str, ...] = ()) -> Account:
    return Account(1, "Rosa", "rosa@lincoln.example", role, languages, False, "en")


OWNER = account()


@pytest.fixture
def look(store: Store) -> Callable[..., Today]:
    return lambda who=OWNER, now=TUESDAY: store.reading(watching.today, who, now, ZONE)


def well(rows: Rows) -> None:
    """A sender, and a scheduler that ticks."""
    outbox.ensure_lane(rows.session, "sms", LANES["sms"])
    pulse.beat(rows.session, pulse.TICK, TUESDAY - timedelta(seconds=5))


def test_a_new_school_is_shown_three_steps(build: Build, look: Any) -> None:
    steps = look().steps
    assert (steps.people, steps.text, steps.colleague) == (False, False, False)

    def add(rows: Rows) -> None:
        rows.person("so")
        rows.broadcast(state="draft")
        for name in ("rosa", "sam"):
            rows.session.add(Staff(email=name, name=name, role="owner", languages=[], made_at=TUESDAY))

    build(add)
    steps = look().steps
    assert (steps.people, steps.text, steps.colleague) == (True, True, True)
    build(lambda rows: rows.broadcast())
    assert look().steps is None


def test_what_went_wrong_lately_is_shown_with_its_phones(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        snow, old = rows.broadcast("Snow"), rows.broadcast("Picture day")
        time = rows.occurrence(snow)
        for state in ("failed", "failed", "delivered", "queued"):
            rows.told(snow, rows.phone("so"), state, occurrence=time)
        rows.told(old, rows.phone("so"), "delivered")

    build(add)
    seen = look()
    assert [(one.title, one.tally.failed, one.tally.to_go, one.texts) for one in seen.failed] == [
        ("Snow", 2, 1, 3)
    ]
    assert [one.title for one in seen.going] == ["Snow"]
    assert look(now=TUESDAY + timedelta(days=20)).failed == ()


def test_what_goes_out_today_is_in_order_of_its_hour(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        for title, hours, state in (
            ("Late bus", 5, "approved"),
            ("Board", 2, "approved"),
            ("Tomorrow", 20, "approved"),
            ("A draft", 3, "draft"),
        ):
            made = rows.broadcast(title, state=state)
            rows.session.add(
                Schedule(
                    broadcast_id=made,
                    starts="2026-11-17T12:00:00",
                    zone="America/Chicago",
                    next_at=TUESDAY + timedelta(hours=hours),
                )
            )

    build(add)
    assert [one.title for one in look().planned] == ["Board", "Late bus"]


def draft(rows: Rows, title: str, *, state: str = "draft", made_by: int = 1, **texts: str) -> int:
    """A draft with its texts' states; it was counted for English, Spanish and Somali phones."""
    made = rows.broadcast(title, state=state, made_by=made_by)
    kept = rows.session.get(Broadcast, made)
    assert kept is not None
    kept.desk = {
        "counted": {
            "at": 0, "key": "", "people": 3, "unreached": [], "departed": 0,
            "phones": [["sms", "en", 9], ["sms", "es", 4], ["sms", "so", 2], ["sms", "ar", 0]],
        }
    }  # fmt: skip
    rows.session.add(kept)
    for tag, of in texts.items():
        rows.session.add(
            Translation(
                broadcast_id=made, language=tag, text="…", state=of, provenance="typed", made_at=TUESDAY
            )
        )
    rows.session.flush()
    return made


def test_translations_that_nobody_read_or_wrote_are_named(build: Build, look: Any) -> None:
    build(lambda rows: draft(rows, "Snow", en="reviewed", es="machine"))
    (one,) = look().translations
    assert (one.to_review, one.missing) == (("es",), ("so",))
    assert look(account(Role.APPROVER, ("es",))).translations[0].missing == ()
    assert look(account(Role.APPROVER, ("ar",))).translations == ()
    assert look(account(Role.VIEWER)).translations == ()


def test_drafts_are_their_writers_and_pending_ones_are_everybodys(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        draft(rows, "Mine")
        draft(rows, "Somebody else's", made_by=2)
        draft(rows, "To approve", state="pending", made_by=2)

    build(add)
    seen = look()
    assert [one.title for one in seen.drafts] == ["Mine"]
    assert [(one.title, one.mine) for one in seen.to_approve] == [("To approve", False)]
    viewers = look(account(Role.VIEWER))
    assert (viewers.drafts, viewers.to_approve, viewers.steps) == ((), (), None)
    assert look(now=TUESDAY + timedelta(days=31)).drafts == ()


def test_texts_in_doubt_and_answers_that_failed_are_shown(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        made = rows.broadcast()
        for state in ("held", "held", "uncertain"):
            rows.told(made, rows.phone("so"), state)
        lost(rows, rows.phone("so"))

    build(add)
    seen = look()
    assert seen.doubt == {"held": 2, "uncertain": 1}
    assert [one.cause for one in seen.lost_answers] == [Cause.LANDLINE]
    assert look(account(Role.APPROVER)).lost_answers == ()


def lost(rows: Rows, phone: int, **more: Any) -> int:
    """An answer of ours that failed."""
    made = rows.session.get(Delivery, rows.answered(phone, state="failed"))
    assert made is not None
    made.code, made.settled_at = "30006", TUESDAY
    for name, value in more.items():
        setattr(made, name, value)
    rows.session.add(made)
    rows.session.flush()
    return made.id or 0


def test_what_answers_danger_is_in_no_list_and_no_count(build: Build, look: Any, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        phone = rows.phone("so")
        inbound = rows.inbound(phone, "I am afraid")
        rows.handover(phone, "danger", restricted=True, inbound_id=inbound)
        return lost(rows, phone, inbound_id=inbound), lost(rows, phone, inbound_id=inbound, state="held")

    failed, held = build(add)
    seen = look()
    assert (seen.lost_answers, seen.doubt) == ((), {})
    assert store.reading(watching.doubts, by_name=True) == ()
    assert not store.reading(watching.may_be_shown, failed)
    assert not store.reading(watching.may_be_shown, held)


def test_what_was_not_sent_is_said_until_somebody_has_dealt_with_it(build: Build, look: Any) -> None:
    build(lambda rows: rows.handover(None, "missed: “Snow” of 6:00 was found too late and was not sent"))
    build(lambda rows: rows.handover(None, "missed: “Bus” was found too late", done_at=TUESDAY))
    assert [one.why[:14] for one in look().missed] == ["missed: “Snow”"]


# ---- is the system well?


def ailments(look: Any, **later: float) -> tuple[Ailment, ...]:
    return tuple(look(now=TUESDAY + timedelta(**later)).health.ailments)


def test_everything_works(build: Build, look: Any) -> None:
    build(well)
    assert ailments(look) == ()


def test_without_a_sender_nothing_can_leave(look: Any) -> None:
    assert ailments(look) == (Ailment.NO_SENDER,)


def test_a_tick_that_is_old_or_a_schedule_that_is_late_means_standing_still(build: Build, look: Any) -> None:
    build(well)
    assert ailments(look, minutes=3) == (Ailment.STANDS_STILL,)

    def add(rows: Rows) -> None:
        pulse.beat(rows.session, pulse.TICK, TUESDAY + timedelta(minutes=9))
        made = rows.broadcast(state="approved")
        rows.session.add(Schedule(broadcast_id=made, starts="…", zone="America/Chicago", next_at=TUESDAY))

    build(add)
    assert ailments(look, minutes=10) == (Ailment.STANDS_STILL,)


def test_a_schedule_that_staff_paused_is_not_late(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        well(rows)
        made = rows.broadcast(state="approved", paused_at=TUESDAY)
        rows.session.add(
            Schedule(
                broadcast_id=made, starts="…", zone="America/Chicago", next_at=TUESDAY - timedelta(hours=1)
            )
        )

    build(add)
    assert ailments(look) == ()


def test_a_stopped_sender_is_said_with_its_queue(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        well(rows)
        rows.told(rows.broadcast(), rows.phone("so"), "queued")
        outbox.stop_lane(rows.session, 1, "Twilio has suspended the account; see its console.")

    build(add)
    assert ailments(look) == (Ailment.STOPPED,)
    (sender,) = look().health.senders
    assert (sender.stopped, sender.queued, sender.why is not None) == (True, 1, True)


def test_a_provider_that_asks_us_to_wait_is_said_while_texts_wait(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        well(rows)
        rows.told(rows.broadcast(), rows.phone("so"), "queued")
        lane = rows.session.get(Lane, 1)
        assert lane is not None
        lane.not_before = TUESDAY + timedelta(hours=1)
        rows.session.add(lane)

    build(add)
    assert ailments(look) == (Ailment.ASKED_TO_WAIT,)


def test_a_sender_that_sends_and_is_not_heard_is_said(build: Build, look: Any) -> None:
    """As when another program reads the bot's messages."""

    def add(rows: Rows) -> None:
        well(rows)
        outbox.note_lane(rows.session, 1, "Another program reads this bot's messages.")

    build(add)
    assert ailments(look) == (Ailment.NOT_HEARD,)
    build(lambda rows: outbox.note_lane(rows.session, 1, None))
    assert ailments(look) == ()


def test_a_days_limit_that_is_used_up_is_said_with_what_it_holds_back(
    build: Build, store: Store, settings: Settings
) -> None:
    assert settings.sms is not None
    sms = settings.sms.model_copy(
        update={"sender": LANES["sms"], "parts_per_day": 100, "parts_kept_back": 50}
    )
    limited = settings.model_copy(update={"sms": sms})

    def add(rows: Rows) -> None:
        well(rows)
        for state in ("queued", "queued", "sent"):
            rows.told(rows.broadcast(), rows.phone("so"), state)
        lane = rows.session.get(Lane, 1)
        assert lane is not None
        lane.day, lane.day_parts = "2026-11-17", 49
        rows.session.add(lane)

    def use_up(rows: Rows) -> None:
        lane = rows.session.get(Lane, 1)
        assert lane is not None
        lane.day_parts = 50
        rows.session.add(lane)

    def seen(within: Settings) -> watching.Health:
        return store.reading(watching.today, OWNER, TUESDAY, ZONE, within).health

    build(add)
    assert seen(limited).ailments == ()
    build(use_up)
    assert seen(settings).ailments == ()
    health = seen(limited)
    assert health.ailments == (Ailment.DAY_FULL,)
    assert health.used_up is not None
    assert (health.used_up.sender, health.used_up.texts) == (LANES["sms"], 2)
    assert health.used_up.again.astimezone(ZONE).isoformat() == "2026-11-18T08:00:00-06:00"
    assert pictures.used_up(health.used_up, ZONE) == (
        "The daily limit of this sender is used up; 2 texts go on Wednesday from 08:00."
    )


def test_messages_that_nobody_reads_in_are_said(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        well(rows)
        kept = rows.session.get(Inbound, rows.inbound(rows.phone("so"), "Haa"))
        assert kept is not None
        kept.handled_at = None
        rows.session.add(kept)

    build(add)
    assert look().health.unread == 1
    assert ailments(look) == ()
    build(lambda rows: pulse.beat(rows.session, pulse.TICK, TUESDAY + timedelta(minutes=3)))
    assert ailments(look, minutes=3) == (Ailment.NOT_READ,)


def test_a_provider_that_reports_nothing_is_noticed(build: Build, look: Any) -> None:
    def add(rows: Rows) -> None:
        well(rows)
        made = rows.broadcast()
        time = rows.occurrence(made)
        rows.told(made, rows.phone("so"), "sent", occurrence=time)
        went = rows.session.get(Occurrence, time)
        assert went is not None
        went.deliveries = 1
        pulse.beat(rows.session, pulse.TICK, TUESDAY + timedelta(minutes=20))

    build(add)
    assert ailments(look, minutes=20) == (Ailment.DEAF,)
    build(
        lambda rows: rows.session.add(
            ProviderEvent(
                channel="sms",
                provider_id="SM1",
                status="sent",
                raw={},
                received_at=TUESDAY + timedelta(minutes=1),
            )
        )
    )
    seen = look(now=TUESDAY + timedelta(minutes=20))
    assert (seen.health.ailments, seen.health.heard_at) == ((), TUESDAY + timedelta(minutes=1))
