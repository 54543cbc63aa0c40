"""The date where a box stands."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.core.nik import PROVINCES
from kiosk.core.region import ZONES, Zone, local_date

TABLES = {Zone.WIB: "Asia/Pontianak", Zone.WITA: "Asia/Makassar", Zone.WIT: "Asia/Jayapura"}  # tzdata's own
MIDNIGHTS = {Zone.WIB: 17, Zone.WITA: 16, Zone.WIT: 15}  # in UTC
EIGHT_IN_PAPUA = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_every_province_has_one_zone() -> None:
    assert len(ZONES) == 38
    assert {int(code) for code in ZONES} <= PROVINCES
    assert all(len(code) == 2 for code in ZONES)


def test_provinces_of_every_island_keep_their_zone() -> None:
    by_zone = {"11": "WIB", "31": "WIB", "61": "WIB", "62": "WIB", "51": "WITA", "63": "WITA", "73": "WITA"}
    by_zone |= {"65": "WITA", "81": "WIT", "91": "WIT", "96": "WIT"}
    assert {code: ZONES[code].value for code in by_zone} == by_zone


def test_at_eight_in_papua_it_is_still_yesterday_in_utc() -> None:
    assert EIGHT_IN_PAPUA.date() == date(2026, 11, 22)
    assert local_date(EIGHT_IN_PAPUA, Zone.WIT) == date(2026, 11, 23)
    assert local_date(EIGHT_IN_PAPUA, Zone.WITA) == date(2026, 11, 23)
    assert local_date(EIGHT_IN_PAPUA.replace(hour=16, minute=59), Zone.WIB) == date(2026, 11, 22)
    assert local_date(EIGHT_IN_PAPUA.replace(hour=17, minute=0), Zone.WIB) == date(2026, 11, 23)


@pytest.mark.parametrize("zone", Zone)
@given(
    day=st.dates(date(2020, 1, 1), date(2099, 12, 30)),
    past=st.one_of(st.sampled_from([-1, 0, 1]), st.integers(-43_200_000_000, 43_199_999_999)),
)
@example(day=date(2028, 2, 29), past=0)
@example(day=date(2027, 12, 31), past=-1)
def test_the_day_turns_at_local_midnight_to_the_microsecond(zone: Zone, day: date, past: int) -> None:
    """The midnight that ends this day, and so many microseconds after it."""
    midnight = datetime(day.year, day.month, day.day, MIDNIGHTS[zone], tzinfo=UTC)
    moment = midnight + timedelta(microseconds=past)
    assert local_date(moment, zone) == (day if past < 0 else day + timedelta(days=1))
    assert local_date(moment, zone) == moment.astimezone(ZoneInfo(TABLES[zone])).date()
