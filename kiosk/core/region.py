"""Which date it is where a box stands: the provinces of the civil registry and their time zones, by law without summer
time (Keputusan Presiden 41/1987)."""

from datetime import date, datetime, timedelta
from enum import StrEnum


class Zone(StrEnum):
    """Western, central and eastern Indonesian time."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"


AHEAD_OF_UTC = {Zone.WIB: timedelta(hours=7), Zone.WITA: timedelta(hours=8), Zone.WIT: timedelta(hours=9)}
# Codes of the Ministry of Home Affairs, all 38 provinces (Kepmendagri 100.1.1-6117/2022, with the four of 2022: 93-96).
_PROVINCES = {
    Zone.WIB: (*range(11, 20), 21, *range(31, 37), 61, 62),
    Zone.WITA: (51, 52, 53, 63, 64, 65, *range(71, 77)),
    Zone.WIT: (81, 82, *range(91, 97)),
}
ZONES = {str(code): zone for zone, codes in _PROVINCES.items() for code in codes}


def local_date(utc: datetime, zone: Zone) -> date:
    """The date at that moment in that zone."""
    return (utc + AHEAD_OF_UTC[zone]).date()
