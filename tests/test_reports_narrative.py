"""Laporan kegiatan and the list for the invitation letters: every figure from the record, editable, the same twice."""

import io
from dataclasses import replace
from datetime import date, timedelta

import docx
import pypdf
import pytest

from rtapp.db import begin_write, db
from rtapp.events import store as events
from rtapp.reports import papers
from rtapp.reports.certificate_layout import Material
from rtapp.reports.narrative import Narrative, absences
from rtapp.reports.narrative_papers import narrative_docx
from rtapp.reports.recap_store import narrative_of, recap_of
from rtapp.schema import Absence
from rtapp.settings.letterhead import Letterhead
from rtapp.settings.signatories import Signatory

from .offices import printed
from .printing import ABOUT, on
from .test_reports_attendance import roll
from .test_reports_papers import drawn, recap
from .test_settings_letterhead import picture
from .world import at

ADDRESS = (
    "Jalan Contoh Nomor 12, Kecamatan Contoh, Kabupaten Contoh, Provinsi Contoh, Telp. (0526) 2021 234, Kode Pos 71571"
)
SIGNER = Signatory("Ketua Panitia Pelaksana", "Dra. Hj. CONTOH, M.Si.", "Pembina", "1" * 18)


def texts(data: bytes) -> str:
    """All that a Word file says, its tables row by row."""
    read = docx.Document(io.BytesIO(data))
    rows = (" ".join(cell.text for cell in row.cells) for table in read.tables for row in table.rows)
    return "\n".join([*(one.text for one in read.paragraphs), *rows])


def told(**more) -> Narrative:
    taught = [Material("08.00–09.00", "Tugas pokok dan fungsi RT", "Tenaga ahli")]
    return replace(Narrative(recap(40), taught, at(7), at(8, 40), (225, 32_062_500)), **more)


def test_the_report_has_its_six_parts_and_its_figures_add_up():
    counts = recap(40).counts
    said = texts(narrative_docx(told(), replace(ABOUT, signing={"report": (SIGNER,)}), "f4"))
    for part in ("A. Dasar", "B. Waktu dan tempat", "C. Peserta per", "D. Materi", "E. Jalannya", "F. Penutup"):
        assert part in said
    assert f"Jumlah {counts.roster} {counts.sendiri} {counts.diwakili} 0 0 {counts.belum}" in said
    assert f"Dari {counts.roster} ketua RT di daftar gelombang ini, {counts.hadir} hadir" in said
    assert "Registrasi dimulai pukul 07.00 dan kehadiran terakhir tercatat pukul 08.40." in said
    assert "1 08.00–09.00 Tugas pokok dan fungsi RT Tenaga ahli" in said
    assert "Uang transport diterima 225 orang, seluruhnya Rp32.062.500 sesudah PPh." in said
    for fact in (SIGNER.name, SIGNER.position, "NIP. " + SIGNER.nip, "8 November 2023", ABOUT.event, ABOUT.venue):
        assert fact in said


def test_the_report_says_the_day_of_a_mark_that_is_not_the_waves_and_no_guests_where_none_came():
    counts = replace(recap(40).counts, other_wave=3, guests=0)
    late = told(last=at(8, 40) + timedelta(days=1), recap=replace(recap(40), counts=counts))
    said = texts(narrative_docx(late, replace(ABOUT, on=date(2023, 11, 8)), "f4"))
    assert "dimulai pukul 07.00 dan kehadiran terakhir tercatat pukul 08.40 (Kamis, 9 November 2023)." in said
    assert "Di luar daftar hadir pula 3 ketua RT dari gelombang lain." in said


def test_the_report_bears_the_letterhead_with_its_logo_and_every_word_of_its_tables_whole(tmp_path):
    about = replace(ABOUT, letterhead=Letterhead(("PEMERINTAH CONTOH", "DINAS CONTOH"), ADDRESS), logo=picture())
    made = narrative_docx(told(), about, "a4")
    assert len(docx.Document(io.BytesIO(made)).inline_shapes) == 1
    page = pypdf.PdfReader(io.BytesIO(printed({"laporan.docx": made}, tmp_path)["laporan.docx"])).pages[0]
    words = page.extract_text().split()
    assert any("Telp. (0526) 2021 234" in line.replace("\xa0", " ") for line in page.extract_text().splitlines())
    assert {"PEMERINTAH", "DINAS", "Jalan", "Gelombang", "tercatat", "Diwakili", "sendiri"} <= set(words)


def test_a_wave_to_which_nobody_came_has_a_report_too():
    empty = Narrative(replace(recap(2), counts=None, bars=[]), [])
    assert "Belum ada kehadiran yang tercatat." in texts(narrative_docx(empty, ABOUT, "a4"))


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_the_report_is_on_the_paper_asked_for(paper):
    section = docx.Document(io.BytesIO(narrative_docx(told(), ABOUT, paper))).sections[0]
    assert round(section.page_width.mm) == {"f4": 215, "a4": 210}[paper]


def test_absences_are_told_by_kind():
    assert absences(recap(3).counts) == "Tidak ada ketidakhadiran yang dicatat dengan keterangan."


def test_the_report_tells_what_the_recap_counts(app, world, come):
    come("rahmah", moment=at(7, 31))
    come("muis", moment=at(7, 32))
    with app.app_context():
        session = begin_write(db.session)
        facts = {"participant_id": world.people["hamdani"], "wave_id": world.waves[0], "kind": "sakit", "at": at(6)}
        session.add(Absence(**facts))
        session.commit()
        wave = events.find_wave(db.session, world.waves[0])
        found, counts = narrative_of(db.session, wave), recap_of(db.session, wave).counts
        said = texts(narrative_docx(found, ABOUT, "f4"))
    assert f"Dari {counts.roster} ketua RT di daftar gelombang ini, 2 hadir" in said
    assert "1 orang tidak hadir: 1 sakit." in said and "pukul 07.31" in said and "07.32" in said


def test_the_report_and_the_invitations_come_from_their_pages(admin, world):
    wave = world.waves[0]
    answer = admin.post(f"/waves/{wave}/narrative", data={})
    assert answer.mimetype.endswith("wordprocessingml.document") and "A. Dasar" in texts(answer.data)
    assert admin.post(f"/waves/{wave}/narrative", data={"paper": "a0"}).status_code == 422
    invited = admin.post(f"/waves/{wave}/attendance", data={"kind": "invitation"})
    pages = drawn(invited.data)
    assert "DAFTAR UNDANGAN" in pages[0] and "Kelurahan Belimbing Raya" in pages[0] and "Uwie" not in pages[0]
    assert 'value="invitation" selected' in admin.get(f"/waves/{wave}/attendance?kind=invitation").text


def test_each_villages_invitation_is_a_page_with_its_own_letterhead_and_sum():
    pages = drawn(papers.invitation(roll(40, True), ABOUT, on("a4")))
    assert all("DPMD CONTOH DAFTAR UNDANGAN" in page for page in pages) and len(pages) == 4
    assert "Jumlah yang diundang: 11 orang." in pages[0] and "Jumlah yang diundang: 12 orang." in pages[1]
