"""A Raspberry Pi with a card in it, as far as an emulator goes: boot firmware, machine, screen, sticks, power cuts."""
