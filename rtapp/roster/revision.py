"""Two people change one row: what each meant, and where they truly differ."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """``values`` to go on with; ``theirs`` holds what is stored where both sides changed the same field."""

    values: dict[str, str]
    theirs: dict[str, str]


def reconcile(read: Mapping[str, str], mine: Mapping[str, str], stored: Mapping[str, str]) -> Revision:
    """Bring together what was ``read``, what I wrote and what is ``stored`` by now.

    A field that only one side changed keeps that change; where both changed it differently mine stays in
    ``values`` and theirs is shown beside it, so that a person chooses and nothing is lost.
    """
    values, theirs = {}, {}
    for field, wrote in mine.items():
        was, now = read.get(field, stored.get(field, "")), stored.get(field, "")
        values[field] = now if wrote == was else wrote
        if wrote not in (was, now) and now != was:
            theirs[field] = now
    return Revision(values, theirs)
