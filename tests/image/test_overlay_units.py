"""The units as systemd reads them: nothing unknown in them, no more rights than stated, no ordering that bites itself.

The image runs systemd 257; whatever version this computer has must already find nothing to complain about."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

OVERLAY = Path(__file__).parents[2] / "image-build/overlay"
UNITS = OVERLAY / "usr/lib/systemd/system"
OURS = sorted(path.name for path in UNITS.iterdir() if path.is_file())
HOST_UNITS = Path("/usr/lib/systemd/system")
# What Debian's packages bring and this computer may not have.
STUBS = {
    "pcscd.socket": "[Socket]\nListenStream=/run/pcscd/pcscd.comm\n",
    "pcscd.service": "[Service]\nExecStart=/usr/bin/true\n",
    "ModemManager.service": "[Service]\nExecStart=/usr/bin/true\n",
    "systemd-timesyncd.service": "[Service]\nExecStart=/usr/bin/true\nStateDirectory=systemd/timesync\n",
}
# The most that each service may be exposed, by systemd-analyze's scale of 0 to 10; 257 and 252 differ by 0.2. Root's
# services mount, repair or remount: they keep CAP_SYS_ADMIN and the system's own mounts.
EXPOSURE = {
    "jemput-kiosk.service": 2.0,
    "jemput-readiness.service": 2.0,
    "jemput-updater.service": 3.0,
    "jemput-stick.service": 4.0,
    "jemput-data.service": 4.5,
    "jemput-good.service": 4.5,
    "jemput-system.service": 4.5,
    "jemput-trial-over.service": 4.5,
}
# Settings by which a service gets mounts of its own: what it mounts then reaches nobody else.
OWN_MOUNTS = (
    "BindPaths", "BindReadOnlyPaths", "ExecPaths", "InaccessiblePaths", "MountFlags", "NoExecPaths", "PrivateDevices",
    "PrivateIPC", "PrivateMounts", "PrivateNetwork", "PrivateTmp", "PrivateUsers", "ProcSubset",
    "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
    "ProtectKernelTunables", "ProtectProc", "ProtectSystem", "ReadOnlyPaths", "ReadWritePaths", "RootDirectory",
    "RootImage", "TemporaryFileSystem",
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd-analyze: apt-get install systemd"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with this computer's own units, ours over them, and an empty program wherever one is named."""
    at = tmp_path / "root"
    shutil.copytree(HOST_UNITS, at / "usr/lib/systemd/system", symlinks=True)
    shutil.copytree(OVERLAY, at, symlinks=True, dirs_exist_ok=True)
    for name, text in STUBS.items():
        (at / "usr/lib/systemd/system" / name).write_text(text)
    for name in ("true", "mount", "sleep", "systemctl", "systemd-tmpfiles"):
        program(at / "usr/bin" / name)
    for name in ("kiosk", "python"):
        program(at / "opt/jemput/bin" / name)
    return at


def program(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def analyze(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", f"--root={root}", "--no-pager", *words]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}, check=False)


def complaints(root: Path, *units: str) -> list[str]:
    """What systemd says of these units of ours, and of no other."""
    told = analyze(root, "verify", "--man=no", *units)
    return [line for line in (told.stdout + told.stderr).splitlines() if any(unit in line for unit in units)]


def alter(root: Path, unit: str, old: str, new: str) -> None:
    path = root / "usr/lib/systemd/system" / unit
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def exposures(root: Path, *units: str) -> dict[str, float]:
    """Each from 0 (best) to 10."""
    told = analyze(root, "security", "--offline=true", *units).stdout
    found = re.findall(r"exposure level for (\S+): ([\d.]+)", told)
    return {unit: float(level) for unit, level in found}


def exposure(root: Path, unit: str) -> float:
    return exposures(root, unit)[unit]


def settings(unit: str) -> list[tuple[str, str]]:
    """Of the unit itself and of the fence that stands around every service of ours."""
    text = (UNITS / unit).read_text() + (UNITS / "jemput-.service.d/50-fence.conf").read_text()
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines]


def test_systemd_finds_nothing_wrong_in_any_unit(root: Path):
    assert complaints(root, *OURS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ProtectHome=yes", "ProtectHouse=yes"),
        ("DevicePolicy=closed", "DevicePolicy=shut"),
        ("ExecStart=/opt/jemput/bin/kiosk run", "ExecStart=/opt/jemput/bin/not-there"),
        ("SystemCallFilter=@system-service", "SystemCallFilter=@no-such-group"),
    ],
)
def test_a_unit_with_a_mistake_is_caught(root: Path, old: str, new: str):
    alter(root, "jemput-kiosk.service", old, new)
    assert complaints(root, "jemput-kiosk.service")


def test_the_boot_has_no_ordering_that_bites_itself(root: Path):
    told = analyze(root, "verify", "--man=no", "multi-user.target", *OURS)
    assert "ordering cycle" not in told.stderr


def test_an_ordering_that_bites_itself_is_caught(root: Path):
    for folder in (root / "usr/lib/systemd/system/multi-user.target.wants",):
        folder.mkdir(exist_ok=True)
        (folder / "jemput-data.service").symlink_to("../jemput-data.service")
        (folder / "jemput-kiosk.service").symlink_to("../jemput-kiosk.service")
    alter(root, "jemput-data.service", "Before=local-fs.target", "After=jemput-kiosk.service\nBefore=local-fs.target")
    told = analyze(root, "verify", "--man=no", "multi-user.target", *OURS)
    assert "ordering cycle" in told.stderr


def test_no_service_is_more_exposed_than_stated(root: Path):
    found = exposures(root, *EXPOSURE)
    assert set(found) == set(EXPOSURE)
    assert {unit: level for unit, level in found.items() if level > EXPOSURE[unit]} == {}


@pytest.mark.parametrize(
    "setting",
    ["User=jemput", "SystemCallFilter=@system-service", "ProtectSystem=strict"],
)
def test_the_figure_notices_a_kiosk_that_lost_its_fence(root: Path, setting: str):
    before = exposure(root, "jemput-kiosk.service")
    alter(root, "jemput-kiosk.service", f"{setting}\n", "")
    assert exposure(root, "jemput-kiosk.service") > before


def test_a_makers_service_on_this_machine_costs_the_kiosk_little(root: Path):
    """The drop-in that docs/image-hardware.md gives."""
    text = (OVERLAY.parents[1] / "docs/image-hardware.md").read_text()
    drop_in = root / "usr/lib/systemd/system/jemput-kiosk.service.d/device-service.conf"
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text(text.partition("```ini\n")[2].partition("```")[0])
    assert complaints(root, "jemput-kiosk.service") == []
    assert EXPOSURE["jemput-kiosk.service"] >= exposure(root, "jemput-kiosk.service")


def test_every_service_of_ours_has_a_stated_exposure():
    assert set(EXPOSURE) == {name for name in OURS if name.endswith(".service")}


# What the kiosk needs of the kernel, and what it must never get


def group(name: str) -> set[str]:
    """The system calls of a group of systemd's."""
    told = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", name], capture_output=True, text=True, check=True
    )
    words = [line.strip() for line in told.stdout.splitlines() if line.startswith(" ")]
    calls = {word for word in words if not word.startswith(("#", "@"))}
    return calls.union(*(group(word) for word in words if word.startswith("@")))


def permitted(unit: str) -> set[str]:
    calls = group("@default")
    for value in (value for key, value in settings(unit) if key == "SystemCallFilter"):
        named = set[str]().union(*(group(w) if w.startswith("@") else {w} for w in value.lstrip("~").split()))
        calls = calls - named | group("@default") if value.startswith("~") else calls | named
    return calls


def test_the_kiosk_may_keep_its_working_key_and_start_its_children():
    keys = {"add_key", "keyctl"}
    children = {"clone3", "execve", "kill", "memfd_create", "pidfd_open", "pidfd_send_signal", "prctl", "prlimit64"}
    durable = {"fsync", "fdatasync", "renameat2", "statfs", "ftruncate", "pwrite64"}
    assert keys | children | durable <= permitted("jemput-kiosk.service")


def test_the_kiosk_may_not_mount_trace_or_change_the_kernel():
    never = {"mount", "umount2", "pivot_root", "ptrace", "reboot", "init_module", "bpf", "kexec_load", "swapon",
             "settimeofday", "setuid", "chroot", "perf_event_open", "iopl"}  # fmt: skip
    assert never & permitted("jemput-kiosk.service") == set()


def test_the_stick_helper_may_mount_flush_and_give_away():
    assert {"mount", "umount2", "fsopen", "move_mount", "syncfs", "fsync", "ioctl", "fchown", "chown"} <= permitted(
        "jemput-stick.service"
    )


def test_the_kiosk_has_no_family_of_sockets_that_reaches_a_network():
    told = [value for key, value in settings("jemput-kiosk.service") if key == "RestrictAddressFamilies"]
    assert set(" ".join(told).split()) == {"AF_UNIX", "AF_NETLINK"}


def test_the_kiosk_hears_of_devices_and_keeps_its_key_over_a_restart():
    """udev's news stay in one network namespace (netlink(7)), a user's keyring in one user namespace (keyrings(7))."""
    told = dict(settings("jemput-kiosk.service"))
    assert told.get("PrivateNetwork", "no") == "no"
    assert told.get("PrivateUsers", "no") == "no"
    assert "NetworkNamespacePath" not in told


def test_a_clean_end_switches_the_box_off_and_a_kiosk_that_keeps_failing_starts_the_board_anew():
    told = dict(settings("jemput-kiosk.service"))
    assert (told["SuccessAction"], told["Restart"], told["StartLimitAction"]) == ("poweroff", "on-failure", "reboot")
    # Every start may fail and the limit must still be met: each costs RestartSec and the time to fail.
    assert int(told["RestartSec"]) * int(told["StartLimitBurst"]) < 600


def test_of_kiosk_and_readiness_report_one_starts_by_a_file_and_neither_stops_the_other():
    """Both are wanted by one target: with Conflicts= systemd drops one of the two before it looks at any condition."""
    kiosk, report = dict(settings("jemput-kiosk.service")), dict(settings("jemput-readiness.service"))
    assert kiosk["ConditionPathExists"] == "!" + report["ConditionPathExists"]
    for unit in OURS:
        assert not any(key == "Conflicts" and "jemput-" in value for key, value in settings(unit)), unit


def own_mounts(unit: str) -> set[str]:
    return {key for key, value in settings(unit) if key in OWN_MOUNTS and value not in ("no", "")}


def test_what_the_stick_helper_and_the_repair_mount_reaches_the_kiosk():
    assert own_mounts("jemput-stick.service") == set()
    assert own_mounts("jemput-data.service") == set()
    assert own_mounts("jemput-system.service") == set()
    assert {"ProtectSystem", "PrivateTmp"} <= own_mounts("jemput-kiosk.service")


def test_the_fence_stands_around_every_service_of_ours(root: Path):
    """systemd itself says so: without it each of them is more exposed."""
    before = exposures(root, *EXPOSURE)
    (root / "usr/lib/systemd/system/jemput-.service.d/50-fence.conf").unlink()
    assert {unit for unit, level in exposures(root, *EXPOSURE).items() if level <= before[unit]} == set()


def test_the_fence_leaves_no_core_no_swap_and_no_mounts_of_ones_own():
    fence = dict(line.split("=", 1) for line in (UNITS / "jemput-.service.d/50-fence.conf").read_text().splitlines()
                 if "=" in line)  # fmt: skip
    assert (fence["LimitCORE"], fence["MemorySwapMax"]) == ("0", "0")
    assert not set(fence) & set(OWN_MOUNTS)


# Users, places, rules


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="needs systemd-sysusers: apt-get install systemd")
def test_the_kiosks_user_is_made_with_its_number_and_no_way_in(tmp_path: Path):
    shutil.copytree(OVERLAY / "usr/lib/sysusers.d", tmp_path / "usr/lib/sysusers.d")
    (tmp_path / "etc").mkdir()
    command = ["systemd-sysusers", f"--root={tmp_path}"]
    if os.geteuid() != 0:
        command.append("--dry-run")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "jemput" in done.stderr + done.stdout
    if os.geteuid() == 0:
        line = (tmp_path / "etc/passwd").read_text().splitlines()[-1]
        assert line == "jemput:x:900:900:Jemput enrolment kiosk:/nonexistent:/usr/sbin/nologin"
        assert (tmp_path / "etc/shadow").read_text().splitlines()[-1].split(":")[1] in ("!*", "!")


def places(root: Path, name: Path) -> subprocess.CompletedProcess[str]:
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nsystemd-timesync:x:997:997::/:/usr/sbin/nologin\n")
    (root / "etc/group").write_text("root:x:0:\nsystemd-timesync:x:997:\n")
    (root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    command = ["systemd-tmpfiles", f"--root={root}", "--create", str(name)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="giving away a directory wants root")


@needs_root
def test_the_places_on_data_are_made_once_and_the_machine_id_stays(tmp_path: Path):
    for _ in range(2):
        done = places(tmp_path, OVERLAY / "usr/lib/jemput/data.conf")
        assert (done.returncode, done.stderr) == (0, "")
    system = tmp_path / "data/system"
    assert (system / "machine-id").read_text() == "0123456789abcdef0123456789abcdef\n"
    assert (system / "timesync").stat().st_uid == 997
    assert (system / "updates").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var/lib/systemd/timesync").is_dir()
    (tmp_path / "etc/machine-id").write_text("f" * 32 + "\n")  # the next start begins with another one
    assert places(tmp_path, OVERLAY / "usr/lib/jemput/data.conf").returncode == 0
    assert (system / "machine-id").read_text() == "0123456789abcdef0123456789abcdef\n"


@needs_root
def test_the_places_below_run_are_roots(tmp_path: Path):
    done = places(tmp_path, OVERLAY / "usr/lib/tmpfiles.d/jemput.conf")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "run/jemput/stick").stat().st_uid == 0


# Classes of devices by the driver that registers them; "" where Debian's and Raspberry Pi's kernels have it built in.
REGISTERED_BY = {
    "block-blkext": "", "block-sd": "sd_mod", "char-alsa": "snd", "char-dma_heap": "", "char-drm": "drm",
    "char-gpiochip": "", "char-hidraw": "", "char-i2c": "i2c-dev", "char-input": "", "char-media": "mc",
    "char-rtc": "", "char-ttyACM": "cdc_acm", "char-ttyUSB": "usbserial", "char-usb_device": "",
    "char-video4linux": "videodev", "block-loop": "loop", "block-device-mapper": "dm_mod", "block-mmc": "",
    "block-virtblk": "",
}  # fmt: skip


def classes(folder: Path) -> set[str]:
    """The classes of devices that the units of an overlay let services open; those of block-* are the board's own."""
    units = [path for path in folder.rglob("*.*") if path.is_file()]
    found = (re.findall(r"^DeviceAllow=((?:char|block)-[\w-]+) ", path.read_text(), re.MULTILINE) for path in units)
    return {one for each in found for one in each}


def shut(folder: Path, loaded: set[str]) -> list[str]:
    """Classes that no driver has registered when services start: they would stay shut for what is plugged in later."""
    return sorted(one for one in classes(folder) if REGISTERED_BY[one] and REGISTERED_BY[one] not in loaded)


def test_every_class_of_devices_that_a_service_may_open_is_registered_before_it_starts() -> None:
    lines = (OVERLAY / "usr/lib/modules-load.d/jemput.conf").read_text().splitlines()
    loaded = {line for line in lines if line and not line.startswith("#")}
    assert shut(UNITS, loaded) == []
    assert "block-sd" in shut(UNITS, loaded - {"sd_mod"}), "a list without it would not be noticed"
