"""An icon on the laptop's screen: what a double click runs, in the form of each system."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .environment import OPEN

NAME = "Meja registrasi"


def write(python: Path, program: Path) -> Path:
    """Write the icon that runs ``program`` with ``python`` in a window; return where it lies."""
    if os.name == "nt":
        return _written(_screen() / f"{NAME}.bat", windows(python, program))
    if sys.platform == "darwin":
        return _written(_screen() / f"{NAME}.command", mac(python, program))
    place = _written(_screen() / "rtapp.desktop", linux(python, program))
    menu = Path.home() / ".local" / "share" / "applications"
    menu.mkdir(parents=True, exist_ok=True)
    _written(menu / "rtapp.desktop", linux(python, program))
    return place


def linux(python: Path, program: Path) -> str:
    """Return the desktop entry; its quoting has two layers, of the argument and of the value."""
    words = " ".join(_quoted(str(word)) for word in (python, program, OPEN))
    return f"""\
[Desktop Entry]
Type=Application
Name={NAME}
Comment=Jalankan server rtapp dan buka perambannya
Exec={words}
Icon={program.parent / "static" / "icons" / "favicon.svg"}
Terminal=true
Categories=Office;
"""


def windows(python: Path, program: Path) -> str:
    """Return the batch file; a per cent sign in a path is doubled."""
    python_, program_ = (str(path).replace("%", "%%") for path in (python, program))
    return f'@chcp 65001 >nul\r\n@title {NAME}\r\n@"{python_}" "{program_}" {OPEN}\r\n'


def mac(python: Path, program: Path) -> str:
    """Return the shell script that Finder opens in a terminal."""
    return f"#!/bin/sh\nexec {shlex.join([str(python), str(program), OPEN])}\n"


def _quoted(word: str) -> str:
    for sign in ("\\", '"', "`", "$"):
        word = word.replace(sign, "\\" + sign)
    return '"' + word.replace("\\", "\\\\").replace("%", "%%") + '"'


def _screen() -> Path:
    """Return the folder whose files lie on the screen, else the home folder."""
    if os.name != "nt" and sys.platform != "darwin":
        try:
            folder = subprocess.run(
                ["xdg-user-dir", "DESKTOP"], capture_output=True, text=True, timeout=5
            ).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            folder = ""
        if folder and Path(folder).is_dir():
            return Path(folder)
    return next((place for place in desktops(Path.home(), os.environ) if place.is_dir()), Path.home())


def desktops(home: Path, env: Mapping[str, str]) -> list[Path]:
    """Return where the folder of the screen may lie, the likeliest first: OneDrive takes it over on many laptops."""
    taken = [
        Path(env[name]) / "Desktop" for name in ("OneDriveCommercial", "OneDriveConsumer", "OneDrive") if env.get(name)
    ]
    return [*taken, home / "Desktop"]


def _written(place: Path, text: str) -> Path:
    with place.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
    place.chmod(0o755)
    return place
