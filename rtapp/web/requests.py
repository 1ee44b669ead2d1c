"""What we are asked, as a desk can use it: forms are forms, and no text holds a NUL."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from .htmx import wants_json

MOST_PAGES = 1_000_000


class FieldTexts(ImmutableMultiDict[str, Any]):
    """Fields by name, without NULs."""

    def __init__(self, fields: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(name, _without_nul(value)) for name, value in fields])


class DeskRequest(Request):
    """A request whose body is JSON for programs only: the fields of a form are texts, never numbers or lists."""

    parameter_storage_class = FieldTexts

    @property
    def is_json(self) -> bool:
        return wants_json() and super().is_json


def whole(text: str | None) -> int | None:
    """Return a whole number as a field or an address gives it; None for anything else and for what no row could hold.

    Every id that is posted is read here: ``int`` takes signs, spaces, foreign digits and 4,300 of them.
    """
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def row_id(text: str) -> int:
    """Return what ``whole`` reads, as the ``type`` of a field; raises ValueError where that is nothing."""
    number = whole(text)
    if number is None:
        raise ValueError(text[:20])
    return number


def form_text(name: str) -> str:
    """Return a field that a button or a script posts as text, "" where it is missing."""
    return request.form.get(name, "")


def form_id(name: str) -> int | None:
    """Return the id in a field that is posted, None for nonsense and where it is missing."""
    return whole(request.form.get(name))


def form_ids(name: str) -> list[int]:
    """Return the ids in all fields of this name that are posted, nonsense left out."""
    return request.form.getlist(name, type=row_id)


def form_has(name: str) -> bool:
    """Say whether a field is posted at all: a box that is ticked, a button that was pressed."""
    return name in request.form


def form_fields() -> MultiDict[str, str]:
    """Return the fields that say which paper is wanted: of a form where it is fetched, of the address where shown."""
    return request.form if request.method == "POST" else request.args


def page_number() -> int:
    """Return the page of the list the address asks for, from 1."""
    return min(max(1, whole(request.args.get("page")) or 1), MOST_PAGES)


def init_app(app: Flask) -> None:
    """Make every request a ``DeskRequest``."""
    app.request_class = DeskRequest
    app.url_value_preprocessor(_clean)


def _clean(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values:
        values.update({name: _without_nul(value) for name, value in values.items()})


def _without_nul(value: Any) -> Any:
    """Return a text without what no person types and PostgreSQL cannot keep; anything else as it is."""
    return value.replace("\0", "") if isinstance(value, str) else value
