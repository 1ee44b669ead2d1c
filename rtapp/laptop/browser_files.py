"""The browser files that others made, fetched once: all of them arrive, or nothing changes."""

import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ..refusals import Refused
from ..web.assets import ABOUT, REQUIRED, package
from . import npm

_LOCK_FILES = ("package.json", "package-lock.json", ".npmrc")
_PREFIX = ".fetch-"


def fetch(static_folder: str | Path) -> None:
    """Fetch the files of ``REQUIRED`` into ``static_folder``/vendor, each package checked against its hash.

    The npm of this machine does it; without one, the npm of a PyPI wheel that is used once and thrown away.
    Either everything arrives or nothing changes. Raises Refused: assets_offline, assets_altered,
    assets_failed, assets_not_writable.
    """
    vendor = Path(static_folder, "vendor").resolve()
    try:
        _sweep(vendor)
        with TemporaryDirectory(prefix=_PREFIX, dir=vendor, ignore_cleanup_errors=True) as folder:
            work = Path(folder)
            for name in _LOCK_FILES:
                shutil.copyfile(vendor / name, work / name)
            npm.install(work)
            _keep_needed(work, work / "kept")
            _swap(work / "kept" / "node_modules", vendor / "node_modules", work / "old")
    except OSError as error:
        raise Refused(
            "assets_not_writable",
            "Berkas peramban tidak dapat disimpan di %(folder)s (%(detail)s). "
            "Periksa izin folder dan ruang disk, lalu jalankan lagi.",
            503,
            folder=str(vendor),
            detail=error.strerror or str(error),
        ) from error


def _sweep(vendor: Path) -> None:
    """Remove what a fetch left that was killed; a younger folder may belong to a fetch that still runs."""
    for folder in vendor.glob(_PREFIX + "*"):
        if folder.stat().st_mtime < time.time() - 3 * npm.PATIENCE:
            shutil.rmtree(folder, ignore_errors=True)


def _keep_needed(work: Path, target: Path) -> None:
    """Copy what the desk serves and the licences: 4 of 19 MB."""
    about = {f"node_modules/{package(file)}/{name}" for file in REQUIRED for name in ABOUT}
    for file in sorted({*REQUIRED, *about}):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(work / file, target / file)


def _swap(new: Path, place: Path, old: Path) -> None:
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise


if __name__ == "__main__":
    try:
        fetch(Path(__file__).parents[2] / "static")
    except Refused as refused:
        sys.exit(str(refused))
