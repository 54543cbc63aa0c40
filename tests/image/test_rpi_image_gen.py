"""What rpi-image-gen is given, checked against what it reads (version 2.8.0), and what is made of its tree. Its own
archive and a board are needed for the rest: docs/image-hardware.md."""

import re
from pathlib import Path

import pytest
import yaml
from debian.deb822 import Deb822
from sdimage import box, raspberry
from sdimage.lock import names
from sdimage.shell import BuildError
from sdimage.tree import HERE, Product

OURS = HERE / "rpi-image-gen"
LAYER = OURS / "layer/jemput.yaml"
CONFIGS = sorted((OURS / "config").glob("*.yaml"))
BOARDS = ("pi4", "pi5")
# Of rpi-image-gen 2.8.0: layers that ours stand on, with what they install; fields of a layer's head; variables.
UPSTREAM = {
    "debian-trixie-arm64": {"linux-sysctl-defaults", "console-setup"},
    "rpi-debian-trixie": {"raspberrypi-archive-keyring"},
    "rpi4": {"udev", "firmware-brcm80211", "raspi-firmware", "linux-image-rpi-v8"},
    "rpi5": {"udev", "firmware-brcm80211", "raspi-firmware", "linux-image-rpi-2712"},
}
PROVIDES = {"device", "rpi-device", "debian-base", "rpi-debian", "locale-configured"}
FIELDS = {"Name", "Category", "Version", "Desc", "Requires", "Provides", "RequiresProvider", "AfterProvider",
          "Conflicts", "Type", "Generator", "Sets"}  # fmt: skip
NEEDED_FIELDS = {"Name", "Category", "Version", "Desc"}
MMDEBSTRAP = {"architectures", "aptopts", "components", "customize-hooks", "dpkgopts", "essential-hooks", "mirrors",
              "mode", "packages", "setup-hooks", "suite", "variant"}  # fmt: skip
VARIABLES = {
    "device": {"layer", "hostname", "storage_type", "sector_size"},
    "artefact": {"version", "context", "target_name"},
}


def head(text: str) -> Deb822:
    """The part of a layer that rpi-image-gen reads as DEB822."""
    lines = text.splitlines()
    inside = lines[lines.index("# METABEGIN") + 1 : lines.index("# METAEND")]
    return Deb822("\n".join(re.sub(r"^# ?", "", line) for line in inside))


def mistakes(text: str) -> list[str]:
    """What rpi-image-gen would not take of a layer's head, or would take and never use."""
    found, told = [], head(text)
    fields = {key.removeprefix("X-Env-Layer-"): value for key, value in told.items()}
    found += [f"missing {name}" for name in sorted(NEEDED_FIELDS - set(fields))]
    found += [f"unknown {name}" for name in sorted(set(fields) - FIELDS)]
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", fields.get("Version", "")):
        found.append("version")
    found += [f"no layer {name}" for name in words(fields.get("Requires", "")) if name not in UPSTREAM]
    found += [f"no provider {name}" for name in words(fields.get("RequiresProvider", "")) if name not in PROVIDES]
    return found


def words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def body() -> dict:
    return yaml.safe_load(LAYER.read_text())["mmdebstrap"]


def test_the_layers_head_is_complete_and_names_what_exists():
    assert mistakes(LAYER.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("# X-Env-Layer-Version: 0.1.0\n", "", "missing Version"),
        ("Layer-Version: 0.1.0", "Layer-Version: 0.01.0", "version"),
        ("Layer-Category", "Layer-Kategory", "unknown Kategory"),
        ("debian-trixie-arm64", "debian-trixy-arm64", "no layer debian-trixy-arm64"),
        ("RequiresProvider: device", "RequiresProvider: devise", "no provider devise"),
    ],
)
def test_a_mistake_in_the_head_is_caught(old: str, new: str, mistake: str):
    assert mistake in mistakes(LAYER.read_text().replace(old, new))


def test_the_layers_body_holds_only_what_mmdebstrap_is_given():
    assert set(body()) <= MMDEBSTRAP


def test_the_layer_installs_the_common_packages_and_the_boards_each_once():
    wanted = names(HERE / "packages/common.list", HERE / "packages/pi.list")
    assert body()["packages"] == wanted
    assert len(set(wanted)) == len(wanted)


def test_the_licences_stay_in_the_image():
    options = body()["dpkgopts"]
    assert options.index("path-include=/usr/share/doc/*/copyright") > options.index("path-exclude=/usr/share/doc/*")


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_config_sets_only_what_is_read_and_takes_its_own_boards_layer(config: Path):
    told = yaml.safe_load(config.read_text())
    layers = told.pop("layer")
    assert list(layers.values()) == [head(LAYER.read_text())["X-Env-Layer-Name"]]
    for section, values in told.items():
        assert set(values) <= VARIABLES[section]
    assert told["device"]["layer"] == config.stem.replace("jemput-pi", "rpi")
    assert told["device"]["layer"] in UPSTREAM


def test_a_config_makes_the_tree_where_the_next_step_is_told_to_look():
    for config in CONFIGS:
        artefact = yaml.safe_load(config.read_text())["artefact"]
        board = config.stem.removeprefix("jemput-")
        tree = f"out/{board}/{artefact['context']}/{artefact['target_name']}"
        assert f"{tree} --keyring update.pem --board {board}" in config.read_text()


def test_no_package_of_the_device_layers_is_named_again():
    for board in ("rpi4", "rpi5"):
        assert set(names(HERE / "packages/pi.list")) & UPSTREAM[board] == set()


# The firmware's files


def settings(board: str) -> list[tuple[str, str]]:
    """Each line of config.txt with the filter under which it stands."""
    under, found = "all", []
    for line in (HERE / f"boot-{board}/config.txt").read_text().splitlines():
        if line.startswith("["):
            under = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append((under, line))
    return found


@pytest.mark.parametrize("board", BOARDS)
def test_each_slot_has_its_command_line_and_all_else_holds_for_both(board: str):
    told = settings(board)
    assert [one for one in told if one[0] != "all"] == [
        ("boot_partition=2", "cmdline=cmdline_a.txt"),
        ("boot_partition=3", "cmdline=cmdline_b.txt"),
    ]
    lines = [line for under, line in told if under == "all"]
    assert {"kernel=vmlinuz", "initramfs initrd.img followkernel", "enable_uart=0", "dtparam=watchdog=on"} <= set(lines)
    assert all(" =" not in line and "= " not in line for line in lines)
    whole = (HERE / f"boot-{board}/config.txt").read_text().splitlines()
    assert all(len(line) <= 98 for line in whole)  # the firmware cuts there, comments as well


@pytest.mark.parametrize("board", BOARDS)
def test_a_start_that_never_reaches_systemd_is_ended_by_the_hardware_after_the_initrd_gave_up(board: str):
    told = dict(line.split("=", 1) for _, line in settings(board) if "=" in line)
    looks = (HERE / "initrd/init").read_text().split("for try in ")[1].split(";")[0].split()
    assert len(looks) + 5 < int(told["kernel_watchdog_timeout"]) <= 180


@pytest.mark.parametrize("board", BOARDS)
def test_the_memory_limits_of_the_units_hold_on_a_kernel_that_switches_them_off(board: str):
    # The board's tree says cgroup_disable=memory, and what stands in cmdline.txt comes after it.
    assert "cgroup_enable=memory" in (HERE / f"boot-{board}/cmdline.txt").read_text().split()


@pytest.mark.parametrize("board", BOARDS)
def test_no_sound_card_of_a_screen_comes_before_the_speaker(board: str):
    assert ("all", "dtoverlay=vc4-kms-v3d,noaudio") in settings(board)


@pytest.mark.parametrize("board", BOARDS)
def test_a_box_uses_no_radio_and_no_console_on_its_pins(board: str):
    lines = {line.removesuffix("-pi5") for _, line in settings(board)}
    assert {"dtoverlay=disable-wifi", "dtoverlay=disable-bt"} <= lines
    words = (HERE / f"boot-{board}/cmdline.txt").read_text().split()
    assert not any(word.startswith(("root=", "init=", "rw", "console=ttyAMA", "console=serial")) for word in words)
    assert "panic=10" in words


def test_the_firmware_tries_the_other_slot_once_and_usually_takes_the_first():
    assert (HERE / "autoboot.txt").read_text().split() == [
        "[all]", "tryboot_a_b=1", "boot_partition=2", "[tryboot]", "boot_partition=3",
    ]  # fmt: skip


# What is made of the tree

RELEASE = "6.12.47+rpt-rpi-v8"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    at = tmp_path / "root"
    for name in ("start4.elf", "fixup4.dat", "start.elf", "LICENCE.broadcom"):
        put(at / raspberry.FIRMWARE / name, name)
    kernel = at / f"usr/lib/linux-image-{RELEASE}"
    for name in ("broadcom/bcm2711-rpi-4-b.dtb", "broadcom/bcm2712-rpi-5-b.dtb", "overlays/i2c-rtc.dtbo",
                 "overlays/overlay_map.dtb", "overlays/README"):  # fmt: skip
        put(kernel / name, name)
    put(at / f"boot/vmlinuz-{RELEASE}", "kernel")
    (at / "usr/lib/modules" / RELEASE).mkdir(parents=True)
    firmware(at, raspberry.OLDEST)
    (tmp_path / "at").mkdir()
    return at


def firmware(root: Path, version: str) -> None:
    """As dpkg knows it."""
    status = f"Package: raspi-firmware\nStatus: install ok installed\nArchitecture: all\nVersion: 1:{version}\n"
    put(root / "var/lib/dpkg/status", f"{status}Maintainer: somebody\nDescription: firmware\n")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_pi_4_gets_its_firmware_trees_overlays_and_the_licence_with_them(root: Path, tmp_path: Path):
    at = tmp_path / "at"
    raspberry.lay("pi4", RELEASE, root, at)
    found = sorted(str(path.relative_to(at)) for path in at.rglob("*") if path.is_file())
    assert found == [
        "LICENCE.broadcom", "bcm2711-rpi-4-b.dtb", "fixup4.dat", "overlays/i2c-rtc.dtbo", "overlays/overlay_map.dtb",
        "start4.elf",
    ]  # fmt: skip


def test_a_pi_5_has_its_firmware_on_the_board(root: Path, tmp_path: Path):
    raspberry.lay("pi5", RELEASE, root, tmp_path / "at")
    assert {path.name for path in (tmp_path / "at").iterdir()} == {
        "LICENCE.broadcom", "bcm2712-rpi-5-b.dtb", "overlays",
    }  # fmt: skip


def test_a_firmware_that_knows_no_second_system_is_refused(root: Path, tmp_path: Path):
    firmware(root, "1.20241008")
    with pytest.raises(BuildError, match=r"1\.20241008 is too old"):
        raspberry.lay("pi4", RELEASE, root, tmp_path / "at")


def test_the_kernel_stands_beside_its_modules(root: Path):
    raspberry.keep_kernel(root)
    assert (root / f"usr/lib/modules/{RELEASE}/vmlinuz").read_text() == "kernel"


def test_a_kernel_without_its_modules_is_refused(root: Path):
    (root / "usr/lib/modules" / RELEASE).rmdir()
    with pytest.raises(BuildError, match="no modules of it"):
        raspberry.keep_kernel(root)


@pytest.mark.parametrize(
    ("gone", "told"),
    [(f"{raspberry.FIRMWARE}/start4.elf", "start4.elf"), ("usr/lib/linux-image-*/broadcom/bcm2711*", "device tree")],
)
def test_a_tree_without_what_the_board_needs_is_refused(root: Path, tmp_path: Path, gone: str, told: str):
    next(root.glob(gone)).unlink()
    with pytest.raises(BuildError, match=told):
        raspberry.lay("pi4", RELEASE, root, tmp_path / "at")


def test_a_directory_that_is_no_tree_is_said_to_be_none(tmp_path: Path):
    with pytest.raises(BuildError, match="no tree of Debian packages"):
        box.dressed(Product("pi4", "0.1.0", training=False, keyring=tmp_path), tmp_path, tmp_path, tmp_path / "out")


def test_every_board_has_its_boot_files_and_its_drivers():
    for board in (*BOARDS, "virt"):
        for name in ("config.txt", "cmdline.txt"):
            assert (HERE / f"boot-{board}" / name).is_file()
        assert names(HERE / f"initrd/modules-{board}.list")
