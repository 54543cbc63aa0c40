"""What a clerk does with a stick, and what stands on it afterwards."""

from pathlib import Path

from regency_boxes import Box, Bundle

from kiosk.exchange import stick as sticks
from kiosk.exchange.errors import Reason
from kiosk.exchange.receipt import Receipt, open_receipt
from kiosk.regency.office import BUNDLES, Office
from kiosk.regency.result import Named, TakeInResult
from kiosk.regency.take_in import take_in


def taken(office: Office, stick: Path, *bundles: Bundle) -> TakeInResult:
    for bundle in bundles:
        bundle.put(stick)
    return take_in(office, stick)


def receipts(office: Office, stick: Path, box: Box) -> list[Receipt]:
    names = sticks.receipts(stick, box.name, box.incarnation)
    return [open_receipt(sticks.read_file(stick, name) or b"", office.keys.keys.receipt) for name in names]


def accepted(office: Office, stick: Path, box: Box) -> set[str]:
    return {head.manifest for receipt in receipts(office, stick, box) for head in receipt.accepted}


def reasons(named: tuple[Named, ...]) -> list[Reason]:
    return [one.reason for one in named]


def copies(office: Office, backup: Path, bundle: Bundle) -> list[dict[str, bytes]]:
    """What the office and its second disk hold of a bundle: files by name."""
    places = (root / BUNDLES / bundle.name for root in (office.directory, backup))
    return [{path.name: path.read_bytes() for path in place.iterdir()} for place in places]
