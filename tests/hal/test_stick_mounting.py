"""Mounting for real, on this machine's own kernel: an ext4 file in a loop device stands for the stick. USB itself, vfat
and exfat are tried in the lab."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hal import DeviceFault, DeviceUnavailable, StickState, UnavailableReason
from hal.stick.block import disks
from hal.stick.mounting import Sticks

FLAGS = {"nosuid", "nodev", "noexec", "nosymfollow", "noatime"}
KIOSK = (12345, 12346)
Plug = Callable[..., str]


def run(*command: object) -> str:
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stick") / "image"
    with path.open("wb") as file:
        file.truncate(16 << 20)
    run("mkfs.ext4", "-q", path)
    return path


@pytest.fixture
def plug(image: Path, tmp_path: Path) -> Iterator[Plug]:
    """Attach the image, or another file, and give the name of the loop device."""
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        pytest.skip("needs root and loop devices")
    attached: list[str] = []

    def attach(file: Path = image, *options: str) -> str:
        node = run("losetup", "--find", "--show", *options, file)
        attached.append(node)
        return Path(node).name

    yield attach
    for node in attached:
        subprocess.run(["losetup", "--detach", node], capture_output=True, check=False)


@pytest.fixture
def held(plug: Plug, tmp_path: Path) -> Iterator[Sticks]:
    sticks = Sticks(tmp_path / "at", KIOSK, f"/block/{plug()}")
    yield sticks
    sticks.close()


def flags(at: Path) -> set[str]:
    [line] = [x for x in Path("/proc/self/mountinfo").read_text().splitlines() if x.split()[4] == str(at)]
    return set(line.split()[5].split(","))


def test_the_mount_forbids_what_a_strangers_stick_could_bring(held: Sticks, tmp_path: Path) -> None:
    mounted = held.mount()
    assert mounted.writable
    assert flags(tmp_path / "at") >= FLAGS | {"rw"}
    (mounted.path / "link").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="Too many levels"):
        (mounted.path / "link").read_text()
    assert flags(held.settle().path) >= FLAGS | {"ro"}


def test_the_kiosks_user_owns_what_it_mounts(held: Sticks) -> None:
    status = held.mount().path.stat()
    assert (status.st_uid, status.st_gid) == KIOSK


def test_what_was_written_comes_back_from_the_medium_and_release_leaves_nothing_mounted(
    held: Sticks, image: Path, tmp_path: Path
) -> None:
    content = os.urandom(100_000)
    (held.mount().path / "bundle").write_bytes(content)
    settled = held.settle()
    assert not settled.writable
    assert (settled.path / "bundle").read_bytes() == content
    with pytest.raises(OSError, match="Read-only"):
        (settled.path / "more").write_bytes(b"")
    assert content[:4096] in image.read_bytes()
    held.release()
    held.release()
    assert not os.path.ismount(tmp_path / "at")


def test_a_device_that_somebody_holds_for_a_moment_is_mounted_after_it(held: Sticks, tmp_path: Path) -> None:
    """As a mount that another process still sees does, for as long as that process lives."""
    [disk] = disks(held._under)
    held.status()
    other = tmp_path / "other"
    other.mkdir()
    run("mount", "-o", "ro", disk.node, other)
    timer = threading.Timer(0.7, lambda: run("umount", other))
    timer.start()
    try:
        assert held.mount().writable
    finally:
        timer.join()


def test_the_status_tells_of_room_and_kind_and_leaves_nothing_mounted(held: Sticks, tmp_path: Path) -> None:
    status = held.status()
    assert (status.state, status.filesystem, status.writable) == (StickState.READY, "ext4", True)
    assert 8 << 20 < status.free_bytes < 16 << 20
    assert len(status.stick_id) == 36
    assert not os.path.ismount(tmp_path / "at")


def test_a_locked_stick_is_mounted_for_reading(plug: Plug, tmp_path: Path) -> None:
    sticks = Sticks(tmp_path / "at", KIOSK, f"/block/{plug()}")
    (sticks.mount().path / "old").write_bytes(b"old")
    sticks.settle()
    sticks.release()
    [node] = [d.name for d in disks(sticks._under)]
    run("blockdev", "--setro", f"/dev/{node}")
    locked = Sticks(tmp_path / "at", KIOSK, f"/block/{node}")
    assert not locked.status().writable
    mounted = locked.mount()
    assert not mounted.writable
    assert (mounted.path / "old").read_bytes() == b"old"
    locked.close()
    run("blockdev", "--setrw", f"/dev/{node}")


def test_a_stick_without_a_file_system_is_unusable_and_is_looked_at_once(plug: Plug, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(os.urandom(1 << 20))
    sticks = Sticks(tmp_path / "at", KIOSK, f"/block/{plug(tmp_path / 'noise')}")
    for _ in range(2):
        assert sticks.status().state is StickState.UNUSABLE
    with pytest.raises(DeviceFault):
        sticks.mount()


def test_a_damaged_file_system_is_unusable(plug: Plug, image: Path, tmp_path: Path) -> None:
    data = bytearray(image.read_bytes())
    data[2048:8192] = os.urandom(6144)  # after the superblock's magic number, which blkid goes by
    (tmp_path / "damaged").write_bytes(data)
    sticks = Sticks(tmp_path / "at", KIOSK, f"/block/{plug(tmp_path / 'damaged')}")
    assert sticks.status().state is StickState.UNUSABLE
    assert not os.path.ismount(tmp_path / "at")


def test_another_stick_in_the_same_place_is_another_stick(plug: Plug, image: Path, tmp_path: Path) -> None:
    name = plug()
    sticks = Sticks(tmp_path / "at", KIOSK, f"/block/{name}")
    first = sticks.status().stick_id
    run("losetup", "--detach", f"/dev/{name}")
    assert sticks.status().state is StickState.ABSENT
    with pytest.raises(DeviceUnavailable) as refusal:
        sticks.settle()
    assert refusal.value.reason is UnavailableReason.LOST
    other = tmp_path / "other"
    with other.open("wb") as file:
        file.truncate(8 << 20)
    run("mkfs.ext4", "-q", other)
    run("losetup", f"/dev/{name}", other)
    assert sticks.status().state is StickState.READY
    assert sticks.status().stick_id != first
    with pytest.raises(DeviceUnavailable):
        sticks.settle()


def test_a_stick_with_partitions_gives_its_first_file_system(image: Path, plug: Plug, tmp_path: Path) -> None:
    if shutil.which("sfdisk") is None:
        pytest.skip("needs sfdisk: apt install fdisk")
    whole = tmp_path / "whole"
    with whole.open("wb") as file:
        file.truncate(18 << 20)
    subprocess.run(["sfdisk", "-q", str(whole)], input=b"label: dos\nstart=2048, type=83\n", check=True)
    with whole.open("r+b") as file:
        file.seek(1 << 20)
        file.write(image.read_bytes())
    name = plug(whole, "--partscan")
    if not Path(f"/dev/{name}p1").exists():
        pytest.skip("needs a device manager that makes nodes of partitions")
    sticks = Sticks(tmp_path / "at", KIOSK, f"/block/{name}")
    assert sticks.status().state is StickState.READY
    sticks.close()
