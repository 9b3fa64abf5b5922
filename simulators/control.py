"""`/_dials`: read and set how a simulated system misbehaves, while it runs."""

from typing import Any

from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from simulators.faults import Faults, HttpBehaviour


def turned(behaviour: HttpBehaviour, values: dict[str, Any]) -> HttpBehaviour:
    """`behaviour settings` with some of them set anew. Raises ValidationError for an unknown behaviour setting or a wrong value."""
    return type(behaviour).model_validate({**behaviour.model_dump(), **values})


def add_controls(app: FastAPI, faults: Faults) -> None:
    """Behaviour settings set here last until the process ends; those of its start stand in its flags."""

    @app.get("/_dials")
    async def read() -> dict[str, Any]:
        return faults.behaviour.model_dump(mode="json")

    @app.put("/_dials", response_model=None)
    async def change(values: dict[str, Any] = Body()) -> dict[str, Any] | JSONResponse:  # noqa: B008
        try:
            faults.change(turned(faults.behaviour, values))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            return JSONResponse({"error": "invalid_dials", "problems": problems}, 422)
        return faults.behaviour.model_dump(mode="json")
