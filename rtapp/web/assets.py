"""Browser files made by others: which ones the desk needs, their addresses and their licences."""

import hashlib
import json
import mimetypes
import os
import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flask import Flask
    from flask.wrappers import Response
    from markupsafe import Markup

VERSION_VARIABLE = "RTAPP_STATIC"  # how the first process of a server tells the others the version
FOREVER = "31536000, public, immutable"  # how long a browser may keep what a versioned address answers
LARGE = 64 * 1024  # bytes: what a socket takes at once; a longer file would hold a thread for a slow reader
_VERSION = re.compile("[0-9a-f]{12}")

REQUIRED = (
    "node_modules/htmx.org/dist/htmx.min.js",
    "node_modules/htmx.org/dist/ext/hx-sse.min.js",
    *(f"node_modules/@noble/hashes/{name}.js" for name in ("sha2", "_md", "_u64", "utils")),
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
    """Give templates ``asset(name)`` and ``icon_svg(name, label)``, and serve the static files.

    The version stands in the path, so that what a script imports from beside it has it, too; under such an address
    nothing ever changes, and the production server reads the file itself (laptop/worker.py). Any other address is
    answered here: asked about again each time, and for a large file with the way to the versioned one.
    """
    _name_types()
    folder = str(app.static_folder)
    current = cache(lambda: tree_version(folder))  # while a server runs nothing changes there
    asset = _asset_for(app, folder, current)
    app.view_functions["static"] = _view_for(app, folder, current)
    app.add_template_global(asset)
    app.add_template_global(_icon_for(asset))


def _name_types() -> None:
    """Fix the types of our files: the registry of a Windows machine may call a script plain text."""
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("text/css", ".css")
    mimetypes.add_type("application/wasm", ".wasm")


def _asset_for(app: "Flask", folder: str, current: Callable[[], str]) -> Callable[[str], str]:
    """Return ``asset(name)``: the address of a static file, which changes when any of them does."""
    addresses: dict[str, str] = {}

    def asset(name: str) -> str:
        if (address := addresses.get(name)) is None:
            there = Path(folder, name).is_file()
            address = app.url_for("static", filename=f"{current()}/{name}" if there else name)
            if there:
                addresses[name] = address
        return address

    return asset


def _icon_for(asset: Callable[[str], str]) -> Callable[..., "Markup"]:
    """Return ``icon_svg(name, label)``: one of our drawings, with the word it stands for where none is beside it."""
    from markupsafe import Markup

    icons: dict[tuple[str, str], Markup] = {}

    def icon_svg(name: str, label: str = "") -> Markup:
        if (icon := icons.get((name, label))) is None:
            role = Markup('role="img" aria-label="{}"').format(label) if label else 'aria-hidden="true"'
            use = f'<use href="{asset("icons/icons.svg")}#{name}"/>'
            icon = icons[name, label] = Markup(f'<svg class="icon" {role}>{use}</svg>')
        return icon

    return icon_svg


def _view_for(app: "Flask", folder: str, current: Callable[[], str]) -> Callable[[str], "Response"]:
    """Return the view that answers a static file, or the way to its versioned address where it is large."""
    from flask import g, redirect

    def serve(filename: str) -> "Response":
        version, _, name = filename.partition("/")
        is_versioned = bool(_VERSION.fullmatch(version))
        name = name if is_versioned else filename
        g.lasting = is_versioned and version == current()
        if not g.lasting and (is_versioned or _size(folder, name) > LARGE):
            return redirect(app.url_for("static", filename=f"{current()}/{name}"), 307)
        return app.send_static_file(name)

    return serve


def tree_version(static_folder: str | Path) -> str:
    """Return twelve hexadecimal digits of the names and contents of all static files.

    The processes of one server must agree: the first one told the others.
    """
    return os.environ.get(VERSION_VARIABLE) or _tree_version(str(static_folder), *_fingerprint(static_folder))


def missing(static_folder: str | Path) -> list[str]:
    """Return the files of ``REQUIRED`` that are absent, or of another version than package.json pins."""
    vendor = Path(static_folder, "vendor")
    pinned = _pinned(vendor).items()
    stale = {name for name, version in pinned if _about(vendor, name).get("version") != version}
    return [file for file in REQUIRED if package(file) in stale or not (vendor / file).is_file()]


def licences(static_folder: str | Path) -> list[Licence]:
    """Return the terms of every fetched package, by name; a package that is not there is left out."""
    vendor = Path(static_folder, "vendor")
    terms = []
    for name in sorted(_pinned(vendor)):
        about = _about(vendor, name)
        if about:
            folder = vendor / "node_modules" / name
            words = _read(folder / "LICENSE").strip()
            section = _TERMS.search(_read(folder / "README.md"))
            text = f"{words}\n\n{section[1].strip()}" if section else words
            terms.append(Licence(name, about["version"], _UNNAMED.get(name, about["license"]), text))
    return terms


def _size(folder: str, name: str) -> int:
    """Return the bytes of a static file, 0 where there is none."""
    from werkzeug.security import safe_join

    path = safe_join(folder, name)
    return Path(path).stat().st_size if path and Path(path).is_file() else 0


def _files(static_folder: str | Path) -> list[Path]:
    return sorted(path for path in Path(static_folder).rglob("*") if path.is_file())


def _fingerprint(static_folder: str | Path) -> tuple[int, int]:
    """Return when a static file changed last and how many there are: while both stay, so does the version."""
    moments = [path.stat().st_mtime_ns for path in _files(static_folder)]
    return max(moments, default=0), len(moments)


@lru_cache(maxsize=16)
def _tree_version(static_folder: str, _newest_ns: int, _number: int) -> str:
    digest = hashlib.sha256()
    for path in _files(static_folder):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(static_folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:12]


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
    first, second = file.split("/")[1:3]
    return f"{first}/{second}" if first.startswith("@") else first
