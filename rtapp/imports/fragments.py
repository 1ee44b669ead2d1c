"""Pieces of a message's line: the RTs it names, and what the words before and behind them say."""

import re
from dataclasses import dataclass, field

from ..roster.spelling import clean, plain, roman_value, word_set
from .naming import (
    is_name,
    says_vacant,
    split_numbers,
    tidy_name,
    with_chat_numbers,
    without_labels,
    without_links,
    without_name_words,
    without_remarks,
)

_NUMBER = (
    r"(?:0{0,3}\d{1,3}(?![.,]\d{3}(?!\d))|o\d{1,2}|[ivx]{1,5}|"  # RT 50.000 is money, RT O2 is asked about
    r"satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh)"
)
_UNIT = r"(?:r[./]?\s?t(?![^\W\d_])|rukun\stetangga)"
_BEFORE = r"[\s.:_#\-]{0,4}(?:(?:nomor|nmr|no|ke)(?![^\W\d_])[\s.:\-]{0,3})?"
_RT = re.compile(
    rf"(?<![^\W_]){_UNIT}(?P<both>\s?[/&]\s?r\.?\s?w\.?(?![^\W\d_]))?{_BEFORE}(?P<n>{_NUMBER})"
    rf"(?:[/\-](?=[a-hj-uwyz](?![^\W_]|\.))|\s(?=[a-z]\s?(?:[:=(]|[\-–]\s)))?(?P<s>[a-z]?)(?![^\W_])"
    rf"(?P<more>(?:\s?(?:,|&|\+|-|–|dan|s\.?/?d\.?|sampai(?:\sdengan)?|hingga)\s?(?:{_UNIT}{_BEFORE})?\d{{1,3}}(?![\w.)])(?!\s?[.)/\-]?\s?\d)){{0,8}})"
    rf"(?:\s?[/,\-]?\s?(?:rw|r\.\s?w)\.?{_BEFORE}(?P<rw>\d{{1,3}}|[ivx]{{1,5}})(?![\w])|\s?/\s?(?P<slash>\d{{1,3}})(?![\w])(?![\s.\-]?\d))?",
    re.I,
)
_RW = re.compile(r"(?<![^\W_])(?:r\.?\s?w\.?|rukun\swarga)(?![^\W\d_])[\s.:_\-]{0,4}(\d{1,3})(?!\w)", re.I)
# To the end of their piece, however long: what a bound would cut off a word would be taken for a name.
_VILLAGE = re.compile(r"\b(?:desa|ds|kelurahan|kel)\b\.?\s?:?\s?([^|:=,;()\-–\n]*)", re.I)
_DISTRICT = re.compile(r"\b(?:kecamatan|kec)\b\.?\s?:?\s?[^|:=,;()\-–\n]*", re.I)
# What stands beside the person: where somebody lives, which account the money goes to, what has no number.
_ASIDE = re.compile(
    r"[,;(\s]\s?(?:(?:umur|usia)\s?\d{1,3}\b|\d{1,3}\s?(?:th|thn|tahun)\b)(?:\s?(?:th|thn|tahun)\b)?\.?\)?|"
    r"[,;(\s]\s?\d{1,4}\s?(?:kk|jiwa)\b\.?\)?|"
    r"\brp\.?\s?\d{1,3}(?:[.,]\d{3}){0,3}(?:,(?:-|00))?|"
    r"[,;(]\s?(?:lahir\s)?[^\W\d_]{3,20}(?:\s[^\W\d_]{3,20})?,?\s"
    r"\d{1,2}[\-/ ](?:\d{1,2}|[a-z]{3,9})[\-/ ](?:19|20)\d\d\b\)?|"
    r"[,;(\s]\s?(?:jl|jln|jalan|gang|gg|komp|komplek|kompleks|perum|perumahan)(?:\.\s?|\s)"
    r"(?:(?!\+?\d(?:[ .\-]?\d){8}|r\.?t\b|\s[\-–]\s)[^,;()|\n:=]){1,80}"
    r"(?:r\.?t\.?\s?\d{1,3}\s{0,2}(?:no\.?\s?\d{1,4})?)?|"
    r"\b(?:no\.?\s?)?rek(?:ening)?\b\.?[^|\d\n]{0,40}",
    re.I,
)
_WITHOUT_NUMBER = re.compile(
    r"[\s,(\-]{0,4}\b(?:tidak|tdk|tak|tanpa|belum|blm|blum|kada|kad[ae]da|gak|ga|nggak)\s(?:ada|punya|memiliki|memakai|pakai|menggunakan|baisi)?\s?"
    r"(?:no|nomor|hp|wa|telp|telpon|telepon|whatsapp|handphone|android)\b[^|,;\d]{0,30}|"
    rf"[\s,(]{{0,3}}(?:\b(?:no|nomor)\b\.?\s?)?\b(?:hp|wa|telp|telpon|telepon|tlp|kontak|nomor(?:nya)?)\b{'(?:/?(?:hp|wa))?'}"
    r"[\s.:=\-]{0,4}(?:nya\s)?(?:(?:belum|blm|tidak|tdk|tak)\b[^|,;\d]{0,30}|menyusul\b|kosong\b|nihil\b|-+)[)\s]{0,3}(?=[|,;]|$)",
    re.I,
)
_OFFICE = re.compile(
    r"^[\s.:\-]{0,4}(?:nama\s|dan\s)?(?:nama2?\s)?(?:bapak\s|pak\s|bpk\.?\s)?(?:ketua|kepala)\b[\s.:=\-]{0,4}|[\s,.\-(]{1,3}(?:selaku\s|sebagai\s)?ketua[\s.:=\-]{0,3}$",
    re.I,
)
_LEAD = re.compile(
    r"^[\s.:=\-–>*•)(\]]{0,8}(?:(?:(?:perkenalkan\s)?(?:nama\s)?(?:saya|ulun|aku)(?=[\s:]{1,3}(?-i:[A-Z]))|"
    r"(?:nama|ngaran)(?:nya)?|untuk|utk|yaitu|adalah|ialah|atas nama|a\.?[/]?n\.?|an\.)(?=[\s.:])"
    r"[\s.:=\-]{0,4})?",
    re.I,
)
_TAIL = re.compile(
    r"[\s,;.|(\[/&]{0,4}(?:(?:\d{1,3}\s?[.)])|\bdan\b|\bserta\b|\b(?:nama|untuk|utk|pak?|bapak|bpk|i?bu)\s?:?)?[\s,;:|(\[\-–=]{0,4}$",
    re.I,
)
# Whether somebody comes, behind the name: "Contoh hadir", "Contoh - izin sakit", "Contoh insya Allah hadir".
_PRESENCE = re.compile(
    r"[\s,;.(\-–]{1,4}(?:(?:siap|insya\s?allah|akan|bisa|dapat|tidak|tdk|tak|belum|blm|ikut|sudah|sdh|ber)\s?){0,3}"
    r"(?:hadir|izin|ijin|sakit|absen|datang|ikut|alpa)(?:\s(?:sakit|hadir|kerja|acara|keluarga|di|karena))*[\s).,;]*$",
    re.I,
)
_REMARK = re.compile(r"\([^()]{0,80}\)")
_NO_HEAD = re.compile(
    r"^\W{0,4}(?:kades|kepala desa|pembakal|lurah|sekdes|sekretaris|bendahara|camat|kadus|kepala dusun|admin|operator|"
    r"cp|contact|nb|"
    r"catatan|alamat|ket|keterangan|info|narahubung|hubungi|babinsa|bhabinkamtibmas|ketua rw|tempat|lokasi|acara)\b",
    re.I,
)
_CLOSING = re.compile(
    r"[.,;!]\s{1,3}(?=(?:terima|terimakasih|trims|makasih|demikian|mohon|wassalam|wass|maaf|sekian|matur|atas)\b)", re.I
)
_CHATTER = word_set(
    "assalamualaikum wassalam salam selamat pagi siang sore malam terima kasih makasih terimakasih mohon izin "
    "ijin maaf kami kita saya demikian sampaikan disampaikan kirim mengirim dikirim menyampaikan kirimkan data "
    "jadi jumlah ada di yang sudah belum akan dengan nomor hp alamat kantor ditunggu tolong juga saja nanti dulu "
    "berikut ini itu tersebut untuk dari kepada bahwa karena lengkap orang warga rumah tanah masih segera diminta "
    "harap agar rapat acara undangan lunas hadir kondusif terkendali siaga beres banjir kebakaran longsor bantuan "
    "iuran beras sembako disalurkan menuju padam terdampak korban posko petugas sejak setinggi"
)
# Verbs in the active, in small letters as within a sentence: mengalami, menyampaikan, membutuhkan, menerima.
_VERB = re.compile(
    r"\b(?:meng[a-z]{4,20}|meny[a-z]{4,20}|mem[bp][a-z]{4,20}|"
    r"men[cdejtu][a-z]{4,20}|ber[bgjkst][a-z]{5,20})\b"
)
_AWAITED = re.compile(r"\b(?:me)?nunggu\ssk\b")  # what a head waits for, who is none yet
_PARTICLES = word_set("bin binti bt b alias als al el ibn ibnu pak bu bpk ibu bapak h hj")


@dataclass(frozen=True)
class Piece:
    """An RT named in a text: where, how it is written, its RW, its number as three digits ("" for several)."""

    start: int
    end: int
    text: str
    rw: str = ""
    number: str = ""


@dataclass(frozen=True)
class Fragment:
    """What a piece of text beside an RT says.

    ``name`` is a person's name and nothing else; ``vacant`` what says that there is nobody; ``words`` whatever else
    is left; ``chatter`` whether it is a sentence; ``is_note`` whether it speaks of another office or place.
    """

    name: str = ""
    village: str = ""
    rw: str = ""
    phones: list[str] = field(default_factory=list)
    vacant: str = ""
    words: str = ""
    chatter: bool = False
    is_note: bool = False

    @property
    def is_person(self) -> bool:
        """Whether it names somebody."""
        return bool(self.name)


def mentions_in(text: str) -> list[Piece]:
    """Return the RTs that a text names, in order; "RT 1 dan 2" is one piece."""
    pieces = []
    for match in _RT.finditer(text):
        rw = match["rw"] or match["slash"] or ""
        written = f"RT {match['n']}{match['s']}" + (f" {match['more'].strip()}" if match["more"] else "")
        number = "" if match["more"] else _three(match["n"])
        pieces.append(Piece(match.start(), match.end(), written, rw, number))
    return _joined(text, pieces)


def without_asides(text: str) -> str:
    """Return a line without addresses and bank accounts, whose numbers are nobody's RT or phone."""
    return _ASIDE.sub(", ", text)


def village_said(text: str) -> str:
    """Return what stands behind the word desa or kelurahan, "" where it does not occur."""
    match = _VILLAGE.search(text[:400])
    return clean(match[1]).strip(" .") if match else ""


def understand(text: str) -> Fragment:
    """Return what the text before or behind an RT says."""
    is_note = bool(_NO_HEAD.match(text))
    numbers = split_numbers(_CLOSING.sub(" | ", without_links(with_chat_numbers(text))))
    text, phones = numbers.left, numbers.phones or numbers.others
    bare = _WITHOUT_NUMBER.sub(" | ", text)
    text = bare if any(map(str.isalpha, bare)) else text
    village, rw = _VILLAGE.search(text), _RW.search(text)
    text = _DISTRICT.sub(" | ", text)
    if village:
        text = _VILLAGE.sub(" | ", text)
    text = _RW.sub(" | ", text)
    text = without_labels(text)
    remarks = [match[0] for match in _REMARK.finditer(text)]
    vacancy = next((each for each in remarks if says_vacant(each) and any(map(str.isalpha, each))), "")
    text = without_remarks(text)
    parts = [clean(_trimmed(part)) for part in text.split("|")]
    parts = [part for part in parts if any(map(str.isalpha, part))]
    reading = Fragment(village=clean(village[1]).strip(" .") if village else "", rw=rw[1] if rw else "", phones=phones)
    return _judged(parts, vacancy, reading, is_note)


def _judged(parts: list[str], vacancy: str, reading: Fragment, is_note: bool) -> Fragment:
    """Return ``reading`` with what its parts are: a name, a vacancy, or words."""
    facts = dict(village=reading.village, rw=reading.rw, phones=reading.phones, is_note=is_note)
    names = [name for part in parts if is_name(name := tidy_name(part)) and not is_chatter(part)]
    vacant = next((part for part in parts if says_vacant(part)), vacancy)
    words = " ".join(parts)
    if vacant and not names:
        return Fragment(**facts, vacant=vacant, words=words, chatter=_is_about_something(words))
    if len(names) == 1 or (names and len(set(names)) == 1):
        return Fragment(**facts, name=names[0], words=words)
    if len(names) > 1:
        return Fragment(
            **facts,
            name=names[0] if all(len(each.split()) < 2 for each in names[1:]) and reading.phones else " / ".join(names),
            words=words,
        )
    return Fragment(**facts, words=words, chatter=is_chatter(words))


def says_presence(text: str) -> bool:
    """Say whether a text says no more than that somebody comes, or does not."""
    return not _PRESENCE.sub("", f" {text[:200]}").strip()


def is_chatter(text: str) -> bool:
    """Say whether a text is a piece of a sentence and no name."""
    words = re.findall(r"[a-z]+", plain(without_name_words(text[:400])))
    return bool(_VERB.search(text[:400]) or _CHATTER & set(words))


def is_sentence(text: str) -> bool:
    """Say whether a text that reads as a name is prose: about half of its words or more are in lower case."""
    words = [word for word in re.findall(r"[^\W\d_]+", text[:200]) if word.lower() not in _PARTICLES]
    small = sum(word.islower() for word in words)
    return small > 1 and small < len(words) <= 2 * small + 1


def _is_about_something(text: str) -> bool:
    """Say whether what is missing is a number or a paper, and no head: "nomor hp menyusul"."""
    words = set(re.findall(r"[a-z]+", _AWAITED.sub(" ", plain(text[:400]))))
    return bool(words & {"hp", "nomor", "no", "wa", "data", "datanya", "nomornya", "fotokopi", "ktp", "sk", "ditunggu"})


def _trimmed(part: str) -> str:
    """Return a piece without the office, the labels and the signs at its ends."""
    before = ""
    while part != before:
        before = part
        part = _OFFICE.sub(" ", part[:400])
        part = _TAIL.sub("", _LEAD.sub("", part, count=1).rstrip())
        part = _PRESENCE.sub("", part)
    return part


def _joined(text: str, pieces: list[Piece]) -> list[Piece]:
    """Join RTs between which nothing but "dan", "sampai" or a dash stands: one person for several."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and re.fullmatch(
            r"\s?(?:dan|&|\+|-|–|s\.?/?d\.?|sampai|hingga|,)\s?", text[last.end : piece.start], re.I
        ):
            joined[-1] = Piece(last.start, piece.end, text[last.start : piece.end])
        else:
            joined.append(piece)
    return joined


_SPELT = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")


def _three(number: str) -> str:
    number = number.lower()
    value = int(number) if number.isdigit() else _SPELT.index(number) + 1 if number in _SPELT else roman_value(number)
    return f"{value:03}"
