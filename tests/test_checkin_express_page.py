"""The short way of a page's scan: it says what the long way says, and refuses nothing itself."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from rtapp.accounts.devices_store import find_device, revoke_device
from rtapp.checkin import express_page_views
from rtapp.clock import utcnow
from rtapp.db import db
from rtapp.roster.store import archive_participant
from rtapp.web import browsers
from rtapp.web.services import OF_ONE_SESSION, services_of
from rtapp.web.sessions import instance_mark

from .reading import words
from .served_here import passed_on, served

pytestmark = pytest.mark.both_engines
LONG = {"query_string": "long=1"}


class Desk:
    """A desk's page in a browser that has scanned before: such ones go the short way."""

    def __init__(self, client, world) -> None:
        self.client, self.world, self.headers = client, world, {"HX-Request": "true", "Origin": "http://localhost"}
        self.headers["X-CSRFToken"] = client.get("/csrf-token").text
        assert self.scan("nonce-first", code="TIDAK ADA").status_code == 200

    def scan(self, nonce: str, at: int | None = None, *, headers=None, query_string: str = "", **fields):
        address = f"/desk/{at or self.world.registration}/scans"
        form = {"nonce": nonce, "source": "wedge"} | fields
        return self.client.post(address, data=form, headers=self.headers | (headers or {}), query_string=query_string)

    def served(self, nonce: str, code: str) -> tuple[int, str]:
        """Scan as through our server, where the writer sends the reply; return its status and text."""
        app, asked = self.client.application, {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
        name = f"rtapp-{instance_mark(app)}"
        asked |= {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in self.headers.items()}
        asked["HTTP_COOKIE"] = f"{name}={self.client.get_cookie(name).value}"
        body = urlencode({"nonce": nonce, "source": "wedge", "code": code})
        status, headers, text = served(app, f"/desk/{self.world.registration}/scans", body, asked)
        assert int(headers["Content-Length"]) == len(text.encode())
        return status, text


@pytest.fixture
def desk(app, client_of, world) -> Desk:
    app.config["WTF_CSRF_ENABLED"] = True
    return Desk(client_of("device"), world)


@pytest.fixture
def long_way(app, monkeypatch) -> list[str]:
    """Hear what goes the long way."""
    return passed_on(app.wsgi_app._long_way, monkeypatch)


@pytest.mark.parametrize(
    ("key", "verdict"), [("rahmah", "WELCOME"), ("marked", "ALREADY"), ("ruslan", "OTHER_WAVE"), ("", "UNKNOWN")]
)
def test_both_ways_say_the_same_in_the_same_words(desk, world, long_way, key, verdict):
    desk.scan("nonce-mark", code=world.tokens["yusuf"])
    code = world.tokens["yusuf"] if key == "marked" else world.tokens.get(key, "BUKAN KARTU")
    short = desk.scan("nonce-0001", code=code)
    assert long_way == [] and f'data-verdict="{verdict}"' in short.text
    long = desk.scan("nonce-0001", code=code, **LONG)
    assert len(long_way) == 1 and plain(short.text) == plain(long.text)
    told = {name: value for name, value in short.headers if name not in ("X-Request-ID", "Content-Length")}
    assert told == {name: value for name, value in long.headers if name not in ("X-Request-ID", "Content-Length")}
    assert len(short.headers["X-Request-ID"]) == 8 and "Set-Cookie" not in short.headers


def plain(html: str) -> str:
    """Return an answer without the tokens of its forms: each way has one of its own."""
    return re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", html)


def test_a_person_who_is_tapped_is_marked_and_the_answer_leads_to_undoing_it(desk, world, long_way):
    page = desk.scan("nonce-0001", source="search", participant=world.people["rahmah"])
    assert 'data-verdict="WELCOME"' in page.text and long_way == []
    person = desk.client.get(re.search(r'href="(/desk/\d+/people/\d+\?undo=1)"', page.text)[1]).text
    action, token = re.search(
        r'open>.*?action="(/attendance/\d+/void)".*?name="csrf_token" value="([^"]+)"', person, re.S
    ).groups()
    assert desk.client.post(action, data={"csrf_token": token, "reason": "uji"}).status_code == 303


def test_a_form_of_the_answer_has_a_token_that_is_good(desk, world, long_way):
    page = desk.scan("nonce-0001", code=world.tokens["ruslan"])
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    tapped = {"csrf_token": token, "nonce": "nonce-0002", "participant": world.people["rahmah"]}
    posted = desk.client.post(f"/desk/{world.registration}/scans", data=tapped)
    assert posted.status_code == 303 and len(long_way) == 1


def test_the_words_are_those_of_the_browsers_language(desk, long_way, world):
    desk.client.post("/language", data={"language": "en", "csrf_token": desk.headers["X-CSRFToken"]})
    desk.scan("nonce-0001", code="BUKAN KARTU")
    long_way.clear()
    assert "not a card" in words(desk.scan("nonce-0002", code="BUKAN KARTU")) and long_way == []


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "X", "decide": "accept", "follows": "nonce-first", "reason": "uji"},
        {"code": "X", "source": "offline", "client_at": "2023-11-08T00:00:00Z", "sent_at": "2023-11-08T00:00:00Z"},
        {"code": "X", "pin": "123456"},
        {"code": ""},
        {"code": "X", "source": "short_code"},
        {"code": "a\0b"},
        {"code": ["X", "Y"]},
    ],
)
def test_what_is_out_of_the_ordinary_goes_the_long_way(desk, long_way, fields):
    desk.scan("nonce-0001", **fields)
    assert len(long_way) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-CSRFToken": "none"}, 400),
        ({"X-CSRFToken": ""}, 400),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "elsewhere.example"}, 421),
    ],
)
def test_a_form_that_shows_anything_else_is_looked_at_anew(desk, world, headers, status):
    assert desk.scan("nonce-0001", code=world.tokens["rahmah"], headers=headers).status_code == status


def test_a_cookie_that_we_did_not_sign_is_nobodys(app, desk, world):
    name = f"rtapp-{instance_mark(app)}"
    desk.client.set_cookie(name, desk.client.get_cookie(name).value[::-1])
    assert desk.scan("nonce-0001", code=world.tokens["rahmah"]).status_code in (400, 401)


def test_another_browsers_token_is_none_of_ours(app, desk, client_of, world):
    other = Desk(client_of("clerk"), world)
    stolen = {"X-CSRFToken": other.headers["X-CSRFToken"]}
    assert desk.scan("nonce-0001", code=world.tokens["rahmah"], headers=stolen).status_code == 400


def test_what_a_browser_showed_is_looked_at_again_after_an_hour(desk, world, long_way, monkeypatch):
    monkeypatch.setattr(browsers.clock, "utcnow", lambda: utcnow() + timedelta(minutes=59))
    desk.scan("nonce-0001", code=world.tokens["rahmah"])
    assert long_way == []
    monkeypatch.setattr(browsers, "GOOD_FOR", timedelta(0))
    desk.scan("nonce-0002", code=world.tokens["rahmah"], **LONG)
    desk.scan("nonce-0003", code=world.tokens["rahmah"])
    assert len(long_way) == 2


def test_a_device_that_is_revoked_or_loses_its_checkpoint_is_out_at_once(change, desk, world):
    elsewhere = desk.scan("nonce-0001", at=world.registration + 10_000, code=world.tokens["rahmah"])
    assert elsewhere.status_code == 403
    change(lambda session: revoke_device(session, "uji", find_device(session, world.device), now=utcnow()))
    assert desk.scan("nonce-0002", code=world.tokens["rahmah"]).status_code == 401


def test_a_fault_of_the_short_way_is_logged_and_the_page_is_answered_all_the_same(desk, world, monkeypatch, caplog):
    def broken(*_facts):
        raise KeyError("a fault of ours")

    monkeypatch.setattr(express_page_views, "draw", broken)
    assert "WELCOME" in desk.scan("nonce-0001", code=world.tokens["rahmah"]).text
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [KeyError]


def test_the_server_sends_what_the_writer_drew_and_a_refusal_comes_by_the_long_way(app, desk, world, change, long_way):
    status, text = desk.served("nonce-0001", world.tokens["rahmah"])
    assert status == 200 and plain(text) == plain(desk.scan("nonce-0001", code=world.tokens["rahmah"], **LONG).text)
    assert long_way == [f"/desk/{world.registration}/scans"]
    assert desk.served("nonce-0001", world.tokens["yusuf"])[0] == 409
    change(lambda session: setattr(find_device(session, world.device), "label", "Meja lain"))
    for nonce in ("nonce-0002", "nonce-0003"):
        status, text = desk.served(nonce, world.tokens["yusuf"])
        assert status == 200 and "YUSUF" in text.upper()
    assert len(long_way) == 3  # one each: what was refused, who has another name now
    change(lambda session: revoke_device(session, "uji", find_device(session, world.device), now=utcnow()))
    assert desk.served("nonce-0004", world.tokens["ruslan"])[0] == 401
    assert not services_of(app).signed_in._taken


def test_what_the_writer_cannot_draw_is_drawn_by_the_long_way(desk, world, monkeypatch, caplog):
    monkeypatch.setattr(express_page_views, "facts_for", lambda *_: 1 / 0)
    status, text = desk.served("nonce-0001", world.tokens["rahmah"])
    assert status == 200 and 'data-verdict="WELCOME"' in text
    monkeypatch.undo()
    monkeypatch.setattr(express_page_views, "draw", lambda *_: 1 / 0)
    status, text = desk.served("nonce-0002", world.tokens["yusuf"])
    assert status == 200 and 'data-verdict="WELCOME"' in text and "nomor" in text
    assert {record.exc_info[0] for record in caplog.records if record.exc_info} == {ZeroDivisionError}


def test_the_writer_draws_nothing_that_takes_a_session_of_the_pool(app, desk, world, change, long_way):
    change(lambda session: archive_participant(session, "uji", world.people["rahmah"], "pindah", now=utcnow()))
    with app.app_context():
        taken = [db.engine.connect() for _ in range(db.engine.pool.size())]
    assert 'data-verdict="WELCOME"' in desk.served("nonce-0001", world.tokens["yusuf"])[1] and not long_way
    for connection in taken:
        connection.close()
    assert 'data-verdict="ARCHIVED"' in desk.served("nonce-0002", world.tokens["rahmah"])[1]


def test_what_is_refused_leaves_no_place_taken(desk, world):
    for number in range(OF_ONE_SESSION + 2):
        assert desk.scan(f"n{number}", code="BUKAN KARTU").status_code == 422
    assert desk.scan("nonce-0001", code=world.tokens["rahmah"]).status_code == 200


def test_more_at_once_than_a_session_may_have_are_refused(app, desk, world):
    places = services_of(app).signed_in
    while places.take(f"device:{world.device}"):
        pass
    assert desk.scan("nonce-0001", code=world.tokens["rahmah"]).status_code == 429
    places.give_back(f"device:{world.device}")
    assert desk.scan("nonce-0001", code=world.tokens["rahmah"]).status_code == 200
