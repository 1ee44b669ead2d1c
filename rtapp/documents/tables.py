"""Tables of a paper: a header that stands on every page, rows that are never split and as high as what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .flow import BODY, SIDE, SMALL, Block, FlowCell, Paper, Strip, block_of, room_in
from .lettering import POINT, Fitted

HEAD = 9.0
_TITLE = 8.0  # above that head, where a table has parts
_ROOM = 1.4  # what a row is higher than its text
_HEADING = 10 * POINT


@dataclass(frozen=True)
class Column:
    """One column of a table: ``width`` in mm, 0 for what the others leave; ``align`` left, middle or right.

    ``face`` is that of its cells, where it is not their row's.
    """

    title: str
    width: float = 0.0
    align: str = "left"
    face: str = ""


@dataclass(frozen=True)
class Figure:
    """A number as it is printed, and as a sheet reckons with it; ``shape`` is that of the sheet."""

    text: str
    value: int | float
    shape: str = "#,##0"


Entry = str | int | Figure


def figure(number: int) -> Figure:
    """Return a number with points between thousands: "1.500.000"."""
    return Figure(f"{number:,}".replace(",", "."), number)


class Table:
    """A table over the whole width: its header, and its rows as blocks at least ``height`` mm high.

    With ``signed`` odd numbers sign at the left, even ones at the right of the last column (ganjil-genap), so that each
    signature has the height of two rows, the last of a page too.
    """

    def __init__(
        self, paper: Paper, columns: Sequence[Column], *, height: float = 9.0, size: float = BODY[0],
        signed: bool = False,
    ) -> None:  # fmt: skip
        self.paper, self.columns, self.height, self.signed = paper, columns, height, signed
        self.sizes = tuple(each for each in (size, *BODY) if each <= size)
        left, rest = SIDE, paper.width - 2 * SIDE - sum(column.width for column in columns)
        self.edges = [left]
        for column in columns:
            left += column.width or rest
            self.edges.append(left)
        self.head = block_of([self._titles()])
        middle = (self.edges[-2] + self.edges[-1]) / 2
        self.halves = (self.edges[-2], middle, self.edges[-1])

    def title(self, text: str) -> None:
        """Let the rows that follow stand under a header that begins with ``text``."""
        left, right = self.edges[0], self.edges[-1]
        fitted = self.paper.stand(text, "bold", right - left, BODY)
        cell = FlowCell(left, right, fitted, "bold", whole=text)
        self.head = block_of([Strip(max(_TITLE, fitted.height + 2), (cell,)), self._titles()])

    def row(
        self, cells: Sequence[Entry], *, face: str = "regular", joined: bool = False, merged: int = 0,
        above: bool = False,
    ) -> Block:  # fmt: skip
        """Return one row; the first ``merged`` cells are one, which the first of ``cells`` fills.

        ``above``: nothing of the table stands directly above it.
        """
        edges = [self.edges[0], *self.edges[merged or 1 :]]
        columns = self.columns[max(0, merged - 1) :]
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        sides = "ltb" if above else "lb"
        row_cells = [
            self._cell(entry, left, right, column, face, sides, merged > 0 and left == edges[0])
            for left, right, entry, column in zip(edges, edges[1:], padded, columns, strict=False)
        ]
        row_cells[-1] = replace(row_cells[-1], sides=f"{sides}r")
        return replace(block_of([Strip(self._high(row_cells), tuple(row_cells))], joined=joined), head=self.head)

    def sign(
        self, number: int, cells: Sequence[Entry], *, joined: bool = False, fresh: bool = False, place: str = ""
    ) -> Block:
        """Return the row of somebody who signs; ``cells`` are those of the other columns."""
        pairs = zip(self.edges, self.edges[1:-1], cells, self.columns, strict=False)
        row_cells = [self._cell(entry, left, right, column, "regular", "lb") for left, right, entry, column in pairs]
        left, middle, right = self.halves
        own, other = ((left, middle), (middle, right)) if number % 2 else ((middle, right), (left, middle))
        fitted = self.paper.stand(f"{number}.", "regular", own[1] - own[0], BODY)
        signing = [
            FlowCell(*own, fitted, sides="lr" if number % 2 == 0 else "l", whole=f"{number}.", top=True),
            FlowCell(*other, sides="lbr" if number % 2 else "lb"),
        ]
        strip = Strip(self._high(row_cells), (*row_cells, *sorted(signing, key=lambda cell: cell.left)))
        block, tail = block_of([strip], joined=joined), self._tail(number, strip.height)
        return replace(block, head=self.head, tail=tail, fresh=fresh, row=number, place=place)

    def _tail(self, number: int, height: float) -> Block:
        """Return the second half of the last signature of a page."""
        left, middle, right = self.halves
        cell = FlowCell(left, middle, sides="lbr") if number % 2 else FlowCell(middle, right, sides="lbr")
        return block_of([Strip(height, (cell,))])

    def _high(self, cells: Sequence[FlowCell]) -> float:
        return max(self.height, *(cell.text.height + _ROOM if cell.text else 0.0 for cell in cells))

    def _cell(
        self, entry: Entry, left: float, right: float, column: Column, face: str, sides: str, wide: bool = False
    ) -> FlowCell:
        own, align = column.face or face, "left" if wide else column.align
        number = Figure(str(entry), entry, "0") if isinstance(entry, int) else entry
        number = number if isinstance(number, Figure) else None
        text = number.text if number else str(entry)
        fitted = self._set(text, own, room_in(left, right), bool(number)) if text else None
        value, shape = (number.value, number.shape) if number else (None, "")
        return FlowCell(left, right, fitted, own, align, sides, text, value, shape)

    def _set(self, text: str, face: str, width: float, whole: bool) -> Fitted:
        """Return the text of a cell; ``whole``: a number, which stands on one line."""
        if whole:
            wide = self.paper.measure(text, face)  # whatever its size: half a number is another number
            return self.paper.fit(text, face, width, largest=self.sizes[0], smallest=min(SMALL, width / wide * 0.98))
        return self.paper.stand(text, face, width, self.sizes, self.height - _ROOM)

    def _titles(self) -> Strip:
        cells = []
        for left, right, column in zip(self.edges, self.edges[1:], self.columns, strict=False):
            box = {"largest": _HEADING, "smallest": 7 * POINT, "lines": 2, "height": HEAD - 1}
            fitted = self.paper.fit(column.title, "bold", room_in(left, right), **box)
            cells.append(FlowCell(left, right, fitted, "bold", "middle", "LRTB", column.title))
        return Strip(max(HEAD, *(cell.text.height + _ROOM for cell in cells if cell.text)), tuple(cells), titles=True)
