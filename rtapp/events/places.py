"""Codes of districts and villages as the ministry gives them, and lists of places as files hold them."""

import csv
import io
import re
from collections.abc import Mapping

from ..refusals import Refused

LONGEST_PLACE = 100
COLUMNS = ("district_code", "district", "village_code", "village", "kind")
# What people write above the columns, in lower case without signs.
_HEADS = {
    "district_code": ("district code", "kode kecamatan", "kode kec"),
    "district": ("district", "kecamatan", "kec", "nama kecamatan"),
    "village_code": ("village code", "kode desa", "kode kelurahan", "kode desa kelurahan", "kode desa kel", "kode"),
    "village": ("village", "desa", "kelurahan", "desa kelurahan", "desa kel", "nama desa", "nama desa kelurahan"),
    "kind": ("kind", "jenis", "status"),
}
TEMPLATE = (
    "kode kecamatan;kecamatan;kode desa;desa/kelurahan;jenis\n63.09.06;Murung Pudak;63.09.06.1001;Mabu'un;kelurahan\n"
)
KINDS = {"1": "kelurahan", "2": "desa"}  # by the first digit of a village code's fourth part
PlaceRow = tuple[str, str, str, str, str]
_DISTRICT = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}")
_VILLAGE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[12][0-9]{3}")


def checked_district_code(text: str) -> str:
    """Return a district's code, 63.09.06, also when typed without dots; refused in any other shape."""
    code = _dotted(text)
    if not _DISTRICT.fullmatch(code):
        raise Refused(
            "bad_district_code", "Kode kecamatan terdiri dari enam angka, seperti 63.09.06.", 422, field="code"
        )
    return code


def checked_village_code(text: str) -> str:
    """Return a village's code, 63.09.06.2005, also when typed without dots; refused in any other shape."""
    code = _dotted(text)
    if not _VILLAGE.fullmatch(code):
        raise Refused(
            "bad_village_code",
            "Kode desa seperti 63.09.06.2005; bagian keempat 1… untuk kelurahan, 2… untuk desa.",
            422,
            field="code",
        )
    return code


def district_code_of(village_code: str) -> str:
    """Return the code of the district a village lies in: the first three parts of its own."""
    return village_code.rpartition(".")[0]


def kind_of(village_code: str) -> str:
    """Return "kelurahan" for a fourth part 1xxx, "desa" for 2xxx."""
    return KINDS[village_code.rpartition(".")[2][0]]


def read_places(text: str) -> list[PlaceRow]:
    """Read a CSV with the columns of ``COLUMNS``, named in Indonesian or as there (kind may be absent).

    Commas, semicolons or tabs stand between them. Refused without the columns or any row.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), strict=True, delimiter=max(",;\t", key=first.count))
    try:
        rows.fieldnames = [_column(head) for head in rows.fieldnames or ()]
        lacking = [name for name in COLUMNS[:-1] if name not in (rows.fieldnames or ())]
        places = [] if lacking else [_place(row) for row in rows]
    except csv.Error:
        raise Refused("no_csv", "Berkas ini bukan CSV yang dapat dibaca.", 422, field="file") from None
    if lacking:
        raise Refused(
            "no_place_columns",
            "Berkas wilayah tidak punya kolom %(columns)s.",
            422,
            columns=", ".join(_HEADS[name][1] for name in lacking),
            field="file",
        )
    if not places:
        raise Refused("no_places", "Berkas wilayah tidak berisi satu baris pun.", 422, field="file")
    return places


def _column(head: str) -> str:
    """Return the column that a head means, the head itself where it means none."""
    plain = " ".join(re.sub(r"[^a-z]+", " ", head.lower()).split())
    return next((column for column, heads in _HEADS.items() if plain in heads), head)


def _place(row: Mapping[str, str | None]) -> PlaceRow:
    first, second, third, fourth, fifth = ((row.get(name) or "").strip() for name in COLUMNS)
    return first, second, third, fourth, fifth


def _dotted(text: str) -> str:
    code = "".join(text.split())
    if re.fullmatch(r"[0-9]{6}([0-9]{4})?", code):
        code = ".".join(filter(None, (code[:2], code[2:4], code[4:6], code[6:])))
    return code
