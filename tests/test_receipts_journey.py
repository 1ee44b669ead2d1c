"""A backup, then people undone, excused, decided about; after its restore an open desk brings all of it back."""

import pytest
from playwright.sync_api import Page, expect

from .served import command, until
from .test_journeys import OF_WAVE_TWO, cards, desk, present, scan
from .test_offline_journeys import BACK, kept, ready

__all__ = ["cards"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
POST = """async ([path, fields]) => {
  const token = await (await fetch('/csrf-token', { headers: { 'HX-Request': 'true' } })).text();
  const body = new URLSearchParams({ csrf_token: token, ...fields });
  return (await fetch(path, { method: 'POST', body, redirect: 'manual' })).type;
}"""
OPEN = "SELECT id FROM decision_case WHERE settled_at IS NULL ORDER BY id"
EXCUSABLE = """
SELECT village.code, participant.id FROM participant JOIN seat ON seat.id = seat_id
JOIN village ON village.id = village_id JOIN wave ON wave.id = wave_id
WHERE wave.number = 1 AND participant.id NOT IN (SELECT participant_id FROM attendance) ORDER BY participant.id DESC"""
NEWEST = """
SELECT max(id) FROM audit WHERE action IN ('attendance.void', 'scan.decide', 'case.settle', 'absence.note')"""
STANDING = """
SELECT participant.name, mode, voided_at IS NOT NULL, voided_by, void_reason FROM attendance
JOIN participant ON participant.id = participant_id WHERE checkpoint_id = 1 ORDER BY 1, 3"""
EXCUSED = "SELECT participant_id, kind, noted_by FROM absence WHERE withdrawn_at IS NULL"
CLOSED = "SELECT kind, settled_by, outcome FROM decision_case WHERE outcome = 'pulang ke rumah'"
HANDED = "SELECT action FROM audit JOIN audit_value ON audit_id = audit.id WHERE \"values\" LIKE '%handed_in%'"


def post(page: Page, path: str, **fields: str) -> None:
    """Send a form as the page's own would be."""
    assert page.evaluate(POST, [path, fields]) == "opaqueredirect"


def test_what_was_undone_and_decided_after_a_backup_comes_back_with_an_open_desk(visit, served, cards):
    page, office = ready(desk(visit)), visit("admin", "/decisions")
    others = [code for (code,) in served.rows(OF_WAVE_TWO)]
    for card in cards[:3]:
        scan(page, card["code"])
    present(page, 3)
    file = served.instance.parent / "sebelum.zip"
    assert command("backup", str(file), instance=served.instance).returncode == 0
    for code in (cards[3]["code"], *others):
        scan(page, code)
    present(page, 4)
    until(lambda: len(served.rows(OPEN)) == 2)
    first, second, _third, last = [mark for (mark,) in served.rows("SELECT id FROM attendance ORDER BY id")]
    for mark, reason in ((first, "salah orang"), (second, "tertukar"), (last, "pulang")):
        post(office, f"/attendance/{mark}/void", reason=reason)
    village, person = served.rows(EXCUSABLE)[0]
    post(office, f"/desk/1/villages/{village}", **{f"absence-{person}": "sakit"})
    (accepted,), (refused,) = served.rows(OPEN)
    post(office, f"/decisions/{accepted}", decide="accept", reason="sudah di tempat")
    post(office, f"/decisions/{refused}", decide="close", reason="pulang ke rumah")
    present(page, 1)
    before = [served.rows(question) for question in (STANDING, EXCUSED, CLOSED)]
    assert len(before[0]) == 5 and len(before[1]) == 1 and len(before[2]) == 1
    newest = served.rows(NEWEST)[0][0]
    until(lambda: max((one.get("last", 0) for one in kept(page, "kept")), default=0) == newest)

    office.context.close()  # nobody but the clerk's tablet is there any more
    served.stop()
    assert command("restore", str(file), instance=served.instance, stdin="ya\n").returncode == 0
    served.start()
    until(lambda: [served.rows(question) for question in (STANDING, EXCUSED, CLOSED)] == before)
    until(lambda: kept(page, "waiting") == [])
    assert served.rows(OPEN) == []
    expect(page.locator("#connection")).to_have_attribute("data-state", "connected", timeout=BACK)
    present(page, 1)
    assert {handed for (handed,) in served.rows(HANDED)} == {
        "attendance.void",
        "scan.decide",
        "case.settle",
        "absence.note",
    }
    said = command("verify", instance=served.instance)
    assert said.returncode == 0 and "Utuh" in said.stdout
