"""PDF documents on office paper: one pen that writes fitted text, hairlines, rings and QR modules."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Lock

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .lettering import FACES, Pen
from .paper import PAPERS

_MM = 72 / 25.4
_registering = Lock()
# Streams stay bytes: written as letters (base 85) they are a quarter longer, and take an eighth of the time of a page.
rl_config.useA85 = 0


class Document(Pen):
    """A PDF being written, page after page; lengths in mm from the top left, text sizes in mm too.

    ``fonts`` is the folder of the TrueType files, which are embedded; FileNotFoundError names a missing one.
    ``made_at`` is the time of making that the file tells: equal input gives equal bytes. ``invariant`` does so without
    a time.
    """

    def __init__(
        self, paper: str, fonts: Path, title: str, author: str = "", made_at: datetime | None = None, *,
        landscape: bool = False, invariant: bool = False,
    ) -> None:  # fmt: skip
        width, height = PAPERS[paper]
        self.width, self.height = (height, width) if landscape else (width, height)
        self._names = _registered(fonts)
        self._file = BytesIO()
        self._images: dict[bytes, ImageReader] = {}
        self._stroked: tuple[float, str] | None = None
        self._canvas = Canvas(
            self._file,
            pagesize=(self.width * _MM, self.height * _MM),
            pageCompression=1,
            invariant=int(invariant or made_at is not None),
            lang="id-ID",
            initialFontName=self._names["regular"],
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        if made_at is not None:
            self._tell_time(made_at)
        self._canvas.setSubject("")
        self._canvas.setCreator("rtapp")

    def _tell_time(self, at: datetime) -> None:
        # reportlab takes the time from the clock or from the environment alone; its stamp is read when it writes.
        stamp = self._canvas._doc._timeStamp
        minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
        stamp.t, stamp.lt = at.timestamp(), at.timetuple()
        stamp.YMDhms, (stamp.dhh, stamp.dmm) = tuple(stamp.lt)[:6], divmod(minutes, 60)

    def measure(self, text: str, face: str) -> float:
        """Return the width of the text at size 1."""
        return pdfmetrics.stringWidth(text, self._names[face], 1000) / 1000

    def text(self, x: float, baseline: float, line: str, face: str, size: float, align: str = "left") -> None:
        """Write one line of text; ``align`` says what ``x`` is: its left, middle or right."""
        self._canvas.setFont(self._names[face], size * _MM)
        draw = {
            "left": self._canvas.drawString,
            "middle": self._canvas.drawCentredString,
            "right": self._canvas.drawRightString,
        }[align]
        draw(x * _MM, self._up(baseline), line)

    def line(self, x1: float, y1: float, x2: float, y2: float, thickness: float, ink: str = "#000000") -> None:
        """Draw a straight line."""
        self._stroke(thickness, ink)
        self._canvas.line(x1 * _MM, self._up(y1), x2 * _MM, self._up(y2))

    def ring(self, x: float, y: float, radius: float, thickness: float, ink: str) -> None:
        """Draw a ring around (x, y), ``radius`` to the middle of its line."""
        self._stroke(thickness, ink)
        self._canvas.circle(x * _MM, self._up(y), radius * _MM)

    def modules(self, x: float, y: float, side: float, count: int, runs: Iterable[tuple[int, int, int]]) -> None:
        """Fill the runs of a QR code of ``count`` modules into a square of ``side``, top left at (x, y)."""
        scale = side * _MM / count
        # Whole numbers in one path: short, and no renderer draws a seam between two rows.
        path = "".join(f"{column} {row} {width} 1 re " for column, row, width in runs)
        place = f"{scale:.5f} 0 0 {-scale:.5f} {x * _MM:.4f} {self._up(y):.4f} cm"
        self._canvas.addLiteral(f"q 0 g {place} {path}f Q")

    def image(self, x: float, top: float, width: float, height: float, png: bytes) -> None:
        """Draw a PNG as large as it fits into a box, in the middle of it."""
        box = (x * _MM, self._up(top + height), width * _MM, height * _MM)
        if png not in self._images:  # read once, however often it is drawn
            self._images[png] = ImageReader(BytesIO(png))
        self._canvas.drawImage(self._images[png], *box, preserveAspectRatio=True, anchor="c")

    def next_page(self) -> None:
        """End the page and begin another."""
        self._canvas.showPage()
        self._stroked = None

    def finish(self) -> bytes:
        """End the last page and return the whole document."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def _up(self, y: float) -> float:
        return (self.height - y) * _MM

    def _stroke(self, thickness: float, ink: str) -> None:
        if self._stroked == (thickness, ink):
            return
        self._stroked = thickness, ink
        self._canvas.setLineWidth(thickness * _MM)
        self._canvas.setStrokeColor(_colour(ink))


@lru_cache
def _colour(ink: str) -> HexColor:
    return HexColor(ink)


def _registered(fonts: Path) -> dict[str, str]:
    with _registering:
        return _registered_once(fonts.resolve())


@lru_cache
def _registered_once(fonts: Path) -> dict[str, str]:
    # reportlab's register of fonts is one per process: the folder is part of the name.
    mark = sha256(str(fonts).encode()).hexdigest()[:8]
    names = {}
    for face, file in FACES.items():
        if not (fonts / file).is_file():
            raise FileNotFoundError(fonts / file)
        names[face] = f"{face}-{mark}"
        pdfmetrics.registerFont(TTFont(names[face], str(fonts / file)))
    return names
