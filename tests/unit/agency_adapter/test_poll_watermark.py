"""When an agency was last polled separates its delay from ours, also while many pages wait."""

from datetime import timedelta

from kit.clock import Clock
from services.agency_adapter.connectors.connector import Change, ChangePage
from services.agency_adapter.poll_watermark import PollWatermark
from tests.builders import later

REAL_TIME, TWO_MINUTES = Clock(), timedelta(minutes=2)
SECOND = timedelta(seconds=1)
A_PAGE = ChangePage((Change("e-1", "r-1", None, "fulfilled", "40", later(1)),), "1")
THE_END = ChangePage((), "1")


def test_our_absence_makes_no_agency_late_however_many_pages_wait() -> None:
    first = PollWatermark("0", polled_at=later(0), asked_at=later(3))
    second = PollWatermark("1", first.after(A_PAGE), asked_at=later(3) + SECOND)
    assert second.arrival(later(3) + 2 * SECOND).received_at(later(1)) == later(1)
    assert second.after(THE_END) == second.asked_at


def test_what_an_agency_does_while_it_is_asked_counts_as_done_then() -> None:
    watermark = PollWatermark("1", polled_at=later(2), asked_at=later(3))
    done, answered = watermark.asked_at + SECOND, watermark.asked_at + 9 * SECOND
    assert watermark.arrival(answered).received_at(done) == done
    following = PollWatermark("1", watermark.after(THE_END), asked_at=answered)
    assert following.arrival(answered + SECOND).received_at(done) == done


def test_at_the_end_of_its_changes_nothing_waits_that_came_before_the_poll() -> None:
    watermark = PollWatermark("1", polled_at=later(0), asked_at=later(3))
    following = PollWatermark("1", watermark.after(THE_END), asked_at=later(4))
    assert following.arrival(later(4)).received_at(later(1)) == watermark.asked_at


def test_a_cursor_that_stays_has_no_more() -> None:
    stuck = PollWatermark(A_PAGE.cursor, polled_at=later(0), asked_at=later(3))
    assert not stuck.has_more(A_PAGE)
    assert stuck.after(A_PAGE) == stuck.asked_at


def test_nothing_counts_as_received_before_the_first_poll() -> None:
    first = PollWatermark(None, polled_at=None, asked_at=later(3))
    assert first.arrival(later(4)).received_at(later(1)) == first.asked_at
    second = PollWatermark("1", first.after(A_PAGE), asked_at=later(4))
    assert second.arrival(later(5)).received_at(later(1)) == first.asked_at


def test_silence_is_an_agency_s_own_delay() -> None:
    ended = later(3) + 20 * SECOND
    for watermark in (
        PollWatermark("1", polled_at=later(3) - TWO_MINUTES, asked_at=later(3)),
        PollWatermark(None, polled_at=None, asked_at=later(3)),
    ):
        assert watermark.after_silence(ended, REAL_TIME, TWO_MINUTES) == ended


def test_silence_after_our_absence_makes_nothing_late_that_waits_since_then() -> None:
    first = PollWatermark("0", polled_at=later(0), asked_at=later(3))
    second = PollWatermark("1", first.after(A_PAGE), asked_at=later(3) + SECOND)
    for watermark in (first, second):
        assert watermark.after_silence(later(4), REAL_TIME, TWO_MINUTES) == later(0)


def test_an_agency_gains_nothing_by_a_page_before_its_silence() -> None:
    first = PollWatermark("0", polled_at=later(3), asked_at=later(3) + SECOND)
    second = PollWatermark("1", first.after(A_PAGE), asked_at=later(3) + 2 * SECOND)
    assert second.after_silence(later(3) + 9 * SECOND, REAL_TIME, TWO_MINUTES) == later(3) + 9 * SECOND


def test_an_absence_is_in_real_time() -> None:
    fast = Clock(scale=3600)
    watermark = PollWatermark("1", polled_at=later(0), asked_at=later(3))
    assert watermark.after_silence(later(4), fast, TWO_MINUTES) == later(4)


def test_what_was_polled_is_recorded_as_polled() -> None:
    """Not as pushed: the counts of both, and what our absence means, depend on it."""
    before = PollWatermark("1", polled_at=later(2), asked_at=later(3)).arrival(later(4))
    first = PollWatermark(None, polled_at=None, asked_at=later(3)).arrival(later(4))
    assert (before.via, first.via) == ("poll", "poll")
    assert first.received_at(later(1)) == later(3)
