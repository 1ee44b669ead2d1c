"""Where long work of a page is done: elsewhere, where a server runs."""

from collections.abc import Callable
from typing import Any, TypeVar

from ..db import db
from .services import services

Result = TypeVar("Result")


def away(do: Callable[..., Result], *arguments: Any) -> Result:
    """Call ``do`` with ``arguments`` in the helper process where a server runs, else here; no connection is held.

    ``do`` is a function of a module and needs nothing but plain values. Refused with what it refuses, and with 413 when
    its process ended over the work.
    """
    helper = services().helper
    if helper is None:
        return do(*arguments)
    db.session.rollback()
    return helper.run(do, arguments)
