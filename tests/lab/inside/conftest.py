"""Every test has the host's hands, and leaves nothing plugged in."""

from collections.abc import Iterator

import pytest

from tests.lab.inside.hands import Host


@pytest.fixture
def host() -> Iterator[Host]:
    asked = Host()
    yield asked
    asked.clear()
    asked.close()
