"""Papers as blocks one under the other: tables whose header stands on every page, rows that are never split."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .lettering import Fitted

SIDE, TOP, FOOT = 12.0, 12.0, 14.0
"""The margins in mm; the foot holds the line of the printing and the number of the page."""

GREY = "#8a8a8a"
HEAD = 9.0  # of a table
_TITLE = 8.0  # above that head, where a table has parts
_PAD = 1.4


class Paper(Protocol):
    """What a block is drawn on: a page with its size in mm, and a pen (rtapp/documents/pdf.py)."""

    width: float
    height: float

    def measure(self, text: str, face: str) -> float: ...
    def fit(self, text: str, face: str, width: float, **box: Any) -> Fitted: ...
    def write(self, x: float, top: float, fitted: Fitted, face: str, align: str = "left") -> float: ...
    def text(self, x: float, baseline: float, line: str, face: str, size: float, align: str = "left") -> None: ...
    def line(self, x1: float, y1: float, x2: float, y2: float, thickness: float, ink: str = "#000000") -> None: ...
    def image(self, x: float, top: float, width: float, height: float, png: bytes) -> None: ...
    def next_page(self) -> None: ...


@dataclass(frozen=True)
class Block:
    """A piece of a page, ``height`` mm high.

    ``head`` stands above the first of its blocks and again on each new page, ``tail`` (no higher than a line) below the
    last of them on each page. ``joined``: the block stays on one page with the one after it. ``fresh``: a page begins
    with it. ``row`` is the number of somebody who signs in it, 0 for nobody.
    """

    height: float
    draw: Callable[[Paper, float], object]
    head: "Block | None" = None
    joined: bool = False
    tail: "Block | None" = None
    fresh: bool = False
    row: int = 0


Pages = list[list[tuple[float, Block]]]
"""For each page, its blocks, each with its distance from the top of the page in mm."""


@dataclass(frozen=True)
class Column:
    """One column of a table: ``width`` in mm, 0 for what the others leave; ``align`` left, middle or right.

    ``face`` is that of its cells, where it is not their row's.
    """

    title: str
    width: float = 0.0
    align: str = "left"
    lines: int = 2
    face: str = ""


def set_pages(blocks: Iterable[Block], room: float) -> Pages:
    """Share blocks over pages that hold ``room`` mm, heads included."""
    pages: Pages = [[]]
    used, above = 0.0, None
    for group in _groups(blocks):
        if pages[-1] and (group[0].fresh or used + _need(group, above) > room):
            _close(pages[-1], used)
            pages.append([])
            used, above = 0.0, None
        for block in group:
            if block.head is not above:
                _close(pages[-1], used)
            if block.head is not None and block.head is not above:
                pages[-1].append((used, block.head))
                used += block.head.height
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


def draw(paper: Paper, pages: Pages, printed: str, marks: str = "", most: int | None = None) -> None:
    """Draw the pages, the first ``most`` of them; ``printed`` is at the foot of each, below ``marks``."""
    for number, page in enumerate(pages[:most], start=1):
        if number > 1:
            paper.next_page()
        for top, block in page:
            block.draw(paper, TOP + top)
        foot = paper.height - 6.5
        line = paper.fit(printed, "regular", paper.width - 2 * SIDE - 40, largest=2.6, smallest=1.8)
        paper.text(SIDE, foot, line.lines[0], "regular", line.size)
        if marks:
            small = paper.fit(marks, "mono", paper.width - 2 * SIDE, largest=2, smallest=1.2)
            paper.text(SIDE, foot - 3.6, small.lines[0], "mono", small.size)
        paper.text(paper.width - SIDE, foot, f"Halaman {number} dari {len(pages)}", "regular", 2.6, "right")


def words(paper: Paper, text: str, *, size: float = 3.6, face: str = "regular", align: str = "left", after: float = 0.0,
          lines: int = 4, joined: bool = False) -> Block:  # fmt: skip
    """Return a block of text over the whole width, ``after`` mm of space below it."""
    fitted = paper.fit(text, face, paper.width - 2 * SIDE, largest=size, smallest=size * 0.6, lines=lines)
    x = {"left": SIDE, "middle": paper.width / 2, "right": paper.width - SIDE}[align]
    return Block(fitted.height + after, lambda pen, top: pen.write(x, top, fitted, face, align), joined=joined)


def space(height: float, *, joined: bool = False) -> Block:
    """Return a block of nothing."""
    return Block(height, lambda _paper, _top: None, joined=joined)


class Table:
    """A table over the whole width: its header, and its rows as blocks."""

    def __init__(self, paper: Paper, columns: Sequence[Column], *, height: float = 9.0, size: float = 3.2) -> None:
        self.columns, self.height, self.size = columns, height, size
        left, rest = SIDE, paper.width - 2 * SIDE - sum(column.width for column in columns)
        self.edges = [left]
        for column in columns:
            left += column.width or rest
            self.edges.append(left)
        self.head = Block(HEAD, self._draw_head)

    def title(self, text: str) -> None:
        """Let the rows that follow stand under a header that begins with ``text``."""

        def draw(pen: Paper, top: float) -> None:
            fitted = pen.fit(text, "bold", pen.width - 2 * SIDE, largest=3.5, smallest=2)
            pen.write(SIDE, top + _TITLE - 1.6 - fitted.height, fitted, "bold")
            self._draw_head(pen, top + _TITLE)

        self.head = Block(HEAD + _TITLE, draw)

    def row(self, cells: Sequence[str], *, face: str = "regular", joined: bool = False, merged: int = 0) -> Block:
        """Return one row; the first ``merged`` cells are one, which the first of ``cells`` fills."""
        return Block(self.height, lambda pen, top: self.draw_row(pen, top, cells, face, merged), self.head, joined)

    def draw_row(self, pen: Paper, top: float, cells: Sequence[str], face: str, merged: int = 0) -> None:
        """Write the cells and draw the lines below and beside them."""
        bottom, edges = top + self.height, [self.edges[0], *self.edges[merged or 1 :]]
        for left, right, cell, column in zip(edges, edges[1:], cells, self.columns[max(0, merged - 1) :], strict=False):
            align = "left" if merged and left == edges[0] else column.align
            self.write(pen, cell, (left, right), (top, self.height), column.face or face, align, column.lines)
        for edge in edges:
            pen.line(edge, top, edge, bottom, 0.15, GREY)
        pen.line(edges[0], bottom, edges[-1], bottom, 0.15, GREY)

    def write(self, pen: Paper, cell: str, across: tuple[float, float], down: tuple[float, float], face: str,
              align: str, lines: int = 1) -> None:  # fmt: skip
        """Write the text of one cell, as large as it fits: ``across`` from–to, ``down`` top and height."""
        if not cell:
            return
        left, right, (top, height) = across[0] + _PAD, across[1] - _PAD, down
        fitted = pen.fit(cell, face, right - left, largest=self.size, smallest=1.6, lines=lines, height=height - 0.6)
        x = {"left": left, "middle": (left + right) / 2, "right": right}[align]
        pen.write(x, top + (height - fitted.height) / 2, fitted, face, align)

    def _draw_head(self, pen: Paper, top: float) -> None:
        for left, right, column in zip(self.edges, self.edges[1:], self.columns, strict=False):
            fitted = pen.fit(
                column.title, "bold", right - left - 1.6, largest=2.9, smallest=1.8, lines=2, height=HEAD - 1
            )
            pen.write((left + right) / 2, top + (HEAD - fitted.height) / 2, fitted, "bold", "middle")
            pen.line(left, top, left, top + HEAD, 0.3)
        pen.line(self.edges[-1], top, self.edges[-1], top + HEAD, 0.3)
        for y in (top, top + HEAD):
            pen.line(self.edges[0], y, self.edges[-1], y, 0.3)


def _need(group: Sequence[Block], above: Block | None) -> float:
    """Return how high a group is below ``above``, the heads that come with it included."""
    need = 0.0
    for block in group:
        need += block.height + (block.head.height if block.head and block.head is not above else 0)
        above = block.head
    return need


def _close(page: list[tuple[float, Block]], used: float) -> None:
    tail = page[-1][1].tail if page else None
    if tail:
        page.append((used, tail))


def _groups(blocks: Iterable[Block]) -> Iterable[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.joined:
            yield group
            group = []
    if group:
        yield group
