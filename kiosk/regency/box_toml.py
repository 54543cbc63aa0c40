"""The text of a box.toml that the workshop writes: where the box stands and which devices it has, never what it may."""

from kiosk.core.region import ZONES
from kiosk.regency.errors import OfficeError

BROUGHT = "/boot/config/papers"  # where the image mounts what the workshop put on the card
_EVERY_BOX = """\
camera = ["picamera2", "v4l2"]
card = ["pcsc"]
stick = ["usb"]
speaker = ["alsa"]
updater = ["rauc"]
"""
# A box with other devices has its own tables in a file; hal/README.md lists the drivers.
PROFILES = {
    "certified": """\
[devices]
fingerprint = ["sbi"]
iris = ["sbi"]
"""
    + _EVERY_BOX,
    "open": """\
[devices]
fingerprint = ["libfprint", "r30x"]  # good for checks; they enrol only where the signed config says so
iris = ["v4l2"]
"""
    + _EVERY_BOX,
}
_TEXT = """\
# Box {box} of {office}. Written by the workshop; what the box may do stands in the office's signed papers.
[box]
region = "{region}"
brought = "{brought}"

{tables}
[end]
"""


def box_toml(box: str, office: str, region: str, tables: str) -> str:
    """The file; `tables` are [devices] and what belongs to them, as a profile has them. OfficeError where the region is
    no province."""
    if region not in ZONES:
        known = ", ".join(sorted(ZONES))
        raise OfficeError(f"{region!r} is no province's code; give the first two digits of its NIKs ({known}).")
    return _TEXT.format(box=box, office=office, region=region, brought=BROUGHT, tables=tables)
