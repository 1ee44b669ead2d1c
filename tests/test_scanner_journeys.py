"""Hand scanners type wherever the cursor is, end as they like and know no layout but their own: on a phone's screen."""

import sqlite3

import pytest
from playwright.sync_api import Page, expect

from .browsers import PHONE
from .served import Served
from .test_journeys import cards, desk, present, verdict

__all__ = ["cards"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEY = 4  # ms from one key to the next
US_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LAYOUTS = {
    "French": dict(zip(US_LETTERS + "234567", "QBCDEFGHIJKL?NOPARSTUVZXYW" + "é\"'(-è", strict=True)),
    "German": dict(zip("YZ", "ZY", strict=True)),
    "Russian": dict(zip(US_LETTERS, "ФИСВУАПРШОЛДЬТЩЗЙКЫЕГМЦЧНЯ", strict=True)),
    "Arabic": dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", ["ش", "لا", *"ؤيثبلاهتنمةىخحضقسفعرصءغئ"], strict=True)),
    "Dvorak": dict(zip(US_LETTERS, 'AXJE>UIDCHTNMBRL"POYGK<QF:', strict=True)),
    "Caps Lock": dict(zip(US_LETTERS, US_LETTERS.lower(), strict=True)),
}


def typed(page: Page, code: str, end: str = "Enter") -> None:
    """Type as a hand scanner does; ``end`` is a key, "" for none."""
    page.keyboard.type(code, delay=KEY)
    if end:
        page.keyboard.press(end)


def rows(served: Served, query: str) -> list[tuple]:
    with sqlite3.connect(served.instance / "rtapp.db") as database:
        return database.execute(query).fetchall()


def welcomed(page: Page, card: dict[str, str]) -> None:
    expect(page.locator(".verdict-name")).to_have_text(card["name"])
    verdict(page, "WELCOME")


def address(card: dict[str, str]) -> str:
    return f"HTTP://192.168.1.10:8000/K/{card['code']}"


def test_a_card_scanned_while_somebody_is_undone_is_that_cards_scan_and_undoes_nobody(visit, served, cards):
    page = desk(visit, size=PHONE)
    typed(page, address(cards[0]))
    welcomed(page, cards[0])
    page.locator("#recent summary").first.click()
    reason = page.locator("#recent input[name=reason]").first
    reason.fill("salah ")
    reason.press("End")
    typed(page, address(cards[1]), "Tab")
    welcomed(page, cards[1])
    present(page, 2)
    assert rows(served, "SELECT count(*) FROM attendance WHERE voided_at IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("end", ["Enter", "Tab", ""])
def test_a_card_scanned_into_the_name_of_a_substitute_leaves_the_name_as_it_was(visit, served, cards, end):
    page = desk(visit, size=PHONE)
    typed(page, cards[0]["code"])
    welcomed(page, cards[0])
    page.locator("#verdict details summary").click()
    name = page.locator("#verdict [name=name]")
    name.fill("Siti")
    page.route("**/scans", lambda route: (page.wait_for_timeout(300), route.continue_()))
    typed(page, address(cards[1]), end)
    expect(name).to_have_value("Siti")
    welcomed(page, cards[1])
    assert rows(served, "SELECT count(*) FROM substitute") == [(0,)]


def test_a_card_scanned_into_a_pin_field_is_no_pin(visit, served, cards):
    with sqlite3.connect(served.instance / "rtapp.db") as database:
        (other,) = database.execute(
            "SELECT token FROM badge JOIN participant ON participant.id = participant_id "
            "JOIN wave ON wave.id = wave_id WHERE wave.number = 2 LIMIT 1"
        ).fetchone()
    page = desk(visit, size=PHONE)
    typed(page, other)
    verdict(page, "OTHER_WAVE")
    page.locator("#verdict details summary").click()
    page.locator("#verdict [name=reason]").fill("sudah di tempat")
    page.locator("#verdict [name=pin]").focus()
    typed(page, cards[0]["code"])
    welcomed(page, cards[0])
    expect(page.locator("#refusals")).to_be_empty()


def test_on_pages_that_are_no_desk_a_card_is_recorded_where_this_browser_works(visit, served, cards):
    page = desk(visit, size=PHONE)
    typed(page, cards[0]["code"])
    welcomed(page, cards[0])
    page.get_by_role("link", name="Salah orang").click()
    page.locator("input[name=q]").fill("rahmah")
    typed(page, address(cards[1]))
    expect(page.locator("#toast")).to_contain_text(f"Hadir · {cards[1]['name']}")
    expect(page.locator("input[name=q]")).to_have_value("rahmah")
    page.goto(f"{served.url}/desk/1/walk-in")
    page.locator("#name").fill("Haji Baru")
    typed(page, address(cards[2]), "")
    expect(page.locator("#toast")).to_contain_text(cards[2]["name"])
    expect(page.locator("#name")).to_have_value("Haji Baru")
    page.locator("#village").focus()
    before = page.locator("#village").input_value()
    typed(page, cards[3]["code"], "Tab")
    expect(page.locator("#toast")).to_contain_text(cards[3]["name"])
    expect(page.locator("#village")).to_have_value(before)
    assert rows(served, "SELECT count(*) FROM attendance") == [(4,)]


def test_a_card_scanned_into_a_row_of_the_roster_becomes_no_part_of_a_name(visit, served, cards):
    page = visit("admin", "/desk/1")
    page.goto(f"{served.url}/participants?q={cards[0]['name'].split()[0]}")
    page.locator(".row-open").first.click()
    name = page.locator(".row-form input[name=name]").first
    was = name.input_value()
    name.focus()
    typed(page, address(cards[5]))
    expect(page.locator("#toast")).to_contain_text(cards[5]["name"])
    expect(name).to_have_value(was)


@pytest.mark.parametrize("end", ["Tab", ""])
def test_cards_are_recorded_however_a_burst_ends(visit, served, cards, end):
    page = desk(visit, size=PHONE)
    for card in cards[:3]:
        typed(page, address(card), end)
        welcomed(page, card)
    expect(page.locator("#code")).to_have_value("")
    present(page, 3)


def test_what_stood_in_the_field_is_no_part_of_a_code_and_stays(visit, served, cards):
    page = desk(visit, size=PHONE)
    page.locator("#code").fill("rahm")
    typed(page, address(cards[0]))
    welcomed(page, cards[0])
    expect(page.locator("#code")).to_have_value("rahm")
    for card, around in zip(cards[1:5], ("Q{}", "{}X", "]Q3{}", "~{}~"), strict=True):
        typed(page, around.format(card["code"]))
        welcomed(page, card)
    assert rows(served, "SELECT count(*) FROM scan WHERE raw IS NOT NULL") == [(0,)]


def test_one_card_read_twice_by_one_gesture_stays_green(visit, served, cards):
    page = desk(visit, size=PHONE)
    for _ in range(3):
        typed(page, cards[0]["code"])
        page.wait_for_timeout(150)
    welcomed(page, cards[0])
    typed(page, address(cards[0]).lower())
    page.wait_for_timeout(400)
    verdict(page, "WELCOME")
    assert rows(served, "SELECT verdict FROM scan") == [("WELCOME",)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_scanner_is_understood_whatever_layout_the_keyboard_is_set_to(visit, served, cards, layout):
    page = desk(visit, size=PHONE)
    keys = page.context.new_cdp_session(page)
    for text, card in ((cards[0]["code"], cards[0]), (address(cards[1]), cards[1])):
        for sign in text:
            code = f"Key{sign}" if sign.isalpha() else f"Digit{sign}" if sign.isdigit() else "Slash"
            given = LAYOUTS[layout].get(sign, sign)
            for kind in ("keyDown", "keyUp"):
                pressed = {"type": kind, "key": given, "code": code}
                keys.send("Input.dispatchKeyEvent", pressed | ({"text": given} if kind == "keyDown" else {}))
        page.keyboard.press("Enter")
        welcomed(page, card)


def test_a_code_typed_into_a_reason_by_hand_is_refused_and_nothing_typed_is_lost(visit, served, cards):
    page = desk(visit, size=PHONE)
    typed(page, cards[0]["code"])
    welcomed(page, cards[0])
    page.locator("#recent summary").first.click()
    reason = page.locator("#recent input[name=reason]").first
    reason.fill(f"salah {cards[1]['code']}")
    page.locator("#recent form button").first.click()
    assert "kode kartu" in reason.evaluate("field => field.validationMessage")
    expect(reason).to_have_value(f"salah {cards[1]['code']}")
    present(page, 1)
