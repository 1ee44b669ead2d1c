"""Cards sent village by village in a real browser: whose chat is opened is remembered, a mistake taken back."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_whose_chat_is_opened_is_marked_as_written_to_until_that_is_taken_back(visit):
    page = visit("admin", "/cards")
    page.locator("#send summary").first.click()
    page.locator("#send .row-open:visible").first.click()
    chat = page.locator("a[data-chat]").first
    assert chat.get_attribute("href").startswith("https://wa.me/628")
    row = page.locator("#" + chat.evaluate("(link) => link.closest('li').id"))
    # A chat of this machine's own: no test asks another host.
    chat.evaluate("(link) => { link.href = '/healthz'; }")
    with page.context.expect_page():
        chat.click()
    expect(row).to_contain_text("dikirimi")
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    row.get_by_role("button").click()
    expect(row).not_to_contain_text("dikirimi")
