"""Rows of a list that are nobody: column numbers, totals, notes, signatures, what a reader skips."""

import re
from collections.abc import Sequence

from ..documents.cells import Cell
from ..refusals import Reason, reason
from ..roster.spelling import clean

_TOTAL = re.compile(r"(?:sub\s*-?\s*total|jumlah|total|jml|grand total)\b", re.I)
_CARRIED = re.compile(r"\b(?:di)?pindah(?:kan|an)\b", re.I)
_TOTAL_BEHIND = re.compile(r"\S\s(?:sub\s?)?total$", re.I)  # as pivot tables have them
_ALL = re.compile(r"\b(?:seluruh(?:nya)?|keseluruhan|semua|total|grand|akhir)\b", re.I)
_INTEGER = re.compile(r"\d{1,5}")
_NOTE = re.compile(
    r"(?:ket|keterangan|catatan|nb|n\.b\.|note|sumber|cp|contact person|narahubung|info|mohon|demikian|terima kasih|"
    r"kades|kepala desa|pembakal|lurah|sekdes|alamat kantor)\b\s?[.:,)]|(?:ket|keterangan|catatan|nb|note|sumber)\b|\*",
    re.I,
)
_VENUE = re.compile(
    r"^(?:tempat|alamat|lokasi|bertempat|sekretariat|hari|tanggal|acara|pukul|waktu|kode pos|telp|email)\b[^:]{0,20}:|"
    r"^(?:jl|jalan|jln|alamat|tempat|bertempat)\b|\b(?:aula|balai|gedung|ruang|kode pos)\b",
    re.I,
)
_DITTO = re.compile(r"(?:[\"'”“,.\s]{1,8}|-{1,3}|s\.?\s?d\.?\s?a\.?|idem|id|sama|sama dengan atas|↓|v|//)", re.I)
_DATED = re.compile(r"[^\d,]{3,40},\s*(?:tanggal|tgl)?\s*[\d.…_]*\s*[^\W\d_]{3,9}\.?\s+(?:20\d\d|[.…_]+)", re.I)
_SIGNATURE = re.compile(
    r"(?:mengetahui|menyetujui|disahkan|disetujui|yang membuat|dibuat oleh|petugas|a\.?n\.?\s|u\.?b\.?\s|nip\b|"
    r"(?:plt|plh|pj|pjs)\.?\s+(?:camat|lurah|kepala|pembakal)|camat\b|lurah\b|pembakal\b|kepala\s+(?:desa|dinas|seksi)|"
    r"sekretaris\s+(?:desa|camat|daerah)|bupati\b|kasi\b|ketua\s+panitia)",
    re.I,
)
_LONGEST = 2000  # characters of a cell that furniture is told by
EXAMPLE = re.compile(r"\(?(?:contoh|cth|misal(?:nya)?)\b\.?\s*(?:[:)]|(?:pengisian|isian)\b|$)", re.I)
_HINT = re.compile(r"\([^()]{0,40}[^\W\d_]{3}[^()]{0,80}\)|(?:wajib\s)?di(?:isi|tulis|awali)\b.{0,120}", re.I)


def texts_of(cells: Sequence[Cell]) -> list[str]:
    """Return what stands in a row, cell by cell, blanks left out; a merged text is counted once."""
    return [text for cell in cells if (text := clean(cell.text[:_LONGEST]))]


def is_number_row(texts: Sequence[str]) -> bool:
    """Say whether a row numbers the columns: 1 2 3 … or (1) (2) (3) …, as forms do under their header."""
    if len(texts) < 3 or texts[0].strip("()[]. ") != "1":
        return False
    return [text.strip("()[]. ") for text in texts] == [str(number) for number in range(1, len(texts) + 1)]


def is_rule(texts: Sequence[str]) -> bool:
    """Say whether a row is but a line drawn with signs, in two cells at least: |----|----|."""
    return len(texts) > 1 and not any(map(str.isalnum, "".join(texts))) and all(len(text) > 1 for text in texts)


def is_hint(texts: Sequence[str]) -> bool:
    """Say whether a row tells how a form is filled in: "(diisi nama lengkap)", "(3 angka)"."""
    return len(texts) > 1 and all(_HINT.fullmatch(text) for text in texts)


def total_in(texts: Sequence[str]) -> tuple[int | None, bool] | None:
    """Return the number that a row of totals states (None where it states none) and whether it is one of all rows.

    Return None for any other row. "Jumlah dipindahkan" at the foot of a page states none.
    """
    place = next((place for place, text in enumerate(texts[:2]) if _TOTAL.match(text)), None)
    if place is None and texts and len(texts) < 4 and _TOTAL_BEHIND.search(texts[0][-60:]):
        place = 0
    if place is None or len(texts) > 8:
        return None
    if _CARRIED.search(texts[place]):
        return None, False
    for text in [*texts[place + 1 :], texts[place]]:
        match = _INTEGER.search(text)
        if match:
            return int(match[0]), bool(_ALL.search(texts[place]))
    return None, bool(_ALL.search(texts[place]))


def is_note(texts: Sequence[str]) -> bool:
    """Say whether a row is a remark under the list: "Ket: …", "Catatan …", "*) …"."""
    return bool(texts) and bool(_NOTE.match(texts[0]))


def begins_signature(texts: Sequence[str]) -> bool:
    """Say whether a row begins what is signed under a list: place and day, "Mengetahui", an office, NIP."""
    return any(_DATED.fullmatch(text) or _SIGNATURE.match(text) for text in texts)


def is_venue(line: str) -> bool:
    """Say whether a line tells where something was held or where an office lies, not where the people come from."""
    return bool(_VENUE.search(clean(line[:400])))


def is_ditto(text: str) -> bool:
    """Say whether a cell stands for the one above: ", sda, idem."""
    return bool(text) and len(text) < 20 and bool(_DITTO.fullmatch(text))


def total_reason(stated: int, read: int, hidden: int) -> Reason:
    """Compare a stated total with what was read of the same rows, of which ``hidden`` more were hidden."""
    if stated == read:
        return reason("total_agrees", "Jumlah %(stated)s cocok.", stated=stated)
    if stated == read + hidden:
        return reason(
            "total_hidden",
            "Jumlah tertulis %(stated)s, terbaca %(read)s: selisih %(hidden)s, ada %(hidden)s baris tersembunyi.",
            stated=stated,
            read=read,
            hidden=hidden,
        )
    return reason(
        "total_differs",
        "Jumlah tertulis %(stated)s, terbaca %(read)s: selisih %(difference)s.",
        stated=stated,
        read=read,
        difference=abs(stated - read),
    )
