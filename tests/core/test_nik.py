"""The NIK: every rule at its limits, and a round trip for every possible person."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core.nik import OLDEST_YEARS, PROVINCES, NikFault, NikParts, read
from kiosk.core.record import Sex

THIS_YEAR = 2026


def faults(nik: str) -> NikFault | None:
    found = read(nik, THIS_YEAR)
    return found if isinstance(found, NikFault) else None


@pytest.mark.parametrize(
    ("nik", "fault"),
    [
        ("6105010107800001", None),
        ("6105014107800001", None),
        ("6105017112800001", None),
        ("6105013112809999", None),
        ("6105012902000001", None),
        ("6105010107000001", None),
        ("", NikFault.NOT_16_DIGITS),
        ("610501010780000", NikFault.NOT_16_DIGITS),
        ("61050101078000011", NikFault.NOT_16_DIGITS),
        ("610501010780000a", NikFault.NOT_16_DIGITS),
        ("６１０５０１０１０７８００００１", NikFault.NOT_16_DIGITS),
        ("0005010107800001", NikFault.NO_SUCH_PROVINCE),
        ("9905010107800001", NikFault.NO_SUCH_PROVINCE),
        ("2205010107800001", NikFault.NO_SUCH_PROVINCE),
        ("6100010107800001", NikFault.NO_SUCH_DISTRICT),
        ("6105000107800001", NikFault.NO_SUCH_DISTRICT),
        ("6105010007800001", NikFault.NO_SUCH_DAY),
        ("6105013207800001", NikFault.NO_SUCH_DAY),
        ("6105014007800001", NikFault.NO_SUCH_DAY),
        ("6105017207800001", NikFault.NO_SUCH_DAY),
        ("6105010100800001", NikFault.NO_SUCH_DAY),
        ("6105010113800001", NikFault.NO_SUCH_DAY),
        ("6105013106800001", NikFault.NO_SUCH_DAY),
        ("6105012902810001", NikFault.NO_SUCH_DAY),
        ("6105010107800000", NikFault.SERIAL_ZERO),
    ],
)
def test_each_part_is_judged(nik: str, fault: NikFault | None) -> None:
    assert faults(nik) is fault


def test_two_digits_of_a_year_leave_both_centuries_open() -> None:
    parts = read("6105010107200001", THIS_YEAR)
    assert isinstance(parts, NikParts)
    assert parts.births == (date(2020, 7, 1), date(1920, 7, 1))


def test_nobody_is_born_later_than_this_year_or_too_long_ago() -> None:
    parts = read("6105010107270001", THIS_YEAR)
    assert isinstance(parts, NikParts)
    assert parts.births == (date(1927, 7, 1),)


@pytest.mark.parametrize("year", [1970, 1980, 2000])
def test_a_clock_that_was_reset_makes_no_nik_impossible(year: int) -> None:
    assert read("6105010107850001", year) == read("6105010107850001", THIS_YEAR)


@given(
    st.sampled_from(sorted(PROVINCES)),
    st.integers(1, 99),
    st.integers(1, 99),
    st.dates(date(THIS_YEAR - OLDEST_YEARS, 1, 1), date(THIS_YEAR, 12, 31)),
    st.sampled_from(Sex),
    st.integers(1, 9999),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_what_a_nik_was_made_of_is_read_back(
    province: int, regency: int, district: int, birth: date, sex: Sex, serial: int
) -> None:
    day = birth.day + (40 if sex is Sex.FEMALE else 0)
    nik = f"{province:02d}{regency:02d}{district:02d}{day:02d}{birth.month:02d}{birth.year % 100:02d}{serial:04d}"
    parts = read(nik, THIS_YEAR)
    assert isinstance(parts, NikParts)
    assert birth in parts.births
    assert (parts.province, parts.regency, parts.district, parts.sex, parts.serial) == (
        province,
        regency,
        district,
        sex,
        serial,
    )


@given(st.text(max_size=20), st.integers(1, 9999))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_text_is_too_strange(text: str, year: int) -> None:
    assert isinstance(read(text, year), NikParts | NikFault)
