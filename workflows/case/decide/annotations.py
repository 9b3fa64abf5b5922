"""Notes for the file. Pure."""

from schemas.case_lifecycle_events import CaseAnnotated
from workflows.case.commands import AnnotateCase
from workflows.case.decide.decision import Decision


def annotate_case(decision: Decision, command: AnnotateCase) -> None:
    """Keep a note; it changes nothing, and above all no clock."""
    decision.emit(CaseAnnotated(sealed_note=command.sealed_note))
