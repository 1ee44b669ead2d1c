"""The names of users and devices: how one is written, and when two are the same."""

import unicodedata

LONGEST = 80


def readable(name: str) -> str:
    """Return ``name`` with its spaces folded, empty when longer than 80 or with characters nobody can see."""
    name = " ".join(name.split())
    return name if name.isprintable() and len(name) <= LONGEST else ""


def key_of(name: str) -> str:
    """Return the form under which a user's name is unique: spaces folded, no case, one spelling a letter."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
