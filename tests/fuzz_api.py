"""The interface for programs under fire: what its OpenAPI allows and what it forbids, made by schemathesis.

From the top folder: ``python -m tests.fuzz_api [--requests 20000] [--seed 0] [--postgres]``; prints what
was sent and answered.
Every answer must be one that the OpenAPI describes: status, content type, body; what it allows must be taken, what it
forbids refused, and nothing answered without the device's token.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from rtapp import clock
from rtapp.accounts.devices_store import add_device, issue_bearer
from rtapp.accounts.roles import Role
from rtapp.db import begin_write, db

from .fuzzing import Hall, attack_with, run
from .world import World

# A text that shows nothing, a seat of no village.
NO_SCHEMA_SAYS = {"no_reason", "no_name", "no_substitute", "bad_walk_in", "no_such_seat"}
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "422", "429"]
SHARE = {"post": 6, "get": 1}
TIMES = {"post": 4, "get": 1}  # requests that one example makes


def campaign(hall: Hall, requests: int, chance: int | None = None) -> dict[str, int]:
    """Send about ``requests`` to all operations and return how many each got; see ``fuzz_pages.campaign``."""
    token = supervisor(hall)
    settings: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}}
    settings["checks"] = {"negative_data_rejection": {"expected-statuses": REFUSED}}
    config = schemathesis.Config.from_dict(settings)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", hall.app, config=config)
    schema.hook("map_body")(lambda _context, body: lead_to_the_desk(body, hall.world))
    shares = [(found.ok(), mode) for found in schema.get_all_operations() for mode in GenerationMode]
    told = {}
    for operation, mode in shares:
        number = round(requests * SHARE[operation.method] / sum(SHARE[each.method] for each, _ in shares))

        def attack(case: Case) -> None:
            response = case.call()
            hall.look_at(case, response.status_code, response.content)
            beyond = response.status_code == 422 and response.json()["error"]["code"] in NO_SCHEMA_SAYS
            case.validate_response(response, excluded_checks=[positive_data_acceptance] if beyond else [])
            if case.operation.path == "/api/v1/scans" and isinstance(body := response.request.body, bytes):
                send_again(hall, token, body, response.status_code, response.content)

        with suppress(Unsatisfiable):  # there is nothing to spoil where a request has no parameters
            examples = max(1, number // TIMES[operation.method])
            attack_with(attack, operation.as_strategy(generation_mode=mode), examples, chance)
        told[f"{operation.label} {mode.name}"] = number
    return told


def send_again(hall: Hall, token: str, body: bytes, status: int, answer: bytes) -> None:
    """Send what was sent once more, as one of a list, and cut in half. Raises AssertionError for another answer."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answers = []
    for sent in (body, b'{"scans": [' + body + b"]}", body[: len(body) // 2]):
        told = hall.app.test_client().post("/api/v1/scans", data=sent, headers=headers)
        hall.look_at(sent, told.status_code, told.data)
        answers.append(told)
    assert (answers[0].status_code, answers[0].data) == (status, answer), body
    if status == 200 and "verdict" in (once := answers[0].json):
        assert answers[1].json == {"results": [once]}, body


def supervisor(hall: Hall) -> str:
    """Return the token of a device that may decide."""
    with hall.app.app_context():
        session, now, points = (
            begin_write(db.session),
            clock.utcnow(),
            [hall.world.registration, hall.world.session_one],
        )
        until = now + timedelta(days=1)
        token = issue_bearer(
            session, add_device(session, "uji", "Program", Role.SUPERVISOR, points, expires_at=until, now=now)
        )
        session.commit()
    return token


def lead_to_the_desk(body: Any, world: World) -> Any:
    """Return a scan with numbers and codes that exist; what is allowed in it stays so, and what is not."""
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("scans"), list):
        return body | {"scans": [lead_to_the_desk(scan, world) for scan in body["scans"]]}
    known = {"checkpoint": [world.registration, world.session_one], "participant": list(world.people.values())}
    for name, ids in known.items():
        if type(number := body.get(name)) is int and 0 < number < 2**53:
            body = body | {name: ids[number % len(ids)]}
    if isinstance(code := body.get("code"), str) and 0 < len(code) <= 500 and len(code) % 2:
        body = body | {"code": list(world.tokens.values())[len(code) % len(world.tokens)]}
    return body


if __name__ == "__main__":
    run(campaign, __doc__, "kinds of request; all as the OpenAPI says")
