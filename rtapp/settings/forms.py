"""What is typed about the papers of the event: the letterhead, who signs."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField

from ..web.downloads import PAPERS
from ..web.forms import Form, Pick, TextField
from .letterhead import LINES, LONGEST, Letterhead, checked_paper
from .options import FLAGS, checked
from .signatories import FIELDS, MOST, Signatory, checked_field, checked_line

LABELS = {
    "caption": _l("Di atas jabatan"),
    "position": _l("Jabatan"),
    "name": _l("Nama dan gelar"),
    "rank": _l("Pangkat, golongan"),
    "nip": _l("NIP"),
}
HINTS = {"caption": _l("Misalnya Mengetahui,"), "nip": _l("18 angka")}


def _line(label: Any, most: int) -> TextField:
    return TextField(label, lambda text: checked_line(" ".join(text.split()), most))


class AddressForm(Form):
    """The address of the codes; ``later`` says that this laptop will have it in the hall."""

    base_url = TextField(_l("Alamat"), lambda text: checked("base_url", text))
    later = BooleanField(_l("Router aula akan memberi laptop ini alamat itu"))


class LetterheadForm(Form):
    """The lines above every paper, where papers are signed, the usual paper."""

    address = _line(_l("Alamat, telepon, email"), LONGEST["address"])
    place = _line(_l("Tempat penandatanganan"), LONGEST["place"])
    paper = Pick(_l("Kertas"), texts=PAPERS, rule=checked_paper)

    def letterhead(self) -> Letterhead:
        """Return the letterhead as typed."""
        lines = (self[f"line-{number}"].data for number in range(1, LINES + 1))
        return Letterhead(tuple(filter(None, lines)), self.address.data, self.place.data, self.paper.data)


for _number, _label in enumerate((_l("Baris 1"), _l("Baris 2"), _l("Baris 3")), start=1):
    setattr(LetterheadForm, f"line-{_number}", _line(_label, LONGEST["line"]))


def letterhead_form(stored: Letterhead) -> LetterheadForm:
    """Return the form of the letterhead as it is stored."""
    lines = {f"line-{number}": line for number, line in enumerate(stored.lines, start=1)}
    words = {"address": stored.address, "place": stored.place, "paper": stored.paper}
    return LetterheadForm(formdata=None, data=words | lines)


class SignatoriesForm(Form):
    """Who signs a kind of paper, in rows that are numbered from 1."""

    numbers: range

    def signers(self) -> list[Signatory]:
        """Return the signatories as typed, without empty rows."""
        rows = (Signatory(**{name: self[f"{name}-{number}"].data for name in FIELDS}) for number in self.numbers)
        return [signer for signer in rows if signer]


def signatories_form(
    sent: Mapping[str, str] | None, stored: Sequence[Signatory] = (), more: int = 0
) -> SignatoriesForm:
    """Return the form as ``sent``, else with the ``stored`` signatories, and ``more`` empty rows at the end."""
    typed = [number for number in range(1, MOST + 1) if any(f"{name}-{number}" in (sent or ()) for name in FIELDS)]

    class Rows(SignatoriesForm):
        numbers = range(1, min(max(typed, default=len(stored)) + more, MOST) + 1)

    for number in Rows.numbers:
        for name in FIELDS:
            value = getattr(stored[number - 1], name) if number <= len(stored) else ""
            setattr(Rows, f"{name}-{number}", _signatory_field(name, value))
    return Rows(sent)


def _signatory_field(name: str, value: str) -> TextField:
    def rule(text: str) -> str:
        return checked_field(name, " ".join(text.split()))

    return TextField(LABELS[name], rule, default=value, description=HINTS.get(name, ""))


class OptionsForm(Form):
    """What a committee can turn on and off, with the password of whoever does."""

    own_password = PasswordField(_l("Kata sandi Anda"), description=_l("Hanya untuk menyalakannya."))

    def flags(self) -> dict[str, bool]:
        """Return the options by key."""
        return {key: self[key].data for key in FLAGS}


for _key in FLAGS:
    setattr(OptionsForm, _key, BooleanField())
