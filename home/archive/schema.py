"""The JSON Schema (2020-12) of an archive's data, out of the table of kinds: what is written into each archive, and
what an archive that comes in is held against."""

from typing import Any

from django.db import models

from home.archive import kinds
from home.archive.kinds import FORMAT, KINDS, VERSION, Kind
from knowledge.models.languages import LanguagesField

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER = {"type": "integer", "minimum": 1}
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
READER = {
    "oneOf": [
        {"enum": ["public", "partners"]},
        {
            "type": "object",
            "description": "Members of the space: all of them, or those of whom all of this is true.",
            "properties": {"organisation": NUMBER, "account": NUMBER, "role": {"enum": ["record", "manage"]}},
            "additionalProperties": False,
        },
    ]
}
READERS = {"type": "array", "items": {"$ref": "#/$defs/reader"}}
_TYPES: tuple[tuple[Any, dict[str, Any]], ...] = (
    (LanguagesField, {"type": "array", "items": {"type": "string"}}),
    (models.BooleanField, {"type": "boolean"}),
    (models.JSONField, {}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.DateField, {"type": "string", "format": "date"}),
    (models.TimeField, {"type": "string", "format": "time"}),
    (models.IntegerField, {"type": "integer"}),
    (models.FloatField, {"type": "number"}),
    (models.DecimalField, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
)


def schema() -> dict[str, Any]:
    """Each file `data/<kind>.json` (and `<kind>-2.json` and so on) is an array of what `$defs` says of the kind."""
    return {
        "$schema": DIALECT,
        "title": f"{FORMAT} {VERSION}",
        "$defs": {
            "reader": READER,
            "manifest": _manifest(),
            "memberships": _object({"member": _anything(["organisations", "accounts"]), "role": {"type": "string"}}),
            **{kind.name: _kind(kind) for kind in KINDS},
        },
    }


def _manifest() -> dict[str, Any]:
    text = {"type": "string"}
    file = {"type": "object", "properties": {"sha256": DIGEST, "bytes": {"type": "integer"}}}
    return {
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            "archive": {"type": "string", "format": "uuid"},
            **dict.fromkeys(("space", "made_for", "made_at", "marking", "software"), text),
            "files": {"type": "object", "additionalProperties": file | {"required": ["sha256", "bytes"]}},
        },
        "required": ["format", "version", "archive", "space", "files"],
    }


def _kind(kind: Kind) -> dict[str, Any]:
    fields = {field.name: _field(field) for field in kind.columns}
    if kind.is_marked:
        fields |= {"marking": {"type": "string"}, "readers": READERS, "read_by": READERS}
    return _object(fields)


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    fields = {"id": NUMBER, **fields}
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _anything(names: list[str] | None = None) -> dict[str, Any]:
    kind = {"enum": names} if names else {"type": "string"}
    fields = {"kind": kind, "id": NUMBER}
    return {"type": "object", "properties": fields, "required": ["kind", "id"], "additionalProperties": False}


def _field(field: Any) -> dict[str, Any]:
    """Of a field of a model. What may be withheld, or is not in the archive, is null."""
    if kinds.is_to_anything(field) or field.name == "came_with":
        return {"oneOf": [_anything(), {"type": "null"}]}
    if kinds.is_to_many(field):
        return {"type": "array", "items": NUMBER, "description": _target(field)}
    if kinds.is_reference(field):
        return {"oneOf": [NUMBER, {"type": "null"}], "description": _target(field)}
    found = next((kind for model, kind in _TYPES if isinstance(field, model)), {"type": "string"})
    if field.choices and found.get("type") == "string":
        found = found | {"enum": sorted({str(value) for value, _label in field.flatchoices} | {""})}
    return {"oneOf": [found, {"type": "null"}]} if field.null and found else found


def _target(field: Any) -> str:
    target = kinds.kind_of(field.related_model)
    return f"the id of one of {target.name}" if target else ""
