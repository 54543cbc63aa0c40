"""Keeps what is in RAM in RAM: no core dump of this program, by limit or by a piped core pattern."""

import ctypes
import resource

_PR_SET_DUMPABLE = 4


def forbid_dumps() -> None:
    """Called before any command runs: most hold captures or keys. Swap is the system's to switch off."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
