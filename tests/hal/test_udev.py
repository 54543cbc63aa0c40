"""The udev files in the repository are what the drivers declare."""

import re
from pathlib import Path

import pytest

from hal.catalog import CATALOG, load
from hal.udev import HWDB, RULES, files

UDEV = Path(__file__).parents[2] / "udev"
DECLARED = [(port, usb_id) for port, drivers in CATALOG.items() for d in drivers for usb_id in load(port, d).USB_IDS]


@pytest.mark.parametrize("name", list(files()))
def test_the_files_are_those_the_drivers_declare(name: str) -> None:
    assert (UDEV / name).read_text(encoding="utf-8") == files()[name], "run: python -m hal udev udev"


def test_nothing_else_lies_there() -> None:
    assert {path.name for path in UDEV.iterdir()} == set(files())


def test_every_declared_id_leads_to_its_port() -> None:
    text = files()[HWDB]
    for port, usb_id in DECLARED:
        vendor, product = usb_id.upper().split(":")
        found = re.search(rf"jemput:usb:v{vendor}p{product}\*\n JEMPUT_PORT=(.*)\n", text)
        assert found
        assert port in found[1].split()


def test_ids_are_spelled_as_the_kernel_spells_them() -> None:
    for _, usb_id in DECLARED:
        assert re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", usb_id)


def test_keyboards_and_network_gadgets_are_refused() -> None:
    rules = files()[RULES]
    refused = re.findall(r'"usb_interface", (.*)ATTR\{authorized\}="0"', rules)
    assert 'ATTR{bInterfaceClass}=="03", ATTR{bInterfaceProtocol}=="01", ' in refused
    assert any('"02"' in line and '"06"' in line for line in refused)
    assert 'ENV{ID_INPUT_KEYBOARD}=="1"' in rules
