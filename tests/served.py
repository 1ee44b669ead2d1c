"""A real server process on a real instance, for journeys, races and benches: started, killed, started again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


def free_port() -> int:
    """Return a port of the loopback address that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*words: str, instance: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``app.py`` with these words on ``instance`` and return what it said."""
    return subprocess.run(
        [sys.executable, "app.py", *words],
        cwd=ROOT,
        env=environment(instance),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def environment(instance: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return kept | {"RTAPP_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


class Served:
    """``app.py`` serving one instance on loopback; ``links`` are the one-time links it printed."""

    def __init__(self, instance: Path, words: tuple[str, ...] = (), port: int | None = None) -> None:
        self.instance = instance
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._words = words
        self._log = instance.parent / f"{instance.name}-{self.port}.log"
        self.start()

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", *self._words, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env=environment(self.instance),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{self.log}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Say whether the server is up and its database answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

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
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End the server as a power cut does, and wait until its worker has gone too."""
        self._end(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.answers() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _end(self, how: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(15)
