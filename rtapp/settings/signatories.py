"""Who signs a paper: any number side by side, free text, remembered for each kind of paper."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..refusals import Refused

LONGEST = {"caption": 60, "position": 120, "name": 120, "rank": 80}
"""The most characters of each field; a paper wraps them, it cuts none."""

MOST = 12
FEWER = {"certificate": 3}  # whose page has no room for more
EVERY = "every"
KINDS = (EVERY, "attendance", "transport", "recap", "report", "certificate", "matched", "erasure")
"""The papers that are signed by somebody of their own, and what stands for every other one."""

CLERKS = {
    "transport": "Bendahara",
    "recap": "Petugas rekap",
    "matched": "Petugas penghitung",
    "erasure": "Yang memusnahkan",
}
"""Who signs such a paper himself while nobody is set for it: then the usual signatory bears witness."""

WITNESS = "Mengetahui,"
FIELDS = (*LONGEST, "nip")
_NIP = re.compile(r"\d{18}")


@dataclass(frozen=True)
class Signatory:
    """Who signs: ``caption`` stands above the position ("Mengetahui,"), ``nip`` is 18 digits or nothing."""

    position: str = ""
    name: str = ""
    rank: str = ""
    nip: str = ""
    caption: str = ""

    def __bool__(self) -> bool:
        return any((self.position, self.name, self.rank, self.nip, self.caption))


IN_CHARGE = Signatory("Penanggung jawab kegiatan")
Signing = Mapping[str, Sequence[Signatory]]


def signers_of(signing: Signing, kind: str) -> tuple[Signatory, ...]:
    """Return the signatories of a kind of paper, left to right: those set for it, else the usual and its clerk."""
    if own := signing.get(kind):
        return tuple(own)
    usual = tuple(signing.get(EVERY, ())) or (IN_CHARGE,)
    if kind not in CLERKS:
        return usual
    first = usual[0]
    return (Signatory(first.position, first.name, first.rank, first.nip, WITNESS), Signatory(CLERKS[kind]))


def as_json(signers: Sequence[Signatory]) -> list[dict[str, str]]:
    """Return signatories as plain values."""
    return [asdict(signer) for signer in signers]


def restored(values: Any) -> dict[str, tuple[Signatory, ...]]:
    """Return the signatories of each kind of paper from their plain values."""
    return {kind: tuple(Signatory(**row) for row in rows) for kind, rows in (values or {}).items() if kind in KINDS}


def checked_field(name: str, text: str) -> str:
    """Return the text of a field as it is kept; refused when it cannot be."""
    if name == "nip":
        digits = re.sub(r"[\s.\-]|^NIP\b", "", text, flags=re.IGNORECASE)
        if digits and not _NIP.fullmatch(digits):
            raise Refused("bad_nip", "NIP terdiri atas 18 angka. Kosongkan bila tidak ada.", 422)
        return digits
    return checked_line(text, LONGEST[name])


def checked_line(text: str, most: int) -> str:
    """Return a line of text; refused when it is longer than ``most`` characters or holds what nobody can see."""
    if len(text) > most:
        raise Refused("long_line", "Paling banyak %(most)s huruf; yang diisi %(n)s huruf.", 422, most=most, n=len(text))
    if not text.isprintable():
        raise Refused("bad_sign", "Ada tanda yang tidak terlihat. Ketik ulang.", 422)
    return text
