"""What is typed on the event's pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField

from .. import clock
from ..refusals import Refused
from ..schema import Agenda, Checkpoint, District
from ..web.filters import current_zone
from ..web.forms import Form, Pick, TextField
from ..web.requests import whole
from .waves import DEFAULT_ZONE, ZONES, CheckpointKind, checked_invited

KINDS = {
    CheckpointKind.HADIR: _("Kehadiran"),
    CheckpointKind.SESI: _("Materi"),
    CheckpointKind.KELUAR: _("Pulang"),
    CheckpointKind.KONSUMSI: _("Konsumsi"),
    CheckpointKind.KIT: _("Perlengkapan peserta"),
    CheckpointKind.TRANSPORT: _("Uang transport"),
    CheckpointKind.GLADI: _("Gladi, tidak dihitung"),
}


def read_day(text: str) -> date:
    """Read a day (2023-11-08)."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("bad_day", "Isi tanggal, misalnya 8 November 2023.", 422) from None


def read_time(text: str) -> time:
    """Read a time of day (08:30, 08.30)."""
    try:
        return time.fromisoformat(text.strip().replace(".", ":"))
    except ValueError:
        raise Refused("bad_time", "Isi jam, misalnya 08.30.", 422) from None


def read_moment(text: str) -> datetime | None:
    """Read a moment by the event's clocks (2023-11-08T08:30), None when empty."""
    if not text.strip():
        return None
    try:
        typed = datetime.fromisoformat(text.strip())
        return clock.local_moment(typed.date(), typed.time(), current_zone())
    except (ValueError, OverflowError):
        raise Refused(
            "bad_moment", "Isi tanggal dan jam, misalnya 8 November 2023 08.30, atau kosongkan.", 422
        ) from None


def read_number(text: str) -> int | None:
    """Read a whole number, None when empty."""
    text = text.strip()
    number = whole(text)
    if text and number is None:
        raise Refused("bad_number", "“%(typed)s” bukan bilangan bulat 0 atau lebih.", 422, typed=text[:20])
    return number


def read_invited(text: str) -> int | None:
    """Read how many heads are invited, None when empty."""
    number = read_number(text)
    return None if number is None else checked_invited(number)


def _hour(moment: datetime) -> str:
    return f"{clock.local(moment, current_zone()):%H:%M}"


def _moment(moment: datetime) -> str:
    return f"{clock.local(moment, current_zone()):%Y-%m-%dT%H:%M}"


class EventForm(Form):
    """The event's own facts."""

    name = TextField(_("Nama acara"))
    organiser = TextField(_("Penyelenggara"))
    timezone = Pick(
        _("Zona waktu"),
        texts={zone: f"{clock.zone_text(zone)} ({zone.rpartition('/')[2]})" for zone in ZONES},
        rule=str,
        default=DEFAULT_ZONE,
    )


class WaveForm(Form):
    """Day and venue of a wave."""

    date = TextField(_("Hari"), read_day)
    venue = TextField(_("Tempat"))


class NewEventForm(EventForm, WaveForm):
    """The event with its first wave."""


class AgendaForm(Form):
    """An item of the agenda."""

    material = TextField(_("Materi atau mata acara"))
    starts = TextField(_("Mulai"), read_time, _hour)
    ends = TextField(_("Selesai"), read_time, _hour)
    speaker = TextField(_("Narasumber"))
    session = BooleanField(_("Absensi per materi: mata acara ini punya titik absensi sendiri"))


class CheckpointForm(Form):
    """A checkpoint; ``…_was`` is what the page showed."""

    name = TextField(_("Nama titik"))
    kind = Pick(_("Mencatat"), texts=KINDS, rule=str)
    position = Pick(_("Urutan"), rule=read_number)
    requires = Pick(_("Harus sudah tercatat di"), rule=read_number)
    opens_at = TextField(_("Dibuka"), read_moment, _moment, description=_("Kosong: terbuka sejak sekarang."))
    closes_at = TextField(
        _("Ditutup"), read_moment, _moment, description=_("Kosong: terbuka sampai gelombang ditutup.")
    )
    opens_at_was = HiddenField()
    closes_at_was = HiddenField()


class PlaceForm(Form):
    """A district or a village."""

    name = TextField(_("Nama"))
    code = TextField(_("Kode"))


def row_form(make: type[Form], kind: str, row: object = "", /, **values: Any) -> Form:
    """Return the form of a row of a list, its fields' ids its own; without a ``row`` it is the one that adds."""
    return make(key=f"{kind}-{row}", before=f"{kind}-{row}-", **values)


def agenda_form(item: Agenda) -> Form:
    """Return the form of an item of the agenda as it is stored."""
    stored = {"material": item.material, "speaker": item.speaker, "starts": item.starts_at, "ends": item.ends_at}
    return row_form(AgendaForm, "agenda", item.id, formdata=None, **stored, session=item.checkpoint is not None)


def checkpoint_form(point: Checkpoint) -> CheckpointForm:
    """Return the form of a checkpoint as it is stored."""
    window = {"opens_at": point.opens_at, "closes_at": point.closes_at}
    shown = {f"{name}_was": _moment(at) if at else "" for name, at in window.items()}
    stored = {"name": point.name, "kind": point.kind, "position": str(point.position + 1)}
    stored["requires"] = str(point.requires_id or "")
    return row_form(CheckpointForm, "checkpoint", point.id, formdata=None, **stored, **window, **shown)


def offer_points(form: Form, points: Sequence[Checkpoint]) -> None:
    """Let a checkpoint's form choose its place among the ``points`` of the day, and which comes before it."""
    if isinstance(form, CheckpointForm):
        form.position.offer({str(place): place for place in range(1, len(points) + 1)})
        others = {str(point.id): point.name for point in points if form.key != f"checkpoint-{point.id}"}
        form.requires.offer({"": _("tidak perlu")} | others)


def invited_form(districts: Iterable[District], invited: Mapping[int, int] | None = None) -> Form:
    """Return the form of all districts' numbers as posted, or with those that are ``invited`` by district id.

    ``certain-…`` says that a number is no assumption.
    """

    class InvitedForm(Form):
        pass

    for district in districts:
        name, stored = f"district-{district.id}", invited.get(district.id) if invited else None
        setattr(InvitedForm, name, TextField(district.name, read_invited, default=stored))
        setattr(InvitedForm, f"{name}_was", HiddenField(default="" if stored is None else str(stored)))
        setattr(InvitedForm, f"certain-{district.id}", BooleanField())
    return InvitedForm(key="invited", **({} if invited is None else {"formdata": None}))
