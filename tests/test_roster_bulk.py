"""Many rows at once: who is moved, archived, printed, and what is said of those who are not."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from rtapp.audit import store as audit
from rtapp.badges import store as badges
from rtapp.db import begin_write, db
from rtapp.roster.find_store import Filter, count_people, find_people, find_person
from rtapp.schema import Audit, Wave

from .reading import elements
from .trailed import trail
from .world import World

pytestmark = pytest.mark.both_engines(at_length=True)

HTMX = {"HX-Request": "true"}


def ids(world: World, *who: str) -> list[int]:
    return [world.people[each] for each in who]


def bulk(client: FlaskClient, do: str, people: list[int], query: str = "", **fields: str) -> TestResponse:
    return client.post(f"/participants/bulk{query}", data={"do": do, "people": people, **fields})


def said(client: FlaskClient) -> list[str]:
    """What was said after the last act."""
    with client.session_transaction() as cookie:
        return [sentence for _kind, sentence in cookie.get("_flashes", [])]


def waves(app: Flask, world: World, *who: str) -> list[int | None]:
    with app.app_context():
        return [find_person(db.session, id_).wave for id_ in ids(world, *who)]


# Another wave


def test_those_ticked_come_to_the_wave_and_a_sentence_says_how_many(app, world, tablet):
    response = bulk(tablet, "wave", ids(world, "yusuf", "muis"), "?q=u", wave="2")
    assert (response.status_code, response.location) == (303, "/participants?q=u")
    assert said(tablet) == ["2 orang dipindahkan ke Gelombang II."]
    assert waves(app, world, "yusuf", "muis", "rahmah") == [2, 2, 1]


def test_those_there_already_and_those_archived_stay_and_are_counted(app, world, tablet):
    tablet.post(f"/participants/{world.people['yusuf']}/archive", data={"reason": "pindah"})
    tablet.get("/participants")
    people = [*ids(world, "yusuf", "ruslan", "rahmah", "rahmah"), 99_999]
    bulk(tablet, "wave", people, wave="2")
    assert said(tablet) == [
        "1 orang dipindahkan ke Gelombang II. 1 tetap, sudah di Gelombang II. 1 tetap, sudah diarsipkan. "
        "1 tetap, tidak ada lagi di daftar."
    ]
    assert waves(app, world, "yusuf", "rahmah") == [1, 2]


def test_each_change_is_a_line_of_the_trail_and_a_new_version(app, world, tablet):
    bulk(tablet, "wave", ids(world, "yusuf", "muis"), wave="2")
    with app.app_context():
        (line, kept), (other, _) = trail(db.session, 2)
        assert sorted((line.subject_id, other.subject_id)) == sorted(ids(world, "yusuf", "muis"))
        assert (line.action, other.action, line.actor) == (*["participant.change"] * 2, "Uji supervisor")
        first, second = world.waves
        assert kept.values == {"before": {"wave_id": first}, "after": {"wave_id": second}}
        assert audit.verify_chain(db.session) is None
        assert find_person(db.session, world.people["yusuf"]).version == 2


def test_many_lines_at_once_are_chained_as_one_by_one(session, world):
    begin_write(session)
    audit.note(session, "uji", "x.first", "x", 1, now=world.now)
    audit.note_many(session, "uji", "x.many", "x", ((n, {"n": n}) for n in range(50)), now=world.now)
    audit.note_many(session, "uji", "x.none", "x", (), now=world.now)
    audit.note(session, "uji", "x.last", "x", 2, now=world.now)
    session.commit()
    assert audit.verify_chain(session) is None
    begin_write(session)
    line = session.scalars(select(Audit).where(Audit.action == "x.many", Audit.subject_id == 30)).one()
    line.actor = "lain"
    session.flush()
    assert audit.verify_chain(session) == line.id


# Later, for those who did not come


def test_only_those_absent_are_moved_and_those_present_are_named(app, come, world, tablet):
    come("rahmah")
    come("yusuf", mode="diwakili")
    bulk(tablet, "later", ids(world, "rahmah", "yusuf", "muis", "ruslan", "guest"), later="2")
    assert said(tablet) == [
        "2 orang dipindahkan ke Gelombang II. 2 tetap, sudah hadir: M. YUSUF, Hj. RAHMAH. "
        "1 tetap, sudah di Gelombang II atau sesudahnya."
    ]
    assert waves(app, world, "rahmah", "yusuf", "muis", "ruslan", "guest") == [1, 1, 2, 2, 2]


def test_somebody_who_came_with_another_wave_needs_no_later_one(come, world, tablet):
    come("muis", checkpoint=world.registration_two)
    bulk(tablet, "later", ids(world, "muis"), later="2")
    assert said(tablet) == ["Tidak ada yang dipindahkan. 1 tetap, sudah hadir: ABDUL MUIS."]


def test_a_mark_that_was_undone_or_of_a_session_alone_is_no_presence(app, come, world, tablet):
    come("muis", checkpoint=world.session_one)
    come("yusuf", voided_at=world.now)
    bulk(tablet, "later", ids(world, "muis", "yusuf"), later="2")
    assert waves(app, world, "muis", "yusuf") == [2, 2]


def test_nobody_is_moved_to_an_earlier_wave_or_one_that_is_closed(app, change, world, tablet):
    bulk(tablet, "later", ids(world, "ruslan"), later="1")
    assert waves(app, world, "ruslan") == [2]
    with change as session:
        session.get(Wave, world.waves[1]).closed_at = world.now
    bulk(tablet, "later", ids(world, "muis"), later="2")
    assert said(tablet)[-1] == "Gelombang II sudah ditutup. Pilih gelombang lain."
    assert waves(app, world, "muis") == [1]


def test_only_some_of_many_names_are_said(come, world, tablet):
    heads = ("rahmah", "yusuf", "rahmah_mabuun", "hamdani", "aminah", "syahrani", "muis")
    come(*heads)
    bulk(tablet, "later", ids(world, *heads), later="2")
    assert "7 tetap, sudah hadir:" in said(tablet)[0] and said(tablet)[0].endswith("dan 2 lainnya.")


# The archive


def test_those_ticked_are_archived_with_one_reason(app, world, tablet):
    bulk(tablet, "archive", ids(world, "yusuf", "muis"), reason="  RT  digabung ")
    assert said(tablet) == ["2 orang diarsipkan. Kartunya tidak berlaku lagi."]
    with app.app_context():
        gone = find_person(db.session, world.people["yusuf"])
        assert gone.archive_reason == "RT digabung" and gone.archived_at
        lines = db.session.scalars(select(Audit.reason).where(Audit.action == "participant.archive")).all()
        assert lines == ["RT digabung", "RT digabung"]
    assert tablet.post(f"/participants/{world.people['yusuf']}/restore").status_code == 303


# Who is meant


def test_all_the_filters_find_are_meant_not_only_the_page(app, world, tablet):
    bulk(tablet, "wave", ids(world, "rahmah"), "?district=63.09.06", wave="2", all="5")
    assert said(tablet) == ["5 orang dipindahkan ke Gelombang II."]
    assert waves(app, world, "aminah", "muis", "guest") == [2, 1, None]


def test_all_are_refused_where_the_filters_find_others_by_now(look, world, tablet):
    answer = tablet.post(
        "/participants/bulk?district=63.09.06", data={"do": "archive", "all": "4", "reason": "x"}, headers=HTMX
    )
    assert answer.status_code == 409 and "tadi 4 orang, sekarang 5" in answer.text
    assert look(lambda session: count_people(session, Filter())) == len(world.people)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"do": "wave", "wave": "2"}, "Centang dahulu orangnya."),
        ({"do": "wave", "people": "1"}, "Pilih gelombangnya."),
        ({"do": "wave", "people": "1", "wave": "²"}, "Pilih gelombangnya."),
        ({"do": "later", "people": "1", "later": "9"}, "Gelombang ini tidak ada."),
        ({"do": "", "people": "1"}, "Pilih dahulu apa yang dilakukan"),
        ({"do": "erase", "people": "1"}, "Pilih dahulu apa yang dilakukan"),
        ({"do": "archive", "people": "2", "reason": " "}, "Tulis alasan mengarsipkan mereka."),
        ({"do": "archive", "people": "x", "reason": "x"}, "Centang dahulu orangnya."),
        ({"do": "archive", "people": "9" * 30, "reason": "x"}, "Centang dahulu orangnya."),
        ({"do": "wave", "all": "x", "wave": "2"}, "Hasil saringan berubah"),
    ],
)
def test_nonsense_is_said_and_changes_nothing(look, world, tablet, fields, sentence):
    before = look(lambda session: find_people(session, Filter()))
    answer = tablet.post("/participants/bulk", data=fields, headers=HTMX)
    assert 400 <= answer.status_code < 500 and sentence in answer.text
    assert tablet.post("/participants/bulk", data=fields).status_code == 303 and sentence in said(tablet)[0]
    assert look(lambda session: find_people(session, Filter())) == before


def test_with_a_script_the_page_is_told_where_to_go_and_says_it_there(world, tablet):
    data = {"do": "wave", "people": ids(world, "yusuf"), "wave": "2"}
    answer = tablet.post("/participants/bulk?q=yusuf", data=data, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/participants?q=yusuf"
    assert "1 orang dipindahkan ke Gelombang II." in tablet.get("/participants?q=yusuf").text


# Cards


def test_exactly_the_cards_of_those_ticked_are_printed(app, world, client_of):
    admin = client_of("admin")
    people = ids(world, "yusuf", "muis", "guest")
    page = bulk(admin, "cards", people)
    listed = ",".join(map(str, sorted(people)))
    assert "3 kartu" in page.text and f'name="people" value="{listed}"' in page.text and "<html" in page.text
    pdf = admin.post("/cards", data={"people": listed, "paper": "f4", "sheets": "joined"})
    assert pdf.mimetype == "application/pdf"
    with app.app_context():
        printed = {who: badges.live_badge(db.session, id_).printed_count for who, id_ in world.people.items()}
    assert {who for who, count in printed.items() if count} == {"yusuf", "muis", "guest"}


def test_those_archived_meanwhile_are_left_out_of_the_cards_and_counted(world, client_of):
    admin = client_of("admin")
    admin.post(f"/participants/{world.people['yusuf']}/archive", data={"reason": "x"})
    answer = admin.post("/participants/bulk", data={"do": "cards", "people": ids(world, "yusuf", "muis")}, headers=HTMX)
    assert answer.text.lstrip().startswith('<form id="bulk-cards"')
    assert "1 kartu" in answer.text and "1 sudah diarsipkan dan tidak dicetak" in answer.text


def test_a_coordinator_prints_no_sheets(world, tablet):
    assert bulk(tablet, "cards", ids(world, "yusuf")).status_code == 403
    assert 'value="cards"' not in tablet.get("/participants").text


# The page


def test_ticks_are_part_of_the_bars_form_wherever_they_stand(world, tablet):
    page = tablet.get("/participants?wave=1")
    ticks = elements(page, "input", type="checkbox", form="bulk", name="people")
    assert str(world.people["yusuf"]) in [tick.given["value"] for tick in ticks]
    assert not [tick for tick in ticks if "checked" in tick.given]
    assert elements(page, "form", id="bulk", method="post", action="/participants/bulk?wave=1")
    ticked = elements(tablet.get("/participants?wave=1&ticked=shown"), "input", name="people")
    assert len([tick for tick in ticked if "checked" in tick.given]) == 7


def test_the_archive_has_nothing_to_tick(world, tablet):
    bulk(tablet, "archive", ids(world, "yusuf"), reason="x")
    text = tablet.get("/participants?status=arsip").text
    assert "M. YUSUF" in text and 'class="tick"' not in text and 'id="bulk"' not in text
