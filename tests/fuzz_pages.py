"""What no person types, sent to every form and asked of every page: never a 5xx, never a traceback.

From the top folder: ``python -m tests.fuzz_pages [--requests 20000] [--seed 0] [--postgres]``; prints
what was sent and how it was answered.
Forms are taken from the pages themselves, with what stands in them; then one or more of their fields get a bad value.
"""

import io
import re
from collections import defaultdict
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus, urlsplit

from flask.testing import FlaskClient
from hypothesis import strategies as st
from werkzeug.routing import Rule

from .fuzzing import Hall, attack_with, run
from .lists import workbook

CLIENTS = 3  # each request is made by a stranger, a desk and the admin
SHARE = {"POST": 3, "GET": 1}
PER_ENDPOINT = 2  # pages and forms of one kind that are looked at
LINKS = {"href", "action", "hx-get", "hx-post", "src", "formaction"}
SPOILED = [
    "", " ", "0", "-1", "1", "2", "1.5", "1e400", "nan", "inf", "²", "٣", "9" * 18, "9" * 19, "9" * 30, "9" * 5000,
    "\0", "a\0b", "\ud800", "x\udfff", "\u202e", "\ufeff", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "%s%n{0}",
    "../../../etc/passwd", "a\r\nX-Injected: yes", "' OR 1=1 --", "x" * 300, "y" * 70_000, "0001-01-01", "9999-12-31",
    "2023-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2023-11-08T07:30", "24:00", "23:59",
    "07.30", "on", "true", "null", "[]", "{}", "//meja.lan", "http://[::1", "http://meja.lan:99999999", "Asia/../x",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(SPOILED),
    st.text(max_size=30),
    st.integers().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
)
KINDS = st.sampled_from(["urlencoded"] * 6 + ["multipart", "raw", "json"])
BODIES = st.binary(max_size=200) | st.sampled_from(
    [b"PK\x03\x04", b"4", b"%", b"%ff=%fe&&&=", b"[" * 3000, b"a=1&" * 3000]
)
Field = tuple[str, str]


class Form(NamedTuple):
    """A form of a page: where it goes, and its fields with the values that stand in them or may be chosen."""

    path: str
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Sent(NamedTuple):
    """A request as it is made; ``kind`` says how the body is written."""

    method: str
    path: str
    fields: tuple[Field, ...] = ()
    kind: str = "urlencoded"
    body: bytes = b""
    fragment: bool = False


class Reader(HTMLParser):
    """Finds the addresses and the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self._ids: dict[str, str] = {}
        self._inside = self._selecting = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.links |= {told[name] for name in LINKS & set(told)}
        if tag == "form" and told.get("method", "").lower() == "post":
            self._inside = told.get("action", "")
            self.forms.setdefault(self._inside, {})
            self._ids[told.get("id", "")] = self._inside
        where = self._ids.get(told["form"], "") if "form" in told else self._inside
        if tag == "select":
            self._selecting = told.get("name", "")
        name = self._selecting if tag == "option" else told.get("name", "")
        if where and name and tag in ("input", "textarea", "button", "option"):
            self.forms[where].setdefault(name, []).append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = ""
        elif tag == "select":
            self._selecting = ""


def prepare(hall: Hall) -> None:
    """Make the training worth attacking: a mark, a case to decide, a list that waits to be saved."""
    for key, who in (("uji-00000001", "rahmah"), ("uji-00000002", "ruslan")):
        path = f"/desk/{hall.world.registration}/scans"
        hall.desk.post(path, data={"nonce": key, "code": hall.world.tokens[who], "source": "wedge"})
    rows = [["nama", "rt", "desa"], ["CONTOH SATU", "4", "Uwie"], ["CONTOH DUA", "?", "Uwi"]]
    hall.admin.post("/roster-imports/new", data={"file": (io.BytesIO(workbook(Data=rows)), "daftar.xlsx")})
    hall.keep()


def crawl(hall: Hall) -> tuple[dict[str, set[str]], dict[str, set[Form]]]:
    """Follow every link from the start; return the pages and the forms of each endpoint."""
    address = hall.app.url_map.bind("localhost")
    pages: dict[str, set[str]] = defaultdict(set)
    forms: dict[str, set[Form]] = defaultdict(set)
    waiting = ["/event", "/desk", "/account", "/settings", "/participants/new", "/desk/1?scan=uji-00000002"]
    seen = set(waiting)
    while waiting:
        path = waiting.pop(0)
        with hall.admin.get(path) as response:
            if response.mimetype != "text/html":
                continue
            read = Reader(response.text)
        for action, fields in read.forms.items():
            if len(known := forms[_endpoint(address, action or path, "POST")]) < PER_ENDPOINT:
                known.add(Form(action or path, tuple((name, tuple(values)) for name, values in fields.items())))
        for link in read.links - seen:
            seen.add(link)
            endpoint = _endpoint(address, link, "GET")
            if endpoint and endpoint != "static" and len(pages[endpoint]) < PER_ENDPOINT:
                pages[endpoint].add(link)
                waiting.append(link)
    return pages, forms


def _endpoint(address: Any, link: str, method: str) -> str:
    try:
        return str(address.match(urlsplit(link).path, method)[0]) if link.startswith("/") else ""
    except Exception:
        return ""


@st.composite
def sent_to(draw: Any, rule: Rule, method: str, found: list[Form], names: list[str]) -> Sent:
    """Draw what is sent to one route: one of its forms with some fields spoiled, left out or given twice."""
    form = draw(st.sampled_from(found))
    path, fields = form.path, {name: draw(st.sampled_from(values)) for name, values in form.fields}
    if not path or (rule.arguments and draw(st.integers(0, 7)) == 7):
        path = _path(rule, {name: draw(VALUES) if path else "1" for name in rule.arguments})
    own = sorted(fields) or names
    more = [(draw(st.sampled_from(own)), draw(VALUES)) for _ in range(draw(st.integers(0, 3)))]
    if draw(st.integers(0, 3)) == 3:
        more.append((draw(st.sampled_from(names)), draw(VALUES)))
    kind = draw(KINDS) if method == "POST" else "urlencoded"
    body = b"" if kind == "urlencoded" else draw(BODIES)
    kept = [field for field in fields.items() if kind == "multipart" or field[0] not in dict(more)]
    return Sent(method, path, tuple(kept + more), kind, body, draw(st.booleans()))


def _path(rule: Rule, values: dict[str, str]) -> str:
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda found: quote(_bytes(values[found[1]])[:2000]), rule.rule)


def send(client: FlaskClient, sent: Sent) -> Any:
    """Make the request."""
    headers = {"HX-Request": "true"} if sent.fragment else {}
    pairs = [(_bytes(name), _bytes(value)) for name, value in sent.fields]
    query = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    if sent.method == "GET":
        return client.get(sent.path.partition("?")[0], query_string=query[:20_000], headers=headers)
    if sent.kind == "multipart":
        parts = [b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % pair for pair in pairs]
        parts.append(b'Content-Disposition: form-data; name="file"; filename="x.xlsx"\r\n\r\n' + sent.body)
        body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
        return client.post(sent.path, data=body, content_type="multipart/form-data; boundary=limit", headers=headers)
    kind = "application/json" if sent.kind == "json" else "application/x-www-form-urlencoded"
    body = query.encode() if sent.kind == "urlencoded" else sent.body
    return client.post(sent.path, data=body, content_type=kind, headers=headers)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def campaign(hall: Hall, requests: int, chance: int | None = None) -> dict[str, int]:
    """Send about ``requests`` to all routes but streams, and return how many each got.

    The same ones every time, or by ``chance``, a seed. Raises AssertionError for an answer that nobody may see.
    """
    prepare(hall)
    pages, forms = crawl(hall)
    names = sorted({name for found in forms.values() for form in found for name, _ in form.fields})
    routes = [
        (rule, method)
        for rule in hall.app.url_map.iter_rules()
        for method in sorted({"GET", "POST"} & (rule.methods or set()))
        if rule.endpoint != "static" and not rule.endpoint.endswith("stream") and not rule.rule.startswith("/api/")
    ]
    each = requests / sum(SHARE[method] for _, method in routes)
    told = {}
    for rule, method in routes:
        pool = forms[rule.endpoint] if method == "POST" else {Form(path) for path in pages[rule.endpoint]}
        found, number = sorted(pool) or [Form("")], round(each * SHARE[method] / CLIENTS) or 1

        def attack(sent: Sent) -> None:
            for client in (hall.app.test_client(), hall.desk, hall.admin):
                with send(client, sent) as response:
                    hall.look_at(sent, response.status_code, response.data)
            if response.status_code == 401 or (response.location or "").startswith("/sign-in"):
                hall.restore()  # what was sent took the admin away

        strategy = sent_to(rule, method, found, names)
        attack_with(attack, strategy, number, chance)
        hall.restore()
        told[f"{method} {rule.endpoint}"] = CLIENTS * number
    return told


if __name__ == "__main__":
    run(campaign, __doc__, "routes; no 5xx, no traceback")
