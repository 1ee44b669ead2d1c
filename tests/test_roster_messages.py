"""Messages from chats: who is named beside which RT, and nobody else; lists of other kinds that offices send."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rtapp.imports.chat import read_chat
from rtapp.imports.drafts import RowClass
from rtapp.imports.message import read_file, read_message
from rtapp.imports.naming import is_name, says_vacant
from rtapp.imports.plan_store import plan_import
from rtapp.imports.preview import groups_of

from .lists import workbook

HAYUP = "63.09.05.2007"


def people(places, text):
    """(seat behind the village, name, phone) of those whom nobody asks about, and the names or rows asked about."""
    made = plan_import(places, [("Tempelan", read_message(text, "Tempelan"))])
    taken = [row for row in made.rows if row.row_class is RowClass.ACCEPTED]
    return [(row.seat.partition("/")[2], row.name, row.phone) for row in taken], made


FIRST = ("001", "Contoh Pertama", "081200000001")


def test_a_line_keeps_the_number_that_it_has_in_the_message(places):
    _, made = people(places, "Desa Hayup\n\nRT 01 : Contoh Pertama\nTerima kasih")
    assert {row.row: str(row.row_class) for row in made.rows} == {1: "skipped", 3: "accepted", 4: "skipped"}


@pytest.mark.parametrize(
    "word",
    [
        "~kosong~",
        "(menyusul)",
        "masih kosong 🙏",
        "belum dipilih",
        "vakum",
        "proses pemilihan",
        "NN",
        "sda",
        "-",
        "LOWONG",
        "(kosong)",
        "belum ada",
        "Belum terpilih",
        "...",
        "—",
    ],
)
def test_words_for_nobody_are_a_vacant_seat_in_a_message_and_in_a_table(places, word):
    _, made = people(places, f"Desa Hayup\nRT 01 : {word}\nRT 02 : Contoh Kedua")
    assert [row.seat for row in made.rows if row.row_class is RowClass.VACANT] == [f"{HAYUP}/001"]
    table = workbook(Data=[["Nama", "RT", "Desa"], [word, 1, "Hayup"], ["Contoh Kedua", 2, "Hayup"]])
    counts = plan_import(places, [("a.xlsx", read_file(table, "a.xlsx"))]).counts
    assert (counts["vacant"], counts["accepted"]) == (1, 1)


@pytest.mark.parametrize(
    "line",
    ["Kades : H. Contoh (RT 05)", "CP: Sekdes RT 07 081200000007", "Alamat kantor desa RT 06 No. 12",
     "Terima kasih, RT 03 ditunggu", "Nomor hp RT 2 menyusul", "Jadi jumlah RT di desa kami ada RT 4",
     "Catatan: RT 03 baru dimekarkan"],
)  # fmt: skip
def test_a_note_that_mentions_an_rt_is_nobody(places, line):
    taken, made = people(places, f"Desa Hayup\nRT 01 : Contoh Pertama 081200000001\n{line}")
    assert taken == [FIRST] and made.counts["review"] == made.counts["vacant"] == 0


@pytest.mark.parametrize("rts", ["RT 01 dan 02", "RT 03-04", "RT 05 s/d 07", "RT 1, 2 dan 3", "RT 1 & RT 2"])
def test_one_person_for_several_rts_is_asked_about(places, rts):
    taken, made = people(places, f"Desa Hayup\n{rts} : Contoh Pertama\nRT 08 : Contoh Kedua")
    assert [name for _, name, _ in taken] == ["Contoh Kedua"] and made.counts["review"] == 1


def test_a_correction_below_is_asked_about_beside_its_row(places):
    taken, made = people(places, "Desa Hayup\nRT 1 : Contoh Pertama\nRT 2 : Contoh Lama\nRalat RT 2 : Contoh Baru")
    assert [name for _, name, _ in taken] == ["Contoh Pertama"]
    (question,) = [question for _, question in made.open_questions]
    assert question.proposal == "new" and "Contoh Baru" in str(question.choices[0].label)


def test_running_numbers_taken_for_rts_are_answered_each_with_its_own(places):
    _, made = people(places, "Ketua RT desa Hayup:\n1. Contoh Pertama\n2. Contoh Kedua\n3. Contoh Ketiga")
    (group,) = groups_of(made)
    assert not group.one_sentence and [q.proposal for _, q in group.items] == ["=001", "=002", "=003"]


# Tables


def test_what_a_column_holds_counts_as_much_as_its_header(places):
    sheets = [
        [["DESA HAYUP"], ["N O", "N A M A", "R T", "NO. H P"], [1, "Contoh Pertama", 1, "081200000001"]],
        [["DESA HAYUP"], ["NO", "NAMA", "JABATAN", "KONTAK"], [7, "Contoh Pertama", "Ketua RT 01", "081200000001"]],
        [["DESA HAYUP"], ["NO", "RT", "KETUA", "SEKRETARIS", "HP KETUA"],
         [1, 1, "Contoh Pertama", "Lain", "081200000001"]],
        [["DESA HAYUP"], ["RT", "NAMA KETUA LAMA", "NAMA KETUA BARU", "HP"],
         [1, "Lama", "Contoh Pertama", "081200000001"]],
        [["DESA HAYUP"], ["NAMA / NO. HP", "RT"], ["Contoh Pertama / 081200000001", 1]],
        [["NO", "Timestamp", "Nama Lengkap (sesuai KTP)", "RT", "Desa", "HP"],
         [1, "2023/10/20 9:00:00 AM", "Contoh Pertama", "RT 01", "Hayup", "081200000001"]],
        [["nmsls", "nama_ketua", "nmdesa", "no telpon"], ["RT 001", "Contoh Pertama", "HAYUP", "081200000001"]],
    ]  # fmt: skip
    for rows in sheets:
        data = workbook(Data=rows)
        made = plan_import(places, [("a.xlsx", read_file(data, "a.xlsx"))])
        taken = [(row.seat, row.name, row.phone) for row in made.rows if row.row_class is RowClass.ACCEPTED]
        assert taken == [(f"{HAYUP}/001", "Contoh Pertama", "081200000001")], rows


def test_two_columns_of_names_are_asked_about_once_for_the_sheet(places):
    rows = [
        ["RT", "NAMA A", "NAMA B", "DESA"],
        *([n, f"Kiri {'XYZ'[n - 1]}a", f"Kanan {'XYZ'[n - 1]}a", "Hayup"] for n in (1, 2, 3)),
    ]
    made = plan_import(places, [("a.xlsx", read_file(workbook(Data=rows), "a.xlsx"))])
    assert made.counts["review"] == 3 and len(made.open_questions) == 1


def test_a_quote_that_nobody_closed_swallows_nobody(places):
    lines = [
        "Nama;RT;Desa",
        '"Contoh A;1;Hayup',
        "Contoh B;2;Hayup",
        'Contoh C;3;"',
        'Contoh D;4;"',
        "Contoh E;5;Hayup",
    ]
    made = plan_import(places, [("a.csv", read_file("\n".join(lines).encode(), "a.csv"))])
    assert [row.rt for row in made.rows if row.row_class is RowClass.ACCEPTED] == ["001", "002", "003", "004", "005"]


# Anything at all

NOTES = [
    "Terima kasih 🙏",
    "Assalamualaikum pak",
    "<Media tidak disertakan>",
    "(mohon dicek)",
    "Catatan: lengkap",
    "👍👍",
]
ENTRIES = [f"RT {n} : Contoh {name} 0812000000{n:02}" for n, name in enumerate(["Pertama", "Kedua", "Ketiga"], 1)]


def entries_of(text):
    rows = read_chat(text.splitlines())
    return sorted(tuple(cell.text for cell in row.cells[:5]) for row in rows[1:] if len(row.cells) > 1)


HEADS = [
    ["[14/10/23 08.{:02}.33] Pak Sekdes Contoh: ", "[14/10/23 08.{:02}.41] +62 813-9999-0001: "],
    ["14/10/23, 08.{:02} - Bu Camat Contoh: ", "14/10/23, 08.{:02} - +62 813-9999-0001: "],
    ["14/10/2023 08:{:02} - Kaur Contoh: ", "14/10/2023 08:{:02} - ~ Contoh Hulu: "],
]


def between(notes, entries, dice):
    """Put notes somewhere between the entries."""
    lines = list(entries)
    for note in notes:
        lines.insert(dice.randint(0, len(lines)), note)
    return lines


@given(st.lists(st.sampled_from(NOTES), max_size=6), st.permutations(ENTRIES), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_notes_and_pictures_between_entries_change_nothing(notes, entries, dice):
    assert entries_of("\n".join(between(notes, entries, dice))) == entries_of("\n".join(ENTRIES))


@given(
    st.lists(st.sampled_from(NOTES), max_size=6),
    st.permutations(ENTRIES),
    st.sampled_from(HEADS),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_who_sends_a_part_and_when_changes_nothing(notes, entries, heads, dice):
    lines = between(notes, entries, dice)
    sent = [dice.choice(heads).format(minute) + line for minute, line in enumerate(lines)]
    some = [
        head if number == 0 or dice.random() < 0.6 else line
        for number, (head, line) in enumerate(zip(sent, lines, strict=True))
    ]
    assert entries_of("\n".join(some)) == entries_of("\n".join(ENTRIES))


WORDS = [
    "RT 1", "RT 02", "rt.3", "RT", "Contoh", "Pak Contoh", "081200000001", "kosong", "menyusul", "desa Hayup", "Ketua",
    "Kades", ":", "-", "dan", "\n", "\n\n", "6309010101709901", "terima kasih", "1.", "(", ")", "~x~", "🙏", "hp",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
@example("RT 1 desa Hayup RT Pak Contoh Pak Contoh desa Hayup desa Hayup desa Hayup")
@settings(max_examples=300)
def test_nobody_is_taken_from_a_message_without_a_name_and_an_rt_beside_it(text):
    for row in read_chat(text.splitlines())[1:]:
        name, rt = row.at(0).text, row.at(1).text
        if rt and name and is_name(name) and not says_vacant(name):
            assert "Contoh" in name or "x" in name
        assert "6309010101709901" not in "".join(cell.text for cell in row.cells[1:])
