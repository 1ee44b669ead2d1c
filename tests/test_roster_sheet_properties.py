"""Whatever stands in a sheet: reading it never fails, invents nobody, and drops no row without a reason."""

import csv
from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtapp.commands.demo import PLACES
from rtapp.documents.cells import Cell, Merge, Row, Sheet, number_cell, packed_rows, text_cell
from rtapp.imports.drafts import Answers, RowClass
from rtapp.imports.matching import match
from rtapp.imports.places import KnownVillage, Places
from rtapp.imports.seats import Known
from rtapp.imports.sheet import read_sheet
from rtapp.imports.survey import Context
from rtapp.roster.spelling import clean

from . import AT_LENGTH

with PLACES.open(encoding="utf-8", newline="") as file:
    TABALONG = Places(
        KnownVillage(row["village_code"], row["village"], row["district_code"], row["district"], row["kind"])
        for row in csv.DictReader(file)
    )
NOBODY_KNOWN = Known((), {"63.09.06": 1, "63.09.07": 1}, frozenset({1, 2}))
HEADERS = [
    *("No", "NAMA", "Nama Ketua RT", "RT", "NO. RT", "RT/RW", "Desa", "DESA/KEL", "Alamat", "No HP", "L/P", "NIK"),
    *("Jabatan", "Gelombang", "Tanggal", "Ket", "TTD", "Kecamatan", "RW", "Foto"),
]
WORDS = [
    *("CONTOH SATU", "Hj. Contoh, S.Pd", "kosong", "-", "Hayup", "Padangin", "Sei Kumap", "Belimbing Raya"),
    *("DESA SUPUT", "KELURAHAN MABU'UN", "Kec. Jaro", "RT 3", "RT.04/RW.01", "III", "03 (tiga)", "JUMLAH"),
    *("JUMLAH 7", "Total", "Tanjung, 3 November 2023", "CAMAT JARO", "NIP. 19700101 199003 1 999", "Mengetahui"),
    *("Ket: contoh", "Plt. CONTOH", "CONTOH (alm)", "CONTOH A / CONTOH B", "0812-0000-0001", "8.14E+10", "I", "Gel. 2"),
    *("6309010101709901", "L", "P", "Sekretaris RT", "Ketua RW", "#N/A", "=1+1", "\u00a0", "'012", "RW 02", "sda"),
    "8 Nopember 2023",
]
texts = st.sampled_from(WORDS + HEADERS) | st.text(max_size=30)
cells = st.one_of(
    st.just(Cell()),
    texts.map(text_cell),
    st.integers(-5, 10**17).map(number_cell),
    st.floats(allow_nan=True, allow_infinity=True).map(number_cell),
    st.dates(date(1950, 1, 1), date(2050, 1, 1)).map(lambda day: Cell(day, "date")),
    st.just(Cell(datetime(2023, 1, 3), "date")),
    st.sampled_from(["#N/A", "#REF!"]).map(lambda text: Cell(text, "error")),
    st.booleans().map(lambda flag: Cell(flag, "bool")),
    texts.map(lambda text: text_cell(text, struck=True)),
)


@st.composite
def sheets(draw):
    """A sheet with a header somewhere, or none, and anything above and below it."""
    width = draw(st.integers(2, 9))
    header = draw(st.lists(st.sampled_from(HEADERS), min_size=width, max_size=width, unique=draw(st.booleans())))
    above = draw(st.lists(st.lists(cells, max_size=width), max_size=4))
    below = draw(st.lists(st.lists(cells, max_size=width + 1), max_size=14))
    middle = [[text_cell(text) for text in header]] if draw(st.integers(0, 9)) else []
    hidden = st.integers(0, 19).map(lambda number: number == 0)
    rows = [Row(number, tuple(row), draw(hidden)) for number, row in enumerate([*above, *middle, *below], 1)]
    ranges = st.tuples(st.integers(1, 12), st.integers(0, 8), st.integers(0, 5), st.integers(0, 3))
    merges = draw(st.lists(ranges, max_size=3))
    return Sheet(
        draw(st.sampled_from(["Sheet1", "Hayup", "Jaro", "Gelombang II"])),
        packed_rows(rows),
        draw(hidden),
        tuple(Merge(top, left, top + down, left + right) for top, left, down, right in merges),
    )


@given(sheets(), st.booleans())
@settings(
    max_examples=2000 if AT_LENGTH else 200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_a_sheet_of_anything_is_read_and_every_row_is_told(sheet, accepting):
    answers = Answers(accept_proposals=accepting)
    reading = read_sheet(sheet, Context(TABALONG, {date(2023, 11, 8): 1}, "daftar", answers, sheet.name))
    match(reading.drafts, NOBODY_KNOWN, answers)
    assert {row.number for row in sheet.rows} == {draft.row for draft in reading.drafts}
    by_number = {row.number: row for row in sheet.rows}
    for draft in reading.drafts:
        said = " ".join(clean(cell.text) for cell in by_number[draft.row].cells)
        assert draft.row_class in RowClass
        assert draft.reasons or draft.row_class is RowClass.ACCEPTED
        assert bool(draft.questions) == (draft.row_class is RowClass.REVIEW)
        if draft.row_class is RowClass.ACCEPTED:
            assert draft.name and draft.seat and draft.change
            assert set(draft.name.split()) <= set(said.replace("(", " ").replace(")", " ").split()) | set(said.split())
            assert not draft.phone or draft.phone[-7:] in "".join(
                filter(str.isdigit, said.replace("O", "0").replace("o", "0"))
            )
        told = " ".join([draft.name, draft.phone, draft.note, *map(str, draft.reasons)])
        assert "6309010101709901" not in told
    seats = [draft.seat for draft in reading.drafts if draft.row_class is RowClass.ACCEPTED]
    assert len(seats) == len(set(seats))
