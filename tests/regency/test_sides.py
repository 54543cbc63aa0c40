"""Left and right: from the box's master to every file of the office and back, nothing is mirrored, turned or swapped.

Each position has a picture of its own: an F, which no mirror or turn leaves alike, over a slope of its own darkness.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from regency_boxes import Box
from regency_people import EVERYTHING, RECORD_ID, capture
from test_nist import read

from kiosk.core.record import EYES, FINGERS, Blob, Position
from kiosk.imaging.encode import decode, jpeg2000, png
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.picture import Pixels, colour
from kiosk.imaging.wsq_codec import decode_wsq
from kiosk.regency import afis, codes, iso, iso_face, iso_finger, iso_iris, pictures
from kiosk.regency.office import Office
from kiosk.regency.take_in import take_in

# OSIA name, ANSI/NIST-ITL FGP or ELR, ISO/IEC 19794-4 position or -6 eye label, MOSIP name.
TABLE = [
    ("RIGHT_THUMB", 1, 1, "Right Thumb"),
    ("RIGHT_INDEX", 2, 2, "Right IndexFinger"),
    ("RIGHT_MIDDLE", 3, 3, "Right MiddleFinger"),
    ("RIGHT_RING", 4, 4, "Right RingFinger"),
    ("RIGHT_LITTLE", 5, 5, "Right LittleFinger"),
    ("LEFT_THUMB", 6, 6, "Left Thumb"),
    ("LEFT_INDEX", 7, 7, "Left IndexFinger"),
    ("LEFT_MIDDLE", 8, 8, "Left MiddleFinger"),
    ("LEFT_RING", 9, 9, "Left RingFinger"),
    ("LEFT_LITTLE", 10, 10, "Left LittleFinger"),
    ("EYE_RIGHT", 1, 1, "Right"),
    ("EYE_LEFT", 2, 2, "Left"),
]
PLACES = {Position(name): place for place, (name, *_) in enumerate(TABLE)} | {Position.PORTRAIT: len(TABLE)}
WIDTH, HEIGHT = 320, 400
BLOB = Blob("ab" * 32, 65_536)
CLOSED = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)


@cache
def asymmetric(position: Position) -> Pixels:
    """An F over a slope to the right and down; the darkness of the slope's end tells positions apart."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    plane = 250 - (x / WIDTH + y / HEIGHT) * (20 + 5 * PLACES[position])
    drawn = np.ascontiguousarray(plane.astype(np.uint8))
    for left, top, right, bottom in ((60, 60, 100, 340), (60, 60, 240, 100), (60, 180, 180, 220)):
        cv2.rectangle(drawn, (left, top), (right, bottom), 10, -1)
    return drawn if position is not Position.PORTRAIT else colour(drawn)


def shows(found: Pixels, position: Position) -> bool:
    """Whether a picture is this position's, upright: nearer to it than to any mirror, turn, or other position."""
    meant = asymmetric(position)
    others = [asymmetric(other) for other in PLACES if (other is Position.PORTRAIT) == (meant.ndim == 3)]
    views = [meant[:, ::-1], meant[::-1], meant[::-1, ::-1], *(o for o in others if not np.array_equal(o, meant))]
    return found.shape == meant.shape and away(found, meant) < min([away(found, view) for view in views])


def away(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.fixture
def files(office: Office, box: Box, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole person's files: every position with its own picture."""
    box.commission().put(stick)
    seal, order = box.seal, iter([png(asymmetric(p), 500 if p in FINGERS else None) for p in EVERYTHING])
    monkeypatch.setattr(box, "seal", lambda plain, step: seal(next(order, plain), step))  # the meta comes last
    box.person(EVERYTHING, record_id=RECORD_ID).put(stick)
    take_in(office, stick)
    finder = FaceFinder()
    for export in (afis.export, iso.export):
        assert export(office, tmp_path / "out", finder=finder).waiting == ()
    return tmp_path / "out"


def test_the_an2_file_shows_every_position_under_its_own_code(files: Path) -> None:
    message = read((files / f"{RECORD_ID}.an2").read_bytes())
    prints = {int(record.FGP): decode_wsq(record[999].value) for record in message.iter(14)}
    eyes = {int(record[3].value): decode(record[999].value) for record in message.iter(17)}
    for name, code, *_ in TABLE:
        position = Position(name)
        assert shows((eyes if position in EYES else prints)[code], position), name
    assert shows(decode(next(message.iter(10))[999].value), Position.PORTRAIT)


def test_the_iso_records_show_every_position_under_its_own_code_to_the_last_pixel(files: Path) -> None:
    read_file = {suffix: (files / f"{RECORD_ID}.training{suffix}").read_bytes() for suffix in (".fir", ".iir", ".fac")}
    prints = {image.position: image.data for image in iso_finger.read(read_file[".fir"])}
    eyes = {int(image.eye): image.data for image in iso_iris.read(read_file[".iir"])}
    for name, _, code, _ in TABLE:
        position = Position(name)
        found = decode((eyes if position in EYES else prints)[code])
        assert np.array_equal(found, asymmetric(position)), name
    assert np.array_equal(decode(iso_face.read(read_file[".fac"]).data), asymmetric(Position.PORTRAIT))


def test_a_mirrored_turned_or_swapped_picture_would_be_noticed() -> None:
    for position in PLACES:
        drawn = asymmetric(position)
        assert shows(drawn, position)
        for view in (drawn[:, ::-1], drawn[::-1], drawn[::-1, ::-1], drawn.swapaxes(0, 1)):
            assert not shows(view, position)
    assert not shows(asymmetric(Position.LEFT_INDEX), Position.RIGHT_INDEX)
    assert not shows(asymmetric(Position.EYE_LEFT), Position.EYE_RIGHT)


def packed(position: Position) -> dict[int, Pixels]:
    """What the record of one position shows, by code."""
    picture = pictures.for_iso(capture(position, BLOB), png(asymmetric(position), 500), FaceFinder())
    files = iso.records({position: capture(position, BLOB)}, {position: picture}, CLOSED)
    if position in EYES:
        return {int(image.eye): decode(image.data) for image in iso_iris.read(files[".iir"])}
    return {image.position: decode(image.data) for image in iso_finger.read(files[".fir"])}


def test_an_office_that_mirrors_or_swaps_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right, left = Position.RIGHT_INDEX, Position.EYE_LEFT
    assert shows(packed(right)[2], right)
    assert shows(packed(left)[2], left)
    monkeypatch.setattr(pictures, "jpeg2000", lambda pixels, *rest: jpeg2000(pixels[:, ::-1], *rest))
    assert not shows(packed(right)[2], right)
    monkeypatch.undo()
    monkeypatch.setattr(codes, "EYE_CODES", {Position.EYE_RIGHT: 2, Position.EYE_LEFT: 1})
    assert 2 not in packed(left)


@pytest.mark.parametrize(("name", "nist", "iso_code", "mosip"), TABLE)
def test_every_position_has_one_code_in_every_standard(name: str, nist: int, iso_code: int, mosip: str) -> None:
    position = Position(name)
    ours = codes.EYE_CODES if position in EYES else codes.FINGER_CODES
    assert (ours[position], codes.MOSIP_NAMES[position]) == (nist, mosip)
    known = {int(eye) for eye in iso_iris.Eye} if position in EYES else iso_finger.POSITIONS
    assert iso_code in known
    assert mosip.split()[0].upper() in name.split("_")


def test_pictures_of_several_fingers_have_their_codes() -> None:
    expected = {"PLAIN_RIGHT_FOUR_FINGERS": 13, "PLAIN_LEFT_FOUR_FINGERS": 14, "PLAIN_THUMBS": 15}
    assert expected == codes.SLAP_CODES
    assert set(codes.SLAP_CODES.values()) <= iso_finger.POSITIONS


def test_the_table_names_every_finger_and_eye_and_no_code_twice() -> None:
    assert {Position(name) for name, *_ in TABLE} == {*FINGERS, *EYES}
    assert len({row[3] for row in TABLE}) == len(TABLE)
    assert sorted(codes.FINGER_CODES.values()) == list(range(1, 11))
