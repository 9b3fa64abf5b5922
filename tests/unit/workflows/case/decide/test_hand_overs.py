"""Tracks that go from one case to another: nothing is lost, nothing is doubled, no clock begins anew."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.terms import COMMISSION
from ledger.chain import canonical
from schemas.actors import SYSTEM, Actor
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CaseAnswered, CaseOpened, CaseReopened, TaskRaised
from schemas.deadline_events import DeadlineEscalated, DeadlineReminded
from schemas.hand_over_events import CaseHandedOver, TracksHandedOver, TracksTakenOver
from schemas.step_events import StatusIgnored, StepDispatched
from tests.builders import (
    PARALLEL,
    PERSON,
    SEQUENTIAL,
    STAFF,
    appeal,
    attachment,
    by,
    later,
    looked_up,
    of_person,
    placement,
    reassign,
    receive,
    report,
)
from tests.case import Case
from tests.commands import COMMANDS, INSTRUCTION, REVIEW
from tests.commands import COMMISSION as COMMISSION_ACTOR
from tests.hand_overs import received_by_the_other, taken
from workflows.case.clocks import kept_clocks
from workflows.case.commands import (
    AddAttachment,
    AnyCommand,
    DecideAgendaItem,
    ExtendTerm,
    FireTimer,
    JoinCase,
    ManualReview,
    Object,
    ReportHandOver,
    ReportMessage,
    SplitCase,
)
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState


def split(hours: float, *tracks: str, actor: Actor = STAFF) -> SplitCase:
    return SplitCase(id=f"split/{hours}", actor=actor, received_at=later(hours), tracks=tracks)


def join(case: Case, into: Case, hours: float, actor: Actor = STAFF) -> None:
    case.take(
        JoinCase(
            id=f"join/{hours}",
            actor=actor,
            received_at=later(hours),
            into=into.state.case_id,
            applicant=into.state.applicant_index,
            pending=into.state.status == "open",
        )
    )


def another(number: int = 2) -> Case:
    """A case that nobody has opened yet."""
    case = Case()
    case.state = CaseState(case_id=str(uuid.UUID(int=number)))
    return case


def delivered(case: Case, into: Case | None, hours: float) -> Case:
    """The other case, after everything that `case` hands over has come to it, twice."""
    for hand_over in case.state.hand_overs:
        into = into or another(uuid.UUID(hand_over.to_case).int)
        assert into.state.case_id == hand_over.to_case
        for _ in range(2):
            command = taken(hand_over, hours)
            if command.id not in into.state.seen:
                into.take(command)
        case.take(received_by_the_other(hand_over, hours))
    assert into is not None
    return into


def refused(case: Case) -> str:
    return case.refusals()[-1]


def test_a_track_leaves_for_a_case_of_its_own_with_its_clocks_and_the_term_of_its_appeal() -> None:
    case = Case().take(of_person(receive(SEQUENTIAL, PARALLEL)))
    case.fire_timers_until(later(200))
    case.take(report("t2.social", "fulfilled", agency="mlspp", at=later(201)))
    before = case.state
    case.take(split(202, "t2"))
    assert case.state.track("t2").closed and case.state.status == "open"
    assert [step.status for step in case.state.steps_of("t2")] == ["fulfilled", "cancelled"]
    assert [message.id for message in case.state.messages] == ["recall/t2.medical/1"]
    (hand_over,) = case.state.hand_overs

    new = delivered(case, None, 230)
    assert case.state.hand_overs == () and len(new.happened(TracksTakenOver)) == 1
    assert new.happened(CaseOpened) == [] and new.state.appeals == before.appeals
    assert (new.state.status, new.state.opening, new.state.clock) == ("open", 1, before.clock)
    track = new.state.track("t1")
    assert (track.service, track.taken_from) == ("psychological-support", before.case_id)
    social, _ = new.state.steps_of("t1")
    assert (social.status, social.ended_by) == ("fulfilled", before.step("t2.social").ended_by)
    (sent,) = new.happened(StepDispatched)
    assert (sent.step, sent.attempt, sent.clocks) == ("t1.medical", 2, before.step("t2.medical").clocks)
    assert hand_over.to_case == new.state.case_id

    reached = _levels(case, "t2.medical")
    new.fire_timers_until(later(2_000))
    again = _levels(new, "t1.medical")
    assert reached and again and not reached & again
    new.take(report("t1.medical", "fulfilled", at=later(2_001), attempt=2))
    case.take(report("t1.examine", "refused", at=later(2_001)))
    assert [answer.outcome for answer in new.happened(CaseAnswered)] == ["satisfied"]
    assert [answer.outcome for answer in case.happened(CaseAnswered)] == ["refused"]


def _levels(case: Case, step: str) -> set[str]:
    """The levels that were reached for a step, whatever the attempt: clock and code."""
    reached = (*case.happened(DeadlineReminded), *case.happened(DeadlineEscalated))
    return {event.deadline.partition("/")[2] for event in reached if event.subject == step}


def test_all_tries_of_one_split_lead_to_the_same_case() -> None:
    ids = {
        Case().take(receive(PARALLEL)).take(split(hours, "t1"), now=later(now)).state.hand_overs[0].to_case
        for hours, now in ((3, 3), (3, 7))
    }
    assert len(ids) == 1


def test_a_case_joins_another_of_its_person_and_ends_without_an_answer_of_its_own() -> None:
    case = Case().take(of_person(receive(SEQUENTIAL)))
    into = another().take(of_person(receive(PARALLEL, number=2, at=later(48))))
    case.fire_timers_until(later(60))
    join(case, into, 60)
    assert case.state.status == "handed_over" and case.state.outcome is None
    assert case.happened(CaseAnswered) == [] and len(case.happened(CaseHandedOver)) == 1
    due = case.state.clock.due_at
    delivered(case, into, 61)
    assert into.happened(CaseReopened) == [] and into.state.opening == 1
    assert into.state.clock.due_at == due  # the older appeal is due first
    assert [appeal.tracking_number for appeal in into.state.appeals] == ["VHD-2", "VHD-1"]
    assert [track.service for track in into.state.tracks if not track.closed] == [
        "psychological-support",
        "disability-assessment",
    ]
    levels = {event.level for event in case.happened(DeadlineReminded) if event.subject == "case"}
    into.fire_timers_until(later(2_000))
    again = {event.level for event in into.happened(DeadlineReminded) if event.subject == "case"}
    assert not levels & again
    for key, agency, attempt in (
        ("t1.social", "mlspp", 1),
        ("t1.medical", "moh", 1),
        ("t2.examine", "moh", 2),
        ("t2.decide", "mlspp", 1),
    ):
        into.take(report(key, "fulfilled", agency=agency, attempt=attempt, at=later(2_001)))
    (answer,) = into.happened(CaseAnswered)
    assert answer.tracking_numbers == ("VHD-2", "VHD-1")


def test_an_answered_case_that_is_given_tracks_after_all_is_opened_again() -> None:
    case = Case().take(of_person(receive(SEQUENTIAL)))
    into = another().take(of_person(receive(PARALLEL, number=2)))
    join(case, into, 3)
    into.take(report("t1.social", "fulfilled", agency="mlspp"), report("t1.medical", "fulfilled"))
    assert into.state.status == "answered"
    delivered(case, into, 9)
    assert (into.state.status, into.state.opening) == ("open", 2)
    assert into.state.track("t2").opening == 2


def test_a_review_that_joins_says_whose_answer_it_is_about() -> None:
    case = Case().take(of_person(receive(PARALLEL)))
    case.take(report("t1.social", "refused", agency="mlspp"), report("t1.medical", "fulfilled"))
    case.take(
        Object(
            id="object",
            actor=STAFF,
            received_at=later(3),
            track="t1",
            review=placement(REVIEW),
            sealed="why",
        )
    )
    into = another().take(of_person(receive(SEQUENTIAL, number=2)))
    join(case, into, 4)
    assert (case.state.status, case.state.opening) == ("handed_over", 2)
    delivered(case, into, 5)
    review = into.state.track("t2")
    assert (review.purpose, review.about, review.sealed) == ("review", f"{case.state.case_id}/t1", "why")
    case.take(split(6, "t2"))
    assert refused(case) == "split.no_open_track"
    into.take(split(7, "t2"))
    assert refused(into) == "split.not_a_service"


def test_what_a_person_must_decide_goes_with_the_track() -> None:
    brought = receive(number=1).model_copy(update={"suggestions": ("a", "b"), "ground": "negation"})
    case = Case().take(brought)
    case.fire_timers_until(later(2_000))
    assert any(task.before == COMMISSION for task in case.state.tasks if task.subject == "t1.triage")
    case.take(split(2_001, "t1"))
    assert {task.decision for task in case.state.tasks if task.subject == "t1.triage"} == {"handed_over"}
    new = delivered(case, None, 2_002)
    raised = [(task.kind, task.subject) for task in new.happened(TaskRaised)]
    assert raised == [("agenda", "t1.triage"), ("agenda", "case")]
    assert (new.state.tracks[0].suggestions, new.state.tracks[0].ground) == (("a", "b"), "negation")


def test_a_status_about_what_has_left_changes_nothing() -> None:
    case = Case().take(receive(PARALLEL)).take(report("t1.medical", "fulfilled")).take(split(2, "t1"))
    before = case.state.steps
    case.take(report("t1.social", "fulfilled", agency="mlspp", at=later(3)))
    case.take(report("t1.medical", "corrected", at=later(4)), report("t1.medical", "refused", at=later(5)))
    assert (case.state.steps, case.state.tasks) == (before, ())
    assert [event.reason for event in case.happened(StatusIgnored)] == ["status.track_handed_over"] * 3


def test_documents_go_along_and_are_sent_to_the_agencies_of_the_other_case_as_later_ones_are() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL))
    case.take(_added("scan", 2)).take(split(3, "t2"))
    new = delivered(case, None, 4)
    assert new.state.attachments == case.state.attachments != ()
    new.take(_added("another", 5))
    sent = [(message.agency_id, message.kind) for message in new.state.messages]
    assert sent == [("mlspp", "attachment"), ("moh", "attachment")] * 2


def _added(identity: str, hours: float) -> AddAttachment:
    return AddAttachment(
        id=identity,
        actor=STAFF,
        received_at=later(hours),
        attachment=attachment(1, identity, later(hours)),
    )


def test_refusals_of_a_split() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL))
    case.take(split(1, "t1", actor=Actor(kind="applicant", id="applicant")))
    assert refused(case) == "split.not_staff"
    case.take(split(2, "t1", "t9"))
    assert refused(case) == "split.no_open_track"
    case.take(split(3, "t1")).take(split(4, "t1"))
    assert refused(case) == "split.no_open_track"


def test_refusals_of_a_join() -> None:
    case = Case().take(of_person(receive(SEQUENTIAL)))
    into = another().take(of_person(receive(PARALLEL, number=2)))
    join(case, into, 1, actor=Actor(kind="applicant", id="applicant"))
    join(case, case, 2)
    join(case, another().take(of_person(receive(PARALLEL, number=2), "somebody-else")), 3)
    join(case, another().take(receive(PARALLEL, number=2)), 4)
    into.take(report("t1.social", "fulfilled", agency="mlspp"), report("t1.medical", "fulfilled"))
    join(case, into, 5)
    case.take(split(6, "t1"))
    join(case, into, 7)
    assert case.refusals() == [
        "join.not_staff",
        "join.same_case",
        "join.other_applicant",
        "join.other_applicant",
        "join.not_pending",
        "join.nothing_open",
    ]


def test_a_hand_over_that_was_received_is_delivered_no_more() -> None:
    case = Case().take(receive(PARALLEL)).take(split(2, "t1"))
    (hand_over,) = case.state.hand_overs
    delivered(case, None, 3)
    case.take(
        ReportHandOver(id="delivered/again", received_at=later(4), actor=SYSTEM, hand_over=hand_over.id)
    )
    assert refused(case) == "hand_over.superseded"


@pytest.mark.parametrize("other", [None, "another"])
def test_an_applicant_is_known_only_where_all_appeals_name_the_same(other: str | None) -> None:
    case = Case().take(of_person(receive(PARALLEL)))
    assert case.state.applicant_index == PERSON
    case.take(of_person(receive(PARALLEL, number=2), other))
    assert case.state.applicant_index is None


class Two:
    """Two cases of one person, and the commands to either."""

    def __init__(self) -> None:
        self.left = Case().take(of_person(receive(SEQUENTIAL, PARALLEL)))
        self.right = another().take(of_person(receive(SEQUENTIAL, number=2, at=later(5))))
        self.hours = 6.0
        self.number = 0

    def give(self, case: Case, kind: str, chance: Any) -> None:
        self.number += 1
        self.hours += chance.randint(1, 60)
        step = chance.choice(case.state.steps)
        if kind == "status":
            status = chance.choice(["acknowledged", "in_progress", "fulfilled", "refused"])
            command: AnyCommand = report(
                step.key,
                status,
                agency=step.agency_id,
                at=later(self.hours),
                attempt=step.attempt,
                status_id=f"status-{self.number}",
            )
        elif kind == "fire":
            command = FireTimer(id=f"timer/{self.number}", received_at=later(self.hours))
        else:
            command = COMMANDS[kind](case.state, f"{kind}/{self.number}", later(self.hours), chance)
        case.take(command)


KINDS = ("status", "status", "fire", "suspend_clock", "resume_clock", "redispatch_step", "reassign_step")


def _clocks(case: Case) -> set[tuple[str, Any, Any]]:
    """The clocks that run on for what is open: what they measure, when they began, when they are due."""
    open_tracks = {track.key: track for track in case.state.tracks if not track.closed}
    return {
        (f"{step.code}/{clock.kind}", clock.started_at, clock.due_at)
        for step in case.state.steps
        if step.track in open_tracks
        for clock in kept_clocks(step)
        if step.running
    }


def _open(case: Case) -> list[str]:
    return sorted(track.service for track in case.state.tracks if not track.closed)


@given(
    st.lists(st.tuples(st.sampled_from(["left", "right"]), st.sampled_from(KINDS)), max_size=12),
    st.lists(st.tuples(st.sampled_from(["left", "right"]), st.sampled_from(KINDS)), max_size=4),
    st.sampled_from(["join", "split"]),
    st.randoms(use_true_random=False),
)
def test_whenever_tracks_are_handed_over_each_is_open_in_one_case_and_due_as_before(
    before, meanwhile, what, chance
) -> None:
    two = Two()
    for side, kind in before:
        two.give(getattr(two, side), kind, chance)
    open_before, clocks_before = _open(two.left), _clocks(two.left)
    open_there, clocks_there = _open(two.right), _clocks(two.right)
    if what == "join":
        join(two.left, two.right, two.hours + 1)
        into = two.right
    else:
        wanted = [track.key for track in two.left.state.tracks if not track.closed][:1] or ["t9"]
        two.left.take(split(two.hours + 1, *wanted))
        into = None
    if not two.left.state.hand_overs:
        assert two.left.refusals()[-1].startswith(what)
        return
    if into is not None:  # the other case lives on while the hand-over is on its way
        assert _open(two.left) == []
        delivered(two.left, into, two.hours + 2)
        assert _open(into) == sorted([*open_before, *open_there])
        assert _clocks(into) == clocks_before | clocks_there
    else:
        new = delivered(two.left, None, two.hours + 2)
        assert sorted([*_open(two.left), *_open(new)]) == open_before
        assert _clocks(two.left) | _clocks(new) == clocks_before
        into = new
    for side, kind in meanwhile:
        two.give(into if side == "right" else two.left, kind, chance)
    reached = [(step.code, level) for step in two.left.state.steps for level in step.reached]
    came = {track.key for track in into.state.tracks if track.taken_from is not None}
    again = [
        (step.code, event.deadline)
        for event in (*into.happened(DeadlineReminded), *into.happened(DeadlineEscalated))
        if (step := into.state.step(event.subject)) is not None and step.track in came
    ]
    stayed = {
        step.code for step in two.left.state.steps if two.left.state.track(step.track).handed_to is None
    }
    assert len(set(again)) == len(again)
    assert not {level for level in reached if level[0] not in stayed} & set(again)


@given(st.integers(0, 40), st.integers(0, 60))
def test_the_fold_of_both_histories_is_their_states(hours: int, delay: int) -> None:
    left = CaseState(case_id=str(uuid.UUID(int=1)))
    recorded: list[RecordedEvent] = []
    for command in (receive(SEQUENTIAL, PARALLEL), split(hours + 1, "t2")):
        given = looked_up(left, command)
        events = decide_all(left, [given], given.received_at, Case().rules)
        left, recorded = fold(left, events), [*recorded, *events]
    read = [RecordedEvent.model_validate_json(canonical(event)) for event in recorded]
    assert fold(CaseState(case_id=left.case_id), read) == left
    (event,) = [found for found in read if isinstance(found.payload, TracksHandedOver)]
    right = CaseState(case_id=event.payload.hand_over.to_case)
    events = decide_all(
        right, [taken(event.payload.hand_over, hours + 1 + delay)], later(hours + 2 + delay), Case().rules
    )
    again = [RecordedEvent.model_validate_json(canonical(event)) for event in events]
    assert fold(right, again) == fold(right, events)


def _before_the_commission(hours: float = 24 * 40) -> Case:
    case = Case().take(of_person(receive(SEQUENTIAL)))
    return case.fire_timers_until(later(hours))


def _open_tasks(case: Case) -> list[tuple[str, str]]:
    return [(task.kind, task.subject) for task in case.state.tasks if task.decision is None]


def test_an_appeal_that_a_hand_over_has_brought_is_not_doubled_when_it_is_shared_too() -> None:
    first = Case().take(of_person(receive(SEQUENTIAL)))
    first.take(split(24, "t1"))
    (hand_over,) = first.state.hand_overs
    other = Case().take(of_person(receive(PARALLEL, number=2)))
    other.take(taken(hand_over, 25))
    shared = of_person(receive(PARALLEL, number=1)).model_copy(update={"joined": first.state.case_id})
    other.take(shared)
    known = [appeal.appeal_id for appeal in other.state.appeals]
    assert len(known) == len(set(known)) == 2


def test_a_document_that_a_hand_over_has_brought_is_sent_once_when_it_comes_itself() -> None:
    document = AddAttachment(**by(STAFF, "document", 3), attachment=attachment(1, "paper", later(3)))
    first = Case().take(of_person(receive(SEQUENTIAL)), document)
    first.take(split(24, "t1"))
    other = Case().take(of_person(receive(PARALLEL, number=2)), taken(first.state.hand_overs[0], 25))
    before = other.state
    other.take(document.model_copy(update={"id": "again", "received_at": later(26)}))
    assert (other.state.messages, other.state.documents) == (before.messages, before.documents)
    assert other.state.seen["again"].accepted


def test_a_term_that_a_hand_over_has_brought_stays_when_its_appeal_is_shared_too() -> None:
    """The applicant was told of the extension, and it is not theirs a second time."""
    extend = ExtendTerm(**by(STAFF, "extend", 4), days=20, reason="study")
    first = Case().take(of_person(receive(SEQUENTIAL)), extend)
    extended = first.state.clock
    first.take(split(24, "t1"))
    other = Case().take(of_person(receive(PARALLEL, number=2)), taken(first.state.hand_overs[0], 25))
    other.take(report("t2.examine", "refused", at=later(27)))
    shared = of_person(receive(PARALLEL, number=1)).model_copy(update={"joined": first.state.case_id})
    other.take(shared, now=later(30))
    assert other.state.term(appeal(1).appeal_id).clock == extended


def test_a_join_takes_the_items_of_the_agenda_along_and_leaves_none_behind() -> None:
    case = _before_the_commission()
    assert _open_tasks(case) == [("agenda", "t1.examine"), ("agenda", "case")]
    into = another().take(of_person(receive(PARALLEL, number=2, at=later(24 * 40))))
    join(case, into, 24 * 41)
    assert (case.state.status, _open_tasks(case)) == ("handed_over", [])
    assert {task.decision for task in case.state.tasks} == {"handed_over"}
    delivered(case, into, 24 * 41)
    assert _open_tasks(into) == [("agenda", "t2.examine"), ("agenda", "case")]
    before = len(into.happened(TaskRaised))
    into.fire_timers_until(later(24 * 42))
    assert len(into.happened(TaskRaised)) == before


def test_the_commission_decides_in_the_case_that_took_the_item_over() -> None:
    case = _before_the_commission()
    into = another().take(of_person(receive(PARALLEL, number=2, at=later(24 * 40))))
    join(case, into, 24 * 41)
    delivered(case, into, 24 * 41)
    into.take(
        DecideAgendaItem(
            **by(COMMISSION_ACTOR, "decide", 24 * 42),
            task="agenda/case/1",
            instruction=placement(INSTRUCTION),
        )
    )
    assert into.refusals() == [] and into.state.tracks[-1].purpose == "instruction"


def test_an_item_of_the_agenda_goes_to_the_case_that_has_its_term_from_now_on() -> None:
    """The first appeal is before the Commission, the second is not: only the first one's track leaves."""
    case = _before_the_commission()
    case.take(of_person(receive(PARALLEL, number=2, at=later(24 * 40))))
    case.take(split(24 * 41, "t1"))
    new = delivered(case, None, 24 * 41)
    assert (_open_tasks(case), case.state.status) == ([], "open")
    assert _open_tasks(new) == [("agenda", "t1.examine"), ("agenda", "case")]


def test_an_item_of_the_agenda_stays_with_the_case_that_keeps_its_term() -> None:
    case = _before_the_commission()
    case.take(of_person(receive(PARALLEL, number=2, at=later(24 * 40))))
    case.take(split(24 * 41, "t2"))
    new = delivered(case, None, 24 * 41)
    assert _open_tasks(case) == [("agenda", "t1.examine"), ("agenda", "case")]
    assert _open_tasks(new) == []


def test_an_item_about_tracks_in_both_cases_is_before_the_commission_in_both() -> None:
    case = Case().take(of_person(receive(SEQUENTIAL, PARALLEL))).fire_timers_until(later(24 * 40))
    case.take(split(24 * 41, "t2"))
    new = delivered(case, None, 24 * 41)
    assert ("agenda", "case") in _open_tasks(case) and ("agenda", "case") in _open_tasks(new)
    assert {subject for _, subject in _open_tasks(case)} == {"t1.examine", "case"}
    assert {subject for _, subject in _open_tasks(new)} == {"t1.social", "t1.medical", "case"}


def test_a_task_about_a_message_goes_with_its_step() -> None:
    case = Case().take(of_person(receive(PARALLEL)))
    case.take(reassign("t1.medical", "mod"))
    (message,) = case.state.messages
    failed = ReportMessage(
        **by(SYSTEM, "message/1", 3), message=message.id, group=1, error_code="gone", permanent=True
    )
    case.take(failed, split(4, "t1"))
    new = delivered(case, None, 5)
    assert _open_tasks(case) == []
    assert _open_tasks(new) == [("undelivered_message", message.id)]


def test_a_task_about_a_repeat_goes_with_the_cases_that_it_names() -> None:
    earlier = (str(uuid.UUID(int=9)),)
    appeal = receive(SEQUENTIAL).model_copy(
        update={"manual_review": ManualReview(kind="repeat_appeal", earlier=earlier, legal_basis="8.1.4")}
    )
    case = Case().take(of_person(appeal))
    into = another().take(of_person(receive(PARALLEL, number=2, at=later(2))))
    join(case, into, 3)
    delivered(case, into, 4)
    (task,) = into.state.tasks
    assert (task.kind, task.subject, task.earlier, task.legal_basis) == (
        "repeat_appeal",
        "t2.triage",
        earlier,
        "8.1.4",
    )
