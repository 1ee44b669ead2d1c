"""Streams of a real server: within a second, never before scans, and right again after a restart."""

import http.client
import re
import secrets
import shutil
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rtapp import clock
from rtapp.db import begin_write, db
from rtapp.schema import Attendance, Participant

from .actors import opened
from .served import Served, Visitor, device_token

pytestmark = pytest.mark.slow

BOARD, COUNT = "/waves/1/counts/stream", "/checkpoints/1/count/stream"
WITHIN = 30  # seconds nothing here may take


class Desk:
    """What a program and a browser do, without either: scans by bearer, streams by the session of a desk."""

    def __init__(self, server: Served) -> None:
        self.server = server
        self.bearer = device_token(server.instance, "Program uji", database=server.database)
        with closing(Visitor(server.port)) as browser:
            browser.use(server.links[-1])
            self.cookie = browser.cookie
        self.people = list(range(1, 200))
        self.viewers: list[Viewer] = []

    def scan(self) -> None:
        """Record somebody who has not come yet."""
        with closing(Visitor(self.server.port, self.bearer)) as program:
            assert program.scan(secrets.token_hex(8), source="search", participant=self.people.pop()) == 200
            assert program.json["verdict"] == "WELCOME"

    def watch(self, path: str = BOARD, **headers: str) -> "Viewer":
        viewer = Viewer(self.server.port, path, {"Cookie": self.cookie, "HX-Request": "true", **headers})
        self.viewers.append(viewer)
        return viewer

    def leave(self) -> None:
        """Close everything that is still open."""
        for viewer in self.viewers:
            viewer.vanish()
        self.server.stop()


class Viewer:
    """One open stream."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
        self.line.request("GET", path, headers=headers)
        self.socket = self.line.sock
        self.response = self.line.getresponse()
        assert (self.response.status, self.response.headers.get_content_type()) == (200, "text/event-stream")

    def event(self) -> str:
        """Return the next event, "" at the end of the stream."""
        lines = []
        while (line := self.response.readline().decode()) not in ("\n", ""):
            lines.append(line)
        return "".join(lines)

    def present(self) -> int:
        """Return the number present that the next event shows."""
        return int(re.search(r"<strong>(\d+)</strong>", self.event())[1])

    def reaches(self, number: int) -> int:
        """Return the number present of the first event that shows so many: one of the moment before may come first."""
        while (present := self.present()) < number:
            pass
        return present

    def vanish(self) -> None:
        """Go away as a browser does that is killed: without a word of HTTP."""
        if self.socket.fileno() != -1:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.response.close()
        self.line.close()
        self.socket.close()


@pytest.fixture
def serve(demo_file: Path, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Serve the demo with ``settings`` in its instance's config.py."""
    desks: list[Desk] = []

    def start(settings: str = "") -> Desk:
        instance = tmp_path / "instance"
        shutil.copytree(demo_file, instance)
        (instance / "config.py").write_text(settings)
        desks.append(Desk(Served(instance, ("demo",))))
        return desks[-1]

    yield start
    for desk in desks:
        desk.leave()


def mark_directly(instance: Path, people: int) -> None:
    """Let people come as another process records them: past the server, into its database."""
    with opened(instance) as app, app.app_context():
        begin_write(db.session)
        for person in db.session.query(Participant).filter_by(wave_id=1).order_by(Participant.id.desc()).limit(people):
            row = Attendance(checkpoint_id=1, participant_id=person.id, number=900 + person.id, at=clock.utcnow())
            db.session.add(row)
        db.session.commit()


def test_a_scan_is_on_every_stream_and_streams_never_delay_scans(serve):
    desk = serve()
    viewers = [desk.watch(BOARD if number % 2 else COUNT) for number in range(100)]
    assert {viewer.present() for viewer in viewers} == {0}
    for number in range(1, 6):
        time.sleep(0.5)
        desk.scan()
        for viewer in viewers:
            assert viewer.present() == number
    polled = desk.watch()
    assert "retry: 3500\n" in polled.event() and polled.event() == ""


def test_what_another_process_records_is_on_the_board(serve):
    desk = serve()
    viewer = desk.watch()
    assert viewer.present() == 0
    time.sleep(0.5)
    mark_directly(desk.server.instance, 7)
    assert viewer.present() == 7


def test_without_a_free_place_a_page_polls_and_takes_the_place_of_one_who_vanished(serve):
    desk = serve("STREAM_LIMIT = 3")
    holders = [desk.watch() for _ in range(3)]
    for holder in holders:
        holder.event()
    assert "retry: 3500\n" in desk.watch().event()
    desk.scan()
    for holder in holders:
        holder.vanish()
    deadline = time.monotonic() + WITHIN
    while "retry: 250\n" not in desk.watch().event():
        assert time.monotonic() < deadline, "no place came back"
        desk.scan()  # what is written to a line is how the server learns that it is dead
        time.sleep(0.3)


def test_a_server_killed_and_started_again_shows_what_was_recorded_meanwhile(serve):
    desk = serve()
    before = desk.watch()
    assert before.present() == 0
    desk.server.kill()
    mark_directly(desk.server.instance, 5)
    desk.server.start()
    after = desk.watch(**{"Last-Event-ID": "0123456789abcdef"})
    assert after.present() == 5
    desk.scan()
    assert after.present() == 6
