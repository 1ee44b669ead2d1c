"""verify: what the ledger must show, and that each way of spoiling it is found."""

import pytest
from sqlalchemy import text

from rtapp import clock
from rtapp.audit.store import note
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.decision import Decision, Substituted
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import begin_write, db
from rtapp.safety.ledger_store import SHOWN, examine, totals

pytestmark = pytest.mark.both_engines(at_length=True)

NEPHEW = Substituted("KEPONAKAN CONTOH", "keponakan", True, "")
BY_HAND = """INSERT INTO attendance (checkpoint_id, participant_id, number, mode, at, voided_by, void_reason)
SELECT checkpoint_id, :other, 99, 'sendiri', at, '', '' FROM attendance WHERE id = 1"""


@pytest.fixture
def day(change, world):
    """A morning at the registration of wave I: heads, a substitute, a guest, one of wave II, one undone, one again."""
    with change as session:
        plain = [("rahmah", {}), ("rahmah", {}), ("yusuf", {}), ("ruslan", {}), ("ruslan", {"accept_other_wave": True})]
        for number, (who, more) in enumerate([*plain, ("muis", {"substitute": NEPHEW})]):
            attempt = Attempt(
                f"pagi-{number}",
                world.registration,
                Source.SEARCH,
                participant_id=world.people[who],
                user_id=world.users["clerk"],
                recorded_by="Uji clerk",
                may_decide=True,
                decision=Decision(reason="uji", **more) if more else Decision(),
            )
            record_scan(session, attempt, now=clock.utcnow())
    return world


@pytest.fixture
def found(app, day):
    """Spoil the ledger with statements, then return the codes of what is found."""

    def look(*statements):
        with app.app_context():
            for statement in statements:
                begin_write(db.session).execute(text(statement), {"other": day.people["nobody_asked"]})
                db.session.commit()
            return [finding.code for finding in examine(db.session)]

    return look


def test_an_untouched_ledger_is_whole(look, found):
    assert found() == []
    there = look(totals)
    assert there["scan"] == 6 and there["attendance"] == 4 and there["audit"] > 0


def test_a_mark_written_by_hand_has_no_scan_and_spoils_the_counts(found):
    assert set(found(BY_HAND)) == {"no_scan", "count"}


def test_a_scan_that_was_removed_leaves_a_mark_without_one(found):
    assert "no_scan" in found("DELETE FROM scan WHERE nonce = 'pagi-2'")


def test_a_mark_turned_to_somebody_else_does_not_fit_its_scan(found):
    assert "unlike" in found("UPDATE attendance SET participant_id = :other WHERE id = 1")


@pytest.mark.parametrize("edit", ["number = 77", "mode = 'diwakili'"])
def test_a_mark_that_was_edited_is_not_what_was_answered(found, edit):
    assert "answer" in found(f"UPDATE attendance SET {edit} WHERE id = 1")


@pytest.mark.parametrize("edit", ["verdict = 'ALREADY'", "nonce = 'lain'", "attendance_id = NULL"])
def test_a_scan_that_was_edited_is_not_what_was_answered(found, edit):
    assert {"answer", "unlike"} & set(found(f"UPDATE scan SET {edit} WHERE nonce = 'pagi-0'"))


def test_an_edited_line_of_the_trail_is_told_by_its_number(change, found):
    change(lambda session: note(session, "Uji", "uji", "uji", None, now=clock.utcnow()))
    assert found("UPDATE audit SET actor = 'Orang lain' WHERE id = (SELECT max(id) FROM audit)") == ["trail"]


def test_somebody_marked_twice_is_found_though_the_index_is_gone(found):
    again = BY_HAND.replace(":other", "participant_id")
    assert "double" in found("DROP INDEX uq_attendance_checkpoint_participant_live", again)


def test_many_of_a_kind_are_told_in_few_lines(app, found, day):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) "
    into, _, select = BY_HAND.partition("\n")
    voided = into.replace("voided_by", "voided_at, voided_by")
    many = select.replace("99, ", "99 + i, ").replace(
        "at, '', '' FROM attendance", "at, at, '', '' FROM attendance CROSS JOIN n"
    )
    told = found(f"{voided} {numbers} {many}")
    assert told == ["no_scan"] * SHOWN + ["more"]


def test_a_row_that_refers_to_nothing_is_found(app, found, engine):
    if engine != "sqlite":
        pytest.skip("PostgreSQL guards references by itself")
    with app.app_context():
        raw = db.engine.raw_connection()
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("UPDATE scan SET device_id = 999 WHERE nonce = 'pagi-1'")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.close()
    assert found() == ["dangling"]
