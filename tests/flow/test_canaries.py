"""What must never lie on a card, a stick or in a log in the clear: looked for in every byte, deleted rows included."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flow_box import INK, SHOWN, FlowBox, Person, QuickMeasurer, draw_person

from kiosk.commands.training import TrainingBox
from kiosk.core import events as e
from kiosk.core.record import Endorsement
from kiosk.core.state import Session, Step
from kiosk.flow import carrier
from kiosk.store import drafts

CANARY = b"canary-of-thirty-two-bytes-12345"
STROKES = [[[101, 53, 107], [509, 127, 211], [131, 173, 331]]]
INK_CANARY = json.dumps(STROKES[0], separators=(",", ":")).encode()


@pytest.fixture
def measurer() -> "Remembering":
    return Remembering()


class Remembering(QuickMeasurer):
    """Keeps the files that were about to be sealed, to look for pieces of them afterwards."""

    def __init__(self) -> None:
        self.pngs: list[bytes] = []

    def request(self, request: object) -> object:
        answer = super().request(request)  # type: ignore[arg-type]
        if isinstance(answer, bytes):
            self.pngs.append(answer)
        return answer


@pytest.fixture
def box(out: Path, training: TrainingBox, measurer: Remembering) -> Iterator[FlowBox]:
    with FlowBox(out, training, measurer=measurer) as started:
        started.open_day()
        yield started


class Inking(Person):
    """Signs with the canary."""

    def _touch(self, session: Session) -> None:
        if session.step is Step.ENDORSEMENT:
            ink = json.dumps({**INK, "strokes": STROKES}, separators=(",", ":")).encode()
            assert INK_CANARY in ink
            self.box.kiosk.draw(ink, Endorsement.SIGNATURE, 600, 200)
        else:
            super()._touch(session)


def a_day(box: FlowBox) -> None:
    """One recorded, one withdrawn late, one left standing; handed over, receipted, purged."""
    for number in range(3):
        box.stage.folder = draw_person(box.out / f"person-{number}", SHOWN, CANARY)
        usual = box.person(number)
        person = Inking(box, usual.nik, usual.absent)
        box.stage.folder = draw_person(box.out / f"person-{number}", SHOWN, CANARY)
        box.start()
        if number == 1:
            box.serve(person, lambda session: session.step is Step.REVIEW)
            box.kiosk.touch(e.Withdrawn())
        if number == 2:
            box.serve(person, lambda session: session.step is Step.REVIEW)
            box.kiosk.touch(e.ParkWanted("day-end"))
            box.until(lambda desk: desk.session is None)
            continue
        box.serve(person)
    assert box.hand_over().written == 2
    box.take_in()
    assert box.hand_over().purged == 2


def secrets(box: FlowBox, measurer: Remembering) -> dict[str, bytes]:
    people = box.training.residents[:3]
    found = {f"NIK {n}": person.nik.encode() for n, person in enumerate(people)}
    found |= {f"name {n}": person.name.encode() for n, person in enumerate(people) if len(person.name) > 8}
    found |= {f"birth {n}": person.birth.isoformat().encode() for n, person in enumerate(people)}
    found |= {f"picture {n}": data[len(data) // 2 :][:24] for n, data in enumerate(measurer.pngs)}
    return {**found, "canary in pictures": CANARY, "ink": INK_CANARY, "pixels": np.full(80, 170, np.uint8).tobytes()}


def shown_by(places: list[Path], secrets: dict[str, bytes]) -> list[str]:
    """Which secrets stand in a byte or a name below these places."""
    everything = b"\n".join(
        str(path).encode() + b"\n" + (path.read_bytes() if path.is_file() else b"")
        for place in places
        for path in sorted(place.rglob("*"))
    )
    assert b"SQLite format 3" in everything
    return [name for name, secret in secrets.items() if secret in everything]


def test_card_stick_and_logs_show_no_picture_ink_nik_or_name(
    box: FlowBox, measurer: Remembering, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    a_day(box)
    said = secrets(box, measurer)
    assert len(measurer.pngs) >= len(SHOWN)
    box.kiosk.preview.clear()
    assert shown_by([box.training.data, box.training.papers, box.stick], said) == []
    out, err = capfd.readouterr()
    logged = (out + err + caplog.text).encode()
    assert [name for name, secret in said.items() if secret in logged] == []


def test_the_search_finds_a_build_that_does_not_seal(
    box: FlowBox, measurer: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier.seal, "seal", lambda plain, recipients, step: plain)
    box.stage.folder = draw_person(box.out / "person-0", SHOWN, CANARY)
    person = box.person()
    box.start()
    box.serve(Inking(box, person.nik, person.absent), lambda session: session.step is Step.REVIEW)
    found = shown_by([box.training.data], secrets(box, measurer))
    assert "ink" in found
    assert any(name.startswith("picture") for name in found)


def test_the_search_finds_a_build_that_keeps_the_state_in_the_clear(
    box: FlowBox, measurer: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts.SecretKey, "encrypt", lambda self, plain, label: plain)
    box.person()
    box.start()
    box.kiosk.touch(e.LanguageChosen("id"))
    box.kiosk.touch(e.Agreed())
    box.kiosk.touch(e.NikEntered(box.nik()))
    box.until(lambda desk: desk.session is not None and desk.session.step is Step.BIODATA)
    assert "NIK 0" in shown_by([box.training.data], secrets(box, measurer))
