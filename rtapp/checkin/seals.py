"""The seal that ties scans to the trail: one digest over a run of them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from .. import clock


def seal_of(scans: Iterable[Sequence[Any]]) -> str:
    """Return the hexadecimal SHA-256 of these scans as JSON (rows in the order of their ids, the answer last).

    The text of an unknown code is left out of the answer: it may contain data that is erased one day.
    """
    rows = [[*facts, {name: value for name, value in answer.items() if name != "raw"}] for *facts, answer in scans]
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_to_the_millisecond)
    return hashlib.sha256(text.encode()).hexdigest()


def _to_the_millisecond(moment: datetime) -> str:
    return clock.iso(moment)  # both databases return it alike
