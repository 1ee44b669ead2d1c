"""Browser files made by others: which ones the desk needs, their addresses and their licences."""

import hashlib
import json
import mimetypes
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flask import Flask

REQUIRED = (
    "node_modules/htmx.org/dist/htmx.min.js",
    "node_modules/htmx.org/dist/ext/hx-sse.min.js",
    "node_modules/zxing-wasm/dist/iife/reader/index.js",
    "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm",
    "node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
    "node_modules/dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
    "node_modules/dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf",
)
ABOUT = ("package.json", "LICENSE", "README.md")
_UNNAMED = {"dejavu-fonts-ttf": "Bitstream-Vera"}  # its package.json only points to the file
_TERMS = re.compile(r"^## Licen[cs]es?\s*$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)


class Licence(NamedTuple):
    """Whose work is used and on what terms: npm name, version, licence id, the words of the licence."""

    name: str
    version: str
    licence: str
    text: str


def init_app(app: "Flask") -> None:
    """Give templates ``asset(name)``: the address of a static file, which changes when its content does.

    Fix the types of our files, too: the registry of a Windows machine may call a script plain text.
    """
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("text/css", ".css")
    mimetypes.add_type("application/wasm", ".wasm")

    def asset(name: str) -> str:
        return app.url_for("static", filename=name, v=versioned(str(app.static_folder), name) or None)

    app.add_template_global(asset)


def versioned(static_folder: str | Path, name: str) -> str:
    """Return twelve hexadecimal digits of the content of ``name``, empty when ``static_folder`` lacks it."""
    path = Path(static_folder, name)
    try:
        seen = path.stat()
    except OSError:
        return ""
    return _digest(str(path), seen.st_mtime_ns, seen.st_size)


def missing(static_folder: str | Path) -> list[str]:
    """Return the files of ``REQUIRED`` that are absent, or of another version than package.json pins."""
    vendor = Path(static_folder, "vendor")
    pinned = _pinned(vendor).items()
    stale = {name for name, version in pinned if _about(vendor, name).get("version") != version}
    return [file for file in REQUIRED if package(file) in stale or not (vendor / file).is_file()]


def licences(static_folder: str | Path) -> list[Licence]:
    """Return the terms of every fetched package, by name; a package that is not there is left out."""
    vendor = Path(static_folder, "vendor")
    found = []
    for name in sorted(_pinned(vendor)):
        about = _about(vendor, name)
        if about:
            folder = vendor / "node_modules" / name
            words = _read(folder / "LICENSE").strip()
            section = _TERMS.search(_read(folder / "README.md"))
            text = f"{words}\n\n{section[1].strip()}" if section else words
            found.append(Licence(name, about["version"], _UNNAMED.get(name, about["license"]), text))
    return found


@lru_cache(maxsize=256)
def _digest(path: str, _changed_ns: int, _size: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _pinned(vendor: Path) -> dict[str, str]:
    return json.loads((vendor / "package.json").read_text(encoding="utf-8"))["dependencies"]


def _about(vendor: Path, name: str) -> dict[str, str]:
    try:
        return json.loads(_read(vendor / "node_modules" / name / "package.json"))
    except ValueError:
        return {}


def package(file: str) -> str:
    """Return the npm name of the package that ``file`` of ``REQUIRED`` comes from."""
    return file.split("/")[1]
