"""An officer updates the box from a stick between people; somebody who waits goes on afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flow_box import FlowBox

import hal
from hal import UpdateStage
from hal.battery.simulated import SimulatedBattery
from hal.updater.simulated import SimulatedUpdater
from kiosk.commands.training import TrainingBox
from kiosk.core import desk as d
from kiosk.core import events as e
from kiosk.core import update as u
from kiosk.core.desk import InUpdate
from kiosk.core.update import Refusal, Stage, Update
from kiosk.flow import translate

NEWER = "0.2.0"


@pytest.fixture
def box(out: Path, training: TrainingBox) -> Iterator[FlowBox]:
    with FlowBox(out, training, drivers={"updater": ["simulated"], "battery": ["simulated"]}) as started:
        started.open_day()
        started.until(lambda desk: bool(desk.update.running))
        yield started


def updater(box: FlowBox) -> SimulatedUpdater:
    port = box.devices.lend("updater")
    assert isinstance(port, SimulatedUpdater)
    return port


def charged(box: FlowBox, fraction: float) -> None:
    battery: Any = box.devices.lend("battery")
    assert isinstance(battery, SimulatedBattery)
    battery.set(fraction, external_power=False, drain_per_h=0.0)
    box.until(lambda desk: desk.facts.charge is not None and desk.facts.charge.fraction == fraction)


def enter(box: FlowBox) -> None:
    box.kiosk.post(d.OfficerEntered())
    box.kiosk.post(d.TaskChosen(d.Task.UPDATE))
    box.until(lambda desk: desk.task is d.Task.UPDATE)


def wanted(box: FlowBox, event: u.UpdateEvent, until: Callable[[Update], bool]) -> Update:
    box.kiosk.post(InUpdate(event))
    return box.until(lambda desk: until(desk.update)).update


def ended(state: Update) -> bool:
    return not u.is_running(state) and state.stage is not Stage.FOUND


def ended_at(*stages: Stage) -> Callable[[Update], bool]:
    return lambda state: state.stage in stages


def found(box: FlowBox, version: str = NEWER, **refused: Any) -> Update:
    box.plug()
    updater(box).offer(version, **refused)
    enter(box)
    return wanted(box, u.LookWanted(), lambda state: state.attempt > 0 and not u.is_running(state))


def installed(box: FlowBox) -> list[Update]:
    """Every state that was shown from the touch on."""
    assert found(box).stage is Stage.FOUND
    box.kiosk.post(InUpdate(u.UpdateWanted()))
    shown = [box.next().update]
    while not ended(shown[-1]):
        shown.append(box.next().update)
    return shown


def test_an_officer_sees_it_copied_checked_and_installed(box: FlowBox) -> None:
    shown = installed(box)
    stages = list(dict.fromkeys(state.stage for state in shown if state.stage is not Stage.FOUND))
    assert stages == [Stage.COPYING, Stage.CHECKING, Stage.INSTALLING, Stage.INSTALLED]
    assert len({state.percent for state in shown if state.stage is Stage.COPYING}) > 10
    assert shown[-1].version == NEWER


def test_after_the_restart_the_box_runs_the_new_version_and_whoever_waited_goes_on(
    out: Path, training: TrainingBox
) -> None:
    with FlowBox(out, training, drivers={"updater": ["simulated"]}) as box:
        box.open_day()
        box.until(lambda desk: bool(desk.update.running))
        person = box.person()
        box.start()
        waits = box.serve(person, lambda session: session.step is d.Step.FACE)
        box.kiosk.touch(e.ParkWanted("officer"))
        desk = box.until(lambda desk: desk.session is None)
        assert [waiting.record_id for waiting in desk.waiting] == [waits.record_id]
        installed(box)
        wanted(box, u.RestartWanted(), lambda state: state.stage is Stage.RESTARTING)
        while box.devices.lend("updater").status().stage is not UpdateStage.INSTALLED:
            box.next()
        state = updater(box)
    state.start_again()
    with FlowBox(out, training, drivers={"updater": ["simulated"]}) as box:
        assert [w.record_id for w in box.open_day().waiting] == [waits.record_id]
        assert box.take_up(waits.record_id).record_id == waits.record_id


def test_a_box_that_does_not_go_down_gives_the_officer_the_desk_back(box: FlowBox) -> None:
    installed(box)
    wanted(box, u.RestartWanted(), lambda state: state.stage is Stage.RESTARTING)
    state = box.until(lambda desk: not u.is_running(desk.update)).update
    assert (state.stage, state.refusal) == (Stage.REFUSED, Refusal.FAILED)
    box.kiosk.post(d.OfficerLeft())
    box.until(lambda desk: desk.mode is d.Mode.IDLE)


@pytest.mark.parametrize("refusal", hal.Refusal)
def test_each_refusal_reaches_the_officer_by_its_own_name(box: FlowBox, refusal: hal.Refusal) -> None:
    state = found(box, refusal=refusal)
    assert (state.stage, state.refusal) == (Stage.REFUSED, Refusal(refusal.value))
    assert not updater(box).touched


def test_without_a_stick_there_is_nothing_to_find(box: FlowBox) -> None:
    updater(box).offer(NEWER)
    enter(box)
    assert wanted(box, u.LookWanted(), lambda state: state.stage is Stage.NOTHING).version == ""


def test_on_a_low_battery_nothing_is_copied_and_with_power_it_goes_on(box: FlowBox) -> None:
    charged(box, 0.2)
    assert found(box).stage is Stage.FOUND
    assert wanted(box, u.UpdateWanted(), ended).stage is Stage.POWER_LOW
    assert updater(box).status().stage is UpdateStage.IDLE
    charged(box, 0.8)
    wanted(box, u.UpdateWanted(), lambda state: state.stage is Stage.INSTALLED)


def test_a_battery_that_falls_while_it_is_copied_stops_it_before_a_slot_is_written(box: FlowBox) -> None:
    charged(box, 0.8)
    assert found(box).stage is Stage.FOUND
    wanted(box, u.UpdateWanted(), lambda state: state.stage is Stage.COPYING)
    charged(box, 0.2)
    assert box.until(lambda desk: ended(desk.update)).update.stage is Stage.POWER_LOW
    assert not updater(box).touched


def test_on_a_low_battery_the_box_does_not_restart_into_the_trial_and_with_power_it_does(box: FlowBox) -> None:
    charged(box, 0.8)
    installed(box)
    charged(box, 0.2)
    assert wanted(box, u.RestartWanted(), ended_at(Stage.RESTART_LOW, Stage.RESTARTING)).stage is Stage.RESTART_LOW
    assert updater(box).status().stage is UpdateStage.INSTALLED
    charged(box, 0.8)
    wanted(box, u.RestartWanted(), lambda state: state.stage is Stage.RESTARTING)


def test_a_stick_pulled_half_way_is_said_and_the_copy_goes_on(box: FlowBox) -> None:
    assert found(box).stage is Stage.FOUND
    wanted(box, u.UpdateWanted(), lambda state: state.percent > 40)
    updater(box).take_away()
    assert box.until(lambda desk: ended(desk.update)).update.refusal is Refusal.PULLED
    updater(box).put_back(NEWER)
    assert wanted(box, u.LookWanted(), lambda state: state.stage is Stage.FOUND).version == NEWER
    first = wanted(box, u.UpdateWanted(), lambda state: state.stage is Stage.COPYING and state.percent > 0)
    assert first.percent > 40


def test_an_update_that_another_hand_began_is_named_busy(box: FlowBox) -> None:
    box.plug()
    updater(box).offer(NEWER)
    updater(box).fetch()
    enter(box)
    assert wanted(box, u.LookWanted(), lambda state: state.refusal is not None).refusal is Refusal.BUSY


def test_an_updater_that_is_gone_is_named_and_the_box_goes_on(box: FlowBox) -> None:
    box.plug()
    enter(box)
    box.stage.faults["updater"].fail_always("look", hal.DeviceFault("updater"))
    assert wanted(box, u.LookWanted(), lambda state: state.refusal is not None).refusal is Refusal.FAILED
    box.stage.faults["updater"].clear()
    box.kiosk.post(d.OfficerLeft())
    box.until(lambda desk: desk.mode is d.Mode.IDLE)
    assert box.record().bundle


@pytest.mark.parametrize("comes_up", [True, False])
def test_a_program_that_starts_knows_what_became_of_the_last_update(
    out: Path, training: TrainingBox, comes_up: bool
) -> None:
    with FlowBox(out, training, drivers={"updater": ["simulated"]}) as box:
        port = updater(box)
        port._status = hal.UpdateStatus(UpdateStage.IDLE, "0.1.0", rolled_back="" if comes_up else NEWER)
        told = box.until(lambda desk: bool(desk.update.running)).update
    assert told.stage is (Stage.READY if comes_up else Stage.ROLLED_BACK)


def test_a_program_that_starts_while_an_update_is_installed_waits_for_its_end(out: Path, training: TrainingBox) -> None:
    with FlowBox(out, training, drivers={"updater": ["simulated"]}) as box:
        updater(box)._status = hal.UpdateStatus(UpdateStage.INSTALLING, "0.1.0", version=NEWER, fraction=0.5)
        box.open_day()
        box.clock.wait(5.0, hal.Stop())
        assert not box.kiosk.desk.update.running
        updater(box)._status = hal.UpdateStatus(UpdateStage.INSTALLED, "0.1.0", version=NEWER)
        told = box.until(lambda desk: bool(desk.update.running)).update
    assert (told.stage, told.version) == (Stage.INSTALLED, NEWER)


def test_a_program_that_ends_meanwhile_does_not_wait_for_the_update(box: FlowBox) -> None:
    assert found(box).stage is Stage.FOUND
    wanted(box, u.UpdateWanted(), lambda state: state.stage is Stage.COPYING)
    began = box.clock.monotonic()
    box.kiosk.close()
    assert box.clock.monotonic() - began < 2.0
    box.kiosk.close = lambda: None  # type: ignore[method-assign]


def test_hal_and_core_name_refusals_alike() -> None:
    assert {r.value for r in Refusal} - {r.value for r in hal.Refusal} == {"busy", "absent"}
    assert {r.value for r in hal.Refusal} <= {r.value for r in Refusal}
    said = hal.UpdateStatus(UpdateStage.INSTALLED, "0.1.0", version=NEWER)
    assert translate.update_told(said) == u.UpdateTold("0.1.0", installed=NEWER)
