"""A sheet of labels, one a card: what a person must read on a card in their hand. Nothing secret stands on it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
from fpdf import FPDF

from workshop.card_files import BoxFiles

# Sheets of 3 x 8 labels of 70 x 36 mm on A4 are sold everywhere; 4.5 mm stay free above and below.
COLUMNS, ROWS = 3, 8
WIDTH, HEIGHT, TOP = 70.0, 36.0, 4.5  # mm
MARGIN = 4.0  # mm; printers miss by up to 3
QR = 26.0  # mm with its quiet zone: 0.7 mm a module, which a telephone reads at arm's length
QUIET = 4  # modules, ISO/IEC 18004
SHOWN = 16  # hex digits of a fingerprint; 64 bits, to compare by eye
_LEFT = MARGIN + QR + 1.5
_LINES = (("helvetica", "B", 13.0), ("helvetica", "", 7.5))  # the box's id, then the rest; points
_LEADING = 3.3  # mm from line to line
_LETTERS = 24  # of capitals to a line
_FONT_OWN = str.maketrans({"–": "-", "’": "'"})


@dataclass(frozen=True)
class Label:
    """One card's label. `card` is its serial, or the number it was given."""

    box: str
    office: str
    place: str
    training: bool
    image: str
    card: str
    fingerprint: str

    @property
    def code(self) -> str:
        """What the QR code says: the box and its papers."""
        return f"JEMPUT-BOX:{self.box}:{self.fingerprint[:SHOWN]}"


def label_of(box: BoxFiles, image: str, card: str) -> Label:
    """The label of a flashed card."""
    return Label(box.box, box.office, box.place, box.training, image, card, box.fingerprint)


def write_sheet(path: Path, labels: Sequence[Label]) -> None:
    """The PDF, as many pages as it takes. OSError where it cannot be written."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_title("Jemput: labels")
    for number, label in enumerate(labels):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            pdf.add_page()
        _draw(pdf, label, place % COLUMNS * WIDTH, TOP + place // COLUMNS * HEIGHT)
    pdf.output(str(path))


def _draw(pdf: FPDF, label: Label, x: float, y: float) -> None:
    _draw_code(pdf, label.code, x + MARGIN, y + MARGIN)
    room = WIDTH - _LEFT - MARGIN
    _write(pdf, label.box, x + _LEFT, y + MARGIN + 4, room, *_LINES[0])
    training = "LATIHAN / TRAINING" if label.training else ""
    rest = (
        *textwrap.wrap(label.office, _LETTERS)[:3],
        label.place,
        training,
        label.image,
        f"card {label.card[-SHOWN:]}",
        label.fingerprint[:SHOWN],
    )
    for number, line in enumerate(line for line in rest if line):
        _write(pdf, line, x + _LEFT, y + MARGIN + 8.5 + number * _LEADING, room, *_LINES[1])


def _write(pdf: FPDF, text: str, x: float, y: float, room: float, font: str, style: str, points: float) -> None:
    """One line, smaller where it would not fit: a cut id would be another box's."""
    printable = text.translate(_FONT_OWN).encode("latin-1", "replace").decode("latin-1")
    pdf.set_font(font, style, points)  # type: ignore[arg-type]
    if (width := pdf.get_string_width(printable)) > room:
        pdf.set_font(font, style, points * room / width)  # type: ignore[arg-type]
    pdf.text(x, y, printable)


def _draw_code(pdf: FPDF, code: str, x: float, y: float) -> None:
    matrix = segno.make(code, error="m", micro=False).matrix
    module = QR / (len(matrix) + 2 * QUIET)
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                pdf.rect(x + (column + QUIET) * module, y + (row + QUIET) * module, module, module, style="F")
