"""Who opened what is sealed, and why: a line each in the home's logs/opened.log."""

import json
from datetime import UTC, datetime
from pathlib import Path

from vahid.stack.home import Home


def note_opening(home: Path, actor: str, reason: str, **what: object) -> None:
    """Write down that `actor` opens `what`; to be called before anything is opened."""
    logs = Home(home.expanduser().resolve()).logs
    logs.mkdir(parents=True, exist_ok=True)
    noted = {"at": datetime.now(UTC).isoformat(), "actor": actor, "reason": reason, **what}
    with (logs / "opened.log").open("a", encoding="utf-8") as log:
        log.write(json.dumps(noted, ensure_ascii=False) + "\n")
