"""One seat: who holds it and held it, cards, scans, edits; a new head in one step."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..badges import store as badges
from ..db import db, transaction
from ..refusals import Refused
from ..web.changes import Words
from ..web.guard import acting, requires
from ..web.htmx import done
from . import store
from .find_store import Person, head_of
from .forms import NewHeadForm, new_head_form
from .history_store import HistoryLine, history_of
from .seat_store import find_seat
from .shared_views import blueprint

ACTS = {
    "participant.add": _l("Ditambahkan"),
    "participant.change": _l("Diubah"),
    "participant.archive": _l("Diarsipkan"),
    "participant.restore": _l("Dipulihkan"),
    "badge.reissue": _l("Kartu baru terbit"),
}


@blueprint.get("/seats/<int:seat_id>")
@requires(Duty.EDIT_ROSTER)
def seat(seat_id: int) -> tuple[str, int]:
    """Show what became of one seat, held or vacant."""
    return _seat_page(seat_id)


@blueprint.post("/seats/<int:seat_id>/head")
@requires(Duty.EDIT_ROSTER)
def new_head(seat_id: int) -> Response | tuple[str, int]:
    """Put a new head on a seat: the old one is archived and their card revoked, the new one gets a card."""
    actor, now = acting(), clock.utcnow()
    seat, form = find_seat(db.session, seat_id), new_head_form(None)
    with form.refusals():
        form.check()
        with transaction() as session:
            _refuse_other_head(head_of(session, seat_id), form)
            old, new = store.replace_head(session, actor.name, seat, now=now, **form.facts())
            if old is not None:
                badges.revoke_cards(session, [old.id], badges.REPLACED, now=now)
            badges.issue_missing(session, [new.id], now=now)
            report = _replaced(old.name if old else "", new.name)
        return done(report, ".seat", seat_id=seat_id)
    return _seat_page(seat_id, form)


def _refuse_other_head(head: Person | None, form: NewHeadForm) -> None:
    """Refuse what was meant for somebody who is no longer the head."""
    if form.instead_of.data != str(head.id if head else ""):
        raise Refused("head_changed", "Ketua RT ini baru saja diganti. Lihat siapa yang menjabat sekarang.", 409)


def _replaced(old: str, new: str) -> str:
    if not old:
        return _("%(new)s menjabat. Kartunya terbit.", new=new)
    return _("%(new)s menggantikan %(old)s. Kartu lama dicabut, kartu baru terbit.", new=new, old=old)


def _seat_page(seat_id: int, form: NewHeadForm | None = None) -> tuple[str, int]:
    seat, head = find_seat(db.session, seat_id), head_of(db.session, seat_id)
    history = history_of(db.session, seat_id)
    cards = [(id_, badge) for id_ in history.names for badge in badges.badges_of(db.session, id_)]
    shown = form or new_head_form(head.id if head else None)
    shown.instead_of.data = str(head.id if head else "")
    page = render_template(
        "roster/seat.html",
        seat=seat,
        head=head,
        form=shown,
        opened=form is not None or head is None,
        live=next((badge for id_, badge in cards if head and id_ == head.id and badge.revoked_at is None), None),
        cards=sorted(cards, key=lambda each: each[1].id, reverse=True),
        history=history,
        moved={tenure.moved_to: _seat_words(tenure.moved_to) for tenure in history.tenures if tenure.moved_to},
        edits=_edits(history.lines),
    )
    return page, shown.status


def _seat_words(seat_id: int) -> str:
    seat = find_seat(db.session, seat_id)
    return f"RT {seat.rt} {seat.village.name}"


def _edits(lines: list[HistoryLine]) -> list[tuple[HistoryLine, Any, list[tuple[str, str, str]]]]:
    """Return each line with its act and what it changed, field by field, in plain words."""
    words = Words()
    return [(line, ACTS.get(line.action, line.action), words.of(line.action, line.values)) for line in lines]
