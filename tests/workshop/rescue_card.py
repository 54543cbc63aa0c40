"""A card with a box's real data: people recorded, not yet handed over; one who had not finished."""

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "flow"))

from flow_box import FlowBox, made, moved

from kiosk.commands.training import TrainingBox
from kiosk.core.state import Step

MIB = 1024 * 1024
CARD, DATA = 96 * MIB, 64 * MIB
TOOLS = ("ddrescue", "e2fsck", "debugfs", "mke2fs", "sfdisk")


def recorded(out: Path) -> TrainingBox:
    """Two people recorded and kept, a third one at the fingers; everything the office had accepted is purged."""
    training = made(out)
    with FlowBox(out, training) as box:
        box.open_day()
        for number in (0, 1):
            box.record(number)
        person = box.person(2)
        box.start()
        box.serve(person, lambda session: session.step is Step.FINGERS)
    shutil.rmtree(out / "stick")
    return moved(training, out)


def card_of(box: Path, path: Path) -> Path:
    """An image of a whole card with this box's directory as /jemput."""
    root = path.parent / "root"
    shutil.copytree(box, root / "jemput", ignore=shutil.ignore_patterns("*.toml", "*.txt"))
    data = path.with_suffix(".ext4")
    with data.open("wb") as file:
        file.truncate(DATA)
    run("mke2fs", "-q", "-t", "ext4", "-b", "4096", "-d", root, data)
    with path.open("wb") as file:
        file.truncate(CARD)
    run("sfdisk", "--quiet", path, told=f"label: gpt\nname=bootconfig, size=2M\nname=persistent, size={DATA // MIB}M\n")
    start = start_of(path)
    with path.open("r+b") as file:
        file.seek(start)
        file.write(data.read_bytes())
    shutil.rmtree(root)
    data.unlink()
    return path


def start_of(card: Path) -> int:
    """Where the data partition begins, in bytes."""
    line = next(line for line in run("sfdisk", "--dump", card).splitlines() if "persistent" in line)
    return int(line.split("start=")[1].split(",")[0]) * 512


def run(*command: object, told: str | None = None) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, input=told, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
