"""The letterhead and who signs: what may be typed, and how it is kept."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..refusals import Refused

LINES = 3
PAPERS = ("f4", "a4")
LONGEST = {"line": 100, "address": 200, "place": 60, "position": 100, "name": 100, "rank": 60}
"""The most letters of each field, which a paper can hold."""

_NIP = re.compile(r"\d{18}")


@dataclass(frozen=True)
class Signatory:
    """Who signs a paper; ``nip`` is 18 digits or nothing."""

    position: str = ""
    name: str = ""
    rank: str = ""
    nip: str = ""

    def __bool__(self) -> bool:
        return any((self.position, self.name, self.rank, self.nip))


@dataclass(frozen=True)
class Letterhead:
    """What stands above and below every paper: up to three lines and an address; where and by whom it is signed.

    ``signer`` signs at the right, ``witness`` at the left below "Mengetahui"; ``paper`` is the usual one.
    """

    lines: tuple[str, ...] = ()
    address: str = ""
    place: str = ""
    paper: str = PAPERS[0]
    signer: Signatory = Signatory()
    witness: Signatory = Signatory()

    def kept(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"lines": list(self.lines)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Letterhead":
        """Return it from the values of ``kept``."""
        signers = {role: Signatory(**kept[role]) for role in ("signer", "witness")}
        return cls(**{**kept, "lines": tuple(kept["lines"]), **signers})


NO_LETTERHEAD = Letterhead()


def typed(letterhead: Letterhead) -> dict[str, str]:
    """Return the fields of the form as they are filled in for ``letterhead``."""
    lines = (*letterhead.lines, "", "", "")[:LINES]
    fields = {f"line-{number}": line for number, line in enumerate(lines, start=1)}
    fields |= {"address": letterhead.address, "place": letterhead.place, "paper": letterhead.paper}
    for role in ("signer", "witness"):
        fields |= {f"{role}-{name}": value for name, value in asdict(getattr(letterhead, role)).items()}
    return fields


def read(fields: Mapping[str, str]) -> tuple[Letterhead, dict[str, Refused]]:
    """Return what the fields of the form say, and by field what is wrong with them; those are read as empty."""
    problems: dict[str, Refused] = {}

    def checked(key: str, check: Callable[[str], str]) -> str:
        try:
            return check(" ".join(fields.get(key, "").split()))
        except Refused as refused:
            problems[key] = refused
            return ""

    def line(key: str, kind: str) -> str:
        return checked(key, lambda text: _checked_line(kind, text))

    def signatory(role: str) -> Signatory:
        words = {kind: line(f"{role}-{kind}", kind) for kind in ("position", "name", "rank")}
        return Signatory(**words, nip=checked(f"{role}-nip", _checked_nip))

    lines = tuple(filter(None, (line(f"line-{number}", "line") for number in range(1, LINES + 1))))
    address, place = line("address", "address"), line("place", "place")
    paper = checked("paper", _checked_paper)
    return Letterhead(lines, address, place, paper, signatory("signer"), signatory("witness")), problems


def _checked_line(kind: str, text: str) -> str:
    if len(text) > LONGEST[kind]:
        most, n = LONGEST[kind], len(text)
        raise Refused("long_line", "Paling banyak %(most)s huruf; yang diisi %(n)s huruf.", 422, most=most, n=n)
    if not text.isprintable():
        raise Refused("bad_sign", "Ada tanda yang tidak terlihat. Ketik ulang.", 422)
    return text


def _checked_nip(text: str) -> str:
    digits = re.sub(r"[\s.\-]|^NIP\b", "", text, flags=re.IGNORECASE)
    if digits and not _NIP.fullmatch(digits):
        raise Refused("bad_nip", "NIP terdiri atas 18 angka. Kosongkan bila tidak ada.", 422)
    return digits


def _checked_paper(text: str) -> str:
    if text not in PAPERS:
        raise Refused("bad_paper", "Pilih kertas A4 atau F4.", 422)
    return text
