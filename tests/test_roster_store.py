"""Seats and their heads on a real SQLite file."""
from rtapp.roster import store


def test_boot(session, world):
    assert store.count_people(session, store.Filter()) == 10
