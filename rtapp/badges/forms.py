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
    """Whose cards, how large, on which paper, each village on sheets of its own or not.

    ``people`` holds whose new cards the page spoke of, so that a download that got lost can be repeated.
    """

    wave = Pick(_l("Gelombang"), default="")
    district = Pick(_l("Kecamatan"), default="")
    village = TypedVillage(_l("Desa/Kelurahan"), default="")
    which = Pick(
        _l("Kartu"),
        texts={"": _l("Semua kartu"), NEW: _l("Belum pernah dicetak")},
        default="",
    )
    size = Pick(
        _l("Ukuran"),
        texts={"": _l("Kartu, 10 per lembar"), "badge": _l("Lencana bertali, 4 per lembar")},
        default="",
    )
    paper = Pick(_l("Kertas"), texts={"f4": "F4 (215 × 330 mm)", "a4": "A4 (210 × 297 mm)"}, default="f4")
    sheets = Pick(
        _l("Lembar"),
        texts={"": _l("Baru untuk tiap desa"), JOINED: _l("Bersambung")},
        default="",
    )
    people = HiddenField()

    def choice(self) -> CardChoice:
        """Return whose cards were asked for."""
        wave = self.wave.data
        return CardChoice(
            int(wave) if wave else None,
            self.district.data,
            self.village.data,
            unprinted=self.which.data == NEW,
        )

    def card_size(self) -> Size:
        """Return how large the cards are printed."""
        return SIZES.get(self.size.data, CARD)

    def only(self) -> frozenset[int] | None:
        """Return whose cards the page spoke of, None where it was not about new ones."""
        ids = (self.people.data or "").split(",")[:_MOST_IDS]
        return frozenset(number for id_ in ids if (number := whole(id_)) is not None) or None

    def query(self) -> dict[str, str]:
        """Return what differs from the start, as it stands in an address."""
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
    """Return the form as an address or a post fills it; a village of another district is let go.

    ``usual`` is the paper where none is asked for.
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
