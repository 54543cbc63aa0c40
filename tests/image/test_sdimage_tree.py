"""The tree and what starts it: what a box must not have is not there, and nothing stays mounted."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sdimage import app, disk, initrd, shell, tree
from sdimage.shell import BuildError
from sdimage.tree import HERE, Product

MAY_MOUNT = os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0
ROOT = pytest.mark.skipif(not MAY_MOUNT, reason="mounting wants root, and not in a container or chroot without mounts")


def ours(into: Path, training: bool) -> Path:
    app._ours(into, "0.1.0", training)  # the part of app.make that fetches nothing
    return into


def test_a_box_has_neither_the_offices_rooms_nor_people_who_do_not_exist(tmp_path: Path) -> None:
    site = ours(tmp_path, training=False)
    for name in ("kiosk/regency", "kiosk/commands/regency.py", "kiosk/commands/provision.py", "kiosk/commands/tour",
                 "kiosk/commands/training.py", "kiosk/commands/practice.py", "hal/world"):  # fmt: skip
        assert not (site / name).exists(), name


def test_the_developer_image_has_simulated_people_but_no_office(tmp_path: Path) -> None:
    site = ours(tmp_path, training=True)
    assert (site / "hal/world").is_dir()
    assert not (site / "kiosk/regency").exists()


@pytest.mark.parametrize("training", [False, True])
def test_the_touchscreen_application_starts_without_what_was_left_out(tmp_path: Path, training: bool) -> None:
    site = ours(tmp_path, training)
    env = dict(os.environ, PYTHONPATH=str(site), PYTHONSAFEPATH="1")
    wanted = "import kiosk, kiosk.commands.run, sys; sys.exit(0 if kiosk.__path__[0].startswith(sys.argv[1]) else 3)"
    done = subprocess.run([sys.executable, "-c", wanted, str(site)], env=env, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_an_overlay_keeps_links_and_what_is_executable_and_nothing_else_of_a_mode(tmp_path: Path) -> None:
    overlay, root = tmp_path / "overlay", tmp_path / "root"
    (overlay / "usr/lib").mkdir(parents=True)
    (overlay / "usr/lib/program").write_text("#!/bin/sh\n")
    (overlay / "usr/lib/program").chmod(0o700)
    (overlay / "usr/lib/settings").write_text("a=1\n")
    (overlay / "usr/lib/settings").chmod(0o600)
    (overlay / "link").symlink_to("/boot/config/box.toml")
    for _ in range(2):  # laid over itself it is the same
        tree.lay_over(overlay, root)
    modes = {p.name: stat.S_IMODE(p.lstat().st_mode) for p in root.rglob("*") if p.is_file() and not p.is_symlink()}
    assert modes == {"program": 0o755, "settings": 0o644}
    assert os.readlink(root / "link") == "/boot/config/box.toml"  # noqa: PTH115


def fake_kernel(root: Path) -> Path:
    folder = root / "usr/lib/modules/6.1-test"
    (folder / "kernel").mkdir(parents=True)
    (folder / "vmlinuz").write_bytes(b"kernel")
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/busybox").write_bytes(b"busybox")
    return root


@pytest.mark.skipif(not shutil.which("cpio") or not shutil.which("zstd"), reason="needs cpio and zstd")
def test_the_initrd_is_a_plain_archive_and_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = fake_kernel(tmp_path / "root")
    monkeypatch.setattr(initrd, "_drivers", lambda *_: [])
    for name in ("one", "two"):
        initrd.make(root, "virt", tmp_path / name)
    plain = subprocess.run(["zstd", "-dc", tmp_path / "one"], capture_output=True, check=True).stdout
    listed = subprocess.run(["cpio", "-t", "--quiet"], input=plain, capture_output=True, check=True).stdout.decode()
    assert {"init", "bin/sh", "bin/busybox", "modules/order", "new"} <= set(listed.split())
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_tree_with_two_kernels_is_refused(tmp_path: Path) -> None:
    root = fake_kernel(tmp_path)
    assert initrd.kernel(root) == "6.1-test"
    (root / "usr/lib/modules/6.2-test/kernel").mkdir(parents=True)
    with pytest.raises(BuildError, match="2 kernels"):
        initrd.kernel(root)


def test_the_first_program_is_a_valid_script_that_uses_only_what_the_initrd_holds() -> None:
    script = HERE / "initrd/init"
    subprocess.run(["sh", "-n", script], check=True)
    words = {line.split()[0] for line in script.read_text().splitlines() if line.strip() and not line.startswith("#")}
    programs = {word for word in words if shutil.which(word)} - {"export", "exec", "echo", "[", "sh"}
    assert programs <= set(initrd.APPLETS)


@pytest.mark.parametrize("board", ["virt", "pi4", "pi5"])
def test_each_slot_starts_its_own_system_by_the_number_of_its_partition(board: str) -> None:
    """The firmware takes the settings of the section that fits; sections that name another partition do not count."""
    section, told = "all", dict[str, str]()
    for line in (HERE / f"boot-{board}/config.txt").read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line.startswith("cmdline="):
            told[section] = line.removeprefix("cmdline=")
    assert told == {"boot_partition=2": "cmdline_a.txt", "boot_partition=3": "cmdline_b.txt"}


def test_a_slots_command_line_names_its_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = fake_kernel(tmp_path / "root")
    monkeypatch.setattr(initrd, "make", lambda _, __, to: to.write_bytes(b"initrd"))
    disk.boot(Product("virt", "0.1.0", training=True, keyring=tmp_path), root, tmp_path / "boot")
    for slot in ("a", "b"):
        assert (tmp_path / f"boot/cmdline_{slot}.txt").read_text().startswith(f"root=PARTLABEL=system_{slot} ")
    assert (tmp_path / "boot/vmlinuz").read_bytes() == b"kernel"


@ROOT
def test_nothing_stays_mounted_after_a_program_in_another_root(tmp_path: Path) -> None:
    for name in ("proc", "sys", "dev", "tmp"):
        (tmp_path / name).mkdir()
    for name in ("bin", "lib", "lib64", "sbin"):
        (tmp_path / name).symlink_to(f"usr/{name}")
    (tmp_path / "usr").mkdir()
    (tmp_path / "given").mkdir()
    outside = tmp_path.parent / "outside"
    outside.mkdir()
    (outside / "seen").write_text("")
    before = Path("/proc/self/mounts").read_text()
    assert shell.within(tmp_path, {Path("/usr"): "/usr", outside: "/given"}, ["ls", "/given"]) == "seen\n"
    with pytest.raises(BuildError, match="failed"):
        shell.within(tmp_path, {Path("/usr"): "/usr"}, ["false"])
    assert Path("/proc/self/mounts").read_text() == before


def test_a_program_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(BuildError, match="why it failed"):
        shell.run(["sh", "-c", "echo why it failed >&2; exit 3"])
    with pytest.raises(BuildError, match=r"packages\.sh"):
        shell.run(["no-such-program"])
