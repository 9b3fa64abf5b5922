"""The same dates by an independent counter of days and minutes, with its own list of days off.

It imports nothing of the calendar; the days off and the weekend days worked are written down here, as the
Cabinet's decisions and the Labour Code's Article 105 give them (from 2027 on Ramazan and Gurban are
estimated).
"""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.packaged import packaged
from vahid.main import app

BAKU = timezone(timedelta(hours=4))
# Days off from Monday to Friday, as month and day; weekends are off anyway.
OFF = {
    2021: (
        "0101 0104 0120 0308 0322 0323 0324 0325 0326 0510 0511 0512 0513 0514 0528 "
        "0615 0628 0719 0720 0721 1108 1109 1231 "
    ),
    2022: (
        "0103 0104 0120 0307 0308 0321 0322 0323 0324 0325 0502 0503 0509 0530 0615 "
        "0627 0711 0712 1107 1108 1109 "
    ),
    2023: (
        "0102 0103 0104 0120 0308 0320 0321 0322 0323 0324 0421 0424 0509 0529 0615 "
        "0626 0627 0628 0629 0630 1108 1109 1110 "
    ),
    2024: (
        "0101 0102 0103 0104 0105 0207 0308 0320 0321 0322 0325 0326 0410 0411 0412 "
        "0509 0528 0617 0618 0619 0626 1108 1111 1112 1113 1230 1231 "
    ),
    2025: (
        "0101 0102 0103 0120 0129 0320 0321 0324 0325 0326 0327 0328 0331 0509 0528 "
        "0606 0609 0616 0626 0627 1110 1111 1231 "
    ),
    2026: (
        "0101 0102 0120 0309 0320 0323 0324 0325 0326 0327 0330 0511 0527 0528 0529 0615 0626 1109 1110 1231 "
    ),
    2027: (
        "0101 0104 0120 0308 0309 0310 0322 0323 0324 0325 0326 0510 0517 0518 0528 0615 0628 1108 1109 1231 "
    ),
    2028: ("0103 0104 0120 0228 0229 0308 0320 0321 0322 0323 0324 0505 0508 0509 0529 0615 0626 1108 1109 "),
    2029: (
        "0101 0102 0103 0214 0215 0308 0320 0321 0322 0323 0326 0424 0425 0509 0528 0615 0626 1108 1109 1231 "
    ),
    2030: ("0101 0102 0204 0205 0308 0320 0321 0322 0325 0326 0415 0416 0509 0528 0617 0626 1108 1111 1231 "),
}
WORKED_WEEKENDS = (
    "20210508 20210516 20210717 20220305 20221105 20230624 20230625 20231104 20231230 20240107 20240406 "
    "20241116 20241123 20241228 20241229 20250621"
)
_OFF = {f"{year}{day}" for year, days in OFF.items() for day in days.split()}
_WORKED = set(WORKED_WEEKENDS.split())
AZ = packaged().calendar


@cache
def works(day: date) -> bool:
    name = day.strftime("%Y%m%d")
    return name in _WORKED or (day.isoweekday() not in (6, 7) and name not in _OFF)


ALL = [date(2021, 1, 1) + timedelta(days=n) for n in range(3652)]
WORKING = [day for day in ALL if works(day)]


def naive_due(received: date, term: int) -> date:
    """The `term`th of the working days after the day of receipt."""
    return [day for day in WORKING if day > received][:term][-1]


def naive_shift(due: datetime, received: date, suspensions: list[tuple[datetime, datetime]]) -> datetime:
    """Walk minute by minute: each worked minute of a suspension is walked once more after the end.

    The day of receipt is not counted: its minutes are neither lost nor walked.
    """
    owed, minute = 0, min([due, *(since for since, _ in suspensions)])
    while minute < due or owed:
        worked = works(minute.date()) and 9 <= minute.hour < 18 and minute.date() > received
        stands = any(since <= minute < until for since, until in suspensions)
        if worked and minute < due:
            owed += stands
        elif worked:
            owed -= not stands
        minute += timedelta(minutes=1)
    return minute


@pytest.mark.parametrize("term", [1, 3, 15, 30])
def test_every_day_of_ten_years_agrees(term: int) -> None:
    index = 0
    for day in ALL:
        while index < len(WORKING) and WORKING[index] <= day:
            index += 1
        if index + term > len(WORKING):
            break
        received = datetime(day.year, day.month, day.day, 10, tzinfo=BAKU)
        due = WORKING[index + term - 1]
        assert AZ.due_at(received, term) == datetime(due.year, due.month, due.day, 18, tzinfo=BAKU)
    assert day > date(2030, 11, 1)


MINUTES = st.integers(0, 2400 * 1440).map(
    lambda minutes: datetime(2021, 1, 1, tzinfo=BAKU) + timedelta(minutes=minutes)
)


@given(
    MINUTES,
    st.integers(1, 10),
    st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 5_000)), max_size=3),
)
def test_suspensions_agree_with_walking_minutes(
    received: datetime, term: int, chances: list[tuple[int, int]]
) -> None:
    due = AZ.due_at(received, term)
    stood = [
        (received + timedelta(minutes=a), received + timedelta(minutes=a + length)) for a, length in chances
    ]
    assert due.date() == naive_due(received.date(), term)
    moved = AZ.shift(due, stood, received)
    # What was owed ends with its last worked minute; nothing owed leaves the end where it was.
    assert moved == naive_shift(due.astimezone(BAKU), received.date(), stood).astimezone(UTC)


def test_the_command_says_when_and_why() -> None:
    """12 March 2026, Thursday: five days to the 19th, eleven days off, ten from the 31st to 13 April."""
    result = CliRunner().invoke(app, ["deadline", "2026-03-12T10:00", "--working-days", "15", "--json"])
    found = json.loads(result.stdout)
    assert found["due_at"] == "2026-04-13T18:00:00+04:00"
    skipped = [day["date"] for day in found["why"]["days"] if day["day"] == "skipped"]
    assert [f"2026-03-{day}" for day in range(20, 31)] == [
        day for day in skipped if "03-19" < day[5:] < "03-31"
    ]
    assert "holidays" in found["why"]["origin"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["tomorrow", "--working-days", "1"], 2, "not a date"),
        (["2026-03-12T10:00", "--working-days", "0"], 2, "working-days"),
        (["2026-03-12T10:00", "--working-days", "1", "--suspend", "2026-03-12"], 2, "not a period"),
        (["2026-03-12T10:00", "--working-days", "1", "--calendar", "xx"], 1, "Known: az, tr"),
        (["2036-03-12T10:00", "--working-days", "1"], 1, "2021-2030"),
    ],
)
def test_the_command_names_the_fault(arguments: list[str], status: int, message: str) -> None:
    result = CliRunner().invoke(app, ["deadline", *arguments])
    assert result.exit_code == status
    assert message in result.output + result.stderr


def test_another_country_has_half_days() -> None:
    """28 October 2026, the eve of Turkey's Republic Day, ends at 13:00; Azerbaijan's moves cite theirs."""
    turkey = packaged().calendar_of("tr")
    due = turkey.due_at(datetime(2026, 10, 27, 10, tzinfo=turkey.zone), 1)
    assert due == datetime(2026, 10, 28, 13, tzinfo=turkey.zone)
    assert "8864" in AZ.sources[date(2025, 6, 21)]
