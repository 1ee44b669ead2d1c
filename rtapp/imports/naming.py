"""What may be a person's name: tidied of marks, told from words for vacancy, offices, places and sentences."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..refusals import Reason, reason
from ..roster.names import is_degree
from ..roster.phones import numbers_in, without_former
from ..roster.spelling import clean, masked, plain, with_western_digits, word_set

LONGEST = 200
_MOST_WORDS = 12
_MOST_DIGITS = 3
_STRUCK = re.compile(r"~([^~\n]{1,200})~")
_LETTER = re.compile(r"[^\W\d_]")
_EDGES = " \t,;:=|*_~`•·►▶➤→>-–—\\/"
_NUMBERED = re.compile(r"\(?\d{1,3}\s?[.)]\s?(?=[^\W\d_])|\d{1,3}\s+(?=[^\W\d_]{2})")
_LETTERED = re.compile(r"\(?([a-z])\s?[.)]\s?", re.I)
_OFFICE_FIRST = re.compile(
    r"(?:nama\s)?(?:ketua|kepala)\b(?:\s?(?:rukun tetangga|r\.?\s?t\b\.?)"
    r"(?:\s?0{0,2}\d{1,3}(?:\s?/\s?\d{1,3})?(?!\d))?)?[\s.:=\-]{0,4}(?=[^\W\d_])|"
    r"nama(?:\s(?:ketua|lengkap))?\s?[:=]\s?|(?:a\.?\s?[/.]\s?n\.?|an\.|atas nama)\s(?=[^\W\d_])",
    re.I,
)
_OFFICE_LAST = re.compile(r"[\s,(\-]{1,3}(?:selaku\s)?ketua\s?r\.?\s?t\.?\)?$", re.I)
# Behind the head's name: that they are the head no more.
LEFT_SEAT = re.compile(
    r"[\s,\-]{0,3}[(\-,]\s?(?:(?:sudah|sdh|telah|udah)\s)?"
    r"(?:mengundurkan\sdiri|mundur|pindah(?:\s[^\W\d_]{1,20}){0,3}|(?:tidak|tdk|non)\s?aktif(?:\slagi)?|nonaktif|berhenti|"
    r"diberhentikan)\s?\)?$",
    re.I,
)
# Behind the head's name: whom they came after.
_SUCCEEDING = re.compile(
    r"[\s,(\-]{1,3}(?:menggantikan|mengganti|ganti(?:an)?\sdari|pengganti(?:nya)?(?:\sdari)?|dulunya|sebelumnya)\b.*$",
    re.I,
)
# Behind the head's name and a mark: how they came to the office, which they have.
_REMARK_BEHIND = re.compile(
    r"(?:\s?[,;/]|\s[\-–])(?:\s?\b(?:baru|masih|sudah|sdh|telah|aktif|dilantik|terpilih|kembali|lagi|menjabat|perpanjangan|"
    r"definitif|konfirmasi|hadir)\b){1,4}[\s.)]*$",
    re.I,
)
# Verbs in the passive, which no name is: "dijabat sementara", "diisi nanti".
_PASSIVE = re.compile(
    r"\bdi(?:jabat|ganti|usul|tunjuk|isi|rangkap|wakil|pegang|lanjut|tangguh|tunda|kosong|cari|pilih|angkat|lantik|copot|"
    r"berhenti|mutasi|pindah|bentuk|gabung|hapus|mekar)[a-z]{0,5}\b"
)
_LINK = re.compile(r"(?<!\S)(?:[^\s@]{1,64}@[^\s@.]{1,80}\.[^\s@]{1,80}|(?:https?://|www\.)\S{1,300})(?!\S)", re.I)
_CHAT_LINK = re.compile(
    r"(?:https?://)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)(\+?\d{8,15})[^\s|,;)]{0,200}", re.I
)
_LABELS = re.compile(
    r"(?:\b(?:no|nomor|hp|wa|wa\.me|whatsapp|telp|telpon|telepon|tlp|handphone|nik|nip|nrp|no\.?\sktp|ktp|kontak|hub|hubungi|"
    r"nomornya|https?|mobile|cell|seluler|ponsel|anak(?:nya)?|istri(?:nya)?|isteri(?:nya)?|suami(?:nya)?)\b[\s.:=/&\-(]{0,4}){1,6}(?=\||$)",
    re.I,
)
_TRUNK = re.compile(r"\((0\d{2,3}|\+?62)\)")
# O81…, 08I2…: letters typed for digits of a mobile number.
_DIGIT_LETTERS = re.compile(r"(?<![^\W_])[Oo0]8(?=[\dOoIl]*\d[\dOoIl]*\d)[\dOoIl]{7,12}(?!\w)")
_LETTERS_FOR_DIGITS = str.maketrans("OoIl", "0011")
_LEAST_NUMBER = 6  # digits of a number that is part of no name, nor the year of one
_BRACKET = re.compile(r"\(([^()]{0,120})\)|\[([^\[\]]{0,120})\]")
_DATED = re.compile(r"\d{1,4}[/.\-:]\d{1,2}(?:[/.\-:]\d{1,4})?")
# Words that are names by their place: Saiful Islam, Abdul Salam; Selamat Riyadi, not "Selamat pagi".
_NAME_WORDS = re.compile(
    r"\b(?i:abd(?:[uo][ls])?\.?\s(?:salam|kader|hadir)|[^\W\d_]{2,12}ul\sislam)\b|"
    r"\bS(?:elamat|ELAMAT)\b(?!\s(?:(?!bin\b)[a-z]|(?i:pagi|siang|sore|malam|datang|hari|tahun|ulang|idul|natal)\b))"
)
# Words that say that nobody holds the seat; a phrase is vacant when they are all it says.
_VACANT = re.compile(
    r"\b(?:kosong|ksg|ksong|lowong|(?:me)?nyusul|(?:me)?nunggu|kad[ae]da|vak[ua]m|vacant|nihil|nn|n/?a|sda|idem|proses|"
    r"(?:belum|blm|belom|tidak|tdk|tak|blum|kada|kd|gak|ga|nggak|ndak)\s(?:(?:lagi|juga|ada|di|ter)\s?)?"
    r"(?:ada|pilih|dipilih|terpilih|ditunjuk|terbentuk|dibentuk|terisi|diisi|diangkat|definitif|ditetapkan|lapor|kirim|dikirim|setor|masuk|terdata|diketahui)|"
    r"(?:akan|mau|sedang|lagi|dalam)\s(?:di)?pilih(?:an)?|pemilihan|penjaringan|"
    r"dalam\sproses|sedang\sproses|tanpa\s(?:ketua|nama))\b",
    re.I,
)  # fmt: skip
_ONLY_MARKS = re.compile(
    r"[(\[]?\s?(?:x{1,9}|s\.?\s?d\.?\s?a\.?|n\.?\s?n\.?|nn|-|[-–—.\s_?*~/=:0\"']{1,60})\s?[)\]]?", re.I
)
_FILLERS = word_set(
    "untuk utk masih msh sementara saat ini itu pak bu bpk ibu ya yg yang juga jabatan jabatannya ketua ketuanya "
    "rt nya seat kursi karena krn dalam dlm sedang sdg lagi proses pemilihan di ke blm belum ada pilih dipilih "
    "sudah sdh meninggal dunia mundur pindah definitif periode musyawarah dan kami disini hasil warga mohon maaf "
    "baru orangnya menunggu nunggu namanya nama calon calonnya penggantinya pengganti pjs plt setelah wafat lama "
    "akan dulu min kak mengundurkan diri berhenti dari kosongkan katua katuanya lg sk pelantikan"
)
# No name holds one of these: offices, kinds of place, what lists count and note, and the words of sentences.
_NEVER = word_set(
    "ketua sekretaris sekdes sekel bendahara kades kadus pembakal lurah camat kepala wakil anggota admin operator "
    "panitia petugas kasi kaur bpd lpm linmas pkk posyandu kader babinsa pengurus pejabat perangkat staf staff "
    "dirangkap merangkap rangkap katua "
    "desa kelurahan kecamatan kabupaten provinsi kantor aula balai dusun dsn komplek jalan jl alamat rt rw rukun "
    "tetangga warga nama nomor no hp telp telpon telepon whatsapp nik ktp kk nip jumlah jml total rekap lakilaki "
    "perempuan tanggal tgl pukul jam wib wita ket keterangan catatan nb cp ttd tanda tangan lampiran keputusan "
    "tahun periode yang yg untuk utk kami kita terima mohon maaf izin ijin jadi adalah belum blm sudah sdh akan "
    "dengan dgn dari tidak tdk ada masih juga saja atau bahwa karena ini itu oleh kepada bapak2 ibu2 "
    "assalamualaikum wassalam salam selamat pagi siang sore malam demikian disampaikan sampaikan kirim mengirim "
    "dikirim data daftar ditunggu tolong ralat koreksi revisi perbaikan diganti diubah salah benar semua lengkap "
    "siap oke ok baik gmt am pm usia punya media disertakan pesan dihapus islam kristen hindu katolik pns swasta "
    "petani pedagang sd smp sma sarjana mengetahui menyetujui ditetapkan hormat kosong lowong menyusul vakum "
    "proses pemilihan lunas hadir kondusif terkendali siaga beres banjir kebakaran longsor bantuan iuran rapat "
    "laporan lomba juara jadwal ronda konsumsi dokumentasi pemenang resep undangan nyusul "
    "menunggu sk rp cuti umroh umrah dipanggil merantau kalau kalo siapa"
)
_TRAILING = word_set(
    "lagi lg sedang sdg pakai pake "
    "terus trus lalu kemudian ya pak bu min kak bang trims trim makasih tks thx nggih inggih dll dst aja ja lah"
)
_JOINING = word_set("dan serta dengan atau hp wa di ke dari para pada sampai")  # between names, and in none
_RELATED = re.compile(
    r"\d|\b(?:th|thn|tahun|umur|usia|hp|wa|telp|nomor|tidak|tdk|belum|anak|anaknya|istri|isteri|suami|menantu|punya|"
    r"plt|plh|pj|pjs|baru|lama|dulu|dulunya|dahulu|sebelumnya|ganti(?:kan)?|menggantikan|pengganti(?:nya)?|ketua|rt|rw|aktif|nik|ktp|terpilih|dilantik|menjabat|perpanjangan|periode|diwakili|mewakili|wakilnya|hadir|sakit|izin|cuti|umroh|umrah|sedang|lagi|luar|dinas|petahana|islam|jl|jalan)\b",
    re.I,
)


def counted_by_letters(texts: Sequence[str]) -> dict[int, int]:
    """Return where, by its place among ``texts``, each begins behind a letter that counts them: a. b. c.

    The initials of names do not follow one another so; two small letters or three capitals do no longer by chance.
    """
    found: dict[int, int] = {}
    run: list[tuple[int, int]] = []
    for place, text in [*enumerate(texts), (-1, "(a) -")]:
        match = _LETTERED.match(text)
        letter = match[1].lower() if match else ""
        if run and letter and ord(letter) != ord("a") + len(run):
            small = all(texts[each].lstrip("(")[:1].islower() for each, _ in run)
            found |= dict(run) if len(run) > (1 if small else 2) else {}
            run = []
        if match and ord(letter) == ord("a") + len(run):
            run.append((place, match.end()))
    return found


def without_pictures(text: str) -> str:
    """Return ``text`` without emoji, key caps and what else is a picture; letters, digits and marks stay."""
    if text.isascii():
        return text
    characters = (" " if unicodedata.category(character) in ("So", "Sk", "Co") else character for character in text)
    return "".join(
        character
        for character in characters
        if unicodedata.category(character) not in ("Me", "Cf") and not "\ufe00" <= character <= "\ufe0f"
    )


def without_struck(text: str) -> str:
    """Return ``text`` without what a chat shows struck through (~so~), unless that is all there is."""
    if "~" not in text:
        return text
    left = _STRUCK.sub(" ", text)
    return left if _LETTER.search(left) else text.replace("~", " ")


def is_struck(text: str) -> bool:
    """Say whether all of a text's letters are struck through as a chat does it."""
    return bool(_STRUCK.search(text[:LONGEST])) and not _LETTER.search(_STRUCK.sub("", text[:LONGEST]))


@lru_cache(maxsize=4096)
def says_vacant(text: str) -> bool:
    """Say whether a text stands for "nobody": a mark, or words for vacancy with nothing else beside them."""
    text = clean(without_pictures(text[:LONGEST])).strip(" *_~`")
    if not text or _ONLY_MARKS.fullmatch(text):
        return True
    text = plain(text)
    left, times = _VACANT.subn(" ", text)
    if not times:
        return False
    words = re.findall(r"[a-z]+", left)
    if all(word in _FILLERS for word in words):
        return True
    return bool(_VACANT.match(text.strip("([ "))) and all(word in _FILLERS or word in _NEVER for word in words)


def with_chat_numbers(text: str) -> str:
    """Return ``text`` with the number in place of a link that opens a chat with it."""
    return _CHAT_LINK.sub(r" \1 ", text) if "wa.me" in text or "phone=" in text else text


def without_links(text: str) -> str:
    """Return ``text`` without addresses of mail and pages."""
    return _LINK.sub(" ", text) if "@" in text or "www." in text or "://" in text or "wa.me" in text else text


@lru_cache(maxsize=4096)
def tidy_name(text: str) -> str:
    """Return a name as it was meant: without pictures, marks, a number, an office or a label before or behind it.

    Brackets that do not close, and those that hold an age or a remark, are left out; a nickname in brackets stays.
    """
    name = (
        clean(without_struck(without_pictures(without_links(text[: LONGEST * 4])))).replace("*", " ").replace("`", "'")
    )
    name = re.sub(r"\b_|_\b", " ", name)
    before = ""
    while name != before:
        before = name
        name = _unquoted(" ".join(name.split()).strip(_EDGES))
        if name[:1] == "[" and name.find("]") == len(name) - 1:
            name = name[1:-1]
        for lead in (_NUMBERED, _OFFICE_FIRST):
            if (match := lead.match(name)) and match.end():
                name = name[match.end() :]
        if match := _OFFICE_LAST.search(name[-24:]):
            name = name[: len(name) - len(name[-24:]) + match.start()]
    name = _REMARK_BEHIND.sub("", _SUCCEEDING.sub("", without_remarks(name)))
    for pair in ("()", "[]"):
        if name.count(pair[0]) != name.count(pair[1]):
            name = name.replace(pair[0], " ").replace(pair[1], " ")
    words = name.split()
    while len(words) > 1 and plain(words[-1]).strip(".,!") in _TRAILING:
        words.pop()
    return " ".join(words).replace(" ,", ",").strip(_EDGES)


def _unquoted(name: str) -> str:
    """Return a name without quotes around all of it or half a pair of them; a nickname in quotes keeps its own."""
    if name.count('"') % 2 or (name[:1] == name[-1:] == '"' and name.count('"') == 2):
        return name.replace('"', "")
    return name


def without_labels(text: str) -> str:
    """Return ``text`` without the labels of numbers that were taken out of it: "Contoh, HP. |"."""
    return _LABELS.sub(" ", text)


def without_remarks(text: str) -> str:
    """Return ``text`` without brackets that hold an age, years or a remark; a nickname in brackets stays."""
    return _BRACKET.sub(_name_bracket, text)


def _name_bracket(bracket: re.Match[str]) -> str:
    inside = bracket[1] or bracket[2] or ""
    if not _LETTER.search(inside):
        return ""
    return bracket[0] if not _RELATED.search(inside) or LEFT_SEAT.search(bracket[0]) else ""


@dataclass(frozen=True)
class Numbers:
    """A text taken apart: what is left without its numbers, the phones, other numbers of six digits and more.

    ``long`` says that one of an identity number's length was there, which is kept nowhere.
    """

    left: str
    phones: list[str]
    others: list[str]
    long: bool


def split_numbers(text: str) -> Numbers:
    """Take the numbers out of ``text``; a "|" is left where each stood."""
    if not any(map(str.isdigit, text)):
        return Numbers(text, [], [], False)
    text = without_former(with_western_digits(text))
    text = _TRUNK.sub(r" \1 ", text)
    text = _DIGIT_LETTERS.sub(lambda number: number[0].translate(_LETTERS_FOR_DIGITS), text)
    left, phones, others, long, at = [], [], [], False, 0
    for number in numbers_in(text):
        if number.phone or len(number.digits) >= _LEAST_NUMBER:
            left.append(text[at : number.start])
            at = number.end
            phones += [number.phone] if number.phone else []
            long = long or number.is_long
            others += [] if number.phone or number.is_long else [text[number.start : number.end]]
    return Numbers(" | ".join([*left, text[at:]]), phones, others, long)


def name_problem(name: str) -> Reason | None:
    """Return why a text cannot be a person's name, None where it can."""
    facts = {"text": masked(name, 60)}
    if len(name) > LONGEST:
        return reason("name_long", "Nama terlalu panjang: %(length)s huruf, paling banyak 200.", length=len(name))
    letters = len(_LETTER.findall(name))
    digits = sum(map(str.isdigit, name))
    words = re.findall(r"[^\W_]+", plain(name))
    if letters < 2 or digits > _MOST_DIGITS or _DATED.search(name) or "http" in words or len(words) > _MOST_WORDS:
        return reason("name_number", "Kolom nama tidak berisi nama: %(text)s.", **facts)
    undegreed = " ".join(word for word in re.split(r"[\s,]+", without_name_words(name)) if not is_degree(word))
    joined = plain(undegreed).replace("laki-laki", "lakilaki")
    plain_words = set(re.findall(r"[a-z]+", joined))
    two = {"lama", "baru"} <= plain_words  # "lama Contoh baru Sampel"
    if two or plain_words & _NEVER or _PASSIVE.search(joined) or says_vacant(name):
        return reason("name_words", "Kolom nama berisi kata yang bukan nama orang: %(text)s.", **facts)
    return None


def without_name_words(text: str) -> str:
    """Return ``text`` without the words of greetings and creeds that are names where they stand."""
    return _NAME_WORDS.sub(" ", text)


def is_name(text: str) -> bool:
    """Say whether a text reads as a person's name, as strictly as prose must be read: letters alone, few words."""
    words = text.split()
    if (
        _JOINING & set(plain(text[:200]).split())
        or not 0 < len(words) <= 8
        or len(text) > 80
        or any(map(str.isdigit, text))
        or name_problem(text)
    ):
        return False
    return any(len(re.findall(r"[^\W\d_]", word)) > 1 for word in words)
