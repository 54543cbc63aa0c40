"""A handover to a stick: whatever happens to the stick, only what was read back counts, and the next try heals."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from exchange_parts import BOX, INCARNATION, KEY, chain_of_bundles
from pulled import PulledStick

from kiosk.exchange import disk, stick, stick_layout
from kiosk.exchange.bundle import MANIFEST, verify_bundle
from kiosk.exchange.completion import Completion, open_completion, sign_completion
from kiosk.exchange.errors import BundleError, Reason, StickError, StickReason
from kiosk.exchange.export import CLUSTER, Completed, Written, read_back, size_of, write_bundles, write_completion
from kiosk.exchange.jws import payload_hash
from kiosk.exchange.shapes import Head

BUNDLES = 2


@pytest.fixture
def source(tmp_path: Path) -> list[Path]:
    return chain_of_bundles(tmp_path / "outbox", BUNDLES, blob_bytes=700)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


def completed(root: Path, written: Written, counter: int = 1) -> Completed:
    told = Completion(counter, BOX, INCARNATION, Head(BUNDLES, written.manifests[-1]), written.manifests)
    return write_completion(root, written, told, sign_completion(told, KEY))


def export(root: Path, source: list[Path], counter: int = 1) -> tuple[str, ...]:
    return read_back(root, completed(root, write_bundles(root, source, KEY.public, lambda done, of: None), counter))


def manifest_hashes(root: Path) -> set[str]:
    """Of the bundles that verify; every other must be refused, not blow up."""
    found = set()
    for name in stick.bundles(root):
        try:
            verify_bundle(stick.bundle_directory(root, name), KEY.public, name)
        except BundleError:
            continue
        found.add(payload_hash((stick.bundle_directory(root, name) / MANIFEST).read_bytes()))
    return found


def promises_hold(root: Path, whole: int = 0) -> bool:
    """A completion file never names a bundle that is not whole on the stick, where so many are whole at least."""
    found = manifest_hashes(root)
    for name in stick.completions(root):
        with suppress(BundleError):
            told = open_completion(stick.read_file(root, name) or b"", KEY.public)
            if not found.issuperset(told.manifests):
                return False
    return len(found) >= whole


def pulled_everywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: list[Path],
    exporting: Callable[[Path, list[Path]], tuple[str, ...]],
    names_lost: bool = False,
    code: int = errno.EIO,
    step: int = 1,
) -> Iterator[int]:
    """The calls at which a pull broke a promise or could not be healed; `exporting` is the build under test."""
    for at in count(1, step):
        root = tmp_path / f"pulled-{at}"
        root.mkdir()
        held = PulledStick(root, at, code)
        monkeypatch.setattr(disk, "os", held)
        exported: tuple[str, ...] = ()
        with suppress(StickError):
            exported = exporting(root, source)
        monkeypatch.setattr(disk, "os", PulledStick(root))
        held.lose(names=names_lost)
        good = promises_hold(root, len(exported))
        try:
            exporting(root, source)
        except StickError:
            good = False
        if not (good and promises_hold(root, BUNDLES)):
            yield at
        shutil.rmtree(root)
        if not held.pulled:
            assert at > 50, "the loop met no calls"
            return


def test_a_handover_leaves_the_bundles_as_they_were(root, source):
    steps = []
    written = write_bundles(root, source, KEY.public, lambda done, of: steps.append((done, of)))
    assert read_back(root, completed(root, written)) == tuple(path.name for path in source)
    for path in source:
        copy = stick.bundle_directory(root, path.name)
        assert {f.name: f.read_bytes() for f in copy.iterdir()} == {f.name: f.read_bytes() for f in path.iterdir()}
    assert steps[-1][0] == steps[-1][1] == sum(f.stat().st_size for path in source for f in path.iterdir())
    assert len(steps) == BUNDLES
    assert stick.completions(root) == (f"complete/{BOX}_{INCARNATION}_1.jws",)


def test_a_second_handover_keeps_what_is_equal(root, source):
    export(root, source)
    before = {f: f.stat().st_ino for f in root.rglob("*.age")}
    export(root, source, counter=2)
    assert before == {f: f.stat().st_ino for f in root.rglob("*.age")}


@pytest.mark.parametrize(
    ("names_lost", "code", "step"),
    [(False, errno.EIO, 1), (True, errno.EIO, 2), (False, errno.ENOSPC, 3)],
    ids=["torn", "gone", "full"],
)
def test_a_stick_that_fails_at_any_call_keeps_every_promise_and_heals(
    tmp_path, monkeypatch, source, names_lost, code, step
):
    assert list(pulled_everywhere(tmp_path, monkeypatch, source, export, names_lost, code, step)) == []


def test_a_build_that_completes_before_it_writes_is_caught(tmp_path, monkeypatch, source):
    hashes = tuple(payload_hash((path / MANIFEST).read_bytes()) for path in source)

    def broken(root: Path, source: list[Path]) -> tuple[str, ...]:
        first = completed(root, Written((), hashes, {}, {}))
        written = write_bundles(root, source, KEY.public, lambda done, of: None)
        return read_back(root, Completed(written.names, {**first.files, **written.files}))

    assert any(pulled_everywhere(tmp_path, monkeypatch, source, broken))


def test_a_build_that_trusts_existing_names_is_caught(tmp_path, monkeypatch, source):
    monkeypatch.setattr(disk, "_holds", lambda fd, name, data: disk.exists(fd, name))
    assert any(pulled_everywhere(tmp_path, monkeypatch, source, export))


@pytest.mark.parametrize("names_lost", [False, True])
def test_what_was_exported_survives_a_pull_because_it_was_synced(root, monkeypatch, source, names_lost):
    held = PulledStick(root)
    monkeypatch.setattr(disk, "os", held)
    assert len(export(root, source)) == BUNDLES
    held.lose(names=names_lost)
    assert promises_hold(root, BUNDLES)
    monkeypatch.setattr(PulledStick, "_synced", lambda self, path: None)
    shutil.rmtree(root / "JEMPUT")
    export(root, source)
    held.lose(names=names_lost)
    assert not manifest_hashes(root), "a build that never syncs was not caught"


def test_what_changed_between_writing_and_reading_back_is_not_exported(root, source):
    done = completed(root, write_bundles(root, source, KEY.public, lambda done, of: None))
    for name in done.files:
        file = root / stick_layout.TOP / name
        whole = file.read_bytes()
        for bent in (b"", whole[:-1], whole + b"x", whole[:-1] + bytes([whole[-1] ^ 1])):
            file.write_bytes(bent)
            with pytest.raises(StickError) as caught:
                read_back(root, done)
            assert caught.value.reason is StickReason.UNREADABLE
        file.unlink()
        with pytest.raises(StickError):
            read_back(root, done)
        file.write_bytes(whole)
    assert read_back(root, done)


def test_a_completion_names_exactly_its_own_pass(root, source):
    written = write_bundles(root, source, KEY.public, lambda done, of: None)
    told = Completion(1, BOX, INCARNATION, Head(BUNDLES, written.manifests[-1]), written.manifests[:-1])
    with pytest.raises(ValueError, match="exactly"):
        write_completion(root, written, told, sign_completion(told, KEY))


def test_what_rotted_at_the_source_is_skipped_by_name_and_the_rest_goes_on(root, source):
    blob = sorted(source[1].glob("*.age"))[0]
    blob.write_bytes(blob.read_bytes()[:-1] + b"?")
    written = write_bundles(root, source, KEY.public, lambda done, of: None)
    assert written.skipped == {source[1].name: Reason.BAD_HASH}
    assert read_back(root, completed(root, written)) == (source[0].name,)
    assert source[1].name not in stick.bundles(root)


def test_a_source_that_is_gone_is_skipped_by_name(root, source):
    shutil.rmtree(source[1])
    assert write_bundles(root, source, KEY.public, lambda done, of: None).skipped == {source[1].name: Reason.UNREADABLE}


def test_strange_files_among_our_own_bundle_are_cleared_away(root, source):
    there = stick.bundle_directory(root, source[0].name)
    there.mkdir(parents=True)
    (there / "desktop.ini").write_bytes(b"x")
    (there / MANIFEST).symlink_to(source[1] / MANIFEST)
    export(root, source)
    verify_bundle(there, KEY.public, source[0].name)
    assert not (there / MANIFEST).is_symlink()
    assert (source[1] / MANIFEST).stat().st_size > 0


def test_an_earlier_refusal_is_taken_back_when_the_bundle_is_written_anew(root, source):
    stick.refuse(root, source[0].name, Reason.MISSING_BLOB)
    export(root, source)
    assert not stick.is_refused(root, source[0].name)


def test_a_stick_with_files_where_folders_belong_is_unreadable(root, source):
    (root / "JEMPUT").write_bytes(b"")
    with pytest.raises(StickError) as caught:
        export(root, source)
    assert caught.value.reason is StickReason.UNREADABLE


def test_a_link_where_a_folder_belongs_is_not_followed(root, source, tmp_path):
    (tmp_path / "outside").mkdir()
    (root / "JEMPUT").symlink_to(tmp_path / "outside")
    with pytest.raises(StickError):
        export(root, source)
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, StickReason.FULL),
        (errno.EROFS, StickReason.READ_ONLY),
        (errno.EIO, StickReason.LOST),
        (errno.ENODEV, StickReason.LOST),
        (errno.ENAMETOOLONG, StickReason.UNREADABLE),
    ],
)
def test_every_trouble_has_its_reason(root, source, monkeypatch, code, reason):
    monkeypatch.setattr(disk, "os", PulledStick(root, 12, code))
    with pytest.raises(StickError) as caught:
        export(root, source)
    assert caught.value.reason is reason


def test_a_stick_that_is_not_there_is_lost(tmp_path, source):
    with pytest.raises(StickError) as caught:
        export(tmp_path / "nowhere", source)
    assert caught.value.reason is StickReason.LOST


def test_a_stick_with_as_many_bundles_as_anybody_reads_is_full(root, source, monkeypatch):
    monkeypatch.setattr(stick_layout, "MAX_BUNDLES", BUNDLES - 1)
    with pytest.raises(StickError) as caught:
        export(root, source)
    assert caught.value.reason is StickReason.FULL


def test_the_room_needed_counts_whole_clusters(source):
    files = sum(1 for path in source for _ in path.iterdir())
    assert size_of(source) == CLUSTER * (4 + BUNDLES + files)
