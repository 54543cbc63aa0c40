"""AFIS files from the register: one ANSI/NIST-ITL file a person, named by record id, the same bytes every time."""

from collections.abc import Mapping as Dictionary
from pathlib import Path

from kiosk.core.record import EYES, FINGERS, Position
from kiosk.core.recording import Recording
from kiosk.imaging.face import FaceFinder
from kiosk.regency.leaving import Export, Leaving, Progress, write_each
from kiosk.regency.mapping import Mapping, read_mapping
from kiosk.regency.office import Office
from kiosk.regency.pictures import for_afis, ink_bitmap
from kiosk.regency.transaction import Pictures, compose, recorded

SUFFIX = ".an2"
_SHOWN = (Position.PORTRAIT, *FINGERS, *EYES)


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
    faces, fields = finder or FaceFinder(), mapping or read_mapping()

    def make(one: Leaving) -> dict[str, bytes]:
        pictures = _pictures(one.recording, one.opened, faces)
        return {SUFFIX: compose(one.recording, pictures, fields, office.name, one.training)}

    return write_each(office, out_dir, make, progress)


def _pictures(recording: Recording, opened: Dictionary[str, bytes], finder: FaceFinder) -> Pictures:
    captures = recorded(recording)
    ink = [c for c in recording.captures if c.position is Position.SIGNATURE]
    return Pictures(
        {
            position: for_afis(captures[position], opened[captures[position].blob.sha256], finder)
            for position in _SHOWN
            if position in captures
        },
        ink_bitmap(opened[ink[-1].blob.sha256]) if ink else None,
    )
