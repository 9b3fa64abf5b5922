"""Remarks for the file. Pure."""

from schemas.case_events import CaseAnnotated
from workflows.case.commands import AnnotateCase
from workflows.case.decide.decision import Turn
from workflows.case.decide.refusals import refuse


def annotate_case(turn: Turn, command: AnnotateCase) -> None:
    """Keep a remark of the staff; it changes nothing, and above all no clock."""
    if command.actor.kind not in ("staff", "commission"):
        refuse(turn, "annotate.not_staff", "Only the centre's staff and the Commission annotate a case.")
    else:
        turn.happens(CaseAnnotated(sealed_note=command.sealed_note))
