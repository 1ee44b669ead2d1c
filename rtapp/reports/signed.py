"""Tables to be signed: odd numbers sign at the left, even ones at the right of the last column (ganjil-genap)."""

from collections.abc import Sequence

from ..documents.flow import GREY, Block, Paper, Table


class SignedTable(Table):
    """Its last column holds signatures, each of two rows' height."""

    def signed(self, number: int, cells: Sequence[str], *, joined: bool = False, fresh: bool = False) -> Block:
        """Return the row of one who signs; ``cells`` are those of the other columns."""
        left, right = self.edges[-2], self.edges[-1]
        middle = (left + right) / 2

        def draw(pen: Paper, top: float) -> None:
            bottom = top + self.height
            for start, end, cell, column in zip(self.edges, self.edges[1:], cells, self.columns, strict=False):
                self.write(pen, cell, (start, end), (top, self.height), "regular", column.align, column.lines)
            for edge in self.edges:
                pen.line(edge, top, edge, bottom, 0.15, GREY)
            pen.line(self.edges[0], bottom, left, bottom, 0.15, GREY)
            pen.line(*((middle, bottom, right) if number % 2 else (left, bottom, middle)), bottom, 0.15, GREY)
            self.write(pen, f"{number}.", (left if number % 2 else middle, right), (top + 1, 5), "regular", "left")

        tail = Block(0, lambda pen, top: pen.line(left, top, right, top, 0.15, GREY))
        return Block(self.height, draw, self.head, joined, tail, fresh, number)
