"""The OpenAPI description of the webhooks: a path for each agency, as each writes changes in its own way."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kit.http_openapi import (
    NEEDS_SERVERS,
    READS_A_BODY,
    WEBHOOK_SIGNATURE,
    Refusals,
    answers,
    headers,
    requires,
)

PATH = "/v1/agencies/{agency_id}/statuses"

REFUSED: Refusals = {
    400: ("change_contradicts", "change_malformed"),
    401: ("webhook_unsigned",),
    404: ("unknown_assignment",),
    409: ("status_id_reused",),
    502: (
        "agency_credentials_refused",
        "agency_refused_request",
        "agency_response_too_large",
        "agency_response_unreadable",
    ),
}


def webhook_paths(agencies: Iterable[str]) -> dict[str, Any]:
    """The paths of the agencies' webhooks."""
    return {PATH.format(agency_id=agency): {"post": _webhook(agency)} for agency in sorted(agencies)}


def webhook_schemas(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The schemas of the agencies' changes, by the name under which the paths refer to them."""
    return {_name(agency): {"title": _name(agency), **changes[agency]} for agency in sorted(changes)}


def _name(agency: str) -> str:
    return f"{agency}-change"


def _webhook(agency: str) -> dict[str, Any]:
    refused = answers(READS_A_BODY, NEEDS_SERVERS, REFUSED)
    received = {"description": "The change is stored, now or before.", "headers": headers()}
    schema = {"$ref": f"#/components/schemas/{_name(agency)}"}
    return {
        "operationId": f"reportStatus-{agency}",
        "summary": f"Report a status of an assignment of {agency}",
        "tags": ["webhooks"],
        "security": requires(WEBHOOK_SIGNATURE),
        "parameters": list(_parameters()),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"204": received, **{str(status): each for status, each in refused.items()}},
    }


def _parameters() -> Iterator[dict[str, Any]]:
    yield _header("webhook-id", "The id of the message: the same when it is sent again.", r"^[!-~]{1,200}$")
    yield _header("webhook-timestamp", "Seconds since 1970, of now within five minutes.", r"^[0-9]{1,12}$")


def _header(name: str, described: str, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": True, "description": described, "schema": schema}
