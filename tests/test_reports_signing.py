"""Pencocokan tanda tangan: counts per page are typed in, kept, held against the record, listed and printed."""

from itertools import pairwise

import pytest

from rtapp.audit.store import trail
from rtapp.db import begin_write, db
from rtapp.events.checkpoint_store import drop_checkpoint
from rtapp.refusals import Refused
from rtapp.reports import papers
from rtapp.reports.signing import held_against, read_counts, unlisted
from rtapp.schema import Checkpoint, Participant, SignatureCount

from .printing import fonts, pdf_text
from .test_reports_attendance import line, marked, roll
from .test_reports_papers import ABOUT, drawn

__all__ = ["marked"]


def rolls(count: int):
    blank, filled = roll(count, True), roll(count)
    unmarked = tuple(line(number, state="belum", at=None, person=number) for number in range(1, count + 1))
    lines = tuple(line(number, person=number) for number in range(1, count + 1))
    walk_in = line(1, name="Dari gelombang lain", state="hadir", person=count + 1, apart=True)
    return (
        type(blank)(1, 1, "Registrasi", True, unmarked, blank.chain),
        type(filled)(1, 1, "Registrasi", False, (*lines, walk_in), filled.chain),
    )


@pytest.mark.parametrize("paper", ["f4", "a4"])
@pytest.mark.parametrize("part", ["district", ""])
def test_the_pages_are_those_of_the_printed_list(paper, part):
    blank = roll(250, True)
    spans = papers.attendance_spans(blank, ABOUT, paper, fonts(), part)
    pages = pdf_text(papers.attendance_pdf(blank, ABOUT, paper, fonts(), part))
    for (first, last), page in zip(spans, pages, strict=False):
        assert f"Peserta {first:04}" in page and f"Peserta {last:04}" in page
        assert f"Peserta {first - 1:04}" not in page and f"Peserta {last + 1:04}" not in page
    assert spans[0][0] == 1 and spans[-1][1] == 250
    assert all(after[0] == before[1] + 1 for before, after in pairwise(spans))


def test_each_page_is_held_against_the_record():
    blank, filled = rolls(9)
    pages = held_against(blank, filled, [(1, 3), (4, 6), (7, 9)], [2, 3])
    assert [(page.signed, len(page.present), page.difference) for page in pages] == [(2, 2, 0), (3, 2, 1), (None, 2, 0)]
    assert unlisted(blank, filled) == 1


@pytest.mark.parametrize("typed", ["4", "-1", "1.5", "tiga", "٣", "99999"])
def test_what_no_page_can_hold_is_refused(typed):
    with pytest.raises(Refused, match="Halaman 2: isi angka 0 sampai 3"):
        read_counts({"page-1": "3", "page-2": typed}, [(1, 3), (4, 6)])
    assert read_counts({"page-1": " 3 ", "page-2": ""}, [(1, 3), (4, 6)]) == [3, None]


def test_differences_are_printed_with_the_names_to_look_for():
    blank, filled = rolls(9)
    pages = held_against(blank, filled, [(1, 3), (4, 6), (7, 9)], [1, 2, None])
    [page] = drawn(papers.signing_pdf(pages, "Registrasi", 1, ABOUT, "a4", fonts()))
    assert "1 1–3 Peserta 0001 – Peserta 0003 1 2 −1" in page and "3 7–9 Peserta 0007 – Peserta 0009 belum 2 –" in page
    assert "Jumlah halaman yang dihitung 3 4" in page and "1 orang tercatat hadir tanpa baris" in page
    assert "Peserta 0001 Ketua RT 002 Desa Contoh 00 Diwakili oleh Anak Contoh" in page
    assert "Peserta 0004 Ketua RT" not in page  # that page agrees
    [agreed] = drawn(papers.signing_pdf(held_against(blank, filled, [(1, 9)], [6]), "", 0, ABOUT, "f4", fonts()))
    assert "Tidak ada selisih" in agreed
    assert papers.signing_pdf([], "Registrasi", 0, ABOUT, "f4", fonts())


def test_counts_are_typed_in_kept_and_their_differences_listed(app, admin, world, marked):
    url = f"/waves/{world.waves[0]}/signatures"
    form = {"checkpoint": world.registration, "paper": "a4", "part": "", "page-1": "5"}
    assert admin.post(url, data=form).location == f"{url}?checkpoint={world.registration}"
    page = admin.get(url).text
    assert 'value="5"' in page and "<b>+3</b>" in page and "Halaman 1: tercatat hadir" in page
    assert "Diwakili oleh Anak Yusuf" in page
    assert "2 orang tercatat hadir tanpa baris" in page and "berubah sejak dihitung" not in page
    pdf = admin.post(f"{url}/file", data=form)
    assert pdf.mimetype == "application/pdf" and "+3" in pdf_text(pdf.data)[0]
    with app.app_context():
        assert [entry.action for entry, _ in trail(db.session, 2)] == ["signatures.print", "signatures.count"]
        person = db.session.get(Participant, world.people["muis"])
        begin_write(db.session)
        person.name = "ABDUL MUIS, S.Pd."
        db.session.commit()
    assert "berubah sejak dihitung" in admin.get(url).text


def test_a_count_that_cannot_be_kept_stays_as_typed(admin, world, app):
    url = f"/waves/{world.waves[0]}/signatures"
    answer = admin.post(url, data={"part": "", "page-1": "8"})
    assert answer.status_code == 422 and 'value="8"' in answer.text and "isi angka 0 sampai 7" in answer.text
    assert admin.post(url, data={"paper": "a0"}).status_code == 422
    with app.app_context():
        assert db.session.query(SignatureCount).count() == 0


def test_a_checkpoint_that_was_counted_can_still_be_removed(app, admin, world):
    admin.post(f"/waves/{world.waves[0]}/signatures", data={"checkpoint": world.session_one, "page-1": "0"})
    with app.app_context():
        session = begin_write(db.session)
        drop_checkpoint(session, session.get(Checkpoint, world.session_one))
        session.commit()
        assert session.query(SignatureCount).count() == 0
