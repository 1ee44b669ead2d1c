"""The words above the columns of a list, and what each says that its column holds."""

import re
from functools import lru_cache

from ..roster.spelling import plain, word_set

# What a column may hold. "address" holds RT and village together or either; "ignored" is known and not stored.
FIELDS = (
    "number", "name", "rt", "rw", "village", "address", "district", "phone", "gender", "position", "wave", "date",
    "remark", "stamp", "nik", "front", "back", "correction", "sentence",
)  # fmt: skip
_WORDS = {
    "number": "no|nomor|no urut|nomor urut|urut|nmr|no urt",
    "name": "nama|ngaran|nama lengkap|nama ketua rt|ketua rt|nama peserta|nama pengurus|nama gelar|nama dan gelar|"
    "nama lengkap dan gelar|nama ketua|nama ketua rukun tetangga|ketua rukun tetangga|nama rt|ketua|kepala rt|"
    "nama kepala rt|nama ketua rt rw|ketua rt rw|nama pejabat|nama ketua rt baru|ketua rt baru|nm ketua|nama no hp|"
    "pengurus|pengurus rt|data ketua rt|data pengurus rt|susunan pengurus|"
    "terpilih|ketua terpilih|ketua rt terpilih|nama terpilih|nama ketua terpilih|nama ketua rt terpilih|calon terpilih",
    "rt": "rt|no rt|nomor rt|rt rw|no rt rw|rt ke|wilayah rt|rukun tetangga|rt no|nmsls|nama sls|nama rt rw|nort",
    "rw": "rw|no rw|nomor rw|rukun warga",
    "village": "desa|kelurahan|desa kelurahan|desa kel|kel desa|kelurahan desa|nama desa|asal desa|instansi|"
    "nama desa kelurahan|nama kelurahan|desa asal|asal desa kelurahan|kampung|asal|asal peserta|nmdesa|nmkel|ds kel|"
    "asal instansi|unit kerja",
    "address": "alamat|alamat lengkap|alamat rt|alamat rt rw|wilayah|alamat wilayah",
    "district": "kecamatan|kec|nama kecamatan|asal kecamatan|nmkec",
    "phone": "no hp|no hp wa|no wa|nomor whatsapp|hp|telepon|telp|no telp|kontak|no handphone|nomor telepon|nomor hp|"
    "no telepon|no whatsapp|hp wa|wa|no tlp|no kontak|nomor wa|nomor hp wa|handphone|no hp aktif|kontak person|"
    "contact person|cp|no telpon|telpon|no contact",
    "gender": "l p|lp|jk|j k|jenis kelamin|gender|kelamin|jns kelamin|jenis klmn|sex",
    "nik": "nik|no nik|no ktp|no identitas|nomor induk kependudukan|nik ktp|nomor ktp",
    "position": "jabatan|jabatan dalam lkd|kedudukan|jabatan di rt|jabatan dalam kepengurusan|sebagai|posisi|"
    "unsur|perwakilan|utusan",
    "wave": "gelombang|gel|angkatan|tahap|jadwal|gelombang ke",
    "date": "hari tanggal|tanggal|tgl|hari tgl|tanggal pelaksanaan|tanggal kegiatan",
    "remark": "ket|keterangan|status|catatan",
    "stamp": "timestamp|cap waktu|stempel waktu|waktu pengisian|time stamp|tanggal pengisian|submitted at",
    "front": "gelar depan|gelar dpn|gelar di depan",
    "back": "gelar|gelar belakang|gelar blkg|gelar di belakang|gelar akademik",
    "correction": "ralat",
    "sentence": "kalimat",
    "ignored": "ttd|tanda tangan|paraf|foto|npwp|tgl sk|honor|tgl lahir|tanggal lahir|tempat lahir|"
    "tempat tanggal lahir|ttl|umur|usia|pendidikan|pekerjaan|agama|no sk|email|no rekening|rekening|bank|"
    "nama panggilan|panggilan|alias|nama alias|nama kecil|nama populer|"
    "sekretaris|bendahara|wakil ketua|wakil|idsls|kddesa|kdkec|kdsls|kdprov|kdkab|nmprov|nmkab|masa bakti|no kk",
}
_EXACT = {word: name for name, words in _WORDS.items() for word in words.split("|")}
_SET_APART = {word.replace(" ", ""): name for word, name in _EXACT.items()}  # N A M A, R.T.
# People and seats beside the head in office: their names and phones are not those of the list.
_OTHERS = word_set(
    "lama sebelumnya semula terdahulu dulu dahulu lalu diganti digantikan calon sekretaris sekretatis bendahara wakil "
    "pembakal kades lurah camat kadus istri suami ibu ayah anak pasangan wali sekdes operator admin"
)
# Looked for inside a longer header, in this order; the words that forbid it stand behind.
_INSIDE = (
    ("ignored", {"lahir", "sk", "ttd", "tandatangan", "rekening", "email", "honor", "npwp", "foto", "paraf"}, set()),
    ("ignored", {"tangan", "pendidikan", "pekerjaan", "agama", "umur", "usia", "ibu", "istri", "suami"}, set()),
    ("stamp", {"timestamp"}, set()),
    (
        "name",
        {"nama", "ngaran"},
        {"desa", "kelurahan", "kecamatan", "kampung", "jalan", "dusun", "kepala", "bank", "rw", "lembaga"},
    ),
    (
        "phone",
        {
            "hp",
            "wa",
            "telepon",
            "telp",
            "whatsapp",
            "handphone",
            "tlp",
            "telpon",
            "kontak",
            "ponsel",
            "hape",
            "telephone",
            "phone",
            "contact",
            "seluler",
            "tlpn",
            "telpn",
            "telf",
            "hubungi",
        },
        set(),
    ),
    ("nik", {"nik", "ktp"}, set()),
    ("gender", {"kelamin"}, set()),
    ("wave", {"gelombang", "angkatan"}, set()),
    ("name", {"ketua"}, {"rw", "desa", "kelurahan", "jumlah"}),
    ("district", {"kecamatan"}, {"desa", "kelurahan"}),
    ("village", {"desa", "kelurahan"}, {"kepala", "kode", "jabatan"}),
    ("position", {"jabatan"}, set()),
    ("rt", {"rt"}, {"jumlah", "nama", "ketua"}),
    ("rw", {"rw"}, {"jumlah", "nama"}),
    ("address", {"alamat"}, set()),
)
_NO_HEADER = frozenset(
    ["daftar", "data", "rekap", "rekapitulasi", "jumlah", "total", "tahun", "kabupaten", "camat", "lurah", "pemerintah"]
)
_HOW_MANY = {"rt", "berapa"}
_EXACTLY, _INSIDE_ONLY = 1.0, 0.8
# The years of an office, and which of two numbers a column holds, say nothing about what it holds.
_YEARS = re.compile(
    r"\b(?:(?:periode|masa (?:bakti|jabatan))\s?)?(?:19|20)\d\d\s?(?:[-/–]|s\.?/?d\.?|sampai)\s?(?:19|20)\d\d\b", re.I
)
_WHICH = re.compile(r"\s[1-3]$")
_BRACKETS = re.compile(r"\([^()]{0,200}\)")


_TITLE_WORDS = frozenset(word for title in _EXACT for word in title.split()) | _HOW_MANY | _OTHERS
_TITLE_WORDS |= {word for _, wanted, _ in _INSIDE for word in wanted}
_WORD = re.compile(r"[a-z]+")


def field_of(text: str) -> tuple[str, float]:
    """Return the field that a header's words name and how sure that is (1.0 exact, 0.0 none)."""
    words = _WORD.findall(text[:400].lower())
    if _TITLE_WORDS.isdisjoint(words) and not any(len(word) == 1 for word in words):
        return "", 0.0  # a name, a village: most cells of a list
    return _field_of(text[:400])


@lru_cache(maxsize=4096)
def _field_of(text: str) -> tuple[str, float]:
    key = header_key(_YEARS.sub(" ", text[:400]))
    if key in _EXACT:
        return _EXACT[key], _EXACTLY
    if _WHICH.search(key) and field_of(key[:-2])[0] == "phone":
        return "phone", _INSIDE_ONLY
    words = key.replace("bapak ibu", " ").split()
    if len(words) > 1 and sum(len(word) == 1 for word in words) > len(words) // 2:
        joined = "".join(words)
        return (_SET_APART[joined], _EXACTLY) if joined in _SET_APART else ("", 0.0)
    if _OTHERS & set(words) and len(words) <= 6 and not {"baru", "sekarang", "menjadi", "terpilih"} & set(words):
        return ("ignored", _INSIDE_ONLY) if "nama" in words or len(words) > 1 else ("", 0.0)
    if set(words) >= _HOW_MANY:
        return "rt", _INSIDE_ONLY
    most = 12 if text.rstrip().endswith("?") else 6  # a form's question is longer than a column's title
    if not words or len(words) > most or len(key) > 8 * most or _NO_HEADER & set(words) or any(map(str.isdigit, words)):
        return "", 0.0
    for name, wanted, unwanted in _INSIDE:
        if wanted & set(words) and not unwanted & set(words):
            return name, _INSIDE_ONLY
    return "", 0.0


def header_key(text: str) -> str:
    """Return a header's words as they are compared: small letters without dots, slashes and line breaks."""
    text = plain(text[:400])
    outside = _BRACKETS.sub(" ", text)
    return " ".join(re.findall(r"[a-z0-9]+", outside if re.search("[a-z]", outside) else text))
