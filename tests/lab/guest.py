"""Boots the virtual machine, lets its tests plug devices in and out, and brings their results back.

Behind its serial bridge (an FT232 of QEMU's) is a fingerprint module of this process, at the pace of a real one.
"""

import json
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tests.lab import initramfs, modules
from tests.twins.r30x import drawn_finger
from tests.twins.r30x_module import R30xModule

HERE = Path(__file__).parent
MEMORY_MB = 2048
BOOT_S = 900  # an emulated processor on a busy machine; usually the whole run takes two to four minutes
LONGEST_REPLY = 1 << 20
DEVICES = {  # what the tests inside can ask for, as QEMU knows it
    "serial": "usb-serial,bus=xhci.0,chardev=serial,always-plugged=on",
    "keyboard": "usb-kbd,bus=xhci.0",
    "network": "usb-net,bus=xhci.0,netdev=none",
    "ccid": "usb-ccid,bus=xhci.0",
}


class Guest:
    """The machine. `results` is what pytest inside wrote (JUnit XML), `log` what it printed."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._sockets = {name: work / f"{name}.sock" for name in ("qmp", "ask")}
        self._touches = 0  # fingers that are still to come to the module
        self._plugged: set[str] = set()
        self.results = b""
        self.log = work / "guest.log"

    def __enter__(self) -> Self:
        self._work.mkdir(parents=True, exist_ok=True)
        for path in self._sockets.values():
            path.unlink(missing_ok=True)
        kernel = modules.release()
        built = modules.build(self._work)
        image = self._work / "initramfs.gz"
        initramfs.write(image, kernel, HERE / "inside" / "start.sh")
        (self._work / "environment").write_text(f"MODULES='{' '.join(map(str, built))}'\n")
        (self._work / "module").unlink(missing_ok=True)
        self._module = R30xModule(self._work / "module", self._finger)
        self._process = subprocess.Popen(
            self._command(kernel, image), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._module.pull()

    def run(self) -> None:
        """Serve the tests inside until the machine is off. Raises TimeoutError."""
        served = threading.Thread(target=self._serve, name="lab", daemon=True)
        served.start()
        try:
            self._process.wait(BOOT_S)
        except subprocess.TimeoutExpired as late:
            raise TimeoutError(f"the virtual machine did not end within {BOOT_S} s; see {self.log}") from late
        served.join(10)

    def _command(self, kernel: str, image: Path) -> list[str]:
        arguments = f"console=ttyS0 mitigations=off panic=-1 lab.work={self._work} lab.python={_python()}"
        serial = f"serial,id=serial,path={self._work / 'module'}"
        ask = f"socket,id=ask,path={self._sockets['ask']},server=on,wait=off"
        files = "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap"
        return [
            *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-smp", "2", "-cpu", "max", "-machine", "q35"),
            *("-m", str(MEMORY_MB), "-display", "none", "-no-reboot", "-nodefaults", "-serial", f"file:{self.log}"),
            *("-kernel", f"/boot/vmlinuz-{kernel}", "-initrd", str(image), "-append", arguments),
            *("-fsdev", files, "-device", "virtio-9p-pci,fsdev=root,mount_tag=hostroot"),
            *("-device", "qemu-xhci,id=xhci", "-chardev", serial),
            *("-device", "virtio-serial-pci", "-chardev", ask, "-device", "virtserialport,chardev=ask,name=jemput.ask"),
            *("-netdev", "user,id=none,restrict=on"),
            *("-qmp", f"unix:{self._sockets['qmp']},server=on,wait=off"),
        ]

    def _serve(self) -> None:
        with (
            _connected(self._sockets["qmp"], self._process) as control,
            _connected(self._sockets["ask"], self._process) as channel,
            channel.makefile("rwb") as lines,
            closing(Monitor(control)) as monitor,
        ):
            while line := lines.readline():
                verb, *words = line.decode().split()
                if verb == "results":
                    self.results = lines.read(int(words[0]))
                    answer = "ok"
                else:
                    answer = self._carry_out(monitor, verb, words)
                lines.write(answer.encode() + b"\n")
                lines.flush()

    def _carry_out(self, monitor: "Monitor", verb: str, words: list[str]) -> str:
        try:
            if verb == "plug":
                self._plug(monitor, *words)
            elif verb == "pull":
                self._pull(monitor, *words)
            elif verb == "touch":
                self._touches = int(words[0])
                self._module.lift()
            else:
                return f"no such verb: {verb}"
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            return f"failed: {error}"
        return "ok"

    def _finger(self) -> NDArray[np.uint8] | None:
        if self._touches == 0:
            return None
        self._touches -= 1
        return drawn_finger(1)

    def _plug(self, monitor: "Monitor", name: str, *how: str) -> None:
        if name in DEVICES:
            monitor.run("device_add", **_options(DEVICES[name]), id=name)
        else:
            file = {"driver": "file", "filename": str(self._image(name, *(word for word in how if word != "locked")))}
            options = {"node-name": name, "file": file, "read-only": "locked" in how}
            monitor.run("blockdev-add", driver="raw", **options)
            monitor.run(
                "device_add", driver="usb-storage", bus="xhci.0", drive=name, id=name, serial=name, removable=True
            )
        self._plugged.add(name)

    def _pull(self, monitor: "Monitor", name: str) -> None:
        monitor.run("device_del", id=name)
        monitor.await_deleted(name)
        self._plugged.discard(name)
        if name not in DEVICES:
            monitor.run("blockdev-del", **{"node-name": name})

    def _image(self, name: str, filesystem: str = "", size: str = "32") -> Path:
        """The stick of this name: made at its first plugging, the same one ever after."""
        path, size_mb = self._work / f"{name}.img", int(size)
        if not filesystem:
            return path
        path.unlink(missing_ok=True)
        with path.open("wb") as file:
            file.truncate(size_mb << 20)
        table = subprocess.run(
            ["sfdisk", "-q", str(path)], input=b"label: dos\nstart=2048, type=c\n", capture_output=True
        )
        if table.returncode or filesystem == "none":
            return path
        part = self._work / f"{name}.part"
        with part.open("wb") as file:
            file.truncate((size_mb - 1) << 20)
        subprocess.run([f"mkfs.{filesystem}", str(part)], check=True, capture_output=True)
        with path.open("r+b") as whole, part.open("rb") as content:
            whole.seek(1 << 20)
            shutil.copyfileobj(content, whole)
        part.unlink()
        return path


class Monitor:
    """QEMU's machine protocol, as much as plugging needs."""

    def __init__(self, channel: socket.socket) -> None:
        self._lines = channel.makefile("rwb")
        self._gone: set[str] = set()
        self._read()
        self.run("qmp_capabilities")

    def run(self, command: str, **arguments: Any) -> None:
        """One command, to its answer. Raises RuntimeError with QEMU's words."""
        self._lines.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        self._lines.flush()
        while True:
            told = self._read()
            if "error" in told:
                raise RuntimeError(told["error"]["desc"])
            if "return" in told:
                return

    def close(self) -> None:
        """End the conversation."""
        self._lines.close()

    def await_deleted(self, device: str) -> None:
        """Until the machine has let a device go."""
        while device not in self._gone:
            self._read()
        self._gone.discard(device)

    def _read(self) -> dict[str, Any]:
        line = self._lines.readline(LONGEST_REPLY)
        if not line:
            raise RuntimeError("the virtual machine is gone")
        told = json.loads(line)
        if told.get("event") == "DEVICE_DELETED" and "device" in told["data"]:
            self._gone.add(told["data"]["device"])
        return told


def _connected(path: Path, process: subprocess.Popen[bytes]) -> socket.socket:
    """QEMU makes its sockets before the machine starts; until then there is nothing to connect to."""
    waiting = threading.Event()
    for _ in range(300):
        one = socket.socket(socket.AF_UNIX)
        try:
            one.connect(str(path))
            return one
        except OSError:
            one.close()
        if process.poll() is not None:
            raise RuntimeError(f"QEMU ended: {(process.stderr.read() if process.stderr else b'').decode()}")
        waiting.wait(0.1)
    raise RuntimeError(f"QEMU opened no socket {path.name}")


def _options(line: str) -> dict[str, str]:
    driver, *rest = line.split(",")
    return {"driver": driver} | dict(part.split("=", 1) for part in rest)


def _python() -> str:
    return sys.executable  # not resolved: the environment is known by the place of the link
