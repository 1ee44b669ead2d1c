"""What is typed about the papers of afterwards: counts of signatures, transport money, who earns a certificate."""

from collections.abc import Sequence
from functools import partial

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField

from ..refusals import Refused
from ..web.forms import Form, TextField
from ..web.requests import whole
from .certificate import Numbering, Rule
from .signatures import read_count
from .transport import KINDS, Rate, read_rate, rupiah


class CertificateForm(Form):
    """Who earns a certificate, and how its number is written."""

    point = SelectMultipleField(coerce=lambda value: whole(str(value)) or 0, choices=[], validate_choice=False)
    least = TextField(_l("Paling sedikit hadir di berapa titik"), lambda text: whole(text.strip()) or 0)
    substitutes = BooleanField(_l("Kehadiran wakil ikut dihitung untuk ketua RT"))
    template = TextField(_l("Pola nomor"))
    code = TextField(_l("Isi {kode}"))
    unit = TextField(_l("Isi {unit}"))


def certificate_form(rule: Rule, numbering: Numbering) -> CertificateForm:
    """Return the form of a wave's certificates as they are set, or proposed."""
    stored = vars(numbering) | {"point": rule.points, "least": rule.least, "substitutes": rule.substitutes}
    return CertificateForm(formdata=None, data=stored)


def counts_form(rows: Sequence[int], counted: Sequence[int | None] | None = None) -> Form:
    """Return the form for the signatures counted on pages of so many ``rows``, posted or filled with ``counted``."""

    class CountsForm(Form):
        pass

    for place, most in enumerate(rows):
        field = TextField("", partial(read_count, most=most), default=counted[place] if counted else None)
        setattr(CountsForm, f"page-{place + 1}", field)
    return CountsForm(**({} if counted is None else {"formdata": None}))


class RatesForm(Form):
    """What each kind of participant is paid, and how a doubtful tax is meant."""

    def texts(self, kind: str) -> dict[str, str]:
        """Return what stands in the fields of a kind."""
        return {name: self[f"{name}-{kind}"].data or "" for name in ("amount", "tax", "reading")}

    def rates(self) -> dict[str, Rate]:
        """Return the rates by kind; refused, each beside its kind, where one cannot be read."""
        rates = {}
        for kind in KINDS:
            try:
                rates[kind] = read_rate(**self.texts(kind))
            except Refused as refused:
                refused.field = f"amount-{kind}"
                self.blame(refused)
        self.check_errors()
        return {kind: rate for kind, rate in rates.items() if rate}


for _kind in KINDS:
    for _name in ("amount", "tax", "reading"):
        setattr(RatesForm, f"{_name}-{_kind}", TextField(""))


def rates_form(rates: dict[str, Rate]) -> RatesForm:
    """Return the form of the rates as they are stored."""
    amounts = {f"amount-{kind}": rupiah(rate.amount) for kind, rate in rates.items()}
    return RatesForm(formdata=None, data=amounts | {f"tax-{kind}": rate.tax_text for kind, rate in rates.items()})
