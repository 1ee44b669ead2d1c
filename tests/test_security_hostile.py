"""A roster made to hurt goes through every page, every export and every paper, and stays what it is: text."""

import csv
import io
import zipfile

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import update

from rtapp.clock import utcnow
from rtapp.db import begin_write, db
from rtapp.refusals import Refused
from rtapp.roster import store as roster
from rtapp.schema import Checkpoint, Device, Event, Participant, Village, Wave

from .printing import fonts

NAMES = (
    "=cmd|'/c calc'!A1", "+SUM(1;1)", "-2+3", "@SUM(1)", "\t=1+1", "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>', "Ani\r\nSet-Cookie: jahat=1", "../../etc/passwd", "\u202eHalo\u202c Balik",
    "{{ 7 * 7 }}{% raise %}", "%(name)s %s", "${jndi:x}", "'; DROP TABLE participant; --", "Nama\x00Nol", "\u202e<xss>",
)  # fmt: skip
PLACE = '=HYPERLINK("x")<xss>\u202e'
OPEN = ("alert(1)</script>", "<img src=x", "<xss>", "jahat=1\r\n")
SKIPPED = ("_stream", "static")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def hostile(app, world):
    """The small training with people, places, desks and an event of hostile names."""
    with app.app_context():
        session, people = begin_write(db.session), []
        for name in NAMES:
            try:
                with session.begin_nested():
                    facts = {"name": name, "kind": "tamu", "note": name, "wave_id": world.waves[0], "now": utcnow()}
                    people.append(roster.add_participant(session, name, world.event, **facts).id)
            except Refused:
                continue  # a name of which nothing readable is left
        first, second = NAMES[5], NAMES[0]
        head = session.get(Participant, world.people["rahmah"])
        roster.change_participant(session, first, head.id, head.version, {"name": second, "note": first}, now=utcnow())
        for table, column in ((Village, "name"), (Wave, "venue"), (Device, "label")):
            session.execute(update(table).values({column: PLACE}))
        session.execute(update(Checkpoint).where(Checkpoint.id == world.registration).values(name=PLACE))
        session.execute(update(Event).values(name=first, organiser=second))
        session.commit()
    assert len(people) >= len(NAMES) - 1
    return world


def addresses(app: Flask, world):
    """Every address that can be read, of the hostile people and places."""
    known = {
        "participant_id": world.people["rahmah"], "wave_id": world.waves[0], "checkpoint_id": world.registration,
        "seat_id": 1, "user_id": 1, "device_id": world.device, "code": "63.09.06.1001", "nonce": "nonce-0001",
        "token": world.tokens["rahmah"],
    }  # fmt: skip
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint.endswith(SKIPPED):
            continue
        for form in ("csv", "xlsx", "ods") if "form" in rule.arguments else ("",):
            values = {name: known.get(name, form or "1") for name in rule.arguments}
            yield rule.build({name: rule._converters[name].to_python(str(value)) for name, value in values.items()})[1]


def assert_only_text(path: str, answer) -> None:
    """What came back runs nothing: no markup of a name, no formula, no header that a name made."""
    assert answer.status_code < 500, path
    assert "jahat" not in str([value for key, value in answer.headers if key != "Location"]), path
    kind = answer.mimetype
    if kind == "text/html":
        assert [sign for sign in OPEN if sign in answer.text] == [], path
    elif kind == "text/csv":
        cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
        assert [cell for cell in cells if cell.startswith(FORMULA)] == [], path
    elif kind.endswith("spreadsheetml.sheet"):
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        assert [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"] == [], path
    elif kind.endswith("opendocument.spreadsheet"):
        assert b"table:formula" not in zipfile.ZipFile(io.BytesIO(answer.data)).read("content.xml"), path
    elif kind == "application/pdf":
        assert answer.data.startswith(b"%PDF") and b"/JavaScript" not in answer.data, path


def test_a_hostile_roster_goes_through_every_page_export_and_paper(app, admin, hostile):
    fonts()
    bearer = {"Authorization": f"Bearer {hostile.bearer}"}
    scan = {"nonce": "nonce-0001", "checkpoint": hostile.registration, "source": "search"}
    answer = app.test_client().post(
        "/api/v1/scans", json=scan | {"participant": hostile.people["rahmah"]}, headers=bearer
    )
    assert answer.status_code == 200 and answer.json["participant"]["name"] == NAMES[0]
    kinds = set()
    for path in addresses(app, hostile):
        with admin.get(path) as answer:
            assert_only_text(path, answer)
            kinds.add(answer.mimetype)
    papers = [
        ("/cards", {"wave": "1", "paper": "f4"}),
        ("/lists", {"wave": str(hostile.waves[0]), "paper": "a4", "label": NAMES[5]}),
        ("/trail/export", {}),
    ]
    for path, form in papers:
        with admin.post(path, data=form) as answer:
            assert_only_text(path, answer)
            assert answer.status_code == 200, (path, answer.text)
            kinds.add(answer.mimetype)
    assert {"text/html", "text/csv", "application/pdf", "image/png", "application/json"} <= kinds


@pytest.mark.parametrize("words", [NAMES[5], NAMES[6], "%00", "a" * 5000, "\u202e", "'\"\\"])
def test_hostile_words_in_an_address_come_back_as_text(admin, world, words):
    names = ("q", "next", "actor", "district", "village", "sort", "page", "day", "label", "what", "chain", "person")
    for path in ("/participants", f"/desk/{world.registration}", "/trail", "/lists", "/sign-in"):
        assert_only_text(path, admin.get(path, query_string=dict.fromkeys(names, words)))
