"""The kill loops stand on the flow tests' training box."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "flow"))
