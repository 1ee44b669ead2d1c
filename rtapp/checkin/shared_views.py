"""The blueprint of the check-in and what its pages share: recording through the writer, the parts of the desk."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import Blueprint, current_app, g, url_for
from flask import session as browser
from jinja2 import Template
from markupsafe import Markup
from sqlalchemy.orm import Session

from .. import clock
from ..accounts.roles import Actor
from ..badges import token as codes
from ..badges.store import live_badge
from ..db import Line, db, end_reading
from ..events.checkpoint_store import Point, find_checkpoint, find_point
from ..events.store import shown_event
from ..events.waves import CheckpointKind
from ..live import store as live
from ..refusals import Refused
from ..roster.find_store import Filter, Person, count_people, find_people, find_person, head_of
from ..schema import Substitute
from ..web.epoch import tell_epoch
from ..web.filters import language, zone
from ..web.guard import acting, require_checkpoint
from ..web.services import services
from .attempt import Answer, Attempt
from .decide_store import COUNTING
from .decision import LATE
from .forms import new_nonce
from .marks_store import LastScan, last_scans, undoable, waves_attended
from .receipts_store import head_and_receipt
from .transport_store import transport_of
from .verdict import Verdict

blueprint = Blueprint("checkin", __name__)
blueprint.after_request(tell_epoch)
RESULTS, MORE, MOST = 8, 40, 400
LINES_KEPT = 2_000  # rendered lines of last scans in memory: some megabytes
T = TypeVar("T")


def record(attempt: Attempt) -> Answer:
    """End the page's own reading, record ``attempt`` through the writer and return its answer once it is on disk.

    The test card stops here, whatever its source: nothing is written.
    """
    refuse_over(late=attempt.source in LATE and attempt.client_at is not None)
    if codes.TEST_TOKEN in attempt.tokens:
        return tested(attempt.checkpoint_id, attempt.nonce)
    end_reading()
    return services().writer.record(attempt)


def refuse_over(*, late: bool) -> None:
    """Refuse with 401 a device whose waves are closed, unless the scan is ``late``: made before and sent now."""
    if acting().over and not late:
        raise Refused(
            "device_over",
            "Gelombang perangkat ini sudah ditutup. Yang dipindai sebelumnya masih diterima, pindaian baru tidak.",
            401,
        )


def write(work: Callable[[Session], T]) -> T:
    """End the page's own reading, run ``work`` on the writer in a transaction of its own and return its result."""
    end_reading()
    return services().writer.run(work)


def tested(checkpoint_id: int, nonce: str = "") -> Answer:
    """Return the answer to the test card; refused with 404 for an unknown checkpoint, like any scan."""
    find_checkpoint(db.session, checkpoint_id)
    return Answer(nonce, Verdict.TEST, checkpoint_id)


def own_checkpoint(checkpoint_id: int) -> Any:
    """Return a checkpoint; refused unless it is one of the actor's."""
    require_checkpoint(checkpoint_id)
    return find_checkpoint(db.session, checkpoint_id)


@blueprint.app_template_global()
def scans_at() -> str:
    """Return the URL that records a card scanned on any page, at this browser's checkpoint; "" without one."""
    actor, chosen = acting(), browser.get("checkpoint")
    if chosen is None and actor.checkpoint_ids is not None and len(actor.checkpoint_ids) == 1:
        (chosen,) = actor.checkpoint_ids
    return url_for("checkin.scan", checkpoint_id=chosen) if chosen is not None and actor.may_use(chosen) else ""


@blueprint.app_template_global()
def recent_lines(recent: Sequence[LastScan], checkpoint_id: int) -> Markup:
    """Return the lines of the last scans at a checkpoint as HTML; an unchanged line is taken from memory."""
    memory, template = services().lines_shown, None
    reader, lines = (language(), zone()), []
    for scan in recent:
        if (line := memory.get((scan, reader))) is None:
            template = template or _template("checkin/_last_scan.html")
            if len(memory) >= LINES_KEPT:
                memory.clear()
            line = memory[scan, reader] = template.render(scan=scan, checkpoint_id=checkpoint_id)
        lines.append(line)
    return Markup("".join(lines))


def desk_context(checkpoint_id: int) -> dict[str, Any]:
    """Return the context of every part of the desk: checkpoint, count, last scans, head of the trail, last receipt."""
    actor = acting()

    def read(line: Line) -> dict[str, Any]:
        common = _facts_of_all(line, checkpoint_id) | {"counts": live.count_at(line, checkpoint_id)}
        return common | _facts_of_one(line, common["checkpoint"], actor)

    return services().lines.read(read)


def _facts_of_all(line: Line, checkpoint_id: int) -> dict[str, Any]:
    chain, receipts = head_and_receipt(line)
    return {"checkpoint": find_point(line, checkpoint_id), "chain": chain, "receipts": receipts}


def _facts_of_one(line: Line, point: Point, actor: Actor) -> dict[str, Any]:
    closed = point.wave.closed_at is not None
    return {"recent": last_scans(line, point.id, actor, closed=closed, now=clock.utcnow())}


def facts_for(line: Line, answer: Answer, shared: dict[int, Any]) -> dict[str, Any]:
    """Return what the answer to a scan shows of the database, read by the writer on its line, for ``draw``.

    A commit empties the page caches of all connections but the writer's own: reading this anywhere else costs more
    than recording the scan. ``shared`` is what the same for all at a checkpoint was read for this group of scans.
    """
    about = answer.checkpoint_id
    if (common := shared.get(about)) is None:
        common = shared[about] = {"event": shown_event(line), **_facts_of_all(line, about)}
    facts = common | _facts_of_one(line, common["checkpoint"], acting())
    if answer.participant_id is not None:
        facts["person"] = find_person(line, answer.participant_id)
    return facts


def needs_session(answer: Answer, facts: dict[str, Any]) -> bool:
    """Say whether ``draw`` reads in the request's session, as it does for a few answers (see ``shown``)."""
    person, pays = facts.get("person"), facts["checkpoint"].kind == CheckpointKind.TRANSPORT
    replaced = person is not None and person.archived_at is not None
    return replaced or pays or bool(answer.came_instead or answer.substitute_id)


def draw(answer: Answer, facts: dict[str, Any] | None = None) -> str:
    """Return the HTML of what a scan changes on the desk's page: verdict, last scans, emptied search results.

    The count, which takes as long as there are people, follows through the page's stream, once for all desks.
    ``facts`` are those of ``facts_for``; without them the page reads itself.
    """
    if facts is None:
        facts = services().lines.read(lambda line: facts_for(line, answer, {}))
    g.event = facts["event"]
    about = shown(answer, facts["checkpoint"], facts["recent"], facts.get("person"))
    context = facts | results(answer.checkpoint_id, "") | about
    return _template("checkin/answer.html").render(context, actor=acting())


def results(checkpoint_id: int, query: str, show: int | None = None) -> dict[str, Any]:
    """Return the people a search at the desk finds, up to RESULTS or ``show``, with a nonce for each.

    ``total`` is the number of matches; ``alike`` means that nobody matches and these only sound similar; ``more`` is
    the number to show next (0: all are shown).
    """
    if not query:
        return {"q": "", "found": [], "nonces": {}, "total": 0, "alike": False, "more": 0}
    wanted, most = Filter(q=query[:100], checkpoint_id=checkpoint_id), min(max(show or 0, RESULTS), MOST)
    people = find_people(db.session, wanted, limit=most)
    fitting = count_people(db.session, wanted)
    total = fitting or len(people)
    more = min(total, len(people) + MORE, MOST) if len(people) < min(total, MOST) else 0
    nonces = {person.id: new_nonce() for person in people}
    return {"q": query, "found": people, "nonces": nonces, "total": total, "alike": not fitting, "more": more}


def shown(
    answer: Answer | None, here: Any, recent: Sequence[LastScan] = (), person: Person | None = None
) -> dict[str, Any]:
    """Return the context of the verdict card besides the checkpoint ``here``; for a former head, with the successor.

    ``person`` is read where the caller has not. Whether the mark may be undone is taken from this answer's line in
    ``recent``. What most answers need is read outside the session, what few need in it.
    """
    context: dict[str, Any] = {"answer": answer, "person": None, "elsewhere": [], "successor": None}
    context |= {"successor_card": None, "substitute": None, "undo": None, "transport": None}
    if answer is None or answer.participant_id is None:
        return context
    about, read = answer.participant_id, services().lines.read
    person = person or read(lambda line: find_person(line, about))
    may_have_come = person.away is not None or person.wave_id != here.wave.id  # to another wave than this one
    if may_have_come and answer.verdict in (Verdict.WELCOME, Verdict.REPRESENTED, Verdict.OTHER_WAVE):
        context["elsewhere"] = read(lambda line: waves_attended(line, about, here.wave.id))
    if person.archived_at and person.seat_id:
        context["successor"] = head_of(db.session, person.seat_id)
    if context["successor"]:
        context["successor_card"] = live_badge(db.session, context["successor"].id)
    substitute_id = answer.came_instead or answer.substitute_id
    context["substitute"] = db.session.get(Substitute, substitute_id) if substitute_id else None
    if answer.verdict in COUNTING and here.kind == CheckpointKind.TRANSPORT:
        context["transport"] = transport_of(db.session, person.id, here.wave.id, answer.substitute_id)
    own_line = next((each for each in recent if each.nonce == answer.nonce), None)
    if answer.verdict in (Verdict.WELCOME, Verdict.REPRESENTED) and own_line is not None:
        context["undo"] = own_line.undo
    elif answer.verdict in COUNTING:  # any other answer offers no undoing
        actor, mark, now = acting(), answer.attendance_id, clock.utcnow()
        context["undo"] = read(lambda line: undoable(line, actor, mark, now=now))
    return context | {"person": person}


def _template(name: str) -> Template:
    """Return a template to render without the common context of pages, which takes longer to build than a line."""
    return current_app.jinja_env.get_template(name)
