"""The work that all designs are given: the same two steps, signals, assignments and commits. Plain values.

A case here is one appeal for `disability-assessment` of the example catalogue: two steps, one after
another. Each step is sent to its agency by one activity that makes one HTTP request; the agency then says,
by two signals, that it works on it and that it did its part. So a case is five signals and two requests.
"""

from dataclasses import dataclass

from schemas.agency_statuses import Status

SERVICE = "disability-assessment"
STEPS = (("t1.examination", "moh"), ("t1.assessment", "mlspp"))
"""The keys of the steps as our case names them, with the agency of each."""
STATUSES: tuple[Status, ...] = ("in_progress", "fulfilled")


@dataclass
class Dispatch:
    """A step as it is sent to an agency. `content` has the size of our assignment."""

    case_id: str
    step: str
    agency_id: str
    content: str


@dataclass
class Command:
    """What is signalled: an appeal (`step` is empty), or a status of a step's agency. `content`: its bytes."""

    id: str
    step: str
    status: str
    content: str


@dataclass
class Row:
    """A write of a peer: `seq` within the case, and what the row holds beside filling."""

    case_id: str
    seq: int
    content: str
