"""Plain values for tests of the case: a calendar, rules, passports, appeals, statuses, commands."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from catalogue.calendar import WorkingCalendar
from catalogue.terms import EscalationLevel, Terms
from schemas.actors import Actor
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.passports import Passport, PassportStep, Text
from workflows.case.commands import (
    CloseTrack,
    Command,
    JoinCase,
    PlaceAppeal,
    Placement,
    ReassignStep,
    ReceiveAppeal,
    ReportDispatch,
    ReportStatus,
    SplitCase,
)
from workflows.case.rules import Rules
from workflows.case.state import AppealReference, CaseState

C = TypeVar("C", bound=Command)

MONDAY = datetime(2021, 8, 23, 6, tzinfo=UTC)
STAFF = Actor(kind="staff", id="operator")
CHANNEL = Actor(kind="channel", id="online")
PERSON = "index-of-a-person"

RULES = Rules(
    version="test",
    calendar=WorkingCalendar(code="az", version="test"),
    escalation_policy=(
        EscalationLevel(code="reminder_50", fraction=0.5, told=("handler",)),
        EscalationLevel(code="reminder_80", fraction=0.8, told=("handler", "supervisor")),
        EscalationLevel(code="deadline", fraction=1.0, told=("agency_head", "centre")),
        EscalationLevel(code="ministry", fraction=1.0, working_days_after=3, told=("ministry",)),
        EscalationLevel(code="commission", fraction=1.0, working_days_after=5, told=("commission",)),
    ),
    terms=Terms(),
    connected=("moh", "mlspp", "mod", "samhi"),
)


def later(hours: float) -> datetime:
    """That many hours after Monday morning."""
    return MONDAY + timedelta(hours=hours)


def step(code: str, agency: str, *after: str, acknowledge: int = 2, resolve: int = 5) -> PassportStep:
    return PassportStep(
        code=code,
        title=Text(az=code, en=code),
        agency=agency,
        after=after,
        acknowledge_within=acknowledge,
        resolve_within=resolve,
        disclose=("applicant.surname",),
    )


def passport(code: str, *steps: PassportStep, term: int = 15) -> Passport:
    return Passport(
        code=code,
        version=f"{code}-1",
        title=Text(az=code, en=code),
        categories=("wounded",),
        lead_agency=steps[-1].agency,
        statutory_term=term,
        legal_basis="Law on citizens' appeals, Article 10.1",
        steps=steps,
    )


SEQUENTIAL = passport("disability-assessment", step("examine", "moh"), step("decide", "mlspp", "examine"))
PARALLEL = passport("psychological-support", step("social", "mlspp"), step("medical", "moh"))


def placement(of: Passport, **agencies: str) -> Placement:
    return Placement(passport=of, agencies={s.code: agencies.get(s.code, s.agency) for s in of.steps})


def appeal(number: int = 1, *services: str, at: datetime = MONDAY) -> AppealReceived:
    identity = str(uuid.UUID(int=number))
    return AppealReceived(
        appeal_id=identity,
        case_id=identity,
        tracking_number=f"VHD-{number}",
        channel="online",
        received_at=at,
        services=services,
        notice_channels=("sms", "email"),
        receipt_digest="0" * 64,
        sealed="sealed",
    )


def appeals_of(state: CaseState) -> tuple[AppealReceived, ...]:
    """The appeals of a case, with a content of the right size."""
    return tuple(
        appeal(1).model_copy(
            update={
                **{name: getattr(known, name) for name in AppealReference.model_fields if name != "size"},
                "sealed": "s" * known.size,
            }
        )
        for known in state.appeals
    )


def looked_up(state: CaseState, command: C) -> C:
    """The command with what casework looks up for its sender."""
    if isinstance(command, JoinCase | SplitCase) and not command.appeals:
        return command.model_copy(update={"appeals": appeals_of(state)})
    return command


def attachment(of_appeal: int, identity: str, at: datetime, sealed: str = "sealed") -> AppealSupplemented:
    brought = appeal(of_appeal)
    return AppealSupplemented(
        attachment_id=str(uuid.uuid5(uuid.UUID(int=of_appeal), identity)),
        appeal_id=brought.appeal_id,
        case_id=brought.case_id,
        tracking_number=brought.tracking_number,
        channel="online",
        received_at=at,
        address="0" * 64,
        sealed_size=1,
        receipt_digest="0" * 64,
        sealed=sealed,
    )


def receive(*of: Passport, number: int = 1, at: datetime = MONDAY, **agencies: str) -> ReceiveAppeal:
    brought = appeal(number, *(p.code for p in of), at=at)
    return ReceiveAppeal(
        id=f"appeal/{brought.appeal_id}",
        actor=CHANNEL,
        received_at=at,
        appeal=brought,
        placements=tuple(placement(p, **agencies) for p in of),
    )


def of_person(command: ReceiveAppeal, index: str | None = PERSON) -> ReceiveAppeal:
    """The command with an appeal of a person who is known."""
    return command.model_copy(update={"appeal": command.appeal.model_copy(update={"applicant_index": index})})


def report(
    step_key: str,
    status: str,
    *,
    agency: str = "moh",
    sequence: int | None = None,
    at: datetime | None = None,
    attempt: int = 1,
    status_id: str | None = None,
    actor: Actor | None = None,
    **more: object,
) -> ReportStatus:
    instant = at or later(1)
    if status == "refused":
        more = {"reason_code": "documents_missing", **more}
    identity = status_id or f"{step_key}-{status}-{sequence}"
    reported = AssignmentStatus(
        status_id=identity,
        agency_id=agency,
        case_id=appeal().case_id,
        step=step_key,
        attempt=attempt,
        status=status,
        raw_code=status.upper(),
        agency_sequence=sequence,
        occurred_at=instant,
        received_at=instant,
        via="webhook",
        **more,
    )
    return ReportStatus(
        id=f"status/{agency}/{identity}",
        actor=actor or Actor(kind="agency", id=agency),
        received_at=instant,
        status=reported,
    )


def by(actor: Actor, identity: str, hours: float) -> dict[str, object]:
    """What every command begins with: its id, whose it is, and when it came, in hours after `MONDAY`."""
    return {"id": identity, "actor": actor, "received_at": later(hours)}


def accept(step_key: str, *, agency: str = "moh", at: datetime | None = None) -> ReportDispatch:
    """An assignment was taken, and the acceptance acknowledges it."""
    acknowledged = report(step_key, "acknowledged", agency=agency, at=at).status
    return ReportDispatch(
        id=f"dispatch/{step_key}/1/1",
        actor=Actor(kind="system", id="vahid"),
        received_at=at or later(1),
        step=step_key,
        attempt=1,
        group=1,
        reference="MOH-1",
        acknowledgement=acknowledged.model_copy(update={"via": "dispatch"}),
    )


def place(step_key: str, *of: Passport, at: datetime | None = None, actor: Actor = STAFF) -> PlaceAppeal:
    return PlaceAppeal(
        id=f"place/{step_key}",
        actor=actor,
        received_at=at or later(2),
        step=step_key,
        placements=tuple(placement(p) for p in of),
    )


def reassign(step_key: str, agency: str, *, at: datetime | None = None, actor: Actor = STAFF) -> ReassignStep:
    return ReassignStep(
        id=f"reassign/{step_key}/{agency}",
        actor=actor,
        received_at=at or later(2),
        step=step_key,
        agency_id=agency,
    )


def close(track: str, *, at: datetime | None = None, actor: Actor = STAFF) -> CloseTrack:
    return CloseTrack(
        id=f"close/{track}",
        actor=actor,
        received_at=at or later(2),
        track=track,
        outcome="refused",
        reason="documents_missing",
    )
