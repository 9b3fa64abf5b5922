"""Plain values for tests of the notifier."""

from typing import Any

from schemas.appeals import AppealReceived
from schemas.case_events import AppealJoined, CaseOpened, StepAnswer, TrackAnswered
from schemas.clocks import ClockReading
from services.notifier.model import Recipient
from tests.builders import MONDAY, appeal, later

DUE = later(24 * 20)


def opened(brought: AppealReceived) -> CaseOpened:
    clock = ClockReading(
        kind="statutory_term",
        started_at=MONDAY,
        working_days=15,
        due_at=DUE,
        legal_basis="Law on citizens' appeals, Article 10.1",
        calendar="az",
    )
    return CaseOpened(opening=1, appeal=brought, clock=clock)


def joined(brought: AppealReceived) -> AppealJoined:
    return AppealJoined(appeal=brought)


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
