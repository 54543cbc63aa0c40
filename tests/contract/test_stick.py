"""The contract of the stick port, for every driver in the catalog; `plug` and `pull` are the twin's hand."""

from pathlib import Path

import pytest

from hal import DeviceFault, DeviceUnavailable, FakeClock, Stage, StickState, UnavailableReason
from hal.catalog import CATALOG, load
from hal.stick.simulated import SimulatedStick

pytestmark = pytest.mark.parametrize("driver", CATALOG["stick"])


@pytest.fixture
def port(driver: str, clock: FakeClock, stage: Stage):
    with load("stick", driver)(clock, stage) as port:
        assert isinstance(port, SimulatedStick)
        yield port


def test_without_a_stick_the_port_says_absent_and_mounts_nothing(port: SimulatedStick) -> None:
    assert port.status().state is StickState.ABSENT
    with pytest.raises(DeviceUnavailable) as refusal:
        port.mount()
    assert refusal.value.reason is UnavailableReason.ABSENT


def test_what_was_written_is_there_after_settling_and_after_another_plug(port: SimulatedStick, tmp_path: Path) -> None:
    port.plug(tmp_path)
    mounted = port.mount()
    assert mounted.writable
    (mounted.path / "a").write_bytes(b"kept")
    settled = port.settle()
    assert not settled.writable
    assert (settled.path / "a").read_bytes() == b"kept"
    port.release()
    port.release()
    port.pull()
    assert port.status().state is StickState.ABSENT
    port.plug(tmp_path)
    assert (port.mount().path / "a").read_bytes() == b"kept"


def test_a_locked_stick_says_so(port: SimulatedStick, tmp_path: Path) -> None:
    port.plug(tmp_path, read_only=True)
    assert not port.status().writable
    assert not port.mount().writable


def test_free_space_is_what_the_files_leave(port: SimulatedStick, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(600))
    port.plug(tmp_path, capacity_bytes=1000)
    assert port.status().free_bytes == 400
    (tmp_path / "b").write_bytes(bytes(600))
    assert port.status().free_bytes == 0


def test_what_is_no_filesystem_is_unusable(port: SimulatedStick, tmp_path: Path) -> None:
    port.plug(tmp_path / "nothing")
    assert port.status().state is StickState.UNUSABLE
    with pytest.raises(DeviceFault):
        port.mount()


def test_a_stick_pulled_before_it_is_settled_is_lost(port: SimulatedStick, tmp_path: Path) -> None:
    port.plug(tmp_path)
    port.mount()
    port.pull()
    with pytest.raises(DeviceUnavailable) as loss:
        port.settle()
    assert loss.value.reason is UnavailableReason.LOST


def test_a_stick_put_back_has_to_be_mounted_again(port: SimulatedStick, tmp_path: Path) -> None:
    port.plug(tmp_path)
    port.mount()
    port.pull()
    port.plug(tmp_path)
    with pytest.raises(DeviceUnavailable):
        port.settle()


def test_a_stick_pulled_half_way_keeps_the_old_files_and_part_of_the_new(port: SimulatedStick, tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(bytes(500))
    port.plug(tmp_path, lose_after_bytes=100)
    port.mount()
    (tmp_path / "new").write_bytes(bytes(300))
    with pytest.raises(DeviceUnavailable) as loss:
        port.settle()
    assert loss.value.reason is UnavailableReason.LOST
    assert port.status().state is StickState.ABSENT
    assert (tmp_path / "old").stat().st_size == 500
    assert (tmp_path / "new").stat().st_size == 100


def test_a_stick_lost_while_settling_leaves_the_port_working(port: SimulatedStick, tmp_path: Path) -> None:
    port.plug(tmp_path)
    port.mount()
    port.faults.fail_next("settle", DeviceUnavailable(UnavailableReason.LOST, "stick"))
    with pytest.raises(DeviceUnavailable):
        port.settle()
    assert port.status().state is StickState.READY
    port.settle()
