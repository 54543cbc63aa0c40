"""Every durable call of a take-in killed once: what was receipted is there twice, and the next run ends the work."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from regency_boxes import Box, fixed_now
from regency_people import RECORD_ID

from kiosk.core.record import Position
from kiosk.exchange import stick as sticks
from kiosk.exchange.bundle import verify_bundle
from kiosk.exchange.errors import BundleError
from kiosk.exchange.manifest import bundle_name
from kiosk.exchange.receipt import Receipt, open_receipt
from kiosk.regency import second_disk
from kiosk.regency import take_in as module
from kiosk.regency import withdraw as withdrawing
from kiosk.regency.examine import open_own
from kiosk.regency.office import BUNDLES, Office, init, open_office
from kiosk.regency.register import Register
from kiosk.regency.sorting import Sorting, Source
from kiosk.regency.take_in import take_in
from kiosk.regency.withdraw import withdraw

CALLS = ("fsync", "rename", "replace", "unlink", "rmdir", "mkdir")


class PowerCut(BaseException):
    """The machine is off; nothing catches this."""


class Fuse:
    """Lets a number of durable calls through, then none."""

    def __init__(self, calls: int | None) -> None:
        self.left, self.count = calls, 0

    def call(self) -> None:
        self.count += 1
        if self.left is not None and self.count > self.left:
            raise PowerCut


@contextmanager
def fused(calls: int | None) -> Iterator[Fuse]:
    fuse = Fuse(calls)
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, _guarded(fuse, getattr(os, name)))
        whole = Register.transaction

        @contextmanager
        def transaction(self: Register) -> Iterator[None]:
            with whole(self):
                yield
                fuse.call()

        patch.setattr(Register, "transaction", transaction)
        yield fuse


def _guarded(fuse: Fuse, call: Callable[..., object]) -> Callable[..., object]:
    def guarded(*args: object, **kwargs: object) -> object:
        fuse.call()
        return call(*args, **kwargs)

    return guarded


class Scene:
    """An office, its backup and a stick with two bundles, as files."""

    def __init__(self, root: Path) -> None:
        self.root, self.office, self.backup, self.stick = root, root / "office", root / "backup", root / "stick"

    @classmethod
    def prepared(cls, root: Path) -> tuple["Scene", Box]:
        scene = cls(root)
        init(scene.office, root / "safe", "DISDUKCAPIL SINTANG")
        scene.stick.mkdir()
        scene.backup.mkdir()
        with open_office(scene.office) as office:
            second_disk.mark(office, scene.backup, practice=True)
            box = Box(office).certified()
            bundles = [box.commission(), box.person((Position.PORTRAIT,), record_id=RECORD_ID)]
            bundles.append(box.withdraw(bundles[1]))
        for bundle in bundles:
            bundle.put(scene.stick)
        box.completion(scene.stick, bundles)
        return scene, box

    def copied(self) -> "Scene":
        target = Path(tempfile.mkdtemp(dir=self.root.parent)) / "scene"
        shutil.copytree(self.root, target)
        scene = Scene(target)
        with open_office(scene.office) as office:
            second_disk.name(office, scene.backup)  # the same disk, in another place
        return scene

    def run(self, calls: int | None = None) -> int:
        with fused(calls) as fuse, open_office(self.office, fixed_now) as office:
            take_in(office, self.stick)
        return fuse.count

    def receipts(self, office: Office, box: Box) -> list[Receipt]:
        names = sticks.receipts(self.stick, box.name, box.incarnation)
        raws = [sticks.read_file(self.stick, name) or b"" for name in names]
        stored = [row["jws"].encode() for row in office.register.rows("SELECT jws FROM receipts")]
        found = []
        for raw in {*raws, *stored}:
            with suppress(BundleError):  # half a receipt on the stick is nobody's word
                found.append(open_receipt(raw, office.keys.keys.receipt))
        return found

    def withdraw(self, calls: int | None = None) -> int:
        with fused(calls) as fuse, open_office(self.office, fixed_now) as office:
            withdraw(office, RECORD_ID, RECORD_ID[-6:])
        return fuse.count

    def left(self) -> dict[str, float]:
        """What part of the person's blobs either copy holds, and whether their NIK stands in the register."""
        with open_office(self.office) as office:
            (person,) = office.register.people()
            name = office.register.held("manifest = ?", person.manifest)[0].name
            places = {place.name: place / BUNDLES / name for place in (self.office, self.backup)}
            manifest, _ = open_own(places["office"], name, office.register.incarnations()[0].key)
            blobs = {place: len(list(directory.glob("*.age"))) for place, directory in places.items()}
        return {"nik": person.nik is not None, **{p: n / len(manifest.blobs) for p, n in blobs.items()}}

    def whole(self, directory: Path, box: Box) -> bool:
        try:
            verify_bundle(directory, box.key.public, directory.name)
        except BundleError:
            return False
        return True

    def assert_nothing_lost(self, box: Box, names: tuple[str, ...]) -> None:
        """Each bundle is whole on the stick, or receipted and whole in both places."""
        with open_office(self.office) as office:
            promised = {
                bundle_name(box.name, box.incarnation, head.seq)
                for receipt in self.receipts(office, box)
                for head in receipt.accepted
                if receipt.copies == 2
            }
        for name in promised:
            assert self.whole(self.office / "bundles" / name, box), name
            assert self.whole(self.backup / "bundles" / name, box), name
        for name in set(names) - promised:
            assert self.whole(sticks.bundle_directory(self.stick, name), box), name

    def state(self) -> dict[str, dict[str, object]]:
        """What a finished take-in leaves, but for counters, signatures and clock."""
        with open_office(self.office) as office:
            tables = {
                table: [tuple(row) for row in office.register.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]
                for table in ("bundles", "people", "quarantine", "rejections", "incarnations")
            }
            said = [row["said"] for row in office.register.rows("SELECT said FROM receipts")]
        files = {
            str(path.relative_to(self.root)): path.read_bytes()
            for root in (self.office / "bundles", self.office / "quarantine", self.backup, self.stick)
            for path in sorted(root.rglob("*"))
            if path.is_file() and "receipts" not in path.parts
        }
        return {"tables": tables, "said": dict.fromkeys(said), "files": files}

    def difference(self, expected: dict[str, dict[str, object]]) -> dict[str, list[str]]:
        """Names that differ, for a failing test's reader."""
        state = self.state()
        return {part: sorted(set(map(str, state[part])) ^ set(map(str, expected[part]))) for part in state}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Box]:
    return Scene.prepared(tmp_path_factory.mktemp("power") / "start")


def kill_everywhere(scene: Scene, box: Box, step: int) -> int:
    names = sticks.bundles(scene.stick)
    finished = scene.copied()
    calls, expected = finished.run(), finished.state()
    for cut in range(0, calls, step):
        broken = scene.copied()
        with pytest.raises(PowerCut):
            broken.run(cut)
        broken.assert_nothing_lost(box, names)
        broken.run()
        broken.assert_nothing_lost(box, names)
        assert broken.state() == expected, (cut, broken.difference(expected))
        shutil.rmtree(broken.root)
    shutil.rmtree(finished.root)
    return calls


def test_a_withdrawal_killed_at_every_durable_call_is_whole_or_ended_by_the_next_run(scene: tuple[Scene, Box]) -> None:
    start = scene[0].copied()
    start.run()
    whole, gone = dict.fromkeys(("nik", "office", "backup"), 1), dict.fromkeys(("nik", "office", "backup"), 0)
    assert start.left() == whole
    finished = start.copied()
    calls, expected = finished.withdraw(), finished.state()
    assert calls > 5
    for cut in range(calls):
        broken = start.copied()
        with pytest.raises(PowerCut):
            broken.withdraw(cut)
        decided = not broken.left()["nik"]
        assert decided or broken.left() == whole, cut
        broken.run()  # the next stick ends it, once the register says so
        assert broken.left() == (gone if decided else whole), cut
        broken.withdraw()
        assert (broken.left(), broken.difference(expected)) == (gone, finished.difference(expected)), cut


def test_a_build_that_destroys_before_its_register_says_so_is_caught(
    scene: tuple[Scene, Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted = second_disk.mounted

    @contextmanager
    def eager(office: Office) -> Iterator[Path | None]:
        for person in office.register.people("withdrawn"):
            name = office.register.held("manifest = ?", person.manifest)[0].name
            withdrawing.shelf.destroy_blobs(office.bundles / name)
        with mounted(office) as second:
            yield second

    monkeypatch.setattr(second_disk, "mounted", eager)
    with pytest.raises(AssertionError):
        test_a_withdrawal_killed_at_every_durable_call_is_whole_or_ended_by_the_next_run(scene)


def test_killed_at_every_durable_call_nothing_is_lost_and_the_next_run_ends_the_same(scene: tuple[Scene, Box]) -> None:
    assert kill_everywhere(*scene, step=1) > 40


@pytest.mark.parametrize("names", [("store_twice",), ("store", "store_twice")], ids=["no second copy", "no copy"])
def test_a_build_whose_receipts_promise_more_than_was_stored_is_caught(
    scene: tuple[Scene, Box], monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    for name in names:
        monkeypatch.setattr(module.shelf, name, lambda *a, **k: None)
    with pytest.raises((AssertionError, FileNotFoundError)):
        kill_everywhere(*scene, step=7)


def test_a_build_that_clears_the_stick_before_the_receipt_stands_on_it_is_caught(
    scene: tuple[Scene, Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    take = module._take

    def take_and_clear(sorting: Sorting, source: Source, root: Path) -> None:
        take(sorting, source, root)
        shutil.rmtree(source.directory)

    monkeypatch.setattr(module, "_take", take_and_clear)
    with pytest.raises(AssertionError):
        kill_everywhere(*scene, step=5)
