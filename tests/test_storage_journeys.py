"""A browser that keeps nothing, or takes away what it kept: scans go out first, and nothing else is called kept."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from . import disks
from .browsers import FLAGS, PHONE, assert_accessible, sign_in
from .served import until
from .test_journeys import cards, desk, present, scan, verdict, welcomed
from .test_offline_journeys import BACK, kept, marks, provisional, ready, waits

__all__ = ["cards"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
DELETE = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.deleteDatabase('rtapp');
  asked.onsuccess = () => resolve(true);
  asked.onerror = reject;
})"""
# A browser without room: what is put is refused, what is dropped is not.
FULL = """
window.full = true;
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (...value) {
  if (window.full) throw new DOMException('', 'QuotaExceededError');
  return put.apply(this, value);
};
"""
NONE = "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('', 'SecurityError'); } });"
DEAD = "IDBFactory.prototype.open = () => ({});"  # neither opens nor refuses
CLOSED = """
const { transaction } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function (...stores) {
  if (window.closing) throw new DOMException('', 'InvalidStateError');
  return transaction.apply(this, stores);
};
"""
UNKEPT = "[data-when-unkept] .notice"


def desk_with(visit: Callable[..., Page], script: str) -> Page:
    """Open a desk on a phone in whose browser this script runs first."""
    page = desk(visit, size=PHONE)
    page.add_init_script(script)
    page.goto(page.url)
    verdict(page, "READY")
    return page


def test_a_second_tab_that_deletes_what_is_kept_loses_no_scan(visit, served, cards):
    page = ready(desk(visit, size=PHONE))
    other = page.context.new_page()
    other.goto(f"{served.url}/waves/1/counts")
    for card in cards[:3]:
        scan(page, card["code"])
        welcomed(page, card)
        other.evaluate(DELETE)
    served.kill()
    scan(page, cards[3]["code"])
    provisional(page, "WELCOME")
    other.evaluate(DELETE)
    until(lambda: [one["code"] for one in kept(page, "waiting")] == [cards[3]["code"]])
    until(lambda: any(one["key"] == "roster:1" for one in kept(page, "kept")))
    expect(page.locator(UNKEPT)).to_be_hidden()
    served.start()
    present(page, 4)
    until(lambda: kept(page, "waiting") == [])


@pytest.mark.parametrize("script", [FULL, NONE, DEAD], ids=["full", "none", "dead"])
def test_where_nothing_can_be_kept_scans_go_out_and_nothing_is_called_kept(visit, served, cards, script):
    page = desk_with(visit, script)
    scan(page, cards[0]["code"])
    welcomed(page, cards[0])
    present(page, 1)
    expect(page.locator(UNKEPT)).to_be_visible(timeout=BACK)
    expect(page.locator("#connection")).to_have_attribute("data-state", "connected")
    served.kill()
    scan(page, cards[1]["code"])
    verdict(page, "WELCOME" if script != DEAD else "QUEUED")
    expect(page.locator("#verdict")).to_contain_text("Belum tersimpan di perangkat ini", use_inner_text=True)
    expect(page.locator("main")).not_to_contain_text("Dicatat di perangkat ini", use_inner_text=True)
    expect(page.locator("main")).not_to_contain_text("disimpan di perangkat ini", use_inner_text=True)
    expect(page.locator(UNKEPT)).to_be_visible()
    waits(page, 1)
    scan(page, cards[0]["code"])
    provisional(page, "ALREADY")  # this page itself remembers
    scan(page, cards[1]["code"])
    provisional(page, "ALREADY")
    served.start()
    present(page, 2)
    expect(page.locator("#waiting")).to_have_text("0", timeout=BACK)
    assert len(marks(served)) == 2


def test_a_browser_that_has_room_again_keeps_what_waited_in_the_page(visit, served, cards):
    page = desk_with(visit, FULL)
    served.kill()
    scan(page, cards[0]["code"])
    expect(page.locator("#verdict")).to_contain_text("Belum tersimpan di perangkat ini", use_inner_text=True)
    assert kept(page, "waiting") == []
    page.evaluate("window.full = false")
    until(lambda: [one["code"] for one in kept(page, "waiting")] == [cards[0]["code"]])
    expect(page.locator("#verdict")).to_contain_text("Dicatat di perangkat ini", use_inner_text=True)
    expect(page.locator(UNKEPT)).to_be_hidden()
    page.on("dialog", lambda dialog: dialog.accept())
    served.start()
    page.reload()
    present(page, 1)


def test_a_disk_that_is_full_leaves_nothing_waiting_that_was_answered(visit, served, cards):
    page = desk_with(visit, FULL + "window.full = false;")
    until(lambda: any(one["key"] == "roster:1" for one in kept(page, "kept")))
    served.kill()
    scan(page, cards[0]["code"])
    provisional(page, "WELCOME")
    until(lambda: len(kept(page, "waiting")) == 1)
    page.evaluate("window.full = true")
    served.start()
    present(page, 1)
    until(lambda: kept(page, "waiting") == [])
    expect(page.locator("#connection")).to_have_attribute("data-state", "connected", timeout=BACK)


def test_a_store_that_is_closed_under_the_page_is_opened_again(visit, served, cards):
    page = desk_with(visit, CLOSED)
    page.evaluate("window.closing = true")
    scan(page, cards[0]["code"])
    welcomed(page, cards[0])
    expect(page.locator(UNKEPT)).to_be_visible(timeout=BACK)
    page.evaluate("window.closing = false")
    until(lambda: [one["code"] for one in kept(page, "history")] == [cards[0]["code"]])
    expect(page.locator(UNKEPT)).to_be_hidden()


def test_a_browser_whose_data_is_cleared_goes_on(visit, served, cards):
    page = ready(desk(visit, size=PHONE))
    tools = page.context.new_cdp_session(page)
    served.kill()
    scan(page, cards[0]["code"])
    provisional(page, "WELCOME")
    tools.send("Storage.clearDataForOrigin", {"origin": served.url, "storageTypes": "indexeddb"})
    until(lambda: [one["code"] for one in kept(page, "waiting")] == [cards[0]["code"]])
    served.start()
    present(page, 1)


def test_a_phone_that_is_full_sends_what_it_cannot_keep_and_keeps_it_once_there_is_room(
    served, cards, playwright, chromium, tmp_path
):
    size = {"width": PHONE[0], "height": PHONE[1]}
    with disks.small(tmp_path / "phone", 64) as phone:
        options = {"executable_path": chromium, "args": FLAGS, "viewport": size}
        context = playwright.chromium.launch_persistent_context(str(phone / "profile"), **options)
        page = context.new_page()
        sign_in(page, served.links[-1])
        page.goto(f"{served.url}/desk/1")
        ready(page)
        waste = disks.fill(phone)
        for card in cards[1:17]:  # the first may find room in a page of the disk that was begun
            scan(page, card["code"])
            welcomed(page, card)
        expect(page.locator(UNKEPT)).to_be_visible(timeout=BACK)
        served.kill()
        scan(page, cards[0]["code"])
        expect(page.locator("#verdict")).to_contain_text("Belum tersimpan di perangkat ini", use_inner_text=True)
        assert_accessible(page)
        waste.unlink()
        expect(page.locator("#verdict")).to_contain_text("Dicatat di perangkat ini", use_inner_text=True)
        assert [one["code"] for one in kept(page, "waiting")] == [cards[0]["code"]]
        served.start()
        present(page, 17)
        until(lambda: kept(page, "waiting") == [])
        context.close()
