"""A tenth of the campaign of tests/kills.py: the server killed under 16 desks, and PostgreSQL under them."""

import shutil

import pytest

from . import AT_LENGTH
from .kills import kill_and_start, restarted, strike

pytestmark = pytest.mark.slow

KILLS, FALLS = (50, 20) if AT_LENGTH else (5, 2)


def assert_nothing_lost(seen):
    assert seen.acknowledged > seen.kills and seen.lost == 0, seen
    assert seen.doubled == 0 and seen.recorded >= seen.acknowledged, seen
    assert seen.verified.startswith("Utuh"), seen.verified


def test_what_was_acknowledged_outlives_a_server_that_is_killed(demo_file, tmp_path):
    instance = shutil.copytree(demo_file, tmp_path / "instance")
    assert_nothing_lost(strike(instance, kill_and_start, KILLS))


def test_what_was_acknowledged_outlives_a_postgresql_that_falls(demo_file, tmp_path):
    instance = shutil.copytree(demo_file, tmp_path / "instance")
    assert_nothing_lost(restarted(instance, FALLS))
