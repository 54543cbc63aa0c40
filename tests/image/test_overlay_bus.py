"""Who may ask RAUC: its package lets anybody install a bundle and choose a slot, and RAUC looks at no version."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

OURS = Path(__file__).parents[2] / "image-build/overlay/etc/dbus-1/system.d/jemput-rauc.conf"
# Debian's system.conf where it bears on this: whatever is not allowed by a later file is denied.
BUS = """<busconfig><listen>unix:path={0}/bus</listen><auth>EXTERNAL</auth><servicedir>{0}</servicedir>
<policy context="default"><allow user="*"/><deny own="*"/><deny send_type="method_call"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/>
<allow send_destination="org.freedesktop.DBus"/></policy>
<include>{0}/package.conf</include>{1}</busconfig>
"""
PACKAGE = '<busconfig><policy context="default"><allow send_destination="de.pengutronix.rauc"/></policy></busconfig>'
SERVICE = "[D-BUS Service]\nName=de.pengutronix.rauc\nExec=/bin/false\n"  # whoever may ask it, sees it fail to start
KIOSK = 65534  # the bus drops whom the computer does not know; any user that is not root stands for the kiosk's


@pytest.fixture
def folder() -> Iterator[Path]:
    if os.geteuid() or not all(shutil.which(tool) for tool in ("dbus-daemon", "dbus-send", "setpriv")):
        pytest.skip("needs root and dbus: setup.sh installs it")
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def asked(folder: Path, user: int, method: str, with_ours: bool = True) -> str:
    """What the bus says to this user."""
    (folder / "package.conf").write_text(PACKAGE)
    (folder / "de.pengutronix.rauc.service").write_text(SERVICE)
    (folder / "bus.conf").write_text(BUS.format(folder, f"<include>{OURS}</include>" if with_ours else ""))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--print-address=1"], stdout=subprocess.PIPE
    )
    with daemon:
        assert daemon.stdout
        daemon.stdout.readline()  # it listens
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "dbus-send", "--system"]
        command += ["--print-reply", "--dest=de.pengutronix.rauc", "/", f"de.pengutronix.rauc.Installer.{method}"]
        bus = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus", "PATH": os.environ["PATH"]}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=bus, timeout=60)
        daemon.terminate()
    return done.stderr


@pytest.mark.parametrize("method", ["Install", "InstallBundle", "Mark", "Info"])
def test_the_kiosks_user_may_not_ask_rauc_past_the_updater(folder: Path, method: str) -> None:
    assert "AccessDenied" in asked(folder, KIOSK, method)


def test_the_updater_may(folder: Path) -> None:
    said = asked(folder, 0, "InstallBundle")
    assert "Spawn" in said, said


def test_without_our_file_anybody_may(folder: Path) -> None:
    said = asked(folder, KIOSK, "Mark", with_ours=False)
    assert "Spawn" in said, said
