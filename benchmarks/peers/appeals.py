"""The commands of the work for our design, as the router makes them."""

import uuid
from datetime import datetime

from benchmarks.peers.work import SERVICE
from catalogue.loader import load
from catalogue.routing import assign_agencies
from kit.clock import Clock
from schemas.actors import Actor
from schemas.agency_statuses import AssignmentStatus, Status
from schemas.appeals import AppealReceived
from workflows.case.commands import Placement, ReceiveAppeal, ReportStatus
from workflows.case.rules import Rules

SEALED = "x" * 1_200
"""As long as the sealed content of an appeal in the demonstration."""


class Appeals:
    """Makes commands with the example catalogue and `clock`; appeals are received at `received_at` or now."""

    def __init__(self, clock: Clock | None = None, received_at: datetime | None = None) -> None:
        self.clock = clock or Clock()
        self._received_at = received_at
        self._catalogue = load()
        self.rules = self.rules_of(self.clock.now())
        self._placements = tuple(
            Placement(passport=placed.passport, agencies=placed.agencies)
            for placed in assign_agencies(self._catalogue, (SERVICE,), None)
        )

    def rules_of(self, instant: datetime) -> Rules:
        """The rules of a case that starts at business time `instant`."""
        return Rules.of(self._catalogue, instant)

    def command(self, case_id: str) -> ReceiveAppeal:
        """The command that opens the case with its appeal."""
        received_at = self._received_at or self.clock.now()
        appeal = AppealReceived(
            appeal_id=case_id,
            case_id=case_id,
            tracking_number="VHD-2021-000000-0",
            channel="online",
            received_at=received_at,
            services=(SERVICE,),
            applicant_index=uuid.uuid4().hex * 2,
            receipt_digest=uuid.uuid4().hex * 2,
            sealed=SEALED,
        )
        return ReceiveAppeal(
            id=f"appeal/{case_id}",
            actor=Actor(kind="channel", id="online"),
            received_at=received_at,
            appeal=appeal,
            placements=self._placements,
        )

    def status(self, case_id: str, step: str, agency_id: str, status: Status, reference: str) -> ReportStatus:
        """The command that reports a status of the agency."""
        now = self.clock.now()
        statement = AssignmentStatus(
            status_id=f"{reference}/{status}",
            agency_id=agency_id,
            case_id=case_id,
            step=step,
            attempt=1,
            reference=reference,
            status=status,
            raw_code=status.upper(),
            occurred_at=now,
            received_at=now,
            via="webhook",
        )
        return ReportStatus(
            id=f"status/{agency_id}/{statement.status_id}",
            actor=Actor(kind="agency", id=agency_id),
            received_at=now,
            status=statement,
        )
