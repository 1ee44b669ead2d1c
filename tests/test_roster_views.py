"""The roster's pages as the people of the desk use them, with and without a script."""

import pytest
from werkzeug.test import TestResponse

from rtapp import clock
from rtapp.badges import store as badges
from rtapp.db import db
from rtapp.roster import store
from rtapp.roster.find_store import Filter, Person, count_people, find_people, find_person
from rtapp.roster.forms import values_of
from rtapp.roster.seat_store import find_or_add_seat
from rtapp.schema import Participant, Village

from .reading import texts, values
from .world import World

HTMX = {"HX-Request": "true"}


def names_in(response: TestResponse) -> list[str]:
    return texts(response, cls="person-name")


def form_of(person: Person, **typed: str) -> dict[str, str]:
    """What a browser posts when a row was opened, changed as typed and saved."""
    return values_of(person) | {"version": str(person.version)} | typed


def person(app, id_: int) -> Person:
    with app.app_context():
        return find_person(db.session, id_)


def test_the_list_says_how_many_are_shown_and_homonyms_by_rt_and_village(tablet, world):
    response = tablet.get("/participants?q=rahmah")
    assert "2 dari 9 orang" in response.text
    places = texts(response, cls="person-place")
    assert places == ["RT 002 · Kelurahan Belimbing Raya · Murung Pudak", "RT 001 · Kelurahan Mabu'un · Murung Pudak"]


def test_typing_replaces_the_list_alone_and_the_address_keeps_the_search(tablet):
    response = tablet.get("/participants?q=rahmah&district=&village=&wave=1&status=&kind=", headers=HTMX)
    assert response.text.lstrip().startswith('<section id="participants"')
    assert response.headers["HX-Replace-Url"] == "/participants?q=rahmah&wave=1"
    assert "HX-Request" in response.headers["Vary"]


def test_the_villages_offered_follow_the_district(tablet):
    at = {"HX-Current-URL": "http://localhost/participants?district=63.09.07"}
    first = tablet.get("/participants?district=63.09.06", headers=HTMX | at).text
    assert 'hx-target="#village-chip"' in first and "Uwie" not in first
    again = tablet.get("/participants?district=63.09.07&q=s", headers=HTMX | at).text
    assert "village-chip" not in again


def test_a_village_outside_the_chosen_district_is_let_go(tablet):
    response = tablet.get("/participants?district=63.09.07&village=63.09.06.1001")
    assert names_in(response) == ["SYAHRANI", "ABDUL MUIS"]


def test_a_search_that_finds_nobody_says_what_to_try(tablet):
    text = tablet.get("/participants?q=xqzw").text
    assert "Tidak ada yang cocok" in text and "Hapus saringan" in text


def test_a_misspelt_name_shows_the_most_alike_and_says_so(tablet):
    response = tablet.get("/participants?q=syahrini")
    assert "Yang paling mirip" in response.text
    assert names_in(response)[0] == "SYAHRANI"


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=999999999999", "wave=x", "status=x&kind=x", "q=" + "n" * 9000]
)
def test_nonsense_in_the_address_is_no_error(tablet, query):
    assert tablet.get(f"/participants?{query}").status_code == 200


def test_more_than_fifty_people_come_in_pages_that_keep_the_filters(change, world, tablet):
    change(lambda session: add_heads(session, world, *range(100, 160)))
    first = tablet.get("/participants?district=63.09.07")
    assert len(names_in(first)) == 50 and "1–50 dari 62" in first.text
    assert "/participants?district=63.09.07&amp;page=2" in first.text
    assert len(names_in(tablet.get("/participants?district=63.09.07&page=2"))) == 12
    assert len(names_in(tablet.get("/participants?district=63.09.07&page=9"))) == 12


def add_heads(session, world: World, *rts: object) -> None:
    """Add a head to each of these RTs of Uwie."""
    for rt in rts:
        seat = find_or_add_seat(session, session.get(Village, world.villages["uwie"]), str(rt))
        store.add_participant(session, "uji", world.event, name=f"Contoh {rt}", seat=seat, now=world.now)


def test_a_tap_opens_the_row_in_place_and_batal_closes_it(tablet, world):
    id_ = world.people["yusuf"]
    opened = tablet.get(f"/participants/{id_}?q=yusuf", headers=HTMX).text
    assert f'id="row-form-{id_}"' in opened and "<html" not in opened
    assert 'inputmode="tel"' in opened and f"/participants/{id_}/row?q=yusuf" in opened
    closed = tablet.get(f"/participants/{id_}/row?q=yusuf", headers=HTMX).text
    assert f'id="row-{id_}"' in closed


def test_without_a_script_the_row_is_a_page_with_card_and_attendance(tablet, world):
    text = tablet.get(f"/participants/{world.people['yusuf']}").text
    assert "<html" in text and "M. YUSUF" in text and "Belum tercatat hadir" in text
    code = world.short_codes["yusuf"]
    assert f"{code[:3]}-{code[3:]}" in text


def test_saving_in_place_answers_the_closed_row(app, tablet, world):
    id_ = world.people["yusuf"]
    typed = form_of(
        person(app, id_), name="Muhammad  Yusuf", phone="+62 813-0000-0999", rt="3", rw="RW 1", note="pindah"
    )
    response = tablet.post(f"/participants/{id_}", data=typed, headers=HTMX)
    assert response.status_code == 200 and names_in(response) == ["Muhammad Yusuf"]
    saved = person(app, id_)
    assert (saved.phone, saved.rt, saved.rw, saved.note) == ("081300000999", "003", "001", "pindah")
    assert saved.version == 2


def test_save_and_next_closes_the_row_and_opens_the_one_below(app, tablet, world):
    first, second = world.people["rahmah_mabuun"], world.people["hamdani"]
    typed = form_of(person(app, first), name="Rahmah Baru", then="next")
    text = tablet.post(f"/participants/{first}?village=63.09.06.1006", data=typed, headers=HTMX).text
    assert f'id="row-{first}"' in text and f'hx-target="#row-{second}"' in text and f'id="row-form-{second}"' in text
    assert values(text, "name") == ["HAMDANI BIN UMAR"]
    page = tablet.post(f"/participants/{second}?q=hamdani", data=form_of(person(app, second), then="next"))
    assert page.location == f"/participants?q=hamdani#row-{second}"  # the last of its list has no next


@pytest.mark.parametrize(("then", "of", "to", "page"), [("next", 49, 50, "&page=2"), ("previous", 50, 49, "")])
def test_saving_turns_the_page_where_the_neighbour_is_on_another(change, tablet, world, then, of, to, page):
    with change as session:
        add_heads(session, world, *range(100, 160))
        people = find_people(session, Filter(district="63.09.07"), limit=60)
    address = f"/participants/{people[of].id}?district=63.09.07&page={1 + of // 50}"
    there = f"/participants?district=63.09.07{page}&open={people[to].id}#row-form-{people[to].id}"
    answer = tablet.post(address, data=form_of(people[of], then=then), headers=HTMX)
    assert answer.headers["HX-Redirect"] == there
    assert f'id="row-form-{people[to].id}"' in tablet.get(there).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Tulis namanya."),
        ({"name": "N" * 10_000}, "paling banyak 200 huruf"),
        ({"phone": "12345"}, "Nomor HP dimulai 08"),
        ({"phone": "081200000101 / 081200000102"}, "satu nomor saja"),
        ({"rt": "tiga puluhan"}, "Tulis nomornya saja"),
        ({"rt": ""}, "Tulis nomor RT."),
        ({"rw": "??"}, "Tulis nomornya saja"),
        ({"rt": "002"}, "sudah dijabat Hj. RAHMAH"),
        ({"village": ""}, "Tulis desanya."),
        ({"village": "00.00"}, "Tidak ada desa “00.00” di daftar wilayah."),
        ({"wave": "7"}, "Pilih salah satu yang ada."),
        ({"gender": "X"}, "Pilih salah satu yang ada."),
        ({"note": "c" * 1001}, "paling banyak 1.000 huruf"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field_and_nothing_is_written(app, tablet, world, typed, sentence):
    before = person(app, world.people["yusuf"])
    response = tablet.post(f"/participants/{before.id}", data=form_of(before, **typed), headers=HTMX)
    assert response.status_code == 422 and sentence in response.text
    assert person(app, before.id) == before


def test_a_new_head_comes_to_the_wave_of_the_district_and_has_a_card(app, tablet, world):
    typed = {"name": "BAIHAQI", "village": "63.09.07.2004", "rt": "7", "wave": "undangan", "gender": "L"}
    response = tablet.post("/participants/new", data=typed)
    assert response.status_code == 303
    with app.app_context():
        new = find_people(db.session, Filter(q="baihaqi"))[0]
        assert (new.rt, new.wave, new.district) == ("007", 1, "Muara Uya")
        assert badges.live_badge(db.session, new.id)


def test_a_guest_has_no_seat_but_a_card(app, tablet, world):
    tablet.post(
        "/participants/new?kind=tamu", data={"name": "Ibu Camat", "kind": "narasumber", "wave": "2", "gender": ""}
    )
    with app.app_context():
        new = find_people(db.session, Filter(kind="narasumber"))[0]
        assert (new.name, new.seat, new.wave) == ("Ibu Camat", "", 2)
        assert badges.live_badge(db.session, new.id)


def test_somebody_new_on_a_taken_seat_is_refused_and_what_was_typed_stays(look, tablet, world):
    typed = {"name": "BAIHAQI", "village": "63.09.06.1001", "rt": "2", "wave": "undangan", "gender": ""}
    response = tablet.post("/participants/new", data=typed)
    text = response.text
    assert response.status_code == 422 and "sudah dijabat Hj. RAHMAH" in text and "BAIHAQI" in text
    assert look(lambda session: count_people(session, Filter())) == len(world.people)


def test_an_archived_person_shows_why_and_may_come_back(app, tablet, world):
    id_ = world.people["yusuf"]
    assert tablet.post(f"/participants/{id_}/archive", data={"reason": " "}).status_code == 422
    tablet.post(f"/participants/{id_}/archive", data={"reason": "pindah alamat"})
    text = tablet.get(f"/participants/{id_}").text
    assert "pindah alamat" in text and "Pulihkan" in text and "row-form" not in text
    assert names_in(tablet.get("/participants?status=arsip")) == ["M. YUSUF"]
    tablet.post(f"/participants/{id_}/restore")
    assert person(app, id_).archived_at is None


def test_an_archived_row_cannot_be_saved(app, tablet, world):
    read = person(app, world.people["yusuf"])
    tablet.post(f"/participants/{read.id}/archive", data={"reason": "keliru"})
    answer = tablet.post(f"/participants/{read.id}", data=form_of(read, name="Lain"), headers=HTMX)
    assert answer.status_code == 409 and "sudah diarsipkan" in answer.text


@pytest.mark.parametrize("path", ["/participants/99999", "/participants/99999/row"])
def test_an_unknown_person_is_not_found(tablet, path):
    assert tablet.get(path).status_code == 404
    assert "Peserta ini tidak ada." in tablet.get(path, headers=HTMX).text


def test_writing_to_an_unknown_person_is_not_found(tablet):
    for path in ("", "/archive", "/restore"):
        assert tablet.post(f"/participants/99999{path}", data={"reason": "x"}).status_code == 404


def test_an_empty_roster_says_what_to_do_next(change, tablet, world):
    with change as session:
        for row in session.query(Participant):
            row.archived_at, row.archive_reason = clock.utcnow(), "uji"
    assert "Belum ada peserta" in tablet.get("/participants").text
