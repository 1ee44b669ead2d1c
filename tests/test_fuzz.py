"""A tenth of the campaigns of bad input; whole with RTAPP_TEST_AT_LENGTH=1, or as commands (see the modules)."""

from collections.abc import Iterator

import pytest
from flask import Flask

from . import AT_LENGTH, fuzz_api, fuzz_pages
from .fuzzing import Hall, hall
from .world import World

pytestmark = pytest.mark.slow
REQUESTS = 10_000 if AT_LENGTH else 1_000


@pytest.fixture
def under_fire(app: Flask, world: World) -> Iterator[Hall]:
    """The small training, watched."""
    with hall(app, world) as watched:
        yield watched


def test_programs_that_send_nonsense_are_answered_as_the_openapi_says(under_fire):
    fuzz_api.campaign(under_fire, REQUESTS)
    assert under_fire.answered.total() > REQUESTS / 2


def test_pages_that_are_sent_nonsense_never_answer_with_an_error_of_ours(under_fire):
    fuzz_pages.campaign(under_fire, REQUESTS)
    assert under_fire.answered.total() > REQUESTS / 2
