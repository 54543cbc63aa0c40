"""What the image lays over Debian's packages: every file in its place, no program missing, nothing that listens."""

import ast
import os
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
from sdimage import allowed
from sdimage.tree import UDEV, UDEV_PLACES

PROJECT = Path(__file__).parents[2]
IMAGE = PROJECT / "image-build"
OVERLAY = IMAGE / "overlay"
UNITS = OVERLAY / "usr/lib/systemd/system"
# Where an overlay may put files: configuration in its own drop-ins, never over a file of a package.
PLACES = (
    "etc/dbus-1/system.d/", "etc/jemput/", "etc/rauc/", "etc/systemd/system/", "usr/lib/jemput/",
    "usr/lib/modules-load.d/", "usr/lib/systemd/", "usr/lib/sysctl.d/",
    "usr/lib/sysusers.d/", "usr/lib/tmpfiles.d/", "usr/lib/udev/rules.d/",
    "usr/share/polkit-1/rules.d/",
)  # fmt: skip
# Units of Debian's packages that a box starts, and the package each comes in.
OF_PACKAGES = {
    "pcscd.socket": "pcscd",
    "ModemManager.service": "modemmanager",
    "systemd-timesyncd.service": "systemd-timesyncd",
}
# Programs of Debian's packages that our units name.
PROGRAMS = {
    "/usr/bin/mount": "mount",
    "/usr/bin/sleep": "coreutils",
    "/usr/bin/systemctl": "systemd",
    "/usr/bin/systemd-tmpfiles": "systemd",
    "/usr/bin/rauc": "rauc",
    "/usr/bin/python3": "python3",
}
VENV = "/opt/jemput/bin/"


def verifies_rules() -> bool:
    program = shutil.which("udevadm")
    return bool(program) and "verify" in subprocess.run([str(program), "--help"], capture_output=True, text=True).stdout


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_symlink() or path.is_file())


def packages() -> set[str]:
    lines = (IMAGE / "packages/common.list").read_text().splitlines()
    return {line.partition("#")[0].strip() for line in lines} - {""}


def commands(unit: Path) -> list[list[str]]:
    """The programs that a unit starts, each with its arguments."""
    lines = [line for line in unit.read_text().splitlines() if line.startswith("Exec") and not line.endswith("=")]
    return [line.partition("=")[2].lstrip("-@:+!").split() for line in lines]


def test_every_file_lies_where_an_overlay_may_put_one():
    strangers = [str(p.relative_to(OVERLAY)) for p in files(OVERLAY)]
    assert [name for name in strangers if not name.startswith(PLACES)] == []


def test_only_programs_are_executable_and_nothing_is_writable_for_others():
    for path in files(OVERLAY):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        assert not mode & (stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID), path
        assert bool(mode & stat.S_IXUSR) == path.read_bytes().startswith(b"#!"), path


def test_links_lead_to_the_configuration_partition_or_mask_a_unit():
    for path in files(OVERLAY):
        if path.is_symlink():
            masks = path.parent == OVERLAY / "etc/systemd/system" and path.readlink() == Path("/dev/null")
            assert masks or path == OVERLAY / "etc/jemput/box.toml", path
    assert os.path.normpath("/etc/jemput" / (OVERLAY / "etc/jemput/box.toml").readlink()) == "/boot/config/box.toml"


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda path: path.name)
def test_every_program_that_a_unit_starts_is_in_the_image(unit: Path):
    for words in commands(unit):
        assert missing(words) is None, f"{unit.name}: {missing(words)}"


def test_a_unit_that_starts_what_is_not_there_is_caught():
    assert missing(["/usr/bin/nmap", "-sS"])
    assert missing(["/opt/jemput/bin/python", "-m", "hal.nothing"])
    assert missing(["/usr/lib/jemput/not-there"])


def missing(words: list[str]) -> str | None:
    """What of a command is not in the image; None where all is."""
    program, *arguments = words
    if program.startswith(VENV):
        return _missing_of_ours(program.removeprefix(VENV), arguments)
    if program.startswith("/usr/lib/jemput/"):
        return None if os.access(OVERLAY / program.lstrip("/"), os.X_OK) else program
    package = PROGRAMS.get(program)
    return None if package in packages() | {"coreutils"} else program


def _missing_of_ours(name: str, arguments: list[str]) -> str | None:
    if name == "python":
        module = arguments[[a.startswith("-") and a.endswith("m") for a in arguments].index(True) + 1]
        place = PROJECT / module.replace(".", "/")
        return None if place.with_suffix(".py").is_file() or (place / "__main__.py").is_file() else module
    scripts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["scripts"]
    return None if name in scripts else name


def test_the_preset_names_units_that_exist():
    ours = {path.name for path in UNITS.iterdir()}
    for unit in allowed.allowed(OVERLAY):
        assert unit in ours or OF_PACKAGES.get(unit) in packages(), unit


def test_every_unit_of_ours_that_can_be_enabled_is_in_the_preset():
    for path in UNITS.iterdir():
        if path.is_file() and "[Install]" in path.read_text():
            assert path.name in allowed.allowed(OVERLAY), path.name


def test_nothing_on_a_box_listens_or_lets_anybody_in():
    assert allowed.findings(OVERLAY) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(OVERLAY, tmp_path / "o", symlinks=True)
    return tmp_path / "o"


def put(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def enable(root: Path, unit: str, target: str) -> None:
    link = root / "etc/systemd/system" / target / unit
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(f"/usr/lib/systemd/system/{unit}")


def test_an_enabled_sshd_is_caught(copy: Path):
    enable(copy, "ssh.service", "multi-user.target.wants")
    put(copy / "usr/sbin/sshd")
    told = allowed.findings(copy)
    assert any("ssh.service is enabled" in line for line in told)
    assert any("/usr/sbin/sshd has no place" in line for line in told)


def test_what_is_masked_may_stay_linked_and_what_is_not_may_not(copy: Path):
    enable(copy, "getty@tty1.service", "getty.target.wants")  # Debian's own; preset-all leaves what is masked
    assert allowed.findings(copy) == []
    (copy / "etc/systemd/system/getty@.service").unlink()
    assert any("getty@tty1.service is enabled" in line for line in allowed.findings(copy))


@pytest.mark.parametrize("address", ["22", "0.0.0.0:4501", "[::]:80", "127.0.0.1:631"])
def test_a_socket_that_is_a_port_is_caught(copy: Path, address: str):
    put(copy / "usr/lib/systemd/system/pcscd.socket", f"[Socket]\nListenStream={address}\n")
    assert f"pcscd.socket listens at {address}" in allowed.findings(copy)


@pytest.mark.parametrize("address", ["/run/pcscd/pcscd.comm", "@abstract", "%t/x", "kobject-uevent 1"])
def test_a_socket_that_is_no_port_is_none(copy: Path, address: str):
    put(copy / "usr/lib/systemd/system/pcscd.socket", f"[Socket]\nListenStream={address}\n")
    assert allowed.findings(copy) == []


def test_a_port_that_a_drop_in_adds_is_caught(copy: Path):
    put(copy / "etc/systemd/system/pcscd.socket.d/more.conf", "[Socket]\nListenStream=4000\n")
    assert "pcscd.socket listens at 4000" in allowed.findings(copy)


def test_a_preset_that_is_open_at_its_end_is_caught(copy: Path):
    preset = copy / allowed.PRESET
    preset.write_text(preset.read_text().replace("disable *", ""))
    assert any("does not end" in line for line in allowed.findings(copy))


def test_a_preset_that_is_read_before_ours_is_caught(copy: Path):
    put(copy / "etc/systemd/system-preset/00-all.preset", "enable *\n")
    assert any("is read before" in line for line in allowed.findings(copy))


def test_a_preset_that_only_adds_a_unit_of_another_product_is_taken(copy: Path):
    put(copy / "usr/lib/systemd/system-preset/00-developer.preset", "# why\nenable developer.service\n")
    assert allowed.findings(copy) == []
    assert allowed.allowed(copy) == allowed.allowed(OVERLAY) | {"developer.service"}
    assert [path.name for path in OVERLAY.rglob("*.preset")] == [Path(allowed.PRESET).name]


@pytest.mark.parametrize("password", ["", "$y$j9T$abc"])
def test_an_account_with_a_password_or_without_the_need_of_one_is_caught(copy: Path, password: str):
    put(copy / "etc/shadow", f"root:*:20000::::::\njemput:!*:20000::::::\nworkshop:{password}:20000::::::\n")
    assert [line for line in allowed.findings(copy) if "log in" in line] == ["workshop can log in with a password"]


def test_the_saved_clock_has_no_servers_to_ask():
    told = (OVERLAY / "usr/lib/systemd/timesyncd.conf.d/50-jemput.conf").read_text().splitlines()
    assert {"NTP=", "FallbackNTP="} <= set(told)


def test_the_journal_stays_in_memory():
    assert "Storage=volatile" in (OVERLAY / "usr/lib/systemd/journald.conf.d/50-jemput.conf").read_text().splitlines()


def test_kiosk_and_sticks_run_as_the_user_that_sysusers_makes():
    line = (OVERLAY / "usr/lib/sysusers.d/jemput.conf").read_text().splitlines()[-1]
    assert line.split()[:3] == ["u", "jemput", "900"]
    helper = ast.parse((PROJECT / "hal/stick/helper.py").read_text())
    names = {node.value for node in ast.walk(helper) if isinstance(node, ast.Constant)}
    assert "jemput" in names  # the helper's default user
    assert "User=jemput" in (UNITS / "jemput-kiosk.service").read_text().splitlines()


def test_the_board_that_mounts_the_cards_first_partition_gives_it_to_the_kiosks_group_to_read():
    options = next(
        line.partition("=")[2].split(",")
        for line in (UNITS / "boot-config.mount").read_text().splitlines()
        if line.startswith("Options=")
    )
    assert {"ro", "nosuid", "nodev", "noexec", "nosymfollow", "gid=900", "fmask=0137", "dmask=0027"} <= set(options)


def test_the_image_takes_every_file_of_the_drivers_rules_as_it_is():
    assert {path.name for path in UDEV.iterdir()} == set(UDEV_PLACES)
    assert UDEV == PROJECT / "udev"
    assert all((OVERLAY / place / name).exists() is False for name, place in UDEV_PLACES.items())


@pytest.mark.skipif(not verifies_rules(), reason="needs udevadm verify: Debian 13's udev")
def test_udev_reads_every_rule_without_a_complaint():
    rules = [PROJECT / "udev/70-jemput.rules", *OVERLAY.glob("usr/lib/udev/rules.d/*")]
    command = ["udevadm", "verify", "--resolve-names=late", *map(str, rules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_git_keeps_what_is_executable():
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={PROJECT}", "ls-files", "--stage", "image-build/overlay"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for line in listed:
        mode, path = line.split()[0], PROJECT / line.partition("\t")[2].strip('"').replace("\\\\", "\\")
        if path.exists() and not path.is_symlink():
            assert (mode == "100755") == path.read_bytes().startswith(b"#!"), path
