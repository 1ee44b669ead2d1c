"""The short way of a program's scan: it says what the long way says, and refuses nothing itself."""

import json

import pytest

from rtapp.accounts.devices_store import find_device, revoke_device
from rtapp.clock import utcnow
from rtapp.web.services import OF_ONE_SESSION, services_of

from .served_here import passed_on, served

pytestmark = pytest.mark.both_engines
LONG = {"rtapp.again": True}


@pytest.fixture
def post(app, world):
    """Send a scan as a program that was heard of before: such ones go the short way."""
    client, head = app.test_client(), {"Authorization": f"Bearer {world.bearer}"}

    def send(nonce, way=None, **more):
        body = {"nonce": nonce, "checkpoint": world.registration, "source": "wedge"} | more
        return client.post("/api/v1/scans", json=body, headers=head, environ_overrides=way or {})

    assert send("nonce-first", code="TIDAK ADA").status_code == 200
    return send


@pytest.fixture
def long_way(app, monkeypatch):
    """Count what goes the long way."""
    return passed_on(app.wsgi_app, monkeypatch)


@pytest.mark.parametrize("key", ["rahmah", "ruslan", "none"])
def test_both_ways_say_the_same_in_the_same_words(post, world, long_way, key):
    code = world.tokens.get(key, "BUKAN KARTU")
    post("nonce-mark", code=code)
    short, long = post("nonce-short", code=code), post("nonce-long1", LONG, code=code)
    assert long_way == ["/api/v1/scans"]
    assert short.json | {"nonce": ""} == long.json | {"nonce": ""}
    named = {name: value for name, value in short.headers if name != "X-Request-ID"}
    assert named == {name: value for name, value in long.headers if name != "X-Request-ID"} | {
        "Content-Length": str(len(short.data))
    }
    assert len(short.headers["X-Request-ID"]) == 8 and short.data.endswith(b"\n")


def test_a_replay_says_so_on_the_short_way_too(post, world, long_way):
    first, again = (post("nonce-0001", code=world.tokens["rahmah"]) for _ in range(2))
    assert "Idempotent-Replay" not in first.headers and again.headers["Idempotent-Replay"] == "true"
    assert again.json == first.json and not long_way


def test_what_is_refused_leaves_no_place_taken(post, world, long_way):
    for number in range(OF_ONE_SESSION + 2):
        assert post(f"nonce-{number:04}", code=7).status_code == 422
        assert post("nonce-first", code=world.tokens["rahmah"]).status_code == 409
    assert post("nonce-after", code=world.tokens["rahmah"]).json["verdict"] == "WELCOME"
    assert len(long_way) == 2 * (OF_ONE_SESSION + 2)


def test_a_revoked_program_is_out_at_once(post, change, world):
    assert post("nonce-0001", code=world.tokens["rahmah"]).status_code == 200
    change(lambda session: revoke_device(session, "uji", find_device(session, world.device), now=utcnow()))
    assert post("nonce-0002", code=world.tokens["rahmah"]).status_code == 401


def test_more_at_once_than_a_session_may_have_are_refused(post, app, world):
    places = services_of(app).signed_in
    while places.take(f"device:{world.device}"):
        pass
    assert post("nonce-0001", code=world.tokens["rahmah"]).status_code == 429
    places.give_back(f"device:{world.device}")
    assert post("nonce-0001", code=world.tokens["rahmah"]).status_code == 200


def test_the_server_is_answered_when_it_is_recorded_and_a_refusal_comes_by_the_long_way(post, app, world):
    def send(nonce: str, key: str) -> tuple:
        body = {"nonce": nonce, "checkpoint": world.registration, "source": "wedge", "code": world.tokens[key]}
        headers = {"HTTP_AUTHORIZATION": f"Bearer {world.bearer}", "CONTENT_TYPE": "application/json"}
        status, _, said = served(app, "/api/v1/scans", json.dumps(body), headers)
        return status, json.loads(said)

    status, said = send("nonce-0001", "rahmah")
    assert (status, said["verdict"]) == (200, "WELCOME")
    status, said = send("nonce-0001", "yusuf")
    assert (status, said["error"]["code"]) == (409, "nonce_reused")
