"""A child process for what cannot promise to return: messages, deadlines, the stop, crashes, nothing left behind."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal import CaptureCancelled, DeviceFault, DeviceUnavailable, Stop, SystemClock, UnavailableReason
from hal.transport.process import HEAD, MOST_BODY, Child, Message, Unpacker

CLOCK = SystemClock()
PRELUDE = "import os, signal, socket, struct, sys, time\ns = socket.socket(fileno=int(sys.argv[-1]))\n"
HELLO = "s.sendall(struct.pack('>II', 12, 3) + b'{\"is\": \"hi\"}' + b'abc')\n"
LONG_S = 20.0


@contextmanager
def child(program: str) -> Iterator[Child]:
    made = Child((sys.executable, "-I", "-c", PRELUDE + program), CLOCK)
    try:
        yield made
    finally:
        made.kill()


def soon() -> float:
    return CLOCK.monotonic() + LONG_S


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def is_gone(pid: int) -> bool:
    """Neither running nor a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_messages_go_both_ways_with_their_bytes() -> None:
    with child("while True:\n    s.sendall(s.recv(65536))") as echo:
        for number in range(3):
            echo.send({"do": "this", "number": number}, b"\x00\xff" * number)
            assert echo.receive(soon()) == Message({"do": "this", "number": number}, b"\x00\xff" * number)


def test_a_large_body_arrives_whole() -> None:
    with child("s.sendall(struct.pack('>II', 2, 12_000_000) + b'{}' + b'x' * 12_000_000); time.sleep(60)") as sender:
        message = sender.receive(soon())
        assert message is not None
        assert message.body == b"x" * 12_000_000


def test_a_silent_child_costs_no_more_than_the_deadline() -> None:
    with child("time.sleep(60)") as mute:
        began = time.monotonic()
        assert mute.receive(CLOCK.monotonic() + 0.1) is None
        assert time.monotonic() - began < 1.0
        assert mute.alive


def test_the_stop_is_obeyed_at_once_whatever_the_child_does() -> None:
    stop = Stop()
    with child("time.sleep(60)") as mute:
        threading.Timer(0.05, stop.set).start()
        with pytest.raises(CaptureCancelled):
            mute.receive(soon(), stop)


@pytest.mark.parametrize("crash", ["os.abort()", "os._exit(0)", "os.kill(os.getpid(), signal.SIGSEGV)", "s.close()"])
def test_a_child_that_crashes_is_lost_and_leaves_no_zombie(crash: str) -> None:
    with child(HELLO + crash) as broken:
        pid = broken._process.pid
        assert broken.receive(soon()) == Message({"is": "hi"}, b"abc")
        with pytest.raises(DeviceUnavailable) as loss:
            broken.receive(soon())
        assert loss.value.reason is UnavailableReason.LOST
        assert not broken.alive
        assert is_gone(pid)
        with pytest.raises(DeviceUnavailable):
            broken.send({"do": "more"})
        with pytest.raises(DeviceUnavailable):
            broken.receive(soon())


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        HEAD.pack(5, 0) + b"[1,2]",
        HEAD.pack(4, 0) + b"\xff\xfe\x00{",
        HEAD.pack(2, MOST_BODY + 1),
    ],
)
def test_a_child_that_talks_nonsense_is_a_fault_and_is_killed(garbage: bytes) -> None:
    with child(f"s.sendall({garbage!r}); time.sleep(60)") as mad:
        pid = mad._process.pid
        with pytest.raises(DeviceFault):
            mad.receive(soon())
        assert is_gone(pid)


def test_a_child_that_does_not_listen_to_signals_is_killed_all_the_same() -> None:
    with child("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + HELLO + "while True: pass") as deaf:
        assert deaf.receive(soon())
        pid = deaf._process.pid
        deaf.leave(0.05)
        assert is_gone(pid)


def test_a_child_that_is_asked_to_leave_may_put_its_device_to_rest() -> None:
    with child(HELLO + "s.recv(1)\nsys.exit(0)") as polite:
        assert polite.receive(soon())
        polite.leave(LONG_S)
        assert polite._process.returncode == 0


def test_a_child_that_reads_nothing_never_blocks_who_sends() -> None:
    def shout(listener: Child) -> None:
        for _ in range(1000):
            listener.send({}, b"x" * 65536)

    with child("time.sleep(60)") as deaf, pytest.raises(DeviceUnavailable):
        shout(deaf)


def test_a_program_that_is_not_installed_is_named() -> None:
    with pytest.raises(DeviceUnavailable, match="no-such-program") as missing:
        Child(("/usr/bin/no-such-program",), CLOCK)
    assert missing.value.reason is UnavailableReason.LIBRARY_MISSING


def test_nothing_is_left_of_fifty_children() -> None:
    before = descriptors()
    pids = []
    for number in range(50):
        with child(HELLO + "s.recv(1)") as short:
            pids.append(short._process.pid)
            if number % 2:
                short.leave(LONG_S)
    assert descriptors() == before
    assert all(is_gone(pid) for pid in pids)


def test_the_child_holds_nothing_of_ours_but_its_end() -> None:
    ours = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(ours, True)
    program = "n = str(len(os.listdir('/proc/self/fd')))\ns.sendall(struct.pack('>II', 2, len(n)) + b'{}' + n.encode())"
    try:
        with child(program) as counts:
            message = counts.receive(soon())
            assert message is not None
            assert int(message.body) == 5  # three of /dev/null, its end, and the listing itself
    finally:
        os.close(ours)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_are_messages_or_one_known_error(pieces: list[bytes]) -> None:
    unpacker = Unpacker()
    try:
        for piece in pieces:
            unpacker.feed(piece)
            while unpacker.take():
                pass
    except DeviceFault:
        pass


@given(st.lists(st.tuples(st.dictionaries(st.text(), st.integers()), st.binary()), max_size=5), st.integers(1, 9))
def test_messages_survive_any_cutting(messages: list[tuple[dict[str, int], bytes]], step: int) -> None:
    wire = b""
    for fields, body in messages:
        text = json.dumps(fields).encode()
        wire += HEAD.pack(len(text), len(body)) + text + body
    unpacker, seen = Unpacker(), []
    for start in range(0, len(wire), step):
        unpacker.feed(wire[start : start + step])
        while (message := unpacker.take()) is not None:
            seen.append((message.fields, message.body))
    assert seen == messages
