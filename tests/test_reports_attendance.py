"""Daftar hadir: everybody once in order, what is said of each, cells to sign, the marks of a print, the page."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pypdf
import pytest

from rtapp.audit.store import note
from rtapp.db import begin_write, db
from rtapp.documents.flow import Block, set_pages
from rtapp.events import store as events
from rtapp.reports import papers
from rtapp.reports.attendance import ELSEWHERE, Roll, RollLine, parts_of, summary
from rtapp.reports.attendance_store import roll_of
from rtapp.schema import Absence, Checkpoint

from .printing import ABOUT, on, pdf_text
from .test_reports_papers import drawn
from .test_reports_transport_store import stand_in
from .trailed import trail
from .world import at

CHAIN = "ab" * 32
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def line(number: int, **changed) -> RollLine:
    district, village = number // 120, number // 12
    facts = {
        "name": f"Peserta {number:04}",
        "title": f"Ketua RT {number % 12 + 1:03}",
        "village": f"Desa Contoh {village:02}",
        "district": f"Kecamatan-{district}",
    }
    facts |= {"state": ("hadir", "diwakili", "belum")[number % 3], "at": at(7) + timedelta(seconds=number)}
    facts["at"] = facts["at"] if number % 3 < 2 else None
    facts["substitute"] = "Anak Contoh" if number % 3 == 1 else ""
    return RollLine(**(facts | changed))


def roll(count: int, blank: bool = False, **changed) -> Roll:
    lines = tuple(line(number) for number in range(1, count + 1))
    return replace(Roll(1, 1, "Registrasi", blank, lines, CHAIN), **changed)


@pytest.mark.parametrize(("paper", "blank"), [("f4", True), ("a4", False)])
def test_of_951_none_is_missing_and_none_stands_twice(paper, blank):
    pages = pdf_text(papers.attendance(roll(951, blank), ABOUT, on(paper)))
    whole = " ".join(pages)
    assert re.findall(r"Peserta (\d{4})", whole) == [f"{number:04}" for number in range(1, 952)]
    for number, page in enumerate(pages, start=1):
        assert f"Halaman {number} dari {len(pages)}" in page
        assert ("Tanda Tangan" if blank else "Keterangan") in page  # the header stands on each
    assert whole.count("Penanggung jawab kegiatan") == 1 and "Penanggung jawab" in pages[-1]


@pytest.mark.parametrize(("part", "titles"), [("district", 3), ("village", 21), ("", 0)])
def test_a_page_begins_with_each_part_and_names_it(part, titles):
    found = roll(250)
    pages = pdf_text(papers.attendance(found, ABOUT, on("f4"), part))
    parts = list(parts_of(found.lines, part))
    assert len(parts) == (titles or 1)
    for title, numbered in parts[1:]:
        [first] = [page for page in pages if numbered[0][1].name in page]
        before = found.lines[numbered[0][0] - 2].name
        assert title in first and before not in first


def test_a_filled_list_says_time_state_and_who_stood_in_and_a_blank_one_nothing():
    [filled] = drawn(papers.attendance(roll(3), ABOUT, on("f4")))
    assert "Peserta 0001 Ketua RT 002 Desa Contoh 00 07.00 Diwakili oleh Anak Contoh" in filled
    assert "Peserta 0002 Ketua RT 003 Desa Contoh 00 Belum hadir" in filled
    assert "Di daftar 3: hadir 2 (sendiri 1, diwakili 1), belum hadir 1." in filled
    assert "dicetak dari sistem, Rabu, 8 November 2023 14.30 WITA, oleh Uji admin" in filled
    [undivided] = drawn(papers.attendance(roll(3), ABOUT, on("f4"), ""))
    assert "Desa Contoh 00, Kec. Kecamatan-0 07.00" in undivided  # no title says the district there
    [blank] = drawn(papers.attendance(roll(3, True), ABOUT, on("f4")))
    assert "07.00" not in blank and "Diwakili" not in blank and "jejak" not in blank


def test_a_print_bears_the_marks_by_which_it_is_matched_with_the_record():
    found = roll(40)
    for page in drawn(papers.attendance(found, ABOUT, on("a4"))):
        assert f"Kode isi {found.digest[:32]} · Kode jejak {CHAIN[:32]}" in page
    rows = openpyxl.load_workbook(io.BytesIO(papers.attendance(found, ABOUT, on("a4", "xlsx")))).active.values
    assert any(found.digest[:32] in str(cell) for row in rows for cell in row)
    other = replace(found, lines=(*found.lines[:-1], line(40, name="Peserta 0041")))
    assert found.digest == roll(40, chain="cd" * 32).digest != other.digest != roll(40, point="Materi").digest


def test_who_is_of_no_part_comes_last_in_a_part_of_their_own():
    guests = (line(3, name="Tamu Satu", village="", district="", apart=True), line(4, wave=2, apart=True))
    found = replace(roll(2), lines=(*roll(2).lines, *guests))
    assert [title for title, _ in parts_of(found.lines, "district")] == ["Kecamatan Kecamatan-0", ELSEWHERE]
    assert summary(found) == "Di daftar 2: hadir 1 (sendiri 0, diwakili 1), belum hadir 1, di luar daftar 2."
    assert guests[1].remark == "Diwakili oleh Anak Contoh · Gelombang II"


@pytest.mark.parametrize("blank", [True, False])
def test_an_empty_wave_makes_a_correct_empty_paper(blank):
    [page] = drawn(papers.attendance(roll(0, blank), ABOUT, on("a4")))
    assert "Belum ada peserta di gelombang ini." in page and "Halaman 1 dari 1" in page
    assert papers.attendance(roll(0, blank), ABOUT, on("a4", "xlsx"))


@pytest.mark.parametrize("blank", [True, False])
def test_the_workbook_has_the_same_rows_at_the_same_height_and_pages(blank):
    found = roll(250, blank)
    sheet = openpyxl.load_workbook(io.BytesIO(papers.attendance(found, ABOUT, on("f4", "xlsx")))).active
    rows = list(sheet.values)
    head = next(number for number, row in enumerate(rows) if row[0] == "No")
    listed = [(number, row) for number, row in enumerate(rows) if isinstance(row[0], int)]
    assert [row[1] for _, row in listed] == [one.name for one in found.lines]
    assert all(sheet.row_dimensions[number + 1].height * 25.4 / 72 >= 8.9 for number, _ in listed)
    assert sheet.print_title_rows == f"${head + 1}:${head + 1}" and int(sheet.page_setup.paperSize) == 14
    pages = pypdf.PdfReader(io.BytesIO(papers.attendance(found, ABOUT, on("f4")))).pages
    assert len(sheet.row_breaks.brk) == len(pages) - 1
    columns = sum(each.width * (each.max - each.min + 1) for each in sheet.column_dimensions.values())
    assert 6.5 < 7.5 * columns / 96 + sheet.page_margins.left + sheet.page_margins.right < 8.5
    last = [row[4:6] for _, row in listed[:2]]
    assert last == ([("1.", None), (None, "2.")] if blank else [("07.00", listed[0][1][5]), (None, "Belum hadir")])


def test_a_block_that_begins_a_page_does_so_once():
    blocks = [Block(10, print), Block(10, print, fresh=True), Block(10, print)]
    assert [len(page) for page in set_pages(blocks, 100)] == [1, 2]
    assert [len(page) for page in set_pages(blocks[1:], 100)] == [2]


# Read from the record


@pytest.fixture
def marked(change, come, world):
    """Rahmah came, Yusuf was represented, Hamdani is ill, Ruslan of wave II and a guest are here, Aminah went there."""
    come("rahmah", "ruslan", "guest")
    come("yusuf", **stand_in(change, "Anak Yusuf"))
    come("muis", voided_at=at(9), void_reason="salah")
    come("aminah", checkpoint=world.registration_two)
    with change as session:
        for who in ("hamdani", "rahmah"):
            facts = {"participant_id": world.people[who], "wave_id": world.waves[0], "kind": "sakit", "at": at(6)}
            session.add(Absence(**facts))


def read(session, world, **asked) -> Roll:
    return roll_of(session, events.find_wave(session, world.waves[0]), world.registration, now=at(20), **asked)


def test_the_record_is_read_in_order_and_who_is_not_of_the_wave_comes_last(look, world, marked):
    found = look(lambda session: read(session, world, blank=False))
    assert [(one.name, one.title, one.village, one.remark) for one in found.lines] == [
        ("Hj. RAHMAH", "Ketua RT 002", "Kelurahan Belimbing Raya", "Hadir"),
        ("M. YUSUF", "Ketua RT 003", "Kelurahan Belimbing Raya", "Diwakili oleh Anak Yusuf"),
        ("Rahmah", "Ketua RT 001", "Kelurahan Mabu'un", "Belum hadir"),
        ("HAMDANI BIN UMAR", "Ketua RT 002", "Kelurahan Mabu'un", "Sakit"),
        ("SITI AMINAH", "Ketua RT 013A", "Kelurahan Mabu'un", "Hadir di Gelombang II"),
        ("SYAHRANI", "Ketua RT 001", "Desa Uwie", "Belum hadir"),
        ("ABDUL MUIS", "Ketua RT 002", "Desa Uwie", "Belum hadir"),
        ("RUSLAN", "Ketua RT 001", "Desa Padangin", "Hadir · Gelombang II"),
        ("Tamu Contoh", "Tamu", "", "Hadir"),
    ]
    assert [one.apart for one in found.lines] == [False] * 7 + [True] * 2


def test_a_blank_list_holds_the_wave_and_nothing_of_the_record(look, world, marked):
    found = look(lambda session: read(session, world, blank=True))
    assert len(found.lines) == 7 and {(one.state, one.at) for one in found.lines} == {("belum", None)}


def test_the_chain_is_the_one_of_the_moment_so_that_printing_again_is_the_same(app, world, marked):
    with app.app_context():
        newest = trail(db.session, 1)[0][0]
        point = (db.session, events.find_wave(db.session, world.waves[0]), world.registration)
        moment = newest.at + timedelta(seconds=1)
        first = roll_of(*point, blank=False, now=moment)
        assert first.chain == newest.chain
        note(begin_write(db.session), "uji", "attendance.print", "wave", 1, now=moment)
        assert roll_of(*point, blank=False, now=moment) == first
        assert roll_of(*point, blank=False, now=moment + timedelta(seconds=1)).chain != first.chain


@pytest.mark.both_engines
def test_a_rehearsal_is_on_no_list(app, world, admin):
    with app.app_context():
        session = begin_write(db.session)
        gladi = Checkpoint(wave_id=world.waves[0], name="Gladi", kind="gladi", position=9)
        session.add(gladi)
        session.commit()
        number = gladi.id
    assert "Gladi<" not in admin.get(f"/waves/{world.waves[0]}/attendance").text
    answer = admin.post(f"/waves/{world.waves[0]}/attendance", data={"checkpoint": number})
    assert answer.status_code == 404 and "tidak punya titik absensi itu" in answer.text


def test_a_list_is_looked_at_then_taken_and_the_trail_says_how_many(look, admin, world, marked):
    url = f"/waves/{world.waves[0]}/attendance"
    page = admin.get(url).text
    assert "Diwakili oleh Anak Yusuf" in page and "Kecamatan Murung Pudak" in page and "kode isinya tetap" in page
    assert "Anak Yusuf" not in admin.get(f"{url}?kind=blank").text
    pdf = admin.post(url, data={"form": "pdf", "paper": "a4", "part": "village"})
    assert pdf.mimetype == "application/pdf" and "Diwakili oleh Anak Yusuf" in " ".join(drawn(pdf.data))
    digest = re.search(r"Kode isi ([0-9a-f]{32})", " ".join(drawn(pdf.data)))[1]
    assert digest in admin.get(url).text
    xlsx = admin.post(url, data={"form": "xlsx", "kind": "blank"})
    assert xlsx.mimetype == XLSX and "kosong" in xlsx.headers["Content-Disposition"]
    lines = look(lambda session: [(entry.action, kept.values.get("rows")) for entry, kept in trail(session, 3)])
    assert lines == [("attendance.print", 7), ("signed_list.print", None), ("attendance.print", 9)]
