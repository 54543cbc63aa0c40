"""The readiness page: the fullest report fits the panel, in every language, and what a device said is no markup."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")

import pytest

from hal.catalog import CATALOG
from kiosk.commands.training import prepare
from kiosk.core.readiness import Check, Part, Verdict
from kiosk.ui import theme
from kiosk.ui.readiness import ReadinessModel, told
from kiosk.ui.screens.readiness import PartRow, ReadinessPage
from kiosk.words import LANGUAGES

PATIENCE_S = 60.0
PARTS = (*Part, *CATALOG)
LONG = "r30x: nothing answers: check that it is plugged in and has power (fingerprint: absent) " * 3


def laid(model: ReadinessModel) -> ReadinessPage:
    """The page on the panel."""
    page = ReadinessPage(size=(theme.WIDTH, theme.HEIGHT))
    page.show(model)
    for _ in range(3):
        for widget in page.walk():
            if hasattr(widget, "texture_update"):
                widget.texture_update()
            if hasattr(widget, "do_layout"):
                widget.do_layout()
    return page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", Verdict)
def test_the_fullest_report_fits_the_panel(language: str, verdict: Verdict) -> None:
    checks = [Check(part, verdict, LONG) for part in PARTS]
    page = laid(told(language, checks, verdict is Verdict.GOOD, "0.1.0 a", "Report: /data/jemput/readiness.json"))
    rows = [widget for widget in page.walk() if isinstance(widget, PartRow)]
    assert len(rows) == len(PARTS)
    assert min(row.y for row in rows) >= 0
    assert page.ids.todo.y >= 0
    for row in rows:
        for label in row.children:
            assert label.texture_size[0] <= label.width + 1, label.text


def test_what_a_device_said_of_itself_is_no_markup() -> None:
    page = laid(told("en", [Check("camera", Verdict.BROKEN, "[b]loud[/b] & [color=ff0000]")], ready=False))
    text = page.ids.todo.children[0].text
    assert "&bl;b&br;loud" in text
    assert "[color" not in text


def test_the_verdict_over_everything_is_said_by_word_and_colour() -> None:
    good, bad, busy = (told("en", (), ready) for ready in (True, False, None))
    assert (good.title, bad.title, busy.title) == ("READY", "NOT READY", "Checking …")
    colours = [laid(model).band(model.ready) for model in (good, bad, busy)]
    assert len(set(colours)) == 3


def test_under_a_service_manager_it_shows_the_report_says_ready_and_ends_with_the_verdict(tmp_path: Path) -> None:
    prepare(tmp_path, 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE_S)
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "SDL_VIDEODRIVER": "offscreen", "KIVY_HOME": str(tmp_path)}
        command = [sys.executable, "-m", "kiosk", "readiness", "--box", str(tmp_path / "box" / "box.toml")]
        with subprocess.Popen(command, env=os.environ | told, stderr=subprocess.DEVNULL) as program:
            assert b"READY=1" in manager.recv(4096)
            assert b"report" in manager.recv(4096)
            ready = json.loads((tmp_path / "box" / "readiness.json").read_text())["ready"]
            program.send_signal(signal.SIGTERM)
            assert program.wait(PATIENCE_S) == (0 if ready else 1)
