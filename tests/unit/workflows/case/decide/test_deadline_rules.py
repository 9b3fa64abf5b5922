"""Which levels of the escalation policy are reached, in which order, and who is named."""

from datetime import timedelta

from schemas.case_lifecycle_events import TaskRaised
from schemas.deadline_events import DeadlineEscalated
from schemas.step_events import StepFulfilled
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    later,
    placement,
    receive,
    report,
)
from tests.case import Case, earliest
from tests.commands import COMMISSION, INSTRUCTION
from workflows.case.clocks import norm_of
from workflows.case.commands import (
    DecideAgendaItem,
    FireTimer,
)

CALENDAR = RULES.calendar


def _due(case: Case, step: str = "t1.examine"):
    return norm_of(case.state.step(step)).due_at


def test_the_escalation_policy_is_reached_in_order_each_level_once():
    case = Case().take(receive(SEQUENTIAL))
    told = []
    while case.state.status == "open" and earliest(case.state) is not None:
        seen = len(case.events)
        case.fire()
        told += [(b.subject, b.deadline) for b in case.events[seen:] if not isinstance(b, TaskRaised)]
    assert len(told) == len(set(told)) == 1 + 5 + 5  # acknowledgement, service norm, statutory term
    assert [clock for subject, clock in told if subject == "t1.examine"] == [
        "1/acknowledgement/deadline",
        "1/service_norm/reminder_50",
        "1/service_norm/reminder_80",
        "1/service_norm/deadline",
        "1/service_norm/ministry",
        "1/service_norm/commission",
    ]


def test_a_level_names_the_agencies_whose_people_are_told():
    case = Case().take(receive(SEQUENTIAL, PARALLEL))
    while case.state.status == "open" and earliest(case.state) is not None:
        case.fire()
    told = {(event.subject, event.agencies) for event in case.happened(DeadlineEscalated)}
    assert told == {
        ("t1.examine", ("moh",)),
        ("t2.social", ("mlspp",)),
        ("t2.medical", ("moh",)),
        ("case", ("mlspp", "moh")),  # those that lead what is still open
    }


def test_silent_agencies_come_before_the_commission_and_its_decision_comes_back_as_a_step() -> None:
    case = Case().take(receive(SEQUENTIAL)).fire_timers_until(later(24 * 60))
    agenda = [task for task in case.happened(TaskRaised) if task.kind == "agenda"]
    assert [(item.subject, item.before) for item in agenda] == [
        ("t1.examine", "commission"),
        ("case", "commission"),
    ]
    decision = DecideAgendaItem(
        id="decide",
        actor=COMMISSION,
        received_at=later(24 * 61),
        task=agenda[0].task,
        instruction=placement(INSTRUCTION),
        sealed_note="how",
    )
    case.take(decision)
    assert case.state.track("t2").sealed == "how"  # its agency is told
    assert case.state.step("t2.instruction").status == "dispatched"
    assert case.state.track("t2").purpose == "instruction"
    assert case.state.task(agenda[0].task).decision == "instructed"


def test_levels_come_in_their_order_with_working_days_after_the_deadline() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    levels = {level.code: level.at for level in norm_of(case.state.step("t1.examine")).levels}
    due = _due(case)
    assert levels["ministry"] == CALENDAR.due_at(due, 3)
    assert levels["commission"] == CALENDAR.due_at(due, 5)
    assert list(levels.values()) == sorted(levels.values())


def test_what_was_done_while_we_were_away_reaches_no_further() -> None:
    case = Case().take(receive(PARALLEL), report("t1.social", "fulfilled", agency="mlspp"))
    first = earliest(case.state)
    done = report("t1.medical", "fulfilled", sequence=2, at=first + timedelta(hours=3))
    case.take(FireTimer(id="timer/1", received_at=first), done, now=later(24 * 20))
    assert case.happened(StepFulfilled)[-1].in_time
    reached = [event.due_at for event in case.happened(DeadlineEscalated) if event.subject == "t1.medical"]
    assert reached == [first]
