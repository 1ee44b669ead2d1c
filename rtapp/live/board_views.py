"""The board of a wave and of the whole event: on the page, as text for a chat, as CSV, down to the seats."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db
from ..documents.csv_out import write_csv
from ..events import store as events
from ..events.standing import ABSENCES, Tally, added
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import Wave
from ..web.filters import clock_time, day, number, percent, zone
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment
from . import board_store as board
from .pace import bars, forecast, lanes
from .shared_views import blueprint, own_wave, sees_all, stream_of, wave_links
from .store import Arrival, counts_at, last_arrivals, registration_of
from .tally import Counts

CSV_HEAD = (
    "tingkat", "kode", "nama", "sendiri", "diwakili", "gelombang_lain", *ABSENCES, "belum", "di_daftar", "hadir",
    "diundang",
)  # fmt: skip


def board_of(wave_id: int, named: bool) -> dict[str, Any]:
    """Return the context of the board; ``counts`` is None while the wave has no registration checkpoint.

    ``named`` is for those who record: viewers and big screens see numbers, never a participant's or user's name.
    """
    wave, point = events.find_wave(db.session, wave_id), registration_of(db.session, wave_id)
    if point is None:
        return {"wave": wave, "checkpoint": None, "counts": None, "arrivals": [], "named": named}
    now, counts = clock.utcnow(), counts_at(db.session, point.id)
    arrivals, marks = last_arrivals(db.session, point.id), board.marks_at(db.session, point.id, users=named)
    moments = [at for at, _name in marks]
    step, shown = bars(moments)
    return {
        "wave": wave,
        "checkpoint": point,
        "counts": counts,
        "arrivals": arrivals,
        "named": named,
        "step": step,
        "bars": [(clock_time(at), count) for at, count in shown],
        "lanes": lanes(marks, board.heard_in(db.session, wave_id, users=named), now=now),
        "done_at": None if wave.closed_at else forecast(moments, counts.belum, now=now),
        "points": board.points_of(db.session, wave_id),
        "recap": _recap(wave, counts, arrivals),
    }


@blueprint.get("/waves/<int:wave_id>/counts.csv")
@requires(Duty.SEE_COUNTS)
def counts_csv(wave_id: int) -> Response:
    """Answer the counts of a wave per district and village as CSV, without names of people."""
    wave, point = own_wave(wave_id), registration_of(db.session, wave_id)
    rows: list[tuple[Any, ...]] = [CSV_HEAD]
    counts = counts_at(db.session, point.id) if point else None
    for district in counts.districts if counts else ():
        rows.append(("kecamatan", district.code, district.name, *_csv_cells(district), district.invited))
        rows += [("desa", village.code, village.name, *_csv_cells(village), None) for village in district.villages]
    if counts:
        invited = counts.invited if counts.invited_by == "invitation" else None
        rows.append(("jumlah", "", f"Gelombang {wave.number}", *_csv_cells(counts), invited))
    headers = {"Content-Disposition": f'attachment; filename="kehadiran-gelombang-{wave.number}.csv"'}
    return Response(write_csv(rows), mimetype="text/csv", headers=headers)


@blueprint.get("/waves/<int:wave_id>/places/<code>")
@requires(Duty.SEE_COUNTS)
def place(wave_id: int, code: str) -> str:
    """Show the seats of a village with their states, with names only for those who record."""
    wave, point = own_wave(wave_id), registration_of(db.session, wave_id)
    village = board.village_of(db.session, code)
    seats = board.seats_of(db.session, point.id, wave_id, code) if point else []
    return render_template("live/place.html", wave=wave, village=village, seats=seats)


@blueprint.get("/counts/all")
@requires(Duty.SEE_COUNTS)
def all_counts() -> Response:
    """Show the whole event: heads present in their own wave, in another, or not at all."""
    _refuse_narrow()
    return page_or_fragment("live/all.html", "live/_all.html", **_whole(), wave_links=wave_links(None))


@blueprint.get("/counts/all/stream")
@requires(Duty.SEE_COUNTS)
def all_stream() -> Response:
    """Stream the board of the event, now and after every change."""
    _refuse_narrow()
    return stream_of("all", lambda: render_template("live/_all.html", **_whole()), sees_all)


def _whole() -> dict[str, Any]:
    places = board.over_all_waves(db.session)
    return {"places": places, "total": Tally(added(places)), "invited": board.invited_in_all(db.session)}


def _refuse_narrow() -> None:
    if not sees_all(acting()):
        raise Refused("not_your_wave", "Perangkat ini tidak diberi titik absensi semua gelombang.", 403)


def _csv_cells(tally: Tally) -> tuple[int, ...]:
    states = (tally.sendiri, tally.diwakili, tally.elsewhere, *tally.absent.values(), tally.belum)
    return (*states, tally.roster, tally.hadir)


def _recap(wave: Wave, counts: Counts, arrivals: list[Arrival]) -> str:
    """Return the totals as text for a chat, with the time of the last arrival rather than the present time."""
    words = {
        "izin": _("izin"), "sakit": _("sakit"), "dinas": _("dinas"), "tanpa_keterangan": _("tanpa keterangan")
    }  # fmt: skip
    lines = [_("Kehadiran Gelombang %(wave)s, %(day)s", wave=numeral(wave.number), day=day(wave.date))]
    if arrivals:
        lines.append(_("sampai pukul %(time)s %(zone)s", time=clock_time(arrivals[0].at), zone=zone()))
    share = f" ({percent(counts.share)})" if counts.share is not None else ""
    invited = f" ({_('diundang %(n)s', n=number(counts.invited))})" if counts.invited_by == "invitation" else ""
    lines += [
        "",
        _("Di daftar: %(n)s", n=number(counts.roster)) + invited,
        _("Hadir: %(n)s", n=number(counts.hadir)) + share,
        _("(sendiri %(n)s, diwakili %(m)s)", n=number(counts.sendiri), m=number(counts.diwakili)),
        _("Belum hadir: %(n)s", n=number(counts.belum)),
    ]
    absent = [f"{words[kind]} {number(n)}" for kind, n in counts.absent.items() if n]
    lines += [_("Tidak hadir: %(kinds)s", kinds=", ".join(absent))] if absent else []
    for sentence, n in (
        (_("Hadir di gelombang lain: %(n)s", n=number(counts.elsewhere)), counts.elsewhere),
        (_("Dari gelombang lain: %(n)s", n=number(counts.other_wave)), counts.other_wave),
        (_("Tamu dan panitia: %(n)s", n=number(counts.guests)), counts.guests),
    ):
        lines += [sentence] if n else []
    lines += ["", *(f"{place.name}: {_of(place)}" for place in counts.districts)]
    return "\n".join(lines).strip()


def _of(place: Any) -> str:
    return _("%(n)s dari %(all)s", n=number(place.hadir), all=number(place.roster))
