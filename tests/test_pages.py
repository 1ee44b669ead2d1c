"""Every page looked at by a machine: axe, width, targets, light and dark, tablet and phone."""

import shutil
import sqlite3

import pytest
from playwright.sync_api import Browser, Page

from .browsers import PHONE, TABLET, assert_accessible, overflow, sign_in, watch
from .served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Of people signed in as admin unless another is named; {…} is filled with an id of the demo.
PAGES = [
    "/desk",
    "/desk/1",
    "/desk/1?scan={nonce}",
    "/desk/1?q=rahmah",
    "/desk/1?q=wxqvwxqv",
    "/scans/{nonce}",
    "/K/{token}?checkpoint=2",
    "/K/{token}",
    "/waves/1/counts",
    "/waves/1/missing?district=63.09.11",
    "/waves/1/places/63.09.06.1001",
    "/desk/1/people/1",
    "/decisions",
    "/counts/all",
    "/waves/1/screen",
    "/lanes",
    "/participants",
    "/participants?q=wxqvwxqv",
    "/participants?kind=lain",
    "/participants?ticked=shown",
    "/participants?q=belimbing+raya+rt+1&open=1",
    "/participants/1",
    "/participants/new",
    "/seats/1",
    "/roster-imports/new",
    "/cards",
    "/waves/1/attendance",
    "/cards/villages/63.09.06.1001",
    "/participants/1/card",
    "/waves/1/transport",
    "/waves/1/recap",
    "/waves/1/papers",
    "/waves/1/certificates",
    "/certificates/check?code=K7F3-MQXA",
    "/waves/1/spj",
    "/signed-lists/1",
    "/event",
    "/waves/1",
    "/places",
    "/backups",
    "/trail",
    "/trail?person=1",
    "/trail?chain=ffffffffffffffff",
    "/data",
    "/privacy",
    "/settings",
    "/settings/letterhead",
    "/settings/signatories?paper=transport",
    "/devices",
    "/users/new",
    "/account",
    "/licences",
    "/nothing-here",
]
STRANGERS = ["/sign-in", "/screen/nothing", "/privacy/notice", "/K/ABCDEFGHIJKLMNOP", "/links/nothing"]
LONG_NAME = "Drs. H. Muhammad Contoh Abdurrahman Syarifuddin Panjang, M.Pd.I"
TARGETS = """() => [...document.querySelectorAll('a, button, input, select, summary, label.choice')].filter((e) => {
  const box = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  if (!box.width || style.visibility === 'hidden' || e.closest('.visually-hidden, p, dd, li > p, footer')) return false;
  if (e.matches('.visually-hidden, .skip, [type=hidden]')) return false;
  if (e.matches('a') && style.display === 'inline') return false;
  const label = e.closest('label');
  const tall = label ? Math.max(box.height, label.getBoundingClientRect().height) : box.height;
  return tall < 43.5;
}).map((e) => e.outerHTML.slice(0, 120))"""

# What the keyboard reaches from above and from below, while a bar that does not hold it lies over its middle.
COVERED = """() => [...document.querySelectorAll('main :is(input:not([type=hidden]), select, textarea, button, a)')]
.filter((e) => e.checkVisibility() && e.offsetWidth > 2).filter((e) => [0, document.body.scrollHeight].some((from) => {
  document.activeElement.blur();
  scrollTo(0, from);
  e.focus();
  const box = e.getBoundingClientRect();
  const over = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  const bar = over?.closest('.frame, .sections, .bulk, .form-actions');
  return bar && !bar.contains(e);
})).map((e) => e.outerHTML.slice(0, 120))"""

# Icon, word and number of a section stay within its place in the bar.
BESIDE_THE_BAR = """() => [...document.querySelectorAll('.sections a > *')].filter((part) => {
  const [box, bar] = [part, part.closest('.sections')].map((e) => e.getBoundingClientRect());
  return box.width && (box.top < bar.top || box.bottom > bar.bottom || box.left < bar.left || box.right > bar.right);
}).map((e) => e.outerHTML.slice(0, 120))"""

TWICE = """() => [...document.querySelectorAll('[id]')].map((e) => e.getAttribute('id'))
.filter((id, place, all) => all.indexOf(id) !== place)"""


@pytest.fixture(scope="module")
def hall(demo_file, tmp_path_factory):
    """The demo served, with one long name, one mark, one case that waits; and the facts the paths are filled with."""
    instance = tmp_path_factory.mktemp("pages") / "instance"
    shutil.copytree(demo_file, instance)
    with sqlite3.connect(instance / "rtapp.db") as database:
        database.execute("UPDATE participant SET name = ? WHERE id = 1", (LONG_NAME,))
        database.execute(
            "INSERT INTO signed_list VALUES (1, 1, ?, 'f4', '[[[1, 1], [2, 2]], [[3, 3]], [[4, 4]]]', ?, 'Uji',"
            " '[1, 1, null]', ?, 'Uji')",
            ("3f" * 32, "2023-11-07 00:00:00.000000", "2023-11-08 08:00:00.000000"),
        )
        token = database.execute("SELECT token FROM badge WHERE participant_id = 1").fetchone()[0]
        head = database.execute("SELECT id FROM participant WHERE wave_id = 2").fetchone()[0]
        database.execute(
            "INSERT INTO scan (id, nonce, checkpoint_id, participant_id, verdict, answer, source, server_at)"
            " VALUES (1, 'halaman-0000', 1, ?, 'OTHER_WAVE', '{}', 'wedge', '2023-11-08 00:00:00.000000')",
            (head,),
        )
        database.execute(
            "INSERT INTO decision_case VALUES"
            " (1, 1, 1, ?, 'other_wave', '', '2023-11-08 00:00:00.000000', NULL, '', '')",
            (head,),
        )
    server = Served(instance, ("demo",))
    yield server, {"token": token, "nonce": "halaman-0001"}
    server.stop()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, hall):
    """The admin's cookies, after they marked the person with the long name."""
    server, facts = hall
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, server.links[0])
    page.goto(f"{server.url}/desk/1")
    page.evaluate(
        """async ([token, nonce]) => { const form = new FormData(document.getElementById('desk-input'));
        await fetch('/desk/1/scans', {method: 'POST', body: new URLSearchParams({csrf_token: form.get('csrf_token'),
        code: token, source: 'wedge', nonce})}); }""",
        [facts["token"], facts["nonce"]],
    )
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def open_page(browser: Browser, hall, signed_in):
    """Open a path as the admin or a stranger; each of these keeps one window for all tests."""
    server, _ = hall
    windows: dict[bool, tuple[Page, list[str]]] = {}

    def show(path: str, *, stranger: bool) -> tuple[Page, list[str]]:
        """Return the page as a tablet shows it, and the list of its mistakes."""
        if stranger not in windows:
            context = browser.new_context(storage_state=None if stranger else signed_in)
            mistakes: list[str] = []
            watch(context, server.url, mistakes)
            page = context.new_page()
            page.route("**/desk/*/scans", lambda route: route.abort())  # the native page would post itself
            windows[stranger] = page, mistakes
        page, mistakes = windows[stranger]
        mistakes.clear()
        page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
        page.goto(server.url + path)
        page.evaluate("document.fonts.ready")
        return page, mistakes

    yield show
    for page, _ in windows.values():
        page.context.close()


@pytest.mark.parametrize("path", [*PAGES, *STRANGERS])
def test_a_page_is_readable_by_everybody_and_fits(open_page, hall, path):
    page, mistakes = open_page(path.format(**hall[1]), stranger=path in STRANGERS)
    for (width, height), scheme in ((TABLET, "light"), (PHONE, "dark")):  # colours do not depend on the width
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) <= 0, f"wider than the screen at {width}"
        assert page.evaluate(TARGETS) == [], f"targets under 44 px at {width}"
        assert page.evaluate(COVERED) == [], f"under a bar at {width}"
        assert page.evaluate(BESIDE_THE_BAR) == [], f"outside the bar at {width}"
        assert_accessible(page, scheme)
    assert page.evaluate(TWICE) == [], "an id that two have"
    assert mistakes == []


def test_a_desk_shows_input_verdict_count_and_last_scans_without_scrolling(browser, hall, signed_in):
    server, facts = hall
    for size in (TABLET, PHONE):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, storage_state=signed_in)
        page = context.new_page()
        page.goto(f"{server.url}/desk/1?scan={facts['nonce']}")
        for part in ("#code", "#verdict .verdict-word", "#verdict .verdict-name", "#count strong"):
            box = page.locator(part).bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= size[1], (part, size, box)
        context.close()
