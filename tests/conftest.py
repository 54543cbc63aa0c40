"""Options of the whole test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--hardware",
        action="append",
        default=[],
        metavar="PORT=DRIVER",
        help="run the contract suites on this attached device instead of on twins; a person at the terminal is told "
        "what to do with it (example: --hardware fingerprint=r30x)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "ports(*names): the suite runs on every driver of these ports, of all if none")
