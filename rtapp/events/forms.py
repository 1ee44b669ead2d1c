"""What is typed on the event's pages: read, refused with a sentence beside its field, and kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from flask_babel import lazy_gettext as _

from .. import clock
from ..refusals import Refused
from ..web.requests import whole
from .waves import ZONES, CheckpointKind, checked_invited

KINDS = (
    (CheckpointKind.HADIR, _("Kehadiran")),
    (CheckpointKind.SESI, _("Materi")),
    (CheckpointKind.KELUAR, _("Pulang")),
    (CheckpointKind.KONSUMSI, _("Konsumsi")),
    (CheckpointKind.KIT, _("Perlengkapan peserta")),
    (CheckpointKind.TRANSPORT, _("Uang transport")),
    (CheckpointKind.GLADI, _("Gladi, tidak dihitung")),
)
ZONE_WORDS = tuple((zone, f"{clock.zone_text(zone)} ({zone.rpartition('/')[2]})") for zone in ZONES)
_SHOWN = "%Y-%m-%dT%H:%M"  # how a field of a day and an hour holds its value


@dataclass(frozen=True)
class Entries:
    """What stands in the forms of a page: what is stored, and in the one that was refused what was typed."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    field: str = ""

    def refused(self, *forms: str) -> bool:
        """Say whether one of ``forms`` was refused."""
        return bool(self.sentence) and self.form in forms

    def value(self, form: str, name: str, stored: object = "") -> object:
        """Return what a field shows."""
        return self.typed.get(name, stored) if self.refused(form) else stored

    def ticked(self, form: str, name: str, stored: bool = False) -> bool:
        """Say whether a box is ticked."""
        return name in self.typed if self.refused(form) else stored

    def errors(self, form: str, name: str) -> tuple[str, ...]:
        """Return what is said beside a field."""
        return (self.sentence,) if self.refused(form) and self.field == name else ()

    def problem(self, form: str) -> str:
        """Return what is said above a form, because it is about none of its fields."""
        return self.sentence if self.refused(form) and self.field not in self.typed else ""


def text_of(form: Mapping[str, str], name: str) -> str:
    """Return a field as text, "" where it is missing."""
    return form.get(name, "")


def day_of(form: Mapping[str, str], name: str = "date") -> date:
    """Return a field as a day (2023-11-08); refused otherwise."""
    try:
        return date.fromisoformat(text_of(form, name).strip())
    except ValueError:
        raise Refused("bad_day", "Isi tanggal, misalnya 8 November 2023.", 422, field="date") from None


def time_of(form: Mapping[str, str], name: str) -> time:
    """Return a field as a time of day (08:30); refused otherwise."""
    try:
        return time.fromisoformat(text_of(form, name).strip().replace(".", ":"))
    except ValueError:
        raise Refused(f"bad_{name}", "Isi jam, misalnya 08.30.", 422, field=name) from None


def moment_of(form: Mapping[str, str], name: str, zone: str, stored: datetime | None) -> datetime | None:
    """Return a field as a moment by the clocks of ``zone`` (2023-11-08T08:30), None when empty; refused otherwise.

    A field left as the page showed it (``name``_was) keeps what is stored by now: a supervisor may have opened
    the checkpoint since.
    """
    text = text_of(form, name).strip()
    if text == form.get(f"{name}_was"):
        return stored
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
        return clock.local_moment(typed.date(), typed.time(), zone)
    except (ValueError, OverflowError):
        raise Refused(
            f"bad_{name}", "Isi tanggal dan jam, misalnya 8 November 2023 08.30, atau kosongkan.", 422, field=name
        ) from None


def moment_text(moment: datetime | None, zone: str) -> str:
    """Return what a field shows of ``moment`` by the clocks of ``zone``: the contrary of ``moment_of``."""
    return clock.local(moment, zone).strftime(_SHOWN) if moment else ""


def number_of(form: Mapping[str, str], name: str) -> int | None:
    """Return a field as a whole number, None when empty; refused otherwise."""
    text = text_of(form, name).strip()
    if not text:
        return None
    number = whole(text)
    if number is None:
        raise Refused(f"bad_{name}", "“%(typed)s” bukan bilangan bulat 0 atau lebih.", 422, field=name, typed=text[:20])
    return number


def row_of(form: Mapping[str, str]) -> int | None:
    """Return the id of the row a form is about, None for a new one, and 0, which nothing has, for nonsense."""
    text = text_of(form, "id")
    return (whole(text) or 0) if text else None


def removes(form: Mapping[str, str]) -> bool:
    """Say whether a form is the one that removes its row."""
    return form.get("do") == "remove"


def invited_of(form: Mapping[str, str], name: str) -> int | None:
    """Return a field as a number of invited heads, None when empty; refused otherwise."""
    number = number_of(form, name)
    try:
        return None if number is None else checked_invited(number)
    except Refused as refused:
        raise Refused(f"bad_{name}", refused.sentence, refused.status, field=name, **refused.facts) from None
