"""The proof of a wipe: one sheet for the file, or the same as JSON for a program. It names no person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpdf import FPDF

from workshop.wipe import Wiped

METHOD = (
    "Both partitions that hold a box's own (bootconfig, persistent) were discarded as far as the card takes that "
    "command, overwritten once with the keystream of AES-256 in counter mode (counter = byte offset on the "
    "card / 16), and read "
    "back past the computer's memory: every block that had told by its bytes what it was, and blocks drawn by lot."
)
LIMITS = (
    "Flash keeps worn blocks where no command reaches them. What may be left there are captures sealed to the office's "
    "keys and keys wrapped to its officers; the box's own signing key may be left there too, so its incarnation must "
    "not be used again. A card that must leave nothing at all is shredded."
)
DISCARD = {"secure": "secure discard taken", "plain": "plain discard taken", "none": "the card takes no discard"}


@dataclass(frozen=True)
class Proof:
    """What the sheet says. `destroyed` are bundles without a receipt that went with it, None: nobody could tell."""

    box: str | None
    office: str | None
    card: str
    model: str
    size: int
    began: str
    ended: str
    destroyed: int | None
    wiped: Wiped

    def as_json(self) -> Mapping[str, Any]:
        """Every figure; `key` lets anybody read the card back."""
        return {
            "v": 1,
            "box": self.box,
            "office": self.office,
            "card": {"serial": self.card, "model": self.model, "bytes": self.size},
            "began": self.began,
            "ended": self.ended,
            "areas": [{"label": one.label, "start": one.start, "bytes": one.size} for one in self.wiped.areas],
            "discard": self.wiped.discard,
            "key": self.wiped.key.hex(),
            "read_back": {"blocks": self.wiped.read_back, "that_told_what_they_were": self.wiped.signatures},
            "bundles_without_receipt": self.destroyed,
            "method": METHOD,
            "limits": LIMITS,
        }


def write(proof: Proof, path: Path) -> None:
    """A PDF where the name ends so, JSON otherwise. OSError; FileExistsError where a proof stands there already."""
    with path.open("xb") as file:
        file.write(_pdf(proof) if path.suffix == ".pdf" else (json.dumps(proof.as_json(), indent=1) + "\n").encode())


def _pdf(proof: Proof) -> bytes:
    told = proof.as_json()
    lost = "unknown: the data could not be read" if proof.destroyed is None else str(proof.destroyed)
    rows = [
        ("Box", f"{proof.box or 'unknown'}, as the card said"),
        ("Office", proof.office or "unknown"),
        ("Card", f"{proof.model}, {proof.size // 10**6} MB, {proof.card}"),
        ("Began, ended", f"{proof.began}, {proof.ended}"),
        *((f"Partition {one['label']}", f"{one['bytes']} bytes from byte {one['start']}") for one in told["areas"]),
        ("Discard", DISCARD[proof.wiped.discard]),
        ("Pattern's key", proof.wiped.key.hex()),
        (
            "Read back",
            f"{proof.wiped.read_back} blocks of 4096 bytes, all as written; {proof.wiped.signatures} of them "
            "had told before what they were",
        ),
        ("Bundles without a receipt", lost),
        ("Method", METHOD),
        ("Limits", LIMITS),
        ("Done by, signature", ""),
    ]
    pdf = FPDF(format="A4")
    pdf.set_title("Jemput: proof of a wipe")
    pdf.add_page()
    pdf.set_font("helvetica", "B", 16)
    pdf.cell(0, 14, "A box's data was destroyed", new_x="LMARGIN", new_y="NEXT")
    for name, text in rows:
        pdf.set_font("helvetica", "B", 10)
        pdf.multi_cell(0, 6, name, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", "", 10)
        pdf.multi_cell(0, 5, text.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1.5)
    return bytes(pdf.output())
