"""The OpenAPI description. The body of an appeal is read by the rules in `domain`, so it is told here."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.intake.submission import EXAMPLE, Submission

_REFERENCE = "#/components/schemas/{model}"


def request_body() -> dict[str, Any]:
    """The request body of an appeal, with its example."""
    schema = {"$ref": _REFERENCE.format(model=Submission.__name__)}
    return {"required": True, "content": {"application/json": {"schema": schema, "example": EXAMPLE}}}


def describe(app: FastAPI) -> FastAPI:
    """Give the application's description the schemas of the body, and the way to authenticate."""

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
