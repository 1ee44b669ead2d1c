"""Editing the roster as a coordinator on a tablet: neighbours, order, two lists, two people on one row."""

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from rtapp.db import db
from rtapp.roster.find_store import Person, find_person
from rtapp.roster.forms import values_of
from rtapp.roster.revision import reconcile

from .reading import elements, texts, value
from .test_roster_views import add_heads
from .world import World

HTMX = {"HX-Request": "true"}
MABUUN = "63.09.06.1006"


@pytest.fixture
def person(app: Flask, world: World) -> Callable[[str], Person]:
    """Somebody as they stand on the roster now, by their short name."""

    def read(who: str) -> Person:
        with app.app_context():
            return find_person(db.session, world.people[who])

    return read


def opened(read: Person, **typed: str) -> dict[str, str]:
    """What a browser posts of a row that was opened when it stood as ``read``."""
    values = values_of(read)
    return values | {"version": str(read.version), "was": json.dumps(values)} | typed


def save(tablet: FlaskClient, read: Person, query: str = "", **typed: str) -> TestResponse:
    return tablet.post(f"/participants/{read.id}{query}", data=opened(read, **typed), headers=HTMX)


def names(response: TestResponse) -> list[str]:
    return texts(response, cls="person-name", within="row-open")


# Neighbours


def test_save_and_previous_opens_the_row_above(tablet, person):
    response = save(tablet, person("hamdani"), f"?village={MABUUN}", then="previous", note="di depan")
    above = person("rahmah_mabuun")
    assert f'hx-target="#row-{above.id}"' in response.text and f'id="row-form-{above.id}"' in response.text
    assert person("hamdani").note == "di depan"
    first = save(tablet, above, f"?village={MABUUN}", then="previous")
    assert first.status_code == 200 and "row-form" not in first.text


def test_enter_in_a_field_saves_and_opens_nothing_else(tablet, person):
    button = elements(tablet.get(f"/participants/{person('yusuf').id}", headers=HTMX), "button")[0].given
    assert "name" not in button and button["tabindex"] == "-1"


def test_saving_on_the_persons_own_page_returns_to_the_list(tablet, person):
    response = save(tablet, person("yusuf"), "?q=yusuf", own="1", note="x")
    assert response.headers["HX-Redirect"] == f"/participants?q=yusuf#row-{person('yusuf').id}"
    wrong = save(tablet, person("yusuf"), own="1", name=" ")
    assert wrong.status_code == 422 and 'name="own"' in wrong.text


# Order


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("nama", ["ABDUL MUIS", "HAMDANI BIN UMAR", "M. YUSUF"]),
        ("rt", ["RUSLAN", "Rahmah", "SYAHRANI"]),  # RT 001 of three villages
        ("desa", ["Hj. RAHMAH", "M. YUSUF", "Rahmah"]),
        ("", ["RUSLAN", "TAKDITANYA", "Hj. RAHMAH"]),
        ("nonsense", ["RUSLAN", "TAKDITANYA", "Hj. RAHMAH"]),
    ],
)
def test_the_list_goes_by_what_is_chosen_and_the_address_keeps_it(tablet, sort, expected):
    response = tablet.get(f"/participants?sort={sort}", headers=HTMX)
    assert names(response)[:3] == expected
    assert (f"sort={sort}" in response.headers["HX-Replace-Url"]) == bool(sort)


def test_an_rt_sorts_as_the_number_it_is(change, world, tablet):
    change(lambda session: add_heads(session, world, "100", "013A", "013", "014"))
    text = tablet.get("/participants?district=63.09.07&sort=rt").text
    assert re.findall(r"RT (\w+) · Desa Uwie", text) == ["001", "002", "013", "013A", "014", "100"]


def test_what_was_changed_last_can_stand_first_and_its_neighbour_is_the_one_shown_below(tablet, person):
    save(tablet, person("muis"), note="satu")
    save(tablet, person("yusuf"), note="dua")
    assert names(tablet.get("/participants?sort=diubah"))[:2] == ["M. YUSUF", "ABDUL MUIS"]
    response = save(tablet, person("yusuf"), "?sort=diubah", then="next")
    assert f'id="row-form-{person("muis").id}"' in response.text


# Two lists


def test_guests_are_not_mixed_into_the_heads_but_counted_beside_them(tablet):
    heads = tablet.get("/participants")
    assert "Tamu Contoh" not in heads.text and "9 dari 9 orang" in heads.text
    assert "Ketua RT · 9" in heads.text and "Tamu, panitia, narasumber · 1" in heads.text
    others = tablet.get("/participants?kind=lain")
    assert names(others) == ["Tamu Contoh"] and "1 dari 1 orang" in others.text and "Kecamatan" not in others.text


def test_a_search_says_when_the_other_list_has_what_is_looked_for(tablet):
    response = tablet.get("/participants?q=tamu+contoh", headers=HTMX)
    assert "1 cocok di daftar tamu, panitia, narasumber" in response.text
    assert "/participants?q=tamu+contoh&amp;kind=lain" in response.text
    back = tablet.get("/participants?q=rahmah&kind=lain", headers=HTMX)
    assert "2 cocok di daftar ketua RT" in back.text and 'href="/participants?q=rahmah"' in back.text


def test_the_list_of_one_kind_alone_stays_in_the_address(tablet):
    response = tablet.get("/participants?kind=panitia", headers=HTMX)
    assert response.headers["HX-Replace-Url"] == "/participants?kind=panitia"
    assert "Belum ada tamu, panitia, atau narasumber" in response.text


# Two people, one row


def test_both_values_stand_side_by_side_with_who_changed_it(client_of, tablet, person):
    read = person("yusuf")
    save(client_of("admin"), read, name="Yusuf Satu", phone="081300000555")
    answer = save(tablet, read, name="Yusuf Dua", note="kursi roda")
    assert answer.status_code == 409 and "diubah Uji admin pukul" in answer.text
    choice = answer.text[answer.text.index('<fieldset class="choose">') : answer.text.index("</fieldset>")]
    assert "Nama: pakai yang mana?" in choice and "Yusuf Dua" in choice and "Yusuf Satu" in choice
    assert answer.text.count('<fieldset class="choose">') == 1  # the others changed on one side alone
    assert "No. HP menjadi “081300000555”." in answer.text and 'value="kursi roda"' in answer.text
    assert person("yusuf").name == "Yusuf Satu"


@pytest.mark.parametrize(("chosen", "name"), [("mine", "Yusuf Dua"), ("theirs", "Yusuf Satu")])
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["script", "no script"])
def test_each_field_is_what_was_chosen_for_it(client_of, tablet, person, chosen, name, headers):
    read = person("yusuf")
    save(client_of("admin"), read, name="Yusuf Satu", phone="081300000555", gender="P")
    answer = tablet.post(f"/participants/{read.id}", data=opened(read, name="Yusuf Dua", gender=""), headers=headers)
    assert answer.status_code == 409
    typed = opened(read, name="Yusuf Dua", gender="", phone="081300000555")
    typed |= {"version": value(answer, "version"), "was": value(answer, "was")}
    typed |= {"choose-name": chosen, "choose-gender": "theirs"}
    assert tablet.post(f"/participants/{read.id}", data=typed, headers=headers).status_code in (200, 303)
    now = person("yusuf")
    assert (now.name, now.gender, now.phone, now.version) == (name, "P", "081300000555", 3 if chosen == "mine" else 2)


def test_what_was_chosen_of_theirs_is_saved_though_ones_own_was_wrong(client_of, tablet, person):
    read = person("yusuf")
    save(client_of("admin"), read, phone="081300000555")
    now = person("yusuf")
    typed = opened(now, phone="123", note="x") | {"choose-phone": "theirs"}
    assert tablet.post(f"/participants/{read.id}", data=typed, headers=HTMX).status_code == 200
    assert (person("yusuf").phone, person("yusuf").note) == ("081300000555", "x")


def test_a_save_whose_answer_got_lost_is_answered_as_saved_when_it_is_sent_again(tablet, person):
    read = person("yusuf")
    typed = {"name": "Yusuf Baru", "note": "di depan", "then": "next"}
    first, again = save(tablet, read, **typed), save(tablet, read, **typed)
    assert (first.status_code, again.status_code) == (200, 200) and names(again) == ["Yusuf Baru"]
    assert person("yusuf").version == 2


def test_a_third_change_meanwhile_is_asked_about_again(client_of, tablet, person):
    read = person("yusuf")
    save(client_of("admin"), read, name="Satu")
    answer = save(tablet, read, name="Dua")
    save(client_of("admin"), person("yusuf"), name="Tiga")
    typed = opened(read, name="Dua") | {"version": value(answer, "version"), "was": value(answer, "was")}
    third = tablet.post(f"/participants/{read.id}", data=typed | {"choose-name": "mine"}, headers=HTMX)
    assert third.status_code == 409 and "Tiga" in third.text and person("yusuf").name == "Tiga"


def test_reconciling_keeps_what_only_one_side_changed_and_shows_what_both_did():
    read = {"name": "A", "phone": "1", "note": "x", "rw": ""}
    seen = reconcile(read, read | {"name": "B", "phone": "2"}, read | {"name": "C", "note": "y"})
    assert seen.values == {"name": "B", "phone": "2", "note": "y", "rw": ""}
    assert (seen.theirs, seen.taken) == ({"name": "C"}, {"note": "y"})
    assert not seen.leaves_nothing_to_save(read | {"name": "C", "note": "y"})
    assert reconcile(read, read | {"name": "C"}, read | {"name": "C"}).leaves_nothing_to_save(read | {"name": "C"})


def test_a_refusal_of_the_guard_leaves_the_row_where_it_is(client_of, person):
    """The row's form sends what is no answer of its own to a place inside it."""
    text = client_of("supervisor").get(f"/participants/{person('yusuf').id}", headers=HTMX).text
    place = f"target:#said-{person('yusuf').id} swap:innerHTML"
    assert f'hx-status:4xx="{place}"' in text and f'hx-status:5xx="{place}"' in text
    assert client_of("stranger").post(f"/participants/{person('yusuf').id}", headers=HTMX).status_code == 401
