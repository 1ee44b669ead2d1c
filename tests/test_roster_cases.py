"""Five lists of the kinds that arrive, read whole: what is imported, asked, left vacant and skipped."""

import csv
import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook as Book
from sqlalchemy import func, select

from rtapp.imports.drafts import Answers
from rtapp.schema import Participant

from .lists import add_sheet, codes_of, numbers, plan, row_of, saved, skipped, strike, take, workbook


def case_a() -> bytes:
    book = Book()
    book.remove(book.active)
    rows = {
        1: ["DAFTAR KETUA RUKUN TETANGGA (RT)"],
        2: ["KECAMATAN MURUNG PUDAK KABUPATEN TABALONG"],
        3: ["TAHUN 2023"],
        5: ["NO", "NAMA KETUA RT", "ALAMAT", None, "NO.\nHP/WA", "L/P", "KET"],
        6: [None, None, "RT", "DESA/KEL"],
        7: [1, 2, 3, 4, 5, 6, 7],
        8: ["KELURAHAN BELIMBING RAYA"],
        9: [1, "H. AHMAD SYARKAWI", 1, "BELIMBING RAYA", "081200000101", "L"],
        10: [2, "Hj. RAHMAH", 2, "BELIMBING RAYA", 81200000102, "P"],
        11: [3, "M. YUSUF", 3, "Belimbing raya\u00a0", "0812-0000-0103", "L"],
        12: ["JUMLAH", None, 3],
        13: ["KELURAHAN MABU'UN"],
        14: [1, "SITI AMINAH", 1, "Mabuun", "+62 812 0000 0104", "P"],
        15: [2, "HAMDANI BIN UMAR", 2, "MABU`UN", None, "L"],
        16: ["JUMLAH", None, 2],
        17: ["DESA KASIAU"],
        18: [1, "JUNAIDI", 1, "KASIAU", "085200000105", "L"],
        19: [2, "NURHAYATI", 2, "Kasiau", "085200000106 / 081200000107", "P"],
        20: ["JUMLAH", None, 2],
        21: ["JUMLAH SELURUHNYA", None, 7],
        23: [None, None, None, None, "Tanjung, 30 Oktober 2023"],
        24: [None, None, None, None, "CAMAT MURUNG PUDAK,"],
        28: [None, None, None, None, "H. FULAN, S.Sos"],
        29: [None, None, None, None, "NIP. 19700101 199003 1 999"],
    }
    merges = ["A1:G1", "A2:G2", "A3:G3", "A5:A6", "B5:B6", "C5:D5", "E5:E6", "F5:F6", "G5:G6"]
    merges += ["A8:G8", "A12:B12", "A13:G13", "A17:G17", "A21:B21"]
    add_sheet(book, "Rekap", rows, merges)
    return saved(book)


def test_titles_groups_totals_and_signatures_are_nobody(places):
    made = plan(places, case_a(), "01_Rekap_Murung_Pudak.xlsx")
    assert numbers(made) == (7, 0, 0)
    assert [row.seat for row in made.rows if row.row_class == "accepted"] == [
        *(f"63.09.06.1001/00{rt}" for rt in (1, 2, 3)),
        *(f"63.09.06.1006/00{rt}" for rt in (1, 2)),
        *(f"63.09.06.2005/00{rt}" for rt in (1, 2)),
    ]
    assert {row.wave for row in made.rows if row.row_class == "accepted"} == {1}
    told = {code: skipped(made, code) for code in ("title", "header", "numbers", "group", "total_agrees", "signature")}
    assert told == {"title": 3, "header": 2, "numbers": 1, "group": 3, "total_agrees": 4, "signature": 4}
    assert "H. FULAN" not in str([row.name for row in made.rows])


def test_phones_are_mended_and_the_second_one_is_kept_as_a_note(places):
    made = plan(places, case_a())
    assert row_of(made, 10).phone == "081200000102" and "phone_zero" in codes_of(row_of(made, 10))
    assert row_of(made, 14).phone == "081200000104"
    assert row_of(made, 19).phone == "085200000106" and "081200000107" in row_of(made, 19).note


def case_b() -> bytes:
    book = Book()
    book.remove(book.active)
    rows = {
        1: ["DATA KETUA RT SE-KECAMATAN MUARA UYA"],
        3: ["No.", "Desa", "RT", "Nama Lengkap", "Jabatan", "Nomor Telepon"],
        4: [1, "Uwie", "RT. 01", "SYAHRANI", "Ketua RT", "081300000201"],
        5: [2, None, 2, "Norhasanah", "Ketua RT", "081300000202"],
        6: [3, None, "RT 003", "ABDUL MUIS", "Ketua", 81300000203],
        7: [4, None, "RT.04/RW.01", "JAMALUDDIN", "Ketua RT", "-"],
        8: [1, "Sei Kumap", "I", "MASRANI", "Ketua RT", "0813 0000 0204"],
        9: [2, None, "RT II", "RUSLAN", "ketua rt", "081300000205"],
        10: [3, None, "03 (tiga)", "ARBAINAH", "Ketua RT", "081300000206"],
        11: [1, "Muara Uya", "RT 1", "SUPIAN", "Ketua RT", "081300000207"],
        12: [2, None, "RT 2", "MISRAN", "Sekretaris RT", "081300000208"],
        13: [3, None, datetime(2023, 1, 3), "BAIHAQI", "Ketua RT", None],
        14: [4, None, "RT 2", "RIDWAN", "Ketua RT", "081300000209"],
        16: ["Ket: data per 25 Oktober 2023"],
    }
    add_sheet(book, "Sheet1", rows, ["A1:F1", "B4:B7", "B8:B10"])
    return saved(book)


def test_merged_villages_and_every_spelling_of_rt_are_read(places):
    made = plan(places, case_b(), "Data RT Muara Uya - final.xlsx")
    assert numbers(made) == (8, 3, 0)
    seats = {row.row: row.seat for row in made.rows if row.seat}
    assert [seats[row] for row in (4, 5, 6, 7)] == [f"63.09.07.2004/00{rt}" for rt in (1, 2, 3, 4)]
    assert [seats[row] for row in (8, 9, 10)] == [f"63.09.07.2014/00{rt}" for rt in (1, 2, 3)]
    assert seats[11] == "63.09.07.2005/001"
    assert row_of(made, 7).rw == "001" and "rw_partial" in codes_of(row_of(made, 7))
    assert [row.row for row in made.rows if "village_read" in codes_of(row)] == [8]
    assert skipped(made, "note") == 1


def test_what_only_a_person_can_know_is_asked_with_a_proposal(places):
    made = plan(places, case_b())
    double, dated = row_of(made, 14).questions[0], row_of(made, 13).questions[0]
    assert row_of(made, 12).questions[0].key == double.key
    assert next(choice for choice in double.choices if choice.value == double.proposal).label.facts["name"] == "RIDWAN"
    assert dated.proposal == "=003/001" and "3 Januari" in str(dated.sentence)
    assert all("village_filled" in codes_of(row_of(made, row)) for row in (12, 13, 14))
    decided = plan(places, case_b(), answers=Answers(accept_proposals=True))
    assert numbers(decided) == (10, 0, 0)
    assert row_of(decided, 13).seat == "63.09.07.2005/003" and row_of(decided, 12).row_class == "skipped"


def case_c() -> bytes:
    head = ["NO", "KEC", "DESA", "NO RT", "NAMA", "NIK", "TGL LAHIR", "J/K", "HP"]
    born = [date(1970, 3, 12), "12-03-1970", "12 Maret 1970", None]
    rows = [
        ("Nalui", 1, "ISMAIL", "6309111203709901", "L", "081400000301"),
        ("Nalui", 2, "SUMIATI", 6309115507759900, "P", 81400000302),
        ("Nalui", 3, "SLAMET", "'6309110107689903", "L", "8.14E+10"),
        ("Lano", 1, "MULYADI", "6309 1125 0480 9904", "L", "0814 0000 03O5"),
        ("Lano", 2, "WAHYUDI", "6309113102759905", "L", "62814000003 06"),
        ("Lano", 3, "JAPAR", "630911100582990", "L", "tidak ada"),
        ("Namun", 1, "HERMAN", "6309115006839907", "L", "sda"),
        ("Namun", 2, "SUTRISNO", "3399011001719908", "L", "081400000309"),
        ("Jaro", 1, "SALEH", "6309111203709901", "L", "081400000301"),
        ("Jaro", 2, "SUPARDI", "-", "L", "(0526) 000311"),
        ("Purui", 1, "KARTINI", "6,30911E+15", "P", None),
        ("Purui", 2, "ARDIANSYAH", "081400000313", "L", "6309110909749913"),
    ]
    page = [head]
    for place, (village, rt, name, nik, gender, phone) in enumerate(rows):
        page.append([place + 1, "Jaro", village, rt, name, nik, born[place % 4], gender, phone])
    book = Book()
    book.remove(book.active)
    add_sheet(book, "Data", page)
    return saved(book)


def test_identity_numbers_are_never_kept_and_phones_gone_wrong_are_mended_or_dropped(places):
    made = plan(places, case_c(), "NIK_RT_Jaro.xlsx")
    assert numbers(made) == (11, 1, 0)
    phones = {row.row: row.phone for row in made.rows if row.row_class != "skipped"}
    assert phones == {
        2: "081400000301", 3: "081400000302", 4: "", 5: "081400000305", 6: "081400000306", 7: "", 8: "",
        9: "081400000309", 10: "081400000301", 11: "", 12: "", 13: "",
    }  # fmt: skip
    assert "(0526) 000311" in row_of(made, 11).note
    assert "phone_shared" in codes_of(row_of(made, 2)) & codes_of(row_of(made, 10))
    assert made.unstored == ("NIK", "TGL LAHIR")
    said = str([(row.name, row.phone, row.note, [str(why) for why in row.reasons]) for row in made.rows])
    assert "63091" not in said and "33990" not in said
    assert row_of(made, 8).village.name == "Namun"


def test_an_identity_number_in_the_phones_column_is_asked_and_swapped_with_one_tap(places):
    made = plan(places, case_c())
    question = row_of(made, 13).questions[0]
    assert "tertukar" in str(question.sentence) and question.proposal == "swap"
    assert row_of(plan(places, case_c(), answers=Answers({question.key: "swap"})), 13).phone == "081400000313"


CASE_D = (
    "sep=;\r\nNo;Nama Ketua RT;Desa/Kelurahan;RT;HP;Tgl SK;Honor\r\n"
    '1;"Syamsudin, S.Pd";Masingai I;1;081500000501;12/05/2021;500.000\r\n'
    "2;NOOR AIDA;Masingai 1;2;0815-0000-0502;05/13/2021;500.000\r\n"
    '3;"Abdul\r\nRahman";Masingai II;1;="081500000503";12 Mei 2021;500.000\r\n'
    "4;Mas\u2019ud;Masingai ll;2;'081500000504;12-Mei-21;500,000\r\n"
    "5;NURHASANAH;Kinarum;1;815E+08;44328;500.000\r\n6;;Kinarum;2;;;\r\n"
    "7;Suriansyah;Bilas;1;081500000507;12/05/2021;500.000;catatan tambahan\r\n8;Rusdi;Pangelak;1\r\n"
    ";;;;;;\r\nJUMLAH;8;;;;;\r\n"
)


def in_commas(text: str) -> str:
    """The same content with commas, every field in quotes."""
    rows = list(csv.reader(io.StringIO(text.split("\r\n", 1)[1], newline=""), delimiter=";"))
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [CASE_D.encode("cp1252"), CASE_D.encode("utf-8-sig"), CASE_D.encode("utf-16"), in_commas(CASE_D).encode("utf-8")],
    ids=["windows-1252", "utf-8 with BOM", "utf-16", "commas and quotes"],
)
def test_a_csv_of_an_indonesian_office_reads_alike_in_every_encoding(places, data):
    made = plan(places, data, "eksport_rt_upau.csv")
    assert numbers(made) == (6, 1, 1)
    by_name = {row.name: row for row in made.rows if row.name}
    assert {name: row.seat for name, row in by_name.items() if row.row_class == "accepted"} == {
        "Syamsudin, S.Pd": "63.09.10.2006/001",
        "NOOR AIDA": "63.09.10.2006/002",
        "Abdul Rahman": "63.09.10.2005/001",
        "NURHASANAH": "63.09.10.2004/001",
        "Suriansyah": "63.09.10.2001/001",
        "Rusdi": "63.09.10.2003/001",
    }
    assert by_name["Abdul Rahman"].phone == "081500000503"
    assert by_name["NURHASANAH"].phone == "" and "phone_lost" in codes_of(by_name["NURHASANAH"])
    asked = by_name["Mas'ud"].questions[0]
    assert (asked.proposal, by_name["Mas'ud"].phone) == ("63.09.10.2005", "081500000504")
    vacant = next(row for row in made.rows if row.row_class == "vacant")
    assert vacant.seat == "63.09.10.2004/002"
    assert skipped(made, "total_agrees") == 1
    assert {row.wave for row in made.rows if row.row_class == "accepted"} == {None}


OLD = [
    ("GARAGATA", 1, "AHMAD SUBLI", "081800000801"),
    ("GARAGATA", 2, "MARDIANI", None),
    ("GARAGATA", 3, "SAHRUDIN", "081800000813"),
    ("GARAGATA", 4, "NORMAN", "081800000804"),
    ("SOLAN", 1, "KASPUL", "081800000811"),
    ("SOLAN", 2, "MASITAH", "081800000812"),
    ("SOLAN", 3, "SANDRI", "081800000823"),
    ("SOLAN", 4, "UDIN", "081800000814"),
]


def old_list() -> list[list[object]]:
    head = ["NO", "DESA", "RT", "NAMA", "NO. WA"]
    return [head, *([place, *row] for place, row in enumerate(OLD, 1))]


def case_e() -> bytes:
    book = Book()
    book.remove(book.active)
    add_sheet(book, "LAMA", old_list())
    rows = {
        1: ["DAFTAR HADIR"], 2: ["KETUA RT"], 3: ["KECAMATAN JARO"], 4: ["TAHUN 2023"],
        6: ["NO", "DESA", "RT", "NAMA", "L/P", "NO. WA", "GELOMBANG", "TANGGAL", "TTD"],
        7: [1, "GARAGATA", 1, "H. AHMAD SUBLI", "L", "081800000801", "I", "8 Nopember 2023"],
        8: [2, "GARAGATA", 2, "MARDIANI", "P", "081800000802", 1, date(2023, 11, 8)],
        9: [3, "GARAGATA", 3, "SAHRUDIN", "L", "081800000813", "I"],
        10: [3, "GARAGATA", 3, "ABDUL HADI", "L", "081800000803", "Gel. 1", "Rabu, 8 Nov 23"],
        11: [4, "GARAGATA", 4, "#N/A", "L", "#N/A", "I", "8/11/2023"],
        12: [5, "GARAGATA", 5, "YULIANA", "P", "081800000805", "gelombang 1", "8/11/23"],
        13: [6, "SOLAN", 1, "KASPUL", "L", "081800000811", "II", "15 Nopember 2023"],
        14: [7, "SOLAN", 2, "MASITAH", "P", "081800000812", "I", "9 November 2023"],
        15: [8, "SOLAN", 3, "SANDRI", "L", None],
        17: [None, None, "Jumlah", 9],
    }  # fmt: skip
    page = add_sheet(book, "FIX", rows, ["A1:J1", "A2:J2", "A3:J3", "A4:J4", "I6:J6"])
    page.auto_filter.ref = "A6:J15"
    page.row_dimensions[9].hidden = True
    strike(page, 9)
    return saved(book)


@pytest.fixture
def jaro(places):
    take(places, workbook(Lama=[["KECAMATAN JARO"], *old_list()]))
    return places


def test_a_list_that_comes_again_changes_what_changed_and_asks_what_it_must(jaro):
    made = plan(jaro, case_e(), "DATA RT JARO REVISI FINAL (2) fix.xlsx", sheets=["FIX"])
    changes = {row.row: (str(row.row_class), row.change and str(row.change)) for row in made.rows if row.seat}
    assert changes == {
        7: ("accepted", "updated"), 8: ("accepted", "updated"), 10: ("review", "replaced"), 11: ("review", None),
        12: ("accepted", "new"), 13: ("review", None), 14: ("accepted", "same"), 15: ("accepted", "same"),
    }  # fmt: skip
    assert [f"{seat.village_code}/{seat.rt}" for seat in made.missing] == ["63.09.11.2004/004"]
    assert skipped(made, "hidden_row") == 1 and skipped(made, "total_hidden") == 1
    assert "day_of_no_wave" in codes_of(row_of(made, 14))
    replaced, lost, moved = (row_of(made, number).questions[0] for number in (10, 11, 13))
    assert "SAHRUDIN → ABDUL HADI" in str(replaced.sentence)
    assert (lost.proposal, moved.proposal) == ("skip", "wave-1") and "terjadwal I" in str(moved.sentence)


def test_importing_the_same_file_twice_changes_nothing(jaro):
    first = take(jaro, case_e(), sheets=["FIX"])
    assert (first.changes["new"], first.changes["updated"]) == (1, 2)
    assert jaro.scalar(select(func.count()).select_from(Participant)) == 9
    again = take(jaro, case_e(), sheets=["FIX"])
    assert (again.changes["new"], again.changes["updated"], again.changes["same"]) == (0, 0, 5)


def test_one_seat_on_two_sheets_is_asked_once_for_the_sheets(jaro):
    made = plan(jaro, case_e())
    double = [row for row in made.rows if "double_sheets" in codes_of(row)]
    assert {row.seat for row in double} == {"63.09.11.2008/003"}
    assert {choice.value for choice in double[0].questions[0].choices} == {"sheet-LAMA", "sheet-FIX", "skip"}
    decided = plan(jaro, case_e(), answers=Answers({double[0].questions[0].key: "sheet-LAMA"}))
    assert row_of(decided, 10, "FIX").row_class == "skipped"
