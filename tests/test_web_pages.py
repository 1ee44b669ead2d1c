"""What every answer carries, and what goes wrong said clearly."""

import pickle
import re

import pytest

from rtapp.refusals import Refused
from rtapp.web.pages import local_target
from rtapp.web.requests import whole

from .reading import words
from .test_security_hostile import addresses

pytestmark = pytest.mark.both_engines(at_length=True)

HX = {"HX-Request": "true"}
INDONESIAN = re.compile(r"\b(yang|dan|atau|dengan|untuk|tidak|belum|dari|sudah)\b", re.IGNORECASE)


def test_only_the_scan_page_may_run_webassembly(client_of, world):
    client = client_of("device")
    assert "'wasm-unsafe-eval'" in client.get(f"/desk/{world.registration}").headers["Content-Security-Policy"]
    assert "wasm" not in client.get("/desk").headers["Content-Security-Policy"]


def test_an_unknown_address_is_a_page_with_a_way_back(client_of):
    answer = client_of("stranger").get("/nothing-here")
    assert answer.status_code == 404 and "Halaman ini tidak ada" in answer.text and 'href="/"' in answer.text


def test_for_a_part_of_a_page_a_refusal_is_a_part_too(client_of, world):
    answer = client_of("device").get(f"/desk/{world.registration_two}/people?code=x", headers=HX)
    assert answer.status_code == 403 and answer.text.startswith('<div id="refusal">')
    assert answer.headers["X-Refusal"] == "not_your_checkpoint"


def test_a_strangers_script_gets_a_401_and_no_redirect(client_of, world):
    assert client_of("stranger").get(f"/desk/{world.registration}/people?code=x", headers=HX).status_code == 401


@pytest.mark.parametrize("body", ["4", "[" * 3000, '{"label": 4, "checkpoints": {}}', '{"label": ["Meja 9"]}'])
def test_json_is_no_form(client_of, body):
    answer = client_of("admin").post("/devices/new", data=body, content_type="application/json")
    assert answer.status_code == 422 and "Beri nama perangkat" in answer.text


def test_a_nul_is_in_no_text_and_no_address(client_of, world):
    admin = client_of("admin")
    assert "Hj. RAHMAH" in admin.get("/participants?q=rah%00mah").text
    assert admin.post(f"/participants/{world.people['yusuf']}/archive", data={"reason": "pin\0dah"}).status_code == 303
    assert "pindah" in admin.get(f"/participants/{world.people['yusuf']}").text
    assert admin.get("/scans/uji%00").status_code == 404
    assert admin.get("/waves/1/places/63.09.07.2004%00").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "",
        None,
        "x",
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "javascript:x",
        "/\t/example.org",
        "/\t\\example.org",
        "\t//example.org",
        "/\n/example.org",
        "/\x0b/example.org",
        "/\x7f/example.org",
        " //example.org",
        "///example.org",
        "\\\\example.org",
        "http:example.org",
        "/\u2028/example.org",
        "/a\r\nX: y",
        "http://meja.lan//example.org",
        "http://meja.lan/\t/example.org",
        "http://meja.lan\\@example.org",
    ],
)
def test_no_redirect_leaves_this_server(app, address):
    with app.test_request_context("/", base_url="http://meja.lan"):
        assert local_target(address) is None


def test_a_redirect_may_lead_to_ourselves(app):
    with app.test_request_context("/", base_url="http://meja.lan"):
        assert local_target("http://meja.lan/desk/1") == local_target("/desk/1") == "/desk/1"


def test_the_language_is_kept_and_the_page_comes_back(client_of):
    client = client_of("stranger")
    answer = client.post("/language", data={"language": "en"}, headers={"Referer": "http://localhost/sign-in"})
    assert answer.headers["Location"] == "/sign-in"
    assert 'lang="en"' in client.get("/sign-in").text


def test_every_page_is_whole_in_english(app, admin, world):
    admin.post("/language", data={"language": "en"})
    seen, found = 0, []
    for path in addresses(app, world):
        if re.search(r"/card$|[.](png|pdf|csv|xlsx|ods|zip|docx)", path):  # the message to a head is Indonesian
            continue
        with admin.get(path) as answer:
            if answer.mimetype == "text/html" and 'lang="en"' in answer.text:
                seen += 1
                found += [(path, word) for word in INDONESIAN.findall(words(answer))]
    assert found == [] and seen > 50


def test_each_role_starts_at_the_page_it_works_on(client_of):
    starts = {role: client_of(role).get("/").headers["Location"] for role in ("admin", "clerk", "viewer", "stranger")}
    assert starts == {"admin": "/event", "clerk": "/desk", "viewer": "/counts", "stranger": "/sign-in"}


def test_the_licences_page_names_what_the_browser_runs(client_of):
    page = client_of("admin").get("/licences").text
    assert "htmx.org" in page and "zxing-wasm" in page


@pytest.mark.parametrize("text", ["", None, "-1", "+1", " 1", "1_0", "٣", "²", "1.0", "9" * 19, "9" * 5000, "12abc"])
def test_what_no_row_could_be_called_is_no_number(text):
    assert whole(text) is None


def test_a_number_is_read_up_to_what_every_database_holds():
    assert whole("007") == 7 and whole("9" * 18) == 10**18 - 1


def test_a_refusal_keeps_its_field_between_processes():
    refused = pickle.loads(pickle.dumps(Refused("no_name", "Nama %(n)s.", 422, field="name", n=1)))
    assert (refused.field, refused.status, str(refused)) == ("name", 422, "Nama 1.")
