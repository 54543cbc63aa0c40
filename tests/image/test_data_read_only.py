"""The card's file system turns read-only under a running box (errors=remount-ro): nothing false is said, the officer is
told, and the next boot mends it with everything that was acknowledged."""

import gc
import sys
from pathlib import Path

import pytest

from tests.image.data_card import MIB, need_loop, plain_slot, run

sys.path.insert(0, str(Path(__file__).parents[1] / "flow"))

from flow_box import FlowBox, made

from kiosk.core.desk import Desk
from kiosk.core.state import Help, Step
from kiosk.store import InMemoryKeyring, StoreDamaged
from kiosk.words import LANGUAGES, say

FAULT = "trigger_fs_error"  # ext4's own door for tests, in /sys/fs/ext4/DEVICE


class BoxOnACard(FlowBox):
    """Once the card is read-only the store cannot be asked whether a screen tells the truth."""

    broken = False

    def _show(self, desk: Desk) -> None:
        if self.broken:
            self._shown.put(desk)
        else:
            super()._show(desk)


def break_it(device: Path) -> None:
    """The kernel finds the file system broken and acts as it was mounted to."""
    (Path("/sys/fs/ext4") / device.name / FAULT).write_text("1")


def test_a_card_that_turns_read_only_is_said_and_mended_at_the_next_boot(tmp_path: Path) -> None:
    need_loop()
    image = tmp_path / "data.img"
    with image.open("wb") as file:
        file.truncate(2048 * MIB)  # sparse; a box without room starts nobody
    run("mke2fs", "-q", "-t", "ext4", "-b", "4096", image)
    keyring = InMemoryKeyring()
    with plain_slot(image, tmp_path) as box:
        assert box.boot().trouble == []
        if not (Path("/sys/fs/ext4") / box.device.name / FAULT).exists():
            pytest.skip("this kernel's ext4 has no trigger_fs_error")
        out = box.mount / "jemput"
        training = made(out)
        run("sync", "--file-system", box.mount)  # what the workshop wrote has long been there
        with BoxOnACard(out, training, keyring=keyring) as flow:
            flow.open_day()
            first = flow.record(0)
            person = flow.person(1)
            flow.start()
            flow.serve(person, lambda session: session.step is Step.FINGERS)
            flow.broken = True
            break_it(box.device)
            with pytest.raises(StoreDamaged):
                flow.in_store(lambda: flow.store.audit.append("boot"))
            told = flow.serve(person, lambda session: session.help is Help.STORAGE)
            assert told.help is Help.STORAGE
            held = {capture.blob.sha256 for capture in told.captures}
        del flow
        gc.collect()  # a program that ended holds no file
        box.off()
        assert box.boot().trouble == ["data-repaired"]
        with FlowBox(out, training, keyring=keyring) as flow:
            assert first.bundle in {row.name for row in flow.rows()}
            assert not flow.in_store(lambda: flow.store.alarms)
            listed = {blob.sha256 for _, blob in flow.in_store(lambda: flow.store.drafts.captures())}
            assert held <= listed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_officer_is_told_that_a_restart_mends_the_card(language: str) -> None:
    assert {"id": "hidupkan ulang", "en": "restart"}[language] in say("officer.storage", language)
    assert {"id": "aman", "en": "safe"}[language] in say("help.storage", language)
