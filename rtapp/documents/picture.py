"""Pictures: the same pen as a PDF's, on pixels instead of paper."""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from ..refusals import Refused
from .lettering import FACES, Pen

LOGO_SIDE, LOGO_BYTES = 600, 2 << 20
"""A logo's longest side in pixels as it is kept, and the most bytes of the file it is read from."""

_LOGO_PIXELS = 40_000_000  # of the file, before it is made small

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

    def image(self, x: float, top: float, width: float, height: float, png: bytes) -> None:
        """Draw a PNG as large as it fits into a box, in the middle of it."""
        left, above, width, height = (round(length * self._scale) for length in (x, top, width, height))
        with Image.open(BytesIO(png)) as image:
            fitted = ImageOps.contain(image.convert("RGB"), (width, height))
        self._image.paste(fitted, (left + (width - fitted.width) // 2, above + (height - fitted.height) // 2))

    def finish(self, across: tuple[float, float] | None = None) -> bytes:
        """Return the picture as a PNG of few colours, cropped to the left and right edge in ``across``, if any."""
        file = BytesIO()
        if across:
            left, right = (round(edge * self._scale) for edge in across)
            self._image = self._image.crop((left, 0, right, self._image.height))
        few = self._image.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        # The fast way to few colours gives 254 for white.
        few.putpalette([255 if part > 250 else part for part in few.getpalette()])
        few.save(file, "PNG")
        return file.getvalue()


def read_logo(data: bytes) -> bytes:
    """Return the picture of a PNG or JPEG file as a PNG on white that holds nothing else of the file.

    Refused when the file is missing, too large, of another kind or broken.
    """
    if not data:
        raise Refused("no_picture", "Pilih dahulu berkas logo, PNG atau JPEG.", 422)
    if len(data) > LOGO_BYTES:
        raise Refused("large_logo", "Berkas logo paling banyak %(most)s MB.", 413, most=LOGO_BYTES >> 20)
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > _LOGO_PIXELS:
                raise ValueError("more pixels than a logo has")
            image.draft("RGB", (LOGO_SIDE, LOGO_SIDE))
            seen = ImageOps.exif_transpose(image).convert("RGBA")
    except Exception as error:  # a broken file fails in many ways
        raise Refused(
            "bad_logo",
            "Logo harus gambar PNG atau JPEG yang utuh. Gambar SVG, PDF, dan lainnya tidak dapat dipakai.",
            422,
        ) from error
    seen.thumbnail((LOGO_SIDE, LOGO_SIDE))
    paper, file = Image.new("RGB", seen.size, "white"), BytesIO()
    paper.paste(seen, mask=seen)
    paper.save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache(maxsize=64)
def _font(fonts: Path, face: str, size: float) -> ImageFont.FreeTypeFont:
    path = fonts / FACES[face]
    if not path.is_file():
        raise FileNotFoundError(path)
    # The basic engine is in every build of Pillow: the same picture everywhere.
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
