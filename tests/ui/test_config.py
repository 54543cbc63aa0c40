"""box.toml: read to its last key, complained about in one sentence by key and line."""

import os
from pathlib import Path

import pytest

from kiosk.commands.training import PORTS, prepare
from kiosk.config import LARGEST_BYTES, ConfigError, Screen, read
from kiosk.core.region import Zone
from kiosk.regency.box_toml import PROFILES, box_toml

GOOD = """\
[box]
data = "data"
papers = "papers"

[devices]
camera = ["simulated"]

[training]
seed = 7
"""


def complaint(folder: Path, text: str) -> str:
    (folder / "box.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read(folder / "box.toml")
    said = str(error.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text(GOOD)
    file = read(tmp_path / "box.toml")
    assert (file.data, file.papers) == (tmp_path / "data", tmp_path / "papers")
    assert file.devices == {"camera": ("simulated",)}
    assert file.board is None
    assert file.training is not None
    assert (file.training.seed, file.training.card) == (7, None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'data = "data"',
            'dta = "data"',
            "line 2: [box] dta is not known; there are board, brought, data, papers, region",
        ),
        (
            "[training]\nseed = 7\n",
            "",
            "line 2: [box] data is not known; there are board, brought, region",
        ),
        ('data = "data"', 'data = "a\\u0000b"', "line 2: [box] data has to be a text in quotes"),
        ('data = "data"', '"da\\nta" = 1', "[box] 'da\\nta' is not known"),
        ("seed = 7", f"seed = {'9' * 5000}", "mend that line"),
        ("seed = 7", f"seed = {'[' * 20000}", "lists in lists without end"),
        ('data = "data"', "region = 61", "line 2: [box] region has to be a text in quotes"),
        ('data = "data"', 'region = "97"', "line 2: [box] region has to be the two digits of a province"),
        ('data = "data"', 'region = ["61"]', "line 2: [box] region has to be a text in quotes"),
        ('papers = "papers"', "papers = 3", "line 3: [box] papers has to be a text in quotes"),
        ('["simulated"]', '"simulated"', "line 6: [devices] camera has to be a list of drivers"),
        ('["simulated"]', "[]", "line 6: [devices] camera has to be a list of drivers"),
        ("seed = 7", "seed = -1", "line 9: [training] seed has to be a whole number"),
        ("seed = 7", "seed = true", "line 9: [training] seed has to be a whole number"),
        ("seed = 7", "sed = 7", "line 9: [training] sed is not known"),
        ("[training]", "[trainig]", "line 8: [trainig] is not known; there are box, devices, end, screen, training"),
        ("[devices]\ncamera", "[box.devices]\ncamera", "[box] devices is not known"),
        ("seed = 7", "seed = = 7", "line 9"),
        ("seed = 7", "seed = 7\nvisitors = 3", "line 8: [training] card is missing"),
        ("seed = 7", 'seed = 7\nvisitors = 3\ncard = "c"', "line 8: [training] pin is missing"),
        ("seed = 7", "seed = 7\n[screen]\nrotation = 45", "line 11: [screen] rotation has to be 0, 90, 180 or 270"),
        ("seed = 7", "seed = 7\n[screen]\nrotation = 90.0", "line 11: [screen] rotation has to be 0, 90"),
        ("seed = 7", 'seed = 7\n[screen]\nfullscreen = "yes"', "line 11: [screen] fullscreen has to be true or false"),
        ("seed = 7", 'seed = 7\n[screen]\ntouch = "a,b"', "line 11: [screen] touch has to be the touch panel's name"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert said in complaint(tmp_path, GOOD.replace(old, new))


def test_a_file_without_a_table_says_which(tmp_path: Path) -> None:
    assert "[box] is missing" in complaint(tmp_path, "")
    assert "[devices] is missing" in complaint(tmp_path, GOOD.replace('[devices]\ncamera = ["simulated"]\n', ""))


def test_a_file_too_large_or_absent_or_not_text_is_refused(tmp_path: Path) -> None:
    assert "larger" in complaint(tmp_path, "#" * (LARGEST_BYTES + 1))
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    for name in ("bad.toml", "none.toml"):
        with pytest.raises(ConfigError, match="cannot be read"):
            read(tmp_path / name)


def test_the_training_box_that_is_prepared_can_be_read_and_names_files_that_are_there(tmp_path: Path) -> None:
    training = prepare(tmp_path, 3)
    file = read(tmp_path / "box" / "box.toml")
    assert (file.data, file.papers) == (training.data, training.papers)
    assert set(file.devices) == set(PORTS)
    assert file.training is not None
    assert file.training.seed == 3
    assert file.training.card is not None
    assert file.training.card.read_text() == training.card
    assert file.training.stick is not None
    assert file.training.stick.is_dir()
    assert file.training.sheet is not None
    told = file.training.sheet.read_text()
    assert training.pin in told
    assert training.residents[0].nik in told
    assert training.card not in told


REAL = """\
[box]
region = "91"

[devices]
camera = ["picamera2"]

[screen]
fullscreen = true
rotation = 180
touch = "Goodix Capacitive TouchScreen"
touch_rotation = 90

[end]
"""


def test_the_file_of_a_box_in_the_field_names_hardware_and_region_only(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text(REAL)
    file = read(tmp_path / "box.toml")
    assert (file.data, file.papers) == (Path("/data/jemput/data"), Path("/data/jemput/papers"))
    assert (file.zone, file.brought, file.training) == (Zone.WIT, None, None)
    assert file.screen == Screen(True, 180, "Goodix Capacitive TouchScreen", 90)


def test_a_training_box_may_leave_its_region_out(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text(GOOD)
    file = read(tmp_path / "box.toml")
    assert (file.zone, file.screen) == (Zone.WIB, Screen())


def test_the_wiring_is_read_by_the_names_that_drivers_know(tmp_path: Path) -> None:
    lines = 'button = 5\ninfrared = 17\nactive_low = [5]\niris_camera = "/dev/video2"\ntrust = ["roots.pem"]\n'
    (tmp_path / "box.toml").write_text(f"{GOOD}\n[wiring]\n{lines}")
    wiring = read(tmp_path / "box.toml").wiring
    assert (wiring.button, wiring.infrared, wiring.active_low, wiring.tamper) == (5, 17, {5}, None)
    assert (wiring.iris_camera, wiring.trust) == (Path("/dev/video2"), (tmp_path / "roots.pem",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("button = 54", "[wiring] button has to be the number of a GPIO line, 0 to 53"),
        ("button = true", "[wiring] button has to be the number of a GPIO line"),
        ("active_low = 5", "[wiring] active_low has to be a list of GPIO lines"),
        ('trust = "roots.pem"', "[wiring] trust has to be a list of paths"),
        ("buton = 5", "[wiring] buton is not known"),
    ],
)
def test_wrong_wiring_is_named(tmp_path: Path, line: str, said: str) -> None:
    assert said in complaint(tmp_path, f"{GOOD}\n[wiring]\n{line}\n")


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_box_toml_cut_at_any_byte_means_the_same_or_is_refused(tmp_path: Path, profile: str) -> None:
    """Cut at the end of a line it is good TOML, of a box with fewer devices."""
    path, text = tmp_path / "box.toml", box_toml("SINTANG-03", "KAB. SINTANG", "61", PROFILES[profile]).encode()
    path.write_bytes(text)
    whole = read(path)
    for length in range(len(text)):
        path.write_bytes(text[:length])
        if length == len(text) - len("\n"):
            assert read(path) == whole
        else:
            with pytest.raises(ConfigError, match=r"^[^\n]+\.$"):
                read(path)


@pytest.mark.parametrize("text", ["[end]\nlast = 1\n", "[end]\n[wiring]\nbutton = 5\n", ""])
def test_nothing_comes_after_the_end(tmp_path: Path, text: str) -> None:
    assert "end" in complaint(tmp_path, REAL.replace("[end]\n", text))


def test_only_a_regular_file_is_read_and_nobody_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    for name in ("pipe", "folder", "loop"):
        with pytest.raises(ConfigError, match=r"^[^\n]+\.$"):
            read(tmp_path / name)


def test_a_file_that_an_editor_on_windows_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_bytes(b"\xef\xbb\xbf" + REAL.replace("\n", "\r\n").encode())
    assert read(tmp_path / "box.toml").zone is Zone.WIT
