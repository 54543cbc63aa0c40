"""A training office and the papers of one training box: what provisioning does for a real one, with people who do not
exist. The box makes its own keys at its first start; nothing here could open or sign in its place."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.core.record import FINGERS, Resident
from kiosk.exchange.config import BoxConfig, sign_config
from kiosk.flow import papers
from kiosk.regency import office as offices
from kiosk.regency.certify import Decision
from kiosk.regency.officers import new_officer
from kiosk.regency.roster import write_csv
from kiosk.regency.training import residents

BOX = "LATIHAN-01"
OFFICE_NAME = "Dukcapil Latihan"
PLACE = "Desa Latihan"
OFFICER, PIN = "petugas", "1234"
RESIDENTS = 300


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
    """Make office/, recovery/, box/papers and residents.csv under out, which must hold none of them yet."""
    offices.init(out / "office", out / "recovery", OFFICE_NAME)
    officer = new_officer(OFFICER, PIN)
    decision = Decision(training=True, place=PLACE, officers=(officer.entry,), order=FINGERS)
    people = tuple(residents(seed, RESIDENTS))
    (out / "residents.csv").write_text(write_csv(people), encoding="utf-8")
    folder = out / "box" / "papers"
    folder.mkdir(parents=True)
    with offices.open_office(out / "office") as office, office.register.transaction():
        config = BoxConfig(
            office.register.next_counter("config"),
            BOX,
            office.name,
            decision.training,
            decision.place,
            decision.officers,
            decision.order,
            decision.copies_wanted,
        )
        (folder / papers.ROOT).write_text(office.root_public)
        (folder / papers.OFFICE).write_bytes(office.signed)
        (folder / papers.CONFIG).write_bytes(sign_config(config, office.config_key))
    return TrainingBox(out / "office", folder, out / "box" / "data", officer.card, PIN, decision, people)
