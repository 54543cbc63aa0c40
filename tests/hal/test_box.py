"""The rules of a box: only what the config lists may serve, in its order, and nothing takes another's place unseen."""

import threading
from collections.abc import Mapping, Sequence

import pytest

from hal import (
    BatteryReading,
    Box,
    DeviceFault,
    DeviceUnavailable,
    FakeClock,
    NotSupported,
    Stage,
    UnavailableReason,
    open_box,
)
from hal import battery as battery_port
from hal.battery import simulated as battery_twin
from hal.catalog import CATALOG, load

CATALOG_OF_TWO = {"battery": {"first": f"{__name__}:First", "second": f"{__name__}:Second", "broken": "no_such_lib:X"}}


class First(battery_twin.SimulatedBattery):
    DRIVER = "first"


class Second(battery_twin.SimulatedBattery):
    DRIVER = "second"
    PORT = "battery"

    def __init__(self, clock: FakeClock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self.faults = stage.faults["second"]


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def _two_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("hal.box", "hal.catalog"):
        monkeypatch.setattr(f"{module}.CATALOG", CATALOG_OF_TWO)


def box_of(devices: Mapping[str, Sequence[str]], stage: Stage) -> Box:
    return open_box(devices, clock=FakeClock(), stage=stage)


def served_by(box: Box, port: str) -> str:
    return box.lend(port).identity.driver


def busy() -> DeviceUnavailable:
    return DeviceUnavailable(UnavailableReason.BUSY)


def test_a_port_lends_an_open_device_that_keeps_its_contract(stage: Stage) -> None:
    battery = box_of({"battery": ["simulated"]}, stage).lend("battery")
    assert isinstance(battery, battery_port.Battery)
    assert isinstance(battery.read(), BatteryReading)


def test_a_port_that_the_config_leaves_out_lends_nothing(stage: Stage) -> None:
    box = box_of({"battery": ["simulated"], "modem": []}, stage)
    for port in ("modem", "iris"):
        with pytest.raises(DeviceUnavailable) as refusal:
            box.lend(port)
        assert refusal.value.reason is UnavailableReason.ABSENT


@pytest.mark.usefixtures("_two_drivers")
def test_the_first_listed_driver_that_opens_serves(stage: Stage) -> None:
    assert served_by(box_of({"battery": ["first", "second"]}, stage), "battery") == "first"
    assert served_by(box_of({"battery": ["second", "first"]}, stage), "battery") == "second"


@pytest.mark.usefixtures("_two_drivers")
def test_the_next_listed_driver_serves_where_the_first_does_not_open_and_the_box_knows_why(stage: Stage) -> None:
    stage.faults["battery"].fail_always("open", busy())
    box = box_of({"battery": ["broken", "first", "second"]}, stage)
    assert served_by(box, "battery") == "second"
    assert list(box.why("battery")) == ["broken", "first"]
    assert "no_such_lib" in str(box.why("battery")["broken"])


@pytest.mark.usefixtures("_two_drivers")
def test_a_box_never_lends_a_driver_that_the_config_does_not_list(stage: Stage) -> None:
    stage.faults["battery"].fail_always("open", busy())
    box = box_of({"battery": ["first"]}, stage)
    with pytest.raises(DeviceUnavailable) as refusal:
        box.lend("battery")
    assert refusal.value.reason is UnavailableReason.BUSY
    assert box.present() == {"battery": None}


@pytest.mark.usefixtures("_two_drivers")
def test_a_driver_whose_library_is_missing_fails_alone(stage: Stage) -> None:
    box = box_of({"battery": ["broken"]}, stage)
    with pytest.raises(DeviceUnavailable) as refusal:
        box.lend("battery")
    assert refusal.value.reason is UnavailableReason.LIBRARY_MISSING


@pytest.mark.parametrize("drivers", [["recorded", "simulated"], ["simulated", "recorded"]])
def test_a_stand_in_is_never_listed_beside_another_driver(stage: Stage, drivers: list[str]) -> None:
    with pytest.raises(NotSupported, match="stand alone"):
        box_of({"fingerprint": drivers}, stage)


@pytest.mark.parametrize(
    ("devices", "named"),
    [
        ({"retina": ["simulated"]}, "retina"),
        ({"iris": ["ouija"]}, "ouija"),
        ({"iris": "simulated"}, "list"),
    ],
)
def test_a_wrong_table_is_refused_by_name(stage: Stage, devices: Mapping[str, Sequence[str]], named: str) -> None:
    with pytest.raises(NotSupported, match=named):
        box_of(devices, stage)


def test_a_device_that_was_absent_serves_when_it_is_there(stage: Stage) -> None:
    stage.faults["battery"].fail_next("open", DeviceUnavailable(UnavailableReason.ABSENT))
    box = box_of({"battery": ["simulated"]}, stage)
    assert box.present()["battery"] is None
    assert served_by(box, "battery") == "simulated"
    assert box.present()["battery"] == box.lend("battery").identity


def test_a_lost_device_is_lent_again_when_it_is_back_with_what_it_remembers(stage: Stage) -> None:
    box = box_of({"battery": ["simulated"]}, stage)
    battery = box.lend("battery")
    assert isinstance(battery, battery_twin.SimulatedBattery)
    battery.set(fraction=0.25, external_power=False, drain_per_h=0.0)
    stage.faults["battery"].vanish("read")
    with pytest.raises(DeviceUnavailable):
        battery.read()
    with pytest.raises(DeviceUnavailable) as refusal:
        box.lend("battery")
    assert refusal.value.reason is UnavailableReason.LOST
    stage.faults["battery"].replug()
    assert box.lend("battery").read().fraction == 0.25


@pytest.mark.usefixtures("_two_drivers")
def test_who_serves_goes_on_when_a_driver_listed_before_it_could_open_again(stage: Stage) -> None:
    stage.faults["battery"].fail_next("open", busy())
    box = box_of({"battery": ["first", "second"]}, stage)
    assert [served_by(box, "battery") for _ in range(2)] == ["second", "second"]
    stage.faults["second"].vanish("read")
    with pytest.raises(DeviceUnavailable):
        box.lend("battery").read()
    assert served_by(box, "battery") == "first"
    assert list(box.why("battery")) == ["second"]


def test_a_closed_box_closes_its_devices_and_lends_nothing(stage: Stage) -> None:
    with box_of({"battery": ["simulated"]}, stage) as box:
        battery = box.lend("battery")
    for use in (battery.read, lambda: box.lend("battery")):
        with pytest.raises(DeviceUnavailable) as refusal:
            use()
        assert refusal.value.reason is UnavailableReason.CLOSED


def test_a_device_that_fails_its_self_test_is_not_lent(stage: Stage) -> None:
    stage.faults["battery"].fail_always("open", DeviceFault("self-test"))
    box = box_of({"battery": ["simulated"]}, stage)
    with pytest.raises(DeviceUnavailable):
        box.lend("battery")
    assert isinstance(box.why("battery")["simulated"], DeviceFault)


def test_every_line_of_the_catalog_loads_a_driver_with_a_head() -> None:
    for port, drivers in CATALOG.items():
        for driver in drivers:
            head = load(port, driver)
            assert head.MAKE
            assert head.MODEL


def test_a_device_that_is_just_being_opened_when_its_box_closes_is_closed_with_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    open_at_once = battery_twin.SimulatedBattery.open

    def open_slowly(device: battery_twin.SimulatedBattery) -> None:
        begun.set()
        go_on.wait()
        open_at_once(device)

    stage.faults["battery"].fail_next("open", DeviceUnavailable(UnavailableReason.ABSENT))
    box = box_of({"battery": ["simulated"]}, stage)
    monkeypatch.setattr(battery_twin.SimulatedBattery, "open", open_slowly)
    opening = threading.Thread(target=lambda: box._serve("battery"))
    opening.start()
    begun.wait()
    closing = threading.Thread(target=box.close)
    closing.start()
    go_on.set()
    for thread in (opening, closing):
        thread.join()
    with pytest.raises(DeviceUnavailable) as refusal:
        box._made["battery", "simulated"].read()  # type: ignore[attr-defined]
    assert refusal.value.reason is UnavailableReason.CLOSED
    box.refresh()
    assert box.present() == {"battery": None}
