"""Intake over HTTP. Each handler asks who calls, has the rules judge, and tells the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Body, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from catalogue.model import Catalogue
from kit import tracing
from kit.api_keys import ApiKeys, bearer
from kit.problem import Problem
from kit.vault import Vault
from schemas.actors import Actor
from schemas.appeals import Channel
from services.intake.appeals.acceptance import Answer, Request
from services.intake.appeals.appeal_check import AppealCheck, check_appeal
from services.intake.appeals.completeness import examined, facts_of
from services.intake.appeals.domain import AppealRefused, Known, accept
from services.intake.appeals.reception import Reception
from services.intake.appeals.responses import accepted, refusal, valid_key
from services.intake.appeals.storage import Accepted, AppealStore, Replayed
from services.intake.appeals.tracking import TrackingNumberError, parse_tracking_number
from services.intake.metrics import APPEALS
from services.intake.openapi import request_body

CHANNELS: tuple[str, ...] = get_args(Channel)
EVERY_SCOPE = tuple(f"intake:{channel}" for channel in CHANNELS)
REPLAYED_HEADER = "Idempotent-Replayed"

Authorization = Annotated[
    str | None, Header(alias="Authorization", description="Bearer, with an API key of the channel.")
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1-128 visible ASCII characters, one for each appeal. A repeated request with the same "
        f"body gets the same answer, marked by the header {REPLAYED_HEADER}: true; with another body, 409.",
        examples=["b1f3c8f0-online-000017"],
    ),
]
AppealBody = Annotated[dict[str, Any], Body()]


class AcceptedAppeal(BaseModel):
    """What may be told of an appeal without opening it."""

    tracking_number: str = Field(examples=["VHD-21-0001234-K"])
    received_at: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class IntakeDependencies:
    """What the handlers work with."""

    api_keys: ApiKeys
    reception: Reception
    store: AppealStore
    vault: Vault
    known: Known
    catalogue: Catalogue


def routes(intake: IntakeDependencies) -> APIRouter:
    """The routes of intake."""
    router = APIRouter(prefix="/v1")
    _add_post_appeals(router, intake)
    _add_check(router, intake)
    _add_readings(router, intake)
    return router


def _add_post_appeals(router: APIRouter, intake: IntakeDependencies) -> None:
    @router.post(
        "/appeals",
        status_code=201,
        response_model=Answer,
        response_description="Accepted and stored. A repeated request gets the same answer, also with 201.",
        summary="Hand in an appeal",
        openapi_extra={"requestBody": request_body()},
    )
    async def post_appeal(
        body: AppealBody, authorization: Authorization = None, idempotency_key: IdempotencyKey = None
    ) -> JSONResponse:
        channel = channel_of(body)
        label = channel or "unknown"
        try:
            outcome = await _receive(intake, body, channel, authorization, idempotency_key)
        except Problem as problem:
            APPEALS.labels(label, "conflict" if problem.status == 409 else "refused").inc()
            raise
        except Exception:
            APPEALS.labels(label, "unavailable").inc()
            raise
        APPEALS.labels(label, "accepted" if isinstance(outcome, Accepted) else "replayed").inc()
        return _answered(outcome)


def _add_check(router: APIRouter, intake: IntakeDependencies) -> None:
    @router.post(
        "/appeals/check",
        summary="Ask what would become of an appeal; nothing is stored",
        response_model_exclude_none=True,
        openapi_extra={"requestBody": request_body()},
    )
    async def check(body: AppealBody, authorization: Authorization = None) -> AppealCheck:
        channel = channel_of(body)
        scopes = (f"intake:{channel}",) if channel else EVERY_SCOPE
        await intake.api_keys.authenticate(bearer(authorization), *scopes)
        return check_appeal(body, intake.catalogue, intake.known)


async def _receive(
    intake: IntakeDependencies,
    body: Mapping[str, Any],
    channel: str | None,
    authorization: str | None,
    key: str | None,
) -> Accepted | Replayed:
    scopes = (f"intake:{channel}",) if channel else EVERY_SCOPE
    actor = await intake.api_keys.authenticate(bearer(authorization), *scopes)
    key = valid_key(key)
    try:
        request = request_of(intake, actor, key, body)
        outcome = await intake.reception.receive(request)
    except AppealRefused as refused:
        raise refusal(refused) from None
    return accepted(outcome)


def request_of(intake: IntakeDependencies, actor: Actor, key: str, body: Mapping[str, Any]) -> Request:
    """An appeal that is acceptable so far.

    Raises:
        AppealRefused: with every reason that was found.
    """
    submission = accept(body, intake.known)
    found = examined(intake.catalogue, facts_of(submission, intake.known), submission.category)
    return Request(actor, key, body, submission, tracing.child(tracing.current()), found)


def _add_readings(router: APIRouter, intake: IntakeDependencies) -> None:
    @router.get("/appeals/{tracking_number}", summary="Whether an appeal was accepted")
    async def get_appeal(tracking_number: str, authorization: Authorization = None) -> AcceptedAppeal:
        await intake.api_keys.authenticate(bearer(authorization), *EVERY_SCOPE)
        facts = await intake.store.facts(parsed_tracking_number(tracking_number))
        if facts is None:
            raise Problem(404, "appeal.not_found", "No appeal was accepted under this tracking number.")
        return AcceptedAppeal(
            tracking_number=facts.tracking_number,
            received_at=facts.received_at.isoformat(),
            services=facts.services,
        )

    @router.get("/receipt-key", summary="The public key (JWK) that receipts are checked with")
    async def get_receipt_key() -> dict[str, str]:
        return intake.vault.public_jwk()


def channel_of(body: Mapping[str, Any]) -> str | None:
    """The channel that an appeal names, if there is such a one."""
    channel = body.get("channel")
    return channel if isinstance(channel, str) and channel in CHANNELS else None


def parsed_tracking_number(typed: str) -> str:
    """The tracking number that somebody typed.

    Raises:
        Problem: 404 `tracking_number.invalid`.
    """
    try:
        return parse_tracking_number(typed)
    except TrackingNumberError as error:
        detail = "This is not a tracking number as given out."
        raise Problem(404, error.code, detail, remedy=error.remedy) from None


def _answered(outcome: Accepted | Replayed) -> JSONResponse:
    headers = {REPLAYED_HEADER: "true"} if isinstance(outcome, Replayed) else {}
    return JSONResponse(outcome.answer.model_dump(mode="json"), status_code=201, headers=headers)
