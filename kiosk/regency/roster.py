"""A list of residents from a table to the boxes: read from CSV, signed, sealed to each box."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.core.record import Resident, Sex
from kiosk.exchange.roster import Listed, Roster, seal_roster
from kiosk.regency.certify import intakes
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import Office

COLUMNS = ("nik", "name", "birth", "sex", "place", "status")
UNREGISTERED = "UNREGISTERED"
_NIK = re.compile(r"[0-9]{16}")


@dataclass(frozen=True)
class BadLine:
    """A line that was left out, by its number in the file and the column at fault; never by its content."""

    line: int
    column: str


def read_csv(text: str) -> tuple[tuple[Listed, ...], tuple[BadLine, ...]]:
    """The residents of a table with the columns of COLUMNS (status may be empty), and the lines that are none.

    Raises OfficeError where the first line does not name the columns.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=False)
    if not set(COLUMNS[:5]) <= set(reader.fieldnames or ()):
        raise OfficeError(f"The first line must name the columns {','.join(COLUMNS)}; add it to the list.")
    good: list[Listed] = []
    bad: list[BadLine] = []
    seen: set[str] = set()
    for row in reader:
        read = _read_row(row, seen)
        if isinstance(read, Listed):
            good.append(read)
            seen.add(read.nik)
        else:
            bad.append(BadLine(reader.line_num, read))
    return tuple(good), tuple(bad)


def _read_row(row: dict[str, str | None], seen: set[str]) -> Listed | str:
    """A resident, or the name of the column at fault. A NIK on the list is valid whatever its parts say."""
    cells = _cells(row)
    if not _NIK.fullmatch(cells["nik"]) or cells["nik"] in seen:
        return "nik"
    if not cells["name"] or not cells["name"].isprintable():
        return "name"
    if cells["sex"] not in tuple(Sex):
        return "sex"
    try:
        birth = date.fromisoformat(cells["birth"])
    except ValueError:
        return "birth"
    if not cells["place"].isprintable() or not cells["status"].isprintable():
        return "place"
    return Listed(
        cells["nik"], cells["name"], birth, Sex(cells["sex"]), cells["place"], cells["status"] or UNREGISTERED
    )


def _cells(row: dict[str, str | None]) -> dict[str, str]:
    return {column: (row.get(column) or "").strip() for column in COLUMNS}


def write_csv(residents: Iterable[Resident]) -> str:
    """The table that `read_csv` reads, everybody unregistered."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person in residents:
        writer.writerow((person.nik, person.name, person.birth, person.sex.value, person.place, UNREGISTERED))
    return text.getvalue()


def seal_for(office: Office, boxes: Sequence[str], residents: tuple[Listed, ...]) -> dict[str, bytes]:
    """One sealed roster a box, of one counter: to the intake of the box's last certified incarnation."""
    recipients = intakes(office, boxes)
    with office.register.transaction():
        counter = office.register.next_counter("roster")
    roster = Roster(counter, office.name, tuple(boxes), residents)
    return {box: seal_roster(roster, office.roster_key, recipients[box][-1]) for box in boxes}
