"""Serving: one instance, one server; the addresses it answers at; the end of orphans."""

import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .refusals import Refused


def hold_instance(instance: Path) -> FileLock:
    """Return the held lock of the instance; refused while another server holds it."""
    lock = FileLock(instance / "serve.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refused(
            "already_served",
            "Peladen lain sudah berjalan untuk %(folder)s. Hentikan dahulu.",
            folder=instance,
        ) from None
    return lock


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse when something listens at the port already: the server itself would share it without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # a port in TIME_WAIT is free; on Windows this option would mean sharing
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                "port_taken",
                "Port %(port)s di %(host)s tidak dapat dipakai (%(why)s). Hentikan program itu atau pilih --port lain.",
                host=host,
                port=port,
                why=error.strerror or str(error),
            ) from None


def lan_addresses() -> list[str]:
    """Return this machine's IPv4 addresses on local networks, the one of the default route first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("10.255.255.255", 1))  # sends nothing; asks the system which address it would use
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [address for address in dict.fromkeys(found) if not ipaddress.ip_address(address).is_loopback]


def addresses(host: str, port: int) -> list[str]:
    """Return every address a browser can reach the server at, this machine's own first."""
    everywhere = host in ("0.0.0.0", "::")
    hosts = ["localhost", *lan_addresses()] if everywhere else [f"[{host}]" if ":" in host else host]
    return [f"http://{name}:{port}" for name in hosts]


def end_with_parent() -> None:
    """End this worker process when the one that started it is gone: its port must not outlive it."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def server(target: str, host: str, port: int, threads: int, *, factory: bool = False) -> Any:
    """Return the production server for ``target`` ("module:name"), ready to ``serve()``."""
    from granian import Granian
    from granian.constants import Interfaces

    return Granian(
        target,
        factory=factory,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        backlog=1024,
        websockets=False,
        log_access=False,
        log_level="warning",
        workers_kill_timeout=10,
    )


def when_asked_to_stop(do: Callable[[], None]) -> None:
    """Call ``do`` once a signal to stop arrives, beside what the server does: a stream ends only when told."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def wait() -> None:
        reader.recv(1)
        do()
        writer.close()  # and keeps it open until then

    threading.Thread(target=wait, name="stop-watch", daemon=True).start()


def run(host: str, port: int, threads: int, instance: Path) -> None:
    """Serve ``instance`` until interrupted; the application is made inside the worker process."""
    os.environ["RTAPP_SERVED"] = "1"
    os.environ["RTAPP_INSTANCE"] = str(instance)
    server("rtapp.factory:served_app", host, port, threads, factory=True).serve()
