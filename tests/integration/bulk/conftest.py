"""An intake process to import into and to export from: the fixtures of intake."""

from tests.integration.intake.conftest import (
    api_keys,
    attachments,
    database,
    key,
    mortal,
    online,
    process,
    settings,
)

__all__ = ["api_keys", "attachments", "database", "key", "mortal", "online", "process", "settings"]
