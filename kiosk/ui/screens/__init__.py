"""One page a file with its layout beside it: a frozen model in, one event out, and nothing decided in between."""

import kiosk.ui.kivy_config  # noqa: F401  Kivy reads its settings when it is imported
