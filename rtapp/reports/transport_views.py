"""Uang transport: the amounts of a wave, who is paid before it is printed, the list to sign."""

from contextlib import suppress
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..events import store as events
from ..events.about_store import about_of
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import download, paper_choices, unprintable_names
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import done, page_or_fragment
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
    """Save the rates of all kinds of participants, or none where one cannot be read."""
    wave, form = events.find_wave(db.session, wave_id), RatesForm()
    with form.refusals():
        with transaction() as session:
            keep_rates(session, acting().name, wave, form.rates(), now=clock.utcnow())
        return done(_("Tersimpan."), ".transport", wave_id=wave_id)
    return render_template("reports/transport.html", **_page(wave, form)), form.status


@blueprint.post("/waves/<int:wave_id>/transport")
@requires(Duty.MAKE_REPORTS)
def transport_paper(wave_id: int) -> Response | tuple[str, int]:
    """Answer the list to sign, or the check sheet; the trail says who took how many lines."""
    actor, now = acting(), clock.utcnow()
    wave = events.find_wave(db.session, wave_id)
    try:
        page = chosen_page()
        payroll = pay_list(db.session, wave, form_id("checkpoint"))
    except Refused as refused:
        return render_template("reports/transport.html", **_page(wave, refusal=refused)), refused.status
    about, point = about_of(db.session, wave, actor.name, now), payroll.point.name
    if form_text("check"):
        doubted = sum(bool(payment.warnings) for payment in payroll.payments)
        note_export(actor.name, "transport.check", wave.id, doubted, now)
        data = papers.transport_check(payroll.payments, about, point, page)
        return download(data, f"pemeriksaan uang transport {about.wave} {page.paper}", page.form)
    code = transport_code(payroll.payments, point, about.wave)[: papers.CODE]
    note_export(actor.name, "transport.print", wave.id, len(payroll.payments), now, code=code)
    data = papers.transport(payroll.payments, about, point, page)
    return download(data, f"uang transport {about.wave} {page.paper}", page.form)


@blueprint.post("/waves/<int:wave_id>/transport-effect")
@requires(Duty.MAKE_REPORTS)
def rate_effect(wave_id: int) -> str:
    """Show what one person receives at the typed amount and tax of a kind, without saving it."""
    events.find_wave(db.session, wave_id)
    kind = next((kind for kind in KINDS if kind == request.args.get("kind")), KINDS[0])
    return render_template("reports/_effect.html", effect=_effect(kind, RatesForm()))


def _page(wave: Wave, form: RatesForm | None = None, refusal: Refused | None = None) -> dict[str, Any]:
    payroll, refused = _payroll(wave)
    form, payments = form or rates_form(rates_of(db.session, wave.id)), payroll.payments if payroll else ()
    return {
        "wave": wave,
        "wave_links": wave_links(wave),
        "points": [(point.id, point.name) for point in payable_points(db.session, wave.id)],
        "form": form,
        "kinds": [_effect(kind, form) for kind in KINDS],
        "payroll": payroll,
        "problem": refusal_text(refusal or refused) if refusal or refused else "",
        "money": total(payments),
        "cash": cash_by_cashier(payments),
        "warned": [
            (payment, " ".join(map(refusal_text, payment.warnings))) for payment in payments if payment.warnings
        ],
        "papers": paper_choices(),
        "unprintable": unprintable_names(name for payment in payments for name in (payment.name, payment.substitute)),
    }


def _payroll(wave: Wave) -> tuple[PayList | None, Refused | None]:
    try:
        return pay_list(db.session, wave, request.args.get("checkpoint", type=row_id)), None
    except Refused as refused:
        return None, refused


def _effect(kind: str, form: RatesForm) -> dict[str, Any]:
    """Return what one person of a kind receives as typed, and the possible meanings of a doubtful tax."""
    typed, rate = form.texts(kind), None
    choices = choices_of(typed["amount"], typed["tax"])
    if not choices:
        with suppress(Refused):  # what cannot be read is said when it is sent
            rate = read_rate(typed["amount"], typed["tax"])
    money = rate.money if rate else None
    return {"kind": kind, "reading": typed["reading"], "money": money, "choices": choices}
