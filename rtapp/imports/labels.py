"""Lines of a message that are filled-in forms: "Nama : …", "RT : 03", several in one line too."""

import re
from dataclasses import dataclass

_LABEL = re.compile(
    r"(?:^|(?<=[\s,;|/(]))(?P<label>nama(?:\s(?:lengkap|kontak|ketua|peserta|ketua\srt|ketua\sr\.t))?|jabatan|sebagai|"
    r"(?:no\.?\s?|nomor\s)?r\.?t\.?(?:\s?/\s?r\.?w\.?)?|r\.?w\.?|"
    r"(?:no\.?\s?|nomor\s)?(?:hp|handphone|wa|whatsapp|telp|telepon|telpon|tlp|kontak|mobile|cell|ponsel|seluler)(?:\s?/\s?(?:wa|hp|telp))?\.?|"
    r"desa(?:\s?/\s?kel(?:urahan)?)?|kelurahan|kel|kecamatan|kec|alamat|"
    r"nik|no\.?\sktp|ktp|ttl|tempat[,\s]{1,2}(?:tgl|tanggal)\slahir|tanggal\slahir|jenis\skelamin|umur|usia|pendidikan|pekerjaan|agama|email)"
    r"\s?[:=]\s?",
    re.I,
)
_FIELDS = (
    ("name", "nama"), ("office", "jabatan"), ("office", "sebagai"), ("village", "desa"), ("village", "kelurahan"),
    ("district", "kecamatan"), ("district", "kec"), ("village", "kel"), ("address", "alamat"),
)  # fmt: skip
_PHONE = re.compile(r"hp|handphone|wa|whatsapp|tel|tlp|kontak|mobile|cell|ponsel|seluler", re.I)
_PRIVATE = re.compile(r"nik|ktp|ttl|lahir|kelamin|umur|usia|pendidikan|pekerjaan|agama|email", re.I)
_LONGEST = 600


@dataclass(frozen=True)
class Label:
    """What a label says: the field it names ("" for one that is not kept) and what stands behind it."""

    field: str
    value: str


def labels_in(text: str) -> list[Label]:
    """Return the labels of a line that begins with one, in order; none where it does not."""
    if len(text) > _LONGEST:
        return []
    matches = list(_LABEL.finditer(text))
    if not matches or matches[0].start() != 0:
        return []
    ends = [each.start() for each in matches[1:]] + [len(text)]
    return [
        Label(_field(each["label"].lower()), text[each.end() : end].strip(" ,;|/-"))
        for each, end in zip(matches, ends, strict=True)
    ]


def _field(label: str) -> str:
    if _PRIVATE.search(label):
        return "private"
    known = next((name for name, word in _FIELDS if label.startswith(word)), "")
    if known:
        return known
    if _PHONE.search(label):
        return "phone"
    return "rt" if "t" in label else "rw"
