"""`python -m hal`: what it says in which words, and how it exits."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from hal import Stage
from hal.__main__ import app
from hal.catalog import CATALOG
from hal.selftest import PARTS
from hal.udev import files
from hal.wiring import Wiring, wiring_of
from tests.twins.r30x import drawn_finger
from tests.twins.r30x_module import R30xModule

TREE = Path(__file__).parents[2]
WIDTH = 80


@pytest.fixture
def sensor(tmp_path: Path) -> Iterator[Path]:
    """A box.toml that names a fingerprint module's terminal."""
    module = R30xModule(tmp_path / "tty", lambda: drawn_finger(1), 20.0)
    box = tmp_path / "box.toml"
    box.write_text(f"[wiring]\nserial = [{json.dumps(str(tmp_path / 'tty'))}]\n")
    yield box
    module.pull()


def said(*words: object) -> tuple[int, str]:
    """How it exited and what it wrote, both outputs together."""
    done = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": str(WIDTH)})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_every_driver_is_listed_and_nothing_is_cut_at_eighty_columns() -> None:
    code, text = said("list")
    assert code == 0
    for port, drivers in CATALOG.items():
        assert port in text
        for driver in drivers:
            assert f" {driver} " in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_picture_is_written_with_its_resolution_and_described(sensor: Path, tmp_path: Path) -> None:
    to = tmp_path / "thumb.png"
    code, text = said("capture", "fingerprint", "--driver", "r30x", "--box", sensor, "--out", to)
    assert code == 0, text
    assert f"{to}: 256 x 288 pixels, 500 ppi, simulated, " in text
    assert "r30x: ZhianTec or Grow" in text
    with Image.open(to) as picture:
        assert np.array_equal(np.asarray(picture), drawn_finger(1) // 16 * 17)
        assert round(picture.info["dpi"][0]) == 500


def test_a_recording_replays_and_is_its_makers_alone(sensor: Path, tmp_path: Path) -> None:
    to = tmp_path / "one.wire"
    before = os.umask(0o022)
    try:
        code, text = said("record", "fingerprint", "--driver", "r30x", "--box", sensor, "--out", to)
    finally:
        os.umask(before)
    assert code == 0, text
    assert "256 x 288 pixels" in text
    assert to.stat().st_mode & 0o077 == 0
    box = tmp_path / "again.toml"
    box.write_text(f"[wiring]\nserial = [{json.dumps(str(to))}]\n")
    code, text = said("capture", "fingerprint", "--driver", "r30x", "--box", box, "--out", tmp_path / "again.png")
    assert code == 0, text
    assert "256 x 288 pixels, 500 ppi, simulated" in text


def test_what_has_no_wire_is_not_recorded(tmp_path: Path) -> None:
    code, text = said("record", "camera", "--driver", "simulated", "--out", tmp_path / "x")
    assert (code, text) == (1, "camera simulated has no wire that can be kept; serial drivers have.\n")
    (tmp_path / "there").touch()
    code, text = said("record", "fingerprint", "--driver", "r30x", "--out", tmp_path / "there")
    assert (code, text) == (2, f"{tmp_path / 'there'} exists; name a new file.\n")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("capture", "card"), 2, "card takes no pictures; there are fingerprint, iris, camera."),
        (("capture", "camera", "--driver", "kodak"), 2, "camera has no driver kodak; there are "),
        (("selftest", "door"), 2, "There is no port door; there are fingerprint, "),
        (("capture", "iris", "--driver", "v4l2", "--box", "/dev/null/box.toml"), 2, "its [wiring] cannot be read"),
        (("capture", "camera", "--driver", "v4l2"), 1, "No picture from face camera (camera: absent).\n  v4l2: "),
        (("udev", "/dev/null/udev"), 1, "/dev/null/udev cannot be written (Not a directory)."),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_an_exit_code(words: tuple[str, ...], code: int, sentence: str) -> None:
    exited, text = said(*words)
    assert exited == code
    assert sentence in text
    assert "Traceback" not in text


def test_a_picture_that_cannot_be_written_is_said(sensor: Path, tmp_path: Path) -> None:
    code, text = said("capture", "fingerprint", "--driver", "r30x", "--box", sensor, "--out", tmp_path / "no" / "x.png")
    assert code == 1
    assert "cannot be written (No such file or directory)." in text


def test_nobody_there_is_said_when_the_time_is_over(tmp_path: Path) -> None:
    module = R30xModule(tmp_path / "tty", lambda: None, 20.0)
    box = tmp_path / "box.toml"
    box.write_text(f"[wiring]\nserial = [{json.dumps(str(tmp_path / 'tty'))}]\n")
    try:
        code, text = said("capture", "fingerprint", "--driver", "r30x", "--box", box, "--seconds", "0.5")
    finally:
        module.pull()
    assert code == 1
    assert text.startswith("No picture from fingerprint reader (")


def test_the_selftest_names_every_part_and_fits_eighty_columns() -> None:
    code, text = said("selftest")
    assert code == 1  # no box has every part missing and is in order
    for part in PARTS.values():
        assert part in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_selftest_of_a_part_in_order_exits_well(sensor: Path) -> None:
    code, text = said("selftest", "fingerprint", "--driver", "r30x", "--box", sensor)
    assert code == 0, text
    assert "good" in text
    assert "it sees a finger" in text


def test_the_udev_files_are_written(tmp_path: Path) -> None:
    code, text = said("udev", tmp_path / "udev")
    assert code == 0
    assert {path.name for path in (tmp_path / "udev").iterdir()} == set(files())
    assert text.count("\n") == len(files())


def test_watching_ends_with_ctrl_c() -> None:
    if not Path("/run/udev").exists() and not Path("/dev").exists():
        pytest.skip("needs udev")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs tests in the background ignores it
    with subprocess.Popen(
        [sys.executable, "-m", "hal", "watch"], cwd=TREE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tool:
        assert tool.stdout
        lines = [tool.stdout.readline() for _ in range(2)]
        tool.send_signal(signal.SIGINT)
        _, wrong = tool.communicate(timeout=30)
    assert lines[0] == "Plug devices in and out; Ctrl-C ends.\n"
    assert ": " in lines[1]
    assert (tool.returncode, wrong) == (0, "")


def test_the_wiring_of_a_box_is_read_as_the_kiosk_reads_it(tmp_path: Path) -> None:
    box = tmp_path / "box.toml"
    box.write_text(
        '[wiring]\nbutton = 17\nactive_low = [17, 23]\nface_camera = "/dev/v4l/x"\ntrust = ["root.pem"]\n[devices]\n'
    )
    assert wiring_of(box) == Wiring(
        button=17,
        active_low=frozenset({17, 23}),
        face_camera=Path("/dev/v4l/x"),
        trust=((tmp_path / "root.pem").resolve(),),
    )
    assert Stage(wiring=wiring_of(box)).wiring.lamp_ready is None


@pytest.mark.parametrize(
    "text",
    ["[wiring]\nknob = 1\n", "[wiring]\nbutton = []\n", "[wiring]\ntrust = 3\n", "wiring = 3\n", "[wiring\n", "\0"],
)
def test_a_wiring_that_is_none_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "box.toml").write_text(text)
    with pytest.raises(ValueError, match=r"box.toml: its \[wiring\] cannot be read"):
        wiring_of(tmp_path / "box.toml")
