"""One line of a desk's list on paper."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DeskLine:
    """One line of a list; ``at`` when they came, ``other`` for somebody who is not on the wave's own list."""

    code: str
    name: str
    rt: str
    rw: str
    village: str
    village_code: str
    district: str
    wave: int | None
    at: datetime | None
    mode: str
    other: bool
