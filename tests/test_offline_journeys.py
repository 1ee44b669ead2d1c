"""The network dies and comes back: a real browser before a real server that is killed, restarted, restored."""

import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from . import AT_LENGTH
from .browsers import PHONE, assert_accessible, launch, sign_in, watch
from .served import Served, Visitor, until
from .test_journeys import cards, desk, present, scan, verdict

__all__ = ["cards"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEPT = """async (name) => {
  const asked = (request, value) => new Promise((resolve) => {
    request.onsuccess = () => resolve(value());
    request.onerror = () => resolve(null); // the browser took its data away meanwhile
  });
  const open = indexedDB.open('rtapp');
  const base = await asked(open, () => open.result);
  if (!base?.objectStoreNames.contains(name)) return base?.close() || [];
  const all = base.transaction(name).objectStore(name).getAll();
  return (await asked(all, () => base.close() || all.result)) ?? [];
}"""
PUT = """async ([name, value]) => {
  const open = indexedDB.open('rtapp');
  const base = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
  const change = base.transaction(name, 'readwrite');
  change.objectStore(name).put(value);
  await new Promise((resolve) => { change.oncomplete = resolve; });
  base.close();
}"""
PRESENT = """
SELECT participant.name, participant.kind FROM attendance JOIN participant ON participant.id = participant_id
WHERE voided_at IS NULL AND checkpoint_id = 1 ORDER BY participant.name
"""
BACK = 20_000  # ms: until a page has noticed that the server is back


def kept(page: Page, name: str) -> list[dict]:
    """What this browser keeps in one of its lists."""
    return page.evaluate(KEPT, name)


def ready(page: Page) -> Page:
    """Wait until the desk has its snapshot and the pages it opens without a server."""
    until(lambda: any(one["key"] == "roster:1" for one in kept(page, "kept")))
    until(lambda: page.evaluate("async () => !window.caches || Boolean(await caches.match('/desk/1'))"))
    return page


def marks(served: Served) -> list[tuple]:
    return served.rows(
        "SELECT participant_id FROM attendance WHERE voided_at IS NULL AND checkpoint_id = 1 ORDER BY participant_id"
    )


def provisional(page: Page, word: str) -> None:
    verdict(page, word)
    expect(page.locator("#verdict .verdict-mark")).to_contain_text("sementara")


def waits(page: Page, number: int) -> None:
    expect(page.locator("#waiting")).to_have_text(str(number), timeout=BACK)


def test_the_desk_goes_on_without_its_server_and_nothing_is_lost_or_counted_twice(visit, served, cards):
    page = ready(desk(visit))
    scan(page, cards[0]["code"])
    verdict(page, "WELCOME")
    served.kill()
    stopped = time.time()
    scan(page, cards[1]["code"])
    provisional(page, "WELCOME")
    expect(page.locator(".verdict-name")).to_have_text(cards[1]["name"])
    scan(page, cards[0]["code"])  # the server had marked it before it went
    provisional(page, "ALREADY")
    scan(page, cards[1]["code"])
    provisional(page, "ALREADY")
    scan(page, "ABCDEFGHIJKLMNO2")
    provisional(page, "UNKNOWN")
    waits(page, 4)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    verdict(page, "READY")  # the page itself comes without a server
    waits(page, 4)
    scan(page, cards[1]["code"])
    provisional(page, "ALREADY")
    time.sleep(16 - min(16, time.time() - stopped))  # what waited longer than a pause tells its own time
    served.start()
    expect(page.locator("#connection")).to_have_attribute("data-state", "connected", timeout=BACK)
    present(page, 2)
    assert len(marks(served)) == 2 and kept(page, "waiting") == []
    late = served.rows("SELECT at FROM attendance ORDER BY id DESC LIMIT 1")[0][0]
    assert datetime.fromisoformat(late + "+00:00").timestamp() < stopped + 10, "the mark holds the time of the scan"
    assert served.rows("SELECT count(*), count(DISTINCT nonce) FROM scan") == [(6, 6)]


def test_a_desk_whose_clock_was_never_measured_is_measured_once_by_its_page(visit, served):
    desk(visit)
    until(lambda: served.rows("SELECT clock_offset FROM device WHERE paired_at IS NOT NULL") != [(None,)])
    [(ahead,)] = served.rows("SELECT clock_offset FROM device WHERE paired_at IS NOT NULL")
    assert abs(ahead) < 60_000, "it is this machine's own clock"
    page = desk(visit)
    assert page.locator("#desk-input").get_attribute("data-unmeasured") is None


def test_two_desks_without_a_server_scan_the_same_ten_people_and_one_of_them_many_more(visit, served, cards):
    many = 200 if AT_LENGTH else 30
    page, other = ready(desk(visit)), ready(desk(visit))
    codes = [card["code"] for card in cards if not card["code"].isalpha()][:many]  # a word could be a search
    served.kill()
    for desk_page, scanned in ((page, codes), (other, codes[:10])):
        for code in scanned:
            desk_page.keyboard.insert_text(code)
            desk_page.keyboard.press("Enter")
    provisional(other, "WELCOME")
    waits(page, many)
    waits(other, 10)
    served.start()
    until(lambda: kept(page, "waiting") == [] == kept(other, "waiting"), 120)
    present(page, many)
    assert len(marks(served)) == many
    assert served.rows("SELECT count(*), count(DISTINCT nonce) FROM scan") == [(many + 10, many + 10)]
    assert served.rows("SELECT verdict, count(*) FROM scan GROUP BY 1") == [("ALREADY", 10), ("WELCOME", many)]
    assert len(kept(page, "aside")) + len(kept(other, "aside")) == 10, "each desk lists whom the other had first"


def test_a_device_knows_by_itself_that_its_checkpoint_is_closed(visit, served, cards):
    served.rows("UPDATE checkpoint SET closes_at = '2023-11-08 04:00:00.000000' WHERE id = 1")
    page = ready(desk(visit))
    served.kill()
    scan(page, cards[0]["code"])
    provisional(page, "NOT_OPEN")
    served.start()
    expect(page.locator("#connection")).to_have_attribute("data-state", "connected", timeout=BACK)
    assert marks(served) == [] and kept(page, "aside") == []


def test_people_are_found_and_marked_by_one_tap_without_a_server(visit, served, cards):
    page = ready(desk(visit))
    served.kill()
    page.keyboard.type(f"rt {int(cards[0]['rt'])} {cards[0]['village']}", delay=40)
    row = page.locator("#results .row", has_text=cards[0]["name"])
    row.get_by_role("button").click()
    provisional(page, "WELCOME")
    expect(page.locator("#results .row")).to_have_count(0)
    served.start()
    present(page, 1)


def test_the_test_card_is_known_without_a_server_too_and_differs_from_nothing(visit, served):
    page = ready(desk(visit))
    served.kill()
    scan(page, "UJICOBAKARTUMEJA")
    provisional(page, "TEST")
    served.start()
    until(lambda: kept(page, "waiting") == [], 30)
    expect(page.locator("#differences")).to_be_hidden()
    assert served.rows("SELECT count(*) FROM scan") == [(0,)]


def test_where_the_server_says_otherwise_it_is_listed_until_looked_at(visit, served, cards):
    page, other = ready(desk(visit)), ready(desk(visit))
    served.kill()
    for one in (page, other):
        for card in cards[:3]:
            scan(one, card["code"])
            provisional(one, "WELCOME")
    served.start()
    present(page, 3)
    expect(page.locator("#waiting")).to_have_text("0", timeout=BACK)
    expect(other.locator("#waiting")).to_have_text("0", timeout=BACK)
    assert len(marks(served)) == 3, "two desks scanned the same three people"
    until(lambda: sum(one.locator("#differences li").count() for one in (page, other)) == 3)
    first = page if page.locator("#differences li").count() else other
    line = first.locator("#differences li").first
    expect(line).to_contain_text("Sudah tercatat")
    assert_accessible(first)
    before = first.locator("#differences li").count()
    line.get_by_role("button").click()
    expect(first.locator("#differences li")).to_have_count(before - 1)


def test_a_revoked_desk_forgets_names_and_its_scans_are_sent_when_somebody_signs_in(visit, served, cards):
    page = ready(desk(visit))
    served.rows("UPDATE device SET revoked_at = '2026-01-01 00:00:00'")
    scan(page, cards[0]["code"])
    expect(page.locator("#signed-out")).to_be_visible()
    until(lambda: [one["key"] for one in kept(page, "kept")] == ["epoch"])
    waits(page, 1)
    page.locator("#signed-out a").click()
    expect(page.locator("main .waiting")).to_contain_text("1 pindaian menunggu")
    sign_in(page, served.links[0])
    page.goto(f"{served.url}/waves/1/counts")
    expect(page.locator("#waiting")).to_have_text("0", timeout=BACK)  # whatever page they come to sends it
    until(lambda: len(marks(served)) == 1 and kept(page, "waiting") == [])


def test_a_revoked_desk_shows_no_name_any_more_without_another_scan(visit, served, cards):
    page = ready(desk(visit, size=PHONE))
    scan(page, cards[0]["code"])
    expect(page.locator(".verdict-name")).to_have_text(cards[0]["name"])
    served.rows("UPDATE device SET revoked_at = '2026-01-01 00:00:00'")
    expect(page.locator("#signed-out")).to_be_visible(timeout=40_000)
    expect(page.locator("main")).not_to_contain_text(cards[0]["name"])
    until(lambda: kept(page, "history") == [])


def test_an_expired_sign_in_is_said_and_what_was_scanned_waits_for_the_next(visit, served, cards):
    page = ready(desk(visit))
    page.context.clear_cookies()
    scan(page, cards[0]["code"])
    expect(page.locator("#signed-out")).to_be_visible()
    expect(page.locator("#refusal")).to_have_count(0)
    waits(page, 1)
    assert_accessible(page)
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, served.links[0])
    page.goto(f"{served.url}/desk/1")
    present(page, 1)


def test_a_day_after_the_wave_names_and_history_are_forgotten_on_whatever_page(visit, served, cards):
    page = ready(desk(visit))
    scan(page, cards[0]["code"])
    verdict(page, "WELCOME")
    until(lambda: len(kept(page, "history")) == 1)
    page.goto(f"{served.url}/waves/1/counts")
    page.evaluate(PUT, ["kept", {"key": "roster:1", "people": [], "until": (time.time() - 1) * 1000}])
    page.reload()
    until(lambda: kept(page, "history") == [] and [one["key"] for one in kept(page, "kept")] == ["epoch"])


def test_a_scan_of_a_checkpoint_that_this_desk_was_not_given_waits_for_one_that_was(visit, served, cards):
    page = ready(desk(visit))
    (far,) = served.rows(
        "SELECT min(id) FROM checkpoint WHERE id NOT IN (SELECT checkpoint_id FROM device_checkpoint)"
    )[0]
    home = page.locator("#desk-input").get_attribute("data-home")
    left = {"nonce": "luring-0001", "code": cards[0]["code"], "source": "wedge", "url": f"/desk/{far}/scans"}
    page.evaluate(PUT, ["waiting", left | {"home": home, "order": (time.time() - 60) * 1000}])
    page.reload()
    scan(page, cards[1]["code"])
    present(page, 1)  # the one that cannot be sent does not stand in the way
    waits(page, 1)
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, served.links[0])
    page.goto(f"{served.url}/waves/1/counts")
    until(lambda: served.rows("SELECT count(*) FROM scan WHERE checkpoint_id = ?", far) == [(1,)])


def test_what_the_server_will_never_take_is_shown_until_somebody_has_looked(visit, served, cards):
    page = visit("desk", "/waves/1/counts")
    home = page.locator("#waiting").locator("..").get_attribute("data-home")
    nobody = {"nonce": "luring-0002", "participant": "999999", "source": "search", "url": "/desk/1/scans", "home": home}
    page.evaluate(PUT, ["waiting", nobody | {"order": (time.time() - 60) * 1000}])
    page.reload()
    until(lambda: kept(page, "waiting") == [] and len(kept(page, "aside")) == 1)
    page.goto(f"{served.url}/desk/1")
    expect(page.locator("#differences li")).to_contain_text("Ditolak: Peserta ini tidak ada.")
    page.locator("#differences li button").click()
    expect(page.locator("#differences")).to_be_hidden()


def test_a_browser_that_was_closed_sends_what_it_kept(served, cards, playwright, chromium, tmp_path):
    profile = {"executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu"]}
    with playwright.chromium.launch_persistent_context(str(tmp_path / "profile"), **profile) as context:
        page = context.new_page()
        sign_in(page, served.links[-1])
        page.goto(f"{served.url}/desk/1")
        ready(page)
        served.kill()
        scan(page, cards[0]["code"])
        provisional(page, "WELCOME")
        waits(page, 1)
    served.start()
    with playwright.chromium.launch_persistent_context(str(tmp_path / "profile"), **profile) as context:
        page = context.new_page()
        page.goto(f"{served.url}/desk/1")
        present(page, 1)


def test_after_a_restore_from_an_older_backup_desks_bring_the_day_back(visit, served, cards):
    page = ready(desk(visit))
    older = backup_of(served)
    for card in cards[:5]:
        scan(page, card["code"])
    present(page, 5)
    there = marks(served)
    restore(served, older)
    expect(page.locator("#connection")).to_have_attribute("data-state", "connected", timeout=BACK)
    until(lambda: marks(served) == there, 30)
    present(page, 5)
    assert {source for (source,) in served.rows("SELECT DISTINCT source FROM scan")} == {"offline"}
    assert served.rows("SELECT count(*), count(DISTINCT nonce) FROM scan") == [(5, 5)]
    until(lambda: kept(page, "waiting") == [] and len(kept(page, "history")) == 5)
    trail = {chain for (chain,) in served.rows("SELECT chain FROM audit")}
    until(lambda: {attempt["chain"] for attempt in kept(page, "history")} <= trail)
    expect(page.locator("#differences")).to_be_hidden()


def test_whatever_was_posted_comes_back_too_and_what_was_undone_does_not(visit, served, cards):
    page = ready(desk(visit))
    older = backup_of(served)
    for card in cards[:2]:
        scan(page, card["code"])
    present(page, 2)
    page.get_by_role("link", name="Salah orang").click()
    expect(page.get_by_role("heading", name="Siapa yang benar?")).to_be_visible()  # the desk has a search too
    page.locator("main input[type=search]").fill(f"rt {int(cards[2]['rt'])} {cards[2]['village']}")
    page.locator("#instead .row", has_text=cards[2]["name"]).get_by_role("button").click()
    verdict(page, "WELCOME")
    page.goto(f"{served.url}/desk/1/walk-in")
    page.select_option("[name=kind]", "tamu")
    page.fill("[name=name]", "Tamu Contoh")
    page.get_by_role("button", name="Tambah dan catat hadir").click()
    verdict(page, "WELCOME")
    page.goto(f"{served.url}/desk/1/villages/{cards[-1]['village_code']}")
    page.locator("input[name^=here-]").nth(0).check()
    page.locator("input[name^=here-]").nth(1).check()
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#toast")).to_contain_text("2 orang")
    page.goto(f"{served.url}/desk/1")
    present(page, 4)
    there = served.rows(PRESENT)
    assert len(there) == 5
    restore(served, older)
    until(lambda: served.rows(PRESENT) == there, 30)
    until(lambda: kept(page, "waiting") == [])
    expect(page.locator("#differences")).to_be_hidden()


def test_marks_that_somebody_else_took_back_long_ago_do_not_come_back_with_a_restore(visit, served, cards):
    page = ready(desk(visit))
    older = backup_of(served)
    for card in cards[:15]:
        scan(page, card["code"])
        expect(page.locator(".verdict-name")).to_have_text(card["name"])
    present(page, 15)
    coordinator = Visitor(served.port)
    coordinator.use(served.links[-2])
    for (mark,) in served.rows("SELECT id FROM attendance ORDER BY id LIMIT 2"):
        path = f"/attendance/{mark}/void"
        coordinator.ask("GET", "/csrf-token", **{"HX-Request": "true"})
        body = urlencode({"csrf_token": coordinator.text.strip(), "reason": "salah orang"})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert coordinator.ask("POST", path, body, **form) == 303, coordinator.text
        scan(page, cards[15 + mark % 2]["code"])  # the count as such may stay as it was
    coordinator.close()
    until(lambda: len(marks(served)) == 15)  # the page may still show what it showed before
    there = marks(served)
    until(lambda: sum(len(one.get("receipts", ())) for one in kept(page, "kept")) == 2)
    restore(served, older)
    until(lambda: marks(served) == there, 30)
    until(lambda: kept(page, "waiting") == [])
    assert marks(served) == there


def test_a_desk_that_the_restored_server_does_not_know_keeps_its_day_until_somebody_signs_in(visit, served, cards):
    page = ready(desk(visit))
    older = backup_of(served, "UPDATE device SET session_version = 0")  # it was paired after this backup
    for card in cards[:3]:
        scan(page, card["code"])
    present(page, 3)
    there = marks(served)
    restore(served, older)
    expect(page.locator("#signed-out")).to_be_visible(timeout=BACK)
    waits(page, 3)
    assert kept(page, "history") == [] == marks(served)
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, served.links[-2])
    page.goto(f"{served.url}/waves/1/counts")
    until(lambda: marks(served) == there, 30)


def backup_of(served: Served, *changes: str) -> Path:
    """A copy of the database as a restore would bring it: of another epoch, and with these changes."""
    older = served.instance.parent / "older.db"
    with closing(sqlite3.connect(served.instance / "rtapp.db")) as now, closing(sqlite3.connect(older)) as copy:
        now.backup(copy)
        for change in ("UPDATE event SET epoch = 'sesudah-dipulihkan'", *changes):
            copy.execute(change)
        copy.commit()
    return older


def restore(served: Served, backup: Path) -> None:
    """Kill the server, put the copy back and start again."""
    served.kill()
    for companion in ("-wal", "-shm"):
        (served.instance / f"rtapp.db{companion}").unlink(missing_ok=True)
    (served.instance / "rtapp.db").write_bytes(backup.read_bytes())
    served.start()


def test_whoever_signs_out_leaves_no_names_behind(visit, served, cards):
    page = ready(desk(visit))
    scan(page, cards[0]["code"])
    verdict(page, "WELCOME")
    assert kept(page, "history")
    page.locator(".frame-end .menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    page.locator("main form button").click()
    page.wait_for_url("**/sign-in")
    until(lambda: kept(page, "history") == kept(page, "waiting") == kept(page, "aside") == [])
    assert [one["key"] for one in kept(page, "kept")] == ["epoch"]
    assert page.evaluate("caches.has('rtapp-pages')") is False


def test_the_phones_own_camera_page_keeps_its_scan_for_whatever_page_opens_next(visit, served, cards):
    page = visit("desk", "/desk/1", size=PHONE)
    page.route("**/desk/1/scans", lambda route: route.abort())
    page.goto(f"{served.url}/K/{cards[0]['code']}")
    expect(page.locator("#sending")).to_be_visible()
    expect(page.locator("main .waiting")).to_contain_text("1 pindaian menunggu")
    assert_accessible(page)
    page.unroute("**/desk/1/scans")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{served.url}/waves/1/counts")
    until(lambda: len(marks(served)) == 1 and kept(page, "waiting") == [])


def test_a_form_keeps_what_was_typed_while_the_server_is_away(visit, served, cards):
    page = visit("desk", "/desk/1/villages")
    served.kill()
    page.locator("#codes").fill(cards[0]["short_code"])
    page.get_by_role("button", name="Catat semuanya").click()
    expect(page.locator("#toast")).to_contain_text("Server tidak menjawab")
    expect(page.locator("#codes")).to_have_value(cards[0]["short_code"])
    served.start()
    page.get_by_role("button", name="Catat semuanya").click()
    expect(page.locator("#toast")).to_contain_text("dicatat hadir")
    assert len(marks(served)) == 1


def test_over_plain_http_scans_wait_and_are_sent_without_a_service_worker(served, cards, playwright, chromium):
    mistakes: list[str] = []
    with launch(playwright, chromium, "--host-resolver-rules=MAP meja.lan 127.0.0.1") as browser:
        context = browser.new_context()
        origin = served.url.replace("127.0.0.1", "meja.lan")
        watch(context, origin, mistakes)
        page = context.new_page()
        sign_in(page, served.links[-1].replace("127.0.0.1", "meja.lan"))
        page.goto(f"{origin}/desk/1")
        assert page.evaluate("window.isSecureContext") is False
        until(lambda: any(one["key"] == "roster:1" for one in kept(page, "kept")))
        served.kill()
        for code, word, name in (
            (f"{served.url}/K/{cards[0]['code']}".upper(), "WELCOME", cards[0]["name"]),
            (cards[1]["short_code"], "WELCOME", cards[1]["name"]),
            (cards[0]["code"], "ALREADY", cards[0]["name"]),
        ):
            scan(page, code)
            expect(page.locator(".verdict-name")).to_have_text(name)
            provisional(page, word)
        waits(page, 3)
        assert cards[0]["code"] not in page.locator("main").inner_text()
        assert_accessible(page)
        served.start()
        present(page, 2)
        expect(page.locator("#waiting")).to_have_text("0", timeout=BACK)
    assert len(marks(served)) == 2 and mistakes == []


JUDGE_A_SECOND_SCAN = """async () => {
  const { write } = await import('/static/js/store.js');
  const { judge } = await import('/static/js/provisional.js');
  const now = Date.now();
  const scan = { nonce: 'first', url: '/x', participant: '7', said: { id: 7, verdict: 'WELCOME' } };
  await write('history', { ...scan, order: now - 20, answered: now + 20 });
  const snapshot = { taken: now, wave: 1, find: async () => ({ id: 7, wave: 1 }), isOpen: () => true };
  return (await judge({ nonce: 'second', url: '/x', participant: '7', order: now + 900 }, snapshot)).verdict;
}"""


def test_a_list_of_names_that_came_while_a_scan_was_under_way_does_not_hide_it(visit):
    assert desk(visit).evaluate(JUDGE_A_SECOND_SCAN) == "ALREADY"
