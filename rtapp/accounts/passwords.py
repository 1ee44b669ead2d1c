"""Passwords and one-time secrets: argon2 for what people choose, SHA-256 for what is random."""

import hashlib
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from itertools import pairwise
from queue import SimpleQueue

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..refusals import Refused

SHORTEST = 8
LONGEST = 200
_hasher = PasswordHasher(parallelism=1)  # four lanes at once, the default, take the other core from the desks, too


class Room:
    """A queue that hashes one password at a time, as each takes 64 MiB and a core; at most ``most`` wait.

    ``nice``: how far behind scans this work stands when there is more of both than the laptop can do.
    """

    def __init__(self, most: int, nice: int = 0) -> None:
        self._most, self._nice, self._waiting = most, nice, 0
        self._lock = threading.Lock()
        self._queue: SimpleQueue[tuple[Callable[[], str | bool], Future[str | bool]]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def work(self, do: Callable[[], str | bool]) -> str | bool:
        """Queue ``do``, wait for it and return its result; refused with 429 when too many wait."""
        with self._lock:
            if self._waiting >= self._most:
                raise Refused("too_many_at_once", "Terlalu banyak yang masuk bersamaan. Coba lagi sebentar lagi.", 429)
            self._waiting += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="passwords", daemon=True)
                self._thread.start()
        done: Future[str | bool] = Future()
        self._queue.put((do, done))
        try:
            return done.result()
        finally:
            with self._lock:
                self._waiting -= 1

    def _run(self) -> None:
        with suppress(AttributeError, OSError):  # Linux alone gives threads a rank of their own
            if self._nice and os.uname().sysname == "Linux":
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._nice)
        while True:
            do, done = self._queue.get()
            try:
                done.set_result(do())
            except BaseException as failure:
                done.set_exception(failure)


PASSWORDS = Room(64, nice=15)
PINS = Room(32)  # a flood of sign-ins keeps no coordinator from deciding at the door


class Hashed(str):
    """A password already checked and hashed: made before a write begins, so that no scan waits for argon2."""

    __slots__ = ()


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password``; refused with 429 while too many are worked on."""
    return str(PASSWORDS.work(lambda: _hasher.hash(password)))


def checked(password: str, name: str = "") -> Hashed:
    """Return the hash of a password somebody chose; refused with 422 when too short, too long or easy."""
    if isinstance(password, Hashed):
        return password
    if len(password) < SHORTEST:
        raise Refused(
            "short_password", "Kata sandi paling sedikit %(least)s huruf.", 422, least=SHORTEST, field="password"
        )
    if len(password) > LONGEST:
        raise Refused("long_password", "Kata sandi paling banyak %(most)s huruf.", 422, most=LONGEST, field="password")
    if is_easy(password, name):
        raise Refused(
            "easy_password",
            "Kata sandi ini mudah ditebak. Pakai beberapa kata yang tidak memuat nama.",
            422,
            field="password",
        )
    return Hashed(hash_password(password))


def is_easy(password: str, name: str = "") -> bool:
    """Say whether a password is easily guessed: the name, a run such as 12345678, fewer than 4 characters."""
    characters = "".join(password.casefold().split())
    steps = {ord(after) - ord(before) for before, after in pairwise(characters)}
    return characters == "".join(name.casefold().split()) or len(set(characters)) < 4 or steps in ({1}, {-1})


def fits(password_hash: str | None, password: str, room: Room = PASSWORDS) -> bool:
    """Say whether ``password`` belongs to the hash; takes as long when there is none.

    Refused with 429 while too many wait in ``room``.
    """

    def verify() -> bool:
        nobodys = _nobodys_hash()
        try:
            return _hasher.verify(password_hash or nobodys, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False

    return bool(room.work(verify))


def new_secret() -> str:
    """Return a random secret of 160 bits for a link or a bearer token, URL-safe."""
    return secrets.token_urlsafe(20)


def digest(secret: str) -> str:
    """Return what is stored of a random secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


@cache
def _nobodys_hash() -> str:
    """Verified for names that do not exist, so that both answers take the same time; made at the first sign-in."""
    return _hasher.hash(secrets.token_hex(8))
