"""The interface for programs, described: OpenAPI 3.1."""

from typing import Any

from .verdict import Source, Verdict

_WHOLE = {"type": "integer", "minimum": 1}
_MOMENT = {"type": ["string", "null"], "format": "date-time"}


def _refs(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


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
                "get": _get("Present, expected and missing.", {"type": "object"}, [_ID])
            },
            "/api/v1/checkpoints/{checkpoint_id}/roster": {
                "get": _get("The roster snapshot; ETag, 304.", _refs("Roster"), [_ID])
            },
        },
        "components": {
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _get(words: str, schema: dict[str, Any], parameters: list[Any]) -> dict[str, Any]:
    responses = {"200": _json(schema, words), "304": {"description": "not changed"}, **_ERRORS}
    return {"summary": words, "parameters": parameters, "responses": responses}


def _scans() -> dict[str, Any]:
    one_or_many = {"oneOf": [_refs("Scan"), _object(["scans"], scans={"type": "array", "minItems": 1, "items": {}})]}
    answers = {
        "oneOf": [
            _refs("Answer"),
            _object(["results"], results={"type": "array", "items": {"type": "object"}}),
        ]
    }
    return {
        "summary": "Record a scan, or several in order; the same nonce gets the same answer again.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": one_or_many}}},
        "responses": {"200": _json(answers, "every verdict"), **_ERRORS},
    }


def _decision() -> dict[str, Any]:
    """Return what a person may decide; walk_in comes with neither code nor participant."""
    text, reason = {"type": "string"}, _object(["reason"], reason={"type": "string", "minLength": 1})
    substitute = _object(["name"], name=text, relation=text, letter={"type": "boolean"}, phone=text)
    walk_in = _object(["kind", "name"], kind={"enum": ["rt", "tamu", "panitia", "narasumber"]}, name=text, seat=text)
    return {
        "type": "object",
        "properties": {
            "accept_other_wave": reason,
            "substitute": substitute,
            "walk_in": walk_in,
            "resolve": {"enum": ["head", "substitute"]},
            "reason": text,
        },
    }


def _schemas() -> dict[str, Any]:
    text, optional = {"type": "string"}, {"type": ["string", "null"]}
    scan = _object(
        ["nonce", "checkpoint", "source"],
        nonce={"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
        checkpoint=_WHOLE,
        source={"enum": [str(source) for source in Source]},
        code={"type": "string", "minLength": 1, "maxLength": 500},
        participant=_WHOLE,
        client_at=_MOMENT,
        sent_at=_MOMENT,
        follows={"type": "string", "description": "the nonce of the scan that a decision is about"},
        decision=_decision(),
    )
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
        "Scan": scan
        | {"oneOf": [{"required": ["code"]}, {"required": ["participant"]}], "additionalProperties": False},
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
