"""The kit: few, large, certain controls. No text field, no list to scroll, no gesture but a touch."""

import kiosk.ui.kivy_config  # noqa: F401  Kivy reads its settings when it is imported
