"""Lists in and out: rows of spreadsheets, text documents and PDFs, told apart by their content alone."""

import zipfile
from io import BytesIO
from pathlib import PurePath

from ..refusals import Refused
from .cells import MAX_BYTES, Workbook
from .docx import read_docx
from .ods import read_ods
from .odt import read_odt
from .pdf_text import read_pdf
from .refused import a_picture, bomb, broken, copy_its_table, misnamed, not_a_spreadsheet, protected, resave, too_large
from .text_tables import decoded, looks_like_html, read_csv, read_html
from .xls import read_xls
from .xlsx import SHEET_PART, read_xlsx

_MAX_UNPACKED = 400 << 20  # a sheet formatted down to its last row is that large
_MAX_PART = 64 << 20  # any other part of a workbook
_MAX_PARTS = 2_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_PICTURES = (
    (b"\x89PNG", "gambar PNG"),
    (b"\xff\xd8\xff", "foto JPEG"),
    (b"GIF8", "gambar GIF"),
    (b"BM", "gambar BMP"),
    (b"II*\0", "gambar TIFF"),
    (b"MM\0*", "gambar TIFF"),
)
_OTHERS = ((b"Rar!", "arsip RAR"), (b"7z\xbc\xaf", "arsip 7z"), (b"\x1f\x8b", "arsip GZIP"))
_APPLE = {".pages": "dokumen Apple Pages", ".key": "presentasi Apple Keynote"}
_OF_SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")


def read_workbook(data: bytes, filename: str = "") -> Workbook:
    """Read a spreadsheet, a Word or Writer document, or a PDF. Raises Refused with what to do about it.

    ``filename`` names the sheet of a file that has no names of sheets, and must not say that a text document is a
    spreadsheet.
    """
    if not data.strip():
        raise Refused("empty_file", "Berkas kosong. Pilih berkas yang berisi daftar peserta.", 422)
    if len(data) > MAX_BYTES:
        raise too_large()
    if data.startswith(b"PK"):
        return _read_zip(data, filename)
    if data.startswith(_OLE):
        return _read_ole(data)
    if data[:1024].lstrip().startswith(b"%PDF"):
        _refuse_misnamed(filename, "PDF", ".pdf")
        return read_pdf(data, PurePath(filename).stem)
    if data.startswith(b"{\\rtf"):
        raise copy_its_table("dokumen RTF")
    text = decoded(data)
    _refuse_others(data, text is None)
    if text is None:
        if data.startswith(_BIFF):
            return read_xls(data)
        raise broken()
    if "urn:schemas-microsoft-com:office:spreadsheet" in text[:4096]:
        raise resave("XML Spreadsheet 2003")
    if looks_like_html(text):
        return read_html(text)
    if not text.strip("\ufeff\0 \r\n\t;,"):
        raise Refused("empty_file", "Berkas kosong. Pilih berkas yang berisi daftar peserta.", 422)
    return read_csv(text, PurePath(filename).stem)


def _refuse_others(data: bytes, no_text: bool) -> None:
    """Refuse pictures and archives by their true names."""
    for magic, what in _PICTURES:
        if data.startswith(magic) and (what != "gambar BMP" or no_text):
            raise a_picture(what)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise a_picture("gambar WEBP")
    if data[4:8] == b"ftyp":
        raise a_picture("foto HEIC" if data[8:11] in (b"hei", b"mif", b"hev") else "video atau foto ponsel")
    for magic, what in _OTHERS:
        if data.startswith(magic):
            raise not_a_spreadsheet(what)


def _refuse_misnamed(filename: str, what: str, right: str) -> None:
    """Refuse a text document under a spreadsheet's name: whoever sent it meant another file, or should know."""
    ending = PurePath(filename).suffix.lower()
    if ending in _OF_SHEETS:
        raise misnamed(what, ending, right)


def _read_zip(data: bytes, filename: str) -> Workbook:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            kind = archive.read("mimetype")[:80] if "mimetype" in names else b""
    except Exception as error:  # a cut-off archive fails in many ways
        raise broken() from error
    sizes = [part.file_size for part in parts]
    others = [part.file_size for part in parts if not SHEET_PART.match(part.filename)]
    if sum(sizes) > _MAX_UNPACKED or max(others, default=0) > _MAX_PART or len(parts) > _MAX_PARTS:
        raise bomb()
    if any(part.flag_bits & 1 for part in parts):
        raise protected()
    if "xl/workbook.xml" in names:
        return read_xlsx(data)
    if b"opendocument.spreadsheet" in kind and "content.xml" in names:
        return read_ods(data)
    if "xl/workbook.bin" in names:
        raise resave("XLSB")
    if "word/document.xml" in names:
        _refuse_misnamed(filename, "dokumen Word", ".docx")
        return read_docx(data, PurePath(filename).stem)
    if b"opendocument.text" in kind and "content.xml" in names:
        _refuse_misnamed(filename, "dokumen LibreOffice Writer", ".odt")
        return read_odt(data, PurePath(filename).stem)
    if any(name.lower().endswith(".iwa") for name in names) or "Index.zip" in names:
        raise copy_its_table(_APPLE.get(PurePath(filename).suffix.lower(), "lembar kerja Apple Numbers"))
    if "ppt/presentation.xml" in names:
        raise copy_its_table("presentasi PowerPoint")
    raise not_a_spreadsheet("arsip ZIP")


def _read_ole(data: bytes) -> Workbook:
    """Read the old container, which holds an XLS, an encrypted XLSX or a Word document."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise protected()
    if holds("WordDocument"):
        raise copy_its_table("dokumen Word lama (.doc)")
    if holds("PowerPoint Document"):
        raise copy_its_table("presentasi PowerPoint")
    return read_xls(data)
