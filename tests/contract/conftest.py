"""Gives every suite the twins of every driver in the catalog, or a really attached device."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hal import Device, Stop
from hal.catalog import CATALOG
from tests.twins import NoTwin, Twin, twin_of
from tests.twins.attached import attached_twin

Driven = tuple[str, str]  # port, driver


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "driven" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("ports")
    drivers = [
        (port, driver)
        for port in (marker.args if marker else ()) or CATALOG
        for driver in CATALOG[port]
        if not attached(metafunc.config) or (port, driver) in attached(metafunc.config)
    ]
    metafunc.parametrize("driven", drivers, ids=["-".join(driven) for driven in drivers])


def attached(config: pytest.Config) -> list[Driven]:
    """The devices named on the command line."""
    named: list[str] = config.getoption("--hardware", [])
    for name in named:
        port, _, driver = name.partition("=")
        if driver not in CATALOG.get(port, ()):
            raise pytest.UsageError(f"--hardware {name}: write PORT=DRIVER as `python -m hal list` shows them")
    return [(port, driver) for port, _, driver in (name.partition("=") for name in named)]


@pytest.fixture
def twin(driven: Driven, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Twin]:
    folder = tmp_path / "twin"
    folder.mkdir()
    with ExitStack() as entered:
        try:
            twin = entered.enter_context((attached_twin if attached(request.config) else twin_of)(*driven, folder))
        except NoTwin as lacking:
            pytest.skip(f"{'-'.join(driven)}: {lacking}")
        yield twin


@pytest.fixture
def device(twin: Twin) -> Iterator[Device]:
    """The driver's device, open."""
    with twin.make() as device:
        yield device


@pytest.fixture
def stop() -> Stop:
    return Stop()
