"""Whom the words typed at a desk find: in which order, of how many, and who of them may be marked."""

import re
from html import unescape

import pytest

from rtapp import clock
from rtapp.db import begin_write
from rtapp.roster.seat_store import find_or_add_seat
from rtapp.roster.store import add_participant
from rtapp.schema import Participant, Village

from .reading import words


@pytest.fixture
def fifteen(session, world):
    """One kelurahan of wave I with fifteen more RTs, all of one name."""
    begin_write(session)
    village = session.get(Village, world.villages["belimbing_raya"])
    ids = []
    for rt in range(21, 36):
        facts = {"seat": find_or_add_seat(session, village, f"{rt:03}"), "wave_id": world.waves[0]}
        ids.append(add_participant(session, "uji", world.event, name="NORHASANAH", now=clock.utcnow(), **facts).id)
    session.commit()
    return ids


@pytest.fixture
def search(client_of, world):
    """Search at the desk of wave I and return the answer."""

    def ask(text, role="device", **more):
        return client_of(role).get(f"/desk/{world.registration}/people", query_string={"code": text, **more})

    return ask


@pytest.fixture
def mark(client_of, world):
    def send(id_):
        client_of("device").post(f"/desk/{world.registration}/scans", data={"participant": id_})

    return send


def rows(answer):
    """Return the rows found: (name and place, whether it offers to mark)."""
    listed = re.search(r'<section id="(?:results|instead)".*?</section>', answer.text, re.DOTALL)[0]
    found = re.findall(r'<li class="row[^"]*">(.*?)</li>', listed, re.DOTALL)
    plain = [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in found]
    return [(text, "data-scan" in row) for text, row in zip(plain, found, strict=True)]


def test_a_list_that_is_cut_says_of_how_many_and_how_to_narrow_it(search, fifteen):
    answer = search("norhasanah")
    assert len(rows(answer)) == 8 and "8 dari 15 orang: tambahkan RT atau desa." in words(answer)
    assert "Tampilkan 7 lagi" in words(answer) and "data-whole" not in answer.text


def test_the_rest_of_a_list_is_one_tap_away(search, fifteen):
    more = re.search(r'hx-get="([^"]+)"', search("norhasanah").text)[1]
    answer = search("norhasanah", show=re.search(r"show=(\d+)", unescape(more))[1])
    assert len(rows(answer)) == 15 and "15 orang" in words(answer) and "data-whole" in answer.text


@pytest.mark.parametrize("show", ["-1", "0", "x", "99999999999999999999", "400"])
def test_a_wild_number_of_rows_is_no_error(search, fifteen, show):
    assert search("norhasanah", show=show).status_code == 200


def test_who_is_not_present_comes_first_and_who_is_stays_without_a_button(search, mark, fifteen):
    for id_ in fifteen[:8]:
        mark(id_)
    found = rows(search("norhasanah", show=15))
    assert [offers for _text, offers in found] == [True] * 7 + [False] * 8
    assert all(re.search(r"Hadir \d\d\.\d\d", text) for text, offers in found if not offers)
    assert [offers for _text, offers in rows(search("norhasanah"))] == [True] * 7 + [False]


def test_people_of_other_waves_come_after_those_of_this_one(search, mark, world):
    mark(world.people["syahrani"])
    found = rows(search("rt 1"))
    states = [text.rsplit(" · ", 1)[-1] for text, _offers in found]
    assert "Belum hadir" in states[0] and "Muara Uya Hadir" in states[1] and "Gelombang lain II" in states[2]


@pytest.mark.parametrize("text", ["-", "  - ", "%", "…", "'", "احمد", "ที่", "rt", "🙂"])
def test_without_a_letter_or_number_nobody_is_found(search, text):
    answer = search(text)
    assert rows(answer) == [] and "Tidak ada yang cocok" in words(answer)


def test_who_only_sounds_alike_is_called_so_and_not_led_to(search):
    answer = search("syahrini")
    assert "Tidak ada yang cocok. Yang mirip:" in words(answer) and "SYAHRANI" in words(answer)
    assert "data-whole" not in answer.text and 'data-q="syahrini"' in answer.text


def test_a_noted_absence_is_the_state_that_a_row_tells(client_of, search, world):
    yusuf = f"/desk/{world.registration}/people/{world.people['yusuf']}"
    client_of("device").post(f"{yusuf}/absence", data={"kind": "sakit"})
    [(text, offers)] = rows(search("yusuf"))
    assert "Sakit" in text and "Belum hadir" not in text and offers


def test_a_persons_note_stands_in_their_row_and_on_their_verdict(client_of, search, session, world):
    begin_write(session)
    session.get(Participant, world.people["rahmah"]).note = "Kursi roda"
    session.commit()
    assert "Kursi roda" in rows(search("rt 2 belimbing"))[0][0]
    desk = client_of("device")
    for _time in range(2):  # WELCOME, then ALREADY
        answer = desk.post(f"/desk/{world.registration}/scans", data={"code": world.tokens["rahmah"]})
        assert "Kursi roda" in words(desk.get(answer.location))
    assert "Kursi roda" in words(desk.get(f"/K/{world.tokens['rahmah']}"))


def test_without_javascript_the_page_shows_more_too(client_of, fifteen, world):
    page = client_of("device").get(f"/desk/{world.registration}", query_string={"q": "norhasanah", "show": 48})
    assert len(rows(page)) == 15


def test_the_wrong_persons_page_says_of_how_many_too(client_of, mark, session, world, fifteen):
    mark(fifteen[0])
    desk = client_of("device")
    page = desk.get(f"/desk/{world.registration}/people/{fifteen[0]}").text
    instead = re.search(r'href="(/attendance/\d+/instead)"', page)[1]
    answer = desk.get(instead)
    assert "dari 15 orang" in words(answer)
    assert len(rows(desk.get(instead, query_string={"q": "norhasanah", "show": 48}))) == 14
