"""Printing cards and replacing a lost one, as the people who do it see it."""

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from rtapp import clock
from rtapp.badges import store
from rtapp.db import db
from rtapp.refusals import Refused
from rtapp.roster import store as roster
from rtapp.schema import Badge, Participant
from rtapp.settings import store as settings

from .printing import decoded, rendered
from .reading import elements, texts, verdict, words
from .trailed import trail

HTMX = {"HX-Request": "true"}
LONG = "x" * 10_000


def archived(world, key: str) -> Callable:
    """Somebody was taken off the roster."""
    return lambda session: roster.archive_participant(session, "uji", world.people[key], "pindah", now=clock.utcnow())


def numbers(response: TestResponse) -> list[str]:
    """The counts of the page: cards, sheets, never printed."""
    return texts(response, "dd")


def printed(app, person: int) -> int:
    with app.app_context():
        return store.live_badge(db.session, person).printed_count


def text_of(response: TestResponse) -> str:
    """What is written on the first sheet of a PDF."""
    assert response.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(response.data)).pages[0].extract_text()


def live_token(app, person: int) -> str:
    with app.app_context():
        return store.live_badge(db.session, person).token


def hidden(response: TestResponse) -> dict[str, str]:
    """What the button of the page posts."""
    fields = [each.given for each in elements(response, "input", type="hidden")]
    return {each["name"]: each["value"] for each in fields if each["name"] != "csrf_token"}


def reissue(client: FlaskClient, person: int, reason: str = "hilang") -> TestResponse:
    return client.post(f"/participants/{person}/card", data={"reason": reason})


def test_the_page_says_how_many_cards_and_sheets_there_will_be(admin):
    assert numbers(admin.get("/cards")) == ["10", "5", "10"]
    assert numbers(admin.get("/cards?wave=1")) == ["7", "3", "7"]
    assert numbers(admin.get("/cards?wave=1&sheets=joined")) == ["7", "1", "7"]
    assert numbers(admin.get("/cards?district=63.09.06&village=63.09.06.1006")) == ["3", "1", "3"]


def test_with_a_script_only_the_choice_is_answered_and_the_address_follows(admin):
    response = admin.get("/cards?wave=2&district=&village=&which=&paper=a4&sheets=", headers=HTMX)
    assert response.text.lstrip().startswith('<section id="cards"')
    assert response.headers["HX-Replace-Url"] == "/cards?wave=2&paper=a4"


def test_a_village_of_another_district_is_let_go(admin):
    page = admin.get("/cards?district=63.09.07&village=63.09.06.1006", headers=HTMX)
    assert numbers(page) == ["2", "1", "2"]
    assert "Uwie · Muara Uya" in page.text and "Mabu" not in page.text


def test_villages_of_one_name_are_told_apart_by_their_district(admin):
    assert "Padangin · Tanta" in admin.get("/cards").text
    unsure = admin.get("/cards?village=padang")
    assert unsure.status_code == 422 and "“padang” dapat berarti: Padangin · Tanta" in words(unsure)
    assert 'value="padang"' in unsure.text
    assert numbers(admin.get("/cards?village=desa+uwie"))[0] == "2"
    assert "Tidak ada desa “Atlantis”" in words(admin.get("/cards?village=Atlantis"))


def test_looking_at_the_page_issues_and_counts_nothing(admin, world, change, total):
    change(lambda session: session.execute(delete(Badge)))
    page = admin.get("/cards?wave=1")
    assert "7 orang belum punya kartu. Kartunya terbit saat PDF diunduh." in words(page)
    assert total(Badge) == 0


@pytest.mark.parametrize("address", ["", "http://192.168.1.10:8000"])
def test_the_page_says_what_the_codes_will_hold(admin, change, address):
    change(lambda session: settings.change(session, "uji", "base_url", address, now=clock.utcnow()))
    said = words(admin.get("/cards"))
    bare = "Kode QR berisi kode kartu saja; kamera bawaan ponsel tidak akan membuka halaman."
    assert (bare in said) == (not address)
    assert f"Kode QR akan berisi alamat {address}, yang" in said if address else "isi alamatnya" in said


@pytest.mark.parametrize("address", ["", "http://192.168.1.10:8000"])
@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_the_codes_on_a_sheet_are_the_live_cards(app, admin, world, change, tmp_path, address, paper):
    change(lambda session: settings.change(session, "uji", "base_url", address, now=clock.utcnow()))
    change(lambda session: session.execute(delete(Badge).where(Badge.participant_id == world.people["muis"])))
    response = admin.post("/cards", data={"wave": "1", "paper": paper, "untried": "on"})
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Cache-Control"] == "no-store"
    assert f"kartu-peserta-gelombang-i-{paper}.pdf" in response.headers["Content-Disposition"]
    pages = rendered(response.data, tmp_path)
    keys = [["rahmah", "yusuf"], ["rahmah_mabuun", "hamdani", "aminah"], ["syahrani", "muis"]]
    assert len(pages) == len(keys)
    for page, people in zip(pages, keys, strict=True):
        held = [live_token(app, world.people[key]) for key in people]
        prefix = f"{address.upper()}/K/" if address else ""
        assert sorted(decoded(page)) == sorted(f"{prefix}{token}" for token in held)
    width, height = PdfReader(io.BytesIO(response.data)).pages[0].mediabox[2:]
    assert (round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)) == (
        (215, 330) if paper == "f4" else (210, 297)
    )


def test_every_download_counts_and_is_noted_with_who_asked(app, look, admin, world):
    for times in (1, 2):
        admin.post("/cards", data={"village": "63.09.06.1001"})
        assert printed(app, world.people["rahmah"]) == times
    assert printed(app, world.people["muis"]) == 0
    line, values = look(lambda session: trail(session, 1)[0])
    assert (line.actor, line.action, values.values["cards"]) == ("Uji admin", "badge.print", 2)


def test_only_new_cards_are_printed_after_the_first_time(app, admin, tablet, world):
    admin.post("/cards")
    assert "Semua kartu dalam pilihan ini sudah pernah dicetak" in words(admin.get("/cards?which=new"))
    reissue(tablet, world.people["rahmah"])
    page = admin.get("/cards?which=new")
    assert numbers(page)[0] == "1" and hidden(page)["people"] == str(world.people["rahmah"])
    for _ in range(2):  # a second tap, or a download that was lost, gives the same sheet
        assert "Hj. RAHMAH" in text_of(admin.post("/cards", data=hidden(page)))


@pytest.mark.parametrize(
    "asked",
    [
        {"wave": "99"},
        {"wave": "-1"},
        {"wave": LONG},
        {"district": "99.99.99"},
        {"paper": "a3"},
        {"sheets": "none"},
        {"which": "old"},
    ],
)
def test_a_choice_that_does_not_exist_is_answered_with_the_page(app, admin, world, asked):
    for response in (admin.get("/cards", query_string=asked), admin.post("/cards", data=asked)):
        assert response.status_code == 422 and "Pilih salah satu yang ada." in words(response)
    assert printed(app, world.people["rahmah"]) == 0


@pytest.mark.parametrize("people", ["", "abc", LONG, "999999", "-1,0", "9" * 400])
def test_nonsense_in_the_list_of_new_cards_breaks_nothing(admin, people):
    assert admin.post("/cards", data={"which": "new", "people": people}).status_code in (200, 422)


def test_a_choice_of_nobody_is_said_in_words(admin):
    said = words(admin.get("/cards?wave=2&district=63.09.06"))
    assert "Tidak ada kartu dalam pilihan ini" in said and "Unduh PDF" not in said
    response = admin.post("/cards", data={"wave": "2", "district": "63.09.06"})
    assert response.status_code == 422
    assert "Tidak ada kartu untuk dicetak dalam pilihan ini." in words(response)


def test_an_empty_roster_leads_to_filling_it(admin, change):
    change(lambda session: session.execute(update(Participant).values(archived_at=clock.utcnow())))
    said = words(admin.get("/cards"))
    assert "Belum ada peserta" in said and "Ke daftar peserta" in said and "Unduh PDF" not in said
    assert "Tidak ada kartu" in words(admin.get("/cards/villages/63.09.06.1001"))


def test_without_fonts_a_sentence_comes_and_nothing_is_counted(app, admin, world, monkeypatch):
    def none(static, system=None):
        raise Refused("no_fonts", "Huruf untuk mencetak kartu belum ada di komputer ini.", 503)

    monkeypatch.setattr("rtapp.web.downloads.find_fonts", none)
    response = admin.post("/cards", data={"wave": "1"})
    assert response.status_code == 503 and "Huruf untuk mencetak kartu belum ada" in words(response)
    assert printed(app, world.people["rahmah"]) == 0
    response = admin.get(f"/participants/{world.people['rahmah']}/card.png")
    assert response.status_code == 503 and "Huruf untuk mencetak kartu belum ada" in words(response)


def test_one_card_comes_as_a_picture_that_a_camera_reads(app, tablet, world):
    response = tablet.get(f"/participants/{world.people['rahmah']}/card.png")
    assert response.mimetype == "image/png" and Image.open(io.BytesIO(response.data)).size[0] == 1080
    assert decoded(response.data) == [world.tokens["rahmah"]]
    name = "kartu-hj-rahmah-rt-002-kelurahan-belimbing-raya.png"
    assert name in response.headers["Content-Disposition"]
    assert printed(app, world.people["rahmah"]) == 0


@pytest.mark.parametrize("path", ["card", "card.png"])
def test_a_card_of_nobody_is_a_sentence(tablet, path):
    response = tablet.get(f"/participants/999999/{path}")
    assert response.status_code == 404 and "." in words(response)


def test_no_picture_without_a_card_that_works(tablet, world, change):
    change(lambda s: s.execute(delete(Badge).where(Badge.participant_id == world.people["rahmah"])))
    change(archived(world, "yusuf"))
    for key in ("rahmah", "yusuf"):
        response = tablet.get(f"/participants/{world.people[key]}/card.png")
        assert response.status_code == 404
        assert "tidak punya kartu yang berlaku" in words(response)
    page = tablet.get(f"/participants/{world.people['rahmah']}/card")
    assert "Belum ada kartu." in words(page) and "<img" not in page.text
    page = tablet.get(f"/participants/{world.people['yusuf']}/card")
    assert "diarsipkan" in words(page) and 'name="reason"' not in page.text


def test_a_lost_card_is_replaced_and_the_old_one_stops_at_the_desk(app, tablet, world):
    person = world.people["rahmah"]
    response = reissue(tablet, person, "hilang di jalan")
    assert response.status_code == 303 and response.location == f"/participants/{person}"
    assert "Kartu baru terbit. Kartu lama tidak berlaku lagi." in words(tablet.get(response.location))
    scans = f"/desk/{world.registration}/scans"
    old = tablet.post(scans, data={"code": world.tokens["rahmah"]}, follow_redirects=True)
    assert verdict(old) == "REVOKED"
    new = tablet.post(scans, data={"code": live_token(app, person)}, follow_redirects=True)
    assert verdict(new) == "WELCOME"
    said = words(tablet.get(f"/participants/{person}/card"))
    assert "Dicabut" in said and "hilang di jalan" in said and "Aktif" in said


@pytest.mark.parametrize("reason", ["", "   ", LONG])
def test_without_a_usable_reason_the_page_asks_for_one(app, tablet, world, reason):
    response = reissue(tablet, world.people["rahmah"], reason)
    assert response.status_code == 422 and "Hj. RAHMAH" in words(response)
    assert "Tulis alasan menerbitkan kartu baru." in words(response) or "paling banyak 300" in words(response)
    assert live_token(app, world.people["rahmah"]) == world.tokens["rahmah"]


def test_nobody_and_archived_people_get_no_new_card(app, tablet, world, change):
    change(archived(world, "yusuf"))
    assert reissue(tablet, 999_999).status_code == 404
    response = reissue(tablet, world.people["yusuf"])
    assert response.status_code == 409 and "M. YUSUF sudah diarsipkan" in words(response)


def test_cards_with_an_address_nobody_tried_go_out_only_where_that_is_said(app, admin, world, change):
    change(lambda session: settings.change(session, "uji", "base_url", "http://meja.local:8000", now=clock.utcnow()))
    village = "/cards/villages/63.09.06.1001"
    for path, wanted in (("/cards", {"wave": "1"}), ("/cards/pictures", {"wave": "1"}), (f"{village}/pictures", {})):
        refused = admin.post(path, data=wanted)
        assert refused.status_code == 422 and "belum pernah dibuka dari ponsel" in words(refused)
        assert printed(app, world.people["rahmah"]) == 0
        assert admin.post(path, data={**wanted, "untried": "on"}).status_code == 200
        change(lambda session: session.execute(update(Badge).values(printed_count=0)))
    assert 'name="untried"' in admin.get(village).text
    assert admin.post("/cards/handover", data={"wave": "1"}).status_code == 200  # no code is on it
