"""An office with one officer."""

from pathlib import Path

from kiosk.regency.office import init, open_office
from kiosk.regency.officers import new_officer, register_officer


def made_office(office: Path, safe: Path) -> Path:
    """Make it, with its recovery keys in `safe`."""
    init(office, safe, "DISDUKCAPIL SINTANG")
    with open_office(office) as opened, opened.register.transaction():
        register_officer(opened, new_officer("petugas-1", "1234").entry)
    return office
