"""One virtual machine runs every test of `inside`; here each stands with its result."""

import ast
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from tests.lab.guest import Guest

HERE = Path(__file__).parent
WORK = HERE.parents[1] / "out" / "lab"


def names() -> list[str]:
    found = []
    for path in sorted((HERE / "inside").glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [
            node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
    return found


@pytest.fixture(scope="session")
def results() -> dict[str, list[str]]:
    """Test name to what went wrong in each of its cases; an empty text where nothing did."""
    with Guest(WORK) as guest:
        guest.run()
    if not guest.results:
        pytest.fail(f"the virtual machine sent no results:\n{guest.log.read_text(errors='replace')[-4000:]}")
    told: dict[str, list[str]] = {}
    for case in xml.fromstring(guest.results).iter("testcase"):
        wrong = [
            f"{one.tag}: {one.text or one.get('message')}" for one in case if one.tag in ("failure", "error", "skipped")
        ]
        told.setdefault(case.get("name", "").split("[")[0], []).append("\n".join(wrong))
    return told


@pytest.mark.parametrize("name", names())
def test_inside_the_virtual_machine(results: dict[str, list[str]], name: str) -> None:
    assert name in results, "it did not run"
    assert not "".join(results[name])
