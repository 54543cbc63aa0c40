"""The stick helper's socket: four verbs, and nobody who asks for anything else keeps it from answering the kiosk."""

import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal import DeviceFault, DeviceUnavailable, Stage, StickState, SystemClock, UnavailableReason, Wiring
from hal.stick import helper, usb
from hal.stick.usb import UsbStick
from hal.transport import verbs
from hal.values import Mounted, StickStatus

READY = StickStatus(StickState.READY, "A1B2", "vfat", 5_000, True)


class Sticks:
    """One stick as a test wants it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.trouble: Exception | None = None

    def status(self) -> StickStatus:
        self._met("status")
        return READY

    def mount(self) -> Mounted:
        self._met("mount")
        return Mounted(Path("/somewhere"), True)

    def settle(self) -> Mounted:
        self._met("settle")
        return Mounted(Path("/somewhere"), False)

    def release(self) -> None:
        self._met("release")

    def _met(self, verb: str) -> None:
        self.asked.append(verb)
        if self.trouble:
            raise self.trouble


@pytest.fixture
def sticks() -> Sticks:
    return Sticks()


@pytest.fixture
def at(tmp_path: Path, sticks: Sticks) -> Iterator[Path]:
    yield from served(tmp_path / "sock", sticks, frozenset({os.getuid()}))


def served(path: Path, sticks: Any, may_ask: frozenset[int]) -> Iterator[Path]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(verbs.CALLERS)
        thread = threading.Thread(
            target=verbs.serve, args=(listener, helper.verbs(sticks), may_ask), name="helper", daemon=True
        )
        thread.start()
        yield path
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        assert not thread.is_alive()


def said(path: Path, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(10)
        channel.connect(str(path))
        channel.sendall(data)
        channel.shutdown(socket.SHUT_WR)
        with channel.makefile("rb") as answer:
            return answer.read()


def driver(path: Path) -> UsbStick:
    return UsbStick(SystemClock(), Stage(wiring=Wiring(stick_helper=path)))


def test_every_verb_of_the_driver_reaches_the_stick_and_comes_back(at: Path, sticks: Sticks) -> None:
    with driver(at) as port:
        assert port.status() == READY
        assert port.mount() == Mounted(Path("/somewhere"), True)
        assert port.settle() == Mounted(Path("/somewhere"), False)
        port.release()
    assert sticks.asked == ["status", "status", "mount", "settle", "release"]


@pytest.mark.parametrize(
    ("trouble", "known"),
    [
        (DeviceUnavailable(UnavailableReason.LOST, "stick"), DeviceUnavailable),
        (DeviceFault("stick: it refuses what was written"), DeviceFault),
        (OSError(5, "Input/output error"), DeviceFault),
    ],
)
def test_what_goes_wrong_at_the_stick_is_the_same_error_at_the_kiosk(
    at: Path, sticks: Sticks, trouble: Exception, known: type[Exception]
) -> None:
    with driver(at) as port:
        sticks.trouble = trouble
        with pytest.raises(known):
            port.settle()
        sticks.trouble = None
        assert port.status() == READY


def test_an_unknown_verb_is_refused_and_does_nothing(at: Path, sticks: Sticks) -> None:
    for line in (b"format\n", b"mount /etc\n", b"mount\nrelease\n", b"\n", b"\0\n", b"status" * 3):
        assert json.loads(said(at, line)) == {"fault": "no such verb"}
    assert sticks.asked == []


@given(st.binary(max_size=200))
def test_whatever_is_said_is_a_verb_or_refused(data: bytes) -> None:
    sticks = Sticks()
    here, there = socket.socketpair()
    with closing(here), closing(there):
        here.sendall(data)
        here.shutdown(socket.SHUT_WR)
        known = helper.verbs(sticks)  # type: ignore[arg-type]
        verbs.answer(there, {verb: known[verb] for verb in (b"status", b"release")})
        there.shutdown(socket.SHUT_WR)
        answer = json.loads(here.recv(4096))
    assert bool(sticks.asked) is (data[: verbs.LONGEST_LINE].strip() in (b"status", b"release"))
    assert ("fault" in answer) is not bool(sticks.asked)


def test_an_endless_line_is_cut_and_the_next_caller_is_answered(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hostile:
        hostile.settimeout(10)
        hostile.connect(str(at))
        with pytest.raises(OSError, match=r"pipe|reset"):
            hostile.sendall(bytes(100 << 20))
    with driver(at) as port:
        assert port.status() == READY


def test_a_caller_who_says_nothing_keeps_nobody_for_long(at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "WAITING_S", 0.2)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(at))
        with driver(at) as port:
            assert port.status() == READY


def test_a_caller_who_leaves_at_once_keeps_nobody(at: Path) -> None:
    for data in (b"", b"status\n"):
        with socket.socket(socket.AF_UNIX) as hasty:
            hasty.connect(str(at))
            hasty.sendall(data)
    with driver(at) as port:
        assert port.status() == READY


def test_another_user_is_not_answered(tmp_path: Path, sticks: Sticks) -> None:
    for at in served(tmp_path / "sock", sticks, frozenset({os.getuid() + 1})):
        with suppress(OSError):  # hung up before it could say anything
            assert said(at, b"status\n") == b""
        with pytest.raises(DeviceUnavailable):
            driver(at).open()
    assert sticks.asked == []


HOSTILE: dict[str, bytes] = {
    "no JSON": b"hello\n",
    "no object": b"[1]\n",
    "endless": b"x" * 100_000,
    "deep": b"[" * 4_000 + b"\n",
    "cut": b'{"state": "rea',
    "no state": b"{}\n",
    "wrong state": b'{"state": "full", "free_bytes": 1, "writable": true, "stick_id": "", "filesystem": ""}\n',
    "no number": b'{"state": "ready", "free_bytes": "many", "writable": 1, "stick_id": "", "filesystem": ""}\n',
    "infinite": b'{"state": "ready", "free_bytes": Infinity, "writable": 1, "stick_id": "", "filesystem": ""}\n',
    "not text": b"\xff\xfe\n",
    "silence": b"",
    "a reason nobody knows": b'{"unavailable": ["x"]}\n',
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("use", [UsbStick.status, UsbStick.mount, UsbStick.settle], ids=["status", "mount", "settle"])
def test_garbage_from_the_helper_is_one_known_error(
    tmp_path: Path, answer: bytes, use: Callable[[UsbStick], object]
) -> None:
    port = driver(tmp_path / "sock")
    port._service._opened = True
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        listener.listen(1)

        def reply() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.recv(64)
                with suppress(OSError):  # it stopped listening
                    caller.sendall(answer)

        thread = threading.Thread(target=reply, daemon=True)
        thread.start()
        with pytest.raises((DeviceFault, DeviceUnavailable)):
            use(port)
        thread.join(10)


def test_a_helper_that_never_answers_is_a_fault_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usb, "STATUS_S", 0.1)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        listener.listen(1)
        with pytest.raises(DeviceFault):
            driver(tmp_path / "sock").open()


def test_a_helper_that_more_ask_than_may_wait_is_busy_and_not_lost(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, ExitStack() as callers:
        listener.bind(str(tmp_path / "sock"))
        listener.listen(0)
        callers.enter_context(socket.socket(socket.AF_UNIX)).connect(str(tmp_path / "sock"))
        with pytest.raises(DeviceUnavailable) as refusal:
            driver(tmp_path / "sock").open()
    assert refusal.value.reason is UnavailableReason.BUSY


def test_without_the_helper_the_port_is_absent(tmp_path: Path) -> None:
    with pytest.raises(DeviceUnavailable) as refusal:
        driver(tmp_path / "sock").open()
    assert refusal.value.reason is UnavailableReason.ABSENT


def test_the_socket_is_its_owners_alone_and_replaces_what_lay_there(tmp_path: Path) -> None:
    for _ in range(2):
        with verbs.listening(tmp_path / "run" / "sock", (os.getuid(), os.getgid())):
            status = (tmp_path / "run" / "sock").stat()
            assert stat.S_ISSOCK(status.st_mode)
            assert stat.S_IMODE(status.st_mode) == 0o600
            assert status.st_uid == os.getuid()
