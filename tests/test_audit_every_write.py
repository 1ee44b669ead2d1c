"""Every write of a request stands in the trail: the watch that looks over each test's shoulder, watched."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from rtapp.audit.store import note
from rtapp.clock import utcnow
from rtapp.db import begin_write, db
from rtapp.schema import Attendance, Audit, Device, Participant, User
from rtapp.web.guard import public

from .trailed import WATCHED, trail

WRITES = {
    "participant": update(Participant).values(note="diam-diam"),
    "user_account": update(User).values(role="admin"),
    "device": update(Device).values(label="Meja lain"),
}


@pytest.fixture
def commit(app, world):
    """Commit a statement inside a request, with a line of the trail or without; return what was found silent."""
    todo = {}

    @public
    def write() -> str:
        session = begin_write(db.session)
        session.execute(todo["statement"])
        if todo["noted"]:
            note(session, "Uji", "participant.change", "participant", 1, now=utcnow())
        session.commit()
        return ""

    app.add_url_rule("/write", "write", write)

    def commit(statement, *, noted):
        todo.update(statement=statement, noted=noted)
        assert app.test_client().get("/write").status_code == 200
        found, app.extensions["rtapp_silent"][:] = list(app.extensions["rtapp_silent"]), []
        return found

    return commit


def test_roster_cards_attendance_settings_accounts_and_events_are_watched():
    assert {"participant", "seat", "badge", "attendance", "substitute", "absence", "setting"} <= WATCHED
    assert {"user_account", "device", "event", "wave", "checkpoint", "agenda", "invitation", "village"} <= WATCHED


@pytest.mark.parametrize("table", WRITES)
def test_a_request_that_writes_without_a_line_is_found_and_one_with_a_line_is_not(commit, table):
    assert commit(WRITES[table], noted=False) == [{table}]
    assert commit(WRITES[table], noted=True) == []


def test_that_a_device_was_seen_needs_no_line(commit):
    assert commit(update(Device).where(Device.id == 1).values(last_seen=utcnow()), noted=False) == []


def scan(desk: FlaskClient, world, nonce: str, **more: object):
    body = {"nonce": nonce, "checkpoint": world.registration, "source": "search"} | more
    answer = desk.post("/api/v1/scans", json=body)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_mark_taken_back_for_a_substitute_has_a_line_with_who_and_why(client_of, world, look):
    desk, head = client_of("program"), world.people["rahmah"]
    mark = scan(desk, world, "nonce-0001", participant=head)["attendance"]["id"]
    came = {"substitute": {"name": "Wakil Contoh", "relation": "sekretaris", "letter": True}}
    scan(desk, world, "nonce-0002", participant=head, follows="nonce-0001", decision=came)
    assert look(lambda session: session.get(Attendance, mark).voided_at) is not None
    line, values = look(lambda session: trail(session, 1)[0])
    assert (line.actor, line.action, line.subject_id) == ("Meja 1", "attendance.void", head)
    assert line.reason and values.values["attendance"] == mark


def test_a_plain_scan_writes_no_line_of_its_own(client_of, world, look):
    before = look(lambda session: session.scalars(select(Audit.id)).all())
    scan(client_of("program"), world, "nonce-0001", participant=world.people["rahmah"])
    assert look(lambda session: session.scalars(select(Audit.id)).all()) == before
