"""Whether an ANSI/NIST-ITL file has every mandatory field of its record types, in a form that a receiver can read.

The table is `fields.toml`. A fault names record, field and what is wrong; it never holds a value.
"""

import re
import struct
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.regency import nist, nist_read
from kiosk.regency.nist_read import IMAGE, BinaryRecord, Record

TABLE_FILE = Path(__file__).with_name("fields.toml")
_IDC, _CONTENT, _NSR, _NTR = 2, 3, 11, 12
MISSING, ILL_FORMED, TWICE, EMPTY = "missing", "ill-formed", "there twice", "empty"
_LAYOUTS = {4: "!B6sBHHB", 8: "!BBBHH"}  # IMP FGP ISR HLL VLL GCA; SIG SRT ISR HLL VLL; the picture follows
_FIRST_FIXED = 3
_NO_POSITION, _LAST_POSITION = 255, 19
_ANY = frozenset({1, 2})  # what every tagged record has, of types that the table does not know too


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field; `record` counts from 0, which is Type-1."""

    record: int
    type: int
    field: int
    what: str

    def __str__(self) -> str:
        return f"record {self.record}: {self.type}.{self.field:03d} {self.what}"


@dataclass(frozen=True)
class Rules:
    """The table of one record type."""

    always: frozenset[int]
    with_image: frozenset[int]
    without_image: frozenset[int]
    form: dict[int, re.Pattern[bytes]]


@dataclass(frozen=True)
class Checked:
    """How many records a file has, and what is wrong with them."""

    records: int
    faults: tuple[Fault, ...]


@cache
def rules() -> dict[int, Rules]:
    """The table by record type."""
    table = tomllib.loads(TABLE_FILE.read_text("utf-8"))
    patterns = {name: re.compile(text.encode()) for name, text in table.pop("forms").items()}
    return {
        int(kind): Rules(
            frozenset(told.get("always", ())),
            frozenset(told.get("with_image", ())),
            frozenset(told.get("without_image", ())),
            {int(number): patterns[form] for number, form in told["form"].items()},
        )
        for kind, told in table.items()
    }


def check(data: bytes) -> Checked:
    """What is wrong with a file, in its order. NistError where it cannot be read at all."""
    records = nist_read.read(data)
    first = records[0]
    assert isinstance(first, Record)
    wanted = [(1, 0), *nist_read.listed(first)]
    faults = [fault for place, record in enumerate(records) for fault in _faults(place, record, wanted[place][1])]
    return Checked(len(records), (*_of_type_1(first, records), *faults))


def _faults(place: int, record: Record | BinaryRecord, idc: int) -> Iterator[Fault]:
    if isinstance(record, BinaryRecord):
        fields: Sequence[tuple[int, bytes]] = tuple(_binary_fields(record))
        table = rules().get(record.type, Rules(frozenset(), frozenset(), frozenset(), {}))
    else:
        fields = record.fields
        table = rules().get(record.type, Rules(_ANY, frozenset(), frozenset(), {}))
    for number, what in (*_absent(fields, table), *_malformed(fields, table)):
        yield Fault(place, record.type, number, what)
    said = dict(fields).get(_IDC, b"")
    if place and said.isdigit() and int(said) != idc:
        yield Fault(place, record.type, _IDC, "not the IDC that 1.003 names")


def _absent(fields: Sequence[tuple[int, bytes]], table: Rules) -> Iterator[tuple[int, str]]:
    present = Counter(number for number, _ in fields)
    needed = table.always | (table.with_image if IMAGE in present else table.without_image)
    yield from ((number, MISSING) for number in sorted(needed - present.keys()))
    yield from ((number, TWICE) for number in sorted(present) if present[number] > 1)


def _malformed(fields: Sequence[tuple[int, bytes]], table: Rules) -> Iterator[tuple[int, str]]:
    for number, value in fields:
        pattern = table.form.get(number)
        if number == IMAGE and not value:
            yield IMAGE, EMPTY
        elif pattern and not pattern.fullmatch(value):
            yield number, ILL_FORMED


def _of_type_1(first: Record, records: Sequence[Record | BinaryRecord]) -> Iterator[Fault]:
    """What depends on other records: their number, and the resolutions, which are Type-4's and said with one only."""
    _, _, count = (first.value(_CONTENT) or b"").partition(nist.RS)[0].partition(nist.US)
    if int(count) != len(records) - 1:
        yield Fault(0, 1, _CONTENT, "counts other records than it names")
    scanned = any(record.type == 4 for record in records)
    for number in (_NSR, _NTR):
        value = first.value(number)
        if value is not None and (value == nist.NO_TYPE_4.encode()) == scanned:
            yield Fault(0, 1, number, "without a Type-4 record" if not scanned else "none, though there is Type 4")


def _binary_fields(record: BinaryRecord) -> Iterator[tuple[int, bytes]]:
    """The fixed fields as numbers in text, so that one table serves; nothing of types that are not in it."""
    yield _IDC, str(record.idc).encode()
    layout = _LAYOUTS.get(record.type)
    if layout is None:
        return
    fixed = struct.calcsize(layout)
    values = struct.unpack_from(layout, record.body.ljust(fixed, b"\0"))
    yield from ((number, _text(value)) for number, value in enumerate(values, start=_FIRST_FIXED))
    yield _FIRST_FIXED + len(values), record.body[fixed:]


def _text(value: int | bytes) -> bytes:
    """A number; of six positions the first, unless another is none."""
    if isinstance(value, int):
        return str(value).encode()
    others_hold = all(position == _NO_POSITION or position <= _LAST_POSITION for position in value[1:])
    return str(value[0]).encode() if others_hold else b""
