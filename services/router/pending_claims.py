"""Whether claims are pending: what the ledger says of the cases that hold them, as SQL."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, exists, func, not_, or_

from ledger.tables import cases, events, tracks
from services.router.commands import APPEAL_COMMAND
from workflows.case.limits import MOST_APPEALS, MOST_CHARACTERS


def claim_columns(claims: Table) -> tuple[Column[Any] | ColumnElement[Any], ...]:
    """The columns of an `EarlierClaim`, from a table of claims."""
    begun = _begun(claims)
    pending = _pending(claims, begun)
    return (
        claims.c.service,
        claims.c.case_id,
        claims.c.claimed_at,
        pending.label("pending"),
        begun.label("begun"),
        _full(claims).label("full"),
    )


def is_pending(claims: Table) -> ColumnElement[bool]:
    """Whether the case still owes the answer, or has not yet received the appeal that claimed the service."""
    return _pending(claims, _begun(claims))


def _begun(claims: Table) -> ColumnElement[bool]:
    return exists().where(_of_service(claims), tracks.c.outcome.is_(None))


def _pending(claims: Table, begun: ColumnElement[bool]) -> ColumnElement[bool]:
    cause = func.concat(APPEAL_COMMAND, claims.c.appeal_id)
    received = exists().where(events.c.case_id == claims.c.case_id, events.c.cause == cause)
    is_open = exists().where(cases.c.case_id == claims.c.case_id, cases.c.status == "open")
    return or_(not_(received), begun, and_(not_(exists().where(_of_service(claims))), is_open))


def _full(claims: Table) -> ColumnElement[bool]:
    held = func.jsonb_array_length(cases.c.tracking_numbers)
    is_full = or_(held >= MOST_APPEALS, cases.c.appeals_size >= MOST_CHARACTERS)
    return exists().where(cases.c.case_id == claims.c.case_id, is_full)


def _of_service(claims: Table) -> ColumnElement[bool]:
    return and_(tracks.c.case_id == claims.c.case_id, tracks.c.service == claims.c.service)
