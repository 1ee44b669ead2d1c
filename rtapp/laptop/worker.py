"""The process that answers: a body has a time by which it must be here, strangers have a share of the work."""

import heapq
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from ..config import UPLOAD_LIMIT

MOST = 4 * UPLOAD_LIMIT  # bytes of a body: several files
PATIENCE = 10.0  # seconds for a body of a few lines, over the worst Wi-Fi
BYTES_A_SECOND = 100_000  # what a longer one must come at
LOOK_SECONDS = 0.5
KNOWN, COST = "rtapp.known", "rtapp.cost"  # what the application says of a request: signed in; more work than it shows
LATER, AGAIN = "rtapp.later", "rtapp.again"  # what it is told: how to answer later; that it is asked once more
SHARE, CREDIT = 0.05, 2.0  # of a core; seconds at once
LONGEST = 15.0  # seconds that an answer may be held back
REMEMBERED = 2_000  # addresses
_LATE = (
    "Kiriman ini tidak sampai pada waktunya. Periksa Wi-Fi, lalu kirim lagi. / "
    "What you sent did not arrive in time. Check the Wi-Fi, then send it again."
)


def answer(*arguments: Any) -> None:
    """Run granian's own worker for WSGI, its calls made as ``calls`` makes them."""
    from granian.server import mp

    mp._wsgi_call_wrap = calls  # type: ignore[attr-defined]
    mp.MPServer._spawn_wsgi_worker(*arguments)  # type: ignore[arg-type]


def calls(application: Callable[..., Any], options: dict[str, Any], _access_log: Any = None) -> Callable[..., Any]:
    """Return what granian calls for each request: the application, with late bodies ended and strangers paced."""
    bodies = Bodies()
    common = {
        **os.environ,
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SCRIPT_NAME": options.get("url_path_prefix") or "",
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }

    def answered(line: Any, scope: dict[str, Any]) -> int:
        environ, begun = common | scope, time.thread_time()
        environ[LATER] = Later(answered, line, scope)
        length = environ.get("CONTENT_LENGTH", "")
        if length not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = Timely(environ["wsgi.input"], bodies, line, environ)
        head = RequestHead()
        pieces = application(environ, head)
        if pieces is None:  # the application took it upon itself to answer
            return head.status
        if not isinstance(pieces, list | tuple):
            line.response_iter(head.status, head.headers, Pieces(pieces))
            return head.status
        reply = (head.status, head.headers, b"".join(pieces))
        if KNOWN in environ:
            line.response_bytes(*reply)
        else:
            cost = time.thread_time() - begun + environ.get(COST, 0.0)
            STRANGERS.answer(environ, cost, lambda: line.response_bytes(*reply))
        return head.status

    return answered


class Later:
    """How the application answers a request after its call has returned, from whatever thread."""

    __slots__ = ("_answered", "_line", "_scope", "send")

    def __init__(self, answered: Callable[..., int], line: Any, scope: dict[str, Any]) -> None:
        self._answered, self._line, self._scope = answered, line, scope
        self.send = line.response_bytes

    def again(self, body: bytes) -> None:
        """Call the application once more for this request, whose body was read already."""
        arguments = (self._line, self._scope | {"wsgi.input": BytesIO(body), AGAIN: True})
        threading.Thread(target=self._answered, args=arguments, name="again", daemon=True).start()


class RequestHead:
    """What a WSGI application calls to begin its answer."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = 200
        self.headers: list[tuple[str, str]] = []

    def __call__(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        self.status, self.headers = int(status.split(" ", 1)[0]), headers


class Pieces:
    """The pieces of an answer as granian takes them; closed when the last one was sent or the line has ended."""

    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces
        self.__next__ = iter(pieces).__next__

    def close(self) -> None:
        if hasattr(self._pieces, "close"):
            self._pieces.close()


class Strangers:
    """Paces those who are not signed in: beyond their share of the laptop their answers go out later.

    One address may use ``SHARE`` of a core, after ``CREDIT`` seconds at once: a hall that opens the first page. Whoever
    hammers waits for the answer, and no thread waits with them; the desks do not notice. What asks and what sends are
    counted apart, for a flood of forms keeps nobody from opening the page to sign in.
    """

    def __init__(self) -> None:
        self._free_at: dict[tuple[str, bool], float] = {}  # when an address has paid for what it used
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ended = False

    def answer(self, environ: dict[str, Any], cost: float, send: Callable[[], None]) -> None:
        """Send an answer that cost ``cost`` seconds at once, or later if its address has used up its share."""
        who = (environ.get("REMOTE_ADDR", ""), environ.get("REQUEST_METHOD") in ("GET", "HEAD"))
        now = time.monotonic()
        with self._changed:
            paid = max(self._free_at.get(who, 0.0), now - CREDIT / SHARE) + cost / SHARE
            self._free_at[who] = min(paid, now + LONGEST)
            if paid > now and not self._ended:
                self._number += 1
                heapq.heappush(self._later, (min(paid, now + LONGEST), self._number, send))
                self._begin()
                self._changed.notify()
                return
            if len(self._free_at) > REMEMBERED:
                self._free_at = {each: at for each, at in self._free_at.items() if at > now - CREDIT / SHARE}
        send()

    def end(self) -> None:
        """Send every answer held back, as the server is stopping."""
        with self._changed:
            self._ended = True
            left, self._later = self._later, []
        for _, _, send in sorted(left):
            send()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="strangers", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._later or (left := self._later[0][0] - time.monotonic()) > 0:
                    self._changed.wait(left if self._later else None)
                _, _, send = heapq.heappop(self._later)
            send()


STRANGERS = Strangers()


class Bodies:
    """The bodies that are waited for, and the thread that ends the waiting for one that is late.

    A thread that waits for a body cannot be woken from Python. What wakes it is the end of its connection: an answer
    that breaks off earlier than it said makes the server close it.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[float, Any, bool]] = {}
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def expect(self, number: int, by: float, line: Any, for_program: bool) -> None:
        """Wait for a body until ``by`` (monotonic)."""
        self._waiting[number] = (by, line, for_program)
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._watch, name="late-bodies", daemon=True)
                    self._thread.start()

    def arrived(self, number: int) -> None:
        """Stop waiting for a body that is here or whose line has ended."""
        self._waiting.pop(number, None)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            for number, (by, line, for_program) in list(self._waiting.items()):
                if by < now and self._waiting.pop(number, None):
                    threading.Thread(target=_break_off, args=(line, for_program), daemon=True).start()


class Timely:
    """A body that is read as WSGI does, within its time."""

    def __init__(self, body: Any, bodies: Bodies, line: Any, environ: dict[str, Any]) -> None:
        length = environ.get("CONTENT_LENGTH", "")
        long = min(int(length), MOST) if length.isdecimal() and len(length) < 12 else 0
        self._by = time.monotonic() + PATIENCE + long / BYTES_A_SECOND
        self._body, self._bodies, self._line = body, bodies, line
        self._for_program = environ.get("PATH_INFO", "").startswith("/api/")

    def read(self, size: int | None = None) -> bytes:
        return self._in_time(self._body.read, size)

    def readline(self, size: int | None = None) -> bytes:
        return self._in_time(self._body.readline, size)

    def readlines(self, hint: int | None = None) -> list[bytes]:
        return self._in_time(self._body.readlines, hint)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _in_time(self, read: Callable[..., Any], size: int | None) -> Any:
        if size is not None and size < 0:
            size = None
        self._bodies.expect(id(self), self._by, self._line, self._for_program)
        try:
            return read(size)
        finally:
            self._bodies.arrived(id(self))


class _Broken:
    """An answer in pieces that ends before it has said all."""

    def __init__(self, piece: bytes) -> None:
        self._pieces = iter((piece,))

    def __next__(self) -> bytes:
        piece = next(self._pieces, None)
        if piece is None:
            time.sleep(0.1)  # what was said so far goes out first
            raise StopIteration
        return piece

    def close(self) -> None:
        """Nothing is held."""


def _break_off(line: Any, for_program: bool) -> None:
    """Answer 408 one byte short of its length, so that the server closes the line and its body's reader wakes."""
    error = json.dumps({"error": {"code": "late_body", "message": _LATE}}).encode()
    kind, body = ("application/json", error) if for_program else ("text/plain; charset=utf-8", _LATE.encode())
    headers = [("Content-Type", kind), ("Content-Length", str(len(body) + 1)), ("Connection", "close")]
    line.response_iter(408, headers, _Broken(body))
