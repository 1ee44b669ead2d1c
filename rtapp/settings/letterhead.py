"""The letterhead: what may be typed, and how it is kept."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..refusals import Refused
from .signatories import checked_line

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

    def kept(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"lines": list(self.lines)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Letterhead":
        """Return it from the values of ``kept``."""
        plain = {name: kept[name] for name in ("address", "place", "paper") if name in kept}
        return cls(tuple(kept["lines"]), **plain)


NO_LETTERHEAD = Letterhead()


def typed(letterhead: Letterhead) -> dict[str, str]:
    """Return the fields of the form as they are filled in for ``letterhead``."""
    lines = (*letterhead.lines, "", "", "")[:LINES]
    fields = {f"line-{number}": line for number, line in enumerate(lines, start=1)}
    return fields | {"address": letterhead.address, "place": letterhead.place, "paper": letterhead.paper}


def read(fields: Mapping[str, str]) -> tuple[Letterhead, dict[str, Refused]]:
    """Return what the fields of the form say, and by field what is wrong with them; those are read as empty."""
    problems: dict[str, Refused] = {}

    def checked(key: str, check: Callable[[str], str]) -> str:
        try:
            return check(" ".join(fields.get(key, "").split()))
        except Refused as refused:
            problems[key] = refused
            return ""

    def line(key: str, kind: str) -> str:
        return checked(key, lambda text: checked_line(text, LONGEST[kind]))

    lines = tuple(filter(None, (line(f"line-{number}", "line") for number in range(1, LINES + 1))))
    address, place = line("address", "address"), line("place", "place")
    paper = checked("paper", _checked_paper)
    return Letterhead(lines, address, place, paper), problems


def _checked_paper(text: str) -> str:
    if text not in PAPERS:
        raise Refused("bad_paper", "Pilih kertas A4 atau F4.", 422)
    return text
