"""The whole, for the person to stand by."""

from kivy.properties import ObjectProperty

import kiosk.ui.widgets.hand_picture
import kiosk.ui.widgets.ticks  # noqa: F401  the layout names them
from kiosk.ui.models import ReviewModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class ReviewPage(Page):
    """Emits Approved; the officer's buttons emit Attest and open the retake."""

    model = ObjectProperty(ReviewModel())


load_layout(__file__)
