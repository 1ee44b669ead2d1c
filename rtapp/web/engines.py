"""Which engine a browser is, and whether all of the desk works in it: it must work by forms alone in any other."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """A browser as people call it, its version, whether it is within the support line."""

    name: str
    version: int
    is_full: bool


# Name, from which version on everything works, how it calls itself; the first that fits is meant. WebAssembly under
# our policy draws the line in Chrome, Object.hasOwn and <dialog> in Firefox, modules and form buttons in Safari. Every
# browser of an iPhone is Safari's engine, whatever its name.
LINE = (
    ("iOS", 16, re.compile(r"(?:iPhone|iPad|iPod).*? OS (\d+)")),
    ("Samsung Internet", 18, re.compile(r"SamsungBrowser/(\d+)")),
    ("Firefox", 102, re.compile(r"Firefox/(\d+)")),
    ("Edge", 97, re.compile(r"Edg(?:e|A)?/(\d+)")),
    ("Opera", 83, re.compile(r"OPR/(\d+)")),
    ("Chrome", 97, re.compile(r"Chrom(?:e|ium)/(\d+)")),
    ("Safari", 16, re.compile(r"Version/(\d+)\S* Safari/")),
)
NAMED = ("Chrome", "iOS", "Firefox", "Samsung Internet")


def engine_of(user_agent: str) -> Engine | None:
    """Return the engine that a browser says it is, None for one we do not know."""
    for name, first, pattern in LINE:
        if match := pattern.search(user_agent):
            return Engine(name, int(match[1]), int(match[1]) >= first)
    return None


def support_line() -> str:
    """Return from which versions on all of it works, as people read it."""
    first = {name: version for name, version, _pattern in LINE}
    return ", ".join(f"{name} {first[name]}" for name in NAMED)
