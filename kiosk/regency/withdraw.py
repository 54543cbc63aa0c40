"""What a person took back is destroyed in both copies: on the word of somebody at the office, never of a bundle alone.

The register says so first, durably, and the blobs go after it; `finish` ends whatever was killed in between.
"""

from pathlib import Path

from kiosk.core.status import Status
from kiosk.regency import second_disk, shelf
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import BUNDLES, Office
from kiosk.regency.register import Person, Register

CONFIRMED_BY = 6  # characters: enough that nobody types another record's by mistake


def unconfirmed(office: Office) -> tuple[str, ...]:
    """Record ids that were taken back, says their box, and that nobody at the office has confirmed."""
    return tuple(person.record_id for person in office.register.people("withdrawn AND nik IS NOT NULL"))


def withdraw(office: Office, record_id: str, confirmation: str) -> None:
    """Destroy the blobs in both copies, NIK and name; manifest and rows stay. A second call ends an interrupted one.

    Raises OfficeError, and has destroyed nothing, where no box said that the record was taken back, `confirmation` is
    not the end of its id, or the second disk is not there.
    """
    register = office.register
    person = next(iter(register.people("record_id = ? AND withdrawn", record_id)), None)
    if person is None:
        raise OfficeError("No box says that this record was taken back; look at its id again.")
    if confirmation != record_id[-CONFIRMED_BY:]:
        raise OfficeError(f"These are not the last {CONFIRMED_BY} characters of the record id; nothing was destroyed.")
    with second_disk.mounted(office) as second:
        with register.transaction():
            _release_rival(register, person)
            register.write("UPDATE people SET nik = NULL, name = NULL WHERE record_id = ?", record_id)
        shelf.tidy_quarantine(office)
        finish(office, second)


def finish(office: Office, second: Path | None) -> None:
    """Destroy what was confirmed and stands here yet, on the second disk too where one is given."""
    sql = "SELECT bundles.name FROM bundles JOIN people USING (manifest) WHERE withdrawn AND nik IS NULL"
    rows = office.register.rows(sql)
    for row in rows:
        shelf.destroy_blobs(office.bundles / row["name"])
        if second:
            shelf.destroy_blobs(second / BUNDLES / row["name"])
    if rows:
        office.register.scrub()


def _release_rival(register: Register, person: Person) -> None:
    """Whoever is in question because of this record alone is so no longer."""
    where = "nik = ? AND training = ? AND record_id != ?"
    rivals = register.people(where, person.nik, person.training, person.record_id)
    if [rival.status for rival in rivals] == [Status.ADJUDICATE_RECORD]:
        sql = "UPDATE people SET status = ? WHERE record_id = ?"
        register.write(sql, Status.PROCESSING.value, rivals[0].record_id)
