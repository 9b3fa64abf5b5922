"""The log of openings: who opened sealed data, and why. A line each in the home's logs/opened.log."""

from datetime import UTC, datetime
from pathlib import Path

from kit.printable import printable_json
from vahid.stack.home import Home


def note_opening(home: Path, actor: str, reason: str, **what: object) -> None:
    """Record that `actor` opens `what`. Call it before anything is opened. The time is real time."""
    logs = Home(home.expanduser().resolve()).logs
    logs.mkdir(parents=True, exist_ok=True)
    entry = {"at": datetime.now(UTC).isoformat(), "actor": actor, "reason": reason, **what}
    with (logs / "opened.log").open("a", encoding="utf-8") as log:
        log.write(printable_json(entry) + "\n")
