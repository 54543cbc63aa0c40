"""A bundle is taken whole and unchanged or refused by name."""

import os
from pathlib import Path

import pytest
from exchange_parts import KEY, OTHER_KEY, blob_of, chain_of_bundles, manifest, write_bundle

from kiosk.exchange.bundle import MANIFEST, blob_name, read_blob, read_manifest, verify_bundle
from kiosk.exchange.errors import BundleError, Reason


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """Bundle number 2: two blobs of 60 bytes."""
    return chain_of_bundles(tmp_path, 2, blob_bytes=60)[1]


def refusal(directory: Path, name: str = "", public: str = KEY.public) -> Reason:
    with pytest.raises(BundleError) as caught:
        verify_bundle(directory, public, name or directory.name)
    return caught.value.reason


def a_blob(directory: Path) -> Path:
    return sorted(directory.glob("*.age"))[0]


def test_a_whole_bundle_is_taken(person):
    told = verify_bundle(person, KEY.public, person.name)
    assert told.name == person.name
    assert [len(read_blob(person, blob)) for blob in told.blobs] == [60, 60]


def test_any_flipped_byte_of_any_file_is_refused(person):
    for file in person.iterdir():
        whole = file.read_bytes()
        for at in range(0, len(whole), 3):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            refusal(person)
        file.write_bytes(whole)
    verify_bundle(person, KEY.public, person.name)


def test_a_cut_bundle_is_refused_wherever_it_was_cut(person):
    for file in person.iterdir():
        whole = file.read_bytes()
        for length in range(0, len(whole), 3):
            file.write_bytes(whole[:length])
            refusal(person)
        file.write_bytes(whole)


def test_each_wrong_is_called_by_its_name(person):
    blob, whole = a_blob(person), a_blob(person).read_bytes()
    blob.write_bytes(whole[:-1])
    assert refusal(person) is Reason.BAD_SIZE
    blob.write_bytes(whole + b"x")
    assert refusal(person) is Reason.BAD_SIZE
    blob.write_bytes(whole[:-1] + b"x")
    assert refusal(person) is Reason.BAD_HASH
    blob.unlink()
    assert refusal(person) is Reason.MISSING_BLOB
    blob.write_bytes(whole)
    (person / "desktop.ini").write_bytes(b"x")
    assert refusal(person) is Reason.EXTRA_FILE
    (person / "desktop.ini").unlink()
    assert refusal(person, public=OTHER_KEY.public) is Reason.BAD_SIGNATURE
    (person / MANIFEST).unlink()
    assert refusal(person) is Reason.UNREADABLE


def test_a_bundle_under_another_name_is_refused(person):
    for name in ("SINTANG-03_9f3c01ab_00000003", "SINTANG-04_9f3c01ab_00000002", "SINTANG-03_00000000_00000002"):
        assert refusal(person, name) is Reason.NAME_MISMATCH
    assert refusal(person, "x") is Reason.BAD_NAME


def test_another_bundles_manifest_does_not_fit(tmp_path):
    first, second = chain_of_bundles(tmp_path, 2)
    (second / MANIFEST).write_bytes((first / MANIFEST).read_bytes())
    assert refusal(second) is Reason.NAME_MISMATCH


def test_links_pipes_and_directories_are_no_files(person, tmp_path):
    blob = a_blob(person)
    outside = tmp_path / "outside"
    outside.write_bytes(blob.read_bytes())
    blob.unlink()
    blob.symlink_to(outside)
    assert refusal(person) is Reason.UNREADABLE
    blob.unlink()
    os.mkfifo(blob)
    assert refusal(person) is Reason.UNREADABLE
    blob.unlink()
    blob.mkdir()
    assert refusal(person) is Reason.UNREADABLE
    (person / MANIFEST).unlink()
    os.mkfifo(person / MANIFEST)
    assert refusal(person) is Reason.UNREADABLE


def test_a_link_to_a_bundle_is_no_bundle(person, tmp_path):
    link = tmp_path / "elsewhere" / person.name
    link.parent.mkdir()
    link.symlink_to(person)
    assert refusal(link) is Reason.UNREADABLE
    assert refusal(tmp_path / "absent" / person.name) is Reason.UNREADABLE


def test_giant_files_are_not_read(person):
    for file in (a_blob(person), person / MANIFEST):
        whole = file.read_bytes()
        with file.open("r+b") as open_file:
            open_file.truncate(1 << 40)
        assert refusal(person) in (Reason.BAD_SIZE, Reason.TOO_LARGE)
        file.write_bytes(whole)


def test_thousands_of_entries_are_one_refusal(person):
    for n in range(1000):
        (person / f"{n:04d}").touch()
    assert refusal(person) is Reason.EXTRA_FILE


def test_sixty_three_blobs_are_the_most(tmp_path):
    sealed = [bytes([n]) * 10 for n in range(63)]
    directory = write_bundle(tmp_path, manifest(2, "1" * 64, tuple(map(blob_of, sealed))), sealed)
    assert len(verify_bundle(directory, KEY.public, directory.name).blobs) == 63
    (directory / blob_name("f" * 64)).touch()
    assert refusal(directory) is Reason.EXTRA_FILE


def test_the_raw_manifest_can_be_read_before_anything_is_verified(person):
    assert read_manifest(person) == (person / MANIFEST).read_bytes()
