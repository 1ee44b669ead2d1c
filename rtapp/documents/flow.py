"""Papers as blocks one under the other, each made of cells: drawn on pages here, laid into sheets by ``grid``."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from .lettering import POINT, Fitted

SIDE, TOP, FOOT = 12.0, 16.0, 18.0
"""The margins in mm: above, what a page other than the first is of; below, the printing, the places and the number."""

GREY = "#8a8a8a"
BODY = (11 * POINT, 10.5 * POINT, 10 * POINT)
"""The sizes of what is read on a paper in mm, the largest first."""

SMALL = 8 * POINT
"""The smallest size of anything that somebody reads or signs."""

_PAD = 1.2
_STRENGTH = {True: (0.3, "#000000"), False: (0.15, GREY)}


class Paper(Protocol):
    """What a block is drawn on: a page with its size in mm, and a pen (rtapp/documents/pdf.py)."""

    width: float
    height: float

    def measure(self, text: str, face: str) -> float: ...
    def fit(self, text: str, face: str, width: float, **box: Any) -> Fitted: ...
    def stand(self, text: str, face: str, width: float, sizes: Sequence[float], height: float = 0.0) -> Fitted: ...
    def write(self, x: float, top: float, fitted: Fitted, face: str, align: str = "left") -> float: ...
    def text(self, x: float, baseline: float, line: str, face: str, size: float, align: str = "left") -> None: ...
    def line(self, x1: float, y1: float, x2: float, y2: float, thickness: float, ink: str = "#000000") -> None: ...
    def image(self, x: float, top: float, width: float, height: float, png: bytes) -> None: ...
    def next_page(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FlowCell:
    """What stands between ``left`` and ``right``, in mm from the left edge of the page.

    ``sides`` (of "tblr") are those with a hairline, in capitals with a strong line, "D" a double one below. ``value``
    is the number behind the text, for a sheet, which shows it by ``shape``; ``whole`` is the text unbroken. In a sheet
    the cell stands from–to ``sheet`` where that is not its place on the page, nowhere where it has no width; with
    ``whole_line`` its one line is rather small there than broken.
    """

    left: float
    right: float
    text: Fitted | None = None
    face: str = "regular"
    align: str = "left"
    sides: str = ""
    whole: str = ""
    value: int | float | None = None
    shape: str = ""
    top: bool = False
    underlined: bool = False
    sheet: tuple[float, float] | None = None
    whole_line: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """Cells beside each other, ``height`` mm high; ``titles``: it is the header of a table."""

    height: float
    cells: tuple[FlowCell, ...] = ()
    titles: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a block: its box in mm, down from the top of the block."""

    left: float
    top: float
    width: float
    height: float
    png: bytes


@dataclass(frozen=True)
class Block:
    """A piece of a page, ``height`` mm high: made of ``strips``, or drawn by itself and a picture in a sheet.

    ``head`` stands above the first of its blocks and again on each new page, ``tail`` below the last of them on each
    page. ``joined``: the block stays on one page with the one after it. ``fresh``: a page begins with it. ``row`` is
    the number of somebody who signs in it, 0 for nobody; ``place`` is whose row it is, which the page names.
    """

    height: float
    draw: Callable[[Paper, float], object]
    head: "Block | None" = None
    joined: bool = False
    tail: "Block | None" = None
    fresh: bool = False
    row: int = 0
    place: str = ""
    strips: tuple[Strip, ...] = ()
    images: tuple[Image, ...] = ()


Pages = list[list[tuple[float, Block]]]
"""For each page, its blocks, each with its distance from the top of the page in mm."""


@dataclass(frozen=True)
class Margins:
    """What stands around each page: ``running`` above all but the first, ``printed``, ``code`` and ``marks`` below."""

    running: Sequence[str] = ()
    printed: str = ""
    code: str = ""
    marks: str = ""


def block_of(
    strips: Iterable[Strip], *, images: Sequence[Image] = (), height: float = 0.0, joined: bool = False
) -> Block:
    """Return the strips as one block, at least ``height`` mm high."""
    stack = tuple(strips)
    rest = height - sum(strip.height for strip in stack)
    stack = (*stack, Strip(rest)) if rest > 1e-6 else stack
    draw = partial(_draw_block, stack, tuple(images))
    return Block(sum(strip.height for strip in stack), draw, joined=joined, strips=stack, images=tuple(images))


def set_pages(blocks: Iterable[Block], room: float) -> Pages:
    """Share blocks over pages that hold ``room`` mm, heads and tails included.

    A sheet repeats the header of its table on every page: a page that begins without one leaves room for it.
    """
    pages: Pages = [[]]
    used, above, repeated = 0.0, None, 0.0
    for group in _groups(blocks):
        if all(map(_is_blank, group)) and used + _need(group, above) > room:
            continue  # no page begins with a space
        tail = group[-1].tail.height if group[-1].tail else 0.0
        title_height = repeated if len(pages) > 1 and pages[-1] and not _has_titles(pages[-1][0][1]) else 0.0
        if pages[-1] and (group[0].fresh or used + _need(group, above) + tail + title_height > room + 1e-6):
            _close(pages[-1], used)
            pages.append([])
            used, above = 0.0, None
        for block in group:
            if block.tail is None or block.head is not above:
                used += _close(pages[-1], used)
            if block.head is not None and block.head is not above:
                pages[-1].append((used, block.head))
                used += block.head.height
                repeated = repeated or sum(strip.height for strip in block.head.strips if strip.titles)
            above = block.head
            pages[-1].append((used, block))
            used += block.height
    _close(pages[-1], used)
    return pages


def pages_of(paper: Paper, blocks: Iterable[Block]) -> Pages:
    """Share blocks over pages of a paper."""
    return set_pages(blocks, paper.height - TOP - FOOT)


def rows_of(pages: Pages) -> list[list[int]]:
    """Return the numbers of those who sign on each page."""
    return [[block.row for _top, block in page if block.row] for page in pages]


def places_of(page: Sequence[tuple[float, Block]]) -> str:
    """Return the first and last village on a page: "Desa Uwie", "Desa Uwie s.d. Desa Padangin"."""
    places = list(dict.fromkeys(block.place for _top, block in page if block.place))
    return places[0] if len(places) == 1 else f"{places[0]} s.d. {places[-1]}" if places else ""


def draw(paper: Paper, pages: Pages, margins: Margins, most: int | None = None) -> None:
    """Draw the pages, the first ``most`` of them, with what stands around them."""
    for number, page in enumerate(pages[:most], start=1):
        if number > 1:
            paper.next_page()
            _draw_running(paper, margins.running)
        for top, block in page:
            block.draw(paper, TOP + top)
        _draw_foot(paper, margins, places_of(page), f"Halaman {number} dari {len(pages)}")


def _draw_running(paper: Paper, running: Sequence[str]) -> None:
    y, room = 5.2, 3  # lines above the first row of a page
    for line, face in zip(running, ("bold", "regular"), strict=False):
        box = {"largest": 9 * POINT, "smallest": SMALL, "lines": min(2, room)}
        fitted = paper.fit(line, face, paper.width - 2 * SIDE, **box)
        y, room = paper.write(SIDE, y, fitted, face) + 0.4, room - len(fitted.lines)


def _draw_foot(paper: Paper, margins: Margins, places: str, page: str) -> None:
    foot, width = paper.height - 6.5, paper.width - 2 * SIDE
    right = " · ".join(filter(None, (margins.code and f"Kode cetak {margins.code}", page)))
    paper.text(paper.width - SIDE, foot, right, "regular", SMALL, "right")
    beside = width - paper.measure(right, "regular") * SMALL - 4
    printed = paper.fit(margins.printed, "regular", beside, largest=SMALL, smallest=SMALL, lines=2)
    more = max(0, len(printed.lines) - 1)  # a long name of whoever prints takes a line more
    foot -= printed.leading * 0.7 * more
    for number, line in enumerate(printed.lines):
        paper.text(SIDE, foot + number * printed.leading, line, "regular", SMALL)
    foot -= printed.leading
    for line, face in ((places, "regular"), (margins.marks, "mono")):
        foot -= 0.3
        if line:
            fitted = paper.fit(line, face, width, largest=SMALL, smallest=1.2)
            paper.text(SIDE, foot, fitted.lines[0], face, fitted.size)
        foot -= printed.leading


def words(paper: Paper, text: str, *, size: float = BODY[0], face: str = "regular", align: str = "left",
          after: float = 0.0, joined: bool = False, place: str = "") -> Block:  # fmt: skip
    """Return a block of text over the whole width, ``after`` mm of space below it."""
    left, right = SIDE, paper.width - SIDE
    fitted = paper.stand(text, face, right - left, (size,))
    cell = FlowCell(left, right, fitted, face, align, whole=text, top=True)
    block = block_of([Strip(fitted.height, (cell,))], height=fitted.height + after, joined=joined)
    return replace(block, place=place) if place else block


def space(height: float, *, joined: bool = False) -> Block:
    """Return a block of nothing."""
    return block_of([Strip(height)], joined=joined)


def padded(cell: FlowCell) -> tuple[float, float]:
    """Return the left and right edge of a cell's text, a little inside the cell where it has lines."""
    pad = _PAD if cell.sides else 0.0
    return cell.left + pad, cell.right - pad


def room_in(left: float, right: float) -> float:
    """Return the width that text has in a cell from ``left`` to ``right``."""
    return right - left - 2 * _PAD


def _draw_block(strips: Sequence[Strip], images: Sequence[Image], pen: Paper, top: float) -> None:
    for image in images:
        pen.image(image.left, top + image.top, image.width, image.height, image.png)
    for strip in strips:
        if strip.cells:
            _draw_strip(pen, top, strip)
        top += strip.height


def _draw_strip(pen: Paper, top: float, strip: Strip) -> None:
    for cell in strip.cells:
        if cell.text and cell.text.lines:
            _draw_text(pen, top, strip.height, cell)
    uprights: dict[float, bool] = {}
    flats: list[tuple[float, float, float, bool]] = []
    for cell in strip.cells:
        for side in cell.sides:
            kind, strong = side.lower(), side.isupper()
            if kind in "lr":
                x = cell.left if kind == "l" else cell.right
                uprights[x] = uprights.get(x, False) or strong
            elif kind == "d":
                for y, thickness in ((top + strip.height - 1.2, 0.8), (top + strip.height, 0.25)):
                    pen.line(cell.left, y, cell.right, y, thickness)
            else:
                _lengthen(flats, cell.left, cell.right, top if kind == "t" else top + strip.height, strong)
    for x, strong in uprights.items():
        pen.line(x, top, x, top + strip.height, *_STRENGTH[strong])
    for left, right, y, strong in flats:
        pen.line(left, y, right, y, *_STRENGTH[strong])


def _lengthen(flats: list[tuple[float, float, float, bool]], left: float, right: float, y: float, strong: bool) -> None:
    """Add a horizontal line, or lengthen the line that ends where it begins."""
    for at, (start, end, height, kind) in enumerate(flats):
        if (end, height, kind) == (left, y, strong):
            flats[at] = (start, right, y, strong)
            return
    flats.append((left, right, y, strong))


def _draw_text(pen: Paper, top: float, height: float, cell: FlowCell) -> None:
    assert cell.text
    left, right = padded(cell)
    x = {"left": left, "middle": (left + right) / 2, "right": right}[cell.align]
    y = top + (0.8 if cell.sides else 0.0) if cell.top else top + (height - cell.text.height) / 2
    pen.write(x, y, cell.text, cell.face, cell.align)
    if cell.underlined:
        for number, line in enumerate(cell.text.lines):
            half = pen.measure(line, cell.face) * cell.text.size / 2
            under = y + number * cell.text.leading + cell.text.size * 0.95
            pen.line(x - half, under, x + half, under, 0.25)


def _need(group: Sequence[Block], above: Block | None) -> float:
    """Return the height of a group below the header ``above``, with the headers and tails it adds."""
    need, last = 0.0, None
    for block in group:
        if last and last.tail and (block.tail is None or block.head is not above):
            need += last.tail.height
        need += block.height + (block.head.height if block.head and block.head is not above else 0)
        above, last = block.head, block
    return need


def _close(page: list[tuple[float, Block]], used: float) -> float:
    """Add the tail of the last block to its page and return the tail's height."""
    tail = page[-1][1].tail if page else None
    if tail:
        page.append((used, tail))
    return tail.height if tail else 0.0


def _is_blank(block: Block) -> bool:
    return bool(block.strips) and not block.images and not any(strip.cells for strip in block.strips)


def _has_titles(block: Block) -> bool:
    return any(strip.titles for strip in block.strips)


def _groups(blocks: Iterable[Block]) -> Iterable[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.joined:
            yield group
            group = []
    if group:
        yield group
