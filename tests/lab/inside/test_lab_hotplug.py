"""Real udev: our rules are evaluated, arrivals and departures are told."""

import grp
import stat
import subprocess
from pathlib import Path

from hal.clock import Stop, SystemClock
from hal.hotplug import Hotplug, attached, from_udev
from tests.lab.inside.hands import Host

PATIENCE_S = 30.0
FTDI = "0403:6001"


def settled(hotplug: Hotplug) -> bool:
    clock, stop = SystemClock(), Stop()
    end = clock.monotonic() + PATIENCE_S
    while clock.monotonic() < end:
        if hotplug.settled():
            return True
        clock.wait(0.1, stop)
    return False


def test_a_sensor_that_is_plugged_in_is_told_and_belongs_to_the_kiosks_group(host: Host) -> None:
    hotplug = from_udev(SystemClock())
    host.plug("serial")
    assert settled(hotplug)
    assert FTDI in attached()
    [tty] = Path("/dev").glob("ttyUSB*")
    told = tty.stat()
    assert grp.getgrgid(told.st_gid).gr_name == "jemput"
    assert stat.S_IMODE(told.st_mode) == 0o660
    host.pull("serial")
    assert settled(hotplug)
    assert FTDI not in attached()


def test_a_keyboard_types_nothing(host: Host) -> None:
    hotplug = from_udev(SystemClock())
    host.plug("keyboard")
    assert settled(hotplug)
    interfaces = [
        path.parent for path in Path("/sys/bus/usb/devices").glob("*/bInterfaceClass") if path.read_text() == "03\n"
    ]
    assert interfaces
    assert [(path / "authorized").read_text() for path in interfaces] == ["0\n"] * len(interfaces)


def test_a_network_gadget_becomes_no_network(host: Host) -> None:
    hotplug = from_udev(SystemClock())
    host.plug("network")
    assert settled(hotplug)
    assert networks() == {"lo"}


def test_a_network_gadget_whose_driver_is_there_all_the_same_is_taken_away(host: Host) -> None:
    subprocess.run(["modprobe", "cdc_ether"], check=True)
    host.plug("network")
    clock, stop = SystemClock(), Stop()
    end = clock.monotonic() + PATIENCE_S
    came = False
    while clock.monotonic() < end and not (came and networks() == {"lo"}):
        came = came or networks() != {"lo"}
        clock.wait(0.02, stop)
    subprocess.run(["rmmod", "cdc_ether"], check=True)
    assert networks() == {"lo"}


def networks() -> set[str]:
    return {path.name for path in Path("/sys/class/net").iterdir()}
