"""A print that turned out to be another finger's is replaced: its file goes once the new one counts, never before."""

from pathlib import Path

from flow_box import FlowBox, QuickMeasurer, stands

from kiosk.commands.training import TrainingBox
from kiosk.core.desk import Desk
from kiosk.core.record import FINGERS, Position
from kiosk.core.state import Session
from kiosk.imaging.requests import Compare, Request

FIRST, SECOND = Position.RIGHT_INDEX, Position.LEFT_INDEX


class Doubtful(QuickMeasurer):
    """The second finger looks twice like the first, then like nothing."""

    def __init__(self) -> None:
        self.left = 2

    def request(self, request: Request) -> object:
        if isinstance(request, Compare) and self.left:
            self.left -= 1
            return (100,) * len(request.references)
        if isinstance(request, Compare):
            return (5,) * len(request.references)
        return super().request(request)


def blob_of(session: Session) -> str:
    return next((c.blob.sha256 for c in session.captures if c.position is FIRST), "")


class Watched(FlowBox):
    """Notes which prints of the first finger were shown as saved, and whether the one before still stood then."""

    def __init__(self, out: Path, training: TrainingBox) -> None:
        self.blobs: list[str] = []
        super().__init__(out, training, measurer=Doubtful())

    def _show(self, desk: Desk) -> None:
        session = desk.session
        blob = blob_of(session) if session and not session.bundle else ""
        if session and blob and self.blobs[-1:] != [blob]:
            folder = self.training.data / "people" / session.record_id
            assert not any(stands(folder, old) for old in self.blobs)
            self.blobs.append(blob)
        super()._show(desk)


def test_the_wrong_print_is_replaced_in_the_whole_box_and_leaves_no_file(out: Path, training: TrainingBox) -> None:
    with Watched(out, training) as box:
        box.open_day()
        session = box.record()
        assert len(box.blobs) == 2
        assert blob_of(session) == box.blobs[1]
        wrong = box.blobs[0]
        assert not list(training.data.rglob(f"{wrong}*"))
    assert [c.position for c in session.captures if c.position in FINGERS] == [FIRST, SECOND]
    assert session.bundle


def test_power_lost_in_a_doubt_loses_neither_the_print_in_doubt_nor_the_person(
    out: Path, training: TrainingBox
) -> None:
    with Watched(out, training) as box:
        box.open_day()
        person = box.person()
        box.start()
        standing = box.serve(person, lambda session: session.doubt is not None)
        keyring, nik = box.keyring, person.nik
    with FlowBox(out, training, keyring=keyring) as again:
        again.stage.folder = box.stage.folder
        session = again.until(lambda desk: desk.session is not None).session
        assert session
        assert blob_of(session) == blob_of(standing)
        assert stands(training.data / "people" / session.record_id, blob_of(session))
        assert again.serve(again.person(nik=nik)).bundle
