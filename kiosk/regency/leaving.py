"""Who may leave the office as files, and who waits for what: the one rule for every form of file.

Opened captures exist in memory only. What may not leave yet is named with its reason and written later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from kiosk.core.record import Attestation, Position
from kiosk.core.recording import Purpose, Recording
from kiosk.core.status import Status
from kiosk.exchange.errors import BundleError
from kiosk.exchange.meta import read_meta
from kiosk.regency.durable import make_directory, write_file
from kiosk.regency.examine import open_blob, open_own
from kiosk.regency.office import Office
from kiosk.regency.register import Held, Incarnation, Person
from kiosk.regency.transaction import lacking


class Wait(StrEnum):
    """Why somebody's files are not written."""

    IDENTITY_UNATTESTED = "identity-unattested"
    ADJUDICATE = "adjudicate"
    DISPUTED = "disputed"
    INCOMPLETE = "incomplete"
    WITHDRAWN = "withdrawn"  # its box says so; somebody at the office has to confirm
    DAMAGED = "damaged"  # the office's own copy: it comes back from the second disk
    BELOW_GRADE = "below-grade"  # taken with a sensor that is good for checks only
    UNSCALED = "unscaled"  # ISO/IEC 19794-4 cannot say that nobody knows a print's resolution


@dataclass(frozen=True)
class Export:
    """The files, in order of their record ids, and who waits by record id."""

    written: tuple[Path, ...]
    waiting: tuple[tuple[str, Wait], ...]


@dataclass(frozen=True)
class Leaving:
    """Somebody who may leave: the recording, what the files show of it by blob hash, whether a training box made it."""

    recording: Recording
    opened: Mapping[str, bytes]
    training: bool


Make = Callable[[Leaving], dict[str, bytes] | Wait]  # files by what follows the record id in their names
Progress = Callable[[int, int], None]  # people done, people in all


def write_each(office: Office, out_dir: Path, make: Make, progress: Progress) -> Export:
    """The files that `make` gives of everybody who may leave. Raises OSError about `out_dir`."""
    make_directory(out_dir)
    bundles = {held.manifest: held for held in office.register.held("kind = 'person'")}
    keys = {(one.box, one.incarnation): one for one in office.register.incarnations()}
    written: list[Path] = []
    waiting: list[tuple[str, Wait]] = []
    people = office.register.people("nik IS NOT NULL")  # nobody waits for what was destroyed
    for done, person in enumerate(people, start=1):
        held = bundles[person.manifest]
        made = _made(office, person, held, keys[held.box, held.incarnation], make)
        if isinstance(made, Wait):
            waiting.append((person.record_id, made))
        else:
            written += _write(out_dir, person.record_id, made)
        progress(done, len(people))
    return Export(tuple(written), tuple(waiting))


def wait_of(person: Person, held: Held) -> Wait | None:
    """Why the register itself holds somebody's files back."""
    if person.withdrawn:
        return Wait.WITHDRAWN
    if held.disputed:
        return Wait.DISPUTED
    if person.again:
        return Wait.INCOMPLETE
    if person.status == Status.ADJUDICATE_RECORD:
        return Wait.ADJUDICATE
    return None if person.attested_by else Wait.IDENTITY_UNATTESTED


def _write(out_dir: Path, record_id: str, files: Mapping[str, bytes]) -> list[Path]:
    paths = [out_dir / f"{record_id}{suffix}" for suffix in files]
    for path, content in zip(paths, files.values(), strict=True):
        write_file(path, content, 0o600)
    return paths


def _made(office: Office, person: Person, held: Held, incarnation: Incarnation, make: Make) -> dict[str, bytes] | Wait:
    if wait := wait_of(person, held):
        return wait
    try:
        leaving = _opened(office, person, held, incarnation)
        if lacking(leaving.recording):
            return Wait.INCOMPLETE
        return Wait.BELOW_GRADE if _below_grade(leaving.recording) else make(leaving)
    except (BundleError, ValueError):
        return Wait.DAMAGED  # it was readable when it was taken in


def _below_grade(recording: Recording) -> bool:
    return any(c.origin.below_grade for c in recording.captures if c.purpose is Purpose.RECORD)


def _opened(office: Office, person: Person, held: Held, incarnation: Incarnation) -> Leaving:
    directory = office.bundles / held.name
    manifest, _ = open_own(directory, held.name, incarnation.key)
    blobs = {blob.sha256: blob for blob in manifest.blobs}
    recording = read_meta(open_blob(directory, blobs[person.meta], office.opening))
    if person.attested_by and not recording.attestation:  # given at the day's end, in a bundle of its own
        recording = replace(recording, attestation=Attestation(person.attested_by, 0, 0.0))
    shown = [c.blob for c in recording.captures if c.purpose is Purpose.RECORD or c.position is Position.SIGNATURE]
    opened = {blob.sha256: open_blob(directory, blob, office.opening) for blob in shown}
    return Leaving(recording, opened, held.training)
