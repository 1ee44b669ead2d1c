"""Two people change one row: what each meant, and where they truly differ."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """``values`` to go on with; ``theirs`` holds what is stored where both sides changed the same field.

    ``taken`` holds what is stored where they alone changed it: it stands in ``values`` too.
    """

    values: dict[str, str]
    theirs: dict[str, str]
    taken: dict[str, str]

    def leaves_nothing_to_save(self, stored: Mapping[str, str]) -> bool:
        """Say whether ``stored`` is already all that was meant: a save whose answer got lost, sent again."""
        return all(stored.get(field, "") == value for field, value in self.values.items())


def reconcile(read: Mapping[str, str], mine: Mapping[str, str], stored: Mapping[str, str]) -> Revision:
    """Bring together what was ``read``, what I wrote and what is ``stored`` by now.

    A field that only one side changed keeps that change; where both changed it differently mine stays in
    ``values`` and theirs is shown beside it, so that a person chooses and nothing is lost.
    """
    values, theirs, taken = {}, {}, {}
    for field, wrote in mine.items():
        was, now = read.get(field, stored.get(field, "")), stored.get(field, "")
        values[field] = now if wrote == was else wrote
        if now != was and wrote != now:
            (taken if wrote == was else theirs)[field] = now
    return Revision(values, theirs, taken)
