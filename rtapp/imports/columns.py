"""The columns of a list: which row is its header, what each column holds, tables side by side."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..documents.cells import Merge, Row, Sheet
from ..roster.spelling import plain

FIRST_ROWS = 25  # in which a header may stand
# What a column may hold. "address" holds RT and village together or either; "ignored" is known and not stored.
FIELDS = (
    "number", "name", "rt", "rw", "village", "address", "district", "phone", "gender", "position", "wave", "date",
    "remark", "nik",
)  # fmt: skip
_WORDS = {
    "number": "no|nomor|no urut|nomor urut|urut|nmr",
    "name": "nama|nama lengkap|nama ketua rt|ketua rt|nama peserta|nama pengurus|nama gelar|nama dan gelar|"
    "nama lengkap dan gelar|nama ketua|nama ketua rukun tetangga|ketua rukun tetangga|nama rt",
    "rt": "rt|no rt|nomor rt|rt rw|no rt rw|rt ke|wilayah rt|rukun tetangga|rt no",
    "rw": "rw|no rw|nomor rw|rukun warga",
    "village": "desa|kelurahan|desa kelurahan|desa kel|kel desa|kelurahan desa|nama desa|asal desa|instansi|"
    "nama desa kelurahan|nama kelurahan|desa asal|asal desa kelurahan|kampung",
    "address": "alamat|alamat lengkap|alamat rt|alamat rt rw",
    "district": "kecamatan|kec|nama kecamatan|asal kecamatan",
    "phone": "no hp|no hp wa|no wa|nomor whatsapp|hp|telepon|telp|no telp|kontak|no handphone|nomor telepon|nomor hp|"
    "no telepon|no whatsapp|hp wa|wa|no tlp|no kontak|nomor wa|nomor hp wa|handphone|no hp aktif",
    "gender": "l p|lp|jk|j k|jenis kelamin|gender|kelamin|jns kelamin|jenis klmn",
    "nik": "nik|no nik|no ktp|no identitas|nomor induk kependudukan|nik ktp|nomor ktp",
    "position": "jabatan|jabatan dalam lkd|kedudukan|jabatan di rt",
    "wave": "gelombang|gel|angkatan|tahap|jadwal|gelombang ke",
    "date": "hari tanggal|tanggal|tgl|hari tgl|tanggal pelaksanaan|tanggal kegiatan",
    "remark": "ket|keterangan|status|catatan",
    "ignored": "ttd|tanda tangan|paraf|foto|npwp|tgl sk|honor|tgl lahir|tanggal lahir|tempat lahir|"
    "tempat tanggal lahir|ttl|umur|usia|pendidikan|pekerjaan|agama|no sk|email|no rekening|rekening|bank",
}
_EXACT = {word: name for name, words in _WORDS.items() for word in words.split("|")}
# Looked for inside a longer header, in this order; the words that forbid it stand behind.
_INSIDE = (
    ("ignored", {"lahir", "sk", "ttd", "tandatangan", "rekening", "email", "honor", "npwp", "foto", "paraf"}, set()),
    ("ignored", {"tangan", "pendidikan", "pekerjaan", "agama", "umur", "usia", "ibu", "istri", "suami"}, set()),
    ("nik", {"nik", "ktp"}, set()),
    ("phone", {"hp", "wa", "telepon", "telp", "whatsapp", "handphone", "tlp"}, set()),
    ("gender", {"kelamin"}, set()),
    ("wave", {"gelombang", "angkatan"}, set()),
    ("name", {"nama"}, {"desa", "kelurahan", "kecamatan", "kampung", "jalan", "dusun"}),
    ("district", {"kecamatan"}, {"desa", "kelurahan"}),
    ("village", {"desa", "kelurahan"}, {"kepala", "kode", "jabatan"}),
    ("position", {"jabatan"}, set()),
    ("rt", {"rt"}, {"jumlah", "nama"}),
    ("rw", {"rw"}, {"jumlah", "nama"}),
    ("address", {"alamat"}, set()),
)
_NO_HEADER = frozenset(
    ["daftar", "data", "rekap", "rekapitulasi", "jumlah", "total", "tahun", "kabupaten", "camat", "lurah", "pemerintah"]
)
_EXACTLY, _INSIDE_ONLY = 1.0, 0.8


@dataclass(frozen=True)
class Block:
    """One table of a sheet: the column (0 is A) of each field, the first and last column it may use."""

    fields: Mapping[str, int]
    left: int
    right: int


@dataclass(frozen=True)
class Layout:
    """How a sheet is read: the rows of its header, its tables, and what stands above each column."""

    header: tuple[int, ...]
    blocks: tuple[Block, ...]
    titles: Mapping[int, str] = field(default_factory=dict)


def field_of(text: str) -> tuple[str, float]:
    """Return the field that a header's words name and how sure that is (1.0 exact, 0.0 none)."""
    key = header_key(text)
    if key in _EXACT:
        return _EXACT[key], _EXACTLY
    words = key.split()
    if not words or len(words) > 6 or len(key) > 48 or _NO_HEADER & set(words) or any(map(str.isdigit, words)):
        return "", 0.0
    for name, wanted, unwanted in _INSIDE:
        if wanted & set(words) and not unwanted & set(words):
            return name, _INSIDE_ONLY
    return "", 0.0


def header_key(text: str) -> str:
    """Return a header's words as they are compared: small letters without dots, slashes and line breaks."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(text)))


def find_layout(sheet: Sheet) -> Layout | None:
    """Return how ``sheet`` is laid out, None where no row is a header (a name, and RT or village)."""
    rows = [row for row in sheet.rows if not row.hidden][:FIRST_ROWS]
    best: tuple[float, Layout] | None = None
    for texts, header in _candidates(rows, sheet.merges):
        score, layout = _layout(texts, header)
        if layout and (best is None or score > best[0] + 0.01):
            best = score, layout
    return best[1] if best else None


def layout_with(layout: Layout, fields: Mapping[int, str]) -> Layout:
    """Return ``layout`` with some columns holding what a person says; a field "" is not read."""
    blocks = []
    for block in layout.blocks:
        told = {column: name for column, name in fields.items() if block.left <= column <= block.right}
        kept = {n: c for n, c in block.fields.items() if c not in told and n not in told.values()}
        blocks.append(Block(kept | {name: column for column, name in told.items() if name}, block.left, block.right))
    return Layout(layout.header, tuple(blocks), layout.titles)


def is_header_again(row: Row, layout: Layout) -> bool:
    """Say whether ``row`` repeats the header, as lists do at the top of every printed page."""
    same = 0
    for block in layout.blocks:
        for name, column in block.fields.items():
            same += field_of(row.at(column).text)[0] == name
    return same >= 2 and any(field_of(row.at(block.fields["name"]).text)[0] == "name" for block in layout.blocks)


def _candidates(rows: Sequence[Row], merges: Sequence[Merge]) -> Iterator[tuple[dict[int, list[str]], tuple[int, ...]]]:
    """Yield what stands above each column, the best words first, for every row, then for every pair of rows."""
    for row in rows:
        yield {column: [cell.text] for column, cell in enumerate(row.cells) if cell.text}, (row.number,)
    for row, below in pairwise(rows):
        above = _spread(row, merges)
        texts = {}
        for column in range(max(len(row.cells), len(below.cells), max(above, default=-1) + 1)):
            top, bottom = above.get(column, ""), below.at(column).text
            found = [text for text in (bottom, f"{top} {bottom}" if top and bottom else "", top) if text]
            if found:
                texts[column] = found
        if below.number == row.number + 1:
            yield texts, (row.number, below.number)


def _spread(row: Row, merges: Sequence[Merge]) -> dict[int, str]:
    """Return the texts of a row by column, merged ones over all their columns."""
    texts = {column: cell.text for column, cell in enumerate(row.cells) if cell.text}
    for merge in merges:
        if merge.top == row.number and merge.left in texts:
            texts |= {column: texts[merge.left] for column in range(merge.left, merge.right + 1)}
    return texts


def _layout(texts: Mapping[int, list[str]], header: tuple[int, ...]) -> tuple[float, Layout | None]:
    named: list[tuple[int, str, float]] = []
    for column in sorted(texts):
        found = max((field_of(text) for text in texts[column]), key=lambda pair: pair[1])
        if found[0]:
            named.append((column, *found))
    blocks = _blocks(named, max(texts, default=0))
    if not blocks or not all(
        "name" in block.fields and {"rt", "village", "address"} & set(block.fields) for block in blocks
    ):
        return 0.0, None
    titles = {column: " ".join(found[-1].split()) for column, found in texts.items()}
    if len(header) > 1:
        titles = {column: " ".join(found[0].split()) for column, found in texts.items()}
        if not any(field_of(texts[column][0])[0] and len(texts[column]) > 1 for column, _, _ in named):
            return 0.0, None  # the second row is no header: it adds nothing
    return sum(score for _, _, score in named), Layout(header, blocks, titles)


def _blocks(named: Sequence[tuple[int, str, float]], last: int) -> tuple[Block, ...]:
    """Split the columns into tables side by side where name and RT (or village) come again."""
    columns: dict[str, list[tuple[int, float]]] = {}
    for column, name, score in named:
        columns.setdefault(name, []).append((column, score))
    times = min(len(columns.get("name", ())), max(len(columns.get("rt", ())), len(columns.get("village", ()))))
    if times < 2:
        best = {name: max(found, key=lambda pair: (pair[1], -pair[0]))[0] for name, found in columns.items()}
        return (Block(best, 0, last),) if best else ()
    first = next((name for _, name, _ in named if len(columns[name]) == times), "name")
    starts = [column for column, _ in columns[first]]
    blocks = []
    for place, start in enumerate(starts):
        left = 0 if place == 0 else start
        right = starts[place + 1] - 1 if place + 1 < times else last
        own = {name: column for column, name, _ in reversed(named) if left <= column <= right}
        shared = {name: found[0][0] for name, found in columns.items() if len(found) == 1 and name not in own}
        blocks.append(Block({**shared, **own}, left, right))
    return tuple(blocks)
