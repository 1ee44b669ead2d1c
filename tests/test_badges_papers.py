"""The papers of badges: what comes out of the printer is looked at and every code on it read."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from rtapp.badges.layout import HINT, PRIVACY, zone
from rtapp.badges.papers import card_png, card_sheet
from rtapp.badges.sheet import BADGE, CARD, cells
from rtapp.badges.ticket import code_box
from rtapp.documents.lettering import clean
from rtapp.documents.paper import PAPERS

from .printing import ADDRESS, NAMES, card, decoded, fonts, rendered, unspaced

TYPEABLE = {kind: name for kind, name in NAMES.items() if kind not in ("emoji", "arabic", "no glyph")}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("base", [ADDRESS, ""], ids=["address", "bare token"])
@pytest.mark.parametrize(("size", "fit", "sheets"), [(CARD, 10, 2), (BADGE, 4, 3)], ids=["card", "badge to wear"])
def test_everything_on_a_printed_sheet_is_read_whatever_the_name(paper, base, size, fit, sheets, tmp_path):
    cards = [card(number, name, base) for number, name in enumerate([*NAMES.values(), "Rahmah", "Contoh"], start=1)]
    pages = rendered(card_sheet(cards, paper, fonts(), "Kartu peserta", size=size), tmp_path)
    places, dot = cells(*PAPERS[paper], size), 150 / 25.4
    assert (len(pages), len(places)) == (sheets, fit)
    for number, wanted in enumerate(cards):
        place = places[number % fit]
        edges = [round(edge * dot) for edge in (place.x, place.y, place.right, place.bottom)]
        assert decoded(pages[number // fit].crop(edges)) == [wanted.payload]


@pytest.mark.parametrize("paper", PAPERS)
def test_the_quiet_zone_is_white_on_paper(paper, tmp_path):
    cards = [card(number, "W" * 120, event="W" * 200, venue="W " * 100) for number in range(1, 11)]
    [page] = rendered(card_sheet(cards, paper, fonts(), "Kartu peserta"), tmp_path)
    for place in cells(*PAPERS[paper]):
        square, dot = zone(place), 150 / 25.4
        corner = [round(edge * dot) for edge in (square.x, square.y, square.right, square.bottom)]
        picture = page.crop([corner[0] + 1, corner[1] + 1, corner[2] - 1, corner[3] - 1])
        quiet = int(square.width * 4 / 37 * dot) - 2
        middle = (quiet, quiet, picture.width - quiet, picture.height - quiet)
        picture.paste(255, middle)
        assert picture.getextrema() == (255, 255)


@pytest.mark.parametrize("paper", PAPERS)
def test_the_words_on_the_sheet_are_the_words_of_the_roster(paper):
    cards = [
        card(number, name, seat_line=f"RT {number:03} / RW 02", village_line="Desa Mabu'un")
        for number, name in enumerate(TYPEABLE.values(), start=1)
    ]
    reader = PdfReader(io.BytesIO(card_sheet(cards, paper, fonts(), "Kartu peserta")))
    text = unspaced(reader.pages[0].extract_text())
    for wanted in cards:
        assert unspaced(clean(wanted.name)) in text
        for line in (wanted.seat_line, wanted.village_line, wanted.district_line, wanted.venue, wanted.event):
            assert unspaced(line) in text
        assert unspaced(wanted.short_code) in text
    assert text.count(unspaced(HINT)) == text.count(unspaced(PRIVACY)) == len(cards)
    assert "Halaman1dari1" in text


def test_cards_under_a_letterhead_are_read_and_say_whose_they_are(tmp_path):
    drawn = io.BytesIO()
    Image.new("RGB", (90, 100), "#003366").save(drawn, "PNG")
    head = {"organiser": "DINAS PEMBERDAYAAN MASYARAKAT DAN DESA CONTOH", "logo": drawn.getvalue()}
    cards = [card(number, name, **head) for number, name in enumerate(NAMES.values(), start=1)]
    pdf = card_sheet(cards, "a4", fonts(), "Kartu peserta")
    [page] = rendered(pdf, tmp_path)
    assert sorted(decoded(page)) == sorted(one.payload for one in cards)
    assert unspaced(head["organiser"]) in unspaced(PdfReader(io.BytesIO(pdf)).pages[0].extract_text())
    assert len(PdfReader(io.BytesIO(pdf)).pages[0].images) == 1, "a logo lies in the file once"
    picture = card_png(cards[3], fonts())
    assert decoded(picture) == [cards[3].payload]
    assert Image.open(io.BytesIO(picture)).convert("RGB").getpixel((110, 110)) == (0, 51, 102)


def test_a_sheet_needs_a_card():
    with pytest.raises(ValueError, match="at least one card"):
        card_sheet([], "a4", fonts(), "Kartu peserta")


def test_a_name_of_10000_characters_is_cut_with_an_ellipsis_and_stays_in_its_box():
    pdf = card_sheet([card(1, "Contoh" * 1700)], "a4", fonts(), "Kartu peserta")
    assert "…" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_951_cards_make_96_sheets_of_less_than_a_megabyte():
    pdf = card_sheet((card(number) for number in range(951)), "f4", fonts(), "Kartu peserta")
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 96
    assert len(pdf) < 1_000_000


@pytest.mark.parametrize("base", [ADDRESS, ""], ids=["address", "bare token"])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_card_sent_as_a_picture_is_read_even_after_a_messenger_squeezed_it(name, base):
    wanted = card(7, name, base)
    picture = Image.open(io.BytesIO(card_png(wanted, fonts())))
    assert picture.format == "PNG" and picture.width == 1080
    assert decoded(picture) == [wanted.payload]
    squeezed = io.BytesIO()
    picture.convert("RGB").resize((360, 580)).save(squeezed, "JPEG", quality=30)
    assert decoded(squeezed.getvalue()) == [wanted.payload]


def test_a_picture_keeps_the_quiet_zone_white_and_the_code_large():
    picture = Image.open(io.BytesIO(card_png(card(7, "W" * 120, event="W " * 90), fonts()))).convert("L")
    square = code_box(1080, 29)
    dark = (square.width / 37) * 29
    assert dark >= 0.6 * 1080
    quiet = round(square.width / 37 * 4)
    zone_ = picture.crop((square.x, square.y, square.right, square.bottom))
    zone_.paste(255, (quiet, quiet, zone_.width - quiet, zone_.height - quiet))
    assert zone_.getextrema() == (255, 255)


def test_a_picture_may_be_smaller():
    assert decoded(card_png(card(7), fonts(), width=480)) == [card(7).payload]
