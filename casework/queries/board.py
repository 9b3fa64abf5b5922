"""The board: how many cases are open, late, at risk and stuck, and where they wait. At one instant."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from casework.computed_on_read import Moment, at_risk, is_open, not_taken_on, open_and_late, stuck, waits
from kit.database import Database
from ledger.tables import cases, steps, tracks
from schemas.frozen import Frozen, Instant


class Counts(Frozen):
    """How many cases there are of each kind; `today` begins at midnight in the calendar's zone."""

    open: int
    late: int
    at_risk: int
    stuck: int
    received_today: int
    answered_today: int
    in_time_today: int


class Line(Frozen):
    """A line of a table: what waits at an agency, in a service, in a district.

    `oldest` is since when the oldest of them waits, `not_taken_on` how many an agency has not taken on within
    the time for that; both are known for agencies alone.
    """

    key: str | None
    open: int
    at_risk: int
    late: int
    oldest: Instant | None = None
    not_taken_on: int = 0


class Board(Frozen):
    """All that the board counts, as of business time `now`."""

    now: Instant
    counts: Counts
    agencies: tuple[Line, ...]
    services: tuple[Line, ...]
    districts: tuple[Line, ...]


async def read_board(database: Database, moment: Moment) -> Board:
    """The board: each number by the rule that selects the list behind it, all from one snapshot."""
    async with database.transaction() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        return Board(
            now=moment.now,
            counts=await _counts(connection, moment),
            agencies=await _lines(connection, _by_agency(moment)),
            services=await _lines(connection, _by_service(moment)),
            districts=await _lines(connection, _by_district(moment)),
        )


async def _counts(connection: AsyncConnection, moment: Moment) -> Counts:
    running = select(
        func.count().label("open"),
        _number(open_and_late(moment.now), "late"),
        _number(at_risk(moment), "at_risk"),
        _number(stuck(moment), "stuck"),
    ).where(is_open())
    answered = cases.c.status == "answered"
    closed = select(
        _number(answered, "answered_today"), _number(answered & cases.c.in_time, "in_time_today")
    ).where(cases.c.closed_at >= moment.midnight)
    received = select(func.count()).where(cases.c.opened_at >= moment.midnight)
    found: dict[str, int] = {"received_today": int(await connection.scalar(received) or 0)}
    for query in (running, closed):
        found |= (await connection.execute(query)).mappings().one()
    return Counts(**found)


async def _lines(connection: AsyncConnection, query: Select[Any]) -> tuple[Line, ...]:
    rows: Sequence[Any] = (await connection.execute(query)).mappings().all()
    return tuple(Line.model_validate(dict(row)) for row in rows)


def _by_agency(moment: Moment) -> Select[Any]:
    """The steps of open cases with each agency; late are those past their own norm or their case's term."""
    late = or_(steps.c.due_at < moment.now, open_and_late(moment.now))
    nears = or_(steps.c.due_at <= moment.soon, at_risk(moment))
    return (
        select(
            steps.c.agency_id.label("key"),
            func.count().label("open"),
            _number(nears & ~func.coalesce(late, literal(False)), "at_risk"),
            _number(late, "late"),
            func.min(steps.c.dispatched_at).label("oldest"),
            _number(not_taken_on(moment), "not_taken_on"),
        )
        .join(cases, cases.c.case_id == steps.c.case_id)
        .where(is_open(), waits())
        .group_by(steps.c.agency_id)
        .order_by(steps.c.agency_id)
    )


def _by_service(moment: Moment) -> Select[Any]:
    open_tracks = tracks.c.outcome.is_(None)
    query = _by(tracks.c.service, moment).join(cases, cases.c.case_id == tracks.c.case_id)
    return query.where(is_open(), open_tracks)


def _by_district(moment: Moment) -> Select[Any]:
    return _by(cases.c.district, moment).where(is_open())


def _by(key: ColumnElement[Any], moment: Moment) -> Select[Any]:
    """Open cases by `key`, each counted once."""
    late, risk = open_and_late(moment.now), at_risk(moment)
    identity = cases.c.case_id
    return (
        select(
            key.label("key"),
            func.count(identity.distinct()).label("open"),
            func.count(case((risk, identity)).distinct()).label("at_risk"),
            func.count(case((late, identity)).distinct()).label("late"),
        )
        .group_by(key)
        .order_by(key)
    )


def _number(condition: ColumnElement[bool], label: str) -> ColumnElement[int]:
    return func.count().filter(condition).label(label)
