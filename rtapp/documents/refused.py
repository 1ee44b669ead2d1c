"""What is said when a spreadsheet cannot be read."""

from ..refusals import Refused
from .cells import MAX_BYTES, MAX_ROWS


def broken() -> Refused:
    """Return the refusal of a spreadsheet that cannot be read."""
    return Refused(
        "broken_file",
        "Berkas rusak atau tidak dapat dibaca. Buka di Excel atau LibreOffice, simpan ulang sebagai .xlsx, "
        "lalu unggah lagi.",
        422,
    )


def protected() -> Refused:
    """Return the refusal of a file that wants a password."""
    return Refused(
        "password_protected",
        "Berkas dilindungi kata sandi. Hapus kata sandinya di Excel (Simpan Sebagai, Alat, Opsi Umum), simpan, "
        "lalu unggah lagi.",
        422,
    )


def too_many_rows() -> Refused:
    """Return the refusal of a file with more rows than a roster can have."""
    return Refused(
        "too_many_rows",
        "Berkas berisi lebih dari %(rows)s baris. Pisahkan per kecamatan, lalu unggah lagi.",
        413,
        rows=MAX_ROWS,
    )


def too_large() -> Refused:
    """Return the refusal of a file with too many bytes."""
    return Refused(
        "too_large",
        "Berkas lebih besar dari %(size)s MB. Hapus gambar dan lembar yang tidak perlu, lalu unggah lagi.",
        413,
        size=MAX_BYTES >> 20,
    )


def bomb() -> Refused:
    """Return the refusal of a file that would unpack into more than any roster needs."""
    return Refused(
        "zip_bomb",
        "Isi berkas terlalu besar setelah dibuka. Salin data peserta ke buku kerja baru, lalu unggah lagi.",
        413,
    )


def not_a_spreadsheet(what: str) -> Refused:
    """Return the refusal of another kind of file; ``what`` is its name (PNG, ZIP)."""
    return Refused(
        "not_a_spreadsheet",
        "Berkas ini %(what)s, bukan lembar kerja. Unggah daftarnya sebagai XLSX, ODS, XLS, CSV, DOCX, ODT, atau PDF.",
        415,
        what=what,
    )


def a_picture(what: str) -> Refused:
    """Return the refusal of a photo or screenshot; ``what`` is its name (JPEG)."""
    return Refused(
        "a_picture",
        "Berkas ini %(what)s. Gambar tidak dapat dibaca: minta berkas aslinya (Excel, Word, atau PDF), "
        "atau ketik daftarnya di “Atau tempel teks”.",
        415,
        what=what,
    )


def copy_its_table(what: str) -> Refused:
    """Return the refusal of a document that its own program can open; ``what`` is its name (Apple Numbers)."""
    return Refused(
        "copy_its_table",
        "Berkas ini %(what)s. Buka berkasnya, salin tabelnya, lalu tempel di “Atau tempel teks”; "
        "atau ekspor sebagai Excel (.xlsx) atau Word (.docx).",
        415,
        what=what,
    )


def misnamed(what: str, ending: str, right: str) -> Refused:
    """Return the refusal of a document under the name of another kind."""
    return Refused(
        "misnamed",
        "Berkas ini %(what)s, meskipun namanya berakhiran %(ending)s. Ganti akhiran namanya menjadi %(right)s, "
        "lalu unggah lagi.",
        415,
        what=what,
        ending=ending,
        right=right,
    )


def pdf_of_pictures() -> Refused:
    """Return the refusal of a PDF without text."""
    return Refused(
        "pdf_of_pictures",
        "PDF ini hasil pindaian (gambar) tanpa teks, jadi tidak dapat dibaca. Minta berkas Word atau Excel aslinya, "
        "atau ketik daftarnya di “Atau tempel teks”.",
        415,
    )


def pdf_wrapped() -> Refused:
    """Return the refusal of a PDF whose rows cannot be told apart."""
    return Refused(
        "pdf_wrapped",
        "Baris tabel di PDF ini tidak dapat dipisahkan dengan pasti. Buka berkasnya, salin tabelnya, lalu tempel di "
        "“Atau tempel teks”; atau minta berkas Word atau Excel aslinya.",
        415,
    )


def resave(what: str) -> Refused:
    """Return the refusal of a spreadsheet in a format that is not read; ``what`` is its name."""
    return Refused(
        "format_not_read",
        "Bentuk berkas %(what)s tidak dibaca. Simpan sebagai .xlsx, lalu unggah lagi.",
        415,
        what=what,
    )
