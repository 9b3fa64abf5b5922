"""Plain values for tests of the notifier."""

from typing import Any

from schemas.appeals import AppealReceived
from schemas.case_lifecycle_events import (
    AppealJoined,
    CaseOpened,
    PlannedStep,
    StepAnswer,
    TrackAnswered,
    TrackOpened,
)
from schemas.clocks import ClockKind, ClockReading
from schemas.deadline_events import (
    ClockRevised,
    DeadlineEscalated,
    DeadlineReminded,
    EscalationWithdrawn,
    TermExtended,
)
from schemas.hand_over_events import TracksTakenOver
from schemas.step_events import StepForwarded, StepInformationRequested, StepReassigned
from services.notifier.model import Recipient
from tests.builders import MONDAY, appeal, later, report

DUE = later(24 * 20)


def clock(kind: ClockKind = "statutory_term", **more: Any) -> ClockReading:
    values: dict[str, Any] = {
        "kind": kind,
        "started_at": MONDAY,
        "working_days": 15,
        "due_at": DUE,
        "legal_basis": "Law on citizens' appeals, Article 10.1",
        "calendar": "az",
    }
    return ClockReading(**values | more)


def opened(brought: AppealReceived) -> CaseOpened:
    return CaseOpened(opening=1, appeal=brought, clock=clock())


def taken_over(from_case: str, brought: AppealReceived) -> TracksTakenOver:
    return TracksTakenOver(
        hand_over=brought.appeal_id,
        from_case=from_case,
        opening=1,
        appeals=(brought,),
        clock=clock(),
        tracks=(),
    )


def extended(**more: Any) -> TermExtended:
    longer = clock(extension_days=30, extension_basis="Law on citizens' appeals, Article 10.2")
    return TermExtended(**{"reason": "additional_study", "clock": longer} | more)


def asked(**more: Any) -> StepInformationRequested:
    status = report("t1.a", "information_requested", reason_code="documents_missing", **more).status
    return StepInformationRequested(step="t1.a", status=status, clock=clock("information"))


def forwarded(to_agency: str = "mlspp") -> StepForwarded:
    status = report("t1.a", "forwarded", forward_to=to_agency).status
    return StepForwarded(step="t1.a", status=status, to_agency=to_agency, hop=1)


def reassigned(to_agency: str = "mlspp") -> StepReassigned:
    return StepReassigned(step="t1.a", from_agency="moh", to_agency=to_agency)


def review_opened(agency: str = "mlspp", purpose: str = "review") -> TrackOpened:
    step = PlannedStep(key="t2.review", code="review", agency_id=agency)
    return TrackOpened(
        track="t2",
        service="psychological-support",
        lead_agency=agency,
        steps=(step,),
        purpose=purpose,
        about="t1",
        clock=clock(),
    )


def joined(brought: AppealReceived, **more: Any) -> AppealJoined:
    return AppealJoined(appeal=brought, **more)


def answered(service: str = "psychological-support", **more: Any) -> TrackAnswered:
    values: dict[str, Any] = {
        "track": service,
        "service": service,
        "lead_agency": "mlspp",
        "outcome": "refused",
        "legal_basis": "Article 10.1",
        "results": (
            StepAnswer(step="t/a", agency_id="mlspp", status="refused", reason_code="not_entitled"),
            StepAnswer(step="t/b", agency_id="moh", status="fulfilled"),
        ),
    }
    return TrackAnswered(**values | more)


def recipient(number: int = 1, **more: Any) -> Recipient:
    values: dict[str, Any] = {
        "case_id": appeal(1).case_id,
        "appeal_id": appeal(number).appeal_id,
        "seq": number,
        "tracking_number": f"VHD-{number}",
        "language": "az",
        "notice_channels": ("sms", "email"),
        "contacts": {"sms": "phone-index", "email": "mail-index"},
        "sealed": "sealed",
    }
    return Recipient(**values | more)


def reminded(*told: str, agencies: tuple[str, ...] = ("mlspp",), subject: str = "t1.a") -> DeadlineReminded:
    """Due on Friday, 27 August, at 18:00 in Baku."""
    return DeadlineReminded(
        subject=subject,
        deadline="1/service_norm/reminder_half",
        level="reminder_half",
        told=told,
        due_at=later(4 * 24 + 8),
        agencies=agencies,
    )


def escalated(*told: str, agencies: tuple[str, ...] = ("mlspp",)) -> DeadlineEscalated:
    """The same deadline, passed."""
    values = reminded(*told, agencies=agencies).model_dump(exclude={"type", "level", "deadline"})
    return DeadlineEscalated(**values, level="escalation_head", deadline="1/service_norm/escalation_head")


def escalation_withdrawn(*told: str, agencies: tuple[str, ...] = ("mlspp",)) -> EscalationWithdrawn:
    """The same escalation, which was false."""
    return EscalationWithdrawn(**escalated(*told, agencies=agencies).model_dump(exclude={"type", "delay"}))


def term_moved(**more: Any) -> ClockRevised:
    """The statutory term ends a week later."""
    earlier = later(24 * 13)
    return ClockRevised(**{"subject": "case", "previous_due_at": earlier, "clock": clock()} | more)


def delayed(**more: Any) -> DeadlineEscalated:
    """The statutory term has passed without an answer."""
    passed = escalated("head").model_dump(exclude={"type"})
    return DeadlineEscalated(**passed | {"subject": "case", "due_at": DUE, "delay": True} | more)
