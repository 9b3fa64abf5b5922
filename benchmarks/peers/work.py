"""The work of all designs: the same two steps, signals, assignments and commits. Plain values.

A case here is one appeal for `disability-assessment` of the example catalogue, with two steps in sequence.
One activity sends a step to its agency, by one HTTP request. The agency then sends two statuses, by two
signals: in progress, fulfilled. So a case is five signals and two requests.
"""

from dataclasses import dataclass

from schemas.agency_statuses import Status

SERVICE = "disability-assessment"
STEPS = (("t1.examination", "moh"), ("t1.assessment", "mlspp"))
"""The keys of the steps as our case names them, with the agency of each."""
STATUSES: tuple[Status, ...] = ("in_progress", "fulfilled")


@dataclass
class Dispatch:
    """A step as sent to an agency; `content` is as long as that of our assignment."""

    case_id: str
    step: str
    agency_id: str
    content: str


@dataclass
class Command:
    """A signal: an appeal (`step` is empty), or a status of a step's agency, with `content` as its bytes."""

    id: str
    step: str
    status: str
    content: str


@dataclass
class Row:
    """A write of a peer: `seq` in the case, and `content`, which is filled up to the size of a row."""

    case_id: str
    seq: int
    content: str
