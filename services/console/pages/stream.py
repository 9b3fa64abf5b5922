"""GET /events: what happens to cases, as server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from services.console import metrics
from services.console.access import Access
from services.console.live_events import LiveEvents, Seen
from services.console.sessions import Session

_TOGETHER_SECONDS = 0.25
"""Events of so long a time go out together."""
_BEAT_SECONDS = 10.0
_MOST_CASES = 200
"""Cases that one message names; of more, the page is read anew in any case."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def stream_routes(access: Access, events: LiveEvents) -> APIRouter:
    """GET /events, which goes on after the event that `Last-Event-ID` names, or the parameter `after`."""
    router = APIRouter(include_in_schema=False)
    Watcher = Annotated[Session, Depends(access.allows("watch"))]

    @router.get("/events")
    async def stream(request: Request, _session: Watcher) -> Response:
        await request.body()  # while one reader waits for its end, the response must not begin
        last = request.headers.get("last-event-id") or request.query_params.get("after")
        messages = _messages(events, last, request, access)
        return StreamingResponse(messages, media_type="text/event-stream", headers=_HEADERS)

    return router


async def _messages(
    events: LiveEvents, last: str | None, request: Request, access: Access
) -> AsyncIterator[str]:
    """The messages of one stream. It ends with its session, which each beat looks for."""
    metrics.VIEWERS.inc()
    try:
        number = events.place(last)
        if number is None:
            number = events.last
            yield _message("missed", {}, events.id_of(number))
        yield _message("following", {"following": events.following}, events.id_of(number))
        while True:
            followed = events.following
            found = await events.after(number, _BEAT_SECONDS)
            if found:
                await asyncio.sleep(_TOGETHER_SECONDS)
                found = events.newer(number)
                number = found[-1].number
                yield _message("cases", _summary(found), events.id_of(number))
            elif await access.session(request) is None:
                return
            else:
                yield _message("following", {"following": events.following}, events.id_of(number))
            if found and events.following != followed:
                yield _message("following", {"following": events.following}, events.id_of(number))
    finally:
        metrics.VIEWERS.dec()


def _summary(found: tuple[Seen, ...]) -> dict[str, object]:
    """How many events there were, and of each case the last one."""
    latest = {seen.case: seen for seen in found}
    named = list(latest.values())[-_MOST_CASES:]
    return {
        "events": len(found),
        "cases": [{"case": s.case, "seq": s.seq, "event": s.event, "actor": s.actor} for s in named],
    }


def _message(event: str, data: object, identity: str) -> str:
    return f"id: {identity}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
