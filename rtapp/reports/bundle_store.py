"""What goes into the SPJ bundle of a wave: read here, in one short transaction; drawn afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from .. import clock
from ..events.invited_store import assumed_districts, heads_per_district, invited_per_district
from ..events.place_store import find_districts
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..schema import Wave
from ..settings.letter import About
from . import papers
from .attendance import Roll
from .attendance_store import listed_points, roll_of
from .bundle import Made, Part, Plan
from .certificate_papers import certificate_pdf
from .certificate_store import awards_of, materials_of
from .invited_paper import Invited
from .recap import rows
from .recap_store import recap_of
from .transport_store import pay_list

_LISTED = (CheckpointKind.HADIR, CheckpointKind.SESI)


@dataclass(frozen=True)
class Wanted:
    """Whose bundle, on which paper, with which fonts, and what its papers say of their printing."""

    wave: Wave
    paper: str
    fonts: Path
    about: About


def plan_bundle(session: Session, wanted: Wanted) -> Plan:
    """Read all that the bundle of a wave holds."""
    parts = [part for kind in PARTS for part in kind(session, wanted)]
    printed_at = clock.local(wanted.about.printed_at, wanted.about.zone)
    return Plan(parts, partial(_index, wanted), printed_at)


def _invited(session: Session, wanted: Wanted) -> Iterator[Part]:
    invited, assumed = invited_per_district(session, wanted.wave.id), assumed_districts(session, wanted.wave.id)
    heads = heads_per_district(session, wanted.wave.id)
    districts = [
        Invited(one.name, invited.get(one.id), heads.get(one.id, 0), one.id in assumed)
        for one in find_districts(session)
        if one.id in invited or one.id in heads
    ]
    make = partial(papers.invited_pdf, districts, wanted.about, wanted.paper, wanted.fonts)
    yield Part("10-jumlah-undangan.pdf", "Jumlah undangan per kecamatan", len(districts), make)


def _attendance(session: Session, wanted: Wanted) -> Iterator[Part]:
    title, printed_at = "Daftar hadir", wanted.about.printed_at
    points = [one for one in listed_points(session, wanted.wave.id) if one.kind in _LISTED]
    if not points:
        yield Part("12-daftar-hadir.pdf", title, missing="Gelombang ini tidak punya titik absensi hadir atau sesi.")
    for number, point in enumerate(points, start=1):
        roll = roll_of(session, wanted.wave, point.id, blank=False, now=printed_at)
        yield from _rolled(f"12-daftar-hadir-{number}", f"{title} {point.name}", roll, wanted)
    for point in points[:1]:
        roll = roll_of(session, wanted.wave, point.id, blank=True, now=printed_at)
        yield from _rolled("14-daftar-hadir-kosong", f"{title} {point.name}, untuk ditandatangani", roll, wanted)


def _rolled(file: str, title: str, roll: Roll, wanted: Wanted) -> Iterator[Part]:
    lines, about = len(roll.lines), wanted.about
    yield Part(f"{file}.pdf", title, lines, partial(papers.attendance_pdf, roll, about, wanted.paper, wanted.fonts))
    yield Part(f"{file}.xlsx", title, lines, partial(papers.attendance_xlsx, roll, about, wanted.paper))


def _recap(session: Session, wanted: Wanted) -> Iterator[Part]:
    found = recap_of(session, wanted.wave)
    lines = len(list(rows(found.counts))) if found.counts else 0
    made = (partial(papers.recap_pdf, found, wanted.about, wanted.paper, wanted.fonts), "pdf")
    for make, ending in (made, (partial(papers.recap_xlsx, found, wanted.about), "xlsx")):
        yield Part(f"30-rekap.{ending}", "Rekap per kecamatan dan desa", lines, make)


def _transport(session: Session, wanted: Wanted) -> Iterator[Part]:
    title, file = "Daftar penerimaan uang transport", "20-uang-transport"
    try:
        found = pay_list(session, wanted.wave)
    except Refused as refused:
        yield Part(f"{file}.pdf", title, missing=str(refused))
        return
    lines = len(found.payments)
    yield Part(
        f"{file}.pdf", title, lines,
        partial(papers.transport_pdf, found.payments, wanted.about, found.point.name, wanted.paper, wanted.fonts),
    )  # fmt: skip
    yield Part(
        f"{file}.xlsx", title, lines, partial(papers.transport_xlsx, found.payments, wanted.about, found.point.name)
    )


def _certificates(session: Session, wanted: Wanted) -> Iterator[Part]:
    title, file = "Sertifikat", "40-sertifikat.pdf"
    awards, materials = awards_of(session, wanted.wave), materials_of(session, wanted.wave)
    if awards:
        make = partial(certificate_pdf, awards, materials, wanted.about, wanted.paper, wanted.fonts)
        yield Part(file, title, len(awards), make)
    else:
        yield Part(file, title, missing="Belum ada sertifikat bernomor di gelombang ini.")


def _index(wanted: Wanted, made: list[Made]) -> bytes:
    return papers.index_pdf(made, wanted.about, wanted.paper, wanted.fonts)


PARTS: tuple[Callable[[Session, Wanted], Iterator[Part]], ...] = (
    _invited,
    _attendance,
    _transport,
    _recap,
    _certificates,
)
"""The kinds of papers in the order of the bundle; each yields its parts, one that cannot be made with the reason."""
