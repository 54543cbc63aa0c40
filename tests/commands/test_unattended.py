"""A box that nobody attends: real clock, real store, real screens; killed in the middle, and what it said stays so."""

import hashlib
import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest
from kiosk_process import KioskProcess

from hal import Stage, SystemClock
from kiosk.commands.training import PIN, prepare
from kiosk.commands.unattended import NIK, Unattended
from kiosk.config import Training
from kiosk.core.desk import Notice, StopWanted
from kiosk.core.nik import NikParts, read
from kiosk.core.state import Step
from kiosk.exchange.jws import payload_hash
from kiosk.store import StoreLocked
from kiosk.ui import samples

# Everybody is as the third of the population: no usable finger, four pictures. A day of them takes seconds.
QUICK = """
from kiosk.commands import unattended
everybody = unattended.population
unattended.population = lambda seed, count: (everybody(seed, 3)[2],) * count
"""


def training_box(out: Path, visitors: int) -> Path:
    prepare(out, 1)
    box = out / "box" / "box.toml"
    box.write_text(f'{box.read_text()}visitors = {visitors}\npin = "{PIN}"\n')
    return box


def stands(box: Path, line: str) -> bool:
    """Whether what was acknowledged by this line is on the card."""
    what, *told = line.split()
    if what == "closed":
        name, manifest_hash = told
        raw = (box.parent / "data" / "outbox" / name / "manifest.jws").read_bytes()
        return payload_hash(raw) == manifest_hash
    sha256 = told[-1]
    found = list((box.parent / "data").rglob(f"{sha256}.age"))
    return len(found) == 1 and hashlib.sha256(found[0].read_bytes()).hexdigest() == sha256


def test_killed_in_the_middle_and_without_its_key_the_same_person_goes_on_and_the_day_ends(tmp_path: Path) -> None:
    box = training_box(tmp_path / "before", visitors=1)
    with KioskProcess(tmp_path, box, prelude=QUICK, service=False) as kiosk:
        said = kiosk.lines(2, "saved")
        kiosk.process.kill()
    assert all(stands(box, line) for line in said)
    # Elsewhere the kernel's key of before is not found, as after a loss of power.
    shutil.copytree(tmp_path / "before", tmp_path / "after")
    box = tmp_path / "after" / "box" / "box.toml"
    with KioskProcess(tmp_path, box, prelude=QUICK, service=False) as kiosk:
        code, out, err = kiosk.ended()
    lines = out.splitlines()
    assert code == 0, err
    assert set(said) <= set(lines)
    assert [line.split()[0] for line in lines].count("closed") == 1
    assert not [line for line in lines if line.split()[0] not in ("saved", "closed")]
    assert all(stands(box, line) for line in lines)


@pytest.mark.parametrize(
    ("card", "said"),
    [("a card", "[training] card and pin do not open the day"), (None, "could not read the officer's card")],
)
def test_a_day_that_cannot_be_opened_ends_with_a_sentence(card: str | None, said: str) -> None:
    kiosk = Mock()
    kiosk.open_day.side_effect = StoreLocked("refused")
    hands = Unattended(Training(seed=1, visitors=1), SystemClock(), Stage())
    hands._kiosk, hands._find_card = kiosk, lambda: card
    hands._open()
    assert said in hands.failed
    kiosk.post.assert_called_once_with(StopWanted())


def test_a_start_that_was_refused_is_tried_again_only_when_something_changed() -> None:
    kiosk, box = Mock(), Mock()
    kiosk.closed_people.return_value = 0
    box.present.return_value = {}
    hands = Unattended(Training(seed=1, visitors=1), SystemClock(), Stage())
    hands._kiosk, hands._box = kiosk, box
    low = samples.desk(notice=Notice.POWER_LOW)
    for desk in (low, low, samples.desk(notice=Notice.POWER_LOW, facts=samples.Facts()), low):
        hands._see(desk)
    assert kiosk.start.call_count == 3


def test_the_numbers_of_visitors_are_possible() -> None:
    assert all(isinstance(read(NIK.format(number), 2026), NikParts) for number in (1, 2, 9998))


def test_what_is_said_of_a_session_is_each_capture_once_what_was_dropped_and_how_it_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Unattended(Training(seed=1, visitors=1), SystemClock(), Stage())
    one, two = samples.sealed(samples.Position.PORTRAIT), samples.sealed(samples.EYES[0])
    other = samples.SealedCapture(two[0].position, two[0].purpose, samples.Blob("1" * 64, 1), two[0].origin)
    session = samples.session("id", Step.FACE, captures=one)
    for state in (
        session,
        session,
        samples.replace(session, captures=(*one, other)),
        samples.replace(session, captures=one),
        samples.replace(session, captures=one, bundle="B-1", manifest="f" * 64),
        samples.replace(session, captures=one, bundle="B-1", manifest="f" * 64),
        None,
        samples.replace(session, captures=(), bundle="B-2"),
    ):
        told._tell(state)
    assert capsys.readouterr().out.splitlines() == [
        f"saved blob {'0' * 64}",
        f"saved blob {'1' * 64}",
        f"dropped blob {'1' * 64}",
        f"closed B-1 {'f' * 64}",
        "voided B-2",
    ]
