"""The box's updater, asked as the officer's page asks it: by a root shell of the developer image."""

import json
from pathlib import Path
from typing import Any

from tests.image.emulator.machine import Machine

READY = r"Started jemput-kiosk\.service"
BOOT_S, WORK_S = 900, 1800
STICK, UPDATER = "/run/jemput/stick.sock", "/run/jemput/updater.sock"
ASK = (
    "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
    " s.sendall(sys.argv[2].encode() + b'\\n'); print(s.makefile().readline().strip())"
)


def asked(machine: Machine, service: str, verb: str) -> dict[str, Any]:
    """What a service of the box answers to a verb."""
    said = machine.shell.run(f'/opt/jemput/bin/python -IBc "{ASK}" {service} {verb}', WORK_S)
    assert said.status == 0, said.text
    return json.loads(said.text)


def restart(machine: Machine) -> None:
    """Into the new system; the shell that asks for it must not wait for an answer, it ends with the system."""
    said = machine.shell.run(f'(sleep 2; /opt/jemput/bin/python -IBc "{ASK}" {UPDATER} restart) >/dev/null 2>&1 &')
    assert said.status == 0, said.text


def until(machine: Machine, stage: str) -> dict[str, Any]:
    """The updater's status once it has come so far. Each question takes the emulated processor seconds."""
    for _ in range(WORK_S):
        status = asked(machine, UPDATER, "status")
        if status["stage"] in (stage, "refused"):
            return status
        machine.shell.run("sleep 3")
    raise TimeoutError(f"the updater never came to {stage}")


def install(machine: Machine, image: Path, name: str = "update") -> dict[str, Any]:
    """From plugging the stick, under a name of ours, to the installed system; the updater's last status."""
    machine.console.wait(READY, BOOT_S)
    machine.plug(name, image)
    machine.shell.run("udevadm settle; sleep 5")
    assert "path" in asked(machine, STICK, "mount")
    offer = asked(machine, UPDATER, "look")["offer"]
    if offer is None or offer["refusal"]:
        return {"stage": "refused", "refusal": offer and offer["refusal"]}
    asked(machine, UPDATER, "fetch")
    copied = until(machine, "copied")
    if copied["stage"] == "refused":
        return copied
    asked(machine, UPDATER, "install")
    return until(machine, "installed")
