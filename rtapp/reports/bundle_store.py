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
from ..refusals import Reason, Refused, reason
from ..schema import Wave
from ..settings.letter import About
from . import papers
from .attendance import Roll
from .attendance_store import listed_points, roll_of
from .bundle import BundlePart, BundlePlan, FinishedPart
from .certificate_papers import certificate_pdf
from .certificate_store import awards_of, materials_of
from .invited_paper import Invited
from .narrative_papers import narrative_docx
from .recap import rows
from .recap_store import narrative_of, recap_of
from .transport_store import pay_list

TRANSPORT_AT = reason("rates", "Dokumen › Uang transport: isi jumlah per orang, lalu buat berkas lagi")
POINTS_AT = reason("points", "Pengaturan › Acara: tambah titik absensi pada gelombang ini")
AWARDS_AT = reason("awards", "Dokumen › Sertifikat: tetapkan syarat, lalu beri nomor")
_FILED = (
    (
        reason("letter", "Surat undangan yang ditandatangani"),
        reason("letter_at", "Arsip sekretariat; lampirannya berkas 11"),
    ),
    (
        reason("signed", "Daftar hadir bertanda tangan basah"),
        reason("signed_at", "Cetak berkas 14, pindai sesudah ditandatangani"),
    ),
    (
        reason("paid", "Daftar penerimaan uang bertanda tangan"),
        reason("paid_at", "Cetak berkas 20, pindai sesudah ditandatangani"),
    ),
    (reason("photos", "Foto kegiatan"), reason("photos_at", "Panitia dokumentasi")),
)
_OUTSIDE = reason("outside", "Bukan buatan sistem; ditambahkan panitia.")
_LISTED = (CheckpointKind.HADIR, CheckpointKind.SESI)


@dataclass(frozen=True)
class BundleRequest:
    """A request for a bundle: the wave, the paper, the fonts, and the facts printed on each paper."""

    wave: Wave
    paper: str
    fonts: Path
    about: About

    def page(self, form: str = "pdf") -> papers.Page:
        """Return the paper, fonts and file type for a paper of the bundle."""
        return papers.Page(self.paper, self.fonts, form)


def plan_bundle(session: Session, wanted: BundleRequest) -> BundlePlan:
    """Read all that the bundle of a wave holds."""
    parts = [part for kind in PARTS for part in kind(session, wanted)]
    printed_at = clock.local(wanted.about.printed_at, wanted.about.zone)
    return BundlePlan(parts, partial(_index, wanted), printed_at)


def _invited(session: Session, wanted: BundleRequest) -> Iterator[BundlePart]:
    invited, assumed = invited_per_district(session, wanted.wave.id), assumed_districts(session, wanted.wave.id)
    heads = heads_per_district(session, wanted.wave.id)
    districts = [
        Invited(district.name, invited.get(district.id), heads.get(district.id, 0), district.id in assumed)
        for district in find_districts(session)
        if district.id in invited or district.id in heads
    ]
    make = partial(papers.invited, districts, wanted.about, wanted.page())
    yield BundlePart("10-jumlah-undangan.pdf", reason("invited", "Jumlah undangan per kecamatan"), len(districts), make)


def _invitation(session: Session, wanted: BundleRequest) -> Iterator[BundlePart]:
    points = listed_points(session, wanted.wave.id)
    if points:
        roll = roll_of(session, wanted.wave, points[0].id, blank=True, now=wanted.about.printed_at)
        make = partial(papers.invitation, roll, wanted.about, wanted.page())
        yield BundlePart(
            "11-daftar-undangan.pdf", reason("invitation", "Daftar undangan per desa"), len(roll.lines), make
        )


def _attendance(session: Session, wanted: BundleRequest) -> Iterator[BundlePart]:
    printed_at = wanted.about.printed_at
    points = [point for point in listed_points(session, wanted.wave.id) if point.kind in _LISTED]
    if not points:
        yield BundlePart(
            "12-daftar-hadir.pdf",
            reason("attendance", "Daftar hadir"),
            missing=reason("no_points", "Gelombang ini tidak punya titik absensi hadir atau sesi."),
            remedy=POINTS_AT,
        )
    for number, point in enumerate(points, start=1):
        roll = roll_of(session, wanted.wave, point.id, blank=False, now=printed_at)
        title = reason("attendance_at", "Daftar hadir %(point)s", point=point.name)
        yield from _rolled(f"12-daftar-hadir-{number}", title, roll, wanted)
    for point in points[:1]:
        roll = roll_of(session, wanted.wave, point.id, blank=True, now=printed_at)
        title = reason("attendance_to_sign", "Daftar hadir %(point)s, untuk ditandatangani", point=point.name)
        yield from _rolled("14-daftar-hadir-kosong", title, roll, wanted)


def _rolled(file: str, title: Reason, roll: Roll, wanted: BundleRequest) -> Iterator[BundlePart]:
    for form in ("pdf", "xlsx"):
        make = partial(papers.attendance, roll, wanted.about, wanted.page(form))
        yield BundlePart(f"{file}.{form}", title, len(roll.lines), make)


def _recap(session: Session, wanted: BundleRequest) -> Iterator[BundlePart]:
    recap = recap_of(session, wanted.wave)
    lines = len(list(rows(recap.counts))) if recap.counts else 0
    for form in ("pdf", "xlsx"):
        make = partial(papers.recap, recap, wanted.about, wanted.page(form))
        yield BundlePart(f"30-rekap.{form}", reason("recap", "Rekap per kecamatan dan desa"), lines, make)


def _transport(session: Session, wanted: BundleRequest) -> Iterator[BundlePart]:
    title, file = reason("transport", "Daftar penerimaan uang transport"), "20-uang-transport"
    try:
        payroll = pay_list(session, wanted.wave)
    except Refused as refused:
        yield BundlePart(f"{file}.pdf", title, missing=refused, remedy=TRANSPORT_AT)
        return
    payments, point = payroll.payments, payroll.point.name
    for form in ("pdf", "xlsx"):
        make = partial(papers.transport, payments, wanted.about, point, wanted.page(form))
        yield BundlePart(f"{file}.{form}", title, len(payments), make)
    if doubted := sum(bool(payment.warnings) for payment in payments):
        check = partial(papers.transport_check, payments, wanted.about, point, wanted.page())
        title = reason("transport_check", "Lembar pemeriksaan uang transport")
        yield BundlePart("22-pemeriksaan-uang-transport.pdf", title, doubted, check)


def _certificates(session: Session, wanted: BundleRequest) -> Iterator[BundlePart]:
    title, file = reason("certificates", "Sertifikat"), "40-sertifikat.pdf"
    awards, materials = awards_of(session, wanted.wave), materials_of(session, wanted.wave)
    if awards:
        make = partial(certificate_pdf, awards, materials, wanted.about, wanted.paper, wanted.fonts)
        yield BundlePart(file, title, len(awards), make)
    else:
        none = reason("no_awards", "Belum ada sertifikat bernomor di gelombang ini.")
        yield BundlePart(file, title, missing=none, remedy=AWARDS_AT)


def _narrative(session: Session, wanted: BundleRequest) -> Iterator[BundlePart]:
    narrative = narrative_of(session, wanted.wave)
    lines = len(narrative.recap.counts.districts) if narrative.recap.counts else 0
    make = partial(narrative_docx, narrative, wanted.about, wanted.paper)
    yield BundlePart("50-laporan.docx", reason("narrative", "Laporan kegiatan (Word, dilengkapi panitia)"), lines, make)


def _outside(_session: Session, _wanted: BundleRequest) -> Iterator[BundlePart]:
    for title, place in _FILED:
        yield BundlePart("", title, missing=_OUTSIDE, remedy=place)


def _index(wanted: BundleRequest, parts: list[FinishedPart]) -> bytes:
    return papers.index(parts, wanted.about, wanted.page())


PARTS: tuple[Callable[[Session, BundleRequest], Iterator[BundlePart]], ...] = (
    _invited,
    _invitation,
    _attendance,
    _transport,
    _recap,
    _certificates,
    _narrative,
    _outside,
)
"""The kinds of papers in the order of the bundle; each yields its parts, one that cannot be made with the reason."""
