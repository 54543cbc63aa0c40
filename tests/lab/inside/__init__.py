"""Tests that run inside the virtual machine, on the box's own code; `plug` and `pull` ask the host."""
