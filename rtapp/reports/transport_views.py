"""Uang transport: the amounts of a wave, who is paid before it is printed, the list to sign."""

from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..events import store as events
from ..events.about_store import about_of
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import download, paper_choices, unprintable_names
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment
from ..web.requests import form_id, form_text, row_id
from . import papers
from .forms import RatesForm, rates_form
from .shared_views import blueprint, chosen_page, note_export, wave_links
from .transport import KINDS, cash_by_cashier, choices_of, read_rate, total
from .transport_paper import code_of as transport_code
from .transport_store import PayList, pay_list, payable_points, rates_of
from .transport_store import save_rates as keep_rates


@blueprint.get("/waves/<int:wave_id>/transport")
@requires(Duty.MAKE_REPORTS)
def transport(wave_id: int) -> Response | str:
    """Show the amounts of a wave and who is paid, before anything is printed."""
    wave = events.find_wave(db.session, wave_id)
    return page_or_fragment("reports/transport.html", "reports/_transport.html", **_page(wave))


@blueprint.post("/waves/<int:wave_id>/transport-rates")
@requires(Duty.MAKE_REPORTS)
def save_rates(wave_id: int) -> Response | tuple[str, int]:
    """Keep what each kind of participant is paid, all of it or none where one cannot be read."""
    actor, now, form = acting(), clock.utcnow(), RatesForm()
    session = begin_write(db.session)
    wave = events.find_wave(session, wave_id)
    with form.refusals():
        keep_rates(session, actor.name, wave, form.rates(), now=now)
        session.commit()
        flash(_("Tersimpan."), "ok")
        return redirect(url_for(".transport", wave_id=wave_id), 303)
    return render_template("reports/transport.html", **_page(wave, form)), form.status


@blueprint.post("/waves/<int:wave_id>/transport")
@requires(Duty.MAKE_REPORTS)
def transport_paper(wave_id: int) -> Response | tuple[str, int]:
    """Answer the list to sign, or the page of who is to be looked at first; the trail says who took how many lines."""
    actor, now = acting(), clock.utcnow()
    wave = events.find_wave(db.session, wave_id)
    try:
        page = chosen_page()
        found = pay_list(db.session, wave, form_id("checkpoint"))
    except Refused as refused:
        return render_template("reports/transport.html", **_page(wave, said=refused)), refused.status
    about, point = about_of(db.session, wave, actor.name, now), found.point.name
    if form_text("check"):
        note_export(actor.name, "transport.check", wave.id, sum(bool(one.warnings) for one in found.payments), now)
        data = papers.transport_check(found.payments, about, point, page)
        return download(data, f"pemeriksaan uang transport {about.wave} {page.paper}", page.form)
    code = transport_code(found.payments, point, about.wave)[: papers.CODE]
    note_export(actor.name, "transport.print", wave.id, len(found.payments), now, code=code)
    data = papers.transport(found.payments, about, point, page)
    return download(data, f"uang transport {about.wave} {page.paper}", page.form)


@blueprint.post("/waves/<int:wave_id>/transport-effect")
@requires(Duty.MAKE_REPORTS)
def rate_effect(wave_id: int) -> str:
    """Show what the typed amount and tax of one kind come to for one person; nothing is kept."""
    events.find_wave(db.session, wave_id)
    kind = next((kind for kind in KINDS if kind == request.args.get("kind")), KINDS[0])
    return render_template("reports/_effect.html", one=_effect(kind, RatesForm()))


def _page(wave: Wave, form: RatesForm | None = None, said: Refused | None = None) -> dict[str, Any]:
    found, refused = _found(wave)
    form, payments = form or rates_form(rates_of(db.session, wave.id)), found.payments if found else ()
    return {
        "wave": wave,
        "wave_links": wave_links(wave),
        "points": [(point.id, point.name) for point in payable_points(db.session, wave.id)],
        "form": form,
        "kinds": [_effect(kind, form) for kind in KINDS],
        "found": found,
        "problem": refusal_text(said or refused) if said or refused else "",
        "money": total(payments),
        "cash": cash_by_cashier(payments),
        "warned": [(one, " ".join(map(refusal_text, one.warnings))) for one in payments if one.warnings],
        "papers": paper_choices(),
        "unprintable": unprintable_names(name for one in payments for name in (one.name, one.substitute)),
    }


def _found(wave: Wave) -> tuple[PayList | None, Refused | None]:
    try:
        return pay_list(db.session, wave, request.args.get("checkpoint", type=row_id)), None
    except Refused as refused:
        return None, refused


def _effect(kind: str, form: RatesForm) -> dict[str, Any]:
    """Return what one person of a kind receives by what is typed, and how a doubtful tax may be meant."""
    typed, rate = form.texts(kind), None
    choices = choices_of(typed["amount"], typed["tax"])
    if not choices:
        with suppress(Refused):  # what cannot be read is said when it is sent
            rate = read_rate(typed["amount"], typed["tax"])
    money = rate.money if rate else None
    return {"kind": kind, "reading": typed["reading"], "money": money, "choices": choices}
