"""What the staff say to a case in the applicant's name, as commands. Pure."""

from casework.command_context import CommandBuilder, CommandContext
from casework.staff_commands import placement
from catalogue.extra_steps import review
from kit.errors import PermanentError
from schemas.frozen import AgencyId
from workflows.case.commands import Object, ProvideInformation, RateAnswer, Withdraw
from workflows.case.state import CaseState, TrackState


def provide_information(step: str) -> CommandBuilder:
    """Hand in, as the note, what the agency of a step asked for."""
    return lambda context: context.as_command(ProvideInformation, step=step, sealed=context.note)


def withdraw(track: str | None) -> CommandBuilder:
    """Ask no more for a track; for anything, when none is named."""
    return lambda context: context.as_command(Withdraw, track=track)


def object_to(track: str) -> CommandBuilder:
    """Contest the answer of a track: the agency one up reviews it. The note says why.

    Raises, when said:
        PermanentError: `track_unknown`, or `unknown_agency`: the catalogue has no such agency any more.
    """

    def build(context: CommandContext) -> Object:
        known = context.case.track(track)
        if known is None:
            remedy = "`vahid case show` names them."
            raise PermanentError("track_unknown", f"The case has no track {track!r}.", remedy=remedy)
        passports = () if known.passport is None else (known.passport,)
        found = review(context.catalogue, known.service, passports, answered_by(context.case, known))
        return context.as_command(Object, track=track, review=placement(found), sealed=context.note)

    return build


def rate(track: str, score: int) -> CommandBuilder:
    """Say how good an answer was, from 1 (poor) to 5 (good)."""
    return lambda context: context.as_command(RateAnswer, track=track, score=score)


def answered_by(case: CaseState, track: TrackState) -> AgencyId:
    """Whose answer it is that is contested: the one agency that refused, else the track's lead agency."""
    refused = {step.agency_id for step in case.steps_of(track.key) if step.status == "refused"}
    return refused.pop() if len(refused) == 1 else track.lead_agency
