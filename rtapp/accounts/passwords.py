"""Passwords and one-time secrets: argon2 for what people choose, SHA-256 for what is random."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..refusals import Refused

SHORTEST = 8
LONGEST = 200
_hasher = PasswordHasher()
# One password is worked on at a time, for each takes 64 MiB and every core, and scans go first; few may wait.
_waiting_room = BoundedSemaphore(16)
_work = Lock()


class Hashed(str):
    """A password already checked and hashed: made before a write begins, so that no scan waits for argon2."""

    __slots__ = ()


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password``; refused with 429 while too many are worked on."""
    with _turn():
        return _hasher.hash(password)


def checked(password: str, name: str = "") -> Hashed:
    """Return the hash of a password somebody chose; refused with 422 when too short, too long or easy."""
    if isinstance(password, Hashed):
        return password
    if len(password) < SHORTEST:
        raise Refused("short_password", "Kata sandi paling sedikit %(least)s huruf.", 422, least=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("long_password", "Kata sandi paling banyak %(most)s huruf.", 422, most=LONGEST)
    if is_easy(password, name):
        raise Refused("easy_password", "Kata sandi ini mudah ditebak. Pakai beberapa kata yang tidak memuat nama.", 422)
    return Hashed(hash_password(password))


def is_easy(password: str, name: str = "") -> bool:
    """Say whether anybody would try it first: the name, a run such as 12345678, very few characters."""
    said = "".join(password.casefold().split())
    steps = {ord(after) - ord(before) for before, after in pairwise(said)}
    return said == "".join(name.casefold().split()) or len(set(said)) < 4 or steps in ({1}, {-1})


def fits(password_hash: str | None, password: str) -> bool:
    """Say whether ``password`` belongs to the hash; takes as long when there is none.

    Refused with 429 while too many are worked on.
    """
    with _turn():
        nobodys = _nobodys_hash()
        try:
            return _hasher.verify(password_hash or nobodys, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


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


@contextmanager
def _turn() -> Iterator[None]:
    if not _waiting_room.acquire(blocking=False):
        raise Refused("too_many_at_once", "Terlalu banyak yang masuk bersamaan. Coba lagi sebentar lagi.", 429)
    try:
        with _work:
            yield
    finally:
        _waiting_room.release()
