"""Sends the results of the tests inside to the host."""

import sys
from pathlib import Path

results = Path(sys.argv[1]).read_bytes() if Path(sys.argv[1]).is_file() else b""
with open("/dev/virtio-ports/jemput.ask", "r+b", buffering=0) as channel:
    channel.write(f"results {len(results)}\n".encode() + results)
    channel.read(3)
