"""Dates as agencies write them: there and back again, and what is none."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agency_adapter.connectors.date_formats import (
    EPOCH_MS,
    EPOCH_S,
    ISO,
    format_day,
    format_instant,
    parse_instant,
)

BAKU = ZoneInfo("Asia/Baku")
SLASHED = "%d/%m/%Y %H:%M:%S"

# Since 2016 Baku has no summer time: every local time is one instant.
FIRST = datetime(2016, 4, 1, tzinfo=UTC)
instants = st.integers(0, 84 * 365 * 86_400_000).map(lambda ms: FIRST + timedelta(milliseconds=ms))


@given(instants)
def test_milliseconds_come_back(instant: datetime) -> None:
    written = format_instant(instant, EPOCH_MS, BAKU)
    assert parse_instant(written, EPOCH_MS, BAKU) == instant


@pytest.mark.parametrize("written", [ISO, EPOCH_S, SLASHED])
@given(instants)
def test_seconds_come_back(written: str, instant: datetime) -> None:
    text = format_instant(instant, written, BAKU)
    assert parse_instant(text, written, BAKU) == instant.replace(microsecond=0)


@given(instants)
def test_iso_carries_the_offset_of_baku(instant: datetime) -> None:
    assert str(format_instant(instant, ISO, BAKU)).endswith("+04:00")


@given(instants, st.integers(-14 * 60, 14 * 60))
def test_an_offset_in_iso_counts_more_than_the_zone(instant: datetime, minutes: int) -> None:
    text = instant.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    assert parse_instant(text, ISO, BAKU) == instant


def test_known_instants() -> None:
    noon = datetime(2021, 8, 23, 8, 0, tzinfo=UTC)
    assert parse_instant("23/08/2021 12:00:00", SLASHED, BAKU) == noon
    assert parse_instant("2021-08-23T12:00:00.000+04:00", ISO, BAKU) == noon
    assert parse_instant("2021-08-23T12:00:00", ISO, BAKU) == noon
    assert parse_instant(1_629_705_600_000, EPOCH_MS, BAKU) == noon
    assert parse_instant(1_629_705_600, EPOCH_S, BAKU) == noon
    assert format_instant(noon, "%d/%m/%Y %H:%M", BAKU) == "23/08/2021 12:00"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, EPOCH_MS),
        (1.5, EPOCH_MS),
        ("1629705600000", EPOCH_MS),
        (10**30, EPOCH_MS),
        (-(10**16), EPOCH_MS),
        (1_629_705_600_000, EPOCH_S),
        (False, EPOCH_S),
        ("1629705600", EPOCH_S),
        (None, ISO),
        (1_629_705_600, ISO),
        ("yesterday", ISO),
        ("0001-01-01T00:00:00", ISO),
        ("08/23/2021 12:00:00", SLASHED),
        ("23/08/2021", SLASHED),
        (["23/08/2021 12:00:00"], SLASHED),
    ],
)
def test_what_is_no_instant(value: object, written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_instant(value, written, BAKU)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.mark.parametrize("written", [ISO, EPOCH_MS, EPOCH_S, SLASHED])
@given(json_values)
def test_anything_is_an_instant_or_a_value_error(written: str, value: object) -> None:
    with contextlib.suppress(ValueError):
        assert parse_instant(value, written, BAKU).tzinfo is UTC


def test_a_day() -> None:
    assert format_day(date(1979, 3, 1), "%d.%m.%Y") == "01.03.1979"
    assert format_day(date(1979, 3, 1), ISO) == "1979-03-01"
    for written in (EPOCH_MS, EPOCH_S):
        with pytest.raises(ValueError, match="day"):
            format_day(date(1979, 3, 1), written)
