"""Where the fonts of the papers are: among the fetched files for browsers, else the system's."""

from pathlib import Path

from ..refusals import Refused
from .lettering import FACES

_FETCHED = Path("vendor/node_modules/dejavu-fonts-ttf/ttf")
_SYSTEM = Path("/usr/share/fonts/truetype/dejavu")


def find_fonts(static: Path, system: Path = _SYSTEM) -> Path:
    """Return the folder of the fonts: among the fetched browser files in ``static``, else the system's.

    Refused when neither has every face.
    """
    for folder in (static / _FETCHED, system):
        if all((folder / file).is_file() for file in FACES.values()):
            return folder
    raise Refused(
        "no_fonts",
        "Huruf untuk mencetak belum ada di komputer ini. Sambungkan ke internet, "
        "jalankan “python3 app.py fetch” sekali, lalu coba lagi.",
        503,
    )
