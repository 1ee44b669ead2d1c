"""Waves, their numerals, and the kinds of checkpoints."""

from enum import StrEnum

_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class CheckpointKind(StrEnum):
    """What is marked at a checkpoint; a rehearsal (gladi) is in no count and no paper."""

    HADIR = "hadir"
    SESI = "sesi"
    KELUAR = "keluar"
    KONSUMSI = "konsumsi"
    KIT = "kit"
    TRANSPORT = "transport"
    GLADI = "gladi"


def numeral(number: int) -> str:
    """Return a wave's number as it is written: 1 → "I", 14 → "XIV"."""
    text = ""
    for value, sign in _ROMAN:
        while number >= value:
            text, number = text + sign, number - value
    return text
