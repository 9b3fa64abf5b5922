"""What holds of the report under any commands of a case, also where its history lacks entries."""

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reporting.assignment_periods import assignment_periods
from schemas.case_events import RecordedEvent
from schemas.step_events import StepCorrected, StepFulfilled, StepRefused
from tests.builders import MONDAY, PARALLEL, SEQUENTIAL, STAFF, of_person, receive, report
from tests.case import Case, earliest
from tests.commands import COMMANDS
from tests.unit.reporting.comparing import agreed, both
from workflows.case.commands import AnyCommand, FireTimer, SettleTask

STATUSES = (
    *("fulfilled", "fulfilled", "refused", "corrected", "corrected", "forwarded"),
    *("acknowledged", "in_progress", "information_requested"),
)
ENDS = ("fulfilled", "refused", "forwarded", "reassigned", "cancelled", "restored")


@given(chance=st.randoms(use_true_random=True))
def test_report_and_recomputation_agree_on_any_history_and_with_the_ledger(chance: random.Random) -> None:
    history = _any_history(chance)
    for as_of in {event.recorded_at for event in history}:
        for row in agreed(as_of, history)["agencies"].values():
            ends = sum(row.get(name, 0) for name in (*ENDS, "redispatched", "open"))
            assert ends == row["assignments"]
    _late_as_the_ledger_says(history)
    found, again = both(history[-1].recorded_at, [event for event in history if chance.random() < 0.8])
    assert found.keys() == again.keys()  # `--verify` may name differences; there is a report


def _any_history(chance: random.Random) -> list[RecordedEvent]:
    passports = chance.choice([(), (SEQUENTIAL,), (SEQUENTIAL, PARALLEL)])
    case, now = Case().take(of_person(receive(*passports))), MONDAY
    for number in range(chance.randint(1, 60)):
        now += timedelta(hours=chance.choice([0, 1, 5, 30, 100]))
        draw = chance.choice([_status, _status, _command, _command, _confirmation, _fire])
        command = draw(case, f"{number}", now, chance)
        if command is not None:
            case.take(command, now=max(now, command.received_at))
            now = max(now, command.received_at)
    return case.history


def _status(case: Case, identity: str, now: datetime, chance: random.Random) -> AnyCommand:
    step = chance.choice(case.state.steps)
    return report(
        step.key,
        chance.choice(STATUSES),
        agency=step.agency_id,
        attempt=max(step.attempt, 1),
        at=now - timedelta(hours=chance.choice([0, 0, 2, 30])),
        status_id=identity,
        forward_to=chance.choice(["moh", "mlspp", None]),
    )


def _command(case: Case, identity: str, now: datetime, chance: random.Random) -> AnyCommand:
    return COMMANDS[chance.choice(sorted(COMMANDS))](case.state, identity, now, chance)


def _confirmation(case: Case, identity: str, now: datetime, chance: random.Random) -> AnyCommand | None:
    tasks = [task.id for task in case.state.tasks if task.decision is None]
    settled = {"id": identity, "actor": STAFF, "received_at": now, "decision": "confirm"}
    return SettleTask(**settled, task=chance.choice(tasks)) if tasks else None


def _fire(case: Case, identity: str, now: datetime, chance: random.Random) -> AnyCommand | None:
    due = earliest(case.state)
    return None if due is None else FireTimer(id=identity, received_at=due)


def _late_as_the_ledger_says(history: list[RecordedEvent]) -> None:
    """Of the ends by agencies that stand, the report calls late what the ledger calls not in time."""
    ends: list[StepFulfilled | StepRefused] = []
    for event in history:
        if isinstance(event.payload, StepFulfilled | StepRefused):
            ends.append(event.payload)
        elif isinstance(event.payload, StepCorrected) and event.payload.undone != "forwarded":
            ends.remove(next(end for end in reversed(ends) if end.step == event.payload.step))
    found = [period.end for period in assignment_periods(history) if period.end is not None]
    late = [end.late for end in found if end.how in ("fulfilled", "refused")]
    assert (len(late), sum(late)) == (len(ends), sum(not end.in_time for end in ends))
