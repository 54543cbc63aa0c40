"""Residents who do not exist: names and numbers for training boxes, the same for the same seed."""

import random
from datetime import date

from kiosk.core.nik import WOMEN_DAY_OFFSET
from kiosk.core.record import Resident, Sex

_MALE = "Agus Bambang Budi Dedi Eko Gilang Hendra Iwan Joko Kornelius Lukas Markus Petrus Rahmat Slamet Yohanes"
_FEMALE = "Ayu Dewi Elisabet Fitri Indah Kartini Lestari Maria Nur Ratna Rina Siti Sri Theresia Wulan Yuliana"
_FAMILY = "Apui Gunawan Halim Hidayat Kusuma Lestari Nugroho Pratama Rusli Saputra Setiawan Susanto Wijaya"
_VILLAGES = ("Nanga Mau", "Nanga Sepauk", "Serawai", "Ambalau", "Kayan Hilir", "Dedai", "Tempunak", "Ketungau Hulu")
_SINTANG = "6105"  # the training list lives in one regency, in sub-districts that exist
_SUB_DISTRICTS = range(1, 15)
_BIRTHS = (date(1940, 1, 1), date(2009, 12, 31))


def residents(seed: int, count: int) -> list[Resident]:
    """`count` residents with NIKs that agree with their birth date and sex, each NIK once."""
    rng = random.Random(seed)
    return [_resident(rng, serial) for serial in range(1, count + 1)]


def _resident(rng: random.Random, serial: int) -> Resident:
    sex = rng.choice((Sex.MALE, Sex.FEMALE))
    first = rng.choice((_MALE if sex is Sex.MALE else _FEMALE).split())
    name = first if rng.random() < 0.2 else f"{first} {rng.choice(_FAMILY.split())}"  # one name alone is common
    birth = date.fromordinal(rng.randint(_BIRTHS[0].toordinal(), _BIRTHS[1].toordinal()))
    day = birth.day + (WOMEN_DAY_OFFSET if sex is Sex.FEMALE else 0)
    district = rng.choice(_SUB_DISTRICTS)
    nik = f"{_SINTANG}{district:02d}{day:02d}{birth.month:02d}{birth.year % 100:02d}{serial:04d}"
    return Resident(nik, name.upper(), birth, sex, rng.choice(_VILLAGES).upper())
