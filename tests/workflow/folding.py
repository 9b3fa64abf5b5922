"""The state of a case, as its ledger has it."""

from ledger.store import Ledger
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState


async def state_of(ledger: Ledger, case_id: str) -> CaseState | None:
    """The folded history; None where there is none."""
    history = await ledger.history(case_id)
    return fold(CaseState(case_id=case_id), history) if history else None
