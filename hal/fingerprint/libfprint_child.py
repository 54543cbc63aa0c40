"""The child process of the libfprint driver: its GLib loop, and nothing else. Run by the system's Python, so it imports
the standard library and gi alone. It speaks the frames of hal/transport/process.py on the descriptor of its argument.

Asked: open, capture, cancel. Said: opened, refused, missing, status, image, retry, cancelled, failed, removed.
"""

import json
import os
import socket
import struct
import sys
from typing import Any

HEAD = struct.Struct(">II")
MOST_JSON = 64 << 10
VIRTUAL = "virtual_image"  # libfprint's own twin of an image device; it calls itself a swipe sensor


class Speaker:
    """This end of the socket pair."""

    def __init__(self, number: int) -> None:
        self._socket = socket.socket(fileno=number)
        self._heard = bytearray()

    def fileno(self) -> int:
        return self._socket.fileno()

    def say(self, what: str, body: bytes = b"", **fields: Any) -> None:
        """One message; blocks while the other end is slow, ends the process where there is none any more."""
        text = json.dumps({"is": what, **fields}).encode()
        try:
            self._socket.sendall(HEAD.pack(len(text), len(body)) + text + body)
        except OSError:
            os._exit(0)

    def heard(self) -> list[str] | None:
        """What was asked since the last call; None when the other end is closed."""
        read = self._socket.recv(1 << 16)
        if not read:
            return None
        self._heard += read
        asked = []
        while len(self._heard) >= HEAD.size:
            length, _ = HEAD.unpack_from(self._heard)
            if len(self._heard) < HEAD.size + length:
                break
            asked.append(json.loads(self._heard[HEAD.size : HEAD.size + length])["do"])
            del self._heard[: HEAD.size + length]
        return asked


def refusal(device: Any, fprint: Any) -> str:
    """Why this device is of no use, empty where it is of use."""
    if not device.has_feature(fprint.DeviceFeature.CAPTURE):
        return "matches on its chip and gives no picture"
    if device.get_scan_type() != fprint.ScanType.PRESS and device.get_driver() != VIRTUAL:
        return "wants the finger swiped"
    return ""


class Reader:
    """One libfprint device on one GLib loop."""

    def __init__(self, speaker: Speaker, fprint: Any, glib: Any, gio: Any) -> None:
        self._speaker = speaker
        self._fprint, self._glib, self._gio = fprint, glib, gio
        self._loop = glib.MainLoop()
        self._context: Any = None
        self._device: Any = None
        self._cancel: Any = None

    def run(self) -> None:
        """Until the other end is closed."""
        conditions = self._glib.IOCondition.IN | self._glib.IOCondition.HUP
        self._glib.io_add_watch(self._speaker.fileno(), self._glib.PRIORITY_DEFAULT, conditions, self._asked)
        self._loop.run()

    def _asked(self, *_: Any) -> bool:
        asked = self._speaker.heard()
        if asked is None:
            self._leave()
            return False
        for what in asked:
            {"open": self._open, "capture": self._capture, "cancel": self._stop}[what]()
        return True

    def _open(self) -> None:
        self._context = self._fprint.Context()
        self._context.enumerate()
        devices = list(self._context.get_devices())
        able = [device for device in devices if refusal(device, self._fprint) == ""]
        if not able:
            reasons = [f"{device.get_name()[:60]} {refusal(device, self._fprint)}" for device in devices]
            self._speaker.say("refused", devices=len(devices), why="; ".join(reasons)[:200])
            return
        self._device = able[0]
        self._device.connect("notify::finger-status", self._status)
        self._device.connect("removed", lambda _: self._speaker.say("removed"))
        self._device.open(None, self._opened)

    def _opened(self, device: Any, result: Any) -> None:
        try:
            device.open_finish(result)
        except self._glib.Error as error:
            self._failed(error)
            return
        self._speaker.say("opened", driver=device.get_driver(), name=device.get_name()[:200])

    def _status(self, device: Any, _: Any) -> None:
        flags = device.get_finger_status()
        names = self._fprint.FingerStatusFlags
        self._speaker.say("status", needed=bool(flags & names.NEEDED), present=bool(flags & names.PRESENT))

    def _capture(self) -> None:
        self._cancel = self._gio.Cancellable()
        self._device.capture(True, self._cancel, self._captured)

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()

    def _captured(self, device: Any, result: Any) -> None:
        self._cancel = None
        try:
            image = device.capture_finish(result)
        except self._glib.Error as error:
            self._failed(error)
            return
        ppmm = round(image.get_ppmm() * 1000)
        self._speaker.say(
            "image", image.get_data(), width=image.get_width(), height=image.get_height(), ppmm_x1000=ppmm
        )

    def _failed(self, error: Any) -> None:
        if error.matches(self._gio.io_error_quark(), self._gio.IOErrorEnum.CANCELLED):
            self._speaker.say("cancelled")
        elif error.domain == "fp - device - retry - quark":
            self._speaker.say("retry", code=error.code)
        else:
            self._speaker.say("failed", domain=error.domain[:60], code=error.code)

    def _leave(self) -> None:
        """Lamps off and interfaces released; the other end kills whoever takes too long over it."""
        self._stop()
        if self._device is None or not self._device.is_open():
            self._loop.quit()
            return
        if self._cancel is None:
            self._device.close(None, lambda *_: self._loop.quit())
        else:
            self._glib.timeout_add(20, self._leave_later)

    def _leave_later(self) -> bool:
        if self._cancel is None:
            self._leave()
        return self._cancel is not None


def main() -> None:
    """Speak on the descriptor of the last argument until its other end is closed."""
    speaker = Speaker(int(sys.argv[-1]))
    try:
        import gi  # pyright: ignore[reportMissingImports]

        gi.require_version("FPrint", "2.0")
        from gi.repository import FPrint, Gio, GLib  # pyright: ignore[reportMissingImports]
    except (ImportError, ValueError):
        speaker.say("missing")
        return
    Reader(speaker, FPrint, GLib, Gio).run()


if __name__ == "__main__":
    main()
