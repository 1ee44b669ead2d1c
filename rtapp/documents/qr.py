"""QR codes: a payload becomes modules, and modules become a picture, a drawing or terminal text."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from io import StringIO
from math import ceil
from typing import Any

Matrix = list[list[bool]]
Run = tuple[int, int, int]

QUIET = 4
"""Modules of white that every reader may expect around a code (ISO/IEC 18004)."""

# Version 2 is left out: every address of one event, short host or long, gives a code of the same size.
_VERSIONS = (1, *range(3, 41))

# Any mask may be read. Trying all eight for the prettiest is 85 % of the time of a code, so one is fixed.
_MASK = 2


def matrix(payload: str) -> Matrix:
    """Return the modules of a level Q code, rows from the top, True is dark, without a quiet zone.

    The size depends on the length alone: 21 modules a side up to 16 characters of digits and capitals, 29 up
    to 47. Raises ValueError for an empty payload or one that no code can hold.
    """
    return [[bool(module) for module in row] for row in _code(payload).modules]


def runs(modules: Matrix) -> list[Run]:
    """Return the dark modules as (x, y, width), neighbours of a row merged, counted from the top left."""
    dark_runs: list[Run] = []
    for y, row in enumerate(modules):
        start = None
        for x, dark in enumerate((*row, False)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                dark_runs.append((start, y, x - start))
                start = None
    return dark_runs


def svg(payload: str, label: str = "") -> str:
    """Return the code with its quiet zone as an inline SVG, black on white in either theme.

    Sizes come from the page's stylesheet; ``label`` names it for a screen reader, without one it is hidden
    from it. No style attributes: the content security policy refuses them.
    """
    modules = matrix(payload)
    side = len(modules) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{width}v1h-{width}z" for x, y, width in runs(modules))
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" {named}>'
        f'<rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{path}" fill="#000" shape-rendering="crispEdges"/></svg>'
    )


def terminal(payload: str) -> str:
    """Return the code as lines of half blocks, two modules of height a line, readable on any background.

    Colours are asked for by number from the fixed part of the palette, so that no theme bends them; the light
    modules are the drawn ones, so that a dark terminal which drops the colours still shows a true code.
    """
    drawn = StringIO()
    with _without_pillow():
        _code(payload).print_ascii(drawn, invert=True)
    lines = drawn.getvalue().replace("\xa0", " ").splitlines()
    return "\n".join(f"\x1b[38;5;231;48;5;16m{line}\x1b[0m" for line in lines)


@contextmanager
def _without_pillow() -> Iterator[None]:
    """Let qrcode be loaded without Pillow, which it takes for pictures that we draw otherwise: 4 MB, kept by a server.

    Only in a process of one thread: another might ask for Pillow meanwhile.
    """
    if "PIL" in sys.modules or threading.active_count() > 1:
        yield
        return
    sys.modules["PIL"] = None  # type: ignore[assignment]  # what cannot be imported
    try:
        yield
    finally:
        del sys.modules["PIL"]


def _code(payload: str) -> Any:
    from qrcode import QRCode  # with its pictures: loaded with the first code
    from qrcode.constants import ERROR_CORRECT_Q
    from qrcode.util import QRData

    if not payload:
        raise ValueError("a QR code needs a payload")
    data = QRData(payload.encode())
    code = QRCode(_version(data.mode, len(data)), ERROR_CORRECT_Q, border=QUIET, mask_pattern=_MASK)
    code.add_data(data)
    code.make(fit=False)
    return code


@lru_cache(maxsize=256)
def _version(mode: int, length: int) -> int:
    from qrcode.constants import ERROR_CORRECT_Q
    from qrcode.util import BIT_LIMIT_TABLE, MODE_ALPHA_NUM, MODE_NUMBER, length_in_bits

    each = {MODE_NUMBER: 10 / 3, MODE_ALPHA_NUM: 5.5}.get(mode, 8)
    for version in _VERSIONS:
        bits = 4 + length_in_bits(mode, version) + ceil(each * length)
        if bits <= BIT_LIMIT_TABLE[ERROR_CORRECT_Q][version]:
            return version
    raise ValueError(f"{length} characters do not fit into a QR code")
