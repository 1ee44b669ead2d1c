"""Which characters a font has a shape for, read from the file itself: what it lacks would be printed as a box."""

import struct
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from .lettering import FACES, NO_BREAK, clean
from .scripts import shaped

_PLAIN = "\u024f"  # every face has the letters up to this one


def unprintable(texts: Iterable[str], fonts: Path) -> list[str]:
    """Return, in order, the texts with a character that the fonts cannot print.

    Emoji and marks that nobody sees are left out of a print anyway, and no reason to be told.
    """
    return [text for text in texts if text > "" and max(text) > _PLAIN and _lacking(text, fonts)]


def _lacking(text: str, fonts: Path) -> bool:
    known = _characters(fonts / FACES["regular"]) & _characters(fonts / FACES["bold"])
    return any(ord(character) not in known for character in shaped(clean(text)).replace(NO_BREAK, " "))


@lru_cache
def _characters(file: Path) -> frozenset[int]:
    """Return the code points of a TrueType file (its table "cmap", formats 4 and 12); none where there is no file."""
    if not file.is_file():
        return frozenset()
    data = file.read_bytes()
    (count,) = struct.unpack(">H", data[4:6])
    tables = {
        data[at : at + 4]: struct.unpack(">I", data[at + 8 : at + 12])[0] for at in range(12, 12 + 16 * count, 16)
    }
    start = tables[b"cmap"]
    (parts,) = struct.unpack(">H", data[start + 2 : start + 4])
    characters: set[int] = set()
    for at in range(start + 4, start + 4 + 8 * parts, 8):
        offset = start + struct.unpack(">I", data[at + 4 : at + 8])[0]
        (shape,) = struct.unpack(">H", data[offset : offset + 2])
        characters |= _segments(data, offset) if shape == 4 else _groups(data, offset) if shape == 12 else set()
    return frozenset(characters)


def _segments(data: bytes, offset: int) -> set[int]:
    (double,) = struct.unpack(">H", data[offset + 6 : offset + 8])
    ends = struct.unpack(f">{double // 2}H", data[offset + 14 : offset + 14 + double])
    starts = struct.unpack(f">{double // 2}H", data[offset + 16 + double : offset + 16 + 2 * double])
    return {code for start, end in zip(starts, ends, strict=True) if end < 0xFFFF for code in range(start, end + 1)}


def _groups(data: bytes, offset: int) -> set[int]:
    (count,) = struct.unpack(">I", data[offset + 12 : offset + 16])
    characters: set[int] = set()
    for at in range(offset + 16, offset + 16 + 12 * count, 12):
        start, end, _glyph = struct.unpack(">III", data[at : at + 12])
        characters |= set(range(start, end + 1))
    return characters
