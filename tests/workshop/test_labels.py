"""Labels as they come out of the printer: read by eye, by a QR reader, and by somebody who looks for secrets."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image as Picture
from workshop import labels
from workshop.labels import Label
from zxingcpp import read_barcodes

LABEL = Label(
    box="SINTANG-03",
    office="DISDUKCAPIL SINTANG",
    place="SERAWAI",
    training=False,
    image="jemput-pi4 0.1.0",
    card="035344534332",
    fingerprint="0123456789abcdef" * 4,
)
DPI = 200


def rendered(sheet: Path) -> list[Path]:
    if not shutil.which("pdftoppm"):
        pytest.skip("not installed: pdftoppm (poppler-utils)")
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", sheet, sheet.with_suffix("")], check=True)
    return sorted(sheet.parent.glob("*.png"))


def text(sheet: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", sheet, "-"], check=True, capture_output=True, text=True)
    return done.stdout


def labels_of(count: int) -> list[Label]:
    return [Label(**{**vars(LABEL), "box": f"SINTANG-{number:02d}"}) for number in range(1, count + 1)]


def test_every_code_on_a_printed_sheet_reads_as_its_box(tmp_path: Path) -> None:
    sheet = tmp_path / "labels.pdf"
    made = labels_of(25)
    labels.write_sheet(sheet, made)
    pages = rendered(sheet)
    assert len(pages) == 2  # 24 on a page
    read = [code.text for page in pages for code in read_barcodes(Picture.open(page))]
    assert sorted(read) == sorted(label.code for label in made)
    assert LABEL.code == "JEMPUT-BOX:SINTANG-03:0123456789abcdef"


def test_a_label_says_what_a_person_needs_and_nothing_more(tmp_path: Path) -> None:
    sheet = tmp_path / "labels.pdf"
    labels.write_sheet(sheet, [LABEL])
    rendered(sheet)
    said = re.split(r"\s{2,}|\n", text(sheet).strip())
    assert said == [LABEL.box, LABEL.office, LABEL.place, LABEL.image, f"card {LABEL.card}", LABEL.fingerprint[:16]]


def test_a_training_box_is_marked_and_long_names_stay_on_their_label(tmp_path: Path) -> None:
    sheet = tmp_path / "labels.pdf"
    long = Label(**{**vars(LABEL), "training": True, "office": "DINAS KEPENDUDUKAN " * 3, "place": "ĐẶNG – NAMA"})
    labels.write_sheet(sheet, [long])
    rendered(sheet)
    assert "TRAINING" in text(sheet)
    boxes = subprocess.run(["pdftotext", "-bbox", sheet, "-"], check=True, capture_output=True, text=True).stdout
    points = labels.WIDTH / 25.4 * 72
    assert max(float(edge) for edge in re.findall(r'xMax="([\d.]+)"', boxes)) < points
