"""Hand scanners type wherever the cursor is, end as they like and know no layout but their own: on a phone's screen."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .browsers import PHONE
from .test_journeys import OF_WAVE_TWO, cards, desk, present, verdict, welcomed
from .test_offline_journeys import provisional, ready

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
    "Colemak": dict(zip(US_LETTERS, "ABCSFTDHUNEIMKY:QPRGLVWXJZ", strict=True)),
    "Turkish F": dict(zip(US_LETTERS, "UÇVEĞAÜTNKMLSZHPFIİORCGÖDJ", strict=True)),
    "Turkish Q": {":": "Ş", "/": ".", ".": "ç"},
    "Spanish": {":": "Ñ", "/": "-"},
    "Brazilian": {":": "Ç", "/": ";"},
    "Thai": dict(zip(US_LETTERS + "234567", 'ฤฺฉฏฎโฌ็ณ๋ษศ?์ฯญ๐ฑฆธ๊ฮ")ํ(/-ภถุึ', strict=True)),
    "Caps Lock": dict(zip(US_LETTERS, US_LETTERS.lower(), strict=True)),
}


class Keys:
    """The keys of a page, one by one: what each gives, and which it is."""

    def __init__(self, page: Page) -> None:
        self.tools = page.context.new_cdp_session(page)

    def press(self, given: str, code: str, **facts: object) -> None:
        """Press and let go a key; what is longer than two letters is the name of a key that types nothing."""
        pressed = {"key": given, "code": code} | facts
        text = {"text": given} if len(given) <= 2 else {}
        self.tools.send("Input.dispatchKeyEvent", {"type": "keyDown"} | pressed | text)
        self.tools.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": given, "code": code})


def code_of(sign: str) -> str:
    """Return which key of an American keyboard types this."""
    if sign.isalpha():
        return f"Key{sign.upper()}"
    return f"Digit{sign}" if sign.isdigit() else {":": "Semicolon", "/": "Slash", ".": "Period"}.get(sign, "")


def typed(page: Page, code: str, end: str = "Enter") -> None:
    """Type as a hand scanner does; ``end`` is a key, "" for none."""
    page.keyboard.type(code, delay=KEY)
    if end:
        page.keyboard.press(end)


COUNTED = "SELECT count(*) FROM attendance WHERE voided_at IS NULL"
UNDONE = "SELECT count(*) FROM attendance WHERE voided_at IS NOT NULL"


def asked_why(page: Page) -> Locator:
    """Begin to undo the last mark from the desk's list; return the field for the reason."""
    page.locator("#recent a").first.click()
    return page.get_by_label("Alasan").and_(page.locator("details[open] input"))


def address(card: dict[str, str]) -> str:
    return f"HTTP://192.168.1.10:8000/K/{card['code']}"


def undoing(visit, card: dict[str, str]) -> tuple[Page, Locator]:
    """Scan a card, and begin to write why its mark is taken back: the page and the field for the reason."""
    page = desk(visit, size=PHONE)
    typed(page, address(card))
    welcomed(page, card)
    reason = asked_why(page)
    reason.fill("salah ")
    reason.press("End")
    return page, reason


def test_a_card_scanned_while_somebody_is_undone_is_that_cards_scan_and_undoes_nobody(visit, served, cards):
    page, reason = undoing(visit, cards[0])
    typed(page, address(cards[1]), "Tab")
    expect(page.locator("#toast")).to_contain_text(cards[1]["name"])
    expect(reason).to_have_value("salah ")
    assert served.rows(COUNTED) == [(2,)] and served.rows(UNDONE) == [(0,)]


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
    assert served.rows("SELECT count(*) FROM substitute") == [(0,)]


def test_a_card_scanned_into_a_pin_field_is_no_pin(visit, served, cards):
    other = served.rows(OF_WAVE_TWO)[0][0]
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
    assert served.rows("SELECT count(*) FROM attendance") == [(4,)]


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
    page.wait_for_timeout(700)  # the search for what stands there has come by then
    expect(page.locator("#verdict")).to_be_visible()
    for card, around in zip(cards[1:5], ("Q{}", "{}X", "]Q3{}", "~{}~"), strict=True):
        typed(page, around.format(card["code"]))
        welcomed(page, card)
    assert served.rows("SELECT count(*) FROM scan WHERE raw IS NOT NULL") == [(0,)]


def test_one_card_read_twice_by_one_gesture_stays_green(visit, served, cards):
    page = desk(visit, size=PHONE)
    for _ in range(3):
        typed(page, cards[0]["code"])
        page.wait_for_timeout(150)
    welcomed(page, cards[0])
    typed(page, address(cards[0]).lower())
    page.wait_for_timeout(400)
    verdict(page, "WELCOME")
    assert served.rows("SELECT verdict FROM scan") == [("WELCOME",)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_scanner_is_understood_whatever_layout_the_keyboard_is_set_to(visit, served, cards, layout):
    page = desk(visit, size=PHONE)
    keys = Keys(page)
    for text, card in ((cards[0]["code"], cards[0]), (address(cards[1]), cards[1])):
        for sign in text:
            keys.press(LAYOUTS[layout].get(sign, sign), code_of(sign))
        page.keyboard.press("Enter")
        welcomed(page, card)


@pytest.mark.parametrize("around", ["A{}Z", "SCAN:{};", "0001{}", "{}\\000026", "*{}*", "\x1d{}\x1d"])
def test_what_a_scanner_puts_around_a_code_is_no_part_of_it(visit, served, cards, around):
    page = desk(visit, size=PHONE)
    for card, code in zip(cards, (cards[0]["code"], address(cards[1]), cards[2]["short_code"]), strict=False):
        typed(page, around.format(code))
        welcomed(page, card)
    assert served.rows("SELECT count(*) FROM scan WHERE raw IS NOT NULL") == [(0,)]


def test_of_two_pieces_that_are_short_codes_by_chance_the_card_s_is_meant(visit, served, cards):
    """W77EYVR between two letters of a scanner's: 77EYVRZ is a short code as well, of nobody. So is what a German
    keyboard makes of ZKZ5YN7."""
    served.rows("UPDATE badge SET short_code = 'W77EYVR' WHERE token = ?", cards[0]["code"])
    served.rows("UPDATE badge SET short_code = 'ZKZ5YN7' WHERE token = ?", cards[1]["code"])
    page = ready(desk(visit, size=PHONE))
    typed(page, "AW77EYVRZ")
    welcomed(page, cards[0])
    typed(page, "YKY5ZN7")  # on a German keyboard
    welcomed(page, cards[1])
    served.kill()
    typed(page, "W77EYVRZ")
    provisional(page, "ALREADY")


@pytest.mark.parametrize("pause", [1, 30, 80])
def test_a_scanner_may_be_very_fast_or_very_slow(visit, served, cards, pause):
    page = desk(visit, size=PHONE)
    page.keyboard.type(address(cards[0]), delay=pause)
    welcomed(page, cards[0])


@pytest.mark.parametrize(
    "ends", [["Enter", "Enter"], ["Enter", "Control+j"], ["Tab", "Enter"], ["Control+m", "Control+j"]]
)
def test_of_an_ending_of_two_keys_neither_presses_a_button(visit, served, cards, ends):
    page, _reason = undoing(visit, cards[0])
    typed(page, address(cards[1]), "")
    for end in ends:
        page.keyboard.press(end)
    expect(page.locator("#toast")).to_contain_text(cards[1]["name"])
    assert served.rows(COUNTED) == [(2,)] and served.rows(UNDONE) == [(0,)]


def test_control_characters_around_a_code_are_no_commands(visit, served, cards):
    page = desk(visit, size=PHONE)
    page.locator("#code").fill("rahm")
    page.keyboard.press("Control+a")  # SOH, which selects what stands in the field
    typed(page, cards[0]["code"], "Control+c")
    welcomed(page, cards[0])
    expect(page.locator("#code")).to_have_value("rahm")
    page.keyboard.press("Control+b")
    typed(page, cards[1]["code"], "Control+]")
    welcomed(page, cards[1])


@pytest.mark.parametrize("lock", [True, False])
def test_digits_of_the_numeric_pad_are_digits_with_and_without_num_lock(visit, served, cards, lock):
    page = desk(visit, size=PHONE)
    keys = Keys(page)
    moves = dict(zip("234567", ("ArrowDown", "PageDown", "ArrowLeft", "Clear", "ArrowRight", "Home"), strict=True))
    for sign in cards[0]["code"]:
        keys.press(
            sign if lock or sign.isalpha() else moves[sign], f"Numpad{sign}" if sign.isdigit() else code_of(sign)
        )
    page.keyboard.press("Enter")
    welcomed(page, cards[0])


def test_letters_typed_as_numbers_with_alt_are_a_scan_wherever_the_focus_is(visit, served, cards):
    page = desk(visit, size=PHONE)
    keys = Keys(page)
    for card, focus in ((cards[0], "body"), (cards[1], "#code")):
        page.evaluate("(focus) => { document.activeElement.blur(); document.querySelector(focus).focus(); }", focus)
        for sign in card["code"]:
            keys.tools.send(
                "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Alt", "code": "AltLeft", "modifiers": 1}
            )
            for digit in f"{ord(sign):04}":
                keys.press("Unidentified", f"Numpad{digit}", modifiers=1)
            page.keyboard.up("Alt")
            if focus == "#code":
                keys.tools.send("Input.insertText", {"text": sign})  # as Windows does once Alt is let go
        page.keyboard.press("Enter")
        welcomed(page, card)
    expect(page.locator("#code")).to_have_value("")


def test_a_key_that_is_held_is_no_scanner(visit, served, cards):
    page = desk(visit, size=PHONE)
    keys = Keys(page)
    for again in range(20):
        keys.press("x", "KeyX", autoRepeat=again > 0)
    typed(page, cards[0]["code"])
    welcomed(page, cards[0])
    expect(page.locator("#code")).to_have_value("x" * 20)


@pytest.mark.parametrize("end", ["Enter", ""])
def test_letters_that_an_input_method_composes_are_a_scan_too(visit, served, cards, end):
    page = desk(visit, size=PHONE)
    keys = Keys(page)
    page.locator("#code").focus()
    for length in range(1, len(cards[0]["code"]) + 1):
        composed = {"text": cards[0]["code"][:length], "selectionStart": length, "selectionEnd": length}
        keys.tools.send("Input.imeSetComposition", composed)
    if end:
        keys.tools.send("Input.insertText", {"text": cards[0]["code"]})
        page.keyboard.press(end)
    welcomed(page, cards[0])
    for sign in address(cards[1]):  # typed by numbers: no key tells of it
        keys.tools.send("Input.insertText", {"text": sign})
    welcomed(page, cards[1])
    expect(page.locator("#code")).to_have_value("")


def test_two_cards_in_one_burst_are_two_scans(visit, served, cards):
    page = desk(visit, size=PHONE)
    typed(page, cards[0]["code"] + cards[1]["code"])
    present(page, 2)
    typed(page, address(cards[2]) + address(cards[3]))
    present(page, 4)
    assert served.rows("SELECT verdict, count(*) FROM scan GROUP BY 1") == [("WELCOME", 4)]


def test_two_scanners_at_once_are_told_that_neither_was_read(visit, served, cards):
    mixed = "".join(one + other for one, other in zip(address(cards[0]), address(cards[1]), strict=True))
    page = desk(visit, size=PHONE)
    typed(page, mixed)
    verdict(page, "UNKNOWN")
    page.goto(f"{served.url}/desk/1/walk-in")
    page.locator("#name").fill("Haji Baru")
    typed(page, mixed)
    expect(page.locator("#toast")).to_contain_text("Pindai lagi, satu per satu")
    expect(page.locator("#name")).to_have_value("Haji Baru")
    assert served.rows("SELECT count(*) FROM attendance") == [(0,)]


FIELDS = {"date": "2023-11-08", "time": "07:30", "number": "12", "email": "siti@contoh.id", "month": "", "range": "50"}


def test_whatever_kind_of_field_has_the_focus_keeps_what_it_holds(visit, served, cards):
    page = desk(visit, size=PHONE)
    page.goto(f"{served.url}/desk/1/walk-in")
    for card, (kind, value) in zip(cards, FIELDS.items(), strict=False):
        page.evaluate(
            "([type, value]) => { const field = document.createElement('input');"
            " Object.assign(field, {type, value, id: type}); document.querySelector('main').append(field);"
            " field.focus(); }",
            [kind, value],
        )
        typed(page, address(card))
        expect(page.locator("#toast")).to_contain_text(card["name"])
        expect(page.locator(f"#{kind}")).to_have_value(value)
    page.evaluate(
        "() => { const box = document.createElement('dialog'); const button = document.createElement('button');"
        " button.onclick = () => box.close(); box.append(button); document.body.append(box); box.showModal(); }"
    )
    typed(page, address(cards[8]))
    expect(page.locator("#toast")).to_contain_text(cards[8]["name"])
    expect(page.locator("dialog[open]")).to_have_count(1)


def test_a_code_typed_into_a_reason_by_hand_is_refused_and_nothing_typed_is_lost(visit, served, cards):
    page = desk(visit, size=PHONE)
    typed(page, cards[0]["code"])
    welcomed(page, cards[0])
    reason = asked_why(page)
    reason.fill(f"salah {cards[1]['code']}")
    page.get_by_role("button", name="Batalkan pencatatan").click()
    assert "kode kartu" in reason.evaluate("field => field.validationMessage")
    expect(reason).to_have_value(f"salah {cards[1]['code']}")
    assert served.rows(COUNTED) == [(1,)]


@pytest.mark.parametrize("pause", [250, 700])
def test_a_burst_that_a_weak_radio_tears_apart_is_one_scan(visit, served, cards, pause):
    page = desk(visit, size=PHONE)
    page.locator("#code").fill("rahm")
    for card, cut in zip(cards, (4, 16, 24, 32), strict=False):
        page.keyboard.type(address(card)[:cut], delay=KEY)
        page.wait_for_timeout(pause)
        typed(page, address(card)[cut:])
        welcomed(page, card)
        expect(page.locator("#code")).to_have_value("rahm")
    assert served.rows("SELECT count(*) FROM scan WHERE raw IS NOT NULL") == [(0,)]


JAM = "() => { const end = performance.now() + Math.random() * 400; while (performance.now() < end); }"


def test_a_page_that_is_busy_all_the_time_loses_no_scan(visit, served, cards):
    page = desk(visit, size=PHONE)
    page.evaluate(f"() => {{ const jam = {JAM}; setInterval(jam, 500); }}")
    for number, card in enumerate(cards[:24]):
        typed(page, address(card) if number % 2 else card["code"], ("Enter", "Tab")[number % 3 == 0])
    present(page, 24)
    assert served.rows("SELECT verdict, raw, count(*) FROM scan GROUP BY 1, 2") == [("WELCOME", None, 24)]
