"""How long blobs stay after their receipt: a grace in opened working days, shorter only when room is needed.

Nothing here allows a deletion without a receipt; the store refuses that by itself.
"""

GRACE_DAYS = 7  # opened working days between the receipt and the purge
SHORT_OF_ROOM_BYTES = 1_000_000_000  # below it receipted blobs go at once: room for about 100 people is worth more
STOP_BELOW_BYTES = 300_000_000  # below it nobody new is started: the open person and a stick's receipts still fit


def grace_days(free_bytes: int, agreed_days: int = GRACE_DAYS) -> int:
    """Opened days to wait after a receipt, given the free room of the data partition."""
    return 0 if free_bytes < SHORT_OF_ROOM_BYTES else agreed_days


def room_for_a_person(free_bytes: int) -> bool:
    """Whether another person may start."""
    return free_bytes >= STOP_BELOW_BYTES
