"""The contract of the updater port, for every driver in the catalog."""

import pytest
from patience import reason_of

from hal import DeviceFault, Offer, Refusal, UnavailableReason, Updater, UpdateStage
from tests.twins.shape import UpdaterTwin

pytestmark = pytest.mark.ports("updater")

NEWER = "0.2.0"
NAMED_AT_ONCE = tuple(r for r in Refusal if r not in (Refusal.NO_ROOM, Refusal.PULLED, Refusal.STORAGE, Refusal.FAILED))


def fetched(device: Updater, twin: UpdaterTwin) -> None:
    device.fetch()
    assert twin.ended(device).stage is UpdateStage.COPIED


def installed(device: Updater, twin: UpdaterTwin) -> None:
    twin.lay(NEWER)
    fetched(device, twin)
    device.install()
    assert twin.ended(device).stage is UpdateStage.INSTALLED


def test_it_says_what_runs_and_that_nothing_is_in_hand(device: Updater, twin: UpdaterTwin) -> None:
    status = device.status()
    assert (status.stage, status.running) == (UpdateStage.IDLE, twin.RUNNING)
    assert not status.rolled_back
    assert device.look() is None


def test_a_newer_bundle_is_found_copied_checked_and_only_then_installed(device: Updater, twin: UpdaterTwin) -> None:
    twin.lay(NEWER)
    assert device.look() == Offer(NEWER)
    fetched(device, twin)
    assert device.status().version == NEWER
    assert not twin.touched()
    device.install()
    assert twin.ended(device).stage is UpdateStage.INSTALLED
    assert twin.touched()
    assert device.status().running == twin.RUNNING


@pytest.mark.parametrize("refusal", NAMED_AT_ONCE)
def test_what_is_not_taken_is_named_before_a_slot_is_touched(
    device: Updater, twin: UpdaterTwin, refusal: Refusal
) -> None:
    assert refusal in twin.REFUSALS
    twin.lay(NEWER, refusal)
    offer = device.look()
    assert offer is not None
    assert offer.refusal is refusal
    device.fetch()
    status = twin.ended(device)
    assert (status.stage, status.refusal) == (UpdateStage.REFUSED, refusal)
    with pytest.raises(DeviceFault):
        device.install()
    assert not twin.touched()


def test_a_payload_that_does_not_match_its_signature_is_refused_before_a_slot_is_touched(
    device: Updater, twin: UpdaterTwin
) -> None:
    twin.lay_damaged(NEWER)
    assert device.look() == Offer(NEWER)
    device.fetch()
    assert twin.ended(device).refusal is Refusal.ALTERED
    with pytest.raises(DeviceFault):
        device.install()
    assert not twin.touched()


def test_a_stick_pulled_half_way_costs_nothing_and_the_copy_goes_on(device: Updater, twin: UpdaterTwin) -> None:
    twin.lay(NEWER)
    twin.pull_while_copying(device.fetch)
    assert twin.ended(device).refusal is Refusal.PULLED
    with pytest.raises(DeviceFault):
        device.install()
    assert not twin.touched()
    twin.put_back(NEWER)
    fetched(device, twin)


def test_nothing_is_installed_or_started_out_of_order(device: Updater, twin: UpdaterTwin) -> None:
    twin.lay(NEWER)
    for act in (device.install, device.restart):
        with pytest.raises(DeviceFault):
            act()
    fetched(device, twin)
    with pytest.raises(DeviceFault):
        device.restart()
    assert not twin.touched()


def test_after_a_trial_that_came_up_the_new_version_runs(device: Updater, twin: UpdaterTwin) -> None:
    installed(device, twin)
    device.restart()
    device.close()
    twin.start_again()
    with device:
        status = device.status()
    assert (status.running, status.stage, status.rolled_back) == (NEWER, UpdateStage.IDLE, "")


def test_after_a_trial_that_did_not_come_up_the_old_version_runs_and_says_so_once(
    device: Updater, twin: UpdaterTwin
) -> None:
    installed(device, twin)
    device.restart()
    device.close()
    twin.start_again(comes_up=False)
    with device:
        assert (device.status().running, device.status().rolled_back) == (twin.RUNNING, NEWER)
        device.look()
        assert device.status().rolled_back == ""
        fetched(device, twin)


def test_what_was_installed_and_not_started_waits_over_a_power_cut(device: Updater, twin: UpdaterTwin) -> None:
    installed(device, twin)
    device.close()
    twin.start_again()
    with device:
        status = device.status()
        assert (status.running, status.stage, status.version) == (twin.RUNNING, UpdateStage.INSTALLED, NEWER)
        device.restart()


def test_who_asks_for_another_while_one_is_copied_is_told_to_wait(device: Updater, twin: UpdaterTwin) -> None:
    twin.lay(NEWER)

    def begin_twice() -> None:
        device.fetch()
        for act in (device.fetch, device.look, device.install):
            assert reason_of(act) is UnavailableReason.BUSY

    twin.pull_while_copying(begin_twice)
    twin.ended(device)
