"""Reads the QR code on an officer's card."""

import zxingcpp

from kiosk.imaging.picture import Pixels, grey


def read(pixels: Pixels) -> str | None:
    """The text of a QR code in a picture, None where none can be read. Aim for six pixels a module or more."""
    found = zxingcpp.read_barcode(grey(pixels), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return found.text if found else None
