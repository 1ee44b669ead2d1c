"""The recap: what the board counts, per district and village, and when people arrived."""

import pytest

from rtapp.db import begin_write, db
from rtapp.events import store as events
from rtapp.live.store import counts_at
from rtapp.reports.recap import HEAD, invited_beside_listed, rows, share_text
from rtapp.reports.recap_store import recap_of
from rtapp.schema import Absence, Checkpoint

from .world import at


@pytest.fixture
def recap(app, come, world):
    """Recap a wave after some came, by number of the wave from 0."""

    def made(*came: tuple[str, object], wave: int = 0):
        for who, when in came:
            come(who, moment=when)
        return recap_of(db.session, events.find_wave(db.session, world.waves[wave]))

    with app.app_context():
        yield made


def test_a_recap_says_what_the_board_says_per_district_and_village(recap, world):
    begin_write(db.session)
    away = {"participant_id": world.people["aminah"], "wave_id": world.waves[0], "kind": "sakit", "at": at(7)}
    db.session.add(Absence(**away))
    db.session.commit()
    found = recap(("rahmah", at(7, 52)), ("muis", at(7, 58)), ("ruslan", at(8)))
    lines = {row.name: row.cells for row in rows(found.counts)}
    assert lines["Kecamatan Murung Pudak"] == (1, 0, 0, 0, 1, 0, 0, 3, 5, 1, 0.2)
    assert lines["Kelurahan Belimbing Raya"][-3:] == (2, 1, 0.5) and lines["Desa Uwie"][-3:] == (2, 1, 0.5)
    counts = counts_at(db.session, world.registration)
    assert lines["Jumlah"][-3:-1] == (counts.roster, counts.hadir) == (7, 2) and found.counts.other_wave == 1
    assert all(sum(cells[:8]) == cells[8] and sum(cells[:2]) == cells[9] for cells in lines.values())
    assert [(one.invited, one.listed, one.difference) for one in invited_beside_listed(counts)] == [
        (5, 5, "sama"), (2, 2, "sama"), (7, 7, "sama")
    ]  # fmt: skip
    assert all(len(cells) == len(HEAD) - 1 for cells in lines.values())


def test_arrivals_stand_in_bars_of_five_minutes_and_the_busiest_is_told(recap):
    found = recap(("rahmah", at(7, 51)), ("yusuf", at(7, 54)), ("muis", at(8, 1)))
    assert found.step == 5 and [count for _, count in found.bars] == [2, 0, 1]
    assert found.busiest == (at(7, 50), at(7, 55), 2)


def test_a_wave_to_which_nobody_came_has_a_recap_without_arrivals(recap):
    found = recap(wave=1)
    assert found.counts.hadir == 0 and found.bars == [] and found.busiest is None


def test_a_wave_without_registration_has_no_counts(recap, world):
    begin_write(db.session)
    db.session.get(Checkpoint, world.registration_two).kind = "gladi"
    db.session.commit()
    assert recap(wave=1).counts is None


def test_a_share_is_written_with_a_comma():
    assert [share_text(value) for value in (0.984, 1.0, 0.0, None)] == ["98,4%", "100,0%", "0,0%", ""]
