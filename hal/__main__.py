"""The bench tool of the workshop. Today it lists; it learns to watch, capture and test with the first real devices."""

import typer
from rich.console import Console
from rich.table import Table

from hal.catalog import CATALOG, load
from hal.errors import DeviceUnavailable

app = typer.Typer(add_completion=False, help="Try the devices of a box. Example: python -m hal list")


@app.callback()
def main() -> None:
    """Try the devices of a box."""


@app.command("list")
def list_drivers() -> None:
    """Every port, the drivers that may serve it, and when each met its hardware. Example: python -m hal list"""
    table = Table("port", "driver", "make and model", "tried on hardware")
    for port, drivers in CATALOG.items():
        for driver in drivers:
            table.add_row(port, driver, *_head(port, driver))
    Console().print(table)


def _head(port: str, driver: str) -> tuple[str, str]:
    try:
        made = load(port, driver)
    except DeviceUnavailable as missing:
        return str(missing), "?"
    return f"{made.MAKE} {made.MODEL}", made.TRIED_ON_HARDWARE or "not yet"


if __name__ == "__main__":
    app()
