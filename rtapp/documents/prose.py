"""Text documents as sheets: paragraphs are rows of one cell, tables keep their columns, rows count from the top."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .cells import EMPTY, MAX_COLUMNS, MAX_ROWS, Cell, Merge, Row, Sheet, sheet_of, text_cell
from .refused import too_many_rows


@dataclass(frozen=True)
class PieceOfTable:
    """One cell of a document's table: its text, how many columns it takes, whether it continues the one above."""

    text: str
    columns: int = 1
    goes_on: bool = False


@dataclass
class Prose:
    """A document while it is read, from the top down."""

    name: str
    rows: list[Row] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    number: int = 0

    def add_paragraph(self, text: str) -> None:
        """Take up a paragraph: a row for each of its lines, a cell for each part between tabs."""
        for line in text.split("\n"):
            self._add([text_cell(part.strip()) for part in line.split("\t")])

    def add_table(self, rows: Sequence[Sequence[PieceOfTable]]) -> None:
        """Take up a table."""
        tops: dict[int, int] = {}  # the row in which the cell begins that goes on in a column
        for row in rows:
            cells: list[Cell] = []
            number = self.number + 1
            for piece in row:
                left = len(cells)
                if left >= MAX_COLUMNS:
                    break
                if piece.goes_on and left in tops:
                    self.merges = [each for each in self.merges if (each.top, each.left) != (tops[left], left)]
                    self.merges.append(Merge(tops[left], left, number, left + piece.columns - 1))
                else:
                    tops[left] = number
                    if piece.columns > 1:
                        self.merges.append(Merge(number, left, number, left + piece.columns - 1))
                cells += [EMPTY if piece.goes_on else text_cell(piece.text), *([EMPTY] * (piece.columns - 1))]
            self._add(cells[:MAX_COLUMNS])

    def _add(self, cells: list[Cell]) -> None:
        self.number += 1
        self.rows.append(Row(self.number, tuple(cells[:MAX_COLUMNS])))
        if len(self.rows) > MAX_ROWS:
            raise too_many_rows()

    def sheet(self) -> Sheet:
        """Return what was read."""
        return sheet_of(self.name, self.rows, merges=self.merges)
