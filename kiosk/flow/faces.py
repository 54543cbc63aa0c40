"""Small pictures of the day's faces, in RAM only, so that an officer can vouch for people at the day's end."""

import threading

import numpy as np
from numpy.typing import NDArray

SIDE_PX = 160  # the longer side: enough to know somebody again, too little to record


class Faces:
    """By record while the person is here, by manifest hash from then on; safe from any thread."""

    def __init__(self) -> None:
        self._faces: dict[str, NDArray[np.uint8]] = {}
        self._lock = threading.Lock()

    def keep(self, record_id: str, pixels: NDArray[np.uint8]) -> None:
        """A coarse copy of an accepted portrait, height x width x 3."""
        step = max(1, max(pixels.shape[:2]) // SIDE_PX)
        with self._lock:
            self._faces[record_id] = pixels[::step, ::step].copy()

    def close(self, record_id: str, manifest_hash: str | None) -> None:
        """The person is closed under this manifest; None: destroyed, or vouched for already."""
        with self._lock:
            face = self._faces.pop(record_id, None)
            if face is not None and manifest_hash is not None:
                self._faces[manifest_hash] = face
            elif face is not None:
                face.fill(0)

    def read(self, manifest_hash: str) -> NDArray[np.uint8] | None:
        """The face of a person of this day; None after a restart."""
        with self._lock:
            return self._faces.get(manifest_hash)

    def forget(self, manifest_hash: str | None = None) -> None:
        """Wipe one, or all of them."""
        with self._lock:
            for name in [manifest_hash] if manifest_hash else list(self._faces):
                face = self._faces.pop(name, None)
                if face is not None:
                    face.fill(0)
