"""Which cards to print on what, and why a card is replaced."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from ..events.typed_places import village_texts
from ..events.waves import numeral
from ..schema import District, Wave
from ..web.filters import day
from ..web.forms import Form, Pick, TypedVillage
from ..web.requests import whole
from .choice_store import NO_WAVE, CardChoice
from .sheet import CARD, SIZES, Size

FIELDS = ("wave", "district", "village", "which", "size", "paper", "sheets")
NEW, JOINED = "new", "joined"
_MOST_IDS = 20_000


class CardsForm(Form):
    """The cards to print, their size, the paper, and whether each village starts a new sheet.

    ``people`` holds the ids of the new cards that the page listed, so that a failed download can be repeated.
    """

    wave = Pick(_l("Gelombang"), default="")
    district = Pick(_l("Kecamatan"), default="")
    village = TypedVillage(_l("Desa/Kelurahan"), default="")
    which = Pick(_l("Kartu"), texts={"": _l("Semua kartu"), NEW: _l("Belum pernah dicetak")}, default="")
    size = Pick(
        _l("Ukuran"), texts={"": _l("Kartu, 10 per lembar"), "badge": _l("Lencana bertali, 4 per lembar")}, default=""
    )
    paper = Pick(_l("Kertas"), texts={"f4": "F4 (215 × 330 mm)", "a4": "A4 (210 × 297 mm)"}, default="f4")
    sheets = Pick(_l("Lembar"), texts={"": _l("Baru untuk tiap desa"), JOINED: _l("Bersambung")}, default="")
    people = HiddenField()

    def choice(self) -> CardChoice:
        """Return the chosen cards as a filter."""
        wave = self.wave.data
        return CardChoice(
            int(wave) if wave else None, self.district.data, self.village.data, unprinted=self.which.data == NEW
        )

    def card_size(self) -> Size:
        """Return the chosen size of the cards."""
        return SIZES.get(self.size.data, CARD)

    def only(self) -> frozenset[int] | None:
        """Return the ids of the new cards that the page listed, None where it listed none."""
        ids = (self.people.data or "").split(",")[:_MOST_IDS]
        return frozenset(number for id_ in ids if (number := whole(id_)) is not None) or None

    def query(self) -> dict[str, str]:
        """Return the fields that differ from their defaults, for a query string."""
        return {name: self[name].data for name in FIELDS if self[name].data != self[name].default}


class ReissueForm(Form):
    """Why somebody gets a new card."""

    reason = StringField(
        _l("Alasan"),
        [
            DataRequired(_l("Tulis alasan menerbitkan kartu baru.")),
            Length(max=300, message=_l("Alasan paling banyak 300 huruf.")),
        ],
    )


def cards_form(
    values: Mapping[str, str], waves: Sequence[Wave], districts: Sequence[District], usual: str
) -> CardsForm:
    """Return the form filled from a query or a post, without a village outside the chosen district.

    ``usual`` is the default paper.
    """
    form = CardsForm(values)
    form.paper.default = usual
    form.paper.data = values.get("paper") or usual
    everybody = {"": _l("Semua")}
    dated = {str(wave.number): f"{numeral(wave.number)} · {day(wave.date)}" for wave in waves}
    form.wave.offer(everybody | dated | {str(NO_WAVE): _l("Belum ditentukan")})
    form.district.offer(everybody | {district.code: district.name for district in districts})
    chosen = next((district for district in districts if district.code == form.district.data), None)
    form.village.offer(everybody | village_texts(districts))
    if chosen:
        inside = {village.code for village in chosen.villages}
        form.village.choices = [choice for choice in form.village.choices if choice.value in inside or not choice.value]
        if not form.village.refused and form.village.data not in inside:
            form.village.data = ""
    return form
