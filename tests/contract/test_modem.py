"""The contract of the modem port, for every driver in the catalog."""

import pytest

from hal import Modem, ModemStatus
from tests.twins.shape import ModemTwin

pytestmark = pytest.mark.ports("modem")


def test_a_modem_says_which_network_is_there(device: Modem, twin: ModemTwin) -> None:
    assert not device.status().registered
    there = ModemStatus(registered=True, signal=0.6, operator="TELKOMSEL")
    twin.set(there)
    assert device.status() == there
