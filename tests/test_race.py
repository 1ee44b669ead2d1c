"""The door at its worst: many desks, the same people, and a hall full of open, silent and stalled connections."""

import secrets
import selectors
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from .served import PATIENCE, Served, Visitor, device_token, rows
from .test_hall import Connect, connections, half

pytestmark = pytest.mark.slow

CLIENTS, TOGETHER, CODES = 32, 4, 200
STREAMS, SILENT, STALLED = 100, 300, 20
WAVE_ONE = """
SELECT badge.token FROM badge JOIN participant ON participant.id = badge.participant_id
WHERE participant.wave_id = 1 ORDER BY badge.id LIMIT ?
"""


@pytest.fixture
def hall(demo_file: Path, tmp_path: Path) -> Iterator[tuple[Served, list[str], list[str]]]:
    """The demo, served, with the tokens of four devices and the codes of 200 people.

    This process may open as many files as 32 desks and a hall need; the server starts with the few of a Mac.
    """
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    instance = Path(shutil.copytree(demo_file, tmp_path / "instance"))
    tokens = [device_token(instance, f"Meja uji {number}") for number in range(4)]
    codes = [code for (code,) in rows(instance, WAVE_ONE, CODES)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    server = Served(instance, ("demo",))
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024 if hard < 0 else min(1024, hard), hard))
    yield server, tokens, codes
    server.stop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def connect(hall: tuple[Served, list[str], list[str]]) -> Iterator[Connect]:
    """Open a connection, say something and keep it open."""
    with ExitStack() as opened:
        yield connections(hall[0].port, opened)


class Audience(threading.Thread):
    """The viewers of open streams: reads what comes and remembers the last of it, line by line."""

    def __init__(self, server: Served, connect: Connect, number: int) -> None:
        super().__init__(name="audience", daemon=True)
        self.server, self.ends = server, threading.Event()
        with closing(Visitor(server.port)) as desk:
            desk.use(server.links[-1])
            cookies = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
        ask = f"GET /checkpoints/1/count/stream HTTP/1.1\r\nHost: x\r\nHX-Request: true\r\nCookie: {cookies}\r\n\r\n"
        self.lines, self.read = [], {}
        for _ in range(number):  # one after another: of one session no more than forty requests are under way at once
            line = connect(ask)
            self.lines.append(line)
            self.read[line] = line.recv(65536)

    def run(self) -> None:
        with selectors.DefaultSelector() as ready:
            for line in self.lines:
                ready.register(line, selectors.EVENT_READ)
            while not self.ends.is_set():
                for key, _ in ready.select(0.2):
                    arrived = key.fileobj.recv(65536)
                    self.read[key.fileobj] = (self.read[key.fileobj] + arrived)[-4000:]
                    if not arrived:
                        ready.unregister(key.fileobj)

    def shows(self, number: int) -> int:
        """Return how many of the streams have shown this number present last."""
        return sum(text.rpartition(b"<strong>")[2].startswith(b"%d<" % number) for text in self.read.values())


class Client(threading.Thread):
    """One desk: sends its codes in step with the other desks of its group and keeps every answer."""

    def __init__(self, server: Served, token: str, codes: list[str], step: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.visitor, self.codes, self.step = Visitor(server.port, token), codes, step
        self.answers: list[tuple[str, str, int, dict]] = []
        self.replayed: list[tuple[int, str | None, dict]] = []
        self.failed: list[Exception] = []

    def run(self) -> None:
        try:
            for code in self.codes:
                nonce = secrets.token_urlsafe(16)
                self.step.wait(PATIENCE)
                status = self.visitor.scan(nonce, code=code)
                self.answers.append((nonce, code, status, self.visitor.json))
            for nonce, code, _, _ in self.answers:
                status = self.visitor.scan(nonce, code=code)
                self.replayed.append((status, self.visitor.response.headers["Idempotent-Replay"], self.visitor.json))
        except Exception as error:
            self.failed.append(error)
        finally:
            self.visitor.close()


def race(server: Served, tokens: list[str], codes: list[str]) -> list[Client]:
    """Let eight groups of four desks send 25 codes each, the desks of a group the same code at once."""
    clients = []
    groups = CLIENTS // TOGETHER
    for group in range(groups):
        step = threading.Barrier(TOGETHER)
        clients += [Client(server, token, codes[group::groups], step) for token in tokens]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return clients


def test_everybody_is_welcomed_once_whatever_else_the_hall_does(hall, connect):
    server, tokens, codes = hall
    audience = Audience(server, connect, STREAMS)
    audience.start()
    for _ in range(SILENT):
        connect()
    for number in range(STALLED):
        connect(half("/sign-in") if number % 2 else half("/api/v1/scans", bearer=tokens[0]))

    clients = race(server, tokens, codes)

    assert [client.failed for client in clients] == [[]] * CLIENTS
    answers = [answer for client in clients for answer in client.answers]
    assert len(answers) == CODES * TOGETHER and {status for _, _, status, _ in answers} == {200}
    verdicts = {code: Counter(answer["verdict"] for _, each, _, answer in answers if each == code) for code in codes}
    assert set(map(str, verdicts.values())) == {str(Counter({"ALREADY": TOGETHER - 1, "WELCOME": 1}))}
    numbers = sorted(answer["number"] for _, _, _, answer in answers if answer["verdict"] == "WELCOME")
    assert numbers == list(range(1, CODES + 1))
    for client in clients:
        assert client.replayed == [(200, "true", answer) for _, _, _, answer in client.answers]

    assert server.rows("SELECT count(*) FROM attendance WHERE checkpoint_id = 1") == [(CODES,)]
    assert server.rows("SELECT count(*), count(DISTINCT nonce) FROM scan") == [(CODES * TOGETHER, CODES * TOGETHER)]
    with closing(Visitor(server.port, tokens[0])) as program:
        until = time.monotonic() + PATIENCE
        while audience.shows(CODES) < STREAMS:
            assert time.monotonic() < until, f"{audience.shows(CODES)} of {STREAMS} streams show them all"
            assert program.ask("GET", "/api/v1/checkpoints/1/counts") == 200 and program.json["hadir"] == CODES
    audience.ends.set()
    audience.join()
