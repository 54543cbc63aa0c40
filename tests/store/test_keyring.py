"""Both keyrings pass one suite."""

import ctypes
import errno
import os
from collections.abc import Iterator

import pytest

from kiosk.store import InMemoryKeyring, KernelKeyring, Keyring, KeyringRefused

NAME = f"jemput-test-{os.getpid()}"


@pytest.fixture(params=["kernel", "memory"])
def keyring(request: pytest.FixtureRequest) -> Iterator[Keyring]:
    if request.param == "memory":
        yield InMemoryKeyring()
        return
    try:
        kernel = KernelKeyring(NAME)
        kernel.clear()
    except KeyringRefused as refusal:
        pytest.skip(f"the kernel gives this process no keyring: {refusal}")
    yield kernel
    kernel.clear()


def test_a_secret_is_held_replaced_and_cleared(keyring: Keyring) -> None:
    assert keyring.read() is None
    keyring.write(b"\0first" * 5)
    assert keyring.read() == b"\0first" * 5
    keyring.write(b"s" * 32)
    assert keyring.read() == b"s" * 32
    keyring.clear()
    keyring.clear()
    assert keyring.read() is None


def test_the_kernel_keeps_it_over_a_new_start_of_the_program() -> None:
    try:
        KernelKeyring(NAME).clear()
    except KeyringRefused as refusal:
        pytest.skip(f"the kernel gives this process no keyring: {refusal}")
    child = os.fork()
    if child == 0:
        KernelKeyring(NAME).write(b"k" * 32)
        os._exit(0)
    os.waitpid(child, 0)
    again = KernelKeyring(NAME)
    assert again.read() == b"k" * 32
    again.clear()


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOSYS, errno.EACCES])
def test_a_kernel_that_refuses_says_so(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    class Refusing:
        def syscall(self, *_: object) -> int:
            ctypes.set_errno(code)
            return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Refusing())
    with pytest.raises(KeyringRefused):
        KernelKeyring(NAME)


def test_an_unknown_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(KeyringRefused):
        KernelKeyring(NAME)
