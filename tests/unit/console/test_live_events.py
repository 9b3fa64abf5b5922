"""Live updates: what a viewer gets, and where it goes on after a break."""

import asyncio

import pytest

from services.console.live_events import LiveEvents


def event(case: str, seq: int) -> dict[str, object]:
    return {
        "case_id": case,
        "seq": seq,
        "actor": {"kind": "agency", "id": "moh"},
        "payload": {"type": "az.vahid.step.fulfilled.v1"},
    }


async def test_a_viewer_gets_what_came_after_its_stream_began() -> None:
    events = LiveEvents()
    await events.add([event("c-1", 1)])
    number = events.place(None)
    assert number == 1 and events.newer(number) == ()
    await events.add([event("c-1", 2), event("c-2", 1)])
    found = await events.after(number, 10)
    assert [(seen.case, seen.seq, seen.event, seen.actor) for seen in found] == [
        ("c-1", 2, "step.fulfilled", "agency"),
        ("c-2", 1, "step.fulfilled", "agency"),
    ]


async def test_a_stream_goes_on_from_the_event_that_was_last() -> None:
    events = LiveEvents()
    await events.add([event("c-1", seq) for seq in range(1, 6)])
    number = events.place(events.id_of(3))
    assert number is not None
    assert [seen.seq for seen in events.newer(number)] == [4, 5]


@pytest.mark.parametrize("identity", ["another-3", "", "-", "x", "{run}-99", "{run}-", "{run}-²", "{run}-0"])
async def test_who_missed_something_is_told(identity: str) -> None:
    """A place in another process, one that does not exist yet, or one whose successors are not kept."""
    events = LiveEvents(kept=2)
    await events.add([event("c-1", seq) for seq in range(1, 6)])
    run = events.id_of(0).partition("-")[0]
    assert events.place(identity.replace("{run}", run)) is None
    assert events.place(events.id_of(3)) == 3


async def test_waiting_ends_when_reading_stops() -> None:
    events = LiveEvents()
    await events.follow(following=True)
    waiting = asyncio.create_task(events.after(0, 600))
    await asyncio.sleep(0)
    await events.follow(following=False)
    assert await waiting == () and not events.following
