"""A record's life in the register's own words. The centre may send others: they are kept and shown as they came."""

from enum import StrEnum


class Status(StrEnum):
    """The words that are known, in the order a record usually goes through them."""

    UNREGISTERED = "UNREGISTERED"
    BIO_CAPTURED = "BIO_CAPTURED"
    PROCESSING = "PROCESSING"
    SENT_FOR_ENROLLMENT = "SENT_FOR_ENROLLMENT"
    RECEIVED_AT_CENTRAL = "RECEIVED_AT_CENTRAL"
    PRINT_READY_RECORD = "PRINT_READY_RECORD"
    CARD_PRINTED = "CARD_PRINTED"
    CARD_ISSUED = "CARD_ISSUED"
    DUPLICATE_RECORD = "DUPLICATE_RECORD"
    ADJUDICATE_RECORD = "ADJUDICATE_RECORD"
    REQUEST_VALIDATION = "REQUEST_VALIDATION"
    ENROLL_FAILURE_AT_REGIONAL = "ENROLL_FAILURE_AT_REGIONAL"
    ENROLL_FAILURE_AT_CENTRAL = "ENROLL_FAILURE_AT_CENTRAL"
    SEARCH_FAILURE_AT_CENTRAL = "SEARCH_FAILURE_AT_CENTRAL"


MUST_BE_RECORDED_AGAIN = frozenset({Status.ENROLL_FAILURE_AT_REGIONAL, Status.ENROLL_FAILURE_AT_CENTRAL})


def person_must_return(word: str) -> bool:
    """Whether this word, known or not, asks the person for a new recording."""
    return word in MUST_BE_RECORDED_AGAIN
