"""Files that survive, and the errors that say why one could not."""

import errno
import os
from pathlib import Path

import pytest

from kiosk.store import StoreDamaged, StoreError, StoreFull
from kiosk.store.durable import Disk


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every call that matters, in order, with the names it was about."""
    noted: list[str] = []

    def noting(name: str) -> None:
        real = getattr(os, name)

        def call(*arguments):
            first = arguments[0]
            about = Path(f"/proc/self/fd/{first}").readlink() if isinstance(first, int) else Path(first)
            noted.append(f"{name} {about.name}")
            return real(*arguments)

        monkeypatch.setattr(os, name, call)

    for name in ("write", "fsync", "rename", "unlink", "mkdir", "rmdir"):
        noting(name)
    return noted


def failing(monkeypatch: pytest.MonkeyPatch, name: str, code: int, times: int = 1) -> None:
    real, left = getattr(os, name), [times]

    def call(*arguments):
        if left[0]:
            left[0] -= 1
            raise OSError(code, os.strerror(code))
        return real(*arguments)

    monkeypatch.setattr(os, name, call)


def test_the_file_is_synced_before_its_name_and_the_name_before_the_return(tmp_path: Path, calls: list[str]) -> None:
    Disk().write_file(tmp_path, "a", b"x")
    assert calls == ["unlink a.tmp", "write a.tmp", "fsync a.tmp", "rename a.tmp", f"fsync {tmp_path.name}"]
    assert (tmp_path / "a").read_bytes() == b"x"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_moved_directory_is_synced_on_both_sides(tmp_path: Path, calls: list[str]) -> None:
    disk = Disk()
    for side in ("from", "to"):
        disk.make_directory(tmp_path, side)
    disk.make_directory(tmp_path / "from", "x")
    calls.clear()
    disk.move_directory(tmp_path / "from" / "x", tmp_path / "to" / "y")
    assert calls == ["rename x", "fsync to", "fsync from"]


def test_removal_is_synced_and_may_be_done_again(tmp_path: Path, calls: list[str]) -> None:
    disk = Disk()
    disk.write_file(tmp_path, "a", b"x")
    calls.clear()
    for _ in range(2):
        disk.remove_files(tmp_path, "a")
        disk.remove_directory(tmp_path, "never")
    assert calls == ["unlink a", *[f"fsync {tmp_path.name}"] * 2, "unlink a", *[f"fsync {tmp_path.name}"] * 2]


def test_short_writes_are_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, bytes(data[:7])))
    Disk().write_file(tmp_path, "a", bytes(range(100)))
    assert (tmp_path / "a").read_bytes() == bytes(range(100))


def test_a_write_that_lies_about_its_length_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda handle, data: len(data))
    with pytest.raises(StoreDamaged):
        Disk().write_file(tmp_path, "a", b"xyz")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("code", "expected"), [(errno.ENOSPC, StoreFull), (errno.EIO, StoreDamaged), (errno.EACCES, StoreError)]
)
@pytest.mark.parametrize("name", ["write", "fsync", "rename"])
def test_a_failed_write_leaves_no_half_file_and_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, expected: type[StoreError]
) -> None:
    disk = Disk()
    disk.write_file(tmp_path, "a", b"old")
    failing(monkeypatch, name, code)
    with pytest.raises(expected):
        disk.write_file(tmp_path, "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    disk.write_file(tmp_path, "a", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_after_a_failed_fsync_the_bytes_are_written_anew(
    tmp_path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "fsync", errno.EIO)
    with pytest.raises(StoreDamaged):
        Disk().write_file(tmp_path, "a", b"x")
    calls.clear()
    Disk().write_file(tmp_path, "a", b"x")
    assert "write a.tmp" in calls
