"""Penanda tangan: set for each paper, any number, remembered; looked at before they are kept."""

import io

import pytest
from PIL import Image

from rtapp.settings.letterhead_store import signing_of
from rtapp.settings.signatories import EVERY, IN_CHARGE, MOST, Signatory, restored, signers_of

from .reading import said, words

NIP = "197001011995031001"
LONG = "Drs. H. Contoh Nurjannah bin Abdul Muthalib Khairullah, S.Pd.I., M.Pd. Contoh"


def form(count: int, **more: str) -> dict[str, str]:
    fields = {"paper": "transport"}
    for number in range(1, count + 1):
        fields |= {f"position-{number}": f"Jabatan {number}", f"name-{number}": f"Nama {number}"}
    return fields | more


def test_who_signs_a_paper_is_set_for_it_else_the_usual_one_and_its_clerk():
    usual, treasurer = Signatory("Kepala Dinas", "CONTOH"), Signatory("Bendahara", "IBU CONTOH")
    assert signers_of({}, "attendance") == (IN_CHARGE,)
    assert signers_of({EVERY: [usual]}, "attendance") == (usual,)
    witness, clerk = signers_of({EVERY: [usual]}, "transport")
    assert (witness.name, witness.caption, clerk) == ("CONTOH", "Mengetahui,", Signatory("Bendahara"))
    assert signers_of({EVERY: [usual], "transport": [treasurer]}, "transport") == (treasurer,)


def test_seven_signatories_are_kept_noted_and_shown_again(admin, look):
    answer = admin.post("/settings/signatories", data=form(7, **{"caption-1": "Mengetahui,", "nip-7": NIP}))
    assert answer.status_code == 303 and answer.location.endswith("paper=transport")
    kept = look(signing_of)["transport"]
    assert [one.name for one in kept] == [f"Nama {number}" for number in range(1, 8)]
    assert kept[0].caption == "Mengetahui," and kept[6].nip == NIP
    page = admin.get("/settings/signatories?paper=transport").text
    assert (
        'value="Nama 7"' in page and 'name="name-8"' in page and "Nama 1" not in admin.get("/settings/signatories").text
    )


def test_an_empty_row_is_nobody_and_all_empty_rows_give_the_paper_back(admin, look):
    admin.post("/settings/signatories", data=form(2, **{"position-1": "", "name-1": ""}))
    assert [one.name for one in look(signing_of)["transport"]] == ["Nama 2"]
    admin.post("/settings/signatories", data={"paper": "transport", "name-1": ""})
    assert look(signing_of) == {}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("nip-1", "1970", "NIP terdiri atas 18 angka."),
        ("nip-2", "19700101199503100X", "NIP terdiri atas 18 angka."),
        ("name-2", "x" * 121, "Paling banyak 120 huruf; yang diisi 121 huruf."),
        ("position-1", "Tan\u202ejung", "Ada tanda yang tidak terlihat."),
    ],
)
def test_a_field_that_cannot_be_used_is_said_beside_it_and_nothing_is_kept(admin, look, field, value, sentence):
    answer = admin.post("/settings/signatories", data=form(2, **{field: value}))
    assert answer.status_code == 422 and sentence in said(answer, field) and "Jabatan 2" in answer.text
    assert look(signing_of) == {}


def test_a_row_is_added_without_losing_what_is_typed(admin):
    answer = admin.post("/settings/signatories", data=form(2, add="1"))
    assert answer.status_code == 200 and 'value="Nama 2"' in answer.text and 'name="name-3"' in answer.text
    full = admin.post("/settings/signatories", data=form(MOST, add="1"))
    assert f'name="name-{MOST + 1}"' not in full.text and "Tambah penanda tangan" not in words(full)


def test_what_is_typed_is_shown_as_it_will_be_printed_and_what_wraps_is_said(admin):
    look = admin.post("/settings/signatories/look", data=form(3, **{"name-2": LONG}))
    assert f"“{LONG}” dicetak" in words(look) and "Nama 1”" not in words(look)
    address = look.text.partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    shown = Image.open(io.BytesIO(admin.get(address).data))
    assert shown.width == 215 * 5 and shown.height > 200 and shown.convert("L").getextrema() == (0, 255)
    assert admin.post("/settings/signatories/look", data=form(1, **{"nip-1": "7"})).status_code == 422


def test_a_certificate_has_room_for_three(admin):
    answer = admin.post("/settings/signatories", data=form(4) | {"paper": "certificate"})
    assert answer.status_code == 422 and "paling banyak 3 penanda tangan" in answer.text


def test_a_paper_that_is_none_is_refused(admin):
    assert admin.get("/settings/signatories?paper=x").status_code == 422


def test_what_is_kept_is_read_again():
    rows = (Signatory("Jabatan 1", "Nama 1"), Signatory("Jabatan 2", "Nama 2"))
    assert restored({"recap": [vars(one) for one in rows], "gone": []}) == {"recap": rows}
