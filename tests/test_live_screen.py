"""The big screen: numbers only, by a link that becomes a cookie and can be revoked."""

import re

import pytest
import time_machine

from rtapp.schema import Device

from .world import World, at


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(at(7), tick=False):
        yield


@pytest.fixture
def link(client_of, world: World) -> str:
    """The path of a new link for a screen of wave I."""
    page = client_of("admin").post("/screens", data={"wave": world.waves[0]})
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    return re.search(r"(/screen/[A-Za-z0-9_-]+)", page.text)[1]


def test_the_screen_shows_numbers_and_never_a_name(client_of, world, come):
    come("rahmah")
    page = client_of("viewer").get(f"/waves/{world.waves[0]}/screen").text
    assert "<strong>1</strong>" in page and "dari 7 di daftar" in page and "Murung Pudak" in page
    assert "RAHMAH" not in page and "Meja 1" not in page


def test_a_link_opens_the_screen_once_and_leaves_the_address(app, world, link):
    browser = app.test_client()
    for _ in range(2):  # looking at it uses nothing up
        assert "Buka layar besar" in browser.get(link).text
    opened = browser.post(link, follow_redirects=True)
    assert opened.request.path == f"/waves/{world.waves[0]}/screen" and opened.status_code == 200
    assert app.test_client().post(link).status_code == 410


def test_a_revoked_screen_sees_no_more(app, look, client_of, world, link):
    browser = app.test_client()
    browser.post(link)
    screen = f"/waves/{world.waves[0]}/screen"
    assert browser.get(screen).status_code == 200
    [device] = look(lambda session: session.query(Device).filter_by(role="viewer").all())
    assert client_of("admin").post(f"/screens/{device.id}/revoke").status_code == 303
    assert browser.get(screen).status_code == 303


def test_a_screen_may_open_nothing_but_counts(app, world, link):
    browser = app.test_client()
    browser.post(link)
    assert browser.get(f"/desk/{world.registration}").status_code == 403
    assert browser.get(f"/waves/{world.waves[0]}/missing").status_code == 403
    assert browser.get(f"/waves/{world.waves[1]}/screen").status_code == 403


def test_the_screens_page_makes_links_for_screens_alone(client_of, world):
    admin = client_of("admin")
    assert admin.post("/screens", data={"device": world.device}).status_code == 404
    assert admin.post(f"/screens/{world.device}/revoke").status_code == 404
    assert admin.post("/screens", data={"wave": 999}).status_code == 404


def test_nonsense_is_no_link(app):
    answer = app.test_client().get("/screen/nothing")
    assert answer.status_code == 410 and "sudah dipakai" in answer.text
