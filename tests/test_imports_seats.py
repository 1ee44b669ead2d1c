"""Rows about one seat: RWs told apart, doubles settled, officers beside heads; each question as a clerk reads it."""

from collections.abc import Sequence
from dataclasses import astuple
from itertools import count

import pytest

from rtapp.imports.drafts import Answers, Draft, Question, RowClass
from rtapp.imports.places import KnownVillage
from rtapp.imports.seats import Head, Known, KnownSeat, settle_seats

HAYUP = KnownVillage("63.09.05.2007", "Hayup", "63.09.05", "Haruai", "desa")
SUPUT = KnownVillage("63.09.05.2008", "Suput", "63.09.05", "Haruai", "desa")
WAVES = frozenset({1, 2})


@pytest.fixture
def row():
    """A row of the list: its number is the next, its RT 001 of Hayup; without a name it is a vacant seat."""
    numbers = count(1)

    def made(name: str = "", rw: str = "", **more: object) -> Draft:
        facts = {
            "sheet": "Data",
            "rt": "001",
            "village": HAYUP,
            "row_class": RowClass("accepted" if name else "vacant"),
        }
        return Draft(row=next(numbers), name=name, rw=rw, **facts | more)

    return made


def settle(rows: Sequence[Draft], seats: Sequence[KnownSeat] = (), **answers: object) -> Sequence[Draft]:
    """Settle the rows against these seats of RT 001 of Hayup."""
    known = Known([astuple(seat)[:5] + (astuple(seat.head) if seat.head else (None,) * 7) for seat in seats], {}, WAVES)
    settle_seats(rows, known, Answers(**answers))
    return rows


def seat(rw: str, rw_in_key: str = "", head: str = "") -> KnownSeat:
    held = Head(7, head, "", "", "", 1, 1) if head else None
    return KnownSeat(1, HAYUP.code, "001", rw, rw_in_key, held)


def asked(draft: Draft) -> Question:
    (question,) = draft.questions
    assert draft.row_class is RowClass.REVIEW and question.sentence in draft.reasons
    return question


def values(question: Question) -> list[str]:
    return [choice.value for choice in question.choices]


def said(draft: Draft) -> str:
    return " ".join(map(str, draft.reasons))


# Waves


def test_a_district_comes_to_its_own_wave_and_to_the_only_one_there_is():
    known = Known((), {"63.09.05": 2}, WAVES)
    assert (known.wave_of("63.09.05"), known.wave_of("63.09.06")) == (2, None)
    assert Known((), {"63.09.05": 2}, frozenset({3})).wave_of("63.09.06") == 3


# RWs


def test_one_rt_under_two_rws_is_two_seats_and_the_list_says_so(row):
    first, second, other = settle([row("A", "001"), row("B", "002"), row("C", "001", rt="002")])
    assert [one.seat for one in (first, second)] == ["63.09.05.2007/001/001", "63.09.05.2007/002/001"]
    assert said(first) == said(second) == "RT ini ada di beberapa RW; RW ikut membedakannya."
    assert other.rw_in_key == "" and said(other) == ""


def test_an_rt_that_the_roster_has_under_two_rws_is_two_seats_in_a_list_of_one(row):
    (only,) = settle([row("A", "001")], [seat("001", "001"), seat("002", "002")])
    assert only.rw_in_key == "001"


def test_a_row_that_says_no_rw_is_asked_which_and_its_heads_own_is_proposed(row):
    seats = [seat("001", "001", "Lain Contoh"), seat("002", "002", "Ahmad Contoh")]
    question = asked(settle([row("H. Ahmad Contoh")], seats)[0])
    assert str(question.sentence) == "RT 001 ada di beberapa RW: 001, 002."
    assert (values(question), question.proposal) == (["rw-001", "rw-002", "skip"], "rw-002")
    assert [str(choice.label) for choice in question.choices[:2]] == ["RW 001", "RW 002"]
    assert asked(settle([row("Baru Contoh")], seats)[0]).proposal == ""


@pytest.mark.parametrize(("answer", "rw", "left"), [("rw-002", "002", "accepted"), ("skip", "", "skipped")])
def test_the_rw_that_somebody_chose_is_that_of_the_row(row, answer, rw, left):
    draft = row("Baru Contoh")
    settle([draft], [seat("001", "001"), seat("002", "002")], values={draft.key("rw"): answer})
    assert (draft.rw, draft.rw_in_key, draft.row_class) == (rw, rw, left)


@pytest.mark.parametrize(("name", "proposal"), [("Ahmad Contoh", "same"), ("Baru Contoh", "apart")])
def test_an_rw_other_than_the_stored_one_is_asked_about(row, name, proposal):
    question = asked(settle([row(name, "002")], [seat("001", head="Ahmad Contoh")])[0])
    assert str(question.sentence) == "RT 001 RW 002, tersimpan RW 001: kursi yang sama?"
    assert (values(question), question.proposal, question.alike) == (["same", "apart", "skip"], proposal, "apart")
    assert [str(choice.label) for choice in question.choices] == [
        "Kursi yang sama; RW dibetulkan", "Kursi lain di RW lain", "Lewati baris ini"
    ]  # fmt: skip


@pytest.mark.parametrize(("answer", "in_key"), [("same", ""), ("apart", "002")])
def test_only_a_seat_of_its_own_has_the_rw_in_its_key(row, answer, in_key):
    draft = row("Baru Contoh", "002")
    settle([draft], [seat("001")], values={draft.key("apart"): answer})
    assert (draft.rw, draft.rw_in_key, draft.row_class) == ("002", in_key, "accepted")


@pytest.mark.parametrize(("stored", "written"), [("", "001"), ("001", "001"), ("001", ""), ("", "")])
def test_an_rw_that_does_not_contradict_the_stored_one_is_no_question(row, stored, written):
    (draft,) = settle([row("A", written)], [seat(stored)])
    assert draft.row_class is RowClass.ACCEPTED and draft.questions == []


def test_two_rws_where_the_roster_knows_none_are_asked_about_both(row):
    drafts = settle([row("Ahmad Contoh", "001"), row("B", "002")], [seat("", head="Ahmad Contoh")])
    assert [draft.questions[0].proposal for draft in drafts] == ["same", "apart"]
    assert "RT 001 RW 001, tersimpan RW –" in said(drafts[0])


def test_a_row_without_its_rw_is_asked_about_beside_two_that_have_one(row):
    drafts = settle([row("A", "001"), row("B", "002"), row("C")], [seat("")])
    assert str(drafts[2].questions[0].sentence) == "RT 001 RW –, tersimpan RW –: kursi yang sama?"


def test_of_two_rws_only_the_one_that_the_roster_does_not_know_is_asked_about(row):
    stored, other = settle([row("A", "001"), row("B", "002")], [seat("001")])
    kinds = [[question.key.partition(":")[0] for question in draft.questions] for draft in (stored, other)]
    assert kinds == [["double"], ["apart", "double"]]


def test_an_rw_in_some_rows_of_a_village_only_is_said_beside_those(row):
    some = [row("A", "001"), row("B", "001", rt="002"), row("C", rt="003"), row("D", "009", village=SUPUT)]
    settle(some)
    assert [said(draft) for draft in some] == ["RW hanya diisi pada 2 dari 3 baris desa ini."] * 2 + ["", ""]
    one, bare = settle([row("A", "001"), row("B", rt="002")])
    assert (said(one), said(bare)) == ("RW hanya diisi pada 1 dari 2 baris desa ini.", "")


# Doubles


def test_a_seat_listed_twice_without_a_head_is_one_vacant_seat_and_gives_way_to_a_head(row):
    first, again = settle([row(), row()])
    assert (first.row_class, again.row_class, said(again)) == ("vacant", "skipped", "RT ini juga ada di baris lain.")
    vacant, head, other = settle([row(), row("A"), row(rt="002")])
    assert [one.row_class for one in (vacant, head, other)] == ["skipped", "accepted", "vacant"]


def test_a_head_listed_twice_is_taken_once_and_the_first_row_is_named(row):
    first, again = settle([row("Ahmad Contoh"), row("AHMAD  CONTOH")])
    assert (first.row_class, again.row_class) == ("accepted", "skipped")
    assert said(again) == "Sama dengan Data baris 1."


@pytest.mark.parametrize(
    ("first", "later", "dated", "taken"),
    [
        ("", "081200000002", False, "081200000002"),
        ("081200000001", "081200000002", False, "081200000001"),
        ("081200000001", "081200000002", True, "081200000002"),  # the later of two answers is the newer one
        ("081200000001", "", True, "081200000001"),
    ],
)
def test_of_a_head_listed_twice_the_number_that_counts_is_kept(row, first, later, dated, taken):
    head, _again = settle([row("A", phone=first, dated=dated), row("A", phone=later, dated=dated)])
    assert head.phone == taken


def test_two_people_of_one_seat_are_asked_about_by_name_office_and_row(row):
    drafts = settle([row("Ahmad Contoh", position="Ketua"), row("Budi Contoh"), row("C", rt="002")])
    question = asked(drafts[0])
    assert asked(drafts[1]).key == question.key == "double:63.09.05.2007/001" and drafts[2].questions == []
    assert str(question.sentence) == "Satu RT dengan lebih dari satu orang: Ahmad Contoh / Budi Contoh."
    labels = [str(choice.label) for choice in question.choices]
    assert labels == ["Ahmad Contoh (Ketua, baris 1)", "Budi Contoh (–, baris 2)", "Lewati baris ini"]
    assert (question.proposal, question.alike) == (drafts[0].key("row"), "")


@pytest.mark.parametrize(
    ("offices", "dated", "proposed"),
    [
        (("", ""), False, None),
        (("Ketua RT", "Ketua RT"), False, None),
        (("", "Ketua RT"), False, 1),
        (("Ketua RT", ""), True, 0),
        (("", ""), True, 1),
    ],
)
def test_the_only_head_by_office_is_proposed_else_the_latest_answer(row, offices, dated, proposed):
    drafts = settle([row(name, position=office, dated=dated) for name, office in zip("AB", offices, strict=True)])
    assert asked(drafts[0]).proposal == ("" if proposed is None else drafts[proposed].key("row"))


def test_one_undated_row_among_dated_ones_leaves_the_choice_open(row):
    drafts = settle([row("A", dated=True), row("B"), row("C", dated=True)])
    assert asked(drafts[0]).proposal == ""


def test_whom_somebody_chose_is_taken_and_the_others_are_left_out_or_all_of_them(row):
    drafts = [row("A"), row("B"), row("C")]
    settle(drafts, values={"double:63.09.05.2007/001": drafts[1].key("row")})
    assert [draft.row_class for draft in drafts] == ["skipped", "accepted", "skipped"]
    assert said(drafts[0]) == said(drafts[2]) == "Baris lain dipakai untuk RT ini."
    nobody = settle([row("A"), row("B")], values={"double:63.09.05.2007/001": "skip"})
    assert [draft.row_class for draft in nobody] == ["skipped", "skipped"]
    assert all("Dilewati menurut keputusan" in said(draft) and "Baris lain" not in said(draft) for draft in nobody)


def test_two_sheets_are_chosen_between_as_a_whole_and_the_last_is_proposed(row):
    question = asked(settle([row("A", sheet="LAMA"), row("B", sheet="FIX")])[0])
    assert str(question.sentence) == "Kursi yang sama ada di dua lembar, dengan orang berbeda: A / B."
    assert (values(question), question.proposal) == (["sheet-LAMA", "sheet-FIX", "skip"], "sheet-FIX")
    assert str(question.choices[0].label) == "Lembar LAMA" and question.alike == "double:LAMA|FIX"


def test_three_people_on_two_sheets_are_chosen_between_one_by_one(row):
    drafts = settle([row("A", sheet="LAMA"), row("B", sheet="FIX"), row("C", sheet="FIX")])
    assert values(asked(drafts[0])) == [*(draft.key("row") for draft in drafts), "skip"]


def test_people_who_share_a_number_are_told_how_many_they_are(row):
    same, other = {"phone": "081200000001"}, {"phone": "081200000002"}
    drafts = [row("A", **same), row("B", rt="002", **same), row("C", rt="003", **other), row("D", rt="004")]
    left_out = row("E", rt="005", row_class=RowClass.SKIPPED, **same)
    settle([*drafts, left_out])
    assert [said(draft) for draft in drafts] == ["Nomor HP yang sama dipakai 2 orang."] * 2 + ["", ""]
    assert said(left_out) == ""


# Officers beside heads


def officers(row, heads: int, **more: object) -> list[Draft]:
    """A secretary of RT 001 among the heads of RT 001 and on."""
    listed = [row(f"Ketua {n}", position="Ketua RT", rt=f"{n + 1:03}") for n in range(heads)]
    return [*listed, row("Sekretaris Contoh", position="Sekretaris", **more)]


def test_officers_of_a_list_that_names_each_rts_board_are_left_out(row):
    drafts = settle(officers(row, 4))  # one of five
    assert [draft.row_class for draft in drafts] == ["accepted"] * 4 + ["skipped"]
    assert said(drafts[-1]) == "Jabatan tertulis Sekretaris, bukan Ketua RT."
    drafts = settle(officers(row, 5))  # one of six may be an office mistyped: its head and it are both asked about
    assert asked(drafts[-1]).key == asked(drafts[0]).key == "double:63.09.05.2007/001"


def test_the_officers_of_one_sheet_say_nothing_of_another(row):
    board = officers(row, 1)
    alone = [row("A", rt="011", sheet="Lain", position="Ketua RT"), row("B", rt="012", sheet="Lain", position="Wakil")]
    settle([*alone, *board])
    assert board[-1].row_class is RowClass.SKIPPED and asked(alone[1]).alike == "office"


def test_an_officer_without_a_head_beside_is_asked_about(row):
    (draft,) = settle([row("A", position="Bendahara")])
    question = asked(draft)
    assert str(question.sentence) == "Jabatan tertulis Bendahara, bukan Ketua RT."
    assert (values(question), question.proposal, question.alike) == (["keep", "skip"], "keep", "office")
    assert str(question.choices[0].label) == "Catat sebagai Ketua RT"


@pytest.mark.parametrize(("answer", "left"), [("keep", "accepted"), ("skip", "skipped")])
def test_an_officer_is_the_head_where_somebody_says_so(row, answer, left):
    draft = row("A", position="Bendahara")
    settle([draft], values={draft.key("office"): answer})
    assert draft.row_class == left


def test_each_question_has_the_code_that_programs_know_it_by(row):
    two, apart = [seat("001", "001"), seat("002", "002")], [seat("001")]
    told = {
        "rw_in_key rw_partial": settle([row("A", "001"), row("B", rt="002")], two)[0],
        "which_rw rw_in_key": settle([row("A")], two)[0],
        "rw_differs": settle([row("A", "002")], apart)[0],
        "double_people": settle([row("A"), row("B")])[1],
        "double_sheets": settle([row("A", sheet="LAMA"), row("B", sheet="FIX")])[1],
        "double": settle([row("A"), row("A")])[1],
        "double_vacant": settle([row(), row()])[1],
        "phone_shared": settle([row("A", phone="081200000001"), row("B", rt="002", phone="081200000001")])[1],
        "other_office": settle(officers(row, 1))[1],
        "no_head": settle([row("A", position="Wakil")])[0],
    }
    assert {" ".join(why.code for why in draft.reasons): draft for draft in told.values()} == told
