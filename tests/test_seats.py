"""A seat: who held it, a new head in one step, and what the old head's card says afterwards."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from rtapp.badges import store as badges
from rtapp.db import db
from rtapp.roster import store
from rtapp.roster.find_store import Person, find_person, head_of
from rtapp.roster.seat_store import find_or_add_seat
from rtapp.roster.tenure import Step, Tenure, tenures
from rtapp.schema import Seat, Village

from .reading import value, verdict
from .world import World

pytestmark = pytest.mark.both_engines(at_length=True)

DAYS = [datetime(2023, 11, day, tzinfo=UTC) for day in range(1, 8)]


@pytest.fixture
def seat(app: Flask, world: World) -> int:
    """The seat of M. YUSUF."""
    with app.app_context():
        return find_person(db.session, world.people["yusuf"]).seat_id


def new_head(tablet: FlaskClient, seat: int, instead_of: int | str, **typed: str) -> TestResponse:
    facts = {"name": "BAIHAQI CONTOH", "phone": "", "gender": "", "instead_of": str(instead_of)}
    return tablet.post(f"/seats/{seat}/head", data=facts | typed)


def head(app: Flask, seat: int) -> Person | None:
    with app.app_context():
        return head_of(db.session, seat)


def scan(client: FlaskClient, world: World, code: str) -> TestResponse:
    return client.post(f"/desk/{world.registration}/scans", data={"code": code}, follow_redirects=True)


# A new head


def test_a_new_head_takes_the_seat_the_wave_and_a_card_of_their_own(app, world, tablet, seat):
    old = world.people["yusuf"]
    response = new_head(tablet, seat, old, phone="+62 813-0000-0999", gender="P")
    assert (response.status_code, response.location) == (303, f"/seats/{seat}")
    now = head(app, seat)
    assert (now.name, now.rt, now.wave, now.phone, now.gender) == ("BAIHAQI CONTOH", "003", 1, "081300000999", "P")
    with app.app_context():
        before = find_person(db.session, old)
        assert before.archived_at and before.archive_reason == "Diganti BAIHAQI CONTOH"
        assert badges.live_badge(db.session, old) is None
        assert badges.live_badge(db.session, now.id).token != world.tokens["yusuf"]
    page = tablet.get(f"/seats/{seat}").text
    assert "BAIHAQI CONTOH menggantikan M. YUSUF. Kartu lama dicabut, kartu baru terbit." in page


def test_the_new_card_is_offered_to_be_printed_until_it_was(app, world, client_of, seat):
    admin = client_of("admin")
    new_head(admin, seat, world.people["yusuf"])
    page, id_ = admin.get(f"/seats/{seat}").text, head(app, seat).id
    assert "belum dicetak." in page and f'name="people" value="{id_}"' in page
    assert admin.post("/cards", data={"people": str(id_), "sheets": "joined"}).mimetype == "application/pdf"
    assert "belum dicetak." not in admin.get(f"/seats/{seat}").text


def test_the_old_card_says_it_is_old_and_leads_to_the_present_head(app, world, tablet, seat):
    new_head(tablet, seat, world.people["yusuf"])
    page = scan(tablet, world, world.tokens["yusuf"])
    assert verdict(page) == "REVOKED"
    assert "Kartu lama: kartu baru terbit" in page.text and "sekarang dijabat BAIHAQI CONTOH" in page.text
    offered = value(page, "participant")
    assert int(offered) == head(app, seat).id and "BAIHAQI CONTOH yang datang, catat hadir" in page.text
    tapped = tablet.post(f"/desk/{world.registration}/scans", data={"participant": offered}, follow_redirects=True)
    assert verdict(tapped) == "WELCOME" and "BAIHAQI CONTOH" in tapped.text


def test_without_a_present_head_the_old_card_offers_nobody(app, world, tablet, seat):
    new_head(tablet, seat, world.people["yusuf"])
    tablet.post(f"/participants/{head(app, seat).id}/archive", data={"reason": "keliru"})
    page = scan(tablet, world, world.tokens["yusuf"])
    assert verdict(page) == "REVOKED"
    assert "Tidak lagi di daftar peserta: Diganti BAIHAQI CONTOH." in page.text and "yang datang" not in page.text


def test_somebody_archived_without_a_new_head_says_why_and_a_successor_is_named(app, world, tablet, seat):
    tablet.post(f"/participants/{world.people['yusuf']}/archive", data={"reason": "pindah alamat"})
    page = scan(tablet, world, world.tokens["yusuf"])
    assert verdict(page) == "ARCHIVED" and "pindah alamat" in page.text
    new_head(tablet, seat, "")
    page = scan(tablet, world, world.tokens["yusuf"])
    assert verdict(page) == "ARCHIVED" and "sekarang dijabat BAIHAQI CONTOH" in page.text


def test_an_old_head_who_comes_back_gets_a_card_that_works(app, look, world, tablet, seat):
    new_head(tablet, seat, world.people["yusuf"])
    tablet.post(f"/participants/{head(app, seat).id}/archive", data={"reason": "keliru"})
    tablet.post(f"/participants/{world.people['yusuf']}/restore")
    token = look(lambda session: badges.live_badge(session, world.people["yusuf"]).token)
    assert verdict(scan(tablet, world, token)) == "WELCOME"
    assert verdict(scan(tablet, world, world.tokens["yusuf"])) == "REVOKED"


def test_a_vacant_seat_is_filled_for_the_wave_of_its_district(app, change, world, tablet):
    with change as session:  # a seat of Uwie that nobody ever held
        seat = find_or_add_seat(session, session.get(Village, world.villages["uwie"]), "009", "001").id
    page = tablet.get(f"/seats/{seat}").text
    assert "RT 009 / RW 001" in page and "Desa Uwie" in page and "Kursi ini kosong" in page and "<details" in page
    new_head(tablet, seat, "")
    assert (head(app, seat).name, head(app, seat).wave) == ("BAIHAQI CONTOH", 1)
    assert "BAIHAQI CONTOH menjabat. Kartunya terbit." in tablet.get(f"/seats/{seat}").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Tulis namanya."),
        ({"name": "N" * 201}, "paling banyak 200 huruf"),
        ({"phone": "123"}, "Nomor HP dimulai 08"),
        ({"gender": "X"}, "Pilih salah satu yang ada."),
    ],
)
def test_what_cannot_be_read_is_said_and_the_head_stays(app, look, world, tablet, seat, typed, sentence):
    response = new_head(tablet, seat, world.people["yusuf"], **typed)
    assert response.status_code == 422 and sentence in response.text and "<details" in response.text
    assert head(app, seat).name == "M. YUSUF"
    assert look(lambda session: badges.live_badge(session, world.people["yusuf"]).token) == world.tokens["yusuf"]


def test_two_who_replace_one_head_make_one_new_head(app, world, client_of, tablet, seat):
    new_head(client_of("admin"), seat, world.people["yusuf"])
    second = new_head(tablet, seat, world.people["yusuf"], name="ORANG LAIN")
    assert second.status_code == 409 and "baru saja diganti" in second.text and "ORANG LAIN" in second.text
    assert head(app, seat).name == "BAIHAQI CONTOH"


# The page


def test_the_page_says_who_held_the_seat_with_cards_scans_and_edits(look, world, tablet, seat):
    id_ = world.people["yusuf"]
    scan(tablet, world, world.tokens["yusuf"])
    read = look(lambda session: find_person(session, id_))
    tablet.post(
        f"/participants/{id_}",
        data={
            "name": "Drs. YUSUF", "phone": "", "gender": "L", "wave": "2", "note": "", "village": read.village_code,
            "rt": "003", "rw": "", "version": str(read.version),
        },
    )  # fmt: skip
    new_head(tablet, seat, id_)
    text = " ".join(tablet.get(f"/seats/{seat}").text.split())
    held = text[text.index("Yang pernah menjabat") : text.index('id="seat-cards"')]
    assert held.index("BAIHAQI CONTOH") < held.index("Drs. YUSUF") and "Diganti BAIHAQI CONTOH" in held
    old_code = world.short_codes["yusuf"]
    cards = text[text.index('id="seat-cards"') : text.index('id="seat-scans"')]
    assert f"{old_code[:3]}-{old_code[3:]}" in cards and badges.REPLACED in cards and cards.count("<tr>") == 3
    scans = text[text.index('id="seat-scans"') : text.index('id="edits"')]
    assert "Hadir" in scans and "Registrasi · Gelombang I" in scans and "Uji supervisor" in scans
    edits = text[text.index('id="edits"') :]
    assert "Nama: <del>M. YUSUF</del> → Drs. YUSUF" in edits and "Gelombang: <del>I</del> → II" in edits
    assert "No. HP: <del>0812••••103</del> → (kosong)" in edits and "Kursi RT: RT 003 Belimbing Raya" in edits


def test_somebody_moved_away_is_named_with_where_they_went(change, world, tablet, seat):
    with change as session:
        read, place = find_person(session, world.people["yusuf"]), {"place": ("63.09.07.2004", "008", "")}
        store.change_participant(session, "uji", read.id, read.version, place, now=world.now)
        to = session.scalar(select(Seat.id).where(Seat.rt == "008"))
    page = tablet.get(f"/seats/{seat}").text
    assert "Kursi ini kosong" in page and "dipindahkan ke RT 008 Uwie" in page
    there = tablet.get(f"/seats/{to}").text
    assert "Ketua RT sekarang" in there and "dipindahkan" not in there


def test_the_person_and_the_open_row_lead_to_the_seat(world, tablet, seat):
    id_ = world.people["yusuf"]
    assert f'href="/seats/{seat}"' in tablet.get(f"/participants/{id_}").text
    assert f'href="/seats/{seat}"' in tablet.get(f"/participants/{id_}", headers={"HX-Request": "true"}).text
    assert "/seats/" not in tablet.get(f"/participants/{world.people['guest']}").text


def test_an_unknown_seat_is_not_found(tablet):
    assert tablet.get("/seats/99999").status_code == 404
    assert new_head(tablet, 99999, "").status_code == 404


# Who held it, from the trail alone


def test_the_page_of_a_seat_tells_of_a_card_issued_anew(world, tablet, seat):
    tablet.post(f"/participants/{world.people['yusuf']}/card", data={"reason": "Kartu hilang"})
    answer = tablet.get(f"/seats/{seat}")
    assert answer.status_code == 200 and "Kartu baru terbit" in answer.text


def test_somebody_whom_a_list_brought_holds_the_seat_since_their_first_card():
    assert tenures(1, 7, "A", 1, DAYS[0], []) == [Tenure(7, "A", DAYS[0], None)]


def test_an_archived_head_held_it_until_then_and_again_after_coming_back():
    steps = [Step(DAYS[0], "add"), Step(DAYS[1], "archive", why="keliru"), Step(DAYS[2], "restore")]
    assert tenures(1, 7, "A", 1, None, steps) == [
        Tenure(7, "A", DAYS[0], DAYS[1], "keliru"),
        Tenure(7, "A", DAYS[2], None),
    ]


def test_somebody_moved_here_and_away_held_it_in_between():
    steps = [Step(DAYS[1], "move", 5, 1), Step(DAYS[2], "move", 1, 1), Step(DAYS[3], "move", 1, 6)]
    assert tenures(1, 7, "A", 6, DAYS[0], steps) == [Tenure(7, "A", DAYS[1], DAYS[3], "", 6)]
    assert tenures(5, 7, "A", 6, DAYS[0], steps) == [Tenure(7, "A", DAYS[0], DAYS[1], "", 1)]
    assert tenures(9, 7, "A", 6, DAYS[0], steps) == []


def test_somebody_archived_elsewhere_did_not_hold_this_seat_again():
    steps = [Step(DAYS[1], "move", 1, 5), Step(DAYS[2], "archive", why="x"), Step(DAYS[3], "restore")]
    assert tenures(1, 7, "A", 5, None, steps) == [Tenure(7, "A", None, DAYS[1], "", 5)]
    assert [each.until for each in tenures(5, 7, "A", 5, None, steps)] == [DAYS[2], None]
