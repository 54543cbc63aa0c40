"""The lab runs where it is asked for (`make lab`); its inside is collected by the virtual machine alone."""

import os
from pathlib import Path

INSIDE = Path("/dev/virtio-ports/jemput.ask").exists()
collect_ignore = [] if INSIDE else ["inside"]
if not INSIDE and not os.environ.get("JEMPUT_LAB"):
    collect_ignore.append("test_lab.py")
