"""What we are asked, as a desk can use it: forms are forms, and no text holds a NUL."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict

from .htmx import wants_json


class Texts(ImmutableMultiDict[str, Any]):
    """Fields by name, without NULs."""

    def __init__(self, fields: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(name, _without_nul(value)) for name, value in fields])


class Asked(Request):
    """A request whose body is JSON for programs only: the fields of a form are texts, never numbers or lists."""

    parameter_storage_class = Texts

    @property
    def is_json(self) -> bool:
        return wants_json() and super().is_json


def row_id(text: str) -> int:
    """Return a row's number as a field gives it; raises ValueError for one that no database could hold."""
    number = int(text)
    if not 0 <= number < 2**63:
        raise ValueError(text[:20])
    return number


def page_number() -> int:
    """Return the page of the list the address asks for, from 1."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def init_app(app: Flask) -> None:
    """Read requests in this way."""
    app.request_class = Asked
    app.url_value_preprocessor(_clean)


def _clean(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values:
        values.update({name: _without_nul(value) for name, value in values.items()})


def _without_nul(value: Any) -> Any:
    """Return a text without what no person types and PostgreSQL cannot keep; anything else as it is."""
    return value.replace("\0", "") if isinstance(value, str) else value
