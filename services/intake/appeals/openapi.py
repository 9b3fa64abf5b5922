"""The OpenAPI description of an appeal, which FastAPI cannot derive: the rules in `domain` read the body.

What a JSON Schema can say of those rules stands in the schema; the codes of the catalogue are enumerations,
made when intake starts. Formats that are ours: `line` (printable text on one line), `prose` (text without
control characters), `person-name` (a line, each word in one alphabet), `phone` (a number of Azerbaijan),
`district` (code or title, in any spelling), `receipt` (a day or an instant of the last 365 days). A text that
a program damaged is none of them. A field that may be missing is so where it says it: `-`, `NULL`, `yoxdur`.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Path

from kit.http_headers import IDEMPOTENT_REPLAYED, LOCATION
from kit.http_openapi import API_KEY, Refusals, headers, requires
from kit.problem import Problem, ProblemDocument
from services.intake.appeals.acceptance import AppealResponse
from services.intake.appeals.domain import ANONYMOUS, DAMAGED, KnownCodes
from services.intake.appeals.submission import EXAMPLE, Submission
from services.intake.appeals.tracking import ALPHABET

TrackingNumber = Annotated[
    str,
    Path(
        description="As given out; read in capitals or small.",
        examples=["VHD-21-0001234-K"],
        json_schema_extra={"pattern": rf"^VHD-[0-9]{{2}}-[0-9]{{7,15}}-[{ALPHABET}]$"},
    ),
]

_REFERENCE = "#/components/schemas/{model}"
_FIELD_RULES = (
    "bool_type dict_type extra_forbidden literal_error missing model_type string_pattern_mismatch "
    "string_too_long string_too_short string_type string_unicode too_long too_many tuple_type"
).split()
_BROKEN_RULES = (
    ANONYMOUS,
    *DAMAGED,
    *("appeal.empty", "appeal.invalid"),
    *("appeal.unknown_category", "appeal.unknown_district", "appeal.unknown_service"),
    *("birth_date.impossible_age", "birth_date.in_future", "birth_date.invalid", "birth_date.unclear"),
    *("email.invalid", "fin.invalid", "name.mixed_alphabets", "phone.invalid", "text.control_characters"),
    *("received_at.in_future", "received_at.invalid", "received_at.missing", "received_at.no_calendar"),
    *("received_at.no_ground", "received_at.too_old", "received_at.unclear"),
    *(f"field.{rule}" for rule in _FIELD_RULES),
)
_GIVEN = {"type": "string", "minLength": 1}
REFUSED: Refusals = {422: (*_BROKEN_RULES, "appeal.too_large")}
"""Why an appeal is not accepted: the one rule that it breaks, or `appeal.invalid` for several."""
UNKNOWN_NUMBER: Refusals = {404: ("appeal.not_found", "tracking_number.invalid")}


def with_body() -> dict[str, Any]:
    """What a route adds to its description whose body is an appeal, for callers with an API key."""
    schema = {"$ref": _REFERENCE.format(model=Submission.__name__)}
    content = {"application/json": {"schema": schema, "example": EXAMPLE}}
    return {"security": requires(API_KEY), "requestBody": {"required": True, "content": content}}


def with_any_appeal() -> dict[str, Any]:
    """The same where the appeal may still lack anything, or be wrong."""
    schema = {"type": "object", "description": "An appeal (Submission), as far as it is written."}
    content = {"application/json": {"schema": schema, "example": EXAMPLE}}
    return {"security": requires(API_KEY), "requestBody": {"required": True, "content": content}}


def with_batch() -> dict[str, Any]:
    """The same where the body is a batch."""
    line = json.dumps({"idempotency_key": "import-2021-08-23-17", "appeal": EXAMPLE}, ensure_ascii=False)
    schema = {
        "type": "string",
        "pattern": r"\S",
        "description": "JSON Lines: `idempotency_key` and `appeal` (a Submission) of each appeal.",
    }
    content = {"application/x-ndjson": {"schema": schema, "example": f"{line}\n"}}
    return {"security": requires(API_KEY), "requestBody": {"required": True, "content": content}}


def created() -> dict[str, Any]:
    """The response to an accepted appeal: its headers, and where its tracking number leads."""
    number = {"tracking_number": "$response.body#/tracking_number"}
    return {
        "headers": headers(LOCATION, IDEMPOTENT_REPLAYED),
        "links": {
            "readAppeal": {"operationId": "readAppeal", "parameters": number},
            "listDocuments": {"operationId": "listDocuments", "parameters": number},
            "addDocument": {"operationId": "addDocument", "parameters": number},
        },
    }


def appeal_schemas(known: KnownCodes) -> dict[str, Any]:
    """The schemas of an appeal, and of a line of the response to a batch, by name."""
    schema = Submission.model_json_schema(ref_template=_REFERENCE)
    parts: dict[str, Any] = schema.pop("$defs")
    parts["Applicant"] = _applicant(parts["Person"])
    fields = schema["properties"]
    fields["applicant"] = {"$ref": _REFERENCE.format(model="Applicant")}
    fields["category"]["enum"] = sorted(known.categories)
    fields["services"]["items"]["enum"] = sorted(known.services)
    written = next(each for each in fields["district"]["anyOf"] if each["type"] == "string")
    written["examples"] = sorted(known.districts)
    fields["details"]["additionalProperties"] = False
    schema["required"] = sorted({*schema["required"], "applicant"})
    schema["allOf"] = [{"anyOf": list(each)} for each in (_ASKS, _reachable(), _RECEIVED)]
    return {**parts, Submission.__name__: schema, "BatchResult": _batch_result()}


_ASKS = (
    {"required": ["services"], "properties": {"services": {"minItems": 1}}},
    {"required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
)

_RECEIVED = (
    {"properties": {"received_at": {"type": "null"}, "receipt_ground": {"type": "null"}}},
    {
        "required": ["received_at", "receipt_ground"],
        "properties": {"received_at": _GIVEN, "receipt_ground": _GIVEN},
    },
)
"""When it was received comes with the ground for it, or neither is given."""


def _reachable() -> Iterator[dict[str, Any]]:
    """That the applicant or the representative has a contact: one of these holds."""
    for party in ("applicant", "representative"):
        for contact in ("phone", "email", "address"):
            given = {"type": "object", "required": [contact], "properties": {contact: _GIVEN}}
            yield {"required": [party], "properties": {party: given}}


def _applicant(person: dict[str, Any]) -> dict[str, Any]:
    """A person with names. One contact is needed, of the applicant or of the representative."""
    named = {"type": "string", "minLength": 1, "maxLength": 200, "format": "person-name"}
    return {
        **person,
        "description": "Who asks. A contact is needed: here, or of the representative.",
        "properties": {**person["properties"], "surname": named, "name": named},
        "required": ["name", "surname"],
        "title": "Applicant",
    }


def _batch_result() -> dict[str, Any]:
    """A line of the response to a batch."""
    accepted = {"$ref": _REFERENCE.format(model=AppealResponse.__name__)}
    refused = {"$ref": _REFERENCE.format(model=ProblemDocument.__name__)}
    return {
        "title": "BatchResult",
        "description": f"The result of one appeal: `{Problem.__name__.lower()}` where it is not accepted.",
        "type": "object",
        "required": ["status"],
        "properties": {
            "status": {"type": "integer"},
            "replayed": {"type": "boolean"},
            "response": accepted,
            "problem": refused,
        },
    }
