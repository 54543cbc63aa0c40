"""A flashed card of a training box: the image on a card of usual size, with the papers that a workshop brings."""

from pathlib import Path

from kiosk.commands.training import PORTS, TrainingBox, prepare
from kiosk.flow.papers import CONFIG, OFFICE, ROOT
from tests.image.emulator import cut, partitions
from tests.image.emulator.fat import Fat

CARD_BYTES = 4 << 30  # the least that is sold; holes in it take no room here
BOX_TOML = """\
[box]
brought = "/boot/config/papers"

[devices]
{devices}

[training]
seed = {seed}
card = "/boot/config/card.txt"
pin = "{pin}"
visitors = {visitors}
patience = 20
"""


def flash(image: Path, card: Path, office: Path, visitors: int = 0, seed: int = 1) -> TrainingBox:
    """Make the card, and the training office whose box it is; with `visitors`, so many people come by themselves."""
    cut.copy(image, card)
    with card.open("r+b") as file:
        file.truncate(max(CARD_BYTES, card.stat().st_size))
    training = prepare(office, seed)
    config = Fat(card, partitions.read(card)["bootconfig"].start)
    devices = "\n".join(f'{port} = ["simulated"]' for port in PORTS)
    text = BOX_TOML.format(devices=devices, seed=seed, pin=training.pin, visitors=visitors)
    config.write("box.toml", text.encode())
    config.write("card.txt", training.card.encode())
    config.folder("papers")
    for name in (ROOT, OFFICE, CONFIG):
        config.write(f"papers/{name}", (training.papers / name).read_bytes())
    return training
