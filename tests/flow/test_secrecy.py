"""What is in RAM stays there: a command can leave no core."""

import subprocess
import sys

import pytest

from kiosk.__main__ import COMMANDS

PROGRAM = """
import contextlib, ctypes, resource, sys
from kiosk.__main__ import main
with contextlib.suppress(SystemExit):
    main()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_can_leave_no_core_and_is_not_dumpable(command: str) -> None:
    order = [sys.executable, "-c", PROGRAM, command, "--help"]
    done = subprocess.run(order, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "(0, 0) 0"
