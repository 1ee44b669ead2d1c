"""Pictures: the same pen as a PDF's, on pixels instead of paper."""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .lettering import FACES, Pen

_SMOOTH = 4  # a ring is drawn this many times larger and shrunk


class Picture(Pen):
    """A picture being drawn on white; lengths and text sizes in pixels from the top left, or ``scale`` pixels each.

    ``fonts`` is the folder of the TrueType files; FileNotFoundError names a missing one.
    """

    # Letters are set on whole pixels, so a line may come out a little wider than its measure.
    slack = 1.02

    def __init__(self, width: float, height: float, fonts: Path, scale: float = 1) -> None:
        self.width, self.height = width, height
        self._fonts, self._scale = fonts, scale
        self._image = Image.new("RGB", (round(width * scale), round(height * scale)), "white")
        self._draw = ImageDraw.Draw(self._image)

    def measure(self, text: str, face: str) -> float:
        """Return the width of the text at size 1."""
        return _font(self._fonts, face, 200).getlength(text) / 200

    def text(self, x: float, baseline: float, line: str, face: str, size: float, align: str = "left") -> None:
        """Write one line of text; ``align`` says what ``x`` is: its left, middle or right."""
        anchor = {"left": "ls", "middle": "ms", "right": "rs"}[align]
        font = _font(self._fonts, face, size * self._scale)
        self._draw.text((x * self._scale, baseline * self._scale), line, fill="black", font=font, anchor=anchor)

    def line(self, x1: float, y1: float, x2: float, y2: float, thickness: float, ink: str = "#000000") -> None:
        """Draw a straight line."""
        ends = [edge * self._scale for edge in (x1, y1, x2, y2)]
        self._draw.line(ends, fill=ink, width=max(1, round(thickness * self._scale)))

    def ring(self, x: float, y: float, radius: float, thickness: float, ink: str) -> None:
        """Draw a ring around (x, y), ``radius`` to the middle of its line."""
        x, y, radius, thickness = (length * self._scale for length in (x, y, radius, thickness))
        outer = radius + thickness / 2
        left, top, side = int(x - outer) - 1, int(y - outer) - 1, int(2 * outer) + 4
        mask = Image.new("L", (side * _SMOOTH, side * _SMOOTH))
        box = [_SMOOTH * edge for edge in (x - outer - left, y - outer - top, x + outer - left, y + outer - top)]
        ImageDraw.Draw(mask).ellipse(box, outline=255, width=round(thickness * _SMOOTH))
        self._image.paste(ink, (left, top), mask.resize((side, side), Image.Resampling.LANCZOS))

    def modules(self, x: float, y: float, side: float, count: int, runs: Iterable[tuple[int, int, int]]) -> None:
        """Fill the runs of a QR code of ``count`` modules into a square of ``side``, top left at (x, y).

        A module is a whole number of pixels, so the code may come out smaller than ``side``.
        """
        x, y, side = (length * self._scale for length in (x, y, side))
        px = max(1, int(side / count + 1e-6))
        for column, row, width in runs:
            left, top = round(x) + column * px, round(y) + row * px
            self._draw.rectangle((left, top, left + width * px - 1, top + px - 1), fill="black")

    def finish(self) -> bytes:
        """Return the picture as a PNG of few colours."""
        file = BytesIO()
        few = self._image.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        # The fast way to few colours gives 254 for white.
        few.putpalette([255 if part > 250 else part for part in few.getpalette()])
        few.save(file, "PNG")
        return file.getvalue()


@lru_cache(maxsize=64)
def _font(fonts: Path, face: str, size: float) -> ImageFont.FreeTypeFont:
    path = fonts / FACES[face]
    if not path.is_file():
        raise FileNotFoundError(path)
    # The basic engine is in every build of Pillow: the same picture everywhere.
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
