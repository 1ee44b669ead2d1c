"""The desk's main job in engines of other ages and makers than the one of all other journeys (tests/engines.py)."""

import os
from pathlib import Path

import pytest

from . import engines
from .served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("name", ["110", "138", engines.FIREFOX])
def test_the_main_journey_works_in_this_engine(name: str, served: Served, tmp_path: Path):
    if not engines.is_here(name):
        if os.environ.get("RTAPP_REQUIRE_BROWSER"):
            pytest.fail(f"`python -m tests.engines --fetch {name}` first")
        pytest.skip(f"`python -m tests.engines --fetch {name}` lets this test run")
    steps: list[str] = []
    with engines.opened(name) as browser:
        engines.Journey(browser, served, engines.is_full(name), steps.append).run()
    assert [step.split()[0] for step in steps] == [
        "link", "search", "scanner", "conflict", "endings", "live", "away",
    ]  # fmt: skip
