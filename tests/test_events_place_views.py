"""Wilayah, as the admin who sets it sees it: districts and villages found, added, changed, refused."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from rtapp.events.place_store import find_districts
from rtapp.roster.find_store import Filter, find_people
from rtapp.schema import District, Village

from .reading import is_open, said, typed, words

DISTRICT = {"kind": "district", "code": "63.09.12", "name": "Bintang Ara"}
VILLAGE = {"kind": "village", "code": "63.09.07.2001", "name": "Kupang Nunding"}
HTMX = {"HX-Request": "true"}
LONG = "x" * 10_000


def district_id(session, name: str) -> int:
    return session.scalar(select(District.id).where(District.name == name))


def names(session) -> set[str]:
    return set(session.scalars(select(Village.name)))


def test_districts_stand_closed_with_their_codes_kinds_and_known_seats(admin, look):
    page = admin.get("/places")
    assert "3 kecamatan, 4 desa dan kelurahan" in words(page)
    assert "Murung Pudak 63.09.06 · 2 desa · 5 RT" in words(page)
    assert "Mabu'un 63.09.06.1006 · Kelurahan · 3 RT" in words(page) and "Uwie 63.09.07.2004 · Desa" in words(page)
    assert not is_open(page, f"district-{look(lambda session: district_id(session, 'Murung Pudak'))}")


def test_a_search_opens_what_it_finds_by_name_or_code(admin, look):
    murung = look(lambda session: district_id(session, "Murung Pudak"))
    for asked in ("MABUUN", "mabu'un", "63.09.06.1006"):
        page = admin.get("/places", query_string={"q": asked})
        assert is_open(page, f"district-{murung}") and "Belimbing Raya" not in words(page)
    page = words(admin.get("/places?q=murung", headers=HTMX))
    assert "Mabu'un" in page and "Belimbing Raya" in page and "Padangin" not in page and "Pengaturan" not in page
    assert "Tidak ada yang cocok" in words(admin.get("/places?q=zzzz"))
    assert admin.get("/places", query_string={"q": LONG}).status_code == 200


def test_a_village_opens_as_a_form_in_its_place(admin, world):
    village = world.villages["mabuun"]
    page = admin.get(f"/places?village={village}")
    assert typed(page, f"village-{village}-name") == "Mabu'un"
    assert "3 RT di daftar peserta ada di desa ini, jadi tidak dapat dihapus." in words(page)
    for nonsense in ("999", "x", LONG):
        assert "RT di daftar peserta ada di desa ini" not in words(admin.get(f"/places?village={nonsense}"))


def test_an_empty_list_is_filled_with_the_one_that_is_here(admin, total):
    answer = admin.post("/places", data={"kind": "list", "tabalong": "1"})
    assert (answer.status_code, answer.location) == (303, "/places#districts")
    assert "128 desa ditambahkan atau diubah." in words(admin.get("/places"))
    assert (total(District), total(Village)) == (12, 131)
    admin.post("/places", data={"kind": "list", "tabalong": "1"})
    assert "Tidak ada yang berubah" in words(admin.get("/places"))


def test_without_places_the_page_offers_a_list(beginner):
    page = words(beginner.get("/places"))
    assert "Belum ada wilayah" in page and "Pakai daftar Kabupaten Tabalong" in page and "Tambah kecamatan" in page


def send_list(client: FlaskClient, content: bytes) -> TestResponse:
    data = {"kind": "list", "file": (io.BytesIO(content), "wilayah.csv")}
    return client.post("/places", data=data, content_type="multipart/form-data")


def test_a_list_is_sent_as_a_file(admin, look):
    content = "district_code,district,village_code,village\n63.09.06,Murung Pudak,63.09.06.1006,Mabuun Baru\n"
    assert send_list(admin, content.encode()).status_code == 303
    assert "Mabuun Baru" in look(names) and "Mabu'un" not in look(names)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "tidak punya kolom kode kecamatan"),
        (b"nama;kode\nX;1\n", "tidak punya kolom"),
        (b"\xff\xfe\x00", "bukan CSV yang dapat dibaca"),
        (b"district_code,district,village_code,village\n", "tidak berisi satu baris pun"),
        (b"district_code,district,village_code,village\n1,X,2,Y\n", "Baris wilayah 1: Kode kecamatan"),
        (b'"' + b"x" * 200_000, "bukan CSV yang dapat dibaca"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(admin, content, sentence, total):
    answer = send_list(admin, content)
    assert answer.status_code == 422 and sentence in words(answer) and is_open(answer, "list")
    assert (total(District), total(Village)) == (3, 4)


def test_a_district_and_its_village_are_added_renamed_and_removed(admin, look, total):
    assert admin.post("/places", data=DISTRICT).location == "/places#district-"
    found = str(look(lambda session: district_id(session, "Bintang Ara")))
    data = VILLAGE | {"code": "6309121001", "name": "Bintang Ara", "district": found}
    assert admin.post("/places", data=data).location == f"/places?district={found}#new-{found}"
    assert is_open(admin.get(f"/places?district={found}"), f"district-{found}")
    assert "Bintang Ara 63.09.12.1001 · Kelurahan" in words(admin.get("/places"))
    village = look(lambda session: session.scalar(select(Village).where(Village.code == "63.09.12.1001"))).id
    row = {"kind": "village", "id": str(village), "district": found}
    admin.post("/places", data=row | {"code": "63.09.12.2001", "name": "Bintang Baru"})
    assert "Bintang Baru 63.09.12.2001 · Desa" in words(admin.get("/places"))
    admin.post("/places", data={"kind": "district", "id": found, "code": "63.09.12", "name": "Bintang"})
    assert "Bintang 63.09.12 · 1 desa" in words(admin.get("/places"))
    assert admin.post("/places", data=row | {"do": "remove"}).status_code == 303
    assert admin.post("/places", data={"kind": "district", "id": found, "do": "remove"}).status_code == 303
    assert "Dihapus." in words(admin.get("/places")) and (total(District), total(Village)) == (3, 4)


def test_people_are_found_by_the_new_name_of_their_village(admin, look, world):
    row = {"kind": "village", "id": str(world.villages["uwie"]), "code": "63.09.07.2004", "name": "Uwie Selatan"}
    admin.post("/places", data=row)
    found = look(lambda session: find_people(session, Filter(q="syahrani selatan"), limit=5))
    assert [person.name for person in found] == ["SYAHRANI"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code", "63.09", "Kode kecamatan terdiri dari enam angka, seperti 63.09.06."),
        ("code", "63.09.06", "Kode 63.09.06 milik Murung Pudak."),
        ("name", " ", "Isi nama wilayah, paling banyak 100 huruf."),
        ("name", LONG, "Isi nama wilayah, paling banyak 100 huruf."),
    ],
)
def test_a_refused_district_stays_open_with_its_text(admin, field, value, sentence, total):
    answer = admin.post("/places", data=DISTRICT | {field: value})
    assert answer.status_code == 422 and is_open(answer, "district-")
    assert sentence in said(answer, f"district--{field}")
    assert [typed(answer, f"district--{key}") for key in ("code", "name")] == [
        (DISTRICT | {field: value})[key] for key in ("code", "name")
    ]
    assert (total(District), total(Village)) == (3, 4)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code", "63.09.07", "Kode desa seperti 63.09.06.2005"),
        ("code", "63.09.07.2004", "Kode 63.09.07.2004 milik Uwie."),
        ("code", "63.09.99.2001", "Belum ada kecamatan 63.09.99. Tambahkan dahulu."),
        ("name", "", "Isi nama wilayah, paling banyak 100 huruf."),
    ],
)
@pytest.mark.parametrize("existing", [False, True])
def test_a_refused_village_stays_open_with_its_text(admin, look, world, field, value, sentence, existing, total):
    uya, own = look(lambda session: district_id(session, "Muara Uya")), world.villages["mabuun"]
    row, more = (f"village-{own}", {"id": str(own)}) if existing else (f"new-{uya}", {})
    answer = admin.post("/places", data=VILLAGE | more | {"district": str(uya), field: value})
    assert answer.status_code == 422 and sentence in said(answer, f"{row}-{field}")
    assert typed(answer, f"{row}-{field}") == value
    assert existing or (is_open(answer, row) and is_open(answer, f"district-{uya}"))
    assert (total(District), total(Village)) == (3, 4) and "Mabu'un" in look(names)


def test_what_is_still_used_is_not_removed_and_says_why(admin, look, world, total):
    murung, village = look(lambda session: district_id(session, "Murung Pudak")), world.villages["mabuun"]
    answer = admin.post("/places", data={"kind": "district", "id": str(murung), "do": "remove"})
    assert answer.status_code == 409 and "Murung Pudak masih punya desa. Hapus desanya dahulu." in words(answer)
    answer = admin.post("/places", data={"kind": "village", "id": str(village), "do": "remove"})
    assert answer.status_code == 409 and "Mabu'un punya 3 RT di daftar peserta." in words(answer)
    data = {"kind": "district", "id": str(murung), "code": "63.09.99", "name": "Murung"}
    answer = admin.post("/places", data=data)
    assert answer.status_code == 422 and "kode kecamatannya tetap" in said(answer, f"district-{murung}-code")
    assert (total(District), total(Village)) == (3, 4)


def test_an_invited_district_is_removed_after_its_number(admin, look, world):
    admin.post("/places", data=DISTRICT)
    lone = look(lambda session: district_id(session, "Bintang Ara"))
    form = f"/waves/{world.waves[0]}/invitations"
    admin.post(form, data={f"district-{lone}": "3"})
    answer = admin.post("/places", data={"kind": "district", "id": str(lone), "do": "remove"})
    assert answer.status_code == 409 and "masih diundang ke sebuah gelombang" in words(answer)
    admin.post(form, data={f"district-{lone}": ""})
    assert admin.post("/places", data={"kind": "district", "id": str(lone), "do": "remove"}).status_code == 303
    assert look(lambda session: len(find_districts(session))) == 3


@pytest.mark.parametrize("row", ["999", "abc", "9" * 400])
@pytest.mark.parametrize("kind", ["district", "village"])
def test_a_place_that_is_gone_is_a_sentence_on_the_page(admin, kind, row):
    for more in ({"code": "63.09.12", "name": "X"}, {"do": "remove"}):
        answer = admin.post("/places", data={"kind": kind, "id": row, **more})
        assert answer.status_code == 404 and "ini tidak ada." in words(answer)
        assert "Murung Pudak" in words(answer)


def test_nonsense_is_refused(admin, total):
    assert admin.post("/places", data={"kind": "planet", "name": "X"}).status_code == 422
    assert admin.post("/places", data={"kind": "village", "do": "remove"}).status_code == 404
    answer = admin.post("/places", data=VILLAGE | {"district": "999", "code": "x"})
    assert answer.status_code == 422 and "Kode desa seperti" in words(answer)
    assert (total(District), total(Village)) == (3, 4)


def test_a_change_keeps_the_search_it_was_made_in(admin, world):
    page = admin.get("/places?q=uwie").text
    assert 'action="/places?q=uwie#' in page
    row = {"kind": "village", "id": str(world.villages["uwie"]), "code": "63.09.07.2004", "name": "Uwie Baru"}
    assert admin.post("/places?q=uwie", data=row).location.startswith("/places?q=uwie")
