"""Serving: one instance, one server; the end of orphans."""

import errno
import gc
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .. import clock, config
from ..refusals import Refused
from ..web import assets
from ..web.network import lan_addresses
from . import tls, worker

STOP_SECONDS = 3  # what is under way may end by then; a body that never arrives would hold us for ever
MOST_LINES, LEAST_LINES = 16_000, 128  # connections of a process at once
OWN_FILES = 256  # what it opens beside them: the database, logs, static files that travel
LONGEST_HEAD = 128 * 1024  # bytes of the lines before a body; a phone sends less than one thousand
LOOK_SECONDS = 5  # how often HTTPS is looked after: its process, the addresses its certificate is for


@contextmanager
def hold_instance(instance: Path) -> Iterator[None]:
    """Hold the lock of the instance; refused while another server holds it."""
    lock = FileLock(instance / "serve.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refused(
            "already_served", "Server lain sudah berjalan untuk %(folder)s. Hentikan dahulu.", folder=instance
        ) from None
    try:
        yield
    finally:
        lock.release()


def free_address(host: str, port: int, option: str = "--port") -> str:
    """Return the IP address to listen at; refused when ``host`` is none of ours.

    Refused also when something listens at the port already: the server itself would share it without a word.
    """
    try:
        candidates = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = min(candidates, key=lambda each: each[0] != socket.AF_INET)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # A port in TIME_WAIT is free. On Windows that option would mean sharing, and sharing must be declined.
            alone = socket.SO_REUSEADDR if os.name != "nt" else socket.SO_EXCLUSIVEADDRUSE  # type: ignore[attr-defined]
            probe.setsockopt(socket.SOL_SOCKET, alone, 1)
            probe.bind(address)
    except UnicodeError:
        raise _foreign(host, "?") from None
    except OSError as error:
        why = error.strerror or str(error)
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise _foreign(host, why) from None
        raise Refused(
            "port_taken",
            "Port %(port)s di %(host)s tidak dapat dipakai (%(why)s). Hentikan program itu atau pilih %(option)s lain.",
            option=option,
            host=host,
            port=port,
            why=why,
        ) from None
    return str(address[0])


def _foreign(host: str, why: str) -> Refused:
    return Refused("foreign_host", "%(host)s bukan alamat komputer ini (%(why)s). Periksa --host.", host=host, why=why)


def end_with_parent() -> None:
    """End this worker process when the one that started it is gone: its port must not outlive it.

    Its terminal is the parent's business: a worker that a closed window ended would be started again.
    """
    parent = parent_process()
    if parent is None:
        return
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def server(
    target: str,
    host: str,
    port: int,
    threads: int,
    *,
    factory: bool = False,
    certificate: Path | None = None,
    workers: int = 1,
) -> Any:
    """Return the production server for ``target`` ("module:name"), for ``serve``; HTTPS with a certificate."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    return Granian(
        target,
        factory=factory,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # told which, it also lets go of who connects and never says a word
        workers=workers,
        respawn_failed_workers=True,
        blocking_threads=threads,
        backlog=1024,
        backpressure=max(LEAST_LINES, min(MOST_LINES, open_files_raised() - OWN_FILES)),  # lines open at once
        http1_settings=HTTP1Settings(max_buffer_size=LONGEST_HEAD),
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,  # it warns of many threads, which are meant
        workers_kill_timeout=STOP_SECONDS,
        **_static_options(),
        **_tls_options(certificate),
    )


def _static_options() -> dict[str, Any]:
    """Return what lets the server read versioned static files itself, without a thread of ours."""
    static = config.ROOT / "static"
    return {
        "static_path_route": [f"/static/{assets.tree_version(static)}"],
        "static_path_mount": [static],
        "static_path_expires": assets.FOREVER,  # it becomes a part of the header
    }


def _tls_options(certificate: Path | None) -> dict[str, Any]:
    """Return what makes the server speak HTTPS with ``certificate``; plain HTTP without one."""
    from granian.constants import SSLProtocols

    return {
        "ssl_cert": certificate,
        "ssl_key": certificate,  # one file holds both
        "ssl_protocol_min": SSLProtocols.tls12,  # what phones of 2016 speak
    }


def serve(granian: Any) -> None:
    """Serve until interrupted."""
    granian.serve(spawn_target=worker.answer)


def open_files_raised() -> int:
    """Let this process and those it starts hold as many open files, and so lines, as they may; return how many.

    The usual limit of 1024 is a soft one, and fewer silent phones than that would be the end of all others.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST_LINES + OWN_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_LINES + OWN_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):  # macOS refuses more than its kernel allows
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return wanted if soft == resource.RLIM_INFINITY else soft


def when_asked_to_stop(do: Callable[[], object]) -> None:
    """Call ``do`` once a signal to stop arrives, beside what the server does: a stream ends only when told."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def wait() -> None:
        while reader.recv(64):  # Ctrl-C reaches us from the terminal and from our parent
            do()
        writer.close()  # never: named here, it stays open as long as we wait

    threading.Thread(target=wait, name="stop-watch", daemon=True).start()


def run(
    host: str,
    port: int,
    threads: int,
    instance: Path,
    tls_port: int = 0,
    workers: int = 1,
    beside: Callable[[], None] = lambda: None,
) -> None:
    """Serve ``instance`` until interrupted; the application is made inside each of the ``workers`` processes.

    With ``tls_port`` a second, equal process serves HTTPS: it is started, watched and stopped from here. ``beside``
    may start threads of the terminal: it is called once HTTPS has been forked, which a thread would forbid.
    """
    os.environ["RTAPP_SERVED"] = "1"
    os.environ["RTAPP_INSTANCE"] = str(instance)
    os.environ |= {"RTAPP_HTTP_PORT": str(port), "RTAPP_TLS_PORT": str(tls_port or ""), "RTAPP_WORKERS": str(workers)}
    os.environ[assets.VERSION_VARIABLE] = assets.tree_version(config.ROOT / "static")
    granian = server("rtapp.factory:served_app", host, port, threads, factory=True, workers=workers)
    _stop_with_terminal(granian)
    gc.collect()
    gc.freeze()  # what the workers share with us stays shared: their collector does not touch it
    with Secured(host, tls_port, threads, instance) if tls_port else nullcontext():
        beside()
        serve(granian)


class Secured:
    """HTTPS beside HTTP: its process, started anew when it ended or when the laptop has another address."""

    def __init__(self, host: str, port: int, threads: int, instance: Path) -> None:
        self._arguments = (host, port, threads)
        self._host, self._instance = host, instance
        self._over = threading.Event()
        self._process: Any = None
        self._watch = threading.Thread(target=self._look_after, name="tls-watch", daemon=True)

    def __enter__(self) -> None:
        self._start()
        self._watch.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()
        self._stop()

    def _start(self) -> None:
        files = tls.prepare(self._instance, certified(self._host), clock.utcnow())
        # A fork shares its memory with us and has nothing to load; one of a process with threads may wait for ever.
        forks = multiprocessing.get_start_method() == "fork" and threading.active_count() == 1
        context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        self._process = context.Process(target=_serve_tls, args=(*self._arguments, files.leaf), name="https")
        self._process.start()

    def _stop(self) -> None:
        self._process.terminate()
        self._process.join(2 * STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _look_after(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            with suppress(Refused, OSError):  # a full disk, a folder being restored: looked at again
                due = tls.is_due(tls.folder(self._instance), certified(self._host), clock.utcnow())
                if due or not self._process.is_alive():
                    self._stop()
                    self._start()


def prepare_tls(host: str, port: int, tls_port: int, instance: Path) -> None:
    """Make what HTTPS needs; refused when its port is not free or the certificates are spoiled."""
    if port == tls_port:
        raise Refused("same_port", "HTTP dan HTTPS tidak dapat memakai satu port. Pilih --tls-port lain.")
    tls.prepare(instance, certified(free_address(host, tls_port, "--tls-port")), clock.utcnow())


def certified(host: str) -> list[str]:
    """Return the addresses that a certificate is needed for when the server listens at ``host``."""
    return lan_addresses() if host in ("0.0.0.0", "::") else [host]


def _serve_tls(host: str, port: int, threads: int, certificate: Path) -> None:
    """Serve HTTPS in a process of its own until the one that started it says so or is gone."""
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C at the terminal is the parent's business: it stops us, last
    end_with_parent()
    granian = server("rtapp.factory:served_app", host, port, threads, factory=True, certificate=certificate)
    serve(granian)


def _stop_with_terminal(granian: Any) -> None:
    """Let a closed terminal window stop the server, which would else start its worker anew; nohup is honoured."""
    if not hasattr(signal, "SIGHUP"):
        return
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    stop = signal.SIG_IGN if ignored else granian.signal_handler_interrupt
    granian.on_startup(lambda: signal.signal(signal.SIGHUP, stop))
