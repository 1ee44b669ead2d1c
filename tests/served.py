"""A real server process on a real instance, for journeys, races and benches: started, killed, started again."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
LOOK_SECONDS = 0.05  # how often it is looked whether a server answers
PATIENCE = 20  # seconds after which a client gives up


def free_port() -> int:
    """Return a port of the loopback address that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds: Callable[[], bool], seconds: float = 2 * PATIENCE) -> None:
    """Wait for something that is to come to pass; it is a failure where it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(LOOK_SECONDS)


def command(
    *words: str, instance: Path, stdin: str | None = None, database: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run ``app.py`` with these words on ``instance``, or the database at an address, and return what it said."""
    return subprocess.run(
        [sys.executable, "app.py", *words],
        cwd=ROOT,
        env=environment(instance, database),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def environment(instance: Path, database: str = "") -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    kept |= {"DATABASE_URL": database} if database else {}
    return kept | {"RTAPP_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def rows(instance: Path, sql: str, *values: object) -> list[tuple]:
    """Run one statement on an instance's database behind its server's back, and return its rows."""
    with closing(sqlite3.connect(instance / "rtapp.db", timeout=30)) as database, database:
        return database.execute(sql, values).fetchall()


class Served:
    """``app.py`` serving one instance on loopback; ``links`` are the one-time links it printed."""

    def __init__(
        self, instance: Path, words: tuple[str, ...] = (), port: int | None = None, database: str = ""
    ) -> None:
        self.instance, self.database = instance, database
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # HTTPS is a second process, which most tests do not ask.
        self._words = words if "--tls" in words else (*words, "--no-tls")
        self._log = instance.parent / f"{instance.name}-{self.port}.log"
        self.start()

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", *self._words, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env=environment(self.instance, self.database),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the server did not start:\n{self.log}")
            time.sleep(LOOK_SECONDS)

    def answers(self) -> bool:
        """Say whether the server is up and its database answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Run one statement on the database behind the server's back, and return its rows."""
        return rows(self.instance, sql, *values)

    @property
    def workers(self) -> list[int]:
        """The processes that this one has started, and those that these have, as Linux knows them."""
        parents = dict(_living())
        found = [self.process.pid]
        for parent in found:  # grows while it is read
            found += [pid for pid, started_by in parents.items() if started_by == parent]
        return found[1:]

    @property
    def log(self) -> str:
        """What the process has printed so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def links(self) -> list[str]:
        """The newest one-time links, reachable through loopback."""
        paths = re.findall(r"https?://[^/\s]+(/links/\S+)", self.log)
        return [self.url + path for path in paths]

    def stop(self) -> None:
        """End the server as Ctrl-C does."""
        self.end(signal.SIGINT)

    def kill(self) -> None:
        """End the server as a power cut does, its workers too: one that goes on would tidy up the database it knew."""
        workers = self.workers
        for pid in (self.process.pid, *workers):  # at once: a power cut leaves nobody a moment alone
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.end(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while (self.answers() or any(map(is_alive, workers))) and time.monotonic() < deadline:
            time.sleep(0.05)

    def end(self, how: signal.Signals) -> None:
        """Send the process a signal and wait until it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(15)


def _living() -> Iterator[tuple[int, int]]:
    """Yield every running process of this machine and the one that started it."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *_rest = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if state != "Z":
            yield int(entry.parent.name), int(parent)


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended, its last thread too, and is not yet buried does not."""
    process = Path(f"/proc/{pid}")
    try:
        ended = (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return not ended or len(list((process / "task").iterdir())) > 1
    except OSError:
        return False


class Visitor:
    """A client on one keep-alive connection: a browser with its cookies, or a program that shows ``bearer``."""

    def __init__(self, port: int, bearer: str = "") -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        self.cookies: dict[str, str] = {}
        self.response: http.client.HTTPResponse
        self.text = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> int:
        """Send one request and return its status; the answer stands in ``response`` and ``text``."""
        if self.cookies:
            headers["Cookie"] = self.cookie
        self.line.request(method, path, body, self.headers | headers)
        self.response = self.line.getresponse()
        self.text = self.response.read().decode()
        for cookie in self.response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        return self.response.status

    @property
    def cookie(self) -> str:
        """The cookies of this browser, as it sends them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def scan(self, nonce: str, **attempt: Any) -> int:
        """Record one scan at checkpoint 1 as a program does."""
        body = {"nonce": nonce, "checkpoint": 1, "source": "wedge", **attempt}
        return self.ask("POST", "/api/v1/scans", json.dumps(body), **{"Content-Type": "application/json"})

    def fill_in(self, path: str, **fields: str) -> int:
        """Open a page and send the form on it."""
        self.ask("GET", path)
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        assert token, self.text
        body = urlencode({"csrf_token": token[1], **fields})
        return self.ask("POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"})

    def use(self, link: str) -> None:
        """Use up a one-time link."""
        assert self.fill_in(urlsplit(link).path) == 303

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    def close(self) -> None:
        self.line.close()


def device_token(instance: Path, label: str, *checkpoints: int, database: str = "") -> str:
    """Add a device and return its bearer token."""
    points = [word for each in checkpoints or (1,) for word in ("--checkpoint", str(each))]
    said = command("device", "add", label, *points, instance=instance, database=database)
    assert said.returncode == 0, said.stderr
    return said.stdout.split()[-1]
