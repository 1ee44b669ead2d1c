"""Certificates: who earns one, the number and its template, the page in front and the one behind."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rtapp.badges.layout import Box, Code
from rtapp.refusals import Refused
from rtapp.reports.certificate import (
    DEFAULT_TEMPLATE,
    Numbering,
    Rule,
    checked_numbering,
    checked_rule,
    meets,
    mint_code,
    number_text,
    payload,
    read_code,
    shown_code,
)
from rtapp.reports.certificate_layout import CHECK, Award, Material, draw_back, draw_front
from rtapp.reports.certificate_papers import certificate_pdf, certificate_png
from rtapp.settings.letter import About
from rtapp.settings.letterhead import Letterhead
from rtapp.settings.signatories import Signatory

from .printing import NAMES, decoded, fonts, pdf_text, rendered, unspaced
from .refusing import refused
from .test_badges_layout import Recorder, apart, inside

ADDRESS = "http://192.168.1.10:8000"
ABOUT = About(
    "Bimtek Peningkatan Kapasitas Ketua RT se-Kabupaten Tabalong 2023",
    "Dinas Contoh Kabupaten Tabalong",
    "Gelombang I",
    "Rabu, 8 November 2023",
    "Aula Contoh",
    "Asia/Makassar",
    datetime(2023, 11, 9, 1, tzinfo=UTC),
    "Uji admin",
)
TAUGHT = [Material("08.30–10.00", "Wawasan kebangsaan", "Dandim Contoh"), Material("10.15–11.45", "Tugas RT", "P3MD")]


def award(number: int = 1, name: str = "Hj. Contoh Rahmah", base: str = ADDRESS, **changed: str) -> Award:
    code = f"K7F{number:05}".replace("0", "A").replace("1", "B")
    facts = {
        "number": f"400/{number:03}/DPMD/XI/2023",
        "holder": "Ketua RT 003 Desa Contoh Kecamatan Contoh",
        "code": shown_code(code),
        "payload": payload(code, base),
    }
    return Award(name=name, **(facts | changed))


@pytest.mark.parametrize(
    ("marks", "substitutes", "earned"),
    [
        ([], False, False),
        ([(1, "sendiri")], False, False),
        ([(1, "sendiri"), (2, "sendiri")], False, True),
        ([(1, "sendiri"), (1, "sendiri")], False, False),  # one place twice is one place
        ([(1, "sendiri"), (9, "sendiri")], False, False),  # a place that does not count
        ([(1, "sendiri"), (2, "diwakili")], False, False),
        ([(1, "diwakili"), (2, "diwakili")], True, True),
    ],
)
def test_a_certificate_is_earned_at_enough_of_the_places_that_count(marks, substitutes, earned):
    assert meets(Rule((1, 2, 3), 2, substitutes), marks) is earned


@pytest.mark.parametrize(
    ("points", "least", "code"),
    [([], 1, "no_points"), ([9], 1, "no_points"), ([1], 0, "bad_least"), ([1], 2, "bad_least")],
)
def test_a_rule_nobody_could_meet_or_everybody_does_is_refused(points, least, code):
    with refused(code):
        checked_rule(points, least, False, [1, 2])
    assert checked_rule([2, 1, 2], 2, True, [1, 2, 3]) == Rule((1, 2), 2, True)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{kode}/{unit}", "{urut}"),
        ("", "{urut}"),
        ("{urut}/{nama}", "{nama}"),
        ("{urut}/{}", "tidak dikenal"),
        ("{urut.real}", "{urut.real}"),
        ("{urut[0]}", "tidak dikenal"),
        ("{urut}/{", "berpasangan"),
        ("{urut}}", "berpasangan"),
        ("{urut:>100}", "berpasangan"),
        ("{urut!r}", "berpasangan"),
        ("{urut}/{kode}", "{kode}"),
        ("{urut}" + "x" * 100, "terlalu panjang"),
        ("{urut}" * 8, "terlalu panjang"),
    ],
)
def test_a_template_that_cannot_number_is_a_sentence(template, said):
    with pytest.raises(Refused) as refused:
        checked_numbering(template, "", "DPMD")
    assert said in str(refused.value)


@given(st.text(st.sampled_from("{}urtkode/!:[].0 "), max_size=40))
def test_whatever_is_typed_is_a_template_or_a_sentence(template):
    try:
        numbering = checked_numbering(template, "400", "DPMD")
    except Refused as refused:
        assert str(refused)
    else:
        numbers = {number_text(numbering, at, 1, date(2023, 11, 8)) for at in (1, 2, 1000)}
        assert len(numbers) == 3


def test_a_number_is_written_as_offices_write_it():
    numbering = checked_numbering(DEFAULT_TEMPLATE, "400.10.2.2", "DPMD")
    assert number_text(numbering, 7, 1, date(2023, 11, 8)) == "400.10.2.2/007/DPMD/XI/2023"
    assert number_text(numbering, 1234, 1, date(2023, 9, 8)) == "400.10.2.2/1234/DPMD/IX/2023"
    assert number_text(Numbering("{urut}-{gelombang}-{bulan}"), 1, 3, date(2023, 2, 8)) == "001-III-02"


def test_a_check_code_is_read_however_it_was_typed():
    code = mint_code()
    for raw in (code, code.lower(), shown_code(code), f" {code[:4]} {code[4:]} ", payload(code, ADDRESS)):
        assert read_code(raw) == code
    for raw in ("", "ABC", "K7F3-MQX0", "K7F3-MQXA1", "漢字", "x" * 10_000):
        assert read_code(raw) is None
    assert len({mint_code() for _ in range(500)}) == 500


@pytest.mark.parametrize(("paper", "base"), [("f4", ADDRESS), ("a4", "")])
def test_every_certificate_is_read_whatever_the_name(paper, base, tmp_path):
    awards = [award(number, name, base) for number, name in enumerate(NAMES.values(), start=1)]
    pages = rendered(certificate_pdf(awards, [], ABOUT, paper, fonts()), tmp_path)
    assert [decoded(page) for page in pages] == [[one.payload] for one in awards]
    assert all(page.width > page.height for page in pages)


def test_the_front_says_whose_and_of_what_and_the_back_what_was_taught():
    front, back = pdf_text(certificate_pdf([award(base="")], TAUGHT, ABOUT, "f4", fonts()))
    told = ("SERTIFIKAT", "Hj. Contoh Rahmah", "Ketua RT 003 Desa Contoh Kecamatan Contoh", "400/001/DPMD/XI/2023")
    for fact in (*told, ABOUT.event, "Rabu, 8 November 2023 di Aula Contoh", CHECK, award().code, "bukan tanda tangan"):
        assert unspaced(fact) in unspaced(front)
    for fact in ("Wawasan kebangsaan", "Dandim Contoh", "10.15–11.45", "400/001/DPMD/XI/2023"):
        assert fact in back
    assert "TTE" not in front + back


def test_no_certificate_makes_no_file():
    with pytest.raises(ValueError, match="at least one"):
        certificate_pdf([], TAUGHT, ABOUT, "f4", fonts())


@pytest.mark.parametrize("back", [False, True])
def test_a_look_beforehand_shows_the_paper_itself(back):
    picture = Image.open(io.BytesIO(certificate_png(award(), TAUGHT, ABOUT, "a4", fonts(), back=back)))
    assert picture.width / picture.height == pytest.approx(297 / 210, abs=0.01)
    assert decoded(picture) == ([] if back else [award().payload])


lines = st.text(max_size=300)


@settings(max_examples=40)
@given(lines, lines, lines, lines, lines, st.integers(0, 40))
def test_no_text_whatever_touches_the_code_or_leaves_the_page(name, holder, number, event, venue, items):
    head = Letterhead((event[:100] or "X",) * 3)
    signing = {"certificate": (Signatory(name[:100], holder[:100], venue[:60], "1" * 18),)}
    about = replace(ABOUT, event=event, organiser=event, venue=venue, letterhead=head, logo=b"drawn", signing=signing)
    one = award(name=name, holder=holder, number=number)
    front, back = Recorder(297, 210), Recorder(297, 210)
    draw_front(front, one, Code(29, []), about)
    draw_back(back, one, [Material("08.00–09.00", name, venue)] * items, about)
    page = Box(9, 9, 279, 192)
    assert all(inside(box, page) for pen in (front, back) for text, box in pen.texts if text)
    quiet = 4 * front.codes[0].width / 29
    code = front.codes[0]
    square = Box(code.x - quiet, code.y - quiet, code.width + 2 * quiet, code.height + 2 * quiet)
    assert all(apart(box, square) for _, box in front.texts) and all(apart(line, square) for line in front.lines)
    signed = next(box for text, box in front.texts if text.endswith(", 8 November 2023") and box.x > 100)
    said = [box for text, box in front.texts if box.y < signed.y]
    assert all(box.bottom <= signed.bottom for box in said)
