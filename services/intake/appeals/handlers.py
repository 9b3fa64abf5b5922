"""Appeals over HTTP. Each handler authenticates the caller, applies the rules, and returns the outcome."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from catalogue.model import Catalogue
from kit import tracing
from kit.api_keys import ApiKeys, bearer
from kit.http_headers import IDEMPOTENT_REPLAYED, LOCATION
from kit.http_json import json_object
from kit.http_openapi import (
    API_KEY,
    IN_A_PATH,
    NEEDS_A_KEY,
    NEEDS_SERVERS,
    READS_JSON,
    answers,
    requires,
)
from kit.problem import Problem
from kit.vault import Vault
from schemas.actors import Actor
from schemas.frozen import Code
from services.intake.appeals.acceptance import AppealResponse, SubmittedAppeal
from services.intake.appeals.appeal_check import AppealCheck, check_appeal
from services.intake.appeals.completeness import examined, facts_of
from services.intake.appeals.domain import AppealRefused, KnownCodes
from services.intake.appeals.earlier_receipt import acceptable, states_receipt
from services.intake.appeals.openapi import (
    REFUSED,
    UNKNOWN_NUMBER,
    TrackingNumber,
    created,
    with_any_appeal,
    with_body,
)
from services.intake.appeals.reception import Reception
from services.intake.appeals.responses import parsed_tracking_number, refusal
from services.intake.appeals.storage import AppealStore
from services.intake.channels import EARLIER_RECEIPT_SCOPES, EVERY_SCOPE, Authorization, channel_of, scopes_of
from services.intake.idempotency import (
    PARAMETER,
    REFUSED_KEY,
    Accepted,
    IdempotencyKey,
    Replayed,
    accepted,
    valid_key,
)
from services.intake.metrics import APPEALS

_TAGS: list[str | Enum] = ["appeals"]
_NEEDED = (NEEDS_A_KEY, NEEDS_SERVERS)


class AcceptedAppeal(BaseModel):
    """What may be shown of an appeal without opening it."""

    tracking_number: str = Field(examples=["VHD-21-0001234-K"])
    received_at: str = Field(json_schema_extra={"format": "date-time"})
    services: tuple[Code, ...]


class ReceiptKey(BaseModel):
    """A public key as a JWK (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    alg: str
    use: Literal["sig"]


@dataclass(frozen=True)
class IntakeDependencies:
    """What the handlers work with."""

    api_keys: ApiKeys
    reception: Reception
    store: AppealStore
    vault: Vault
    known: KnownCodes
    catalogue: Catalogue
    now: Callable[[], datetime]
    """Business time."""


def routes(intake: IntakeDependencies) -> APIRouter:
    """The routes of appeals."""
    router = APIRouter(prefix="/v1")
    _add_post_appeals(router, intake)
    _add_check(router, intake)
    _add_readings(router, intake)
    return router


def _add_post_appeals(router: APIRouter, intake: IntakeDependencies) -> None:
    @router.post(
        "/appeals",
        status_code=201,
        response_model=AppealResponse,
        response_description="Accepted and stored. A repeated request gets the same response, also with 201.",
        summary="Submit an appeal",
        operation_id="submitAppeal",
        tags=_TAGS,
        responses={**answers(*_NEEDED, READS_JSON, REFUSED_KEY, REFUSED), 201: created()},
        openapi_extra={**with_body(), "parameters": [PARAMETER]},
    )
    async def post_appeal(
        request: Request, authorization: Authorization = None, idempotency_key: IdempotencyKey = None
    ) -> JSONResponse:
        body = await _authenticated_body(intake, request, authorization)
        channel = channel_of(body)
        label = channel or "unknown"
        try:
            outcome = await _receive(intake, body, authorization, idempotency_key)
        except Problem as problem:
            APPEALS.labels(label, "conflict" if problem.status == 409 else "refused").inc()
            raise
        except Exception:
            APPEALS.labels(label, "unavailable").inc()
            raise
        APPEALS.labels(label, "accepted" if isinstance(outcome, Accepted) else "replayed").inc()
        return _response(outcome)


def _add_check(router: APIRouter, intake: IntakeDependencies) -> None:
    @router.post(
        "/appeals/check",
        summary="Check an appeal before it is submitted; nothing is stored",
        response_model_exclude_none=True,
        operation_id="checkAppeal",
        tags=_TAGS,
        responses=answers(*_NEEDED, READS_JSON),
        openapi_extra=with_any_appeal(),
    )
    async def check(request: Request, authorization: Authorization = None) -> AppealCheck:
        body = await _authenticated_body(intake, request, authorization)
        await authorized(intake, bearer(authorization), body)
        return check_appeal(body, intake.catalogue, intake.known, intake.now())


async def _authenticated_body(
    intake: IntakeDependencies, request: Request, authorization: str | None
) -> dict[str, Any]:
    """The body of a caller who has a key: of nobody else a byte is read."""
    await intake.api_keys.authenticate(bearer(authorization), *EVERY_SCOPE)
    return await json_object(request)


async def authorized(intake: IntakeDependencies, token: str | None, body: Mapping[str, Any]) -> Actor:
    """The caller, if its key is one of the appeal's channel and, for an earlier receipt, of that too.

    Raises:
        Problem: 401 `unauthenticated`, 403 `forbidden`.
    """
    if states_receipt(body):
        await intake.api_keys.authenticate(token, *EARLIER_RECEIPT_SCOPES)
    return await intake.api_keys.authenticate(token, *scopes_of(channel_of(body)))


async def _receive(
    intake: IntakeDependencies,
    body: Mapping[str, Any],
    authorization: str | None,
    key: str | None,
) -> Accepted[AppealResponse] | Replayed[AppealResponse]:
    actor = await authorized(intake, bearer(authorization), body)
    key = valid_key(key)
    try:
        outcome = await intake.reception.receive(submitted_appeal(intake, actor, key, body))
    except AppealRefused as refused:
        raise refusal(refused) from None
    return accepted(outcome)


def submitted_appeal(
    intake: IntakeDependencies, actor: Actor, key: str, body: Mapping[str, Any]
) -> SubmittedAppeal:
    """The appeal in `body`, if the rules accept it.

    Raises:
        AppealRefused: with every reason that was found.
    """
    submission = acceptable(body, intake.known, intake.catalogue.calendar, intake.now())
    found = examined(intake.catalogue, facts_of(submission), submission.category)
    return SubmittedAppeal(actor, key, body, submission, tracing.child(tracing.current()), found)


def _add_readings(router: APIRouter, intake: IntakeDependencies) -> None:
    @router.get(
        "/appeals/{tracking_number}",
        summary="Show whether an appeal was accepted",
        operation_id="readAppeal",
        tags=_TAGS,
        responses=answers(*_NEEDED, IN_A_PATH, UNKNOWN_NUMBER),
        openapi_extra={"security": requires(API_KEY)},
    )
    async def get_appeal(
        tracking_number: TrackingNumber, authorization: Authorization = None
    ) -> AcceptedAppeal:
        await intake.api_keys.authenticate(bearer(authorization), *EVERY_SCOPE)
        summary = await intake.store.summary(parsed_tracking_number(tracking_number))
        if summary is None:
            raise Problem(404, "appeal.not_found", "No appeal was accepted under this tracking number.")
        return AcceptedAppeal(
            tracking_number=summary.tracking_number,
            received_at=summary.received_at.isoformat(),
            services=summary.services,
        )

    @router.get(
        "/receipt-key",
        summary="Get the public key that verifies receipts",
        operation_id="readReceiptKey",
        tags=_TAGS,
    )
    async def get_receipt_key() -> ReceiptKey:
        return ReceiptKey.model_validate(intake.vault.public_jwk())


def _response(outcome: Accepted[AppealResponse] | Replayed[AppealResponse]) -> JSONResponse:
    headers = {LOCATION: f"/v1/appeals/{outcome.response.tracking_number}"}
    if isinstance(outcome, Replayed):
        headers[IDEMPOTENT_REPLAYED] = "true"
    return JSONResponse(outcome.response.model_dump(mode="json"), status_code=201, headers=headers)
