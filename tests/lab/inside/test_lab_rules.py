"""Our rules on the kernel's other devices, and on a sensor whose USB id a driver declares."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal import Stage, SystemClock, UnavailableReason
from hal.box import Box
from tests.lab.inside.hands import Host
from tests.lab.inside.kernel import reason_for, rights, until

GADGETS = Path("/sys/kernel/config/usb_gadget")
SENSOR = ("0x05ba", "0x000a")  # one of libfprint's


@pytest.fixture
def sensor() -> Iterator[None]:
    """A USB device of the kernel's own making that bears a sensor's id."""
    subprocess.run(["modprobe", "-a", "dummy_hcd", "libcomposite", "usb_f_acm"], check=True)
    gadget = GADGETS / "sensor"
    (gadget / "functions/acm.0").mkdir(parents=True)
    (gadget / "configs/c.1").mkdir(parents=True)
    for name, value in zip(("idVendor", "idProduct"), SENSOR, strict=True):
        (gadget / name).write_text(value)
    (gadget / "configs/c.1/acm.0").symlink_to(gadget / "functions/acm.0")
    (gadget / "UDC").write_text("dummy_udc.0")
    yield
    (gadget / "UDC").write_text("\n")
    (gadget / "configs/c.1/acm.0").unlink()
    for folder in ("configs/c.1", "functions/acm.0", ""):
        (gadget / folder).rmdir()


def usb_node(vendor: str) -> Path | None:
    for told in Path("/sys/bus/usb/devices").glob("*/idVendor"):
        if told.read_text().strip() == vendor:
            bus, number = (int((told.parent / name).read_text()) for name in ("busnum", "devnum"))
            return Path(f"/dev/bus/usb/{bus:03}/{number:03}")
    return None


def test_a_declared_sensor_belongs_to_the_kiosks_group(sensor: None) -> None:
    def given() -> bool:
        node = usb_node("05ba")
        return node is not None and node.exists() and rights(node) == ("jemput", 0o660)

    assert until(given)


def test_a_usb_device_that_no_driver_declares_is_not_the_kiosks(host: Host) -> None:
    host.plug("ccid")
    assert until(lambda: (node := usb_node("08e6")) is not None and node.exists())
    node = usb_node("08e6")
    assert node is not None
    assert rights(node)[0] == "root"


def test_two_sensors_for_one_port_are_told_and_the_configs_order_decides(sensor: None, host: Host) -> None:
    host.touch(0)
    host.plug("serial")
    assert until(lambda: any(Path("/dev").glob("ttyUSB*")) and usb_node("05ba"))
    with Box({"fingerprint": ("r30x", "libfprint")}, SystemClock(), Stage()) as box:
        assert box.lend("fingerprint").identity.driver == "r30x"
        assert box.rivals("fingerprint") == ("libfprint",)


def test_the_fuel_gauges_bus_is_the_kiosks(host: Host) -> None:
    buses = [path for path in Path("/dev").glob("i2c-*")]
    assert buses
    assert {rights(bus) for bus in buses} == {("jemput", 0o660)}


def test_a_terminal_of_the_kiosks_group_is_refused_to_others(host: Host) -> None:
    host.touch(0)
    host.plug("serial")
    assert until(lambda: any(rights(tty) == ("jemput", 0o660) for tty in Path("/dev").glob("ttyUSB*")))
    make = "from hal.fingerprint.r30x import R30xFingerprint\ndevice = R30xFingerprint(SystemClock(), Stage())"
    assert reason_for("jemput", "jemput", make) == "open"
    assert reason_for("nobody", "nogroup", make) == UnavailableReason.PERMISSION
