"""Habits of office lists, one at a time and mixed, with names that no rule knows."""

import random
from datetime import datetime

import pytest
from openpyxl import Workbook as Book

from rtapp.imports.drafts import Answers

from .lists import add_sheet, codes_of, numbers, plan, row_of, saved, skipped, workbook

HEAD = ["No", "Nama Ketua RT", "RT", "Desa/Kelurahan", "No. HP"]


def one(places, name="CONTOH SATU", rt=1, village="Hayup", phone=None, *more, head=(), **options):
    """The draft of a list's only row."""
    made = plan(places, workbook(Data=[[*HEAD, *head], [1, name, rt, village, phone, *more]]), **options)
    return row_of(made, 2)


# Where the header stands and how it is written


@pytest.mark.parametrize("before", range(0, 13))
def test_a_header_is_found_under_any_number_of_titles(places, before):
    titles = [["PEMERINTAH KABUPATEN TABALONG"], ["DAFTAR NAMA KETUA RT"], ["TAHUN 2023"]]
    rows = [titles[n % 3] for n in range(before)] + [HEAD, [1, "CONTOH SATU", 1, "Hayup", None]]
    made = plan(places, workbook(Data=rows))
    assert numbers(made) == (1, 0, 0) and row_of(made, before + 2).seat == "63.09.05.2007/001"


@pytest.mark.parametrize(
    "head",
    [
        ["NO.", "NAMA LENGKAP", "NO. RT", "DESA / KEL.", "NO.\nHP/WA"],
        ["no", "nama", "rt", "kelurahan", "telp."],
        ["Nomor", "Nama & Gelar", "RT/RW", "Nama Desa", "Nomor WhatsApp"],
        ["No", "Nama Pengurus", "RT ke", "Asal Desa", "Kontak"],
        ["No\u00a0", "\u200bNama  Lengkap", "RT ", "Desa-Kel", "No HP (WA aktif)"],
    ],
)
def test_columns_are_known_by_many_words_in_any_order(places, head):
    values = {0: 1, 1: "CONTOH SATU", 2: 7, 3: "Hayup", 4: "081200000001"}
    for order in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 2, 0, 4, 1]):
        rows = [[head[place] for place in order], [values[place] for place in order]]
        draft = row_of(plan(places, workbook(Data=rows)), 2)
        assert (draft.name, draft.seat, draft.phone) == ("CONTOH SATU", "63.09.05.2007/007", "081200000001"), order


def test_a_title_that_names_the_district_just_above_the_header_counts(places):
    made = plan(places, workbook(Data=[["KECAMATAN TANTA"], HEAD, [1, "CONTOH SATU", 1, "Padangin", None]]))
    assert row_of(made, 3).seat == "63.09.03.2012/001"


def test_two_tables_side_by_side_are_both_read_in_the_order_of_their_numbers(places):
    head = ["NO", "NAMA", "RT", "DESA", None, "NO", "NAMA", "RT", "DESA"]
    rows = [head]
    for number in range(1, 6, 2):
        left = [number, f"CONTOH KIRI {number}", number, "Hayup"]
        rows.append([*left, None, number + 1, f"CONTOH KANAN {number}", number + 1, "Hayup"])
    made = plan(places, workbook(Data=rows))
    assert [row.number for row in made.rows if row.row_class == "accepted"] == [1, 2, 3, 4, 5, 6]


def test_the_village_comes_from_the_group_the_title_the_sheet_or_the_file(places):
    head = ["No", "Nama", "RT"]
    grouped = workbook(Data=[head, ["DESA HAYUP"], [1, "CONTOH SATU", 1], ["Desa Mahe Pasar"], [1, "CONTOH DUA", 1]])
    assert [row.seat for row in plan(places, grouped).rows if row.name] == ["63.09.05.2007/001", "63.09.05.2013/001"]
    titled = workbook(Data=[["DAFTAR KETUA RT DESA HAYUP"], head, [1, "CONTOH SATU", 1]])
    assert row_of(plan(places, titled), 3).seat == "63.09.05.2007/001"
    assert row_of(plan(places, workbook(Hayup=[head, [1, "CONTOH SATU", 1]])), 2).seat == "63.09.05.2007/001"
    bare = workbook(Sheet1=[head, [1, "CONTOH SATU", 1]])
    assert row_of(plan(places, bare, "data_rt_hayup_2023.xlsx"), 2).seat == "63.09.05.2007/001"


def test_the_cell_beats_the_group_and_says_so(places):
    rows = [HEAD, ["DESA HAYUP"], [1, "CONTOH SATU", 1, "Suput", None]]
    draft = row_of(plan(places, workbook(Data=rows)), 3)
    assert draft.village.name == "Suput" and "village_not_group" in codes_of(draft)


def test_a_group_numbered_with_a_letter_is_no_person(places):
    rows = [HEAD, ["A", "DESA HAYUP"], [1, "CONTOH SATU", 1, None, None], [2, "DESA SUPUT"], [1, "CONTOH DUA", 1]]
    made = plan(places, workbook(Data=rows))
    assert [row.village.name for row in made.rows if row.row_class == "accepted"] == ["Hayup", "Suput"]


# People


@pytest.mark.parametrize("office", ["Plt.", "PLT", "Plh. Ketua RT", "Pj"])
def test_an_acting_head_is_a_head_with_a_note(places, office):
    draft = one(places, f"{office} CONTOH SATU")
    assert (draft.row_class, draft.name, draft.note) == ("accepted", "CONTOH SATU", "Plt.")


@pytest.mark.parametrize(
    "written", ["CONTOH SATU (alm)", "Alm. CONTOH SATU", "CONTOH SATU (Almarhum)", "Almh CONTOH SATU"]
)
def test_somebody_who_died_is_asked_about(places, written):
    draft = one(places, written)
    assert draft.row_class == "review" and draft.questions[0].proposal == "vacant"
    assert one(places, written, answers=Answers(accept_proposals=True)).row_class == "vacant"


@pytest.mark.parametrize("written", ["CONTOH BIN (ALM) SATU", "CONTOH bin Alm. SATU", "ALMIRA CONTOH", "CONTOH PALMA"])
def test_a_late_father_and_a_likeness_are_no_death(places, written):
    assert one(places, written).row_class == "accepted"


def test_a_remark_that_says_somebody_left_is_asked_about(places):
    draft = one(places, "CONTOH SATU", 1, "Hayup", None, "meninggal dunia", head=["Ket"])
    assert draft.row_class == "review" and draft.questions[0].proposal == "vacant"


@pytest.mark.parametrize(
    ("written", "proposed"),
    [("CONTOH SATU / CONTOH DUA", "CONTOH SATU"), ("CONTOH SATU -> CONTOH DUA", "CONTOH DUA"),
     ("CONTOH SATU diganti CONTOH DUA", "CONTOH DUA"), ("CONTOH SATU dan CONTOH DUA", "CONTOH SATU")],
)  # fmt: skip
def test_two_names_in_one_cell_are_asked_about(places, written, proposed):
    draft = one(places, written)
    question = draft.questions[0]
    chosen = next(choice for choice in question.choices if choice.value == question.proposal)
    assert draft.row_class == "review" and str(chosen.label) == proposed
    assert one(places, written, answers=Answers({question.key: question.proposal})).name == proposed


@pytest.mark.parametrize("written", ["Drs. H. CONTOH, S.Pd/M.Pd", "CONTOH, S.Sos., M.AP", "SITI CONTOH, A.Md.Keb"])
def test_degrees_are_no_second_name(places, written):
    assert one(places, written).row_class == "accepted"


def test_names_stay_as_they_were_written_but_for_white_space(places):
    assert one(places, "  Hj.\u00a0Contoh\u200b   Satu,  S.Pd ").name == "Hj. Contoh Satu, S.Pd"
    assert one(places, "M. Contoh’i").name == "M. Contoh'i"
    assert one(places, "@SUM CONTOH").name == "@SUM CONTOH"


def test_swapped_columns_are_asked_about_and_swapped_for_all_alike(places):
    rows = [HEAD, *([n, n, f"CONTOH {'ABCDE'[n]}A", "Hayup", None] for n in range(1, 4))]
    made = plan(places, workbook(Data=rows))
    assert numbers(made) == (0, 3, 0) and len({row.questions[0].alike for row in made.rows if row.questions}) == 1
    swapped = plan(places, workbook(Data=rows), answers=Answers(accept_proposals=True))
    assert [(row.name, row.rt) for row in swapped.rows if row.name] == [
        ("CONTOH BA", "001"), ("CONTOH CA", "002"), ("CONTOH DA", "003")
    ]  # fmt: skip


@pytest.mark.parametrize("office", ["Ketua RW", "Ketua RW 02", "Kepala Desa", "Kadus", "BPD"])
def test_an_office_that_is_none_of_an_rt_is_skipped_with_its_reason(places, office):
    draft = one(places, "CONTOH SATU", 1, "Hayup", None, office, head=["Jabatan"])
    assert draft.row_class == "skipped" and codes_of(draft) == {"other_office"}


@pytest.mark.parametrize("office", ["Ketua RT", "Kepala RT", "Ketua", "Plt. Ketua RT", "Ketua RT merangkap BPD"])
def test_a_head_is_a_head_however_the_office_is_called(places, office):
    assert one(places, "CONTOH SATU", 1, "Hayup", None, office, head=["Jabatan"]).row_class == "accepted"


def test_a_name_of_ten_thousand_letters_is_asked_about(places):
    draft = one(places, "CONTOH " * 2000)
    assert draft.row_class == "review" and "name_long" in codes_of(draft)


def test_an_identity_number_in_any_column_is_told_to_nobody(places):
    number = "6309010101709901"
    rows = [HEAD, [1, f"CONTOH SATU {number}", 1, "Hayup"], [2, "CONTOH DUA", number, "Hayup"], [3, number, 3, "Hayup"],
            [4, "CONTOH EMPAT", 4, number]]  # fmt: skip
    made = plan(places, workbook(Data=rows))
    said = str([(row.name, [str(why) for why in row.reasons], row.phone, row.note) for row in made.rows])
    assert number not in said and row_of(made, 2).name == "CONTOH SATU"


# RT and RW


@pytest.mark.parametrize(
    ("written", "rt", "rw"),
    [
        (3, "003", ""),
        ("RT 003", "003", ""),
        ("RT. 3", "003", ""),
        ("RT.03/RW.01", "003", "001"),
        (3.0, "003", ""),
        ("III", "003", ""),
        ("03 (tiga)", "003", ""),
        ("RT 12A", "012A", ""),
        ("12 a", "012A", ""),
        ("Rt.003 Rw.002", "003", "002"),
        ("03/01", "003", "001"),
        ("ke-3", "003", ""),
        ("3.0", "003", ""),
        ("RUKUN TETANGGA 3", "003", ""),
        ("'003", "003", ""),
        ("tiga", "003", ""),
    ],
)
def test_an_rt_is_read_in_every_spelling(places, written, rt, rw):
    draft = one(places, rt=written)
    assert (draft.row_class, draft.rt, draft.rw) == ("accepted", rt, rw)


def test_a_phone_that_a_formula_lost_is_said(places):
    draft = one(places, phone="#REF!")
    assert (draft.row_class, draft.phone) == ("accepted", "") and "phone_unread" in codes_of(draft)


@pytest.mark.parametrize("written", [datetime(2023, 1, 3), "3-Jan", "1,2", "RT 1 dan RT 2", "abc", 1234, 0, -1, "O3"])
def test_an_rt_that_is_not_certain_is_asked_about(places, written):
    assert one(places, rt=written).row_class == "review"


# Places


def test_a_village_of_two_districts_is_asked_about_and_the_sheets_others_propose(places):
    draft = one(places, village="Padangin")
    assert draft.row_class == "review" and draft.questions[0].proposal == ""
    rows = [HEAD, [1, "CONTOH SATU", 1, "Tantaringin"], [2, "CONTOH DUA", 1, "Padangin"]]
    asked = row_of(plan(places, workbook(Data=rows)), 3)
    chosen = next(c for c in asked.questions[0].choices if c.value == asked.questions[0].proposal)
    assert asked.row_class == "review" and "Muara Harus" in str(chosen.label)


@pytest.mark.parametrize("written", ["Hayup.", "DESA HAYUP", "ds. hayup", "Hayup ", "Desa  Hayup Kec. Haruai"])
def test_a_village_is_exact_whatever_stands_around_its_name(places, written):
    assert one(places, village=written).seat == "63.09.05.2007/001"


@pytest.mark.parametrize("written", ["Hayub", "Hayu", "Hayupp"])
def test_a_village_that_is_only_alike_is_asked_about(places, written):
    draft = one(places, village=written)
    assert draft.row_class == "review" and draft.questions[0].proposal == "63.09.05.2007"


# Files


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_table_is_read_in_any_encoding_and_separator(places, separator, encoding):
    text = "\r\n".join(separator.join(row) for row in (HEAD, ["1", "CONTOH SATU", "1", "Pulau Ku'u", "081200000001"]))
    draft = row_of(plan(places, text.encode(encoding), "a.csv"), 2)
    assert (draft.seat, draft.phone) == ("63.09.03.2008/001", "081200000001")


def test_hidden_sheets_and_rows_are_listed_with_their_reason(places):
    book = Book()
    book.remove(book.active)
    page = add_sheet(book, "Data", [HEAD, [1, "CONTOH SATU", 1, "Hayup"], [2, "CONTOH DUA", 2, "Hayup"]])
    page.row_dimensions[3].hidden = True
    add_sheet(book, "Lama", [HEAD, [1, "CONTOH TIGA", 3, "Hayup"]]).sheet_state = "hidden"
    made = plan(places, saved(book))
    assert numbers(made) == (1, 0, 0)
    assert skipped(made, "hidden_row") == 1 and skipped(made, "hidden_sheet") == 2


def test_every_row_that_holds_something_is_told_once(places):
    rows = [["DAFTAR"], [], HEAD, [1, "CONTOH SATU", 1, "Hayup"], [], [2], ["JUMLAH", None, 1], ["Ket: contoh"]]
    made = plan(places, workbook(Data=rows))
    assert sorted(row.row for row in made.rows) == [1, 3, 4, 6, 7, 8]
    assert all(row.reasons for row in made.rows if row.row_class == "skipped")


@pytest.mark.parametrize("seed", range(30))
def test_a_list_with_many_habits_at_once_gives_the_same_people(places, seed):
    """Titles, order of columns, capitals, blank rows, group rows, totals, spellings: the people are the same ones."""
    dice = random.Random(seed)
    villages = ["Hayup", "Suput", "Mahe Pasar", "Nawin"]
    people = [
        (village, rt, f"Contoh {chr(65 + rt)}{village[:3]}")
        for village in villages
        for rt in range(1, dice.randint(3, 7))
    ]
    upper = dice.random() < 0.5
    grouped, spelt = dice.random() < 0.5, dice.choice(["{}", "RT {:03}", "RT.{}", "{:02}", "rt {}"])
    order = dice.sample(range(4 if grouped else 5), 4 if grouped else 5)
    head = ["NO", "NAMA LENGKAP", "RT", "HP", "DESA"]
    rows = [[title] for title in ["DAFTAR KETUA RT", "KECAMATAN HARUAI"][: dice.randint(0, 2)]]
    rows += [[]] * dice.randint(0, 2) + [[head[place] for place in order]]
    seen = ""
    for number, (village, rt, name) in enumerate(people, 1):
        if grouped and village != seen:
            rows.append([dice.choice(["DESA {}", "Desa {}", "KELURAHAN {}"]).format(village.upper())])
        shown = (
            ""
            if village == seen and not grouped and dice.random() < 0.7
            else village + dice.choice(["", " ", "\u00a0"])
        )
        seen = village
        values = [number, name.upper() if upper else name, spelt.format(rt), f"08120000{number:04}", shown or None]
        rows.append([values[place] for place in order])
        if dice.random() < 0.2:
            rows.append([])
    if dice.random() < 0.5:
        rows.append(["JUMLAH", len(people)])
    rows += [
        [],
        [None, None, "Tanjung, 3 November 2023"],
        [None, None, "CAMAT HARUAI"],
        [None, None, "CONTOH PEJABAT, S.Sos"],
    ]
    made = plan(places, workbook(Data=rows))
    read = {(row.village.name, row.rt, row.name.title()) for row in made.rows if row.row_class == "accepted"}
    assert read == {(village, f"{rt:03}", name.title()) for village, rt, name in people}
    assert made.counts["review"] == 0
