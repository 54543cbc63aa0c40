"""The one error of this room that a clerk sees."""


class OfficeError(Exception):
    """The clerk acts: the text is one plain sentence with what to do, without personal data."""
