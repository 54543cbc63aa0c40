"""Where the working key waits while a day is open: kernel memory that outlives the program but not the machine."""

import ctypes
import errno
import os
import platform
from abc import ABC, abstractmethod

from kiosk.store.errors import KeyringRefused

_SYSCALLS = {"x86_64": (248, 250), "aarch64": (217, 219)}  # add_key, keyctl; asm/unistd_64.h, asm-generic/unistd.h
_PROCESS_KEYRING = -2
_USER_KEYRING = -4
_LINK, _UNLINK, _SEARCH, _READ = 8, 9, 10, 11  # linux/keyctl.h
_GONE = (errno.ENOKEY, errno.EKEYREVOKED, errno.EKEYEXPIRED)


class Keyring(ABC):
    """Holds one secret. Never blocks."""

    @abstractmethod
    def read(self) -> bytes | None:
        """The secret, or None where there is none."""

    @abstractmethod
    def write(self, secret: bytes) -> None:
        """Hold this secret instead of any other."""

    @abstractmethod
    def clear(self) -> None:
        """Hold none; idempotent."""


class InMemoryKeyring(Keyring):
    """Ends with the program."""

    def __init__(self) -> None:
        self._secret: bytes | None = None

    def read(self) -> bytes | None:
        return self._secret

    def write(self, secret: bytes) -> None:
        self._secret = secret

    def clear(self) -> None:
        self._secret = None


class KernelKeyring(Keyring):
    """A `user` key in the kernel's keyring of this user (user-keyring(7)), never swapped to a disk by itself.

    Raises KeyringRefused where the kernel has no keyrings, or keeps them from this process.
    """

    def __init__(self, name: str) -> None:
        if platform.machine() not in _SYSCALLS:
            raise KeyringRefused(f"no system call numbers for {platform.machine()}")
        self._add_key, self._keyctl = _SYSCALLS[platform.machine()]
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._name = name.encode()
        # A service's session keyring need not lead to the user's: only who possesses a key may read it.
        self._call(self._keyctl, _LINK, _USER_KEYRING, _PROCESS_KEYRING)

    def read(self) -> bytes | None:
        key = self._find()
        if key is None:
            return None
        size = self._call(self._keyctl, _READ, key, None, 0)
        buffer = ctypes.create_string_buffer(size)
        self._call(self._keyctl, _READ, key, buffer, size)
        secret = buffer.raw
        ctypes.memset(buffer, 0, size)
        return secret

    def write(self, secret: bytes) -> None:
        self._call(self._add_key, b"user", self._name, secret, len(secret), _USER_KEYRING)

    def clear(self) -> None:
        key = self._find()
        if key is not None:
            self._call(self._keyctl, _UNLINK, key, _USER_KEYRING)

    def _find(self) -> int | None:
        try:
            return self._call(self._keyctl, _SEARCH, _USER_KEYRING, b"user", self._name, 0)
        except KeyringRefused as refusal:
            if isinstance(refusal.__cause__, OSError) and refusal.__cause__.errno in _GONE:
                return None
            raise

    def _call(self, number: int, *arguments: int | bytes | ctypes.Array | None) -> int:
        typed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        result = self._libc.syscall(ctypes.c_long(number), *typed)
        if result < 0:
            code = ctypes.get_errno()
            cause = OSError(code, os.strerror(code))
            raise KeyringRefused(cause.strerror) from cause
        return result
