"""What a workshop does with cards on its own computer: flash, label, keep the ledger, rescue, wipe. Never on a box."""
