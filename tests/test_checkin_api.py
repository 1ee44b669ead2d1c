"""What programs send to the door, as they send it."""

import pytest

from rtapp.schema import Scan

pytestmark = pytest.mark.both_engines(at_length=True)


@pytest.fixture
def post(app, world):
    """Post JSON to the scans address with the device's token; None sends none."""
    client = app.test_client()

    def send(body, token="own", **more):
        headers = {"Authorization": f"Bearer {world.bearer if token == 'own' else token}"} if token else {}
        return client.post("/api/v1/scans", headers=headers, **({"json": body} if more == {} else more))

    return send


@pytest.fixture
def get(client_of):
    return client_of("program").get


def scan(world, nonce="nonce-0001", **more):
    body = {"nonce": nonce, "checkpoint": world.registration, "source": "wedge", "code": world.tokens["rahmah"]} | more
    return {key: value for key, value in body.items() if value is not None}


def test_a_welcome_names_the_person_the_mark_and_the_number(post, world):
    answer = post(scan(world))
    assert answer.status_code == 200
    body = answer.json
    assert body["verdict"] == "WELCOME" and body["nonce"] == "nonce-0001" and body["number"] == 1
    assert body["participant"] == {
        "id": world.people["rahmah"],
        "name": "Hj. RAHMAH",
        "seat": "63.09.06.1001/002",
        "village": "Belimbing Raya",
        "district": "Murung Pudak",
        "wave": 1,
    }
    assert body["attendance"].keys() == {"id", "at", "mode", "device"}
    assert (body["attendance"]["mode"], body["attendance"]["device"]) == ("sendiri", "Meja 1")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"nonce": None}, 422, "bad_field"),
        ({"nonce": "short"}, 422, "bad_nonce"),
        ({"nonce": "x" * 65}, 422, "bad_nonce"),
        ({"nonce": "dua kata 1"}, 422, "bad_nonce"),
        ({"checkpoint": "1"}, 422, "bad_field"),
        ({"checkpoint": True}, 422, "bad_field"),
        ({"checkpoint": 10**30}, 422, "bad_field"),
        ({"checkpoint": 9999}, 403, "not_your_checkpoint"),
        ({"source": "teleport"}, 422, "bad_source"),
        ({"source": None}, 422, "bad_field"),
        ({"code": None}, 422, "code_or_participant"),
        ({"participant": 1}, 422, "code_or_participant"),
        ({"code": ""}, 422, "bad_code"),
        ({"code": "A" * 10_000}, 422, "bad_code"),
        ({"code": None, "participant": "x"}, 422, "bad_field"),
        ({"code": None, "participant": 999}, 404, "no_participant"),
        ({"client_at": "kemarin"}, 422, "bad_moment"),
        ({"client_at": "2023-11-08T08:00:00"}, 422, "bad_moment"),
        ({"extra": 1}, 422, "unknown_field"),
        ({"follows": "nonce-0000"}, 404, "no_scan"),
        ({"decision": {"accept_other_wave": {"reason": "jauh"}}}, 403, "may_not_decide"),
        ({"decision": {}}, 422, "bad_decision"),
    ],
)
def test_a_broken_request_gets_an_error_object_and_writes_nothing(post, world, change, status, code, total):
    answer = post(scan(world, **change))
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["message"]
    assert total(Scan) == 0


def test_checkpoints_are_listed_as_far_as_the_device_goes(get, world):
    points = get("/api/v1/checkpoints").json["checkpoints"]
    assert [point["id"] for point in points] == [world.registration, world.session_one]
    assert points[0].items() >= {"name": "Registrasi", "kind": "hadir", "wave": 1, "date": "2023-11-08"}.items()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"client_at": "0001-01-01T00:00:00+14:00"}, 422),  # before the first day there is
        ({"source": "offline", "client_at": "9999-12-31T23:59:59Z", "sent_at": "0001-01-01T00:00:00Z"}, 200),
        ({"code": None, "decision": {"walk_in": {"kind": "rt", "name": "BARU", "seat": "\ud800"}}}, 422),
        ({"code": "\udfff"}, 200),
        ({"decision": {"reason": "x" * 301, "substitute": {"name": "WAKIL"}}}, 422),
        ({"decision": {"resolve": 0.0, "accept_other_wave": {"reason": "jauh"}}}, 422),
        ({"decision": {"substitute": {"name": "WAKIL", "phone": 81200000301}}}, 422),
    ],
)
def test_what_no_program_should_send_is_a_verdict_or_refused(post, world, more, status):
    body = scan(world, **more)
    assert post(body).status_code == status
    answers = post({"scans": [body, scan(world, "nonce-0002")]}).json["results"]
    assert ("error" in answers[0]) == (status == 422) and "verdict" in answers[1]


def test_a_number_that_json_writes_with_a_point_is_still_whole(post, world):
    body = scan(world, code=None, checkpoint=float(world.registration), participant=float(world.people["rahmah"]))
    assert post(body).json["participant"]["id"] == world.people["rahmah"]
    assert post(scan(world, "nonce-0002", checkpoint=world.registration + 0.5)).status_code == 422


@pytest.mark.parametrize("told", ["{}", "http://10.0.0.2/K/{}", "salah: {} tadi"])
@pytest.mark.parametrize(
    "decision",
    [
        {"accept_other_wave": {"reason": "…"}},
        {"resolve": "head", "reason": "…"},
        {"substitute": {"name": "…", "relation": "istri", "letter": True}},
        {"substitute": {"name": "Siti", "relation": "…", "letter": True}},
        {"substitute": {"name": "Siti", "relation": "istri", "letter": True, "phone": "…"}},
        {"walk_in": {"kind": "tamu", "name": "…"}},
        {"walk_in": {"kind": "rt", "name": "Siti", "seat": "…"}},
    ],
    ids=lambda decision: "-".join(decision),
)
def test_no_text_of_a_decision_is_a_cards_code(post, world, decision, told, total):
    def filled(part):
        if isinstance(part, dict):
            return {name: filled(value) for name, value in part.items()}
        return told.format(world.tokens["yusuf"]) if part == "…" else part

    about = {"code": None} if "walk_in" in decision else {}
    answer = post(scan(world, decision=filled(decision), **about))
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "card_in_field"
    many = post({"scans": [scan(world, decision=filled(decision), **about), scan(world, "nonce-0002")]}).json
    assert many["results"][0]["error"]["code"] == "card_in_field"
    assert many["results"][1]["verdict"] == "WELCOME" and total(Scan) == 1
