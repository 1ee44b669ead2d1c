"""A village is typed as people write it; what is near is proposed and never taken."""

import pytest

from rtapp.events.typed_places import village_meant
from rtapp.refusals import Refused

TEXTS = {
    "63.09.03.2001": "Padangin · Tanta",
    "63.09.08.2002": "Padangin · Muara Harus",
    "63.09.06.1001": "Mabu'un · Murung Pudak",
    "63.09.06.1002": "Belimbing Raya · Murung Pudak",
    "63.09.06.1003": "Belimbing · Murung Pudak",
    "63.09.11.2001": "Jaro · Jaro",
}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", ""),
        ("   ", ""),
        ("63.09.06.1001", "63.09.06.1001"),
        ("Padangin · Tanta", "63.09.03.2001"),
        ("padangin, kec. muara harus", "63.09.08.2002"),
        ("Padangin (Tanta)", "63.09.03.2001"),
        ("Desa PADANGIN Kecamatan Tanta", "63.09.03.2001"),
        ("kelurahan mabuun", "63.09.06.1001"),
        ("Mabu’un", "63.09.06.1001"),
        ("belimbing", "63.09.06.1003"),
        ("jaro", "63.09.11.2001"),
    ],
)
def test_a_village_is_found_by_code_by_what_is_offered_and_by_its_own_name(typed, code):
    assert village_meant(typed, TEXTS) == code


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("Padangin", "Padangin · Tanta, Padangin · Muara Harus"),
        ("belimb", "Belimbing Raya · Murung Pudak, Belimbing · Murung Pudak"),
        ("mabu", "Mabu'un · Murung Pudak"),  # one alone is proposed, too: nobody meant it yet
    ],
)
def test_what_may_be_several_or_is_but_begun_is_proposed(typed, listed):
    with pytest.raises(Refused) as refused:
        village_meant(typed, TEXTS)
    assert (refused.value.code, refused.value.field) == ("unsure_village", "village")
    assert refused.value.facts["list"] == listed


@pytest.mark.parametrize("typed", ["Atlantis", "·", "'", "63.09.99.9999", "x" * 500])
def test_what_is_no_village_is_refused_with_what_to_do(typed):
    with pytest.raises(Refused) as refused:
        village_meant(typed, TEXTS)
    assert refused.value.code == "no_such_village" and len(refused.value.facts["typed"]) <= 120
