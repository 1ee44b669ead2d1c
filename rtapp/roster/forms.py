"""What is typed about one person, and the file of an import."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import Field, HiddenField, StringField, TelField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from ..events import store as events
from ..events.typed_places import village_texts
from ..events.waves import numeral
from ..schema import District, Wave
from ..web.forms import Form, Pick, TypedVillage
from ..web.requests import form_text, whole
from .find_store import Person
from .phones import parse_phone
from .rt import parse_rt, parse_rw
from .seat_store import invited_waves, seat_by_hand
from .spelling import clean

GENDERS = {"": _l("Belum diisi"), "L": _l("Laki-laki"), "P": _l("Perempuan")}
GUESTS = {"tamu": _l("Tamu"), "panitia": _l("Panitia"), "narasumber": _l("Narasumber")}
BY_INVITATION = "undangan"  # the wave to which the head's district is invited
_STATE = ("version", "was")  # what a form carries beside what is typed


class PersonForm(Form):
    """What everybody has; ``version`` and ``was`` say which state of the row the form was opened with."""

    name = StringField(
        _l("Nama"),
        [DataRequired(_l("Tulis namanya.")), Length(max=200, message=_l("Nama paling banyak 200 huruf."))],
        filters=[lambda text: clean(text) if text else text],
    )
    phone = TelField(_l("No. HP"))
    gender = Pick(_l("L/P"), texts=GENDERS)
    wave = Pick(_l("Gelombang"))
    note = StringField(_l("Catatan"), [Length(max=1000, message=_l("Catatan paling banyak 1.000 huruf."))])
    version = HiddenField()
    was = HiddenField()

    def validate_phone(self, field: Field) -> None:
        """Read a phone number in any spelling as 08…; refuse what is none."""
        text = (field.data or "").strip()
        reading = parse_phone(text)
        if text and not reading.number:
            raise ValidationError(_("Nomor HP dimulai 08 dan terdiri dari 10–13 angka."))
        if reading.note:
            raise ValidationError(_("Tulis satu nomor saja; nomor lain dapat ditulis di Catatan."))
        field.data = reading.number

    def values(self) -> dict[str, str]:
        """Return what stands in the fields, by name."""
        return {field.name: (field.data or "").strip() for field in self if field.name not in _STATE}

    @property
    def read_version(self) -> int:
        """The version of the row when the form was opened; -1 for nonsense, which no row has."""
        version = whole(self.version.data)
        return -1 if version is None else version

    @property
    def read_values(self) -> dict[str, str]:
        """The values of the row when the form was opened; nothing for nonsense."""
        try:
            values = json.loads(self.was.data or "{}")
        except ValueError:
            return {}
        return {k: v for k, v in values.items() if isinstance(v, str)} if isinstance(values, dict) else {}

    def settle(self) -> None:
        """Use the stored value of each field for which it was chosen over the typed one."""
        for name, value in self.read_values.items():
            if name in self and form_text(f"choose-{name}") == "theirs":
                self[name].data = value

    def shown_value(self, name: str, value: str) -> str:
        """Return ``value`` of the field ``name`` as a person reads it."""
        field = self[name]
        return str(field.texts.get(value, value)) if isinstance(field, Pick) else value

    def changes(self, session: Session) -> dict[str, Any]:
        """Return what was typed as ``store.change_participant`` takes it."""
        values = self.values()
        return {name: values[name] for name in ("name", "phone", "gender", "note")} | {
            "wave_id": events.wave_by_number(session, int(values["wave"])).id if values["wave"] else None
        }


class HeadForm(PersonForm):
    """The head of a seat."""

    village = TypedVillage(_l("Desa/Kelurahan"), [InputRequired(_l("Tulis desanya."))])
    rt = StringField(_l("RT"), [InputRequired(_l("Tulis nomor RT."))])
    rw = StringField(_l("RW"))

    def validate_rt(self, field: Field) -> None:
        """Read an RT in any spelling; an RW written behind it moves to its own field."""
        reading = parse_rt(field.data)
        if not reading.rt:
            raise ValidationError(_("Tulis nomornya saja, misalnya 3 atau 12A."))
        field.data, self.rw.data = reading.rt, self.rw.data or reading.rw

    def validate_rw(self, field: Field) -> None:
        """Read an RW in any spelling."""
        text = (field.data or "").strip()
        if text and not parse_rw(text):
            raise ValidationError(_("Tulis nomornya saja, misalnya 1."))
        field.data = parse_rw(text)

    def changes(self, session: Session) -> dict[str, Any]:
        """Return what was typed as ``store.change_participant`` takes it."""
        return super().changes(session) | {"place": (self.village.data, self.rt.data, self.rw.data)}

    def facts(self, session: Session) -> dict[str, Any]:
        """Return what was typed as ``store.add_participant`` takes it; the seat is made where it is new."""
        seat = seat_by_hand(session, self.village.data, self.rt.data, self.rw.data)
        wave = self.wave.data
        if wave == BY_INVITATION:
            self.wave.data = ""
        facts = super().changes(session) | {"kind": "rt", "seat": seat}
        if wave == BY_INVITATION:
            facts["wave_id"] = invited_waves(session).get(seat.village.district.code)
            self.wave.data = wave
        return facts


class GuestForm(PersonForm):
    """Somebody without a seat."""

    kind = Pick(_l("Sebagai"), texts=GUESTS)

    def changes(self, session: Session) -> dict[str, Any]:
        """Return what was typed as ``store.change_participant`` takes it."""
        return super().changes(session) | {"kind": self.kind.data}

    def facts(self, session: Session) -> dict[str, Any]:
        """Return what was typed as ``store.add_participant`` takes it."""
        return self.changes(session)


class NewHeadForm(PersonForm):
    """Who holds a seat from now on; ``instead_of`` is the id of whom the page showed as its head, "" if nobody."""

    wave = note = version = was = None
    instead_of = HiddenField()

    def facts(self) -> dict[str, str]:
        """Return what was typed as ``store.replace_head`` takes it."""
        return {name: self[name].data or "" for name in ("name", "phone", "gender")}


def person_form(
    person: Person,
    waves: Iterable[Wave],
    districts: Iterable[District],
    values: Mapping[str, str] | None = None,
    posted: bool = False,
) -> PersonForm:
    """Return the form of ``person``'s row: as stored, with ``values`` instead, or as it was ``posted``."""
    stored = values_of(person)
    state = {"version": str(person.version), "was": json.dumps(stored)}
    typed: dict[str, Any] = {} if posted else {"formdata": None}
    make = HeadForm if person.kind == "rt" else GuestForm
    form = make(data={**stored, **(values or {}), **state}, key=str(person.id), behind=f"-{person.id}", **typed)
    _give_choices(form, waves, districts, ("", _("Belum ditentukan")))
    return form


def new_form(guest: bool, waves: Iterable[Wave], districts: Iterable[District]) -> HeadForm | GuestForm:
    """Return an empty form for a guest or a head."""
    form = (GuestForm if guest else HeadForm)(key="new", behind="-new")
    first = ("", _("Belum ditentukan")) if guest else (BY_INVITATION, _("Menurut undangan"))
    _give_choices(form, waves, districts, first)
    return form


def new_head_form(instead_of: int | None) -> NewHeadForm:
    """Return the form for a seat's new head, empty or as it was posted."""
    return NewHeadForm(data={"instead_of": str(instead_of or "")}, behind="-head")


def values_of(person: Person) -> dict[str, str]:
    """Return a person's row as the values of its form."""
    own = {
        "name": person.name,
        "phone": person.phone,
        "gender": person.gender,
        "wave": str(person.wave or ""),
        "note": person.note,
    }
    place = {"village": person.village_code, "rt": person.rt, "rw": person.rw}
    return own | (place if person.kind == "rt" else {"kind": person.kind})


def _give_choices(
    form: PersonForm, waves: Iterable[Wave], districts: Iterable[District], first_wave: tuple[str, str]
) -> None:
    form.wave.offer(dict([first_wave, *((str(wave.number), numeral(wave.number)) for wave in waves)]))
    if isinstance(form, HeadForm):
        form.village.offer(village_texts(districts))
