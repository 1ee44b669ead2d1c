"""The one thread that commits scans."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from rtapp.checkin.scan_writer import ScanWriter
from rtapp.checkin.verdict import Verdict
from rtapp.db import db
from rtapp.refusals import Refused
from rtapp.schema import Attendance, Scan

from .actors import at_once
from .test_checkin_seals import attempt

pytestmark = pytest.mark.both_engines


@pytest.fixture
def announced():
    return []


@pytest.fixture(params=["whole", "split"])
def writer(request, session, announced):
    made = ScanWriter(db.engine, lambda: announced.append(1), group=64)
    if request.param == "split":
        made.split()
    yield made
    made.stop()


def test_many_desks_scan_one_card_and_one_of_them_is_first(writer, session, world):
    with ThreadPoolExecutor(16) as desks:
        answers = list(desks.map(lambda n: writer.record(attempt(world, f"nonce-{n:04}")), range(64)))
    verdicts = [answer.verdict for answer in answers]
    assert verdicts.count(Verdict.WELCOME) == 1 and verdicts.count(Verdict.ALREADY) == 63
    assert session.scalar(select(func.count()).select_from(Attendance)) == 1
    assert session.scalar(select(func.count()).select_from(Scan)) == 64


def test_a_bad_attempt_leaves_its_neighbours_alone(writer, session, world):
    def refused():
        with pytest.raises(Refused):
            writer.record(attempt(world, "nonce-bad1", checkpoint_id=9999))

    good, _, other = at_once(
        lambda: writer.record(attempt(world, "nonce-good")),
        refused,
        lambda: writer.record(attempt(world, "nonce-more", key="yusuf")),
    )
    assert good.verdict is other.verdict is Verdict.WELCOME


def test_a_new_scan_is_announced_and_a_replay_is_not(writer, announced, world):
    writer.record(attempt(world, "nonce-0001"))
    assert len(announced) == 1
    assert writer.record(attempt(world, "nonce-0001")).replayed
    assert len(announced) == 1


def test_an_answer_means_it_is_committed(writer, session, world):
    writer.record(attempt(world, "nonce-0001"))
    with db.engine.connect() as other:
        assert other.execute(select(func.count()).select_from(Attendance)).scalar() == 1


def test_stopping_commits_what_waits_and_a_later_scan_starts_it_again(writer, world):
    writer.record(attempt(world, "nonce-0001"))
    writer.stop()
    assert writer.record(attempt(world, "nonce-0002")).verdict is Verdict.ALREADY


def test_two_checkpoints_recorded_at_once_each_number_from_one(writer, session, world):
    points, keys = (world.registration, world.session_one), ("rahmah", "yusuf", "hamdani", "aminah")
    scans = [attempt(world, f"nonce-{point:02}{key}", key, checkpoint_id=point) for key in keys for point in points]
    with ThreadPoolExecutor(len(scans)) as desks:
        answers = list(desks.map(writer.record, scans))
    for point in points:
        assert sorted(answer.number for answer in answers if answer.checkpoint_id == point) == [1, 2, 3, 4]
    assert session.scalar(select(func.count()).select_from(Attendance)) == 8
