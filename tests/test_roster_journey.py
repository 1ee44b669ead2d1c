"""The roster edited as people do it: standing, on a tablet, two of them at once, over a line that breaks."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .browsers import PHONE, TABLET, overflow
from .served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG_NAME = "Drs. H. Muhammad Contoh Abdurrahman Syarifuddin Panjang, M.Pd."
ROWS = "/participants?q=belimbing+raya"
COVERED = """(field) => { const box = field.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return box.top < 0 || box.bottom > innerHeight || !(field.contains(hit) || hit?.contains(field)); }"""


def open_row(page: Page, at: int = 1) -> Locator:
    """Tap the row at this place of the list and return its form."""
    name = page.locator(".row-open .person-name").nth(at).inner_text()
    page.locator(".row-open").nth(at).click()
    form = page.locator(".row-form")
    expect(form.locator("[name=name]")).to_have_value(name)
    return form


def stored(served: Served, id_: str) -> dict[str, object]:
    """How one person stands in the database now."""
    fields = ("name", "phone", "note", "gender", "wave_id", "archive_reason")
    [row] = served.rows(f"SELECT {', '.join(fields)} FROM participant WHERE id = ?", id_)
    return dict(zip(fields, row, strict=True))


def id_of(form: Locator) -> str:
    return form.locator("form").get_attribute("data-row")


def press(form: Locator, text: str) -> None:
    form.get_by_role("button", name=text, exact=True).click()


def saved(page: Page, name: str) -> None:
    expect(page.locator(".row-form")).to_have_count(0)
    expect(page.locator(".row-open .person-name", has_text=name)).to_have_count(1)


def conflict(visit, first: str, second: str, **options: object) -> tuple[list[Page], list[Locator]]:
    """Let two open one row and type a name each; the first has saved, the second is asked which it shall be."""
    pages = [visit("admin", ROWS, **options) for _ in range(2)]
    forms = [open_row(page) for page in pages]
    for form, name in zip(forms, (first, second), strict=True):
        form.locator("[name=name]").fill(name)
    press(forms[0], "Simpan")
    saved(pages[0], first)
    press(forms[1], "Simpan")
    expect(forms[1].locator("fieldset.choose")).to_be_visible()
    return pages, forms


# Two tablets, one row


@pytest.mark.parametrize("first", ["one", "two"])
def test_two_tablets_on_one_row_choose_field_by_field_and_lose_nothing(visit, served, first):
    pages = {"one": visit("admin", ROWS), "two": visit("admin", ROWS)}
    forms = {who: open_row(page) for who, page in pages.items()}
    for who, form in forms.items():
        form.locator("[name=name]").fill(f"CONTOH {who}")
        form.locator("[name=phone]").fill("081300000777" if who == "one" else "081300000888")
    forms["one"].locator("[name=note]").fill("kursi roda")
    second = "two" if first == "one" else "one"
    id_ = id_of(forms[first])
    press(forms[first], "Simpan")
    saved(pages[first], f"CONTOH {first}")
    press(forms[second], "Simpan")
    choice = forms[second].locator("fieldset.choose")
    expect(choice).to_have_count(2)
    expect(choice.first).to_contain_text(f"CONTOH {second}")
    expect(choice.first).to_contain_text(f"CONTOH {first}")
    choice.first.get_by_text("Isian Anda", exact=True).click()
    choice.last.get_by_text("Yang tersimpan").click()
    expect(forms[second].locator("[name=phone]")).to_have_value("081300000777" if first == "one" else "081300000888")
    press(forms[second], "Simpan")
    saved(pages[second], f"CONTOH {second}")
    now = stored(served, id_)
    assert now["name"] == f"CONTOH {second}" and now["note"] == "kursi roda"
    assert now["phone"] == ("081300000777" if first == "one" else "081300000888")


def test_a_choice_must_be_made_and_typing_in_the_field_makes_it(visit, served):
    (_, two), forms = conflict(visit, "CONTOH SATU", "CONTOH DUA")
    press(forms[1], "Simpan")
    assert stored(served, id_of(forms[1]))["name"] == "CONTOH SATU"
    two.locator("[value=theirs]").check()
    expect(forms[1].locator("[name=name]")).to_have_value("CONTOH SATU")
    forms[1].locator("[name=name]").fill("CONTOH DUA, S.Pd")
    expect(two.locator("[value=mine]")).to_be_checked()
    expect(two.locator("fieldset.choose")).to_contain_text("CONTOH DUA, S.Pd")
    press(forms[1], "Simpan")
    saved(two, "CONTOH DUA, S.Pd")


@pytest.mark.parametrize("cut", ["before the other saves", "after the other saved"])
def test_a_line_that_is_cut_between_the_two_loses_neither_value(visit, served, cut):
    one, two = visit("admin", ROWS), visit("admin", ROWS)
    form, other = open_row(two), open_row(one)
    form.locator("[name=name]").fill("CONTOH DUA")
    other.locator("[name=name]").fill("CONTOH SATU")
    if cut.startswith("after"):
        press(other, "Simpan")
        saved(one, "CONTOH SATU")
    two.context.set_offline(True)
    press(form, "Simpan")
    expect(form.locator("[data-unsent]")).to_contain_text("Belum tersimpan")
    expect(two.locator("#connection")).to_have_attribute("data-state", "lost")
    if cut.startswith("before"):
        press(other, "Simpan")
        saved(one, "CONTOH SATU")
    two.context.set_offline(False)
    form.get_by_role("button", name="Coba lagi").click()
    expect(form.locator("fieldset.choose")).to_contain_text("CONTOH SATU")
    expect(form.locator("[name=name]")).to_have_value("CONTOH DUA")
    form.get_by_text("Isian Anda", exact=True).click()
    press(form, "Simpan")
    saved(two, "CONTOH DUA")


def test_a_conflict_that_is_left_by_a_reload_is_asked_about_again(visit):
    (_, two), _ = conflict(visit, "CONTOH SATU", "CONTOH DUA")
    two.reload()
    form = two.locator(".row-form")
    expect(form.locator("[name=name]")).to_have_value("CONTOH DUA")
    press(form, "Simpan")
    expect(form.locator("fieldset.choose")).to_contain_text("CONTOH SATU")


def test_a_save_whose_answer_got_lost_is_not_taken_for_somebody_elses(visit, served):
    page = visit("admin", ROWS)
    form = open_row(page)
    form.locator("[name=name]").fill("CONTOH SEKALI")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    address = re.compile(r"/participants/\d+\?")
    page.route(address, lose)
    press(form, "Simpan")
    expect(form.locator("[data-unsent]")).to_be_visible()
    page.unroute(address)
    form.get_by_role("button", name="Coba lagi").click()
    saved(page, "CONTOH SEKALI")


# What was typed survives


def test_what_was_typed_survives_a_reload_and_a_lost_line_until_it_is_saved(visit, served):
    page = visit("admin", ROWS)
    form = open_row(page)
    id_ = id_of(form)
    form.locator("[name=note]").fill("duduk di depan")
    form.locator("[name=gender]").select_option("P")
    page.context.set_offline(True)
    press(form, "Simpan")
    expect(form.locator("[data-unsent]")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    expect(form.locator("[data-restored]")).to_contain_text("Isian yang belum disimpan dipulihkan.")
    expect(form.locator("[name=note]")).to_have_value("duduk di depan")
    expect(form.locator("[name=gender]")).to_have_value("P")
    press(form, "Simpan")
    expect(form).to_have_count(0)
    assert (stored(served, id_)["note"], stored(served, id_)["gender"]) == ("duduk di depan", "P")
    page.reload()
    expect(page.locator("#participants")).to_be_visible()
    expect(form).to_have_count(0)
    expect(page.locator("#unsaved")).to_be_hidden()


def test_what_was_typed_is_offered_wherever_its_row_is_not_shown(visit, served):
    page = visit("admin", ROWS)
    form = open_row(page)
    name = form.locator("[name=name]").input_value()
    form.locator("[name=note]").fill("duduk di depan")
    page.goto(f"{served.url}/participants?q=hapalah")
    expect(page.locator("#unsaved")).to_contain_text(name)
    page.locator("#unsaved a").click()
    expect(page.locator("[data-restored]")).to_be_visible()
    expect(page.locator("[name=note]")).to_have_value("duduk di depan")
    page.get_by_role("button", name="Buang isian ini").click()
    expect(page.locator("[name=note]")).to_have_value("")
    page.goto(f"{served.url}/participants")
    expect(page.locator("#unsaved")).to_be_hidden()


def test_batal_and_the_sign_out_keep_nothing(visit, served):
    page = visit("admin", ROWS)
    form = open_row(page)
    form.locator("[name=note]").fill("x")
    drafts = "Object.keys(sessionStorage).filter((key) => key.startsWith('rtapp:row:')).length"
    assert page.evaluate(drafts) == 1
    form.get_by_text("Batal").click()
    expect(form).to_have_count(0)
    assert page.evaluate(drafts) == 0
    open_row(page).locator("[name=note]").fill("x")
    page.evaluate("sessionStorage.setItem('rtapp:row:user-99999:1', '{}')")
    page.goto(f"{served.url}/participants?q=hapalah")
    assert page.evaluate(drafts) == 1  # somebody else's is not kept
    page.goto(f"{served.url}/desk")
    page.locator(".frame-end .menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/sign-in**")
    assert page.evaluate(drafts) == 0


def test_a_session_that_ended_says_so_in_the_row_and_leaves_it(visit):
    page = visit("admin", ROWS)
    form = open_row(page)
    form.locator("[name=note]").fill("duduk di depan")
    page.context.clear_cookies()
    press(form, "Simpan")
    expect(form).to_contain_text(re.compile("Masuk lagi|tidak berlaku"))
    expect(form.locator("[name=note]")).to_have_value("duduk di depan")


# With keys alone, and where the eye is


def test_a_row_is_found_edited_and_left_with_the_keyboard_alone(visit, served):
    page = visit("admin", "/participants")
    page.locator("#filter [name=q]").focus()
    page.keyboard.type("belimbing raya rt 2")
    expect(page.locator(".row-open")).to_have_count(1)
    while "row-open" not in (page.evaluate("document.activeElement.className") or ""):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    form = page.locator(".row-form")
    expect(form.locator("[name=name]")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(", S.Pd")
    name = form.locator("[name=name]").input_value()
    page.keyboard.press("Enter")
    saved(page, name)
    expect(page.locator(".row-open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(form.locator("[name=name]")).to_be_focused()
    page.keyboard.type("tidak jadi")
    page.keyboard.press("Escape")
    saved(page, name)
    expect(page.locator(".row-open")).to_be_focused()


def test_the_next_and_the_previous_row_open_at_the_field_that_was_typed_in(visit, served):
    page = visit("admin", ROWS)
    form = open_row(page)
    first = id_of(form)
    form.locator("[name=phone]").fill("081300000111")
    press(form, "Simpan, berikutnya")
    expect(form).not_to_have_id(f"row-form-{first}")
    expect(form.locator("[name=phone]")).to_be_focused()
    form.locator("[name=phone]").fill("081300000222")
    press(form, "Simpan, sebelumnya")
    expect(form).to_have_id(f"row-form-{first}")
    expect(form.locator("[name=phone]")).to_be_focused()
    expect(form.locator("[name=phone]")).to_have_value("081300000111")


def test_what_is_wrong_takes_the_focus(visit):
    page = visit("admin", ROWS)
    form = open_row(page)
    form.locator("[name=phone]").fill("123")
    press(form, "Simpan")
    expect(form.locator("[name=phone]")).to_be_focused()
    expect(form).to_contain_text("Nomor HP dimulai 08")


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_field_stands_clear_of_the_frame_and_of_an_on_screen_keyboard(visit, size):
    page = visit("admin", "/participants", size=size)
    form = open_row(page, 9)
    expect(form).to_be_in_viewport()
    assert not form.locator(".row-form-head .person-name").evaluate(COVERED)
    for field in ("name", "rt", "note"):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        form.locator(f"[name={field}]").click()
        page.set_viewport_size({"width": size[0], "height": size[1] // 2})  # as a keyboard does
        expect(form.locator(f"[name={field}]")).to_be_focused()
        page.wait_for_timeout(200)
        assert not form.locator(f"[name={field}]").evaluate(COVERED), field


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_long_name_is_read_whole_in_row_form_and_conflict(visit, size):
    (one, two), forms = conflict(visit, LONG_NAME, LONG_NAME.upper(), size=size)
    expect(forms[1].locator("fieldset.choose")).to_contain_text(LONG_NAME.upper())
    for page in (one, two):
        assert overflow(page) <= 0
    whole = "(e) => e.scrollWidth <= e.clientWidth + 1"
    assert one.locator(".person-name", has_text=LONG_NAME).evaluate(whole)
    assert all(two.locator("fieldset.choose b").nth(at).evaluate(whole) for at in (0, 1))


# Many at once


def test_who_is_ticked_stays_ticked_while_others_are_searched_for(visit, served):
    page = visit("admin", ROWS)
    expect(page.locator("#bulk-bar")).to_be_hidden()
    first = page.locator(".tick input").nth(0).get_attribute("value")
    page.locator(".tick input").nth(0).check()
    page.locator("#filter [name=q]").fill("hapalah")
    expect(page.locator(".row-open").first).to_contain_text("Hapalah")
    second = page.locator(".tick input").nth(1).get_attribute("value")
    page.locator(".tick input").nth(1).check()
    expect(page.locator("#bulk-bar")).to_contain_text("2 dipilih · 1 tidak tampil")
    page.locator("summary", has_text="Pindah gelombang").click()
    page.locator("#bulk-wave").select_option("2")
    page.get_by_role("button", name="Pindahkan", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("2 orang dipindahkan ke Gelombang II.")
    assert stored(served, first)["wave_id"] == stored(served, second)["wave_id"] == 2
    expect(page.locator("#bulk-bar")).to_be_hidden()


def test_all_the_filter_finds_are_ticked_with_two_taps_and_let_go_with_one(visit):
    page = visit("admin", "/participants?wave=1")
    page.locator("[data-tick-shown]").click()
    expect(page.locator("#bulk-bar")).to_contain_text("50 dipilih")
    page.locator("#bulk [name=all]").check()
    expect(page.locator("#bulk-bar")).to_contain_text("337 dipilih")
    page.locator(".tick input").nth(3).uncheck()
    expect(page.locator("#bulk-bar")).to_contain_text("49 dipilih")
    page.get_by_role("button", name="Batalkan pilihan").click()
    expect(page.locator("#bulk-bar")).to_be_hidden()
    expect(page.locator(".tick input:checked")).to_have_count(0)


def test_enter_presses_the_button_of_its_own_panel_and_a_refusal_keeps_the_ticks(visit, served):
    page = visit("admin", ROWS)
    id_ = page.locator(".tick input").first.get_attribute("value")
    page.locator(".tick input").first.check()
    page.locator("summary", has_text="Arsipkan").click()
    page.locator("#bulk-reason").press("Enter")
    expect(page.locator("#bulk-said")).to_contain_text("Tulis alasan")
    expect(page.locator(".tick input").first).to_be_checked()
    page.locator("#bulk-reason").fill("RT digabung")
    page.context.set_offline(True)
    page.locator("#bulk-reason").press("Enter")
    expect(page.locator("#bulk-lost")).to_be_visible()
    page.context.set_offline(False)
    page.locator("#bulk-reason").press("Enter")
    expect(page.locator(".toast")).to_contain_text("1 orang diarsipkan.")
    assert stored(served, id_)["archive_reason"] == "RT digabung"


def test_cards_of_those_ticked_come_as_a_file_and_the_list_stays(visit):
    page = visit("admin", ROWS)
    for at in (0, 2):
        page.locator(".tick input").nth(at).check()
    page.get_by_role("button", name="Cetak kartu").click()
    expect(page.locator("#bulk-cards")).to_contain_text("2 kartu")
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    expect(page.locator("#bulk-bar")).to_contain_text("2 dipilih")


@pytest.mark.parametrize(
    ("path", "field", "names"),
    [("/participants", "#filter [name=q]", ".row-open .person-name"), ("/desk/1", "#code", "#results .person-name")],
)
def test_what_is_typed_while_the_page_is_still_coming_is_searched_too(visit, served, path, field, names):
    page, held = visit("admin", "/account"), []
    page.route("**/js/waiting*", lambda route: held.append(route))  # a script that comes late
    page.goto(f"{served.url}{path}", wait_until="commit")
    page.locator(field).fill("rahmah")
    page.wait_for_timeout(500)
    held[0].continue_()
    expect(page.locator(names).filter(has_text=re.compile("rahmah", re.IGNORECASE)).first).to_be_visible()
    expect(page.locator(names).filter(has_text=re.compile("syahrani", re.IGNORECASE))).to_have_count(0)
