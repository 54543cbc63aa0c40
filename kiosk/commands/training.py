"""A training office and the papers of one training box: what provisioning does for a real one, with people who do not
exist. The box makes its own keys at its first start; nothing here could open or sign in its place."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.core.record import FINGERS, Resident
from kiosk.flow import papers
from kiosk.regency import office as offices
from kiosk.regency import second_disk
from kiosk.regency.certify import Decision, config_for
from kiosk.regency.officers import new_officer, register_officer
from kiosk.regency.roster import write_csv
from kiosk.regency.training import residents

BOX = "LATIHAN-01"
OFFICE_NAME = "Dukcapil Latihan"
PLACE = "Desa Latihan"
OFFICER, PIN = "petugas", "1234"
RESIDENTS = 300
PORTS = ("fingerprint", "iris", "camera", "card", "battery", "panel", "stick", "modem", "speaker")
TOLD = 6  # residents on the sheet
BOX_TOML = """\
# A training box: every device is simulated, every person invented.
[box]
data = "data"
papers = "papers"
board = "training-board"

[devices]
{devices}

[training]
seed = {seed}
card = "card.txt"     # the officer's card; it is held before the camera when the box looks for one
stick = "../stick"    # the directory that stands for a stick: there is one while it is there
sheet = "sheet.txt"
# visitors = 3        # so many simulated people touch the screen themselves, then the box stops; the day's PIN is
# pin = "{pin}"
"""
SHEET = """\
Training box {box}: every device is simulated, every person invented.
The officer's card is held before the camera by itself; the PIN is {pin}.
Whoever steps up next knows their NIK:
{niks}
To bring what was recorded to the office, hand over (Petugas, Serah terima, Serahkan), then let the office take it in,
and hand over again: the receipts purge the box.
  kiosk regency take-in {stick} --office {office}
  kiosk regency afis --office {office} --out {afis}
"""


@dataclass(frozen=True)
class TrainingBox:
    """Where it stands, and what opens its day. `card` is the text of the officer's QR card."""

    office: Path
    papers: Path
    data: Path
    card: str
    pin: str
    decision: Decision
    residents: tuple[Resident, ...]


def prepare(out: Path, seed: int) -> TrainingBox:
    """Make office/, recovery/, residents.csv and, under box/, papers, box.toml and the officer's card, and backup/ for
    the office's second disk; out must hold none of them yet."""
    offices.init(out / "office", out / "recovery", OFFICE_NAME)
    officer = new_officer(OFFICER, PIN)
    decision = Decision(training=True, place=PLACE, officers=(officer.entry,), order=FINGERS)
    people = tuple(residents(seed, RESIDENTS))
    (out / "residents.csv").write_text(write_csv(people), encoding="utf-8")
    folder, second = out / "box" / "papers", out / "backup"
    second.mkdir()
    folder.mkdir(parents=True)
    with offices.open_office(out / "office") as office, office.register.transaction():
        register_officer(office, officer.entry)
        (folder / papers.ROOT).write_text(office.root_public)
        (folder / papers.OFFICE).write_bytes(office.signed)
        (folder / papers.CONFIG).write_bytes(config_for(office, BOX, decision))
    with offices.open_office(out / "office") as office:
        second_disk.mark(office, second, practice=True)
    _write_box(out, seed, officer.card, people)
    return TrainingBox(out / "office", folder, out / "box" / "data", officer.card, PIN, decision, people)


def _write_box(out: Path, seed: int, card: str, people: Sequence[Resident]) -> None:
    """What `kiosk run --box` needs beside the papers."""
    box, stick = out / "box", out / "stick"
    stick.mkdir(exist_ok=True)
    devices = "\n".join(f"{port} = {json.dumps(['simulated'])}" for port in PORTS)
    (box / "box.toml").write_text(BOX_TOML.format(devices=devices, seed=seed, pin=PIN), encoding="utf-8")
    (box / "card.txt").write_text(card, encoding="ascii")
    told = SHEET.format(
        box=BOX,
        pin=PIN,
        niks="\n".join(f"  {number}. {person.nik}" for number, person in enumerate(people[:TOLD], start=1)),
        stick=stick,
        office=out / "office",
        afis=out / "afis",
    )
    (box / "sheet.txt").write_text(told, encoding="utf-8")
