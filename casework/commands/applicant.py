"""The commands that the staff give in the applicant's name. Pure."""

from casework.commands.context import CommandBuilder, CommandContext, placement
from catalogue.extra_steps import review
from schemas.frozen import AgencyId
from workflows.case.commands import Object, ProvideInformation, RateAnswer, Withdraw
from workflows.case.state import CaseState, TrackState


def provide_information(step: str) -> CommandBuilder:
    """Provide, as the note, what the agency of a step asked for."""
    return lambda context: context.as_command(ProvideInformation, step=step, sealed=context.note)


def withdraw(track: str | None) -> CommandBuilder:
    """Withdraw a track; without one, withdraw everything."""
    return lambda context: context.as_command(Withdraw, track=track)


def object_to(track: str) -> CommandBuilder:
    """Object to the answer of a track: the agency one up reviews it. The note gives the grounds.

    The builder raises:
        PermanentError: `track_unknown`, or `unknown_agency`: the catalogue has that agency no more.
    """

    def build(context: CommandContext) -> Object:
        known = context.track(track)
        passports = () if known.passport is None else (known.passport,)
        found = review(context.catalogue, known.service, passports, answered_by(context.case, known))
        return context.as_command(Object, track=track, review=placement(found), sealed=context.note)

    return build


def rate(track: str, score: int) -> CommandBuilder:
    """Rate an answer, from 1 (poor) to 5 (good)."""
    return lambda context: context.as_command(RateAnswer, track=track, score=score)


def answered_by(case: CaseState, track: TrackState) -> AgencyId:
    """The agency whose answer is contested: the only one that refused, else the track's lead agency."""
    refused = {step.agency_id for step in case.steps_of(track.key) if step.status == "refused"}
    return refused.pop() if len(refused) == 1 else track.lead_agency
