"""The signatures as a picture of how they will be printed, and the texts that take more than a line."""

from dataclasses import dataclass
from pathlib import Path

from ..documents.flow import Paper
from ..documents.lettering import Pen
from ..documents.paper import PAPERS
from .letter import About, signatures
from .signatories import signers_of

_DOTS = 5.0  # a millimetre


@dataclass(frozen=True)
class Wrapped:
    """A text of a signatory that stands on several lines."""

    number: int
    text: str
    lines: int


def signature_png(kind: str, about: About, paper: str, fonts: Path) -> bytes:
    """Return the block of signatures of a kind of paper as a picture; FileNotFoundError names a missing font."""
    from ..documents.picture import Picture

    pen = _pen(paper, fonts)
    blocks = list(signatures(pen, about, kind))
    picture = Picture(PAPERS[paper][0], sum(block.height for block in blocks) + 4, fonts, _DOTS)
    top = 0.0
    for block in blocks:
        block.draw(picture, top)
        top += block.height
    return picture.finish()


def wrapped(kind: str, about: About, paper: str, fonts: Path) -> list[Wrapped]:
    """Return the names and positions that do not fit on one line beside each other."""
    pen, long_texts, signers = _pen(paper, fonts), [], signers_of(about.signing, kind)
    texts = {
        text: number
        for number, signer in enumerate(signers, start=1)
        for text in (signer.position, signer.name)
        if text
    }
    for block in signatures(pen, about, kind):
        for cell in (cell for strip in block.strips for cell in strip.cells):
            if cell.whole in texts and cell.text and len(cell.text.lines) > 1:
                long_texts.append(Wrapped(texts.pop(cell.whole), cell.whole, len(cell.text.lines)))
    return long_texts


class _Ruler(Pen):
    """A pen that only measures."""

    def __init__(self, picture: Pen, width: float, height: float) -> None:
        self.measure = picture.measure  # type: ignore[method-assign]
        self.slack, self.width, self.height = picture.slack, width, height


def _pen(paper: str, fonts: Path) -> Paper:
    from ..documents.picture import Picture  # here: a server that shows no paper need not carry Pillow

    return _Ruler(Picture(1, 1, fonts), *PAPERS[paper])  # type: ignore[return-value]
