"""A try at a password or a PIN: admitted or not, taken back where there was no room, forgotten when it was right."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import request

from .. import clock
from ..refusals import Refused
from .services import services
from .shares import neighbourhood

GUESS = 0.05  # seconds of the time that strangers may take


def admit(kind: str, account: str) -> timedelta | None:
    """Note a try at this account from this address; return how long to wait when there were too many."""
    return services().tries[kind].admit(account, request.remote_addr or "", clock.utcnow())


@contextmanager
def looking(kind: str, account: str) -> Iterator[None]:
    """Check a password or PIN inside the block; a refusal with 429 does not count as a try."""
    guesses, who = services().guesses, f"{kind} {neighbourhood(request.remote_addr or '')}"
    try:
        if not guesses.take(who):
            raise Refused("too_many_at_once", "Terlalu banyak yang masuk bersamaan. Coba lagi sebentar lagi.", 429)
        try:
            yield
        finally:
            guesses.give_back(who)
    except Refused as refused:
        if refused.status == 429:
            services().tries[kind].take_back(account, request.remote_addr or "")
        raise


def forget(kind: str, account: str) -> None:
    """Forget the tries of somebody who got it right."""
    services().tries[kind].forget(account, request.remote_addr or "")


def went_wrong() -> None:
    """Let the server pace whoever guesses (laptop/worker.py): what a wrong guess costs does not show otherwise."""
    request.environ["rtapp.cost"] = GUESS
