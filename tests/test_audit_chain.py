"""What the chain promises by itself: what is changed, taken away or moved is seen; values can be erased."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtapp.audit.chain import (
    GENESIS,
    TrailLine,
    Values,
    canonical,
    digest_values,
    first_break,
    link,
    plain,
    reason_is_open,
)


def chain(count: int = 5):
    previous, entries = GENESIS, []
    for id_ in range(1, count + 1):
        values = Values(f"garam{id_}", {"name": f"Orang {id_}", "before": None})
        digest = digest_values(values.values, values.salt)
        line = TrailLine(id_, f"2023-11-08T00:0{id_}:00.000Z", "Uji", "user.add", "user", id_, "", digest)
        previous = link(previous, line)
        entries.append((line, previous, values))
    return entries, previous


@pytest.mark.parametrize(
    "change",
    [
        {"action": "user.role"},
        {"subject": "device"},
        {"subject_id": None},
        {"digest": "0" * 64},
        {"id": 33},
    ],
)
def test_a_changed_field_is_found_at_its_line(change):
    entries, head = chain()
    line, value, kept = entries[2]
    entries[2] = (replace(line, **change), value, kept)
    assert first_break(entries, head) == change.get("id", 3)


def test_a_line_that_was_changed_with_its_own_chain_value_is_found_at_the_next():
    entries, head = chain()
    changed = replace(entries[2][0], actor="Orang lain")
    entries[2] = (changed, link(entries[1][1], changed), entries[2][2])
    assert first_break(entries, head) == 4


def test_lines_that_changed_places_are_found():
    entries, head = chain()
    entries[1], entries[3] = entries[3], entries[1]
    assert first_break(entries, head) == 4


def test_a_whole_trail_that_was_taken_away_is_found():
    assert first_break([], chain()[1]) == 1


@settings(max_examples=50)
@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)))
def test_what_is_digested_is_what_comes_back_from_json(values):
    assert plain(values) == values
    assert canonical(plain(values)) == canonical(values)


def test_a_reason_is_covered_and_goes_with_the_values():
    values = Values("garam", {"name": "Ani"})
    line = TrailLine(1, "2023-11-08T00:00:00.000Z", "Uji", "user.add", "user", 1, "Ani pindah", "")
    line = replace(line, digest=digest_values(values.values, values.salt, line.reason))
    head = link(GENESIS, line)
    assert first_break([(line, head, values)], head) is None
    assert first_break([(replace(line, reason="Ani sakit"), head, values)], head) == 1
    assert first_break([(replace(line, reason=""), head, values)], head) == 1
    assert first_break([(replace(line, reason=""), head, None)], head) is None
    assert first_break([(replace(line, reason="Ani sakit"), head, None)], head) == 1


def test_a_line_of_the_first_version_whose_reason_the_chain_itself_covers_is_whole():
    values = Values("garam", {"name": "Ani"})
    digest = digest_values(values.values, values.salt)
    line = TrailLine(1, "2023-11-08T00:00:00.000Z", "Uji", "user.add", "user", 1, "Ani pindah", digest)
    head = hashlib.sha256(GENESIS.encode() + canonical(vars(line))).hexdigest()
    assert reason_is_open(GENESIS, line, head) and first_break([(line, head, values)], head) is None
    assert first_break([(line, head, None)], head) is None
    assert first_break([(replace(line, reason="Ani sakit"), head, values)], head) == 1
