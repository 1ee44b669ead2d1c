"""Cards on their way to their holders: pictures and chats by village, badges to wear, the list of handing over."""

import io
import re
from dataclasses import replace
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import delete

from rtapp import clock
from rtapp.badges.handover import Parcel
from rtapp.badges.messenger import chat_address, file_names, message_for
from rtapp.badges.papers import card_sheet, handover_list, picture_archive, village_of
from rtapp.badges.sheet import covers, pages
from rtapp.badges.ticket import WORN, code_box
from rtapp.db import db
from rtapp.documents.paper import PAPERS
from rtapp.schema import Audit, Badge
from rtapp.settings.letterhead import Letterhead

from .printing import ABOUT, card, decoded, fonts, pdf_text, unspaced
from .reading import elements, texts, words
from .test_reports_papers import drawn
from .trailed import trail

MAKES_ZIP = "/cards/villages/63.09.06.1006/pictures"


def files(response) -> dict[str, bytes]:
    assert (response.status_code, response.mimetype) == (200, "application/zip")
    with ZipFile(io.BytesIO(response.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_pictures_of_a_village_come_in_one_archive_under_names_one_can_find(admin, app, world):
    found = files(admin.post(MAKES_ZIP))
    folder = "kecamatan-murung-pudak/kelurahan-mabuun"
    assert list(found) == [
        f"{folder}/rt-001-rahmah.png",
        f"{folder}/rt-002-hamdani-bin-umar.png",
        f"{folder}/rt-013a-siti-aminah.png",
    ]
    keys = ("rahmah_mabuun", "hamdani", "aminah")
    assert [decoded(picture) for picture in found.values()] == [[world.tokens[key]] for key in keys]
    with app.app_context():
        line, values = trail(db.session, 1)[0]
        assert (line.actor, line.action, values.values["rows"]) == ("Uji admin", "badge.send", 3)
        assert db.session.scalar(db.select(db.func.max(Badge.printed_count))) == 0


def test_pictures_are_chosen_like_cards_and_made_for_those_without_one_too(admin, change, world):
    change(lambda session: session.execute(delete(Badge).where(Badge.participant_id == world.people["muis"])))
    response = admin.post("/cards/pictures", data={"wave": "1"})
    assert "gambar-kartu-peserta-gelombang-i.zip" in response.headers["Content-Disposition"]
    assert len(files(response)) == 7
    assert len(files(admin.post("/cards/pictures", data={"district": "63.09.07"}))) == 2


@pytest.mark.parametrize("path", ["/cards/pictures", "/cards/handover", MAKES_ZIP])
@pytest.mark.parametrize(("data", "said"), [({"wave": "99"}, "yang ada"), ({"wave": "0"}, "Tidak ada kartu")])
def test_a_choice_of_nobody_or_nothing_is_a_sentence(admin, path, data, said):
    data = data | ({"district": "63.09.07"} if path != MAKES_ZIP else {})
    response = admin.post(path, data=data)
    assert response.status_code == 422 and said in words(response)


def test_an_archive_is_drawn_picture_by_picture_and_stops_when_nobody_takes_it(monkeypatch):
    drawn = []
    monkeypatch.setattr("rtapp.badges.papers.card_png", lambda card, fonts: drawn.append(card) or bytes(1000))
    pieces = picture_archive([card(number) for number in range(50)], fonts(), clock.utcnow())
    sizes = [len(next(pieces)) for _ in range(3)]
    pieces.close()
    assert len(drawn) == 3 and max(sizes) < 1300


def test_two_of_one_name_and_signs_no_file_may_have_make_names_of_their_own():
    cards = [card(1, "Rahmah"), card(1, "RAHMAH"), card(2, "عبد الله"), card(3, "Mabu'un / ../😀")]
    names = file_names([*cards, card(4, "A" * 200), card(5, "x", village_line="", district_line="", seat_line="Tamu")])
    assert names[:2] == [
        f"kecamatan-murung-pudak/kelurahan-belimbing-raya/rt-001-rahmah{end}.png" for end in ("", "-2")
    ]
    assert names[2].endswith("/rt-002.png") and names[3].endswith("/rt-003-mabuun.png") and names[5] == "tamu-x.png"
    assert len(set(names)) == 6 and max(map(len, names)) < 200


def test_the_message_says_who_where_when_and_what_to_do():
    said = message_for(card(3))
    for fact in ("Hj. Contoh Rahmah", "RT 003, Kelurahan Belimbing Raya", "Rabu, 8 November 2023", "Aula", "K7F-0003"):
        assert fact in said
    assert "Hari/tanggal" not in message_for(card(3, wave_numeral="–")) and "Tempat" not in message_for(
        card(3, venue="")
    )
    assert "HTTP" not in said and "None" not in said


def test_a_chat_opens_with_the_number_as_the_world_dials_it_and_the_message():
    address = chat_address("081200000102", "A & B\nC + D")
    assert address.startswith("https://wa.me/6281200000102?text=") and "\n" not in address
    assert unquote(address.partition("text=")[2]) == "A & B\nC + D"


def test_a_village_shows_the_chat_of_each_who_has_a_phone(client_of, world):
    desk = client_of("supervisor")
    page = desk.get("/cards/villages/63.09.06.1001").text
    assert page.count("https://wa.me/62812") == 2 and "dicetak" in page
    said = words(desk.get("/cards/villages/63.09.06.1006"))
    assert said.count("tanpa nomor HP") == 3 and "wa.me" not in said
    card_page = desk.get(f"/participants/{world.people['rahmah']}/card").text
    assert "https://wa.me/6281200000102?text=" in card_page and "Yth. Bapak/Ibu Hj. RAHMAH" in card_page


def test_villages_are_listed_with_their_cards_by_wave(client_of):
    desk = client_of("supervisor")
    said = words(desk.get("/cards"))
    assert "Kelurahan Mabu'un 3 kartu · 0 dengan nomor HP" in said and "Desa Padangin 2 kartu" in said
    said = words(desk.get("/cards?wave=1"))
    assert "Padangin" not in said and "Desa Uwie 2 kartu" in said
    assert desk.get("/cards/villages/99.99.99.9999").status_code == 404
    assert desk.get("/cards?wave=99").status_code == 422


def test_the_list_of_handing_over_has_a_line_for_each_village_and_all_cards_in_the_end(admin, look):
    response = admin.post("/cards/handover", data={"wave": "1", "paper": "a4"})
    assert response.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(response.data))
    assert "serah terima" in reader.metadata.title and reader.trailer["/Root"]["/Lang"] == "id-ID"
    text = unspaced(" ".join(drawn(response.data)))
    for wanted in ("1KelurahanBelimbingRaya2", "2KelurahanMabu'un3", "1DesaUwie2", "KecamatanMuaraUya:2kartu"):
        assert wanted in text
    assert "Jumlahseluruhnya:7kartu" in text and "Halaman1dari1" in text and "dicetakdarisistem" in text
    line, values = look(lambda session: trail(session, 1)[0])
    assert (line.action, values.values["rows"]) == ("badge.handover", 3)


@pytest.mark.parametrize("paper", PAPERS)
def test_no_row_of_the_list_is_lost_or_doubled_and_no_heading_stands_alone(paper):
    parcels = [Parcel(f"Desa {at:03}", f"Kecamatan {at // 11:02}", at + 1) for at in range(131)]
    sheets = pdf_text(handover_list(parcels, ABOUT, "Kartu peserta", paper, fonts()))
    assert len(sheets) > 5 and all("Nama penerima" in sheet and "dicetak dari sistem" in sheet for sheet in sheets)
    assert re.findall(r"Desa (\d{3})", " ".join(sheets)) == [f"{at:03}" for at in range(131)]
    assert all(re.search(r"Kecamatan \d\d:\D*\d+ kartu (Halaman|dicetak)", sheet) is None for sheet in sheets)
    assert f"Jumlah seluruhnya: {sum(range(132)):,} kartu".replace(",", ".") in sheets[-1] and "Desa" in sheets[-1]


def test_the_list_of_handing_over_stands_on_the_letter_paper_of_the_office():
    head = Letterhead(("PEMERINTAH KABUPATEN CONTOH", "DINAS CONTOH"), "Jalan Contoh 1")
    [page] = pdf_text(
        handover_list(
            [Parcel("Desa Uwie", "Kecamatan Muara Uya", 2)],
            replace(ABOUT, letterhead=head),
            "Kartu peserta",
            "f4",
            fonts(),
        )
    )
    for wanted in ("DINAS CONTOH", "Jalan Contoh 1", ABOUT.event, ABOUT.day, "oleh Uji"):
        assert unspaced(wanted) in unspaced(page)


def test_the_first_sheet_and_the_list_are_looked_at_before_they_are_printed(admin, world, total):
    before = total(Audit)
    sheet = admin.get("/cards/sheet.png?wave=1&paper=a4")
    assert (sheet.status_code, sheet.mimetype) == (200, "image/png")
    assert sorted(decoded(sheet.data)) == sorted([world.tokens["rahmah"], world.tokens["yusuf"]])  # of one village
    joined = admin.get("/cards/sheet.png?wave=1&sheets=joined&size=badge")
    assert len(decoded(joined.data)) == 4
    listed = admin.get("/cards/handover.png?wave=1")
    with Image.open(io.BytesIO(listed.data)) as image:
        assert image.width * 330 == pytest.approx(image.height * 215, rel=0.01)
    for page in ("sheet", "handover"):
        assert admin.get(f"/cards/{page}.png?wave=99").status_code == 422
        assert admin.get(f"/cards/{page}.png?paper=a0").status_code == 422
    assert total(Audit) == before


def test_the_page_says_about_how_large_the_pictures_are_together(admin):
    found = files(admin.post("/cards/pictures", data={"wave": "1"}))
    assert 20_000 < sum(map(len, found.values())) / len(found) < 60_000
    assert "Gambar (ZIP), sekitar 1 MB" in words(admin.get("/cards?wave=1"))


def test_the_usual_paper_of_the_office_is_that_of_the_cards_too(admin):
    admin.post("/settings/letterhead", data={"line_1": "DINAS CONTOH", "paper": "a4"})
    (a4,) = elements(admin.get("/cards"), "option", value="a4")
    assert "selected" in a4.given
    pdf = admin.post("/cards", data={"wave": "1"})
    assert "a4.pdf" in pdf.headers["Content-Disposition"]


@pytest.mark.parametrize("modules", [21, 29, 33])
def test_the_code_of_a_badge_is_half_as_wide_as_the_badge(modules):
    square = code_box(87.0, modules, WORN)
    dark = square.width * modules / (modules + 8)
    assert 0.5 * 87 <= dark <= 0.52 * 87 and square.y > 0.2 * 87


def test_every_sheet_says_whose_it_is_and_of_how_many_cards():
    cards = [card(at, village_line="Desa Jaro") for at in range(12)] + [
        card(at, village_line="Desa Uwie") for at in range(3)
    ]
    cards.append(card(1, village_line="", district_line=""))
    told = covers(pages(cards, village_of), village_of)
    assert told == [
        ("Desa Jaro · Kecamatan Murung Pudak", "12 kartu · lembar 1 dari 2"),
        ("Desa Jaro · Kecamatan Murung Pudak", "12 kartu · lembar 2 dari 2"),
        ("Desa Uwie · Kecamatan Murung Pudak", "3 kartu · lembar 1 dari 1"),
        ("Tanpa desa", "1 kartu · lembar 1 dari 1"),
    ]
    text = pdf_text(card_sheet(cards, "a4", fonts(), "Kartu peserta", apart=village_of))
    assert "12 kartu · lembar 2 dari 2" in text[1] and "lembar" not in "".join(
        pdf_text(card_sheet(cards, "a4", fonts(), "Kartu peserta"))
    )


def test_the_committee_prints_badges_four_a_sheet(admin):
    page = admin.get("/cards?wave=1&size=badge&sheets=joined")
    assert texts(page, "dd")[:2] == ["7", "2"]
    pdf = admin.post("/cards", data={"wave": "1", "size": "badge", "sheets": "joined"})
    assert len(PdfReader(io.BytesIO(pdf.data)).pages) == 2 and "badge-f4.pdf" in pdf.headers["Content-Disposition"]


def test_reprints_are_counted_where_there_are_any(admin):
    assert "dicetak lebih dari sekali" not in words(admin.get("/cards"))
    for _ in range(2):
        admin.post("/cards", data={"village": "63.09.06.1001"})
    assert "dicetak lebih dari sekali 2" in words(admin.get("/cards"))
    assert words(admin.get("/cards/villages/63.09.06.1001")).count("dicetak 2 kali") == 2


def test_the_page_remembers_to_whom_a_card_was_sent_and_forgets_a_mistake(client_of, world):
    office, who = client_of("supervisor"), world.people["rahmah"]
    pages = re.findall(r"/cards/villages/[\d.]+", office.get("/cards").text)
    page = next(each for each in pages if f'id="person-{who}"' in office.get(each).text)
    assert "dikirimi" not in words(office.get(page))
    for sent, said in (("1", True), ("1", True), ("0", False)):
        answer = office.post(f"{page}/sent", data={"participant": who, "sent": sent})
        assert answer.status_code == 303 and answer.location.endswith(f"#person-{who}")
        assert ("dikirimi" in words(office.get(page))) == said
