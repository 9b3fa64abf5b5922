"""How a case takes appeals, and how the staff place them."""

import uuid

from catalogue.terms import CENTRE
from schemas.case_lifecycle_events import (
    AppealJoined,
    AppealPlaced,
    AppealShared,
    CaseAnswered,
    TaskRaised,
    TrackAnswered,
    TrackOpened,
)
from tests.builders import (
    CHANNEL,
    PARALLEL,
    RULES,
    SEQUENTIAL,
    accept,
    appeal,
    attachment,
    close,
    later,
    place,
    receive,
    report,
)
from tests.case import Case
from workflows.case.commands import AddAttachment, ManualReview
from workflows.case.decide.causality import waiting_for_their_cause
from workflows.case.decide.decider import decide_all


def test_an_appeal_without_placement_goes_to_triage_with_the_forwarding_term():
    case = Case().take(receive())
    (step,) = case.state.steps
    assert (step.agency_id, step.status) == (CENTRE, "dispatched")
    assert [clock.kind for clock in step.clocks] == ["forwarding"]
    assert step.clocks[0].due_at.isoformat() == "2021-08-26T18:00:00+04:00"  # Mon + 3 working days


def test_placing_opens_the_service_and_triage_asks_for_no_answer():
    case = Case().take(receive()).take(place("t1.triage", SEQUENTIAL))
    assert case.state.step("t2.examine").status == "dispatched"
    case.take(report("t2.examine", "fulfilled"))
    case.take(report("t2.decide", "fulfilled", agency="mlspp"))
    assert [answer.service for answer in case.happened(TrackAnswered)] == [SEQUENTIAL.code]
    assert case.state.outcome == "satisfied"


def test_the_choice_stands_beside_the_suggestions():
    brought = receive().model_copy(update={"suggestions": ("a", "b", "c"), "ground": "negation"})
    case = Case().take(brought)
    (opened,) = case.happened(TrackOpened)
    assert (opened.suggestions, opened.ground) == (("a", "b", "c"), "negation")
    case.take(place("t1.triage", SEQUENTIAL))
    (placed,) = case.happened(AppealPlaced)
    assert (placed.services, placed.suggestions) == ((SEQUENTIAL.code,), ("a", "b", "c"))
    triage = case.state.track("t1")
    assert (triage.suggestions, triage.ground, triage.chosen) == (
        ("a", "b", "c"),
        "negation",
        (SEQUENTIAL.code,),
    )


def test_what_a_person_reviews_first_is_suggested_as_it_was_routed():
    review = ManualReview(kind="likely_duplicate", earlier=())
    case = Case().take(receive(SEQUENTIAL, PARALLEL).model_copy(update={"manual_review": review}))
    (opened,) = case.happened(TrackOpened)
    assert opened.suggestions == (SEQUENTIAL.code, PARALLEL.code)


def test_an_appeal_of_an_unconfirmed_person_waits_for_a_person_who_decides():
    review = ManualReview(kind="same_person", earlier=(FIRST_CASE,))
    case = Case().take(receive(SEQUENTIAL).model_copy(update={"manual_review": review}))
    (raised,) = case.happened(TaskRaised)
    assert (raised.kind, raised.before, raised.subject, raised.earlier) == (
        "same_person",
        "centre",
        "t1.triage",
        (FIRST_CASE,),
    )
    assert [track.service for track in case.state.tracks] == ["triage"]
    case.take(place("t1.triage", SEQUENTIAL))
    assert [task.decision for task in case.state.tasks] == ["placed"]
    assert [track.service for track in case.state.tracks] == ["triage", SEQUENTIAL.code]


def test_what_confirmed_the_person_stands_in_the_event():
    case = Case().take(receive(SEQUENTIAL))
    case.take(receive(SEQUENTIAL, number=2).model_copy(update={"confirmed_by": "channel"}))
    case.take(receive(SEQUENTIAL, number=3))
    assert [event.confirmed_by for event in case.happened(AppealJoined)] == ["channel", None]
    case.take(_shared(confirmed_by="contact").model_copy(update={"id": "appeal/shared"}))
    assert [event.confirmed_by for event in case.happened(AppealShared)] == ["contact"]


def test_without_suggestions_the_entry_is_what_it_was():
    (opened,) = Case().take(receive()).happened(TrackOpened)
    assert {"suggestions", "ground"}.isdisjoint(opened.model_dump(exclude_none=True))


def test_a_later_appeal_joins_and_opens_only_what_is_not_open():
    case = Case().take(receive(SEQUENTIAL))
    case.take(receive(SEQUENTIAL, PARALLEL, number=2, at=later(3)))
    assert [track.service for track in case.state.tracks] == [SEQUENTIAL.code, PARALLEL.code]
    assert len(case.state.appeals) == 2


def test_an_appeal_that_reaches_an_answered_case_opens_it_again():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "refused"))
    case.take(receive(SEQUENTIAL, number=2, at=later(5)))
    assert (case.state.status, case.state.opening) == ("open", 2)
    case.take(report("t2.examine", "refused", status_id="again"))
    assert [answer.opening for answer in case.happened(CaseAnswered)] == [1, 2]


FIRST_CASE = str(uuid.UUID(int=99))


def _shared(**more):
    return receive(PARALLEL, number=2, at=later(30)).model_copy(update={"joined": FIRST_CASE, **more})


def test_an_appeal_that_joined_another_case_is_heard_of_by_the_one_that_owes_its_service():
    case = Case().take(receive(PARALLEL)).take(_shared())
    (shared,) = case.happened(AppealShared)
    assert (shared.joined, shared.tracks, case.happened(AppealJoined)) == (FIRST_CASE, ("t1",), [])
    assert [known.appeal_id for known in case.state.appeals] == [appeal(1).appeal_id, appeal(2).appeal_id]
    assert len(case.state.tracks) == 1
    assert case.state.term(appeal(2).appeal_id).tracks == ("t1",)


def test_the_agencies_of_that_case_are_sent_the_appeal_s_documents():
    case = Case().take(receive(PARALLEL)).take(accept("t1.medical"), _shared())
    added = attachment(2, "card", later(31))
    case.take(AddAttachment(id="a", actor=CHANNEL, received_at=later(31), attachment=added))
    assert case.refusals() == []
    assert {message.agency_id for message in case.state.messages} >= {"moh"}


def test_an_appeal_that_joined_another_case_opens_an_answered_one_again():
    case = Case().take(receive(PARALLEL)).take(close("t1")).take(_shared())
    assert case.state.status == "open" and len(case.happened(AppealShared)) == 1
    assert case.state.tracks[-1].outcome is None


def test_it_opens_no_case_of_its_own_and_waits_for_that():
    assert decide_all(Case().state, [_shared()], later(30), RULES) == ()
    assert waiting_for_their_cause(Case().state, [_shared()]) == (_shared(),)
    both = decide_all(Case().state, [_shared(), receive(PARALLEL)], later(30), RULES)
    assert {event.cause for event in both} == {_shared().id, receive(PARALLEL).id}
