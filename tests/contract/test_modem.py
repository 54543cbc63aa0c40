"""The contract of the modem port, for every driver in the catalog; `set` is the twin's hand."""

import pytest

from hal import FakeClock, ModemStatus, Stage
from hal.catalog import CATALOG, load
from hal.modem.simulated import SimulatedModem

pytestmark = pytest.mark.parametrize("driver", CATALOG["modem"])


def test_a_modem_says_which_network_is_there(driver: str, clock: FakeClock, stage: Stage) -> None:
    with load("modem", driver)(clock, stage) as modem:
        assert isinstance(modem, SimulatedModem)
        assert not modem.status().registered
        there = ModemStatus(registered=True, signal=0.6, operator="TELKOMSEL")
        modem.set(there)
        assert modem.status() == there
