"""Performance as ratios to a peer or a limit in the same run: `python -m bench --out out/bench.json`."""
