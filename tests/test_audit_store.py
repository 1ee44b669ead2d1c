"""What the trail promises on a real database: tampering shows, writers queue, erasure leaves it clean."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from rtapp.accounts.roles import Role
from rtapp.audit.store import erase_values, note, verify_chain
from rtapp.db import begin_write, db
from rtapp.schema import Audit, AuditValue, ChainHead

from .actors import at_once
from .trailed import trail

pytestmark = pytest.mark.both_engines

NOW = datetime(2023, 11, 8, 0, 0, 0, 123_456, tzinfo=UTC)


@pytest.fixture
def noted(session):
    """A session whose trail has five lines."""
    writing = begin_write(session)
    for number in range(1, 6):
        note(writing, "Uji", "user.add", "user", number, now=NOW, reason="uji", name=f"Orang {number}")
    writing.commit()
    return begin_write(session)


def test_the_trail_is_read_newest_first_with_its_values(noted):
    (line, kept), *_ = trail(noted, 2)
    assert (line.actor, line.action, line.subject, line.subject_id, line.at) == ("Uji", "user.add", "user", 5, NOW)
    assert kept.values == {"name": "Orang 5"} and len(trail(noted, 2)) == 2
    assert verify_chain(noted) is None


def test_an_empty_trail_is_whole(session):
    assert verify_chain(session) is None


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (update(Audit).where(Audit.id == 3).values(actor="Orang lain"), 3),
        (update(Audit).where(Audit.id == 3).values(reason=""), 3),
        (update(Audit).where(Audit.id == 3).values(at=datetime(2023, 11, 9, tzinfo=UTC)), 3),
        (update(Audit).where(Audit.id == 3).values(chain="0" * 64), 3),
        (update(AuditValue).where(AuditValue.audit_id == 3).values(values={"name": "Orang lain"}), 3),
        (update(AuditValue).where(AuditValue.audit_id == 3).values(salt="0" * 32), 3),
        (update(ChainHead).values(chain="0" * 64), 6),
    ],
)
def test_a_changed_line_or_value_is_found(noted, tamper, found):
    noted.execute(tamper, execution_options={"synchronize_session": False})
    noted.expire_all()
    assert verify_chain(noted) == found


@pytest.mark.parametrize(("gone", "found"), [(1, 2), (3, 4), (5, 5)])
def test_a_removed_line_is_found_the_last_one_too(noted, gone, found):
    noted.execute(delete(AuditValue).where(AuditValue.audit_id == gone))
    noted.execute(delete(Audit).where(Audit.id == gone))
    assert verify_chain(noted) == found


def test_a_line_slipped_in_between_is_found(noted):
    line = dict(at=NOW, actor="Orang lain", action="user.add", subject="user", digest="0" * 64, chain="0" * 64)
    erase_values(noted, lambda _line, _values: True)
    noted.execute(update(Audit).where(Audit.id == 5).values(id=6))
    noted.add(Audit(id=5, **line))
    noted.flush()
    noted.expire_all()
    assert verify_chain(noted) == 5


def test_erasing_values_leaves_the_trail_whole_and_what_stands_in_the_open(noted):
    assert erase_values(noted, lambda line, values: values["name"] in ("Orang 2", "Orang 3")) == (2, 0)
    noted.commit()
    assert verify_chain(noted) is None
    assert [kept is None for _, kept in trail(noted)] == [False, False, True, True, False]
    assert [line.reason for line, _ in trail(noted)] == ["uji", "uji", "", "", "uji"]
    assert trail(noted)[2][0].action == "user.add"
    assert erase_values(noted, lambda line, _values: line.id in (2, 3)) == (0, 0)


def test_values_taken_away_alone_are_found_where_a_reason_was_left(noted):
    noted.execute(delete(AuditValue).where(AuditValue.audit_id == 2))
    assert verify_chain(noted) == 2


def test_what_is_no_json_is_kept_as_text_and_still_verifies(session):
    writing = begin_write(session)
    note(writing, "Uji", "user.role", "user", 1, now=NOW, role=Role.ADMIN, at=NOW, ids=(1, 2), per={1: "a"})
    writing.commit()
    session.expire_all()
    kept = trail(session)[0][1].values
    assert kept == {"role": "admin", "at": str(NOW), "ids": [1, 2], "per": {"1": "a"}}
    assert verify_chain(session) is None


def test_a_line_that_was_rolled_back_leaves_the_trail_whole(noted):
    note(noted, "Uji", "user.add", "user", 6, now=NOW)
    noted.rollback()
    writing = begin_write(noted)
    note(writing, "Uji", "user.add", "user", 7, now=NOW)
    writing.commit()
    assert verify_chain(noted) is None and [line.subject_id for line, _ in trail(noted, 2)] == [7, 5]


def test_writers_at_the_same_time_have_one_successor_each(session):
    engine = db.engine

    def write() -> None:
        with Session(engine) as own:
            for number in range(8):
                begin_write(own)
                note(own, "Meja", "user.add", "user", number, now=NOW)
                own.commit()

    at_once(*[write] * 4)
    assert verify_chain(session) is None
    assert session.scalar(select(func.count(Audit.chain.distinct()))) == 32
