"""Lists out: the roster as a file that imports back, the codes of its cards, the template to fill in."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import store as audit
from ..documents.csv_out import write_csv
from ..documents.ods_out import write_ods
from ..documents.xlsx_out import WorkbookTable, write_xlsx
from ..events.place_store import find_districts
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import BY_PLACE, LIVE_CARD, PLACED, Badge, District, Participant, Seat, Village, Wave

TEMPLATE = ("Kecamatan", "Desa/Kelurahan", "RT", "RW", "Nama Lengkap", "L/P", "No. HP", "Jabatan")
CODES = ("code", "short_code", "name", "rt", "rw", "village_code", "village", "district", "wave")
EXAMPLE = "Contoh: tulis nama lengkap seperti ini"
_WIDTHS = (20, 24, 8, 8, 36, 6, 18, 18, 12)


def export_rows(session: Session, with_codes: bool) -> list[list[str]]:
    """Return the roster with its header, in the order of districts, villages and RT numbers.

    With codes: the columns of the contract and everybody who has a card; else the template's columns and the
    wave, and the heads alone, for a list has a seat in each row.
    """
    rows = (
        select(Participant, Seat, Village, District, Wave.number, Badge.token, Badge.short_code)
        .select_from(PLACED)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Badge, LIVE_CARD)
        .where(Participant.on_roster)
        .order_by(*BY_PLACE)
    )
    listed: list[list[str]] = [[*CODES] if with_codes else [*TEMPLATE, "Gelombang"]]
    for person, seat, village, district, wave, token, short_code in session.execute(rows):
        place = [seat.rt, seat.rw, village.code, village.name, district.name] if seat else [""] * 5
        if with_codes:
            if token:
                listed.append([token, short_code, person.name, *place, str(wave or "")])
        elif seat:
            rt, rw, _code, name, above = place
            own = [person.name, person.gender, person.phone, "Ketua RT", numeral(wave) if wave else ""]
            listed.append([above, name, rt, rw, *own])
    return listed


def export(session: Session, actor: str, form: str, *, codes: bool, now: datetime) -> tuple[bytes, int]:
    """Return the roster as a file (xlsx, ods or csv) and how many people it holds; noted in the trail."""
    if form not in ("xlsx", "ods", "csv"):
        raise Refused("no_such_form", "Daftar peserta ditulis sebagai XLSX, ODS, atau CSV.", 422)
    rows = export_rows(session, codes)
    table = WorkbookTable("Peserta", rows, widths=() if codes else _WIDTHS, as_text=True)
    if form == "csv":
        data = write_csv(rows, for_programs=codes)  # with codes it is what programs read
    else:
        data = write_xlsx([table]) if form == "xlsx" else write_ods(table.name, rows, table.widths)
    count = len(rows) - 1
    audit.note(session, actor, "roster.export", "roster", None, now=now, rows=count, codes=codes, form=form)
    return data, count


def template(session: Session) -> bytes:
    """Return the empty list to be filled in: every cell text, places to choose from, no NIK."""
    districts = find_districts(session)
    places = [(district.name, village.name) for district in districts for village in district.villages]
    example = [*(places or [("", "")])[0], "003", "001", EXAMPLE, "L", "081200000000", "Ketua RT"]
    choices = {
        0: [district.name for district in districts],
        1: [village for _district, village in places],
        5: ["L", "P"],
    }
    table = WorkbookTable("Ketua RT", [TEMPLATE, example], _WIDTHS, choices, frozenset({1}), as_text=True)
    return write_xlsx([table])
