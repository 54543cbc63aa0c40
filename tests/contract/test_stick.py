"""The contract of the stick port, for every driver in the catalog."""

import pytest
from patience import reason_of

from hal import DeviceFault, StickPort, StickState, UnavailableReason
from tests.twins.shape import StickTwin

pytestmark = pytest.mark.ports("stick")


def test_without_a_stick_the_port_says_absent_and_mounts_nothing(device: StickPort) -> None:
    assert device.status().state is StickState.ABSENT
    assert reason_of(device.mount) is UnavailableReason.ABSENT


def test_what_was_written_is_there_after_settling_and_after_another_plug(device: StickPort, twin: StickTwin) -> None:
    twin.plug("a")
    mounted = device.mount()
    assert mounted.writable
    (mounted.path / "a").write_bytes(b"kept")
    settled = device.settle()
    assert not settled.writable
    assert (settled.path / "a").read_bytes() == b"kept"
    device.release()
    device.release()
    twin.pull()
    assert device.status().state is StickState.ABSENT
    twin.plug("a")
    assert (device.mount().path / "a").read_bytes() == b"kept"


def test_a_locked_stick_says_so(device: StickPort, twin: StickTwin) -> None:
    twin.plug("locked", read_only=True)
    assert not device.status().writable
    assert not device.mount().writable


def test_free_space_is_what_the_files_leave(device: StickPort, twin: StickTwin) -> None:
    twin.plug("small", capacity_bytes=64 << 20)
    empty = device.status().free_bytes
    assert empty <= 64 << 20
    (device.mount().path / "a").write_bytes(bytes(1 << 20))
    assert (1 << 20) <= empty - device.status().free_bytes <= (2 << 20)


def test_what_is_no_filesystem_is_unusable(device: StickPort, twin: StickTwin) -> None:
    twin.plug_unusable()
    assert device.status().state is StickState.UNUSABLE
    with pytest.raises(DeviceFault):
        device.mount()


def test_a_stick_pulled_before_it_is_settled_is_lost(device: StickPort, twin: StickTwin) -> None:
    twin.plug("a")
    device.mount()
    twin.pull()
    assert reason_of(device.settle) is UnavailableReason.LOST


def test_a_stick_put_back_has_to_be_mounted_again(device: StickPort, twin: StickTwin) -> None:
    twin.plug("a")
    device.mount()
    twin.pull()
    twin.plug("a")
    assert reason_of(device.settle) is UnavailableReason.LOST


def test_a_stick_pulled_half_way_keeps_the_old_files_and_part_of_the_new(device: StickPort, twin: StickTwin) -> None:
    if not twin.CAN_BE_PULLED_HALF_WAY:
        pytest.skip(f"{twin.port}-{twin.driver}: cannot be pulled half way")
    twin.plug("a")
    (device.mount().path / "old").write_bytes(bytes(500))
    device.settle()
    device.release()
    folder = device.mount().path
    (folder / "new").write_bytes(bytes(300))
    twin.pull_while_settling(after_bytes=100)
    assert reason_of(device.settle) is UnavailableReason.LOST
    assert device.status().state is StickState.ABSENT
    twin.plug("a")
    folder = device.mount().path
    assert (folder / "old").stat().st_size == 500
    assert (folder / "new").stat().st_size <= 100
