"""The commands that keep the list true and alive: ``verify``, ``backup``, ``restore``."""

import sys
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from .. import clock, config, migrations
from ..db import db, normalised_url
from ..laptop import serving
from ..refusals import Refused
from ..safety import backup_file, backups, ledger_store, rotation
from ..safety import restore as restoring
from . import doctor, terminal
from .opening import ACTOR, make_app

_WORD = "GANTI KUNCI"
_MEANING = {
    "secret_key": "semua yang masuk dengan kunci di sini harus masuk lagi",
    "config.py": "kode yang dijalankan setiap perintah; pakai hanya bila Anda yang menulisnya",
    "backup.json": "apakah dan dengan kata sandi mana cadangan dikunci",
    "tls/ca.pem": "sertifikat yang dipasang di perangkat",
    "tls/leaf.pem": "sertifikat server",
}


@click.command("verify", cls=terminal.Command)
def verify() -> None:
    """Periksa seluruh catatan: jejak, pindaian, kehadiran, angka. Status 1: ada yang tidak cocok."""
    app = make_app()
    with app.app_context():
        findings = _findings(app)
        if not findings:
            totals = ledger_store.totals(db.session)
            click.echo(
                f"Utuh: {totals['audit']} baris jejak, {totals['scan']} pindaian, {totals['attendance']} kehadiran, "
                f"angka {totals['checkpoint']} titik absensi cocok dengan hitung ulang."
            )
    for finding in findings:
        click.echo(finding)
    sys.exit(bool(findings))


@click.command("backup", cls=terminal.Command)
@click.argument("file", required=False, type=click.Path(path_type=Path))
def backup(file: Path | None) -> None:
    """Tulis cadangan basis data dan kunci ke satu berkas, lalu periksa; server boleh berjalan."""
    app, now = make_app(), clock.utcnow()
    instance = Path(app.instance_path)
    if file is not None and file.is_dir():
        file = file / rotation.name_of("manual", now)
    with app.app_context():
        _require_database()
        if db.engine.dialect.name != "sqlite":
            _require_present_schema()
        path = backups.make(db.engine, instance, now, "manual", file)
    click.echo(f"Cadangan ditulis dan diperiksa: {path} ({path.stat().st_size / config.MEGABYTE:.1f} MB).")
    if not backups.settings(instance).recipient:
        click.echo("Tidak terkunci: simpan seperti menyimpan kunci. Tetapkan kata sandi di Pengaturan, Cadangan.")


@click.command("restore", cls=terminal.Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keys", is_flag=True, help="Kunci dan setelan di dalamnya juga, sesudah kata yang menyetujuinya.")
@click.option("--unlocked", is_flag=True, help="Terima cadangan tidak terkunci, walau cadangan di sini dikunci.")
def restore(file: Path, keys: bool, unlocked: bool) -> None:
    """Pulihkan data cadangan ke folder ini; yang digantikan disimpan. Server harus berhenti."""
    instance = config.instance_folder()
    database = _file_of_database(instance)
    words = _passphrase() if backup_file.is_sealed(file) else ""
    config.prepare_instance(instance)
    now = clock.utcnow()
    with serving.hold_instance(instance):
        if keys:
            _agree(restoring.changed_keys(file, instance, now, words))
        options = {"actor": ACTOR, "words": words, "keys": keys, "unlocked": unlocked}
        done = restoring.restore(file, instance, database, now, **options)
    tried, there = done.tried, done.tried.totals
    click.echo(
        f"Dipulihkan: {tried.event or 'belum ada acara'}, {there['participant']} peserta, "
        f"{there['attendance']} kehadiran, dari cadangan {tried.made_at}."
    )
    for finding in tried.findings:
        click.echo(f"PERHATIAN: {finding}")
    if done.left:
        left = ", ".join(done.left)
        click.echo(f"Kunci dan setelan di sini tetap; yang ada di cadangan tidak dipakai: {left} (--keys).")
    if done.replaced:
        click.echo(f"Yang digantikan disimpan di {done.replaced}.")
    click.echo("Selanjutnya: jalankan “python3 app.py”, lalu buka halaman meja di setiap perangkat;")
    click.echo("pindaian yang belum ada di cadangan ini dikirim ulang oleh perangkatnya sendiri.")


def _agree(names: tuple[str, ...]) -> None:
    """List what each key or setting changes, and refuse unless the confirming word is typed."""
    if not names:
        return
    click.echo("Ini ikut diganti:")
    for name in names:
        click.echo(f"  {name}: {_MEANING.get(name, 'kunci')}")
    question = f"Ketik {_WORD} untuk menyetujui"
    answer = click.prompt(question) if sys.stdin.isatty() else (click.echo(question), sys.stdin.readline())[1]
    if " ".join(str(answer).split()).upper() != _WORD:
        raise Refused("not_agreed", "Tidak disetujui: tidak ada yang diganti.")


def _findings(app: Flask) -> list[str]:
    """Return what is wrong as sentences; a damaged file is one, with what to do."""
    try:
        _require_database()
        _require_present_schema()
        sentences = [str(each) for each in ledger_store.examine(db.session)]
    except DatabaseError as error:
        sentences = [str(ledger_store.damaged(error))]
    newest = next((each for each in backups.find(Path(app.instance_path)) if each.readable), None)
    if sentences and newest:
        sentences.append(f"Cadangan terbaru: python3 app.py restore {newest.path}")
    return sentences


def _require_database() -> None:
    if not doctor.has_database():
        raise Refused("no_database", "Basis data belum ada. Jalankan “python3 app.py” atau pulihkan cadangan.")


def _require_present_schema() -> None:
    if migrations.current(db.engine) != migrations.newest():
        raise Refused("other_schema", "Basis data dari versi lain: jalankan “python3 app.py migrate” dahulu.")


def _file_of_database(instance: Path) -> Path:
    url = make_url(normalised_url(config.database_url(instance)))
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Refused(
            "restores_to_sqlite",
            "Cadangan dipulihkan ke SQLite: jalankan tanpa DATABASE_URL, lalu salin dengan “python3 app.py copy-to”.",
        )
    return (instance / url.database).resolve()  # a relative one is meant from the instance


def _passphrase() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Kata sandi cadangan", hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")
