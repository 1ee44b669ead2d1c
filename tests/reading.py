"""What a person finds on a page that a test client was given: its words, its fields, its elements."""

import re
from collections import defaultdict
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

from werkzeug.test import TestResponse

ALONE = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}


class Element(NamedTuple):
    """One element: its name, its attributes ("" for one without a value), the words in it, the classes around it."""

    tag: str
    given: dict[str, str]
    words: str
    within: frozenset[str]


class Elements(HTMLParser):
    """Reads a page into its elements, in the order in which they begin."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._begun: list[tuple[str, dict[str, str], frozenset[str]]] = []
        self._words: dict[int, list[str]] = defaultdict(list)
        self._open: list[int] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        around = frozenset(each for at in self._open for each in self._begun[at][1].get("class", "").split())
        self._begun.append((tag, {name: value or "" for name, value in attrs}, around))
        if tag not in ALONE:
            self._open.append(len(self._begun) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ALONE:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._begun[self._open.pop()][0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for place in self._open:
            self._words[place].append(data)

    def all(self) -> list[Element]:
        return [
            Element(tag, given, " ".join(" ".join(self._words[place]).split()), around)
            for place, (tag, given, around) in enumerate(self._begun)
        ]


def elements(page: TestResponse | str, tag: str = "", **wanted: str) -> list[Element]:
    """Return the elements with this name and these attributes, whose ``_`` are dashes.

    ``cls`` is one class of perhaps several, ``within`` a class of something around them.
    """
    text = page if isinstance(page, str) else page.text
    cls, within = wanted.pop("cls", ""), wanted.pop("within", "")
    asked = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
    return [
        each
        for each in Elements(text).all()
        if tag in ("", each.tag)
        and asked.items() <= each.given.items()
        and (not cls or cls in each.given.get("class", "").split())
        and (not within or within in each.within)
    ]


def texts(page: TestResponse | str, tag: str = "", **wanted: str) -> list[str]:
    """Return the words of each of those elements."""
    return [each.words for each in elements(page, tag, **wanted)]


def values(page: TestResponse | str, name: str) -> list[str]:
    """Return what stands in each field of this name."""
    return [each.given.get("value", "") for each in elements(page, name=name) if "value" in each.given]


def value(page: TestResponse | str, name: str) -> str:
    """Return what stands in the first field of this name."""
    return values(page, name)[0]


def attribute(page: TestResponse | str, name: str) -> str:
    """Return the value of the page's first attribute of this name."""
    return next(each.given[name] for each in elements(page) if name in each.given)


def verdict(page: TestResponse | str) -> str:
    """Return the verdict that the desk shows."""
    return next(each.given["data-verdict"] for each in elements(page, "article", id="verdict"))


def words(page: TestResponse | str) -> str:
    """Return what a person reads on the page."""
    text = page if isinstance(page, str) else page.text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def shown_link(response: TestResponse) -> str:
    """Return the path of the link that a page shows."""
    return re.search(r"/links/[\w-]{20,}", response.text)[0]


def typed(response: TestResponse, field: str) -> str:
    """Return what stands in the field with this id."""
    (found,) = elements(response, "input", id=field)
    return found.given.get("value", "")


def said(response: TestResponse, field: str) -> str:
    """Return what is said beside the field with this id, "" for nothing."""
    return "".join(texts(response, "p", id=f"{field}-error"))


def is_open(response: TestResponse, row: str) -> bool:
    """Say whether the row with this id stands open, its form in sight."""
    return any("open" in each.given for each in elements(response, "details", id=row))
