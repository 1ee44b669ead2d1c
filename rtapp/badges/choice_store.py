"""Whose cards are printed or sent: chosen by wave, district or village, counted before, worded as on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from .. import clock
from ..events import store as events
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import BY_PLACE, LIVE_CARD, PLACED, Badge, District, Participant, Seat, Village, Wave
from ..settings import store as settings
from ..settings.letterhead_store import letterhead_of, logo_of
from . import token
from .layout import Card
from .sheet import CARD, Size

NO_WAVE = 0  # in place of a wave's number: those who have none yet
# Papers are Indonesian, whatever the language of who prints them.
_TITLE = "Kartu peserta"
_KINDS = {"rt": "Ketua RT", "tamu": "Tamu", "panitia": "Panitia", "narasumber": "Narasumber"}

_PICTURE_BYTES = 42_000


@dataclass(frozen=True)
class CardChoice:
    """A filter for cards: an empty field filters nothing, ``unprinted`` leaves out cards that were printed before."""

    wave_number: int | None = None
    district_code: str = ""
    village_code: str = ""
    unprinted: bool = False


@dataclass(frozen=True)
class CardTally:
    """The size of a choice: its cards, those not issued yet, never printed or printed more than once, and its sheets.

    ``sheets`` counts a new sheet for each village, ``sheets_joined`` does not.
    """

    cards: int = 0
    missing: int = 0
    unprinted: int = 0
    reprinted: int = 0
    sheets: int = 0
    sheets_joined: int = 0

    @property
    def picture_megabytes(self) -> int:
        """Return the approximate size of the pictures: a browser shows the progress of this download, but no total."""
        return -(-self.cards * _PICTURE_BYTES // 10**6)


@dataclass(frozen=True)
class VillageCards:
    """The cards of one village (``code`` "" for people without one), and how many of their holders have a phone."""

    code: str
    village: str
    district: str
    cards: int
    phones: int


@dataclass(frozen=True)
class Holder:
    """The holder of a card: the card, their phone (08… or "") and how often the card was printed."""

    id: int
    phone: str
    printed: int
    card: Card


def tally(session: Session, choice: CardChoice, size: Size = CARD) -> CardTally:
    """Return the number of cards in ``choice``, and of the sheets they fill at this size."""
    printed, again = (func.count().filter(Badge.printed_count > times) for times in (0, 1))
    counts = func.count(), func.count(Badge.id), printed, again
    rows = session.execute(_chosen(choice, *counts).group_by(Village.id)).all()
    cards = sum(row[0] for row in rows)
    return CardTally(
        cards=cards,
        missing=cards - sum(row[1] for row in rows),
        unprinted=cards - sum(row[2] for row in rows),
        reprinted=sum(row[3] for row in rows),
        sheets=sum(size.sheets(row[0]) for row in rows),
        sheets_joined=size.sheets(cards),
    )


def per_village(session: Session, choice: CardChoice) -> list[VillageCards]:
    """Return the cards of each village of ``choice`` in the order of the sheets, people without a village last."""
    phones = func.count().filter(Participant.phone != "")
    columns = Village.code, Village.name, Village.kind, District.name.label("district"), func.count().label("cards")
    rows = _chosen(choice, *columns, phones.label("phones")).group_by(Village.id, District.id)
    return [
        VillageCards(
            row.code or "",
            _village_line(row.kind, row.name) if row.code else "",
            f"Kecamatan {row.district}" if row.code else "",
            row.cards,
            row.phones,
        )
        for row in session.execute(rows.order_by(Village.code.is_(None), District.code, Village.code))
    ]


def holders_of(session: Session, choice: CardChoice) -> list[Holder]:
    """Return the people of ``choice`` who have a card that works, in the order of the sheets."""
    return _holders(session, _chosen(choice, *_HELD).order_by(*BY_PLACE))


def holder_of(session: Session, participant_id: int) -> Holder | None:
    """Return one person with the card that works, None for somebody without one."""
    return next(iter(_holders(session, _chosen(CardChoice(), *_HELD).where(Participant.id == participant_id))), None)


def ids_of(session: Session, choice: CardChoice) -> list[int]:
    """Return the people of ``choice``, with a card or without, in the order of the sheets."""
    return list(session.scalars(_chosen(choice, Participant.id).order_by(*BY_PLACE)))


def names_of(session: Session, choice: CardChoice) -> list[str]:
    """Return the names of ``choice`` in the order of the sheets."""
    return list(session.scalars(_chosen(choice, Participant.name).order_by(*BY_PLACE)))


def card_of(session: Session, participant_id: int) -> Card:
    """Return one person's live card as it is printed; refused with 404 when there is none."""
    holder = holder_of(session, participant_id)
    if holder is None:
        raise Refused("no_card", "Peserta ini tidak punya kartu yang berlaku. Terbitkan kartu baru di halamannya.", 404)
    return holder.card


def title_of(session: Session, choice: CardChoice) -> str:
    """Return the footer of the sheets; refused with 404 for an unknown wave or place."""
    parts = [_TITLE]
    if choice.wave_number == NO_WAVE:
        parts.append("gelombang belum ditentukan")
    elif choice.wave_number is not None:
        parts.append(f"Gelombang {numeral(events.wave_by_number(session, choice.wave_number).number)}")
    if choice.village_code:
        village = session.scalar(select(Village).where(Village.code == choice.village_code))
        if village is None:
            raise Refused("no_village", "Desa dengan kode %(place)s tidak ada.", 404, place=choice.village_code)
        parts += [_village_line(village.kind, village.name), f"Kecamatan {village.district.name}"]
    elif choice.district_code:
        district = session.scalar(select(District.name).where(District.code == choice.district_code))
        if district is None:
            raise Refused("no_district", "Kecamatan dengan kode %(place)s tidak ada.", 404, place=choice.district_code)
        parts.append(f"Kecamatan {district}")
    return " · ".join(parts)


_PRINTED = (
    Participant.name,
    Participant.kind,
    Seat.rt,
    Seat.rw,
    Village.name.label("village"),
    Village.kind.label("village_kind"),
    District.name.label("district"),
    Wave.number.label("wave"),
    Wave.date,
    Wave.venue,
    Badge.token,
    Badge.short_code,
)
_HELD = Participant.id, Participant.phone, Badge.printed_count, *_PRINTED


def _holders(session: Session, rows: Select[Any]) -> list[Holder]:
    event, base_url = events.the_event(session), settings.read(session, "base_url")
    lines, logo = letterhead_of(session).lines, logo_of(session)
    head = {"event": event.name, "organiser": lines[-1] if lines else event.organiser, "logo": logo}
    held = session.execute(rows.where(Badge.id.isnot(None)))
    return [Holder(row.id, row.phone, row.printed_count, _card(row, head, base_url)) for row in held]


def _chosen(choice: CardChoice, *columns: Any) -> Select[Any]:
    rows = (
        select(*columns)
        .select_from(PLACED)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Badge, LIVE_CARD)
        .where(Participant.on_roster)
    )
    if choice.wave_number == NO_WAVE:
        rows = rows.where(Wave.id.is_(None))
    elif choice.wave_number is not None:
        rows = rows.where(Wave.number == choice.wave_number)
    if choice.district_code:
        rows = rows.where(District.code == choice.district_code)
    if choice.village_code:
        rows = rows.where(Village.code == choice.village_code)
    if choice.unprinted:
        rows = rows.where(func.coalesce(Badge.printed_count, 0) == 0)
    return rows


def _card(row: Row[Any], head: Mapping[str, Any], base_url: str) -> Card:
    seat = f"RT {row.rt}" if row.rt else _KINDS.get(row.kind, row.kind)
    return Card(
        name=row.name,
        seat_line=f"{seat} / RW {row.rw}" if row.rt and row.rw else seat,
        village_line=_village_line(row.village_kind, row.village) if row.rt else "",
        district_line=f"Kecamatan {row.district}" if row.rt else "",
        wave_numeral=numeral(row.wave) if row.wave else "–",
        date_line=clock.day_text(row.date) if row.wave else "Gelombang belum ditentukan",
        venue=row.venue or "",
        **head,
        payload=token.payload(row.token, base_url),
        short_code=token.shown(row.short_code),
    )


def _village_line(kind: str, name: str) -> str:
    return f"Kelurahan {name}" if kind == "kelurahan" else f"Desa {name}"
