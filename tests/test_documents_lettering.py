"""Lettering: no text ever leaves its box, and none is cut that could have been set smaller."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtapp.documents.lettering import clean, fit


def width_of(text: str) -> float:
    return 0.6 * len(text)


def fitted(text: str, width: float = 60, **changed):
    limits = {"largest": 10, "smallest": 5, "lines": 2, **changed}
    return fit(text, width_of, width, **limits)


def test_a_short_text_stands_on_one_line_in_the_largest_size():
    result = fitted("Rahmah")
    assert (result.lines, result.size) == (("Rahmah",), 10)


@pytest.mark.parametrize(
    ("text", "lines", "least", "below"), [("Contoh Rahma", 2, 8, 10), ("Kelurahan Belimbing", 1, 5, 6)]
)
def test_a_line_too_long_shrinks_before_it_wraps_or_anything_is_cut(text, lines, least, below):
    result = fitted(text, lines=lines)
    assert result.lines == (text,) and least <= result.size < below


def test_a_longer_text_takes_two_lines_of_nearly_equal_width_in_a_larger_size():
    result = fitted("Siti Contoh Nurjannah", 60)
    assert result.lines == ("Siti Contoh", "Nurjannah")
    assert result.size > 8


def test_a_word_longer_than_the_line_goes_on_in_the_next():
    result = fitted("A" * 30)
    assert "".join(result.lines) == "A" * 30
    assert len(result.lines) == 2


def test_an_ellipsis_is_the_last_resort():
    result = fitted("Contoh " * 40)
    assert result.size == 5
    assert result.lines[-1].endswith("…")
    assert result.lines[0] == "Contoh Contoh Contoh"


def test_invisible_and_broken_signs_are_left_out_and_accents_composed():
    assert clean(" Contoh\u200b\n\tRahmah\x00\ud800 ") == "Contoh Rahmah"
    assert clean("Rene\u0301e") == "Renée"


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_nothing_to_write_is_no_line(text):
    assert fitted(text).lines == ()


@given(st.text(max_size=300), st.floats(5, 200), st.integers(1, 5), st.none() | st.floats(6, 60))
def test_no_text_leaves_its_box(text, width, lines, height):
    result = fit(text, width_of, width, largest=12, smallest=4, lines=lines, height=height)
    assert 4 <= result.size <= 12
    assert len(result.lines) <= lines
    # One sign and its ellipsis may be wider than a box that is narrower than a letter.
    assert all(width_of(line) * result.size <= max(width, 0.6 * 4) + 1e-6 for line in result.lines)
    if height is not None:
        assert result.height <= max(height, 4 * 1.16) + 1e-6


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=8))
def test_nothing_is_lost_unless_an_ellipsis_says_so(words):
    result = fit(" ".join(words), width_of, 70, largest=12, smallest=4, lines=3)
    if not result.lines[-1].endswith("…"):
        assert "".join(result.lines).replace(" ", "") == "".join(words)
