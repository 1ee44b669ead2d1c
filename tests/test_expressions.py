"""No regular expression of the product takes more than in line with its text, whatever that is."""

import re
import sys
import threading

import pytest

from .expressions import Stepper, expressions

# What cells, lines of chats and fields of forms may be full of: each alone, and mixed.
SHAPES = (
    "0",
    "9 ",
    "(",
    "a",
    "Rt ",
    " ",
    "ab ",
    "1.",
    "-",
    "/",
    "\n",
    "1a, ",
    "rt 1 ",
    "'\"",
    "~a",
    "<a",
    "_*",
    "a@a.",
)
SHORT, LONG = 300, 600
TWICE = 2.6  # as many steps at most, and a few more, for a text of twice the length; a square takes four times as many
FIRST_LOOK = 2.35  # at half the length, where a curve that reaches TWICE shows at least this: most need no second look
PARTS = 8


def steps(found, shape: str, length: int) -> int:
    text = (shape * length)[:length] + "!"  # which no expression ends with
    return Stepper(found).search_all(text, 2_000_000)


def slow_ones(part: int) -> list[str]:
    slow = []
    for source, found in list(expressions().items())[part::PARTS]:
        for shape in SHAPES:
            half, short = steps(found, shape, SHORT // 2), steps(found, shape, SHORT)
            if short <= FIRST_LOOK * half + 50:
                continue
            long = steps(found, shape, LONG)
            if long > TWICE * short + 200:
                slow.append(f"{source[:120]} on {shape!r}: {short} then {long} steps")
                break
    return slow


def test_the_counter_knows_a_square_from_a_line():
    squares, lines = (r"\s+$", r"a*b"), (r"(?<!a)a+b", r"a{1,20}b", r"x")
    for source in (*squares, *lines):
        short, long = (steps(re.compile(source), "a" if "a" in source else " ", n) for n in (SHORT, LONG))
        assert (long > TWICE * short + 200) is (source in squares), source


def test_all_expressions_are_found():
    kept = expressions()
    assert len(kept) > 200 and any("ralat" in source for source in kept)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_expression_takes_more_than_in_line_with_its_text(part):
    told: list[list[str]] = []
    before, depth = threading.stack_size(256 << 20), sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)  # the matcher calls itself for each round of a group
    try:
        worker = threading.Thread(target=lambda: told.append(slow_ones(part)))
        worker.start()
        worker.join()
    finally:
        threading.stack_size(before)
        sys.setrecursionlimit(depth)
    assert told == [[]]
