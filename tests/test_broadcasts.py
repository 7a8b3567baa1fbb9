"""A broadcast from draft to deliveries: what stands against it, what is frozen, who gets what, and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts
from bot.broadcasts import Draft, objections
from bot.conversation.ask import Ask
from bot.errors import BroadcastError, LanguageError
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    ContactPoint,
    Delivery,
    Handover,
    Occurrence,
    Rendering,
    Schedule,
    Translation,
    TranslationState,
)
from tests import school
from tests.conftest import StandingClock
from tests.school import SMS, TELEGRAM

SNOW = "Lincoln School is CLOSED today because of snow."
TIMES = Ask("one_of", ("8-11", "3-5"))


@pytest.fixture
def ours(settings: Settings) -> Settings:
    return school.lively(settings)


@pytest.fixture(autouse=True)
def lane(store: Store) -> int:
    return store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)


def drafted(
    store: Store, clock: StandingClock, *, text: str = SNOW, ask: Ask | None = None, purpose: str = "school"
) -> int:
    return store.writing(
        broadcasts.draft, Draft("Snow", text, Audience(), ask=ask, purpose=purpose), clock.now()
    )


def families(store: Store, *tags: str) -> None:
    def work(session: Session) -> None:
        have = len(session.exec(select(ContactPoint.id)).all())
        for place, tag in enumerate(tags):
            school.family(session, have + place, tag=tag)

    store.writing(work)


def type_in(
    store: Store,
    clock: StandingClock,
    broadcast: int,
    tag: str,
    text: str,
    *,
    choices: tuple[str, ...] = (),
    state: TranslationState = TranslationState.REVIEWED,
) -> None:
    store.writing(
        broadcasts.translate, broadcast, tag, text, choices=choices, provenance="typed", state=state,
        now=clock.now(),
    )  # fmt: skip


def approve(
    store: Store, ours: Settings, clock: StandingClock, broadcast: int, **more: object
) -> broadcasts.Preview:
    return store.writing(broadcasts.approve, broadcast, ours, now=clock.now(), **more)  # type: ignore[arg-type]


def plan(
    store: Store,
    ours: Settings,
    clock: StandingClock,
    broadcast: int,
    starts: datetime | None = None,
    rrule: str | None = None,
) -> datetime:
    local = starts or clock.now().astimezone(ours.school.zone).replace(tzinfo=None)
    return store.writing(broadcasts.schedule, broadcast, local, ours, rrule=rrule, now=clock.now())


def tick(store: Store, ours: Settings, clock: StandingClock) -> list[int | None]:
    """What the scheduler does each second."""
    return [
        store.writing(broadcasts.release, one, ours, clock.now())
        for one in store.reading(broadcasts.due, clock.now())
    ]


def the(store: Store, broadcast: int) -> Broadcast:
    found = store.reading(lambda session: session.get(Broadcast, broadcast))
    assert found is not None
    return found


def local(text: str) -> datetime:
    """A time on the school's clock: naive, as staff give it."""
    return datetime.fromisoformat(text)


def texts(store: Store) -> dict[str, str]:
    """Language of the family -> the text that is due to it."""
    rows = store.reading(
        lambda session: session.exec(
            select(Delivery.language, Rendering.text).join(
                Rendering, col(Rendering.id) == Delivery.rendering_id
            )
        ).all()
    )
    return dict(rows)


# Drafts


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (Draft("x", "  ", Audience()), "The text is empty"),
        (Draft("x", "The PTO meets, and the IEP/ELL team", Audience()), "“ELL, IEP, PTO”"),
        (
            Draft("x", "Is it snow?", Audience(), ask=Ask("yes_no"), purpose="emergency"),
            "carries no question",
        ),
        (Draft("x", "Don't you want to come?", Audience(), ask=Ask("yes_no")), "negative question"),
        (Draft("x", "When?", Audience(), ask=Ask("one_of", ("one",))), "Give 2 to 5 choices"),
        (Draft("x", "When?", Audience(), ask=Ask("one_of", tuple("abcdef"))), "Give 2 to 5 choices"),
        (Draft("x", "How many?", Audience(), ask=Ask("number", low=9, high=3)), "must be less than"),
    ],
)
def test_what_the_house_rules_have_against_a_draft(
    store: Store, clock: StandingClock, written: Draft, says: str
) -> None:
    assert says in " ".join(objections(written))
    with pytest.raises(BroadcastError, match=says):
        store.writing(broadcasts.draft, written, clock.now())
    assert store.reading(lambda session: session.exec(select(Broadcast)).all()) == []


@pytest.mark.parametrize(
    "written",
    [
        Draft("x", "Will you come?", Audience(), ask=Ask("yes_no")),
        Draft("x", "Elle and the petals", Audience()),
        Draft("x", "When?", Audience(), ask=Ask("one_of", tuple("abcde"))),
        Draft("x", "When?", Audience(), ask=Ask("one_of", tuple("abcdef"), other=False)),
        Draft("x", "How many?", Audience(), ask=Ask("number", low=0, high=9)),
        Draft("x", "What do you need?", Audience(), ask=Ask("own_words")),
    ],
)
def test_what_they_have_nothing_against(written: Draft) -> None:
    assert objections(written) == []


def test_a_newer_translation_takes_the_place_of_the_older(store: Store, clock: StandingClock) -> None:
    made = drafted(store, clock)
    type_in(store, clock, made, "so", "Baraf", state=TranslationState.MACHINE)
    type_in(store, clock, made, "so", "  Maanta xiran ")
    rows = store.reading(lambda session: session.exec(select(Translation)).all())
    assert {(one.language, one.text, one.state) for one in rows} == {
        ("en", SNOW, "reviewed"),
        ("so", "Maanta xiran", "reviewed"),
    }


def test_a_translation_needs_words_a_known_language_and_every_choice(
    store: Store, clock: StandingClock
) -> None:
    made = drafted(store, clock, text="When?", ask=TIMES)
    with pytest.raises(BroadcastError, match="The text in Somali is empty"):
        type_in(store, clock, made, "so", " ")
    with pytest.raises(LanguageError):
        type_in(store, clock, made, "xx-Nowhere", "words")
    with pytest.raises(BroadcastError, match="has 1 choices, the question has 2"):
        type_in(store, clock, made, "so", "Goorma?", choices=("8-11",))


def test_a_draft_that_nobody_has_read_is_not_sent_until_somebody_lets_it(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "so")
    made = drafted(store, clock)
    type_in(store, clock, made, "so", "Baraf", state=TranslationState.MACHINE)
    with pytest.raises(BroadcastError, match=r"No text may be sent in: Somali \(1\)"):
        approve(store, ours, clock, made)
    store.writing(broadcasts.accept_drafts, made, ["so"])
    approve(store, ours, clock, made)
    with pytest.raises(BroadcastError, match="frozen"):
        store.writing(broadcasts.accept_drafts, made, ["so"])


def test_a_text_that_does_not_exist_cannot_be_accepted(store: Store, clock: StandingClock) -> None:
    made = drafted(store, clock)
    with pytest.raises(BroadcastError, match="no text in “so”"):
        store.writing(broadcasts.accept_drafts, made, ["so"])
    with pytest.raises(BroadcastError, match="There is no broadcast 99"):
        store.writing(broadcasts.accept_drafts, 99, ["so"])


# Preview and approval


def test_a_preview_says_language_by_language_who_is_due_what_and_changes_nothing(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en", "en", "so", "ksw")
    made = drafted(store, clock)
    type_in(store, clock, made, "so", "Baraf")
    shown = store.reading(broadcasts.preview, made, ours, fallback="en")
    assert [(one.language, one.phones, one.written_in, one.fallback) for one in shown.lines] == [
        ("en", 2, "en", False),
        ("ksw", 1, "en", True),
        ("so", 1, "so", False),
    ]
    assert (shown.phones, shown.objections) == (4, ())
    (karen,) = [one for one in shown.lines if one.language == "ksw"]
    assert karen.text.endswith(SNOW)
    assert karen.text != SNOW, "it carries its label"
    assert the(store, made).state == BroadcastState.DRAFT


@pytest.mark.parametrize(
    ("fallback", "says"),
    [
        (None, r"No text may be sent in: S'gaw Karen|No text may be sent in: .*\(1\)"),
        ("so", "no approved text"),
    ],
)
def test_a_language_without_a_text_is_shown_before_approval(
    store: Store, ours: Settings, clock: StandingClock, fallback: str | None, says: str
) -> None:
    families(store, "en", "ksw")
    made = drafted(store, clock)
    type_in(store, clock, made, "so", "Baraf", state=TranslationState.MACHINE)
    with pytest.raises(BroadcastError, match=says):
        approve(store, ours, clock, made, fallback=fallback)
    assert the(store, made).state == BroadcastState.DRAFT
    assert the(store, made).fallback is None, "a refused approval leaves nothing behind"


def test_an_audience_that_nobody_is_in_is_not_approved(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = drafted(store, clock)
    with pytest.raises(BroadcastError, match="Nobody in this audience can be reached"):
        approve(store, ours, clock, made)


def test_a_text_that_no_provider_takes_is_not_approved(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en")
    made = drafted(store, clock, text="x" * 1601)
    with pytest.raises(BroadcastError, match="English has 1601 characters"):
        approve(store, ours, clock, made)


def test_a_large_broadcast_wants_its_number_typed(store: Store, ours: Settings, clock: StandingClock) -> None:
    store.writing(school.families, 3)
    few = ours.model_copy(update={"staff": ours.staff.model_copy(update={"large_broadcast": 2})})
    made = drafted(store, clock)
    with pytest.raises(BroadcastError, match=r"goes to 3 phones\. Type that number to approve it\."):
        approve(store, few, clock, made)
    with pytest.raises(BroadcastError, match=r"\(you typed 2\)"):
        approve(store, few, clock, made, typed_count=2)
    approve(store, few, clock, made, typed_count=3)
    assert (the(store, made).state, the(store, made).counted) == (BroadcastState.APPROVED, 3)


def test_approval_freezes_the_texts(store: Store, ours: Settings, clock: StandingClock) -> None:
    families(store, "en", "so")
    made = drafted(store, clock)
    approve(store, ours, clock, made, fallback="en")
    with pytest.raises(BroadcastError, match="is approved and its texts are frozen"):
        type_in(store, clock, made, "so", "Baraf")
    with pytest.raises(BroadcastError, match="frozen"):
        approve(store, ours, clock, made, fallback="en")
    plan(store, ours, clock, made)
    tick(store, ours, clock)
    assert texts(store)["so"].endswith(SNOW)


def test_a_menu_has_a_digit_on_every_line_and_ends_with_something_else(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en", "so", "vi")
    made = drafted(store, clock, text="When can you meet?", ask=TIMES)
    type_in(store, clock, made, "so", "Goorma?", choices=("subax", "galab"))
    type_in(store, clock, made, "vi", "Khi nào?")  # its choices are missing
    shown = store.reading(broadcasts.preview, made, ours, fallback="en")
    by = {one.language: one for one in shown.lines}
    assert by["en"].text.splitlines()[:3] == ["When can you meet?", "1 8-11", "2 3-5"]
    assert by["so"].text.splitlines()[1:3] == ["1 subax", "2 galab"]
    assert [line[0] for line in by["so"].text.splitlines()[1:]] == ["1", "2", "3"]
    assert (by["vi"].written_in, by["vi"].fallback) == ("en", True), "half a menu is no text"


def test_yes_and_no_come_from_the_catalog_where_it_may_speak(
    store: Store, ours: Settings, settings: Settings, clock: StandingClock
) -> None:
    families(store, "so")
    made = drafted(store, clock, text="Will you come?", ask=Ask("yes_no"))
    type_in(store, clock, made, "so", "Ma imanaysaa?")
    (line,) = store.reading(broadcasts.preview, made, ours).lines
    assert line.text.splitlines()[1:] == ["1 haa", "2 maya"]
    (unread,) = store.reading(broadcasts.preview, made, settings, fallback="en").lines
    assert unread.written_in == "en", "a catalog that no native has read may not speak for the school"


# Schedules


def test_a_broadcast_is_approved_before_it_is_scheduled(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en")
    made = drafted(store, clock)
    with pytest.raises(BroadcastError, match="approve it first"):
        plan(store, ours, clock, made)


def test_a_time_that_is_over_is_refused(store: Store, ours: Settings, clock: StandingClock) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    with pytest.raises(BroadcastError, match="2026-11-17 06:00 is over in America/Chicago"):
        plan(store, ours, clock, made, local("2026-11-17 06:00"))


def test_a_broadcast_has_one_schedule(store: Store, ours: Settings, clock: StandingClock) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    plan(store, ours, clock, made, local("2026-11-18 06:00"))
    with pytest.raises(BroadcastError, match="already"):
        plan(store, ours, clock, made, local("2026-11-19 06:00"))


def test_once_at_a_local_time(store: Store, ours: Settings, clock: StandingClock) -> None:
    families(store, "en", "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    first = plan(store, ours, clock, made, local("2026-11-18 06:00"))
    assert first == datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    clock.moment = first - timedelta(seconds=1)
    assert tick(store, ours, clock) == []
    clock.moment = first
    assert tick(store, ours, clock) == [2]
    assert tick(store, ours, clock) == []
    assert the(store, made).state == BroadcastState.RELEASED


def test_by_a_rule_until_it_ends(store: Store, ours: Settings, clock: StandingClock) -> None:
    """Every Monday at 06:00, three times."""
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    moment = plan(
        store,
        ours,
        clock,
        made,
        local("2026-11-23 06:00"),
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
    )
    released = []
    for _ in range(5):
        clock.moment = moment
        released += tick(store, ours, clock)
        moment += timedelta(weeks=1)
    assert released == [1, 1, 1]
    found = store.reading(lambda session: session.exec(select(Occurrence.local)).all())
    assert found == ["2026-11-23T06:00:00", "2026-11-30T06:00:00", "2026-12-07T06:00:00"]
    assert the(store, made).state == BroadcastState.RELEASED
    assert len(school.deliveries(store)) == 3


def test_one_found_too_late_is_reported_and_not_sent(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    clock.moment = plan(store, ours, clock, made, local("2026-11-18 06:00")) + timedelta(hours=3)
    assert tick(store, ours, clock) == [None]
    assert school.deliveries(store) == []
    assert school.handovers(store) == [
        "missed: “Snow” of 2026-11-18T06:00:00 was found too late and was not sent"
    ]
    assert tick(store, ours, clock) == []


def test_after_a_long_stop_only_the_newest_of_a_rule_goes_out(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    first = plan(store, ours, clock, made, local("2026-11-18 06:00"), "FREQ=DAILY")
    clock.moment = first + timedelta(days=4, minutes=30)
    assert tick(store, ours, clock) == [1]
    assert len(school.handovers(store)) == 4
    assert len(school.deliveries(store)) == 1
    (row,) = store.reading(lambda session: session.exec(select(Schedule)).all())
    assert (row.done, row.next_at) == (False, first + timedelta(days=5))


def test_the_same_occurrence_by_eight_ticks_at_once_is_one_release(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    store.writing(school.families, 25)
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    plan(store, ours, clock, made)
    (schedule_id,) = store.reading(broadcasts.due, clock.now())
    with ThreadPoolExecutor(8) as ticks:
        released = list(
            ticks.map(lambda _: store.writing(broadcasts.release, schedule_id, ours, clock.now()), range(8))
        )
    assert sorted(released, key=str) == [25, *[None] * 7]
    assert len(school.deliveries(store)) == 25


# Release


def test_a_shared_phone_gets_one_text(store: Store, ours: Settings, clock: StandingClock) -> None:
    store.writing(lambda session: school.family(session, 1, adults=3))
    store.writing(lambda session: school.send_out(session, ours, clock.now()))
    assert len(school.deliveries(store)) == 1


def test_a_language_that_appears_after_approval_gets_the_fallback_with_its_label(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made, fallback="en")
    plan(store, ours, clock, made)
    families(store, "ksw")
    assert tick(store, ours, clock) == [2]
    assert texts(store)["ksw"].endswith(SNOW)
    assert texts(store)["ksw"] != SNOW


def test_nobody_chose_for_a_language_that_appears_after_approval_so_it_is_a_call(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    """Neither a text in a language that nobody chose, nor silence that nobody notices."""
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    plan(store, ours, clock, made)
    families(store, "ksw", "so")
    assert tick(store, ours, clock) == [1]
    rows = store.reading(lambda session: session.exec(select(Handover.contact_point_id, Handover.why)).all())
    assert sorted(rows) == [(2, "call: no text in their language"), (3, "call: no text in their language")]


def test_without_a_fallback_the_others_are_a_list_for_a_call(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en", "ksw")
    made = drafted(store, clock)
    approve(store, ours, clock, made, fallback="none")
    plan(store, ours, clock, made)
    assert tick(store, ours, clock) == [1]
    assert school.handovers(store) == ["call: no text in their language"]


def test_a_phone_whose_channel_has_no_sender_is_a_call_and_holds_up_nobody(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    """A school that uses Telegram only has phones in its roster all the same."""
    families(store, "en")
    store.writing(lambda session: school.family(session, 2, address="900", channel=ChannelName.TELEGRAM))
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    plan(store, ours, clock, made)
    assert tick(store, ours, clock) == [1]
    assert school.handovers(store) == ["call: no sender for their channel"]


def test_stopped_and_bad_phones_get_nothing_and_closings_reach_those_who_want_them(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, *["en"] * 4)

    def change(session: Session) -> None:
        for number in (1, 2):
            contact = session.get(ContactPoint, number)
            assert contact is not None
            contacts.stop(session, contact, why="family", evidence="STOP", now=clock.now())
            if number == 2:
                contacts.keep_closings(session, contact, evidence="1", now=clock.now())
        contact = session.get(ContactPoint, 3)
        assert contact is not None
        contacts.mark_bad(session, contact, why="no such phone", now=clock.now())

    store.writing(change)
    store.writing(lambda session: school.send_out(session, ours, clock.now(), text="Book fair."))
    store.writing(lambda session: school.send_out(session, ours, clock.now(), purpose="emergency"))
    found = [(one.broadcast_id, one.contact_point_id, one.urgency) for one in school.deliveries(store)]
    assert found == [(1, 4, outbox.BULK), (2, 2, outbox.EMERGENCY), (2, 4, outbox.EMERGENCY)]


def test_on_telegram_a_question_has_buttons_that_name_it(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, TELEGRAM)

    def both(session: Session) -> None:
        school.family(session, 1)
        school.family(session, 2, address="900", channel=ChannelName.TELEGRAM)
        school.send_out(session, ours, clock.now(), text="When?", ask=TIMES)

    store.writing(both)
    rows = store.reading(lambda session: session.exec(select(Rendering)).all())
    keys = {one.channel: one.buttons for one in rows}
    assert keys["sms"] is None
    assert keys["telegram"] is not None
    assert [data for _, data in keys["telegram"]] == ["q:1:1", "q:1:2", "q:1:3"]
    assert [label[:2] for label, _ in keys["telegram"]] == ["1 ", "2 ", "3 "]


# Taking back


def test_a_recall_before_the_release(store: Store, ours: Settings, clock: StandingClock) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    moment = plan(store, ours, clock, made, local("2026-11-18 06:00"))
    store.writing(broadcasts.recall, made)
    clock.moment = moment
    assert tick(store, ours, clock) == []
    assert school.deliveries(store) == []
    with pytest.raises(BroadcastError, match="is recalled: there is nothing to stop"):
        store.writing(broadcasts.stop, made)


def test_what_is_going_out_is_stopped_not_recalled(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    store.writing(school.families, 3)
    made = store.writing(lambda session: school.send_out(session, ours, clock.now()))
    store.writing(_one_of_them_is_sent)
    with pytest.raises(BroadcastError, match="already going out"):
        store.writing(broadcasts.recall, made)
    assert store.writing(broadcasts.stop, made) == 2
    assert school.states(store) == {"sent": 1, "failed": 2}
    with pytest.raises(BroadcastError, match="is stopped"):
        store.writing(broadcasts.stop, made)


def _one_of_them_is_sent(session: Session) -> None:
    row = session.exec(select(Delivery)).first()
    assert row is not None
    row.state, row.provider_id = DeliveryState.SENT, "SM1"
    session.add(row)


def test_a_rule_that_has_released_once_cannot_be_recalled_and_stops_for_good(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    first = plan(store, ours, clock, made, local("2026-11-18 06:00"), "FREQ=DAILY")
    clock.moment = first
    assert tick(store, ours, clock) == [1]
    with pytest.raises(BroadcastError, match="already going out"):
        store.writing(broadcasts.recall, made)
    store.writing(broadcasts.stop, made)
    clock.advance(days=1)
    assert tick(store, ours, clock) == []


def test_a_release_that_was_due_as_its_broadcast_was_stopped_does_nothing(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    plan(store, ours, clock, made)
    (schedule_id,) = store.reading(broadcasts.due, clock.now())
    store.writing(broadcasts.stop, made)
    assert store.writing(broadcasts.release, schedule_id, ours, clock.now()) is None
    assert school.deliveries(store) == []


def released(store: Store, ours: Settings, clock: StandingClock, *tags: str, **more: object) -> int:
    """A broadcast whose texts stand in the queue."""
    families(store, *tags)
    return store.writing(lambda session: school.send_out(session, ours, clock.now(), **more))  # type: ignore[arg-type]


def test_until_the_first_text_has_left_it_can_be_recalled(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en", "ksw", fallback="none")
    assert school.handovers(store) == ["call: no text in their language"]
    store.writing(broadcasts.recall, made)
    assert the(store, made).state == BroadcastState.RECALLED
    assert school.states(store) == {"failed": 1}
    assert school.handovers(store) == [], "nobody is called about what nobody was told"


def test_taken_back_before_its_release_it_is_a_draft_again_and_can_be_sent_anew(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en", "so")
    made = drafted(store, clock)
    type_in(store, clock, made, "so", "Baraf")
    approve(store, ours, clock, made)
    plan(store, ours, clock, made, local("2026-11-18 06:00"))
    assert store.writing(broadcasts.take_back, made) is broadcasts.TakenBack.DRAFT
    row = the(store, made)
    assert (row.state, row.approved_at, row.counted) == (BroadcastState.DRAFT, None, None)
    type_in(store, clock, made, "so", "Baraf badan")
    approve(store, ours, clock, made)
    plan(store, ours, clock, made)
    assert tick(store, ours, clock) == [2]
    assert texts(store)["so"] == "Baraf badan"


def test_taken_back_from_the_queue_it_is_recalled(store: Store, ours: Settings, clock: StandingClock) -> None:
    made = released(store, ours, clock, "en")
    assert store.writing(broadcasts.take_back, made) is broadcasts.TakenBack.RECALLED
    assert school.states(store) == {"failed": 1}


def claimable(store: Store, clock: StandingClock) -> list[int]:
    """Which deliveries a pump would take now, in order; they are put back."""

    def look(session: Session) -> list[int]:
        lane = outbox.ensure_lane(session, ChannelName.SMS, SMS)
        epoch = outbox.take_lane(session, lane)
        taken = outbox.claim(session, lane, epoch, 100, token="t", now=clock.now())
        outbox.settle(
            session,
            epoch,
            [
                outbox.Settled(one.delivery_id, one.message.attempt, DeliveryState.QUEUED, counts=False)
                for one in taken
            ],
            clock.now(),
        )
        return [one.delivery_id for one in taken]

    return store.writing(look)


def test_a_pause_holds_back_what_is_left_and_resuming_keeps_the_order(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en", "so", "en", "so", "en")
    store.writing(_one_of_them_is_sent)
    before = claimable(store, clock)
    assert len(before) == 4
    assert store.writing(broadcasts.pause, made, clock.now()) == 4
    assert claimable(store, clock) == []
    clock.advance(days=3)
    store.writing(outbox.wake, clock.now())
    assert claimable(store, clock) == [], "time alone wakes none of them"
    assert store.writing(broadcasts.resume, made, clock.now()) == 4
    store.writing(outbox.wake, clock.now())  # the hours of that first day are over: the clock is looked at
    assert claimable(store, clock) == before
    assert school.states(store) == {"sent": 1, "queued": 4}


def test_a_pause_leaves_other_broadcasts_and_answers_alone(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en", "en")
    store.writing(lambda session: school.send_out(session, ours, clock.now(), text="Another one."))
    store.writing(broadcasts.pause, made, clock.now())
    assert school.states(store) == {"waiting": 2, "queued": 2}


def test_a_family_that_stops_while_it_is_paused_gets_nothing_afterwards(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en", "en")
    store.writing(broadcasts.pause, made, clock.now())

    def stop(session: Session) -> None:
        contact = session.get(ContactPoint, 1)
        assert contact is not None
        contacts.stop(session, contact, why="family", evidence="STOP", now=clock.now())

    store.writing(stop)
    assert store.writing(broadcasts.resume, made, clock.now()) == 1
    assert school.states(store) == {"failed": 1, "queued": 1}


def test_a_question_that_resumes_waits_behind_one_that_opened_meanwhile(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en", text="When?", ask=TIMES)
    store.writing(broadcasts.pause, made, clock.now())
    until = clock.now() + timedelta(hours=5)
    store.writing(outbox.question_opened, 1, until)
    store.writing(broadcasts.resume, made, clock.now())
    (row,) = school.deliveries(store)
    assert (row.state, row.waiting_until) == (DeliveryState.WAITING, until)


def test_what_falls_due_while_it_is_paused_goes_out_late_or_is_reported(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    """Of the days that a pause skipped only a fresh one goes out: families need no old text."""
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    first = plan(store, ours, clock, made, local("2026-11-18 06:00"), "FREQ=DAILY")
    store.writing(broadcasts.pause, made, clock.now())
    clock.moment = first + timedelta(days=2, minutes=30)
    assert tick(store, ours, clock) == []
    store.writing(broadcasts.resume, made, clock.now())
    assert tick(store, ours, clock) == [1]
    assert len(school.handovers(store)) == 2
    assert all(one.startswith("missed:") for one in school.handovers(store))


def test_steps_that_make_no_sense_are_refused_in_a_sentence(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en")
    with pytest.raises(BroadcastError, match="is not paused"):
        store.writing(broadcasts.resume, made, clock.now())
    store.writing(broadcasts.pause, made, clock.now())
    with pytest.raises(BroadcastError, match="is paused already"):
        store.writing(broadcasts.pause, made, clock.now())
    store.writing(broadcasts.stop, made)
    with pytest.raises(BroadcastError, match="nothing to pause"):
        store.writing(broadcasts.pause, made, clock.now())
    assert the(store, made).paused_at is None


def test_what_has_left_cannot_be_paused(store: Store, ours: Settings, clock: StandingClock) -> None:
    made = released(store, ours, clock, "en")
    store.writing(_one_of_them_is_sent)
    with pytest.raises(BroadcastError, match="has left already"):
        store.writing(broadcasts.pause, made, clock.now())
    assert the(store, made).paused_at is None


def test_in_the_hour_that_clocks_repeat_now_is_now(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    """1 November 2026, 01:30 for the second time: a local time would name the first, an hour ago."""
    from bot.broadcasts.schedules import schedule_at

    families(store, "en")
    made = drafted(store, clock)
    clock.moment = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    approve(store, ours, clock, made)
    moment = clock.now() + timedelta(seconds=20)
    assert store.writing(schedule_at, made, moment, ours) == moment
    assert tick(store, ours, clock) == []
    clock.moment = moment
    assert tick(store, ours, clock) == [1]


def test_what_was_found_too_late_is_sent_after_all_when_staff_say_so(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en", "so")
    made = drafted(store, clock)
    approve(store, ours, clock, made, fallback="en")
    first = plan(store, ours, clock, made, local("2026-11-17 12:00"))
    clock.moment = first + timedelta(hours=3)
    assert tick(store, ours, clock) == [None]
    assert len(school.handovers(store)) == 1
    with pytest.raises(BroadcastError, match="is over"):
        store.writing(broadcasts.send_after_all, made, ours, clock.now(), clock.now())
    later = clock.now() + timedelta(hours=1)
    assert store.writing(broadcasts.send_after_all, made, ours, clock.now(), later) == later
    assert tick(store, ours, clock) == []
    clock.moment = later
    assert tick(store, ours, clock) == [2]
    owed = store.reading(lambda session: list(session.exec(select(Handover.done_at))))
    assert None not in owed, "the task is done"
    with pytest.raises(BroadcastError, match="was not missed"):
        store.writing(broadcasts.send_after_all, made, ours, clock.now())


def emergency(store: Store, ours: Settings, clock: StandingClock, worth: str | None = None) -> int:
    families(store, "en")
    made = drafted(store, clock, purpose="emergency")

    def keep(session: Session) -> None:
        row = session.get(Broadcast, made)
        assert row is not None
        row.worth = worth
        session.add(row)

    store.writing(keep)
    approve(store, ours, clock, made)
    return made


@pytest.mark.parametrize(
    ("worth", "ends"),
    [(None, "2026-11-17 15:30"), ("2h", "2026-11-17 12:00"), ("14:00", "2026-11-17 14:00"), ("always", None)],
)
def test_an_emergency_is_worth_sending_until_school_is_over_or_as_staff_say(
    store: Store, ours: Settings, clock: StandingClock, worth: str | None, ends: str | None
) -> None:
    made = emergency(store, ours, clock, worth)
    plan(store, ours, clock, made)
    assert tick(store, ours, clock) == [1]
    (found,) = store.reading(lambda session: session.exec(select(Occurrence.expires_at)).all())
    expected = local(ends).replace(tzinfo=ours.school.zone) if ends else None
    assert found == expected


def test_a_closing_that_is_found_after_the_morning_is_reported_and_not_sent(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    clock.moment = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)  # 05:00
    made = emergency(store, ours, clock, "2026-11-17T07:00")
    plan(store, ours, clock, made, local("2026-11-17 05:30"))
    clock.moment = datetime(2026, 11, 17, 13, 10, tzinfo=UTC)  # 07:10, within the grace
    assert tick(store, ours, clock) == [None]
    assert school.deliveries(store) == []
    assert [one[:7] for one in school.handovers(store)] == ["missed:"]


def test_a_closing_that_is_announced_after_the_morning_is_meant_all_the_same(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = emergency(store, ours, clock, "2026-11-17T07:00")
    plan(store, ours, clock, made)
    assert tick(store, ours, clock) == [1]


def test_a_broadcast_of_the_night_waits_and_an_emergency_does_not(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    clock.moment = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # 22:00
    released(store, ours, clock, "en")
    assert school.states(store) == {"waiting": 1}
    made = emergency(store, ours, clock)
    plan(store, ours, clock, made)
    tick(store, ours, clock)
    assert school.states(store) == {"waiting": 1, "queued": 2}


def test_days_without_school_are_left_out_if_staff_say_so(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    closed = ours.calendar.model_copy(update={"closed": ("2026-11-18/2026-11-19",)})
    ours = ours.model_copy(update={"calendar": closed})
    families(store, "en")
    made = drafted(store, clock)
    approve(store, ours, clock, made)
    first = store.writing(
        broadcasts.schedule, made, local("2026-11-18 09:00"), ours,
        rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", now=clock.now(), skip_closed=True,
    )  # fmt: skip
    assert first == local("2026-11-20 09:00").replace(tzinfo=ours.school.zone)


def test_a_new_source_text_makes_translations_stale(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    families(store, "en", "so")
    made = drafted(store, clock)
    type_in(store, clock, made, "so", "Baraf")
    type_in(store, clock, made, "en", SNOW)
    assert store.reading(broadcasts.preview, made, ours).objections == ()
    type_in(store, clock, made, "en", "School is open after all.")
    by = {one.language: one for one in store.reading(broadcasts.preview, made, ours).lines}
    assert (by["so"].state, by["so"].written_in) == (TranslationState.STALE, None)


def test_what_was_on_its_way_when_the_pause_began_waits_too_if_it_comes_back(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en", "en")

    def taken(session: Session) -> tuple[int, list[outbox.Claimed]]:
        lane = outbox.ensure_lane(session, ChannelName.SMS, SMS)
        epoch = outbox.take_lane(session, lane)
        return epoch, outbox.claim(session, lane, epoch, 2, token="t", now=clock.now())

    epoch, (first, second) = store.writing(taken)
    with pytest.raises(BroadcastError, match="has left already"):
        store.writing(broadcasts.pause, made, clock.now())

    def back(session: Session) -> None:
        again = [
            outbox.Settled(first.delivery_id, first.message.attempt, DeliveryState.QUEUED),
            outbox.Settled(
                second.delivery_id,
                second.message.attempt,
                DeliveryState.WAITING,
                waiting_until=clock.now() + timedelta(minutes=1),
            ),
        ]
        row = session.get(Broadcast, made)
        assert row is not None
        row.paused_at = clock.now()
        session.add(row)
        outbox.settle(session, epoch, again, clock.now())
        outbox.end_unwanted(session, [first.delivery_id, second.delivery_id])

    store.writing(back)
    clock.advance(hours=1)
    store.writing(outbox.wake, clock.now())
    assert claimable(store, clock) == []
    store.writing(broadcasts.resume, made, clock.now())
    assert len(claimable(store, clock)) == 2


def test_a_paused_question_is_not_let_go_by_the_closing_of_another(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    made = released(store, ours, clock, "en", text="When?", ask=TIMES)
    store.writing(broadcasts.pause, made, clock.now())
    store.writing(outbox.question_closed, 1)
    assert claimable(store, clock) == []
    store.writing(broadcasts.resume, made, clock.now())
    assert len(claimable(store, clock)) == 1
