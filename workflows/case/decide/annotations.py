"""Remarks for the file. Pure."""

from schemas.case_events import CaseAnnotated
from workflows.case.commands import AnnotateCase
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse


def annotate_case(decision: Decision, command: AnnotateCase) -> None:
    """Keep a remark of the staff; it changes nothing, and above all no clock."""
    if command.actor.kind not in ("staff", "commission"):
        refuse(decision, "annotate.not_staff", "Only the centre's staff and the Commission annotate a case.")
    else:
        decision.emit(CaseAnnotated(sealed_note=command.sealed_note))
