"""HTTP responses about appeals: the same for one appeal and for a batch."""

from kit.problem import Problem
from services.intake.appeals.domain import AppealRefused
from services.intake.appeals.tracking import TrackingNumberError, parse_tracking_number


def refusal(refused: AppealRefused) -> Problem:
    """Why the appeal is not accepted, place by place."""
    errors = [
        {"pointer": f"#{finding.pointer}", "code": finding.code, "detail": finding.message}
        for finding in refused.findings
    ]
    remedy = "Correct what errors names and send the appeal again; nothing was stored."
    return Problem(422, refused.code, refused.detail, remedy=remedy, errors=errors, left_out=refused.left_out)


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
