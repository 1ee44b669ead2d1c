"""The desk's main job in engines of other ages and makers than the one of all other journeys (tests/engines.py)."""

import os
from contextlib import closing

import pytest

from . import engines
from .served import Served

# No message of a stream, nor any answer that htmx is given, can be put into the page.
SWAPS_THROW = """
document.addEventListener('DOMContentLoaded', function () {
  Document.parseHTMLUnsafe = DOMParser.prototype.parseFromString = function () { throw new Error('a swap'); };
});
"""
# Every stream ends with an error as soon as window.cut is true, and none can be opened then.
STREAMS_DIE = """
var real = window.fetch;
window.cut = %s;
window.fetch = function (url, options) {
  if (!/stream/.test(url)) return real(url, options);
  if (window.cut) return Promise.reject(new TypeError('cut'));
  return real(url, options).then(function (response) {
    var reader = response.body.getReader();
    var body = new ReadableStream({ pull: function (to) {
      return reader.read().then(function (read) {
        if (window.cut) to.error(new TypeError('cut'));
        else if (read.done) to.close();
        else to.enqueue(read.value);
      });
    } });
    return new Response(body, { status: response.status, headers: response.headers });
  });
};
"""
FATES = {"swaps": SWAPS_THROW, "no stream": STREAMS_DIE % "true", "a stream that dies": STREAMS_DIE % "false"}
MARK = "document.getElementById('connection')"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def need(name: str) -> None:
    if not engines.is_here(name):
        if os.environ.get("RTAPP_REQUIRE_BROWSER"):
            pytest.fail(f"`python -m tests.engines --fetch {name}` first")
        pytest.skip(f"`python -m tests.engines --fetch {name}` lets this test run")


@pytest.mark.parametrize("name", ["110", "138", engines.FIREFOX])
def test_the_main_journey_works_in_this_engine(name: str, served: Served):
    need(name)
    steps: list[str] = []
    with engines.opened(name) as browser:
        engines.Journey(browser, served, engines.is_full(name), steps.append).run()
    assert [step.split()[0] for step in steps] == [
        "link", "search", "scanner", "conflict", "endings", "photo", "live", "away",
    ]  # fmt: skip


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("name", ["110", "138"])
def test_scans_are_recorded_and_the_mark_promises_nothing_when_numbers_cannot_move(
    name: str, fate: str, served: Served
):
    need(name)
    with engines.opened(name) as browser, closing(engines.Journey(browser, served, full=True)) as journey:
        browser.before(FATES[fate])
        journey.link()
        browser.run("void (window.cut = true)")
        for card in journey.cards[:4]:
            browser.type(card["code"] + engines.ENTER)
            journey.marked(card)
        browser.wait(f"{MARK}.dataset.state === 'still' && !{MARK}.innerText.includes('Tersambung')")
        assert browser.run("document.getElementById('waiting').textContent") == "0"
        browser.run("void (window.cut = false)")
        if fate == "a stream that dies":
            browser.wait(f"{MARK}.dataset.state === 'connected'")
            journey.live()


@pytest.mark.parametrize("name", engines.INSTALLED)
def test_an_engine_that_is_not_on_the_machine_is_said_in_one_sentence_with_what_brings_it(name, monkeypatch):
    monkeypatch.setattr(engines.shutil, "which", lambda _program: None)
    with pytest.raises(FileNotFoundError, match=f"^{name} is not on this machine; on Debian: apt-get install "):
        engines.fetch(name)
