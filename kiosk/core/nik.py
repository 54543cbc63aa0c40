"""The NIK, 16 digits PPKKCC DDMMYY SSSS: what its parts say and whether they can be. There is no check digit.

A NIK that stands on the signed list is valid whatever its parts; these rules judge unlisted ones.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.core.record import Sex

SIXTEEN_DIGITS = re.compile(r"[0-9]{16}")
WOMEN_DAY_OFFSET = 40
OLDEST_YEARS = 110
EARLIEST_YEAR = 2026  # of any honest clock: this program is not older
# Province codes of the civil registry; regencies and districts split, and are judged for 00 only.
PROVINCES = frozenset(
    [*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 98)]
)


class NikFault(StrEnum):
    """Why sixteen digits cannot be a NIK."""

    NOT_16_DIGITS = "not-16-digits"
    NO_SUCH_PROVINCE = "no-such-province"
    NO_SUCH_DISTRICT = "no-such-district"
    NO_SUCH_DAY = "no-such-day"
    SERIAL_ZERO = "serial-zero"


@dataclass(frozen=True)
class NikParts:
    """What a possible NIK says. `births` holds every possible birth date, youngest first: YY gives no century."""

    province: int
    regency: int
    district: int
    births: tuple[date, ...]
    sex: Sex
    serial: int


def read(nik: str, this_year: int) -> NikParts | NikFault:
    """The parts of a NIK, or why it cannot be one; `this_year` bounds the centuries, but never a reset clock."""
    if not SIXTEEN_DIGITS.fullmatch(nik):
        return NikFault.NOT_16_DIGITS
    province, regency, district, day, month, year, serial = (
        int(nik[a:b]) for a, b in ((0, 2), (2, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 16))
    )
    if province not in PROVINCES:
        return NikFault.NO_SUCH_PROVINCE
    if not regency or not district:
        return NikFault.NO_SUCH_DISTRICT
    if serial == 0:
        return NikFault.SERIAL_ZERO
    sex = Sex.FEMALE if day > WOMEN_DAY_OFFSET else Sex.MALE
    births = _births(day - WOMEN_DAY_OFFSET if sex is Sex.FEMALE else day, month, year, max(this_year, EARLIEST_YEAR))
    if not births:
        return NikFault.NO_SUCH_DAY
    return NikParts(province, regency, district, births, sex, serial)


def _births(day: int, month: int, year: int, this_year: int) -> tuple[date, ...]:
    found = []
    for century in (this_year // 100 * 100, this_year // 100 * 100 - 100):
        full = century + year
        if this_year - OLDEST_YEARS <= full <= this_year:
            try:
                found.append(date(full, month, day))
            except ValueError:
                continue
    return tuple(found)
