"""Lists pasted without their header: read where the columns say what they hold, refused where nobody can tell."""

import pytest

from rtapp.imports.drafts import RowClass
from rtapp.imports.message import read_file, read_message
from rtapp.imports.plan_store import plan_import

from .refusing import refused


def read(places, text):
    plan = plan_import(places, [("Tempelan", read_message(text, "Tempelan"))])
    return [(row.name, row.seat, row.phone) for row in plan.rows if row.row_class is not RowClass.SKIPPED]


FIRST = ("CONTOH SATU", "63.09.05.2007/001", "081200000001")
SECOND = ("CONTOH DUA", "63.09.05.2007/002", "081200000002")


@pytest.mark.parametrize(
    "lines",
    [
        ["1\tCONTOH SATU\t1\tHayup\t081200000001", "2\tCONTOH DUA\t2\tHayup\t0812-0000-0002"],
        ["Haruai;Hayup;RT 01;CONTOH SATU;L;081200000001", "Haruai;Hayup;RT 02;CONTOH DUA;P;81200000002"],
        ["CONTOH SATU,L,Ketua RT,001,Hayup,081200000001", "CONTOH DUA,L,Ketua RT,002,Hayup,+6281200000002"],
        [
            "DAFTAR KETUA RT DESA HAYUP",
            "1.\tCONTOH SATU\t001\t081200000001",
            "2.\tCONTOH DUA\t002\t081200000002",
            *(f"{n}.\tCONTOH {n} X\t{n:03}\t" for n in (3, 4, 5)),
        ],
    ],
)
def test_a_pasted_table_without_a_header_is_understood_by_what_it_holds(places, lines):
    assert read(places, "\n".join(lines))[:2] == [FIRST, SECOND]


def test_a_file_without_a_header_is_read_like_a_pasted_one(places):
    data = b"1;CONTOH SATU;1;Hayup;081200000001\r\n2;CONTOH DUA;2;Hayup;081200000002\r\n"
    plan = plan_import(places, [("hayup.csv", read_file(data, "hayup.csv"))])
    assert [(row.row, row.seat) for row in plan.rows] == [(1, FIRST[1]), (2, SECOND[1])]


def test_an_identity_number_pasted_without_its_header_is_not_kept(places):
    lines = [f"{n}\tCONTOH {n} X\t{n}\tHayup\t630905010180000{n}" for n in (1, 2, 3)]
    book = read_message("\n".join(lines), "Tempelan")
    plan = plan_import(places, [("Tempelan", book)])
    assert [row.seat for row in plan.rows] == [f"63.09.05.2007/00{n}" for n in (1, 2, 3)]
    assert not any("6309050101800" in f"{row.note}{row.phone}" for row in plan.rows)


@pytest.mark.parametrize(
    "lines",
    [
        ["1\tCONTOH SATU\t081200000001", "2\tCONTOH DUA\t081200000002"],  # lines or RTs: nobody can tell
        ["CONTOH SATU\tHayup\t081200000001", "CONTOH DUA\tHayup\t081200000002"],  # no RT at all
        ["Beras\tkg\t12000", "Gula\tkg\t14500", "Kopi\tbungkus\t9000"],
        ["1\tCONTOH SATU\t1\tHayup"],  # one line proves nothing
        ["3\tCONTOH SATU\t1", "1\tCONTOH DUA\t2"],  # two columns that may be the RT
    ],
)
def test_a_table_that_does_not_say_what_it_holds_is_refused(places, lines):
    with refused("not_a_roster"):
        read(places, "\n".join(lines))
