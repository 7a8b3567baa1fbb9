"""What offices type into cells, and what it means."""

from __future__ import annotations

import unicodedata
from datetime import date

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rosters import values
from bot.rosters.headers import HEADERS, Field, field_of

SEVENFIFTEEN = "+17155550142"

last_digits = st.integers(100, 199).map(lambda number: f"{number:04}")
area_codes = st.sampled_from(["715", "608", "414", "651", "212"])


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("715-555-0142", [SEVENFIFTEEN]),
        ("715-555-0142 (mom)", [SEVENFIFTEEN]),
        ("(715) 555 0142", [SEVENFIFTEEN]),
        ("7155550142", [SEVENFIFTEEN]),
        ("7155550142.0", [SEVENFIFTEEN]),
        ("1-715-555-0142", [SEVENFIFTEEN]),
        ("715‑555–0142", [SEVENFIFTEEN]),
        ("７１５ ５５５ ０１４２", [SEVENFIFTEEN]),
        ("cell 715.555.0142 call after 3", [SEVENFIFTEEN]),
        ("715-555-0142 / 715-555-0199", [SEVENFIFTEEN, "+17155550199"]),
        ("715-555-0199 o 715-555-0142", ["+17155550199", SEVENFIFTEEN]),
        ("715-555-0142 (mom 715-555-0199)", [SEVENFIFTEEN, "+17155550199"]),
        ("715-555-0142; 715 555 0142", [SEVENFIFTEEN]),
        ("+52 55 1234 5678", ["+525512345678"]),
        ("", []),
        ("none", []),
        ("N/A", []),
        (" - ", []),
        ("no tiene", []),
    ],
)
def test_a_phone_cell_means(cell: str, numbers: list[str]) -> None:
    assert list(values.phones(cell, "US")) == numbers


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("555-0142", "area code is missing"),
        ("71555501", "too few digits"),
        ("7155550142715", "too many digits"),
        ("715-155-0142", "no such area code or exchange"),
        ("715-555-0142 x12", "extension"),
        ("715-555-0142 ext. 9", "extension"),
        ("7.15555E+09", "shortened"),
        ("call grandma", "no phone number in this"),
        ("800-555-0142", "toll-free"),
        ("900-555-0142", "premium-rate"),
    ],
)
def test_a_phone_cell_is_refused_with_its_reason(cell: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        values.phones(cell, "US")


def test_a_number_without_a_country_is_of_the_schools_region() -> None:
    assert values.phones("55 1234 5678", "MX") == ("+525512345678",)


@given(area_codes, last_digits)
def test_fictional_numbers_are_accepted_however_they_are_written(area: str, last: str) -> None:
    expected = (f"+1{area}555{last}",)
    assert phonenumbers.is_valid_number(phonenumbers.parse(expected[0]))
    for shape in ("{}-555-{}", "({}) 555 {}", "{}555{}", "{}.555.{} mom", "+1 {} 555-{}", "{}555{}.0"):
        assert values.phones(shape.format(area, last), "US") == expected


@given(st.text())
def test_any_phone_cell_is_numbers_or_a_reason(cell: str) -> None:
    try:
        found = values.phones(cell, "US")
    except ValueError:
        return
    assert all(number.startswith("+") and number[1:].isascii() and number[1:].isdigit() for number in found)


@pytest.mark.parametrize(
    ("cell", "grade"),
    [
        ("K", "K"),
        ("kg", "K"),
        ("Kinder", "K"),
        ("Kínder", "K"),
        ("5K", "K"),
        ("0", "K"),
        ("PK", "PK"),
        ("Pre-K", "PK"),
        ("4K", "PK"),
        ("3", "3"),
        ("03", "3"),
        ("3.0", "3"),
        ("3rd", "3"),
        ("3.º", "3"),
        ("Grade 3", "3"),
        ("tercero", "3"),
        ("2do grado", "2"),
        ("12th grade", "12"),
        ("", None),
    ],
)
def test_a_grade_cell_means(cell: str, grade: str | None) -> None:
    assert values.grade(cell) == grade


@pytest.mark.parametrize("cell", ["13", "3-4", "1/2", "-1", "Blue", "3 4", "2026-01-02"])
def test_what_is_no_single_grade_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="grade"):
        values.grade(cell)


@given(st.text())
def test_a_grade_read_twice_is_the_same_grade(cell: str) -> None:
    try:
        first = values.grade(cell)
    except ValueError:
        return
    assert first is None or values.grade(first) == first


@pytest.mark.parametrize(
    ("cell", "region", "day"),
    [
        ("2026-09-03", "US", "2026-09-03"),
        ("2026-09-03T00:00:00", "US", "2026-09-03"),
        ("9/3/2026", "US", "2026-09-03"),
        ("9/3/2026", "MX", "2026-03-09"),
        ("25/12/2026", "US", "2026-12-25"),
        ("12/25/2026", "MX", "2026-12-25"),
        ("9-3-26", "US", "2026-09-03"),
        ("3.9.2026", "DE", "2026-09-03"),
        ("Sep 3, 2026", "US", "2026-09-03"),
        ("3 de septiembre de 2026", "US", "2026-09-03"),
        ("3-Sep-26", "US", "2026-09-03"),
        ("46268", "US", "2026-09-03"),
        ("8/31/26 10:15 am", "US", "2026-08-31"),
        ("", "US", None),
    ],
)
def test_a_date_cell_means(cell: str, region: str, day: str | None) -> None:
    assert values.day(cell, region) == day


@pytest.mark.parametrize("cell", ["13/32/2026", "yesterday", "Sep 2026", "2/30/2026", "9/3"])
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="no date"):
        values.day(cell, "US")


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_date_survives_every_office_form(day: date) -> None:
    forms = ("%Y-%m-%d", "%m/%d/%Y", "%d %B %Y", "%b %d, %Y")
    assert {values.day(day.strftime(form), "US") for form in forms} == {day.isoformat()}
    assert values.day(str((day - date(1899, 12, 30)).days), "US") == day.isoformat()


def test_names_are_one_whatever_their_order_case_and_accents() -> None:
    assert values.name_key("GARCÍA, Maria") == values.name_key(" maría  Garcia")
    assert values.name_key("Maria Garcia") != values.name_key("Maria Garcia Lopez")
    assert values.name_key("สมชาย ใจดี") != values.name_key("สมชาย ใจดู")


@given(st.sampled_from([(field, name) for field, names in HEADERS.items() for name in names.split(",")]))
def test_a_header_is_known_in_any_case_spacing_and_accents(known: tuple[Field, str]) -> None:
    field, header = known
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", header) if not unicodedata.combining(sign))
    words = header.split()
    for written in (header.upper(), bare, "_".join(words), "".join(words), f"  {header} * "):
        assert field_of(written, {}) is field


def test_only_phones_may_be_numbered_beyond_one() -> None:
    assert field_of("Phone 3", {}) is Field.PHONE
    assert field_of("Guardian 1", {}) is Field.GUARDIAN
    assert field_of("Guardian 2", {}) is None
