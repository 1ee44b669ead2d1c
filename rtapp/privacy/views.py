"""Data pribadi: until when what is kept, erasing it with a berita acara, one person's report, the notice for all."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..audit.find_store import TrailFilter, count_lines
from ..audit.store import note
from ..badges.store import badges_of
from ..checkin.story_store import scans_of
from ..db import db, scrub, transaction
from ..events import store as events
from ..events.about_store import about_of
from ..refusals import Reason, Refused
from ..reports.bundle_files import FOLDER as BUNDLES
from ..reports.desk_list_files import FOLDER as LISTS
from ..roster.find_store import find_person
from ..roster.history_store import marks_of
from ..safety import backups
from ..settings.letter import About
from ..web.downloads import chosen_paper, download, fonts
from ..web.filters import day as day_text
from ..web.filters import moment, number
from ..web.forms import forms_of_page
from ..web.guard import acting, public, requires
from ..web.reauthentication import ask_again
from ..web.requests import form_text
from . import store
from .forms import ErasureForm, erasure_form
from .papers import Minutes, minutes_paper
from .retention import KINDS, WORDS, ErasureLevel, kept_until

blueprint = Blueprint("privacy", __name__)
BACKUPS = "backups"


@blueprint.get("/data")
@requires(Duty.MANAGE_SETTINGS)
def data() -> str:
    """Show what keeps and ends the data: backups, personal data, the trail, each with its state."""
    newest = next((each for each in backups.find(Path(current_app.instance_path)) if each.readable), None)
    until = {level: day for level, day in _until().items() if day}
    backup_state = _("yang terbaru %(when)s", when=moment(newest.made_at)) if newest else _("belum ada")
    retention = _("belum ada gelombang")
    if until:
        phones, people = (day_text(until[level]) for level in (ErasureLevel.PHONES, ErasureLevel.PEOPLE))
        retention = _("nomor HP disimpan sampai %(phones)s, nama sampai %(people)s", phones=phones, people=people)
    lines = _("%(n)s baris: siapa mengubah apa, dan kapan", n=number(count_lines(db.session, TrailFilter())))
    rows = (
        (_("Cadangan"), backup_state, "safety.backups_page"),
        (_("Data pribadi"), retention, ".overview"),
        (_("Jejak"), lines, "audit.trail"),
    )
    return render_template(
        "privacy/data.html", inside=[{"title": title, "about": about, "url": url_for(at)} for title, about, at in rows]
    )


@blueprint.get("/privacy")
@requires(Duty.MANAGE_SETTINGS)
def overview() -> str:
    """Show until when what is kept, what an erasure would take now, and the erasures there were."""
    return _page()


@blueprint.post("/privacy/erasures")
@requires(Duty.MANAGE_SETTINGS)
def erase() -> Response | tuple[str, int]:
    """Erase what was chosen, after the word was typed and the password given; older backups go with it."""
    actor, form, now = acting(), erasure_form(form_text("level")), clock.utcnow()
    with form.refusals():
        level = form.chosen()
        ask_again()
        files, away = _older_files(level)
        names, elsewhere = [path.name for path in files], "\n".join(filter(None, (form.elsewhere.data, away)))
        with transaction() as session:
            line = store.erase(session, actor.name, level, files=names, elsewhere=elsewhere, now=now)
        _remove(files)
        if not scrub(db.engine):
            flash(
                _("Berkas basis data sedang dipakai dan belum dibersihkan. Hapus sekali lagi saat tidak ada meja."),
                "warn",
            )
        flash(_("Data pribadi dihapus. Cetak berita acaranya dan tandatangani."), "ok")
        return redirect(url_for(".overview", _anchor=f"erasure-{line}"), 303)
    return _page(form), form.status


@blueprint.get("/privacy/erasures/<int:line>.pdf")
@requires(Duty.MANAGE_SETTINGS)
def minutes(line: int) -> Response:
    """Answer the berita acara of one erasure as a PDF, as often as it is asked for."""
    pdf = minutes_paper(*_minutes(line), chosen_paper(), fonts())
    return download(pdf, f"berita acara pemusnahan {line}", "pdf", attached=False)


@blueprint.get("/privacy/notice")
@public
def notice() -> str:
    """Tell everybody what is kept, why and until when."""
    event = events.find_event(db.session)
    return render_template("privacy/notice.html", organiser=event.organiser if event else "", until=_until())


@blueprint.post("/privacy/people/<int:participant_id>")
@requires(Duty.MANAGE_SETTINGS)
def person(participant_id: int) -> str:
    """Show all that is kept about one person, to be printed and handed over; the trail says that it was."""
    now = clock.utcnow()
    with transaction() as session:
        participant = find_person(session, participant_id)
        note(session, acting().name, "privacy.report", "participant", participant.id, now=now)
    lines = count_lines(session, TrailFilter(subject="participant", subject_id=participant.id))
    return render_template(
        "privacy/person.html",
        person=participant,
        marks=marks_of(session, participant.id),
        scans=scans_of(session, participant.id),
        cards=badges_of(session, participant.id),
        lines=lines,
        now=now,
        until=_until(),
        organiser=events.the_event(session).organiser,
        **store.records_about(session, participant.id),
    )


def _until() -> dict[str, Any]:
    """Return the last day of each level by its name, None while there is no wave."""
    last = store.last_wave(db.session)
    return {str(level): kept_until(level, last) if last else None for level in ErasureLevel}


def _page(refused: ErasureForm | None = None) -> str:
    until, today = _until(), clock.utcnow().date()
    stored = (erasure_form(level, formdata=None) for level in ErasureLevel)
    levels = [
        {"level": level, "until": day, "due": bool(day and day < today), "word": WORDS[level], "kinds": _kinds(level)}
        for level, day in ((level, until[str(level)]) for level in ErasureLevel)
    ]
    forms = forms_of_page(stored, refused)
    return render_template("privacy/overview.html", forms=forms, levels=levels, done=store.erasures(db.session))


def _kinds(level: ErasureLevel) -> list[tuple[Reason, int]]:
    """Return what an erasure would take now, in words."""
    taken = vars(store.preview(db.session, level)) | {"backups": len(_older_files(level)[0])}
    return [(words, taken[words.code]) for words in KINDS if taken[words.code]]


def _older_files(level: ErasureLevel) -> tuple[list[Path], str]:
    """Return the files of this instance that hold what is erased: backups, and with names lists and bundles.

    The copies in the second folder are among them; where that is away now, it is named for the berita acara.
    """
    folders = [BACKUPS, LISTS, BUNDLES] if level is ErasureLevel.PEOPLE else [BACKUPS]
    instance, away = Path(current_app.instance_path), ""
    files = [path for name in folders for path in (instance / name).rglob("*") if path.is_file()]
    try:
        files += backups.copies(instance)
    except OSError:
        folder = backups.settings(instance).folder
        away = f"Semua cadangan di {folder} (folder kedua, tidak terpasang saat pemusnahan)"
    return sorted(files), away


def _remove(files: list[Path]) -> None:
    left = []
    for path in files:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            left.append(path.name)
    if left:
        flash(_("Belum terhapus, hapus sendiri: %(files)s.", files=", ".join(left)), "warn")


def _minutes(number: int) -> tuple[Minutes, About]:
    """Return the minutes of one erasure and the letterhead facts they are printed with."""
    matches: list[Any] = [entry for entry in store.erasures(db.session) if entry[0].id == number]
    if not matches:
        raise Refused("no_erasure", "Pemusnahan ini tidak ada.", 404)
    (line, values), event = matches[0], events.the_event(db.session)
    counts = {words.code: values.get(words.code, 0) for words in KINDS} | {"backups": len(values["files"])}
    elsewhere = [text.strip() for text in values["elsewhere"].splitlines() if text.strip()]
    day = clock.day_text(clock.local(line.at, event.timezone).date())
    moment = f"{day} pukul {clock.clock_text(line.at, event.timezone)} {clock.zone_text(event.timezone)}"
    minutes = Minutes(line.actor, moment, counts, values["files"], elsewhere, line.id, line.chain)
    return minutes, replace(about_of(db.session, None, acting().name, clock.utcnow()), day=day)
