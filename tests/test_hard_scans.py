"""Codes that are dim, blurred, tilted, inverted, small or cracked, read by the desk's own decoder in a real browser."""

import pytest

from . import AT_LENGTH
from .hard_scans import CODES, DAMAGES, decoded

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_damaged_code_is_read_as_far_as_promised_and_never_as_another(visit):
    page = visit("desk", "/desk/1")
    shares = {
        damage: [decoded(page, damage, step, codes=CODES if AT_LENGTH else 4) for step in steps[:promised]]
        for damage, (_, steps, promised) in DAMAGES.items()
    }
    assert min(min(found) for damage, found in shares.items() if damage != "retak") == 1, shares
    assert min(shares["retak"]) >= 0.5, shares  # a crack through a corner's mark hides the code
