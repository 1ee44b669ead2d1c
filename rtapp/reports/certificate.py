"""Who gets a certificate, its number and its check code."""

import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from string import Formatter

from ..events.waves import numeral, one_line
from ..refusals import Refused

DEFAULT_TEMPLATE = "{kode}/{urut}/{unit}/{bulan_romawi}/{tahun}"
LONGEST_TEMPLATE, LONGEST_WORD = 100, 40
# What a template may hold, and what each stands for; {urut} counts over all waves of the event.
PLACES = ("kode", "urut", "unit", "bulan_romawi", "bulan", "tahun", "gelombang")
CODE_LENGTH = 8
_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
_OTHER = re.compile(f"[^{_CHARACTERS}]")


@dataclass(frozen=True)
class Rule:
    """A rule: whoever was marked at ``least`` this many of the ``points`` (checkpoint ids) gets a certificate.

    ``substitutes`` says whether a substitute's presence counts for the head, who is named on the certificate.
    """

    points: tuple[int, ...]
    least: int
    substitutes: bool = False


@dataclass(frozen=True)
class Numbering:
    """The form of the numbers: ``template`` with its placeholders, and the values of {kode} and {unit}."""

    template: str = DEFAULT_TEMPLATE
    code: str = ""
    unit: str = ""


def meets(rule: Rule, marks: Iterable[tuple[int, str]]) -> bool:
    """Say whether somebody's marks (checkpoint, "sendiri" or "diwakili") are enough."""
    counted = {point for point, mode in marks if rule.substitutes or mode == "sendiri"}
    return len(counted.intersection(rule.points)) >= rule.least


def checked_rule(points: Collection[int], least: int, substitutes: bool, offered: Collection[int]) -> Rule:
    """Return the rule; refused without a checkpoint of the wave, or if it asks for more than were chosen."""
    chosen = tuple(sorted(set(points).intersection(offered)))
    if not chosen:
        raise Refused("no_points", "Pilih paling sedikit satu titik absensi yang dihitung.", 422)
    if not 1 <= least <= len(chosen):
        raise Refused(
            "bad_least",
            "Jumlah kehadiran paling sedikit 1 dan paling banyak %(most)s.",
            422,
            field="least",
            most=len(chosen),
        )
    return Rule(chosen, least, substitutes)


def checked_numbering(template: str, code: str, unit: str) -> Numbering:
    """Return the numbering; refused if its template cannot be filled or gives everybody the same number."""
    template, code, unit = one_line(template), one_line(code), one_line(unit)
    used = _places(template)
    unknown = sorted(used - set(PLACES))
    if unknown:
        raise Refused(
            "unknown_place",
            "Pola nomor memuat {%(place)s}, yang tidak dikenal. Yang ada: %(places)s.",
            422,
            field="template",
            place=unknown[0][:40],
            places=", ".join(f"{{{place}}}" for place in PLACES),
        )
    if "urut" not in used:
        raise Refused(
            "no_sequence", "Pola nomor harus memuat {urut}, supaya setiap nomor berbeda.", 422, field="template"
        )
    for place, field, word in (("kode", "code", code), ("unit", "unit", unit)):
        if place in used and not word:
            raise Refused("no_word", "Pola nomor memakai {%(place)s}: isi dahulu.", 422, field=field, place=place)
    if (
        len(template) > LONGEST_TEMPLATE
        or template.count("{") > len(PLACES)
        or max(len(code), len(unit)) > LONGEST_WORD
    ):
        raise Refused("long_template", "Pola nomor, kode, atau unit terlalu panjang.", 422)
    return Numbering(template, code, unit)


def number_text(numbering: Numbering, sequence: int, wave: int, day: date) -> str:
    """Return the number of the ``sequence``-th certificate of the event, of a wave on this day."""
    return numbering.template.format(
        kode=numbering.code,
        urut=f"{sequence:03}",
        unit=numbering.unit,
        bulan_romawi=numeral(day.month),
        bulan=f"{day.month:02}",
        tahun=day.year,
        gelombang=numeral(wave),
    )


def mint_code() -> str:
    """Return a new random check code."""
    return "".join(secrets.choice(_CHARACTERS) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """Return a check code as it is printed, ``K7F3-MQXA``."""
    return f"{code[:4]}-{code[4:]}"


def read_code(raw: str) -> str | None:
    """Return the check code in a typed or scanned text, with or without an address; None where it has none."""
    text = re.sub(r"[\s.\-–_]", "", raw.strip()[:200].upper().rpartition("/")[2])
    return text if len(text) == CODE_LENGTH and not _OTHER.search(text) else None


def payload(code: str, base_url: str = "") -> str:
    """Return what the QR code holds: the address of the check page under ``base_url``, the bare code without one."""
    return f"{base_url}/C/{code}".upper() if base_url else code


def _places(template: str) -> set[str]:
    """Return the names in braces; refused where braces do not pair, or hold more than a name."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        parts = [("", "", "?", None)]
    if any(spec or conversion for _text, _name, spec, conversion in parts):
        raise Refused(
            "bad_template",
            "Tanda kurung kurawal dalam pola nomor harus berpasangan, misalnya {urut}.",
            422,
            field="template",
        )
    return {name for _text, name, _spec, _conversion in parts if name is not None}
