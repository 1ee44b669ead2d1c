"""A paper as a sheet: its blocks as rows and columns of cells, with the same heights and the same page breaks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .flow import SIDE, SMALL, Block, FlowCell, Margins, Pages, Paper, Strip, places_of
from .lettering import Fitted
from .paper import PAPERS, png_size

SPARE = 8.5  # mm of a page for the row that names places, and for what offices round away
_NAMED = 5.4
"""The height of a row that names places in mm, at its foot; on the page of a PDF it stands in the margin."""


@dataclass(frozen=True)
class Placed:
    """A cell of a sheet from column ``first`` to ``last`` (0 is A), both of them its own."""

    first: int
    last: int
    cell: FlowCell


@dataclass(frozen=True)
class GridLine:
    """A row of a sheet, ``height`` mm high; ``fresh``: a page begins with it."""

    height: float
    cells: Sequence[Placed] = ()
    fresh: bool = False


@dataclass(frozen=True)
class GridPicture:
    """A picture that begins in row ``line``, ``left`` and ``top`` mm into the sheet and the row."""

    line: int
    left: float
    top: float
    width: float
    height: float
    png: bytes


@dataclass(frozen=True)
class Chart:
    """Room for a chart of a sheet's own, from row ``line``; ``draw`` draws it for a sheet that has none."""

    line: int
    height: float
    draw: Callable[[Paper, float], object]


@dataclass(frozen=True)
class Grid:
    """A paper as a sheet: ``widths`` of its columns in mm, its rows, ``titles`` the row that stands on every page."""

    name: str
    paper: str
    widths: Sequence[float]
    lines: Sequence[GridLine]
    margins: Margins
    titles: int | None = None
    pictures: Sequence[GridPicture] = ()
    charts: Sequence[Chart] = ()


@dataclass
class _Laying:
    edges: Sequence[float]
    lines: list[GridLine] = field(default_factory=list)
    pictures: list[GridPicture] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    titles: int | None = None
    shown: str = ""  # what the header says that is repeated


def grid_of(name: str, paper: str, pages: Pages, margins: Margins) -> Grid:
    """Return pages as a sheet; its columns are those of the widest table among them.

    The header of the first table is repeated by the sheet itself: on later pages it is no row of its own.
    """
    laying = _Laying(_edges(pages, PAPERS[paper][0]))
    for number, page in enumerate(pages):
        fresh = number > 0
        for _top, block in page:
            fresh = _lay(laying, block, fresh) and fresh
        if places := places_of(page):
            laying.lines.append(_named(laying.edges, places))
    widths = [right - left for left, right in zip(laying.edges, laying.edges[1:], strict=False)]
    return Grid(name, paper, widths, laying.lines, margins, laying.titles, laying.pictures, laying.charts)


def _lay(laying: _Laying, block: Block, fresh: bool) -> bool:
    """Lay a block below the others; return whether the page still waits for its first row."""
    start = len(laying.lines)
    for image in block.images:
        across, down = png_size(image.png)
        scale = min(image.width / across, image.height / down)  # as large as its box lets it be, in the middle of it
        width, height = across * scale, down * scale
        left = image.left - SIDE + (image.width - width) / 2
        laying.pictures.append(
            GridPicture(start, left, image.top + (image.height - height) / 2, width, height, image.png)
        )
    if not block.strips:
        laying.charts.append(Chart(start, block.height, block.draw))
    for strip in _ordered(block.strips) or [Strip(block.height)]:
        text = "|".join(cell.whole for cell in strip.cells)
        if strip.titles and laying.titles is not None and text == laying.shown:
            continue
        if strip.titles and laying.titles is None:
            laying.titles, laying.shown = len(laying.lines), text
        laying.lines.append(GridLine(strip.height, tuple(_placed(laying.edges, strip)), fresh))
        fresh = False
    return fresh and len(laying.lines) == start


def _named(edges: Sequence[float], places: str) -> GridLine:
    """Return the row below a page that says whose rows stand on it: a sheet has one foot for all its pages."""
    small = Fitted((places,), SMALL, SMALL * 1.16)
    # Its middle, and not its top, is where the text stands: above it is the last line of a table.
    return GridLine(_NAMED, (Placed(0, len(edges) - 2, FlowCell(edges[0], edges[-1], small, whole=places)),))


def _ordered(strips: Sequence[Strip]) -> list[Strip]:
    """Return strips with the header of a table first: a sheet repeats it at the top of the page."""
    return sorted(strips, key=lambda strip: not strip.titles) if any(strip.titles for strip in strips) else list(strips)


def _edges(pages: Pages, width: float) -> list[float]:
    """Return where the columns of the sheet begin and end: at the edges of the strip with most cells in lines."""
    edges: set[float] = {SIDE, width - SIDE}
    ruled = ([cell for cell in strip.cells if cell.sides.strip("D")] for strip in _strips(pages))
    widest: Sequence[FlowCell] = max(ruled, key=len, default=[])
    edges |= {edge for cell in widest for edge in (cell.left, cell.right)}
    return sorted({round(edge, 3): edge for edge in edges}.values())


def _strips(pages: Pages) -> Iterator[Strip]:
    return (strip for page in pages for _top, block in page for strip in block.strips)


def _placed(edges: Sequence[float], strip: Strip) -> Iterator[Placed]:
    after = 0
    for cell in strip.cells:
        left, right = cell.sheet or (cell.left, cell.right)
        if right - left < 0.01 or not (cell.text or cell.sides):
            continue
        first = max(after, _nearest(edges[:-1], left))
        last = max(first, _nearest(edges, right) - 1)
        yield Placed(first, last, cell)
        after = last + 1


def _nearest(edges: Sequence[float], place: float) -> int:
    return min(range(len(edges)), key=lambda at: abs(edges[at] - place))
