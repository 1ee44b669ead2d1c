"""Lists out: the roster as a file, the codes of its cards, the template."""

import csv
import io

import pytest
from openpyxl import load_workbook

from rtapp.db import begin_write
from rtapp.documents.sheets import read_workbook
from rtapp.refusals import Refused
from rtapp.roster import export_store, store
from rtapp.roster.find_store import find_person

from .lists import numbers, plan
from .trailed import trail

pytestmark = pytest.mark.both_engines(at_length=True)


def rows_of(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in read_workbook(data).sheets[0].rows]


def test_the_roster_goes_out_with_the_columns_of_the_template_and_the_wave(session, world):
    rows = export_store.export_rows(session, False)
    assert rows[0] == [*export_store.TEMPLATE, "Gelombang"]
    assert ["Murung Pudak", "Belimbing Raya", "002", "", "Hj. RAHMAH", "P", "081200000102", "Ketua RT", "I"] in rows
    assert "Tamu Contoh" not in str(rows)


def test_the_codes_go_out_with_everybody_who_has_a_card(session, world):
    rows = export_store.export_rows(session, True)
    assert ",".join(rows[0]) == "code,short_code,name,rt,rw,village_code,village,district,wave"
    own = [world.tokens["rahmah"], world.short_codes["rahmah"], "Hj. RAHMAH"]
    assert [*own, "002", "", "63.09.06.1001", "Belimbing Raya", "Murung Pudak", "1"] in rows
    assert rows[-1][2:] == ["Tamu Contoh", "", "", "", "", "", ""]


def test_an_archived_person_is_in_no_file(session, world):
    store.archive_participant(begin_write(session), "uji", world.people["rahmah"], "keliru", now=world.now)
    session.commit()
    assert "Hj. RAHMAH" not in str(export_store.export_rows(session, True) + export_store.export_rows(session, False))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_name_that_looks_like_a_formula_goes_out_as_text(writing, world, form):
    version = find_person(writing, world.people["yusuf"]).version
    store.change_participant(writing, "uji", world.people["yusuf"], version, {"name": '=HYPERLINK("x")'}, now=world.now)
    data, count = export_store.export(writing, "uji", form, codes=False, now=world.now)
    writing.commit()
    assert count == 9
    if form == "csv":
        assert "'=HYPERLINK" in data.decode()
    else:
        cells = [cell for row in load_workbook(io.BytesIO(data)).active for cell in row]
        assert [cell.data_type for cell in cells if "HYPERLINK" in str(cell.value)] == ["s"]
    assert '=HYPERLINK("x")' in str(rows_of(data))


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
def test_what_goes_out_comes_back_as_the_same_roster(session, world, form):
    data, count = export_store.export(begin_write(session), "uji", form, codes=False, now=world.now)
    session.rollback()
    made = plan(session, data, f"peserta.{form}")
    assert numbers(made) == (count, 0, 0)
    assert made.changes == {"same": count} and not made.missing


def test_every_export_is_noted_with_its_number_of_rows(session, world):
    begin_write(session)
    export_store.export(session, "Uji admin", "csv", codes=True, now=world.now)
    session.commit()
    line, kept = trail(session, 1)[0]
    assert (line.actor, line.action) == ("Uji admin", "roster.export")
    assert kept.values == {"rows": 10, "codes": True, "form": "csv"}


def test_an_unknown_kind_of_file_is_refused(session, world):
    with pytest.raises(Refused, match="XLSX, ODS, atau CSV"):
        export_store.export(begin_write(session), "uji", "pdf", codes=False, now=world.now)


def test_the_template_offers_the_places_and_no_identity_number(session, world):
    sheet = load_workbook(io.BytesIO(export_store.template(session)))["Ketua RT"]
    assert [cell.value for cell in sheet[1]] == list(export_store.TEMPLATE)
    assert "NIK" not in str([cell.value for cell in sheet[1]])
    assert {sheet.column_dimensions[letter].number_format for letter in "ACEG"} == {"@"}
    assert len(sheet.data_validations.dataValidation) == 3


@pytest.mark.parametrize("path", ["/participants.xlsx", "/participants.csv", "/roster-template.xlsx"])
def test_an_admin_downloads_a_file_that_no_cache_keeps(client_of, path):
    response = client_of("admin").get(path)
    assert response.status_code == 200 and "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"
    assert read_workbook(response.data).sheets


def test_a_csv_export_is_read_by_programs(client_of):
    text = client_of("admin").get("/participants.csv").text
    assert len(list(csv.DictReader(io.StringIO(text)))) == 9
