"""The commands that write papers: thin, they call the stores and draw what was read."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from .. import clock, config
from ..audit.store import note
from ..db import db, transaction
from ..documents.fonts import find_fonts
from ..events import store as events
from ..events.about_store import about_of
from ..events.checkpoint_store import find_checkpoint
from ..reports import papers
from ..reports.attendance_store import roll_of
from ..reports.bundle import build
from ..reports.bundle_store import BundleRequest, plan_bundle
from ..reports.certificate_papers import certificate_pdf
from ..reports.certificate_store import materials_of, printable_awards
from ..reports.narrative_papers import narrative_docx
from ..reports.recap import rows
from ..reports.recap_store import narrative_of, recap_of
from ..reports.signatures import ToSign
from ..reports.signatures_store import keep_list
from ..reports.transport_store import pay_list
from ..schema import Wave
from .opening import ACTOR, open_app
from .terminal import NUMBER, Command, Commands


@click.group(cls=Commands)
def report() -> None:
    """Dokumen pertanggungjawaban per gelombang."""


def _moment(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    try:
        return clock.parse_iso(text) if text else None
    except ValueError:
        raise click.ClickException("--printed-at ditulis seperti 2023-11-08T14:30+08:00.") from None


def print_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every paper is asked with; equal options and content make equal bytes."""
    requester = click.option("--requester", default="", help="Nama pencetak di dokumen; tanpa ini tidak disebut.")
    moment = click.option("--printed-at", callback=_moment, help="Waktu cetak, misalnya 2023-11-08T14:30+08:00.")
    paper = click.option("--paper", type=click.Choice(["f4", "a4"]), help="Kertas; tanpa ini yang biasa (Pengaturan).")
    file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    return file(paper(moment(requester(command))))


def paper_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every paper of a wave is asked with."""
    return print_options(click.option("--wave", type=NUMBER, required=True, help="Nomor gelombang.")(command))


@click.command("attendance", cls=Command)
@print_options
@click.option("--checkpoint", type=NUMBER, required=True, help="Nomor titik absensi.")
@click.option("--blank", is_flag=True, help="Kosong, untuk ditandatangani.")
@click.option("--part", type=click.Choice(["district", "village", "none"]), default="district", show_default=True,
              help="Halaman baru per kecamatan, per desa, atau tidak dipisah.")  # fmt: skip
def attendance(file: Path, checkpoint: int, blank: bool, part: str, **options: Any) -> None:
    """Tulis daftar hadir satu titik absensi ke PDF, XLSX, atau ODS."""
    form, part = _form(file, *papers.FORMS), part.replace("none", "")
    sheets: list[ToSign] = []

    def make(wanted: BundleRequest) -> tuple[int, Callable[[], bytes]]:
        roll = roll_of(db.session, wanted.wave, checkpoint, blank=blank, now=wanted.about.printed_at)
        printed = (roll, wanted.about, wanted.page(form), part)
        if not blank:
            return len(roll.lines), partial(papers.attendance, *printed)
        sheets.append(papers.to_sign(*printed))
        return len(roll.lines), lambda: sheets[0].data

    def keep(session: Session, now: datetime) -> None:
        for sheet in sheets:
            keep_list(session, ACTOR, checkpoint, sheet, now=now)

    _write(file, "attendance.print", make, keep, checkpoint=checkpoint, **options)


@report.command("transport")
@paper_options
@click.option("--checkpoint", type=NUMBER, help="Nomor titik absensi; tanpa ini titik uang transport, lalu registrasi.")
def transport(file: Path, checkpoint: int | None, **options: Any) -> None:
    """Tulis daftar penerimaan uang transport ke PDF, XLSX, atau ODS."""
    form = _form(file, *papers.FORMS)

    def make(wanted: BundleRequest) -> tuple[int, Callable[[], bytes]]:
        pay = pay_list(db.session, wanted.wave, checkpoint)
        payments, point = pay.payments, pay.point.name
        return len(payments), lambda: papers.transport(payments, wanted.about, point, wanted.page(form))

    _write(file, "transport.print", make, **options)


@report.command("recap")
@paper_options
def recap(file: Path, **options: Any) -> None:
    """Tulis rekap per kecamatan dan desa ke PDF, XLSX, atau ODS."""
    form = _form(file, *papers.FORMS)

    def make(wanted: BundleRequest) -> tuple[int, Callable[[], bytes]]:
        recap = recap_of(db.session, wanted.wave)
        lines = len(list(rows(recap.counts))) if recap.counts else 0
        return lines, lambda: papers.recap(recap, wanted.about, wanted.page(form))

    _write(file, "recap.print", make, **options)


@report.command("narrative")
@paper_options
def narrative(file: Path, **options: Any) -> None:
    """Tulis laporan kegiatan ke berkas Word untuk dilengkapi."""
    _form(file, "docx")

    def make(wanted: BundleRequest) -> tuple[int, Callable[[], bytes]]:
        content = narrative_of(db.session, wanted.wave)
        lines = len(content.recap.counts.districts) if content.recap.counts else 0
        return lines, lambda: narrative_docx(content, wanted.about, wanted.paper)

    _write(file, "narrative.print", make, **options)


@report.command("certificates")
@paper_options
@click.option("--place", default="", help="Kode kecamatan atau desa; tanpa ini seluruh gelombang.")
def certificates(file: Path, place: str, **options: Any) -> None:
    """Tulis sertifikat yang sudah bernomor ke PDF."""
    _form(file, "pdf")

    def make(wanted: BundleRequest) -> tuple[int, Callable[[], bytes]]:
        awards, taught = printable_awards(db.session, wanted.wave, place), materials_of(db.session, wanted.wave)
        return len(awards), lambda: certificate_pdf(awards, taught, wanted.about, wanted.paper, wanted.fonts)

    _write(file, "certificate.print", make, **options)


@report.command("bundle")
@paper_options
def bundle(file: Path, **options: Any) -> None:
    """Tulis semua dokumen satu gelombang ke ZIP, dengan daftar isi dan SHA-256."""
    _form(file, "zip")

    def make(wanted: BundleRequest) -> tuple[int, Callable[[], bytes]]:
        plan = plan_bundle(db.session, wanted)
        for part in plan.parts:
            if part.missing:
                click.echo(f"{part.title}: {part.missing}", err=True)
        return plan.rows, lambda: build(plan, _tell)

    _write(file, "bundle.make", make, **options)


def _write(
    file: Path, action: str, make: Callable[[BundleRequest], tuple[int, Callable[[], bytes]]],
    keep: Callable[[Session, datetime], object] | None = None, *, paper: str | None, printed_at: datetime | None,
    requester: str, wave: int = 0, checkpoint: int = 0,
) -> None:  # fmt: skip
    """Read the wave, that of the checkpoint where one is given, note the export, draw and write the file."""
    app, now = open_app(), clock.utcnow()
    fonts = find_fonts(config.ROOT / "static")
    with app.app_context():
        point = find_checkpoint(db.session, checkpoint) if checkpoint else None
        wave_row: Wave = point.wave if point else events.wave_by_number(db.session, wave)
        about = about_of(db.session, wave_row, requester, printed_at or now)
        lines, draw = make(BundleRequest(wave_row, paper or about.letterhead.paper, fonts, about))
        wave_id = wave_row.id
        with transaction() as session:  # drawn afterwards: scans never wait for it
            if keep:
                keep(session, now)
            note(session, ACTOR, action, "wave", wave_id, now=now, rows=lines)
    file.write_bytes(draw())
    click.echo(f"{lines} baris ditulis ke {file}.")


def _form(file: Path, *forms: str) -> str:
    """Return what the file's name ends in; a click error where that is none of ``forms``."""
    form = file.suffix.lower().lstrip(".")
    if form not in forms:
        raise click.ClickException(f"Nama berkas harus berakhiran {' atau '.join(f'.{ending}' for ending in forms)}.")
    return form


def _tell(done: int, title: str) -> None:
    click.echo(f"{done + 1}. {title}", err=True)
