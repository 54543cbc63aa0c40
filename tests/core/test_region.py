"""The date where a box stands."""

from datetime import UTC, date, datetime

from kiosk.core.nik import PROVINCES
from kiosk.core.region import ZONES, Zone, local_date

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
