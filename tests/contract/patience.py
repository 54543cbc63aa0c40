"""Waiting for a driver without trusting it: who hangs is caught, who is late is measured on the twin's own clock."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hal import DeviceUnavailable, UnavailableReason
from tests.twins.shape import Twin

PULLED_S = 2.0  # within which a pulled device is one known error
STOPPED_S = 0.5  # within which a stop is obeyed
HUNG_S = 8.0  # real seconds after which nobody waits for a driver any longer


def promptly(twin: Twin, limit_s: float, call: Callable[[], Any]) -> Any:
    """What the call returns or raises, which has to be within the limit. On a fake clock who hangs is a Deadlock; on a
    real one the call gets a thread of its own, which is left behind where it hangs."""
    began = twin.clock.monotonic()
    outcome = _outcome(call) if twin.FAKE_TIME else _watched(call, limit_s + HUNG_S)
    took = twin.clock.monotonic() - began
    assert took <= limit_s + twin.LATE_S + 1e-6, f"took {took:.2f} s of {limit_s} s"
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def reason_of(call: Callable[[], object]) -> UnavailableReason:
    """Why the device is not available, which the call has to say."""
    with pytest.raises(DeviceUnavailable) as refusal:
        call()
    return refusal.value.reason


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except BaseException as error:
        return error


def _watched(call: Callable[[], Any], limit_s: float) -> Any:
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(_outcome(call)), name="suite", daemon=True)
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        pytest.fail(f"hangs: nothing within {limit_s} s")
    return answers[0]
