"""What keeps a box from starting: each has its page under a service, and nothing was opened or written before it."""

import builtins
import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from hal import FakeClock, SystemClock
from hal.catalog import CATALOG, STAND_INS
from kiosk import config
from kiosk.commands import run, starting
from kiosk.commands.training import BOX, PORTS, prepare
from kiosk.config import Screen
from kiosk.exchange.config import open_config, sign_config
from kiosk.exchange.errors import BundleError
from kiosk.flow import incarnation, papers
from kiosk.flow.service import Service
from kiosk.regency.office import open_office
from kiosk.store import InMemoryKeyring, KeyringRefused, Store
from kiosk.store.durable import Disk
from kiosk.store.records import DATABASE
from kiosk.ui.obstacle import Obstacle, ObstacleModel

REGIONAL = '[box]\nregion = "61"\n'


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two offices, each with a training box."""
    made = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("foreign")
    for folder in made:
        prepare(folder, 1)
    return made


@pytest.fixture
def out(tmp_path: Path, offices: tuple[Path, Path]) -> Path:
    shutil.copytree(offices[0], tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def foreign(offices: tuple[Path, Path]) -> Path:
    """The papers of another office's box."""
    return offices[1] / "box" / "papers"


@pytest.fixture
def box(out: Path) -> Path:
    return out / "box" / "box.toml"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[ObstacleModel]:
    """The page in place of a window; whoever opens a device or the store fails the test."""
    seen: list[ObstacleModel] = []

    class Page:
        def __init__(self, now_s: object, model: ObstacleModel) -> None:
            seen.append(model)

        def run(self, drawn: Callable[[], None]) -> None:
            drawn()

    def opened(*args: object, **kwargs: object) -> None:
        raise AssertionError("a box that does not start opened something")

    monkeypatch.setattr(run, "Standstill", Page)
    monkeypatch.setattr(run, "_on_signals", lambda act: None)
    monkeypatch.setattr(run.hal, "open_box", opened)
    monkeypatch.setattr(run, "Store", opened)
    monkeypatch.setattr(Service, "tell", lambda self, *lines: None)
    return seen


def page(box: Path, shown: list[ObstacleModel], found: Path | None = None) -> ObstacleModel:
    """What stands on the screen of a service that was started so."""
    assert run._start(box, found or box.parent / "none", Service("/run/notify")) == ""
    (model,) = shown
    assert model.kept == "Tidak ada yang dihapus."
    assert not (box.parent / "data").exists()
    return model


def changed(box: Path, old: str, new: str) -> None:
    text = box.read_text()
    assert old in text
    box.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda box: box.unlink(), "cannot be read"),
        (lambda box: box.write_text(box.read_text()[:60]), "box.toml"),
        (lambda box: changed(box, "seed = 1", 'seed = "one"'), "line 19: [training] seed has to be a whole number"),
        (
            lambda box: changed(box, "[box]\n", '[box]\nregion = "99"\n'),
            "line 3: [box] region has to be the two digits",
        ),
        (lambda box: box.write_bytes(b"\x00\xff" * 40), "cannot be read"),
    ],
)
def test_a_spoiled_box_toml_is_told_by_key_and_line(
    box: Path, shown: list[ObstacleModel], spoil: Callable[[Path], None], said: str
) -> None:
    spoil(box)
    model = page(box, shown)
    assert model.obstacle is Obstacle.BOX_FILE
    assert said in model.detail


@pytest.mark.parametrize(
    ("code", "obstacle"), [("data-missing", Obstacle.DATA_MISSING), ("data-damaged", Obstacle.DATA_DAMAGED)]
)
def test_what_the_boot_found_of_the_data_partition_is_told(
    box: Path, shown: list[ObstacleModel], tmp_path: Path, code: str, obstacle: Obstacle
) -> None:
    (tmp_path / "trouble").write_text(f"{code}\n")
    assert page(box, shown, tmp_path / "trouble").obstacle is obstacle


def test_a_repaired_data_partition_is_noted_and_stops_nothing(box: Path, tmp_path: Path) -> None:
    (tmp_path / "trouble").write_text("data-repaired\nsomething-new\n")
    said: list[str] = []
    assert starting.ready(starting.read(box), tmp_path / "trouble", said.append).box_id == BOX
    assert said[0] == "The data partition was repaired."
    assert "'something-new' is not known" in said[1]


def test_papers_that_are_not_there_are_told(box: Path, shown: list[ObstacleModel]) -> None:
    (box.parent / "papers" / papers.CONFIG).unlink()
    model = page(box, shown)
    assert model.obstacle is Obstacle.PAPERS_MISSING
    assert "config.jws" in model.detail


def test_papers_of_a_foreign_office_are_told(box: Path, shown: list[ObstacleModel], foreign: Path) -> None:
    shutil.copy(foreign / papers.CONFIG, box.parent / "papers")
    assert page(box, shown).obstacle is Obstacle.PAPERS_FOREIGN


def test_a_simulated_world_without_the_offices_word_is_told(box: Path, out: Path, shown: list[ObstacleModel]) -> None:
    make_real(out)
    model = page(box, shown)
    assert model.obstacle is Obstacle.BOX_FILE
    assert "[training] stands in box.toml" in model.detail


def test_a_stand_in_where_real_people_come_is_told(
    box: Path, out: Path, shown: list[ObstacleModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_real(out)
    real_box(box, monkeypatch)
    changed(box, "[devices]\n", '[devices]\ncamera = ["recorded"]\n')
    changed(box, next(line for line in box.read_text().splitlines(True) if line.startswith('camera = ["p')), "")
    model = page(box, shown)
    assert model.obstacle is Obstacle.BOX_FILE
    assert "[devices] camera: recorded stands for hardware" in model.detail


def test_a_kernel_without_keyrings_is_told_where_real_people_come(
    box: Path, out: Path, shown: list[ObstacleModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise KeyringRefused("Operation not permitted")

    make_real(out)
    real_box(box, monkeypatch)
    monkeypatch.setattr(starting, "KernelKeyring", refuse)
    assert page(box, shown).obstacle is Obstacle.KEYRING


def test_a_board_without_a_number_is_told(
    box: Path, shown: list[ObstacleModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(box, 'board = "training-board"\n', "")
    monkeypatch.setattr(starting, "BOARDS", ())
    assert page(box, shown).obstacle is Obstacle.BOARD


def test_a_touch_panel_that_is_not_there_is_told_and_the_mouse_stays(
    box: Path, shown: list[ObstacleModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PANEL_S", 0.0)
    box.write_text(box.read_text() + '\n[screen]\ntouch = "Nobody\'s panel"\n')
    model = page(box, shown)
    assert model.obstacle is Obstacle.TOUCH
    assert "no input device is called Nobody's panel" in model.detail


def test_a_touch_panel_whose_driver_comes_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = Mock(side_effect=[LookupError("none"), LookupError("none"), None])
    monkeypatch.setattr(run, "fit", fits)
    run._fit(Screen(touch="panel"), FakeClock())
    assert fits.call_count == 3


def stops_at(box: Path, monkeypatch: pytest.MonkeyPatch) -> starting.CannotRun:
    """What stops a start that may open things."""
    seen: list[starting.CannotRun] = []
    monkeypatch.setattr(run, "_stand_still", lambda error, service: seen.append(error))
    monkeypatch.setattr(run, "Screens", Mock)
    run._start(box, box.parent / "none", Service("/run/notify"))
    return seen[0]


def test_a_driver_that_is_not_there_is_told(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed(box, 'iris = ["simulated"]', 'iris = ["acme"]')
    error = stops_at(box, monkeypatch)
    assert error.obstacle is Obstacle.BOX_FILE
    assert "[devices] iris: no driver acme" in str(error)
    assert not (box.parent / "data").exists()


def test_a_damaged_store_is_told_and_left_as_it_is(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = box.parent / "data"
    data.mkdir()
    (data / DATABASE).write_bytes(b"no database" * 1000)
    error = stops_at(box, monkeypatch)
    assert error.obstacle is Obstacle.STORE
    assert "nothing was deleted" in str(error)
    assert (data / DATABASE).read_bytes() == b"no database" * 1000


def test_a_card_that_cannot_list_its_data_is_told(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*args: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(run, "Store", damaged)
    error = stops_at(box, monkeypatch)
    assert error.obstacle is Obstacle.STORE
    assert "Input/output error" in str(error)


def test_an_image_without_the_simulated_world_says_so(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "kiosk.commands.practice":
            raise ModuleNotFoundError(name=name)
        return honest(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    error = stops_at(box, monkeypatch)
    assert error.obstacle is Obstacle.BOX_FILE
    assert "no simulated world" in str(error)


@pytest.mark.parametrize("other", ["another office", "no longer for training"])
def test_papers_named_elsewhere_do_not_turn_a_store_into_another_boxs(
    box: Path, out: Path, foreign: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """box.toml lies where anybody can edit it; a store with its keys stays what it began as."""
    folder = box.parent / "papers"
    with Store(box.parent / "data", BOX, InMemoryKeyring()) as store:
        incarnation.identify(store, folder, "board", SystemClock())
        incarnation.identify(store, folder, "board", SystemClock())
        if other == "another office":
            folder = foreign
        else:
            make_real(out)
        before = store.counters.last("boot")
        with pytest.raises(BundleError, match="not-ours"):
            incarnation.identify(store, folder, "board", SystemClock())
        assert store.counters.last("boot") == before


# Papers that the workshop brought


@pytest.fixture
def brought(box: Path) -> Path:
    """A new box: its papers lie where the workshop left them."""
    folder = box.parent / "brought"
    (box.parent / "papers").rename(folder)
    changed(box, 'papers = "papers"\n', 'papers = "deep/papers"\nbrought = "brought"\n')
    return folder


def box_id(box: Path, said: list[str] | None = None) -> str:
    note = (said if said is not None else []).append
    return starting.ready(starting.read(box), box.parent / "none", note).box_id


def test_a_new_box_takes_over_what_was_brought_and_pins_it(box: Path, brought: Path) -> None:
    said: list[str] = []
    assert box_id(box, said) == BOX
    assert "belongs to that office" in said[0]
    kept = box.parent / "deep" / "papers"
    assert {p.name: p.read_bytes() for p in kept.iterdir()} == {p.name: p.read_bytes() for p in brought.iterdir()}
    shutil.rmtree(brought)
    assert box_id(box) == BOX


@pytest.mark.parametrize("name", [papers.ROOT, papers.OFFICE, papers.CONFIG])
def test_half_a_set_is_told_and_nothing_of_it_is_kept(
    box: Path, brought: Path, shown: list[ObstacleModel], name: str
) -> None:
    (brought / name).unlink()
    assert page(box, shown).obstacle is Obstacle.PAPERS_MISSING
    assert not (box.parent / "deep").exists()


@pytest.mark.parametrize("name", [papers.ROOT, papers.OFFICE, papers.CONFIG])
def test_what_is_not_the_same_offices_is_told_and_nothing_of_it_is_kept(
    box: Path, brought: Path, shown: list[ObstacleModel], foreign: Path, name: str
) -> None:
    shutil.copy(foreign / name, brought)
    assert page(box, shown).obstacle is Obstacle.PAPERS_FOREIGN
    assert not (box.parent / "deep").exists()


@pytest.mark.parametrize("name", [papers.ROOT, papers.OFFICE, papers.CONFIG])
def test_papers_cut_at_any_byte_are_refused_whole_or_mean_the_same(box: Path, brought: Path, name: str) -> None:
    kept, raw = box.parent / "deep" / "papers", (brought / name).read_bytes()
    whole = papers.read_papers(brought, "")
    for length in {*range(0, len(raw), 1 + len(raw) // 200), *range(len(raw) - 5, len(raw))}:
        (brought / name).write_bytes(raw[:length])
        try:
            papers.take_over(kept, brought)
        except BundleError:
            assert not kept.exists()
        else:
            assert papers.read_papers(kept, "") == whole
            shutil.rmtree(kept)


@pytest.mark.parametrize("name", [papers.ROOT, papers.OFFICE, papers.CONFIG])
@pytest.mark.parametrize("spoil", ["empty", "nul", "large", "folder", "pipe", "loop"])
def test_papers_of_any_other_kind_are_told_and_nothing_of_them_is_kept(
    box: Path, brought: Path, shown: list[ObstacleModel], name: str, spoil: str
) -> None:
    path = brought / name
    path.unlink()
    made: dict[str, Callable[[], object]] = {
        "empty": path.touch,
        "nul": lambda: path.write_bytes(bytes(1000)),
        "large": lambda: path.write_bytes(b"a" * 10_000_000),
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
        "loop": lambda: path.symlink_to(name),
    }
    made[spoil]()
    assert page(box, shown).obstacle in (Obstacle.PAPERS_MISSING, Obstacle.PAPERS_FOREIGN)
    assert not (box.parent / "deep").exists()


def test_a_root_that_somebody_swapped_later_changes_nothing_and_is_noted(
    box: Path, brought: Path, foreign: Path
) -> None:
    assert box_id(box) == BOX
    pinned = (box.parent / "deep" / "papers" / papers.ROOT).read_bytes()
    for paper in foreign.iterdir():
        shutil.copy(paper, brought)
    said: list[str] = []
    assert box_id(box, said) == BOX
    assert (box.parent / "deep" / "papers" / papers.ROOT).read_bytes() == pinned
    assert "names another office" in said[0]


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_power_cut_while_papers_are_taken_over_leaves_a_box_that_takes_them_over_again(
    box: Path, brought: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    write, made = Disk.write_file, []

    def cut(self: Disk, directory: Path, name: str, data: bytes) -> None:
        made.append(name)
        if len(made) > calls:
            raise KeyboardInterrupt
        write(self, directory, name, data)

    monkeypatch.setattr(Disk, "write_file", cut)
    with pytest.raises(KeyboardInterrupt):
        box_id(box)
    assert not (box.parent / "deep" / "papers" / papers.ROOT).exists()
    monkeypatch.undo()
    assert box_id(box) == BOX


def make_real(out: Path) -> None:
    """The office says that this box records real people."""
    folder = out / "box" / "papers"
    with open_office(out / "office") as office:
        present = open_config((folder / papers.CONFIG).read_bytes(), office.config_key.public)
        (folder / papers.CONFIG).write_bytes(sign_config(replace(present, training=False), office.config_key))


def real_box(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file for real people; the card's places are this folder's."""
    monkeypatch.setattr(config, "DATA", box.parent / "data")
    monkeypatch.setattr(config, "PAPERS", box.parent / "papers")
    real = {port: [driver for driver in CATALOG[port] if driver not in STAND_INS] for port in PORTS}
    devices = "\n".join(f"{port} = {json.dumps(drivers)}" for port, drivers in real.items() if drivers)
    box.write_text(f'{REGIONAL}board = "b"\n\n[devices]\n{devices}\n[end]\n')
