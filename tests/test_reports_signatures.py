"""Signatures on paper against the record: counted page by page, compared with who is recorded, printed."""

import re
from contextlib import nullcontext
from dataclasses import replace

import pytest

from rtapp.db import begin_write, db
from rtapp.documents.flow import Block, set_pages
from rtapp.events import checkpoint_store
from rtapp.reports import papers
from rtapp.reports.signatures import Matched, SignedPage, Signer, ToSign, read_count
from rtapp.reports.signatures_store import find_list, keep_list, lists_of, matched, save_counts
from rtapp.roster import store as roster
from rtapp.roster.seat_store import find_or_add_seat
from rtapp.schema import Attendance, Audit, Participant, Village

from .printing import ABOUT, on, pdf_text
from .refusing import refused
from .test_reports_attendance import line, roll
from .test_reports_papers import drawn
from .test_reports_transport_store import stand_in
from .world import at


def signers(first: int, *present: bool) -> list[Signer]:
    return [
        Signer(first + n, f"Contoh {first + n:03}", "Ketua RT 001 Desa Uwie", here) for n, here in enumerate(present)
    ]


@pytest.mark.parametrize(
    ("counted", "difference", "doubtful"), [(3, 1, [2]), (1, -1, [1, 3]), (2, 0, []), (None, 0, [])]
)
def test_more_signatures_point_to_those_not_recorded_fewer_to_those_recorded(counted, difference, doubtful):
    page = SignedPage(1, signers(1, True, False, True), counted)
    assert (page.recorded, page.difference, [one.number for one in page.doubtful]) == (2, difference, doubtful)


def test_sums_hold_the_pages_counted_so_far():
    found = Matched([SignedPage(1, signers(1, True, True), 1), SignedPage(2, signers(3, True, True))])
    assert (found.counted, found.recorded, found.open) == (1, 2, [2]) and [page.number for page in found.differing] == [
        1
    ]


def test_counts_are_read_page_by_page_and_an_empty_field_is_not_counted_yet():
    assert [read_count(typed, 24) for typed in (" 0 ", "", "24")] == [0, None, 24]


@pytest.mark.parametrize(
    ("typed", "code"), [("25", "large_count"), ("-1", "bad_count"), ("dua", "bad_count"), ("١", "bad_count")]
)
def test_what_cannot_be_a_count_is_refused(typed, code):
    with refused(code):
        read_count(typed, 24)


def test_a_heading_never_stands_apart_from_the_table_below_it():
    def nothing(_pen, _top):
        pass

    head = Block(9, nothing)
    pages = set_pages([Block(80, nothing), Block(6, nothing, joined=True), Block(9, nothing, head)], 100)
    assert [[block.height for _top, block in page] for page in pages] == [[80], [6, 9, 9]]


@pytest.fixture
def printed(app, world):
    """A list of wave I printed on two pages; Muis signs on the second."""
    pages = [["rahmah", "yusuf", "rahmah_mabuun"], ["syahrani", "muis"]]
    numbered = iter(range(1, 99))
    with app.app_context():
        session = begin_write(db.session)
        rows = [[(next(numbered), world.people[name]) for name in page] for page in pages]
        world.list = keep_list(session, "uji", world.registration, ToSign(b"", "f4", "ab" * 32, rows), now=at(6)).id
        session.commit()
        yield world


def one_page(code: str, world) -> ToSign:
    return ToSign(b"", "f4", code * 32, [[(1, world.people["rahmah"])]])


def count(world, *counts: int | None) -> bool:
    session = begin_write(db.session)
    changed = save_counts(session, "uji", find_list(session, world.list), list(counts), now=at(15))
    session.commit()
    return changed


def seen(world) -> Matched:
    return matched(db.session, find_list(db.session, world.list))


@pytest.mark.both_engines
def test_a_printed_list_is_held_against_the_record(printed, come, change):
    come("rahmah", "yusuf", "guest")
    come("muis", **stand_in(change, "Anak Muis"))
    assert count(printed, 3, 1) and not count(printed, 3, 1)
    found = seen(printed)
    assert [(page.counted, page.recorded, page.difference) for page in found.pages] == [(3, 2, 1), (1, 1, 0)]
    assert [one.name for one in found.pages[0].doubtful] == ["Rahmah"]
    assert [one.substitute for one in found.pages[1].signers] == ["", "Anak Muis"]
    assert [one.name for one in found.elsewhere] == ["Tamu Contoh"]


def test_what_was_undone_is_not_recorded(printed, come):
    come("rahmah", voided_at=at(9))
    assert [page.recorded for page in seen(printed).pages] == [0, 0]


def test_equal_content_printed_again_is_the_same_list(printed):
    session = begin_write(db.session)
    again = keep_list(session, "lain", printed.registration, one_page("ab", printed), now=at(7))
    assert again.id == printed.list and [one.id for one in lists_of(session, printed.waves[0])] == [printed.list]
    assert lists_of(session, printed.waves[1]) == []
    session.rollback()


@pytest.mark.parametrize("counted", [True, False])
def test_a_checkpoint_goes_with_its_list_unless_that_was_counted(writing, world, counted):
    point = checkpoint_store.find_checkpoint(writing, world.session_one)
    kept = keep_list(writing, "uji", point.id, one_page("cd", world), now=at(6))
    if counted:
        save_counts(writing, "uji", kept, [1], now=at(15))
    with refused("checkpoint_used", 409) if counted else nullcontext():
        checkpoint_store.remove_checkpoint(writing, "uji", point, now=at(16))
    assert [one.id for one in lists_of(writing, world.waves[0])] == [kept.id] * counted


def test_counts_are_typed_in_and_the_difference_is_seen_with_names(printed, admin, look, come):
    come("rahmah", "yusuf")
    url = f"/signed-lists/{printed.list}"
    assert "Belum dihitung" in admin.get(url).text and "abababababababab" in admin.get(url).text
    assert admin.post(url, data={"page-1": "3", "page-2": ""}).status_code == 303
    page = admin.get(url).text
    assert "1 halaman berbeda dengan catatan" in page and "1 lebih banyak" in page and "Belum dihitung" in page
    assert "Rahmah" in page and "Hj. RAHMAH" not in page
    assert "1 dari 2 halaman dihitung" in admin.get(f"/waves/{printed.waves[0]}/attendance").text
    assert look(lambda session: session.query(Audit).filter_by(action="signed_list.count").count()) == 1


def test_a_count_that_cannot_be_keeps_what_was_typed_and_saves_nothing(printed, admin):
    answer = admin.post(f"/signed-lists/{printed.list}", data={"page-1": "2", "page-2": "30"})
    assert (
        answer.status_code == 422 and "Halaman ini hanya punya 2 baris." in answer.text and 'value="30"' in answer.text
    )
    assert seen(printed).open == [1, 2]


def test_equal_counts_are_said_to_be_equal(printed, admin, come):
    come("rahmah")
    admin.post(f"/signed-lists/{printed.list}", data={"page-1": "1", "page-2": "0"})
    assert "Setiap halaman sama dengan catatan" in admin.get(f"/signed-lists/{printed.list}").text


def test_the_paper_comes_from_the_page_and_the_trail_knows(printed, admin, look, come):
    come("rahmah", "guest")
    admin.post(f"/signed-lists/{printed.list}", data={"page-1": "0"})
    answer = admin.post(f"/signed-lists/{printed.list}/paper", data={"paper": "a4"})
    [text] = pdf_text(answer.data)
    assert (
        "Daftar hadir Registrasi, dicetak Rabu, 8 November 2023 06.00 WITA oleh uji, kode cetak abababababababab."
        in text
    )
    assert "1 1–3 0 1 −1" in text and "2 4–5 belum" in text and "Tamu Contoh" in text
    assert look(lambda session: session.query(Audit).filter_by(action="signed_list.match").count()) == 1
    assert admin.post(f"/signed-lists/{printed.list}/paper", data={"paper": "a0"}).status_code == 422


def test_before_anything_is_printed_the_page_says_what_to_do(admin, world):
    assert "Unduh daftar hadir kosong" in admin.get(f"/waves/{world.waves[0]}/attendance").text
    assert admin.get("/signed-lists/999").status_code == 404


@pytest.mark.parametrize("paper", ["f4", "a4"])
@pytest.mark.parametrize("part", ["district", ""])
def test_who_is_kept_for_a_page_is_who_stands_on_it(paper, part):
    lines = tuple(line(number, person=5000 + number) for number in range(1, 252))
    made = papers.to_sign(replace(roll(0, True), lines=lines), ABOUT, on(paper), part)
    pages = pdf_text(made.data)
    assert [len(page) for page in made.pages] == [len(re.findall(r"Peserta \d{4}", page)) for page in pages]
    for page, text in zip(made.pages, pages, strict=True):
        assert [f"Peserta {person - 5000:04}" for _number, person in page] == re.findall(r"Peserta \d{4}", text)
        assert all(number == person - 5000 for number, person in page) and f"Kode cetak {made.code[:16]}" in text


def test_other_paper_or_other_people_bear_another_code_and_another_time_the_same():
    def code(found, paper="f4", about=ABOUT):
        return papers.to_sign(found, about, on(paper)).code

    first = code(roll(40, True))
    assert first == code(roll(40, True, chain="cd" * 32), about=replace(ABOUT, printed_at=at(15), requester="Lain"))
    assert len({first, code(roll(40, True), "a4"), code(roll(39, True)), code(roll(40, True, point="Materi"))}) == 4


def test_a_blank_list_is_taken_and_its_signatures_are_counted(app, world, admin):
    url = f"/waves/{world.waves[0]}/attendance"
    asked = {"kind": "blank", "paper": "a4", "part": "village"}
    pdf, again = (admin.post(url, data=asked | {"form": "pdf"}).data for _ in range(2))
    admin.post(url, data=asked | {"form": "xlsx"})
    with app.app_context():
        [kept] = lists_of(db.session, world.waves[0])
        number, names = kept.id, [[one.name for one in page.signers] for page in matched(db.session, kept).pages]
        assert db.session.query(Audit).filter_by(action="attendance.print").count() == 3
    assert names == [
        ["Hj. RAHMAH", "M. YUSUF"],
        ["Rahmah", "HAMDANI BIN UMAR", "SITI AMINAH"],
        ["SYAHRANI", "ABDUL MUIS"],
    ]
    assert all(f"Kode cetak {kept.digest[:16]}" in page for page in pdf_text(pdf) + pdf_text(again))
    assert f"/signed-lists/{number}" in admin.get(url).text
    assert admin.post(f"/signed-lists/{number}", data={"page-1": "1", "page-2": "0", "page-3": "0"}).status_code == 303
    assert "1 halaman berbeda dengan catatan" in admin.get(f"/signed-lists/{number}").text


def test_a_roster_that_changes_after_the_print_changes_no_page(app, world, admin):
    admin.post(f"/waves/{world.waves[0]}/attendance", data={"kind": "blank", "form": "pdf"})
    with app.app_context():
        session = begin_write(db.session)
        village, gone = session.get(Village, world.villages["belimbing_raya"]), world.people["yusuf"]
        seat = find_or_add_seat(session, village, "001")
        new = roster.add_participant(
            session, "uji", world.event, name="BARU", seat=seat, wave_id=world.waves[0], now=at(9)
        ).id
        session.get(Participant, gone).archived_at = at(9)
        for person in (new, gone):
            session.add(Attendance(checkpoint_id=world.registration, participant_id=person, number=person, at=at(9)))
        session.commit()
        [kept] = lists_of(session, world.waves[0])
        found = matched(session, kept)
        names = [one.name for page in found.pages for one in page.signers]
        assert names[:2] == ["Hj. RAHMAH", "M. YUSUF"] and len(names) == 7
        assert sum(page.recorded for page in found.pages) == 1 and [one.name for one in found.elsewhere] == ["BARU"]


def thousand(counted: int) -> Matched:
    pages = [SignedPage(n + 1, signers(24 * n + 1, *[i % 2 == 0 for i in range(24)]), counted) for n in range(40)]
    return Matched(pages, signers(0, True))


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_everybody_in_doubt_stands_on_the_paper_once(paper):
    pdf = papers.signed(thousand(13), "Daftar hadir Contoh.", ABOUT, on(paper))
    whole = " ".join(drawn(pdf))
    for number in range(2, 961, 2):
        assert whole.count(f" {number} Contoh {number:03} Ketua RT 001 Desa Uwie") == 1
    assert "Contoh 001" not in whole and "520 480 +40" in whole and whole.count("Mengetahui,") == 1
    pages = pdf_text(pdf)
    assert all(f"Halaman {n} dari {len(pages)}" in page for n, page in enumerate(pages, start=1))
