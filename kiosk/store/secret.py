"""A symmetric key as a value that never shows itself: encrypts small things, each bound to what it is."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kiosk.store.errors import StoreDamaged

KEY_BYTES = 32
NONCE_BYTES = 12


class SecretKey:
    """256 random bits for ChaCha20-Poly1305 with random nonces (few enough per key by far for 96 bits)."""

    __slots__ = ("_cipher", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._cipher = ChaCha20Poly1305(raw)
        self._raw = raw

    @classmethod
    def make(cls) -> "SecretKey":
        """A new key from the system's random source."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def expose(self) -> bytes:
        """The 32 bytes, for wrapping only."""
        return self._raw

    def encrypt(self, plain: bytes, label: str) -> bytes:
        """Nonce and ciphertext, bound to the label."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, label.encode())

    def decrypt(self, sealed: bytes, label: str) -> bytes:
        """The plain bytes; StoreDamaged where sealed was altered, or made by another key or for another label."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode())
        except (InvalidTag, ValueError) as error:
            raise StoreDamaged(f"does not open: {label.partition(' ')[0]}") from error

    def __repr__(self) -> str:
        return "SecretKey(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a secret key is not pickled")
