"""One virtual machine runs every test of `inside`, and the contract suites on the drivers whose twin is a kernel's;
here each stands with its result."""

import ast
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.guest import Guest
from tests.twins import TWINS

HERE = Path(__file__).parent
WORK = HERE.parents[1] / "out" / "lab"
DRIVERS = ["-".join(driven) for driven, twin in TWINS.items() if twin.startswith("tests.twins.lab_")]
LEAST = 10  # tests of the suites that every driver passes at least: otherwise they were not found


@dataclass
class Results:
    """What came out of each case, by the name of its test: an empty text where nothing went wrong."""

    inside: dict[str, list[str]] = field(default_factory=dict)
    contract: dict[str, list[str]] = field(default_factory=dict)  # by driver
    passed: dict[str, int] = field(default_factory=dict)


def names() -> list[str]:
    found = []
    for path in sorted((HERE / "inside").glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [
            node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
    return found


@pytest.fixture(scope="session")
def results() -> Results:
    with Guest(WORK) as guest:
        guest.run()
    if not guest.results:
        pytest.fail(f"the virtual machine sent no results:\n{guest.log.read_text(errors='replace')[-4000:]}")
    told = Results()
    for case in xml.fromstring(guest.results).iter("testcase"):
        name, _, parameters = case.get("name", "").partition("[")
        if "tests.contract" not in case.get("classname", ""):
            told.inside.setdefault(name, []).append(wrong(case, "failure", "error", "skipped"))
            continue
        driver = next(driver for driver in DRIVERS if parameters.startswith(driver))
        trouble = wrong(case, "failure", "error") or "".join(x for x in [wrong(case, "skipped")] if "needs " in x)
        told.contract.setdefault(driver, []).append(f"{name}: {trouble}" if trouble else "")
        told.passed[driver] = told.passed.get(driver, 0) + (len(case) == 0)
    return told


def wrong(case: xml.Element, *kinds: str) -> str:
    """What a case says that did not pass; what a test printed is in the log."""
    return "\n".join(f"{one.tag}: {one.text or one.get('message')}" for one in case if one.tag in kinds)


@pytest.mark.parametrize("name", names())
def test_inside_the_virtual_machine(results: Results, name: str) -> None:
    assert name in results.inside, "it did not run"
    assert not "".join(results.inside[name])


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_contract_of_its_port_holds_on_a_kernel(results: Results, driver: str) -> None:
    assert not "\n".join(filter(None, results.contract.get(driver, ["it did not run"])))
    assert results.passed[driver] >= LEAST
