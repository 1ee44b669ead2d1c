"""What a person finds on a page that a test client was given: its words, its fields, what is said beside them."""

import re
from html import unescape

from werkzeug.test import TestResponse


def words(response: TestResponse) -> str:
    """Return what a person reads on the page."""
    return _plain(response.get_data(as_text=True))


def typed(response: TestResponse, field: str) -> str:
    """Return what stands in the field with this id."""
    tag = re.search(rf'<input [^>]*id="{field}"[^>]*>', response.text)
    assert tag, f"no field {field}"
    value = re.search(r' value="([^"]*)"', tag[0])
    return unescape(value[1]) if value else ""


def said(response: TestResponse, field: str) -> str:
    """Return what is said beside the field with this id, "" for nothing."""
    found = re.search(rf'id="{field}-error">(.*?)</p>', response.text, re.DOTALL)
    return _plain(found[1]) if found else ""


def is_open(response: TestResponse, row: str) -> bool:
    """Say whether the row with this id stands open, its form in sight."""
    tag = re.search(rf'<details [^>]*id="{row}"[^>]*>', response.text)
    return bool(tag and " open" in tag[0])


def _plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())
