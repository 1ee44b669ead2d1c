"""The letterhead: what may be typed, and how it is kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..refusals import Refused

LINES = 3
PAPERS = ("f4", "a4")
LONGEST = {"line": 100, "address": 200, "place": 60}
"""The most characters of each field; a paper wraps them, it cuts none."""


@dataclass(frozen=True)
class Letterhead:
    """What stands above every paper: up to three lines and an address; where it is signed, and the usual ``paper``."""

    lines: tuple[str, ...] = ()
    address: str = ""
    place: str = ""
    paper: str = PAPERS[0]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"lines": list(self.lines)}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Letterhead":
        """Return it from the plain ``values``."""
        plain = {name: values[name] for name in ("address", "place", "paper") if name in values}
        return cls(tuple(values["lines"]), **plain)


NO_LETTERHEAD = Letterhead()


def checked_paper(text: str) -> str:
    """Return a kind of paper; refused when it is none."""
    if text not in PAPERS:
        raise Refused("bad_paper", "Pilih kertas A4 atau F4.", 422)
    return text
