"""The board, the desk's count and their streams, through the web and as somebody."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from rtapp import clock
from rtapp.accounts import store as accounts
from rtapp.accounts.devices_store import find_device, revoke_device
from rtapp.accounts.roles import Role
from rtapp.db import db
from rtapp.schema import Checkpoint, Invitation
from rtapp.web.services import services_of

from .reading import words
from .world import World, at

HTMX = {"HX-Request": "true"}


def board_of(world: World, wave: int = 0) -> str:
    return f"/waves/{world.waves[wave]}/counts"


def test_the_board_says_who_is_present_of_how_many_and_where(client_of, world, come):
    come("rahmah", "syahrani", "ruslan", "guest")
    text = words(client_of("clerk").get(board_of(world)))
    assert "2 hadir dari 7 di daftar 28,6%" in text
    assert "belum hadir 5" in text and "dari gelombang lain 1" in text and "tamu dan panitia 1" in text
    assert "Murung Pudak 1 dari 5 20,0% Belimbing Raya 1 dari 2 50,0% Mabu'un 0 dari 3 0,0%" in text
    assert "Muara Uya 1 dari 2 50,0%" in text
    assert "07.52 Hj. RAHMAH RT 002 · Belimbing Raya Meja 1" in text
    assert "Tamu Contoh Tamu Meja 1" in text


def test_the_board_says_where_the_number_of_invited_is_from(change, client_of, world):
    assert "sama dengan daftar peserta" in client_of("viewer").get(board_of(world)).text
    change(lambda session: session.execute(delete(Invitation).where(Invitation.wave_id == world.waves[0])))
    assert "Jumlah undangan belum diisi" in client_of("viewer").get(board_of(world)).text


def test_a_viewer_sees_counts_and_never_a_name(client_of, world, come, follow):
    come("rahmah", "guest")
    viewer = client_of("viewer")
    seen = [viewer.get(url).text for url in (board_of(world), "/counts/all", f"/waves/{world.waves[0]}/screen")]
    seen.append(next(follow(client_of("viewer"), f"{board_of(world)}/stream")))
    assert not any("RAHMAH" in text or "Tamu Contoh" in text for text in seen)
    assert "Hj. RAHMAH" in client_of("clerk").get(board_of(world)).text


def test_an_empty_board_says_what_will_happen(client_of, world):
    text = words(client_of("clerk").get(board_of(world)))
    assert "0 hadir dari 7 di daftar 0,0%" in text
    assert "Belum ada yang datang." in text


def test_a_wave_without_registration_says_what_to_do(change, client_of, world):
    with change as session:
        session.get(Checkpoint, world.registration).kind = "kit"
    response = client_of("viewer").get(board_of(world))
    assert response.status_code == 200
    assert "Belum ada titik registrasi" in response.text


def test_the_fragment_is_the_board_alone_and_known_again(client_of, world, come):
    client = client_of("viewer")
    first = client.get(board_of(world), headers=HTMX)
    assert first.text.strip().startswith('<div id="board">')
    again = client.get(board_of(world), headers={**HTMX, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    come("rahmah")
    assert client.get(board_of(world), headers={**HTMX, "If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_person_opens_the_counts_of_today(client_of, world):
    with time_machine.travel(at(7, day=clock.local(at(12), "Asia/Makassar").date().replace(day=15)), tick=False):
        assert client_of("viewer").get("/counts").location == board_of(world, 1)
    with time_machine.travel(at(7), tick=False):
        assert client_of("viewer").get("/counts").location == board_of(world, 0)


def test_counts_without_any_wave_lead_to_the_settings(change, client_of, world):
    client = client_of("admin")
    with change as session:
        for table in reversed(db.metadata.sorted_tables):
            if table.name != "user_account":
                session.execute(table.delete())
    response = client.get("/counts")
    assert response.status_code == 200
    assert "Belum ada gelombang" in response.text and "Ke Pengaturan" in response.text


def test_a_device_sees_only_waves_and_checkpoints_it_was_given(client_of, world):
    client = client_of("device")
    for address in (board_of(world, 1), f"{board_of(world, 1)}/stream", stream_of(world.registration_two)):
        assert client.get(address).status_code == 403
    assert board_of(world, 1) not in client.get(board_of(world)).text


@pytest.mark.parametrize("address", ["/waves/999/counts", "/waves/999/counts/stream", "/checkpoints/999/count/stream"])
def test_what_does_not_exist_is_not_found(client_of, address):
    assert client_of("viewer").get(address).status_code == 404


def stream_of(checkpoint: int) -> str:
    return f"/checkpoints/{checkpoint}/count/stream"


@pytest.fixture
def follow(app: Flask) -> Iterator:
    """Open a stream and return its events as they come; the places are given back at the end."""
    opened: list[TestResponse] = []

    def make(client: FlaskClient, address: str, **headers: str) -> Iterator[str]:
        response = client.get(address, headers={**HTMX, **headers}, buffered=False)
        assert (response.status_code, response.mimetype) == (200, "text/event-stream")
        opened.append(response)
        return (chunk.decode() for chunk in response.response)

    yield make
    for response in opened:
        response.close()
    assert services_of(app).live.streams.taken == 0


@pytest.mark.parametrize(
    ("role", "address", "before", "after"),
    [
        ("clerk", lambda world: f"{board_of(world)}/stream", "<strong>0</strong>", ("Hj. RAHMAH",)),
        ("device", lambda world: stream_of(world.registration), '<section id="count"', ("hadir dari 7", "14,3%")),
    ],
    ids=["board", "desk"],
)
def test_a_scan_moves_what_a_role_watches(client_of, world, come, follow, role, address, before, after):
    events = follow(client_of(role), address(world))
    assert before in next(events)
    come("rahmah")
    event = next(events)
    assert all(told in event for told in ("<strong>1</strong>", *after))


def test_a_scan_at_another_checkpoint_leaves_this_count_alone(client_of, world, come, follow):
    events = follow(client_of("device"), stream_of(world.session_one))
    next(events)
    come("rahmah")
    come("rahmah", checkpoint=world.session_one)
    assert "<strong>1</strong>" in next(events)


def test_first_view_and_stream_show_the_same(client_of, world, follow):
    client = client_of("viewer")
    fragment = client.get(board_of(world), headers=HTMX).text
    event = next(follow(client, f"{board_of(world)}/stream"))
    data = [line.removeprefix("data: ") for line in event.splitlines() if line.startswith("data: ")]
    assert data == fragment.splitlines()


def test_each_viewer_is_told_in_their_language(client_of, world, follow):
    english = client_of("viewer")
    english.post("/language", data={"language": "en"})
    shares = [
        re.search(r"\d+[.,]\d%", next(follow(client, stream_of(world.registration))))[0]
        for client in (client_of("viewer"), english)
    ]
    assert shares == ["0,0%", "0.0%"]


def test_a_stream_is_kept_by_nobody_on_its_way(client_of, world):
    response = client_of("viewer").get(stream_of(world.registration), buffered=False)
    assert response.headers["Cache-Control"] == "no-store"
    response.close()


def test_a_viewer_without_a_place_is_answered_and_asks_again(app, client_of, world, come, follow):
    client, address = client_of("viewer"), f"{board_of(world)}/stream"
    services_of(app).live.streams._limit = 1
    held = follow(client, address)
    next(held)
    [event] = follow(client, address)
    assert "retry: 3500\n" in event and '<div id="board">' in event
    tag = re.search(r"^id: (\w+)$", event, re.M)[1]
    [unchanged] = follow(client, address, **{"Last-Event-ID": tag})
    assert unchanged.startswith("event: unchanged\n")
    come("rahmah")
    next(held)
    [changed] = follow(client, address, **{"Last-Event-ID": tag})
    assert "<strong>1</strong>" in changed


def test_streams_hold_no_connection_to_the_database(app, client_of, world, follow):
    """Twice as many as the pool has: were each to hold one, the last would wait for half a minute."""
    client = client_of("viewer")
    events = [follow(client, stream_of(world.registration)) for _ in range(10)]
    assert all(next(stream) for stream in events)
    with app.app_context():
        assert db.engine.pool.checkedout() == 0


@pytest.mark.parametrize("ended", ["revoked", "narrowed", "another role"])
def test_whoever_may_no_longer_see_it_hears_no_more(change, client_of, world, come, follow, monkeypatch, ended):
    monkeypatch.setattr("rtapp.live.stream.CHECK_SECONDS", 0)
    board, count = ("viewer", f"{board_of(world)}/stream"), ("device", stream_of(world.registration))
    role, address = board if ended == "another role" else count
    events = follow(client_of(role), address)
    next(events)
    with change as session:
        device = find_device(session, world.device)
        if ended == "revoked":
            revoke_device(session, "Uji", device, now=clock.utcnow())
        elif ended == "narrowed":
            device.checkpoints = [point for point in device.checkpoints if point.id != world.registration]
        else:
            viewer = accounts.find_user(session, world.users["viewer"])
            accounts.change_role(session, "Uji", viewer, Role.CLERK, now=clock.utcnow())
    come("rahmah")
    assert list(events) == []


def api_of(checkpoint: int) -> str:
    return f"/api/v1/checkpoints/{checkpoint}/counts"


def numbers(code: str, name: str, *, hadir: int = 0, elsewhere: int = 0, belum: int = 0) -> dict[str, object]:
    absent = {"izin": 0, "sakit": 0, "dinas": 0, "tanpa_keterangan": 0}
    told = {"code": code, "name": name, "hadir": hadir, "diwakili": 0, "elsewhere": elsewhere, "absent": absent}
    return told | {"belum": belum, "roster": hadir + elsewhere + belum}


def test_programs_read_the_counts_of_a_checkpoint(client_of, world, come):
    come("rahmah", "ruslan", "guest")
    come("muis", checkpoint=world.registration_two)
    answer = client_of("program").get(api_of(world.registration))
    assert answer.json == {
        "checkpoint": world.registration, "wave": 1, "hadir": 1, "diwakili": 0, "belum": 5, "elsewhere": 1,
        "invited": 7, "invited_by": "invitation", "roster": 7, "percent": 14.3, "other_wave": 1, "guests": 1,
        "absent": {"izin": 0, "sakit": 0, "dinas": 0, "tanpa_keterangan": 0},
        "districts": [
            numbers("63.09.06", "Murung Pudak", hadir=1, belum=4),
            numbers("63.09.07", "Muara Uya", elsewhere=1, belum=1),
        ],
        "villages": [
            numbers("63.09.06.1001", "Belimbing Raya", hadir=1, belum=1) | {"district": "63.09.06"},
            numbers("63.09.06.1006", "Mabu'un", belum=3) | {"district": "63.09.06"},
            numbers("63.09.07.2004", "Uwie", elsewhere=1, belum=1) | {"district": "63.09.07"},
        ],
    }  # fmt: skip


def test_a_program_that_asks_again_hears_only_of_changes(client_of, world, come):
    client, known = client_of("program"), {}
    known["If-None-Match"] = client.get(api_of(world.registration)).headers["ETag"]
    assert client.get(api_of(world.registration), headers=known).status_code == 304
    come("rahmah")
    again = client.get(api_of(world.registration), headers=known)
    assert (again.status_code, again.json["hadir"]) == (200, 1)


def test_the_list_of_who_has_not_come_says_how_many_are_excused_as_the_board_does(app, client_of, world):
    """The board counts «belum» and «izin» apart; the list shows both, and says so."""
    village = f"/desk/{world.registration}/villages/63.09.07.2004"
    client_of("supervisor").post(village, data={f"absence-{world.people['muis']}": "izin"})
    page = client_of("admin").get(f"/waves/{world.waves[0]}/missing").text
    told = client_of("device").get(f"/api/v1/checkpoints/{world.registration}/counts").json
    states = re.search(r"<p[^>]*data-states>(.*?)</p>", page)[1]
    assert states == f"{told['belum']} belum hadir · {told['absent']['izin']} izin"
