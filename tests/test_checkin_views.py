"""The desk's pages, as each role meets them."""

import re

import pytest
from sqlalchemy import select

from rtapp.schema import Attendance, Checkpoint, DeviceCheckpoint, Scan

from .reading import verdict

HX = {"HX-Request": "true"}


def post(client, world, where=None, headers=None, **form):
    return client.post(f"/desk/{where or world.registration}/scans", data=form, headers=headers)


def test_somebody_with_one_checkpoint_goes_straight_to_it(change, desk, world):
    change(lambda session: session.delete(session.get(DeviceCheckpoint, (world.device, world.session_one))))
    assert desk.get("/desk").headers["Location"] == f"/desk/{world.registration}"


def test_a_fragment_answers_with_verdict_last_scans_and_empty_results(desk, world):
    body = post(desk, world, headers=HX, code=world.tokens["rahmah"], nonce="nonce-0001", source="wedge").text
    assert re.findall(r'<(?:article|section) id="(\w+)"', body) == ["verdict", "recent", "results"]
    assert verdict(body) == "WELCOME" and "Hj. RAHMAH" in body and "Kelurahan Belimbing Raya" in body


def test_without_javascript_a_scan_leads_to_its_verdict(desk, world):
    answer = post(desk, world, code=world.tokens["rahmah"])
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"]).text
    assert verdict(page) == "WELCOME" and "nomor <b>1</b>" in page


def test_words_that_are_no_code_lead_to_a_search_and_record_nothing(desk, world, total):
    answer = post(desk, world, code="rahmah")
    assert answer.headers["Location"].endswith("?q=rahmah") and total(Scan) == 0
    page = desk.get(answer.headers["Location"]).text
    assert page.count('class="row"') == 2 and "Mabu&#39;un" in page  # both Rahmahs, told apart by place


@pytest.mark.parametrize("around", ["{}", "HTTP://10.0.0.7:8000/K/{}", "salah orang {}", "x{}"])
def test_no_form_takes_a_cards_code_for_a_name_a_reason_a_note_or_a_pin(look, desk, world, around):
    marked = post(desk, world, headers=HX, code=world.tokens["rahmah"]).text
    (mark,) = re.findall(r"/attendance/(\d+)/instead", marked)
    text = around.format(next(token for name, token in world.tokens.items() if name != "rahmah"))
    told = {"participant": re.findall(r'data-person="(\d+)"', marked)[0], "decide": "substitute"}
    refused = [
        desk.post(f"/attendance/{mark}/void", data={"reason": text}),
        post(desk, world, **told, name=text),
        post(desk, world, **told, name="Wakil Contoh", relation=text),
        post(desk, world, **told, name="Wakil Contoh", phone=text.lower()),
        post(desk, world, **told, name="Wakil Contoh", pin=text),
        desk.post(f"/desk/{world.registration}/walk-in", data={"kind": "tamu", "name": text}),
    ]
    assert [answer.status_code for answer in refused] == [422] * 6
    assert "kode kartu" in refused[0].text and text.strip() not in refused[0].text
    assert look(lambda session: session.scalars(select(Attendance.voided_at)).all()) == [None]


def test_what_only_looks_like_a_code_is_a_reason_like_any_other(desk, world):
    marked = post(desk, world, headers=HX, code=world.tokens["rahmah"]).text
    (mark,) = re.findall(r"/attendance/(\d+)/instead", marked)
    assert desk.post(f"/attendance/{mark}/void", data={"reason": "pertanggungjawaban2023tahap"}).status_code == 303


def test_a_code_that_is_not_understood_leaves_no_token_behind(look, desk, world):
    first, second = list(world.tokens.values())[:2]
    body = post(desk, world, headers=HX, code=f"{first}{second}", source="wedge").text
    assert verdict(body) == "UNKNOWN" and second not in body
    (raw,) = look(lambda session: session.scalars(select(Scan.raw)).all())
    assert first not in raw and second not in raw


def test_the_same_words_from_a_hand_scanner_are_an_unknown_card(desk, world, total):
    body = post(desk, world, headers=HX, code="8991234567890", source="wedge").text
    assert verdict(body) == "UNKNOWN" and total(Scan) == 1


def test_already_says_when_where_and_by_whom(desk, client_of, world):
    post(client_of("clerk"), world, participant=world.people["rahmah"])
    body = post(desk, world, headers=HX, participant=world.people["rahmah"]).text
    assert verdict(body) == "ALREADY" and re.search(r"pukul \d\d\.\d\d WITA di Uji clerk", body)


def test_another_wave_is_named_with_its_day(desk, world):
    body = post(desk, world, headers=HX, participant=world.people["ruslan"]).text
    assert "Gelombang II, Rabu, 15 November 2023" in body


def test_a_supervisor_is_offered_to_open_what_is_closed_and_a_clerk_is_not(change, client_of, world):
    with change as session:
        point = session.get(Checkpoint, world.registration)
        point.closes_at = world.now
    form = {"participant": world.people["rahmah"]}
    assert "/open" in post(client_of("supervisor"), world, headers=HX, **form).text
    clerk = post(client_of("clerk"), world, headers=HX, **form).text
    assert verdict(clerk) == "NOT_OPEN" and "/open" not in clerk


def test_a_verdict_page_shows_the_first_answer_and_records_nothing(desk, world, total):
    post(desk, world, code=world.tokens["rahmah"], nonce="nonce-0001", source="wedge")
    page = desk.get("/scans/nonce-0001")
    assert verdict(page) == "WELCOME" and total(Scan) == 1
    assert desk.get("/scans/nonce-9999").status_code == 404


def test_a_desk_does_not_read_the_answers_of_checkpoints_it_was_not_given(client_of, desk, world):
    post(client_of("admin"), world, where=world.registration_two, code=world.tokens["ruslan"], nonce="nonce-0001")
    assert desk.get("/scans/nonce-0001").status_code == 403
    assert desk.get(f"/desk/{world.registration}?scan=nonce-0001").status_code == 404


def test_opening_a_card_on_a_desks_phone_shows_the_person_and_writes_nothing_yet(desk, world, total):
    desk.get(f"/desk/{world.registration}")  # the checkpoint this phone works at
    page = desk.get(f"/K/{world.tokens['rahmah'].lower()}").text
    assert "Hj. RAHMAH" in page and 'id="native"' in page and total(Scan) == 0


def test_a_native_scan_without_javascript_ends_on_its_own_page(desk, world):
    answer = post(desk, world, code=world.tokens["rahmah"], source="native", nonce="nonce-0001")
    assert answer.headers["Location"] == "/scans/nonce-0001"


def test_undoing_asks_a_reason_says_whose_mark_it_was_and_happens_once(look, desk, world, total):
    post(desk, world, code=world.tokens["rahmah"])
    mark = look(lambda session: session.scalar(select(Attendance.id)))
    assert desk.post(f"/attendance/{mark}/void", data={"reason": " "}).status_code == 422
    answer = desk.post(f"/attendance/{mark}/void", data={"reason": "salah orang"}, follow_redirects=True)
    assert "Pencatatan Hj. RAHMAH dibatalkan." in answer.text
    assert desk.post(f"/attendance/{mark}/void", data={"reason": "lagi"}).status_code == 409
    assert total(Attendance, Attendance.voided_at.is_(None)) == 0


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"code": "x", "source": "wedge", "nonce": "short"}, 422),
        ({"code": "x", "source": "wedge", "nonce": "dua kata ya"}, 422),
        ({"participant": "999999", "nonce": "nonce-0001"}, 404),
        ({"participant": "abc", "code": ""}, 303),
        ({"code": "  "}, 303),
        ({"code": "A" * 10_000, "source": "wedge"}, 303),
        ({"code": "\x00\x01<script>", "source": "wedge"}, 303),
    ],
)
def test_odd_forms_get_a_clear_answer_and_never_an_error(desk, world, form, status):
    assert post(desk, world, **form).status_code == status
