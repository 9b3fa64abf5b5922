"""The OpenAPI description of an appeal, which FastAPI cannot derive: the rules in `domain` read the body."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.intake.appeals.submission import EXAMPLE, Submission

_REFERENCE = "#/components/schemas/{model}"


def request_body() -> dict[str, Any]:
    """The request body of an appeal, with its example."""
    schema = {"$ref": _REFERENCE.format(model=Submission.__name__)}
    return {"required": True, "content": {"application/json": {"schema": schema, "example": EXAMPLE}}}


def batch_body() -> dict[str, Any]:
    """The request body of a batch: JSON Lines, so that it has an example and no schema of its own."""
    line = json.dumps({"idempotency_key": "import-2021-08-23-17", "appeal": EXAMPLE}, ensure_ascii=False)
    return {"required": True, "content": {"application/x-ndjson": {"example": f"{line}\n"}}}


def describe(app: FastAPI) -> FastAPI:
    """Add the schemas of an appeal to the application's description."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(title=app.title, version=app.version, routes=app.routes)
            components = described.setdefault("components", {})
            components.setdefault("schemas", {}).update(_schemas())
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def _schemas() -> dict[str, Any]:
    schema = Submission.model_json_schema(ref_template=_REFERENCE)
    parts: dict[str, Any] = schema.pop("$defs")
    return {**parts, Submission.__name__: schema}
