"""What is typed about one person, and the file of an import."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, Form, HiddenField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from ..events.waves import numeral
from ..schema import District, Wave
from . import names
from .store import Person

GENDERS = (("", _l("Belum diisi")), ("L", _l("Laki-laki")), ("P", _l("Perempuan")))
GUESTS = (("tamu", _l("Tamu")), ("panitia", _l("Panitia")), ("narasumber", _l("Narasumber")))
BY_INVITATION = "undangan"  # the wave to which the head's district is invited


def read_phone(text):  # TEMPORARY
    import re
    t = re.sub(r"[^0-9+]", "", text)
    t = "0" + t[3:] if t.startswith("+62") else t
    return t if re.fullmatch(r"08[1-9]\d{7,10}", t) else None


def read_rt(text):  # TEMPORARY
    import re
    m = re.fullmatch(r"(?i)(?:rt|rw)?[ .]*0*(\d{1,3})([A-Z]?)", text)
    return f"{int(m[1]):03}{m[2].upper()}" if m else None


def _phone(_form: Form, field: Field) -> None:
    field.data = (field.data or "").strip()
    if field.data:
        reading = read_phone(field.data)
        if not reading:
            raise ValidationError(_("Nomor HP dimulai 08 dan terdiri dari 10–13 angka."))
        field.data = reading


def _rt(_form: Form, field: Field) -> None:
    field.data = (field.data or "").strip()
    if field.data:
        reading = read_rt(field.data)
        if not reading:
            raise ValidationError(_("Tulis nomornya saja, misalnya 3 atau 12A."))
        field.data = reading


class Choice(SelectField):
    """A choice that says so in our words when something else was posted."""

    def pre_validate(self, form: Form) -> None:
        if self.data not in [value for value, _text in self.choices]:
            raise ValidationError(_("Pilih salah satu yang ada."))


class PersonForm(FlaskForm):
    """What everybody has; ``version`` and ``was`` say which state of the row the form was opened with."""

    name = StringField(
        _l("Nama"),
        [InputRequired(_l("Tulis namanya.")), Length(max=200, message=_l("Nama paling banyak 200 huruf."))],
        filters=[lambda text: names.clean(text) if text else text],
    )
    phone = TelField(_l("No. HP"), [_phone])
    gender = Choice(_l("L/P"), choices=GENDERS)
    wave = Choice(_l("Gelombang"))
    note = TextAreaField(_l("Catatan"), [Length(max=1000, message=_l("Catatan paling banyak 1.000 huruf."))])
    version = HiddenField()
    was = HiddenField()
    suffix = ""

    def give_ids(self, suffix: str) -> None:
        """Make every field's id this form's own: several rows may be open at once."""
        self.suffix = suffix
        for field in self:
            field.id = f"{field.name}{suffix}"
            field.label.field_id = field.id

    def values(self) -> dict[str, str]:
        """Return what stands in the fields, by name."""
        return {field.name: field.data or "" for field in self if field.name not in ("csrf_token", "version", "was")}

    @property
    def read_version(self) -> int:
        """The version of the row when the form was opened; -1 for nonsense, which no row has."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    @property
    def read_values(self) -> dict[str, str]:
        """The values of the row when the form was opened; nothing for nonsense."""
        try:
            values = json.loads(self.was.data or "{}")
        except ValueError:
            return {}
        return {k: v for k, v in values.items() if isinstance(v, str)} if isinstance(values, dict) else {}

    def shown_value(self, name: str, value: str) -> str:
        """Return ``value`` of the field ``name`` as a person reads it."""
        field = self[name]
        if isinstance(field, SelectField):
            return str(dict(field.choices).get(value, value))
        return value


class HeadForm(PersonForm):
    """The head of a seat."""

    village = Choice(_l("Desa/Kelurahan"), [InputRequired(_l("Pilih desanya."))])
    rt = StringField(_l("RT"), [InputRequired(_l("Tulis nomor RT.")), _rt])
    rw = StringField(_l("RW"), [_rt])


class GuestForm(PersonForm):
    """Somebody without a seat."""

    kind = Choice(_l("Sebagai"), choices=GUESTS)


class ImportForm(FlaskForm):
    """The file of an import."""

    file = FileField(_l("Berkas peserta"))


def person_form(
    person: Person, waves: Iterable[Wave], districts: Iterable[District], values: dict[str, str] | None = None
) -> PersonForm:
    """Return the form of ``person``'s row; with ``values`` it shows those whatever was posted."""
    stored = values_of(person)
    posted: dict[str, Any] = {"formdata": None} if values else {}
    make = HeadForm if person.kind == "rt" else GuestForm
    form = make(data={**stored, **(values or {}), "version": str(person.version), "was": json.dumps(stored)}, **posted)
    _give_choices(form, waves, districts, ("", _("Belum ditentukan")))
    form.give_ids(f"-{person.id}")
    return form


def new_form(guest: bool, waves: Iterable[Wave], districts: Iterable[District]) -> PersonForm:
    """Return an empty form for a guest or a head."""
    form = GuestForm() if guest else HeadForm()
    first = ("", _("Belum ditentukan")) if guest else (BY_INVITATION, _("Menurut undangan kecamatan"))
    _give_choices(form, waves, districts, first)
    form.give_ids("-new")
    return form


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
    form.wave.choices = [first_wave, *((str(wave.number), numeral(wave.number)) for wave in waves)]
    if isinstance(form, HeadForm):
        form.village.choices = [("", _("Pilih desa")), *village_choices(districts)]


def village_choices(districts: Iterable[District]) -> Sequence[tuple[str, str]]:
    """Return every village by code; the district stands beside its name, for names recur."""
    return [
        (village.code, f"{village.name} · {district.name}") for district in districts for village in district.villages
    ]
