"""What tracks come to by the ends of their steps, and a case by its tracks: every combination."""

from itertools import combinations_with_replacement, permutations, product
from typing import get_args

import pytest

from schemas.case_lifecycle_events import CaseAnswered, Outcome, TrackAnswered
from tests.builders import PARALLEL, SEQUENTIAL, STAFF, by, later, receive, report
from tests.case import Case
from workflows.case.commands import AnyCommand, CloseTrack

OF_A_CASE = """
                  satisfied         partly_satisfied  refused           withdrawn         not_competent
satisfied         satisfied         partly_satisfied  partly_satisfied  partly_satisfied  partly_satisfied
partly_satisfied  partly_satisfied  partly_satisfied  partly_satisfied  partly_satisfied  partly_satisfied
refused           partly_satisfied  partly_satisfied  refused           refused           refused
withdrawn         partly_satisfied  partly_satisfied  refused           withdrawn         refused
not_competent     partly_satisfied  partly_satisfied  refused           refused           not_competent
"""
"""The outcome of a case by those of its two tracks."""

PARALLEL_ENDS = {
    ("fulfilled", "fulfilled"): "satisfied",
    ("fulfilled", "refused"): "partly_satisfied",
    ("fulfilled", "not_competent"): "partly_satisfied",
    ("refused", "refused"): "refused",
    ("refused", "not_competent"): "refused",
    ("not_competent", "not_competent"): "not_competent",
}
"""The outcome of a track of two steps that wait for none, in either order."""

ONE_AFTER_ANOTHER = {
    ("fulfilled", "fulfilled"): "satisfied",
    ("fulfilled", "refused"): "refused",
    ("fulfilled", "not_competent"): "not_competent",
    ("refused", None): "refused",
    ("not_competent", None): "not_competent",
}
"""The outcome of a track whose second step waits for the first."""


def _table() -> dict[tuple[str, str], str]:
    head, *rows = (line.split() for line in OF_A_CASE.strip().splitlines())
    return {(row[0], second): found for row in rows for second, found in zip(head, row[1:], strict=True)}


def _close(track: str, outcome: str) -> AnyCommand:
    return CloseTrack(**by(STAFF, f"close/{track}", 5), track=track, outcome=outcome, reason="by_the_centre")


def _end(step: str, agency: str, how: str, hours: float) -> AnyCommand:
    status = "fulfilled" if how == "fulfilled" else "refused"
    reason = {"reason_code": "not_competent"} if how == "not_competent" else {}
    return report(step, status, agency=agency, at=later(hours), **reason)


def test_the_table_has_every_two_outcomes() -> None:
    assert set(_table()) == set(product(get_args(Outcome), repeat=2))
    assert all(
        _table()[a, b] == _table()[b, a] for a, b in combinations_with_replacement(get_args(Outcome), 2)
    )


@pytest.mark.parametrize(("outcomes", "expected"), _table().items())
def test_the_outcome_of_a_case_is_that_of_its_tracks(outcomes: tuple[str, str], expected: str) -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL), _close("t1", outcomes[0]))
    assert case.state.status == "open"
    case.take(_close("t2", outcomes[1]))
    assert [event.outcome for event in case.happened(CaseAnswered)] == [expected]
    assert (case.state.status, case.state.outcome) == ("answered", expected)


@pytest.mark.parametrize(("ends", "expected"), PARALLEL_ENDS.items())
def test_the_outcome_of_a_track_is_that_of_its_last_steps(ends: tuple[str, str], expected: str) -> None:
    for social, medical in permutations(ends):
        case = Case().take(receive(PARALLEL), _end("t1.social", "mlspp", social, 2))
        assert case.happened(TrackAnswered) == []
        case.take(_end("t1.medical", "moh", medical, 3))
        assert [event.outcome for event in case.happened(TrackAnswered)] == [expected]


@pytest.mark.parametrize(("ends", "expected"), ONE_AFTER_ANOTHER.items())
def test_the_outcome_of_a_track_whose_steps_follow_each_other(
    ends: tuple[str, str | None], expected: str
) -> None:
    case = Case().take(receive(SEQUENTIAL), _end("t1.examine", "moh", ends[0], 2))
    if ends[1] is not None:
        case.take(_end("t1.decide", "mlspp", ends[1], 3))
    (answer,) = case.happened(TrackAnswered)
    assert (answer.outcome, case.state.outcome) == (expected, expected)
    statuses = ["fulfilled" if end == "fulfilled" else "refused" for end in ends if end is not None]
    assert [result.status for result in answer.results] == [*statuses, "cancelled"][:2]
