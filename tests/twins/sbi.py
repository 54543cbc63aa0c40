"""The twin of certified devices: a device service in a process of its own, with a maker whose root the box trusts."""

import json
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pytest

from hal import Device, Source, Stage
from hal.transport.sbi import PORTS
from hal.wiring import Wiring
from tests.twins import sbi_paper
from tests.twins.shape import CaptureTwin, Moment, Picture

PROGRAM = Path(__file__).with_name("sbi_service.py")


class ServiceProcess:
    """The service, started and killed; `tell` sets how it behaves."""

    def __init__(self, folder: Path, **device: Any) -> None:
        self._settings = folder / "service.json"
        self._device = device
        self._process: subprocess.Popen[str] | None = None
        self.port = 0
        self.root = folder / "root.pem"
        self.root.write_bytes(sbi_paper.maker().root_pem())
        self.foreign_root = folder / "foreign.pem"
        self.foreign_root.write_bytes(sbi_paper.maker("Foreign").root_pem())

    def start(self) -> None:
        """At the same port as before, or at the first free one of the interface's own."""
        settings = {
            "device": self._device,
            "maker": sbi_paper.maker().dumped(),
            "foreign": sbi_paper.maker("Foreign").dumped(),
            "ports": [self.port] if self.port else list(PORTS),
        }
        self._settings.write_text(json.dumps(settings))
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self._settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said:
            self.kill()
            raise RuntimeError("the service does not start")
        self.port = int(said)

    def kill(self) -> None:
        """The plug is pulled; idempotent."""
        if (process := self._process) is not None:
            process.kill()
            process.wait()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            self._process = None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def tell(self, does: dict[str, Any] | None = None, device: dict[str, Any] | None = None) -> None:
        """From now on it behaves like this; nothing: honestly."""
        self._post({"does": does or {}, "device": device or {}})

    def last(self) -> Picture:
        """The picture its sensor took last."""
        said = self._post({"do": "last"})
        return np.frombuffer(bytes.fromhex(said["pixels"]), np.uint8).reshape(said["shape"])

    def _post(self, said: dict[str, Any]) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/twin", json.dumps(said))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class SbiTwin(CaptureTwin):
    """Its device is certified and everybody is willing. It is asked at its own port, so that suites can run beside each
    other; that it is found among the interface's ports has a test of its own."""

    SOURCE = Source.REAL  # as far as a box that trusts this maker can tell
    LATE_S = 1.5  # two processes, and signatures in both
    TAKES_S: ClassVar[float] = 0.0

    def __init__(self, port: str, driver: str, folder: Path) -> None:
        super().__init__(port, driver, folder)
        kind, sub_type = {"fingerprint": ("Finger", "Single"), "iris": ("Iris", "Double")}[port]
        self.service = ServiceProcess(folder, kind=kind, sub_type=sub_type, coding="PNG", takes_s=self.TAKES_S)
        self.stage = Stage(wiring=Wiring(trust=(self.service.root,)))

    def __enter__(self) -> Self:
        self.service.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.service.kill()

    def make(self) -> Device:
        device: Any = super().make()
        device.service.ports = (self.service.port,)
        return device

    def leave(self) -> None:
        self.service.tell({"nobody": True})

    def original(self) -> Picture | None:
        return self.service.last()

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        if moment is Moment.WAITING:
            self.service.tell({"nobody": True, "dies_waiting": True})
        elif moment is Moment.CAPTURE:
            self.service.tell({"dies_capturing": 1})
            if self.port == "fingerprint":
                pytest.skip("fingerprint-sbi: says nothing before its picture")
        else:
            self.service.kill()

    def replug(self) -> None:
        self.service.kill()
        self.service.start()


class SbiFingerTwin(SbiTwin):
    """A reader for one finger, which is laid on in no time but read in some."""

    TAKES_S = 0.1
    MOMENTS = (Moment.IDLE, Moment.WAITING)


class SbiIrisTwin(SbiTwin):
    """A scanner of both eyes."""

    MOMENTS = (Moment.IDLE, Moment.WAITING, Moment.CAPTURE)
