"""Loads the .kv file beside a module; each module calls it once, when it is imported."""

from pathlib import Path

from kivy.lang import Builder


def load_layout(module_file: str) -> None:
    """A file that is loaded twice would apply each rule twice; Kivy remembers which it has."""
    path = str(Path(module_file).with_suffix(".kv"))
    if path not in Builder.files:
        Builder.load_file(path)
