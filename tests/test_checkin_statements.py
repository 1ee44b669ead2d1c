"""How often a scan asks the database: as often whatever waits, and never twice for the same."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from rtapp.accounts.devices_store import find_device, issue_bearer
from rtapp.badges.store import issue_missing
from rtapp.checkin.attempt import Recorder, attempt_by
from rtapp.checkin.verdict import Source
from rtapp.clock import utcnow
from rtapp.db import begin_write, db
from rtapp.roster.store import add_participant
from rtapp.web.services import services_of

FRAGMENT = {"HX-Request": "true"}
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


@pytest.fixture
def asked(app) -> Callable[[], Iterator[list[str]]]:
    """Hear every statement that reaches SQLite, whichever connection sends it, but for the frame of transactions."""
    heard: list[str] = []

    def hear(connection, _record) -> None:
        connection.set_trace_callback(heard.append)

    with app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", hear)

    @contextmanager
    def during() -> Iterator[list[str]]:
        heard.clear()
        said: list[str] = []
        yield said
        said += [line for line in heard if not line.startswith(FRAME)]

    return during


@pytest.fixture
def cases_wait(app, world):
    """Let people of another wave come who each leave a question to a supervisor."""

    def wait(number: int) -> None:
        with app.app_context():
            session, ids = begin_write(db.session), []
            for each in range(number):
                facts = {"name": f"TAMU CONTOH {each}", "kind": "tamu", "wave_id": world.waves[1], "now": utcnow()}
                ids.append(add_participant(session, "uji", 1, **facts).id)
            issue_missing(session, ids, now=utcnow())
            session.commit()
            for id_ in ids:
                nonce = secrets.token_urlsafe(12)
                come = attempt_by(Recorder("Meja 1"), nonce, world.registration, Source.SEARCH, participant_id=id_)
                services_of(app).writer.record(come)

    return wait


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    """Every session that begins to ask the database anything."""
    begun: list[Session] = []

    def hear(session: Session, _transaction, _connection) -> None:
        begun.append(session)

    event.listen(Session, "after_begin", hear)
    yield begun
    event.remove(Session, "after_begin", hear)


def scan(client, world, key: str):
    address = f"/desk/{world.registration}/scans"
    return client.post(address, data={"code": world.tokens.get(key, "TIDAK ADA"), "source": "wedge"}, headers=FRAGMENT)


@pytest.mark.parametrize("role", ["device", "clerk", "supervisor"])
def test_a_scan_on_the_desks_page_takes_at_most_ten_statements(client_of, world, asked, role):
    client = client_of(role)
    scan(client, world, "yusuf")
    with asked() as said:
        page = scan(client, world, "rahmah")
    assert page.status_code == 200 and 'data-verdict="WELCOME"' in page.text
    assert len(said) <= 10, "\n".join(said)


@pytest.mark.parametrize(("key", "verdict"), [("rahmah", "WELCOME"), ("yusuf", "ALREADY"), ("", "UNKNOWN")])
def test_a_scan_on_the_desks_page_opens_no_session(client_of, world, sessions, key, verdict):
    client = client_of("device")
    scan(client, world, "yusuf")
    sessions.clear()
    page = scan(client, world, key)
    assert f'data-verdict="{verdict}"' in page.text and sessions == []


def test_forty_open_cases_cost_a_scan_nothing(client_of, world, asked, cases_wait):
    client = client_of("supervisor")
    scan(client, world, "yusuf")
    with asked() as before:
        scan(client, world, "rahmah")
    cases_wait(40)
    with asked() as after:
        page = scan(client, world, "hamdani")
    assert page.status_code == 200 and ">40<" in client.get(f"/desk/{world.registration}").text.replace("\n", "")
    assert len(after) == len(before)


def test_a_scan_by_a_program_takes_five_statements(app, change, client_of, world, asked):
    with change as session:
        token = issue_bearer(session, find_device(session, world.device))
    client = app.test_client()
    body = {"checkpoint": world.registration, "source": "wedge"}
    sent = [{**body, "nonce": f"nonce-{key}", "code": world.tokens[key]} for key in ("yusuf", "rahmah")]
    bearer = {"Authorization": f"Bearer {token}"}
    client.post("/api/v1/scans", json=sent[0], headers=bearer)
    with asked() as said:
        assert client.post("/api/v1/scans", json=sent[1], headers=bearer).json["verdict"] == "WELCOME"
    assert len(said) <= 5, "\n".join(said)
