"""How a track comes to follow another version of its passport."""

from tests.builders import (
    SEQUENTIAL,
    STAFF,
    by,
    close,
    later,
    placement,
    receive,
    report,
)
from tests.case import Case
from tests.commands import NEWER
from workflows.case.commands import (
    MigrateTrack,
)


def test_a_track_moves_to_a_newer_passport_where_it_has_not_begun() -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(MigrateTrack(**by(STAFF, "staff/3", 3), track="t1", placement=placement(NEWER)))
    case.take(report("t1.examine", "fulfilled", at=later(5)))
    assert case.state.step("t1.decide").agency_id == "mod"
    assert case.state.track("t1").passport.version == "disability-assessment-2"
    case.take(MigrateTrack(**by(STAFF, "staff/6", 6), track="t1", placement=placement(NEWER)))
    assert case.refusals() == ["migrate.same_version"]


def test_a_track_that_is_closed_follows_no_other_version() -> None:
    case = Case().take(receive(SEQUENTIAL)).take(close("t1", at=later(2)))
    before = case.state.track("t1")
    case.take(MigrateTrack(**by(STAFF, "staff/3", 3), track="t1", placement=placement(NEWER)))
    assert case.refusals() == ["migrate.no_open_track"]
    assert case.state.track("t1") == before
