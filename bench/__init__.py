"""Performance as ratios to a peer or a limit in the same run: `python -m bench --out out/bench.json`."""

import sys
from pathlib import Path

# The workshop's rooms are no part of the installed program: they stand beside it.
sys.path.append(str(Path(__file__).resolve().parents[1] / "image-build"))
