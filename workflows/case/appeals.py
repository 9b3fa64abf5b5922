"""How a case takes appeals: the first opens it, later ones join it, staff place what no rule did. Pure."""

from schemas.case_events import AppealJoined, AppealPlaced, CaseOpened, CaseReopened, TaskKind
from schemas.clocks import ClockReading
from workflows.case.clocks import statutory_term
from workflows.case.commands import PlaceAppeal, ReceiveAppeal
from workflows.case.progress import open_track, open_triage
from workflows.case.refusals import refuse
from workflows.case.rules import TRIAGE
from workflows.case.tasks import raise_task, settle_of
from workflows.case.turn import Turn

HELD: tuple[TaskKind, ...] = ("repeat_appeal", "likely_duplicate")
"""Tasks that keep an appeal in triage."""


def receive_appeal(turn: Turn, command: ReceiveAppeal) -> None:
    """Open the case, or join it; an answered case is opened again."""
    state, appeal = turn.state, command.appeal
    if state.status == "none":
        turn.happens(CaseOpened(opening=1, appeal=appeal, clock=_term(turn, command)))
    else:
        if state.ended:
            reopened = CaseReopened(
                opening=state.opening + 1, reason="appeal.joined", clock=_term(turn, command)
            )
            turn.happens(reopened)
        turn.happens(AppealJoined(appeal=appeal))
    if command.held is not None:
        step = open_triage(turn)
        held = command.held
        raise_task(turn, held.kind, step, legal_basis=held.legal_basis, earlier=held.earlier)
        return
    for placement in command.placements:
        open_track(turn, placement)
    if not command.placements:
        open_triage(turn)


def _term(turn: Turn, command: ReceiveAppeal) -> ClockReading:
    """The case's statutory term: the longest of its services', else the law's default."""
    terms = turn.rules.terms
    passports = [placement.passport for placement in command.placements]
    longest = max(passports, key=lambda passport: passport.statutory_term, default=None)
    days = terms.statutory if longest is None else longest.statutory_term
    basis = terms.statutory_basis if longest is None else longest.legal_basis
    return statutory_term(command.received_at, days, basis, turn.rules)


def place_appeal(turn: Turn, command: PlaceAppeal) -> None:
    """Give the appeal of a triage step to the services that the centre's staff found for it."""
    step = turn.state.step(command.step)
    track = turn.state.track(step.track) if step else None
    if step is None or track is None or track.service != TRIAGE:
        refuse(turn, "place.not_triage", "Name a triage step; `vahid case show` lists them.")
    elif step.ended:
        refuse(turn, "place.step_ended", "The appeal was placed or refused already.")
    elif command.actor.kind != "staff":
        refuse(turn, "place.not_staff", "Only the centre's staff place an appeal.")
    else:
        services = tuple(placement.passport.code for placement in command.placements)
        turn.happens(AppealPlaced(step=step.key, services=services))
        for kind in HELD:
            settle_of(turn, kind, step.key, "placed")
        for placement in command.placements:
            open_track(turn, placement)
