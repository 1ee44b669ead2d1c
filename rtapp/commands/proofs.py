"""The command that runs the tests of this project; app.py has installed what they need."""

import os
import sys

import click

from .. import config
from ..laptop import browser_files, environment
from ..refusals import Refused
from ..web import assets
from . import terminal

_ALL = ("-n", "auto", "--dist", "worksteal")  # on every core


@click.command("test", cls=terminal.Command, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="[PYTEST …]", type=click.UNPROCESSED)
def test(words: tuple[str, ...]) -> None:
    """Jalankan uji rtapp; kata-kata sesudahnya diteruskan kepada pytest. Yang diperlukan dipasang lebih dahulu."""
    if not (config.ROOT / "tests").is_dir():
        raise Refused("no_tests", "Folder tests tidak ada di salinan ini.")
    if assets.missing(config.ROOT / "static"):
        click.echo("Mengambil aset peramban (sekali saja) …")
        browser_files.fetch(config.ROOT / "static")
    os.chdir(config.ROOT)
    environment.go_on_as([sys.executable, "-m", "pytest", *(words or _ALL)])
