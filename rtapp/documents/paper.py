"""The papers of offices: their sizes, the names of their files, a page as a picture to be looked at before printing."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAPERS = {"a4": (210.0, 297.0), "f4": (215.0, 330.0)}
"""Width and height of each paper in mm, upright; F4 is the folio of Indonesian offices."""

_DOTS = 5.0  # a millimetre: the page is looked at, and its codes can be read


def picture_of(paper: str, fonts: Path, paint: Callable[[Any], object]) -> bytes:
    """Return as a PNG what ``paint`` draws with the pen it is given, in mm from the top left of ``paper``."""
    from .picture import Picture  # here: a server that shows no paper need not carry Pillow

    picture = Picture(*PAPERS[paper], fonts, _DOTS)
    paint(picture)
    return picture.finish()


def drawn_strip(paper: str, fonts: Path, height: float, side: float, paint: Callable[[Any], object]) -> bytes:
    """Return as a PNG what ``paint`` draws in the first ``height`` mm of a page, without ``side`` mm left and right."""
    from .picture import Picture

    width = PAPERS[paper][0]
    picture = Picture(width, height, fonts, _DOTS)
    paint(picture)
    return picture.finish((side, width - side))


def plain(text: str) -> str:
    """Return the text as a file may be named anywhere: small letters and digits, at most 100."""
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.replace("'", "")).strip("-")[:100].strip("-") or "tanpa-nama"


def png_size(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
