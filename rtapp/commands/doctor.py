"""What would stop the event, looked for the day before: one finding a line, in plain words, with what to do."""

import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from importlib import metadata
from pathlib import Path, PurePath
from typing import NamedTuple

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from .. import clock, config, migrations
from ..accounts.addresses import AddressStanding, judge
from ..db import db
from ..documents.fonts import find_fonts
from ..documents.vouching import may_name
from ..events.store import find_event
from ..events.waves import DEFAULT_ZONE
from ..laptop import logs, serving, tls
from ..refusals import Refused
from ..safety import backups
from ..safety.schedule import failure
from ..schema import Audit, Scan
from ..settings import store as settings
from ..settings.store import tried
from ..web import assets, network

GIGABYTE, MEGABYTE = 10**9, 10**6
FEW_FILES = 4096
_CLOUD = re.compile(r"(?:OneDrive|Dropbox|Google ?Drive|GoogleDrive|iCloud|My Drive|Drive Saya)\b", re.IGNORECASE)
LEAST_DISK, GOOD_DISK = GIGABYTE // 5, GIGABYTE
_PINNED = re.compile(r"(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{1,100})(?:\[[^\]]{0,100}\])?==([^\s;]+)")
_PRIVATE = ("rtapp.db", "secret_key", "backup.json", "tls/ca.pem", "tls/leaf.pem")
_AWAKE = {
    "Windows": "Jalankan “powercfg /change standby-timeout-ac 0”, dan biarkan tutup laptop terbuka.",
    "Darwin": "Jalankan server dengan “caffeinate -s python3 app.py”.",
}


class Level(StrEnum):
    """How much a finding matters: STOP would stop the event."""

    OK = "OK"
    WARN = "PERHATIAN"
    STOP = "GAGAL"


class Finding(NamedTuple):
    """One thing that was looked at."""

    level: Level
    sentence: str


Findings = Iterator[Finding]
ok, warn, stop = (partial(Finding, level) for level in Level)


def examine(app: Flask, port: int, tls_port: int) -> Findings:
    """Look at everything the day needs; what cannot be looked at is a finding, too."""
    instance, static = Path(app.instance_path), config.ROOT / "static"
    checks: list[Callable[[], Findings]] = [
        lambda: programs(config.ROOT / "requirements.txt"),
        lambda: files(instance),
        lambda: place(instance),
        lambda: database(instance),
        lambda: copies(instance),
        lambda: browser_files(static),
        lambda: written(instance),
        lambda: disk(shutil.disk_usage(instance).free),
        lambda: connections(serving.open_files_raised()),
        lambda: doors(instance, port),
        lambda: addresses(port, tls_port),
        lambda: certificate(instance, network.lan_addresses(), clock.utcnow()),
        lambda: time_of_day(clock.utcnow()),
        sleep,
    ]
    with app.app_context():
        for check in checks:
            try:
                yield from check()
            except (OSError, SQLAlchemyError, sqlite3.Error) as error:
                db.session.rollback()
                why = str(error).strip().splitlines()[0]
                yield stop(f"Tidak dapat diperiksa: {why}.")


def programs(requirements: Path) -> Findings:
    """Is Python new enough, and is every package there, at the version that was tested?"""
    version = platform.python_version()
    new = sys.version_info >= (3, 11)
    yield Finding(
        Level.OK if new else Level.STOP, f"Python {version}" + ("." if new else ": perlu 3.11 atau lebih baru.")
    )
    wanted = [line for line in requirements.read_text(encoding="utf-8").splitlines() if "sys_platform" not in line]
    lacking, other = [], []
    for name, pinned in filter(None, (match and match.groups() for match in map(_PINNED.match, wanted))):
        try:
            if metadata.version(name) != pinned:
                other.append(name)
        except metadata.PackageNotFoundError:
            lacking.append(name)
    if lacking:
        yield stop(f"Paket belum ada: {', '.join(lacking)}. Jalankan “pip install -r requirements.txt”.")
    elif other:
        yield warn(f"Paket dengan versi yang tidak diuji: {', '.join(other)}.")
    else:
        yield ok("Semua paket ada dengan versi yang diuji.")


def files(instance: Path) -> Findings:
    """Can the folder be written, and can nobody else read what is private in it?"""
    probe = instance / "doctor.tmp"
    probe.touch()
    probe.unlink()
    opened = [name for name in _PRIVATE if (instance / name).exists() and (instance / name).stat().st_mode & 0o077]
    if opened and os.name != "nt":
        yield warn(f"Terbaca pengguna lain di laptop ini: {', '.join(opened)}. Jalankan chmod 600.")
    else:
        yield ok(f"Folder data {instance} dapat ditulis dan tertutup bagi pengguna lain.")


def place(instance: PurePath) -> Findings:
    """Does another program carry the folder into a cloud? It locks files while it does, and puts older ones back."""
    clouds = [part for part in instance.parts if _CLOUD.match(part)]
    if clouds:
        yield warn(
            f"Folder data ada di “{clouds[0]}”, yang disinkronkan: berkasnya dapat terkunci atau kembali ke versi "
            "lama. Pindahkan folder rtapp ke luar folder itu."
        )


def database(instance: Path) -> Findings:
    """Is the database whole, and of this version?"""
    if not has_database():
        yield warn("Basis data belum ada: jalankan “python3 app.py” sekali, lalu siapkan acaranya.")
        return
    if db.engine.dialect.name == "sqlite":
        broken = db.session.execute(text("PRAGMA integrity_check")).scalars().first()
        if broken != "ok":
            yield stop(f"Basis data rusak ({broken}). Pulihkan dari cadangan.")
            return
        journal = db.session.execute(text("PRAGMA journal_mode")).scalar_one()
        if journal != "wal":
            yield warn(f"Basis data memakai jurnal “{journal}”. Pindahkan foldernya ke disk laptop sendiri.")
    if migrations.current(db.engine) != migrations.newest():
        yield warn("Basis data dari versi lain: jalankan “python3 app.py migrate” sebelum acara.")
    else:
        yield ok("Basis data utuh dan mutakhir.")


def copies(instance: Path) -> Findings:
    """Is there a backup that can be read, is it locked, and did the last one reach the second folder?"""
    if not has_database():
        return
    options, newest = backups.settings(instance), next((each for each in backups.find(instance) if each.readable), None)
    if failed := failure(instance):
        yield warn(str(failed))
    elif options.folder and not Path(options.folder).is_dir():
        yield warn(f"Folder kedua cadangan, {options.folder}, tidak terjangkau. Pasang stik USB-nya.")
    if newest is None:
        yield warn("Belum ada cadangan: server membuatnya sendiri, atau jalankan “python3 app.py backup”.")
    else:
        yield ok(f"Cadangan terbaru {_here(newest.made_at)}.")
    if not options.recipient:
        yield warn("Cadangan belum terkunci. Tetapkan kata sandinya di Pengaturan, Cadangan.")


def browser_files(static: Path) -> Findings:
    """Are the files for browsers here, which need the internet once, and the fonts of the papers?"""
    if assets.missing(static):
        yield stop("Berkas peramban belum lengkap. Sambungkan internet, jalankan “python3 app.py fetch”.")
    else:
        yield ok("Berkas peramban lengkap; internet tidak diperlukan di aula.")
    try:
        find_fonts(static)
        yield ok("Huruf untuk mencetak ada.")
    except Refused as refused:
        yield warn(str(refused))


def disk(free: int) -> Findings:
    """Is there room for the day, its backups and papers?"""
    level = Level.STOP if free < LEAST_DISK else Level.WARN if free < GOOD_DISK else Level.OK
    advice = "" if level == Level.OK else " Kosongkan sedikitnya 1 GB."
    yield Finding(level, f"Ruang disk kosong {free / GIGABYTE:.1f} GB.{advice}")


def written(instance: Path) -> Findings:
    """Where does the server write about itself, and how much?"""
    most = logs.BYTES * (logs.OLDER + 1) / MEGABYTE
    yield ok(
        f"Catatan server di {logs.folder(instance)}: {logs.size(instance) / MEGABYTE:.1f} MB, paling banyak "
        f"{most:.0f} MB setiap proses."
    )


def connections(open_files: int) -> Findings:
    """May the server hold as many connections as a hall full of phones opens?"""
    if open_files < FEW_FILES:
        advice = "Naikkan batasnya: “ulimit -n 65536”, atau LimitNOFILE=65536 pada layanan systemd."
        sentence = f"Laptop hanya membolehkan {open_files} sambungan dan berkas terbuka sekaligus. {advice}"
        yield warn(sentence)
    else:
        yield ok(f"Laptop membolehkan {open_files} sambungan dan berkas terbuka sekaligus.")


def doors(instance: Path, port: int) -> Findings:
    """Does the server of this instance answer at its port, or may it have the port?"""
    ours = _is_served(instance)
    if ours and any(_answers(f"http://{host}:{port}/healthz") for host in ("127.0.0.1", *network.lan_addresses())):
        yield ok(f"Server menjawab di port {port}.")
    elif ours:
        yield warn(f"Server berjalan, tetapi tidak menjawab di port {port}. Sebutkan portnya: --port.")
    else:
        try:
            serving.free_address("0.0.0.0", port)
            yield ok(f"Port {port} bebas; server belum dijalankan.")
        except Refused as refused:
            yield stop(str(refused))


def addresses(port: int, tls_port: int) -> Findings:
    """Has the laptop an address that phones reach, and is it the one on the cards?"""
    lan = network.lan_addresses()
    if lan:
        yield ok(f"Alamat laptop di jaringan: {', '.join(lan)}.")
    else:
        yield warn("Laptop tidak tersambung ke jaringan mana pun: ponsel tidak dapat menjangkaunya.")
    try:
        base_url = settings.read(db.session, "base_url") if has_database() else ""
    except SQLAlchemyError:
        db.session.rollback()  # a database that is not there yet, or older: said already
        return
    if not base_url:
        return
    standing = judge(base_url.lower(), lan, {"http": port, "https": tls_port}, None)
    if standing == AddressStanding.HERE_ONLY:
        yield stop(
            f"Kode QR kartu memakai alamat {base_url}, yang hanya terbuka di laptop ini. Ganti di "
            "Pengaturan, Acara, Alamat."
        )
    elif standing == AddressStanding.DEAD_PORT:
        yield warn(
            f"Kode QR kartu memakai alamat {base_url}, tetapi server memakai port {port} (HTTPS {tls_port}). Jalankan "
            "server di port itu, atau ganti alamatnya di Pengaturan, Acara, Alamat."
        )
    elif standing == AddressStanding.FOREIGN:
        yield warn(
            f"Kode QR kartu memakai alamat {base_url}, yang bukan alamat laptop ini sekarang: kamera bawaan ponsel "
            "tidak akan membuka kartu. Beri laptop alamat itu lagi, atau pakai pemindai dan halaman Meja."
        )
    elif not (last := tried(db.session)) or last[0] != base_url:
        yield warn(
            f"Alamat di kode QR kartu, {base_url}, belum pernah dibuka dari ponsel. Coba di Pengaturan, Acara, Alamat."
        )
    else:
        yield ok(f"Alamat di kode QR kartu, {base_url}, pernah dibuka dari perangkat kedua.")


def certificate(instance: Path, lan: list[str], now: datetime) -> Findings:
    """Does the certificate hold for today's addresses?"""
    files = tls.folder(instance)
    authority, leaf = tls.read(files.authority), tls.read(files.leaf)
    if not files.path.exists():
        yield ok("HTTPS belum dipakai; kamera di halaman dan kerja luring memerlukannya: tanpa --no-tls.")
    elif authority is None or now >= authority.ends:
        yield stop(f"Sertifikat di {files.path} tidak utuh atau habis masa. Pulihkan dari cadangan.")
    elif leaf is None or tls.is_due(files, lan, now):
        yield warn("Sertifikat belum mencakup alamat hari ini; mulai berikutnya memperbaruinya sendiri.")
    else:
        yield ok(f"Sertifikat mencakup alamat hari ini, sampai {clock.day_text(leaf.ends.date())}.")
    outside = [address for address in lan if not may_name(address)]
    if files.path.exists() and outside:
        yield warn(f"Bukan alamat jaringan lokal, jadi tanpa HTTPS: {', '.join(outside)}.")


def time_of_day(now: datetime) -> Findings:
    """Is the laptop's clock not behind what it has itself written, and set by the network?"""
    newest = datetime.fromtimestamp(max(path.stat().st_mtime for path in Path(__file__).parents[1].rglob("*.py")), UTC)
    try:
        columns = (Audit.at, Scan.server_at) if has_database() else ()
        newest = max([newest, *filter(None, (db.session.scalar(select(func.max(column))) for column in columns))])
    except SQLAlchemyError:
        db.session.rollback()
    if now < newest - timedelta(minutes=1):
        yield stop(f"Jam laptop ({_here(now)}) mundur: ada catatan yang lebih baru. Setel jamnya.")
        return
    synchronised = _output_of("timedatectl", "show", "--property=NTPSynchronized", "--value")
    level = Level.WARN if synchronised == "no" else Level.OK
    advice = " Belum disetel dari internet; sambungkan sebentar." if synchronised == "no" else ""
    yield Finding(level, f"Jam laptop {_here(now)}.{advice}")


def sleep() -> Findings:
    """Will the laptop stay awake while nobody touches it?"""
    setting = ("org.gnome.settings-daemon.plugins.power", "sleep-inactive-ac-type")
    masked = _output_of("systemctl", "is-enabled", "sleep.target") == "masked"
    if masked or _output_of("gsettings", "get", *setting).strip("'") == "nothing":
        yield ok("Laptop tidak tidur sendiri selama tersambung listrik.")
        return
    inhibit = "Jalankan server dengan “systemd-inhibit --what=idle:sleep:handle-lid-switch python3 app.py”."
    advice = _AWAKE.get(platform.system(), inhibit)
    yield warn(f"Setelan tidur laptop tidak terbaca atau menyala. {advice}")


def how_to_reach(address: str) -> str:
    """Say how a second device tells whether Wi-Fi and firewall let it through; nothing here can know."""
    return (
        f"Uji dari perangkat kedua: buka {address}\n"
        "  Muncul halaman (masuk atau periksa perangkat): Wi-Fi dan firewall meneruskan.\n"
        "  Tidak muncul apa-apa: izinkan Python di firewall laptop; pastikan keduanya di Wi-Fi yang sama;\n"
        "  matikan “isolasi klien/AP isolation” di titik akses, atau pakai hotspot dari sebuah ponsel."
    )


def _here(moment: datetime) -> str:
    """Return a moment by the clocks of the hall: 8-11-2023 07.52 WITA."""
    zone = DEFAULT_ZONE
    try:
        event = find_event(db.session) if has_database() else None
        zone = event.timezone if event else zone
    except SQLAlchemyError:
        db.session.rollback()  # a database that is not there yet, or older: said already
    local = clock.local(moment, zone)
    return f"{local.day}-{local.month}-{local:%Y %H.%M} {clock.zone_text(zone)}"


def has_database() -> bool:
    """Say whether there is one: opening a file that is not there would make an empty one."""
    return db.engine.dialect.name != "sqlite" or Path(db.engine.url.database or "").exists()


def _is_served(instance: Path) -> bool:
    try:
        with serving.hold_instance(instance):
            return False
    except Refused:
        return True


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:
            return json.load(answer) == {"status": "ok"}
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _output_of(*words: str) -> str:
    """Return what a program of the system says, "" where there is none."""
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
