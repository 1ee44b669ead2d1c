"""The layout of cards: ten on a sheet, nothing over the edge, nothing ever on the code."""

import dataclasses
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtapp.badges import ticket
from rtapp.badges.layout import HINT, PRIVACY, Box, Code, draw_ring, zone
from rtapp.badges.sheet import cells, draw_sheet, pages
from rtapp.documents.lettering import Pen

from .printing import NAMES, card

PAPERS = {"a4": (210, 297), "f4": (215, 330)}
FULL = Code(29, [(0, row, 29) for row in range(29)])


class Recorder(Pen):
    """A pen that remembers the box of everything it draws."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.texts: list[tuple[str, Box]] = []
        self.codes: list[Box] = []
        self.rings: list[tuple[Box, str]] = []
        self.lines: list[Box] = []

    def measure(self, text, face):
        return (0.7 if face == "bold" else 0.62) * len(text)

    def text(self, x, baseline, line, face, size, align="left"):
        width = self.measure(line, face) * size
        left = x - {"left": 0, "middle": width / 2, "right": width}[align]
        self.texts.append((line, Box(left, baseline - 0.93 * size, width, 1.17 * size)))

    def line(self, x1, y1, x2, y2, thickness, ink="#000000"):
        self.lines.append(Box(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)))

    def ring(self, x, y, radius, thickness, ink):
        outer = radius + thickness / 2
        self.rings.append((Box(x - outer, y - outer, 2 * outer, 2 * outer), ink))

    def image(self, x, top, width, height, png):
        self.lines.append(Box(x, top, width, height))

    def modules(self, x, y, side, count, runs):
        self.codes.append(Box(x, y, side, side))


def apart(one: Box, other: Box) -> bool:
    slack = 1e-6
    return (
        one.right <= other.x + slack
        or other.right <= one.x + slack
        or one.bottom <= other.y + slack
        or other.bottom <= one.y + slack
    )


def inside(one: Box, other: Box) -> bool:
    return one.x >= other.x and one.y >= other.y and one.right <= other.right and one.bottom <= other.bottom


def sheet(paper: str, cards, code: Code = FULL) -> Recorder:
    pen = Recorder(*PAPERS[paper])
    draw_sheet(pen, [(card, code) for card in cards], "Kartu peserta · halaman 1 dari 1")
    return pen


def assert_nothing_touches_a_code(pen: Recorder, squares: list[Box]) -> None:
    marks = [box for _, box in pen.texts] + [box for box, _ in pen.rings] + pen.lines
    for square in squares:
        assert all(apart(mark, square) for mark in marks)


@pytest.mark.parametrize("paper", PAPERS)
def test_ten_cards_fill_the_sheet_inside_a_printers_edge(paper):
    places = cells(*PAPERS[paper])
    page = Box(7, 7, PAPERS[paper][0] - 14, PAPERS[paper][1] - 14)
    assert len(places) == 10
    assert all(inside(place, page) for place in places)
    assert all(apart(one, other) for one in places for other in places if one is not other)


@pytest.mark.parametrize("paper", PAPERS)
def test_the_code_is_28_mm_or_more_and_keeps_off_the_cut(paper):
    for place in cells(*PAPERS[paper]):
        square = zone(place)
        dark = min(square.width * modules / (modules + 8) for modules in (21, 29))
        assert square.width == square.height and dark >= 28
        assert inside(Box(square.x - 0.5, square.y - 0.5, square.width + 1, square.height + 1), place)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("modules", [21, 29, 33])
def test_the_quiet_zone_is_four_modules_on_every_side(paper, modules):
    pen = sheet(paper, [card()], Code(modules, []))
    square = zone(cells(*PAPERS[paper])[0])
    module = pen.codes[0].width / modules
    assert pen.codes[0].x - square.x == pytest.approx(4 * module)
    assert square.bottom - pen.codes[0].bottom == pytest.approx(4 * module)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_village_of_a_long_name_stands_whole_on_its_card(paper):
    village = "Kelurahan Sungai Contoh Rumbia Panjang Hulu Uji"
    texts = [line for line, _box in sheet(paper, [card(name=NAMES["60 characters"], village_line=village)]).texts]
    assert village in " ".join(texts)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_touches_the_code_or_leaves_its_card(paper, name):
    pen = sheet(paper, [card(number, name) for number in range(1, 11)])
    places = cells(*PAPERS[paper])
    assert_nothing_touches_a_code(pen, [zone(place) for place in places])
    assert all(any(inside(box, place) for place in places) for line, box in pen.texts if "halaman" not in line)


lines = st.text(max_size=200)
logos = st.sampled_from([b"", b"drawn"])
PLAIN = ("payload", "logo")
FACTS = st.fixed_dictionaries({field.name: lines for field in dataclasses.fields(card()) if field.name not in PLAIN})


@settings(max_examples=60)
@given(FACTS, logos)
@pytest.mark.parametrize("paper", PAPERS)
def test_no_text_whatever_touches_a_code_or_another_text(paper, facts, logo):
    pen = sheet(paper, [card(**facts, logo=logo)])
    place = cells(*PAPERS[paper])[0]
    assert_nothing_touches_a_code(pen, [zone(place)])
    assert all(inside(box, place) for line, box in pen.texts if "halaman" not in line)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_fact_is_on_the_card_and_the_name_is_the_largest(paper):
    wanted = card(3)
    pen = sheet(paper, [wanted])
    heights = defaultdict(float)
    for line, box in pen.texts:
        heights[line] = box.height
    written = " ".join(line for line, _ in pen.texts)
    for fact in dataclasses.fields(wanted):
        if fact.name not in PLAIN:
            assert all(word in written for word in getattr(wanted, fact.name).split())
    assert HINT in written and PRIVACY in written
    name = max(height for line, height in heights.items() if line in wanted.name)
    assert all(height < name for line, height in heights.items() if line not in wanted.name)


def test_no_two_texts_of_a_card_overlap():
    for name in NAMES.values():
        pen = sheet("a4", [card(1, name)])
        # Boxes of neighbouring lines share the room of accents and tails; letters themselves do not meet.
        cores = [Box(box.x, box.y + 0.2 * box.height, box.width, 0.55 * box.height) for _, box in pen.texts]
        assert all(apart(one, other) for one in cores for other in cores if one is not other)


def test_waves_are_told_apart_without_colour():
    rings = []
    for numeral in ("I", "II", "III"):
        pen = Recorder(20, 20)
        draw_ring(pen, numeral, 10, 10, 5)
        rings.append((len(pen.rings), pen.rings[0][1]))
        assert [line for line, _ in pen.texts] == [numeral]
        assert all(inside(box, Box(5 - 1e-6, 5 - 1e-6, 10 + 2e-6, 10 + 2e-6)) for box, _ in pen.rings)
    assert [count for count, _ in rings] == [1, 2, 3]
    assert len({ink for _, ink in rings}) == 3


@pytest.mark.parametrize("numeral", ["IV", "XII", "2", "", "Gelombang"])
def test_any_other_wave_gets_a_ring_too(numeral):
    pen = Recorder(20, 20)
    draw_ring(pen, numeral, 10, 10, 5)
    assert 1 <= len(pen.rings) <= 3


def test_lines_to_cut_along_stop_at_the_last_card():
    pen = sheet("a4", [card(1), card(2), card(3)])
    third = cells(*PAPERS["a4"])[2]
    assert max(line.bottom for line in pen.lines) < third.bottom + 5


def test_cards_are_put_on_sheets_of_ten():
    assert [len(sheet) for sheet in pages(card(number) for number in range(23))] == [10, 10, 3]
    assert pages([]) == []


def test_every_village_begins_a_sheet_of_its_own_when_asked():
    villages = ["Desa Jaro"] * 3 + ["Desa Padangin"] * 12 + ["Desa Jaro"]
    sheets = pages((card(village_line=village) for village in villages), lambda card: card.village_line)
    assert [len(sheet) for sheet in sheets] == [3, 10, 2, 1]


@pytest.mark.parametrize("width", [320, 720, 1080])
@pytest.mark.parametrize("modules", [21, 29, 33])
def test_the_code_takes_three_fifths_of_a_picture_and_stands_on_whole_pixels(width, modules):
    pen = Recorder(width, round(width * ticket.HEIGHT / ticket.WIDTH))
    ticket.draw_ticket(pen, card(), Code(modules, []))
    square = ticket.code_box(width, modules)
    assert pen.codes[0].width >= 0.6 * width
    assert pen.codes[0].width / modules == pytest.approx(round(pen.codes[0].width / modules))
    assert inside(square, Box(0, 0, pen.width, pen.height))
    assert_nothing_touches_a_code(pen, [square])


@settings(max_examples=60)
@given(FACTS, logos)
@pytest.mark.parametrize("modules", [21, 29])
def test_no_text_whatever_touches_the_code_of_a_picture_or_leaves_it(modules, facts, logo):
    pen = Recorder(ticket.WIDTH, ticket.HEIGHT)
    ticket.draw_ticket(pen, card(**facts, logo=logo), Code(modules, []))
    assert_nothing_touches_a_code(pen, [ticket.code_box(pen.width, modules)])
    assert all(inside(box, Box(0, 0, pen.width, pen.height)) for _, box in pen.texts)
