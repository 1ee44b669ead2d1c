"""How scans are tied to the trail: one digest over a run of them, and what a mark must agree with."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from ..audit.chain import canonical


def seal_of(scans: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 over these scans (columns by name, in the order of their ids), each a line of JSON.

    What was read of an unknown code is left out: it may hold what is erased one day.
    """
    digest = hashlib.sha256()
    for scan in scans:
        told = {name: value for name, value in scan.items() if name != "raw"}
        told["answer"] = {name: value for name, value in scan["answer"].items() if name != "raw"}
        digest.update(canonical(told) + b"\n")
    return digest.hexdigest()
