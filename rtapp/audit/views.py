"""Jejak: who did what and when, for somebody without technical knowledge; whether it is whole; one person's story."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..checkin import seals_store, story_store
from ..db import db, transaction
from ..documents.csv_out import write_csv
from ..refusals import Reason
from ..roster.find_store import people_by_id
from ..settings.options import OPTIONS
from ..web.changes import Words
from ..web.downloads import download
from ..web.errors import refusal_text
from ..web.filters import current_event
from ..web.guard import acting, requires
from ..web.requests import page_number, whole
from . import find_store, store
from .find_store import TrailFilter
from .sentences import GROUPS, act_sentence

blueprint = Blueprint("audit", __name__)
PAGE = 50
PERSON = "participant"
CSV_HEAD = ("id", "at", "actor", "act", "subject", "subject_id", "changes", "reason", "chain")


@blueprint.get("/trail")
@requires(Duty.READ_TRAIL)
def trail() -> str:
    """Show the lines that are looked for, fifty at a time, the newest first; of one person their scans too."""
    return _page()


@blueprint.post("/trail/check")
@requires(Duty.READ_TRAIL)
def check() -> str:
    """Look over the whole trail, every scan and every mark, note that it was done, and show what was found."""
    findings = seals_store.examine(db.session)
    with transaction() as session:
        store.note(session, acting().name, "trail.check", "trail", None, now=clock.utcnow(), clean=findings.clean)
    return _page(findings)


@blueprint.post("/trail/export")
@requires(Duty.READ_TRAIL)
def export() -> Response:
    """Answer the lines that are looked for as CSV; the trail says who took how many."""
    lines = find_store.find_lines(db.session, _wanted(), limit=find_store.MOST)
    words = Words()
    data = write_csv([CSV_HEAD, *(_cells(line, values, words) for line, values in lines)])
    with transaction() as session:
        store.note(session, acting().name, "trail.export", "trail", None, now=clock.utcnow(), rows=len(lines))
    return download(data, "jejak", "csv")


def _page(findings: seals_store.Findings | None = None) -> str:
    wanted = _wanted()
    total = find_store.count_lines(db.session, wanted)
    page = min(page_number(), max(1, -(-total // PAGE)))
    lines = find_store.find_lines(db.session, wanted, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "audit/trail.html",
        lines=_entries(lines),
        total=total,
        first=(page - 1) * PAGE + 1,
        page_urls=_page_urls(page, total),
        query=_query(),
        groups=[("", _("Semua")), *((key, refusal_text(label)) for key, (label, _starts) in GROUPS.items())],
        actors=[("", _("Siapa saja")), *((name, name) for name in find_store.actors_of(db.session))],
        head=store.chain_head(db.session),
        findings=findings,
        **_person(wanted),
    )


def _wanted() -> TrailFilter:
    """Return what the address or the form asks for; a day is one by the clocks of the event."""
    fields, since, until = _query(), None, None
    if fields["day"]:
        event = current_event()
        zone = event.timezone if event else "UTC"
        day = date.fromisoformat(fields["day"])
        since, until = clock.local_moment(day, time(), zone), clock.end_of_day(day, zone)
    person = int(fields["person"]) if fields["person"] else None
    subject = PERSON if person is not None else ""
    return TrailFilter(fields["actor"], fields["what"], subject, person, since, until, fields["chain"])


def _query() -> dict[str, str]:
    """Return the filters as they stand in the address; what cannot be meant is let go."""
    fields = {name: request.values.get(name, "").strip()[:120] for name in ("actor", "what", "person", "day", "chain")}
    fields["chain"] = (
        fields["chain"].lower() if all(character in "0123456789abcdefABCDEF" for character in fields["chain"]) else ""
    )
    fields["person"] = fields["person"] if whole(fields["person"]) is not None else ""
    fields["what"] = fields["what"] if fields["what"] in GROUPS else ""
    try:
        sensible = datetime(2000, 1, 1) <= datetime.fromisoformat(fields["day"]) < datetime(2100, 1, 1)
    except (TypeError, ValueError):
        sensible = False
    fields["day"] = fields["day"][:10] if sensible and len(fields["day"]) == 10 else ""
    return fields


def _page_urls(page: int, total: int) -> tuple[str, str]:
    filters = {name: value for name, value in _query().items() if value}
    before = url_for(".trail", page=page - 1, **filters) if page > 1 else ""
    return before, url_for(".trail", page=page + 1, **filters) if page * PAGE < total else ""


def _entries(lines: Sequence[Any]) -> list[dict[str, Any]]:
    """Return each line as its page shows it: who, what, about whom, what changed."""
    ids = {line.subject_id for line, _values in lines if line.subject == PERSON and line.subject_id}
    people, words = people_by_id(db.session, sorted(ids)), Words()
    return [
        {
            "line": line,
            "act": _act(line, values),
            "person": people.get(line.subject_id) if line.subject == PERSON else None,
            "changes": words.of(line.action, values.values) if values else [],
            "erased": values is None,
        }
        for line, values in lines
    ]


def _act(line: Any, values: Any) -> Reason:
    """Return the sentence of a line's act; an option is called as on its page."""
    facts = dict(values.values) if values else {}
    if option := OPTIONS.get(facts.get("key", "")):
        facts["key"] = Reason(option.key, option.label)
    return act_sentence(line.action, facts)


def _person(wanted: TrailFilter) -> dict[str, Any]:
    """Return whose trail it is and their scans, none where it is nobody's."""
    if wanted.subject_id is None:
        return {"whose": None, "scans": ()}
    whose = people_by_id(db.session, [wanted.subject_id]).get(wanted.subject_id)
    return {"whose": whose, "scans": story_store.scans_of(db.session, wanted.subject_id)}


def _cells(line: Any, values: Any, words: Words) -> tuple[Any, ...]:
    changes = words.of(line.action, values.values) if values else []
    change_text = "; ".join(
        f"{label}: {before} → {after}" if before else f"{label}: {after}" for label, before, after in changes
    )
    event = current_event()
    at = clock.local(line.at, event.timezone if event else "UTC").isoformat(timespec="seconds")
    return (
        line.id,
        at,
        line.actor,
        refusal_text(_act(line, values)),
        line.subject,
        line.subject_id,
        change_text,
        line.reason,
        line.chain,
    )
