"""AFIS files from the register: one ANSI/NIST-ITL file a person, named by record id, the same bytes every time.

Opened captures exist in memory only. What may not leave yet is named with its reason and written later.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from kiosk.core.record import Attestation, Position
from kiosk.core.recording import Purpose, Recording
from kiosk.core.status import Status
from kiosk.exchange.errors import BundleError
from kiosk.exchange.meta import read_meta
from kiosk.imaging.face import FaceFinder
from kiosk.regency.durable import make_directory, write_file
from kiosk.regency.examine import open_blob, open_own
from kiosk.regency.mapping import Mapping, read_mapping
from kiosk.regency.office import Office
from kiosk.regency.pictures import for_afis, ink_bitmap
from kiosk.regency.register import Held, Incarnation, Person
from kiosk.regency.transaction import Pictures, compose, lacking, recorded

SUFFIX = ".an2"
Progress = Callable[[int, int], None]  # people done, people in all


class Wait(StrEnum):
    """Why somebody's file is not written."""

    IDENTITY_UNATTESTED = "identity-unattested"
    ADJUDICATE = "adjudicate"
    DISPUTED = "disputed"
    INCOMPLETE = "incomplete"
    WITHDRAWN = "withdrawn"  # its box says so; somebody at the office has to confirm
    DAMAGED = "damaged"  # the office's own copy: restore it from the backup


@dataclass(frozen=True)
class Export:
    """The files, in order of their record ids, and who waits by record id."""

    written: tuple[Path, ...]
    waiting: tuple[tuple[str, Wait], ...]


def export(
    office: Office,
    out_dir: Path,
    progress: Progress = lambda done, total: None,
    *,
    finder: FaceFinder | None = None,
    mapping: Mapping | None = None,
) -> Export:
    """One file for everybody who may leave. People of training boxes are marked by 1.004 TOT (`type2.toml`).

    Raises ImportError where the face model is not installed, OSError about `out_dir`.
    """
    finder, mapping = finder or FaceFinder(), mapping or read_mapping()
    make_directory(out_dir)
    bundles = {held.manifest: held for held in office.register.held("kind = 'person'")}
    keys = {(one.box, one.incarnation): one for one in office.register.incarnations()}
    written: list[Path] = []
    waiting: list[tuple[str, Wait]] = []
    people = office.register.people("nik IS NOT NULL")  # nobody waits for what was destroyed
    for done, person in enumerate(people, start=1):
        held = bundles[person.manifest]
        made = _file_of(office, person, held, keys[held.box, held.incarnation], finder, mapping)
        if isinstance(made, Wait):
            waiting.append((person.record_id, made))
        else:
            path = out_dir / f"{person.record_id}{SUFFIX}"
            write_file(path, made, 0o600)
            written.append(path)
        progress(done, len(people))
    return Export(tuple(written), tuple(waiting))


def wait_of(person: Person, held: Held) -> Wait | None:
    """Why the register itself holds somebody's file back."""
    if person.withdrawn:
        return Wait.WITHDRAWN
    if held.disputed:
        return Wait.DISPUTED
    if person.again:
        return Wait.INCOMPLETE
    if person.status == Status.ADJUDICATE_RECORD:
        return Wait.ADJUDICATE
    return None if person.attested_by else Wait.IDENTITY_UNATTESTED


def _file_of(
    office: Office, person: Person, held: Held, incarnation: Incarnation, finder: FaceFinder, mapping: Mapping
) -> bytes | Wait:
    if wait := wait_of(person, held):
        return wait
    try:
        recording, opened = _opened(office, person, held, incarnation)
        if lacking(recording):
            return Wait.INCOMPLETE
        return compose(recording, _pictures(recording, opened, finder), mapping, office.name, held.training)
    except (BundleError, ValueError):
        return Wait.DAMAGED  # it was readable when it was taken in


def _opened(office: Office, person: Person, held: Held, incarnation: Incarnation) -> tuple[Recording, dict[str, bytes]]:
    """The recording, and what the file shows of it by blob hash."""
    directory = office.bundles / held.name
    manifest, _ = open_own(directory, held.name, incarnation.key)
    blobs = {blob.sha256: blob for blob in manifest.blobs}
    recording = read_meta(open_blob(directory, blobs[person.meta], office.opening))
    if person.attested_by and not recording.attestation:  # given at the day's end, in a bundle of its own
        recording = replace(recording, attestation=Attestation(person.attested_by, 0, 0.0))
    shown = [c.blob for c in recording.captures if c.purpose is Purpose.RECORD or c.position is Position.SIGNATURE]
    return recording, {blob.sha256: open_blob(directory, blob, office.opening) for blob in shown}


def _pictures(recording: Recording, opened: dict[str, bytes], finder: FaceFinder) -> Pictures:
    captures = recorded(recording)
    ink = [c for c in recording.captures if c.position is Position.SIGNATURE]
    return Pictures(
        {
            position: for_afis(capture, opened[capture.blob.sha256], finder)
            for position, capture in captures.items()
            if position not in (Position.SIGNATURE, Position.THUMB_PRINT, Position.HANDS)
        },
        ink_bitmap(opened[ink[-1].blob.sha256]) if ink else None,
    )
