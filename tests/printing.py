"""What the tests of papers share: fonts, cards of synthetic people, and a look at the printed page."""

import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from rtapp.badges.layout import Card
from rtapp.reports.papers import Page
from rtapp.settings.letter import About

_ROOT = Path(__file__).resolve().parent.parent
_FONTS = (_ROOT / "static/vendor/node_modules/dejavu-fonts-ttf/ttf", Path("/usr/share/fonts/truetype/dejavu"))
_NEEDED = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"

NAMES = {
    "one word": "Rahmah",
    "titles": "Drs. H. Contoh Yusuf Al-Banjari, S.Pd., M.Si.",
    "60 characters": ("Siti Contoh Nurjannah binti Abdul Muthalib Khairullah Panjang" + "x" * 60)[:60],
    "120 characters": ("Abdurrahman Contoh Khairuddin Syamsuddin Nasaruddin " * 3)[:120].strip() + "a",
    "80 unbroken": "Abcdefghij" * 8,
    "apostrophe": "Mabu'un Contoh",
    "diacritics": "Renée Ñandú Žižek Ở Đặng",
    "emoji": "Contoh 😀👩‍👩‍👧 Peserta",
    "arabic": "عبد الله Contoh",
    "no glyph": "Contoh 漢字 \U0001f9ff",
}
ADDRESS = "HTTP://192.168.1.10:8000/K/"
ABOUT = About(
    "Bimtek Contoh",
    "DPMD Contoh",
    "Gelombang I",
    "Rabu, 8 November 2023",
    "Aula Contoh",
    "Asia/Makassar",
    datetime(2023, 11, 8, 6, 30, tzinfo=UTC),
    "Uji admin",
)


def fonts() -> Path:
    """The folder of the fonts: those of the set-up, else the system's."""
    for folder in _FONTS:
        if all((folder / name).is_file() for name in _NEEDED):
            return folder
    pytest.skip("no DejaVu fonts: run the set-up of the browser assets, or install fonts-dejavu")


def on(paper: str = "f4", form: str = "pdf") -> Page:
    """On what a paper is made: F4 as a PDF, where the test does not say."""
    return Page(paper, fonts(), form)


def card(number: int = 1, name: str = "Hj. Contoh Rahmah", base: str = ADDRESS, **changed: str) -> Card:
    """A card whose payload and short code differ with its number."""
    facts = {
        "name": name,
        "seat_line": f"RT {number:03}",
        "village_line": "Kelurahan Belimbing Raya",
        "district_line": "Kecamatan Murung Pudak",
        "wave_numeral": ("I", "II", "III")[number % 3],
        "date_line": "Rabu, 8 November 2023",
        "venue": "Aula Pendopo Bersinar Pembataan",
        "event": "Bimtek Peningkatan Kapasitas Ketua RT se-Kabupaten Tabalong 2023",
        "payload": f"{base}CONTOHCARD{_base32(number)}",
        "short_code": f"K7F-{number:04}",
    }
    return Card(**{**facts, **changed})


def rendered(pdf: bytes, tmp_path: Path, dpi: int = 150) -> list[Image.Image]:
    """The pages as grey pictures, as a printer would put them on paper."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is missing: install poppler-utils to look at the printed page")
    file = tmp_path / "pages.pdf"
    file.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", file, tmp_path / "page"], check=True, timeout=120)
    return [Image.open(path) for path in sorted(tmp_path.glob("page-*.pgm"))]


def pdf_text(pdf: bytes) -> list[str]:
    """The words on each page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing: install poppler-utils to read the printed page")
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    return [" ".join(page.split()) for page in read.stdout.decode().split("\f")[:-1]]


def decoded(picture: Image.Image | bytes) -> list[str]:
    """What a reader finds in a picture, from the top."""
    image = Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture
    codes = zxingcpp.read_barcodes(image.convert("L"))
    return [code.text for code in sorted(codes, key=lambda code: (code.position.top_left.y, code.position.top_left.x))]


def unspaced(text: str) -> str:
    """The text without white space, which a line break may stand for or not."""
    return "".join(text.split())


def _base32(number: int) -> str:
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "".join(signs[number // 32**place % 32] for place in range(5, -1, -1))
