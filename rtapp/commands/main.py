"""The command line: thin, calls the stores; one sentence on stderr and a status other than 0 when it cannot."""

import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session

from .. import clock, config, migrations
from ..accounts import store as accounts
from ..accounts.addresses import AddressStanding
from ..accounts.devices_store import add_device, device_expiry_at, issue_bearer
from ..accounts.links_store import issue_link, needs_setup
from ..accounts.roles import Role
from ..badges import papers
from ..badges import store as badges
from ..badges.choice_store import CardChoice
from ..badges.sheet import SIZES
from ..db import db, transaction
from ..documents.fonts import find_fonts
from ..documents.text_tables import decoded
from ..events.place_store import import_places
from ..events.places import read_places
from ..factory import lend
from ..imports import plan_store as imports
from ..imports.apply_store import apply_plan
from ..imports.drafts import Answers
from ..laptop import browser_files, environment, service, serving, shortcut
from ..roster import export_store as exports
from ..roster.store import refresh_search_texts
from ..safety import copy as copying
from ..settings import store as settings
from ..settings.letterhead_store import letterhead_of
from ..web import network, reach
from . import demo, doctor, terminal
from . import papers as cli_papers
from . import safety as cli_safety
from .opening import ACTOR, Doors, claimed, close, make_app, open_app, upgrade_database
from .proofs import test
from .terminal import NUMBER


def serve_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of serving to a command."""
    ports, everywhere = click.IntRange(1, 65535), "0.0.0.0"
    port = click.option("--port", default=8000, show_default=True, type=ports, help="Port yang didengarkan.")
    host = click.option("--host", default=everywhere, show_default=True, help="Alamat yang didengarkan.")
    secure = click.option(
        "--tls/--no-tls", default=None, help="HTTPS di samping HTTP, dengan sertifikat sendiri. Biasanya ada."
    )
    secure_port = click.option("--tls-port", type=ports, help="Port untuk HTTPS. Biasanya port HTTP + 443: 8443.")
    workers = click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Proses server.")
    opening = click.option(
        environment.OPEN, "open_browser", is_flag=True, help="Buka peramban di halaman awal, seperti klik dua kali."
    )
    return host(port(secure(secure_port(workers(opening(command))))))


@click.group(cls=terminal.Commands, invoke_without_command=True)
@serve_options
@click.pass_context
def main(context: click.Context, **where: Any) -> None:
    """Meja registrasi. Tanpa perintah: menjalankan server."""
    if context.invoked_subcommand is None:
        context.invoke(serve, **where)


@main.command()
@serve_options
def serve(open_browser: bool, workers: int, **where: Any) -> None:
    """Jalankan server."""
    doors = Doors(**where)
    with terminal.page_of_running(doors.port, open_browser), claimed(doors) as app:
        with app.app_context(), transaction() as session:
            secret = issue_link(session, "setup", now=clock.utcnow()) if needs_setup(session) else None
        links = [("Buat admin pertama (sekali pakai)", secret)] if secret else []
        run(app, doors, links, workers, open_browser=open_browser)


@main.command("demo")
@click.option("--no-serve", is_flag=True, help="Isi saja, jangan jalankan server.")
@serve_options
def demo_command(no_serve: bool, open_browser: bool, workers: int, **where: Any) -> None:
    """Isi dan jalankan acara contoh: Tabalong 2023, 951 Ketua RT sintetis."""
    instance, doors = _demo_instance(), Doors(**where)
    if no_serve:
        app = open_app(instance)
        _fill_demo(app)
        click.echo(f"Instance: {app.instance_path}")
        return
    with terminal.page_of_running(doors.port, open_browser), claimed(doors, instance) as app:
        _fill_demo(app)
        with app.app_context(), transaction() as session:
            links = _demo_links(session, clock.utcnow())
        run(app, doors, links, workers, open_browser=open_browser)


@main.command("service")
@serve_options
def service_command(workers: int, open_browser: bool, **where: Any) -> None:
    """Tampilkan cara menjalankan server setiap kali laptop dinyalakan: unit systemd, atau tugas Windows."""
    doors = Doors(**where)
    words = ["--host", doors.host, "--port", str(doors.port)]
    words += ["--tls-port", str(doors.tls_port)] if doors.tls_port else ["--no-tls"]
    words += ["--workers", str(workers)] if workers > 1 else []
    python, program = Path(sys.executable), config.ROOT / "app.py"
    if os.name == "nt":
        click.echo(service.task(python, program, words))
    else:
        click.echo(service.unit(python, program, config.instance_folder(), getpass.getuser(), words), nl=False)


@main.command()
def desktop() -> None:
    """Taruh ikon di layar laptop: klik dua kali menjalankan server dan membuka peramban."""
    python = Path(getattr(sys, "_base_executable", "") or sys.executable)  # it mends the environment, too
    click.echo(f"Ikon ditulis: {shortcut.write(python, config.ROOT / 'app.py')}")


@main.command()
def migrate() -> None:
    """Perbarui basis data ke versi ini."""
    done = upgrade_database(make_app())
    click.echo("Basis data diperbarui." if done else "Basis data sudah mutakhir.")


@main.command("copy-to")
@click.argument("url")
def copy_to(url: str) -> None:
    """Salin seluruh acara ke basis data lain yang kosong, misalnya postgresql://nama@komputer/rtapp."""
    source = open_app()
    target = make_app(url=url)
    upgrade_database(target)
    with serving.hold_instance(Path(source.instance_path)):  # nobody writes meanwhile
        with source.app_context():
            read = db.engine
        with target.app_context():
            rows = copying.copy_all(read, db.engine)
    click.echo(f"{rows} baris disalin. Jalankan server dengan DATABASE_URL ke alamat itu.")


for each in (test, cli_safety.verify, cli_safety.backup, cli_safety.restore):
    main.add_command(each)


@main.command()
def fetch() -> None:
    """Ambil aset peramban (sekali, perlu internet)."""
    browser_files.fetch(config.ROOT / "static")
    click.echo("Aset peramban siap.")


@main.command("doctor")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port server.")
@click.option("--tls-port", default=8443, show_default=True, type=click.IntRange(1, 65535), help="Port HTTPS server.")
def doctor_command(port: int, tls_port: int) -> None:
    """Periksa laptop sebelum acara. Status 1: ada yang akan menghentikan acara."""
    worst = doctor.Level.OK
    for level, sentence in doctor.examine(make_app(), port, tls_port):
        click.echo(f"{level:<9}  {sentence}")
        worst = doctor.Level.STOP if doctor.Level.STOP in (worst, level) else worst
    reached = network.addresses("0.0.0.0", port)[1:]
    for address in reached[:1]:
        click.echo(doctor.how_to_reach(f"{address}/preflight"))
        terminal.show_qr(f"{address}/preflight")
    sys.exit(worst == doctor.Level.STOP)


@main.group()
def roster() -> None:
    """Daftar peserta."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", help="Hanya lembar ini.")
@click.option("--apply", "applying", is_flag=True, help="Simpan baris yang diterima; tanpa ini hanya diperiksa.")
@click.option("--accept-proposals", is_flag=True, help="Jawab setiap pertanyaan seperti yang diusulkan.")
@click.option("--json", "as_json", is_flag=True, help="Laporan sebagai JSON.")
def roster_import(file: Path, sheet: str | None, applying: bool, accept_proposals: bool, as_json: bool) -> None:
    """Baca daftar peserta dari XLSX, XLS, ODS, CSV, Word, Writer, PDF, atau teks.

    Status 0: tuntas, 2: ada yang perlu diperiksa, 1: bukan daftar.
    """
    from ..imports.message import read_file  # here: a server that reads no list need not carry the rules of reading

    app = open_app()
    with app.app_context():
        setup, answers = imports.Setup((sheet,) if sheet else ()), Answers(accept_proposals=accept_proposals)
        books = [(file.name, read_file(file.read_bytes(), file.name))]
        plan = imports.plan_import(db.session, books, setup=setup, answers=answers)
        if applying:
            now = clock.utcnow()
            with transaction() as session:
                done = apply_plan(session, ACTOR, plan, now=now)
                badges.follow_import(session, done.added, done.replaced, now=now)
        report = imports.report(plan)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        for row in report["rows"]:
            if row["reasons"] or row["class"] != "accepted":
                where = f"{row['sheet']} baris {row['row']}"
                click.echo(f"{where}: {row['class']}: {row['name'] or '-'}: {'; '.join(row['reasons'])}")
        click.echo(
            f"diterima {report['accepted']}, perlu diperiksa {report['review']}, kosong {report['vacant']}, "
            f"dilewati {report['skipped']}, hilang {len(report['missing'])}"
            + (" (disimpan)" if applying else " (belum disimpan; tambahkan --apply)")
        )
    sys.exit(2 if report["review"] else 0)


@roster.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--codes", is_flag=True, help="Dengan kode kartu: rahasia, jangan dibagikan.")
def roster_export(file: Path, codes: bool) -> None:
    """Tulis daftar peserta ke CSV, XLSX, atau ODS.

    CSV untuk dibuka di Excel memakai titik koma; dengan --codes memakai koma, untuk dibaca program.
    """
    app = open_app()
    with app.app_context(), transaction() as session:
        data, rows = exports.export(session, ACTOR, file.suffix.lower().lstrip("."), codes=codes, now=clock.utcnow())
    file.write_bytes(data)
    click.echo(f"{rows} baris ditulis ke {file}.")


@main.group()
def places() -> None:
    """Wilayah."""


@places.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def places_import(file: Path) -> None:
    """Baca kecamatan dan desa dari CSV: kode kecamatan, kecamatan, kode desa, desa/kelurahan[, jenis]."""
    app = open_app()
    with app.app_context(), transaction() as session:
        changed = import_places(session, ACTOR, read_places(_text_of(file)), now=clock.utcnow())
        refresh_search_texts(session)
    click.echo(f"{changed} desa ditambah atau diubah.")


def _text_of(file: Path) -> str:
    text = decoded(file.read_bytes())
    if text is None:
        raise click.ClickException("Berkas ini bukan teks CSV.")
    return text


@main.command("badges")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--wave", type=NUMBER, help="Nomor gelombang.")
@click.option("--village", help="Kode desa/kelurahan.")
@click.option("--paper", type=click.Choice(["f4", "a4"]), help="Kertas; tanpa ini yang biasa (Pengaturan).")
@click.option("--size", type=click.Choice(list(SIZES)), default="card", show_default=True, help="Kartu atau lencana.")
def badges_command(file: Path, wave: int | None, village: str | None, paper: str | None, size: str) -> None:
    """Cetak kartu peserta ke PDF."""
    app = open_app()
    fonts = find_fonts(config.ROOT / "static")
    with app.app_context():
        if reach.standing() not in (AddressStanding.NONE, AddressStanding.TRIED):
            click.echo("PERHATIAN: alamat di kode QR belum pernah dibuka dari ponsel. Coba sekali dahulu.", err=True)
        with transaction() as session:  # drawn afterwards: scans never wait for it
            choice = CardChoice(wave_number=wave, village_code=village)
            cards, title = badges.print_cards(session, ACTOR, choice, now=clock.utcnow())
        paper = paper or letterhead_of(db.session).paper
    file.write_bytes(papers.card_sheet(cards, paper, fonts, title, apart=papers.village_of, size=SIZES[size]))
    click.echo(f"{len(cards)} kartu ditulis ke {file}.")


main.add_command(cli_papers.attendance)
main.add_command(cli_papers.report)


@main.group()
def device() -> None:
    """Perangkat meja."""


@device.command("add")
@click.argument("label")
@click.option("--checkpoint", "checkpoints", type=NUMBER, multiple=True, required=True, help="Nomor titik absensi.")
@click.option(
    "--role",
    type=click.Choice([str(role) for role in Role if role != Role.ADMIN]),
    default="clerk",
    show_default=True,
    help="Peran.",
)
def device_add(label: str, checkpoints: tuple[int, ...], role: str) -> None:
    """Tambah perangkat bagi program; tokennya kata terakhir di keluaran, ditampilkan sekali ini saja."""
    app = open_app()
    now = clock.utcnow()
    with app.app_context(), transaction() as session:
        expires = device_expiry_at(session, checkpoints, now)
        added = add_device(session, ACTOR, label, Role(role), checkpoints, expires_at=expires, now=now)
        token = issue_bearer(session, added)
    click.echo(f"Perangkat “{label}” ditambahkan. Token (sekali ini saja): {token}")


@main.group()
def user() -> None:
    """Pengguna."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help="Peran.")
def user_add(name: str, role: str) -> None:
    """Tambah pengguna; kata sandinya diketik, atau dibaca dari masukan standar."""
    app = open_app()
    if sys.stdin.isatty():
        password = click.prompt("Kata sandi", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("Kata sandi kosong. Ketik kata sandi, atau kirim lewat masukan standar.")
    with app.app_context(), transaction() as session:
        accounts.add_user(session, ACTOR, name, Role(role), password, now=clock.utcnow())
    click.echo(f"Pengguna “{name}” ditambahkan.")


def run(app: Flask, doors: Doors, links: list[tuple[str, str]], workers: int, *, open_browser: bool) -> None:
    """Say where the server is reached, then serve until interrupted; the database is not held meanwhile."""
    with app.app_context():
        base_url, on_sqlite = settings.read(db.session, "base_url"), db.engine.dialect.name == "sqlite"
    close(app)
    if on_sqlite and workers > 1:
        click.echo("SQLite: beberapa proses tetap benar, tetapi tidak lebih cepat. Untuk itu pakai PostgreSQL.")
    host, port, tls_port = doors.host, doors.port, app.config["TLS_PORT"]
    secure = network.addresses(host, tls_port, "https") if tls_port else []
    reached = network.addresses(host, port)
    terminal.announce(reached, base_url, links, secure)

    def beside() -> None:
        terminal.watch_addresses(host, port)
        if open_browser:
            terminal.open_when_answering(reached[0], f"/links/{links[0][1]}" if links else "/")

    threads, instance = app.config["SERVER_THREADS"], Path(app.instance_path)
    lend(app)
    serving.run(serving.free_address(host, port), port, threads, instance, tls_port, workers, beside)
    with app.app_context():
        migrations.current(db.engine)  # what the worker left is opened once more, to be closed well
    click.echo("Server berhenti.")


def _demo_instance() -> Path:
    return config.instance_folder() if config.instance_is_named() else config.ROOT / "instance" / "demo"


def _fill_demo(app: Flask) -> None:
    with app.app_context():
        filled = demo.fill(db.session, clock.utcnow())
        db.session.commit()
    click.echo("Demo dibuat: 951 peserta sintetis." if filled else "Demo yang sudah ada dipakai lagi.")


def _demo_links(session: Session, now: Any) -> list[tuple[str, str]]:
    admin, desk = demo.staff(session, now)
    return [
        ("Masuk sebagai admin (sekali pakai)", issue_link(session, "user", user=admin, now=now)),
        ("Jadikan perangkat ini meja (sekali pakai)", issue_link(session, "device", device=desk, now=now)),
    ]
