"""Who imports whom inside hal, and what the support matrix claims."""

import ast
import re
from pathlib import Path

from typer.testing import CliRunner

from hal.__main__ import app
from hal.catalog import CATALOG, load

HAL = Path(__file__).parents[2] / "hal"


def imports_of(file: Path) -> set[str]:
    """Modules imported when the file runs; what only a type checker reads is left out."""
    tree = ast.parse(file.read_text())
    guarded = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_only_twins_and_the_world_itself_know_the_world() -> None:
    knowing = {f.relative_to(HAL) for f in HAL.rglob("*.py") if any(n.startswith("hal.world") for n in imports_of(f))}
    assert knowing
    assert {file for file in knowing if file.parts[0] != "world" and file.name != "simulated.py"} == set()


def test_a_driver_never_imports_another_driver() -> None:
    drivers = {line.split(":")[0] for table in CATALOG.values() for line in table.values()}
    for driver in drivers:
        assert not imports_of(HAL.parent / f"{driver.replace('.', '/')}.py") & drivers


def test_the_door_of_hal_does_not_open_the_world() -> None:
    rooms = [file for file in HAL.glob("*.py") if file.name != "__main__.py"]  # the bench tool writes pictures itself
    names = {name for file in rooms for name in imports_of(file)}
    assert not any(name.startswith(("hal.world", "hal.transport", "cv2", "PIL")) for name in names)


def matrix() -> dict[tuple[str, str], str]:
    rows = re.findall(
        r"^\| (\w+) \| `([\w-]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", (HAL / "README.md").read_text(), re.MULTILINE
    )
    return {(port, driver): tried.strip() for port, driver, tried in rows}


def test_the_support_matrix_says_what_the_drivers_say() -> None:
    said = {
        (port, driver): load(port, driver).TRIED_ON_HARDWARE or "not yet"
        for port, drivers in CATALOG.items()
        for driver in drivers
    }
    assert matrix() == said


def test_the_bench_tool_lists_every_driver() -> None:
    result = CliRunner().invoke(app, ["list"])
    assert result.exit_code == 0
    for port, drivers in CATALOG.items():
        assert port in result.output
        assert all(driver in result.output for driver in drivers)
