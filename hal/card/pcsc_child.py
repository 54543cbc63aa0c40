"""PC/SC in a process of its own, run by the system's Python: a reader that hangs then hangs nobody else.

Started by `pcsc.py`, which says what to do; imports nothing of this project. It answers every line asked with one
message: what a reader shows, what a card answered, or why not.
"""

import json
import socket
import struct
import sys

HEAD = struct.Struct(">II")
MOST_APDU = 300
READERS_OWN, SELECT = 0xFF, 0xA4  # class of commands that no card hears (PC/SC part 3); instruction (7816-4)


class Refused(Exception):
    """Why not, in one of the words that `pcsc.py` knows."""


class Readers:
    """All readers of this machine, of which the one with a card is used."""

    def __init__(self, scard):
        self._scard = scard
        self._handle, self._protocol, self._reader = None, 0, ""
        result, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        self._check(result)

    def status(self):
        """The reader, its state in a word, and the card's answer to reset."""
        s = self._scard
        result, names = s.SCardListReaders(self._context, [])
        self._check(result)
        if not names:
            raise Refused("no-reader")
        result, states = s.SCardGetStatusChange(self._context, 0, [(name, s.SCARD_STATE_UNAWARE) for name in names])
        self._check(result)
        found = [(name, self._word(state), bytes(atr)) for name, state, atr in states]
        known = [shown for shown in found if shown[1] != "gone"]
        if not known:
            raise Refused("no-reader")
        shown = next((shown for shown in known if shown[1] != "no-card"), known[0])
        if self._handle is not None and (self._reader, "present") not in [item[:2] for item in found]:
            self.let_go()
        return shown

    def transmit(self, apdu):
        """The answer to one command."""
        s = self._scard
        if self._handle is None:
            if apdu[0] != READERS_OWN and apdu[1] != SELECT:  # meant for a card that has left: not for this one's ears
                raise Refused("no-card")
            self._connect()
        if self._protocol == s.SCARD_PROTOCOL_T0 and len(apdu) > 5 and len(apdu) == 6 + apdu[4]:
            apdu = apdu[:-1]  # T=0 carries no expected length beside data; the card says 61xx
        result, answer = s.SCardTransmit(self._handle, self._protocol, list(apdu))
        if result != s.SCARD_S_SUCCESS:
            self.let_go()
            if self.status()[1] == "no-card":
                raise Refused("no-card")
        self._check(result)
        return bytes(byte & 255 for byte in answer)

    def let_go(self):
        """Forget the card, and make it forget who gave it a PIN."""
        if self._handle is not None:
            self._scard.SCardDisconnect(self._handle, self._scard.SCARD_RESET_CARD)
            self._handle = None

    def _connect(self):
        s = self._scard
        name, state, _ = self.status()
        if state != "present":
            raise Refused("no-card" if state == "no-card" else "mute")
        both = s.SCARD_PROTOCOL_T0 | s.SCARD_PROTOCOL_T1
        result, handle, protocol = s.SCardConnect(self._context, name, s.SCARD_SHARE_EXCLUSIVE, both)
        self._check(result)
        self._handle, self._protocol, self._reader = handle, protocol, name

    def _word(self, state):
        s = self._scard
        if state & (s.SCARD_STATE_UNKNOWN | s.SCARD_STATE_UNAVAILABLE):
            return "gone"
        if state & s.SCARD_STATE_MUTE:
            return "mute"
        return "present" if state & s.SCARD_STATE_PRESENT else "no-card"

    def _check(self, result):
        s = self._scard
        if result == s.SCARD_S_SUCCESS:
            return
        words = {
            s.SCARD_E_NO_SERVICE: "no-service",
            s.SCARD_E_SERVICE_STOPPED: "no-service",
            s.SCARD_F_INTERNAL_ERROR: "no-service",
            s.SCARD_F_COMM_ERROR: "protocol",
            s.SCARD_E_NO_READERS_AVAILABLE: "no-reader",
            s.SCARD_E_READER_UNAVAILABLE: "no-reader",
            s.SCARD_E_UNKNOWN_READER: "no-reader",
            s.SCARD_E_INVALID_HANDLE: "no-service",
            s.SCARD_E_NO_SMARTCARD: "no-card",
            s.SCARD_W_REMOVED_CARD: "no-card",
            s.SCARD_W_RESET_CARD: "no-card",
            s.SCARD_W_UNPOWERED_CARD: "mute",
            s.SCARD_W_UNRESPONSIVE_CARD: "mute",
            s.SCARD_E_SHARING_VIOLATION: "busy",
            s.SCARD_E_NO_ACCESS: "permission",
            s.SCARD_W_SECURITY_VIOLATION: "permission",
        }
        raise Refused(words.get(result, "protocol"))


def answer(readers, asked, body):
    """One message for one request."""
    if asked == "status":
        name, state, atr = readers.status()
        return {"is": "status", "reader": name[:200], "state": state}, atr
    if asked == "transmit":
        return {"is": "answer"}, readers.transmit(body[:MOST_APDU])
    raise Refused("protocol")


def serve(line, readers):
    """Answer until the other end closes."""
    stream = line.makefile("rb")
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        fields, size = HEAD.unpack(head)
        asked, body = json.loads(stream.read(fields))["do"], stream.read(size)
        try:
            said, back = answer(readers, asked, body)
        except Refused as refusal:
            said, back = {"is": "refused", "why": str(refusal)}, b""
        _say(line, said, back)
    readers.let_go()


def _say(line, fields, body=b""):
    text = json.dumps(fields).encode()
    line.sendall(HEAD.pack(len(text), len(body)) + text + body)


def main():
    """The socket's number is the last argument."""
    line = socket.socket(fileno=int(sys.argv[-1]))
    try:
        from smartcard import scard  # pyright: ignore[reportMissingImports]
    except ImportError:
        _say(line, {"is": "refused", "why": "library-missing"})
        return
    try:
        readers = Readers(scard)
    except Refused as refusal:
        _say(line, {"is": "refused", "why": str(refusal)})
        return
    serve(line, readers)


if __name__ == "__main__":
    main()
