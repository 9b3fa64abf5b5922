"""When we last looked: what tells a body's delay from our own, also while much waits to be read."""

from datetime import timedelta

from kit.clock import Clock
from services.agency_adapter.connectors.base import Change, Page
from services.agency_adapter.poll_watermark import Look
from tests.builders import later

REAL_TIME, TWO_MINUTES = Clock(), timedelta(minutes=2)
SECOND = timedelta(seconds=1)
A_PAGE = Page((Change("e-1", "r-1", None, "fulfilled", "40", later(1)),), "1")
THE_END = Page((), "1")


def test_our_absence_makes_no_body_late_however_many_pages_wait() -> None:
    first = Look("0", looked_at=later(0), asked_at=later(3))
    second = Look("1", first.after(A_PAGE), asked_at=later(3) + SECOND)
    assert second.door(later(3) + 2 * SECOND).received_at(later(1)) == later(1)
    assert second.after(THE_END) == second.asked_at


def test_what_a_body_does_while_it_is_asked_counts_as_done_then() -> None:
    look = Look("1", looked_at=later(2), asked_at=later(3))
    done, answered = look.asked_at + SECOND, look.asked_at + 9 * SECOND
    assert look.door(answered).received_at(done) == done
    following = Look("1", look.after(THE_END), asked_at=answered)
    assert following.door(answered + SECOND).received_at(done) == done


def test_at_the_end_of_its_changes_a_body_has_said_all_that_was_there() -> None:
    look = Look("1", looked_at=later(0), asked_at=later(3))
    following = Look("1", look.after(THE_END), asked_at=later(4))
    assert following.door(later(4)).received_at(later(1)) == look.asked_at


def test_a_body_that_stays_where_it_is_has_no_more() -> None:
    stuck = Look(A_PAGE.cursor, looked_at=later(0), asked_at=later(3))
    assert not stuck.has_more(A_PAGE)
    assert stuck.after(A_PAGE) == stuck.asked_at


def test_nothing_counts_as_received_before_the_very_first_look() -> None:
    first = Look(None, looked_at=None, asked_at=later(3))
    assert first.door(later(4)).received_at(later(1)) == first.asked_at
    second = Look("1", first.after(A_PAGE), asked_at=later(4))
    assert second.door(later(5)).received_at(later(1)) == first.asked_at


def test_silence_is_a_body_s_own_delay() -> None:
    ended = later(3) + 20 * SECOND
    for look in (
        Look("1", looked_at=later(3) - TWO_MINUTES, asked_at=later(3)),
        Look(None, looked_at=None, asked_at=later(3)),
    ):
        assert look.after_silence(ended, REAL_TIME, TWO_MINUTES) == ended


def test_silence_after_our_absence_makes_nothing_late_that_waits_since_then() -> None:
    first = Look("0", looked_at=later(0), asked_at=later(3))
    second = Look("1", first.after(A_PAGE), asked_at=later(3) + SECOND)
    for look in (first, second):
        assert look.after_silence(later(4), REAL_TIME, TWO_MINUTES) == later(0)


def test_a_body_gains_nothing_by_a_page_before_its_silence() -> None:
    first = Look("0", looked_at=later(3), asked_at=later(3) + SECOND)
    second = Look("1", first.after(A_PAGE), asked_at=later(3) + 2 * SECOND)
    assert second.after_silence(later(3) + 9 * SECOND, REAL_TIME, TWO_MINUTES) == later(3) + 9 * SECOND


def test_an_absence_is_in_real_time() -> None:
    fast = Clock(scale=3600)
    look = Look("1", looked_at=later(0), asked_at=later(3))
    assert look.after_silence(later(4), fast, TWO_MINUTES) == later(4)
