"""type2.toml: which of our values stand in which user-defined field, and what Type-1 says of kind and destination."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.core.record import Provenance
from kiosk.core.recording import Moment, Recording
from kiosk.regency.nist import Value

MAPPING_FILE = Path(__file__).with_name("type2.toml")


@dataclass(frozen=True)
class Mapping:
    """What the mapping file says; `fields` are Type-2 numbers with the names of our values, ascending."""

    kind: str
    training_kind: str
    destination: str
    local: timedelta
    fields: tuple[tuple[int, str], ...]


def read_mapping(path: Path = MAPPING_FILE) -> Mapping:
    """The mapping file. ValueError where it names a value that we do not have."""
    told = tomllib.loads(path.read_text("utf-8"))
    general, fields = told["transaction"], told["fields"]
    if unknown := set(fields.values()) - _VALUES.keys():
        raise ValueError(f"the mapping names values that do not exist: {', '.join(sorted(unknown))}")
    return Mapping(
        general["kind"],
        general["training_kind"],
        general["destination"],
        timedelta(minutes=general["utc_offset_minutes"]),
        tuple(sorted((int(number), name) for number, name in fields.items())),
    )


def type2_fields(recording: Recording, mapping: Mapping) -> tuple[tuple[int, Value], ...]:
    """The user-defined fields that have a value."""
    told = ((number, _VALUES[name](recording)) for number, name in mapping.fields)
    return tuple((number, value) for number, value in told if value not in ("", ()))


def utc_of(moment: Moment) -> datetime:
    """The moment as a date with its zone; ValueError where the text is none."""
    return datetime.fromisoformat(moment.utc)


def provenance_of(recording: Recording) -> Provenance:
    """The weakest of all captures; REAL where nothing was captured."""
    order = (Provenance.SIMULATED, Provenance.RECORDED, Provenance.REAL)
    return min((c.origin.provenance for c in recording.captures), key=order.index, default=Provenance.REAL)


def _check(recording: Recording) -> Value:
    check = recording.check
    return ((check.result.value, check.tries, " ".join(check.fingers), check.why or ""),)


_VALUES: dict[str, Callable[[Recording], Value]] = {
    "record_id": lambda r: r.record_id,
    "nik": lambda r: r.resident.nik,
    "name": lambda r: r.resident.name,
    "birth": lambda r: r.resident.birth.strftime("%Y%m%d"),
    "sex": lambda r: r.resident.sex.value,
    "place": lambda r: r.resident.place,
    "listed": lambda r: "Y" if r.listed else "N",
    "recorded_at": lambda r: r.place,
    "box": lambda r: r.box,
    "officer": lambda r: r.officer,
    "attested_by": lambda r: r.attestation.officer if r.attestation else "",
    "check": _check,
    "endorsement": lambda r: r.endorsement.value,
    "exceptions": lambda r: tuple((e.position.value, e.reason.value, e.lasting.value) for e in r.exemptions),
    "flags": lambda r: tuple((flag,) for flag in r.flags),
    "linked": lambda r: r.linked or "",
    "provenance": lambda r: provenance_of(r).value,
}
