"""QR codes: their size is known beforehand, and every form of them can be read again."""

import random
import xml.etree.ElementTree as ET

import pytest
from PIL import Image, ImageDraw

from rtapp.documents import qr

from .printing import decoded

TOKEN = "CONTOHCARD234567"
ADDRESS = f"HTTP://192.168.1.10:8000/K/{TOKEN}"


def drawn(modules: list[list[bool]], px: int = 6) -> Image.Image:
    side = (len(modules) + 8) * px
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    for x, y, width in qr.runs(modules):
        left, top = (x + 4) * px, (y + 4) * px
        pen.rectangle((left, top, left + width * px - 1, top + px - 1), fill=0)
    return image


def test_a_code_has_one_of_three_sizes_known_beforehand():
    told = [("HTTP://A.LAN/K/" + "X" * 60)[:length] for length in (17, 27, 29, 30, 43, 47)]
    assert [len(qr.matrix(payload)) for payload in (TOKEN, *told, "X" * 48)] == [21, *[29] * 6, 33]
    assert decoded(drawn(qr.matrix(ADDRESS.lower()))) == [ADDRESS.lower()]


@pytest.mark.parametrize("payload", ["", "x" * 3000])
def test_what_no_code_can_hold_is_refused(payload):
    with pytest.raises(ValueError, match="QR code"):
        qr.matrix(payload)


def test_the_fixed_mask_is_read_whatever_the_token():
    chance = random.Random(951)
    for _ in range(200):
        token = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
        assert decoded(drawn(qr.matrix(token), 3)) == [token]
        assert decoded(drawn(qr.matrix(f"HTTP://10.0.0.5/K/{token}"), 3)) == [f"HTTP://10.0.0.5/K/{token}"]


@pytest.mark.parametrize("token", ["AAAAAAAAAAAAAAAA", "2222222222222222", "7777777777777777"])
def test_even_a_monotonous_token_is_read(token):
    assert decoded(drawn(qr.matrix(token))) == [token]


def test_runs_cover_each_dark_module_once_and_touch_no_light_one():
    modules = qr.matrix(ADDRESS)
    covered = [(x + step, y) for x, y, width in qr.runs(modules) for step in range(width)]
    assert len(covered) == len(set(covered))
    assert set(covered) == {(x, y) for y, row in enumerate(modules) for x, dark in enumerate(row) if dark}


def test_neighbours_in_a_row_are_one_run():
    assert qr.runs([[True, True, False, True], [False, False, False, False]]) == [(0, 0, 2), (3, 0, 1)]


def test_the_svg_is_one_black_path_on_white_that_no_policy_refuses():
    text = qr.svg(TOKEN, label='Kode "A" & B')
    root = ET.fromstring(text)
    rect, path = list(root)
    assert root.get("viewBox") == "0 0 29 29"
    assert root.get("aria-label") == 'Kode "A" & B'
    assert (rect.get("fill"), path.get("fill")) == ("#fff", "#000")
    assert "style" not in text and "currentColor" not in text
    assert 'aria-hidden="true"' in qr.svg(TOKEN)  # without a label it is hidden from screen readers


def test_the_svg_draws_the_same_modules():
    path = list(ET.fromstring(qr.svg(TOKEN)))[1].get("d")
    starts = [piece.split("h")[0].split() for piece in path.split("M")[1:]]
    assert [(int(x) - 4, int(y) - 4) for x, y in starts] == [(x, y) for x, y, _ in qr.runs(qr.matrix(TOKEN))]


def test_the_terminal_code_is_read_as_shown_and_where_colours_are_dropped():
    lines = qr.terminal(ADDRESS).split("\n")
    assert all(line.startswith("\x1b[38;5;231;48;5;16m") and line.endswith("\x1b[0m") for line in lines)
    light = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = []
    for line in lines:
        blocks = line.removeprefix("\x1b[38;5;231;48;5;16m").removesuffix("\x1b[0m")
        rows += [[light[block][half] for block in blocks] for half in (0, 1)]
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([255 * bit for row in rows for bit in row])
    assert decoded(image.resize((image.width * 8, image.height * 8), Image.Resampling.NEAREST)) == [ADDRESS]
