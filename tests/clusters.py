"""A PostgreSQL server of a test's own, which may fall: made, started, crashed, started again, thrown away."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .served import free_port


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; without one, or nobody to run them as, the test is skipped."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("PostgreSQL is not installed; `apt-get install postgresql` lets this test run")
    if os.geteuid() == 0 and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    return found[-1].parent


class Cluster:
    """One server with its files in a folder; ``url`` is the address of an empty database there."""

    def __init__(self, folder: Path) -> None:
        self._bin, self._data, self._port = binaries(), folder / "cluster", free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._data, "postgres")
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=50"
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self._data / "log"), "-o", options, "start")

    def crash(self) -> None:
        """End every process of the server at once: what was committed must be recovered from its log."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def fall_and_rise(self) -> None:
        self.crash()
        self.start()

    def _run(self, program: str, *words: str) -> None:
        who = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
        called = [*who, str(self._bin / program), *words]
        subprocess.run(called, cwd="/", check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)


@contextmanager
def running() -> Iterator[Cluster]:
    """Yield a running server, its files in a folder of its own that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="rtapp-cluster-") as folder:
        Path(folder).chmod(0o711)  # it may run as somebody else, who must be able to pass
        cluster = Cluster(Path(folder))
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.crash()
