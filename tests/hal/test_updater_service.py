"""The updater's socket: five verbs for the kiosk's user, and garbage from it is one known error at the kiosk."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hal import DeviceFault, DeviceUnavailable, HalError, Offer, Refusal, Stage, SystemClock, UnavailableReason, Wiring
from hal.transport.verbs import LONGEST_LINE, answer
from hal.updater import UpdateStage, UpdateStatus, helper, trial
from hal.updater.programs import Programs, identity
from hal.updater.rauc import RaucUpdater
from hal.updater.trial import Outcome, Trial


class Still:
    """Updates that nothing happens to."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def status(self) -> UpdateStatus:
        self.asked.append("status")
        return UpdateStatus(UpdateStage.REFUSED, "0.1.0", 0.0, "0.2.0", Refusal.ALTERED)

    def look(self) -> Offer | None:
        self.asked.append("look")
        return Offer("0.2.0", Refusal.SAME)

    def fetch(self) -> None:
        self.asked.append("fetch")

    def install(self) -> None:
        self.asked.append("install")
        raise DeviceFault("updater: nothing was copied and checked")

    def restart(self) -> None:
        self.asked.append("restart")
        raise DeviceUnavailable(UnavailableReason.BUSY, "updater")


def told(data: bytes) -> tuple[dict[str, object], list[str]]:
    """What the service says to this line, and what it did."""
    still = Still()
    here, there = socket.socketpair()
    with closing(here), closing(there):
        here.sendall(data)
        here.shutdown(socket.SHUT_WR)
        answer(there, helper.verbs(still))  # type: ignore[arg-type]
        there.shutdown(socket.SHUT_WR)
        return json.loads(here.recv(4096)), still.asked


def test_each_verb_is_carried_out_and_answered() -> None:
    assert told(b"status\n")[0]["refusal"] == "altered"
    assert told(b"look\n") == ({"offer": {"version": "0.2.0", "refusal": "same"}}, ["look"])
    assert told(b"fetch\n") == ({}, ["fetch"])
    assert told(b"install\n")[0] == {"fault": "updater: nothing was copied and checked"}
    assert told(b"restart\n")[0] == {"unavailable": "busy"}


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_whatever_is_said_is_a_verb_or_refused(data: bytes) -> None:
    said, done = told(data)
    assert bool(done) is (data[:LONGEST_LINE].strip() in helper.verbs(Still()))  # type: ignore[arg-type]
    assert done or said == {"fault": "no such verb"}


GOOD = b'{"stage": "idle", "running": "1", "fraction": 0, "version": "", "refusal": null, "rolled_back": ""}\n'
HOSTILE = {
    "no JSON": b"hello\n",
    "no object": b"[1]\n",
    "endless": b"x" * 100_000,
    "deep": b"[" * 4_000 + b"\n",
    "cut": b'{"stage": "id',
    "nothing": b"{}\n",
    "a stage nobody knows": GOOD.replace(b"idle", b"gone"),
    "a refusal nobody knows": GOOD.replace(b"null", b'"because"'),
    "no number": GOOD.replace(b": 0", b': "half"'),
    "no offer": b'{"offer": 7}\n',
    "half an offer": b'{"offer": {"version": "1"}}\n',
    "silence": b"",
    "a reason nobody knows": b'{"unavailable": ["x"]}\n',
}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("use", [RaucUpdater.status, RaucUpdater.look], ids=["status", "look"])
def test_garbage_from_the_service_is_one_known_error(
    tmp_path: Path, said: bytes, use: Callable[[RaucUpdater], object]
) -> None:
    port = RaucUpdater(SystemClock(), Stage(wiring=Wiring(updater_helper=tmp_path / "sock")))
    port._service._opened = True
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        listener.listen(1)

        def reply() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.recv(64)
                with suppress(OSError):  # it stopped listening
                    caller.sendall(said)

        thread = threading.Thread(target=reply, daemon=True)
        thread.start()
        with pytest.raises(HalError):
            use(port)
        thread.join(10)


def test_the_service_says_how_it_is_called() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hal.updater.helper", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "Example: python -m hal.updater.helper --user jemput" in " ".join(done.stdout.split())


# What it stands on


@pytest.mark.parametrize("text", ["", "IMAGE_ID=a\n", "IMAGE_VERSION=1\n", "IMAGE_ID='a\nIMAGE_VERSION=1\n"])
def test_a_system_that_does_not_say_who_it_is_is_not_updated(tmp_path: Path, text: str) -> None:
    (tmp_path / "os-release").write_text(text)
    with pytest.raises(DeviceFault):
        identity(tmp_path / "os-release")


@pytest.mark.parametrize("conf", [None, "rubbish", "[slot.boot.0]\n", "[slot.boot.0]\ndevice=/none\n", "[slot]\na=b\n"])
def test_slots_that_cannot_be_measured_are_a_fault_or_none(tmp_path: Path, conf: str | None) -> None:
    if conf is not None:
        (tmp_path / "system.conf").write_text(conf)
    programs = Programs(conf=tmp_path / "system.conf")
    with suppress(DeviceFault):
        assert programs.capacities() == {}


@pytest.mark.parametrize(
    ("note", "running", "boot", "outcome"),
    [
        (Trial("2", "B"), "A", "x", Outcome.INSTALLED),
        (Trial("2", "B", "x"), "A", "x", Outcome.INSTALLED),
        (Trial("2", "B", "x"), "A", "y", Outcome.ROLLED_BACK),
        (Trial("2", "B", "x"), "B", "y", Outcome.TAKEN),
        (Trial("2", "B"), "B", "y", Outcome.TAKEN),
    ],
)
def test_what_became_of_a_trial_is_seen_from_the_slot_that_runs(
    note: Trial, running: str, boot: str, outcome: Outcome
) -> None:
    assert note.outcome(running, boot) is outcome


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"[" * 1024)
def test_a_note_that_a_power_cut_spoilt_is_no_note(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("note")
    (folder / trial.NAME).write_bytes(raw)
    assert trial.read(folder) is None


def test_a_note_is_kept_and_removed_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink()) or real(fd))
    note = Trial("0.2.0", "B", "boot")
    trial.write(tmp_path / "updates", note)
    assert trial.read(tmp_path / "updates") == note
    assert [path.name for path in synced] == [f"{trial.NAME}.new", "updates"]
    trial.write(tmp_path / "updates", None)
    assert trial.read(tmp_path / "updates") is None
    assert synced[-1].name == "updates"
