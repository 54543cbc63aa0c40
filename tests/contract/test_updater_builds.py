"""The updater's suite itself: a build that breaks a promise is caught by its test, a sound one is not."""

from collections.abc import Callable
from pathlib import Path

import pytest
import test_updater as suite

from hal import Refusal, Updater, UpdateStage
from hal.updater import Refused
from hal.updater import updates as work
from tests.twins import bundles as suite_bundles
from tests.twins.rauc import RaucTwin, ToldUpdates


class TouchesFirst(ToldUpdates):
    """Leaves the check to RAUC, which writes while it reads."""

    def fetch(self) -> None:
        super().fetch()
        self._programs.install(self._bundles()[0], lambda _: None)


class TrustsTheSignature(ToldUpdates):
    """Takes what is signed for whole."""

    def _check(self, part: Path) -> None:
        self._programs.info(part)


class TakesHalf(ToldUpdates):
    """Installs what it has when the stick is gone."""

    def _fetch(self) -> None:
        try:
            super()._fetch()
        except Refused as no:
            if no.refusal is not Refusal.PULLED:
                raise
            self._copy = next(self._places.folder.glob("*.raucb"))
            self._tell(UpdateStage.COPIED)


class StartsOver(ToldUpdates):
    """Forgets what it copied."""

    def _fetch(self) -> None:
        for part in self._places.folder.glob("*.raucb"):
            part.unlink()
        super()._fetch()


class Silent(ToldUpdates):
    """Does not say that the new system did not come up."""

    def _begun(self) -> work.UpdateStatus:
        return work.replace(super()._begun(), rolled_back="")


def copies_on(device: Updater, twin: RaucTwin) -> None:
    """The part that was copied is not read again, and the whole is equal."""
    twin.lay(suite.NEWER)
    twin.pull_while_copying(device.fetch)
    twin.ended(device)
    twin.updates.fractions.clear()
    twin.put_back(suite.NEWER)
    suite.fetched(device, twin)
    assert twin.updates.fractions[0] > 0.5


Promise = Callable[[Updater, RaucTwin], None]
BROKEN: list[tuple[type[ToldUpdates], Promise]] = [
    (TouchesFirst, suite.test_a_newer_bundle_is_found_copied_checked_and_only_then_installed),
    (
        TrustsTheSignature,
        suite.test_a_payload_that_does_not_match_its_signature_is_refused_before_a_slot_is_touched,
    ),
    (TakesHalf, suite.test_a_stick_pulled_half_way_costs_nothing_and_the_copy_goes_on),
    (StartsOver, copies_on),
    (Silent, suite.test_after_a_trial_that_did_not_come_up_the_old_version_runs_and_says_so_once),
]


def kept(promise: Promise, build: type[ToldUpdates], folder: Path) -> bool:
    folder.mkdir()
    twin = RaucTwin("updater", "rauc", folder)
    twin.UPDATES = build  # type: ignore[misc]
    with twin:
        try:
            with twin.make() as device:
                assert isinstance(device, Updater)
                promise(device, twin)
        except (Exception, pytest.fail.Exception):
            return False
    return True


@pytest.mark.parametrize(("broken", "promise"), BROKEN, ids=[made[0].__name__ for made in BROKEN])
def test_a_broken_updater_is_caught_and_a_sound_one_is_not(
    broken: type[ToldUpdates], promise: Promise, tmp_path: Path
) -> None:
    if promise is copies_on:  # a sound one's other promises are the suite's own
        assert kept(promise, ToldUpdates, tmp_path / "sound")
    assert not kept(promise, broken, tmp_path / "broken")


@pytest.fixture
def twin(tmp_path: Path) -> RaucTwin:
    return RaucTwin("updater", "rauc", tmp_path)


def test_an_install_that_stops_half_way_leaves_the_running_system_the_usual_one(twin: RaucTwin) -> None:
    with twin, twin.make() as device:
        assert isinstance(device, Updater)
        twin.lay(suite.NEWER)
        suite.fetched(device, twin)
        twin.break_installing()
        device.install()
        assert twin.ended(device).refusal is Refusal.FAILED
        with pytest.raises(suite.DeviceFault):
            device.restart()
        assert "boot_partition=2\n[tryboot]" in (twin.root / "boot/config/autoboot.txt").read_text()
        assert (twin.root / "data/system/slots/B").read_text() == "bad"


def test_a_part_that_a_power_cut_damaged_is_copied_anew_and_not_called_altered(twin: RaucTwin) -> None:
    with twin, twin.make() as device:
        assert isinstance(device, Updater)
        twin.lay(suite.NEWER)
        twin.pull_while_copying(device.fetch)
        twin.ended(device)
        part = next(twin.updates._places.folder.glob("*.raucb"))
        with part.open("r+b") as file:
            file.seek(1 << 20)
            file.write(bytes(4096))
        twin.put_back(suite.NEWER)
        suite.fetched(device, twin)


def test_a_system_on_trial_does_not_write_over_the_one_it_falls_back_to(twin: RaucTwin) -> None:
    with twin, twin.make() as device:
        assert isinstance(device, Updater)
        (twin.root / "boot/config/autoboot.txt").write_text(work_text := "[all]\ntryboot_a_b=1\nboot_partition=3\n")
        twin.lay(suite.NEWER)
        for act in (device.look, device.fetch, device.install, device.restart):
            assert suite.reason_of(act) is suite.UnavailableReason.BUSY
        assert not twin.touched()
        assert (twin.root / "boot/config/autoboot.txt").read_text() == work_text


def test_after_an_install_the_copy_gives_its_room_back(twin: RaucTwin) -> None:
    with twin, twin.make() as device:
        assert isinstance(device, Updater)
        suite.installed(device, twin)
        assert not list(twin.updates._places.folder.glob("*.raucb"))


def test_of_several_bundles_the_newest_for_this_board_is_found_and_strange_names_are_not_read(twin: RaucTwin) -> None:
    with twin, twin.make() as device:
        assert isinstance(device, Updater)
        folder = twin.stick / work.FOLDER
        small = suite_bundles.payload(3 * suite_bundles.BLOCK)
        for name, version, board in (("a", "0.2.0", "virt"), ("b", "0.3.0", "virt"), ("c", "0.9.0", "pi5")):
            raw = suite_bundles.bundle(version, compatible=f"jemput-{board}", data=small)
            suite_bundles.write(folder / f"{name}.raucb", raw)
        (folder / "d.raucb").symlink_to(folder / "b.raucb")
        (folder / "deeper").mkdir()
        suite_bundles.write(folder / "deeper" / "e.raucb", suite_bundles.bundle("0.8.0", data=small))
        (folder / "f.raucb").mkdir()
        assert device.look() == suite.Offer("0.3.0")
