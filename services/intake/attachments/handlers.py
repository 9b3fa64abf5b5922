"""Attachments over HTTP, and the documents that an appeal lacks: for the caller that submitted it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from catalogue.eligibility import Assessment, NeededDocument
from catalogue.model import Catalogue
from kit import tracing
from kit.api_keys import ApiKeys, bearer
from kit.http_headers import IDEMPOTENT_REPLAYED, LOCATION
from kit.http_openapi import (
    API_KEY,
    IN_A_PATH,
    NEEDS_A_KEY,
    NEEDS_SERVERS,
    READS_A_BODY,
    Refusals,
    answers,
    headers,
    requires,
)
from kit.problem import Problem
from kit.vault import DataKey, KeyDestroyedError
from schemas.actors import Actor
from schemas.appeals import AppealContent, AttachmentContent
from schemas.frozen import Frozen, Instant
from schemas.passports import Text
from services.intake.appeals.completeness import examined, facts_of_accepted
from services.intake.appeals.domain import KnownCodes
from services.intake.appeals.openapi import UNKNOWN_NUMBER, TrackingNumber
from services.intake.appeals.responses import parsed_tracking_number
from services.intake.attachments.acceptance import AttachmentResponse, PendingAttachment, StoredAppeal
from services.intake.attachments.media_types import MEDIA_TYPES
from services.intake.attachments.reception import AttachmentReception
from services.intake.attachments.storage import AttachmentOutcome, AttachmentStore, StoredAttachment
from services.intake.channels import EVERY_SCOPE, Authorization
from services.intake.idempotency import (
    PARAMETER,
    REFUSED_KEY,
    Accepted,
    IdempotencyKey,
    Replayed,
    accepted,
    valid_key,
)
from services.intake.metrics import ATTACHMENTS

_PREFIX = "/v1"
PATH = _PREFIX + "/appeals/{tracking_number}/attachments"
_BODY = {
    "required": True,
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES},
}
_TAGS: list[str | Enum] = ["documents"]
_NEEDED = (NEEDS_A_KEY, NEEDS_SERVERS, IN_A_PATH, UNKNOWN_NUMBER, {410: ("appeal.forgotten",)})
_REFUSED: Refusals = {
    400: ("attachment.incomplete",),
    408: ("attachment.too_slow",),
    409: ("attachment.too_many",),
    415: ("attachment.type_not_allowed",),
    422: ("attachment.empty", "attachment.unknown_document", "invalid_request"),
    503: ("attachment.busy",),
}

Document = Annotated[str, Query(include_in_schema=False)]
"""A code of the catalogue; `_document` describes it."""


class AttachedDocument(Frozen):
    """An attachment of an appeal."""

    attachment_id: str
    document: NeededDocument
    media_type: str
    size: int = Field(description="Bytes.")
    received_at: Instant


class AppealDocuments(Frozen):
    """The documents that an appeal needs, and those that it has."""

    tracking_number: str
    services: tuple[Assessment, ...] = Field(
        description="For each service that is meant: whether the applicant's category may ask for it, and "
        "which documents are missing."
    )
    attachments: tuple[AttachedDocument, ...]


@dataclass(frozen=True)
class AttachmentDependencies:
    """What the handlers work with."""

    api_keys: ApiKeys
    reception: AttachmentReception
    store: AttachmentStore
    catalogue: Catalogue
    known: KnownCodes


def attachment_routes(intake: AttachmentDependencies) -> APIRouter:
    """The routes of attachments."""
    router = APIRouter(prefix=_PREFIX)
    _add_post(router, intake)
    _add_get(router, intake)
    return router


def _add_post(router: APIRouter, intake: AttachmentDependencies) -> None:
    @router.post(
        PATH.removeprefix(_PREFIX),
        status_code=201,
        response_model=AttachmentResponse,
        response_description="Accepted and stored. A repeated request gets the same response, also with 201.",
        summary="Add a document to an appeal",
        operation_id="addDocument",
        tags=_TAGS,
        responses={**answers(*_NEEDED, READS_A_BODY, REFUSED_KEY, _REFUSED), 201: _created()},
        openapi_extra={
            "security": requires(API_KEY),
            "requestBody": _BODY,
            "parameters": [_document(intake.catalogue), PARAMETER],
        },
    )
    async def post_attachment(
        tracking_number: TrackingNumber,
        request: Request,
        document: Document,
        authorization: Authorization = None,
        idempotency_key: IdempotencyKey = None,
    ) -> JSONResponse:
        try:
            actor, appeal = await _own_appeal(intake, authorization, tracking_number)
            pending = PendingAttachment(
                actor=actor,
                key=valid_key(idempotency_key),
                appeal=appeal,
                document=_known_document(intake, document),
                traceparent=tracing.child(tracing.current()),
            )
            outcome = accepted(await _received(intake, pending, request))
        except Problem as problem:
            ATTACHMENTS.labels("conflict" if problem.status == 409 else "refused").inc()
            raise
        except Exception:
            ATTACHMENTS.labels("unavailable").inc()
            raise
        ATTACHMENTS.labels("accepted" if isinstance(outcome, Accepted) else "replayed").inc()
        return _response(outcome)


def _document(catalogue: Catalogue) -> dict[str, Any]:
    codes = sorted(catalogue.vocabularies.documents)
    return {
        "name": "document",
        "in": "query",
        "required": True,
        "description": "Which document it is: a code of the catalogue.",
        "schema": {"type": "string", "enum": codes},
    }


def _created() -> dict[str, Any]:
    number = {"tracking_number": "$response.body#/tracking_number"}
    return {
        "headers": headers(LOCATION, IDEMPOTENT_REPLAYED),
        "links": {"listDocuments": {"operationId": "listDocuments", "parameters": number}},
    }


def _add_get(router: APIRouter, intake: AttachmentDependencies) -> None:
    @router.get(
        "/appeals/{tracking_number}/documents",
        summary="List the documents that an appeal lacks, and those that it has",
        response_model_exclude_none=True,
        operation_id="listDocuments",
        tags=_TAGS,
        responses=answers(*_NEEDED),
        openapi_extra={"security": requires(API_KEY)},
    )
    async def get_documents(
        tracking_number: TrackingNumber, authorization: Authorization = None
    ) -> AppealDocuments:
        _, appeal = await _own_appeal(intake, authorization, tracking_number)
        attachments = await intake.store.of(appeal)
        try:
            data_key = await intake.store.data_key(appeal)
        except KeyDestroyedError:
            raise _forgotten() from None
        return _documents(intake, appeal, attachments, data_key)


async def _own_appeal(
    intake: AttachmentDependencies, authorization: str | None, typed: str
) -> tuple[Actor, StoredAppeal]:
    """The caller, and its appeal: one that it submitted, or of a channel that its key is for.

    For any other appeal the response is that of an unknown number, as numbers can be guessed.
    """
    token = bearer(authorization)
    actor = await intake.api_keys.authenticate(token, *EVERY_SCOPE)
    appeal = await intake.store.appeal(parsed_tracking_number(typed))
    if appeal is not None and (
        appeal.actor_id == actor.id or await intake.api_keys.may(token, f"intake:{appeal.channel}")
    ):
        return actor, appeal
    raise Problem(404, "appeal.not_found", "No appeal of yours was accepted under this tracking number.")


def _known_document(intake: AttachmentDependencies, document: str) -> str:
    known = intake.catalogue.vocabularies.documents
    if document not in known:
        detail = f"There is no such document. Known: {', '.join(sorted(known))}."
        errors = [{"parameter": "document", "detail": detail}]
        raise Problem(422, "attachment.unknown_document", detail, errors=errors)
    return document


async def _received(
    intake: AttachmentDependencies, pending: PendingAttachment, request: Request
) -> AttachmentOutcome:
    try:
        return await intake.reception.receive(pending, request.stream())
    except KeyDestroyedError:
        raise _forgotten() from None


def _forgotten() -> Problem:
    return Problem(410, "appeal.forgotten", "The personal data of this appeal was destroyed.")


def _response(outcome: Accepted[AttachmentResponse] | Replayed[AttachmentResponse]) -> JSONResponse:
    sent = {LOCATION: f"/v1/appeals/{outcome.response.tracking_number}/documents"}
    if isinstance(outcome, Replayed):
        sent[IDEMPOTENT_REPLAYED] = "true"
    return JSONResponse(outcome.response.model_dump(mode="json"), status_code=201, headers=sent)


def _documents(
    intake: AttachmentDependencies,
    appeal: StoredAppeal,
    stored: Sequence[StoredAttachment],
    data_key: DataKey,
) -> AppealDocuments:
    content = AppealContent.model_validate_json(data_key.open(appeal.sealed))
    attached = tuple(_attached(intake.catalogue, attachment, data_key) for attachment in stored)
    facts = facts_of_accepted(content, appeal.services, appeal.channel, intake.known)
    held = {attachment.document.code for attachment in attached}
    return AppealDocuments(
        tracking_number=appeal.tracking_number,
        services=examined(intake.catalogue, facts, content.category, held),
        attachments=attached,
    )


def _attached(catalogue: Catalogue, stored: StoredAttachment, data_key: DataKey) -> AttachedDocument:
    content = AttachmentContent.model_validate_json(data_key.open(stored.sealed))
    titles = catalogue.vocabularies.documents
    title = titles.get(content.document) or Text(az=content.document, en=content.document)
    return AttachedDocument(
        attachment_id=stored.attachment_id,
        document=NeededDocument(code=content.document, title=title),
        media_type=content.media_type,
        size=content.size,
        received_at=stored.received_at,
    )
