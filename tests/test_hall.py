"""A hall full of phones that ask without end, send halves and read nothing: the desks go on.

Each attack is held open, over real sockets, while desks record; how fast they are meanwhile tells tests/bench/hall.py.
"""

import itertools
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest

from rtapp import clock
from rtapp.accounts.devices_store import add_device, issue_bearer
from rtapp.accounts.pins_store import checked_pin, set_pin
from rtapp.accounts.roles import Role
from rtapp.accounts.store import add_user
from rtapp.db import begin_write, db

from .actors import opened
from .served import PATIENCE, Served, Visitor, until

pytestmark = pytest.mark.slow

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
JSON = "Content-Type: application/json\r\n"
UPLOAD = "Content-Type: multipart/form-data; boundary=uji\r\n"
PASSWORD, PIN = "empat kata yang aman", "482915"
Connect = Callable[..., socket.socket]


class Hall(Served):
    """The demo, served, its files limited as on most laptops; a device's token, cookies of a desk and an admin."""

    def __init__(self, instance: Path) -> None:
        resource = pytest.importorskip("resource")
        self.token, self.other_token = tokens(instance)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
        try:
            super().__init__(instance, ("demo",))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.people = iter([id_ for (id_,) in self.rows("SELECT id FROM participant WHERE wave_id = 1 ORDER BY id")])
        admin, desk = self.links[-2:]
        self.admin, self.desk = self.signed_in(admin), self.signed_in(desk)

    def signed_in(self, link: str) -> str:
        """Use up a link and return the cookies of the browser that did."""
        with closing(Visitor(self.port)) as browser:
            browser.use(link)
            return browser.cookie

    def records(self, number: int = 5) -> None:
        """Assert that people are welcomed, each within a moment."""
        with closing(Visitor(self.port, self.token)) as program:
            for _ in range(number):
                person, begun = next(self.people), time.monotonic()
                assert program.scan(f"di-tengah-{person}", source="search", participant=person) == 200
                assert program.json["verdict"] == "WELCOME" and time.monotonic() - begun < PATIENCE


def tokens(instance: Path) -> list[str]:
    """Add two devices, and a coordinator with a password and a PIN; return the devices' tokens."""
    now = clock.utcnow()
    with opened(instance) as app, app.app_context():
        session, made = begin_write(db.session), []
        for label in ("Meja uji", "Meja lain"):
            device = add_device(session, "uji", label, Role.CLERK, [1], expires_at=now + timedelta(days=1), now=now)
            made.append(issue_bearer(session, device))
        user = add_user(session, "uji", "Panitia Contoh", Role.SUPERVISOR, PASSWORD, now=now)
        set_pin(session, "uji", user, checked_pin(PIN), now=now)
        session.commit()
    return made


@pytest.fixture(scope="module")
def hall(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    server = Hall(Path(shutil.copytree(demo_file, tmp_path_factory.mktemp("hall") / "instance")))
    yield server
    server.stop()
    assert server.process.returncode == 0 and "Traceback" not in server.log


@pytest.fixture
def connect(hall: Hall) -> Iterator[Connect]:
    """Open a connection, say something and keep it open; one may hear very little of the answer."""
    with roomy(), ExitStack() as opened:
        yield connections(hall.port, opened)


@contextmanager
def roomy() -> Iterator[None]:
    """Let this process open as many connections as a hall does."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= before[1] < 4096:
        pytest.skip("this machine lets nobody open as many connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def connections(port: int, opened: ExitStack) -> Connect:
    """Return what opens a connection that says something and is closed with ``opened``."""

    def make(said: str = "", hears: int = 0) -> socket.socket:
        line = opened.enter_context(socket.socket())
        if hears:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, hears)
        line.settimeout(PATIENCE)
        line.connect(("127.0.0.1", port))
        line.sendall(said.encode())
        return line

    return make


def ask(path: str, cookie: str = "", more: str = "") -> str:
    signed = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{signed}{more}\r\n"


def half(path: str, kind: str = FORM, *, cookie: str = "", bearer: str = "", length: int = 4000) -> str:
    """Return a request whose body breaks off after its first letters."""
    signed = f"Cookie: {cookie}\r\n" if cookie else f"Authorization: Bearer {bearer}\r\n" if bearer else ""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{signed}{kind}Content-Length: {length}\r\n\r\n"
    return head + "name=Conto"


def status(line: socket.socket) -> int:
    """Return the status of the answer on a line, read whole; 0 when the line ended without one."""
    said = b""
    while arrived := line.recv(65536):
        said += arrived
        length = re.search(rb"content-length: (\d+)", said, re.IGNORECASE)
        if length and len(said) >= said.find(b"\r\n\r\n") + 4 + int(length[1]):
            break
    return int(said[9:12] or 0)


def decoder(hall: Hall) -> str:
    """Return the address of the decoder as a desk's page names it."""
    with closing(Visitor(hall.port)) as browser:
        assert browser.ask("GET", "/desk/1", Cookie=hall.desk) == 200
        return re.search(r'data-wasm="([^"]+)"', browser.text)[1]


def test_files_come_from_the_server_itself_with_their_types_and_for_ever(hall):
    kinds = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml"}
    with closing(Visitor(hall.port)) as browser:
        browser.ask("GET", "/desk/1", Cookie=hall.desk)
        addresses = set(re.findall(r'"(/static/[^"#]+)', browser.text))
        assert len(addresses) > 10 and all(re.match(r"/static/[0-9a-f]{12}/", each) for each in addresses)
        for address in addresses:
            browser.line.request("GET", address)
            answer = browser.line.getresponse()
            assert answer.status == 200 and answer.read()
            assert answer.headers["Cache-Control"] == "max-age=31536000, public, immutable"
            assert answer.headers.get_content_type() == kinds[Path(address).suffix]
            assert "X-Request-ID" not in answer.headers, "one of our threads answered"
        unversioned = re.sub("[0-9a-f]{12}/", "", next(each for each in addresses if each.endswith("/desk.js")))
        assert browser.ask("GET", unversioned) == 200 and browser.response.headers["Cache-Control"] == "no-cache"
        for path in (f"{Path(address).parents[1]}/../../app.py", "/static/none.js", "/static/0123456789ab/none.js"):
            browser.ask("GET", path)
            assert browser.response.status in (307, 404), path
        assert browser.ask("GET", "/sw.js") == 200 and browser.response.headers.get_content_type() == "text/javascript"
        assert "no-cache" in browser.response.headers["Cache-Control"]


def test_downloads_that_nobody_reads_stop_no_desk(hall, connect):
    address = decoder(hall)
    for _ in range(180):
        connect(ask(address), hears=4096)
    for number in range(170):
        connect(ask(re.sub("/[0-9a-f]{12}/", "/", address)) if number % 2 else ask("/licences"), hears=4096)
    hall.records()


def test_no_page_that_strangers_can_open_is_longer_than_a_socket_takes(hall):
    with closing(Visitor(hall.port)) as stranger:
        for path in ("/sign-in", "/licences", "/setup-device", "/sw.js", "/healthz", "/K/ABCDEFGHIJKLMNOP", "/none"):
            stranger.ask("GET", path)
            assert len(stranger.text.encode()) < 64 * 1024, path


def test_one_phones_halves_of_forms_bar_nobody_else_and_are_let_go_of(hall, connect):
    lines = [connect(half("/sign-in")) for _ in range(24)]
    hall.records()
    with closing(Visitor(hall.port)) as other:
        other.line.source_address = ("127.0.0.2", 0)
        assert other.fill_in("/sign-in", name="Panitia Contoh", password="bukan kata sandi ini") == 422
    answers = sorted(status(line) for line in lines)
    assert set(answers) == {408, 429} and answers.count(408) <= 6
    with closing(Visitor(hall.port)) as same:
        assert same.fill_in("/sign-in", name="Panitia Contoh", password="bukan kata sandi ini") == 422


@pytest.mark.parametrize(
    "said",
    [
        lambda hall: half("/desk/1/scans", cookie=hall.desk),
        lambda hall: half("/roster-imports/new", UPLOAD, cookie=hall.admin, length=9_000_000),
        lambda hall: half("/api/v1/scans", JSON, bearer=hall.other_token),
        lambda hall: half("/desk/1/scans"),
        lambda hall: half("/sign-in"),
        lambda hall: half("/sign-in", cookie=hall.desk),
        lambda hall: half("/language", JSON),
        lambda hall: half("/nothing-here"),
        lambda hall: half("/links/none"),
    ],
    ids=[
        "desk",
        "admin-upload",
        "program",
        "stranger",
        "at-the-door",
        "signed-in-at-the-door",
        "language",
        "nothing",
        "link",
    ],
)
def test_three_hundred_halves_of_one_sender_stop_no_desk(hall, connect, said):
    for _ in range(300):
        connect(said(hall))
    hall.records()


def test_silent_phones_and_endless_heads_stop_no_desk_whatever_the_usual_limit_of_files(hall, connect):
    for number in range(1500):
        connect() if number % 3 else connect("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x" * 1000)
    for _ in range(50):
        connect("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x" * 100_000)
    hall.records()


def test_streams_and_pages_that_are_opened_and_never_read_stop_no_desk(hall, connect):
    fragment = "HX-Request: true\r\n"
    for number in range(200):
        path = ("/waves/1/counts/stream", "/checkpoints/1/count/stream", "/participants", "/counts/all")[number % 4]
        connect(ask(path, hall.admin, fragment if "stream" in path else ""), hears=4096)
    hall.records(10)


def test_a_body_that_comes_slowly_but_in_time_is_taken(hall, connect):
    body = b"name=Panitia+Contoh&password=salah"
    line = connect(half("/language", length=10 + len(body)))
    for at in range(len(body)):
        line.sendall(body[at : at + 1])
        time.sleep(0.05)
    assert status(line) == 400  # all of it was read: it lacks the page's own mark


def test_wrong_passwords_from_one_phone_keep_nobody_from_signing_in_or_deciding(hall):
    counted, phones = [], [Visitor(hall.port) for _ in range(24)]

    def guess(number: int, phone: Visitor) -> None:
        phone.ask("GET", "/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', phone.text)[1]
        with suppress(OSError, HTTPException):  # its line is cut in the end
            for turn in itertools.count():
                form = {"csrf_token": token, "name": f"nama {number} {turn}", "password": "bukan kata sandi"}
                counted.append(phone.ask("POST", "/sign-in", urlencode(form), **{"Content-Type": FORM.split()[1]}))

    lines = [threading.Thread(target=guess, args=each) for each in enumerate(phones)]
    for line in lines:
        line.start()
    until(lambda: len(counted) >= 3)  # the others wait: each is worked on for a moment, behind the desks
    hall.records()
    with closing(Visitor(hall.port)) as honest:
        honest.line.timeout = 3 * PATIENCE
        assert honest.fill_in("/sign-in", name="Panitia Contoh", password=PASSWORD) == 303
    with closing(Visitor(hall.port)) as desk:
        desk.cookies = dict(pair.split("=", 1) for pair in hall.desk.split("; "))
        guest = {"decide": "walk_in", "kind": "tamu", "name": "TAMU CONTOH"}
        for number in range(6):  # one more than wrong PINs are borne
            assert desk.fill_in("/desk/1/walk-in", pin=PIN, **guest | {"name": f"TAMU CONTOH {number}"}) == 303
    for phone, line in zip(phones, lines, strict=True):
        phone.line.sock.shutdown(socket.SHUT_RDWR)
        line.join()
        phone.close()
    assert set(counted) == {422}
