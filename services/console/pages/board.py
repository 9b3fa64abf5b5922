"""The board: the numbers, what needs a person now, and where cases wait."""

import asyncio
import time
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from casework.computed_on_read import Moment
from casework.queries.attention import Concern, read_concerns
from casework.queries.board import Board, read_board
from catalogue.calendar import WorkingCalendar
from kit.clock import Clock
from kit.database import Database
from services.console.access import Access
from services.console.page import Pages
from services.console.sessions import Session

_CONCERNS = 15
_FRESH_SECONDS = 0.5


class BoardPage(NamedTuple):
    """What the board shows, as of one instant."""

    board: Board
    concerns: tuple[Concern, ...]


class BoardReader:
    """Reads the board once for all who look at it in the same half second."""

    def __init__(self, database: Database, calendar: WorkingCalendar, clock: Clock) -> None:
        self._database = database
        self._calendar = calendar
        self._clock = clock
        self._lock = asyncio.Lock()
        self._read_at = float("-inf")
        self._page: BoardPage | None = None

    async def read(self) -> BoardPage:
        """The board, not older than half a second."""
        async with self._lock:
            if self._page is None or time.monotonic() - self._read_at > _FRESH_SECONDS:
                started = time.monotonic()
                moment = Moment.of(self._calendar, self._clock.now())
                board = await read_board(self._database, moment)
                self._page = BoardPage(board, await read_concerns(self._database, moment, _CONCERNS))
                self._read_at = started
            return self._page


def board_routes(pages: Pages, access: Access, reader: BoardReader) -> APIRouter:
    """GET /, and GET /words with what its words mean."""
    router = APIRouter(include_in_schema=False)
    Watcher = Annotated[Session, Depends(access.allows("watch"))]

    @router.get("/")
    async def show(request: Request, session: Watcher) -> Response:
        board, concerns = await reader.read()
        return pages.show(request, "board.html.j2", session, board=board, concerns=concerns)

    @router.get("/words")
    async def words(request: Request, session: Watcher) -> Response:
        return pages.show(request, "words.html.j2", session)

    return router
