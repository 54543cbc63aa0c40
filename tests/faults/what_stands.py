"""What must stand after any kill: all that a screen said, and everything signed that no receipt has let go."""

import hashlib
import pickle
from dataclasses import dataclass, field
from pathlib import Path

import person
from flow_box import moved

from kiosk.commands.training import BOX, TrainingBox
from kiosk.exchange.bundle import verify_bundle
from kiosk.exchange.manifest import open_manifest
from kiosk.exchange.receipt import open_receipt
from kiosk.flow import papers
from kiosk.regency import survey
from kiosk.regency.office import open_office
from kiosk.store import BundleKind, BundleRow, BundleState, InMemoryKeyring, Store


@dataclass
class Told:
    """What a box's screens have said so far."""

    lines: list[list[str]] = field(default_factory=list)

    @classmethod
    def at(cls, place: Path) -> "Told":
        path = place / person.ACKS
        return cls([line.split() for line in path.read_text().splitlines()] if path.exists() else [])

    def of(self, what: str) -> list[list[str]]:
        return [words for word, *words in self.lines if word == what]


def assert_kept(place: Path) -> None:
    """Everything that was told is so, and nothing signed is gone without its receipt."""
    training, told = training_of(place), Told.at(place)
    with open_office(training.office) as office:
        receipt_public, root = office.keys.keys.receipt, office.bundles
    with Store(training.data, BOX, InMemoryKeyring()) as store:
        assert store.alarms == (), f"alarms: {store.alarms}"
        assert store._db.value("pragma integrity_check") == "ok"
        rows = {row.name: row for row in store.bundles.rows()}
        drafts = {(record, blob.sha256) for record, blob in store.drafts.captures()}
        receipts = {rid: raw for rid, raw in store._db.rows("select receipt_id, jws from receipts")}
    for row in rows.values():
        if row.state in (BundleState.PURGING, BundleState.PURGED):
            said = open_receipt(receipts[row.receipt or ""], receipt_public)
            assert row.manifest_hash in {head.manifest for head in said.accepted}, f"{row.name} went without a receipt"
            assert {p.stem for p in (root / row.name).glob("*.age")} == {b.sha256 for b in row.blobs}
        else:
            whole(training, training.data / "outbox" / row.name, row)
    assert_chained(training, list(rows.values()))
    closed = {row.record_id: {b.sha256 for b in row.blobs} for row in rows.values()}
    for record, sha256 in told.of("saved"):
        assert (record, sha256) in drafts or sha256 in closed.get(record, ()), "what was called saved is gone"
        assert any(_is(p, sha256) for p in place.rglob(f"{sha256}.age"))
    for name, manifest in (*told.of("closed"), *told.of("exported")):
        assert rows[name].manifest_hash == manifest
    for name, _ in told.of("exported"):
        on_stick = place / "stick" / "JEMPUT" / "bundles" / name
        whole(training, on_stick if on_stick.is_dir() else root / name, rows[name])


def training_of(place: Path) -> TrainingBox:
    training: TrainingBox = pickle.loads((place / person.TRAINING).read_bytes())
    return moved(training, place)


def whole(training: TrainingBox, folder: Path, row: BundleRow) -> None:
    """A bundle with every blob under the box's signature."""
    manifest = verify_bundle(folder, papers.public_key(training.papers, row.incarnation), row.name)
    assert {b.sha256 for b in manifest.blobs} == {b.sha256 for b in row.blobs}


def assert_chained(training: TrainingBox, rows: list[BundleRow]) -> None:
    """Numbers without a gap, each naming the one before."""
    before: str | None = None
    for number, row in enumerate(sorted(rows, key=lambda row: row.seq), start=1):
        assert row.seq == number
        folder = training.data / "outbox" / row.name
        place = folder if folder.is_dir() else training.office / "bundles" / row.name
        public = papers.public_key(training.papers, row.incarnation)
        assert open_manifest((place / "manifest.jws").read_bytes(), public).prev == before
        before = row.manifest_hash


def _is(path: Path, sha256: str) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def assert_ended(place: Path) -> None:
    """One person, complete, at the office; the box has forgotten what was receipted, and nothing else."""
    assert_kept(place)
    training, told = training_of(place), Told.at(place)
    assert told.of("end")
    with open_office(training.office) as office:
        people = office.register.people()
        held = office.register.held("kind = 'person'")
        assert survey.missing(office) == ()
        assert len(people) == len(held) == 1
        blobs = {p.stem for p in (office.bundles / held[0].name).glob("*.age")}
    saved = {sha256 for record, sha256 in told.of("saved") if record == people[0].record_id}
    assert saved <= blobs
    assert len({record for record, _ in told.of("saved")}) == 1
    with Store(training.data, BOX, InMemoryKeyring()) as store:
        kinds = [row.kind for row in store.bundles.rows() if row.state is BundleState.PURGED]
        assert kinds == [BundleKind.COMMISSIONING, BundleKind.PERSON]
        assert store.drafts.heads() == ()
