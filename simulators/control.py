"""`/_behaviour`: read and set how a simulated system behaves, while it runs."""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from simulators.faults import Faults, HttpBehaviour


def with_settings(behaviour: HttpBehaviour, values: dict[str, Any]) -> HttpBehaviour:
    """`behaviour` with `values` in place of some of its settings.

    Raises:
        ValidationError: a setting is unknown, or its value is wrong.
    """
    return type(behaviour).model_validate({**behaviour.model_dump(), **values})


def add_controls(app: FastAPI, faults: Faults) -> None:
    """Settings made here last until the process ends; after a restart its options count again."""

    @app.get("/_behaviour")
    async def read() -> dict[str, Any]:
        return faults.behaviour.model_dump(mode="json")

    @app.put("/_behaviour", response_model=None)
    async def change(values: dict[str, Any]) -> dict[str, Any] | JSONResponse:
        try:
            faults.change(with_settings(faults.behaviour, values))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
            return JSONResponse({"error": "invalid_behaviour", "problems": problems}, 422)
        return faults.behaviour.model_dump(mode="json")
