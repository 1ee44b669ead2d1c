"""Places that no list names: where a regency's list was never imported, villages are what the roster says."""

import re
from collections.abc import Iterator

from ..documents.cells import Row, Sheet
from ..roster.spelling import clean, plain
from .columns import find_layout
from .furniture import begins_signature, texts_of
from .places import KnownVillage, village_key
from .readings import Layout

NOWHERE = "Kecamatan belum diketahui"
_DISTRICT = re.compile(
    r"\b(?:kecamatan|kec)\b\.?\s*:?\s*(.+?)(?=\s+(?:kabupaten|kab|provinsi|prov|tahun|periode)\b|$)", re.I
)
_VILLAGE = re.compile(
    r"\b(desa|kelurahan|kel|ds)\b\.?\s*:?\s*(.+?)(?=\s+(?:kecamatan|kec|kabupaten|kab|tahun)\b|$)", re.I
)
_SEVERAL = re.compile(r"^(?:/|dan\b|se\b|atau\b)|\bse-?(?:kecamatan|kabupaten)", re.I)
_FIRST_CODE = "00.00"


def places_named_in(sheets: list[Sheet]) -> list[KnownVillage]:
    """Return the villages that lists speak of, under codes made for them (00.00.01.2001 …); each once."""
    districts: dict[str, str] = {}
    villages: dict[tuple[str, str], KnownVillage] = {}
    for sheet in sheets:
        layout = None if sheet.hidden else find_layout(sheet)
        for district, kind, name in _named(sheet, layout) if layout else ():
            code = districts.setdefault(plain(district), f"{_FIRST_CODE}.{len(districts) + 1:02}")
            key = (code, village_key(name))
            if key not in villages:
                number = sum(village.district_code == code for village in villages.values()) + 1
                village_code = f"{code}.{'1' if kind == 'kelurahan' else '2'}{number:03}"
                villages[key] = KnownVillage(village_code, _titled(name), code, _titled(district), kind)
    return list(villages.values())


def _named(sheet: Sheet, layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Yield district, kind and name of the village of each row that names one, or stands below one that does."""
    district, village = NOWHERE, ("desa", "")
    for row in sheet.rows:
        line = " ".join(texts_of(row.cells))[:400]
        alone = len(set(texts_of(row.cells))) == 1 or row.number < layout.header[0]
        if alone and not begins_signature([line]):
            district = _district_in(line) or district
            village = _village_in(line) or village
        if row.number <= layout.header[-1]:
            continue
        for block in layout.blocks:
            district = _cell(row, block.fields.get("district")) or district
            own = _cell(row, block.fields.get("village"))
            if own:
                village = _village_in(own) or ("desa", own)
            if village[1] and _cell(row, block.fields["name"]):
                yield district, *village


def _cell(row: Row, column: int | None) -> str:
    text = clean(row.at(column).text) if column is not None else ""
    return text if re.search(r"[^\W\d_]{2,}", text) else ""


def _district_in(text: str) -> str:
    match = _DISTRICT.search(text)
    return match[1].strip(" ,.;") if match else ""


def _village_in(text: str) -> tuple[str, str] | None:
    match = _VILLAGE.search(text)
    if match is None or _SEVERAL.search(match[2]) or _SEVERAL.search(text):
        return None
    kind = "kelurahan" if match[1].lower() in ("kelurahan", "kel") else "desa"
    return kind, match[2].strip(" ,.;")


def _titled(name: str) -> str:
    """Return a name as a list of places writes it: capitals at the beginning of words."""
    return name.title() if name.isupper() or name.islower() else name
