"""Certificates as bytes: a PDF with two pages for each, and a preview picture of one."""

from collections.abc import Sequence
from pathlib import Path

from ..badges.layout import Code
from ..settings.letter import About
from .certificate_layout import TITLE, Award, Material, draw_back, draw_front

_PREVIEW = 4  # pixels a mm


def certificate_pdf(
    awards: Sequence[Award], materials: Sequence[Material], about: About, paper: str, fonts: Path
) -> bytes:
    """Return the certificates on landscape paper, each with its back, to be printed on both sides of a sheet.

    Equal input gives equal bytes. Without materials there are no backs. Raises ValueError without a certificate and
    FileNotFoundError without a font.
    """
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    if not awards:
        raise ValueError("a file of certificates needs at least one")
    document = Document(
        paper, fonts, f"{TITLE} · {about.event} · {about.wave}", about.organiser, about.made_at, landscape=True
    )
    for at, award in enumerate(awards):
        if at:
            document.next_page()
        draw_front(document, award, Code.of(award.payload), about)
        if materials:
            document.next_page()
            draw_back(document, award, materials, about)
    return document.finish()


def certificate_png(
    award: Award, materials: Sequence[Material], about: About, paper: str, fonts: Path, *, back: bool = False
) -> bytes:
    """Return one side of a certificate as a picture: what the PDF will show."""
    from ..documents.paper import PAPERS
    from ..documents.picture import Picture

    height, width = PAPERS[paper]
    picture = Picture(width, height, fonts, _PREVIEW)
    if back:
        draw_back(picture, award, materials, about)
    else:
        draw_front(picture, award, Code.of(award.payload), about)
    return picture.finish()
