"""A lean HTTP client for benches: many keep-alive connections in one thread, each with one request under way."""

import gc
import os
import re
import selectors
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_SECONDS = 30
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What a run of requests gave; times in seconds, ``cpu`` is this process's own."""

    seconds: float = 0.0
    cpu: float = 0.0
    times: list[float] = field(default_factory=list)
    answers: list[tuple[bytes, bytes]] = field(default_factory=list)  # status, body

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    @property
    def ceiling(self) -> float:
        """Requests a second this client could have sent had the answers taken no time."""
        return len(self.times) / self.cpu

    def percentile(self, share: float) -> float:
        """The time within which ``share`` of the requests were answered."""
        return percentile(self.times, share)


def percentile(times: list[float], share: float) -> float:
    """Return the time within which ``share`` of them lie."""
    return sorted(times)[min(int(share * len(times)), len(times) - 1)]


def processor_seconds(*pids: int) -> float:
    """Return the processor time that these processes have taken so far, as Linux tells; 0 elsewhere."""
    stats = [path for pid in pids if (path := Path(f"/proc/{pid}/stat")).exists()]
    ticks = sum(sum(map(int, path.read_text().rpartition(")")[2].split()[11:13])) for path in stats)
    return ticks / os.sysconf("SC_CLK_TCK") if ticks else 0.0


class _Lane:
    def __init__(self, port: int, requests: Iterable[bytes]) -> None:
        self.requests: Iterator[bytes] = iter(requests)
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = b""
        self.sent_at = 0.0

    def send(self) -> bool:
        """Send the next request; False when there is none."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)
        return True

    def answer(self) -> tuple[bytes, bytes] | None:
        """Read on; the status and body once they are whole."""
        arrived = self.socket.recv(65536)
        if not arrived:
            raise ConnectionError("the server closed a connection")
        self.read += arrived
        end = self.read.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _LENGTH.search(self.read, 0, end)
        whole = end + 4 + int(length.group(1)) if length else end + 4
        if len(self.read) < whole:
            return None
        status, body, self.read = self.read[9:12], self.read[end + 4 : whole], b""
        return status, body


def post(path: str, body: bytes, token: str = "", kind: str = "application/json", lines: tuple[str, ...] = ()) -> bytes:
    """One request with these ``lines`` in its head, too, ready to be sent."""
    head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {kind}", *lines]
    head += [f"Content-Length: {len(body)}", *([f"Authorization: Bearer {token}"] if token else [])]
    return "\r\n".join([*head, "", ""]).encode() + body


def drive(port: int, lanes: list[Iterable[bytes]], seconds: float) -> Load:
    """Send each lane's requests over a connection of its own, one after the other, for ``seconds``.

    Ends early when all lanes have run out of requests.
    """
    load, ready = Load(), selectors.DefaultSelector()
    opened = [_Lane(port, requests) for requests in lanes]
    gc.collect()
    gc.disable()
    cpu, begun = time.process_time(), time.perf_counter()
    try:
        for lane in opened:
            if lane.send():
                ready.register(lane.socket, selectors.EVENT_READ, lane)
        while ready.get_map():
            events = ready.select(TIMEOUT_SECONDS)
            if not events:
                raise TimeoutError(f"no answer within {TIMEOUT_SECONDS} s")
            for key, _ in events:
                lane = key.data
                answer = lane.answer()
                if answer is None:
                    continue
                now = time.perf_counter()
                load.times.append(now - lane.sent_at)
                load.answers.append(answer)
                if now - begun >= seconds or not lane.send():
                    ready.unregister(lane.socket)
        load.seconds, load.cpu = time.perf_counter() - begun, time.process_time() - cpu
    finally:
        gc.enable()
        ready.close()
        for lane in opened:
            lane.socket.close()
    return load


def row(words: str, load: Load, floor: Load | None = None) -> str:
    """One line of a table: how many a second, the times within which a share was answered, the ratio to a floor."""
    p50, p95, p99 = (f"{load.percentile(share) * 1000:7.2f}" for share in (0.5, 0.95, 0.99))
    ratio = f"{load.per_second / floor.per_second:7.0%}" if floor else " " * 7
    return f"{words:<22}{load.per_second:9.0f}{p50}{p95}{p99}{ratio}{load.ceiling:10.0f}"
