"""How the command line speaks: help in Indonesian, one sentence for what cannot be done, addresses with a QR code."""

import os
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import click
from click import exceptions
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError

from ..accounts.addresses import is_here_only
from ..documents import qr
from ..refusals import Refused
from ..web import network
from ..web.services import every

LOOK_SECONDS = 5  # how often it is looked at whether this laptop has other addresses
CHANGED = (
    "Ponsel dan kode QR yang memakai alamat lama tidak menjangkaunya lagi: beri laptop alamat itu lagi di router, atau "
    "pakai yang baru di Pengaturan, Acara, Alamat, lalu pasangkan ponsel lagi."
)
OPENING_TRIES = 240  # of a quarter of a second
UNUSABLE = (OperationalError, InterfaceError, ArgumentError)  # a mistake of ours is none of these
HEADINGS = {"Options": "Pilihan", "Commands": "Perintah"}
REMARKS = {"required]": "wajib]", "[default: ": "[bawaan: ", "INTEGER RANGE": "BILANGAN", "INTEGER": "BILANGAN"}


class Number(click.ParamType):
    """The number of a wave or of a checkpoint, as the pages show it; no larger than a database can hold."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = click.INT.convert(value, param, ctx)
        if not 0 <= number <= 10**9:
            self.fail("out of range", param, ctx)
        return number


NUMBER = Number()


class Pages(click.HelpFormatter):
    """Click's help pages with its own words in Indonesian."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Pakai: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(HEADINGS.get(heading, heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **extra: Any) -> None:
        super().write_dl([(_remarked(name), _remarked(text)) for name, text in rows], *args, **extra)


class HelpContext(click.Context):
    """The context of a command whose help is written in Pages."""

    formatter_class = Pages


class Command(click.Command):
    """A command that explains itself in Indonesian."""

    context_class = HelpContext

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[PILIHAN]", **extra})

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option:
            option.help = "Tampilkan bantuan ini."
        return option


class Commands(Command, click.Group):
    """A group that ends in one sentence on stderr and status 1 when something cannot be done."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "PERINTAH …", **extra})

    def main(self, *args: Any, **extra: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a terminal that lacks a character shows “?” and goes on
        try:
            status = super().main(*args, **extra | {"standalone_mode": False})
        except exceptions.NoArgsIsHelpError as lost:
            lost.show()
            sys.exit(1)
        except Exception as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            click.echo(sentence, err=True)
            sys.exit(1)
        sys.exit(status if isinstance(status, int) else 0)


def _remarked(text: str) -> str:
    for theirs, ours in REMARKS.items():
        text = text.replace(theirs, ours)
    return text


def sentence_of(error: Exception) -> str | None:
    """Return what a person is told about ``error``; None for a mistake of ours, whose trace is worth more."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, click.Abort):
        return "Dihentikan."
    if isinstance(error, click.UsageError):
        help_of = error.ctx.command_path if error.ctx else "app.py"
        return f"{_misused(error)} Lihat “{help_of} --help”."
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, UNUSABLE) or type(error) is DatabaseError:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return f"Basis data tidak dapat dipakai ({why}). Periksa DATABASE_URL, izin folder, dan ruang disk."
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        why = error.strerror or error
        return f"Berkas atau folder{where} tidak dapat dipakai ({why}). Periksa izin dan ruang disk."
    return None


def _misused(error: click.UsageError) -> str:
    if isinstance(error, exceptions.NoSuchCommand):
        return f"Perintah “{error.command_name}” tidak ada."
    if isinstance(error, exceptions.NoSuchOption):
        return f"Pilihan “{error.option_name}” tidak ada."
    if not isinstance(error, click.BadParameter) or error.param is None:
        return error.format_message()
    name, kind = error.param.get_error_hint(error.ctx or click.get_current_context()).strip("'"), error.param.type
    if isinstance(error, click.MissingParameter):
        return f"{name} belum diisi."
    if isinstance(kind, click.Choice):
        return f"{name} harus salah satu dari: {', '.join(map(str, kind.choices))}."
    if isinstance(kind, click.IntRange):
        return f"{name} harus bilangan {kind.min}–{kind.max}."
    if isinstance(kind, Number):
        return f"{name} harus bilangan."
    if isinstance(kind, click.Path):
        return f"{name} bukan berkas yang ada dan dapat dipakai."
    return error.format_message()


def announce(reached: list[str], base_url: str, links: list[tuple[str, str]], secure: Sequence[str] = ()) -> None:
    """Print where the desk is reached, the one-time ``links`` (label, secret) and a QR code for a phone.

    ``base_url`` is the address the cards carry, "" for none: a warning when it is none of ``reached`` and ``secure``.
    """
    click.echo("Meja registrasi terbuka di:")
    for address in reached:
        click.echo(f"  {address}")
    if secure:
        click.echo("Dengan HTTPS (kamera di halaman meja, kerja luring):")
        for address in secure:
            click.echo(f"  {address}")
        click.echo(f"Pasang sertifikatnya di setiap perangkat: {reached[min(1, len(reached) - 1)]}/setup-device")
    if base_url and (base_url.lower() not in [*reached, *secure] or is_here_only(base_url)):
        click.echo(lost(base_url))
    for label, secret in links:
        click.echo(f"{label}:\n  {reached[0]}/links/{secret}")
    away = reached[min(1, len(reached) - 1)]
    if len(links) == 1:
        show_qr(f"{away}/links/{links[0][1]}")
    elif away != reached[0]:
        show_qr(away)
    click.echo("Hentikan dengan Ctrl-C.")


@contextmanager
def page_of_running(port: int, wanted: bool) -> Iterator[None]:
    """Open the page of a server that runs already, where ``wanted``: somebody has clicked twice once more."""
    try:
        yield
    except Refused as refused:
        if not wanted or refused.code != "already_served":
            raise
        click.echo("Server sudah berjalan; halamannya dibuka.")
        _open(f"http://localhost:{port}/")


def open_when_answering(address: str, path: str) -> None:
    """Open the browser at the server's page as soon as it answers, and say what the window is for."""
    click.echo("\nJANGAN TUTUP JENDELA INI selama acara: bila ditutup, server berhenti.\n")

    def wait() -> None:
        for _ in range(OPENING_TRIES):
            with suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return _open(address + path)
            time.sleep(0.25)

    threading.Thread(target=wait, name="browser", daemon=True).start()


def _open(address: str) -> None:
    """Open a page in this laptop's browser; without a screen a text browser would take the terminal."""
    screen = os.name == "nt" or sys.platform == "darwin"
    if screen or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        webbrowser.open(address)


def lost(base_url: str) -> str:
    """Return what is said where the address in the codes is not one that phones reach this laptop by."""
    return (
        f"PERHATIAN: kode QR memakai alamat {base_url}, yang bukan alamat laptop ini sekarang. Beri laptop alamat itu "
        "lagi di router, atau pilih yang sekarang di Pengaturan, Acara, Alamat. Pemindai dan Meja tetap membaca kartu."
    )


def watch_addresses(host: str, port: int) -> None:
    """Say in the terminal whenever this laptop's addresses change, and what to do."""

    before: list[str] = []

    def look() -> None:
        nonlocal before
        now = network.addresses(host, port)
        if before and now != before:
            were, are = (", ".join(names[1:]) or "tanpa jaringan" for names in (before, now))
            click.echo(f"PERHATIAN: alamat laptop berubah, dari {were} menjadi {are}. {CHANGED}")
        before = now

    every(LOOK_SECONDS, "address-watch", look)


def show_qr(address: str) -> None:
    """Print a QR code of ``address``, where the terminal can."""
    picture = qr.terminal(address)
    try:
        picture.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return  # a terminal without blocks would show a code that nothing reads
    click.echo(picture)
