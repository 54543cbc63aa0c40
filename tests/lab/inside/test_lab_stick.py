"""USB sticks on the kernel's own file systems: what is written is there, whatever is pulled when."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from hal import DeviceFault, DeviceUnavailable, HalError, Stage, StickState, SystemClock, UnavailableReason, Wiring
from hal.stick.usb import UsbStick
from tests.lab.inside.hands import Host
from tests.lab.inside.kernel import PATIENCE_S, TREE, as_user, reason_for, until
from tests.twins.lab_stick import USER, LabStick, usb_disks

FLAGS = {"nosuid", "nodev", "noexec", "nosymfollow"}
FILESYSTEMS = ("vfat", "exfat", "ext4")
PULLED_S = 2.0
LATE_S = 1.0  # an emulated processor
CONTENT = bytes(range(256)) * 4096


@pytest.fixture(params=FILESYSTEMS)
def filesystem(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[LabStick]:
    with LabStick("stick", "usb", tmp_path) as entered:
        opened_to_all(tmp_path)
        yield entered


@pytest.fixture
def port(twin: LabStick) -> Iterator[UsbStick]:
    with twin.make() as device:
        assert isinstance(device, UsbStick)
        yield device


def opened_to_all(folder: Path) -> None:
    """The kiosk's user has to reach what lies in it."""
    for one in (folder, *folder.parents):
        if len(one.parts) > 2:
            one.chmod(0o755)


def plug(twin: LabStick, filesystem: str, name: str = "stick") -> None:
    twin.filesystem = filesystem
    twin.plug(name)


def flags(at: Path) -> set[str]:
    lines = (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return next(set(words[5].split(",")) for words in lines if words[4] == str(at))


def error_of(call: Callable[[], object]) -> HalError:
    """The one known error that the call has to raise, and in time."""
    clock = SystemClock()
    began = clock.monotonic()
    with pytest.raises((DeviceUnavailable, DeviceFault)) as refusal:
        call()
    assert clock.monotonic() - began < PULLED_S + LATE_S
    return refusal.value


def test_what_the_kiosks_user_writes_comes_back_from_the_medium(
    twin: LabStick, port: UsbStick, filesystem: str, tmp_path: Path
) -> None:
    plug(twin, filesystem)
    status = port.status()
    assert (status.state, status.filesystem, status.writable) == (StickState.READY, filesystem, True)
    assert status.stick_id
    mounted = port.mount()
    assert mounted.writable
    assert flags(mounted.path) >= FLAGS | {"rw"}
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    copied = as_user(USER, USER, "cp", source, mounted.path / "bundle")
    assert copied.returncode == 0, copied.stderr
    settled = port.settle()
    assert not settled.writable
    assert flags(settled.path) >= FLAGS | {"ro"}
    assert (settled.path / "bundle").read_bytes() == CONTENT
    assert as_user(USER, USER, "cmp", source, settled.path / "bundle").returncode == 0
    assert as_user("nobody", "nogroup", "cat", settled.path / "bundle").returncode != 0 or filesystem == "ext4"
    port.release()
    assert not usb_disks()  # powered off
    assert port.status().state is StickState.READY  # and still in the socket
    assert (port.mount().path / "bundle").stat().st_size == len(CONTENT)
    port.release()
    twin.pull()
    assert port.status().state is StickState.ABSENT


def test_a_stick_pulled_while_it_is_written_is_lost_and_keeps_what_was_settled(
    twin: LabStick, port: UsbStick, filesystem: str
) -> None:
    plug(twin, filesystem)
    (port.mount().path / "old").write_bytes(CONTENT)
    port.settle()
    folder = port.mount().path
    writing, broken = threading.Event(), threading.Event()

    def write() -> None:
        try:
            for number in count():
                descriptor = os.open(folder / f"new{number}", os.O_WRONLY | os.O_CREAT)
                try:
                    os.write(descriptor, CONTENT)
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
                writing.set()
        except OSError:
            broken.set()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    assert writing.wait(30)
    twin.pull()
    lost = error_of(port.settle)
    assert isinstance(lost, DeviceUnavailable)
    assert lost.reason is UnavailableReason.LOST
    assert broken.wait(PULLED_S + LATE_S)
    writer.join(10)
    assert port.status().state is StickState.ABSENT
    plug(twin, filesystem)
    assert (port.mount().path / "old").read_bytes() == CONTENT
    port.release()


def test_a_stick_pulled_while_it_settles_is_one_known_error(twin: LabStick, port: UsbStick) -> None:
    plug(twin, "vfat")
    (port.mount().path / "large").write_bytes(CONTENT * 24)
    hand = threading.Thread(target=twin.pull)
    hand.start()
    with suppress(DeviceUnavailable):  # it may have come through
        port.settle()
    hand.join()
    assert error_of(port.settle)
    assert until(lambda: port.status().state is StickState.ABSENT)
    plug(twin, "vfat")
    assert port.status().state is StickState.READY


def test_of_two_sticks_the_first_is_used_until_it_is_gone(twin: LabStick, port: UsbStick) -> None:
    plug(twin, "vfat", "one")
    first = port.status().stick_id
    plug(twin, "exfat", "two")
    assert port.status().stick_id == first
    (port.mount().path / "mark").write_bytes(b"1")
    port.settle()
    port.release()
    twin.host.pull(twin.names["one"])  # powered off, so that no disk of it is left to go
    assert until(lambda: port.status().filesystem == "exfat")
    assert not (port.mount().path / "mark").exists()
    port.release()


def test_another_stick_in_the_socket_of_a_released_one_is_seen(twin: LabStick, port: UsbStick) -> None:
    plug(twin, "vfat", "one")
    port.mount()
    port.release()
    twin.pull()
    plug(twin, "ext4", "two")
    assert port.status().filesystem == "ext4"


def test_the_helper_is_a_service_that_only_the_kiosks_user_may_ask(tmp_path: Path, host: Host) -> None:
    at, socket = tmp_path / "stick", tmp_path / "sock"
    opened_to_all(tmp_path)
    helper = subprocess.Popen(
        [sys.executable, "-m", "hal.stick.helper", "--socket", socket, "--at", at, "--user", USER], cwd=TREE
    )
    try:
        assert until(socket.exists)
        make = f"""
from hal.stick.usb import UsbStick
device = UsbStick(SystemClock(), Stage(wiring=Wiring(stick_helper=Path({str(socket)!r}))))"""
        assert reason_for(USER, USER, make) == "open"
        assert reason_for("nobody", "nogroup", make) == "permission"
        host.plug("service", "vfat", 16)
        with UsbStick(SystemClock(), Stage(wiring=Wiring(stick_helper=socket))) as port:
            assert until(lambda: port.status().state is StickState.READY)
            (port.mount().path / "a").write_bytes(b"a")
            helper.terminate()
            helper.wait(PATIENCE_S)
            assert error_of(port.status)
    finally:
        helper.kill()
        helper.wait(PATIENCE_S)
        subprocess.run(["umount", at], check=False, capture_output=True)
