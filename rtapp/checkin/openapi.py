"""The OpenAPI 3.1 description of the API."""

from typing import Any

from .decision import GUESTS, LONGEST_NAME, LONGEST_PHONE, LONGEST_REASON, LONGEST_RELATION, LONGEST_SEAT
from .verdict import Source, Verdict

MOST_SCANS = 500  # in one request
MOST_RECEIPTS = 200
LAST = 2**53 - 1  # the largest whole number that is exact in every program's JSON
LONGEST_CODE = 500

_WHOLE = {"type": "integer", "minimum": 1, "maximum": LAST}
_MOMENT = {"type": ["string", "null"], "format": "date-time"}
_NOTHING = {"type": "null"}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def _refs(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _text(most: int) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": most}


def _filled(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


def _closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return _object(required, **properties) | {"additionalProperties": False}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


_ERRORS = {
    str(status): _json(_refs("Error"), words)
    for status, words in (
        (400, "not JSON, or not an object"),
        (401, "no token, or one that was revoked or has expired"),
        (403, "the device was not given this checkpoint, or lacks the duty that a decision needs"),
        (404, "no such checkpoint or participant"),
        (405, "another method"),
        (409, "the nonce was used for another checkpoint, code or participant"),
        (413, "too large"),
        (422, "a field that cannot be used"),
        (429, "too often"),
    )
}
_ID = {"name": "checkpoint_id", "in": "path", "required": True, "schema": _WHOLE}


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "rtapp", "version": "1", "description": "The registration desk, for programs."},
        "security": [{"device": []}],
        "paths": {
            "/api/v1/scans": {"post": _scans()},
            "/api/v1/checkpoints": {"get": _get("The checkpoints this device was given.", _refs("Checkpoints"), [])},
            "/api/v1/checkpoints/{checkpoint_id}/counts": {
                "get": _get(
                    "hadir + elsewhere + absent + belum = roster, in all and per district and village.",
                    {"type": "object"},
                    [_ID],
                )
            },
            "/api/v1/checkpoints/{checkpoint_id}/roster": {
                "get": _get("The roster snapshot; ETag, 304.", _refs("Roster"), [_ID])
            },
            "/api/v1/checkpoints/{checkpoint_id}/receipts": {
                "get": _get(
                    "What was undone and decided since, sealed: keep it, and hand it in when the epoch changes.",
                    _object(["last", "receipts"], last={"type": "integer"}, receipts=_TEXTS),
                    [_ID, {"name": "after", "in": "query", "schema": _WHOLE | {"minimum": 0}}],
                )
            },
            "/api/v1/receipts": {"post": _receipts()},
        },
        "components": {"securitySchemes": {"device": {"type": "http", "scheme": "bearer"}}, "schemas": _schemas()},
    }


def _get(words: str, schema: dict[str, Any], parameters: list[Any]) -> dict[str, Any]:
    responses = {"200": _json(schema, words), "304": {"description": "not changed"}, **_ERRORS}
    return {"summary": words, "parameters": parameters, "responses": responses}


def _receipts() -> dict[str, Any]:
    wanted = _object(["receipts"], receipts=_TEXTS | {"maxItems": MOST_RECEIPTS})
    words = ("applied", "known", "lost", "refused")
    return {
        "summary": "Hand in receipts after a restore, before the scans of the day: each is applied once.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": wanted}}},
        "responses": {
            "200": _json(_object(list(words), **{word: {"type": "integer"} for word in words}), "what became of them"),
            **_ERRORS,
        },
    }


def _scans() -> dict[str, Any]:
    many = _object(["scans"], scans={"type": "array", "minItems": 1, "maxItems": MOST_SCANS, "items": {}})
    answers = {"oneOf": [_refs("Answer"), _object(["results"], results={"type": "array", "items": {"type": "object"}})]}
    return {
        "summary": "Record a scan, or several in order; the same nonce gets the same answer again.",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"oneOf": [_refs("Scan"), many]}}},
        },
        "responses": {"200": _json(answers, "every verdict"), **_ERRORS},
    }


def _decision(*more: str, **walk_in: Any) -> dict[str, Any]:
    """Return the schema of a decision; required texts must not be blank, and a decision by duty needs a reason."""
    reason = _text(LONGEST_REASON)
    facts = {"relation": _text(LONGEST_RELATION), "letter": {"type": "boolean"}, "phone": _text(LONGEST_PHONE)}
    substitute = _closed(["name"], name=_filled(LONGEST_NAME), **facts)
    return _closed(
        list(more),
        accept_other_wave={"oneOf": [_NOTHING, _closed(["reason"], reason=_filled(LONGEST_REASON))]},
        substitute={"oneOf": [_NOTHING, substitute]},
        resolve={"enum": ["head", "substitute", "", None]},
        reason=reason,
        **walk_in,
    ) | {"minProperties": 1}


def _walk_in() -> dict[str, Any]:
    head = _closed(
        ["kind", "name", "seat"], kind={"const": "rt"}, name=_filled(LONGEST_NAME), seat=_filled(LONGEST_SEAT)
    )
    guest = _closed(
        ["kind", "name"], kind={"enum": list(GUESTS)}, name=_filled(LONGEST_NAME), seat={"enum": ["", None]}
    )
    return {"oneOf": [head, guest]}


def _scan() -> dict[str, Any]:
    """Return the schema of a scan: of a code, of a participant, or of a person on no list."""
    nonce = {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"}
    of = {"description": "the nonce of the scan that a decision is about"}
    shared = {
        "nonce": nonce,
        "checkpoint": _WHOLE,
        "source": {"enum": [str(source) for source in Source]},
        "client_at": _MOMENT,
        "sent_at": _MOMENT,
        "follows": of | {"oneOf": [_NOTHING, nonce]},
    }
    decision = {"oneOf": [_NOTHING, _decision(walk_in=_NOTHING)]}
    whose = {
        "code": {"code": _filled(LONGEST_CODE), "participant": _NOTHING, "decision": decision},
        "participant": {"code": _NOTHING, "participant": _WHOLE, "decision": decision},
        "decision": {"code": _NOTHING, "participant": _NOTHING, "decision": _decision("walk_in", walk_in=_walk_in())},
    }
    required = ["nonce", "checkpoint", "source"]
    return {"oneOf": [_closed([*required, name], **shared, **facts) for name, facts in whose.items()]}


def _schemas() -> dict[str, Any]:
    text, optional = {"type": "string"}, {"type": ["string", "null"]}
    person = _object(
        ["id", "name", "seat", "village", "district", "wave"],
        id=_WHOLE, name=text, seat=optional, village=optional, district=optional, wave={"type": ["integer", "null"]},
    )  # fmt: skip
    attendance = _object(["id", "at", "mode", "device"], id=_WHOLE, at=_MOMENT, mode=text, device=optional)
    answer = _object(
        ["nonce", "verdict", "participant", "attendance", "number"],
        nonce=text,
        verdict={"enum": [str(verdict) for verdict in Verdict]},
        participant={"oneOf": [{"type": "null"}, person]},
        attendance={"oneOf": [{"type": "null"}, attendance]},
        number={"type": ["integer", "null"]},
    )
    error = _object(["code", "message"], code=text, message=text)
    rows = {"type": "array", "items": {"type": "object"}}
    return {
        "Scan": _scan(),
        "Answer": answer,
        "Checkpoints": _object(["checkpoints"], checkpoints=rows),
        "Roster": _object(
            ["checkpoint", "wave", "epoch", "opens_at", "closes_at", "until", "people"],
            opens_at=_MOMENT,
            closes_at=_MOMENT,
            until=_MOMENT,
            people=rows,
        ),
        "Error": _object(["error"], error=error),
    }
