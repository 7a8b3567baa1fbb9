"""The hour we promise is one at which somebody who writes the language is there."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bot.settings import Duty
from tests.inbox.office import Office
from tests.school import phone


def with_liaison(office: Office, **hours: object) -> None:
    duty = Duty.model_validate({"start": time(9), "end": time(13), "days": ("mon", "wed", "fri"), **hours})
    staff = office.desk.settings.staff.model_copy(update={"duty_by_language": {"so": duty}})
    office.desk.settings = office.desk.settings.model_copy(update={"staff": staff})


@pytest.mark.parametrize(
    ("now", "promised", "night"),
    [
        # Tuesday 10:00: the office is there, the liaison comes on Wednesday at 9
        (datetime(2026, 11, 17, 16, tzinfo=UTC), datetime(2026, 11, 18, 19, tzinfo=UTC), False),
        # Tuesday 22:00: nobody is
        (datetime(2026, 11, 18, 4, tzinfo=UTC), datetime(2026, 11, 18, 15, tzinfo=UTC), True),
        # Wednesday 9:30: four hours of hers are over at 13:00 on Friday at the earliest
        (datetime(2026, 11, 18, 15, 30, tzinfo=UTC), datetime(2026, 11, 20, 16, tzinfo=UTC), False),
    ],
)
def test_a_promise_counts_the_liaisons_own_hours(
    office: Office, now: datetime, promised: datetime, night: bool
) -> None:
    with_liaison(office)
    office.family()
    office.desk.clock.moment = now
    office.desk.says(phone(1), "Goorma ayuu basku imanayaa?")
    (row,) = office.waiting().rows
    assert row.promised_at == promised
    (said,) = office.desk.read(phone(1))
    assert ("Habeenkii" in said) is night


def test_other_languages_keep_the_offices_hours(office: Office) -> None:
    with_liaison(office)
    office.family(1, "es")
    office.asks(1, "¿A qué hora sale el bus?")
    (row,) = office.waiting().rows
    assert row.promised_at == datetime(2026, 11, 17, 20, tzinfo=UTC)
