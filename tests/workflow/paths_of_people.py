"""The ways a case can go by what its applicant, the centre's staff and the Commission ask of it."""

from datetime import date

from schemas.case_lifecycle_events import TaskRaised
from schemas.deadline_events import DeadlineReminded
from schemas.hand_over_events import TracksDelivered, TracksHandedOver
from schemas.step_events import MessageDelivered, StepDelivered
from tests.builders import PARALLEL, RULES, SEQUENTIAL, placement, receive, report
from tests.commands import APPLICANT, COMMISSION, INSTRUCTION, NEWER, REVIEW, SEALED
from tests.workflow.walk import Walk
from workflows.case.commands import (
    AnnotateCase,
    CloseTrack,
    DecideAgendaItem,
    ExtendTerm,
    ManualReview,
    MigrateTrack,
    Object,
    ProvideInformation,
    RateAnswer,
    RedispatchStep,
    ReopenTrack,
    ResumeClock,
    ReviseCalendar,
    SettleTask,
    SplitCase,
    SuspendClock,
    Withdraw,
)


async def _fulfilled(walk: Walk) -> None:
    await walk.submit(report("t1.examine", "fulfilled"))
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def _answered(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await _fulfilled(walk)


async def suspended_and_resumed(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.give(SuspendClock, step="t1.examine", charged_to="force_majeure", reason="flood")
    await walk.give(AnnotateCase, sealed_note=SEALED)
    await walk.give(ResumeClock, step="t1.examine")
    await _fulfilled(walk)


async def information_asked_and_given(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.agency("t1.examine", "information_requested", "moh", sequence=1)
    await walk.step("t1.examine", "information_requested")
    await walk.give(ProvideInformation, APPLICANT, step="t1.examine", sealed=SEALED)
    await walk.happened(MessageDelivered)
    await walk.submit(report("t1.examine", "fulfilled", sequence=2))
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def extended_and_revised(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.give(ExtendTerm, days=10, reason="information_requested")
    holidays = {date(2021, 8, 26): "a day of mourning"}
    revised = RULES.calendar.model_copy(update={"version": "revised", "holidays": holidays})
    await walk.give(ReviseCalendar, calendar=revised)
    await walk.happened(DeadlineReminded)
    await _fulfilled(walk)


async def withdrawn(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.give(Withdraw, APPLICANT)
    await walk.happened(MessageDelivered)


async def closed_by_the_staff(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.give(CloseTrack, track="t1", outcome="satisfied", reason="answered_by_the_staff")
    await walk.happened(MessageDelivered)


async def corrected_by_its_agency(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.submit(report("t1.examine", "refused", sequence=1))
    await walk.step("t1.decide", "cancelled")
    await walk.submit(report("t1.examine", "corrected", sequence=2))
    await walk.happened(TaskRaised)
    await walk.give(SettleTask, task="correction/t1.examine/1", decision="confirm")
    await walk.submit(report("t1.examine", "fulfilled", sequence=3))
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def ended_in_two_ways(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.submit(report("t1.examine", "fulfilled", sequence=1))
    await walk.step("t1.examine", "fulfilled")
    await walk.submit(report("t1.examine", "refused", sequence=2))
    await walk.happened(TaskRaised)
    await walk.give(SettleTask, task="contradictory_ends/t1.examine/1", decision="dismiss")
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def objected_and_reviewed(walk: Walk) -> None:
    await _answered(walk)
    await walk.walked()
    await walk.give(Object, APPLICANT, track="t1", review=placement(REVIEW), sealed=SEALED)
    await walk.agency("t2.review", "fulfilled", "mlspp")


async def reopened_by_the_staff(walk: Walk) -> None:
    await _answered(walk)
    await walk.walked()
    await walk.give(ReopenTrack, track="t1", reason="new_facts")
    await walk.happened(StepDelivered, 3)
    await walk.submit(report("t1.decide", "fulfilled", agency="mlspp", attempt=2))


async def rated(walk: Walk) -> None:
    await _answered(walk)
    await walk.walked()
    await walk.give(RateAnswer, APPLICANT, track="t1", score=4)


async def migrated_to_a_newer_passport(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.give(MigrateTrack, track="t1", placement=placement(NEWER, decide="mlspp"))
    await _fulfilled(walk)


async def sent_anew(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.give(RedispatchStep, step="t1.examine", reason="lost")
    await walk.happened(StepDelivered, 2)
    await walk.submit(report("t1.examine", "fulfilled", attempt=2))
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def instructed_by_the_commission(walk: Walk) -> None:
    await walk.delivered(SEQUENTIAL)
    await walk.happened(TaskRaised)
    instruction = placement(INSTRUCTION)
    await walk.give(DecideAgendaItem, COMMISSION, task="agenda/t1.examine/1", instruction=instruction)
    await walk.agency("t2.instruction", "fulfilled", "moh")
    await _fulfilled(walk)


async def reviewed_as_a_repeat(walk: Walk) -> None:
    review = ManualReview(kind="repeat_appeal", earlier=(walk.case_id,), legal_basis="Law, Article 8.1.4")
    await walk.submit(receive(SEQUENTIAL).model_copy(update={"manual_review": review}))
    await walk.happened(TaskRaised)
    await walk.give(SettleTask, task="repeat_appeal/t1.triage/1", decision="confirm")


async def split_off(walk: Walk) -> str:
    """The case that hands a track over; returns the id of the one that takes it."""
    await walk.submit(receive(SEQUENTIAL, PARALLEL))
    await walk.happened(StepDelivered, 3)
    await walk.give(SplitCase, tracks=("t2",))
    await walk.happened(TracksDelivered)
    await _fulfilled(walk)
    history = await walk.ledger.history(walk.case_id)
    (handed,) = (event.payload for event in history if isinstance(event.payload, TracksHandedOver))
    return handed.hand_over.to_case


async def taken_over(walk: Walk) -> None:
    """The case that takes a track over, from its first command."""
    walk.case_id = await split_off(walk)
    await walk.step("t1.medical")
    await walk.submit(report("t1.medical", "fulfilled", attempt=2))
    await walk.agency("t1.social", "fulfilled", "mlspp", attempt=2)


PATHS_OF_PEOPLE = (
    suspended_and_resumed,
    information_asked_and_given,
    extended_and_revised,
    withdrawn,
    closed_by_the_staff,
    corrected_by_its_agency,
    ended_in_two_ways,
    objected_and_reviewed,
    reopened_by_the_staff,
    rated,
    migrated_to_a_newer_passport,
    sent_anew,
    instructed_by_the_commission,
    reviewed_as_a_repeat,
    split_off,
    taken_over,
)
"""In the order in which they are walked."""
