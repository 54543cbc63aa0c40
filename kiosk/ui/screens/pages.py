"""Which page draws what the navigator names."""

from kiosk.ui.navigator import Name
from kiosk.ui.screens.attract import AttractPage
from kiosk.ui.screens.biodata import BiodataPage
from kiosk.ui.screens.capture import CapturePage
from kiosk.ui.screens.choice import ChoicePage
from kiosk.ui.screens.correction import CorrectionPage
from kiosk.ui.screens.endorsement import EndorsementPage
from kiosk.ui.screens.exemption import ExemptionPage
from kiosk.ui.screens.handover import HandoverPage
from kiosk.ui.screens.helping import HelpPage
from kiosk.ui.screens.language import LanguagePage
from kiosk.ui.screens.listing import ListingPage
from kiosk.ui.screens.locked import LockedPage
from kiosk.ui.screens.menu import MenuPage
from kiosk.ui.screens.message import MessagePage
from kiosk.ui.screens.nik import NikPage
from kiosk.ui.screens.notice import NoticePage
from kiosk.ui.screens.page import Page
from kiosk.ui.screens.review import ReviewPage
from kiosk.ui.screens.slip import SlipPage
from kiosk.ui.screens.update import UpdatePage

PAGES: dict[Name, type[Page]] = {
    Name.LOCKED: LockedPage,
    Name.ATTRACT: AttractPage,
    Name.LANGUAGE: LanguagePage,
    Name.NOTICE: NoticePage,
    Name.NIK: NikPage,
    Name.BIODATA: BiodataPage,
    Name.CAPTURE: CapturePage,
    Name.ENDORSEMENT: EndorsementPage,
    Name.REVIEW: ReviewPage,
    Name.WORKING: MessagePage,
    Name.SLIP: SlipPage,
    Name.LEAVE: ChoicePage,
    Name.HELP: HelpPage,
    Name.EXEMPTION: ExemptionPage,
    Name.CANCEL: ChoicePage,
    Name.CORRECTION: CorrectionPage,
    Name.NOTES: ChoicePage,
    Name.RETAKE: ChoicePage,
    Name.MENU: MenuPage,
    Name.HANDOVER: HandoverPage,
    Name.ATTEST: ListingPage,
    Name.UPDATE: UpdatePage,
    Name.WAITING: ListingPage,
    Name.STOPPING: MessagePage,
}
