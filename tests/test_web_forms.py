"""Forms as a browser may send them when something went wrong on the way."""

import pytest

from .reading import said
from .test_guard import WHO, calls


def test_a_form_that_arrives_empty_is_refused_as_one_left_empty(client_of):
    answer = client_of("admin").post("/waves")
    assert answer.status_code == 422 and "Isi tanggal" in said(answer, "date")


@pytest.mark.slow
def test_no_route_breaks_where_nothing_is_posted(app, client_of, world):
    endpoints = sorted(name for name in WHO if "admin" in WHO[name] and not name.endswith("sign_out"))
    tried = [(method, path) for name in endpoints for method, path in calls(app, name) if method != "GET"]
    answers = {path: client_of("admin").open(path, method=method).status_code for method, path in tried}
    assert len(answers) > 60
    assert {path: status for path, status in answers.items() if status >= 500} == {}
