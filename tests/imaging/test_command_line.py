"""`python -m kiosk.imaging`: every format of a workshop is read, judged and told; what cannot be read costs one row."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from drawn import eye, letter, noise, ridges
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner, Result

from kiosk.core.judgement import Grade
from kiosk.core.measures import FingerMeasures
from kiosk.imaging import __main__ as command
from kiosk.imaging import __worker__, examine, findings, picture_file
from kiosk.imaging.examine import Examined, Kind
from kiosk.imaging.picture import Pixels

GOOD = FingerMeasures(nfiq2=60, minutiae=40, coverage=0.5, sharpness=30.0)
WORKSHOP = {"a.png": "PNG", "a.pgm": "PPM", "a.tif": "TIFF", "a.bmp": "BMP", "a.jp2": "JPEG2000"}


def saved(pixels: Pixels, form: str, **options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command.app, [str(one) for one in arguments])


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_format_of_a_workshop_is_read_and_measured_alike_in_the_order_given(tmp_path: Path) -> None:
    for name, form in WORKSHOP.items():
        (tmp_path / name).write_bytes(saved(ridges(), form))
    result = run("--json", "--as", "finger", *(tmp_path / name for name in WORKSHOP))
    told = lines(result)
    assert result.exit_code == 0, result.stderr
    assert [Path(one["file"]).name for one in told] == list(WORKSHOP)
    assert all(one["as"] == told[0]["as"] for one in told)
    assert told[0]["as"]["finger"]["shown"][0]["measures"]["minutiae"] > 0
    assert (told[0]["ppi"], told[0]["ppi_from"]) == (500, "assumed")


def test_what_cannot_be_read_costs_one_row_and_one_sentence_and_the_others_are_judged(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("no picture")
    (tmp_path / "eye.png").write_bytes(saved(eye(), "PNG"))
    result = run("--as", "iris", tmp_path / "words.png", tmp_path / "none.png", tmp_path, tmp_path / "eye.png")
    assert result.exit_code == 1
    sentences = [line for line in result.stderr.splitlines() if line.endswith(".")]
    assert len(sentences) == 3
    assert "damaged" in sentences[0]
    assert "cannot be opened" in sentences[1]
    assert "no file" in sentences[2]
    assert "240 px" in result.stdout.replace("\n", " ") or "iris 2" in result.stdout


def test_without_a_kind_the_best_is_told_and_nothing_where_none_will_do(tmp_path: Path) -> None:
    (tmp_path / "eye.png").write_bytes(saved(eye(), "PNG"))
    (tmp_path / "white.png").write_bytes(saved(np.full((400, 400), 255, np.uint8), "PNG"))
    told = lines(run("--json", tmp_path / "eye.png", tmp_path / "white.png"))
    assert [one["best"] for one in told] == ["iris", None]
    assert set(told[0]["as"]) == {"finger", "iris", "face"}
    shown = run(tmp_path / "white.png")
    assert shown.exit_code == 0
    assert "nothing" in shown.stdout
    assert "500 (assumed)" in shown.stdout


@pytest.mark.parametrize("wrong", [(), ("--as", "toe", "a.png"), ("--ppi", "0", "a.png")])
def test_wrong_use_ends_with_2(wrong: tuple[str, ...]) -> None:
    assert run(*wrong).exit_code == 2


def test_help_shows_an_example_and_the_json() -> None:
    told = run("--help").stdout
    assert "Example: python -m kiosk.imaging" in told
    assert "ppi_from" in told


def dying(connection: Connection) -> None:
    """A measuring process that a picture of noise kills, as a fault in native code would."""

    def carry_out(tools: __worker__.Tools, request: examine.Examine) -> object:
        if request.data == b"die":
            os.kill(os.getpid(), signal.SIGSEGV)
        return examine.examine(tools, request)

    __worker__.serve(connection, carry_out)


def test_a_picture_that_kills_the_measuring_process_costs_its_own_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "serve", dying)
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"die" if number == 1 else saved(eye(), "PNG"))
    result = run("--json", "--as", "iris", *(tmp_path / f"{number}.png" for number in range(3)))
    told = lines(result)
    assert result.exit_code == 1
    assert [one.get("error") for one in told] == [None, "could not be measured", None]


def test_the_owner_is_believed_before_the_file_and_what_programs_write_unasked_is_not() -> None:
    tools = __worker__.Tools()
    of = lambda data, ppi=None: examine.examine(tools, examine.Examine(data, Kind.IRIS, ppi))  # noqa: E731
    for form in ("PNG", "TIFF", "BMP", "JPEG"):
        stated = of(saved(letter(), form, dpi=(1000, 1000)))
        assert isinstance(stated, Examined)
        assert (stated.ppi, stated.ppi_from) == (1000, "file"), form
        usual = of(saved(letter(), form, dpi=(72, 72)))
        assert isinstance(usual, Examined)
        assert (usual.ppi, usual.ppi_from) == (500, "assumed"), form
    owned = of(saved(letter(), "PNG", dpi=(1000, 1000)), 508)
    assert isinstance(owned, Examined)
    assert (owned.ppi, owned.ppi_from) == (508, "owner")


def test_a_wsq_file_is_read_with_its_own_resolution() -> None:
    pytest.importorskip("wsq")
    from kiosk.imaging.wsq_codec import encode_wsq  # where the package is not, this test is skipped

    read = picture_file.read(encode_wsq(ridges(), 500))
    assert (read.pixels.shape, read.ppi) == ((400, 400), 500)


def test_of_a_file_with_several_pictures_the_first_is_read() -> None:
    file = BytesIO()
    first, second = Image.fromarray(letter()), Image.fromarray(letter()[::-1].copy())
    first.save(file, "TIFF", save_all=True, append_images=[second])
    assert np.array_equal(picture_file.read(file.getvalue()).pixels, letter())


def test_sixteen_bits_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="mode"):
        picture_file.read(saved(np.zeros((4, 4), np.uint16), "TIFF"))


FILES = [saved(letter(), form) for form in ("PPM", "TIFF", "BMP")]


@given(st.sampled_from(FILES), st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_a_picture_or_a_value_error(file: bytes, data: st.DataObject) -> None:
    damaged = bytearray(file)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        picture_file.read(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


def test_a_slap_of_one_finger_is_none_and_its_worst_finger_speaks_for_it() -> None:
    alone = findings.verdict(Kind.SLAP, (GOOD,))
    assert alone.grade is Grade.USELESS
    assert alone.hints
    blank = FingerMeasures(nfiq2=None, minutiae=0, coverage=0.0, sharpness=0.0)
    assert findings.verdict(Kind.SLAP, (GOOD, GOOD, blank)).grade is Grade.USELESS
    assert findings.best([findings.verdict(Kind.SLAP, (GOOD, blank)), findings.verdict(Kind.FINGER, (blank,))]) is None


def test_a_picture_wider_than_any_single_platen_is_tried_as_a_slap(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Kind] = []
    note: Callable[[Kind], Callable[..., examine.Shown]] = lambda kind: lambda *_: (tried.append(kind), (GOOD,))[1]  # noqa: E731
    monkeypatch.setattr(examine, "_MEASURES", {kind: note(kind) for kind in Kind})
    tools = __worker__.Tools()
    examine.examine(tools, examine.Examine(saved(noise(100, 500), "PNG"), None, 500))
    assert Kind.SLAP not in tried
    examine.examine(tools, examine.Examine(saved(noise(100, 1500), "PNG"), None, 500))
    assert Kind.SLAP in tried
