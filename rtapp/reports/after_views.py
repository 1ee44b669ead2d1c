"""Sesudah acara: every paper of a wave in one table, with its state and the way to it."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ..accounts.roles import Duty
from ..audit.find_store import last_made
from ..db import db
from ..web.guard import requires
from .shared_views import blueprint, no_wave, requested_wave, wave_links


@blueprint.get("/transport")
@blueprint.get("/recap")
@blueprint.get("/certificates")
@blueprint.get("/spj")
@requires(Duty.MAKE_REPORTS)
def moved() -> Response:
    """Redirect to the list of all papers of a wave."""
    return redirect(url_for(".after"), 303)


@blueprint.get("/papers")
@blueprint.get("/waves/<int:wave_id>/papers")
@requires(Duty.MAKE_REPORTS)
def after(wave_id: int | None = None) -> str:
    """List the papers of a wave in the order in which they are needed."""
    wave = requested_wave(wave_id)
    if wave is None:
        return no_wave(_("Sesudah acara"))
    dates, at = last_made(db.session, wave.id), {"wave_id": wave.id}
    papers = [
        (_("Daftar hadir"), _("siapa yang hadir, dicocokkan dengan tanda tangan"), "attendance", "attendance.print"),
        (_("Uang transport"), _("tarif, pajak, dan daftar penerimaan"), "transport", ""),
        (_("Rekap"), _("jumlah per kecamatan dan desa"), "recap", "recap.print"),
        (_("Sertifikat"), _("nomor diterbitkan sekali, lalu dicetak"), "certificates", "certificate.print"),
        (_("Berkas SPJ"), _("semua dokumen gelombang ini dalam satu ZIP"), "bundle", "bundle.take"),
    ]
    rows = [
        {"title": title, "about": about, "url": url_for(f".{page}", **at), "at": dates.get(act or "transport.print")}
        for title, about, page, act in papers
    ]
    return render_template(
        "reports/after.html", wave=wave, wave_links=wave_links(wave), rows=rows, closed=wave.closed_at
    )
