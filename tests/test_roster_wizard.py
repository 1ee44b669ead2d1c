"""The import by pages: files in, columns as understood, decisions, saving, undoing; nothing private is kept."""

import io

import pytest
from sqlalchemy import select

from rtapp import clock
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import begin_write
from rtapp.documents.sheets import read_workbook
from rtapp.imports import packed_books, upload_store
from rtapp.schema import Badge, Participant, RosterImport

from .lists import workbook
from .reading import value, values

pytestmark = pytest.mark.both_engines(at_length=True)

HEAD = ["Kecamatan", "Desa", "RT", "Nama", "No HP", "NIK", "Tgl Lahir"]
LIST = [
    HEAD,
    ["Muara Uya", "Uwie", 3, "CONTOH TIGA", "081200000301", "6309070101709901", "01-01-1970"],
    ["Muara Uya", "Uwie", 4, "CONTOH EMPAT", None, None, None],
    ["Muara Uya", "Uwie", 2, "ORANG LAIN SAMA SEKALI", None, None, None],  # the roster has ABDUL MUIS there
    ["Muara Uya", "Uwi", 5, "CONTOH LIMA", None, None, None],
]


def send(client, *files, text=""):
    """Upload files (name, content) and return the answer."""
    data = {"file": [(io.BytesIO(content), name) for name, content in files], "text": text}
    return client.post("/roster-imports/new", data=data, content_type="multipart/form-data")


def sent(client, *files, text=""):
    """Upload files and return the address of the list that they are."""
    answer = send(client, *files, text=text)
    assert answer.status_code == 303, answer.text
    return answer.location.removesuffix("/columns")


@pytest.fixture
def begun(client_of):
    """An admin's client and the address of a list they have just sent."""
    client = client_of("admin")
    return client, sent(client, ("daftar uwie.xlsx", workbook(Data=LIST)))


def save(client, address, **more):
    return client.post(address, data={"seen": value(client.get(address), "seen")} | more)


def decide(client, address, **data):
    return client.post(f"{address}/answers", data=data, headers={"HX-Request": "true"})


def names(session) -> set[str]:
    return set(session.scalars(select(Participant.name).where(Participant.archived_at.is_(None))))


def test_a_list_goes_from_file_to_roster_in_four_steps(begun, session, world, total):
    client, address = begun
    page = client.get(f"{address}/columns").text
    assert "Judul kolom di baris 1" in page and '<option value="name" selected' in page
    assert client.post(f"{address}/columns", data={"use-0": "on"}).location == address
    page = client.get(address).text
    assert "Ganti orang: ABDUL MUIS → ORANG LAIN SAMA SEKALI." in page and "mungkin Uwie" in page
    assert save(client, address).status_code == 303
    assert {"CONTOH TIGA", "CONTOH EMPAT", "ABDUL MUIS"} <= names(session) and "CONTOH LIMA" not in names(session)
    assert total(Badge, Badge.revoked_at.is_(None)) == 12


def test_a_sheet_without_a_column_of_names_is_asked_for_one(begun):
    client, address = begun
    answer = client.post(f"{address}/columns", data={"use-0": "on", "column-0-3": "remark"})
    assert answer.status_code == 422 and "Pilih kolom nama di lembar “Data”" in answer.text
    assert client.get(f"{address}/columns").status_code == client.get(address).status_code == 200


def test_what_was_decided_is_saved_and_the_rest_waits(begun, session, world):
    client, address = begun
    key = next(key for key in values(client.get(address).text, "key") if key.startswith("village"))
    assert "mungkin Uwie" not in decide(client, address, key=key, value="63.09.07.2004").text
    save(client, address)
    assert "CONTOH LIMA" in names(session) and "ORANG LAIN SAMA SEKALI" not in names(session)
    assert "yang tersisa menunggu keputusan" in client.get(address).text
    decide(client, address, accept="all")
    save(client, address)
    assert "ORANG LAIN SAMA SEKALI" in names(session) and "ABDUL MUIS" not in names(session)
    assert "Tersimpan" in client.get(address).text


def test_a_typed_answer_is_taken_and_nonsense_is_not(client_of, session, world):
    client = client_of("admin")
    bad = [HEAD, ["Muara Uya", "Uwie", "tiga belas koma", "CONTOH ERTE", None, None, None]]
    address = sent(client, ("a.xlsx", workbook(Data=bad)))
    (key,) = values(client.get(address).text, "key")
    assert "Nomor RT tidak terbaca" in decide(client, address, key=key, value="typed", typed="entah").text
    assert "Nomor RT tidak terbaca" in decide(client, address, key="rt:Lain:1:0", value="skip").text
    assert "Nomor RT tidak terbaca" not in decide(client, address, key=key, value="typed", typed="13").text
    save(client, address)
    assert "CONTOH ERTE" in names(session)


def test_a_replaced_heads_card_no_longer_works_and_the_new_head_has_one(begun, session, world):
    client, address = begun
    decide(client, address, accept="all")
    save(client, address)
    old = session.scalar(select(Badge).where(Badge.participant_id == world.people["muis"]))
    assert old.revoked_at is not None and old.reason == "Ketua RT diganti"
    new = session.scalar(select(Participant).where(Participant.name == "ORANG LAIN SAMA SEKALI"))
    assert session.scalar(select(Badge).where(Badge.participant_id == new.id, Badge.revoked_at.is_(None)))
    assert (new.seat.rt, new.wave_id) == ("002", world.waves[0])


def test_a_whole_import_is_undone_and_the_cards_of_before_work_again(begun, session, world):
    client, address = begun
    before = names(session)
    decide(client, address, accept="all")
    save(client, address)
    assert client.post(f"{address}/undo").status_code == 303
    session.expire_all()
    assert names(session) == before
    card = session.scalar(select(Badge).where(Badge.participant_id == world.people["muis"]))
    assert card.revoked_at is None
    assert "Impor ini dibatalkan" in client.get(address).text
    assert client.post(f"{address}/undo").status_code == 409


def test_an_import_somebody_was_scanned_from_stays(begun, session, world):
    client, address = begun
    decide(client, address, accept="all")
    save(client, address)
    begin_write(session)
    new = session.scalar(select(Participant.id).where(Participant.name == "CONTOH TIGA"))
    attempt = Attempt("nonce-0001", world.registration, Source.SEARCH, participant_id=new)
    record_scan(session, attempt, now=clock.utcnow())
    session.commit()
    answer = client.post(f"{address}/undo")
    assert answer.status_code == 409 and "Sudah ada yang dipindai" in answer.text
    assert "CONTOH TIGA" in names(session)


def test_a_roster_that_changed_meanwhile_is_looked_at_again(begun, session, world):
    client, address = begun
    seen = value(client.get(address), "seen")
    client.post(f"/participants/{world.people['guest']}/archive", data={"reason": "keliru"})
    answer = client.post(address, data={"seen": seen})
    assert answer.status_code == 409 and "Daftar peserta berubah" in answer.text
    assert "CONTOH TIGA" not in names(session)


def test_leaving_and_coming_back_goes_on_where_it_was(begun, client_of, session, world):
    client, address = begun
    decide(client, address, accept="all")
    other = client_of("admin")
    assert "daftar uwie.xlsx" in other.get("/roster-imports/new").text
    assert "Tidak ada yang perlu diputuskan" in other.get(f"{address}?show=review").text


def test_no_identity_number_and_no_day_of_birth_is_kept(begun, session, world):
    row = session.scalar(select(RosterImport))
    (_, book), *_ = packed_books.unpacked(row.books)
    told = str([[cell.text for cell in each.cells] for each in book.sheets[0].rows])
    assert "6309000000000000" in told and "9901" not in told and "1970" not in told
    assert "Tidak disimpan: NIK, Tgl Lahir" in begun[0].get(begun[1]).text


def test_what_was_kept_is_read_as_it_was(session, world):
    book = read_workbook(workbook(Data=[["Nama", "RT"], ["CONTOH", 1.5], ["B", "#N/A"]]), "x.xlsx")
    assert packed_books.unpacked(packed_books.packed([("x.xlsx", book)])) == [("x.xlsx", book)]


def test_a_weeks_old_list_is_forgotten(begun, session, world):
    begin_write(session)
    upload_store.drop_old(session, now=clock.utcnow() + upload_store.KEPT_FOR * 1.01)
    session.commit()
    assert begun[0].get(begun[1]).status_code == 404


def test_columns_are_read_as_a_person_says(client_of, session, world):
    client = client_of("admin")
    odd = [["Desa", "RT", "Nama", "Pengganti"], ["Uwie", 7, "LAMA CONTOH", "BARU CONTOH"]]
    address = sent(client, ("a.xlsx", workbook(Data=odd)))
    client.post(f"{address}/columns", data={"use-0": "on", "column-0-2": "", "column-0-3": "name"})
    save(client, address)
    assert "BARU CONTOH" in names(session) and "LAMA CONTOH" not in names(session)


def test_several_files_and_pasted_text_are_one_list(client_of, session, world):
    client = client_of("admin")
    one = workbook(Sheet1=[["Desa", "RT", "Nama"], ["Uwie", 11, "CONTOH SEBELAS"]])
    two = b"Desa;RT;Nama\nUwie;12;CONTOH DUABELAS\n"
    text = "Ketua RT Desa Uwie\n1. RT 13 Contoh Tigabelas (0812-0000-1313)\n2. RT 14: CONTOH EMPATBELAS\nterima kasih"
    address = sent(client, ("a.xlsx", one), ("b.csv", two), text=text)
    save(client, address)
    added = names(session)
    assert {"CONTOH SEBELAS", "CONTOH DUABELAS", "Contoh Tigabelas", "CONTOH EMPATBELAS"} <= added


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("kosong.xlsx", b"", 422, "Berkas kosong"),
        ("rusak.xlsx", b"PK\x03\x04rusak", 422, "Berkas rusak"),
        ("surat.csv", b"Yth. Bapak Camat\nDengan hormat\n", 422, "Tidak ada daftar di berkas ini"),
        ("foto.jpg", b"\xff\xd8\xff\xe0abc", 415, "foto JPEG"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_a_sentence_and_nothing_is_kept(
    client_of, world, name, content, status, said, total
):
    answer = send(client_of("admin"), (name, content))
    assert answer.status_code == status and said in answer.text
    assert total(RosterImport) == 0


def test_one_bad_file_among_several_is_named(client_of, world):
    good = workbook(Sheet1=[["Desa", "RT", "Nama"], ["Uwie", 11, "CONTOH"]])
    answer = send(client_of("admin"), ("baik.xlsx", good), ("jelek.xlsx", b"PK\x03\x04x"))
    assert answer.status_code == 422 and "jelek.xlsx: Berkas rusak" in answer.text


def test_nothing_chosen_is_said(client_of, world):
    assert "Pilih berkasnya" in send(client_of("admin")).text


@pytest.mark.parametrize("path", ["", "/columns"])
def test_a_list_that_never_was_is_not_found(client_of, world, path):
    assert client_of("admin").get(f"/roster-imports/{'0' * 32}{path}").status_code == 404


@pytest.mark.parametrize("text", [",", ";", "|", '"', ",,,", ";\n;", ",\n,\n", " , \t", "\0,", "sep=,", "=", "\u2028"])
def test_pasted_signs_that_say_nothing_are_refused_in_words(admin, text):
    answer = admin.post("/roster-imports/new", data={"text": text})
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_a_question_asked_once_for_a_sheet_says_how_many_rows_wait_and_one_answer_does(client_of, session):
    client, rows = client_of("admin"), [["NAMA", "RT"], *([f"CONTOH {word}", 60 + n] for n, word in enumerate("ABC"))]
    address = sent(client, ("titipan pak uwie.xlsx", workbook(Sheet1=rows)))
    page = client.get(address).text
    assert "Menyangkut 3 baris, mulai Sheet1 baris 2." in page and "(semua 3)" in page
    assert "3 baris menunggu keputusan" in page and "Tidak ada yang berubah" not in page
    (key,) = set(values(page, "key"))
    page = decide(client, address, key=key, value="63.09.07.2004").text
    assert "3 orang baru" in page and values(page, "key") == []
    assert save(client, address).status_code == 303
    assert {"CONTOH A", "CONTOH B", "CONTOH C"} <= names(session)


def test_many_renamed_heads_are_saved_only_once_somebody_says_that_they_were_looked_at(client_of, session):
    client = client_of("admin")
    first = [["DESA", "RT", "NAMA"], *(["Uwie", 70 + n, f"CONTOH {word}I"] for n, word in enumerate("ABCDE"))]
    address = sent(client, ("a.xlsx", workbook(Sheet1=first)))
    assert save(client, address).status_code == 303
    second = [[desa, rt, f"H. {name}" if n else name] for n, (desa, rt, name) in enumerate(first)]
    address = sent(client, ("b.xlsx", workbook(Sheet1=second)))
    page = client.get(address).text
    assert "Saya sudah melihat 5 nama atau orang yang berubah." in page and "H. CONTOH AI" in page
    assert save(client, address).status_code == 422 and "H. CONTOH AI" not in names(session)
    assert save(client, address, looked="yes").status_code == 303
    session.expire_all()
    assert "H. CONTOH AI" in names(session)
