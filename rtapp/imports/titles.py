"""What the words around a list say of its villages: titles, groups, the names of sheet and file, and how surely."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..roster.spelling import clean, plain, word_set
from .furniture import is_venue
from .places import KnownDistrict, KnownVillage, Places

_KIND = re.compile(r"\b(?:desa|kelurahan|kel|ds)\b", re.I)
_EDGES = " :.-–*_"
_NUMBERED = re.compile(r"^\s?(?:\(?(?:\d{1,3}|[ivxlc]{1,6}|[a-z])\s?[.)]\s?)", re.I)
_COUNTED = re.compile(
    r"[(:;,=\-–]?\s?(?:jumlah|total|ada|sebanyak)?\s?:?\s?\d{1,3}\s?(?:rt|orang|rukun tetangga)?\s?\)?\s?$", re.I
)
# Words of which the names of sheets and files are made; one beside them may be a word that only sounds like a village.
_OF_FILES = word_set(
    "data datas rt rw ketua daftar nama namanama desa kelurahan kel ds kec kecamatan kab kabupaten tahun thn th "
    "final revisi rev fix fixed baru update terbaru copy salinan of sk lampiran hadir absen absensi form formulir "
    "rekap rekapitulasi lengkap hp no nomor wa kontak bimtek pelatihan undangan peserta sheet sheets jawaban "
    "responses response lembar kerja dan se templat template dokumen doc file list roster lembaga rukun tetangga "
    "warga kepala pengurus alamat januari februari maret april mei juni juli agustus september oktober november "
    "nopember desember tabel kegiatan hasil pendataan input usulan nominatif xls xlsx ods csv pdf docx susunan "
    "perubahan gel gelombang i ii iii iv v vi"
)


# Lists of others that have an RT, too; and what says that a list is one of RTs' heads all the same.
_OTHER_PEOPLE = re.compile(
    r"\b(?:(?<!rukun\s)warga|penduduk|blt|pkh|bpnt|bansos|bantuan|sembako|miskin|balita|lansia|bumil|ibu hamil|pemilih|"
    r"dpt|kader|posyandu|dasa\s?wisma|linmas|siswa|murid|santri|jamaah|pelanggan|kelompok tani|poktan|nelayan|umkm|"
    r"pedagang|vaksin(?:asi)?|bpjs|kepala keluarga|kartu keluarga|wajib pajak|pbb|korban|disabilitas|yatim|pemuda)\b",
    re.I,
)
_OF_HEADS = re.compile(r"\b(?:ketua|kepala\s(?:rt|rukun)|pengurus\s(?:rt|rukun)|pak\srt|rukun tetangga)\b", re.I)


def others_in(lines: Sequence[str]) -> str:
    """Return the words by which the lines around a list say that it is one of other people, "" where they do not."""
    if any(_OF_HEADS.search(line[:400]) for line in lines):
        return ""
    return next((match[0] for line in lines if (match := _OTHER_PEOPLE.search(line[:400]))), "")


@dataclass(frozen=True)
class Hint:
    """What the name of a sheet or a file says, and whether it can mean nothing else."""

    district: KnownDistrict | None = None
    village: KnownVillage | None = None
    sure: bool = True


def title_in(places: Places, lines: Sequence[str]) -> tuple[str, bool]:
    """Return the village that the titles of a list name, "" for none, and whether that is certain.

    Not where a meeting was held or an office lies; two titles that name two villages are not certain.
    """
    own = [text for line in lines if not is_venue(line) and (text := places.village_text_in(line))]
    known = [text for text in own if places.find_village(text).how != "none"]
    if known:
        return known[-1], len({plain(text) for text in known}) == 1
    venues = [
        text for line in lines if is_venue(line) and (text := places.known_beginning(places.village_text_in(line)))
    ]
    return (venues[-1], False) if venues else ("", True)


def group_in(places: Places, text: str, likely: str, in_message: bool) -> str:
    """Return the village that a row of its own names for those below it, "" when it names none.

    Numbers before it and the count behind it are no part of its name: "II. DESA CONTOH : 2 RT". In a message a
    sentence names a village only where it is one that is known.
    """
    text = clean(text)
    if not in_message and is_venue(text):
        return ""
    bare = _COUNTED.sub("", _NUMBERED.sub("", text)).strip(_EDGES)
    explicit = places.village_text_in(text)
    if explicit and places.known_beginning(explicit):
        return "" if is_venue(_before(text, explicit)) and not _KIND.match(bare) else explicit
    for words in (_NUMBERED.sub("", text).strip(_EDGES), bare):  # CONTOH 1 is a name before it is a count
        if places.find_village(words, likely).village:
            return words
    heading = _KIND.match(bare) or (explicit and (not in_message or places.find_village(explicit).how == "fuzzy"))
    if explicit and heading and len(bare.split()) <= 6:
        return places.village_text_in(bare) or explicit
    return ""


def _before(text: str, village: str) -> str:
    """Return what stands before the village that a text names; the hall behind it is where its people meet."""
    text = plain(text)
    return text[: text.rfind(village.split()[0])]


def hint_in(places: Places, sheet: str, filename: str, village_sheets: bool) -> Hint:
    """Return the district and the village that the sheet's name, else the file's, names alone."""
    district, village, sure = None, None, True
    for place, text in enumerate((sheet, filename)):
        explicit = places.find_village(places.village_text_in(re.sub(r"[_\W]+", " ", text))).village
        districts, villages, others = places.hints_in(text)
        if district is None and len(districts) == 1 and not (village_sheets and place == 0 and villages):
            district = places.districts[next(iter(districts))]
        known_villages = [places.find_code(code) for code in villages]
        inside = [each for each in known_villages if each and (district is None or each.district_code == district.code)]
        if village is not None:
            continue
        if explicit and (district is None or explicit.district_code == district.code):
            village = explicit
        elif len(inside) == 1 and (
            (village_sheets and place == 0) or not (districts and len(villages) == len(districts))
        ):
            village = inside[0]
            sure = all(word in _OF_FILES or word.isdigit() for word in others)
    return Hint(district, village, sure)


def is_village_sheet(places: Places, name: str) -> bool:
    """Say whether a sheet is called by a village, and by nothing else but a number."""
    _districts, villages, others = places.hints_in(name)
    return bool(villages) and all(word in _OF_FILES or word.isdigit() for word in others)


def villages_of_blocks(marked: Sequence[tuple[int, int, str]]) -> dict[int, str]:
    """Return the village of each row by its number where a list names it in the middle of its block.

    ``marked`` is number, RT and village ("" where none is written) of each row. Nothing is returned where the first
    row has its village, or where the blocks, which begin when the RT begins again, do not name one village each.
    """
    if not marked or marked[0][2] or not any(village for _, _, village in marked):
        return {}
    blocks: list[list[tuple[int, int, str]]] = [[]]
    for each in marked:
        if blocks[-1] and each[1] <= blocks[-1][-1][1]:
            blocks.append([])
        blocks[-1].append(each)
    named = [{village for _, _, village in block if village} for block in blocks]
    if any(len(villages) != 1 for villages in named):
        return {}
    return {number: next(iter(names)) for block, names in zip(blocks, named, strict=True) for number, _, _ in block}
